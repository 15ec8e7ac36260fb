"""Provisions (Rückstellungen): what a claim uses up of them when it is booked → entries, in the same batch.

Who owes something that nobody has fixed by the year's end provides for it (GemHVO § 39). When the claim comes, the
provision bears it; only what is beyond it weighs on the year in which the claim is booked, what is left over is income.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import Authorisation, ordered
from kkd_ledger.book.entries.closing_entries import ClosedShare, closing_entry
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.periods import year_in

_USED: Final = "Verbrauch der Rückstellung"
_OVER: Final = "Auflösung der Rückstellung"


def provided(book: Book, records: Iterable[Record], claim: ClosedShare) -> dict[int, int]:
    """Return the unsigned cents that are provided for a share, by the fiscal year in which they were; nothing at 0."""
    accounts = book.settings.accounts_ever("provisions")
    years: dict[int, int] = {}
    for record in records:
        if not isinstance(record, Transaction) or record.text(v.PARTY) != claim.party:
            continue
        if year_in(record.text(v.SERVICE_YEAR)) != claim.service_year:
            continue
        for leg in record.postings:
            if leg.account in accounts:
                years[record.date.year] = years.get(record.date.year, 0) - leg.cents
    return years if sum(years.values()) > 0 else {}


def used_provision(
    book: Book, records: Iterable[Record], entry: Transaction, order: Authorisation
) -> Iterator[Transaction]:
    """Yield what a claim uses up of the provision for its share, and after a settlement what is left over of it.

    `records` are those before the claim. What was provided in the claim's own fiscal year is taken off the account that
    bore it, so that this year bears nothing; else it is income.
    """
    account, year = book.settings.accounts.provisions, year_in(entry.text(v.SERVICE_YEAR))
    if account is None or year is None:
        return
    claim = ClosedShare(entry.text(v.PARTY), year)
    years = provided(book, records, claim)
    provided_cents = sum(years.values())
    if not provided_cents:
        return
    left = provided_cents
    legs: dict[str, int] = {}
    for leg in entry.postings:
        if leg.account.startswith(v.RESULT_ROOTS) and leg.cents > 0 and left:
            used = min(left, leg.cents)
            legs[leg.account] = legs.get(leg.account, 0) - used
            left -= used
    what = f"Kostenbeteiligung {book.agreement.year_name(year)} ({claim.party})"
    if used_cents := provided_cents - left:
        words = (f"{_USED}: {what}", "die Verpflichtung ist jetzt sicher und gebucht")
        yield _ordered(book, order, _provision(book, claim, entry, {account: used_cents, **legs}, words))
    release = book.settings.accounts.provision_release
    if entry.text(v.KIND) == v.Kind.SETTLEMENT and left:
        bearer = book.account("share") if set(years) == {entry.date.year} else release
        if bearer:
            words = (f"{_OVER}: {what}", "die Abrechnung ist niedriger als erwartet")
            yield _ordered(book, order, _provision(book, claim, entry, {account: left, bearer: -left}, words))


def _provision(
    book: Book, claim: ClosedShare, entry: Transaction, legs: Mapping[str, int], words: tuple[str, str]
) -> Transaction:
    return closing_entry(book, v.Kind.PROVISION, claim, day=entry.date, legs=legs, words=words)


def _ordered(book: Book, order: Authorisation, made: Transaction) -> Transaction:
    return made._replace(meta=ordered({**made.meta, v.RECORDED: order.day, **order.meta(book)}))
