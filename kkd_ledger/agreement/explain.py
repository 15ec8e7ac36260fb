"""How a share came about: steps that a person can check with a pocket calculator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.shares import shares
from kkd_ledger.errors import UsageError
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its words, its result in cents, where its figures come from, and the clause it applies."""

    text: str
    amount_cents: int
    source: str
    clause: str

    def as_json(self) -> dict[str, str]:
        """Return the step as plain JSON data."""
        return {
            "text": self.text,
            "amount": plain(self.amount_cents),
            "source": self.source,
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class Derivation:
    """A share and the steps that lead to it."""

    agreement: str
    member: str
    year: int
    as_of: dt.date | None
    amount_cents: int
    steps: tuple[Step, ...]

    def text(self) -> str:
        """Return the derivation as German text, one step a line."""
        return "\n".join(step.text for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """Return the derivation as plain JSON data."""
        return {
            "agreement": self.agreement,
            "member": self.member,
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "amount": plain(self.amount_cents),
            "steps": [step.as_json() for step in self.steps],
        }


def explain(agreement: Agreement, member: str, year: int, as_of: dt.date | None = None) -> Derivation:
    """Return how a member's share came about; raise UsageError for a member without a share in the year."""
    share = shares(agreement, year, as_of).of(member)
    if share is None:
        raise UsageError(f"{member} hat {year} keine Kostenbeteiligung an der Vereinbarung {agreement.id}.")
    steps = tuple(
        Step(f"{part.id}: {format_eur(part.amount_cents)}", part.amount_cents, "", "") for part in share.parts
    )
    return Derivation(agreement.id, member, year, as_of, share.amount_cents, steps)
