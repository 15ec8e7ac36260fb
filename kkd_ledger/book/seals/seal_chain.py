"""The chain of closing proofs (Abschlussnachweise): what a link says and which months are sealed. It knows no rules.

A link is a JSON file beside the month's: a seal, or the reopening of a month. Each names the hash of the link before
it; the top file names the last one (docs/seal-format.md).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from kkd_ledger.book.text.records import Place
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth

FORMAT: Final = "kkd-abschluss/2"
FORMATS: Final = ("kkd-abschluss/1", FORMAT)
LINK_FILE: Final = re.compile(r"(\d{4})/(\1-\d{2})\.(seal|reopen)(?:-([1-9]\d*))?\.json", re.ASCII)
CERTIFICATE: Final = ".bank.json"
MONTH_ENDINGS: Final = (".beancount", CERTIFICATE)
KEPT: Final = "grundlagen"
ACTS, SIGNATURES = "akte", "unterschriften"
MARK: Final = 8


class SealLinkKind(StrEnum):
    """What a link of the chain does (`art`)."""

    SEAL = "abschluss"
    REOPENING = "wiedereroeffnung"


class Broken(StrEnum):
    """In which way the chain, or what it seals, is not as it was."""

    MONTH = "month"
    LINK = "link"
    MISSING = "missing"
    ORDER = "order"
    BASIS = "basis"


class Break(NamedTuple):
    """One thing that is not as it was sealed: where, and in German what was expected and found."""

    broken: Broken
    place: Place
    text: str


@dataclass(frozen=True)
class SealLink:
    """One link: its file, relative to the book's folder, the file's hash, and what it says."""

    file: str
    sha256: str
    data: Mapping[str, Any]

    @property
    def kind(self) -> SealLinkKind:
        """Whether it seals or reopens."""
        return SealLinkKind(self.data["art"])

    @property
    def position(self) -> int:
        """Its place in the chain, from 1."""
        return int(self.data["glied"])

    @property
    def previous(self) -> str:
        """Hash of the link before it; empty for the first."""
        return str(self.data["vorgaenger"])

    @cached_property
    def month(self) -> BookingMonth:
        """The month that it seals or reopens."""
        return BookingMonth.parse(self.data["monat"])

    @cached_property
    def said(self) -> str:
        """The hash over which its persons act, and sign."""
        return said_of(self.data)

    @property
    def day(self) -> str:
        """The day that was given as today, as it stands there."""
        return str(self.data.get("am", ""))

    @property
    def on(self) -> dt.date | None:
        """The day that was given as today; None where it is none."""
        try:
            return dt.date.fromisoformat(self.day)
        except ValueError:
            return None

    @property
    def persons(self) -> tuple[str, ...]:
        """Who closed the month, or opened it again."""
        named = self.data.get("von", ())
        return (named,) if isinstance(named, str) else tuple(map(str, named))

    @property
    def keeps(self) -> bool:
        """Whether it is of the second format, which has acts and keeps the content of its basis in `grundlagen/`."""
        return str(self.data["format"]) != FORMATS[0]

    @property
    def basis(self) -> Mapping[str, str]:
        """What the book stood on, with the hashes; only a seal names it."""
        return dict(self.data.get("grundlagen", {}))

    @property
    def files(self) -> Mapping[str, str]:
        """The files that it seals, with their hashes."""
        return dict(self.data.get("dateien", {}))

    def remarks(self) -> Mapping[tuple[str, str, int, str], str]:
        """Return what a person said about a finding at the close, by its code, file, line and text."""
        return {
            (str(remark["code"]), str(remark["datei"]), int(remark["zeile"]), str(remark["text"])): str(
                remark["bemerkung"]
            )
            for remark in self.data.get("feststellungen", ())
        }

    def __str__(self) -> str:
        return f"Glied {self.position}, {self.file}"


@dataclass(frozen=True)
class SealChain:
    """All links in their order, the months that are sealed by them, and what is not as it was sealed."""

    links: tuple[SealLink, ...] = ()
    breaks: tuple[Break, ...] = ()
    head: str = ""
    named: frozenset[str] = frozenset()

    @cached_property
    def seals(self) -> Mapping[BookingMonth, SealLink]:
        """The months that are sealed now, in the order of sealing, each with its seal."""
        seals: dict[BookingMonth, SealLink] = {}
        for link in self.links:
            if link.kind == SealLinkKind.SEAL:
                seals[link.month] = link
            elif link.month in seals:
                for month in _from(seals, link.month):
                    del seals[month]
        return seals

    @property
    def months(self) -> tuple[BookingMonth, ...]:
        """The months that are sealed now, in the order of sealing."""
        return tuple(self.seals)

    @property
    def last(self) -> SealLink | None:
        """The last link; None for a book in which no month was ever closed."""
        return self.links[-1] if self.links else None

    def there(self, root: Path) -> list[Path]:
        """Return the files, besides the ledger, that a verification read in the book's folder."""
        names = {*self.named, *(file for seal in self.seals.values() for file in seal.files)}
        paths = (root / name for name in sorted(names) if not name.endswith(MONTH_ENDINGS[0]))
        return [path for path in paths if path.is_file()]

    @cached_property
    def last_sealed(self) -> BookingMonth | None:
        """The latest sealed month, month 13 left out; where the chain is broken, the latest that may be sealed."""
        doubtful = {*self.named, *_head_file(self.head)} if self.breaks else set()
        months = [*self.seals, *(BookingMonth.parse(match[2]) for match in _link_files(doubtful))]
        return max((month for month in months if month.month < CLOSING_MONTH), default=None)

    def is_sealed(self, month: BookingMonth) -> bool:
        """Tell whether nothing may be written to a month: it is sealed, or the chain is broken and it may be."""
        if month.month == CLOSING_MONTH:
            return month in self.seals or (bool(self.breaks) and _doubtful(self.named, month))
        return self.last_sealed is not None and month <= self.last_sealed

    def free_name(self, month: BookingMonth, kind: SealLinkKind) -> str:
        """Return the file of the month's next link of a kind: links are never renamed or replaced."""
        return name_of(
            month, kind, 1 + sum(1 for link in self.links if (link.month, link.kind) == (month, kind))
        )


