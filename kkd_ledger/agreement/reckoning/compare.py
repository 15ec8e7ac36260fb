"""Who pays what more, and why: two agreements, or one agreement at two states of knowledge."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.reckoning.explain import derived
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.steps import Step
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

AgreementOnDay = tuple["Agreement", dt.date | None]
Figures = Mapping[str, Sequence[str]]
_FIGURE_WORDS: Final = {
    "charged": "Menge",
    "units": "Zahl",
    "rates": "Satz",
    "amounts": "Betrag",
    "classes": "Größenklasse",
    "total": "Kosten",
    "percent": "Prozent",
    "measures": "Anteil",
    "slabs": "Staffel",
    "parts": "Teil des Jahres",
    "minimum": "Mindestbetrag",
    "maximum": "Höchstbetrag",
    "rounding": "Rundung",
    "others": "Anteile der anderen",
    "distribution": "Förderung",
}
_PRODUCTS: Final = frozenset({"measures", "slabs"})


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
    year_name: str = ""
    """What people call the service year."""

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
                differences.append(
                    ShareDifference(
                        member, year, *sums, reasons, names.get(member, member), right[0].year_name(year)
                    )
                )
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
    has_products = not _PRODUCTS.isdisjoint(changed)
    return StepChange(
        step.id, step.title, *amounts, StepFate.RECKONED_ANEW, reason, frozenset(changed), has_products
    )


def _changes(before: Figures, after: Figures) -> dict[str, str]:
    if "charged" in before or "charged" in after:
        return _charged(before, after)
    return {
        name: _words(name, word, before, after)
        for name, word in _FIGURE_WORDS.items()
        if before.get(name) != after.get(name) and (name != "units" or name in before.keys() & after.keys())
    }


def _words(name: str, word: str, before: Figures, after: Figures) -> str:
    """Return how a figure changed; money that has titles each under its own, and only what is another sum."""
    ours, theirs = (_titled(side.get(name, ())) for side in (before, after))
    if name == "total" and ours.keys() == theirs.keys() and "" not in ours:
        changed = (title for title in ours if ours[title] != theirs[title])
        return ", ".join(f"{title} {ours[title]} → {theirs[title]}" for title in changed)
    return f"{word} {_short(name, before)} → {_short(name, after)}"


def _titled(texts: Sequence[str]) -> dict[str, str]:
    """Return amounts by the titles before them; the empty title where one has none."""
    return {title: amount for title, _, amount in (text.rpartition(" ") for text in texts)}


def _charged(before: Figures, after: Figures) -> dict[str, str]:
    """Return which quantities, or else which prices, are others where things are billed one by one."""
    for name in ("charged", "rates"):
        left, right = Counter(before.get(name, ())), Counter(after.get(name, ()))
        if left != right:
            rest = {name: [*(left - right).elements()]}, {name: [*(right - left).elements()]}
            return {name: f"{_FIGURE_WORDS[name]} {_short(name, rest[0])} → {_short(name, rest[1])}"}
    return {}


def _short(name: str, figures: Figures) -> str:
    return " + ".join(figures.get(name, ())) or ("ganz" if name == "parts" else "nichts")


def _signed(cents: int) -> str:
    return ("+" if cents > 0 else "") + format_eur(cents)
