"""Which of some open items add up to an amount."""

from __future__ import annotations

from collections.abc import Sequence


def subsets(
    postens: Sequence[str], open_cents: Sequence[int], wanted_cents: int, most: int = 2
) -> list[tuple[str, ...]]:
    """Return up to `most` sets of at least two items that add up to the amount, small ones first; the items are few."""
    if sum(open_cents) < wanted_cents:
        return []
    sums = [0]  # at each place the sum of the items whose bits the place has
    for cents in open_cents:
        sums += [cents + before for before in sums]
    chosen = [
        tuple(posten for bit, posten in enumerate(postens) if place >> bit & 1)
        for place, cents in enumerate(sums)
        if cents == wanted_cents and place.bit_count() > 1
    ]
    return sorted(chosen, key=len)[:most]
