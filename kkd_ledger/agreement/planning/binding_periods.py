"""Binding periods of subsidies: until when the cooperation has to last, and who ends it too early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.facts.spans import ONE_DAY, Days
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.subsidies import GONE, GRANTED, status
from kkd_ledger.agreement.reckoning.words import STATUS_WORDS
from kkd_ledger.german import day, grouped
from kkd_ledger.money import format_eur, plain, round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.keys.components import Subsidy


@dataclass(frozen=True, slots=True)
class Breach:
    """A party that leaves before the binding has run out, or the cooperation that ends (then `member` is empty).

    `relief_cents` is what the subsidy takes from the shares of that party (of all parties) over the years;
    `missing_cents` the part of the whole subsidy for the days that are missing, rounded half up.
    """

    member: str
    last_day: dt.date
    missing_days: int
    missing_cents: int
    relief_cents: int

    def as_json(self) -> dict[str, Any]:
        """Return the breach as plain JSON data; amounts are texts with two decimals."""
        return {
            "member": self.member,
            "last_day": self.last_day.isoformat(),
            "missing_days": self.missing_days,
            "missing": plain(self.missing_cents),
            "relief": plain(self.relief_cents),
        }


@dataclass(frozen=True, slots=True)
class BindingPeriod:
    """How long a subsidy binds the cooperation; without a span while it is not granted."""

    subsidy: str
    title: str
    clause: str
    status: str
    years: int
    amount_cents: int
    span: Days | None
    breaches: tuple[Breach, ...]

    def text(self, names: Mapping[str, str]) -> str:
        """Return in German until when the subsidy binds, and a line for whoever ends it too early."""
        head = f"{self.title} ({self.clause}): {self.years} Jahre gebunden"
        if self.span is None:
            return f"{head} ab der Bewilligung; die Förderung ist {STATUS_WORDS[self.status]}."
        head += f", vom {day(self.span.first)} bis zum {day(self.span.last)}"
        lines = [self._line(breach, length(self.span), names) for breach in self.breaches]
        return "\n".join([f"{head}: {'nicht eingehalten.' if lines else 'eingehalten.'}", *lines])

    def _line(self, breach: Breach, days: int, names: Mapping[str, str]) -> str:
        who = f"{names[breach.member]} scheidet" if breach.member else "Die Zusammenarbeit endet"
        whose = "ihre Anteile" if breach.member else "die Anteile"
        return (
            f"    {who} am {day(breach.last_day)}{' aus' if breach.member else ''}; "
            f"es fehlen {grouped(breach.missing_days)} von {grouped(days)} Tagen. "
            f"Zurückgefordert werden können bis zu {format_eur(self.amount_cents)} "
            f"(nach der fehlenden Zeit {format_eur(breach.missing_cents)}); "
            f"die Förderung mindert {whose} um {format_eur(breach.relief_cents)}. "
            f"Was gilt, sagt der Bescheid (§ 49a HVwVfG)."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the binding as plain JSON data; amounts are texts with two decimals."""
        return {
            "subsidy": self.subsidy,
            "title": self.title,
            "clause": self.clause,
            "status": self.status,
            "years": self.years,
            "amount": plain(self.amount_cents),
            "from": self.span.first.isoformat() if self.span else None,
            "to": self.span.last.isoformat() if self.span else None,
            "breaches": [breach.as_json() for breach in self.breaches],
        }


def binding_periods(agreement: Agreement, as_of: dt.date | None = None) -> tuple[BindingPeriod, ...]:
    """Return the binding of every subsidy that asks for one and may still come or is there (IKZ framework: 5 years).

    It runs from `binding_from`, without it from the day of the grant. A successor goes on for its predecessors: they
    do not leave. Whether anything is reclaimed, and how much, the notice says (VwVfG § 49a).
    """
    terms = agreement.terms(as_of)
    alive = [subsidy for subsidy in terms.subsidies if status(terms, subsidy) not in GONE]
    return tuple(
        _binding(agreement, terms, subsidy, years, as_of)
        for subsidy in alive
        if (years := subsidy.conditions.binding_years)
    )


def length(span: Days) -> int:
    """Return the days of a span, both ends included."""
    return (span.last - span.first).days + 1


def _binding(
    agreement: Agreement, terms: KnownTerms, subsidy: Subsidy, years: int, as_of: dt.date | None
) -> BindingPeriod:
    now, span = status(terms, subsidy), _span(terms, subsidy, years)
    breaches = _breaches(agreement, subsidy, span, as_of) if span else ()
    return BindingPeriod(
        subsidy.id, subsidy.title, subsidy.clause, now, years, subsidy.amount, span, breaches
    )


def _span(terms: KnownTerms, subsidy: Subsidy, years: int) -> Days | None:
    if status(terms, subsidy) not in GRANTED:
        return None
    granted = next(event.on for event in subsidy.life if event.status == "granted")
    first = subsidy.conditions.binding_from or granted
    return Days(first, _last_day(first, years))


def _last_day(first: dt.date, years: int) -> dt.date:
    """Return the last day of so many whole years; what begins on 29 February ends on the last of that month."""
    leap = (first.month, first.day) == (2, 29)
    after = first + ONE_DAY if leap else first
    return after.replace(year=first.year + years) - ONE_DAY


def _breaches(
    agreement: Agreement, subsidy: Subsidy, span: Days, as_of: dt.date | None
) -> tuple[Breach, ...]:
    years = dict.fromkeys(year.year for year in subsidy.years)
    columns: list[Mapping[str, Any]] = [
        shares(agreement, year, as_of).subsidies.get(subsidy.id, {}) for year in years
    ]
    breaches = []
    for member, end in _ends(agreement.terms(as_of), subsidy, span):
        missing = min((span.last - end).days, length(span))
        part = round_half_up(subsidy.amount * missing, length(span))
        reliefs = [column.get(member, 0) if member else sum(column.values()) for column in columns]
        breaches.append(Breach(member, end, missing, part, sum(reliefs)))
    return tuple(breaches)


def _ends(terms: KnownTerms, subsidy: Subsidy, span: Days) -> list[tuple[str, dt.date]]:
    """Return who ends before the binding does: the cooperation itself (an empty name), and parties before it."""
    until: dict[str, dt.date] = {}
    for component in terms.components:
        if subsidy.components is None or component.component.id in subsidy.components:
            for member in component.steady:
                until[member] = max(until.get(member, dt.date.min), component.life.last)
            for member, spans in component.dated.items():
                ends = [inside.last for own in spans if (inside := own.clip(component.life))]
                until[member] = max([until.get(member, dt.date.min), *ends])
    over = max(until.values(), default=dt.date.max)
    inherited = {name for member in terms.members.values() for name in member.succeeds}
    early = [
        (member, end)
        for member, end in until.items()
        if span.first <= end < min(span.last, over) and member not in inherited
    ]
    return [*([("", over)] if over < span.last else []), *early]
