"""Names that look alike and are not the same: other alphabets, invisible signs, swapped digits, a letter too many."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

_ALIKE: Final = MappingProxyType(
    str.maketrans(
        "авекмнорстухіѕјԁԛԝαβεικνορτυχ0135|!ı",
        "abekmhopctyxisjdqwabeiknoptuxolesiii",
    )
)
"""What is read as another letter (small letters: Cyrillic, Greek, digits, bars)."""
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("l", "i"))
_SHORTEST: Final = 8
_FAR: Final = 2


def plain(text: str) -> str:
    """Return a name as it is compared: one blank between words, capitals or not, the same letters composed alike."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def skeleton(text: str) -> str:
    """Return what is left of a name for a hurried eye: letters that look alike are one, everything else is gone.

    >>> skeleton("Kreis Muster") == skeleton("Kreis Muѕter") == skeleton("KREIS-MU5TER")
    True
    """
    letters = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_ALIKE)
    bare = "".join(letter for letter in letters if letter.isalnum())
    for pair, letter in _PAIRS:
        bare = bare.replace(pair, letter)
    return bare


def alike(name: str, others: Iterable[str]) -> str:
    """Return the known name that another one looks like without being it; empty where it is one, or is like none."""
    names = [other for other in others if other]
    if plain(name) in {plain(other) for other in names}:
        return ""
    return next((other for other in names if _is_like(skeleton(name), skeleton(other))), "")


def _is_like(bare: str, other: str) -> bool:
    if bare == other:
        return bool(bare)
    return min(len(bare), len(other)) >= _SHORTEST and _distance(bare, other, _FAR) <= _FAR


def _distance(text: str, other: str, limit: int) -> int:
    """Return how many letters have to be changed, added or left out (Levenshtein), or any number above the limit."""
    if abs(len(text) - len(other)) > limit:
        return limit + 1
    row = list(range(len(other) + 1))
    for at, letter in enumerate(text, start=1):
        before, row = row, [at]
        for to, candidate in enumerate(other, start=1):
            row.append(min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != candidate)))
        if min(row) > limit:
            return limit + 1
    return row[-1]
