"""kkd clear and kkd offset: money in suspense finds its item; a receivable is set off against a payable, by order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import (
    CorrectionCause,
    clearing_entry,
    move_entry,
    offset_entry,
    refund_entry,
)
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.book.state.lost import refuse_lost, unplaced_in
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.corrections.on_its_way import refuse_on_its_way
from kkd_ledger.work.corrections.reverse import booked, same
from kkd_ledger.work.decisions.proposals import Crossed, Way, crossed, proposals
from kkd_ledger.work.session import Outcome, Session, session


@dataclass(frozen=True)
class Waiting:
    """Money in suspense, how many days it has waited, and what it probably pays."""

    suspense: SuspenseItem
    days: int
    proposals: tuple[Way, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        proposed = [proposal.as_json() for proposal in self.proposals]
        return self.suspense.as_json() | {"days": self.days, "vorschlaege": proposed}


@dataclass(frozen=True)
class Cleared:
    """What was placed or set off, and what is left on both sides, in unsigned cents; and what was written.

    `is_move` tells that a payment was moved to another item on the same side, `is_opening` that the money lay on the
    account when the book began. `number` is the posting number of the entry, by which it is taken back.
    """

    cents: int
    left_cents: int
    open_cents: int
    outcome: Outcome
    is_move: bool = False
    is_opening: bool = False
    number: str = ""


def waiting(book: Book, today: dt.date) -> tuple[Waiting, ...]:
    """Return a book's money in suspense, oldest first."""
    records = read(book).records
    refuse_lost(book, balances(records), unplaced_in(records))
    state = claims(book, records)
    ways = proposals(book, state) if state.suspense else {}
    crossings = crossed(records, state)
    return tuple(
        Waiting(money, (today - money.day).days, (*_of(crossings, money.key), *ways.get(money.key, ())))
        for money in sorted(state.suspense.values(), key=lambda money: (money.day, money.number))
    )


def _of(crossings: Mapping[str, Crossed], key: str) -> tuple[Way, ...]:
    return (crossings[key],) if key in crossings else ()


def clear(
    book: Book,
    number: str,
    posten: str,
    cents: int | None,
    cause: CorrectionCause,
    *,
    dry_run: bool = False,
) -> Cleared:
    """Place money in suspense, which the entry `number` holds, on the item `posten`: all that fits, or `cents` of it.

    So is the part of the opening balance that turns out to be a payment. A receipt settles a receivable or gives back
    what was paid on a payable; money that went out the other way round.
    Raise EntryRefused beyond what is unclear or what the item takes, for the same clearing twice on a day, and while a
    run sends the money back.
    """
    with session(book, today=cause.order.day) as work:
        suspense = held_in_suspense(work, number)
        refuse_on_its_way(work, suspense)
        item = booked_item(work, posten)
        most = min(abs(suspense.cents), takes(item, suspense.cents))
        placed = most if cents is None else cents
        problem = _too_much(work, suspense, item, placed)
        if problem:
            raise EntryRefused([problem])
        day = max(work.posting_day(cause.order.day), suspense.day, item.booked)
        signed = placed if suspense.cents > 0 else -placed
        entry = clearing_entry(book, suspense, item, signed, day=day, cause=cause)
        if cents:
            refuse_twice(work, suspense.number, entry, placed)
        [made] = work.add([entry], work.newest)
        left, still = abs(suspense.cents) - placed, abs(item.open_cents - signed)
        is_opening = suspense.key in work.claims.opening
        outcome = work.commit(dry_run=dry_run)
        return Cleared(placed, left, still, outcome, is_opening=is_opening, number=made)


def held_in_suspense(work: Session, number: str) -> SuspenseItem:
    """Return the money in suspense (or opening balance) that an entry holds; raise EntryRefused where it holds none."""
    record = booked(work, number)
    key, claims = record.text(v.BANK_REFERENCE) or number, work.claims
    money = claims.suspense.get(key) or claims.opening.get(key)
    if money is None:
        holding = (*claims.suspense.values(), *claims.opening.values())
        waits = ", ".join(sorted(money.number for money in holding)) or "keine"
        actual = "hier ist nichts (mehr) ungeklärt"
        raise _refusal(work, f"Buchung {number}", actual, f"eine Buchung mit ungeklärtem Geld: {waits}")
    return money


def booked_item(work: Session, posten: str) -> Item:
    """Return an item by its name; raise EntryRefused where nothing is booked on it."""
    item = work.claims.items.get(posten)
    if item is None:
        open_items = [name for name, item in work.claims.items.items() if not item.settled]
        allowed = "ein gebuchter Posten; offen sind " + (", ".join(open_items[:5]) or "keine")
        raise _refusal(work, f"Posten {posten}", "nicht gebucht", allowed)
    return item


