"""Why a share differs between two states of knowledge, in words for whoever pays it: who joined when, what was granted.

The steps of a share say how it was reckoned; these sentences say what happened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.known_terms import folded_in
from kkd_ledger.agreement.facts.told_figures import origin
from kkd_ledger.agreement.keys.component_year import total_of
from kkd_ledger.agreement.keys.measuring import leaves
from kkd_ledger.agreement.reckoning.compare import changes
from kkd_ledger.agreement.reckoning.gaps import bases_of
from kkd_ledger.agreement.reckoning.steps import measure_title, source_name
from kkd_ledger.agreement.reckoning.subsidies import last_event
from kkd_ledger.agreement.reckoning.words import STATUS_WORDS
from kkd_ledger.german import as_title, day
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.reckoning.compare import StepChange


_PRICES: Final = frozenset({"rates", "amounts", "classes", "minimum", "maximum", "rounding", "distribution"})


def causes(
    agreement: Agreement, year: int, before: dt.date | None, after: dt.date | None, member: str = ""
) -> tuple[str, ...]:
    """Return what became known between two days that bears on the shares of a service year, one sentence each.

    For a member its own figures follow, the new one and the old one, so that it can check them.
    """
    old, new = agreement.terms(before), agreement.terms(after)
    reasons = (
        *_parties(old, new, year, after or dt.date.max),
        *_events(old, new, year),
        *_costs(old, new, year),
        *_money(old, new, year),
        *_figures(old, new, year, member),
        *_indexes(old, new),
        *_subsidies(old, new, year),
    )
    return tuple(dict.fromkeys(reasons))


def why(agreement: Agreement, member: str, year: int, before: dt.date, after: dt.date) -> str:
    """Return why a member's share differs between two days: what happened, and which prices are others.

    The same words for all whom the same has hit, so that it can be told once; fractions of a split are no reason.
    """
    return "; ".join(
        _told(agreement, member, year, before, after, happenings=causes(agreement, year, before, after))
    )


def reasons(agreement: Agreement, member: str, year: int, before: dt.date, after: dt.date) -> tuple[str, ...]:
    """Return why a member's share differs between two days, for the member: with its own figures, new and old."""
    happened = causes(agreement, year, before, after, member)
    happenings = _told(agreement, member, year, before, after, happenings=happened)
    if happenings:
        return happenings
    step_changes = changes((agreement, before), (agreement, after), member, year)
    return tuple(change.titled_reason() for change in step_changes if change.reason)


def _told(
    agreement: Agreement,
    member: str,
    year: int,
    before: dt.date,
    after: dt.date,
    *,
    happenings: tuple[str, ...],
) -> tuple[str, ...]:
    step_changes = changes((agreement, before), (agreement, after), member, year)
    return (
        *happenings,
        *(change.titled_reason() for change in step_changes if _is_reason(change, alone=not happenings)),
    )


def _is_reason(change: StepChange, *, alone: bool) -> bool:
    """Whether the change of a step says by itself why; beside what happened only where its price is another."""
    return bool(change.reason) and not change.has_products and (alone or bool(change.figures & _PRICES))


def _parties(old: KnownTerms, new: KnownTerms, year: int, today: dt.date) -> Iterator[str]:
    whole = new.days_of(year)
    for member, party in new.members.items():
        was = old.period(year, member) if member in old.members else None
        now = new.period(year, member)
        if was == now:
            continue
        if now is None:
            yield f"{party.name} ist {new.agreement.year_name(year)} nicht mehr beteiligt"
        elif was is None or was.first != now.first:
            until = f" bis {day(now.last)}" if now.last != whole.last else ""
            joins = party.joined == now.first and not until
            said = f"ist ab {day(now.first)}{until} beteiligt"
            yield f"{party.name} {_joins(now.first, today) if joins else said}"
        else:
            leaves = party.left == now.last
            yield f"{party.name} {_leaves(now.last, today) if leaves else f'ist bis {day(now.last)} beteiligt'}"


def _joins(on: dt.date, today: dt.date) -> str:
    return f"ist am {day(on)} beigetreten" if on <= today else f"tritt am {day(on)} bei"


def _leaves(on: dt.date, today: dt.date) -> str:
    return f"ist am {day(on)} ausgeschieden" if on <= today else f"scheidet am {day(on)} aus"


