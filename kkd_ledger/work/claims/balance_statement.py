"""What a book says of one party: its statement of balances, and that as a letter to the other side."""

from __future__ import annotations

import datetime as dt

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.reader import read
from kkd_ledger.letters.notice import confirmation
from kkd_ledger.letters.stationery import Stationery, folder_of
from kkd_ledger.persons.contacts import load
from kkd_ledger.reconciliation.balances import Balances, balances
from kkd_ledger.work.claims.remind import side


def balance_statement(book: Book, member: str, as_of: dt.date | None = None) -> Balances:
    """Return a book's balances about a member on a day (without one: the last day of its newest month)."""
    return balances(book, read(book).records, member, as_of)


def balance_letter(book: Book, own: Balances) -> bytes:
    """Return a statement of balances as a letter (PDF) to the other side; raise what the letters raise."""
    contacts = load(book.agreement_file, book.agreement)
    other = book.counterparty(own.member)
    words = Stationery(folder_of(book))
    return confirmation(side(book, contacts, book.party), side(book, contacts, other), own, words=words)
