"""What money depends on in a received document: each field is as agreed, told, or waits for a person."""

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Document, Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice.comparison import DocumentVerdict, Judgement
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.references import ibans_in
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.filing import ReceivedDocument
from kkd_ledger.work.claims.incoming import receive
from tests.samples import LEDGERS

TODAY = dt.date(2024, 2, 29)
ORDER = Authorisation(TODAY, "S. Muster", "L. Beispiel")
COUNTY, FOREIGN = "DE19999999996534000000", "DE30999999990000471100"


@pytest.fixture(scope="module")
def xml(tmp_path_factory: pytest.TempPathFactory, checker: Checker) -> str:
    """Return the county's demand of 2024 to Biedenkopf."""
    folder = tmp_path_factory.mktemp("county")
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, folder / name)
    book = load_book(folder / "landkreis")
    [made] = write_demands(
        book, 2024, today=TODAY, members=["biedenkopf"], maker=DocumentMaker(checker=checker)
    ).documents
    return made.xml.decode()


@pytest.fixture
def town(tmp_path: Path) -> Book:
    for name in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return load_book(tmp_path / "biedenkopf")


def changed(xml: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in xml, old
        xml = xml.replace(old, new)
    return xml


def got(town: Book, checker: Checker, text: str, order: Authorisation = ORDER) -> ReceivedDocument:
    file = town.root.parent / "rechnung.xml"
    file.write_text(text, encoding="utf-8")
    [one] = receive(town, [file], order, checker=checker).received
    return one


def means(code: str, *inside: str) -> tuple[str, str]:
    """Return the change of the sample's payment means to others."""
    return ("<ram:TypeCode>58</ram:TypeCode>", f"<ram:TypeCode>{code}</ram:TypeCode>{''.join(inside)}")


TOTAL = "<ram:DuePayableAmount>15555.30</ram:DuePayableAmount>"
BASIS = "<ram:TaxBasisTotalAmount>15555.30</ram:TaxBasisTotalAmount>"
GRAND = "<ram:GrandTotalAmount>15555.30</ram:GrandTotalAmount>"
TAX_BASE = "<ram:BasisAmount>15555.30</ram:BasisAmount>"
TERMS = "<ram:SpecifiedTradePaymentTerms>"
SUM = "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
LINE_SUM = "<ram:LineTotalAmount>15555.30</ram:LineTotalAmount>"


def adjusted(*, charge: bool, cents: int, due: str) -> Sequence[tuple[str, str]]:
    """Return the changes by which a document has an allowance or charge as a whole, all sums right."""
    kind = "Charge" if charge else "Allowance"
    element = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>"
        f"{'true' if charge else 'false'}</udt:Indicator></ram:ChargeIndicator>"
        f"<ram:ActualAmount>{cents // 100}.00</ram:ActualAmount><ram:Reason>Sonstiges</ram:Reason>"
        "<ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>O</ram:CategoryCode>"
        "</ram:CategoryTradeTax></ram:SpecifiedTradeAllowanceCharge>"
    )
    total = f"<ram:{kind}TotalAmount>{cents // 100}.00</ram:{kind}TotalAmount>"
    return (
        (TERMS, f"{element}{TERMS}"),
        (LINE_SUM, f"{LINE_SUM}{total}"),
        *((old, old.replace("15555.30", due)) for old in (BASIS, GRAND, TAX_BASE, TOTAL)),
    )


ROUNDED = (
    (GRAND, f"<ram:RoundingAmount>-0.30</ram:RoundingAmount>{GRAND}"),
    (TOTAL, TOTAL.replace("15555.30", "15555.00")),
)
PREPAID = (
    (
        TOTAL,
        f"<ram:TotalPrepaidAmount>5000.00</ram:TotalPrepaidAmount>{TOTAL.replace('15555.30', '10555.30')}",
    ),
)
PAYEE = (
    "<ram:SpecifiedTradeSettlementPaymentMeans>",
    "<ram:PayeeTradeParty><ram:Name>Andere GmbH</ram:Name></ram:PayeeTradeParty>"
    "<ram:SpecifiedTradeSettlementPaymentMeans>",
)
DUE = "20240315"
ACCOUNT = f"<ram:IBANID>{COUNTY}</ram:IBANID>"
HOLDER = "<ram:AccountName>Kreisausschuss des Landkreises Marburg-Biedenkopf</ram:AccountName>"


