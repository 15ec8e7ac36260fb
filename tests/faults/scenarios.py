"""Small books of three invented parties, each with a command that writes, for the fault tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.post import post
from ledgers.statements import Entry, camt
from tests.samples import ORDER, three_parties

BOOK = "amt"
ACCOUNT, OWNER = "DE09999999999900100000", "Amt Nirgendwo"
ADORF, BEHAUSEN = "DE75999999990065340010", "DE96999999990065340020"
UNKNOWN = "DE42999999990099999999"
OPENED = dt.date(2022, 2, 15)


@dataclass(frozen=True)
class Scenario:
    """A folder with a book, the command line that is run there, and how to reach the states it passes through."""

    name: str
    build: Callable[[Path], None]
    words: tuple[str, ...]
    milestones: tuple[tuple[str, ...] | Callable[[Path], None], ...] = ()

    @property
    def book(self) -> str:
        """The folder of the book that the command names first."""
        return self.words[1]


def opened(folder: Path) -> None:
    """Make the office's book with its first month; nothing is posted."""
    book = load_book(three_parties(folder) / BOOK)
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=OPENED)


def posted(folder: Path) -> None:
    """Make the office's book with the shares of 2021 and 2022 of all three parties."""
    opened(folder)
    post(load_book(folder / BOOK), Authorisation(OPENED, *ORDER))


def waiting(folder: Path) -> None:
    """Put into the inbox: a good statement, one cut in half, one of another account, one of a later month."""
    inbox = folder / BOOK / "inbox"
    inbox.mkdir(exist_ok=True)
    march, april = statements()
    (inbox / "2022-03.xml").write_text(march, encoding="utf-8")
    (inbox / "2022-04.xml").write_text(april, encoding="utf-8")
    (inbox / "halb.xml").write_text(march[: len(march) // 2], encoding="utf-8")
    (inbox / "fremd.xml").write_text(march.replace(ACCOUNT, ADORF), encoding="utf-8")


def statements() -> tuple[str, str]:
    """Return March and April 2022 of the office's account: full, partial, without reference, unknown."""
    march = [
        Entry(dt.date(2022, 3, 8), 110_000, "Adorf", ADORF, text="Archiv 2021"),
        Entry(dt.date(2022, 3, 8), 100_000, "Behausen", BEHAUSEN, text="Archiv 2021, erster Teil"),
        Entry(dt.date(2022, 3, 9), 4_711, "Niemand GmbH", UNKNOWN, text='Rechnung 1 < 2 & "so"'),
    ]
    april = [Entry(dt.date(2022, 4, 4), 125_000, "Adorf", ADORF, text="Archiv 2022")]
    return (
        camt(ACCOUNT, OWNER, march, first=dt.date(2022, 3, 1), number=1, opening=0),
        camt(ACCOUNT, OWNER, april, first=dt.date(2022, 4, 1), number=2, opening=214_711),
    )


def _month(folder: Path) -> None:
    posted(folder)
    waiting(folder)


def _founding(folder: Path) -> None:
    three_parties(folder)
    waiting(folder)


def _import(folder: Path) -> None:
    """Both months are open: the import replaces two files that the top file names already."""
    posted(folder)
    open_month(load_book(folder / BOOK), BookingMonth(2022, 4))
    for name, text in zip(("a.xml", "b.xml"), statements(), strict=True):
        (folder / name).write_text(text, encoding="utf-8")


TODAY = ("--today", "2022-03-31")
PEOPLE = ("--certified-by", ORDER[0], "--ordered-by", ORDER[1])
MONTH = Scenario("month", _month, ("month", BOOK, "2022-03", *TODAY))
FOUNDING = Scenario("founding", _founding, ("month", BOOK, "2022-03", *TODAY), (("open", BOOK, "2022-03"),))
POST = Scenario("post", opened, ("post", BOOK, "--today", "2022-02-15", *PEOPLE))
IMPORT = Scenario("import", _import, ("import", BOOK, "a.xml", "b.xml", "--today", "2022-04-30"))
REVERSE = Scenario(
    "reverse",
    posted,
    ("reverse", BOOK, "2022-000002", "--today", "2022-02-20", "--reason", "doppelt", *PEOPLE),
)
CLOSE = Scenario("close", posted, ("close", BOOK, "2022-02", "--today", "2022-03-02", "--by", "P. Exempel"))
FIRST = (MONTH, FOUNDING, POST, IMPORT, REVERSE, CLOSE)
