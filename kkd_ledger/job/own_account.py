"""Whether book.toml names the account whose statements the book has taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.job.changes import changes

ADVICE: Final = (
    "Ist das Konto gewechselt, so bestätigen es zwei Personen: `kkd confirm BUCH`; sonst gehört das frühere in "
    "book.toml."
)


def another(book: Book) -> Iterator[str]:
    """Yield a German sentence where the newest statement is of another account, and nobody has confirmed the change.

    Once a month is closed or a basis confirmed, every change of book.toml is told as such (KKD-G01).
    """
    statements = [one for head in Certificates(book.root).heads for one in head.statements]
    last = max(statements, key=lambda one: one.to_day, default=None)
    if last and last.account != book.settings.bank.iban and changes(book).confirmed is None:
        told = f"der letzte Kontoauszug (bis {last.to_day:%d.%m.%Y}) ist von {last.account}"
        yield f"book.toml nennt das Konto {book.settings.bank.iban}, {told}."
