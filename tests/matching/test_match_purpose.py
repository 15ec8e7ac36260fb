"""What a text says that it pays, and names of offices: each test went wrong, or stayed undecided, in a made-up year."""

import datetime as dt

import pytest

from kkd_ledger.matching.match import ForeignRule
from kkd_ledger.matching.objections import purpose
from kkd_ledger.matching.party_names import Names
from tests.bank.writing import PAYER
from tests.matching.test_match import OTHER, RF_A, RF_B, item, paid_in, placed, returned, settled
from tests.matching.test_match_doubts import suspense, town

KREISUMLAGE = (ForeignRule("kreisumlage", contains="KREISUMLAGE"),)


def share(year: int, **values: object):
    """A demand of a service year as the books name it."""
    given = {"document": f"KKD-{year}-00012", "due": dt.date(year, 3, 15)}
    return item(f"kkd-{year}-a-1", **(given | values))


# --- another purpose


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Kostenbeteiligung KKD 2025", "der Text nennt das Jahr 2025"),
        ("Umlage 2025.", "der Text nennt das Jahr 2025"),
        ("Buchungszeichen 5662448423 Jugendhilfe", "die Zahlung nennt Buchungszeichen 5662448423"),
        ("Kassenz. 5.0101.584077.4 Kita", "die Zahlung nennt Kassenz. 5.0101.584077.4"),
        ("RE-44404 vom 01.02.2024", "die Zahlung nennt RE-44404"),
        ("Rechnung Nr. KKD-2024-00099", "die Zahlung nennt Rechnung Nr. KKD-2024-00099"),
        ("Rechnungsnummer: 20190930001", "die Zahlung nennt Rechnungsnummer: 20190930001"),
        ("RNr. 20190930001 RDat. 30.09.2019", "die Zahlung nennt RNr. 20190930001"),
    ],
)
def test_payer_and_amount_do_not_outweigh_what_the_text_says(text, told):
    assert suspense(paid_in(886_925, text), share(2024)) == told


@pytest.mark.parametrize(
    "text",
    [
        "Kostenbeteiligung 2024",
        "KKD 2024/2025",
        "AO 2025/004711 vom 15.01.2025",
        "Kassenzeichen KKD2023065340041",
        "Rechnung vom 22.01.25",
        "Rechnung 22.01.2025",
        "Rechnung 20250122",
        "Kassenzeichen siehe Schreiben",
        "2025-004711",
    ],
)
def test_numbers_and_days_of_the_payers_own_say_nothing(text):
    [found] = placed(paid_in(886_925, text), items=(share(2024),))
    assert found.kind == "zahlung"


def test_the_year_is_that_of_the_service_and_else_any_of_the_item():
    late = {"due": dt.date(2023, 11, 15), "document": "KKD-2023-00012"}
    for text, kind in (("KKD 2022", "zahlung"), ("KKD 2023", "ungeklaert")):
        assert placed(paid_in(886_925, text), items=(share(2022, **late),))[0].kind == kind
    for text, kind in (("Umlage 2023", "zahlung"), ("Umlage 2022", "ungeklaert")):
        assert placed(paid_in(886_925, text), items=(item(**late),))[0].kind == kind


def test_of_two_equal_shares_the_text_may_tell_the_year():
    equal = (share(2023, reference=RF_B), share(2024))
    for year in (2023, 2024):
        [found] = placed(paid_in(886_925, f"Umlage {year}"), items=equal)
        assert found.allocations == ((f"kkd-{year}-a-1", 886_925),)
    for text in ("Umlage", "Umlage 2023/2024", "Umlage vom 15.03.2024"):
        assert suspense(paid_in(886_925, text), *equal) == "mehrere gleich gute Zuordnungen"
    assert suspense(paid_in(886_925, "Umlage 2025"), *equal) == "der Text nennt das Jahr 2025"
    [found] = placed(paid_in(1_773_850, "Umlage 2023 und 2024"), items=equal)
    assert len(found.allocations) == 2


def test_a_standing_order_keeps_its_end_to_end_id():
    last, this = share(2023, reference=RF_B), share(2024)
    line = paid_in(886_925, "KKD 2024", end_to_end="kkd-2023-a-1")
    assert suspense(line, last, this) == "der Text nennt das Jahr 2024"
    line = paid_in(886_925, end_to_end="kkd-2023-a-1")
    assert suspense(line, last, this) == "ein anderer Posten hat denselben Betrag"
    [found] = placed(paid_in(886_925, end_to_end=RF_A), items=(last, this))
    assert found.allocations == (("kkd-2024-a-1", 886_925),)
    [found] = placed(line, items=(last, share(2024, cents=5_000)))
    assert found.allocations == (("kkd-2023-a-1", 886_925),)


