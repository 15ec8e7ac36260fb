"""An inbox of many files: each is read a fixed number of times, however many months are run; a terminal shows it."""

import datetime as dt
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.certificate import CertifiedStatement
from kkd_ledger.book.config import Book
from kkd_ledger.cli import main
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.statements import received
from kkd_ledger.work.statements.received import Ends, StatementFile
from kkd_ledger.work.statements.statement_numbers import missing_numbers, restarts
from ledgers.statements import Entry, camt
from tests.certified import statement
from tests.work.statements.test_intake import MARCH, OWN, STRANGER

MONTHS = 16


@pytest.fixture
def amt(amt: Book) -> Book:
    """A book in whose inbox a statement of each of sixteen months waits."""
    (amt.root / "inbox").mkdir(exist_ok=True)
    month, opening = MARCH, 0
    for number in range(MONTHS):
        entry = Entry(month.first_day, 1_000 + number, "Irgendwer", STRANGER, text="Spende")
        text = camt(OWN, "Amt", [entry], first=month.first_day, number=month.month, opening=opening)
        (amt.root / "inbox" / f"{month}.xml").write_text(text, encoding="utf-8")
        month, opening = month.following, opening + entry.cents
    return amt


def test_each_file_is_read_twice_however_many_months_are_run(
    amt: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: Counter[str] = Counter()
    genuine = received.receive

    def counted(book: Book, path: Path, *args: Any, **named: Any) -> StatementFile:
        reads[path.name] += 1
        return genuine(book, path, *args, **named)

    monkeypatch.setattr(received, "receive", counted)
    assert main(["month", str(amt.root), "--all", "--today", "2024-01-01"]) in {0, 1}
    assert not list((amt.root / "inbox").iterdir())
    assert len(reads) == MONTHS
    assert set(reads.values()) == {2}, "once for its month, once to be booked"


def test_a_file_that_was_replaced_meanwhile_is_read_anew(amt: Book) -> None:
    ends, april = Ends(), amt.root / "inbox" / "2022-04.xml"
    run_month(amt, MARCH, today=dt.date(2022, 4, 30), ends=ends)
    assert ends.day_of(april) == dt.date(2022, 4, 30)
    april.write_text("<Document>", encoding="utf-8")
    assert ends.day_of(april) is None
    done = run_month(amt, MARCH, today=dt.date(2022, 4, 30), ends=ends)
    assert [one.path for one in done.rejected] == [april]


def test_of_many_files_for_later_only_the_count_is_told(amt: Book) -> None:
    done = run_month(amt, MARCH, today=dt.date(2023, 6, 30))
    assert not done.waiting
    (line,) = [line for line in month_text(done).splitlines() if "nächsten Lauf" in line]
    assert line == (
        "  15 Dateien (2022-04.xml bis 2023-06.xml) reichen über den Monat hinaus und warten auf den nächsten Lauf"
    )


def test_a_statement_is_kept_under_the_name_that_it_has_in_the_archive(amt: Book) -> None:
    path = amt.root / "inbox" / "2022-03.xml"
    again = path.rename(path.with_suffix(".txt"))
    content = again.read_bytes()
    run_month(amt, MARCH, today=dt.date(2022, 4, 30))
    (kept,) = (amt.root / "archive").iterdir()
    assert StatementFile(path, content, ()).archived(amt.root) == f"archive/{kept.name}"
    assert kept.suffix == ".txt"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_the_run_is_and_a_pipe_does_not(
    amt: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kkd_ledger.cli.job._FILES_LONG", 10)
    run = ["month", str(amt.root), "2022-03", "--today", "2022-04-30", "--dry-run"]
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        main(run)
        drawn = stream.getvalue()
        if stream.isatty():
            assert drawn.startswith("\r[##......................................] 1/16\r[#####")
            assert drawn.endswith("16/16\r\x1b[K")
        else:
            assert drawn == ""


def test_short_work_draws_nothing(amt: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    main(["month", str(amt.root), "2022-03", "--today", "2022-04-30", "--dry-run"])
    assert terminal.getvalue() == ""


# ------------------------------------------------------------------------------------------- numbers of statements


@st.composite
def held(draw: st.DrawFn) -> list[CertifiedStatement]:
    """Statements of some days each, of one format or another, with numbers as they may come."""
    found = []
    for place in range(draw(st.integers(0, 12))):
        first = dt.date(2022, 11, 1) + dt.timedelta(days=draw(st.integers(0, 120)))
        last = first + dt.timedelta(days=draw(st.integers(0, 31)))
        found.append(
            statement(
                kind=draw(st.sampled_from(["053", "MT940"])),
                from_day=first,
                to_day=last,
                number=draw(st.sampled_from([None, 1, 2, 3, 5, 8])),
                opening_cents=draw(st.sampled_from([100, 200])),
                closing_cents=draw(st.sampled_from([100, 200])),
                count=draw(st.integers(0, 1)),
                known_count=draw(st.integers(0, 1)),
                key=f"1:a-{place}",
            )
        )
    return sorted(found, key=lambda one: (one.to_day, one.from_day))


def jumps(statements: Sequence[CertifiedStatement]) -> Iterator[tuple[int, int]]:
    """Yield the numbers around each jump, every statement compared with every other."""
    numbered = [one for one in statements if one.number]
    told = {(one.kind, one.to_day.year, one.number) for one in numbered}
    for one in numbered:
        earlier = [other for other in numbered if other.kind == one.kind and other.to_day < one.from_day]
        before = max(earlier, key=lambda other: (other.to_day, other.number), default=None)
        if before and before.to_day.year == one.to_day.year:
            between = range(before.number + 1, one.number)
            if any((one.kind, one.to_day.year, number) not in told for number in between):
                yield before.number, one.number


@given(statements=held())
def test_jumps_are_those_of_comparing_every_two(statements: list[CertifiedStatement]) -> None:
    told = [
        sentence.split(" (")[0].removeprefix("Zwischen Auszug ") for sentence in missing_numbers(statements)
    ]
    expected = [str(before) for before, _ in jumps(statements)]
    assert set(told) == set(expected)


@given(statements=held())
def test_a_change_of_format_is_told_of_the_last_one_before(statements: list[CertifiedStatement]) -> None:
    every = {one.key for one in statements}
    news = [one for one in statements if one.count > one.known_count or not one.count]
    expected = []
    for one in news:
        earlier = [other for other in news if other.to_day < one.from_day]
        before = max(earlier, key=lambda other: other.to_day, default=None)
        if before and before.kind != one.kind:
            silent = next((each.kind for each in (before, one) if not each.balanced), "")
            joined = "aneinander" if before.closing_cents == one.opening_cents else "nicht aneinander"
            joins = f"{silent} nennt keine Salden." if silent else f"die Salden schließen {joined} an."
            expected.append((joins, f"vorher als {before.kind} (bis {before.to_day:%d.%m.%Y}"))
    told = list(restarts(statements, every))
    assert len(told) == len(expected)
    assert all(words in sentence for (_, words), sentence in zip(expected, told, strict=True))
    assert all(sentence.endswith(joins) for (joins, _), sentence in zip(expected, told, strict=True))
