"""What earlier runs have told the bank to move: a record beside each payment file, and notes of what was taken back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kkd_ledger import german
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.items import Item
from kkd_ledger.errors import Problem
from kkd_ledger.money import format_eur, parse_eur, plain
from kkd_ledger.payments.sepa import Run, RunRefused

FOLDER: Final = "zahlungen"
CANCELLED: Final = "storno"
_RUN: Final = "lauf"
_EXECUTION: Final = "ausfuehrung"
_ITEMS: Final = "posten"
_AMOUNTS: Final = "betraege"
_AMOUNT: Final = "betrag"
_OPEN: Final = "offen"
_DAY: Final = "tag"
_PERSONS: Final = ("vorbereitet-von", "freigegeben-von")

_FREE: Final = (
    "ging nichts hinaus oder kam es zurück, so gibt `kkd pay BUCH --cancel LAUF --posten POSTEN --reason GRUND "
    "--prepared-by NAME --released-by NAME` es für den nächsten Lauf frei."
)
_FREE_DEBIT: Final = (
    "kam nichts oder ging es zurück, so gibt `kkd collect BUCH --cancel LAUF --posten POSTEN --reason GRUND "
    "--prepared-by NAME --released-by NAME` es für den nächsten Lauf frei."
)


@dataclass(frozen=True, slots=True)
class ToldItem:
    """An item in a run: what the bank shall move, and what was open then (unsigned cents).

    Runs of before 2026-11-29 name no amounts: they stand for the whole item (`cents` is None). `borne_by` is the
    settlement that has taken the item over since.
    """

    posten: str
    cents: int | None = None
    open_cents: int = 0
    borne_by: str = ""

    @property
    def bearer(self) -> str:
        """The item that is settled by what the bank moves."""
        return self.borne_by or self.posten

    @property
    def words(self) -> str:
        """The item's name, with the settlement's where that has taken it over."""
        return f"{self.posten} (aufgegangen in {self.borne_by})" if self.borne_by else self.posten


@dataclass(frozen=True)
class ToldRun:
    """A run that the bank has been told of, as far as nobody took it back: by whom, on which day (as it is written)."""

    id: str
    execution: dt.date
    items: tuple[ToldItem, ...]
    persons: tuple[str, ...] = ()
    day: str = ""

    @property
    def is_debit(self) -> bool:
        """Whether it collects; else it pays."""
        return self.id.startswith("pain008")

    @property
    def total_cents(self) -> int:
        """The sum of what it moves; items of before 2026-11-29 without an amount count nothing."""
        return sum(item.cents or 0 for item in self.items)


def standing(book: Book) -> tuple[ToldRun, ...]:
    """Return the runs in the order of their names, cancelled items left out.

    Raise RunRefused where a record cannot be read, or a payment file has none: what the bank was told is then unknown.
    """
    records = list(_records(book))
    gone = {
        (record[CANCELLED], posten) for record in records if CANCELLED in record for posten in record[_ITEMS]
    }
    return tuple(_standing(record, gone) for record in records if _RUN in record)


def _standing(record: Mapping[str, Any], gone: set[tuple[str, str]]) -> ToldRun:
    amounts = record.get(_AMOUNTS, {})
    items = tuple(
        _told(posten, amounts.get(posten)) for posten in record[_ITEMS] if (record[_RUN], posten) not in gone
    )
    persons = tuple(str(record.get(key, "")) for key in _PERSONS)
    execution = dt.date.fromisoformat(record[_EXECUTION])
    return ToldRun(record[_RUN], execution, items, persons, str(record.get(_DAY, "")))


def _told(posten: str, amounts: Mapping[str, str] | None) -> ToldItem:
    if amounts is None:
        return ToldItem(posten)
    return ToldItem(posten, parse_eur(amounts[_AMOUNT]), parse_eur(amounts[_OPEN]))


def _records(book: Book) -> Iterator[dict[str, Any]]:
    folder = book.root / FOLDER
    for file in sorted(folder.glob("*.json")):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            if CANCELLED not in record:
                _standing(record, set())
            record[_ITEMS] = list(record[_ITEMS])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            actual = f"keine lesbare Niederschrift eines Zahllaufs ({type(error).__name__})"
            allowed = "die Datei, wie kkd sie schrieb: Ohne sie ist unbekannt, was die Bank schon zahlen soll"
            raise RunRefused([Problem(f"{FOLDER}/{file.name}", "", actual, allowed)]) from None
        yield record
    for file in sorted(folder.glob("*.xml")):
        if not file.with_suffix(".json").exists():
            actual = "eine Zahldatei ohne Niederschrift"
            allowed = f"{file.stem}.json daneben: Ohne sie ist unbekannt, was die Bank schon zahlen soll"
            raise RunRefused([Problem(f"{FOLDER}/{file.name}", "", actual, allowed)])


def pending_cents(item: Item, runs: Iterable[ToldRun], seen: dt.date) -> int:
    """Return how much of an item the bank has been told to move and has not yet moved, in unsigned cents.

    Until a statement tells of the day of execution (`seen` is the last day that statements tell of) a run counts in
    full, whatever else was paid meanwhile; after that what was settled since the first run counts against the runs.
    """
    named = [(run, told_item) for run in runs for told_item in run.items if told_item.bearer == item.posten]
    if not named:
        return 0
    open_cents = abs(item.open_cents)
    if any(told_item.cents is None for _, told_item in named):
        return open_cents
    amounts = [(run.execution, told_item.cents or 0) for run, told_item in named]
    unseen = sum(cents for execution, cents in amounts if execution > seen)
    settled = max(0, named[0][1].open_cents - open_cents)
    return max(unseen, sum(cents for _, cents in amounts) - settled)


def overtaken(runs: Iterable[ToldRun], items: Mapping[str, Item], seen: dt.date) -> Iterator[str]:
    """Yield a German sentence for each item on which less is open by now than a run moves that is still to come."""
    for run in runs:
        for named in run.items if run.execution > seen else ():
            item = items.get(named.bearer)
            if item and abs(item.open_cents) < pending_cents(item, [run], seen):
                yield (
                    f"{run.id} zahlt {named.words} mit {format_eur(named.cents or 0)}, offen sind nur noch "
                    f"{format_eur(abs(item.open_cents))}: bitte bei der Bank zurückrufen"
                )


def not_booked(runs: Iterable[ToldRun], items: Mapping[str, Item], seen: dt.date) -> Iterator[str]:
    """Yield a German sentence for each item that a run was to move before the last day of the statements and did not.

    It was never carried out, came back, or lies in suspense: a person has to look, for no later run takes it.
    """
    done = [run for run in runs if run.execution < seen]
    last = {named.bearer: (run, named) for run in done for named in run.items}
    for bearer, (run, named) in last.items():
        item = items.get(bearer)
        if item and (cents := pending_cents(item, done, seen)):
            yield (
                f"{run.id} sollte am {german.day(run.execution)} {named.words} zahlen; gebucht ist das nicht, oder es "
                f"kam zurück: {format_eur(cents)}"
            )


def not_booked_remedy(*, debit: bool) -> str:
    """Return what is done about it, by which command."""
    return f"Liegt das Geld ungeklärt, so ordnet es `kkd clear` zu; {_FREE_DEBIT if debit else _FREE}"


def last_seen(book: Book) -> dt.date:
    """Return the last day that booked statements tell of."""
    return max((statement.to_day for statement in Certificates(book.root).statements), default=dt.date.min)


def naming(runs: Iterable[ToldRun], posten: str) -> str:
    """Return the names of the runs that stand for an item."""
    return ", ".join(
        run.id for run in runs if any(posten in {item.posten, item.bearer} for item in run.items)
    )


def next_id(book: Book, kind: str, day: dt.date) -> str:
    """Return a name for a run of the day that no run before it has, whatever became of their files."""
    front = f"{kind}-{day}-"
    names = (file.stem.removeprefix(front) for file in (book.root / FOLDER).glob(f"{front}*"))
    return f"{front}{1 + max((int(number) for number in names if number.isdigit()), default=0):03}"


def record(run: Run, items: Sequence[tuple[Item, int]], reason: str = "") -> bytes:
    """Return the record of a run: who prepared and released it, and what it moves of what was open on each item.

    `reason` says why items go that may have been paid already.
    """
    items_of_run = [ToldItem(item.posten, cents, abs(item.open_cents)) for item, cents in items]
    return _record(run, items_of_run, reason)


def refund_record(run: Run, item: ToldItem, reason: str) -> bytes:
    """Return the record of a run that sends unclear money back; its item is the entry that holds the money."""
    return _record(run, [item], reason)


def _record(run: Run, items: Sequence[ToldItem], reason: str) -> bytes:
    return as_json(
        ({"grund": reason} if reason else {})
        | {
            _RUN: run.id,
            _DAY: run.day.isoformat(),
            _EXECUTION: run.execution.isoformat(),
            **dict(zip(_PERSONS, (run.prepared_by, run.released_by), strict=True)),
            "summe": plain(run.total_cents),
            _ITEMS: [item.posten for item in items],
            _AMOUNTS: {
                item.posten: {_AMOUNT: plain(item.cents or 0), _OPEN: plain(item.open_cents)}
                for item in items
            },
        }
    )


def as_json(data: Mapping[str, Any]) -> bytes:
    """Return a record as the bytes of its file."""
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
