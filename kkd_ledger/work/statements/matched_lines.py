"""Between matcher and book: items as the matcher sees them, placements as payments and as lines of the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from kkd_ledger.bank.enrichment import is_whole
from kkd_ledger.bank.line_keys import content_key, statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import (
    DIFFERENCE,
    Batch,
    CertifiedLine,
    CertifiedNotification,
    CertifiedStatement,
    Fate,
    Split,
    StatementPage,
    count_fates,
)
from kkd_ledger.book.certificate.line_words import words
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item, ItemPart
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.matching.evidence import ClaimSide
from kkd_ledger.matching.match import Match, OpenItem, PaidPart, Settled
from kkd_ledger.matching.mentions import compact
from kkd_ledger.matching.subject import Subject, subject_of


def certified(statement: str, match: Match, number: str) -> CertifiedLine:
    """Return what the certificate says of a line; `number` is its entry, empty where there is none."""
    line = match.line
    return CertifiedLine(
        match.key,
        statement,
        line.booking_day,
        line.amount_cents,
        match.fate,
        number,
        match.rule,
        match.evidence,
        Batch(line.batch[1], line.bank_reference) if line.batch and is_whole(line) else None,
        words(line) if match.fate == Fate.WAITS else None,
        line.iban if match.fate in {Fate.WAITS, Fate.SUSPENSE} else "",
    )


def certified_statement(
    statement: Statement, lines: Sequence[CertifiedLine], known_count: int, notifications: Sequence[str] = ()
) -> CertifiedStatement:
    """Return what the certificate says of a statement with its new lines; `known_count` were known before.

    `notifications` name the camt.054 entries whose details stand for batches of it: then it has more lines than its
    file.
    """
    fates, count = count_fates(lines), known_count + len(lines)
    booked_count = sum(1 for line in statement.lines if line.booked)
    assert count == booked_count or (notifications and count > booked_count), "nothing is left out"
    page = statement.page or 1
    return CertifiedStatement(
        account=statement.account,
        kind=statement.kind,
        number=statement.sequence,
        from_day=statement.from_day,
        to_day=statement.to_day,
        opening_cents=statement.opening_cents,
        moved_cents=statement.booked_cents,
        closing_cents=statement.closing_cents,
        count=count,
        known_count=known_count,
        fates={fate: fates[fate] for fate in Fate},
        key=statement_key(statement),
        content=content_key(statement),
        sha256=statement.sha256,
        notifications=tuple(notifications),
        page=StatementPage(page, not statement.last_page) if page > 1 or not statement.last_page else None,
    )


def certified_notification(
    statement: Statement, archived: str, split: Iterable[Split]
) -> CertifiedNotification:
    """Return what the certificate says of a camt.054: where it is kept, and the batches it split afterwards."""
    return CertifiedNotification(
        account=statement.account,
        kind=statement.kind,
        number=statement.sequence,
        from_day=statement.from_day,
        to_day=statement.to_day,
        moved_cents=statement.booked_cents,
        count=len(statement.lines),
        key=statement_key(statement),
        content=content_key(statement),
        sha256=archived,
        split=tuple(split),
    )


class _Parts:
    """The paid parts of an item as the matcher sees them, made where it asks for them: few lines give money back."""

    def __init__(self, parts: Sequence[ItemPart]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[PaidPart]:
        return (PaidPart(part.reference, abs(part.cents)) for part in self._parts)


class _Counterparties:
    """Who stands on the other side of items, each with the accounts and names by which a payment is known."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known = {party.id: party for party in book.agreement.parties()}
        self._found: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, party: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Return the id, the IBANs and the names of who pays, or is paid, what a party's item says."""
        if party not in self._found:
            other = self._book.counterparty(party)
            member = self._known.get(other)
            self._found[party] = (other, tuple(member.ibans), (member.name,)) if member else (other, (), ())
        return self._found[party]


def open_items(book: Book, register: ItemRegister) -> list[OpenItem]:
    """Return the items of the books that still move, as the matcher sees them."""
    counterparties = _Counterparties(book)
    return [_open_item(item, *counterparties.of(item.party)) for item in register.moving.values()]


def subject(book: Book) -> Subject:
    """Return what a payment's text may speak of that is this cooperation's."""
    agreement = book.agreement
    titles = (agreement.title, *(part.title for part in (*agreement.components, *agreement.subsidies)))
    return subject_of([agreement.id], titles, agreement.names)


def settled_items(book: Book, register: ItemRegister) -> Settled:
    """Return the items at rest, known by what a payment may quote."""
    counterparties = _Counterparties(book)
    references: dict[str, list[str]] = {}
    parties: set[str] = set()
    for item in register.rested():
        parties.add(item.party)
        for reference in dict.fromkeys((compact(item.reference), compact(item.document))):
            if reference:
                references.setdefault(reference, []).append(item.posten)
    return Settled(
        references,
        [counterparties.of(party) for party in sorted(parties)],
        lambda posten: _open_item(item := register[posten], *counterparties.of(item.party)),
    )


def _open_item(item: Item, other: str, ibans: tuple[str, ...], names: tuple[str, ...]) -> OpenItem:
    return OpenItem(
        posten=item.posten,
        party=other,
        direction=ClaimSide.RECEIVABLE if item.sign > 0 else ClaimSide.PAYABLE,
        open_cents=max(0, item.open_cents * item.sign),
        due=item.own_due,
        rates=tuple(accumulate(due.cents for due in item.dues[:-1])),
        payment_reference=item.reference,
        document=item.document or None,
        agreed_ibans=ibans,
        names=names,
        paid=_Parts(item.paid),
    )


def payment(items: Mapping[str, Item], match: Match) -> Payment:
    """Return what is booked of a placed line."""
    line = match.line
    payee, text = words(line)
    assert isinstance(match.kind, v.Kind), "what waits or is none of ours is not booked"
    return Payment(
        kind=match.kind,
        date=line.booking_day,
        bank_reference=match.key,
        cents=line.amount_cents,
        payee=payee,
        text=text,
        settles=tuple(_moved(items[posten], cents) for posten, cents in match.allocations),
        charges_cents=match.charges_cents,
        rest_cents=match.rest_cents,
        reasons=match.evidence,
    )


def _moved(item: Item, cents: int) -> tuple[Item, int]:
    """Return what settling an item (or with negative cents: reopening it) moves on the bank account."""
    return item, cents if item.account.startswith(v.ASSETS) else -cents


def of_nobody(match: Match, *, own: bool) -> Match:
    """Return the match of money that a decided statement leaves unexplained: suspense, or waiting for a person."""
    if match.line.note != DIFFERENCE:
        return match
    return replace(
        match,
        fate=Fate.SUSPENSE if own else Fate.WAITS,
        rule=DIFFERENCE,
        allocations=(),
        charges_cents=0,
        rest_cents=match.line.amount_cents,
        evidence=(match.line.remittance,),
        proposals=(),
    )
