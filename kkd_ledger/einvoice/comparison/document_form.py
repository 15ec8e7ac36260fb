"""What kind of document has come in: its type, currency, and the documents before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document as Voucher
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    as_agreed,
    noted,
    refused,
    suspicious,
    to_clear,
)
from kkd_ledger.einvoice.model import CORRECTED, CREDIT, INVOICE, Reference
from kkd_ledger.einvoice.read import read
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.references import canonical_reference

REPLACED: Final = "ersetztes Dokument"
_PLAIN: Final = frozenset({INVOICE, CORRECTED, CREDIT})
DEBIT_NOTE: Final = "383"
_ASKS_380: Final = "sonst zurückweisen und eine Anforderung (380) verlangen"
_BUILDING: Final = f"vereinbart sind keine: annehmen, wenn nur die Art falsch angegeben ist, {_ASKS_380}"
_NO_DEMAND: Final = "zurückweisen und auf die Anforderung (380) warten"
_OTHERS: Final = MappingProxyType(
    {
        "326": (
            "eine Teilrechnung, der eine weitere folgt",
            f"annehmen, wenn der ganze Anteil gemeint ist und nichts mehr folgt, {_ASKS_380}",
        ),
        "386": (
            "eine Anforderung einer Vorauszahlung, über die noch abgerechnet wird",
            f"annehmen, wenn der Anteil selbst gemeint ist, {_ASKS_380}",
        ),
        "389": (
            "eine Gutschrift nach § 14 Abs. 2 UStG, die nur die Empfängerin selbst ausstellen kann",
            f"annehmen nur, wenn wir sie selbst ausgestellt haben, {_ASKS_380}",
        ),
        "261": ("eine selbst ausgestellte Rechnungskorrektur", f"annehmen nur, wenn sie von uns ist, {_ASKS_380}"),
        DEBIT_NOTE: ("eine Belastungsanzeige", "sie fordert etwas anderes, als vereinbart ist"),
        "325": ("eine Proforma-Rechnung, die nichts fordert", _NO_DEMAND),
        "388": ("eine Steuerrechnung, mit der nicht gefordert wird", _NO_DEMAND),
        "393": ("eine abgetretene Forderung (Factoring)", "erst die Gläubigerin fragen, ob sie abgetreten hat"),
        "396": (
            "eine Gutschrift zu einer abgetretenen Forderung (Factoring)",
            "erst die Gläubigerin fragen, ob sie abgetreten hat",
        ),
        "751": ("eine Mitteilung für die Buchhaltung, die nichts fordert", _NO_DEMAND),
        "875": ("eine Abschlagsrechnung über Bauleistungen", _BUILDING),
        "876": ("eine Teilschlussrechnung über Bauleistungen", _BUILDING),
        "877": ("eine Schlussrechnung über Bauleistungen", _BUILDING),
    }
)  # fmt: skip

_ASSIGNED: Final = frozenset({"393", "396"})


def form(case: Case) -> Iterator[ComparedField]:
    """Compare what a document is, before it is read what it demands."""
    document = case.document
    yield _kind(case)
    if document.issued > case.today:
        day = german.day(document.issued)
        said = f"das Dokument ist vom {day}, nach dem Tag, an dem es einging ({german.day(case.today)})"
        yield noted("Rechnungsdatum", "BT-2", day, german.day(case.today), said)
    if document.currency != v.CURRENCY:
        said = f"Währung {document.currency}, gebucht wird nur in {v.CURRENCY}"
        yield refused("Währung", "BT-5", document.currency, v.CURRENCY, said)
    yield from _preceding(case)
    yield from _again(case)


def _kind(case: Case) -> ComparedField:
    """Return the type of the document: what it is called, and what becomes of it where that is no plain demand."""
    kind = case.document.kind
    if kind in _PLAIN:
        return as_agreed("Art", "BT-3", kind)
    if kind == DEBIT_NOTE and case.years and all(year.agrees for year in case.years):
        said = f"Art {kind} ist eine Belastungsanzeige; gefordert ist, was vereinbart ist, und so wird sie genommen"
        return noted("Art", "BT-3", kind, INVOICE, said)
    word, way = _OTHERS.get(
        kind, ("keine Anforderung, wie sie vereinbart ist", _ASKS_380.removeprefix("sonst "))
    )
    said = f"Art {kind} ist {word}; erwartet sind 380 (Anforderung), 384 oder 381 (Korrektur): {way}"
    field = to_clear("Art", "BT-3", kind, INVOICE, said)
    return suspicious(field) if kind in _ASSIGNED else field


def _preceding(case: Case) -> Iterator[ComparedField]:
    kept = {
        str(record.meta.get(v.DEMAND, "")): record for record in case.records if isinstance(record, Voucher)
    }
    for reference in case.document.preceding:
        if reference.number in kept:
            yield as_agreed("berichtigtes Dokument", "BT-25", reference.number)
            yield from _preceding_day(case, reference, kept[reference.number])
        else:
            said = f"berichtigt wird {reference.number}, das hier nicht vorliegt"
            yield to_clear(
                "berichtigtes Dokument", "BT-25", reference.number, "ein Dokument, das vorliegt", said
            )


def _preceding_day(case: Case, reference: Reference, kept: Voucher) -> Iterator[ComparedField]:
    """Yield that the document before is named with a day that it does not bear; one that is lost says nothing."""
    try:
        issued = read(case.book.root / kept.path).issued
    except InvoiceRefused:
        return
    if reference.date and reference.date != issued:
        actual, agreed = german.day(reference.date), german.day(issued)
        said = f"{reference.number} ist vom {agreed}, nach diesem Dokument vom {actual}"
        yield noted("Datum des berichtigten Dokuments", "BT-26", actual, agreed, said)


def _again(case: Case) -> Iterator[ComparedField]:
    """Yield that other documents with this payment reference are kept: the same demand under two numbers.

    One that names them takes their place: its claim was reversed and posted again. What it demands is compared with
    what is booked, as ever. One of the same number is told of where the numbers are compared.
    """
    named = {reference.number for reference in case.document.preceding}
    wanted = canonical_reference(case.document.remittance)
    for number, path in _standing(case, wanted).items():
        if number == case.document.number:
            continue
        if number in named:
            yield as_agreed(REPLACED, "BT-25", number)
        else:
            said = f"{wanted} ist schon mit {number} gefordert ({path})"
            yield to_clear("Kassenzeichen", "BT-83", wanted, f"einmal, mit {number}", said)
            return


def _standing(case: Case, wanted: str) -> Mapping[str, str]:
    """Return the kept documents with a payment reference that no other kept one replaces: number and file."""
    entries = [year.booked.record for year in case.years if year.booked]
    items = {leg.meta[v.ITEM] for entry in entries for leg in entry.postings if v.ITEM in leg.meta}
    standing: dict[str, str] = {}
    gone: set[str] = set()
    for record in case.records:
        if isinstance(record, Voucher) and record.meta.get(v.ITEM) in items:
            try:
                kept = read(case.book.root / record.path)
            except InvoiceRefused:
                continue
            if canonical_reference(kept.remittance) == wanted:
                standing.setdefault(str(record.meta.get(v.DEMAND, kept.number)), record.path)
                gone |= {reference.number for reference in kept.preceding}
    return {number: path for number, path in standing.items() if number not in gone}
