"""Whether two names are one person's: what people type and what they see differ, four eyes must not.

A typed name is all that is known of a person yet. Whoever could appear twice under names that look alike (a letter of
another script, a sign without width, another order, a title) would be two persons alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_TITLES: Final = frozenset({"herr", "frau", "dr", "prof", "dipl"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LIKE_LATIN: Final = str.maketrans(
    "АВЕЅІЈКӀМНОРСԚТУХԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧасеѕіјӏорԁԛуѵхԝһαγικνορυχϲϳ",
    "ABESIJKlMHOPCQTYXWABEZHIKMNOPTYXacesijlopdqyvxwhayikvopuxcj",
)
"""Letters of Cyrillic and Greek that look like Latin ones."""
_WORD = re.compile(r"[^\W_]+")


def likeness(name: str) -> str:
    """Return what is left of a name when everything goes that two spellings of one name may differ in.

    >>> likeness("K. Kasse") == likeness("Kasse, K.") == likeness("Herr  K.KASSE") == likeness("К. Kаssе")
    True
    """
    surname, comma, given = name.partition(",")
    turned = f"{given} {surname}" if comma else name
    seen = "".join(sign for sign in turned if unicodedata.category(sign) != "Cf")
    composed = unicodedata.normalize("NFKC", seen).translate(_LIKE_LATIN).casefold().translate(_UMLAUTS)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", composed) if not unicodedata.combining(sign))
    words = [word for word in _WORD.findall(bare) if word not in _TITLES]
    return "".join(words) or " ".join(name.split())


def are_different(names: Iterable[str]) -> bool:
    """Tell whether all names are given, and each is another person's."""
    alike = [likeness(name) for name in names]
    return all(alike) and len(set(alike)) == len(alike)
