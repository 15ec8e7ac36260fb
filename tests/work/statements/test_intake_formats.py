"""Every line once, also where a bank changes its format: MT940, then CAMT, or a CSV of the same days."""

import datetime as dt
import random
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import StatementGap, StatementRefused
from kkd_ledger.money import plain
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.statements.importing import import_files
from tests.bank import writing
from tests.samples import tree

OWN = "DE09999999999900100000"
TODAY, MARCH = dt.date(2022, 3, 31), BookingMonth(2022, 3)
Entry = tuple[int, int, str]  # day of March, cents, text


def said(entries: Sequence[Entry], first: int, last: int, opening: int, number: int) -> Statement:
    """Return the statement of some days of March, numbered as its format numbers it."""
    lines = [
        StatementLine(
            booking_day=dt.date(2022, 3, day),
            value_day=dt.date(2022, 3, day),
            amount_cents=cents,
            remittance=text,
            entry=place,
        )
        for place, (day, cents, text) in enumerate(entries, start=1)
        if first <= day <= last
    ]
    return writing.statement(
        *lines,
        opening_cents=opening,
        account=OWN,
        sequence=number,
        identity=f"A{number}",
        from_day=dt.date(2022, 3, first),
        to_day=dt.date(2022, 3, last),
    )


def written(path: Path, kind: str, statement: Statement) -> Path:
    """Write a statement in a format; a CSV has neither number nor balances."""
    if kind == "053":
        path.write_bytes(writing.camt(statement))
    elif kind == "MT940":
        path.write_text(writing.mt940(statement), encoding="utf-8", newline="")
    else:
        rows = [
            f'"{OWN}";"{line.booking_day:%d.%m.%y}";"{line.booking_day:%d.%m.%y}";"X";"{line.remittance}";"Wer";"1";'
            f'"{plain(line.amount_cents).replace(".", ",")}";"EUR";"Umsatz gebucht"'
            for line in statement.lines
        ]
        head = (
            '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
            '"Beguenstigter/Zahlungspflichtiger";"Kontonummer";"Betrag";"Waehrung";"Info"'
        )
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def booked(book: Book) -> list[tuple[int, int]]:
    account = book.settings.bank.account
    return sorted(
        (record.date.day, leg.cents)
        for record in read(book).records
        if isinstance(record, Transaction)
        for leg in record.postings
        if leg.account == account
    )


entries_of_march = st.lists(
    st.tuples(
        st.integers(1, 28), st.sampled_from([100, 25_000, 110_000, -5_000]), st.sampled_from(["", "Umlage"])
    ),
    max_size=8,
).map(sorted)


