"""Charges as bills: what each bill of a party comes to from which day on, when it is due, and what a day changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger.agreement.dues.due_parts import Due
from kkd_ledger.agreement.dues.plans import next_day, plan_of
from kkd_ledger.agreement.facts.charges import bill_days, billed_from
from kkd_ledger.agreement.facts.spans import ONE_DAY, Days
from kkd_ledger.agreement.keys.charged import ChargeLine, bill_mark, bill_title, charge_line
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.agreement.sheet.lines import CENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.charges import Charge
    from kkd_ledger.agreement.facts.known_terms import KnownTerms

PAYMENT_DAYS: Final = 30
"""How long after it is written a bill is due where no due plan says it (BGB § 286 Abs. 3)."""


class BillState(NamedTuple):
    """A bill as it stands from a day on: its positions (none of quantity nothing), their sum in signed cents.

    `title` is what people call it, the component first: „Prüfungen, Februar 2024“.
    """

    since: dt.date
    lines: tuple[ChargeLine, ...]
    cents: int
    title: str
    days: Days


@dataclass(frozen=True, eq=False)
class Bill:
    """A bill of a party: a job, or the charges of a month or a quarter; `states` are what it came to, one by one.

    `named` is the last day that it is for, `place` which of the party's bills of that day it is, by when they were
    known and where they stand in the file.
    """

    component: str
    named: dt.date
    place: int
    states: tuple[BillState, ...]


class BillChange(NamedTuple):
    """A bill that is new, or that comes to something else: from one state (None where it is new) to another."""

    bill: Bill
    before: BillState | None
    after: BillState

    @property
    def cents(self) -> int:
        """What is asked for, or given back, in signed cents."""
        return self.after.cents - (self.before.cents if self.before else 0)


@dataclass
class Billing:
    """What was billed of a party's charges of a service year, and what days add to it."""

    bills: Sequence[Bill]
    _billed: dict[Bill, BillState] = field(default_factory=dict)
    _now: dict[Bill, BillState] = field(default_factory=dict)
    _read: int = 0

    def __post_init__(self) -> None:
        events = [(state.since, n, state) for n, bill in enumerate(self.bills) for state in bill.states]
        self._events = sorted(events, key=lambda event: event[:2])

    @property
    def days(self) -> Iterator[dt.date]:
        """The days on which something changes."""
        return (since for since, _, _ in self._events)

    def due(self, day: dt.date) -> list[BillChange]:
        """Return what is to be billed on a day and was not billed before, in the order in which it became known."""
        while self._read < len(self._events) and self._events[self._read][0] <= day:
            _, n, state = self._events[self._read]
            self._now[self.bills[n]] = state
            self._read += 1
        changes = (BillChange(bill, self._billed.get(bill), state) for bill, state in self._now.items())
        return [change for change in changes if change.cents]

    def take(self) -> None:
        """Remember what was due as billed."""
        self._billed |= {
            bill: state for bill, state in self._now.items() if state.cents or bill in self._billed
        }
        self._now.clear()


def bills_of(agreement: Agreement, year: int) -> Mapping[str, tuple[Bill, ...]]:
    """Return the bills of a service year by party, in the order in which they became known; kept with the agreement."""
    kept = agreement.terms().kept
    if ("bills", year) not in kept:
        kept["bills", year] = {
            party: tuple(_of_party(agreement, year, charges))
            for party, charges in _by_party(agreement, year).items()
        }
    bills: Mapping[str, tuple[Bill, ...]] = kept["bills", year]
    return bills


def _by_party(agreement: Agreement, year: int) -> dict[str, list[Charge]]:
    """Return all versions of the charges of a service year by party, in the order of the file."""
    by_party: dict[str, list[Charge]] = {}
    names = {component.id for component in agreement.components if isinstance(component, Charges)}
    for charge in agreement.charges:
        if charge.component in names and agreement.service_year.of(charge.day) == year:
            by_party.setdefault(charge.party, []).append(charge)
    return by_party


