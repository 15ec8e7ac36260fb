"""A demand → XML and PDF: the words and figures that the template prints, and the checks before anything leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from kkd_ledger import german
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice.model import Line
from kkd_ledger.einvoice.validate import Checker, Report
from kkd_ledger.letters import giro
from kkd_ledger.letters.demand import Demand
from kkd_ledger.letters.demand_lines import follows_steps
from kkd_ledger.letters.payment_terms import rates_text, settled_parts, settled_words
from kkd_ledger.letters.posted import PostedClaim
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import format_eur
from kkd_ledger.paper import Attachment, Hybrid
from kkd_ledger.payments.mandates import Debit
from kkd_ledger.persons.contacts import Contact
from kkd_ledger.references import in_fours

XML_NAME: Final = "xrechnung.xml"
_HYBRID: Final = Hybrid(XML_NAME, "XRECHNUNG", "3.0")


@dataclass(frozen=True)
class MadeDocument:
    """One document ready to be kept and sent; its report has been judged strictly."""

    demand: Demand
    xml: bytes
    pdf: bytes
    report: Report


class DocumentMaker:
    """Makes documents one after the other and stays warm: rules, schemas and templates are loaded once."""

    def __init__(self, stationery: Stationery | None = None, checker: Checker | None = None) -> None:
        self.stationery = stationery or Stationery()
        self._checker = checker or Checker()

    def make(self, demand: Demand) -> MadeDocument:
        """Return a demand's XML and PDF; where the report is not good there is no PDF."""
        xml = ubl.write(demand.document) if demand.syntax == "UBL" else cii.write(demand.document)
        report = self._checker.check(xml, f"{demand.document.number}.xml").strict()
        pdf = self.print(demand, xml) if report.good else b""
        return MadeDocument(demand, xml, pdf, report)

    def data(self, demand: Demand) -> Mapping[str, Any]:
        """Return what the layout prints of a demand, as plain data."""
        return _Letter(demand, self.stationery).data()

    def print(self, demand: Demand, xml: bytes) -> bytes:
        """Return the PDF of a demand with its XML inside, where that is CII: no other syntax may stand in a ZUGFeRD."""
        attached = Attachment(
            XML_NAME, xml.decode(), f"E-Rechnung (XRechnung 3.0) zu {demand.document.number}"
        )
        hybrid = demand.syntax == "CII"
        return self.stationery.render(
            "demand.typ",
            self.data(demand),
            day=demand.document.issued,
            attachments=[attached] if hybrid else [],
            hybrid=_HYBRID if hybrid else None,
        )


def eur(cents: int) -> str:
    """Return an amount as it is printed: `1.234,56 EUR`, with a true minus sign."""
    return format_eur(cents).replace("-", "−")


def bare(cents: int) -> str:
    """Return an amount for a column that is headed EUR."""
    return eur(cents).removesuffix(" EUR")


def number(value: Decimal, places: int = 0) -> str:
    """Return a quantity, price or rate as it is printed: `13.645`, `0,65`; with at least so many places."""
    whole, _, rest = format(abs(value), "f").partition(".")
    decimals = rest.rstrip("0").ljust(places, "0")
    sign = "−" if value < 0 else ""
    return f"{sign}{int(whole):,}".replace(",", ".") + (f",{decimals}" if decimals else "")


def sender_data(contact: Contact, name: str, iban: str) -> dict[str, str]:
    """Return what the letterhead prints about the sender."""
    return {
        "name": name,
        "street": contact.street,
        "postcode": contact.postcode,
        "city": contact.city,
        "person": contact.person,
        "bank": contact.bank,
        "iban": in_fours(iban),
    }


def recipient_data(contact: Contact, name: str) -> dict[str, str]:
    """Return what the address field prints."""
    return {"name": name, "street": contact.street, "postcode": contact.postcode, "city": contact.city}


