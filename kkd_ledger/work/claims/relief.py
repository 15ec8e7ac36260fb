"""kkd defer and kkd remit: what is ordered in a debtor's favour; only a remission gives the claim up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.entries.relief_entries import Instalment, disposition, remission_account, remission_entry
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.posten import is_settlement
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.corrections.clearing import booked_item
from kkd_ledger.work.corrections.reverse import same
from kkd_ledger.work.session import Outcome, Session, session


@dataclass(frozen=True)
class Remitted:
    """How much was given up, what is left open on the item, both in cents, unsigned, and what was written.

    `dues` is when what is left falls due, where the item is paid in instalments: what is given up pays the first ones.
    """

    cents: int
    open_cents: int
    outcome: Outcome
    dues: tuple[OrderedDue, ...] = ()


def remit(
    book: Book, posten: str, cents: int | None, cause: CorrectionCause, *, dry_run: bool = False
) -> Remitted:
    """Give up what is open on an item, or `cents` of it, by order (Erlass).

    Raise EntryRefused beyond what is open, and where book.toml names no account for it.
    """
    with session(book, today=cause.order.day) as work:
        item = booked_item(work, posten)
        open_cents = item.open_cents * item.sign
        given_up = open_cents if cents is None else cents
        account = _account(book, item)
        if not 0 < given_up <= open_cents:
            raise _refusal(book, posten, format_eur(given_up), _at_most(work, item))
        day = max(work.posting_day(cause.order.day), item.booked)
        entry = remission_entry(book, item, given_up, account, day=day, cause=cause)
        if before := same(work, entry):
            actual = f"derselbe Erlass ({format_eur(given_up)}) steht von heute schon als {before} im Buch"
            raise _refusal(book, posten, actual, "ein anderer Betrag, oder an einem anderen Tag")
        work.add([entry], work.newest)
        outcome = work.commit(dry_run=dry_run)
        after = outcome.known_book.progress.overview.claims.items.get(posten)
        dues = after.dues if after and len(item.dues) > 1 else ()
        return Remitted(given_up, open_cents - given_up, outcome, tuple(dues))


def dispose(
    book: Book,
    posten: str,
    kind: v.DispositionKind,
    until: dt.date,
    cause: CorrectionCause,
    *,
    instalments: Sequence[Instalment] = (),
    dry_run: bool = False,
) -> Outcome:
    """Enter what has been ordered about an open item: deferral, instalments or suspension (GemKVO § 15).

    A later order takes the place of an earlier one; one that ends today ends the earlier one, one until the item's own
    due day takes it back. The same one twice is left alone. Raise EntryRefused for an item that is not booked or not
    open, a day that is gone, and instalments that are not exactly what is open.
    """
    with session(book, today=cause.order.day) as work:
        item = booked_item(work, posten)
        day = work.posting_day(cause.order.day)
        new = tuple(disposition(book, posten, kind, until, instalments, day=day, cause=cause))
        if not (_last(work, posten) == new[0].values and _holds(item, until, instalments)):
            problems = list(_unusable(work, item, until, instalments, cause.order.day))
            if problems:
                raise EntryRefused(problems)
            work.add(new, work.newest)
        return work.commit(dry_run=dry_run)


def _last(work: Session, posten: str) -> tuple[object, ...]:
    """Return the values of the last order about an item."""
    values: tuple[object, ...] = ()
    for record in work.reading.records:
        if (
            isinstance(record, Custom)
            and record.kind == v.CustomType.DISPOSITION
            and record.values[0] == posten
        ):
            values = record.values
    return values


def _holds(item: Item, until: dt.date, instalments: Sequence[Instalment]) -> bool:
    """Tell whether an order about an item still holds, in these instalments, or left it with its own day.

    An order ends when nothing is open any more: what comes back after that is due on its own day, until ordered anew.
    """
    if item.disposition is None:
        return until <= item.own_due
    if item.disposition.kind != v.DispositionKind.INSTALMENTS:
        return not instalments
    return item.disposition.instalments == [(instalment.due, instalment.cents) for instalment in instalments]


def _unusable(
    work: Session, item: Item, until: dt.date, instalments: Sequence[Instalment], today: dt.date
) -> Iterator[Problem]:
    root, place = str(work.book.root), f"Posten {item.posten}"
    open_cents, days = item.open_cents * item.sign, [instalment.due for instalment in instalments]
    if open_cents <= 0:
        yield Problem(root, place, "nichts (mehr) offen", _taken_over(work, item) or "ein offener Posten")
    own = item.own_due
    if until < today and until != own:
        allowed = f"ein Tag ab heute ({german.day(today)})"
        if own < today:
            allowed += f", oder der {german.day(own)}: sein eigener Tag nimmt die Verfügung zurück"
        yield Problem(root, f"{place}, bis", german.day(until), allowed)
    if days != sorted(set(days)) or any(instalment.cents <= 0 for instalment in instalments):
        yield Problem(
            root, f"{place}, Raten", "nicht in der Folge ihrer Tage", "je Tag eine, alle über 0,00 EUR"
        )
    total = sum(instalment.cents for instalment in instalments)
    if instalments and total != open_cents:
        allowed = f"zusammen {format_eur(open_cents)}, was auf dem Posten offen ist"
        yield Problem(root, f"{place}, Raten", f"zusammen {format_eur(total)}", allowed)


def _account(book: Book, item: Item) -> str:
    account = remission_account(book, item)
    if account is None:
        role, side = ("remission_expense", "Aufwand") if item.sign > 0 else ("remission_income", "Ertrag")
        allowed = f"das Konto, das den {side} aus einem Erlass trägt (örtlich festgelegt)"
        raise EntryRefused([Problem(str(book.config_file), f"accounts.{role}", "fehlt", allowed)])
    return account


def _at_most(work: Session, item: Item) -> str:
    open_cents = item.open_cents * item.sign
    if open_cents <= 0:
        return _taken_over(work, item) or "ein Posten, auf dem noch etwas offen ist"
    return f"mehr als 0,00 EUR und höchstens {format_eur(open_cents)}, was auf dem Posten offen ist"


def _taken_over(work: Session, item: Item) -> str:
    """Return in German which settlement took an advance over; empty where none did."""
    share = item.party, item.service_year
    settled = [
        name
        for name, other in work.claims.items.moving.items()
        if is_settlement(name) and (other.party, other.service_year) == share
    ]
    if item.claimed_cents or not settled:
        return ""
    return f"{', '.join(settled)}: in dieser Abrechnung ist die Vorauszahlung aufgegangen"


def _refusal(book: Book, posten: str, actual: str, allowed: str) -> EntryRefused:
    return EntryRefused([Problem(str(book.root), f"Posten {posten}", actual, allowed)])
