"""Evidence for one way to place a line: named factors with weights, and what they amount to together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

DEFAULT_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "kassenzeichen": 50,
        "beleg": 40,
        "ende-zu-ende": 45,
        "kassenzeichen-berichtigt": 30,
        "betrag": 30,
        "summe": 28,
        "iban": 25,
        "mandat": 25,
        "name": 15,
        "faelligkeit": 3,
        "centdifferenz-bis": 99,
    }
)
"""Points of each factor; `centdifferenz-bis` is the greatest difference in cents that counts as a slip."""

_FAMILIES: Final = MappingProxyType(
    {
        "kassenzeichen": "verweis",
        "beleg": "verweis",
        "ende-zu-ende": "verweis",
        "kassenzeichen-berichtigt": "verweis",
        "betrag": "betrag",
        "summe": "betrag",
        "iban": "zahler",
        "mandat": "zahler",
        "name": "zahler",
    }
)
"""Factors of one family say the same thing twice: only different families are independent of each other."""


@dataclass(slots=True)
class Candidate:
    """One way to place a line, with its reasons; `doubt` is why it must not be taken automatically.

    `ruled_out` tells that the line itself says it means another one: then it is no rival of one as good.
    `missing_cents` is by how much, unsigned, the money differs from what is open there.
    """

    allocations: tuple[tuple[str, int], ...]
    rest_cents: int
    reasons: dict[str, str] = field(default_factory=dict)
    remark: str = ""
    doubt: str = ""
    ruled_out: bool = False
    bankref: str = ""
    missing_cents: int = 0

    @property
    def families(self) -> frozenset[str]:
        """Return the independent kinds of evidence: what is referred to, the amount, the payer."""
        return frozenset(_FAMILIES[factor] for factor in self.reasons if factor in _FAMILIES)

    @property
    def independent(self) -> bool:
        """Tell whether two independent factors speak for it."""
        return len(self.families) >= 2

    def score(self, weights: Mapping[str, int], *, with_due: bool = False) -> int:
        """Return the sum of the weights; the due date ranks proposals but never decides."""
        return sum(weights[factor] for factor in self.reasons if with_due or factor in _FAMILIES)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the reasons in words, the remark last."""
        return (*self.reasons.values(), *((self.remark,) if self.remark else ()))
