"""What a line's texts mention: payment references and document numbers, also mistyped by one sign; names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.references import is_payment_reference

REFERENCE_MIN: Final = 5
_DIGITS_MIN: Final = 8
_REPAIR_MIN: Final = 10
_REPAIR_DIGITS_MIN: Final = 4
_WORD = re.compile(r"[0-9A-Z]+")
_RF = re.compile(r"RF[0-9]{2}")
_RF_MAX: Final = 25
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Mentions:
    """References that a line mentions: known ones, near misses as (typed, meant), and valid ones not ours."""

    known: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    foreign: tuple[str, ...] = ()


class References:
    """All references that are known, found again in free text."""

    def __init__(self, references: Iterable[str]) -> None:
        self._all = frozenset(reference for reference in references if len(reference) >= REFERENCE_MIN)
        self._lengths = frozenset(map(len, self._all))
        self._longest = max(self._lengths, default=0)
        self._halves: dict[str, list[str]] | None = None
        self._rests: dict[str, dict[str, list[str]]] = {}

    def mentioned(self, line: StatementLine) -> Mentions:
        """Return what the line's structured references, end-to-end id and remittance mention."""
        texts = [words(text) for text in (*line.structured, line.end_to_end, line.remittance) if text]
        known = dict.fromkeys(found for text in texts for found in self._known(text))
        if known:
            return Mentions(known=tuple(known))
        foreign = tuple(dict.fromkeys(found for text in texts for found in _valid_references(text)))
        near = dict.fromkeys(found for text in texts for found in self._near(text))
        return Mentions(near=tuple(near), foreign=foreign)

    def _known(self, text: list[str]) -> Iterator[str]:
        single = frozenset(text)
        for window in _windows(text, self._longest):
            if len(window) in self._lengths and window in self._all and _telling(window, single):
                yield window
        joined = "".join(text)
        starts = [start.start() for start in _RF.finditer(joined)]
        word_ends = set(accumulate(map(len, text))) if starts else set()
        for start in starts:
            yield from self._longest_at(joined, start, word_ends)

    def _longest_at(self, joined: str, start: int, word_ends: Container[int]) -> Iterator[str]:
        """Yield the longest known RF reference that begins here; letters may follow without a gap, digits not."""
        for end in range(min(start + _RF_MAX, len(joined)), start + 4, -1):
            if joined[start:end] in self._all and (end in word_ends or joined[end].isalpha()):
                yield joined[start:end]
                return

    def _near(self, text: list[str]) -> Iterator[tuple[str, str]]:
        for window in _windows(text, self._longest + 1):
            if len(window) >= _REPAIR_MIN and sum(map(str.isdigit, window)) >= _REPAIR_DIGITS_MIN:
                for reference in self._candidates(window):
                    if one_slip_apart(window, reference):
                        yield window, reference

    def _candidates(self, typed: str) -> Iterable[str]:
        """Return the references that begin or end like the typed one: one slip cannot change both ends."""
        found: dict[str, None] = {}
        for length in range(len(typed) - 1, len(typed) + 2):
            if length in self._lengths:
                size = _half(length)
                found.update(dict.fromkeys(self._alike("<" + typed[:size], typed[size:])))
                found.update(dict.fromkeys(self._alike(">" + typed[-size:], typed[:-size])))
        return found

    def _alike(self, half: str, typed_rest: str) -> Iterator[str]:
        """Yield references with this half whose rest, too, may be the typed one with a slip."""
        if half not in self._index():
            return
        rests = self._rests.get(half)
        if rests is None:
            rests = self._rests[half] = _shortened_rests(half, self._index()[half])
        for variant in (typed_rest, *_shortened(typed_rest)):
            yield from rests.get(variant, ())

    def _index(self) -> dict[str, list[str]]:
        """Return the references under how they begin ("<") and how they end (">"); built when first needed."""
        if self._halves is None:
            self._halves = {}
            for reference in sorted(self._all):
                if len(reference) >= _REPAIR_MIN:
                    size = _half(len(reference))
                    for half in ("<" + reference[:size], ">" + reference[-size:]):
                        self._halves.setdefault(half, []).append(reference)
        return self._halves