def _of_party(agreement: Agreement, year: int, charges: Iterable[Charge]) -> Iterator[Bill]:
    marked: dict[tuple[object, ...], list[Charge]] = {}
    for charge in charges:
        key = charges_key(agreement.terms(), charge.component)
        if key is not None:
            marked.setdefault((charge.component, *bill_mark(key, charge)), []).append(charge)
    made = [(versions, _states(agreement, year, versions)) for versions in marked.values()]
    made = sorted(
        ((versions, states) for versions, states in made if states), key=lambda each: each[1][0].since
    )
    places: dict[dt.date, int] = {}
    for versions, states in made:
        named = states[0].days.last
        places[named] = places.get(named, -1) + 1
        yield Bill(versions[0].component, named, places[named], states)


def charges_key(terms: KnownTerms, name: str) -> Charges | None:
    """Return a component of charges as known; None while it is not."""
    keys = (each.component for each in terms.components if each.component.id == name)
    return next((key for key in keys if isinstance(key, Charges)), None)


def _states(agreement: Agreement, year: int, versions: Sequence[Charge]) -> tuple[BillState, ...]:
    """Return what a bill comes to, from the first day on which it may be written, and again whenever that changes."""
    states: list[BillState] = []
    since, before, span = dt.date.min, None, agreement.days_of(year)
    heard = {each.known_from or agreement.known_from for each in versions}
    days = sorted(heard | {day for day in agreement.contract_days if day > min(heard)})
    for day, following in zip(days, [*days[1:], dt.date.max], strict=True):
        key = charges_key(agreement.terms(day), versions[0].component)
        if key is None or (key is before and day not in heard and not _may_move(key, day)):
            continue
        if key.billed != "each" and following <= billed_from(key.billed, versions[:1], span):
            continue
        before = key
        newest = agreement.terms(day).newest(versions, lambda each: each.position)
        counting = [each for each in newest if each.quantity]
        since = max(since, day, billed_from(key.billed, counting or newest, span))
        lines = tuple(charge_line(agreement.terms(day), key, charge) for charge in counting)
        if any(each.line.value is None for each in lines):
            continue
        sign = -1 if key.direction == "to-members" else 1
        cents = sign * sum(_cents(each) for each in lines)
        title = f"{key.name or key.title}, {bill_title(key, (counting or newest)[0])}"
        if states and states[-1].since == since:
            states.pop()
        if not states or states[-1].cents != cents:
            states.append(
                BillState(since, lines, cents, title, bill_days(key.billed, counting or newest, span))
            )
    return tuple(states)


def _cents(charged: ChargeLine) -> int:
    exact = charged.line.value
    assert exact is not None
    cents = exact / CENT  # type: ignore[operator]
    assert cents.denominator == 1, "each position is rounded"
    return int(cents)


def _may_move(key: Charges, day: dt.date) -> bool:
    """Tell whether a price may be another one from a day on: it follows an index, or became known then."""
    return any(price.index is not None or price.known_from == day for price in key.prices)


def bill_dues(
    agreement: Agreement, year: int, member: str, change: BillChange, day: dt.date
) -> tuple[Due, ...]:
    """Return when a bill, or a change of one, is due that is asked for on a day: by its due plan, else in 30 days.

    What is given back is due at once.
    """
    if change.cents < 0:
        return (Due(day, change.cents),)
    terms = agreement.terms(day)
    key = charges_key(terms, change.bill.component)
    plan = plan_of(terms, key.dues if key else None, year, member)
    if plan is None or (plan.after is None and not plan.days):
        return (Due(day + PAYMENT_DAYS * ONE_DAY, change.cents),)
    if plan.after is not None:
        return (Due(day + plan.after.days * ONE_DAY, change.cents),)
    return (Due(next_day(plan, agreement.days_of(year).first, day) or day, change.cents),)
