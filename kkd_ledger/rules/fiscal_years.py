"""Fiscal years: offen → vorläufig-abgeschlossen → aufgestellt → geprüft → beschlossen, and what each still takes.

A year whose accounts are drawn up has its closing balances in the books. As the books go on without an opening entry,
they are the next year's opening balances, and stay so as long as they equal what is booked until that 31 December.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro, Place, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth, YearState
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

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
    "Die Stände folgen aufeinander: offen, vorläufig-abgeschlossen, aufgestellt, geprüft, beschlossen. Zurück geht es "
    "nur mit Grund und zwei Personen (`kkd year BUCH JAHR STAND --by NAME --and NAME --reason GRUND`), von "
    "„beschlossen“ nur durch einen neuen Beschluss (`--resolution`).",
)
BALANCES: Final = FindingKind(
    "KKD-J04",
    Level.ERROR,
    "Saldenliste fehlt oder weicht von den Buchungen des Jahres ab",
    "Die Schlusssalden sind die Anfangssalden des nächsten Jahres; `kkd year BUCH JAHR aufgestellt` hält sie fest. "
    "Weichen sie später ab, so hält der Stand sie neu fest, zurück (zu zweit) und wieder vor.",
)
BEFORE: Final = FindingKind(
    "KKD-J05",
    Level.OBJECTION,
    "Jahr ist aufgestellt, ein früheres noch nicht",
    "Die Anfangssalden stehen erst fest, wenn das frühere Jahr aufgestellt ist. Ist es das, so halten Sie es fest: "
    "`kkd year BUCH JAHR aufgestellt --by NAME`; sonst begründen Sie die Ausnahme beim Abschluss "
    "(--comment KKD-J05=GRUND).",
)
KINDS: Final = (CLOSED, PROVISIONAL, ORDER, BALANCES, BEFORE)
TAKES: Final = (Transaction, Custom)

_OPEN: Final = YearState.OPEN.value
_REVERSAL: Final = v.Kind.REVERSAL.value
_FILE = re.compile(r"\d{4}/(\d{4}-\d{2})\.beancount", re.ASCII)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: each fiscal year's state and where it was declared, what moved in each, the last balance list.

    What is behind the list before the last one is one sum an account: the state grows with years, not with entries.
    """
    return {"years": {}, "declared": {}, "moved": {}, "before": {}, "until": "", "list": {}}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if isinstance(record, Transaction):
        if record.meta.get(v.KIND) == _REVERSAL:
            retract(state, record.text(v.REVERSES))
        year = str(record.date.year)
        if state["years"].get(year, _OPEN) != _OPEN:
            _booked(state, record, YearState(state["years"][year]))
        moved = state["before"] if year <= state["until"] else state["moved"].setdefault(year, {})
        for account, cents, _ in record.postings:
            moved[account] = moved.get(account, 0) + cents
    elif isinstance(record, Custom):
        if record.kind == v.CustomType.FISCAL_YEAR:
            _declared(state, record)
        elif record.kind == v.CustomType.CLOSING_BALANCE:
            _listed(state, record)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way, and where closing balances are missing or not what is booked."""
    missing = [
        Finding(
            BALANCES,
            Place(*place),
            f"Haushaltsjahr {year} ist „{declared}“, ohne Saldenliste",
        )
        for year, place in sorted(state["declared"].items())
        if any(state["moved"].get(year, {}).values())
        and not YearState(declared := state["years"][year]).takes_obligations
    ]
    return [*noted(state, KINDS), *missing, *_differences(state)]


def _declared(state: State, record: Custom) -> None:
    match record.values:
        case (str(year), str(new)) if new in set(YearState):
            old = state["years"].get(year, YearState.OPEN)
            if YearState(new).order < YearState(old).order:
                _back(state, record, year, YearState(old))
            state["years"][year] = new
            if YearState(new).takes_obligations:
                state["declared"].pop(year, None)
            elif year > state["until"] and year != state["list"].get("year"):
                state["declared"][year] = list(record.place)
            _early(state, record, year, YearState(new))
        case _:
            note(state, ORDER, record.place, f'custom "{record.kind}" nennt keinen Stand')


def _back(state: State, record: Custom, year: str, old: YearState) -> None:
    """Two persons with a reason may take a state back; the list of balances that it made holds no longer."""
    said = [str(record.meta.get(key, "")) for key in (v.REASON, v.CAUSED, v.ORDERED)]
    resolved = old != YearState.RESOLVED or record.meta.get(v.RESOLUTION)
    if not all(said) or said[1] == said[2] or not resolved or year < state["until"]:
        text = f"Haushaltsjahr {year}: nach „{old}“ kommt nicht „{record.values[1]}“"
        note(state, ORDER, record.place, text)
    elif state["list"].get("year") == year and YearState(str(record.values[1])).takes_obligations:
        state["list"] = {}


def _early(state: State, record: Custom, year: str, new: YearState) -> None:
    earlier = [
        moved
        for moved in sorted(state["moved"])
        if moved < year and YearState(state["years"].get(moved, YearState.OPEN)).takes_obligations
    ]
    if earlier and new == YearState.DRAWN_UP:
        text = f"Haushaltsjahr {year} ist „{new}“, {', '.join(earlier)} noch nicht"
        note(state, BEFORE, record.place, text)


# ------------------------------------------------------------------------------------------------ closing balances


def _listed(state: State, record: Custom) -> None:
    match record.values:
        case (str(year), str(account), Euro(cents)):
            if state["list"].get("year") != year:
                _settle(state)
                state["list"] = {"year": year, "place": list(record.place), "balances": {}}
            state["list"]["balances"][account] = cents
            state["declared"].pop(year, None)
        case _:
            note(state, BALANCES, record.place, f'custom "{record.kind}" mit unlesbaren Werten')


def _settle(state: State) -> None:
    """Keep what is wrong with the list before a new one begins, and make one sum of all that it covers."""
    for finding in _differences(state):
        note(state, finding.kind, finding.place, finding.text)
    state["until"] = max(state["until"], state["list"].get("year", ""))
    for year in [moved for moved in state["moved"] if moved <= state["until"]]:
        for account, cents in state["moved"].pop(year).items():
            state["before"][account] = state["before"].get(account, 0) + cents


def _differences(state: State) -> list[Finding]:
    """Compare the last list with what is booked: result accounts of the year, all others from the beginning.

    Of a year that went back after a later one had its list, the results are no longer known apart.
    """
    if not state["list"]:
        return []
    year, balances = state["list"]["year"], state["list"]["balances"]
    if year <= state["until"]:
        balances = {
            account: cents for account, cents in balances.items() if not account.startswith(v.RESULT_ROOTS)
        }
    booked = {
        account: cents for account, cents in state["before"].items() if not account.startswith(v.RESULT_ROOTS)
    }
    for moved_year, moved in state["moved"].items():
        for account, cents in moved.items() if moved_year <= year else ():
            if moved_year == year or not account.startswith(v.RESULT_ROOTS):
                booked[account] = booked.get(account, 0) + cents
    return [
        Finding(
            BALANCES,
            Place(*state["list"]["place"]),
            f"{account}: Saldenliste {year} {format_eur(balances.get(account, 0))}, "
            f"gebucht {format_eur(booked.get(account, 0))}",
            subject=account,
        )
        for account in sorted(balances.keys() | booked.keys())
        if balances.get(account, 0) != booked.get(account, 0)
    ]


# ------------------------------------------------------------------------------------------ what a year still takes


def _booked(state: State, record: Transaction, year: YearState) -> None:
    text = f"gebucht am {german.day(record.date)}, Haushaltsjahr {record.date.year} ist „{year}“"
    if not year.takes_obligations:
        note(state, CLOSED, record.place, text, record.text(v.NUMBER))
    elif year == YearState.PROVISIONALLY_CLOSED:
        match = _FILE.fullmatch(record.place.file)
        if not match or BookingMonth.parse(match[1]).month != CLOSING_MONTH:
            note(state, PROVISIONAL, record.place, text, record.text(v.NUMBER))
