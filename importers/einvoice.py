"""E-invoices for beangulp: a thin face of `kkd_ledger.einvoice`, for people who import by hand or in a plain Fava.

`kkd receive` checks by the official rules, books and files; this importer only reads a demand against the book's
agreement: each service year becomes the entry that `kkd receive` would book, marked `!` with what differs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import beangulp
from beancount.core import amount, data, flags
from beangulp.extract import DUPLICATE

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.einvoice.comparison import Comparison, DocumentVerdict, compare, refused
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.payable import payable
from kkd_ledger.einvoice.read import document_of, read, unread_of
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.errors import EntryRefused, InvoiceRefused, Problem
from kkd_ledger.money import plain
from kkd_ledger.persons.contacts import load

VERDICT = "urteil"


class EInvoiceImporter(beangulp.Importer):  # type: ignore[misc]  # beangulp has no types
    """Imports XRechnung and ZUGFeRD, UBL and CII, XML and PDF, into the book of a member."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _book(self) -> Book:
        return load_book(self._folder)

    @property
    def name(self) -> str:
        """Name of the importer, the same wherever it is loaded from."""
        return f"kkd.einvoice.{self._book.party}"

    def identify(self, filepath: str) -> bool:
        """Tell whether the file is an e-invoice that can be read; it never raises."""
        try:
            read(Path(filepath))
        except InvoiceRefused:
            return False
        except Exception:  # noqa: BLE001 - a raising importer takes Fava's whole import page down
            return False
        return True

    def account(self, filepath: str) -> str:  # noqa: ARG002
        """Return the account that the demand will stand on."""
        return self._book.account("payable", self._book.party)

    def date(self, filepath: str) -> dt.date | None:
        """Return the day of the document; None where it cannot be read."""
        try:
            return read(Path(filepath)).issued
        except InvoiceRefused:
            return None

    def extract(self, filepath: str, existing: data.Entries) -> data.Entries:  # noqa: ARG002
        """Return one transaction for each service year that is not booked yet.

        Where the books take none (no decision on VAT from 2027 on, no resolution) it is a note with the reason: no
        month of a book takes a note, so nobody books it by mistake. Raise InvoiceRefused where the file cannot be read,
        or is in another currency than the books.
        """
        path = Path(filepath)
        document = document_of(open_source(path))
        if document.currency != v.CURRENCY:
            problem = Problem(
                path.name, "Währung", document.currency, f"{v.CURRENCY}: die Bücher führen nur sie"
            )
            raise InvoiceRefused([problem])
        entries, said = self._entries(path)
        if not entries and said.verdict == DocumentVerdict.CLARIFY:
            return [_note(filepath, document, self.account(filepath), said)]
        return [_transaction(filepath, entry, said) for entry in entries]

    def verdict(self, filepath: str) -> str:
        """Return what `kkd receive` would say of a readable demand: as agreed, known, or what differs."""
        return self._entries(Path(filepath))[1].text()

    def _entries(self, path: Path) -> tuple[list[Transaction], Comparison]:
        """Return what would be booked of a document, and the verdict; nothing where the books refuse an entry."""
        book, source = self._book, open_source(path)
        document = document_of(source)
        records = read_book(book).records
        booked = claims(book, records)
        contacts = load(book.agreement_file, book.agreement)
        said = compare(
            book, contacts, booked, records, document=document, day=document.issued, unread=unread_of(source)
        )
        voucher = {
            v.DEMAND: document.number,
            v.VOUCHER: path.name,
            v.VOUCHER_HASH: hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        order = Authorisation(document.issued)
        try:
            entries = [
                payable(
                    book,
                    booked,
                    year,
                    document,
                    voucher=voucher,
                    day=document.issued,
                    date=document.issued,
                    order=order,
                )[0]
                for year in said.years
                if year.booked is None
            ]
        except EntryRefused as stopped:
            reasons = (refused("Buchung", "", "", "", str(problem)) for problem in stopped.problems)
            fields = said.fields if said.reasons else (*said.fields, *reasons)
            return [], replace(said, verdict=DocumentVerdict.CLARIFY, fields=fields)
        return entries, said

    def deduplicate(self, entries: data.Entries, existing: data.Entries) -> None:
        """Mark the transactions whose document number and service year are known already."""
        known = {_key(entry): entry for entry in existing if isinstance(entry, data.Transaction)}
        for entry in entries:
            if _key(entry) in known:
                entry.meta[DUPLICATE] = known[_key(entry)]


def _key(entry: Any) -> tuple[str, str]:
    return str(entry.meta.get(v.DEMAND, entry)), str(entry.meta.get(v.SERVICE_YEAR, ""))


def _note(filepath: str, document: Invoice, account: str, said: Comparison) -> data.Note:
    """Return a note with the verdict; Beancount's printer escapes nothing in a note, so no sign of its own is left."""
    text = " ".join(said.text().replace("\\", "/").replace('"', "'").split())
    meta = data.new_metadata(filepath, 1, {v.DEMAND: document.number, VERDICT: text})
    return data.Note(meta, document.issued, account, text, None, None)


def _transaction(filepath: str, entry: Transaction, said: Comparison) -> data.Transaction:
    flag = flags.FLAG_OKAY if said.verdict == DocumentVerdict.AS_AGREED else flags.FLAG_WARNING
    meta = data.new_metadata(filepath, 1, {**entry.meta, VERDICT: said.text()})
    legs = [
        data.Posting(
            leg.account,
            amount.Amount(Decimal(plain(leg.cents)), v.CURRENCY),
            None,
            None,
            None,
            dict(leg.meta) or None,
        )
        for leg in entry.postings
    ]
    tags, links = frozenset(entry.tags), frozenset(entry.links)
    return data.Transaction(meta, entry.date, flag, entry.payee, entry.narration, tags, links, legs)
