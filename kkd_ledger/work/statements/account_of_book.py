"""Whose statements a book takes: those of the account in book.toml, under its IBAN of today or one that it had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.bank.statements import Statement, same_account
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.errors import Problem
from kkd_ledger.work.books.changes import changes

REMEDY: Final = (
    "Ist das Konto gewechselt oder hat es eine neue IBAN, so bestätigen es zwei Personen: `kkd confirm BUCH "
    "--by NAME --and NAME`; "
    "sonst gehört das frühere in book.toml."
)


_FORMER: Final = (
    "war das die frühere IBAN desselben Kontos, so gehört sie mit ihrem letzten Tag in book.toml: "
    "[[before]] mit until und bank_iban; danach kommt die Datei wieder in inbox/"
)


def of_another(book: Book, statement: Statement) -> Iterator[Problem]:
    """Yield what is wrong where a statement is not of the book's account, or bears an IBAN that was not valid any more.

    A former IBAN holds for a statement that begins on one of its days: it may end later, as the bank made it.
    """
    now, former = book.settings.bank.iban, book.settings.former_ibans
    if same_account(statement.account, now):
        return
    place = f"Auszug {statement.identity or statement.sequence or '?'}"
    days = [until for iban, until in former.items() if same_account(statement.account, iban)]
    if not days:
        allowed = f"Konto {now}; {_FORMER}"
        yield Problem(statement.source, place, f"Konto {statement.account}", allowed)
    elif statement.from_day > max(days):
        actual = f"Konto {statement.account} ab {german.day(statement.from_day)}"
        allowed = (
            f"Konto {now}; die frühere IBAN galt bis {german.day(max(days))} (book.toml, [[before]] until)"
        )
        yield Problem(statement.source, place, actual, allowed)


def another(book: Book) -> Iterator[str]:
    """Yield a German sentence where the newest statement is of another account, and nobody has confirmed the change.

    Once a month is closed or a basis confirmed, every change of book.toml is told as such (KKD-G01).
    """
    statements = [statement for head in Certificates(book.root).heads for statement in head.statements]
    last = max(statements, key=lambda statement: statement.to_day, default=None)
    if last and last.account != book.settings.bank.iban and changes(book).confirmed is None:
        sentence = f"der letzte Kontoauszug (bis {german.day(last.to_day)}) ist von {last.account}"
        yield f"book.toml nennt das Konto {book.settings.bank.iban}, {sentence}."