def name_of(month: BookingMonth, kind: SealLinkKind, count: int) -> str:
    """Return the file of a month's first, second, … link of a kind."""
    word = "seal" if kind == SealLinkKind.SEAL else "reopen"
    suffix = "" if (kind, count) == (SealLinkKind.SEAL, 1) else f"-{count}"
    return f"{month.stem}.{word}{suffix}.json"


def _from(months: Iterable[BookingMonth], first: BookingMonth) -> list[BookingMonth]:
    """Return a month and all that come after it in the order of sealing."""
    listed = list(months)
    return listed[listed.index(first) :]


def _link_files(files: Iterable[str]) -> Iterator[re.Match[str]]:
    return (match for file in files if (match := LINK_FILE.fullmatch(file)) and match[3] == "seal")


def _doubtful(files: Iterable[str], month: BookingMonth) -> bool:
    return any(match[2] == str(month) for match in _link_files(files))


def _head_file(head: str) -> list[str]:
    return head.split()[1:2]


# ---------------------------------------------------------------------------------------------------- writing


def as_bytes(data: Mapping[str, Any]) -> bytes:
    """Return a link as it is written: canonical JSON."""
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def said_of(data: Mapping[str, Any]) -> str:
    """Return the hash over which the persons of a link act, and sign: what it says, without acts and signatures."""
    return hash_of(as_bytes({key: value for key, value in data.items() if key not in {ACTS, SIGNATURES}}))


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return sha256(content).hexdigest()


def head_of(position: int, file: str, content: bytes) -> str:
    """Return how the top file names the last link: its place, its file and its hash."""
    return f"{position} {file} {hash_of(content)}"


def marks(text: bytes) -> str:
    """Return the marks of a month file's entries, the first digits of each one's SHA-256: they locate a change."""
    return "".join(hash_of(entry)[:MARK] for entry in entries_of(text))


def entries_of(text: bytes) -> list[bytes]:
    """Return a month file's entries: what stands between its empty lines."""
    return text.removesuffix(b"\n").split(b"\n\n")
