"""Each type of document (BT-3): what becomes of it when it comes in; nothing of it is lost in either syntax."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.comparison import Comparison, DocumentVerdict
from kkd_ledger.einvoice.read import read, unread_of
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker, Severity
from kkd_ledger.einvoice.validate.verdict import XRECHNUNG

from .received import DEMAND, Town

ASKS = "sonst zurückweisen und eine Anforderung (380) verlangen"
NO_BUILDING = f"vereinbart sind keine: annehmen, wenn nur die Art falsch angegeben ist, {ASKS}"
WAITS = {
    "326": (
        "eine Teilrechnung",
        f"annehmen, wenn der ganze Anteil gemeint ist und nichts mehr folgt, {ASKS}",
    ),
    "386": ("einer Vorauszahlung", f"annehmen, wenn der Anteil selbst gemeint ist, {ASKS}"),
    "389": ("eine Gutschrift nach § 14", f"annehmen nur, wenn wir sie selbst ausgestellt haben, {ASKS}"),
    "261": ("eine selbst ausgestellte", f"annehmen nur, wenn sie von uns ist, {ASKS}"),
    "875": ("eine Abschlagsrechnung", NO_BUILDING),
    "876": ("eine Teilschlussrechnung", NO_BUILDING),
    "877": ("eine Schlussrechnung", NO_BUILDING),
    "325": ("eine Proforma-Rechnung", "zurückweisen und auf die Anforderung (380) warten"),
    "388": ("eine Steuerrechnung", "zurückweisen und auf die Anforderung (380) warten"),
    "751": ("eine Mitteilung für die Buchhaltung", "zurückweisen und auf die Anforderung (380) warten"),
    "393": ("eine abgetretene Forderung", "erst die Gläubigerin fragen, ob sie abgetreten hat"),
    "396": ("zu einer abgetretenen Forderung", "erst die Gläubigerin fragen, ob sie abgetreten hat"),
    "71": ("keine Anforderung, wie sie vereinbart ist", "zurückweisen und eine Anforderung (380) verlangen"),
    "Rechnung": ("keine Anforderung", "zurückweisen und eine Anforderung (380) verlangen"),
}
MORE = replace(
    DEMAND,
    lines=(replace(DEMAND.lines[0], net_cents=1_565_530, price=Decimal("15655.30")),),
    totals=m.Totals(1_565_530, 1_565_530, 1_565_530, 1_565_530),
    taxes=(replace(DEMAND.taxes[0], base_cents=1_565_530),),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))


def of_kind(comparison: Comparison) -> list[str]:
    return [str(field) for field in comparison.fields if field.term == "BT-3" and not field.agrees]


@pytest.mark.parametrize("kind", ["380", "384"])
def test_a_demand_and_a_correction_are_plain(town: Town, kind: str) -> None:
    comparison = town.compared(replace(DEMAND, kind=kind))
    assert (comparison.verdict, of_kind(comparison)) == (DocumentVerdict.AS_AGREED, [])


@pytest.mark.parametrize("kind", WAITS)
def test_another_type_waits_and_says_what_to_do(town: Town, kind: str) -> None:
    word, way = WAITS[kind]
    comparison = town.compared(replace(DEMAND, kind=kind))
    [said] = of_kind(comparison)
    assert comparison.verdict == DocumentVerdict.CLARIFY
    assert said.startswith(f"Art {kind} ist ")
    assert word in said
    assert said.endswith(f"erwartet sind 380 (Anforderung), 384 oder 381 (Korrektur): {way}")
    is_credit = kind in m.CREDIT_KINDS
    assert comparison.may_be_accepted is not is_credit, "a credit of a claim that stands is another amount"
    assert bool(comparison.signs) == (kind in {"393", "396"})


def test_a_debit_note_over_what_was_agreed_is_taken(town: Town) -> None:
    comparison = town.compared(replace(DEMAND, kind="383"))
    assert comparison.verdict == DocumentVerdict.AS_AGREED
    assert comparison.remarks == (
        "Art 383 ist eine Belastungsanzeige; gefordert ist, was vereinbart ist, und so wird sie genommen",
    )
    other = town.compared(replace(MORE, kind="383"))
    assert of_kind(other)[0].endswith("sie fordert etwas anderes, als vereinbart ist")
    assert not other.may_be_accepted


# -------------------------------------------------------------------------------------------------- both syntaxes

CHARGE = m.Adjustment(True, 10_000, 100_000, Decimal(10), "Bearbeitung", "ABK", "O")
ALLOWANCE = m.Adjustment(False, 50_000, None, None, "Anlauf", "95", "O")
LINE = replace(
    DEMAND.lines[0],
    adjustments=(replace(CHARGE, category=""), replace(ALLOWANCE, category="")),
    price=Decimal("15955.30"),
)
SHAPES = {
    "plain": DEMAND,
    "allowance-and-charge": replace(
        DEMAND,
        adjustments=(CHARGE, ALLOWANCE),
        lines=(replace(DEMAND.lines[0], net_cents=1_595_530, price=Decimal("15955.30")),),
        totals=m.Totals(
            1_595_530, 1_555_530, 1_555_530, 1_555_530, allowances_cents=50_000, charges_cents=10_000
        ),
    ),
    "in-a-line": replace(DEMAND, lines=(LINE,)),
    "prepaid": replace(DEMAND, totals=replace(DEMAND.totals, prepaid_cents=500_000, due_cents=1_055_530)),
    "rounded": replace(DEMAND, totals=replace(DEMAND.totals, rounding_cents=-30, due_cents=1_555_500)),
    "corrects": replace(DEMAND, preceding=(m.Reference("LK 2024/3", dt.date(2024, 1, 2)),)),
    "rates": replace(
        DEMAND,
        due=None,
        terms="Zahlbar in Raten: 8.000,00 EUR bis 15.03.2024, 7.555,30 EUR bis 14.06.2024.",
    ),
    "debit": replace(
        DEMAND,
        payments=(m.PaymentMeans("59", debited_iban="DE75999999990065340010"),),
        mandate="KKD-6534004",
        creditor_id="DE98ZZZ09999999999",
    ),
    "taxed": replace(
        DEMAND,
        seller=replace(DEMAND.seller, tax_number="20/226/00000"),
        lines=(replace(DEMAND.lines[0], category="S", rate=Decimal(19)),),
        taxes=(m.Tax("S", 1_555_530, 295_551, Decimal(19)),),
        totals=m.Totals(1_555_530, 1_555_530, 1_851_081, 1_851_081, tax_cents=295_551),
    ),
}
KINDS = ("380", "381", "383", "384", "326", "386", "389", "875")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_in_either_syntax(kind: str, shape: str) -> None:
    document = replace(SHAPES[shape], kind=kind)
    for syntax in (cii, ubl):
        content = syntax.write(document)
        again = read(content)
        assert again.totals.tax_cents in {
            document.totals.tax_cents,
            0,
        }  # UBL names the sum of VAT, be it none
        assert replace(again, totals=replace(again.totals, tax_cents=document.totals.tax_cents)) == document
        assert unread_of(open_source(content)) == ()
        assert syntax.write(again) == content


@pytest.mark.parametrize("shape", SHAPES)
def test_both_syntaxes_are_judged_alike(town: Town, shape: str) -> None:
    document = SHAPES[shape]
    said = town.compared(document).text()
    assert [town.compared(read(syntax.write(document))).text() for syntax in (cii, ubl)] == [said] * 2
    assert said != "wie vereinbart" or shape == "plain"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_valid_in_both_syntaxes(checker: Checker, kind: str) -> None:
    for shape, document in SHAPES.items():
        other = replace(
            document,
            kind=kind,
            profile=XRECHNUNG,
            process="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
            buyer=replace(document.buyer, endpoint=m.Identifier("99-KKD06534004-32", "0204")),
            totals=replace(document.totals, tax_cents=document.totals.tax_cents or 0),
        )
        for syntax in (cii, ubl):
            report = checker.check(syntax.write(other))
            errors = [str(found) for found in report.findings if found.severity == Severity.ERROR]
            assert errors == [], (shape, syntax.__name__)
