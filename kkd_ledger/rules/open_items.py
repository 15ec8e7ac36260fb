"""Demands and open items: a claim first, never overpaid, its reference unique; money in suspense does not age.

What is open folds `book/open_items`. Of what is settled the rule keeps, by party and service year, only which names
were given.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import ClassVar, Final, Self

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.book.state.open_items import OpenItems, claims_item
from kkd_ledger.book.state.posten import end_of, is_tail
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Place, Posting, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.references import is_payment_reference
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("open_items"),)

UNKNOWN: Final = FindingKind(
    "KKD-O01",
    Level.ERROR,
    "Zahlung ohne Anforderung",
    "Zu jeder Zahlung gehört ein gebuchter Posten. Stornieren und den richtigen Posten nennen.",
)
EXCEEDED: Final = FindingKind(
    "KKD-O02",
    Level.ERROR,
    "Zahlungen übersteigen den Posten",
    "Buchen Sie das Zuviel als ungeklärt; stornieren Sie diese Zuordnung.",
)
REFERENCE: Final = FindingKind(
    "KKD-O03",
    Level.ERROR,
    "Zahlungsreferenz fehlt, ist falsch oder doppelt",
    "Nur kkd vergibt Referenzen (ISO 11649). Stornieren und neu buchen.",
)
SUSPENSE: Final = FindingKind(
    "KKD-O04",
    Level.OPEN,
    "Ungeklärte Zahlung zu alt",
    "Klären Sie, wozu die Zahlung gehört (`kkd clear BUCH --list`). Gehört sie zu keinem Posten: `kkd clear BUCH NR "
    "--charges` (Bankentgelt) oder `--foreign` (an die Hauptbuchhaltung); auf dem gemeinsamen Konto "
    "`kkd decide BUCH NR --foreign`.",
)
ITEM: Final = FindingKind(
    "KKD-O05",
    Level.ERROR,
    "Posten passt nicht zur Buchung",
    "Posten ist Vereinbarung-Leistungsjahr-Beteiligte und 1, oder bei einer Korrektur n oder g (Nachforderung, "
    "Gutschrift) und der Tag, seit dem sie bekannt ist. Stornieren und neu buchen.",
)
OVERDUE: Final = FindingKind(
    "KKD-O06",
    Level.NOTE,
    "Posten ist überfällig",
    "An eine Forderung erinnern Sie (`kkd remind`), eine Verbindlichkeit zahlen Sie; oder es wird Stundung oder "
    "Niederschlagung verfügt (`kkd defer`).",
)
DISPOSITION: Final = FindingKind(
    "KKD-O07",
    Level.ERROR,
    "Verfügung über einen Posten ist nicht brauchbar",
    "Eine Verfügung nennt einen gebuchten Posten, ihre Art, ihren Grund, wer festgestellt und wer angeordnet hat, bis "
    "wann sie gilt, und die Raten, wenn in Raten gezahlt wird (`kkd defer`).",
)
KINDS: Final = (UNKNOWN, EXCEEDED, REFERENCE, SUSPENSE, ITEM, OVERDUE, DISPOSITION)
TAKES: Final = (Transaction, Custom, Document)
VERSION: Final = "4"
AGES: Final = True

_WELL_FORMED: Final = re.compile(r"(.+-\d{4}-.+)-([^-]+)", re.ASCII)
_ORDER_KEYS: Final = (v.REASON, v.CERTIFIED_FACT, v.CERTIFIED_SUM)


class Kept(OpenItems):
    """The open items as the rule keeps them: of what is settled only which names were `given`.

    `again` are the items that were settled long ago and opened again, `orders` says where what is ordered stands.
    """

    keeps_settlements: ClassVar[bool] = False

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.given: State = {}
        self.again: list[str] = []
        self.orders: dict[str, Place] = {}

    def wake(self, record: Transaction, posting: Posting) -> Item | None:
        """Return an item again that was due and settled before, open since today; None where it was never made."""
        posten = str(posting.meta[v.ITEM])
        if claims_item(record) or not _is_given(self.given, posten):
            return None
        self.again.append(posten)
        item = Item(posten, posting.account, "", 0, due=record.date, booked=record.date, place=record.place)
        return self.items.add(item)

    def forget(self, day: dt.date) -> set[str]:
        """Drop the items that are settled and were due before a day, and return their names."""
        moving = self.items.moving
        gone = {name for name, item in moving.items() if item.settled and item.due_on < day}
        gone = {name for name in gone if _is_given(self.given, name)}
        for name in gone:
            del moving[name]
            self.orders.pop(name, None)
        self.again = [name for name in self.again if name not in gone]
        return gone

    def to_data(self) -> State:
        """Return the state as plain JSON data."""
        return {
            "items": {name: item.to_data() for name, item in self.items.moving.items()},
            "unclear": [money.to_data() for money in self.suspense.values()],
            "given": self.given,
            "again": self.again,
            "orders": self.orders,
        }

    @classmethod
    def from_data(cls, book: Book, data: State) -> Self:
        """Return the fold whose state `to_data` wrote."""
        kept = cls(book)
        kept.items = ItemRegister(map(Item.from_data, data["items"].values()))
        kept.suspense = {row[0]: SuspenseItem.from_data(row) for row in data["unclear"]}
        kept.given, kept.again = data["given"], data["again"]
        kept.orders = {name: Place._make(place) for name, place in data["orders"].items()}
        return kept


def start(context: Context) -> State:
    """Return the state: the open items with the names given, the references of open items and those used up."""
    return {"open": Kept(context.book), "references": {}, "used": {}}


def revive(context: Context, state: State) -> State:
    """Return the state that was written as JSON data."""
    return state | {"open": Kept.from_data(context.book, state["open"])}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Transaction):
        _transaction(context, state, record)
    elif isinstance(record, Document):
        state["open"].demand(record)
    elif isinstance(record, Custom):
        _ordered(state, record)
        if record.kind == v.CustomType.MONTH:
            _forget(context, state, record.date)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    """Return what was found on the way, and the money in suspense that is older than the policy allows."""
    policy, kept = context.book.settings.policy, state["open"]
    old = [
        Finding(
            SUSPENSE,
            money.place,
            f"Buchung {money.number}: {format_eur(abs(money.cents))} vom {german.day(money.day)}",
            subject=money.number,
        )
        for money in kept.suspense.values()
        if (as_of - money.day).days > policy.suspense_days_max
    ]
    late = [
        Finding(OVERDUE, item.place, _late(kept, item, as_of), subject=item.posten)
        for item in kept.items.moving.values()
        if item.open_cents * item.sign > 0 and (as_of - item.due_on).days > policy.overdue_days_max
    ]
    return [*noted(state, KINDS), *_incomplete(kept), *old, *late]


# ------------------------------------------------------------------------------------------------ open items


def _transaction(context: Context, state: State, record: Transaction) -> None:
    kept, kind = state["open"], record.meta.get(v.KIND)
    if kind == v.Kind.REVERSAL:
        retract(state, record.text(v.REVERSES))
    makes = kind in v.SHARE_KINDS
    if makes:
        _reference(context, state, record)
    elif kind == v.Kind.OFFSET:
        _named_rates(kept, state, record)
    for posting, item, made in kept.move(record):
        name = str(posting.meta[v.ITEM])
        if makes and not name.startswith(front := _front(context, record)):
            text = f"{v.ITEM} {name!r} an einer Buchung zu {front}…"
            note(state, ITEM, record.place, text, record.text(v.NUMBER))
        if made:
            _give(kept.given, name)
        if item is None:
            if kind != v.Kind.REVERSAL:
                note(
                    state,
                    UNKNOWN,
                    record.place,
                    f"{v.ITEM} {name!r} ist nicht gebucht",
                    record.text(v.NUMBER),
                )
        elif not makes:
            over = format_eur(abs(item.open_cents))
            text = f"{v.ITEM} {name}: um {over} überzahlt"
            note(state, EXCEEDED, record.place, text, record.text(v.NUMBER))


def _front(context: Context, record: Transaction) -> str:
    return f"{context.agreement.id}-{record.text(v.SERVICE_YEAR)}-{record.text(v.PARTY)}-"


def _forget(context: Context, state: State, day: dt.date) -> None:
    """Drop the items that are settled and were due before a day, and of their references all but the ends."""
    gone, references = state["open"].forget(day), state["references"]
    for reference in [reference for reference, owner in references.items() if owner in gone]:
        if end := _end(context, references[reference], reference):
            _give(state["used"], f"{references[reference].rpartition('-')[0]}-{end}")
            del references[reference]


def _is_given(given: State, name: str) -> bool:
    """Tell whether a name was given: a count not above the highest one nor left out below it, or a dated one."""
    match = _WELL_FORMED.fullmatch(name)
    if not match or match[1] not in given:
        return False
    highest, holes, *dated = given[match[1]]
    if not match[2].isdigit():
        return match[2] in dated
    return 0 < int(match[2]) <= highest and int(match[2]) not in holes


def _give(given: State, name: str) -> None:
    match = _WELL_FORMED.fullmatch(name)
    if not match or not is_tail(match[2]):
        return
    highest, holes, *dated = given.get(match[1], [0, []])
    if not match[2].isdigit():
        given[match[1]] = [highest, holes, *sorted(dict.fromkeys([*dated, match[2]]))]
        return
    count = int(match[2])
    left_out = [*holes, *range(highest + 1, count)]
    given[match[1]] = [max(highest, count), [hole for hole in left_out if hole != count], *dated]


# ------------------------------------------------------------------------------------------------ references


def _reference(context: Context, state: State, record: Transaction) -> None:
    reference, number = record.text(v.REFERENCE), record.text(v.NUMBER)
    items = {str(posting.meta[v.ITEM]) for posting in record.postings if v.ITEM in posting.meta}
    if not is_payment_reference(reference):
        note(state, REFERENCE, record.place, f"{v.REFERENCE} {reference!r} ist keine RF-Referenz", number)
        return
    owner = state["references"].get(reference)
    front = _front(context, record)
    used = f"{front}{_end(context, front, reference)}"
    if owner is None and used not in items and _is_given(state["used"], used):
        note(state, REFERENCE, record.place, f"{v.REFERENCE} {reference} ist schon vergeben", number)
    elif owner is None:
        state["references"][reference] = min(items, default="")
    elif owner not in items:
        text = f"{v.REFERENCE} {reference} gehört schon zu {owner}"
        note(state, REFERENCE, record.place, text, number)


def _end(context: Context, item: str, reference: str) -> str:
    """Return the end of the name whose reference it is, within an item's share; empty where it is none of theirs."""
    year, _, party = item.removeprefix(f"{context.agreement.id}-").rpartition("-")[0].partition("-")
    return end_of(context.book, year, party, reference)


