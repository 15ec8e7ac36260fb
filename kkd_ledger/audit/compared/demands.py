"""Ledger ↔ documents: the e-invoice of a demand says what its entry says, and the paper shows the same figures.

The hash of a document in the ledger is made again by whoever has the program; what it demands is not. Only documents
that open months name are asked: the others cannot be exchanged with their hashes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import DOCUMENT
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.book.config import Book
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Record, Transaction
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.visible_text import visible_text
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.rule import Finding


class _Claim:
    """What the books say of a demand: its entry, and every day on which it may fall due."""

    def __init__(self, book: Book, entry: Transaction, records: Sequence[Record]) -> None:
        self.entry, self.party = entry, entry.text(v.PARTY)
        legs = [leg.cents for leg in entry.postings if v.ITEM in leg.meta]
        self.cents = abs(legs[0] if entry.text(v.KIND) == v.Kind.SETTLEMENT else sum(legs))
        self.items = {str(leg.meta[v.ITEM]) for leg in entry.postings if v.ITEM in leg.meta}
        deferred = {
            value
            for record in records
            if isinstance(record, Custom) and record.values and record.values[0] in self.items
            for value in record.values
        }
        said = {
            due
            for record in records
            if isinstance(record, Document) and record.meta.get(v.DEMAND) == entry.text(v.DEMAND)
            if (due := record.meta.get(v.DUE))
        }
        self.dues = {entry.day(v.DUE), *deferred, *said}
        member = book.agreement.party(self.party)
        self.ags = member.ags if member else ""
        self.ibans: Sequence[str] = ()


def differing_demands(
    book: Book,
    known_basis: KnownBasis,
    documents: Iterable[Document],
    records: Sequence[Record],
    *,
    papers: bool,
) -> Iterator[Finding]:
    """Yield a finding for each demand whose document says something else than its entry.

    `records` are all of the book. With `papers` the text of the PDF is read as well, which takes a while. That a file
    is gone or does not have its hash is found by the rule about vouchers.
    """
    entries = {
        record.text(v.DEMAND): record
        for record in records
        if isinstance(record, Transaction) and v.DEMAND in record.meta
    }
    present = BookFolder(book.root)
    for document in documents:
        number, path = str(document.meta.get(v.DEMAND, "")), book.root / document.path
        if not number or v.ITEM in document.meta or not present.is_file(path):
            continue
        if (entry := entries.get(number)) is None:
            flaws: Iterable[str] = [f"keine Buchung trägt die Nummer {number}"]
        else:
            claim, content = _Claim(book, entry, records), present.read(path)
            of_paper = _paper(claim, content) if papers and path.suffix == ".pdf" else ()
            flaws = (*_e_invoice(book, known_basis, claim, content), *of_paper)
        yield from (Finding(DOCUMENT, document.place, f"{document.path}: {flaw}") for flaw in flaws)


def differing_received(
    book: Book, documents: Iterable[Document], records: Sequence[Record]
) -> Iterator[Finding]:
    """Yield a finding for each received e-invoice that demands another sum than the shares that were booked by it.

    One that was accepted with a difference says so with its reason, and is left alone.
    """
    booked: dict[str, int] = {}
    for record in records:
        if isinstance(record, Transaction) and record.text(v.KIND) == v.Kind.SHARE and record.text(v.VOUCHER):
            cents = sum(leg.cents for leg in record.postings if v.ITEM in leg.meta)
            booked[record.text(v.VOUCHER)] = booked.get(record.text(v.VOUCHER), 0) + abs(cents)
    items = Counter(document.path for document in documents if v.ITEM in document.meta)
    present = BookFolder(book.root)
    for document in documents:
        path = book.root / document.path
        named = v.ITEM in document.meta and v.DEMAND in document.meta and v.REASON not in document.meta
        if not named or items[document.path] > 1 or document.path not in booked or not present.is_file(path):
            continue
        cents = booked[document.path]
        try:
            invoice = read(present.read(path), str(document.meta[v.DEMAND]))
        except InvoiceRefused as refused:
            flaw = f"ist keine E-Rechnung: {refused.problems[0]}"
        else:
            if (invoice.number, abs(invoice.totals.gross_cents)) == (document.meta[v.DEMAND], cents):
                continue
            said = f"{invoice.number} über {format_eur(abs(invoice.totals.gross_cents))}"
            flaw = f"sagt {said}, gebucht {document.meta[v.DEMAND]} über {format_eur(cents)}"
        yield Finding(DOCUMENT, document.place, f"{document.path}: {flaw}")


def _e_invoice(book: Book, known_basis: KnownBasis, claim: _Claim, content: bytes) -> Iterator[str]:
    try:
        invoice = read(content, claim.entry.text(v.DEMAND))
    except InvoiceRefused as refused:
        yield f"ist keine E-Rechnung: {refused.problems[0]}"
        return
    entry = claim.entry
    for what, said, booked in (
        ("Nummer", invoice.number, entry.text(v.DEMAND)),
        ("Kassenzeichen", invoice.remittance, entry.text(v.REFERENCE)),
        ("Betrag", format_eur(invoice.totals.gross_cents), format_eur(claim.cents)),
        ("Währung", invoice.currency, v.CURRENCY),
    ):
        if said != booked:
            yield f"{what} {said}, gebucht {booked}"
    if invoice.totals.due_cents > invoice.totals.gross_cents:
        yield f"zu zahlen {format_eur(invoice.totals.due_cents)}, gebucht {format_eur(claim.cents)}"
    if invoice.due and invoice.due not in claim.dues:
        due = entry.day(v.DUE)
        yield f"fällig am {german.day(invoice.due)}, gebucht {german.day(due) if due else 'ohne Tag'}"
    yield from _parties(book, claim, invoice)
    claim.ibans = [means.iban for means in invoice.payments if means.iban]
    for means in invoice.payments:
        for iban, party in ((means.iban, book.agreement.operator), (means.debited_iban, claim.party)):
            if iban and not _is_account(book, known_basis, party, iban):
                yield f"Konto {iban}, das {_name(book, party)} nach keiner bekannten Vereinbarung hat"


def _parties(book: Book, claim: _Claim, invoice: Invoice) -> Iterator[str]:
    """Yield that a document goes to another party than the one that owes."""
    others = {party.ags: party for party in book.agreement.parties() if party.ags and party.ags != claim.ags}
    for identifier in invoice.buyer.ids:
        if other := others.get(identifier.value):
            yield f"Empfänger {other.name}, gebucht {_name(book, claim.party)}"


def _is_account(book: Book, known_basis: KnownBasis, party: str, iban: str) -> bool:
    """Whether a party has an account by today's agreement, or nobody else has one that an earlier one named."""
    owners = {each.id for each in book.agreement.parties() if iban in each.ibans}
    return party in owners or (not owners and known_basis.has_account(iban))


def _paper(claim: _Claim, content: bytes) -> Iterator[str]:
    """Yield what a demand's paper does not show to whoever reads it."""
    text = visible_text(content)
    if text is None:
        yield "zeigt keinen lesbaren Text"
        return
    shown = "".join(text.split())
    for what, wanted in (
        ("die Nummer", claim.entry.text(v.DEMAND)),
        ("das Kassenzeichen", claim.entry.text(v.REFERENCE)),
        ("der Betrag", format_eur(claim.cents).removesuffix(" EUR")),
        *(("das Konto", iban) for iban in claim.ibans),
    ):
        if wanted not in shown:
            yield f"{what} {wanted} steht nicht auf dem Papier"


def _name(book: Book, party: str) -> str:
    member = book.agreement.party(party)
    return member.name if member else party
