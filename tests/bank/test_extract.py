"""The extract of a pooled account's file: it reads as it was written, and tells of foreign lines only what it may."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.bank.extract import LineMark, extract_of, key_id, mark_of, read, write
from kkd_ledger.bank.line_keys import line_keys, without_number
from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import BookRefused
from tests.bank.writing import line, statement

KEY, OTHER = b"k" * 32, b"o" * 32
_texts = st.text(st.characters(codec="utf-8"), max_size=10)
_lines = st.builds(
    line,
    st.integers(-(10**12), 10**12),
    value_day=st.none() | st.dates(),
    counterparty=_texts,
    iban=_texts,
    structured=st.lists(_texts, max_size=2).map(tuple),
    remittance=_texts,
    end_to_end=_texts,
    bank_reference=_texts,
    charges_cents=st.integers(-999, 999),
    original=st.lists(_texts, max_size=2).map(tuple),
    reversal=st.booleans(),
    status=st.sampled_from(["BOOK", "PDNG"]),
    note=_texts,
)


def whole(_: Statement, place: int, key: str) -> LineMark:
    """Every second line is ours."""
    return LineMark("", f"regel-{place}") if place % 2 else LineMark(key, "")


@given(st.lists(_lines, max_size=5), st.none() | st.integers(1, 9))
def test_what_is_written_is_read_and_written_again_the_same(lines: list[Any], page: int | None) -> None:
    made = extract_of([statement(*lines, page=page, sha256="0" * 64)], whole, KEY)
    content = write(made)
    assert read(content, "x.auszug") == made
    assert write(read(content, "x.auszug")) == content
    for place, (kept, told) in enumerate(zip(made.statements[0].lines, lines, strict=True)):
        assert (kept.day, kept.cents) == (told.booking_day, told.amount_cents)
        assert (kept.whole is None) == bool(place % 2)


def test_a_foreign_line_tells_day_amount_mark_and_rule_and_no_more() -> None:
    ours = line(100, counterparty="Gemeinde Adorf", remittance="Umlage")
    foreign = line(
        -4_711, counterparty="Erika Mustermann", iban="DE94999999990099999999", remittance="Sozialhilfe"
    )
    told = statement(ours, foreign)
    content = write(extract_of([told], whole, KEY)).decode()
    assert "Gemeinde Adorf" in content
    for word in ("Erika", "DE94", "Sozialhilfe", line_keys(told)[1], without_number(line_keys(told)[1])):
        assert word not in content
    mark = mark_of(KEY, without_number(line_keys(told)[1]), foreign.booking_day)
    assert (
        f'"betrag": "-47.11", "eintrag": 2, "gebucht": true, "hmac": "{mark}", "regel": "regel-1"' in content
    )


def test_marks_are_made_again_under_the_same_key_only() -> None:
    told = statement(line(100), line(200))
    again = [write(extract_of([told], whole, key)) for key in (KEY, KEY, OTHER)]
    assert again[0] == again[1] != again[2]
    assert key_id(KEY) != key_id(OTHER)
    assert KEY.hex() not in again[0].decode()


def test_a_line_that_somebody_calls_foreign_is_reduced_as_if_it_had_been_from_the_beginning() -> None:
    told = statement(line(100, counterparty="Stadtwerke"), line(200))
    before = extract_of([told], lambda _, __, key: LineMark(key, ""), KEY)
    foreign, _ = line_keys(told)
    after = before.reduced(foreign, "Person: S. Muster", KEY)
    made = extract_of(
        [told],
        lambda _, __, key: LineMark("", "Person: S. Muster") if key == foreign else LineMark(key, ""),
        KEY,
    )
    assert after == made
    assert "Stadtwerke" not in write(after).decode()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"auszug": 1', '"auszug": 2', "zeilen 1, auszug"),
        ('"betrag": "1.00"', '"betrag": "1,00"', "zeilen 1, betrag"),
        ('"angaben": {', '"angaben": {"x": 1, ', "zeilen 1, angaben, 'x'"),
        ('"hmac"', '"hnac"', "zeilen 2, hmac"),
        ("kkd-auszug/1", "kkd-auszug/2", "format"),
    ],
)
def test_what_is_no_extract_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    content = write(extract_of([statement(line(100), line(200))], whole, KEY)).decode()
    assert old in content
    with pytest.raises(BookRefused) as refused:
        read(content.replace(old, new, 1).encode(), "x.auszug")
    (problem,) = refused.value.problems
    assert (problem.file, problem.place) == ("x.auszug", place)