def takes(item: Item, cents: int) -> int:
    """Return how many unsigned cents of money (signed like a bank line) an item takes.

    That is what is open on it; where the money flows back, what bank lines moved on it.
    """
    if cents * item.sign > 0:
        return max(0, item.open_cents * item.sign)
    settled = (item.claimed_cents - item.open_cents) * item.sign
    return max(0, min(settled, sum(abs(part.cents) for part in item.paid)))


def _too_much(work: Session, suspense: SuspenseItem, item: Item, cents: int) -> Problem | None:
    place = f"Buchung {suspense.number} auf Posten {item.posten}"
    most, available = takes(item, suspense.cents), abs(suspense.cents)
    root = str(work.book.root)
    if not most:
        return Problem(root, place, *takes_nothing(item, suspense.cents))
    if 0 < cents <= min(most, available):
        return None
    allowed = f"mehr als 0,00 EUR und höchstens {format_eur(min(most, available))} "
    allowed += f"(ungeklärt {format_eur(available)}, der Posten nimmt {format_eur(most)})"
    return Problem(root, place, format_eur(cents), allowed)


def takes_nothing(item: Item, cents: int) -> tuple[str, str]:
    """Return in German why an item takes nothing of money (signed like a bank line), and which item would."""
    if cents * item.sign > 0:
        return "auf dem Posten ist nichts (mehr) offen", "ein Posten, auf dem noch etwas offen ist"
    ways = ("Eingang", "eine Forderung", "Verbindlichkeit", "auf die gezahlt wurde")
    if cents < 0:
        ways = ("Ausgang", "eine Verbindlichkeit", "Forderung", "auf die etwas eingegangen ist")
    money, settles, other, moved = ways
    actual = f"ein {money} begleicht keine {other}, und auf diese ist nichts gebucht, was er zurückgäbe"
    return actual, f"{settles}, auf der noch etwas offen ist, oder eine {other}, {moved}"


def refuse_twice(work: Session, number: str, entry: Transaction, cents: int) -> None:
    """Raise EntryRefused where the same amount of the same money went to the same place on the same day already.

    That is a command given twice. Where no amount was named everything left is placed, so a second command finds
    nothing.
    """
    if before := same(work, entry):
        actual = f"dieselbe Klärung ({format_eur(cents)}) steht von heute schon als {before} im Buch"
        allowed = "ein anderer Betrag, an einem anderen Tag, oder ohne BETRAG, was noch übrig ist"
        raise _refusal(work, f"Buchung {number}", actual, allowed)


def give_back(
    book: Book,
    first: str,
    second: str,
    cents: int | None,
    cause: CorrectionCause,
    *,
    dry_run: bool = False,
) -> Cleared:
    """Meet an unclear receipt with the unclear payment that gave it back: all that fits, or `cents` of it.

    Raise EntryRefused without a person who says so, unless one came in and the other went out, and beyond the smaller
    of both.
    """
    with session(book, today=cause.order.day) as work:
        if unsaid := nobody_says(work, f"Buchung {first} mit {second}", cause):
            raise EntryRefused([unsaid])
        receipt, refund = sorted(
            (held_in_suspense(work, number) for number in (first, second)), key=lambda money: -money.cents
        )
        most = min(receipt.cents, -refund.cents)
        met = most if cents is None else cents
        if not 0 < met <= most:
            actual = format_eur(met) if most > 0 else _same_way(receipt, refund)
            allowed = "ein Eingang und ein Ausgang, beide ungeklärt"
            if most > 0:
                allowed += f", und höchstens {format_eur(most)}"
            raise _refusal(work, f"Buchung {first} mit {second}", actual, allowed)
        day = max(work.posting_day(cause.order.day), receipt.day, refund.day)
        entry = refund_entry(book, receipt, refund, met, day=day, cause=cause)
        if cents:
            refuse_twice(work, receipt.number, entry, met)
        [made] = work.add([entry], work.newest)
        left, still = receipt.cents - met, -refund.cents - met
        return Cleared(met, left, still, work.commit(dry_run=dry_run), number=made)


def nobody_says(work: Session, place: str, cause: CorrectionCause) -> Problem | None:
    """Return that nobody answers for money that goes to no item: the general order knows only what is agreed."""
    if cause.by or cause.order.ordered_by:
        return None
    allowed = "wer es sagt (--by NAME), und warum (--reason GRUND)"
    return Problem(str(work.book.root), place, "niemand sagt es", allowed)


def _same_way(first: SuspenseItem, second: SuspenseItem) -> str:
    if first.key == second.key:
        return "zweimal dieselbe Bankzeile"
    return "zwei Eingänge" if first.cents > 0 else "zwei Ausgänge"


