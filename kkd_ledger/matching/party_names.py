"""Names of parties, found again in the names that banks pass on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import takewhile
from typing import Final

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})  # `ß` is folded before
_NAME_START: Final = 12
_NAME_CUT_MIN: Final = 16
_NAME_OWN_MIN: Final = 6
_OFFICE_CUT_MIN: Final = 3
_OFFICE: Final = frozenset((
    "stadt", "gemeinde", "magistrat", "gemeindevorstand", "der", "des", "die", "buergermeister", "kasse",
    "stadtkasse", "gemeindekasse", "hauptkasse", "zentralkasse", "kassenverwaltung", "kaemmerei",
    "stadtkaemmerei", "finanzverwaltung", "finanzabteilung", "finanzen", "verwaltung", "stadtverwaltung",
    "gemeindeverwaltung", "universitaetsstadt", "kreisstadt", "marktflecken", "gde", "hessen",
))  # fmt: skip
"""Words that say nothing about which municipality it is."""
_COUNTY: Final = frozenset(
    f"{kind}kreis{office}"
    for kind in ("", "land")
    for office in ("", "es", "ausschuss", "ausschusses", "kasse", "verwaltung")
) | {"lk"}
"""Words that tell a county from a municipality of the same name."""
_ASSOCIATION: Final = frozenset(
    f"{kind}gemeinde{office}" for kind in ("verbands", "samt") for office in ("", "kasse", "verwaltung")
) | {"vg"}
"""Words that tell an association of municipalities from the member that it is called after."""
_ADDITION = re.compile(
    r"\s*\([^)]*\)|\s(?:a\. ?d\.|am|an der|im|in der|bei|ob der|vor der)\s[^,]*", re.IGNORECASE
)
"""What tells a municipality from others of its name elsewhere: `Musterdorf (Beispielland)`, `Musterstadt am Rhein`."""
SILENT: Final = _OFFICE | _COUNTY | _ASSOCIATION


class Names:
    """Names of parties, found again in the name that a bank passes on (longer, shorter or cut)."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._by_word: dict[str, set[tuple[frozenset[str], frozenset[str], str]]] = {}
        self._by_start: dict[str, set[tuple[str, int, str]]] = {}
        self._by_short: dict[str, set[tuple[frozenset[str], str]]] = {}
        for party, party_names in names.items():
            for name in party_names:
                self._add(party, name_words(name))
                if short := _ADDITION.search(name) and _own(name_words(_ADDITION.sub("", name))):
                    self._by_short.setdefault(max(short, key=len), set()).add((short, party))

    def _add(self, party: str, parts: tuple[str, ...]) -> None:
        if parts:
            own = _own(parts)
            self._by_word.setdefault(max(own, key=len), set()).add((own, frozenset(parts), party))
            joined = "".join(parts)
            office = sum(map(len, takewhile(SILENT.__contains__, parts)))
            self._by_start.setdefault(joined[:_NAME_START], set()).add((joined, office, party))

    def parties(self, text: str) -> dict[str, bool]:
        """Return the parties whose name is in a text, or whose name the text is the cut beginning of.

        A party's value is True where the text says nothing beside the name and an office. The church of Bad Musterdorf
        contains the name of Bad Musterdorf and is somebody else: False. Of two names in a text the longer one counts:
        Gemeinde Bad Musterdorf is not Gemeinde Musterdorf. A name without its addition (Musterdorf for Musterdorf
        (Beispielland)) is False, too.
        """
        parts = name_words(text)
        spoken = frozenset(parts)
        inside = [
            (own, name, party)
            for word in spoken
            for own, name, party in self._by_word.get(word, ())
            if own <= spoken
        ]
        hits: dict[str, bool] = {}
        for own, name, party in inside:
            if not any(own < other for other, _, _ in inside):
                alike = {other for short, other in self._shortened(own) if short == own} - {party}
                said = not alike and _says_only(parts, own, name)
                hits = dict.fromkeys(alike, False) | hits | {party: hits.get(party, False) or said}
        joined = "".join(parts)
        if not hits and len(joined) >= _NAME_CUT_MIN:
            starts = self._by_start.get(joined[:_NAME_START], ())
            hits = {
                party: True
                for name, office, party in starts
                if name.startswith(joined) and len(joined) >= office + _NAME_OWN_MIN
            }
        return hits or {party: False for _, party in self._shortened(spoken)}

    def _shortened(self, said: Set[str]) -> Iterator[tuple[frozenset[str], str]]:
        """Yield the parties, with the words of their names without additions, of which all of these are found."""
        for word in said:
            yield from (pair for pair in self._by_short.get(word, ()) if pair[0] <= said)


def _own(parts: Iterable[str]) -> frozenset[str]:
    """Return the words of a name that tell one municipality from another: all where none of them does."""
    every = frozenset(parts)
    return (every - SILENT) or every


def _rank(words: Set[str]) -> tuple[bool, bool]:
    """Return whether a name is a county's, and whether it is an association's."""
    return not words.isdisjoint(_COUNTY), not words.isdisjoint(_ASSOCIATION)


def _says_only(parts: tuple[str, ...], own: Set[str], name: Set[str]) -> bool:
    """Tell whether a text is the name, or its own words with an office: a county's only with a county's words.

    An association's so, too. The bank may have cut the last word: `Gemeinde Musterdorf Gemeindek`.
    """
    said = frozenset(parts)
    if said == name:
        return True
    if own < said and _own(said) == own and _rank(said) == _rank(name):
        return True
    last = parts[-1]
    is_cut = len(last) >= _OFFICE_CUT_MIN and any(office.startswith(last) for office in _OFFICE - {last})
    return is_cut and _says_only(parts[:-1], own, name)


def name_words(text: str) -> tuple[str, ...]:
    """Return a name's words in small letters, umlauts spelled out, other marks dropped.

    >>> name_words("Gemeinde Ober-Unterdorf, Köln-Süd")
    ('gemeinde', 'ober', 'unterdorf', 'koeln', 'sued')
    """
    folded = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return tuple(re.findall(r"[a-z0-9]+", plain))
