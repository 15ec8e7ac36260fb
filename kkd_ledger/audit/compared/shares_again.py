"""Ledger ↔ agreement: what a booked share says besides its amount follows once more from the agreement and book.toml.

Amount, resolution and VAT are the rules' (KKD-A01, KKD-V01, KKD-A07). Here: payee, text, link, item, reference, the
day on which the obligation arose, the day of the figures, the due day. Only months that are not sealed are asked, the
others cannot be changed; what may have been otherwise when the entry was made is taken from what was kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import DERIVED
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import name_of
from kkd_ledger.book.entries.share_entries import due_of, narration
from kkd_ledger.book.state.claims import BookedShare, booked_share
from kkd_ledger.book.state.posten import PostenKind, is_tail, reference, tail
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.rules.engine.rule import Finding

_ONE_DAY: Final = dt.timedelta(days=1)


class Differing(NamedTuple):
    """A difference of an entry from what follows: which fact it is, what the entry says, what follows."""

    what: str
    said: str
    follows: str


def differing_shares(book: Book, known_basis: KnownBasis, records: Iterable[Record]) -> Iterator[Finding]:
    """Yield in what the shares and corrections among some records say another thing than follows.

    The posting number is the finding's subject: a reversal of that posting cures it.
    """
    for record in records:
        if not isinstance(record, Transaction) or record.text(v.KIND) not in {
            v.Kind.SHARE,
            v.Kind.CORRECTION,
        }:
            continue
        share = booked_share(book, record)
        if share is None or book.agreement.party(share.party) is None:
            continue  # the rules say that
        for differing in (*_texts(book, known_basis, share), *_days(book, known_basis, share)):
            number, (what, said, follows) = record.text(v.NUMBER), differing
            text = f"Buchung {number}: {what} {said}, daraus folgt {follows}"
            yield Finding(DERIVED, record.place, text, subject=number)


def _texts(book: Book, known_basis: KnownBasis, share: BookedShare) -> Iterator[Differing]:
    record, year, party = share.record, share.service_year, share.party
    name = name_of(book, book.counterparty(party))
    others = {other.name for other in book.agreement.parties()}
    if record.payee != name and (record.payee in others or not known_basis.names(record.payee)):
        yield Differing("Empfänger", repr(record.payee), repr(name))
    said = narration(v.Kind(record.text(v.KIND)), year, record.date, prior=v.PRIOR_PERIOD_TAG in record.tags)
    if record.narration != said:
        yield Differing("Text", repr(record.narration), repr(said))
    link = f"{book.agreement.id}-{year}-{party}"
    if record.links != (link,):
        yield Differing("Verknüpfung", " ".join(record.links) or "keine", link)
    ends = [str(leg.meta[v.ITEM]).removeprefix(f"{link}-") for leg in record.postings if v.ITEM in leg.meta]
    for end in ends:
        if not is_tail(end):
            yield Differing("Posten", f"{link}-{end}", f"einer von {link}")
    wanted = {reference(book, year, party, end) for end in ends if is_tail(end)}
    if wanted and v.REFERENCE in record.meta and record.text(v.REFERENCE) not in wanted:
        yield Differing("Kassenzeichen", record.text(v.REFERENCE), " oder ".join(sorted(wanted)))


def _days(book: Book, known_basis: KnownBasis, share: BookedShare) -> Iterator[Differing]:
    record = share.record
    posted = {day for day in (record.date, record.day(v.RECORDED)) if day}
    news = {*book.agreement.knowledge_days}
    known_on, due, arose = record.day(v.KNOWN), record.day(v.DUE), record.day(v.AROSE)
    if known_on and known_on not in posted | {day - _ONE_DAY for day in news if day > dt.date.min}:
        yield Differing("Berechnungsstand", german.day(known_on), german.day(record.date))
    if due and due not in (dues := _dues(book, known_basis, share, posted)):
        yield Differing("Fälligkeit", german.day(due), _some(dues))
    if arose and arose not in (days := _arisen(book, share, news)):
        yield Differing("entstanden", german.day(arose), _some(days))
    ends = {str(leg.meta[v.ITEM]).rpartition("-")[2] for leg in record.postings if v.ITEM in leg.meta}
    dated = {end for end in ends if not end.isdigit() and is_tail(end)}
    if arose and dated and record.text(v.KIND) == v.Kind.CORRECTION:
        wanted = {tail(kind, arose) for kind in (PostenKind.CLAIM, PostenKind.CREDIT)}
        if not dated & wanted:
            yield Differing("Posten", ", ".join(sorted(dated)), f"einer, der vom {german.day(arose)} ist")


def _dues(book: Book, known_basis: KnownBasis, share: BookedShare, posted: set[dt.date]) -> set[dt.date]:
    """Return the days on which a share may fall due: the agreed one, or a period for payment after it was booked."""
    agreed = book.shares(share.service_year, share.known_on).of(share.party)
    periods = {settings.policy.payment_days for settings in known_basis.settings}
    return {
        due_of(agreed.due if agreed else day, day, payment_days) for day in posted for payment_days in periods
    }


def _arisen(book: Book, share: BookedShare, news: set[dt.date]) -> set[dt.date]:
    """Return the days on which an obligation may have arisen: by a resolution, or by what became known later."""
    first = dt.date(share.service_year, 1, 1)
    adopted = {paper.adopted for paper in book.agreement.papers(share.party) if paper.adopted}
    later = {max(day, first) for day in news} if share.record.text(v.KIND) == v.Kind.CORRECTION else set()
    return {max(day, first) for day in adopted} | later


def _some(days: set[dt.date]) -> str:
    return " oder ".join(german.day(day) for day in sorted(days))
