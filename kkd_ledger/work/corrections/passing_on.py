"""kkd clear --charges and --foreign: money on the bank account that belongs to no item finds a place all the same."""

from __future__ import annotations

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import CorrectionCause, passed_on_entry
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.corrections.clearing import Cleared, held_in_suspense, nobody_says, refuse_twice
from kkd_ledger.work.corrections.on_its_way import refuse_on_its_way
from kkd_ledger.work.session import Session, session


def pass_on(
    book: Book,
    number: str,
    role: str,
    cents: int | None,
    cause: CorrectionCause,
    *,
    dry_run: bool = False,
) -> Cleared:
    """Book money in suspense, which the entry `number` holds, where no item is: all of it, or `cents`.

    `role` is `bank_charges` (the bank's charges are the budget's expense) or `handed_over`: the money is on this
    account but not of the cooperation (funding, a misdirected payment, a grant that the main ledger books). Raise
    EntryRefused without a person who says so, beyond what is unclear, on a pooled account for money that is not of the
    cooperation (`kkd decide --foreign` takes its line out of the book), and for the same command twice on a day.
    """
    with session(book, today=cause.order.day) as work:
        suspense = held_in_suspense(work, number)
        refuse_on_its_way(work, suspense)
        moved = abs(suspense.cents) if cents is None else cents
        if problem := _problem(work, suspense, role, moved, cause):
            raise EntryRefused([problem])
        signed = moved if suspense.cents > 0 else -moved
        day = max(work.posting_day(cause.order.day), suspense.day)
        entry = passed_on_entry(book, suspense, role, signed, day=day, cause=cause)
        if cents:
            refuse_twice(work, suspense.number, entry, moved)
        [made] = work.add([entry], work.newest)
        return Cleared(moved, abs(suspense.cents) - moved, 0, work.commit(dry_run=dry_run), number=made)


def _problem(
    work: Session, suspense: SuspenseItem, role: str, cents: int, cause: CorrectionCause
) -> Problem | None:
    root, place = str(work.book.root), f"Buchung {suspense.number}"
    if unsaid := nobody_says(work, place, cause):
        return unsaid
    if suspense.key in work.claims.opening:
        allowed = "Geld einer Bankzeile; was im Anfangsbestand keinen Posten zahlt, bleibt dort"
        return Problem(root, place, "der Anfangsbestand des Bankkontos", allowed)
    if role == "handed_over" and not work.book.settings.bank.dedicated:
        allowed = f"`kkd decide BUCH {suspense.number} --foreign` nimmt die Zeile aus dem Buch"
        return Problem(root, place, "eine Zeile des gemeinsamen Kontos", allowed)
    if 0 < cents <= abs(suspense.cents):
        return None
    allowed = f"mehr als 0,00 EUR und höchstens {format_eur(abs(suspense.cents))}, was ungeklärt ist"
    return Problem(root, place, format_eur(cents), allowed)
