"""Many random worlds of both sides: `python -m tests.both_sides.round_trips COUNT [SEED]`; `make test` runs a few.

Prints what happened in them. A world whose books do not agree fails with the example that repeats it.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, seed, settings

from tests.both_sides.test_round_trip import FIRST_ITSELF, PERCENTS, both_agree, worlds
from tests.both_sides.two_sides import Sides, payments_of


def main(count: int, start: int) -> Counter[str]:
    """Run worlds from a seed and return what happened, by kind."""
    seen: Counter[str] = Counter()
    receive, run = Sides.receive, Sides.run

    def received(sides: Sides, files: Any) -> Any:
        found = receive(sides, files)
        seen.update(f"Dokument {one.document.kind}" for one in found if one.document)
        seen.update("als PDF" if one.report.container else "als XML" for one in found)
        return found

    def ran(sides: Sides, side: Any) -> Any:
        pain, short = run(sides, side)
        who = "der Betreiberin" if side is sides.office else "der Beteiligten"
        seen[f"Zahlung {who} im Lauf"] += len(payments_of(pain, side.book.settings.bank.iban))
        seen[f"Rest {who} von Hand"] += len(short)
        return pain, short

    @seed(start)
    @settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world=worlds(), percents=PERCENTS, itself=FIRST_ITSELF)
    def worlds_agree(world: Any, percents: list[int], itself: list[bool]) -> None:
        data, member = world
        seen["Welten"] += 1
        seen.update(f"Schlüssel {key}" for key in {one["key"] for one in data["components"]})
        seen["mit Förderung, die bewilligt wird"] += any(len(one["life"]) > 1 for one in data["subsidies"])
        seen["mit 19 % Umsatzsteuer"] += any(one["treatment"] == "taxable-19" for one in data["vat"])
        seen["Runden, in denen die Beteiligte zuerst bucht"] += sum(itself)
        seen["mit Austritt"] += any(one["id"] == member and "left" in one for one in data["members"])
        both_agree(world, percents, itself)

    with mock.patch.multiple(Sides, receive=received, run=ran):
        worlds_agree()
    return seen


if __name__ == "__main__":
    given_count, *given_seed = map(int, sys.argv[1:] or ["100"])
    for what, number in sorted(main(given_count, *given_seed[:1] or [1]).items()):
        print(f"{number:>7}  {what}")
