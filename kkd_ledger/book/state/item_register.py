"""The register of items (posten): those that still move, and those that are at rest.

An item comes to rest with the month that begins when nothing is open on it and no payment of it can come back any more.
It is then a row of data, read again only where somebody asks for it: a month into a book of many years does without.
What a party has for one service year rests as a whole or not at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from kkd_ledger.book.state.items import NOWHERE, Item

NOTHING: Final = b"[]"


class Rested(NamedTuple):
    """An item at rest, by what a payment may quote of it."""

    posten: str
    party: str
    reference: str
    document: str


class ItemRegister(Mapping[str, Item]):
    """All items by their posten.

    `moving` are those that records still change; the others are at rest and only read as copies. `wake` makes one move
    again, `rest` lays down those that are done. `rested_cents` are the claimed cents of items at rest by year of
    booking, all settled: receivables positive, payables negative.
    """

    def __init__(
        self,
        moving: Iterable[Item] = (),
        resting: bytes = NOTHING,
        rested_cents: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.moving = {item.posten: item for item in moving}
        self.rested_cents = Counter(dict(rested_cents))
        self._text = resting
        self._laid: dict[str, list[Any]] = {}

    @property
    def _rows(self) -> dict[str, list[Any]]:
        """The items at rest as rows of data; from now on none of them is text."""
        if self._text != NOTHING:
            self._laid = {row[0]: row for row in json.loads(self._text)} | self._laid
            self._text = NOTHING
        return self._laid

    def __getitem__(self, posten: str) -> Item:
        if posten in self.moving:
            return self.moving[posten]
        return Item.from_data(self._rows[posten])

    def __iter__(self) -> Iterator[str]:
        yield from self._rows
        yield from self.moving

    def rested(self) -> Iterator[Rested]:
        """Yield the items at rest."""
        for posten, _, party, _, reference, document, *_ in self._rows.values():
            yield Rested(posten, party, reference, document)

    def __len__(self) -> int:
        return len(self._rows) + len(self.moving)

    def add(self, item: Item) -> Item:
        """Enter a new item, with everything else of its party and service year moving, and return it."""
        self.moving[item.posten] = item
        return item

    def wake(self, posten: str) -> Item | None:
        """Return an item that will change, with its neighbours moving again; None where there is none."""
        if posten not in self.moving and (row := self._rows.get(posten)):
            self.wake_all(*_party_and_year(row))
        return self.moving.get(posten)

    def wake_all(self, party: str, service_year: int) -> None:
        """Let all items of a party's service year move again."""
        for row in [row for row in self._rows.values() if _party_and_year(row) == (party, service_year)]:
            item = Item.from_data(self._rows.pop(row[0]))
            self.moving[item.posten] = item
            self.rested_cents[item.booked.year] -= item.claimed_cents

    def rest(self) -> None:
        """Lay down the items of every party and service year on which nothing can happen by itself any more."""
        busy = {(item.party, item.service_year) for item in self.moving.values() if not item.is_done}
        for item in list(self.moving.values()):
            if (item.party, item.service_year) not in busy:
                item.place = NOWHERE
                self._laid[item.posten] = self.moving.pop(item.posten).to_data()
                self.rested_cents[item.booked.year] += item.claimed_cents

    def resting_text(self) -> bytes:
        """Return the items at rest as canonical JSON."""
        laid = json.dumps(list(self._laid.values()), ensure_ascii=False, separators=(",", ":")).encode()
        if self._text == NOTHING:
            return laid
        return self._text[:-1] + b"," + laid[1:] if self._laid else self._text


def _party_and_year(row: list[Any]) -> tuple[str, int]:
    return row[2], row[3]
