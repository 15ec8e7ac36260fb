"""What a received document refers to: its contract, earlier documents, payment reference, attachments; and its day."""

from __future__ import annotations

from collections.abc import Iterator

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted, to_clear
from kkd_ledger.references import canonical_reference


def references(case: Case) -> Iterator[ComparedField]:
    """Compare what a document refers to; attachments are named, because nobody here reads them."""
    document, agreement = case.document, case.book.agreement
    if document.contract:
        name, ours = "Vertrag", (agreement.id, agreement.title)
        if document.contract.casefold() in {text.casefold() for text in ours}:
            yield as_agreed(name, "BT-12", document.contract)
        else:
            said = f"das Dokument nennt den Vertrag {document.contract}, die Vereinbarung heißt hier {agreement.id}"
            yield noted(name, "BT-12", document.contract, agreement.id, said)
    yield from _reference(case)
    yield from _attachments(case)


def _reference(case: Case) -> Iterator[ComparedField]:
    """Yield that the payment reference stands for another claim in our books: the payment would settle that."""
    reference = canonical_reference(case.document.remittance)
    years = {year.service_year for year in case.years}
    for record in case.records:
        if not reference or not isinstance(record, Transaction) or record.text(v.REFERENCE) != reference:
            continue
        year = record.text(v.SERVICE_YEAR)
        if year and years and int(year) not in years:
            named = case.named(int(year))
            said = f"das Kassenzeichen {reference} gehört nach unseren Büchern zum Leistungsjahr {named}"
            yield to_clear(
                "Kassenzeichen",
                "BT-83",
                reference,
                f"eines für {german.listing([case.named(year) for year in sorted(years)])}",
                said,
            )
            return


def _attachments(case: Case) -> Iterator[ComparedField]:
    for attachment in case.document.attachments:
        called = attachment.filename or attachment.description or attachment.id
        if attachment.location:
            said = f"Anlage {called} liegt unter {attachment.location}; geladen wird sie nicht"
            yield noted("Anlage", "BT-124", attachment.location, "beigefügt", said)
        else:
            said = f"Anlage {called} liegt bei; gelesen wird sie hier nicht"
            yield noted("Anlage", "BT-125", called, "keine", said)
