"""The amounts: shares(agreement, year, as_of), pure and exact to the cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kkd_ledger.agreement.dues.plans import first_due
from kkd_ledger.agreement.facts.by_member import ByMember, added
from kkd_ledger.agreement.facts.resolutions import resolved_cents
from kkd_ledger.agreement.keys.registry import component_line
from kkd_ledger.agreement.reckoning.gaps import (
    MissingFigure,
    gap_of,
    subsidies_waiting,
    subsidy_gaps,
    whose,
)
from kkd_ledger.agreement.reckoning.open_charges import OpenCharges, open_charges
from kkd_ledger.agreement.reckoning.subsidies import reductions
from kkd_ledger.money import plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.sheet.lines import SheetLine

Columns = Mapping[str, ByMember]


@dataclass(frozen=True, slots=True)
class SharePart:
    """What one component adds to a share, or one subsidy takes from it (then negative)."""

    kind: Literal["component", "subsidy"]
    id: str
    amount_cents: int

    def as_json(self) -> dict[str, str]:
        """Return the part as plain JSON data."""
        return {"kind": self.kind, "id": self.id, "amount": plain(self.amount_cents)}


@dataclass(frozen=True, slots=True)
class MemberShare:
    """One member's share of a service year: with the granted subsidies (`amount_cents`) and without (`gross_cents`).

    It is conditional (vorbehaltlich) as far as `resolved_cents`, what a resolution allows, falls short of it.
    """

    member: str
    amount_cents: int
    gross_cents: int
    parts: tuple[SharePart, ...]
    conditional: bool
    due: dt.date
    resolved_cents: int

    def waiting_cents(self, booked_cents: int) -> int:
        """Return what of the share waits for a resolution where so much of it is booked; 0 where one covers it."""
        if not self.conditional or booked_cents >= self.amount_cents:
            return 0
        return self.amount_cents - max(0, min(booked_cents, self.resolved_cents))

    def as_json(self) -> dict[str, Any]:
        """Return the share as plain JSON data; amounts are texts with two decimals."""
        return {
            "id": self.member,
            "amount": plain(self.amount_cents),
            "gross": plain(self.gross_cents),
            "conditional": self.conditional,
            "due": self.due.isoformat(),
            "parts": [part.as_json() for part in self.parts],
        }


@dataclass(frozen=True)
class Shares:
    """All shares of a service year as known on a day; the amounts are there, the records are made when asked for.

    Whoever is concerned by a missing figure (`gaps`) has no share: it is listed in `unpriced`, never with an amount.
    `components`, `subsidies` and `known_amounts` (the sum of the components) are what can be reckoned, theirs included;
    `lines` are the lines of the sheet that end in them, by component and subsidy.
    """

    agreement: str
    year: int
    as_of: dt.date | None
    components: Columns
    subsidies: Columns
    gross: ByMember
    amounts: ByMember
    _source: Agreement
    known_amounts: ByMember
    lines: Mapping[str, SheetLine] = field(repr=False)
    gaps: tuple[MissingFigure, ...] = ()
    unpriced: Mapping[str, tuple[MissingFigure, ...]] = field(default_factory=dict)

    @property
    def year_name(self) -> str:
        """What people call the service year."""
        return self._source.year_name(self.year)

    @property
    def total_cents(self) -> int:
        """The sum of all shares."""
        return sum(self.amounts.figures)

    @cached_property
    def open_charges(self) -> tuple[OpenCharges, ...]:
        """What is billed one by one and not all known yet: the amounts hold what is reported, which is not all."""
        return tuple(open_charges(self._source, self.year, self.as_of))

    def may_owe(self, member: str) -> bool:
        """Whether a party without a share may still owe what nobody has reported yet."""
        return any(member in charges.members for charges in self.open_charges)

    @cached_property
    def due(self) -> dt.date:
        """The day on which the shares are due; whoever joins later owes nothing before (see `due_of`)."""
        return self._source.due(self.year, self.as_of)

    @cached_property
    def _begins(self) -> Mapping[str, dt.date]:
        """From when on those take part who do not take part yet when the shares are due."""
        return self._source.terms(self.as_of).beginners(self.year, self.due)

    def due_of(self, member: str) -> dt.date:
        """Return the first day on which something of a member's share is due: never before it takes part."""
        due = self.due
        if self._source.by_claims:
            mine = [id_ for id_, column in self.components.items() if member in column]
            due = first_due(self._source.terms(self.as_of), mine, self.year, member, due)
        return max(due, self._begins.get(member, due))

    @cached_property
    def members(self) -> tuple[MemberShare, ...]:
        """The shares in the order of the agreement."""
        return tuple(self._share(member) for member in self.amounts)

    def of(self, member_id: str) -> MemberShare | None:
        """Return one member's share; None for whoever has none in this year."""
        return self._share(member_id) if member_id in self.amounts else None

    def _share(self, member: str) -> MemberShare:
        amount = self.amounts[member]
        parts = [
            SharePart("component", id_, cents[member])
            for id_, cents in self.components.items()
            if member in cents
        ]
        parts += [
            SharePart("subsidy", id_, -cents[member])
            for id_, cents in self.subsidies.items()
            if member in cents
        ]
        resolved = resolved_cents(self._source, member, self.year, amount, self.as_of)
        return MemberShare(
            member,
            amount,
            self.gross[member],
            tuple(parts),
            conditional=resolved is None or resolved < amount,
            due=self.due_of(member),
            resolved_cents=resolved or 0,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the shares as plain JSON data; amounts are texts with two decimals."""
        return {
            "agreement": self.agreement,
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "members": [share.as_json() for share in self.members],
            "total": None if self.gaps else plain(self.total_cents),
            "missing": [gap.as_json() for gap in self.gaps],
            **({"open": [each.as_json() for each in self.open_charges]} if self.open_charges else {}),
        }


def shares(agreement: Agreement, year: int, as_of: dt.date | None = None) -> Shares:
    """Return what each member owes for a service year, as known on `as_of` (without it: as known today's file).

    Pure: the same agreement, year and day give the same cents. A member without a part in the year has no share, nor
    has one for whose share a figure is missing: silence is never zero.
    """
    terms = agreement.terms(as_of)
    charged = [component for component in terms.components if component.component.charged]
    reckoned = {component.component.id: component_line(terms, component, year) for component in charged}
    lines = {id_: line for id_, line in reckoned.items() if line is not None and line.value is not None}
    columns = {id_: line.cents for id_, line in lines.items()}
    gross = terms.in_order(added(list(columns.values()))) if columns else ByMember((), [])
    missing = (gap_of(terms, component, year, reckoned[component.component.id]) for component in charged)
    gaps = tuple(gap for gap in missing if gap)
    waiting = {subsidy.id for subsidy in subsidies_waiting(terms, year, gaps)} if gaps else frozenset[str]()
    cuts = reductions(terms, year, lines, waiting)
    gaps += tuple(subsidy_gaps(terms, year, cuts, columns))
    unpriced = whose(terms, year, gaps, columns) if gaps else {}
    cuts = {id_: line for id_, line in cuts.items() if line.value is not None}
    lowered = {id_: line.cents for id_, line in cuts.items()}
    amounts = gross
    if cuts:
        taken = added(list(lowered.values()))
        amounts = ByMember(gross.members, [cents - taken.get(member, 0) for member, cents in gross.items()])
    priced = (_without(gross, unpriced), _without(amounts, unpriced)) if unpriced else (gross, amounts)
    return Shares(
        agreement.id, year, as_of, columns, lowered, *priced, agreement, gross, lines | cuts, gaps, unpriced
    )


def _without(column: ByMember, members: Mapping[str, object]) -> ByMember:
    kept = [(member, cents) for member, cents in column.items() if member not in members]
    return ByMember(tuple(member for member, _ in kept), [cents for _, cents in kept])
