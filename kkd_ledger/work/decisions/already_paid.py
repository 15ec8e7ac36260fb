"""Money that was paid twice: what it pays once more, since when that is paid, and how it goes back."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from kkd_ledger import german
from kkd_ledger.book.state.items import Item
from kkd_ledger.money import format_eur, plain


class AlreadyPaid(NamedTuple):
    """Money that was probably paid twice: the settled item, when and how much was paid on it before, and why."""

    item: Item
    number: str
    day: dt.date
    cents: int
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """What speaks for it, in words."""
        names = ", ".join(filter(None, (self.item.document, self.item.reference)))
        return (
            f"wahrscheinlich doppelt gezahlt: {self.item.posten} ({names}) ist schon bezahlt am "
            f"{german.day(self.day)} mit {format_eur(self.cents)} ({', '.join(self.reasons)})"
        )

    @property
    def text(self) -> str:
        """The reason, and how the money goes back."""
        command = f"kkd pay BUCH --on TAG --refund {self.number} --prepared-by NAME --released-by NAME"
        return f"{self.reason}; zurückzahlen: `{command}`"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "schon-bezahlt": self.item.posten,
            "am": self.day.isoformat(),
            "betrag": plain(self.cents),
            "gruende": list(self.reasons),
        }