def due(day: dt.date) -> Sequence[tuple[str, str]]:
    return ((DUE, f"{day:%Y%m%d}"), ("15.03.2024", f"{day:%d.%m.%Y}"))


CLEARED = {
    "abzug": (adjusted(charge=False, cents=500000, due="10555.30"), "2024: gefordert 10.555,30 EUR, vereinbart "
              "1,14 × 13.645: -5.000,00 EUR", "BG-20"),
    "zuschlag": (adjusted(charge=True, cents=10000, due="15655.30"), "Zuschlag auf das ganze Dokument: 100,00 EUR "
                 "(Sonstiges); vereinbart ist keiner", "BG-21"),
    "rundung": (ROUNDED, "der Betrag ist um -0,30 EUR gerundet", "BT-114"),
    "vorauszahlung": (PREPAID, "als schon gezahlt oder erlassen abgezogen sind 5.000,00 EUR; nach unseren Büchern "
                      "sind es 0,00 EUR",
                      "BT-113"),
    "frueher": (due(dt.date(2024, 3, 2)), "fällig 02.03.2024, vereinbart 15.03.2024: 13 Tage früher", "BT-9"),
    "vor-dem-dokument": (due(dt.date(2024, 1, 2)), "noch vor dem Tag des Dokuments", "BT-9"),
    "spaeter": (due(dt.date(2099, 3, 15)), "27393 Tage später", "BT-9"),
    "empfaenger": ((PAYEE,), "zu zahlen an Andere GmbH statt an Kreisausschuss", "BT-59"),
    "name": ((("<ram:Name>Kreisausschuss des Landkreises Marburg-Biedenkopf</ram:Name>",
               "<ram:Name>Andere GmbH</ram:Name>"),), "heißt Andere GmbH, nicht Kreisausschuss", "BT-27"),
    "konto": (((COUNTY, FOREIGN),), f"zu zahlen auf {FOREIGN}; vereinbart ist {COUNTY}", "BT-84"),
    "text": ((("Zahlbar bis", f"Bank: {FOREIGN}. Zahlbar bis"),), f"im Text steht ein anderes Konto: {FOREIGN}", ""),
    "text-gruppiert": ((("Zahlbar bis", "Neue Bank: de30 9999 9999 0000 4711 00! Zahlbar bis"),), FOREIGN, ""),
    "text-falsch": ((("Zahlbar bis", "auf DE31999999990000471100. Zahlbar bis"),), "DE31999999990000471100", ""),
    "bankleitzahl": ((("Zahlbar bis", "Konto 4711, BLZ 999 999 99. Zahlbar bis"),), "BLZ 999 999 99", ""),
    "referenz": ((("RF62KKD2024065340041", f"an {FOREIGN}"),), f"im Text steht ein anderes Konto: {FOREIGN}", ""),
    "teil": ((("<ram:TypeCode>380<", "<ram:TypeCode>326<"),), "Art 326 ist eine Teilrechnung", "BT-3"),
    "voraus": ((("<ram:TypeCode>380<", "<ram:TypeCode>386<"),), "Art 386 ist eine Anforderung einer Voraus", "BT-3"),
    "selbst": ((("<ram:TypeCode>380<", "<ram:TypeCode>389<"),), "Art 389 ist eine Gutschrift", "BT-3"),
    "zeitraum": ((("20241231", "20240630"),), "2024: Leistungszeitraum 01.01.2024 bis 30.06.2024, vereinbart "
                 "01.01.2024 bis 31.12.2024", "BG-26"),
    "scheck": ((means("20"),), "Zahlungsart 20 (Scheck)", "BT-81"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEARED)
def test_what_differs_waits_with_the_difference(town: Book, checker: Checker, xml: str, name: str) -> None:
    pairs, said, term = CLEARED[name]
    ledger = {file: file.read_bytes() for file in town.root.rglob("*.beancount")}
    one = got(town, checker, changed(xml, *pairs))
    assert one.comparison.verdict == DocumentVerdict.CLARIFY
    assert said in one.comparison.text()
    assert [
        field for field in one.comparison.fields if field.term == term and field.judgement == Judgement.CLEAR
    ]
    assert {file: file.read_bytes() for file in town.root.rglob("*.beancount")} == ledger
    assert not (town.root / "documents").exists()


TOLD = {
    "kennung": ((("<ram:ID>06534</ram:ID>", "<ram:ID>K-99</ram:ID>"),), "mit der Kennung K-99; uns bekannt ist 06534"),
    "kein-konto": (((f"<ram:PayeePartyCreditorFinancialAccount>\n          {ACCOUNT}", ""),
                    (HOLDER + "\n        </ram:PayeePartyCreditorFinancialAccount>", ""),
                    ("<ram:TypeCode>58<", "<ram:TypeCode>1<")),
                   f"das Dokument nennt kein Konto; gezahlt wird auf {COUNTY}"),
    "tag-im-text": ((("Zahlbar bis 15.03.2024", "Zahlbar bis 10.03.2024"),), "im Text steht als Tag 10.03.2024, fällig "
                    "ist nach dem Feld dafür der 15.03.2024"),
    "inhaberin": (((HOLDER, "<ram:AccountName>Kreiskasse</ram:AccountName>"),), "Kontoinhaberin ist nach dem Dokument "
                  "Kreiskasse; gezahlt wird an Kreisausschuss"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_changes_no_payment_is_told(town: Book, checker: Checker, xml: str, name: str) -> None:
    pairs, said = TOLD[name]
    one = got(town, checker, changed(xml, *pairs), Authorisation(TODAY))
    assert one.comparison.verdict == DocumentVerdict.AS_AGREED, one.comparison.text()
    assert said in one.comparison.text()
    assert one.kept == "documents/KKD-2024-00004.xml"


@pytest.mark.parametrize("name", ["kennung", "inhaberin"])
def test_nobody_certifies_over_a_sign_of_fraud_that_was_not_seen(
    town: Book, checker: Checker, xml: str, name: str
) -> None:
    pairs, said = TOLD[name]
    one = got(town, checker, changed(xml, *pairs))
    assert one.comparison.verdict == DocumentVerdict.CLARIFY
    assert said in one.comparison.signs[0]
    assert one.comparison.text().startswith("zu klären; ACHTUNG, Zeichen eines möglichen Betrugs: ")
    assert command(town, Path(one.kept).name, "--accept", "nachgefragt", "--by", "S. Muster") == 1
    [kept] = vouchers(town)
    assert said in str(kept.meta[v.REASON])


def test_signs_of_fraud_stand_together_and_first(
    town: Book, xml: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = (*TOLD["inhaberin"][0], *due(dt.date(2024, 3, 2)), ("kkd@landkreis", "kkd@1andkreis"))
    file = town.root.parent / "rechnung.xml"
    file.write_text(changed(xml, *pairs), encoding="utf-8")
    assert command(town, str(file), "--dry-run") == 1
    lines = capsys.readouterr().out.splitlines()
    [warned] = [at for at, line in enumerate(lines) if "ACHTUNG, Zeichen eines möglichen Betrugs" in line]
    signs = [line for line in lines if line.startswith("    - ")]
    assert [line[6:18] for line in signs] == ["elektronisch", "E-Mail-Adres", "Kontoinhaber"]
    assert lines[warned + 1 : warned + 4] == signs
    assert [
        at > warned for at, line in enumerate(lines) if "vereinbart 15.03.2024: 13 Tage früher" in line
    ] == [True]
    assert "\x1b" not in "".join(lines), "colour is for terminals"
    assert command(town, str(file), "--dry-run", "--json") == 1
    [data] = json.loads(capsys.readouterr().out)["received"]
    assert len(data["fraud_signs"]) == 3
    assert {field["term"] for field in data["fields"] if field["fraud_sign"]} == {"BT-34", "BT-43", "BT-85"}
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert command(town, str(file), "--dry-run") == 1
    assert "\x1b[31m    - Kontoinhaberin" in capsys.readouterr().out


def test_every_field_of_a_demand_as_agreed_is_compared(town: Book, checker: Checker, xml: str) -> None:
    one = got(town, checker, xml)
    assert (one.comparison.verdict, one.comparison.remarks) == (DocumentVerdict.AS_AGREED, ())
    found = {field.term for field in one.comparison.fields}
    assert {
        "BT-27",
        "BT-44",
        "BT-3",
        "BT-81",
        "BT-84",
        "BT-85",
        "BT-9",
        "BT-131",
        "BT-115",
        "BT-117",
    } <= found
    assert {field.judgement for field in one.comparison.fields} == {Judgement.AS_AGREED}


def test_a_deferral_in_our_own_book_counts(town: Book, checker: Checker, xml: str) -> None:
    words = ["defer", str(town.root), "kkd-2024-biedenkopf-1", "2024-06-14", "--kind", "stundung"]
    people = ["--order", "Stundung, § 5", "--by", "L. Beispiel", "--certified-by", "S. Muster"]
    assert main([*words, *people, "--today", "2024-02-20"]) == 0
    one = got(town, checker, changed(xml, *due(dt.date(2024, 6, 14))))
    assert (one.comparison.verdict, one.comparison.remarks) == (DocumentVerdict.AS_AGREED, ())


def test_a_reference_may_be_grouped(town: Book, checker: Checker, xml: str) -> None:
    one = got(town, checker, changed(xml, ("RF62KKD2024065340041</ram:P", "rf62 KKD2 0240 6534 0041</ram:P")))
    assert (one.comparison.verdict, one.comparison.remarks) == (DocumentVerdict.AS_AGREED, ())
    [kept] = vouchers(town)
    assert kept.meta[v.ITEM] == "kkd-2024-biedenkopf-1"


def test_the_document_of_a_later_year_does_not_make_the_town_pay_early(
    town: Book, checker: Checker, xml: str
) -> None:
    pairs = [("2024-", "2025-"), ("KKD2024", "KKD2025"), ("RF62", "RF08"), *due(dt.date(2024, 3, 1))]
    periods = [("20240101", "20250101"), ("20241231", "20251231")]
    one = got(town, checker, changed(xml, *pairs[1:], *periods))
    assert one.comparison.verdict == DocumentVerdict.CLARIFY
    assert "fällig 01.03.2024, vereinbart 15.03.2025: 379 Tage früher" in one.comparison.text()


def test_nothing_agrees_with_a_share_that_has_no_amount_yet(town: Book, checker: Checker, xml: str) -> None:
    """A component of 2025 whose cost nobody has entered: the demand of 2025 waits, and says which figure is missing."""
    file = town.agreement_file
    component = """
[[components]]
id = "lizenzen"
title = "Lizenzen"
clause = "§ 5 Abs. 1"
key = "equal"
from = 2025-01-01
totals = [{ year = 2026, amount = "0" }]
"""
    file.write_text(file.read_text("utf-8") + component, "utf-8")
    periods = [("20240101", "20250101"), ("20241231", "20251231")]
    one = got(load_book(town.root), checker, changed(xml, ("KKD2024", "KKD2025"), ("RF62", "RF08"), *periods))
    assert one.comparison.verdict == DocumentVerdict.CLARIFY
    said = "vereinbart ist noch kein Betrag: Lizenzen (§ 5 Abs. 1): es fehlt der Betrag der Kosten 2025"
    assert f"2025: gefordert 15.555,30 EUR, {said}" in one.comparison.text()


# ------------------------------------------------------------------------------------------- decided by a person


def command(town: Book, *words: str) -> int:
    return main(["receive", str(town.root), *words, "--today", str(TODAY)])


def waiting(town: Book, checker: Checker, text: str) -> str:
    one = got(town, checker, text)
    assert one.comparison.verdict == DocumentVerdict.CLARIFY
    return Path(one.kept).name


def vouchers(town: Book) -> list[Document]:
    return [one for one in read_book(town).records if isinstance(one, Document)]


def test_a_person_accepts_what_waits(
    town: Book, checker: Checker, xml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = waiting(town, checker, changed(xml, *due(dt.date(2024, 3, 2))))
    assert command(town, name, "--accept", "so besprochen") == 2
    assert "--by NAME" in capsys.readouterr().err
    assert command(town, name, "--accept", "so besprochen", "--by", "S. Muster") == 0
    assert "rechnung.xml: angenommen" in capsys.readouterr().out
    [kept] = vouchers(town)
    assert (kept.meta[v.CAUSED], kept.meta[v.ITEM]) == ("S. Muster", "kkd-2024-biedenkopf-1")
    assert str(kept.meta[v.REASON]).startswith("so besprochen (angenommen: fällig 02.03.2024")
    assert not list((town.root / "inbox/klaerung").iterdir())


@pytest.mark.parametrize("name", ["vorauszahlung", "spaeter"])
def test_only_what_can_be_accepted_is_advised_to_be(
    town: Book, xml: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = town.root.parent / "rechnung.xml"
    file.write_text(changed(xml, *CLEARED[name][0]), encoding="utf-8")
    assert command(town, str(file)) == 1
    said = capsys.readouterr().out
    assert ("--accept" in said) == (name == "spaeter")
    assert "--reject GRUND --by NAME" in said


def test_the_place_of_a_known_document_is_said_once(
    town: Book, xml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = town.root.parent / "rechnung.xml"
    file.write_text(xml, encoding="utf-8")
    for kept in ("wie vereinbart → {}", "schon eingegangen: KKD-2024-00004 liegt unter {}"):
        assert command(town, str(file)) == 0
        assert f"rechnung.xml: {kept.format('documents/KKD-2024-00004.xml')}\n" in capsys.readouterr().out


def test_another_amount_can_only_be_rejected(
    town: Book, checker: Checker, xml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = changed(xml, *adjusted(charge=False, cents=500000, due="10555.30"))
    name = waiting(town, checker, text)
    before = [one for one in read_book(town).records if isinstance(one, Transaction)]
    assert command(town, name, "--accept", "so besprochen", "--by", "S. Muster") == 1
    assert "das kann niemand annehmen, nur zurückweisen (--reject)" in capsys.readouterr().out
    assert command(town, name, "--reject", "Betrag falsch", "--by", "S. Muster") == 0
    [kept] = vouchers(town)
    assert v.ITEM not in kept.meta
    assert (kept.meta[v.REASON], kept.meta[v.CAUSED]) == ("Betrag falsch", "S. Muster")
    assert [one for one in read_book(town).records if isinstance(one, Transaction)] == before
    again = got(town, checker, text)
    assert again.comparison.verdict == DocumentVerdict.KNOWN
    assert "von S. Muster zurückgewiesen: Betrag falsch" in again.comparison.text()
    right = got(town, checker, xml)
    assert right.comparison.verdict == DocumentVerdict.AS_AGREED, "the right one comes under the same number"
    assert command(town, name, "--by", "S. Muster") == 2


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 3))
def test_an_account_is_found_in_any_text(before: str, after: str, group: int) -> None:
    step = (22, 4, 5, 11)[group]
    grouped = " ".join(FOREIGN[at : at + step] for at in range(0, 22, step))
    assert FOREIGN in ibans_in(f"{before} {grouped} {after}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GB33BUKB20201555555555", ["GB33BUKB20201555555555"]),
        ("IBAN: LT12 1000 0111 0100 1000, danke", ["LT121000011101001000"]),
        ("RF62KKD2024065340041 DE98ZZZ09999999999 99-KKD06534004-32", []),
        ("DE1 und 13.645 Einwohner × 1,14", []),
    ],
)
def test_what_is_an_account_in_a_text(text: str, found: list[str]) -> None:
    assert ibans_in(text) == found


@pytest.mark.parametrize(
    ("days", "judgement"),
    [
        (-1, Judgement.CLEAR),
        (0, Judgement.TOLD),
        (22, Judgement.TOLD),
        (23, Judgement.AS_AGREED),
        (30, Judgement.AS_AGREED),
        (37, Judgement.AS_AGREED),
        (38, Judgement.TOLD),
        (45, Judgement.TOLD),
        (60, Judgement.TOLD),
        (61, Judgement.CLEAR),
    ],
)
def test_a_demand_that_comes_late_has_a_period_of_its_own(
    days: int, judgement: Judgement, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed, issued = dt.date(2024, 3, 15), dt.date(2024, 4, 2)
    module = import_module("kkd_ledger.einvoice.comparison.due_days")
    monkeypatch.setattr(module, "_booked_dues", lambda _: set())
    found = issued + dt.timedelta(days=days)
    policy = SimpleNamespace(payment_days=30)
    case = SimpleNamespace(
        document=SimpleNamespace(due=found, issued=issued, terms="", payments=()),
        book=SimpleNamespace(settings=SimpleNamespace(policy=policy)),
    )
    one = module._due(case, agreed)
    assert one.judgement == judgement
    if judgement == Judgement.TOLD:
        assert f"{days} Tage nach dem Dokument vom 02.04.2024; üblich sind 30" in str(one)
