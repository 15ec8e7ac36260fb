"""What a page is made of: facts, tables, pictures, lists of things to do. One template writes all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode

from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell, Offer, Table
from kkd_ledger.web.workplace.visitor import Visitor


class FactList(NamedTuple):
    """Pairs of a word and its value."""

    title: str
    pairs: Sequence[tuple[str, Cell]]
    kind: str = "facts"


class TableBlock(NamedTuple):
    """A table, with the picture of its figures above it (an SVG text; empty for none)."""

    table: Table
    chart: str = ""
    legend: Sequence[tuple[str, str]] = ()
    kind: str = "table"


class Sentence(NamedTuple):
    """A line of a list: what it says, what helps, where it leads; `mood` is a KERN badge."""

    text: str
    remedy: str = ""
    href: str = ""
    mood: str = ""
    word: str = ""


class Sentences(NamedTuple):
    """A list of sentences under a title; `empty` is said where there are none. A `is_report` keeps its columns."""

    title: str
    sentences: Sequence[Sentence]
    empty: str = ""
    is_numbered: bool = False
    is_report: bool = False
    kind: str = "sentences"


Block: TypeAlias = FactList | TableBlock | Sentences


class WaitingCase(NamedTuple):
    """What one person has begun and a second one decides: its address, what it is, who began it when; whose it is."""

    name: str
    title: str
    said: str
    first: str
    first_on: dt.date
    is_mine: bool


class Asked(NamedTuple):
    """What a page is asked for: the book as it stands, where its addresses begin, what the address says, and by whom.

    `may` are the acts that the visitor may begin in this book, `cases` what waits for a second person,
    `siblings` gives the other books on show that the visitor may read.
    """

    snapshot: Snapshot
    base: str
    query: Mapping[str, str]
    named: Mapping[str, Any]
    fava: str
    visitor: Visitor | None = None
    may: frozenset[str] = frozenset()
    cases: Sequence[WaitingCase] = ()
    siblings: Callable[[], Sequence[Snapshot]] = tuple

    def to(self, *parts: object) -> str:
        """Return the address of one of this book's pages."""
        return "/".join([self.base, *(quote(str(part), safe="") for part in parts)])

    def entry(self, number: str) -> str:
        """Return the address of an entry; empty for none."""
        return self.to("buchung", number) if number else ""

    def party(self, party: str) -> str:
        """Return the address of a party's page."""
        return self.to("beteiligte", party)

    def documents(self, paths: Sequence[str]) -> Sequence[Offer]:
        """Return the way to each document, and to all of several in one ZIP."""
        each = [Offer(path.rpartition("/")[2], self.to("dokument", path)) for path in paths]
        if len(paths) < 2:
            return each
        query = urlencode([("name", path) for path in paths])
        return [*each, Offer(f"Alle {len(paths)} herunterladen (ZIP)", f"{self.to('dokumente.zip')}?{query}")]

    def act(self, key: str, **start: str) -> str:
        """Return the address of an act's form, with fields that are filled already."""
        query = urlencode({name: text for name, text in start.items() if text})
        return self.to("tun", key) + (f"?{query}" if query else "")

    def offers(self, *wanted: tuple[str, str, dict[str, str]]) -> tuple[Offer, ...]:
        """Return the acts (key, word, filled fields) of those wanted that the visitor may begin."""
        return tuple(Offer(word, self.act(key, **start)) for key, word, start in wanted if key in self.may)


class Content(NamedTuple):
    """What a page says: its heading, a line below it, its blocks; `offers` are what can be done here."""

    heading: str
    lead: str
    blocks: Sequence[Block]
    offers: Sequence[Offer] = ()


class WorkplacePage(NamedTuple):
    """One page: the rest of its address, its name in the menu (empty for a page others lead to), what makes it.

    `make` returns None where the address names something that is not there. What a page `is_kept` says follows from
    the snapshot, the address and the visitor alone: it is made once for each of these.
    """

    rule: str
    menu: str
    make: Callable[[Asked], Content | None]
    is_kept: bool = False
