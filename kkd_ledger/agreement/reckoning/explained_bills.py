"""How a bill of charges came about: its positions as steps, what each change of one is, and in which unit it counts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kkd_ledger.agreement.dues.bills import charges_key
from kkd_ledger.agreement.dues.party_claims import claims
from kkd_ledger.agreement.facts.spans import Days
from kkd_ledger.agreement.keys.charged import charge_title
from kkd_ledger.agreement.reckoning.explain import Derivation
from kkd_ledger.agreement.reckoning.steps import Step
from kkd_ledger.agreement.sheet.lines import CENT, SheetLine
from kkd_ledger.agreement.sheet.printing import SheetReading, sources
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kkd_ledger.agreement.dues.bills import BillChange, BillState
    from kkd_ledger.agreement.dues.party_claims import Claim
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.charges import Position
    from kkd_ledger.agreement.keys.charged import ChargeLine
    from kkd_ledger.agreement.keys.components import Charges


@dataclass(frozen=True, slots=True)
class BilledPosition:
    """A position of a bill: what it is, how many units at how much each (EUR), its signed cents, its days."""

    title: str
    unit: str
    quantity: Fraction
    price: Fraction
    cents: int
    days: Days
    words: str
    source: str

    @property
    def is_product(self) -> bool:
        """Whether the amount is quantity times price, rounded to the cent."""
        return abs(self.quantity * self.price - abs(Fraction(self.cents, 100))) <= CENT / 2


def positions(
    agreement: Agreement, change: BillChange, state: BillState
) -> list[tuple[Position, BilledPosition]]:
    """Return the positions of a bill as it stands, each with what it is known by."""
    key = charges_key(agreement.terms(state.since), change.bill.component)
    assert key is not None, "a bill has its component"
    return [(each.charge.position, _position(key, each)) for each in state.lines]


def _position(key: Charges, each: ChargeLine) -> BilledPosition:
    sign = -1 if key.direction == "to-members" else 1
    units = {grade.id: grade.unit for grade in key.grades}
    charge, title = each.charge, charge_title(key, each.charge)
    words = "; ".join(SheetReading(charge.party).sentences(each.line)).removeprefix(f"{title}: ")
    return BilledPosition(
        title,
        units.get(charge.grade) or charge.grade,
        _exact(each.quantity),
        _exact(each.price),
        sign * int(_exact(each.line) / CENT),
        Days(charge.day, charge.last_day),
        words,
        "; ".join(sources(each.line, charge.party)),
    )


def _exact(line: SheetLine) -> Fraction:
    assert isinstance(line.value, Fraction), "a bill has no position without a price"
    return line.value


def bill_derivation(agreement: Agreement, member: str, year: int, change: BillChange) -> Derivation:
    """Return how a bill came about, as it stands after a change: a step for each position."""
    state, key = change.after, charges_key(agreement.terms(change.after.since), change.bill.component)
    assert key is not None, "a bill has its component"
    steps = tuple(
        Step(
            "charge",
            key.id,
            position.title,
            (position.words,),
            position.cents,
            each.line,
            member,
            key.clause,
            position.source,
            position.days,
        )
        for each, (_, position) in zip(state.lines, positions(agreement, change, state), strict=True)
    )
    clauses = {clause.id: clause.text for clause in agreement.clauses if clause.id == key.clause}
    return Derivation(
        agreement.id,
        member,
        year,
        state.since,
        state.cents,
        steps,
        (),
        clauses,
        agreement.service_year,
    )


def changed_positions(
    agreement: Agreement, change: BillChange
) -> list[tuple[BilledPosition | None, BilledPosition | None]]:
    """Return the positions in which a bill changes, as they were and as they are now; None where there is none."""
    before = dict(positions(agreement, change, change.before)) if change.before else {}
    after = dict(positions(agreement, change, change.after))
    pairs = ((before.get(place), after.get(place)) for place in dict.fromkeys([*before, *after]))
    return [(old, new) for old, new in pairs if old is None or new is None or old.cents != new.cents]


def bill_reasons(agreement: Agreement, change: BillChange) -> tuple[str, ...]:
    """Return why a bill comes to something else than before, a sentence for each position that changed."""
    return tuple(_reason(old, new) for old, new in changed_positions(agreement, change))


def _reason(old: BilledPosition | None, new: BilledPosition | None) -> str:
    if old is None or new is None:
        position = old or new
        assert position is not None
        return (
            f"{position.title}: {'entfällt' if new is None else 'kommt hinzu'}, {format_eur(position.cents)}"
        )
    if old.quantity != new.quantity:
        return f"{new.title}: {format_quantity(new.quantity)} statt {format_quantity(old.quantity)}"
    return f"{new.title}: Preis {format_quantity(new.price)} statt {format_quantity(old.price)} EUR"


def billed_claims(agreement: Agreement, year: int) -> Mapping[str, tuple[Claim, ...]]:
    """Return by party the claims of a service year that are bills, or changes of bills, whenever they become known."""
    kept = agreement.terms().kept
    place = ("billed claims", year)
    if place not in kept:
        by_party: dict[str, list[Claim]] = {}
        for claim in claims(agreement, year) if agreement.charges else ():
            if claim.bill:
                by_party.setdefault(claim.member, []).append(claim)
        kept[place] = {party: tuple(billed) for party, billed in by_party.items()}
    billed: Mapping[str, tuple[Claim, ...]] = kept[place]
    return billed
