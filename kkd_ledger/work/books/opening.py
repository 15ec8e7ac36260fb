"""kkd opening: what lay on the dedicated bank account when its book began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.entries.authorisation import ordered
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.session import Outcome, Session, session

KEY: Final = "anfangsbestand"
"""What the money that lay there is known by."""
_NARRATION: Final = "Anfangsbestand des Bankkontos"


@dataclass(frozen=True)
class Opened:
    """The number of the entry by which `kkd clear` finds the money, empty where nothing lay there; what was written."""

    number: str
    outcome: Outcome


def opening_balance(book: Book, cents: int, cause: CorrectionCause, *, dry_run: bool = False) -> Opened:
    """Book that the account held `cents` before the book's first month: nobody's payment, until somebody knows better.

    Booked is the difference to what was entered before, so the right amount given again corrects a wrong one, and 0
    takes it back. What an older version entered as suspense becomes an opening balance when the amount is given
    again. Raise EntryRefused for a pooled account, for less than what was placed on items already; and, where the
    bank's balance would change, once a statement is taken (its opening balance then proves the entry) or the first
    month is sealed.
    """
    with session(book, today=cause.order.day) as work:
        if not book.settings.bank.dedicated:
            raise _refused(
                book,
                "das Konto gehört nicht der Zusammenarbeit allein (own = false)",
                "ein eigenes Konto; auf dem gemeinsamen führt die Kasse den Bestand",
            )
        first = work.months[0]
        entered = sum(
            leg.cents for record in _entered(work) for leg in record.postings if _is_bank(book, leg)
        )
        legs = list(_legs(work, cents - entered))
        if cents != entered:
            _refuse_change(work)
            _refuse_placed(work, cents, entered)
            work.add([_entry(book, first.first_day, legs, cause)], first)
        elif legs:
            day = work.posting_day(cause.order.day)
            work.add([_entry(book, day, legs, cause)], work.newest)
        outcome = work.commit(dry_run=dry_run)
        money = work.claims.opening.get(KEY) or outcome.known_book.progress.overview.claims.opening.get(KEY)
        return Opened(money.number if money else "", outcome)


def _legs(work: Session, change: int) -> Iterator[Posting]:
    """Yield the legs that change the balance, and take out of money in suspense what was once entered there."""
    settings, moved = work.book.settings, change
    if change:
        yield Posting(settings.bank.account, change, {})
    if suspense := work.claims.suspense.get(KEY):
        moved += suspense.cents
        yield Posting(suspense.account, suspense.cents, {v.BANK_REFERENCE: KEY})
    if moved:
        yield Posting(
            settings.account_on("opening", work.months[0].first_day), -moved, {v.BANK_REFERENCE: KEY}
        )


def _is_bank(book: Book, leg: Posting) -> bool:
    return leg.account in book.settings.bank_accounts


def _entry(book: Book, day: dt.date, legs: list[Posting], cause: CorrectionCause) -> Transaction:
    """Return the entry; the bank's day lies before the first month, where the first statement begins."""
    meta = cause.meta(book) | {v.KIND: v.Kind.OPENING, v.BANK_REFERENCE: KEY}
    if any(_is_bank(book, leg) for leg in legs):
        meta[v.BANK_DAY] = day - dt.timedelta(days=1)
    legs.sort(key=lambda leg: leg.cents < 0)
    return Transaction(day, "", _NARRATION, (), (), ordered(meta), tuple(legs))


def _entered(work: Session) -> Iterator[Transaction]:
    for record in work.reading.records:
        if isinstance(record, Transaction) and record.text(v.KIND) == v.Kind.OPENING:
            yield record


def _refuse_change(work: Session) -> None:
    book = work.book
    if Certificates(book.root).statements:
        raise _refused(
            book,
            "der erste Kontoauszug ist schon eingelesen, sein Anfangssaldo stimmt mit dem Buch überein",
            "ein Anfangsbestand, bevor der erste Kontoauszug eingelesen wird",
        )
    if work.months[0] in work.chain.months:
        raise _refused(
            book,
            f"der erste Monat {work.months[0]} ist abgeschlossen",
            f"ein offener erster Monat; `kkd reopen BUCH {work.months[0]} --reason GRUND --by NAME --and NAME` öffnet "
            "ihn wieder",
        )


def _refuse_placed(work: Session, cents: int, entered: int) -> None:
    """What was placed on items lay there: the balance is not less than that."""
    moneys = (*work.claims.opening.values(), *work.claims.suspense.values())
    placed = entered - sum(money.cents for money in moneys if money.key == KEY)
    if placed and not abs(placed) <= cents * (1 if placed > 0 else -1):
        raise _refused(
            work.book,
            f"{format_eur(cents)}, zugeordnet sind davon schon {format_eur(placed)}",
            "ein Betrag, der das deckt; oder erst diese Klärungen stornieren (`kkd reverse BUCH NR --reason GRUND "
            "--by NAME`)",
        )


def _refused(book: Book, actual: str, allowed: str) -> EntryRefused:
    return EntryRefused([Problem(str(book.root), _NARRATION, actual, allowed)])
