"""Answers about when is paid → due plans: those of the same shares are one plan, for all parties or for some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import AnsweredDues, Answers
from kkd_ledger.agreement.beginning.names import Ids

_PLAN: Final = "zahlplan"
SETTLED_AFTER_DAYS: Final = 30
"""How long after the sum is known a settlement is due where nothing is answered."""


def plan_id(answers: Answers, share: str) -> str | None:
    """Return the id of the plan by which a share is due; None where it is due as a whole.

    A plan that names the share goes before one for all.
    """
    groups = _groups(answers)
    named = [place for place, shares in enumerate(groups) if share in shares]
    for_all = [place for place, shares in enumerate(groups) if not shares]
    return next((_id(place) for place in (*named, *for_all)), None)


def due_plans(answers: Answers) -> Iterator[dict[str, Any]]:
    """Yield the due plans, in the order of the answers."""
    groups, parties = _groups(answers), Ids(party.name for party in answers.parties)
    for plan in answers.plans:
        members = [parties.of(name) for name in plan.parties]
        yield {"id": _id(groups.index(plan.shares)), "clause": plan.clause, "members": members, **_days(plan)}


def _groups(answers: Answers) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(plan.shares for plan in answers.plans))


def _id(place: int) -> str:
    return f"{_PLAN}-{place + 1}" if place else _PLAN


def _days(plan: AnsweredDues) -> dict[str, Any]:
    entry: dict[str, Any] = {"days": list(plan.days), "parts": list(plan.parts)}
    if plan.after_days is not None:
        entry["after"] = {"days": plan.after_days}
    if plan.until_known:
        entry["until_known"] = "last-year"
    if plan.advances_on is None:
        return entry
    after_days = SETTLED_AFTER_DAYS if plan.settled_after_days is None else plan.settled_after_days
    settlement = {"due": f"+1:{plan.settled_on}"} if plan.settled_on else {"after_days": after_days}
    return entry | {
        "kind": "advances",
        "advance": {"on": plan.advances_on, "percent": plan.percent},
        "settlement": settlement,
    }