def _shortened_rests(half: str, references: Iterable[str]) -> dict[str, list[str]]:
    """Return references of one half under their other part, and under that with each one sign left out."""
    rests: dict[str, list[str]] = {}
    size = len(half) - 1
    for reference in references:
        rest = reference[size:] if half[0] == "<" else reference[:-size]
        for variant in dict.fromkeys((rest, *_shortened(rest))):
            rests.setdefault(variant, []).append(reference)
    return rests


def _shortened(text: str) -> Iterator[str]:
    return (text[:i] + text[i + 1 :] for i in range(len(text)))


def _half(length: int) -> int:
    """Return the size of the two ends of a reference that leave two signs between them: a swap touches two."""
    return (length - 2) // 2


def words(text: str) -> list[str]:
    """Return a text's words of digits and Latin capitals."""
    return _WORD.findall(text.upper())


def compact(reference: str) -> str:
    """Return a reference as it is compared: capitals and digits only.

    >>> compact("RF10 KKD-2023/065340041")
    'RF10KKD2023065340041'
    """
    return "".join(words(reference))


def one_slip_apart(typed: str, meant: str) -> bool:
    """Tell whether one wrong, missing, additional or swapped sign lies between two different texts."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), len(meant))
    a, b = typed[start:], meant[start:]
    if len(a) != len(b):
        return a[1:] == b if len(a) > len(b) else a == b[1:]
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _windows(text: list[str], longest: int) -> Iterator[str]:
    """Yield each run of neighbouring words, joined, that is no longer than the longest reference."""
    for start, word in enumerate(text):
        window = word
        for following in (*text[start + 1 :], None):
            if len(window) > longest:
                break
            yield window
            if following is None:
                break
            window += following


def _telling(window: str, single: Container[str]) -> bool:
    """Tell whether a text can be a reference: a few digits of several words, such as `2023 1`, meet by chance."""
    return len(window) >= _DIGITS_MIN or not window.isdigit() or window in single


def _valid_references(text: list[str]) -> Iterator[str]:
    """Yield RF references with right check digits."""
    for window in _windows(text, _RF_MAX):
        if window.startswith("RF") and is_payment_reference(window):
            yield window


class Names:
    """Names of parties, found again in the name that a bank passes on (longer, shorter or cut)."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._by_word: dict[str, set[tuple[frozenset[str], str]]] = {}
        self._by_start: dict[str, set[tuple[str, str]]] = {}
        for party, party_names in names.items():
            for name in party_names:
                self._add(party, name_words(name))

    def _add(self, party: str, parts: tuple[str, ...]) -> None:
        if parts:
            rarest = max(parts, key=len)
            self._by_word.setdefault(rarest, set()).add((frozenset(parts), party))
            joined = "".join(parts)
            self._by_start.setdefault(joined[:_NAME_START], set()).add((joined, party))

    def parties(self, text: str) -> frozenset[str]:
        """Return the parties whose name the text is or contains word by word, or is a cut beginning of.

        The longer name counts: Gemeinde Bad Musterdorf is not Gemeinde Musterdorf.
        """
        parts = name_words(text)
        found = set(parts)
        whole = {
            (name, party)
            for word in found
            for name, party in self._by_word.get(word, ())
            if (name == found if len(name) == 1 else name <= found)
        }
        hits = {party for name, party in whole if not any(name < other for other, _ in whole)}
        joined = "".join(parts)
        if not hits and len(joined) >= _NAME_CUT_MIN:
            starts = self._by_start.get(joined[:_NAME_START], ())
            hits = {party for name, party in starts if name.startswith(joined)}
        return frozenset(hits)


_NAME_START: Final = 12
_NAME_CUT_MIN: Final = 16


def name_words(text: str) -> tuple[str, ...]:
    """Return a name's words in small letters, umlauts spelled out, other marks dropped.

    >>> name_words("Gemeinde Ober-Unterdorf, Köln-Süd")
    ('gemeinde', 'ober', 'unterdorf', 'koeln', 'sued')
    """
    folded = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return tuple(re.findall(r"[a-z0-9]+", plain))
