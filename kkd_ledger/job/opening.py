"""kkd opening: what lay on the cooperation's own bank account when its book began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Cause
from kkd_ledger.book.entries.order import ordered
from kkd_ledger.book.records import Posting, Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.job.session import Outcome, Session, session

KEY: Final = "anfangsbestand"
"""What the money that lay there is known by until somebody says whose it is."""
_NARRATION: Final = "Anfangsbestand des Bankkontos"


def opening_balance(book: Book, cents: int, cause: Cause, *, dry_run: bool = False) -> Outcome:
    """Book that the account held `cents` before the book's first month: unallocated money until somebody places it.

    Booked is the difference to what was entered before, so the right amount given again corrects a wrong one, and 0
    takes it back. Raise EntryRefused for a common account, once a statement is taken (its opening balance then proves
    the entry), and where the first month is sealed.
    """
    with session(book) as work:
        _refuse(work)
        held = _legs_cents(work)
        accounts = book.settings.accounts
        target = {
            book.settings.bank.account: cents,
            accounts.unclear_in: -max(cents, 0),
            accounts.unclear_out: -min(cents, 0),
        }
        moved = {account: wanted - held.get(account, 0) for account, wanted in target.items()}
        legs = [
            Posting(account, change, {} if account == book.settings.bank.account else {v.BANK_REFERENCE: KEY})
            for account, change in moved.items()
            if change
        ]
        if legs:
            work.add([_entry(book, work.months[0].first_day, legs, cause)], work.months[0])
        return work.commit(dry_run=dry_run)


def _entry(book: Book, day: dt.date, legs: list[Posting], cause: Cause) -> Transaction:
    """Return the entry; its bank day lies before the first month, where the first statement begins."""
    meta = cause.meta(book) | {
        v.KIND: v.Kind.OPENING,
        v.BANK_REFERENCE: KEY,
        v.BANK_DAY: day - dt.timedelta(days=1),
    }
    legs.sort(key=lambda leg: leg.cents < 0)
    return Transaction(day, "", _NARRATION, (), (), ordered(meta), tuple(legs))


def _legs_cents(work: Session) -> dict[str, int]:
    found: dict[str, int] = {}
    for leg in (leg for one in _entered(work) for leg in one.postings):
        found[leg.account] = found.get(leg.account, 0) + leg.cents
    return found


def _entered(work: Session) -> Iterator[Transaction]:
    for record in work.reading.records:
        if isinstance(record, Transaction) and record.text(v.KIND) == v.Kind.OPENING:
            yield record


def _refuse(work: Session) -> None:
    book = work.book
    if not book.settings.bank.own:
        raise _refused(
            book,
            "das Konto gehört nicht der Zusammenarbeit allein (own = false)",
            "ein eigenes Konto; auf dem gemeinsamen führt die Kasse den Bestand",
        )
    if Certificates(book.root).statements:
        raise _refused(
            book,
            "der erste Kontoauszug ist schon eingelesen, sein Anfangssaldo stimmt mit dem Buch überein",
            "ein Anfangsbestand, bevor der erste Kontoauszug eingelesen wird",
        )
    if work.months and work.months[0] in work.chain.months:
        raise _refused(
            book,
            f"der erste Monat {work.months[0]} ist abgeschlossen",
            f"ein offener erster Monat; `kkd reopen BUCH {work.months[0]}` öffnet ihn wieder",
        )


def _refused(book: Book, found: str, allowed: str) -> EntryRefused:
    return EntryRefused([Problem(str(book.root), _NARRATION, found, allowed)])
