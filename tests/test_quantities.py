"""Figures as people type them: one reading, exact, or refused with how to write it."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.errors import NotAllowed
from kkd_ledger.quantities import (
    LIMIT,
    PLACES,
    format_quantity,
    parse_count,
    parse_quantity,
    plain_quantity,
)


def as_a_file_says(literal: str):
    return tomllib.loads(f"n = {literal}", parse_float=Decimal)["n"]


@pytest.mark.parametrize(
    ("literal", "number"),
    [
        ("61", 61),
        ("61.25", Fraction(245, 4)),
        ('"61.25"', Fraction(245, 4)),
        ('"61,25"', Fraction(245, 4)),
        ("61.50", Fraction(123, 2)),
        ("0.125", Fraction(1, 8)),
        ("0.1", Fraction(1, 10)),
        ("12_000", 12000),
        ('"12 000"', 12000),
        ('"12.000.000.000"', 12 * 10**9),
        ('"1.234,5"', Fraction(12345, 10)),
        ('"1,234.5"', Fraction(12345, 10)),
        ('"2 345 678,000001"', 2345678 + Fraction(1, 10**6)),
        ('"12,3450"', Fraction(12345, 1000)),
        ("1234.567", Fraction(1234567, 1000)),
        ("7.0", 7),
        ('" 7 "', 7),
        ("1000000000000000", LIMIT),
    ],
)
def test_is_read(literal, number):
    read = parse_quantity(as_a_file_says(literal))
    assert read == number
    assert isinstance(read, int) is (Fraction(number).denominator == 1)


@pytest.mark.parametrize(
    ("literal", "actual", "allowed"),
    [
        ("12.345", "12.345", '12345 für ganze Tausend; "12,3450" für drei Nachkommastellen'),
        ('"12.345"', "'12.345'", '12345 für ganze Tausend; "12,3450" für drei Nachkommastellen'),
        ('"432,000"', "'432,000'", '432000 für ganze Tausend; "432,0000" für drei Nachkommastellen'),
    ],
)
def test_what_means_two_things_is_refused_with_both_ways_of_writing(literal, actual, allowed):
    with pytest.raises(NotAllowed) as refusal:
        parse_quantity(as_a_file_says(literal))
    assert (refusal.value.actual, refusal.value.allowed) == (f"{actual} ist mehrdeutig", allowed)


NO_FIGURES = """-1 -0.5 "-1" true nan inf "" "12%" "1.2.3" "1.23.456" "1.234.56" "007" 0.1234567 "0,1234567" "12," ",5"
1e3 2024-01-01 [1] "1\\t2" "٣" "1.234.567.8" """


@pytest.mark.parametrize("literal", NO_FIGURES.split())
def test_is_no_figure(literal):
    with pytest.raises(NotAllowed, match=r"ist keine Zahl ab 0; erlaubt: 61\.25 oder"):
        parse_quantity(as_a_file_says(literal))


@pytest.mark.parametrize("literal", ["1000000000000001", '"1.000.000.000.000.000,5"', "9" * 90])
def test_is_too_large(literal):
    with pytest.raises(NotAllowed, match=r"ist zu groß; erlaubt: höchstens 1\.000\.000\.000\.000\.000"):
        parse_quantity(as_a_file_says(literal))


@pytest.mark.parametrize("literal", ["12345", '"12.345"', '"12 345"', "12345.0", '"12.345,00"'])
def test_heads_are_whole(literal):
    assert parse_count(as_a_file_says(literal)) == 12345


@pytest.mark.parametrize("literal", ["12.345", '"12,345"'])
def test_thousands_of_heads_that_a_program_would_read_as_decimals_are_refused(literal):
    with pytest.raises(NotAllowed, match=r'ist keine ganze Zahl; erlaubt: 12345 oder "12\.345"'):
        parse_count(as_a_file_says(literal))


@pytest.mark.parametrize("literal", ["12.5", '"12,5"'])
def test_half_a_head_is_none(literal):
    with pytest.raises(NotAllowed, match="ist keine ganze Zahl"):
        parse_count(as_a_file_says(literal))


figures = st.builds(Fraction, st.integers(0, 10**18), st.sampled_from([10**n for n in range(PLACES + 1)]))


@given(figures.filter(lambda number: number <= LIMIT))
def test_what_is_written_german_is_read_again(number):
    written = format_quantity(number)
    if "," not in written and written.count(".") == 1:
        assert parse_count(written) == number
    elif len(written.partition(",")[2]) == 3 and number >= 1 and "." not in written:
        assert parse_quantity(written + "0") == number
    else:
        assert parse_quantity(written) == number


@given(figures.filter(lambda number: number <= LIMIT))
def test_a_number_of_the_file_is_read_in_its_own_digits(number):
    plain = str(plain_quantity(number))
    if len(plain.partition(".")[2]) == 3:
        plain += "0"
    assert parse_quantity(as_a_file_says(plain)) == number
    assert Fraction(plain) == number


@given(st.text(alphabet="0123456789.,- \u00a0%e", max_size=12))
def test_every_text_is_read_or_refused_with_what_is_allowed(text):
    try:
        number = Fraction(parse_quantity(text))
    except NotAllowed:
        return
    digits = "".join(part for part in text if part.isdecimal())
    shifts = (number * 10**places for places in range(PLACES + 1))
    assert any(shifted == int(digits) for shifted in shifts), "the digits typed, and no others"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (13645, "13.645"),
        (Fraction(245, 4), "61,25"),
        (Fraction(124, 3), "41,333333…"),
        (Fraction(10**7, 3), "3.333.333,333333…"),
        (Fraction(-5, 2), "-2,5"),
        (Fraction(1, 10**7), "0,000000…"),
    ],
)
def test_is_written(number, written):
    assert format_quantity(number) == written
