"""Our own checks: each says exactly what is wrong, in cents and in the clerk's words."""

import base64
import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.validate import Checker, Severity
from kkd_ledger.einvoice.validate.ours import findings, line_cents

from .conftest import SAMPLES


@pytest.fixture(scope="module")
def sample() -> m.Invoice:
    document = read(SAMPLES / "01.02a-INVOICE_uncefact.xml")
    document = replace(document, due=dt.date(2099, 1, 1))
    assert findings(document) == []
    return document


def said(document: m.Invoice) -> list[str]:
    return [str(found) for found in findings(document)]


def test_check_digits(sample: m.Invoice) -> None:
    assert said(replace(sample, buyer_reference="04011000-12345-34")) == [
        "warnung KKD-E10: Prüfziffer der Leitweg-ID: '04011000-12345-34' ist keine gültige Leitweg-ID."
    ]
    assert said(replace(sample, buyer_reference="992-90009-96")) == []
    wrong = m.PaymentMeans("58", iban="DE75512108001245126198")
    assert said(replace(sample, payments=(wrong,))) == [
        "warnung KKD-E11: Prüfziffern des Kontos: 'DE75512108001245126198' ist keine gültige IBAN."
    ]
    assert said(replace(sample, remittance="RF11KKD2023065340041")) == [
        "warnung KKD-E12: Verwendungszweck: 'RF11KKD2023065340041' ist keine gültige RF-Zahlungsreferenz (ISO 11649)."
    ]


LINE = m.Line("1", "Kostenpauschale", Decimal(13645), "C62", Decimal("1.14"), 1555530, "O")


def test_lines_to_the_cent(sample: m.Invoice) -> None:
    assert line_cents(LINE) == 1555530
    assert line_cents(replace(LINE, quantity=Decimal(-13645))) == -1555530
    assert line_cents(replace(LINE, quantity=Decimal("0.5"), price=Decimal("0.01"))) == 1
    assert line_cents(replace(LINE, quantity=Decimal("-0.5"), price=Decimal("0.01"))) == -1
    assert line_cents(replace(LINE, base_quantity=Decimal(1000))) == 1556
    assert line_cents(replace(LINE, quantity=Decimal("9" * 20), price=Decimal("9" * 20))) > 10**40
    assert line_cents(replace(LINE, adjustments=(m.Adjustment(False, 30), m.Adjustment(True, 7)))) == 1555507
    assert said(replace(sample, lines=(replace(LINE, net_cents=1555531),))) == [
        "warnung KKD-E13 (Position 1): Nettobetrag 15.555,31 EUR, Menge × Preis ergibt 15.555,30 EUR."
    ]
    assert said(replace(sample, lines=(replace(LINE, base_quantity=Decimal(0)),))) == [
        "warnung KKD-E13 (Position 1): Die Menge, für die der Preis gilt, ist null."
    ]


def test_tax_to_the_cent(sample: m.Invoice) -> None:
    right = m.Tax("S", 1555530, 295551, Decimal(19))
    assert said(replace(sample, taxes=(right,))) == []
    assert said(replace(sample, taxes=(replace(right, tax_cents=295552),))) == [
        "warnung KKD-E14: Umsatzsteuer 2.955,52 EUR; 19 % von 15.555,30 EUR sind 2.955,51 EUR."
    ]


def test_due_day_correction_periods_currency(sample: m.Invoice) -> None:
    assert said(replace(sample, due=None)) == [
        "warnung KKD-E15: Es ist ein Betrag zu zahlen, aber keine Fälligkeit (BT-9) angegeben."
    ]
    rates = "Zahlbar in Raten: 5,00 EUR bis zum 15.03.2024 und 5,00 EUR bis zum 15.06.2024."
    assert said(replace(sample, due=None, terms=rates)) == [
        "hinweis KKD-E15: Die Fälligkeit steht nur in den Zahlungsbedingungen (BT-20), nicht in BT-9 (Raten)."
    ]
    early = replace(sample, issued=dt.date(2023, 10, 2), due=dt.date(2023, 10, 1))
    assert said(early) == [
        "hinweis KKD-E15: Die Fälligkeit (01.10.2023) liegt vor dem Rechnungsdatum (02.10.2023)."
    ]
    assert said(replace(sample, kind="384", preceding=())) == [
        "warnung KKD-E16: Eine Korrektur muss das berichtigte Dokument nennen (BT-25)."
    ]
    prior = replace(LINE, id="2022", period=m.Period(dt.date(2022, 1, 1), dt.date(2022, 12, 31)))
    current = replace(LINE, id="2023", period=m.Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31)))
    assert said(replace(sample, lines=(prior, current))) == []
    assert said(replace(sample, lines=(prior, current, LINE))) == [
        "warnung KKD-E17 (Position 1): "
        "Das Dokument betrifft mehrere Jahre, aber diese Position nennt keinen Zeitraum (BG-26)."
    ]
    assert said(replace(sample, currency="CHF")) == [
        "warnung KKD-E18: Die Währung ist CHF, gebucht wird nur in EUR."
    ]


def test_an_attachment_that_is_not_what_it_says(sample: m.Invoice) -> None:
    program = base64.b64encode(b"MZ\x90\x00").decode()
    pdf = base64.b64encode(b"%PDF-1.7").decode()
    good = m.InvoiceAttachment("1", filename="anlage.pdf", mime="application/pdf", content=pdf)
    assert said(replace(sample, attachments=(good,))) == []
    assert said(
        replace(sample, attachments=(replace(good, content=program), replace(good, content="%%%")))
    ) == [
        "warnung KKD-E19: Anlage anlage.pdf: der Inhalt ist kein application/pdf.",
        "warnung KKD-E19: Anlage anlage.pdf: der Inhalt ist kein Base64.",
    ]


def test_on_our_own_documents_warnings_are_errors(checker: Checker) -> None:
    report = checker.check(SAMPLES / "01.01a-INVOICE_uncefact.xml")
    assert report.good
    assert not report.strict().good
    assert [one.rule for one in report.strict().findings if one.severity == Severity.ERROR] == ["KKD-E15"]
