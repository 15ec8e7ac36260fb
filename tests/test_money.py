"""Cents: every notation, every rounding, every split; expected values typed by hand."""

from __future__ import annotations

import doctest
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
    localcontext,
)
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger import money
from kkd_ledger.money import (
    LIMIT_CENTS,
    ROUNDINGS,
    apportion,
    ceil_cents,
    floor_cents,
    format_eur,
    format_rate,
    parse_eur,
    parse_rate,
    parse_typed_eur,
    plain,
    round_each,
    round_half_down,
    round_half_even,
    round_half_up,
)

READS = [
    ("0", 0),
    ("0,00", 0),
    ("-0", 0),
    ("7", 700),
    ("0,5", 50),
    ("0.05", 5),
    ("12,5", 1250),
    ("1234", 123400),
    ("1234.56", 123456),
    ("1234,56", 123456),
    ("1.234,56", 123456),
    ("1,234.56", 123456),
    ("1.234,56 €", 123456),
    ("€ 1.234,56", 123456),
    ("1.234,56EUR", 123456),
    ("EUR 1,234.56", 123456),
    ("1 234,56", 123456),
    ("1\u00a0234,56\u00a0€", 123456),
    ("1\u202f234\u202f567,00", 123456700),
    ("1.234.567", 123456700),
    ("1,234,567", 123456700),
    ("12.345.678,90", 1234567890),
    ("999.999,99", 99999999),
    ("  8.869,25  ", 886925),
    ("-8.869,25", -886925),
    ("−8.869,25 €", -886925),
    ("- 3,20 €", -320),
    ("1.000.000.000.000,00", LIMIT_CENTS),
]
MEANS_NOTHING = [
    "",
    " ",
    "-",
    "€",
    "EUR",
    "1.2.3",
    "1,2,3",
    "1,234,5",
    "12.34.567",
    "1234.567,89",
    "1.234,567",
    "1,23456",
    "0,123",
    "0.655",
    "00",
    "01",
    "007,50",
    "0.123,45",
    "1 2",
    "12 345 67",
    "1234 567",
    "1.234 567",
    "1e3",
    "1_000",
    "0x10",
    "+1",
    "--1",
    "1-",
    "1,-",
    "1,",
    ",5",
    ".5",
    "1.",
    "NaN",
    "Infinity",
    "1,00 USD",
    "EUR 1,00 EUR",
    "X1",
    "1X",
    "€€1",
    "1,00 € 2",
    "١٢",
    "１２",
    "1\n",
    "1,00\t€",
    "²",
]


@pytest.mark.parametrize(("text", "cents"), READS)
def test_reads(text, cents):
    assert parse_eur(text) == cents


@pytest.mark.parametrize("text", MEANS_NOTHING)
def test_refuses(text):
    with pytest.raises(ValueError, match="ist kein Betrag"):
        parse_eur(text)


def test_a_refusal_says_what_is_allowed():
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_eur("1,2,3")
    assert str(refusal.value) == (
        "'1,2,3' ist kein Betrag; erlaubt: 1.234,56 oder 1234.56, höchstens zwei Nachkommastellen"
    )


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "999,999", "-1.234 €"])
def test_refuses_what_means_two_things(text):
    with pytest.raises(ValueError, match="ist mehrdeutig"):
        parse_eur(text)


def test_says_how_an_ambiguous_amount_becomes_clear():
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_eur("12.345")
    assert str(refusal.value) == "'12.345' ist mehrdeutig; erlaubt: 12345,00 für ganze Tausend"


@pytest.mark.parametrize("text", ["1.000.000.000.000,01", "1000000000001", "-1.000.000.000.000,01"])
def test_refuses_more_than_a_million_millions(text):
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_eur(text)
    assert str(refusal.value) == f"{text!r} ist zu groß; erlaubt: höchstens 1.000.000.000.000 EUR"


@pytest.mark.parametrize("value", [0.65, 5, None, Decimal("0.65"), b"1"])
def test_only_reads_text(value):
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_eur(value)
    assert str(refusal.value) == (
        f'{value} ist kein Text; erlaubt: der Betrag in Anführungszeichen, zum Beispiel "0,65"'
    )


