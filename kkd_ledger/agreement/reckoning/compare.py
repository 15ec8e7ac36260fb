"""Who pays what more, and why: two agreements, or one agreement at two states of knowledge."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.reckoning.explain import derived
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.steps import Step
from kkd_ledger.agreement.reckoning.words import DISTRIBUTION_WORDS, ROUNDING_WORDS
from kkd_ledger.german import grouped
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

_CHOICES: Final = ROUNDING_WORDS | DISTRIBUTION_WORDS
_NUMBER: Final = re.compile(r"(?<![\w.])(\d+)(?:\.(\d+))?(?![\w.])", re.ASCII)
AgreementOnDay = tuple["Agreement", dt.date | None]
_FIGURE_WORDS: Final = {
    "units": "Zahl",
    "rates": "Satz",
    "amounts": "Betrag",
    "scales": "Größenklasse",
    "total": "Kosten",
    "measures": "Anteil",
    "parts": "Teil des Jahres",
    "minimum": "Mindestbetrag",
    "maximum": "Höchstbetrag",
    "rounding": "Rundung",
    "others": "Anteile der anderen",
    "distribution": "Verteilung",
}


class StepFate(Enum):
    """What became of a step between two states of knowledge."""

    UNCHANGED = auto()
    ADDED = auto()
    ENDED = auto()
    RECKONED_ANEW = auto()


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step of a member's share at two states of knowledge, in cents; 0 on the side that does not have the step."""

    id: str
    name: str
    before_cents: int
    after_cents: int
    fate: StepFate
    reason: str = ""
    """Why its amount is another one, in German; empty where it is unchanged."""
    figures: frozenset[str] = frozenset()
    """Which figures of the step are others, by their keys in the derivation."""
    has_products: bool = False
    """Whether the reason holds fractions or products: they prove the amount, but tell a reader nothing."""

    @property
    def difference_cents(self) -> int:
        """After minus before."""
        return self.after_cents - self.before_cents

    def text(self) -> str:
        """Return the change in one line, with its signed amount."""
        return f"{self.titled_reason()} ({_signed(self.difference_cents)})"

    def titled_reason(self) -> str:
        """Return the step's name and why its amount is another one: `Grundbetrag: Satz 0,60 → 0,65`."""
        return f"{self.name}{': ' if self.fate is StepFate.RECKONED_ANEW else ' '}{self.reason}".rstrip()


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """What one member pays for one service year on either side; None where it has no share."""

    member: str
    year: int
    left_cents: int | None
    right_cents: int | None
    reasons: tuple[str, ...]
    name: str = ""
    """What the member is called on the right side, or where it is gone on the left one."""

    @property
    def difference_cents(self) -> int:
        """Right minus left; no share counts as zero."""
        return (self.right_cents or 0) - (self.left_cents or 0)

    def as_json(self) -> dict[str, Any]:
        """Return the difference as plain JSON data; amounts are texts with two decimals."""
        return {
            "member": self.member,
            "name": self.name,
            "year": self.year,
            "left": None if self.left_cents is None else plain(self.left_cents),
            "right": None if self.right_cents is None else plain(self.right_cents),
            "difference": plain(self.difference_cents),
            "reasons": list(self.reasons),
        }


def compare(left: AgreementOnDay, right: AgreementOnDay, years: Iterable[int]) -> tuple[ShareDifference, ...]:
    """Return every share that differs between two sides (an agreement and its state of knowledge), with the reasons."""
    differences = []
    names = {member.id: member.name for side in (left, right) for member in side[0].parties(side[1])}
    for year in years:
        ours, theirs = shares(left[0], year, left[1]).amounts, shares(right[0], year, right[1]).amounts
        for member in dict.fromkeys([*ours, *theirs]):
            if ours.get(member) != theirs.get(member):
                reasons = tuple(
                    change.text() for change in changes(left, right, member, year) if change.reason
                )
                sums = ours.get(member), theirs.get(member)
                differences.append(ShareDifference(member, year, *sums, reasons, names.get(member, member)))
    return tuple(differences)


def changes(left: AgreementOnDay, right: AgreementOnDay, member: str, year: int) -> tuple[StepChange, ...]:
    """Return every step of a member's share on either side with what became of it; the differences add up."""
    ours, theirs = _steps(left, member, year), _steps(right, member, year)
    return tuple(_change(ours.get(key), theirs.get(key)) for key in dict.fromkeys([*ours, *theirs]))


def _steps(side: AgreementOnDay, member: str, year: int) -> dict[tuple[str, str], Step]:
    return {(step.kind, step.id): step for step in derived(side[0], member, year, side[1]).steps}


def _change(before: Step | None, after: Step | None) -> StepChange:
    step = after or before
    assert step is not None, "a key comes from one of the sides"
    amounts = (before.amount_cents if before else 0, after.amount_cents if after else 0)
    if before is None:
        return StepChange(step.id, step.title, *amounts, StepFate.ADDED, "kommt hinzu")
    if after is None:
        return StepChange(step.id, step.title, *amounts, StepFate.ENDED, "entfällt")
    if before.amount_cents == after.amount_cents:
        return StepChange(step.id, step.title, *amounts, StepFate.UNCHANGED)
    changed = _changes(before.figures, after.figures)
    reason = ", ".join(changed.values()) or "Ausgleich der Centbeträge"
    has_products = any(_has_products(side.figures.get(name)) for side in (before, after) for name in changed)
    return StepChange(
        step.id, step.title, *amounts, StepFate.RECKONED_ANEW, reason, frozenset(changed), has_products
    )


def _has_products(figure: Any) -> bool:
    """Whether a figure reads as a fraction (`mine`/`all`) or as units times a rate (`slabs`)."""
    if isinstance(figure, list):
        return any(_has_products(part) for part in figure)
    return isinstance(figure, Mapping) and ({"mine", "all"} <= figure.keys() or bool(figure.get("slabs")))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: f"{word} {_short(before.get(name))} → {_short(after.get(name))}"
        for name, word in _FIGURE_WORDS.items()
        if _short(before.get(name)) != _short(after.get(name))
    }


def _short(figure: Any) -> str:
    if isinstance(figure, list):
        return " + ".join(_short(part) for part in figure) or "nichts"
    if isinstance(figure, Mapping):
        if {"mine", "all"} <= figure.keys():
            return f"{figure['share']} × {_short(figure['mine'])}/{_short(figure['all'])}"
        if "slabs" in figure:
            return " + ".join(f"{_short(slab['units'])} × {_short(slab['rate'])}" for slab in figure["slabs"])
        prices = [figure[name] for name in ("amount", "rate") if name in figure]
        return " + ".join(_short(price) for price in prices if Decimal(price)) or "0,00"
    if isinstance(figure, int):
        return grouped(figure)
    return "nichts" if figure is None else _CHOICES.get(figure) or _NUMBER.sub(_grouped, str(figure))


def _grouped(number: re.Match[str]) -> str:
    """Return a number as every amount is written: points between thousands, a comma before decimals."""
    return grouped(int(number[1])) + (f",{number[2]}" if number[2] else "")


def _signed(cents: int) -> str:
    return ("+" if cents > 0 else "") + format_eur(cents)
