"""A lead town's own share may be settled inside the house: by two persons, with a reason, for the main ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("internal_settlements"),)

INTERNAL: Final = FindingKind(
    "KKD-K10",
    Level.ERROR,
    "Interne Verrechnung ohne Anordnung oder an falscher Stelle",
    "Intern verrechnet wird nur der eigene Anteil der Betreiberin, von zwei Personen, mit Grund, gegen das Konto "
    "handed_over (`kkd offset` mit --internal); stornieren Sie die Buchung. Heißt das Konto in book.toml nur "
    "inzwischen anders, so nennen Sie unter [[before]] den alten Namen.",
)
KINDS: Final = (INTERNAL,)
TAKES: Final = (v.Kind.INTERNAL, v.Kind.REVERSAL)

_KEYS: Final = (v.REASON, v.CERTIFIED_FACT, v.CERTIFIED_SUM, v.ORDERED)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: what was found on the way."""
    return {}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if not isinstance(record, Transaction):
        return
    if record.text(v.KIND) == v.Kind.REVERSAL:
        retract(state, record.text(v.REVERSES))
    elif record.text(v.KIND) == v.Kind.INTERNAL:
        for text in _wrong(context, record):
            note(state, INTERNAL, record.place, text, record.text(v.NUMBER))


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def _wrong(context: Context, record: Transaction) -> Iterator[str]:
    """Yield why an entry is no internal settlement: nobody ordered it, or it ends what somebody else owes."""
    book, year = context.book, record.text(v.SERVICE_YEAR)
    own = f"{context.agreement.id}-{year}-{book.party}-"
    if lacking := [key for key in _KEYS if not record.text(key)]:
        yield f"es fehlt: {', '.join(lacking)}"
    if not book.is_operator:
        yield "nur die Betreiberin hat einen Anteil an sich selbst"
    items = [str(leg.meta[v.ITEM]) for leg in record.postings if v.ITEM in leg.meta]
    yield from (
        f"Posten {item} ist nicht der eigene Anteil von {year}" for item in items if not item.startswith(own)
    )
    if not items:
        yield "kein Posten genannt"
    for leg in record.postings:
        if v.ITEM not in leg.meta and not book.bears(leg.account, "handed_over"):
            yield f"{leg.account} nimmt keine interne Verrechnung"
