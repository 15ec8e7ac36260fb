"""One field of a received document beside what was agreed: as agreed, told, or to be cleared by a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kkd_ledger.einvoice.shown import shown


class Judgement(StrEnum):
    """What a field of a document means for booking and paying it."""

    AS_AGREED = "wie vereinbart"
    TOLD = "zu beachten"
    CLEAR = "zu klären"


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field of a document (`term` is its number in EN 16931), what it says, and what was agreed about it.

    `said` is the sentence for a person where the two values alone do not say it. A person may accept what is to be
    cleared, with name and reason, where it `may_be_accepted`: never another amount, which only the agreement changes.
    `is_sign`: it is what a fraud would look like, and is told with all other such signs before anybody certifies.
    """

    name: str
    term: str
    actual: str
    agreed: str
    judgement: Judgement
    said: str = ""
    may_be_accepted: bool = True
    is_sign: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the field says what was agreed."""
        return self.judgement == Judgement.AS_AGREED

    def __str__(self) -> str:
        return self.said or f"{self.name}: {self.actual}, vereinbart: {self.agreed}"

    def as_json(self) -> dict[str, str | bool]:
        """Return the field as plain JSON data."""
        return {
            "field": self.name,
            "term": self.term,
            "found": self.actual,
            "agreed": self.agreed,
            "judgement": str(self.judgement),
            "text": "" if self.agrees else str(self),
            "fraud_sign": self.is_sign,
        }


def as_agreed(name: str, term: str, actual: str) -> ComparedField:
    """Return a field that says what was agreed."""
    return ComparedField(name, term, actual, actual, Judgement.AS_AGREED)


def noted(name: str, term: str, actual: str, agreed: str, said: str) -> ComparedField:
    """Return a field that differs without changing what is booked or paid: whoever signs hears of it."""
    return ComparedField(name, term, actual, agreed, Judgement.TOLD, said)


def to_clear(name: str, term: str, actual: str, agreed: str, said: str = "") -> ComparedField:
    """Return a field that a person has to accept before anything of the document is booked or paid."""
    return ComparedField(name, term, actual, agreed, Judgement.CLEAR, said)


def refused(name: str, term: str, actual: str, agreed: str, said: str = "") -> ComparedField:
    """Return a field that nobody can accept: the document is sent back, or what was agreed changes first."""
    return ComparedField(name, term, actual, agreed, Judgement.CLEAR, said, may_be_accepted=False)


def suspicious(field: ComparedField) -> ComparedField:
    """Return a field that differs as what a fraud would look like."""
    return replace(field, is_sign=True)


def printable(field: ComparedField) -> ComparedField:
    """Return a field whose texts are fit for a message, whatever the document puts into them."""
    return replace(field, actual=shown(field.actual), said=shown(field.said))
