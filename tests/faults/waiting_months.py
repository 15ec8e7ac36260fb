"""More monthly runs for the fault tests: several months, months that are complete, details that come late."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import load_book
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month import month
from kkd_ledger.work.statements.importing import import_files
from ledgers.statements import Entry, camt
from tests.faults.scenarios import ACCOUNT, ADORF, BEHAUSEN, BOOK, OWNER, Scenario, posted, waiting
from tests.samples import ORDER
from tests.work.statements.test_notifications import PARTS, entry, message, total

MARCH = BookingMonth(2022, 3)
MAY_DAY = dt.date(2022, 5, 1)
TODAY = ("--today", MAY_DAY.isoformat())


def _several(folder: Path) -> None:
    """Two good months wait, and two files that are rejected."""
    posted(folder)
    waiting(folder)


def _complete(folder: Path) -> None:
    """Two months wait that a person may close after the run: every line is placed."""
    posted(folder)
    assert close(load_book(folder / BOOK), BookingMonth(2022, 2), by=ORDER[0], today=MAY_DAY).seal
    inbox = folder / BOOK / "inbox"
    inbox.mkdir(exist_ok=True)
    march = [Entry(dt.date(2022, 3, 8), 110_000, "Adorf", ADORF, text="Archiv 2021")]
    april = [Entry(dt.date(2022, 4, 4), 125_000, "Adorf", ADORF, text="Archiv 2022")]
    (inbox / "3.xml").write_text(
        camt(ACCOUNT, OWNER, march, first=dt.date(2022, 3, 1), number=1, opening=0), encoding="utf-8"
    )
    (inbox / "4.xml").write_text(
        camt(ACCOUNT, OWNER, april, first=dt.date(2022, 4, 1), number=2, opening=110_000), encoding="utf-8"
    )


def _run(folder: Path, which: BookingMonth) -> None:
    month.run_month(load_book(folder / BOOK), which, today=MAY_DAY)


def _advised(folder: Path) -> None:
    """A batch is booked as unclear; now its details wait, with a preview and a file that is rejected."""
    posted(folder)
    booked = message(folder / "053.xml", "053", entry(PARTS, details=False), total=total(PARTS))
    import_month(folder, booked)
    inbox = folder / BOOK / "inbox"
    inbox.mkdir(exist_ok=True)
    message(inbox / "054.xml", "054", entry(PARTS, details=True))
    message(inbox / "052.xml", "052", entry(((5, BEHAUSEN, "vorläufig"),), details=True))
    (inbox / "halb.xml").write_text("<Document>", encoding="utf-8")


def import_month(folder: Path, file: Path) -> None:
    """Import a file of March and take it away."""
    import_files(load_book(folder / BOOK), [file], today=MAY_DAY)
    file.unlink()


MONTHS = (
    Scenario("all", _several, ("month", BOOK, "--all", *TODAY), (("month", BOOK, "2022-03", *TODAY),)),
    Scenario(
        "all-complete", _complete, ("month", BOOK, "--all", *TODAY), (lambda folder: _run(folder, MARCH),)
    ),
    Scenario("advised", _advised, ("month", BOOK, "2022-03", *TODAY)),
)