# ------------------------------------------------------------------------------------------------- offsetting


def offset(
    book: Book,
    first: str,
    second: str,
    cents: int | None,
    cause: CorrectionCause,
    *,
    dry_run: bool = False,
) -> Cleared:
    """Move money between two items: all that fits, or `cents` of it.

    A receivable and a payable of one party are set off against each other, by order. Of two on the same side what was
    paid on the first one is moved to the second one: a payment that was placed on the wrong item. Raise EntryRefused
    where neither can be, and beyond what is open or paid.
    """
    with session(book, today=cause.order.day) as work:
        items = booked_item(work, first), booked_item(work, second)
        is_move = items[0].sign == items[1].sign
        day = max(work.posting_day(cause.order.day), *(item.booked for item in items))
        make = _moves if is_move else _set_off
        entries, moved = make(work, *items, cents, day=day, cause=cause)
        for entry in entries if cents else ():
            refuse_twice(work, f"{first} und {second}", entry, moved)
        work.add(entries, work.newest)
        left, still = items if is_move else sorted(items, key=lambda item: -item.sign)
        left_cents = abs(left.open_cents) + (moved if is_move else -moved)
        return Cleared(
            moved, left_cents, abs(still.open_cents) - moved, work.commit(dry_run=dry_run), is_move
        )


Entries = tuple[list[Transaction], int]


def _set_off(
    work: Session,
    first: Item,
    second: Item,
    cents: int | None,
    *,
    day: dt.date,
    cause: CorrectionCause,
) -> Entries:
    receivable, payable = sorted((first, second), key=lambda item: -item.sign)
    if problems := list(_cannot_offset(work, receivable, payable)):
        raise EntryRefused(problems)
    most = min(receivable.open_cents, -payable.open_cents)
    moved = _within(work, f"{first.posten} gegen {second.posten}", cents, most)
    return [offset_entry(work.book, receivable, payable, moved, day=day, cause=cause)], moved


def _cannot_offset(work: Session, receivable: Item, payable: Item) -> Iterator[Problem]:
    place, root = f"{receivable.posten} gegen {payable.posten}", str(work.book.root)
    parties = [work.book.counterparty(item.party) for item in (receivable, payable)]
    if parties[0] != parties[1]:
        yield Problem(root, place, f"zwei Beteiligte ({', '.join(parties)})", "Posten derselben Beteiligten")
    for item in (receivable, payable):
        if item.open_cents * item.sign <= 0:
            yield Problem(root, f"Posten {item.posten}", "nichts (mehr) offen", "ein offener Posten")


def _moves(
    work: Session,
    source: Item,
    target: Item,
    cents: int | None,
    *,
    day: dt.date,
    cause: CorrectionCause,
) -> Entries:
    """Each bank line's part moves by an entry of its own, the latest first: a return finds where its money went."""
    paid, open_cents = sum(abs(part.cents) for part in source.paid), target.open_cents * target.sign
    place = f"{source.posten} an {target.posten}"
    parties = [work.book.counterparty(item.party) for item in (source, target)]
    if parties[0] != parties[1]:
        allowed = (
            "Posten derselben Beteiligten; was jemand anderem zugeordnet ist, nimmt `kkd reverse` zurück, "
        )
        raise _refusal(
            work, place, f"zwei Beteiligte ({', '.join(parties)})", f"{allowed}`kkd clear` ordnet es neu zu"
        )
    if source.posten == target.posten or not paid or open_cents <= 0:
        actual = f"auf {source.posten} gezahlt {format_eur(paid)}, "
        actual += f"auf {target.posten} offen {format_eur(max(0, open_cents))}"
        allowed = "ein gezahlter und ein offener Posten (umgebucht wird vom ersten auf den zweiten), "
        allowed += "oder eine Forderung und eine Verbindlichkeit"
        raise _refusal(work, place, actual, allowed)
    moved = rest = _within(work, place, cents, min(paid, open_cents))
    entries = []
    for part in reversed(source.paid):
        if taken := min(rest, abs(part.cents)):
            entries.append(move_entry(work.book, part, (source, target), taken, day=day, cause=cause))
            rest -= taken
    return entries, moved


def _within(work: Session, place: str, cents: int | None, most: int) -> int:
    if cents is not None and not 0 < cents <= most:
        allowed = f"mehr als 0,00 EUR und höchstens {format_eur(most)}"
        raise _refusal(work, place, format_eur(cents), allowed)
    return most if cents is None else cents


def _refusal(work: Session, place: str, actual: str, allowed: str) -> EntryRefused:
    return EntryRefused([Problem(str(work.book.root), place, actual, allowed)])
