"""kkd offset --internal: a lead town's own share is settled inside the house, where no bank line can ever pay it."""

from __future__ import annotations

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import CorrectionCause, internal_entry
from kkd_ledger.book.state.items import Item
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.corrections.clearing import Cleared, booked_item, refuse_twice
from kkd_ledger.work.session import session


def settle_internally(
    book: Book, posten: str, cents: int | None, cause: CorrectionCause, *, dry_run: bool = False
) -> Cleared:
    """Settle what is open of the operator's own item against the main ledger, or `cents` of it, by order.

    Raise EntryRefused for anybody else's item, beyond what is open, and for the same command twice on a day.
    """
    with session(book, today=cause.order.day) as work:
        item = booked_item(work, posten)
        open_cents = item.open_cents * item.sign
        moved = open_cents if cents is None else cents
        if problem := _problem(book, item, moved):
            raise EntryRefused([problem])
        day = max(work.posting_day(cause.order.day), item.booked)
        entry = internal_entry(book, item, moved, day=day, cause=cause)
        if cents:
            refuse_twice(work, posten, entry, moved)
        [made] = work.add([entry], work.newest)
        return Cleared(moved, 0, open_cents - moved, work.commit(dry_run=dry_run), number=made)


def _problem(book: Book, item: Item, cents: int) -> Problem | None:
    """Return why an item cannot be settled inside the house."""
    root, place = str(book.root), f"Posten {item.posten}"
    if not book.is_operator or item.party != book.party:
        allowed = "ein Posten der Betreiberin selbst, in ihrem eigenen Buch; was andere schulden, zahlen sie"
        return Problem(root, place, f"ein Posten von {item.party}", allowed)
    open_cents = item.open_cents * item.sign
    if open_cents <= 0:
        return Problem(root, place, "nichts (mehr) offen", "ein offener Posten")
    if 0 < cents <= open_cents:
        return None
    allowed = f"mehr als 0,00 EUR und höchstens {format_eur(open_cents)}, was offen ist"
    return Problem(root, place, format_eur(cents), allowed)
