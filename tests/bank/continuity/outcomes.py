"""What becomes of made-up worlds, in one line each: `python -m tests.bank.continuity.outcomes` writes it anew.

Two reasons not to book are told apart there as well as two ways to book the same: who changes what is known about an
account sees in outcomes.txt which deliveries wait now, or no longer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kkd_ledger.bank.continuity.waiting import WaitingReason
from tests.bank.continuity.inbox import Inbox, told
from tests.bank.continuity.worlds import KINDS, world

FILE: Final = Path(__file__).with_name("outcomes.txt")
SEEDS: Final = range(8)


def outcome(kind: str, seed: int) -> str:
    """Return a world with each statement that was taken (how many lines new, how many known) and each that waits."""
    done, inbox = told(world(kind, seed))
    words = [f"{done.twice} twice, {done.lost} lost", *_taken(inbox), *_waiting(inbox)]
    return f"{kind}/{seed}: {'; '.join(words)}"


def _taken(inbox: Inbox) -> list[str]:
    return [
        f"{fresh.statement.identity} {len(fresh.lines)}+{fresh.known_count}"
        for fresh in inbox.fresh
        if fresh.lines or fresh.known_count
    ]


def _waiting(inbox: Inbox) -> list[str]:
    return sorted(
        f"{statement.identity} waits, {' and '.join(map(_reason, inbox.why[statement.sha256].reasons))}"
        for statement in inbox.waiting
    )


def _reason(reason: WaitingReason) -> str:
    parts = [reason.kind.value, f"{len(reason.lines)} lines", f"{len(reason.against)} against"]
    if reason.balance:
        parts.append(f"{reason.balance.which} {'|'.join(map(str, reason.balance.expected))}")
    if reason.settled_by:
        parts.append("settled by " + " ".join(f"{day:%d.%m.}" for day in reason.settled_by.days))
    return " ".join(parts)


if __name__ == "__main__":
    lines = [outcome(kind, seed) for kind in KINDS for seed in SEEDS]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")
