"""A statement that waits, as the certificate's file tells it, and back."""

from __future__ import annotations

from typing import Any

from kkd_ledger.book.certificate.certified import WaitingStatement
from kkd_ledger.money import plain
from kkd_ledger.strict_json import Facts, day_of


def waiting_data(waiting: WaitingStatement) -> dict[str, Any]:
    """Return a statement that waits as plain JSON data."""
    return {
        "sha256": waiting.sha256,
        "grund": waiting.reason,
        "text": waiting.text,
        "von": waiting.from_day.isoformat(),
        "bis": waiting.to_day.isoformat(),
        "anfang": None if waiting.opening_cents is None else plain(waiting.opening_cents),
        "ende": None if waiting.closing_cents is None else plain(waiting.closing_cents),
    }


def waiting_of(facts: Facts) -> WaitingStatement:
    """Return the statement that waits of which a row tells; raise what `Facts` raises."""
    waiting = WaitingStatement(
        facts.text("sha256"),
        facts.text("grund"),
        facts.text("text"),
        facts.read("von", day_of),
        facts.read("bis", day_of),
        facts.cents_or_none("anfang"),
        facts.cents_or_none("ende"),
    )
    facts.end()
    return waiting
