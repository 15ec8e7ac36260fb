"""Budget: per budget line and year what is appropriated, what is ordered, and whether an overrun is approved.

An overrun is reported unless an over- or extra-budget approval covers it (HGO § 100). A line's accounts cover each
other. Months before the year's budget is entered run under provisional budgeting (HGO § 99).
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.records import Custom, Euro, Place, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.plugins.adapter import beancount_plugin
from kkd_ledger.plugins.rule import Context, Finding, FindingKind, Level, State, note, noted

__plugins__ = (beancount_plugin("budget"),)

OVERRUN: Final = FindingKind(
    "KKD-B01",
    Level.OBJECTION,
    "Ansatz überschritten",
    "Lassen Sie die Überschreitung bewilligen (HGO § 100) und tragen Sie sie mit "
    "`kkd budget BUCH JAHR BETRAG --kind ueberplanmaessig` ein.",
)
PROVISIONAL: Final = FindingKind(
    "KKD-B02",
    Level.NOTE,
    "Aufwendungen in einem Jahr ohne Ansatz",
    "Bis der Haushalt gilt, ist nur zulässig, wozu Sie verpflichtet sind (HGO § 99). "
    "Tragen Sie den Ansatz mit `kkd budget` ein.",
)
FOREIGN: Final = FindingKind(
    "KKD-B03",
    Level.ERROR,
    "Ansatz ist nicht lesbar",
    "Ein Ansatz nennt Budget, Jahr, Betrag und Art; stellen Sie die Datei wieder her.",
)
KINDS: Final = (OVERRUN, PROVISIONAL, FOREIGN)
TAKES: Final = (Transaction, Custom)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: per year what is appropriated by kind, what is spent, and where the overrun began."""
    return {"appropriated": {}, "spent": {}, "first": {}, "over": {}}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Transaction):
        for account, _, _ in record.postings:
            if _is_expense(account):
                _spending(context, state, record)
                break
    elif isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
        _appropriation(context, state, record)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return the years whose line is overrun or has no appropriation at all."""
    found = noted(state, KINDS)
    line = context.book.settings.budget.line
    for year, spent_cents in sorted(state["spent"].items()):
        appropriated = state["appropriated"].get(year)
        if appropriated is None:
            if state["appropriated"]:
                place = Place(*state["first"][year])
                found.append(Finding(PROVISIONAL, place, f"Budget {line}, {year}: kein Ansatz eingetragen"))
        elif spent_cents > sum(appropriated.values()):
            found.append(
                Finding(OVERRUN, Place(*state["over"][year]), _overrun(line, year, appropriated, spent_cents))
            )
    return found


def _appropriation(context: Context, state: State, record: Custom) -> None:
    match record.values:
        case (str(line), str(year), Euro(cents), str(kind)) if (
            kind in set(v.AppropriationKind) and year.isdigit()
        ):
            if line == context.book.settings.budget.line:
                kinds = state["appropriated"].setdefault(year, {})
                kinds[kind] = kinds.get(kind, 0) + cents
                _mark(state, year, record.place)
        case _:
            note(state, FOREIGN, record.place, f'custom "{record.kind}" mit unlesbaren Werten')


def _spending(context: Context, state: State, record: Transaction) -> None:
    expenses = [posting for posting in record.postings if _is_expense(posting.account)]
    component = f":{context.book.budget_accounts()}:"
    if cents := sum(posting.cents for posting in expenses if component in posting.account):
        year = str(record.date.year)
        state["spent"][year] = state["spent"].get(year, 0) + cents
        state["first"].setdefault(year, list(record.place))
        _mark(state, year, record.place)


@lru_cache(maxsize=10_000)
def _is_expense(account: str) -> bool:
    return account.startswith(v.EXPENSES)


def _mark(state: State, year: str, place: Place) -> None:
    """Remember which record brought the line over its appropriation; forget it where an approval covers it."""
    if state["spent"].get(year, 0) > sum(state["appropriated"].get(year, {}).values()):
        state["over"].setdefault(year, list(place))
    else:
        state["over"].pop(year, None)


def _overrun(line: str, year: str, appropriated: dict[str, int], spent_cents: int) -> str:
    total = sum(appropriated.values())
    parts = " + ".join(f"{kind} {format_eur(cents)}" for kind, cents in sorted(appropriated.items()))
    return (
        f"Budget {line}, {year}: angeordnet {format_eur(spent_cents)}, verfügbar waren {format_eur(total)} ({parts}); "
        f"überschritten um {format_eur(spent_cents - total)}"
    )
