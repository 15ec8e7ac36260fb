"""The bar for matching: generated years with every irregularity at realistic rates, judged by what really happened.

The worlds (`payers.py`) know nothing of the matcher. Each is judged twice: on a dedicated account, and
on a pooled account whose rules say what is none of its business; there no line of ours may be lost to a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kkd_ledger.matching.match import ForeignRule, match_lines
from tests.bench.payers import world

SEEDS = 100
RULES = (
    ForeignRule("umlagen", contains="UMLAGE", direction="eingang"),
    ForeignRule("steuern", contains="STEUER", direction="eingang"),
)


@dataclass(frozen=True)
class Verdict:
    """What became of one line: it really pays a demand, was placed without a person, wrongly, lost to a rule."""

    pays: bool
    automatic: bool
    wrong: bool
    lost: bool


def judge(seed: int, *, dedicated_account: bool = True) -> Iterator[Verdict]:
    """Yield what became of each line of a world."""
    made = world(seed, common=not dedicated_account)
    for match in match_lines(made.lines, made.items, dedicated_account=dedicated_account, rules=RULES):
        truth = made.truth[match.key]
        automatic = match.kind in {"zahlung", "rueckgabe"}
        wrong = automatic and frozenset(match.allocations) != truth.placed
        yield Verdict(truth.pays, automatic, wrong, truth.pays and match.kind == "nicht-kkd")


def measure() -> list[dict[str, object]]:
    """Return what is left to people of all lines that pay something, and how many lines went wrong."""
    own = [verdict for seed in range(SEEDS) for verdict in judge(seed)]
    common = [verdict for seed in range(SEEDS) for verdict in judge(seed, dedicated_account=False)]
    paying = [verdict.automatic for verdict in own if verdict.pays]
    left = round(100 * paying.count(False) / len(paying), 2)
    both = [*own, *common]
    wrong = sum(one.wrong for one in both)
    lost = sum(one.lost for one in common)
    landtag, none = "5 % of 78,424 receipts (Landtag, 2003)", "none published"
    rows = [
        ("M1", left, 3, "% left to people", landtag, len(paying)),
        ("M2", wrong, 0, "placed wrongly", none, len(both)),
        ("M3", lost, 0, "lost to a rule", none, len(common)),
    ]
    return [dict(zip(("id", "value", "budget", "unit", "peer", "n"), row, strict=True)) for row in rows]
