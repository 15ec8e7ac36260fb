"""kkd post: what the agreement entitles minus what is booked becomes entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kkd_ledger import german
from kkd_ledger.agreement import Awaiting, Correction, MissingFigure, awaiting, resolution, trueup
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import (
    Authorisation,
    is_prior,
    rate_entries,
    share_entry,
    taken_over,
)
from kkd_ledger.book.state.claims import BookedShare, booked_share
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth, YearState
from kkd_ledger.rules import staged_allocation
from kkd_ledger.work.claims.claiming import Offset, add_claim
from kkd_ledger.work.session import Outcome, Session, session


@dataclass(frozen=True)
class Posted:
    """The corrections that were posted and what was set off with them, what was written, and what could not be posted.

    Without a figure a share has no amount, and without a resolution nothing is demanded of it. `assumed` are fiscal
    years of whose state the book says nothing, so that their shares are booked as prior-period; `before` those that
    are still open and lie before the book's first month, so that their shares could only be booked in a later year.
    `vat_cents` is what VAT was booked on top of each correction, in their order; `provisions` says what was used up of
    provisions, an entry each.
    """

    corrections: tuple[Correction, ...]
    offsets: tuple[Offset, ...]
    outcome: Outcome
    missing: tuple[MissingFigure, ...]
    awaiting: tuple[Awaiting, ...] = ()
    assumed: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    vat_cents: tuple[int, ...] = ()
    provisions: tuple[str, ...] = ()

    def reckoned_until(self, today: dt.date) -> str:
        """Return in German by which day was reckoned where that is before today: the month of today is not open yet."""
        newest = self.outcome.known_book.progress.overview.claims.newest
        if newest is None or newest.last_day >= today:
            return ""
        return (
            f"Gerechnet ist mit dem {german.day(newest.last_day)}, dem letzten Tag des neuesten Monats; was seither zu "
            "buchen ist, kommt mit dem nächsten Monat, sobald er geöffnet ist"
        )

    def dues(self, posten: str) -> tuple[OrderedDue, ...]:
        """Return when what is still open of an item falls due, where that is on several days; else nothing."""
        item = self.outcome.known_book.progress.overview.claims.items.get(posten)
        return item.dues if item and len(item.dues) > 1 else ()


def post(
    book: Book, order: Authorisation, *, service_year: int | None = None, dry_run: bool = False
) -> Posted:
    """Post entitled − booked for every party and service year (or one service year) into the newest month.

    The agreement is taken as it stood on the posting day: `order.day`, or the nearest day of the newest month.
    A book of a member holds its own shares only. Running it again posts nothing. Raise EntryRefused where an entry
    would break a rule, or would stand on a wrong one that is to be reversed first.
    """
    with session(book, today=order.day) as work:
        day = work.posting_day(order.day)
        corrections = due_corrections(work, day, service_year)
        due = {(correction.member, correction.service_year) for correction in corrections}
        refuse_on_top(work, lambda share: share in due if due else service_year in {None, share[1]})
        offsets: list[Offset] = []
        provisions: list[str] = []
        taxes: list[int] = []
        for correction in corrections:
            month = share_month(work, correction.member, correction.service_year, day)
            date = min(day, month.last_day)
            entry = share_entry(book, work.items, correction, date=date, demanded=day, order=order)
            share = booked_share(book, entry)
            taxes.append(share.vat_cents if share else 0)
            rates = rate_entries(book, entry, correction, demanded=day)
            claimed = add_claim(work, entry, month, order, rates)
            offsets += claimed.offsets
            provisions += claimed.provisions
        missing = book.missing(day, service_year)
        waiting = uncovered_shares(work, day, service_year)
        own = {book.agreement.fiscal_year(correction.service_year) for correction in corrections}
        years = sorted(year for year in own if year < day.year)
        assumed = tuple(year for year in years if str(year) not in work.claims.years)
        before = tuple(
            year
            for year in years
            if not is_prior(work.claims.years, year, day.year) and year < min(work.months).year
        )
        outcome = work.commit(dry_run=dry_run)
        return Posted(
            corrections,
            tuple(offsets),
            outcome,
            missing,
            waiting,
            assumed,
            before,
            tuple(taxes),
            tuple(provisions),
        )


def refuse_on_top(work: Session, concerns: Callable[[tuple[str, int]], bool]) -> None:
    """Refuse to book on shares (party and service year) of which an entry is wrong: that is reversed first.

    An entry on top would bring the sum right and leave the error for ever. So are the later ones of the share, which
    were reckoned from it; what still holds of them is posted again, under the same name. A resolved year's entries
    cannot be reversed, so they are built upon.
    """
    wrong = staged_allocation.wrong(work.known_book.progress.fold.state(staged_allocation))
    if not wrong:
        return
    problems: list[Problem] = []
    first: dict[tuple[str, int], str] = {}
    for share in _holding(work):
        number, key = share.record.text(v.NUMBER), (share.party, share.service_year)
        if number in wrong:
            first.setdefault(key, number)
        if key in first and concerns(key):
            actual = wrong.get(number, f"baut auf Buchung {first[key]} auf, die nicht stimmt")
            how = f"`kkd reverse {work.book.root} {number} --reason GRUND --by NAME`"
            allowed = (
                f"erst stornieren, dann buchen: {how}; wurde in der Vereinbarung eine Zahl geändert, so "
            )
            allowed += "nehmen Sie stattdessen das zurück und fügen einen neuen Eintrag mit known_from an"
            problems.insert(0, Problem(str(work.book.root), f"Buchung {number}", actual, allowed))
    if problems:
        raise EntryRefused(problems)


def _holding(work: Session) -> Iterator[BookedShare]:
    """Yield the claims that hold and can be reversed, in journal order."""
    records = work.reading.records
    gone = {record.text(v.REVERSES) for record in records if isinstance(record, Transaction)}
    shares = (share for record in records if (share := booked_share(work.book, record)))
    for share in shares:
        number, kind = share.record.text(v.NUMBER), share.record.text(v.KIND)
        resolved = work.claims.years.get(number[:4]) == YearState.RESOLVED
        if kind in v.SHARE_KINDS and number not in gone and not resolved:
            yield share


def share_month(work: Session, party: str, service_year: int, day: dt.date) -> BookingMonth:
    """Return the month in which a claim is booked on a day: the newest, or the thirteenth of an old year still open.

    To the old year belongs only what existed on its 31 December (docs/ledger-format.md). A share that has entries in a
    later year goes on there: in the thirteenth month a correction would stand before what it corrects.
    """
    year = work.book.agreement.fiscal_year(service_year)
    closed = is_prior(work.claims.years, year, day.year)
    adopted = resolution(work.book.agreement, party)
    existed = adopted is not None and adopted.adopted is not None and adopted.adopted <= dt.date(year, 12, 31)
    if year == day.year or closed or not existed or not any(month.year == year for month in work.months):
        return work.newest
    if _goes_on(work, party, service_year):
        return work.newest
    work.open_month(BookingMonth(year, CLOSING_MONTH))
    return BookingMonth(year, CLOSING_MONTH)


def _goes_on(work: Session, party: str, service_year: int) -> bool:
    """Tell whether a share has entries after its own year: the year was closed, or counted as closed, before."""
    booked = (
        booked_share(work.book, record) for record in work.reading.records if isinstance(record, Transaction)
    )
    return any(
        (share.party, share.service_year) == (party, service_year)
        and share.record.date.year > work.book.agreement.fiscal_year(share.service_year)
        for share in booked
        if share
    )


def uncovered_shares(work: Session, day: dt.date, service_year: int | None) -> tuple[Awaiting, ...]:
    """Return what of this book's shares is agreed by a day and waits for a resolution, by service year and party."""
    claims = work.claims
    waiting = awaiting(work.book.agreement, day, claims.booked, claims.stood, service_year=service_year)
    return tuple(claim for claim in waiting if work.book.is_operator or claim.member == work.book.party)


def due_corrections(work: Session, day: dt.date, service_year: int | None) -> tuple[Correction, ...]:
    """Return what has to be booked in this book on a day, by service year and party.

    A settlement of nothing but advances that are paid needs no entry.
    """
    return tuple(
        correction
        for correction in trueup(
            work.book.agreement, day, work.claims.booked, work.claims.stood, work.claims.vat
        )
        if service_year in {None, correction.service_year}
        and (work.book.is_operator or correction.member == work.book.party)
        and (correction.difference_cents or correction.vat_cents or _takes_over(work, correction))
    )


def _takes_over(work: Session, correction: Correction) -> bool:
    """Tell whether a settlement takes over advances: such as are booked and not paid, or are booked with it."""
    share = correction.member, correction.service_year
    if work.claims.booked.get(share, 0) != correction.booked_cents:
        return True
    return bool(taken_over(work.book, work.claims, correction))
