"""Binding periods of subsidies: until when the cooperation has to last, and who ends it too early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.shares import shares
from kkd_ledger.agreement.spans import ONE_DAY
from kkd_ledger.agreement.subsidies import GONE, GRANTED, status
from kkd_ledger.agreement.words import STATUS_WORDS, count, day
from kkd_ledger.money import format_eur, plain, round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.components import Subsidy
    from kkd_ledger.agreement.model import Agreement
    from kkd_ledger.agreement.terms import Terms


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
class Binding:
    """How long a subsidy binds the cooperation; without days while it is not granted."""

    subsidy: str
    title: str
    clause: str
    status: str
    years: int
    amount_cents: int
    first: dt.date | None
    last: dt.date | None
    breaches: tuple[Breach, ...]

    @property
    def days(self) -> int:
        """The days of the binding, both ends included; 0 while it has not begun."""
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    def within(self, other: Iterable[Binding]) -> bool:
        """Whether another list holds the same binding with the same breaches."""
        return any(one.subsidy == self.subsidy and one.breaches == self.breaches for one in other)

    def text(self, names: Mapping[str, str]) -> str:
        """Return in German until when the subsidy binds, and a line for whoever ends it too early."""
        head = f"{self.title} ({self.clause}): {self.years} Jahre gebunden"
        if self.first is None or self.last is None:
            return f"{head} ab der Bewilligung; die Förderung ist {STATUS_WORDS[self.status]}."
        head += f", vom {day(self.first)} bis zum {day(self.last)}"
        lines = [self._line(one, names) for one in self.breaches]
        return "\n".join([f"{head}: {'nicht eingehalten.' if lines else 'eingehalten.'}", *lines])

    def _line(self, one: Breach, names: Mapping[str, str]) -> str:
        who = f"{names.get(one.member, one.member)} scheidet" if one.member else "Die Zusammenarbeit endet"
        missing = f"{count(one.missing_days)} von {count(self.days)} Tagen"
        whose = "ihre Anteile" if one.member else "die Anteile"
        return (
            f"    {who} am {day(one.last_day)}{' aus' if one.member else ''}; es fehlen {missing}. "
            f"Zurückgefordert werden können bis zu {format_eur(self.amount_cents)} "
            f"(nach der fehlenden Zeit {format_eur(one.missing_cents)}); "
            f"die Förderung mindert {whose} um {format_eur(one.relief_cents)}. "
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
            "from": self.first.isoformat() if self.first else None,
            "to": self.last.isoformat() if self.last else None,
            "breaches": [one.as_json() for one in self.breaches],
        }


def bindings(agreement: Agreement, as_of: dt.date | None = None) -> tuple[Binding, ...]:
    """Return the binding of every subsidy that asks for one and may still come or is there (IKZ framework: 5 years).

    It runs from `binding_from`, without it from the day of the grant. A successor goes on for its predecessors: they
    do not leave. Whether anything is reclaimed, and how much, the notice says (VwVfG § 49a).
    """
    terms = agreement.terms(as_of)
    alive = [one for one in terms.subsidies if status(terms, one) not in GONE]
    return tuple(_binding(agreement, terms, one, as_of) for one in alive if one.conditions.binding_years)


def _binding(agreement: Agreement, terms: Terms, subsidy: Subsidy, as_of: dt.date | None) -> Binding:
    years, first = subsidy.conditions.binding_years or 0, _first_day(terms, subsidy)
    last = None if first is None else _last_day(first, years)
    found = [] if first is None or last is None else _ends(terms, subsidy, first, last)
    whole = 0 if first is None or last is None else (last - first).days + 1
    breaches = tuple(
        _breach(agreement, subsidy, member, end, missing=((last or end) - end).days, whole=whole, as_of=as_of)
        for member, end in found
    )
    now = status(terms, subsidy)
    return Binding(
        subsidy.id, subsidy.title, subsidy.clause, now, years, subsidy.amount, first, last, breaches
    )


def _first_day(terms: Terms, subsidy: Subsidy) -> dt.date | None:
    if status(terms, subsidy) not in GRANTED:
        return None
    granted = next(event.on for event in subsidy.life if event.status == "granted")
    return subsidy.conditions.binding_from or granted


def _last_day(first: dt.date, years: int) -> dt.date:
    """Return the last day of so many whole years; what begins on 29 February ends on the last of that month."""
    leap = (first.month, first.day) == (2, 29)
    after = first + ONE_DAY if leap else first
    return after.replace(year=first.year + years) - ONE_DAY


def _ends(terms: Terms, subsidy: Subsidy, first: dt.date, last: dt.date) -> list[tuple[str, dt.date]]:
    """Return who ends before the binding does: the cooperation itself (an empty name), and parties before it."""
    until: dict[str, dt.date] = {}
    for one in terms.components:
        if subsidy.components is None or one.component.id in subsidy.components:
            for member in one.steady:
                until[member] = max(until.get(member, dt.date.min), one.life.last)
            for member, spans in one.dated.items():
                ends = [inside.last for span in spans if (inside := span.clip(one.life))]
                until[member] = max([until.get(member, dt.date.min), *ends])
    over = max(until.values(), default=dt.date.max)
    inherited = {name for one in terms.members.values() for name in one.succeeds}
    found = [("", over)] if over < last else []
    return found + [
        (member, end)
        for member, end in until.items()
        if first <= end < min(last, over) and member not in inherited
    ]


def _breach(
    agreement: Agreement,
    subsidy: Subsidy,
    member: str,
    end: dt.date,
    *,
    missing: int,
    whole: int,
    as_of: dt.date | None,
) -> Breach:
    relief = 0
    for year in dict.fromkeys(one.year for one in subsidy.years):
        cents = shares(agreement, year, as_of).subsidies.get(subsidy.id)
        if cents is not None:
            relief += cents.get(member, 0) if member else sum(cents.figures)
    missing = min(missing, whole)
    part = round_half_up(subsidy.amount * missing, whole)
    return Breach(member, end, missing, part, relief)