@given(st.integers(-LIMIT_CENTS, LIMIT_CENTS))
def test_what_is_written_reads_back(cents):
    assert parse_eur(plain(cents)) == cents
    assert parse_eur(format_eur(cents)) == cents
    assert Decimal(plain(cents)) * 100 == cents


@given(st.text(alphabet="0123456789.,-− €EUR\u00a0", max_size=12))
def test_reads_or_refuses_and_never_guesses(text):
    try:
        cents = parse_eur(text)
    except ValueError:
        return
    digits = "".join(sign for sign in text if sign.isdigit())
    assert int(digits) in {abs(cents), abs(cents) // 10, abs(cents) // 100}


@pytest.mark.parametrize(
    ("cents", "german", "machine"),
    [
        (0, "0,00 EUR", "0.00"),
        (5, "0,05 EUR", "0.05"),
        (-5, "-0,05 EUR", "-0.05"),
        (100, "1,00 EUR", "1.00"),
        (99999, "999,99 EUR", "999.99"),
        (100000, "1.000,00 EUR", "1000.00"),
        (-123456789, "-1.234.567,89 EUR", "-1234567.89"),
        (LIMIT_CENTS, "1.000.000.000.000,00 EUR", "1000000000000.00"),
    ],
)
def test_writes(cents, german, machine):
    assert format_eur(cents) == german
    assert plain(cents) == machine


@pytest.mark.parametrize(
    ("text", "micros", "written"),
    [
        ("0", 0, "0,00"),
        ("0,65", 650_000, "0,65"),
        ("0.65 €", 650_000, "0,65"),
        ("1,1425", 1_142_500, "1,1425"),
        ("0,655", 655_000, "0,655"),
        ("0.123456", 123_456, "0,123456"),
        ("1234,5", 1_234_500_000, "1.234,50"),
        ("1,2340", 1_234_000, "1,234"),
        ("3.659,5736", 3_659_573_600, "3.659,5736"),
        ("2.210,00", 2_210_000_000, "2.210,00"),
        ("1.234.567", 1_234_567_000_000, "1.234.567,00"),
        ("1,234.5", 1_234_500_000, "1.234,50"),
        ("12 345,678901 EUR", 12_345_678_901, "12.345,678901"),
        ("1000000000000", 10**18, "1.000.000.000.000,00"),
    ],
)
def test_rates(text, micros, written):
    assert parse_rate(text) == micros
    assert format_rate(micros) == written


@pytest.mark.parametrize(
    "text",
    [
        "-0,65",
        "0,1234567",
        "1.234,5678901",
        "12.34,5",
        "1234.567,5",
        "0.123,45",
        "1,2,3",
        "",
        "x",
        "01",
        "1,",
        "1.2.3",
    ],
)
def test_refuses_rates(text):
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_rate(text)
    assert str(refusal.value) == (
        f"{text!r} ist kein Satz; erlaubt: 0,65 oder 0.65, nicht negativ, höchstens sechs Nachkommastellen"
    )


def test_refuses_rates_that_mean_two_things_or_too_much_or_are_no_text():
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_rate("1.234")
    assert (
        str(refusal.value)
        == "'1.234' ist mehrdeutig; erlaubt: 1.2340 für einen Satz mit drei Nachkommastellen"
    )
    with pytest.raises(ValueError, match="ist zu groß"):
        parse_rate("1000000000001")
    with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
        parse_rate(0.65)
    assert (
        str(refusal.value)
        == '0.65 ist kein Text; erlaubt: der Satz in Anführungszeichen, zum Beispiel "0,65"'
    )


@given(st.integers(0, 10**15))
def test_a_rate_as_people_read_it_reads_back_unless_it_could_be_thousands(micros):
    text = format_rate(micros)
    whole, _, decimals = text.partition(",")
    if len(decimals) == 3 and whole != "0" and "." not in whole:
        with pytest.raises(ValueError, match="mehrdeutig"):
            parse_rate(text)
    else:
        assert parse_rate(text) == micros


@given(st.text(alphabet="0123456789.,-− €", max_size=14))
def test_a_rate_is_read_with_every_digit_or_refused(text):
    try:
        micros = parse_rate(text)
    except ValueError:
        return
    digits = int("".join(sign for sign in text if sign.isdigit()))
    assert micros in {digits * 10**places for places in range(7)}


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("432.000", 43200000),
        ("-1.234 €", -123400),
        ("1.234", 123400),
        ("432.000,5", None),
        ("432,000", None),
        ("0.123", None),
        ("1.2345", None),
        ("2.210,00", 221000),
        ("12.5", 1250),
    ],
)
def test_what_a_person_types_is_german(text, cents):
    if cents is None:
        with pytest.raises(ValueError, match="erlaubt"):
            parse_typed_eur(text)
    else:
        assert parse_typed_eur(text) == cents


