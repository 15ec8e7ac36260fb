"""What the tests of corrections share: bank lines on the books of the invented office, and what a refusal says."""

import datetime as dt
import re

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment, payment_entry
from kkd_ledger.book.state.claims import Claims, balances, claims
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.vocabulary import Kind
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_REFUSED
from kkd_ledger.work.session import session
from tests.samples import tree

FEBRUARY = "2022/2022-02.beancount"
TODAY = ("--today", "2022-02-20")
ADORF_2022 = "archiv-2022-adorf-1"
RECEIVABLE = "Aktiva:2600-Forderungen:Adorf"
BANK = "Aktiva:2800-Bank"
UNCLEAR_IN = "Passiva:4800-Ungeklärte-Zahlungseingänge"


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def of(book: Book) -> Claims:
    return claims(book, read(book).records)


def balance(book: Book, account: str) -> int:
    return balances(read(book).records).get(account, 0)


def pay(
    book: Book, cents: int, posten: str = "", settled: int = 0, *, key: str = "1:t-1", day: int = 18
) -> str:
    """Book a bank line as the import does: what it settles, the rest unclear; return its posting number."""
    with session(book) as work:
        items = work.claims.items
        settles = ((items[posten], settled if cents > 0 else -settled),) if posten else ()
        kind = Kind.PAYMENT if posten else Kind.SUSPENSE
        rest = cents - sum(moved for _, moved in settles)
        date = dt.date(2022, 2, day)
        line = Payment(kind, date, key, cents, "Adorf", "Überweisung", settles, 0, rest, ("geprüft",))
        work.add([payment_entry(book, line, date)])
        work.commit()
    return of(book).bank_lines[key].number


def parts(item: Item) -> list[tuple[str, int]]:
    return [(part.reference, part.cents) for part in item.paid]


def last_entry(book: Book) -> str:
    """Return the last entry of February, without the acts and the end of the batch behind it."""
    text = (book.root / FEBRUARY).read_text(encoding="utf-8")
    entries = [
        one for one in re.split(r"\n;?\n", text) if not re.match(r'\S+ custom "(akt|buchungsstapel)"', one)
    ]
    return entries[-1].rstrip("\n") + "\n"


def refused(capsys: pytest.CaptureFixture[str], book: Book, *words: object) -> str:
    """Run a command that must be refused, and change nothing; return what it said of the cause."""
    before = tree(book.root)
    capsys.readouterr()
    assert kkd(*words) == EXIT_REFUSED
    said = capsys.readouterr().err
    assert tree(book.root) == before
    return re.sub(r"(?m)^  \S+: ", "", said.removeprefix("kkd: Buchung abgelehnt:\n")).strip()
