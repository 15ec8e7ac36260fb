"""A step of a calculation: its words, its figures, where they come from, and the clause it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.words import day
from kkd_ledger.money import plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.terms import Terms


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `figures` is plain data from which the amount can be reckoned again."""

    kind: str
    id: str
    text: str
    amount_cents: int
    figures: Mapping[str, Any]
    source: str
    clause: str

    def as_json(self) -> dict[str, Any]:
        """Return the step as plain JSON data; amounts are texts with two decimals."""
        return {
            "kind": self.kind,
            "id": self.id,
            "text": self.text,
            "amount": plain(self.amount_cents),
            "figures": dict(self.figures),
            "source": self.source,
            "clause": self.clause,
        }


def source_of(terms: Terms, basis: str, year: int) -> str:
    """Return where a figure comes from: source, reference day, census."""
    found = terms.reference(basis, year)
    if found is None:
        return ""
    measure, reference = found
    census = f", Zensus {measure.census}" if measure.census else ""
    rule = "fest" if measure.rule == "frozen" else "jährlich erneuert"
    return f"{measure.source}, Stand {day(reference)}{census} ({rule})"


def unit_word(terms: Terms, basis: str, year: int) -> str:
    """Return what is counted: inhabitants, or the name of another measure."""
    found = terms.reference(basis, year)
    return "Einwohner" if found is None or found[0].weight is None else found[0].weight
