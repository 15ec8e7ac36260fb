"""What a decision leaves to be placed: money that it booked and that settles nothing yet."""

from __future__ import annotations

from collections.abc import Sequence

from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import format_eur
from kkd_ledger.work.session import Outcome

_TOLD_MAX = 5


def left_in_suspense(outcome: Outcome) -> tuple[SuspenseItem, ...]:
    """Return the money in suspense that the entries of an outcome brought into the book."""
    return tuple(
        money
        for money in outcome.known_book.progress.overview.claims.suspense.values()
        if any(f'{v.NUMBER}: "{money.number}"\n' in text for text in outcome.added.values())
    )


def left_in_suspense_lines(money: Sequence[SuspenseItem]) -> list[str]:
    """Return how much is left to be placed and by which command, entry by entry."""
    lines = [
        f"{format_eur(abs(item.cents))} davon sind als ungeklärt gebucht ({item.number}): "
        f"`kkd clear BUCH {item.number} POSTEN` ordnet sie zu, `kkd clear BUCH --list` nennt Vorschläge"
        for item in money[:_TOLD_MAX]
    ]
    return [*lines, *([f"… und {len(money) - _TOLD_MAX} weitere"] if len(money) > _TOLD_MAX else [])]
