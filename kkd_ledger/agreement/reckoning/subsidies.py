"""Subsidies: only a granted one lowers shares, by its own distribution rule, and none ever raises one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.facts.known_terms import KnownTerms
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.agreement.keys.measuring import reporters
from kkd_ledger.agreement.reckoning.steps import missing_measure
from kkd_ledger.agreement.reckoning.words import DISTRIBUTION_WORDS
from kkd_ledger.agreement.sheet.lines import CENT, Label, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.keys.components import Subsidy, SubsidyEvent

GRANTED: Final = frozenset({"granted", "paid", "proved", "closed"})
GONE: Final = frozenset({"rejected", "reclaimed"})
_MONEY: Final = Label(unit=EUR)
_SHARES: Final = Label(unit=EUR, short=True)


def last_event(terms: KnownTerms, subsidy: Subsidy) -> SubsidyEvent | None:
    """Return the latest step in the life of a subsidy that was known; None before the first one."""
    events = [
        event for event in subsidy.life if max(event.known_from or event.on, event.on) <= terms.known_on
    ]
    return events[-1] if events else None


def status(terms: KnownTerms, subsidy: Subsidy) -> str:
    """Return how far a subsidy has come by what was known; `planned` before its first step."""
    event = last_event(terms, subsidy)
    return event.status if event else "planned"


def reductions(
    terms: KnownTerms, year: int, columns: Mapping[str, SheetLine], without: Set[str] = frozenset()
) -> dict[str, SheetLine]:
    """Return by granted subsidy, except some, what it takes from the shares of a service year, in cents."""
    granted = [
        subsidy
        for subsidy in terms.subsidies
        if status(terms, subsidy) in GRANTED and subsidy.id not in without
    ]
    return divide_all(terms, granted, year, columns)


def divide_all(
    terms: KnownTerms, subsidies: Sequence[Subsidy], year: int, columns: Mapping[str, SheetLine]
) -> dict[str, SheetLine]:
    """Return what each subsidy takes, in their order; none takes more than what the ones before it left.

    A line's value is None while a figure of who it is divided by is missing, or of a subsidy before it.
    Charges are prices of what somebody ordered: no subsidy lowers them.
    """
    charged = {each.component.id for each in terms.components if isinstance(each.component, Charges)}
    columns = {id_: line for id_, line in columns.items() if id_ not in charged} if charged else columns
    taken = dict[str, SheetLine]()
    for subsidy in subsidies:
        line = _taken(terms, subsidy, year, columns, list(taken.values()))
        if line is not None:
            taken[subsidy.id] = line
    return taken


def _taken(
    terms: KnownTerms,
    subsidy: Subsidy,
    year: int,
    columns: Mapping[str, SheetLine],
    before: Sequence[SheetLine],
) -> SheetLine | None:
    """Return the split of a subsidy's year over the shares that it may lower, each at most down to zero.

    None where the year has no part of it or no cost is known yet. Raises ValueError where it exceeds the cost.
    """
    sheet, amount = terms.sheet, sum(share.amount for share in subsidy.years if share.year == year)
    scope = [line for id_, line in columns.items() if subsidy.components is None or id_ in subsidy.components]
    if not amount or not scope:
        return None
    if any(line.value is None for line in before):
        return sheet.add(*before)
    shares = sheet.add(*scope, label=_SHARES)
    left = sheet.take_off(sheet.add(*columns.values()), *before) if before else sheet.add(*columns.values())
    caps = sheet.least(shares, left, _SHARES)
    if subsidy.distribution == "operator":
        return _operators(terms, subsidy, amount, caps)
    measures = _measures(terms, subsidy, year, shares)
    whole = sheet.figure(amount * CENT, _granted(subsidy, amount))
    whole_measure = sheet.total(measures, Label(unit=measures.label.unit))
    parts = sheet.times(whole, sheet.divide(measures, whole_measure, Label(role="measures")))
    capped = sheet.fill(parts, Label(unit=EUR, words="bis auf null", others=", die anderen mehr"), high=caps)
    return sheet.apportion(capped, label=_MONEY, weights=measures)


def _operators(terms: KnownTerms, subsidy: Subsidy, amount: int, caps: SheetLine) -> SheetLine | None:
    """Return a subsidy that lowers the operator's own share; None where it has none."""
    operator = terms.agreement.operator
    if not caps.column.get(operator):
        return None
    column = terms.kept.setdefault(("operator", operator, amount), ByMember((operator,), [amount], CENT))
    given = terms.sheet.figure(column, _granted(subsidy, amount))
    return terms.sheet.round(terms.sheet.least(given, caps, _MONEY), "half-up", label=_MONEY)


def _granted(subsidy: Subsidy, amount: int) -> Label:
    words = f"{format_eur(amount)} {DISTRIBUTION_WORDS[subsidy.distribution]}"
    return Label(unit=EUR, words=words, role="distribution")


def _measures(terms: KnownTerms, subsidy: Subsidy, year: int, shares: SheetLine) -> SheetLine:
    """Return what a subsidy is divided by: the shares it may lower, inhabitants, or ones."""
    if subsidy.distribution == "by-share":
        return shares
    members, place = shares.column.members, ("measures", subsidy.id, year, shares.column.members)
    if place not in terms.kept:
        if subsidy.distribution == "equal":
            terms.kept[place] = terms.sheet.figure(ByMember(members, [1] * len(members)))
        else:
            assert subsidy.basis is not None
            terms.kept[place] = _counted(terms, subsidy.basis, year, members)
    line: SheetLine = terms.kept[place]
    return line


def _counted(terms: KnownTerms, basis: str, year: int, members: tuple[str, ...]) -> SheetLine:
    """Return the figure of each member; missing until all have one who ever reported it, for silence is never zero."""
    figures, reported = terms.weights(basis, year), reporters(terms, basis, year)
    awaited = [member for member in members if member in reported] or members
    if any(member not in figures for member in awaited):
        return terms.sheet.missing(missing_measure(terms, basis, year, awaited))
    return terms.sheet.figure(ByMember.of(members, [figures.get(member, 0) for member in members]))
