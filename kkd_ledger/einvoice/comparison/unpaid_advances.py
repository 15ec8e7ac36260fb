"""A received settlement that takes over advances which are not paid: what it asks for beside the settlement itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import TakenOver, taken_over
from kkd_ledger.book.state.claims import BookedShare, Claims, booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.einvoice.comparison.case import Case, YearDemand
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted
from kkd_ledger.einvoice.comparison.whole_year import first_item
from kkd_ledger.money import format_eur, round_half_up

_NAME: Final = "nicht gezahlte Vorauszahlungen"
_UNDER_WAY: Final = "eine Zahlung ist unterwegs"
_ORDERED_HERE: Final = (
    "ist hier gestundet oder in Raten zu zahlen, und die andere Seite weiß davon nichts: dort die Verfügung eintragen, "
    "die Abrechnung stornieren und neu ausstellen lassen"
)
_KEPT_APART: Final = (
    "die andere Seite hat schon mehr erhalten, oder sie hat etwas gestundet oder erlassen (dann auch hier `kkd defer`, "
    "`kkd remit`); was sie nicht aufnimmt, bleibt unter dem Posten der Vorauszahlung offen"
)


def standing_shares(book: Book, records: Iterable[Record], year: int) -> list[BookedShare]:
    """Return the booked shares and corrections of the book's own party for a year that are not reversed."""
    entries = [record for record in records if isinstance(record, Transaction)]
    gone = {entry.text(v.REVERSES) for entry in entries}
    standing = (
        entry for entry in entries if v.REVERSES not in entry.meta and entry.text(v.NUMBER) not in gone
    )
    shares = (share for entry in standing if (share := booked_share(book, entry)))
    return [share for share in shares if (share.party, share.service_year) == (book.party, year)]


def with_taken(year: YearDemand) -> YearDemand:
    """Return a year's demand without the unpaid advances in it, which stand beside; as it is where there are none.

    They are what the document asks for beyond the settlement: never more than the advances of the year together, and
    of their sign (what the operator owes is negative).
    """
    if not _settles(year):
        return year
    taken = year.demanded_cents - year.agreed_cents
    asked = sum(share.cents for share in year.standing if share.record.text(v.KIND) == v.Kind.ADVANCE)
    if not 0 < taken <= asked and not asked <= taken < 0:
        return year
    return replace(year, demanded_cents=year.agreed_cents, taken_cents=taken)


def _settles(year: YearDemand) -> bool:
    """Tell whether a demand is a settlement that takes over advances, by what is booked or what is to be booked."""
    if year.booked:
        return year.booked.record.text(v.KIND) == v.Kind.SETTLEMENT
    return year.step is not None and bool(year.step.closes)


def taken_field(case: Case, year: YearDemand) -> Iterator[ComparedField]:
    """Yield what a settlement takes over, beside what our own book has open of the advances."""
    if not _settles(year):
        return
    own_parts = _own_parts(case, year)
    if year.whole:
        taken_cents, own_cents = year.whole.taken_cents, sum(own_parts.values())
    else:
        taken_cents = abs(year.taken_cents)
        own_cents = abs(_net(year.standing, own_parts))
    taken = format_eur(taken_cents)
    if own_cents == taken_cents:
        if own_cents:
            yield as_agreed(_NAME, "BT-131", taken)
        return
    own = format_eur(own_cents)
    said = f"{case.named(year.service_year)}: {_NAME} {taken}, nach unserem Buch {own}: "
    said += _KEPT_APART if own_cents > taken_cents else _ordered_or_paid(case, year)
    if year.booked:
        said += "; gebucht ist die Abrechnung schon, wie es nach unserem Buch war"
        if own_cents > taken_cents:
            number = year.booked.record.text(v.NUMBER)
            said += f": `kkd reverse BUCH {number} --reason GRUND --by NAME`, Verfügung oder Kontoauszug nachtragen, "
            said += "dann `kkd post BUCH`"
    yield noted(_NAME, "BT-131", taken, own, said)


def _ordered_or_paid(case: Case, year: YearDemand) -> str:
    """Return in German why a document takes over more of the advances than is open in our book."""
    parts = taken_parts(case.book, case.claims, year) or ()
    ordered = [part.item.posten for part in parts if part.item.disposition]
    return f"{', '.join(ordered)} {_ORDERED_HERE}" if ordered else _UNDER_WAY


def taken_parts(book: Book, claims: Claims, year: YearDemand) -> tuple[TakenOver, ...] | None:
    """Return how much of which advance a settlement takes over as its document says, gross; None for other claims."""
    step = year.step
    if step is None or not step.closes:
        return None
    if year.whole:
        return taken_over(book, claims, step, year.whole.taken_cents)
    open_now = taken_over(book, claims, step)
    if _net(year.standing, {part.item.posten: part.cents for part in open_now}) == year.taken_cents:
        return open_now
    return taken_over(book, claims, step, abs(_gross(year.standing, year.taken_cents)))


def _own_parts(case: Case, year: YearDemand) -> dict[str, int]:
    """Return by posten how much of the advances is taken over by our own book, gross."""
    if year.booked:
        others = [leg for leg in year.booked.record.postings if v.ITEM in leg.meta][1:]
        return {str(leg.meta[v.ITEM]): abs(leg.cents) for leg in others}
    assert year.step, "it names the advances"
    parts = taken_over(case.book, case.claims, year.step)
    return {part.item.posten: part.cents for part in parts}


def _net(standing: Iterable[BookedShare], parts: Mapping[str, int]) -> int:
    """Return the net part of gross cents of advances, each as it was booked, and of its sign."""
    return sum(
        round_half_up(cents * share.cents, abs(share.cents + share.vat_cents))
        for share in standing
        if (cents := parts.get(first_item(share), 0))
    )


def _gross(standing: Iterable[BookedShare], net_cents: int) -> int:
    """Return the gross cents of net cents of advances, which are taxed alike where a document parts them."""
    advances = [share for share in standing if share.record.text(v.KIND) == v.Kind.ADVANCE]
    net = sum(share.cents for share in advances)
    vat = sum(share.vat_cents for share in advances)
    return round_half_up(net_cents * abs(net + vat), abs(net)) if vat else net_cents