def test_a_sum_pays_the_years_that_the_text_names():
    both = (share(2023), share(2024, cents=5_000))
    assert placed(paid_in(891_925, "KKD 2023 und 2024"), items=both)[0].kind == "zahlung"
    for text in ("KKD 2021 und 2022", "KKD 2022 und 2023", "KKD 2022, 2024"):
        assert suspense(paid_in(891_925, text), *both).startswith("der Text nennt das Jahr 202")


def test_a_part_of_another_year_than_the_texts_is_for_a_person():
    """Last year's amount once more, with this year's reference: a part, or last year's share paid twice."""
    last, this = share(2023, cents=0, reference=RF_B), share(2024)
    assert suspense(paid_in(500_000, f"KKD 2023 {RF_A}"), last, this) == "der Text nennt das Jahr 2023"
    for text, cents in ((f"KKD 2024 {RF_A}", 500_000), (f"KKD 2023 {RF_A}", 886_925)):
        [found] = placed(paid_in(cents, text), items=(last, this))
        assert found.allocations == (("kkd-2024-a-1", cents),)


@pytest.mark.parametrize(
    "text",
    [
        f"1. Rate Kassenzeichen {RF_A[:4]} {RF_A[4:8]} {RF_A[8:]} 15.03.2024",
        "Rechnung KKD-2024-00012 15.03.2024 2. Rate",
        "Re. KKD-2024-00012/1 Abschlag",
    ],
)
def test_a_number_of_ours_may_run_on(text):
    [found] = placed(paid_in(400_000, text), items=(share(2024),))
    assert found.allocations == (("kkd-2024-a-1", 400_000),)


