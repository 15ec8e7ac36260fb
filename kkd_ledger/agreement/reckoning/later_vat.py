"""What a decision about VAT changes of claims that were known before it: the tax on them, asked for or given back.

A claim bears the VAT of what was known when it was reckoned. From the day on which another rate is known, what was
claimed before is taxed anew as a whole, by a claim of its own; a settlement behind it brings the whole year to its tax
(UStG § 14 Abs. 5: less the advances with theirs). Two decisions that cancel each other add up to nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger.agreement.facts.resolutions import vat_treatment
from kkd_ledger.agreement.reckoning.vat import vat_cents, vat_percent

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import VatTreatment

LAST_YEAR_OF_OLD_VAT_LAW: Final = 2026


class NetClaim(NamedTuple):
    """A claim (credits negative), known since a day, in net cents, due by a day; a settlement states the whole year."""

    since: dt.date
    cents: int
    due: dt.date
    settles: bool = False


class TaxStep(NamedTuple):
    """What VAT a day adds (what it takes off is negative) to what was claimed before it."""

    day: dt.date
    cents: int


def known_vat(agreement: Agreement, year: int, known_on: dt.date) -> VatTreatment | None:
    """Return how a service year was taxed by what was known on a day.

    While nobody had decided, by what was decided first after it. None where that asks for VAT on a year of the old law,
    under which a claim may be booked undecided: then it bears none, and the decision is a later one.
    """
    treatment = vat_treatment(agreement, year, known_on)
    if treatment is not None:
        return treatment
    later = (day for day in _decision_days(agreement) if day > known_on)
    first = next((decided for day in later if (decided := vat_treatment(agreement, year, day))), None)
    return None if year <= LAST_YEAR_OF_OLD_VAT_LAW and vat_percent(first) else first


def _decision_days(agreement: Agreement) -> list[dt.date]:
    return sorted({treatment.known_from or agreement.known_from for treatment in agreement.vat})


@dataclass(frozen=True)
class YearVat:
    """How a service year's claims are taxed, by what was known on each day up to the one asked for."""

    agreement: Agreement
    year: int
    as_of: dt.date

    @cached_property
    def changes(self) -> tuple[dt.date, ...]:
        """The days from which on another rate was known than before; mostly none."""
        if not any(map(vat_percent, self.agreement.vat)):
            return ()
        days = [day for day in _decision_days(self.agreement) if day <= self.as_of]
        return tuple(day for day in days if self.percent(day) != self.percent(day - dt.timedelta(days=1)))

    @cached_property
    def _by_day(self) -> dict[dt.date, VatTreatment | None]:
        return {}

    def treatment(self, day: dt.date) -> VatTreatment | None:
        """Return how the year was taxed by what was known on a day."""
        if day not in self._by_day:
            self._by_day[day] = known_vat(self.agreement, self.year, day)
        return self._by_day[day]

    def percent(self, day: dt.date) -> int:
        """Return the rate by what was known on a day; 0 where no VAT is due."""
        return vat_percent(self.treatment(day))

    def following(self, day: dt.date) -> dt.date | None:
        """Return the first day after one from which on another rate was known; None where there is none."""
        return next((change for change in self.changes if change > day), None)

    def on(self, net_cents: int, day: dt.date) -> int:
        """Return the VAT on a net amount by what was known on a day, in cents."""
        return vat_cents(self.treatment(day), net_cents)

    def of(self, claim: NetClaim, first: dt.date, net_cents: int, tax_cents: int) -> int:
        """Return the VAT of a claim on top of a year of which so much is claimed, net and tax, the first on `first`."""
        if claim.settles and self.is_mixed(first, claim.since):
            return self.on(net_cents + claim.cents, claim.since) - tax_cents
        return self.on(claim.cents, claim.since)

    def is_mixed(self, first: dt.date, day: dt.date) -> bool:
        """Tell whether the rate changed between the first claim of the year and a day."""
        return any(first < change <= day for change in self.changes)

    def history(self, owed: Sequence[NetClaim]) -> Iterator[TaxStep | int]:
        """Yield the VAT of each claim, and before the claims of its day what a decision changes of those before it."""
        net = tax = 0
        first = owed[0].since if owed else self.as_of
        pending = list(self.changes)
        for claim in owed:
            while pending and pending[0] <= claim.since:
                day = pending.pop(0)
                if step := self.on(net, day) - tax:
                    yield TaxStep(day, step)
                    tax += step
            cents = self.of(claim, first, net, tax)
            yield cents
            net, tax = net + claim.cents, tax + cents
        for day in pending:
            if step := self.on(net, day) - tax:
                yield TaxStep(day, step)
                tax += step

    def missing(self, owed: Sequence[NetClaim], net_cents: int, tax_cents: int) -> TaxStep | None:
        """Return what VAT is missing (or too much) on a year that stands at what is owed; None where it is right.

        It is named by the decision whose step it is, else by the last one. Books from before taxed each claim by what
        was known when it was booked: where that comes to the same rate nothing is missing.
        """
        if not owed or not self.is_mixed(owed[0].since, self.as_of):
            return None
        sums = [0, *accumulate(claim.cents for claim in owed)]
        if net_cents in sums:  # what is not booked yet is not taxed yet
            owed = owed[: len(sums) - 1 - sums[::-1].index(net_cents)]
        entries = list(self.history(owed))
        steps = [entry for entry in entries if isinstance(entry, TaxStep)]
        whole = self.on(net_cents, self.as_of)
        target = whole
        if sum(claim.cents for claim in owed) == net_cents:
            target = sum(entry.cents if isinstance(entry, TaxStep) else entry for entry in entries)
        singly = sum(self.on(claim.cents, self.as_of) for claim in owed)
        if tax_cents in {target, whole, singly}:
            return None
        cents = target - tax_cents
        last = TaxStep(self.changes[-1], cents)
        return next((step for step in steps if step.cents == cents), last)
