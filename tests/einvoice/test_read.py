"""Both syntaxes give one model, nothing is lost on the way through it, and what cannot be read is named."""

import dataclasses
import datetime as dt
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.einvoice.validate.verdict import XRECHNUNG, Severity
from kkd_ledger.errors import InvoiceRefused

from .conftest import CASES, SAMPLES

PAIRS = [case for case in CASES if case.stem.endswith("_uncefact")]
# where the two files of a sample pair themselves say different things
DIFFERENT = {
    "01.20a": {".seller.address.line1", ".seller.address.city"},
    "01.21a": {".seller.vat_id", ".taxes[0].reason", ".payments[0].text"},
    "03.01a": {".buyer.trading_name"},
    "03.06a": {
        ".seller.address.city",
        ".seller.address.postcode",
        ".buyer.address.city",
        ".buyer.address.postcode",
    },
    "03.07a": {".seller.ids", ".payee.legal_id"},
}


def differences(one: Any, other: Any, place: str = "") -> set[str]:
    if one == other or {one, other} == {0, None} or (place == ".order" and other == "Dummywert"):
        return set()
    if dataclasses.is_dataclass(one) and type(one) is type(other):
        names = [field.name for field in dataclasses.fields(one)]
        return set().union(*(differences(getattr(one, n), getattr(other, n), f"{place}.{n}") for n in names))
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return set().union(*(differences(a, b, f"{place}[{index}]") for index, (a, b) in pairs))
    return {place}


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.stem)
def test_both_syntaxes_give_the_same_document(case: Path) -> None:
    other = case.with_name(case.name.replace("_uncefact", "_ubl"))
    assert differences(read(case), read(other)) == DIFFERENT.get(case.stem.partition("-")[0], set())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_was_read_can_be_written_and_is_valid(checker: Checker, case: Path) -> None:
    document = dataclasses.replace(read(case), tax_point=None, tax_point_code="")  # these two we only read
    written = cii.write(document)
    assert read(written) == document
    if case.stem.endswith("_uncefact"):
        assert checker.check(written).good
    assert cii.write(read(written)) == written


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_was_read_can_be_written_as_ubl_and_is_no_less_valid(checker: Checker, case: Path) -> None:
    document = read(case)
    written = ubl.write(document)
    assert differences(document, read(written)) == (
        {".order"} if document.sales_order and not document.order else set()
    )
    assert ubl.write(read(written)) == written
    if checker.check(case).good:
        assert [
            str(found) for found in checker.check(written).findings if found.severity == Severity.ERROR
        ] == []


def leaves(xml: bytes) -> Counter[tuple[str, str]]:
    """Return every text and every attribute of an XML with its path, numbers in one spelling."""
    found: Counter[tuple[str, str]] = Counter()
    for element in etree.fromstring(xml).iter():
        if len(element) or not isinstance(element.tag, str):
            continue
        above = [*reversed(list(element.iterancestors())), element][1:]
        path, text = (
            "/".join(etree.QName(one).localname for one in above),
            " ".join((element.text or "").split()),
        )
        found[path, number(text)] += 1
        found.update((f"{path}@{key}", str(value)) for key, value in element.attrib.items())
    return found


def number(text: str) -> str:
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text


UNREAD = {
    "ApplicableTradeTax/TaxPointDate/DateString",  # read (BT-7), not written: it excludes a due date
    "ApplicableTradeTax/TaxPointDate/DateString@format",
    "GrossPriceProductTradePrice/BasisQuantity",  # the same as the net price's, which is read (BT-149)
    "GrossPriceProductTradePrice/BasisQuantity@unitCode",
    "ApplicableTradeTax/ExemptionReason",  # on a line; EN 16931 has it on the category only (BT-120)
}


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.stem)
def test_nothing_of_a_sample_is_lost(case: Path) -> None:
    """What CII holds comes out again, text by text; that UBL gives the same document is tested above."""
    lost = leaves(case.read_bytes()) - leaves(cii.write(read(case)))
    assert {path for path, _ in lost if not path.endswith(tuple(UNREAD))} == set()
    assert read(case).tax_point or not any("TaxPointDate" in path for path, _ in lost)


def test_a_lost_field_would_be_seen() -> None:
    case = SAMPLES / "01.01a-INVOICE_uncefact.xml"
    document = read(case)
    for name in ("terms", "buyer_reference", "due", "payments", "notes"):
        empty = dataclasses.replace(
            document, **{name: type(getattr(document, name))() if name != "due" else None}
        )
        if empty != document:
            assert leaves(case.read_bytes()) - leaves(cii.write(empty))


