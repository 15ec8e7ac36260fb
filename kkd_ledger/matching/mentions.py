"""What a line's texts mention: payment references and document numbers, also mistyped by one sign."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
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
_SPELLED = re.compile(r"[0-9A-Za-z]+")
_RF = re.compile(r"RF[0-9]{2}")
_RF_LIKE = re.compile(r"RF[0-9OIL]{2}")
_RF_INSIDE = re.compile(r"(?<=.)(?=RF[0-9]{2})")
_UNREAD_DIGITS_MIN: Final = 10
_RF_MAX: Final = 25
_LONGER_MAX: Final = 30
_MISREAD: Final = str.maketrans("OQDILZSGB", "000112568")
_DAY = re.compile(r"20[0-9]{2}[01][0-9][0-3][0-9]|[0-3][0-9][01][0-9]20[0-9]{2}")
_HYPHEN_AFTER = re.compile(r"[0-9A-Za-z]+- ?$")
_HYPHEN_BEFORE = re.compile(r"-(?:[A-Za-z]| ?[0-9])[0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a line's texts mention: known references, near misses as (typed, meant), and foreign references."""

    references: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    foreign: tuple[str, ...] = ()


class References:
    """All references that are known, found again in free text."""

    def __init__(self, references: Iterable[str]) -> None:
        self._all = frozenset(reference for reference in references if len(reference) >= REFERENCE_MIN)
        self._lengths = frozenset(map(len, self._all))
        self._longest = max(self._lengths, default=0)
        self._halves: dict[str, list[str]] | None = None
        self._bodies: dict[str, str] = {}
        self._rests: dict[str, dict[str, list[str]]] = {}

    def mentioned(self, line: StatementLine) -> Mentions:
        """Return what the line's structured references, end-to-end id and remittance mention."""
        texts = _texts(line)
        references: dict[str, None] = {}
        longer: dict[tuple[str, str], None] = {}
        for text in texts:
            for reference in dict.fromkeys(self._known(words(text))):
                whole = "" if reference.startswith("RF") else _longer(reference, text)
                if whole:
                    longer[whole, reference] = None
                else:
                    references[reference] = None
        if references:
            return Mentions(references=tuple(references))
        near, foreign = self._unknown([words(text) for text in texts])
        return Mentions(near=(*longer, *near), foreign=foreign)

    def besides(self, line: StatementLine, references: Iterable[str]) -> Mentions:
        """Return what else the line mentions besides these references: near misses and valid ones not ours."""
        texts = [words(text) for text in _texts(line)]
        for reference in sorted(references, key=len, reverse=True):
            texts = [part for text in texts for part in _without(text, reference)]
        near, foreign = self._unknown(texts)
        return Mentions(near=near, foreign=foreign)

    def _unknown(self, texts: Sequence[list[str]]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Return the near misses of texts and the references that are not ours, valid or else unreadable."""
        near: dict[tuple[str, str], None] = {}
        foreign: dict[str, None] = {}
        for text in map(_unglued, texts):
            foreign.update(dict.fromkeys(_valid_references(text)))
            near.update(dict.fromkeys(self._near(text)))
        if not near and not foreign:
            foreign.update(
                dict.fromkeys(reference for text in map(_unglued, texts) for reference in _unread(text))
            )
        return tuple(near), tuple(foreign)

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
            if len(window) < _REPAIR_MIN or sum(map(str.isdigit, window)) < _REPAIR_DIGITS_MIN:
                continue
            for reference in self._candidates(window):
                if one_slip_apart(window, reference):
                    yield window, reference
            if _RF.match(window):
                yield from ((window, reference) for reference in self._same_body(window))

    def _same_body(self, typed: str) -> Iterator[str]:
        """Yield the reference that differs in both check digits only: last year's slip with a new year in it."""
        if not self._bodies:
            self._bodies = {
                reference[4:]: reference for reference in sorted(self._all) if _RF.match(reference)
            }
        reference = self._bodies.get(typed[4:], typed)
        if reference != typed and not one_slip_apart(typed, reference):
            yield reference

    def _candidates(self, typed: str) -> Iterable[str]:
        """Return the references that begin or end like the typed one: one slip cannot change both ends."""
        references: dict[str, None] = {}
        for length in range(len(typed) - 1, len(typed) + 2):
            if length in self._lengths:
                size = _half(length)
                references.update(dict.fromkeys(self._alike("<" + typed[:size], typed[size:])))
                references.update(dict.fromkeys(self._alike(">" + typed[-size:], typed[:-size])))
        return references

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


def _texts(line: StatementLine) -> list[str]:
    """Return the texts of a line that may carry a reference."""
    return [text for text in (*line.structured, line.end_to_end, line.remittance) if text]


def _unglued(text: list[str]) -> list[str]:
    """Return a text's words, parted where an RF reference runs on from the word before it."""
    return [part for word in text for part in (_RF_INSIDE.split(word) if "RF" in word else (word,))]


def _longer(reference: str, text: str) -> str:
    """Return the longer number that hyphens make of a reference everywhere in a text; nothing where it stands alone."""
    whole = ""
    for start, end in _places(reference, text):
        before = _HYPHEN_AFTER.search(text, max(0, start - _LONGER_MAX), start)
        after = _HYPHEN_BEFORE.match(text, end, end + _LONGER_MAX)
        if not before and not after:
            return ""
        whole = text[before.start() if before else start : after.end() if after else end]
    return whole


def _places(reference: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where neighbouring words of a text are the reference."""
    matches = list(_SPELLED.finditer(text))
    for number, first in enumerate(matches):
        joined = ""
        for place in range(number, len(matches)):
            joined += matches[place][0].upper()
            if joined == reference:
                yield first.start(), matches[place].end()
            if len(joined) >= len(reference):
                break


def _without(text: list[str], reference: str) -> Iterator[list[str]]:
    """Yield the parts of a text around the words that a reference stands in."""
    ends = list(accumulate(map(len, text)))
    joined = "".join(text)
    first = 0
    at = joined.find(reference)
    while at >= 0:
        last = bisect_left(ends, at + len(reference))
        yield text[first : bisect_right(ends, at)]
        first = last + 1
        at = joined.find(reference, ends[last])
    yield text[first:]


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
    capitals = reference.upper().replace("-", "")
    return capitals if capitals.isalnum() and capitals.isascii() else "".join(words(reference))


def as_read(reference: str) -> str:
    """Return a reference with digits for the letters that machines take for them: `RF1O` may be `RF10`."""
    return reference.translate(_MISREAD)


def is_weak_number(reference: str) -> bool:
    """Tell whether a (compact) number may as well be something else: a few digits, or a day such as 20240315."""
    return reference.isdigit() and (len(reference) < _DIGITS_MIN or is_day(reference))


def is_day(number: str) -> bool:
    """Tell whether the digits are those of a day, year first or last."""
    return _DAY.fullmatch(number) is not None


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
        for following in (*text[start + 1 : start + 1 + longest], None):
            if len(window) > longest:
                break
            yield window
            if following is None:
                break
            window += following


def _telling(window: str, single: Container[str]) -> bool:
    """Tell whether a text can be a reference: digits of several words, such as `2023 1`, may meet by chance."""
    return window in single or not is_weak_number(window)


def _valid_references(text: list[str]) -> Iterator[str]:
    """Yield RF references with right check digits; the next word may follow the last digit without a gap."""
    joined = "".join(text)
    starts = [start.start() for start in _RF.finditer(joined)]
    word_ends = set(accumulate(map(len, text))) if starts else set()
    for start in starts:
        for end in range(min(start + _RF_MAX, len(joined)), start + 4, -1):
            ended = end in word_ends or (joined[end - 1].isdigit() and joined[end].isalpha())
            if ended and is_payment_reference(joined[start:end]):
                yield joined[start:end]
                break


def _unread(text: list[str]) -> Iterator[str]:
    """Yield what is like an RF reference and none: mistyped more than once, or run together with what follows."""
    for start, word in enumerate(text):
        if _RF_LIKE.match(word):
            begun = word
            for following in text[start + 1 : start + _RF_MAX]:
                if len(begun) >= _RF_MAX or _has_digits(begun):
                    break
                begun += following
            if _has_digits(begun):
                yield begun


def _has_digits(begun: str) -> bool:
    return sum(map(str.isdigit, as_read(begun))) >= _UNREAD_DIGITS_MIN
