"""The verdict by profile: each rule counts as the official configuration says, and what was run is told."""

from pathlib import Path

import pytest

from kkd_ledger.einvoice.element_names import called
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker, Report, Severity
from kkd_ledger.einvoice.validate.official_rules import bundle
from kkd_ledger.einvoice.validate.scenarios import (
    BASIC,
    CVD,
    EXTENDED,
    EXTENSION,
    NORM,
    scenario_of,
)
from kkd_ledger.einvoice.validate.schema_words import schema_sentence
from kkd_ledger.einvoice.validate.verdict import PEPPOL, XRECHNUNG, Validity

from .conftest import SAMPLES
from .test_comparison import xml  # noqa: F401 - the fixture of the county's demand

CII, UBL = SAMPLES / "01.01a-INVOICE_uncefact.xml", SAMPLES / "01.01a-INVOICE_ubl.xml"
CREDIT = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
ERROR, WARNING, NOTE = Severity


def levels(profile: str, file: Path, *, credit: bool = False) -> dict[str, Severity]:
    text = file.read_text(encoding="utf-8")
    if credit:
        invoice = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
        text = text.replace(invoice, CREDIT).replace("ubl:Invoice", "ubl:CreditNote")
    return dict(scenario_of(open_source(text.encode()), profile, bundle()).levels)


def table(error: str = "", warning: str = "", note: str = "") -> dict[str, Severity]:
    return {
        **dict.fromkeys(error.split(), ERROR),
        **dict.fromkeys(warning.split(), WARNING),
        **dict.fromkeys(note.split(), NOTE),
    }


def test_levels_are_those_of_the_official_configuration() -> None:
    cii, lists = "CII-SR-452 CII-SR-453 CII-SR-454", "BR-CL-21 BR-CL-23"
    extension = "BR-CL-10 BR-CL-11 BR-CL-21 BR-CL-24 BR-CL-25 BR-CL-26"
    assert levels(XRECHNUNG, UBL) == table("UBL-CR-646", lists)
    assert levels(XRECHNUNG, UBL, credit=True) == table("", lists)
    assert levels(XRECHNUNG, CII) == table(cii, lists)
    assert levels(EXTENSION, CII) == table(cii, "BR-CL-23", extension)
    assert levels(EXTENSION, UBL) == table("", "BR-CL-23", f"{extension} BR-CO-16 UBL-CR-470 UBL-CR-646")
    assert levels(CVD, CII) == table(cii, lists, "BR-CL-13")
    assert levels(CVD, UBL) == levels(CVD, UBL, credit=True) == table("UBL-CR-646", lists, "BR-CL-13")
    assert levels(NORM, UBL) == levels(NORM, CII) == {}
    assert not scenario_of(open_source(UBL), EXTENSION + " ", bundle()).judges
    assert scenario_of(open_source(UBL), EXTENSION, bundle()).judges


def changed(checker: Checker, document: str, *pairs: tuple[str, str]) -> Report:
    for old, new in pairs:
        assert old in document, old
        document = document.replace(old, new)
    return checker.check(document.encode(), "rechnung.xml")


def rules(report: Report, severity: Severity = ERROR) -> list[str]:
    return [finding.rule for finding in report.findings if finding.severity == severity]


DUE = ("DuePayableAmount>15555.30", "DuePayableAmount>16555.30")


def test_the_amount_due_counts_in_every_cii_and_only_there(checker: Checker, xml: str) -> None:  # noqa: F811
    for profile in (XRECHNUNG, EXTENSION, CVD, NORM, PEPPOL):
        report = changed(checker, xml, (f"{XRECHNUNG}<", f"{profile}<"), DUE)
        assert "BR-CO-16" in rules(report), profile
        assert report.validity == Validity.INVALID
    text = UBL.read_text(encoding="utf-8")
    wrong = ("336.9</cbc:PayableAmount>", "436.9</cbc:PayableAmount>")
    assert rules(changed(checker, text, wrong)) == ["BR-CO-16"]
    extension = changed(checker, text, (f"{XRECHNUNG}<", f"{EXTENSION}<"), wrong)
    assert rules(extension) == ["BR-DEX-09"], "the extension has a rule of its own for it"
    assert "BR-CO-16" in rules(extension, NOTE)