def test_an_amount_is_typed_as_text():
    with pytest.raises(ValueError, match="der Betrag in Anführungszeichen"):
        parse_typed_eur(5)


@given(st.text(alphabet="0123456789.,-− €", max_size=12))
def test_a_typed_amount_is_what_any_amount_is_except_thousands(text):
    try:
        cents = parse_typed_eur(text)
    except ValueError:
        with pytest.raises(ValueError, match="erlaubt"):
            parse_eur(text)
        return
    try:
        assert parse_eur(text) == cents
    except ValueError:
        assert parse_eur(text.replace(".", "")) == cents


@given(st.integers(0, 10**12))
def test_rates_read_back(micros):
    text = format_rate(micros).replace(".", "")
    whole, _, decimals = text.partition(",")
    if (
        len(decimals) == 3 and whole != "0"
    ):  # 1,234 might be a thousand: such a rate is written with one more decimal
        with pytest.raises(ValueError, match="mehrdeutig"):
            parse_rate(text)
    else:
        assert parse_rate(text) == micros


DECIMAL_RULES = {
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
    "half-down": ROUND_HALF_DOWN,
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
}


@given(
    st.sampled_from(sorted(ROUNDINGS)),
    st.integers(-(10**6), 10**6),
    st.sampled_from([1, 2, 4, 5, 8, 10, 100, 1000, 2**20]),
)
def test_roundings_are_those_of_decimal(rule, numerator, denominator):
    with localcontext(prec=60):
        exact = Decimal(numerator) / Decimal(denominator)
        assert ROUNDINGS[rule](numerator, denominator) == int(exact.to_integral_value(DECIMAL_RULES[rule]))


@pytest.mark.parametrize(
    ("rounding", "halves"),
    [
        (round_half_up, [-3, -2, -1, 1, 2, 3]),
        (round_half_down, [-2, -1, 0, 0, 1, 2]),
        (round_half_even, [-2, -2, 0, 0, 2, 2]),
        (floor_cents, [-3, -2, -1, 0, 1, 2]),
        (ceil_cents, [-2, -1, 0, 1, 2, 3]),
    ],
)
def test_halves(rounding, halves):
    assert [rounding(numerator, 2) for numerator in (-5, -3, -1, 1, 3, 5)] == halves


def test_roundings_have_names():
    assert dict(ROUNDINGS) == {
        "half-up": round_half_up,
        "half-even": round_half_even,
        "half-down": round_half_down,
        "floor": floor_cents,
        "ceil": ceil_cents,
    }


@given(st.sampled_from(sorted(ROUNDINGS)), st.lists(st.integers(0, 10**9)), st.integers(1, 10**6))
def test_rounding_many_is_rounding_each(rule, numerators, denominator):
    rounding = ROUNDINGS[rule]
    assert round_each(numerators, denominator, rounding) == [rounding(one, denominator) for one in numerators]


