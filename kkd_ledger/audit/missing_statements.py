"""Whether a month's bank lines were ever told: asked by `kkd close`, for only then every statement has to be there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import NO_STATEMENT
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Place
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.rules.engine.rule import Finding

REMEDY: Final = (
    "Holen Sie den Auszug bei der Bank; gibt es keinen, so genügt beim Abschluss eine Bemerkung "
    "(`kkd close BUCH MONAT --by NAME --comment KKD-T08=GRUND`)."
)


def last_told(book: Book) -> dt.date | None:
    """Return the last day of which a statement has told; None where none was read yet."""
    heads = Certificates(book.root).heads
    return max((statement.to_day for head in heads for statement in head.statements), default=None)


def missing(book: Book, month: BookingMonth, last: dt.date | None) -> Iterator[Finding]:
    """Yield a finding where no statement tells of a month, nor a later one whose balances prove that nothing moved.

    `last` is the last day that was told of. Statements are expected of a dedicated account, and of a pooled one of
    which some were read before.
    """
    expected = book.settings.bank.dedicated or last is not None
    if month.month == CLOSING_MONTH or not expected or (last and last >= month.first_day):
        return
    text = f"der letzte endet am {german.day(last)}" if last else "es ist noch keiner gebucht"
    yield Finding(NO_STATEMENT, Place(f"{month.stem}.beancount", 1), f"{month}: {text}")