@pytest.mark.parametrize(
    ("profile", "validity", "said"),
    [
        (NORM, Validity.VALID, ""),
        (
            PEPPOL,
            Validity.VALID,
            "hinweis KKD-E02: Geprüft ist, was EN 16931 verlangt; Peppols eigene Regeln",
        ),
        (
            "foo",
            Validity.NOT_JUDGED,
            "warnung KKD-E02: Für das Profil „foo“ (BT-24) liegen keine Regeln bei. Gemessen",
        ),
        (XRECHNUNG.replace("3.0", "2.3"), Validity.NOT_JUDGED, "XRechnung 2.3 ist veraltet (hier: 3.0)"),
        (
            f"{NORM}#compliant#urn:xoev-de:kosit:standard:xrechnung_2.0",
            Validity.NOT_JUDGED,
            "XRechnung 2.0 ist veraltet",
        ),
        (XRECHNUNG.replace("3.0", "4.1"), Validity.NOT_JUDGED, "XRechnung 4.1 ist neuer als die Regeln hier"),
        (
            f"{XRECHNUNG}#conformant#urn:example:mine",
            Validity.NOT_JUDGED,
            "kennt die amtliche Konfiguration nicht",
        ),
        (f" {XRECHNUNG}", Validity.NOT_JUDGED, "Es stehen Leerzeichen um die Kennung."),
        (
            f"{NORM}#conformant#urn:zugferd.de:2p0:extended",
            Validity.NOT_JUDGED,
            "ZUGFeRD 2.0 EXTENDED ist veraltet",
        ),
        ("urn:factur-x.eu:1p0:minimum", Validity.INVALID, "KKD-E01"),
        ("urn:zugferd.de:2p0:basicwl", Validity.INVALID, "KKD-E01"),
        ("", Validity.INVALID, "fehler BR-01: Es fehlt: Profilkennung (BT-24)."),
    ],
)
def test_a_profile_is_told_with_what_was_run(
    checker: Checker,
    xml: str,  # noqa: F811
    profile: str,
    validity: Validity,
    said: str,
) -> None:
    report = changed(checker, xml, (f"{XRECHNUNG}<", f"{profile}<"))
    assert report.validity == validity, report.text()
    assert said in report.text()
    assert report.as_json()["good"] == {Validity.VALID: True, Validity.INVALID: False}.get(validity)
    if validity == Validity.NOT_JUDGED:
        assert report.text().startswith("rechnung.xml: nicht geprüft (CII; ")
        assert "; EN 16931 1.3.16, Schema CII D" in report.text()


def test_only_who_keeps_to_en_16931_is_measured_by_it(checker: Checker, xml: str) -> None:  # noqa: F811
    narrowed = changed(checker, xml, (f"{XRECHNUNG}<", f"{NORM}#compliant#urn:example:mine<"), DUE)
    assert (narrowed.validity, rules(narrowed)) == (Validity.INVALID, ["BR-CO-16"])
    for profile in (f"{NORM}#conformant#urn:example:mine", "foo"):
        report = changed(checker, xml, (f"{XRECHNUNG}<", f"{profile}<"), DUE)
        assert report.validity == Validity.NOT_JUDGED
        assert "BR-CO-16" in rules(report, NOTE)
        assert "an die sich das Profil nicht bindet" in report.text()


def test_factur_x_is_judged_by_its_own_rules(checker: Checker, xml: str) -> None:  # noqa: F811
    price = "<ram:SpecifiedLineTradeAgreement>"
    start, end = xml.index(price), xml.index("</ram:SpecifiedLineTradeAgreement>") + len(price) + 1
    status = "<ram:LineID>1</ram:LineID><ram:LineStatusReasonCode>INFORMATION</ram:LineStatusReasonCode>"
    line = xml[xml.index("<ram:IncludedSupplyChainTradeLineItem>") :]
    line = line[
        : line.index("</ram:IncludedSupplyChainTradeLineItem>")
        + len("</ram:IncludedSupplyChainTradeLineItem>")
    ]
    information = line.replace("<ram:LineID>1</ram:LineID>", status.replace(">1<", ">1.1<"))
    information = information.replace(xml[start:end], "")
    extended = changed(checker, xml, (f"{XRECHNUNG}<", f"{EXTENDED}<"), (line, line + information))
    assert extended.good, extended.text()
    assert "Factur-X EXTENDED (aus factur-x " in extended.rules
    assert rules(changed(checker, xml, (f"{XRECHNUNG}<", f"{EXTENDED}<"), DUE)) == ["BR-FXEXT-CO-16"]
    basic = changed(checker, xml, (f"{XRECHNUNG}<", f"{BASIC}<"))
    assert basic.profile_name == "Factur-X BASIC"
    assert rules(basic) == ["XSD"] * len(rules(basic)) != []  # BASIC has no contact of the seller, for one
    assert not changed(checker, xml, (f"{XRECHNUNG}<", f"{NORM}<"), (line, line + information)).good


