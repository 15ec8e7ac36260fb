"""What books and certificates tell of a bank line: who is on its other side, and what its text says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book.certificate import Words
from kkd_ledger.book.text.wording import clean

TEXT_MAX: Final = 140


def words(line: StatementLine) -> Words:
    """Return who is on the other side of a line and what its text says, as far as books and certificates take it."""
    said: Iterable[str] = (*line.structured, line.remittance, line.booking_text)
    text = clean(" ".join(word for word in said if word))
    text = text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1].rstrip() + "…"
    return Words(clean(line.counterparty)[:TEXT_MAX].strip(), text)
