"""Who pays what more, and why: two agreements, or one agreement at two states of knowledge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.explain import explain
from kkd_ledger.agreement.shares import shares
from kkd_ledger.agreement.steps import Step
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement

Known = tuple["Agreement", dt.date | None]
_FIGURE_WORDS: Final = {
    "units": "Zahl",
    "rates": "Satz",
    "amounts": "Betrag",
    "scales": "Größenklasse",
    "total": "Kosten",
    "measures": "Anteil",
    "mine": "Anteil",
    "parts": "Teil des Jahres",
    "minimum": "Mindestbetrag",
    "maximum": "Höchstbetrag",
    "rounding": "Rundung",
    "others": "Anteile der anderen",
    "distribution": "Verteilung",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one member pays for one service year on either side; None where it has no share."""

    member: str
    year: int
    left_cents: int | None
    right_cents: int | None
    reasons: tuple[str, ...]

    @property
    def difference_cents(self) -> int:
        """Right minus left; no share counts as zero."""
        return (self.right_cents or 0) - (self.left_cents or 0)

    def as_json(self) -> dict[str, Any]:
        """Return the difference as plain JSON data; amounts are texts with two decimals."""
        return {
            "member": self.member,
            "year": self.year,
            "left": None if self.left_cents is None else plain(self.left_cents),
            "right": None if self.right_cents is None else plain(self.right_cents),
            "difference": plain(self.difference_cents),
            "reasons": list(self.reasons),
        }


def compare(left: Known, right: Known, years: Iterable[int]) -> tuple[Difference, ...]:
    """Return every share that differs between two sides (an agreement and its state of knowledge), with the reasons."""
    found = []
    for year in years:
        ours, theirs = shares(left[0], year, left[1]).amounts, shares(right[0], year, right[1]).amounts
        for member in dict.fromkeys([*ours, *theirs]):
            if ours.get(member) != theirs.get(member):
                reasons = _reasons(_steps(left, member, year, ours), _steps(right, member, year, theirs))
                found.append(Difference(member, year, ours.get(member), theirs.get(member), reasons))
    return tuple(found)


def _steps(side: Known, member: str, year: int, amounts: Mapping[str, int]) -> dict[tuple[str, str], Step]:
    if member not in amounts:
        return {}
    return {(step.kind, step.id): step for step in explain(side[0], member, year, side[1]).steps}


def _reasons(left: Mapping[tuple[str, str], Step], right: Mapping[tuple[str, str], Step]) -> tuple[str, ...]:
    reasons = []
    for key in dict.fromkeys([*left, *right]):
        before, after = left.get(key), right.get(key)
        change = (after.amount_cents if after else 0) - (before.amount_cents if before else 0)
        if before is None or after is None:
            reasons.append(f"{key[1]} {'kommt hinzu' if before is None else 'entfällt'} ({_signed(change)})")
        elif change:
            reasons.append(f"{key[1]}: {_changes(before.figures, after.figures)} ({_signed(change)})")
    return tuple(reasons)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    changed = [
        f"{word} {_short(before.get(name))} → {_short(after.get(name))}"
        for name, word in _FIGURE_WORDS.items()
        if _short(before.get(name)) != _short(after.get(name))
    ]
    return ", ".join(changed) or "Ausgleich der Centbeträge"


def _short(figure: Any) -> str:
    if isinstance(figure, list):
        return " + ".join(_short(one) for one in figure) or "nichts"
    if isinstance(figure, Mapping):
        if {"mine", "all"} <= figure.keys():
            return f"{figure['share']} × {figure['mine']}/{figure['all']}"
        return str(figure.get("rate") or figure.get("amount") or "nach Stufen")
    return "nichts" if figure is None else str(figure)


def _signed(cents: int) -> str:
    return ("+" if cents > 0 else "") + format_eur(cents)
