"""What was settled of a claim before its document was written, and what is still due: the document says both.

A document is the same whenever it is made again. So its directive names the last posting number of each year that it
knows (`gebucht-bis`), and of what was ordered it knows what stands before it. What is open is folded as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.open_items import OpenItems, claims_item, unclaims_item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Posting, Record, Transaction


class SetOff(NamedTuple):
    """Another document of the party that settled part of a claim: its number, and the unsigned cents.

    `left_cents` is what was open on the other claim afterwards, unsigned; None where the document does not say it.
    """

    number: str
    cents: int
    left_cents: int | None = None


@dataclass(frozen=True)
class Settlement:
    """What was settled of a claim before its document was written, gross and unsigned, and when the rest falls due.

    Of a credit `dues` are empty: it is given back, or lowers what is open.
    """

    dues: tuple[OrderedDue, ...] = ()
    paid_cents: int = 0
    remitted_cents: int = 0
    set_off: tuple[SetOff, ...] = ()

    @property
    def left_cents(self) -> int:
        """What is still to be paid."""
        return sum(due.cents for due in self.dues)

    @property
    def set_off_cents(self) -> int:
        """What other claims of the party have settled."""
        return sum(offset.cents for offset in self.set_off)


UNSETTLED: Final = Settlement()


class _Extent(NamedTuple):
    """How far a document knows the book: its place, and the last posting numbers by year (None in old books)."""

    place: int
    numbers: Mapping[int, int] | None


def extent_text(numbers: Mapping[int, int], claimed: int) -> str:
    """Return the last posting numbers of the years since the one before a claim was booked, as its document names them.

    Older years take no more entries by then: all of theirs are known.

    >>> extent_text({2022: 4, 2023: 31, 2024: 17}, 2024)
    '2023-000031 2024-000017'
    """
    return " ".join(f"{year}-{last:06}" for year, last in sorted(numbers.items()) if year >= claimed - 1)


def _numbered(text: str) -> tuple[int, int]:
    year, _, number = text.partition("-")
    return (int(year), int(number)) if year.isdecimal() and number.isdecimal() else (0, 0)


class Settlements:
    """What moved the items of a book, to be asked of each claim; records in journal order."""

    def __init__(self, book: Book, records: Sequence[Record]) -> None:
        self._book = book
        self._moves: dict[str, list[tuple[int, Transaction | Custom]]] = {}
        self._made: dict[str, str] = {}
        self._extents: dict[str, _Extent] = {}
        self._entries: dict[str, Transaction] = {}
        for place, record in enumerate(records):
            self._take(place, record)

    def _take(self, place: int, record: Record) -> None:
        match record:
            case Transaction():
                self._entries[record.text(v.NUMBER)] = record
                for posten in dict.fromkeys(_names(record.postings)):
                    self._moves.setdefault(posten, []).append((place, record))
                if number := record.text(v.DEMAND):
                    self._made |= dict.fromkeys(_names(filter(_makes, record.postings)), number)
            case Custom(kind=v.CustomType.DISPOSITION | v.CustomType.INSTALMENT, values=(str(posten), *_)):
                self._moves.setdefault(posten, []).append((place, record))
            case Document():
                said = str(record.meta.get(v.BOOKED_UP_TO, ""))
                numbers = dict(_numbered(word) for word in said.split()) if said else None
                self._extents.setdefault(str(record.meta.get(v.DEMAND, "")), _Extent(place, numbers))

    def of(self, claim: Transaction) -> Settlement:
        """Return what was settled of a claim before its document was written; everything while there is no document."""
        made_legs = [leg for leg in claim.postings if v.ITEM in leg.meta and _makes(leg)]
        if not made_legs:
            return UNSETTLED
        posten, sign = str(made_legs[0].meta[v.ITEM]), 1 if made_legs[0].account.startswith(v.ASSETS) else -1
        entries = list(self._known(claim, posten, sign))
        item = self._item(entries, posten)
        set_off = self._set_off(entries, claim, posten, sign)
        open_cents, gross_cents = item.open_cents * sign, sum(leg.cents for leg in made_legs) * sign
        paid_cents = gross_cents - open_cents - item.remitted_cents - sum(offset.cents for offset in set_off)
        return Settlement(_dues(item) if sign > 0 else (), paid_cents, item.remitted_cents, set_off)

    def _item(self, records: Iterable[Transaction | Custom], posten: str) -> Item:
        items = OpenItems(self._book)
        for record in records:
            if isinstance(record, Custom):
                items.order(record)
            else:
                items.move(record)
        return items.items[posten]

    def _known(self, claim: Transaction, posten: str, sign: int) -> Iterator[Transaction | Custom]:
        """Yield what the claim's document knows of what moved its item."""
        extent = self._extents.get(claim.text(v.DEMAND))
        for place, record in self._moves[posten]:
            if extent is None or record is claim:
                yield record
            elif isinstance(record, Custom):
                if place < extent.place:
                    yield record
            elif extent.numbers is None:  # documents of before told only what a credit was set off against
                if place < extent.place and sign < 0 and record.text(v.KIND) == v.Kind.OFFSET:
                    yield record
            else:
                year, number = _numbered(record.text(v.NUMBER))
                if year < min(extent.numbers) or number <= extent.numbers.get(year, 0):
                    yield record

    def _set_off(
        self, entries: Sequence[Transaction | Custom], claim: Transaction, posten: str, sign: int
    ) -> tuple[SetOff, ...]:
        """Return what other claims settled: by an entry that sets one off, in old books by a leg of a correction."""
        cents_by_number: Counter[str] = Counter()
        others: dict[str, str] = {}
        for record in entries:
            if isinstance(record, Custom) or record is claim:
                continue
            original = self._entries.get(record.text(v.REVERSES), record)
            if claims_item(record) or unclaims_item(record):
                own = (leg for leg in record.postings if leg.meta.get(v.ITEM) == posten)
                cents_by_number[original.text(v.DEMAND)] -= sum(leg.cents for leg in own) * sign
            elif original.text(v.KIND) == v.Kind.OFFSET:
                for leg in record.postings:
                    if v.ITEM in leg.meta and leg.account.startswith(v.ASSETS) != (sign > 0):
                        other = str(leg.meta[v.ITEM])
                        number = self._made.get(other, "")
                        cents_by_number[number] += leg.cents * sign
                        others[number] = other
        return tuple(
            SetOff(
                number, cents, self._left(claim, others[number]) if sign < 0 and number in others else None
            )
            for number, cents in cents_by_number.items()
            if cents
        )

    def _left(self, credit: Transaction, posten: str) -> int | None:
        """Return what is open of a claim against which a credit was set off, as the credit's document knows it."""
        extent = self._extents.get(credit.text(v.DEMAND))
        if extent and extent.numbers is None:
            return None
        return max(0, self._item(self._known(credit, posten, -1), posten).open_cents)


def _names(legs: Iterator[Posting] | Sequence[Posting]) -> Iterator[str]:
    return (str(leg.meta[v.ITEM]) for leg in legs if v.ITEM in leg.meta)


def _makes(leg: Posting) -> bool:
    """Tell whether a leg adds to what is owed, on its side."""
    return leg.cents > 0 if leg.account.startswith(v.ASSETS) else leg.cents < 0


def _dues(item: Item) -> tuple[OrderedDue, ...]:
    """Return when what is open falls due; a suspension (Niederschlagung) tells the debtor nothing."""
    if item.disposition and item.disposition.kind == v.DispositionKind.SUSPENSION and item.open_cents > 0:
        return item.rates_left or (OrderedDue(item.due or item.booked, item.open_cents),)
    return item.dues
