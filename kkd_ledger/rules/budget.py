"""Budget: per budget line and year what is appropriated, what is ordered, and whether an overrun is approved.

An overrun is reported unless an over- or extra-budget approval covers it (HGO § 100). A line's accounts cover each
other, except those of its groups, which have their own appropriation. Income and expense are never compared with each
other: an operator's line is appropriated for its income, so its expense is compared where a group of it has an
appropriation. Months before the year's budget is entered run
under provisional budgeting (HGO § 99). What the medium-term plan expects is compared with the shares to come.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from kkd_ledger.book.state.budgets import budget_names, is_income
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro, Place, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted

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
PLANNED: Final = FindingKind(
    "KKD-B04",
    Level.NOTE,
    "Mittelfristige Planung und Vereinbarung gehen auseinander",
    "`kkd plan` nennt, was zu erwarten ist; ändern Sie die Planung mit "
    "`kkd budget BUCH JAHR BETRAG --kind finanzplanung`.",
)
KINDS: Final = (OVERRUN, PROVISIONAL, FOREIGN, PLANNED)
TAKES: Final = (Transaction, Custom)
VERSION: Final = "2"


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: what is appropriated and spent by year and group, where an overrun began; what is planned."""
    return {"appropriated": {}, "spent": {}, "first": {}, "over": {}, "planned": {}}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Transaction):
        for account, _, _ in record.postings:
            if _is_expense(account):
                _spending(context, state, record)
                break
    elif isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
        _appropriation(context, state, record)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    """Return the years whose line or group is overrun or has no appropriation at all, and plans that will not do."""
    findings = noted(state, KINDS)
    for unit, spent_cents in sorted(state["spent"].items()):
        appropriated = state["appropriated"].get(unit)
        if appropriated is None:
            if state["appropriated"]:
                place = Place(*state["first"][unit])
                findings.append(
                    Finding(PROVISIONAL, place, f"{_named(context, unit)}: kein Ansatz eingetragen")
                )
        elif spent_cents > _available(state, unit):
            text = _overrun(_named(context, unit), state, unit, spent_cents)
            findings.append(Finding(OVERRUN, Place(*state["over"][unit]), text, subject=unit))
    return [*findings, *_planned(context, state, as_of)]


def _unit(context: Context, year: str, name: str) -> str:
    """Return under which key a year's budget line is kept, or a group of accounts that cover each other."""
    return year if name == context.book.settings.budget.line else f"{year} {name}"


def _named(context: Context, unit: str) -> str:
    year, _, group = unit.partition(" ")
    return (
        f"Deckungskreis {group}, {year}" if group else f"Budget {context.book.settings.budget.line}, {year}"
    )


def _appropriation(context: Context, state: State, record: Custom) -> None:
    match record.values:
        case (str(name), str(year), Euro(cents), str(kind)) if (
            kind in set(v.AppropriationKind) and year.isdecimal()
        ):
            if kind == v.AppropriationKind.MEDIUM_TERM:
                state["planned"][year] = [cents, *record.place]  # the last plan holds
            elif (now := context.book.budget_now(name)) in budget_names(context.book):
                unit = _unit(context, year, now)
                kinds = state["appropriated"].setdefault(unit, {})
                kinds[kind] = kinds.get(kind, 0) + cents
                _mark(state, unit, record.place)
                if kind == v.AppropriationKind.CARRIED_OVER:
                    _mark(state, _unit(context, str(int(year) - 1), now), record.place)
        case _:
            note(state, FOREIGN, record.place, f'custom "{record.kind}" mit unlesbaren Werten')


def _spending(context: Context, state: State, record: Transaction) -> None:
    spent: dict[str, int] = {}
    for posting in record.postings:
        name = context.book.budget_of(posting.account) if _is_expense(posting.account) else ""
        if name and not is_income(context.book, name):
            unit = _unit(context, str(record.date.year), name)
            spent[unit] = spent.get(unit, 0) + posting.cents
    for unit, cents in spent.items():
        if cents:
            state["spent"][unit] = state["spent"].get(unit, 0) + cents
            state["first"].setdefault(unit, list(record.place))
            _mark(state, unit, record.place)


def _planned(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    """A member plans at least what it will owe, the operator at most what it will get; years begun have a budget."""
    findings = []
    for year, (cents, file, line) in sorted(state["planned"].items()):
        in_plan = int(year) > as_of.year and not context.book.shares(int(year), as_of).gaps
        shares = context.entitled(int(year), as_of) if in_plan else {}
        expected = sum(share.amount_cents for share in shares.values())
        if shares and (cents > expected if context.book.is_operator else cents < expected):
            text = f"{year}: geplant {format_eur(cents)}, nach der Vereinbarung zu erwarten {format_eur(expected)}"
            findings.append(Finding(PLANNED, Place(file, line), text, subject=year))
    return findings


@lru_cache(maxsize=10_000)
def _is_expense(account: str) -> bool:
    return account.startswith(v.EXPENSES)


def _following(unit: str) -> str:
    """Return the key of the same line or group in the next year."""
    year, _, group = unit.partition(" ")
    return f"{int(year) + 1} {group}".rstrip()


def _carried(state: State, unit: str) -> int:
    """Return what the next year got of a year's appropriation, in cents: it is no more to be spent in this one."""
    carried: int = state["appropriated"].get(_following(unit), {}).get(v.AppropriationKind.CARRIED_OVER, 0)
    return carried


def _available(state: State, unit: str) -> int:
    appropriated: dict[str, int] = state["appropriated"].get(unit, {})
    return sum(appropriated.values()) - _carried(state, unit)


def _mark(state: State, unit: str, place: Place) -> None:
    """Remember which record brought the budget over its appropriation; forget it where an approval covers it."""
    if state["spent"].get(unit, 0) > _available(state, unit):
        state["over"].setdefault(unit, list(place))
    else:
        state["over"].pop(unit, None)


def _overrun(name: str, state: State, unit: str, spent_cents: int) -> str:
    total, carried_cents = _available(state, unit), _carried(state, unit)
    kinds = sorted(state["appropriated"][unit].items())
    parts = " + ".join(f"{kind} {format_eur(cents)}" for kind, cents in kinds)
    if carried_cents:
        parts += f" - nach {_following(unit)[:4]} übertragen {format_eur(carried_cents)}"
    return (
        f"{name}: angeordnet {format_eur(spent_cents)}, verfügbar waren {format_eur(total)} ({parts}); "
        f"überschritten um {format_eur(spent_cents - total)}"
    )
