"""A correction and a payment cross, in both books and in either order: both sides name the same, and agree."""

import datetime as dt
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.periods import BookingMonth
from kkd_ledger.reconciliation.balances import balances
from kkd_ledger.reconciliation.differences import reconcile
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.post import post
from tests.samples import ORDER, by_beancount, by_us, replace_once, three_parties
from tests.work.corrections.correcting import ADORF_2022, TODAY, kkd, of, pay

CREDIT = "archiv-2022-adorf-g220217"
Step = Callable[[Book], object]


def cheaper(folder: Path) -> None:
    old = 'from = 2022-01-01\nrate = "1.25"'
    later = 'from = 2022-01-01\nrate = "1.00"\nknown_from = 2022-02-17\n\n[[components.rates]]\n'
    replace_once(folder / "agreement.toml", old, later + old)


def sides(folder: Path) -> tuple[Book, Book]:
    """Both books with the share of 2022 (1.250,00 EUR), which falls by 250,00 EUR on 17 February."""
    three_parties(folder)
    for name in ("amt", "adorf"):
        book = load_book(folder / name)
        open_month(book, BookingMonth(2022, 2))
        adopt(book, today=dt.date(2022, 2, 15))
        post(book, Authorisation(dt.date(2022, 2, 15), *ORDER), service_year=2022)
    cheaper(folder)
    return load_book(folder / "amt"), load_book(folder / "adorf")


def correct(book: Book) -> None:
    post(book, Authorisation(dt.date(2022, 2, 19), *ORDER), service_year=2022)


def move(book: Book, cents: int, key: str) -> None:
    """Book a bank line with the reference of the share, or of the credit where it flows back, as far as it takes it."""
    sign = 1 if book.is_operator else -1
    posten = ADORF_2022 if cents > 0 else CREDIT
    item = of(book).items.get(posten)
    takes = min(abs(cents), abs(item.open_cents)) if item else 0
    pay(book, sign * cents, posten if takes else "", takes, key=key)


def paid(book: Book) -> None:
    move(book, 125_000, "1:paid")


def refunded(book: Book) -> None:
    move(book, -25_000, "1:refund")


def settle(book: Book) -> None:
    """What a person does, by commands alone: take back an offset that crossed the payment, place what is unclear."""
    if of(book).suspense:
        for record in read(book).records:
            if isinstance(record, Transaction) and record.text("buchungsart") == "aufrechnung":
                assert kkd("reverse", book.root, record.text("nr"), "--reason", "schon gezahlt", *TODAY) == 0
    for held in list(of(book).suspense.values()):
        posten = ADORF_2022 if (held.cents > 0) == book.is_operator else CREDIT
        assert kkd("clear", book.root, held.number, posten, *TODAY) == 0


@pytest.mark.parametrize("order", list(permutations([correct, paid, refunded]))[:4])
def test_both_sides_agree_whatever_came_first(order: tuple[Step, ...], tmp_path: Path) -> None:
    amt, adorf = sides(tmp_path)
    for book, steps in ((amt, (paid, correct, refunded)), (adorf, order)):
        for step in steps:
            step(book)
        settle(book)
        held = of(book)
        assert {item.posten: item.open_cents for item in held.items.values() if item.party == "adorf"} == {
            ADORF_2022: 0,
            CREDIT: 0,
        }
        assert not held.suspense
        assert by_us(book.root) == by_beancount(book.root)
        assert not [line for line in by_us(book.root) if "(fehler)" in line]
    ours, theirs = (balances(book, read(book).records, "adorf") for book in (amt, adorf))
    assert reconcile(ours, theirs) == ()
    assert [item.reference for item in ours.items] == [item.reference for item in theirs.items]


def test_who_books_late_books_every_change(tmp_path: Path) -> None:
    """One side booked the share before it fell, the other only afterwards: the same posten, the same cents."""
    three_parties(tmp_path)
    cheaper(tmp_path)
    adorf = load_book(tmp_path / "adorf")
    open_month(adorf, BookingMonth(2022, 2))
    adopt(adorf, today=dt.date(2022, 2, 15))
    correct(adorf)
    assert {item.posten: (item.claimed_cents, item.open_cents) for item in of(adorf).items.values()} == {
        ADORF_2022: (-125_000, -100_000),
        CREDIT: (25_000, 0),
    }
    assert by_us(adorf.root) == by_beancount(adorf.root)
    assert not [line for line in by_us(adorf.root) if "(fehler)" in line]
