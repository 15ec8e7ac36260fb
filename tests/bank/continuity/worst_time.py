"""How long the search for a statement's place takes at worst: `python -m tests.bank.continuity.worst_time`.

An edge day has n entries that nothing but the balances explains; the statement tells them all once more from the
closing balance of that day, and something of the next one. CPU seconds of reading that statement, the longest of three.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kkd_ledger.bank.continuity.waiting import StatementWaits
from tests.bank.continuity.accounts import read
from tests.bank.continuity.waiting_kinds import Line, told

BUSIEST: Final[dict[str, Sequence[int]]] = {
    "12 entries, all sums different": [2**place for place in range(12)],
    "13 entries, all sums different": [2**place for place in range(13)],
    "200 entries of nine amounts": [1 + place % 9 for place in range(200)],
    "900 entries of one amount": [500] * 900,
    "1,000 entries, half of them given back": [sign * 500 for _ in range(500) for sign in (1, -1)],
    "2,000 entries of one amount": [500] * 2_000,
    "2,000 entries, all sums different": [101 + 97 * place for place in range(2_000)],
    "40 payments and returns": [sign * 2**place for place in range(20) for sign in (1, -1)],
}


def seconds(cents: Sequence[int]) -> tuple[float, str]:
    """Return the CPU seconds of reading a statement of these entries, and what becomes of it."""
    lines: list[Line] = [(5, amount, f"Nr. {place}") for place, amount in enumerate(cents)]
    known = read(told(1, 4, 0, (3, 100, "eins")), told(5, 5, 100, *lines))
    statement = told(5, 6, 100 + sum(cents), *lines, (6, 9, "neu"))
    moments, end = [time.process_time()], ""
    for _ in range(3):
        try:
            end = f"{len(known.read(statement).new):,} new"
        except StatementWaits as waits:
            end = f"waits, {waits.reasons[0].kind}"
        moments.append(time.process_time())
    return max(after - before for before, after in pairwise(moments)), end


if __name__ == "__main__":
    for name, cents in BUSIEST.items():
        worst, end = seconds(cents)
        print(f"{name:42} {worst:6.2f} s  {end}")
