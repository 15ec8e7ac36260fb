"""How far long work is: a caller may ask to be told, nobody has to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")
Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


def told_of(items: Sequence[_T], progress: Progress | None) -> Iterator[_T]:
    """Yield items, and after each call `progress` with how many are done."""
    for done, item in enumerate(items, start=1):
        yield item
        if progress:
            progress(done, len(items))
