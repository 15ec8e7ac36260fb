"""Fiscal years: offen → vorläufig-abgeschlossen → aufgestellt → geprüft → beschlossen, and what each still takes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.records import Custom, Record, Transaction
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth, YearState
from kkd_ledger.plugins.adapter import beancount_plugin
from kkd_ledger.plugins.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("fiscal_years"),)

CLOSED: Final = FindingKind(
    "KKD-J01",
    Level.ERROR,
    "Buchung in einem Jahr, dessen Abschluss aufgestellt ist",
    "Ein aufgestelltes Jahr nimmt nichts mehr an; buchen Sie periodenfremd in das offene Jahr.",
)
PROVISIONAL: Final = FindingKind(
    "KKD-J02",
    Level.OBJECTION,
    "Buchung in einem vorläufig abgeschlossenen Jahr außerhalb des Abschlussmonats",
    "Abschlussbuchungen gehören in den dreizehnten Monat; begründen Sie die Ausnahme beim Abschluss.",
)
ORDER: Final = FindingKind(
    "KKD-J03",
    Level.ERROR,
    "Stand des Haushaltsjahres geht nicht vorwärts",
    "Die Stände folgen aufeinander: offen, vorläufig-abgeschlossen, aufgestellt, geprüft, beschlossen.",
)
KINDS: Final = (CLOSED, PROVISIONAL, ORDER)
TAKES: Final = (Transaction, Custom)

_ORDER: Final = tuple(YearState)
_FILE = re.compile(r"\d{4}/(\d{4}-\d{2})\.beancount", re.ASCII)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: each fiscal year's state as the books declare it."""
    return {"years": {}}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if isinstance(record, Custom) and record.kind == v.CustomType.FISCAL_YEAR:
        _declared(state, record)
    elif isinstance(record, Transaction):
        if record.text(v.KIND) == v.Kind.REVERSAL:
            retract(state, record.text(v.REVERSES))
        _booked(state, record)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def _declared(state: State, record: Custom) -> None:
    match record.values:
        case (str(year), str(new)) if new in set(YearState):
            old = state["years"].get(year, YearState.OPEN)
            if _ORDER.index(YearState(new)) < _ORDER.index(YearState(old)):
                note(state, ORDER, record.place, f"Haushaltsjahr {year}: nach „{old}“ kommt nicht „{new}“")
            state["years"][year] = new
        case _:
            note(state, ORDER, record.place, f'custom "{record.kind}" nennt keinen Stand')


def _booked(state: State, record: Transaction) -> None:
    declared = state["years"].get(str(record.date.year), YearState.OPEN)
    if declared == YearState.OPEN:
        return
    year = YearState(declared)
    text = f"gebucht am {record.date:%d.%m.%Y}, Haushaltsjahr {record.date.year} ist „{year}“"
    if not year.takes_obligations:
        note(state, CLOSED, record.place, text, record.text(v.NUMBER))
    elif year == YearState.PROVISIONALLY_CLOSED:
        found = _FILE.fullmatch(record.place.file)
        if not found or BookingMonth.parse(found[1]).month != CLOSING_MONTH:
            note(state, PROVISIONAL, record.place, text, record.text(v.NUMBER))
