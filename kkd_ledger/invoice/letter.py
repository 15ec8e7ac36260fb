"""A demand → XML and PDF: the words and figures that the template prints, and the checks before anything leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.invoice import cii, giro
from kkd_ledger.invoice.contacts import Contact
from kkd_ledger.invoice.demand import Demand, title
from kkd_ledger.invoice.model import Line
from kkd_ledger.invoice.validate import Checker, Report
from kkd_ledger.money import format_eur
from kkd_ledger.paper import Attachment, Hybrid, Printer

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"
XML_NAME: Final = "xrechnung.xml"
_HYBRID: Final = Hybrid(XML_NAME, "XRECHNUNG", "3.0")


@dataclass(frozen=True)
class Made:
    """One document ready to be kept and sent; its report has been judged strictly."""

    demand: Demand
    xml: bytes
    pdf: bytes
    report: Report


class Press:
    """Makes documents one after the other and stays warm: rules, schemas and templates are loaded once."""

    def __init__(self, templates: Path | None = None, checker: Checker | None = None) -> None:
        self._templates = templates or TEMPLATES
        self._checker = checker or Checker()

    @cached_property
    def _printer(self) -> Printer:
        return Printer(self._templates / "demand.typ")

    def make(self, demand: Demand) -> Made:
        """Return a demand's XML and PDF; where the report is not good there is no PDF."""
        xml = cii.write(demand.document)
        report = self._checker.check(xml, f"{demand.document.number}.xml").strict()
        pdf = self._print(demand, xml) if report.good else b""
        return Made(demand, xml, pdf, report)

    def _print(self, demand: Demand, xml: bytes) -> bytes:
        attached = Attachment(
            XML_NAME, xml.decode(), f"E-Rechnung (XRechnung 3.0) zu {demand.document.number}"
        )
        data = _data(demand)
        return self._printer.render(data, day=demand.document.issued, attachments=[attached], hybrid=_HYBRID)


def _bare(cents: int) -> str:
    return format_eur(cents).removesuffix(" EUR")


def _number(value: object) -> str:
    whole, _, rest = format(value, "f").partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}".replace(",", ".") + (f",{rest}" if rest.strip("0") else "")


def sender_data(contact: Contact, name: str, iban: str) -> dict[str, str]:
    """Return what the letterhead prints about the sender."""
    return {
        "name": name,
        "unit": contact.person,
        "street": contact.street,
        "postcode": contact.postcode,
        "city": contact.city,
        "bank": contact.bank,
        "iban": grouped(iban),
    }


def grouped(reference: str) -> str:
    """Return an IBAN or RF reference as people read it, in groups of four."""
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def _data(demand: Demand) -> Mapping[str, Any]:
    document, claim = demand.document, demand.claim
    account = document.payments[0]
    return {
        "title": title(claim),
        "sender": sender_data(demand.seller, demand.sender, account.iban),
        "recipient": {
            "name": demand.recipient,
            "street": demand.buyer.street,
            "postcode": demand.buyer.postcode,
            "city": demand.buyer.city,
        },
        "facts": _facts(demand),
        "opening": _opening(demand),
        "lines": [_line(line) for line in document.lines],
        "sums": _sums(demand),
        "vat": demand.treatment.words,
        "payment": _payment(demand, account.account_name),
        "qr": _qr(demand, account.account_name),
        "qr-words": f"GiroCode: {format_eur(document.totals.due_cents)} an {account.account_name}, "
        f"Kassenzeichen {document.remittance}",
        "steps": [
            {
                "number": str(number),
                "text": step.text,
                "source": step.source,
                "amount": _bare(step.amount_cents),
            }
            for number, step in enumerate(demand.derivation.steps, start=1)
        ],
        "share": {
            "name": f"Kostenbeteiligung {claim.service_year}",
            "amount": _bare(demand.derivation.amount_cents),
        },
        "agreement": f"{demand.agreement_title}.",
        "clauses": [{"name": name, "text": text} for name, text in demand.clauses],
        "closing": _closing(demand),
    }


def _facts(demand: Demand) -> list[tuple[str, str]]:
    document, seller = demand.document, demand.seller
    facts = [
        ("Nummer", document.number),
        ("Datum", f"{document.issued:%d.%m.%Y}"),
        ("Leistungsjahr", str(demand.claim.service_year)),
        ("Kassenzeichen", document.remittance),
        ("Leitweg-ID", document.buyer_reference),
        ("Ansprechperson", seller.person),
        ("Telefon", seller.phone),
        ("E-Mail", seller.email),
    ]
    return [(name, value) for name, value in facts if value]


def _opening(demand: Demand) -> list[str]:
    claim = demand.claim
    if claim.before is None:
        return [
            "Sehr geehrte Damen und Herren,",
            f"nach der Vereinbarung „{demand.agreement_title}“ beteiligen Sie sich an den Kosten des "
            f"Leistungsjahres {claim.service_year} mit {format_eur(claim.cents)}.",
        ]
    before = claim.before
    after = claim.before_cents + claim.cents
    return [
        "Sehr geehrte Damen und Herren,",
        f"die Kostenbeteiligung für das Leistungsjahr {claim.service_year} ändert sich von "
        f"{format_eur(claim.before_cents)} auf {format_eur(after)}. Der Unterschied beträgt {format_eur(claim.cents)}.",
        f"Dieses Schreiben berichtigt {before.text(v.DEMAND)} vom {before.date:%d.%m.%Y}.",
    ]


def _line(line: Line) -> dict[str, str]:
    period = line.period
    days = (
        f"{period.start:%d.%m.%Y} bis {period.end:%d.%m.%Y}" if period and period.start and period.end else ""
    )
    return {
        "id": line.id,
        "name": line.name,
        "period": days,
        "quantity": _number(line.quantity),
        "price": _number(line.price),
        "amount": _bare(line.net_cents),
    }


def _sums(demand: Demand) -> list[dict[str, str]]:
    totals, tax = demand.document.totals, demand.document.taxes[0]
    sums = [{"name": "Summe", "amount": _bare(totals.net_cents)}]
    if tax.tax_cents:
        sums += [{"name": f"Umsatzsteuer {_number(tax.rate)} %", "amount": _bare(tax.tax_cents)}]
        sums += [{"name": "Gesamtbetrag", "amount": _bare(totals.gross_cents)}]
    return sums


def _payment(demand: Demand, holder: str) -> list[str]:
    document = demand.document
    if demand.claim.cents < 0:
        return [document.terms]
    due = f"bis zum {document.due:%d.%m.%Y}" if document.due else ""
    account = document.payments[0]
    bank = f" bei {demand.seller.bank}" if demand.seller.bank else ""
    return [
        f"Bitte zahlen Sie {format_eur(document.totals.due_cents)} {due}.",
        f"Empfänger: {holder}",
        f"IBAN: {grouped(account.iban)}{bank}",
        f"Kassenzeichen (Verwendungszweck): {grouped(document.remittance)}",
    ]


def _qr(demand: Demand, holder: str) -> str:
    if demand.claim.cents < 0:
        return ""
    document = demand.document
    iban = document.payments[0].iban
    return giro.svg(giro.payload(holder, iban, document.totals.due_cents, document.remittance))


def _closing(demand: Demand) -> list[str]:
    decided = f"Beschluss: {demand.resolution}." if demand.resolution else ""
    inside = f"Diesem PDF liegt die E-Rechnung (XRechnung 3.0) als Anlage „{XML_NAME}“ bei."
    return [line for line in (decided, inside) if line]


def press(templates: Path | None) -> Callable[[Demand], Made]:
    """Return a press's `make`, for a worker process."""
    return Press(templates).make
