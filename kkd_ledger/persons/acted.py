"""Acts computed again from a month's text: each is over the entries before it; who is named in an entry has acted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from kkd_ledger.book.holders import SigningKey
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place
from kkd_ledger.persons.acts import DEEDS, IS_ACT, bare, covers, hash_of
from kkd_ledger.persons.signed import Signature, flaw

_DIRECTIVE: Final = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE | re.ASCII)
_ACT: Final = re.compile(
    rf'\d{{4}}-\d\d-\d\d custom "{v.CustomType.ACT}" "(?P<number>\d+)" "(?P<deed>.*?)" "(?P<person>(?:[^"\\]|\\.)*)" '
    rf'"[^"]*" (?P<day>\d{{4}}-\d\d-\d\d)\n  {v.ACT_KNOWN_BY}: "(?P<known>[^"]*)"\n  {v.ACT_EXTENT}: "(?P<extent>\d+)"'
    rf'\n  {v.ACT_AGREEMENT}: "(?P<agreement>[0-9a-f]{{64}})"\n  {v.ACT_HASH}: "(?P<hash>[0-9a-f]{{64}})"',
    re.ASCII,
)
_SIGNATURE: Final = re.compile(rf'^  ({"|".join(v.SIGNATURE_KEYS)}): "([^"]*)"$', re.MULTILINE | re.ASCII)
_DEED_OF: Final = {key: str(deed) for key, deed in DEEDS}
_BY_TWO: Final = frozenset({str(v.Deed.CERTIFIES), str(v.Deed.ORDERS)})
_BY_ORDER: Final = f"\n  {v.GENERAL_ORDER}: "
_PERSON_ON: Final = re.compile(
    rf'^  ({"|".join(_DEED_OF)}): "((?:[^"\\\\]|\\\\.)*)"\n  \1{v.ON}: (\d{{4}}-\d\d-\d\d)$',
    re.MULTILINE | re.ASCII,
)
_PERSON: Final = re.compile(rf'^  ({"|".join(_DEED_OF)}): "((?:[^"\\\\]|\\\\.)*)"$', re.MULTILINE)


class Misfit(NamedTuple):
    """An act whose hash is not that of the entries before it, or (`lacks_act`) a named person without an act."""

    place: Place
    text: str
    lacks_act: bool = False


class _Named(NamedTuple):
    """A person whom a directive (by its number) names for a deed, and who has not acted yet."""

    at: int
    deed: str
    person: str


class _Reader:
    """Walks through the directives of a month's text, act by act."""

    def __init__(
        self, text: str, file: str, party: str, *, since_acts: bool, keys: Sequence[SigningKey]
    ) -> None:
        self._text, self._file, self._party, self._keys = text, file, party, keys
        self._starts = [match.start() for match in _DIRECTIVE.finditer(text)]
        ends = [*self._starts[1:], len(text)] if self._starts else []
        self._directives = [text[begin:end] for begin, end in zip(self._starts, ends, strict=True)]
        self._since_acts = since_acts
        self._named: list[_Named] = []
        self._first = 0

    def misfits(self) -> Iterator[Misfit]:
        for at, directive in enumerate(self._directives):
            if IS_ACT in directive.partition("\n")[0]:
                yield from self._act(at, directive)
                continue
            if self._first < at:
                yield from self._unacted()
            self._first = at + 1
            self._named += (_Named(at, *deed_person) for deed_person in _named_in(directive))
        yield from self._unacted()

    def _act(self, at: int, directive: str) -> Iterator[Misfit]:
        match = _ACT.match(directive)
        if match is None:
            yield self._misfit(at, "Akt ohne Umfang, Vereinbarung oder SHA-256")
            return
        if match["known"] not in set(v.KnownBy):
            yield self._misfit(at, f"Akt {match['number']}: so ist niemand bekannt: „{match['known']}“")
        if self._first and directive[:10] != self._directives[self._first - 1][:10]:
            yield self._misfit(at, f"Akt {match['number']} steht an einem anderen Tag als der Eintrag davor")
        begin = self._first - int(match["extent"])
        if not self._since_acts:
            self._named = [named for named in self._named if named.at >= begin]
            self._since_acts = True
        yield from self._entries(at, match, self._directives[max(0, begin) : self._first])
        acted = match["deed"], match["person"]
        self._named = [
            named for named in self._named if named.at < begin or not covers(*acted, named.deed, named.person)
        ]
        yield from self._signature(at, match, directive)
        said = directive.partition("\n")[0][11:]
        covered = bare("".join(self._directives[max(0, begin) : self._first]))
        agreement, known_by = match["agreement"], match["known"]
        if begin < 0 or hash_of(covered, self._party, agreement, said, known_by) != match["hash"]:
            entries = "der Eintrag" if match["extent"] == "1" else f"die {match['extent']} Einträge"
            sentence = f"Akt {match['number']}: {entries} davor sind nicht die, über die gehandelt wurde"
            yield self._misfit(at, sentence)

    def _signature(self, at: int, act: re.Match[str], directive: str) -> Iterator[Misfit]:
        """Yield that the signature of an act does not prove it."""
        parts = dict(_SIGNATURE.findall(directive))
        if not parts:
            return
        signature, day = Signature.of(parts), dt.date.fromisoformat(act["day"])
        wrong = (
            flaw(signature, act["hash"], act["person"], day, self._keys)
            if signature
            else "sie ist unvollständig"
        )
        if wrong:
            yield self._misfit(at, f"Akt {act['number']}, Unterschrift von {act['person']}: {wrong}")

    def _entries(self, at: int, act: re.Match[str], covered: list[str]) -> Iterator[Misfit]:
        """Yield that the entries before an act name nobody for it, or name another day on which it was done."""
        acted = act["deed"], act["person"]
        days = [
            day for directive in covered for deed, name, day in _days_in(directive) if (deed, name) == acted
        ]
        named = any(acted in _named_in(directive) for directive in covered)
        ordered = any(_BY_ORDER in directive for directive in covered)
        if act["deed"] in _BY_TWO and not named and ordered:
            yield self._misfit(at, f"Akt {act['number']}: kein Eintrag davor nennt {act['person']}")
        if days and act["day"] not in days:
            sentence = f"Akt {act['number']} ist vom {act['day']}, die Einträge davor nennen {days[0]}"
            yield self._misfit(at, sentence)

    def _unacted(self) -> Iterator[Misfit]:
        for named in self._named if self._since_acts else ():
            yield self._misfit(
                named.at, f"{named.person}: kein Akt „{named.deed}“ steht dahinter", lacks_act=True
            )
        self._named = []

    def _misfit(self, at: int, sentence: str, *, lacks_act: bool = False) -> Misfit:
        line = self._text.count("\n", 0, self._starts[at]) + 1
        return Misfit(Place(self._file, line), sentence, lacks_act)


def misfits(
    text: str, file: str, party: str, *, since_acts: bool, keys: Sequence[SigningKey] = ()
) -> Iterator[Misfit]:
    """Yield the acts of a month's text whose hash is not that of the entries before them, and persons who did not act.

    `keys` are those by which signed acts are verified. `since_acts`: the book has acts before this month; else persons
    are judged from the text's first act on.
    """
    if since_acts or IS_ACT in text:
        yield from _Reader(text, file, party, since_acts=since_acts, keys=keys).misfits()


def _days_in(directive: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a directive says was done by whom and on which day, where it names a day."""
    for person in _PERSON_ON.finditer(directive):
        yield _DEED_OF[person[1]], person[2], person[3]


def _named_in(directive: str) -> Iterator[tuple[str, str]]:
    """Yield what a directive says was done by whom, as both stand in the text."""
    if '-von: "' in directive:
        yield from dict.fromkeys((_DEED_OF[match[1]], match[2]) for match in _PERSON.finditer(directive))
