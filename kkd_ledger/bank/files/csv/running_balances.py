"""The balances of a CSV export that tells one behind each line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kkd_ledger.bank.statements import StatementLine


def balances_of(
    read: Sequence[tuple[StatementLine, int | None]], *, gaps: int = 0
) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Return opening and closing by the balance after each line, whichever end the newest line stands at.

    So many lines as there are `gaps` may lack between the others: then the balances need not be a row.
    """
    chain = [(line.amount_cents, balance) for line, balance in read if balance is not None and line.booked]
    if not chain or len(chain) < sum(line.booked for line, _ in read):
        return None, None, ()
    for ordered in (chain, chain[::-1]):
        opening = (ordered[0][1] or 0) - ordered[0][0]
        balances = [opening]
        for amount, _ in ordered:
            balances.append(balances[-1] + amount)
        if balances[1:] == [balance for _, balance in ordered]:
            return opening, balances[-1], ()
    if gaps:
        return _with_gaps(chain if read[0][0].booking_day <= read[-1][0].booking_day else chain[::-1], gaps)
    return None, None, ("die Salden nach den Umsätzen ergeben keine Reihe",)


def _with_gaps(
    ordered: Sequence[tuple[int, int]], gaps: int
) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Return opening and closing of lines with their balances, oldest first, of which some lack between the others."""
    if sum(before[1] + after[0] != after[1] for before, after in pairwise(ordered)) <= gaps:
        return ordered[0][1] - ordered[0][0], ordered[-1][1], ()
    return None, None, ("die Salden nach den Umsätzen ergeben keine Reihe",)