def _events(old: KnownTerms, new: KnownTerms, year: int) -> Iterator[str]:
    """Say which older cooperation is folded in on another day than was known, where that bears on the year."""
    agreement = new.agreement
    former, latter = folded_in(agreement, old.known_on), folded_in(agreement, new.known_on)
    for cooperation in new.newest(agreement.cooperations, lambda each: each.id):
        was, now = former.get(cooperation.id), latter[cooperation.id]
        days = [on for on in (was, now) if on is not None]
        if was != now and cooperation.id in former and days and min(days).year <= year:
            instead = f" statt am {day(was)}" if was else ""
            then = (
                f"am {day(now)}{instead} eingegliedert"
                if now
                else f"nicht mehr am {day(days[0])} eingegliedert"
            )
            yield f"„{cooperation.title}“ wird {then}"


def _costs(old: KnownTerms, new: KnownTerms, year: int) -> Iterator[str]:
    former = {component.component.id: component.component for component in old.components}
    for component in new.components:
        key = component.component
        was = total_of(old, former[key.id], year) if key.id in former else None
        now = total_of(new, key, year)
        if was is not None and now is not None and was != now:
            yield f"die Kosten „{key.title}“ sind {format_eur(now)} statt {format_eur(was)}"


def _money(old: KnownTerms, new: KnownTerms, year: int) -> Iterator[str]:
    """Say which money of a pot is another sum than was known, and what became of a plan."""
    for name in _named_money(new):
        was, now = old.figure(name, year), new.figure(name, year)
        if was is None or now is None or (was.amount, was.kind) == (now.amount, now.kind):
            continue
        planned = " geplanter" if (was.kind, now.kind) == ("plan", "actual") else ""
        source = origin(now, source_name(new, now.source))
        yield (
            f"„{now.title or as_title(name)}“ {new.agreement.year_name(year)}: {format_eur(now.amount)} statt{planned} "
            f"{format_eur(was.amount)} ({source})"
        )


def _named_money(terms: KnownTerms) -> list[str]:
    """Return the figures of money on which components stand, through whatever pots."""
    pots = {pot.id: pot for pot in terms.pots}
    waiting = [pot for each in terms.components if (pot := each.component.pot)]
    names: dict[str, None] = {}
    for name in waiting:
        if name not in names:
            names[name] = None
            waiting += pots[name].names if name in pots else ()
    return [name for name in names if name not in pots]


def _figures(old: KnownTerms, new: KnownTerms, year: int, member: str) -> Iterator[str]:
    names = [name for component in new.components for name in bases_of(component.component)]
    for basis, back in dict.fromkeys(leaf for name in names for leaf in leaves(new, name, year)):
        was, now = old.reference(basis, year, back), new.reference(basis, year, back)
        if now is None or was is None:
            continue
        (_, before), (measure, on) = was, now
        title, own = measure_title(new, basis, year), _own(old, new, (basis, year, back), member)
        if (was[0].source, was[0].census, before) != (measure.source, measure.census, on):
            since = f"es zählt der Stand {day(on)} ({source_name(new, measure.source)}) statt {day(before)}"
            yield f"{title}: {since}{own}"
        elif old.weights(basis, year, back) and dict(old.weights(basis, year, back)) != {
            member: figure
            for member, figure in new.weights(basis, year, back).items()
            if member in old.members
        }:
            yield f"{title}: berichtigte Zahlen zum {day(on)}{own}"


def _own(old: KnownTerms, new: KnownTerms, place: tuple[str, int, int], member: str) -> str:
    """Return a member's own figure, new and old: `; für Adorf 13.600 statt 13.645`; nothing where it stayed."""
    was, now = (dict(terms.weights(*place) or {}).get(member) for terms in (old, new))
    if was is None or now is None or was == now:
        return ""
    return f"; für {new.members[member].name} {format_quantity(now)} statt {format_quantity(was)}"


def _indexes(old: KnownTerms, new: KnownTerms) -> Iterator[str]:
    """Yield what an index turned out to be where another value was known; a first value is no change of a price."""
    for value in new.agreement.index_values:
        was, now = old.index_value(value.index, value.at), new.index_value(value.index, value.at)
        if was is not None and now is not None and was.value != now.value:
            title = f"{new.index_title(value.index)} {value.at}"
            yield f"{title}: {format_quantity(now.value)} statt {format_quantity(was.value)}"


def _subsidies(old: KnownTerms, new: KnownTerms, year: int) -> Iterator[str]:
    for subsidy in new.subsidies:
        former = next((two for two in old.subsidies if two.id == subsidy.id), None)
        was, now = last_event(old, former) if former else None, last_event(new, subsidy)
        if now is not None and now != was and any(part.year == year for part in subsidy.years):
            yield f"{subsidy.title}: {STATUS_WORDS[now.status]} am {day(now.on)}"