class TestApportion:
    @pytest.mark.parametrize(
        ("total", "weights", "parts"),
        [
            (100, [1, 1, 1], [34, 33, 33]),
            (101, [1, 1, 1], [34, 34, 33]),
            (
                18225,
                [98, 2],
                [17861, 364],
            ),  # 17860.5 and 364.5: one odd cent, a tie, the first in rank takes it
            (0, [3, 4], [0, 0]),
            (1, [0, 5], [0, 1]),
            (7, [5], [7]),
            (7, [1], [7]),
            (1, [1, 0], [1, 0]),
            (100, [Fraction(1, 3), Fraction(2, 3)], [33, 67]),
            (10, [6, 6, 2], [4, 4, 2]),
        ],
    )
    def test_by_hand(self, total, weights, parts):
        assert apportion(total, weights, ranks=range(len(weights))) == parts

    def test_the_first_in_rank_takes_the_odd_cent(self):
        assert apportion(100, [1, 1, 1], ranks=["c", "a", "b"]) == [33, 34, 33]

    def test_debts_decide_who_takes_the_odd_cent(self):
        third = Fraction(1, 3)
        assert apportion(100, [1, 1, 1], ranks=[0, 1, 2], debts=[-2 * third, third, third]) == [33, 34, 33]

    def test_debts_count_in_cents_like_the_remainders(self):
        """Two thirds of a cent less half a cent of old are less than one third and half a cent."""
        assert apportion(1, [2, 1], ranks=[0, 1], debts=[Fraction(-1, 2), Fraction(1, 2)]) == [0, 1]

    def test_whoever_is_owed_a_whole_cent_of_old_still_gets_none_without_a_remainder(self):
        owed = [Fraction(9), Fraction(0), Fraction(0)]
        assert apportion(2, [2, 1, 1], ranks=[0, 1, 2], debts=owed) == [1, 1, 0]
        assert apportion(3, [2, 1, 1], ranks=[0, 1, 2], debts=owed) == [2, 1, 0]

    @pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1, 2]])
    def test_refuses_weights(self, weights):
        with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
            apportion(100, weights, ranks=range(len(weights)))
        assert str(refusal.value) == "Gewichte dürfen nicht negativ und nicht alle null sein"

    @pytest.mark.parametrize(
        ("ranks", "debts"), [([0], None), ([0, 1, 2], None), ([0, 1], []), ([0, 1], [Fraction(0)])]
    )
    def test_refuses_lists_of_different_lengths(self, ranks, debts):
        with pytest.raises(ValueError, match=r"erlaubt|dürfen nicht|müssen") as refusal:
            apportion(100, [1, 1], ranks=ranks, debts=debts)
        assert str(refusal.value) == "Gewichte, Rangfolge und Ausgleich müssen gleich viele sein"

    @given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any))
    def test_laws_of_one_split(self, total, weights):
        parts = apportion(total, weights, ranks=range(len(weights)))
        assert sum(parts) == total
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert apportion(-total, weights, ranks=range(len(weights))) == [-part for part in parts]

    @given(st.integers(0, 10**6), st.permutations(list(enumerate([5, 5, 0, 3, 3, 3, 11]))))
    def test_the_order_of_the_members_is_irrelevant(self, total, members):
        parts = apportion(total, [weight for _, weight in members], ranks=[rank for rank, _ in members])
        by_rank = {rank: part for (rank, _), part in zip(members, parts, strict=True)}
        assert [by_rank[rank] for rank in range(7)] == apportion(
            total, [5, 5, 0, 3, 3, 3, 11], ranks=range(7)
        )

    @given(
        st.integers(0, 10**6),
        st.lists(st.tuples(st.integers(0, 50), st.fractions(-2, 2)), min_size=1, max_size=6).filter(
            lambda rows: any(weight for weight, _ in rows)
        ),
    )
    def test_debts_never_move_anybody_a_cent_off_this_split(self, total, rows):
        weights, debts = [weight for weight, _ in rows], [debt for _, debt in rows]
        parts = apportion(total, weights, ranks=range(len(rows)), debts=debts)
        assert sum(parts) == total
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, sum(weights))) < 1

    def test_one_more_cent_can_lower_a_part(self):
        """Largest remainder is not monotone (the Alabama paradox): nobody may rely on it."""
        assert apportion(10, [6, 6, 2], ranks=range(3)) == [4, 4, 2]
        assert apportion(11, [6, 6, 2], ranks=range(3)) == [5, 5, 1]


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(money).attempted >= 4
    assert doctest.testmod(money).failed == 0