def test_reads_the_fields_of_a_sample() -> None:
    document = read(SAMPLES / "03.01a-INVOICE_uncefact.xml")
    assert (document.number, document.issued, document.kind) == ("123456789", dt.date(2019, 2, 28), "380")
    line = document.lines[0]
    assert (line.id, line.quantity, line.unit, line.price) == ("1.1", Decimal(935), "KWH", Decimal("0.2185"))
    assert line.net_cents == 20430
    assert line.period == m.Period(dt.date(2018, 5, 1), dt.date(2018, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<ram:DuePayableAmount>336.9<", "<ram:DuePayableAmount>336.901<", "höchstens zwei Nachkommastellen"),
        ("<ram:DuePayableAmount>336.9<", "<ram:DuePayableAmount>3e2<", "eine Dezimalzahl mit Punkt"),
        ("<ram:DuePayableAmount>336.9<", "<ram:DuePayableAmount>9999999999999<", "1.000.000.000.000 EUR"),
        ('format="102">2016', 'format="102">2x16', "ein Tag JJJJMMTT (Format 102)"),
        ('format="102">20160404', 'format="102">20160431', "ein Tag, den es gibt"),
        ("<ram:TypeCode>380</ram:TypeCode>", "", "es fehlt: Art des Dokuments (BT-3)"),
    ],
)
def test_names_what_cannot_be_read(old: str, new: str, said: str) -> None:
    xml = (SAMPLES / "01.01a-INVOICE_uncefact.xml").read_text(encoding="utf-8")
    assert old in xml
    with pytest.raises(InvoiceRefused) as refused:
        read(xml.replace(old, new).encode())
    assert said in str(refused.value)


def test_names_a_flag_that_is_none() -> None:
    xml = (SAMPLES / "01.21a-INVOICE_uncefact.xml").read_text(encoding="utf-8")
    with pytest.raises(InvoiceRefused, match="true oder false"):
        read(xml.replace("<udt:Indicator>true<", "<udt:Indicator>vielleicht<").encode())


@pytest.mark.parametrize(
    ("sample", "old", "line"),
    [
        ("01.01a-INVOICE_ubl.xml", b"xsd:CommonBasicComponents-2", 4),
        ("01.01a-INVOICE_uncefact.xml", b"ReusableAggregateBusinessInformationEntity:100", 5),
    ],
)
def test_a_document_whose_fields_lie_in_another_namespace_is_refused(
    sample: str, old: bytes, line: int
) -> None:
    content = (SAMPLES / sample).read_bytes().replace(old, b"anders")
    with pytest.raises(InvoiceRefused) as refused:
        read(content, sample)
    [problem] = refused.value.problems
    found = "gefunden: keine Angabe im Namensraum der E-Rechnung; erlaubt: eine E-Rechnung"
    assert str(problem) == f"{sample}: Zeile {line}: {found}"


CENTS = st.integers(-(10**10), 10**10)
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()) or "x"
)
WORD = st.one_of(st.just(""), TEXT)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2199, 12, 31))
DECIMALS = st.decimals(-(10**6), 10**6, places=4, allow_nan=False, allow_infinity=False)
IDENTIFIERS = st.builds(m.Identifier, TEXT, st.just("0204"))
ADDRESSES = st.builds(m.Address, TEXT, WORD, WORD, TEXT, TEXT, WORD, st.just("DE"))
PARTIES = st.builds(
    m.Party,
    name=TEXT,
    trading_name=WORD,
    ids=st.lists(IDENTIFIERS, max_size=2).map(tuple),
    legal_id=st.none() | IDENTIFIERS,
    vat_id=WORD,
    tax_number=WORD,
    endpoint=st.none() | IDENTIFIERS,
    address=st.none() | ADDRESSES,
    contact=st.none() | st.builds(m.ContactPoint, TEXT, WORD, WORD),
)
ADJUSTMENTS = st.builds(
    m.Adjustment, st.booleans(), CENTS, st.none() | CENTS, st.none() | DECIMALS, WORD, WORD
)
LINES = st.builds(
    m.Line,
    id=TEXT,
    name=TEXT,
    quantity=DECIMALS,
    unit=TEXT,
    price=DECIMALS,
    net_cents=CENTS,
    category=st.sampled_from(["S", "O", "E"]),
    rate=st.none() | DECIMALS,
    note=WORD,
    description=WORD,
    period=st.none() | st.builds(m.Period, DAYS, DAYS),
    adjustments=st.lists(ADJUSTMENTS, max_size=2).map(tuple),
    classes=st.lists(st.builds(m.Identifier, TEXT, TEXT), max_size=2).map(tuple),
    attributes=st.lists(st.builds(m.Attribute, TEXT, TEXT), max_size=2).map(tuple),
)
DOCUMENTS = st.builds(
    m.Invoice,
    number=TEXT,
    issued=DAYS,
    kind=st.sampled_from(["380", "381", "384"]),
    currency=st.just("EUR"),
    profile=st.just(XRECHNUNG),
    seller=PARTIES,
    buyer=PARTIES,
    totals=st.builds(m.Totals, CENTS, CENTS, CENTS, CENTS, tax_cents=st.none() | CENTS),
    lines=st.lists(LINES, min_size=1, max_size=3).map(tuple),
    taxes=st.lists(
        st.builds(m.Tax, st.sampled_from(["S", "O"]), CENTS, CENTS, st.none() | DECIMALS),
        min_size=1,
        max_size=2,
    ).map(tuple),
    due=st.none() | DAYS,
    terms=WORD,
    remittance=WORD,
    notes=st.lists(st.builds(m.Note, TEXT, st.just("") | st.just("AAJ")), max_size=2).map(tuple),
    preceding=st.lists(st.builds(m.Reference, TEXT, st.none() | DAYS), max_size=2).map(tuple),
    payments=st.lists(st.builds(m.PaymentMeans, st.just("58"), WORD, WORD), max_size=2).map(tuple),
    period=st.none() | st.builds(m.Period, DAYS, DAYS),
)


