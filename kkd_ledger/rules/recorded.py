"""Days of recording: nothing is recorded on a day that has not come. Only who checks knows which day it is.

So the fold itself finds nothing: `on_day` judges what it has kept, and is asked by `kkd check` alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State

__plugins__ = (beancount_plugin("recorded"),)

FUTURE: Final = FindingKind(
    "KKD-F06",
    Level.OBJECTION,
    "Erfasst an einem Tag, der noch nicht da ist",
    "Prüfen Sie die Uhr des Rechners und wer gebucht hat; was falsch ist, wird storniert und neu gebucht. Am genannten "
    "Tag erledigt sich die Feststellung.",
)
KINDS: Final = (FUTURE,)
TAKES: Final = (Transaction,)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: the latest day of recording, and the first entry that bears it."""
    return {"day": "", "place": ["", 0], "entry": ""}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if isinstance(record, Transaction) and (day := record.day(v.RECORDED)):
        written = day.isoformat()
        if written > state["day"]:
            state.update(day=written, place=list(record.place), entry=record.text(v.NUMBER))


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return nothing: the books do not know which day it is."""
    return []


def on_day(state: State, today: dt.date) -> list[Finding]:
    """Return what is recorded later than the day on which somebody checks."""
    if state["day"] <= today.isoformat():
        return []
    day = dt.date.fromisoformat(state["day"])
    text = f"Buchung {state['entry']} ist am {german.day(day)} erfasst, geprüft wird am {german.day(today)}"
    return [Finding(FUTURE, Place(*state["place"]), text)]
