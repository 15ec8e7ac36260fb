"""A run names an advance that a settlement took over meanwhile: what it moves belongs to the settlement then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.posten import is_advance, is_settlement
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.work.transfers.bank_runs import ToldItem, ToldRun, last_seen, standing


class Taking(NamedTuple):
    """Which settlement took an advance over, and how much of its claim, in unsigned cents."""

    settlement: str
    cents: int


def runs_of(book: Book, claims: Claims) -> tuple[ToldRun, ...]:
    """Return the runs that stand, with what each moves now; raise RunRefused like `standing`."""
    return moved_on(standing(book), claims.items, last_seen(book), lambda: read(book).records)


def moved_on(
    runs: Sequence[ToldRun], items: ItemRegister, seen: dt.date, records: Callable[[], Iterable[Record]]
) -> tuple[ToldRun, ...]:
    """Return runs of which each item says who bears it now; `seen` is the last day that statements tell of.

    The records are asked only where a run names an advance of a share that is settled.
    """
    settled = {_share(name) for name in items.moving if is_settlement(name)}
    named = {item.posten for run in runs for item in run.items if is_advance(item.posten)}
    if all(_share(name) not in settled for name in named):
        return tuple(runs)
    takings = {name: taking for name, taking in takings_of(records()).items() if name in named}
    for name, taking in takings.items():
        advance, settlement = items.get(name), items.get(taking.settlement)
        if advance and settlement and advance.sign == settlement.sign:
            runs = tuple(_borne(runs, advance, settlement, taking.cents, seen))
    return tuple(runs)


def takings_of(records: Iterable[Record]) -> Mapping[str, Taking]:
    """Return by their posten the advances that settlements took over; a reversed settlement took none."""
    entries = [record for record in records if isinstance(record, Transaction)]
    gone = {entry.text(v.REVERSES) for entry in entries}
    takings = {}
    for entry in entries:
        if entry.meta.get(v.KIND) == v.Kind.SETTLEMENT and entry.text(v.NUMBER) not in gone:
            own, *taken = [leg for leg in entry.postings if v.ITEM in leg.meta]
            settlement = str(own.meta[v.ITEM])
            takings.update({str(leg.meta[v.ITEM]): Taking(settlement, abs(leg.cents)) for leg in taken})
    return takings


def _share(posten: str) -> str:
    """Return what the names of all items of a share begin with."""
    return posten.rpartition("-")[0]


def _borne(
    runs: Iterable[ToldRun], advance: Item, settlement: Item, taken_cents: int, seen: dt.date
) -> Iterator[ToldRun]:
    """Yield the runs with the settlement as who bears what they move of an advance.

    What was paid of the advance before it was taken over has settled the first runs whose day the statements have seen.
    """
    named = [item for run in runs for item in run.items if item.posten == advance.posten]
    first_open_cents = next((item.open_cents for item in named if item.cents is not None), 0)
    paid_cents = max(0, first_open_cents - taken_cents - abs(advance.open_cents))
    for run in runs:
        items: list[ToldItem] = []
        for item in run.items:
            borne = item
            if item.posten == advance.posten:
                done = min(item.cents or 0, paid_cents) if run.execution <= seen else 0
                paid_cents -= done
                cents = None if item.cents is None else item.cents - done
                borne = ToldItem(item.posten, cents, abs(settlement.claimed_cents), settlement.posten)
            items.append(borne)
        yield replace(run, items=tuple(items))
