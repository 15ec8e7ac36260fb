"""What the bank knows of a mandate: how it was collected last, as the payment files of earlier runs say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.items import Item
from kkd_ledger.errors import Problem
from kkd_ledger.payments.sepa import DEBIT, Amended, Mandate, Run, RunRefused, end_to_end, latin
from kkd_ledger.work.transfers.bank_runs import FOLDER, ToldRun

if TYPE_CHECKING:
    from lxml import etree

_SPACE: Final = f"{{urn:iso:std:iso:20022:tech:xsd:{DEBIT}}}"


def collected(book: Book, runs: Iterable[ToldRun], items: Mapping[str, Item]) -> dict[str, Amended]:
    """Return debited account, creditor identifier and creditor's name of each mandate's last collection that stands.

    What was taken back never reached the bank. Raise RunRefused where a payment file cannot be read.
    """
    mandates: dict[str, Amended] = {}
    for run in runs:
        file = book.root / FOLDER / f"{run.id}.xml"
        if run.items and run.id.startswith("pain008-") and file.exists():
            stand = {
                end_to_end(item.posten, items[item.posten].reference)
                for item in run.items
                if item.posten in items
            }
            mandates.update((mandate, as_told) for ref, mandate, as_told in _told(file) if ref in stand)
    return mandates


def _told(file: Path) -> Iterator[tuple[str, str, Amended]]:
    from lxml import etree

    try:
        root = etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except (OSError, etree.XMLSyntaxError) as error:
        actual = f"keine lesbare Zahldatei ({type(error).__name__})"
        allowed = "die Datei, wie kkd sie schrieb: Ohne sie ist unbekannt, was die Bank vom Mandat weiß"
        raise RunRefused([Problem(f"{FOLDER}/{file.name}", "", actual, allowed)]) from None
    for batch in root.iter(f"{_SPACE}PmtInf"):
        creditor = _text(batch, "Cdtr/Nm")
        creditor_id = _text(batch, "CdtrSchmeId/Id/PrvtId/Othr/Id")
        for transaction in batch.iter(f"{_SPACE}DrctDbtTxInf"):
            mandate = _text(transaction, "DrctDbtTx/MndtRltdInf/MndtId")
            iban = _text(transaction, "DbtrAcct/Id/IBAN")
            yield _text(transaction, "PmtId/EndToEndId"), mandate, Amended(iban, creditor_id, creditor)


def _text(element: etree._Element, path: str) -> str:
    return element.findtext("/".join(f"{_SPACE}{step}" for step in path.split("/"))) or ""


def amended(run: Run, told_before: Mapping[str, Amended]) -> Run:
    """Return a run of debits whose mandates say what has changed since their last collection (SDD rulebook)."""
    return replace(
        run,
        payments=tuple(
            replace(payment, mandate=_amended(run, payment.mandate, payment.iban, told_before))
            if payment.mandate
            else payment
            for payment in run.payments
        ),
    )


def _amended(run: Run, mandate: Mandate, iban: str, told_before: Mapping[str, Amended]) -> Mandate:
    last = told_before.get(mandate.reference)
    if last is None:
        return mandate
    changed = Amended(
        last.iban if last.iban != iban else "",
        last.creditor_id if last.creditor_id != run.creditor_id else "",
        last.creditor if last.creditor != latin(run.name) else "",
    )
    return (
        replace(mandate, amended=changed)
        if any((changed.iban, changed.creditor_id, changed.creditor))
        else mandate
    )


def told_changes(run: Run) -> Iterator[str]:
    """Yield which mandates a run tells the bank to have changed, and in what."""
    for mandate in dict.fromkeys(payment.mandate for payment in run.payments if payment.mandate):
        if changed := mandate.amended:
            what = [
                name
                for name, before in (
                    (f"belastetes Konto (bisher {changed.iban})", changed.iban),
                    (f"Gläubiger-ID (bisher {changed.creditor_id})", changed.creditor_id),
                    (f"Name der Gläubigerin (bisher {changed.creditor})", changed.creditor),
                )
                if before
            ]
            yield f"Mandat {mandate.reference}: die Datei meldet der Bank als geändert: {', '.join(what)}"