@given(
    entries=entries_of_march,
    cuts=st.sets(st.integers(2, 28), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=25)
def test_the_order_of_files_of_two_formats_changes_no_line_and_no_total(
    posted: Path, entries: list[Entry], cuts: set[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """MT940 up to a closing balance, then CAMT with numbers from 1; all sent again, and the first days as both."""
    folder = tmp_path_factory.mktemp("formats")
    book = load_book(shutil.copytree(posted, folder / "books") / "amt")
    chance = random.Random(seed)
    bounds = [1, *sorted(cuts), 32]
    switch = chance.choice(bounds[1:-1])
    files, opening = [], 0
    for number, (first, after) in enumerate(pairwise(bounds), start=1):
        last = min(after - 1, 31)
        kind = "MT940" if first < switch else "053"
        restarted = number if kind == "MT940" else number - bounds.index(switch)
        part = said(entries, first, last, opening, restarted)
        files.append(written(folder / f"{number}.{kind}", kind, part))
        opening = part.closing_cents or 0
    both = said(entries, 1, switch - 1, 0, 77)
    again = [shutil.copy(file, folder / f"nochmal-{file.name}") for file in files]
    overlap = written(folder / "beide.xml", "053", both)
    run = [*files, *again, overlap]
    chance.shuffle(run)
    import_files(book, run, today=TODAY)
    assert booked(book) == sorted((day, cents) for day, cents, _ in entries)
    before = tree(book.root)
    import_files(book, chance.sample(run, len(run)), today=TODAY)
    assert tree(book.root) == before


TWO: list[Entry] = [(3, 110_000, "Umlage"), (3, 110_000, "Umlage"), (17, -5_000, "Entgelt")]


@pytest.mark.parametrize("formats", [("MT940", "053"), ("053", "MT940"), ("CSV", "053"), ("053", "CSV")])
def test_the_same_days_in_another_format_are_known_by_their_amounts(
    formats: tuple[str, str], amt: Book, tmp_path: Path
) -> None:
    whole = said(TWO, 1, 31, 0, 1)
    for kind in formats:
        done = import_files(amt, [written(tmp_path / f"a.{kind}", kind, whole)], today=TODAY)
    assert (done.lines, done.known_count) == ((), 3)
    assert booked(amt) == [(3, 110_000), (3, 110_000), (17, -5_000)]


def test_another_format_that_says_otherwise_of_a_day_waits_and_names_both(amt: Book, tmp_path: Path) -> None:
    import_files(amt, [written(tmp_path / "a.sta", "MT940", said(TWO, 1, 31, 0, 1))], today=TODAY)
    other = [(3, 110_000, "Umlage"), (17, -5_000, "Entgelt"), (17, 110_000, "Umlage")]
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    written(inbox / "b.xml", "053", said(other, 1, 31, 0, 1))
    before = booked(amt)
    done = run_month(amt, MARCH, today=TODAY)
    assert booked(amt) == before
    named = "(Auszug 1 (MT940) 03.03.2022 bis 31.03.2022: 0,00 EUR bis 2.150,00 EUR)"
    allowed = (
        "erlaubt: dieselben Umsätze, oder ein Formatwechsel an einem Endsaldo (vorher das eine, nachher das andere); "
        "keiner von beiden gilt von selbst; klären Sie es mit der Bank, eine Person entscheidet"
    )
    [waits] = done.imported.refused
    assert [str(problem) for problem in waits.error.problems] == [
        "b.xml: 03.03.2022: gefunden: 053: 1 Umsatz über 1.100,00 EUR; "
        f"als MT940 bekannt: 2 Umsätze über 2.200,00 EUR {named}; {allowed}",
        "b.xml: 17.03.2022: gefunden: 053: 2 Umsätze über 1.050,00 EUR; "
        f"als MT940 bekannt: 1 Umsatz über -50,00 EUR {named}; {allowed}",
    ]
    assert not done.rejected
    assert (inbox / "b.xml").exists()


def test_a_format_may_change_within_a_day_where_the_balances_join(amt: Book, tmp_path: Path) -> None:
    morning = written(tmp_path / "a.sta", "MT940", said([(3, 110_000, "Umlage")], 3, 3, 0, 9))
    evening = written(tmp_path / "b.xml", "053", said([(3, 25_000, "Umlage")], 3, 3, 110_000, 1))
    for files in ([morning], [evening], [evening, morning]):
        import_files(amt, files, today=TODAY)
    assert booked(amt) == [(3, 25_000), (3, 110_000)]


def test_a_change_of_format_with_its_new_numbers_is_told_and_a_repetition_is_none(amt: Book) -> None:
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    written(inbox / "a.sta", "MT940", said([(3, 110_000, "Umlage")], 1, 10, 0, 5))
    assert "Ab " not in month_text(run_month(amt, MARCH, today=TODAY))
    written(inbox / "b.xml", "053", said([(17, -5_000, "Entgelt")], 11, 31, 110_000, 1))
    told = (
        "  HINWEIS Ab 11.03.2022 kommt das Konto als 053, Auszug 1, vorher als MT940 (bis 10.03.2022, Auszug 5); "
        "die Nummern zählen neu, die Salden schließen aneinander an."
    )
    assert told in month_text(run_month(amt, MARCH, today=TODAY)).splitlines()
    written(inbox / "c.xml", "053", said([(3, 110_000, "Umlage")], 1, 10, 0, 9))
    again = run_month(amt, MARCH, today=TODAY)
    assert (again.imported.known_count, "HINWEIS Ab" in month_text(again)) == (1, False)


def test_a_gap_at_the_change_of_format_is_told(amt: Book, tmp_path: Path) -> None:
    import_files(amt, [written(tmp_path / "a.sta", "MT940", said(TWO, 1, 10, 0, 9))], today=TODAY)
    with pytest.raises(StatementGap, match="vermutlich fehlt ein Auszug dazwischen"):
        import_files(amt, [written(tmp_path / "b.xml", "053", said(TWO, 11, 31, 5, 1))], today=TODAY)


def test_the_same_number_in_another_year_or_format_is_another_statement(amt: Book, tmp_path: Path) -> None:
    files = [
        written(tmp_path / "a.sta", "MT940", said(TWO, 1, 10, 0, 1)),
        written(tmp_path / "b.xml", "053", said(TWO, 11, 31, 220_000, 1)),
    ]
    import_files(amt, files, today=TODAY)
    assert booked(amt) == [(3, 110_000), (3, 110_000), (17, -5_000)]
    other = said([(18, -5_000, "Entgelt")], 11, 31, 220_000, 1)
    with pytest.raises(StatementRefused, match="mit anderem Inhalt als der bekannte"):
        import_files(amt, [written(tmp_path / "c.xml", "053", other)], today=TODAY)
