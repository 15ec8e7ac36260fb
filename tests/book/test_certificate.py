"""The certificate's file and its records say the same; what is no certificate is refused with its place."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kkd_ledger.book.certificate import Certificate, Certificates, Fate, read, write
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.periods import BookingMonth
from tests.certified import certificates, line, statement

FILE = "2022/2022-03.bank.json"
MARCH = BookingMonth(2022, 3)
WHOLE = Certificate(
    MARCH,
    (statement(moved_cents=100, count=1, fates=dict.fromkeys(Fate, 0) | {Fate.WAITS: 1}),),
    (line("1:f-0", reasons=("nichts passt",)),),
)


def refusal(content: bytes) -> Problem:
    with pytest.raises(BookRefused) as refused:
        read(content, FILE)
    (problem,) = refused.value.problems
    assert problem.file == FILE
    return problem


@given(certificates)
def test_what_is_written_is_read_and_written_again_the_same(certificate: Certificate) -> None:
    content = write(certificate)
    assert read(content, FILE) == certificate
    assert write(read(content, FILE)) == content


@given(certificates, st.integers(0, 4))
def test_it_is_read_whatever_its_blanks_and_the_order_of_its_keys(
    certificate: Certificate, indent: int
) -> None:
    data = json.loads(write(certificate))
    turned = json.dumps(dict(reversed(data.items())), indent=indent)
    assert read(turned.encode(), FILE) == certificate


def test_the_certificates_of_the_sample_are_written_as_they_were() -> None:
    files = sorted(Path("ledgers").glob("*/*/*.bank.json"))
    assert len(files) >= 6
    for file in files:
        assert write(read(file.read_bytes(), str(file))) == file.read_bytes()


@pytest.mark.parametrize(
    ("content", "place", "found"),
    [
        (b"", "Zeile 1, Spalte 1", "kein JSON"),
        (b'{"zeilen": [', "Zeile 1, Spalte 13", "kein JSON"),
        (b"\xff", "Byte 1", "kein UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "", "zu tief verschachtelt"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", "zu tief verschachtelt"),
        (b"9" * 10_000, "", "zu vielen Ziffern"),
        (b'{"format": 1.5}', "", "die Zahl 1.5"),
        (b'{"format": NaN}', "", "die Zahl NaN"),
        (b"[]", "", "[]"),
        (b"{}", "format", "nicht angegeben"),
        (b'{"format": "kkd-vollstaendigkeit/9"}', "format", "'kkd-vollstaendigkeit/9'"),
    ],
)
def test_what_is_no_certificate_is_refused(content: bytes, place: str, found: str) -> None:
    problem = refusal(content)
    assert problem.place == place
    assert found in problem.actual


WRONG: dict[str, tuple[tuple[str | int, ...], Any, str, str]] = {
    "month": (("monat",), "2022-14", "monat", "ein Monat JJJJ-MM"),
    "no list": (("zeilen",), {}, "zeilen", "eine Liste"),
    "no object": (("zeilen", 0), [1], "zeilen 1", "ein Objekt mit benannten Angaben"),
    "unknown": (("zeilen", 0, "farbe"), "rot", "zeilen 1, 'farbe'", "nur Angaben, die das Format kennt"),
    "unknown in all": (("farbe",), "rot", "'farbe'", "nur Angaben, die das Format kennt"),
    "day": (("zeilen", 0, "tag"), "2022-02-30", "zeilen 1, tag", "ein Tag JJJJ-MM-TT"),
    "day of a week": (("zeilen", 0, "tag"), "2022-W01-1", "zeilen 1, tag", "ein Tag JJJJ-MM-TT"),
    "amount": (("zeilen", 0, "betrag"), "1.234,56", "zeilen 1, betrag", "ein Betrag wie 1234.56 oder -0.01"),
    "minus nothing": (
        ("zeilen", 0, "betrag"),
        "-0.00",
        "zeilen 1, betrag",
        "ein Betrag wie 1234.56 oder -0.01",
    ),
    "other digits": (
        ("zeilen", 0, "betrag"),
        "١.00",
        "zeilen 1, betrag",
        "ein Betrag wie 1234.56 oder -0.01",
    ),
    "fate": (
        ("zeilen", 0, "ergebnis"),
        "vielleicht",
        "zeilen 1, ergebnis",
        "eines von zugeordnet, ungeklärt, wartet, nicht-kkd",
    ),
    "no text": (("zeilen", 0, "schluessel"), 1, "zeilen 1, schluessel", "ein Text"),
    "half a character": (("zeilen", 0, "nr"), "\ud800", "zeilen 1, nr", "ein Text"),
    "reasons": (("zeilen", 0, "gruende"), "x", "zeilen 1, gruende", "eine Liste von Texten"),
    "half the words": (("zeilen", 0, "text"), "x", "zeilen 1, gegenseite", "diese Angabe"),
    "batch": (
        ("zeilen", 0, "sammelbuchung"),
        {"posten": 1},
        "zeilen 1, sammelbuchung, bankreferenz",
        "diese Angabe",
    ),
    "count": (("auszuege", 0, "zeilen"), -1, "auszuege 1, zeilen", "eine ganze Zahl ab 0"),
    "truth for a count": (("auszuege", 0, "bekannt"), True, "auszuege 1, bekannt", "eine ganze Zahl ab 0"),
    "number": (("auszuege", 0, "nummer"), "1", "auszuege 1, nummer", "eine ganze Zahl ab 0"),
    "balance": (("auszuege", 0, "anfang"), 1, "auszuege 1, anfang", "ein Text"),
    "half a page": (("auszuege", 0, "blatt"), 1, "auszuege 1, weitere", "diese Angabe"),
    "advice": (("einzelposten",), [{}], "einzelposten 1, konto", "diese Angabe"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_malformed_fact_is_refused_with_its_place(how: str) -> None:
    path, value, place, allowed = WRONG[how]
    data = held = json.loads(write(WHOLE))
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    problem = refusal(json.dumps(data).encode())
    assert (problem.place, problem.allowed) == (place, allowed)


def test_every_fact_that_is_left_out_is_named() -> None:
    for where in ("auszuege", "zeilen"):
        for key in json.loads(write(WHOLE))[where][0]:
            data = json.loads(write(WHOLE))
            del data[where][0][key]
            assert refusal(json.dumps(data).encode()).place == f"{where} 1, {key}"


@given(
    st.binary(max_size=40)
    | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(
        lambda data: json.dumps(data).encode()
    )
)
@example(b'"\\ud800"')
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    refusal(content)


@given(st.data())
def test_a_certificate_of_which_something_is_cut_or_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(write(WHOLE))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with suppress(BookRefused):
        assert write(read(bytes(content), FILE))


def test_a_certificate_under_the_name_of_another_month_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022/2022-04.bank.json").write_bytes(write(WHOLE))
    (tmp_path / "2022/2022-99.bank.json").write_bytes(write(WHOLE))  # no month: not ours to read
    with pytest.raises(BookRefused, match="monat: gefunden: 2022-03; erlaubt: 2022-04"):
        _ = Certificates(tmp_path).lines


def test_heads_are_certificates_without_their_lines(tmp_path: Path) -> None:
    (tmp_path / "2022").mkdir()
    many = Certificate(MARCH, WHOLE.statements * 50, WHOLE.lines * 2_000)
    for content in (write(many), json.dumps(json.loads(write(many)), indent=1).encode()):
        (tmp_path / FILE).write_bytes(content)
        (head,) = Certificates(tmp_path).heads
        assert (head.month, head.statements) == (MARCH, many.statements)


def test_a_decision_and_details_change_the_counts_of_their_statement() -> None:
    (waits,) = WHOLE.lines
    decided = WHOLE.decided(waits._replace(fate=Fate.NOT_OURS))
    assert decided.statements[0].fates == dict.fromkeys(Fate, 0) | {Fate.NOT_OURS: 1}
    details = [line("1:f-0:1", cents=60, fate=Fate.MATCHED), line("1:f-0:2", cents=40)]
    split = WHOLE.with_details("1:f-0", details)
    assert split.statements[0].fates == dict.fromkeys(Fate, 0) | {Fate.MATCHED: 1, Fate.WAITS: 1}
    assert (split.statements[0].count, split.lines) == (2, tuple(details))
