"""The peer of P9: drafthorse + factur-x + WeasyPrint make one demand after the other; prints seconds each.

    python tests/bench/invoice_peer.py COUNT

Needs drafthorse, factur-x, segno and weasyprint in the Python that runs it; without them it ends with status 2.
"""

import datetime as dt
import sys
import time
from decimal import Decimal

try:
    import segno
    from drafthorse.models.accounting import ApplicableTradeTax
    from drafthorse.models.document import Document
    from drafthorse.models.party import TaxRegistration
    from drafthorse.models.payment import PaymentMeans, PaymentTerms
    from drafthorse.models.tradelines import LineItem
    from facturx import generate_from_binary
    from weasyprint import HTML
except ImportError:
    sys.exit(2)

PROFILE = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
STEPS = (("OZG", "0.65"), ("Cybersicherheit", "0.29"), ("Geodaten", "0.20"))
HEADS = 13645


def xml(number: str) -> bytes:
    doc = Document()
    doc.context.guideline_parameter.id = PROFILE
    doc.header.id, doc.header.type_code, doc.header.issue_date_time = number, "380", dt.date(2024, 1, 15)
    seller, buyer = doc.trade.agreement.seller, doc.trade.agreement.buyer
    doc.trade.agreement.buyer_reference = "99-KKD06534004-32"
    seller.name, buyer.name = "Landkreis", "Stadt"
    for party in (seller, buyer):
        party.address.postcode, party.address.city_name, party.address.country_id = "99000", "Ort", "DE"
    seller.tax_registrations.add(TaxRegistration(id=("FC", "123/456/789")))
    doc.trade.settlement.currency_code = "EUR"
    doc.trade.settlement.payment_means.add(PaymentMeans(type_code="58"))
    total = Decimal(0)
    for place, (name, rate) in enumerate(STEPS, start=1):
        line, net = LineItem(), HEADS * Decimal(rate)
        line.document.line_id, line.product.name = str(place), name
        line.agreement.net.amount = Decimal(rate)
        line.delivery.billed_quantity = (Decimal(HEADS), "C62")
        line.settlement.trade_tax.type_code, line.settlement.trade_tax.category_code = "VAT", "E"
        line.settlement.trade_tax.rate_applicable_percent = Decimal(0)
        line.settlement.monetary_summation.total_amount = net
        doc.trade.items.add(line)
        total += net
    tax = ApplicableTradeTax()
    tax.calculated_amount, tax.basis_amount, tax.type_code, tax.category_code = Decimal(0), total, "VAT", "E"
    tax.exemption_reason, tax.rate_applicable_percent = "steuerfrei", Decimal(0)
    doc.trade.settlement.trade_tax.add(tax)
    sums = doc.trade.settlement.monetary_summation
    sums.line_total = sums.charge_total = sums.allowance_total = Decimal(0)
    sums.line_total = sums.tax_basis_total = sums.grand_total = sums.due_amount = total
    doc.trade.settlement.terms.add(PaymentTerms(due=dt.datetime(2024, 3, 15, tzinfo=dt.UTC)))
    return bytes(doc.serialize(schema=None))


STYLE = """
@page { size: A4; margin: 34mm 20mm 26mm 25mm;
  @top-left { content: "Landkreis"; font-size: 9pt } @top-right { content: "Erika Beispiel"; font-size: 9pt }
  @bottom-left { content: "Landkreis, Kreisallee 1, 99000 Ort"; font-size: 8pt }
  @bottom-right { content: "Seite " counter(page) " von " counter(pages); font-size: 8pt } }
body { font-family: serif; font-size: 10.5pt; hyphens: auto } h1 { font-size: 14pt } h2 { font-size: 11.5pt }
table { width: 100%; border-collapse: collapse }
td, th { border-bottom: 0.3pt solid gray; padding: 2pt; text-align: left }
"""


def page(number: str) -> str:
    rows = "".join(
        f"<tr><td>{place}<td>{name} (§ 5 Abs. 1)<br><small>Zeitraum 01.01.2024 bis 31.12.2024</small>"
        f"<td>{HEADS}<td>{rate}<td>{HEADS * Decimal(rate)}</tr>"
        for place, (name, rate) in enumerate(STEPS, start=1)
    )
    head = "<tr><th>Pos.<th>Leistung<th>Menge<th>Preis<th>Betrag</tr>"
    qr = segno.make(
        f"BCD\n002\n1\nSCT\n\nLandkreis\nDE19999999996534000000\nEUR15555.30\n\n{number:>020}", error="m"
    )
    facts = "".join(
        f"<div><span>{name}:</span> Wert {number}</div>" for name in ("Nummer", "Datum", "Jahr", "Zeichen")
    )
    return (
        f"<html lang=de><head><title>Anforderung {number}</title><style>{STYLE}</style></head><body>"
        f"<div>Magistrat der Stadt<br>Rathausplatz 5<br>99004 Ort</div>{facts}<h1>Anforderung {number}</h1>"
        "<p>Sehr geehrte Damen und Herren,</p><p>nach der Vereinbarung beteiligen Sie sich an den Kosten.</p>"
        f"<table>{head}{rows}</table><p>Nicht steuerbar.</p><h2>Zahlung</h2><p>Bitte zahlen Sie bis zum 15.03.2024.</p>"
        f"{qr.svg_inline(scale=2)}<h2>Berechnung</h2><table>{head}{rows}</table><h2>Grundlage</h2>"
        f"<ul>{'<li>§ 5: Die Beteiligten zahlen je Leistungsjahr eine Kostenpauschale je Einwohner.</li>' * 3}</ul>"
        "<p>Beschluss: VL-100/2023 vom 28.09.2023.</p></body></html>"
    )


def main() -> None:
    count = int(sys.argv[1])
    generate_from_binary(
        HTML(string=page("0")).write_pdf(), xml("0"), check_xsd=False, check_schematron=False
    )
    begin, used = time.perf_counter(), time.process_time()
    for number in range(count):
        printed = HTML(string=page(str(number))).write_pdf(pdf_variant="pdf/a-3b")
        generate_from_binary(
            printed, xml(str(number)), check_xsd=True, check_schematron=False, flavor="factur-x"
        )
    print((time.perf_counter() - begin) / count, (time.process_time() - used) / count)


if __name__ == "__main__":
    main()