@settings(max_examples=60)
@given(DOCUMENTS)
def test_any_document_survives_its_own_xml(document: m.Invoice) -> None:
    assert read(cii.write(document)) == document


@settings(max_examples=60)
@given(DOCUMENTS)
def test_any_document_survives_ubl(document: m.Invoice) -> None:
    """UBL has no payment without its means, and no taxes without their sum."""
    payments, totals = document.payments, document.totals
    if not payments and (document.remittance or (document.is_credit and document.due)):
        payments = (m.PaymentMeans("1"),)
    totals = dataclasses.replace(totals, tax_cents=totals.tax_cents or 0)
    assert read(ubl.write(document)) == dataclasses.replace(document, payments=payments, totals=totals)


def test_ubl_has_a_place_for_what_cii_keeps_elsewhere() -> None:
    """Creditor id, mandate, due day, project and tender of a credit: each stands where EN 16931 binds it."""
    document = dataclasses.replace(
        read(SAMPLES / "01.01a-INVOICE_uncefact.xml"),
        kind=m.CREDIT,
        due=dt.date(2016, 5, 4),
        creditor_id="DE98ZZZ09999999999",
        mandate="M-1",
        project="P-1",
        tender="T-1",
        object=m.Identifier("O-1", "ABT"),
        tax_point_code="29",
        sales_order="S-1",
        attachments=(m.InvoiceAttachment("A-1"),),
        payments=(m.PaymentMeans("59", debited_iban="DE19999999996534000000"),),
    )
    written = ubl.write(document)
    assert read(written) == dataclasses.replace(document, order="NA")
    found = leaves(written)
    for path, text in (
        ("AccountingSupplierParty/Party/PartyIdentification/ID", "DE98ZZZ09999999999"),
        ("PaymentMeans/PaymentDueDate", "2016-05-04"),
        ("PaymentMeans/PaymentMandate/ID", "M-1"),
        ("AdditionalDocumentReference/DocumentTypeCode", "50"),
        ("OriginatorDocumentReference/ID", "T-1"),
        ("InvoicePeriod/DescriptionCode", "35"),
        ("OrderReference/ID", "NA"),
    ):
        assert found[path, number(text)] == 1, path


def test_cii_names_further_earlier_documents_in_remarks(checker: Checker) -> None:
    """D16B has room for one (BG-3 has any number): the schema of XRechnung refuses a second."""
    document = read(SAMPLES / "01.01a-INVOICE_uncefact.xml")
    references = tuple(
        m.Reference(number, day)
        for number, day in (("A 1", None), ("B.2", dt.date(2024, 5, 2)), ("C 3.", None))
    )
    several = dataclasses.replace(document, preceding=references)
    content = cii.write(several)
    assert b"<ram:Content>Bezug auch auf B.2 vom 02.05.2024.</ram:Content>" in content
    assert content.count(b"InvoiceReferencedDocument>") == 2
    assert checker.check(content).good
    assert read(content) == several
    odd = dataclasses.replace(
        document, notes=(m.Note("Bezug auch auf X vom 99.99.2024."), m.Note("Bezug auch auf Y.", "AAI"))
    )
    assert read(cii.write(odd)) == odd