# ---------------------------------------------------------------------------- what is due, what is ordered about it


def _late(kept: Kept, item: Item, as_of: dt.date) -> str:
    schedule = item.schedule
    rates = schedule is not None and schedule.kind == v.DispositionKind.INSTALMENTS
    what = (
        "Rate nicht gezahlt, fällig" if rates else "wieder offen" if item.posten in kept.again else "fällig"
    )
    due_cents, open_cents = item.due_by(as_of), abs(item.open_cents)
    more = f" (insgesamt offen: {format_eur(open_cents)})" if due_cents != open_cents else ""
    return (
        f"{v.ITEM} {item.posten}: {format_eur(due_cents)} offen, {what} seit {german.day(item.due_on)}{more}"
    )


def _ordered(state: State, record: Custom) -> None:
    if record.kind not in {v.CustomType.DISPOSITION, v.CustomType.INSTALMENT}:
        return
    kept, place = state["open"], record.place
    done = kept.order(record)
    if done is None or not all(record.values):
        note(state, DISPOSITION, place, f'custom "{record.kind}" mit unbrauchbaren Werten')
    elif record.kind == v.CustomType.INSTALMENT:
        if done.item is None:
            note(state, DISPOSITION, place, f"{v.ITEM} {done.posten!r}: Rate ohne offene Ratenzahlung")
    else:
        if lacking := [key for key in _ORDER_KEYS if not record.meta.get(key)]:
            note(state, DISPOSITION, place, f"{v.ITEM} {done.posten!r}: es fehlt: {', '.join(lacking)}")
        if done.item:
            kept.orders[done.posten] = place
            kept.again = [name for name in kept.again if name != done.posten]
        elif not _is_given(kept.given, done.posten):
            note(state, DISPOSITION, place, f"{v.ITEM} {done.posten!r} ist nicht gebucht")