@dataclass(frozen=True)
class _Letter:
    """A demand's letter: everything that the template prints, as plain data."""

    demand: Demand
    words: Stationery

    def data(self) -> Mapping[str, Any]:
        demand, document = self.demand, self.demand.document
        due = eur(demand.claim.dues[0].cents) if demand.claim.dues else ""
        return {
            "title": demand.title,
            "sender": sender_data(demand.seller, demand.sender, demand.iban),
            "recipient": recipient_data(demand.buyer, demand.recipient),
            "facts": self._facts(),
            "opening": [self.words.say("letter.greeting"), *self._opening()],
            "lines": self._lines(),
            "sums": self._sums(),
            "vat": demand.treatment.words,
            "payment": self._payment(),
            "qr": self._qr(),
            "qr-words": f"GiroCode: {due} an {demand.holder}, Kassenzeichen {document.remittance}",
            "qr-title": self.words.say("letter.qr"),
            "steps": self._steps(),
            "share": {
                "name": claim_name(demand.claim) or f"Kostenbeteiligung {demand.derivation.year_name}",
                "amount": bare(demand.derivation.amount_cents),
            },
            "agreement": demand.agreement_title,
            "clauses": [{"name": name, "text": text} for name, text in demand.clauses],
            "remedy": demand.claim.kind.remedy,
            "closing": self._closing(),
            "regards": self.words.say("letter.regards"),
        }

    def _facts(self) -> list[tuple[str, str]]:
        demand, document = self.demand, self.demand.document
        facts = [
            ("Nummer", document.number),
            ("Datum", f"{german.day(document.issued)}"),
            ("Leistungsjahr", demand.derivation.year_name),
            ("Zeitraum", _common_period(document.lines)),
            ("Kassenzeichen", document.remittance),
            ("Leitweg-ID", document.buyer_reference),
            ("USt-IdNr.", document.seller.vat_id),
            ("Steuernummer", demand.seller.tax_number),
            ("Ansprechperson", demand.seller.person),
            ("Telefon", demand.seller.phone),
            ("E-Mail", demand.seller.email),
        ]
        return [(name, value) for name, value in facts if value]

    def _opening(self) -> list[str]:
        claim, say = self.demand.claim, self.words.say
        amount, year = eur(claim.cents), self.demand.derivation.year_name
        sentences: list[str] = []
        if claim.bill:
            bill, after = claim.bill, eur(claim.bill.after.cents)
            which = "demand.bill" if bill.before is None else "demand.bill_changed"
            before = eur(claim.told_before_cents)
            agreement = self.demand.agreement_title
            words = {"agreement": agreement, "bill": bill.after.title, "amount": amount}
            words |= {"before": before, "after": after} if bill.before else {}
            sentences += [say(which, **words)]
        elif claim.is_tax and claim.restated:
            owed, more = claim.restated.vat_cents, claim.vat_cents
            words = {"before": eur(owed - more), "after": eur(owed), "amount": eur(abs(more))}
            sentences += [say("demand.taxed_later", year=year, **words)]
        elif claim.before is None and claim.form == v.DocumentKind.ACT:
            basis = claim.kind.legal_basis
            sentences += [say("demand.bescheid.opening", legal_basis=basis, year=year, amount=amount)]
        elif claim.before is None:
            sentences += [
                say("demand.opening", agreement=self.demand.agreement_title, year=year, amount=amount)
            ]
        else:
            before, after = eur(claim.before_cents), eur(claim.before_cents + claim.cents)
            sentences += [say("demand.changed", year=year, before=before, after=after, amount=amount)]
        if claim.vat_cents and not claim.is_tax:
            total = eur(claim.cents + claim.vat_cents)
            sentences += [say("demand.with_vat", vat=eur(claim.vat_cents), total=total)]
        return [" ".join(sentences), *self._correction()]

    def _correction(self) -> list[str]:
        claim, say = self.demand.claim, self.words.say
        corrected = (
            [asked.record for asked in claim.restated.claims] if claim.is_tax and claim.restated else []
        )
        before = [("demand.corrects", record) for record in (*corrected, claim.before) if record]
        before += [("demand.replaces", record) for record in claim.replaces]
        said = [
            say(key, number=record.text(v.DEMAND), date=f"{german.day(claim.day_of(record))}")
            for key, record in before
        ]
        if self.demand.reasons:
            said += [say("demand.reason", reasons="; ".join(self.demand.reasons))]
        return [" ".join(said)] if said else []

    def _lines(self) -> list[dict[str, str]]:
        lines = self.demand.document.lines
        common = _common_period(lines)
        return [
            _line(line) | source | {"period": "" if common else _days(line)}
            for line, source in zip(lines, self._sources(), strict=True)
        ]

    def _sources(self) -> list[dict[str, str]]:
        """Return for each line how it was reckoned, from which source, where the lines are the derivation's steps."""
        if not follows_steps(self.demand.claim, self.demand.derivation):
            return [{"words": line.description, "source": ""} for line in self.demand.document.lines]
        return [{"words": step.words, "source": step.source} for step in self.demand.derivation.steps]

    def _steps(self) -> list[dict[str, str]]:
        if follows_steps(self.demand.claim, self.demand.derivation):
            return []
        return [
            {
                "number": str(place),
                "name": step.title,
                "words": step.words,
                "source": step.source,
                "amount": bare(step.amount_cents),
            }
            for place, step in enumerate(self.demand.derivation.steps, start=1)
        ]

    def _sums(self) -> list[dict[str, str]]:
        totals, tax = self.demand.document.totals, self.demand.document.taxes[0]
        claim = self.demand.claim
        credit = "Minderung" if claim.lowered_cents else "Erstattungsbetrag"
        total = credit if claim.gross_cents < 0 and not claim.restated else "Gesamtbetrag"
        taxed = [
            ("Summe netto", totals.net_cents),
            (f"Umsatzsteuer {number(tax.rate or Decimal(0))} %", tax.tax_cents),
        ]
        rows = [*(taxed if tax.tax_cents else []), (total, totals.gross_cents)]
        if claim.restated:
            rows += [("davon schon gefordert", claim.taken_off_cents)]
            rows += [("zu zahlen" if claim.gross_cents >= 0 else "zu erstatten", abs(claim.gross_cents))]
        if claim.gross_cents > 0 and (settled := settled_parts(claim)):
            rows += [*((f"davon {word}", cents) for word, cents in settled)]
            rows += [("noch zu zahlen", claim.settled.left_cents)]
        return [{"name": name, "amount": bare(cents)} for name, cents in rows]

    def _payment(self) -> dict[str, Any]:
        claim, terms = self.demand.claim, self.demand.document.terms
        dues = claim.dues
        if self.demand.debit:
            return {"words": terms, "facts": self._debit(self.demand.debit)}
        if not dues:
            return {"words": terms, "facts": []}
        if len(dues) > 1:
            amount = eur(claim.settled.left_cents)
            words = self.words.say("demand.pay_rates", amount=amount, rates=rates_text(dues))
        else:
            which = "demand.pay_late" if dues[0].day < self.demand.document.issued else "demand.pay"
            words = self.words.say(which, amount=eur(dues[0].cents), due=f"{german.day(dues[0].day)}")
        sentences = " ".join(filter(None, [settled_words(claim, self.words), words]))
        return {"words": sentences, "facts": self._account(dues)}

    def _account(self, dues: Sequence[OrderedDue]) -> list[tuple[str, str]]:
        rate = "Rate, " if len(dues) > 1 else ""
        asked = [(f"{rate}fällig am {german.day(due.day)}", eur(due.cents)) for due in dues]
        if not rate:
            asked = [("Betrag", eur(dues[0].cents)), ("fällig am", f"{german.day(dues[0].day)}")]
        facts = [
            *asked,
            ("Empfänger", self.demand.holder),
            ("IBAN", in_fours(self.demand.iban)),
            ("Bank", self.demand.seller.bank),
            ("Kassenzeichen", in_fours(self.demand.document.remittance)),
        ]
        return [(name, value) for name, value in facts if value]

    def _debit(self, debit: Debit) -> list[tuple[str, str]]:
        return [
            ("Betrag", eur(self.demand.claim.dues[0].cents)),
            ("Einzug am", f"{german.day(debit.day)}"),
            ("Ihr Konto", in_fours(debit.iban)),
            ("Mandat", debit.mandate.reference),
            ("Gläubiger-ID", debit.creditor_id),
            ("Kassenzeichen", in_fours(self.demand.document.remittance)),
        ]

    def _qr(self) -> str:
        document, demand = self.demand.document, self.demand
        if demand.debit or not demand.claim.dues:
            return ""
        code = giro.payload(demand.holder, demand.iban, demand.claim.dues[0].cents, document.remittance)
        return giro.svg(code)

    def _closing(self) -> list[str]:
        decided = self.demand.resolution
        said = [self.words.say("demand.resolution", resolution=decided)] if decided else []
        if self.demand.syntax == "UBL":
            return [*said, self.words.say("demand.beside", number=self.demand.document.number)]
        return [*said, self.words.say("demand.attached", file=XML_NAME)]


def _days(line: Line) -> str:
    period = line.period
    if not (period and period.start and period.end):
        return ""
    if period.start == period.end:
        return german.day(period.start)
    return f"{german.day(period.start)} bis {german.day(period.end)}"


def _common_period(lines: Sequence[Line]) -> str:
    """Return the service period of all lines, empty where they differ."""
    periods = {_days(line) for line in lines}
    return periods.pop() if len(periods) == 1 else ""


def _line(line: Line) -> dict[str, str]:
    return {
        "id": line.id,
        "name": line.name,
        "quantity": number(line.quantity),
        "price": number(line.price, 2),
        "amount": bare(line.net_cents),
    }


def claim_name(claim: PostedClaim) -> str:
    """Return what a bill of charges is called; empty for what is a share."""
    return claim.bill.after.title if claim.bill else ""


def worker_make(templates: Path | None) -> Callable[[Demand], MadeDocument]:
    """Return the `make` of a document maker, for a worker process."""
    return DocumentMaker(Stationery(templates)).make