@pytest.mark.parametrize("begun", ["re ", "re-", "rechnung ", "kassenzeichen 1 ", "re A-", "2024/"])
def test_a_long_text_is_read_in_linear_time(begun):
    purpose(begun * (20_000 // len(begun)))  # the suite's time limit tells


@pytest.mark.parametrize("typed", [RF_A[:-4], RF_A.replace("0", "O"), RF_A.replace("0", "O")[:-2]])
def test_the_items_own_reference_cut_or_misread_is_none_of_somebody_else(typed):
    [found] = placed(
        paid_in(886_925, f"Umlage {typed}"), items=(share(2023), share(2024, reference=RF_B, cents=5))
    )
    assert found.allocations == (("kkd-2023-a-1", 886_925),)
    assert not any("Kassenzeichen" in reason for reason in found.evidence)
    other = share(2024, reference=RF_B)
    assert suspense(paid_in(886_925, f"Umlage {typed}"), other).startswith("die Zahlung nennt das fremde ")
    assert suspense(paid_in(886_925, f"Umlage {typed}", iban="DE1"), share(2023)).startswith("nur ein ")


# --- numbers that are days


@pytest.mark.parametrize("document", ["20240315", "15032024"])
def test_a_demand_numbered_like_a_day_needs_the_amount(document):
    dated = item(document=document)
    line = paid_in(4_711_00, f"Bescheid v. {document}")
    assert suspense(line, dated) == "eine kurze Nummer oder ein Datum braucht den Betrag"
    [found] = placed(paid_in(886_925, f"Nr. {document}", iban=""), items=(dated,))
    assert found.evidence[0] == f"Beleg {document} genannt"


def test_a_day_with_points_is_no_number():
    [found] = placed(paid_in(886_925, "Bescheid v. 15.03.2024"), items=(item(document="15032024"),))
    assert not any("Beleg" in reason for reason in found.evidence)


# --- our own payment files


def test_an_end_to_end_id_that_is_the_items_name_refers_to_it():
    named = share(2024)
    [found] = placed(paid_in(886_925, iban="", end_to_end="KKD-2024-A-1"), items=(named,))
    assert found.evidence[0] == "Posten kkd-2024-a-1 in der Ende-zu-Ende-Referenz"
    for reference in ("kkd-2024-a-1", RF_A):
        line = paid_in(400_000, end_to_end=reference)
        assert suspense(line, named) == "eine Ende-zu-Ende-Referenz allein braucht den Betrag"
        [found] = placed(paid_in(400_000, RF_A, end_to_end=reference), items=(named,))
        assert found.allocations == (("kkd-2024-a-1", 400_000),)
    other = paid_in(886_925, end_to_end="kkd-2024-a-1")
    items = (share(2024, cents=0), share(2025, reference=RF_B))
    assert suspense(other, *items).startswith(f"{RF_A} ist bereits ausgeglichen")


def test_a_return_with_the_items_name_gives_its_payment_back():
    [found] = placed(returned(end_to_end="a-1", iban=""), items=(settled(),))
    assert (found.kind, found.allocations) == ("rueckgabe", (("a-1", -886_925),))


# --- the stronger reference


def test_a_kassenzeichen_stands_whatever_number_of_the_demand_is_beside_it():
    items = (item(document="KKD-2023-00012"), town("Gemeinde Beispiel"))
    for text in (f"{RF_A} KKD-2023-00012", f"KKD-2023-00012 {RF_A}"):
        [found] = placed(paid_in(886_925, text, iban="DE1"), items=items)
        assert found.evidence[0] == f"Kassenzeichen {RF_A} genannt"


# --- a rule against payer and amount


def test_payer_and_amount_do_not_outweigh_a_rule():
    line = paid_in(886_925, "Kreisumlage 03/2024")
    [found] = placed(line, own=False, rules=KREISUMLAGE)
    assert (found.kind, found.allocations) == ("wartet", ())
    assert found.evidence == ("die Regel kreisumlage nennt solche Zeilen fremd",)
    assert found.proposals[0].allocations == (("a-1", 886_925),)
    [found] = placed(paid_in(886_925, f"Kreisumlage {RF_A}"), own=False, rules=KREISUMLAGE)
    assert found.kind == "zahlung"


def test_a_rule_does_not_take_a_payers_line_that_tells_the_agreement():
    for text, iban, kind in (
        ("Kreisumlage und KKD 2024", "", "wartet"),
        ("KREISUMLAGE", "", "nicht-kkd"),
        ("Kreisumlage KKDX", "", "nicht-kkd"),
        ("Kreisumlage KKD", OTHER, "nicht-kkd"),
        ("Musterstadt 8.869,25 und Kreisumlage", "", "wartet"),
        ("Musterstadt 8869,25 und Kreisumlage", "", "wartet"),
        ("Musterstadt 8.869,24 und Kreisumlage 18.869,25", "", "nicht-kkd"),
        ("Musterstadt 8.869,25 und Kreisumlage", OTHER, "nicht-kkd"),
    ):
        line = paid_in(5_000_000, text, **({"iban": iban} if iban else {}))
        assert placed(line, items=(share(2024),), own=False, rules=KREISUMLAGE)[0].kind == kind


# --- offices


@pytest.mark.parametrize(
    ("agreed", "told"),
    [
        ("Musterstadt", "Gde. Musterstadt"),
        ("Bad Musterdorf, Verbandsgemeinde", "Verbandsgemeindekasse Bad Musterdorf"),
        ("Bad Musterdorf, Verbandsgemeinde", "VG Bad Musterdorf"),
        ("Musterheide, Samtgemeinde", "Samtgemeindeverwaltung Musterheide"),
        ("Landkreis Muster-Beispiel", "LK Muster-Beispiel"),
    ],
)
def test_offices_may_be_shortened(agreed, told):
    assert Names({"a": [agreed]}).parties(told) == {"a": True}


def test_an_association_is_not_the_municipality_of_its_name():
    names = Names({"town": ["Musterdorf"], "all": ["Musterdorf, Verbandsgemeinde"]})
    assert names.parties("VG Musterdorf") == {"town": False, "all": True}
    assert names.parties("Gemeinde Musterdorf") == {"town": True, "all": False}
    items = (item(names=("Musterdorf",), agreed_ibans=()), town("Musterdorf, Verbandsgemeinde", cents=5_000))
    assert suspense(paid_in(886_925, "Umlage", iban="DE1", name="VG Musterdorf"), *items[:1])
    [found] = placed(paid_in(5_000, RF_B, iban=OTHER, name="VG Musterdorf"), items=items)
    assert found.allocations == (("b-1", 5_000),)


@pytest.mark.parametrize(
    "agreed", ["Behausen (Beispielland)", "Behausen am Muster", "Behausen a. d. Muster, Stadt"]
)
def test_a_name_without_its_addition_speaks_against_another_partys_account(agreed):
    items = (item(), town(agreed, cents=5_000, agreed_ibans=()))
    line = paid_in(886_925, "Umlage", name="Gemeindekasse Behausen")
    assert suspense(line, *items) == "IBAN und Name nennen verschiedene Beteiligte"
    assert suspense(paid_in(5_000, "Umlage", iban="DE1", name="Gemeindekasse Behausen"), *items)


def test_a_name_that_is_anothers_without_its_addition_is_no_evidence():
    names = Names({"a": ["Behausen"], "b": ["Behausen (Beispielland)"], "c": ["Bad Behausen"]})
    assert names.parties("Gemeinde Behausen") == {"a": False, "b": False}
    assert names.parties("Gemeinde Behausen (Beispielland)") == {"b": True}
    assert names.parties("Bad Behausen") == {"c": True}
    items = (item(names=("Behausen",)), town("Behausen (Beispielland)"))
    for iban, posten in ((PAYER, "a-1"), (OTHER, "b-1")):
        [found] = placed(paid_in(886_925, "Umlage", iban=iban, name="Gemeinde Behausen"), items=items)
        assert found.allocations == ((posten, 886_925),)
    assert suspense(paid_in(886_925, "Umlage", iban="DE1", name="Gemeinde Behausen"), *items)