def _named_rates(kept: Kept, state: State, record: Transaction) -> None:
    """A set-off that names a rate lowers one that the due plan has, by no more than it is."""
    for leg in record.postings:
        rate, item = leg.meta.get(v.DUE), kept.items.moving.get(str(leg.meta.get(v.ITEM)))
        if isinstance(rate, dt.date) and abs(leg.cents) > (most := item.rate_cents(rate) if item else 0):
            less = format_eur(abs(leg.cents))
            text = f"Rate zum {german.day(rate)}: {format_eur(most)}, gemindert um {less}"
            note(state, DISPOSITION, record.place, text, record.text(v.NUMBER))


def _incomplete(kept: Kept) -> list[Finding]:
    """Return the rates that are not exactly what was claimed, or what was open when instalments were ordered."""
    plans = [
        Finding(
            DISPOSITION,
            item.place,
            f"{v.ITEM} {item.posten}: Raten über {format_eur(total)}, gefordert sind "
            f"{format_eur(abs(item.claimed_cents))}",
            subject=item.posten,
        )
        for item in kept.items.moving.values()
        if item.plan
        and (total := sum(cents for _, cents in item.plan) + item.lowered_cents) != abs(item.claimed_cents)
    ]
    return plans + [
        Finding(
            DISPOSITION,
            kept.orders[item.posten],
            f"{v.ITEM} {item.posten}: Raten über {format_eur(total)}, offen waren {format_eur(abs(order.open_cents))}",
            subject=item.posten,
        )
        for item in kept.items.moving.values()
        if (order := item.disposition) and order.kind == v.DispositionKind.INSTALMENTS
        if (total := sum(cents for _, cents in order.instalments)) != abs(order.open_cents)
    ]
