"""Evidence for one way to place a line: named factors with weights, and what they amount to together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Factor(StrEnum):
    """What speaks for a way to place a line, as book.toml names its weights."""

    REFERENCE = "kassenzeichen"
    DOCUMENT = "beleg"
    END_TO_END = "ende-zu-ende"
    MENDED_REFERENCE = "kassenzeichen-berichtigt"
    AMOUNT = "betrag"
    SUM = "summe"
    IBAN = "iban"
    MANDATE = "mandat"
    NAME = "name"
    DUE = "faelligkeit"


class EvidenceFamily(StrEnum):
    """A kind of evidence: two factors of one family are not independent of each other, factors of two families are."""

    REFERENCE = "verweis"
    AMOUNT = "betrag"
    PAYER = "zahler"


class ClaimSide(StrEnum):
    """Whether others owe an item to the book's party, or the party owes it."""

    RECEIVABLE = "forderung"
    PAYABLE = "verbindlichkeit"


DEFAULT_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        Factor.REFERENCE: 50,
        Factor.DOCUMENT: 40,
        Factor.END_TO_END: 45,
        Factor.MENDED_REFERENCE: 30,
        Factor.AMOUNT: 30,
        Factor.SUM: 28,
        Factor.IBAN: 25,
        Factor.MANDATE: 25,
        Factor.NAME: 15,
        Factor.DUE: 3,
        "centdifferenz-bis": 99,
    }
)
"""Points of each factor; `centdifferenz-bis` is the greatest difference in cents that counts as a slip."""

_FAMILIES: Final[Mapping[str, EvidenceFamily]] = MappingProxyType(
    {
        Factor.REFERENCE: EvidenceFamily.REFERENCE,
        Factor.DOCUMENT: EvidenceFamily.REFERENCE,
        Factor.END_TO_END: EvidenceFamily.REFERENCE,
        Factor.MENDED_REFERENCE: EvidenceFamily.REFERENCE,
        Factor.AMOUNT: EvidenceFamily.AMOUNT,
        Factor.SUM: EvidenceFamily.AMOUNT,
        Factor.IBAN: EvidenceFamily.PAYER,
        Factor.MANDATE: EvidenceFamily.PAYER,
        Factor.NAME: EvidenceFamily.PAYER,
    }
)


@dataclass(slots=True)
class Candidate:
    """One way to place a line, with its reasons; `doubt` (German) is why a person has to confirm it, else empty.

    `ruled_out` tells that the line itself names another item: this way then does not compete with one of equal score.
    `missing_cents` is the unsigned difference between the money and what is open on the items.
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
    def families(self) -> frozenset[EvidenceFamily]:
        """The families of evidence that speak for it: a reference, the amount, the payer."""
        return frozenset(_FAMILIES[factor] for factor in self.reasons if factor in _FAMILIES)

    @property
    def independent(self) -> bool:
        """Whether factors of at least two families speak for it."""
        return len(self.families) >= 2

    def score(self, weights: Mapping[str, int], *, with_due: bool = False) -> int:
        """Return the sum of its reasons' weights; with `with_due` also nearness to the due day, which only ranks."""
        return sum(weights[factor] for factor in self.reasons if with_due or factor in _FAMILIES)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the reasons in words, the remark last."""
        return (*self.reasons.values(), *((self.remark,) if self.remark else ()))