def test_only_what_d16b_knows_is_allowed(checker: Checker, xml: str) -> None:  # noqa: F811
    name = "</ram:Description>\n      </ram:SpecifiedTradeProduct>"
    later = "EN 16931 und XRechnung nennen CII D16B, und „{}“ {} (erst in D22B)."
    batch = changed(checker, xml, (name, name.replace("\n", "<ram:BatchID>1</ram:BatchID>\n")))
    assert rules(batch) == ["XSD"] * 3, "once for each line"
    assert later.format("BatchID", "gibt es dort nicht") in batch.text()
    assert "nur Schema CII D16B" in batch.text()
    end = "</ram:IncludedNote>"
    coded = "<ram:SubjectCode>AAI</ram:SubjectCode>"
    assert changed(checker, xml, (end, f"{coded}{end}")).good
    twice = changed(checker, xml, (end, f"{coded}{coded}{end}"))
    assert later.format("Code der Bemerkung (BT-21)", "darf dort nur einmal stehen") in twice.text()
    number = changed(checker, xml, ("<ram:ID>KKD-2024-00004</ram:ID>", ""))
    assert later.format("Kennung", "muss dort stehen") in number.text()
    extension = changed(
        checker,
        xml,
        (f"{XRECHNUNG}<", f"{EXTENDED}<"),
        (name, name.replace("\n", "<ram:BatchID>1</ram:BatchID>\n")),
    )
    assert extension.good, "Factur-X has a schema of its own, which knows it"


def test_rules_that_are_older_than_the_document_are_told(checker: Checker, xml: str) -> None:  # noqa: F811
    made = bundle().made
    assert made
    old = ('format="102">20240229<', 'format="102">20270401<')
    said = f"hinweis KKD-E05: Das Dokument ist vom 01.04.2027, die Regeln hier sind vom {made:%d.%m.%Y}."
    assert said in changed(checker, xml, old).text()
    assert "KKD-E05" not in changed(checker, xml, (old[0], old[1].replace("20270401", "20270201"))).text()


def test_our_own_rules_do_not_refuse_what_the_standard_allows(checker: Checker, xml: str) -> None:  # noqa: F811
    note = changed(
        checker,
        xml,
        (
            "</rsm:ExchangedDocument>",
            "<ram:IncludedNote><ram:SubjectCode>AAI</ram:SubjectCode>"
            "</ram:IncludedNote></rsm:ExchangedDocument>",
        ),
    )
    assert note.good, note.text()
    assert "KKD-E03" not in note.text()
    large = changed(checker, xml, ("<ram:ChargeAmount>0.65<", f"<ram:ChargeAmount>0.65{'0' * 25}<"))
    assert large.good, large.text()
    assert "warnung KKD-E03 (Zeile" in large.text()
    assert "höchstens zwanzig Stellen" in large.text()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Element '{u}Foo': This element is not expected. Expected is one of ( {u}A, {u}B, {u}C, {u}D ).",
            "„Foo“ gehört nicht dorthin; erwartet ist „A“, „B“, „C“ und andere.",
        ),
        (
            "Element '{u}LineID': Missing child element(s). Expected is ( {u}ID ).",
            "In „Nummer der Position (BT-126)“ fehlt etwas; erwartet ist „Kennung“.",
        ),
        (
            "Element '{u}Foo', attribute 'x': [facet 'pattern'] The value 'y' is not accepted by the pattern 'z'.",
            "Foo: „y“ ist dort nicht erlaubt.",
        ),
        ("Something new.", "Something new."),
    ],
)
def test_the_schema_speaks_german(message: str, said: str) -> None:
    assert schema_sentence(message).endswith(said)
    assert called("Foo") == "Foo"
