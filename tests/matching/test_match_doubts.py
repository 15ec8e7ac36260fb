"""What looks like evidence and is none: each test is a payment that once went to the wrong item, or might have."""

import time

import pytest

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.evidence import ClaimSide
from kkd_ledger.matching.match import ForeignRule, OpenItem, match_lines
from kkd_ledger.matching.party_names import Names
from kkd_ledger.references import is_payment_reference, payment_reference
from tests.bank.writing import PAYER
from tests.matching.test_match import OTHER, RF_A, RF_B, RF_C, item, paid_in, placed, returned, settled

FOREIGN = payment_reference("IKZ2023065350041")


def town(name: str, posten: str = "b-1", cents: int = 886_925, **values: object) -> OpenItem:
    """A demand on another party, by default of the same amount."""
    given = {"party": "b", "reference": RF_B, "agreed_ibans": (OTHER,), "names": (name,)}
    return item(posten, cents, **(given | values))


def suspense(line: StatementLine, *items: OpenItem, own: bool = True, rules=()) -> str:
    """Return why a line is not placed."""
    [found] = placed(line, items=items, own=own, rules=rules)
    assert (found.kind, found.allocations) == ("ungeklaert", ())
    return found.evidence[0]


# --- who pays


@pytest.mark.parametrize(
    "name",
    [
        "Evangelische Kirchengemeinde Bad Musterdorf",
        "Freiwillige Feuerwehr Bad Musterdorf e.V.",
        "Gemeinde Bad Musterdorf-Ost",
        "Landkreis Bad Musterdorf",
        "Bad Musterdorf Meier",
        "Gemeindevorstand der Gemeinde",
        "Gemeindevorstand der Gemeinde B",
    ],
)
def test_a_name_with_more_in_it_is_somebody_elses(name):
    whole = item(names=("Bad Musterdorf", "Gemeindevorstand der Gemeinde Bad Musterdorf"), agreed_ibans=())
    assert suspense(paid_in(886_925, iban=OTHER, name=name), whole).startswith("nur ein einziges Merkmal")


@pytest.mark.parametrize(
    ("agreed", "told"),
    [
        ("Musterstadt, Stadt", "Stadtkasse Musterstadt"),
        ("Musterstadt", "Gemeinde Musterstadt"),
        ("Bad Musterdorf", "GEMEINDEVORSTAND DER GEMEINDE BAD MUSTERDORF"),
        ("Landkreis Muster-Beispiel", "Kreisausschuss des Landkreises Muster-Beispiel"),
        ("Neustadt (Hessen), Stadt", "Magistrat der Stadt Neustadt"),
        ("Musterstadt", "Gemeinde Musterstadt Gemein"),
    ],
)
def test_the_office_that_pays_may_be_named(agreed, told):
    assert Names({"a": [agreed]}).parties(told) == {"a": True}


def test_a_county_is_not_the_town_of_its_name():
    names = Names({"county": ["Landkreis Muster-Beispiel"], "town": ["Beispiel, Stadt"]})
    assert names.parties("Landkreis Beispiel") == {"town": False}
    assert names.parties("Kreiskasse Muster-Beispiel") == {"county": True}


def test_the_name_that_is_known_is_the_one_in_the_reasons():
    line = paid_in(886_925, iban=OTHER, name="Rechenzentrum", ultimate="Stadt Musterstadt")
    [found] = placed(line)
    assert found.evidence[0] == "Name Stadt Musterstadt bekannt"


def test_a_part_of_a_name_speaks_against_another_partys_account():
    items = (item(), town("Gemeinde Behausen", agreed_ibans=()))
    line = paid_in(886_925, "Umlage", name="Gemeindewerke Behausen")
    assert suspense(line, *items) == "IBAN und Name nennen verschiedene Beteiligte"


def test_of_several_towns_with_one_account_the_name_may_be_the_holders():
    """The town that keeps the others' account pays for them under its own name: equal shares stay undecided."""
    items = (item(), town("Gemeinde Behausen", agreed_ibans=(PAYER,)))
    for name in ("Gemeindekasse Behausen", "Verwaltungsverband"):
        assert suspense(paid_in(886_925, "Umlage", name=name), *items)
    items = (item(cents=5_000), town("Gemeinde Behausen", agreed_ibans=(PAYER,)))
    for name in ("Gemeindekasse Behausen", "Verwaltungsverband"):
        [found] = placed(paid_in(886_925, "Umlage", name=name), items=items)
        assert found.allocations == (("b-1", 886_925),)
    line = paid_in(886_925, "Umlage", name="Stadt Musterstadt")
    assert suspense(line, *items) == "IBAN und Name nennen verschiedene Beteiligte"
    [found] = placed(paid_in(886_925, RF_B, name="Stadt Musterstadt"), items=items)
    assert found.allocations == (("b-1", 886_925),)


def test_a_name_of_two_parties_is_the_one_whose_account_it_is():
    items = (item(names=("Musterstadt",)), town("Musterstadt (Hessen)"))
    line = paid_in(886_925, "Umlage", name="Stadt Musterstadt - Stadtkasse")
    [found] = placed(line, items=items)
    assert found.allocations == (("a-1", 886_925),)
    line = paid_in(886_925, RF_B, name="Stadt Musterstadt - Stadtkasse")
    assert suspense(line, *items) == "der Zahler hat selbst so viel zu zahlen"


def test_equal_shares_and_the_others_reference():
    """The account is one town's, the reference the other's, and the amount is both's: a wrong slip, or a favour."""
    items = (item(), town("Gemeinde Beispiel"))
    assert suspense(paid_in(886_925, RF_B), *items) == "der Zahler hat selbst so viel zu zahlen"
    [found] = placed(paid_in(886_925, RF_B, iban="DE1"), items=items)
    assert found.allocations == (("b-1", 886_925),)


# --- what is named


def test_a_document_number_inside_a_longer_one_is_not_ours():
    ours = item(document="KKD-2023-00012")
    for text in ("Rechnung X-KKD-2023-00012", "X- KKD-2023-00012", "KKD-2023-00012-7", "26-KKD-2023-00012"):
        [found] = placed(paid_in(400_000, text), items=(ours,))
        assert found.kind == "ungeklaert"
        assert text.removeprefix("Rechnung ") in found.proposals[0].reasons[0]
    for text in ("Rechnung KKD-2023-00012", "Umlage - KKD-2023-00012 - Danke", "Nr:KKD-2023-00012/2024"):
        [found] = placed(paid_in(400_000, text), items=(ours,))
        assert found.allocations == (("a-1", 400_000),)


def test_a_rule_does_not_take_a_line_that_may_be_ours():
    """A longer number, and two items of one amount: a person decides, no rule."""
    steuer = (ForeignRule("steuern", contains="STEUER"),)
    twins = (item(), item("a-2", reference=RF_B))
    for line in (
        paid_in(400_000, "Digitale Steuerung Nr-KKD-2023-00012"),
        paid_in(886_925, "Digitale Steuerung"),
    ):
        items = twins if line.amount_cents == 886_925 else (item(document="KKD-2023-00012"),)
        [found] = placed(line, items=items, own=False, rules=steuer)
        assert found.kind == "wartet"


def test_a_rule_does_not_take_what_our_party_sends_under_our_name():
    """Nothing of it is open: whoever has the agreed account and names us still means us, whatever the rule contains."""
    steuer = (ForeignRule("steuern", contains="STEUER"),)
    for text, iban, kind in (
        ("Digitale Steuerung IKZ, Erstattung", PAYER, "wartet"),
        ("Digitale Steuerung, Erstattung", PAYER, "nicht-kkd"),
        ("Digitale Steuerung IKZ, Erstattung", OTHER, "nicht-kkd"),
    ):
        debt = item("ikz-2023-a-1", direction="verbindlichkeit")
        [found] = placed(paid_in(4_711, text, iban=iban), items=(debt,), own=False, rules=steuer)
        assert found.kind == kind, text


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("text", "name"), [(RF_A, "Eva GmbH"), (RF_A, "Stadt Musterstadt"), ("Umlage", "Stadt Musterstadt")]
)
def test_money_that_went_to_another_account_has_paid_nobody(text, name, own):
    """Reference, amount and name are on the order, whoever wrote it; the account says who got the money."""
    debt = item(direction="verbindlichkeit")
    [found] = placed(paid_in(-886_925, text, iban=OTHER, name=name), items=(debt,), own=own)
    assert (found.kind, found.allocations) == ("ungeklaert" if own else "wartet", ())
    assert found.evidence == (f"das Geld ging an {OTHER}, vereinbart ist {PAYER}",)
    assert found.proposals[0].allocations == (("a-1", 886_925),)


@pytest.mark.parametrize(
    ("line_iban", "agreed"),
    [(PAYER, (PAYER,)), (PAYER, (OTHER, PAYER)), ("", (PAYER,)), (OTHER, ())],
    ids=["the agreed account", "one of two", "the bank names none", "none is agreed"],
)
def test_money_that_may_have_reached_the_payee_pays(line_iban, agreed):
    debt = item(direction="verbindlichkeit", agreed_ibans=agreed)
    [found] = placed(paid_in(-886_925, RF_A, iban=line_iban), items=(debt,), own=False)
    assert found.allocations == (("a-1", 886_925),)


def test_a_rule_does_not_take_the_return_of_our_payment():
    """The fee is inside and not told of, so the amount is another one: the end-to-end id still is our payment's."""
    rule = (ForeignRule("retouren", contains="RETOURE"),)
    back = returned(-887_225, "Retoure", end_to_end="E2E-1")
    [found] = placed(back, items=(settled(end_to_end="E2E-1"),), own=False, rules=rule)
    assert found.kind == "wartet"
    [found] = placed(back, items=(settled(end_to_end="E2E-2"),), own=False, rules=rule)
    assert found.kind == "nicht-kkd"


def test_a_rule_does_not_take_a_foreign_currency_that_names_our_reference():
    rule = (ForeignRule("steuern", contains="STEUER"),)
    for text, kind in ((f"Steuer {RF_A}", "wartet"), ("Steuer", "nicht-kkd")):
        line = paid_in(886_925, text, currency="CHF")
        assert placed(line, own=False, rules=rule)[0].kind == kind


def test_a_mistyped_reference_may_run_on_from_the_word_before():
    line = paid_in(400_000, f"Digitale Steuerung{RF_A[:-1]}")
    rule = (ForeignRule("steuern", contains="STEUER"),)
    [found] = placed(line, own=False, rules=rule)
    assert found.evidence[0] == f"Kassenzeichen mit Schreibfehler: {RF_A[:-1]} statt {RF_A}"
    foreign = paid_in(886_925, f"Umlage{FOREIGN}")
    assert suspense(foreign, item()) == f"die Zahlung nennt das fremde Kassenzeichen {FOREIGN}"


def test_a_short_number_is_no_ground_for_a_part():
    numbered = item(document="10023")
    line = paid_in(4_711, "Kundennr. 10023")
    assert suspense(line, numbered) == "eine kurze Nummer oder ein Datum braucht den Betrag"
    [found] = placed(paid_in(886_925, "Rechnung 10023", iban=""), items=(numbered,))
    assert found.kind == "zahlung"


def test_a_document_number_is_not_enough_between_equal_amounts():
    items = (item(document="KKD-2023-00012"), town("Gemeinde Beispiel", document="KKD-2023-00013"))
    line = paid_in(886_925, "KKD-2023-00012", iban="DE1")
    assert suspense(line, *items) == "ein anderer Posten hat denselben Betrag"


def test_a_document_number_beside_a_foreign_reference():
    line = paid_in(886_925, f"{FOREIGN} Beleg 1000019")
    both = (item(document="1000019"), item("a-2", 5_000, RF_B, document="1000019"))
    for items in (both[:1], both):
        assert suspense(line, *items).endswith(f"fremde Kassenzeichen {FOREIGN}")


@pytest.mark.parametrize("after", ["vom 17.05.2024", "Danke", "17/2025"])
def test_a_foreign_reference_may_run_into_the_next_word(after):
    line = paid_in(886_925, f"Umlage {FOREIGN}{after}")
    assert suspense(line, item()).startswith(f"die Zahlung nennt das fremde Kassenzeichen {FOREIGN}")


@pytest.mark.parametrize("typed", [RF_C.replace("0", "O"), f"{RF_A[:4]} {RF_A[4:8]} 9{RF_A[9:]}8"])
def test_a_reference_that_cannot_be_read_is_not_passed_over(typed):
    assert suspense(paid_in(886_925, f"Kz {typed}"), item()).startswith("die Zahlung nennt das fremde ")
    [found] = placed(paid_in(886_925, "RF12 vom 2023"))
    assert found.kind == "zahlung"


@pytest.mark.parametrize(
    "text",
    [
        f"{FOREIGN} (vgl. {RF_A})",
        f"{RF_A} {RF_B[:-1]}",
        f"{RF_C} {RF_A}",
        f"{RF_A} abzgl. {RF_B}",
    ],
)
def test_a_part_with_another_reference_beside_is_not_sure(text):
    """What else is named may be what is paid: a foreign demand, one mistyped, one settled, one of ours to them."""
    items = (
        item("a-1"),
        item("a-0", 0, RF_C),
        item("a-2", 300_000, RF_B, direction="verbindlichkeit"),
    )
    assert suspense(paid_in(400_000, text), *items).startswith("die Zahlung nennt auch ")
    [found] = placed(paid_in(886_925, text), items=items)
    assert found.allocations == (("a-1", 886_925),)


def test_last_years_check_digits_with_this_years_number():
    """A transfer kept as a template: the clerk changes the year in the reference and not the check digits."""
    items = (item("a-0", 700_000, RF_C), item("a-1"))
    typed = RF_C[:4] + RF_A[4:]
    assert not is_payment_reference(typed)
    line = paid_in(400_000, typed)
    assert suspense(line, *items) == "der Schreibfehler lässt mehrere Kassenzeichen zu"


def test_two_wrong_check_digits_are_more_than_a_slip():
    typed = "RF" + "".join(str(9 - int(digit)) for digit in RF_A[2:4]) + RF_A[4:]
    assert suspense(paid_in(886_925, typed), item()) == "mehr als ein Zeichen des Kassenzeichens weicht ab"


def test_a_valid_reference_is_no_slip_of_ours():
    """A zero more behind the check digits leaves them right: somebody else may own that reference."""
    typed = RF_A[:4] + "0" + RF_A[4:]
    assert is_payment_reference(typed)
    assert suspense(paid_in(886_925, typed), item()).endswith(f"fremde Kassenzeichen {typed}")


def test_two_named_demands_of_the_amount_paid_once():
    items = (item(), town("Gemeinde Beispiel"))
    line = paid_in(886_925, f"{RF_A} {RF_B}")
    assert suspense(line, *items) == "mehrere genannte Posten haben diesen Betrag"


@pytest.mark.parametrize("text", [f"{RF_A} ", "10023 ", "10023-", "KKD-2023-00012-", "1 ", "RF12 3 ", "RF00"])
@pytest.mark.parametrize("cents", [886_925, 400_000])
def test_a_text_full_of_references_takes_no_time(text, cents):
    items = (item(document="10023"), item("a-2", 5_000, RF_B, document="KKD-2023-00012"))
    start = time.process_time()
    placed(paid_in(cents, text * (20_000 // len(text))), items=items)
    assert time.process_time() - start < 3


# --- how much


@pytest.mark.parametrize(
    "text", ["./. 2023-1", "abzgl. Skonto", "verrechnet mit Erstattung", "abzüglich Gutschrift"]
)
def test_a_part_after_a_deduction_is_for_a_person(text):
    """Offsetting needs an order, and nobody has agreed on a discount."""
    assert suspense(paid_in(400_000, f"{RF_A} {text}"), item()).startswith("der Text nennt einen Abzug")
    [found] = placed(paid_in(886_925, f"{RF_A} {text}"))
    assert found.kind == "zahlung"


def test_some_cents_with_a_reference_are_no_part():
    """A cent to try an account with: after it the rest would be a cent short, and a person would have to mend it."""
    assert suspense(paid_in(1, RF_A), item()) == "Kleinbetrag von 0,01 EUR: nie von selbst ein Teil"
    [found] = placed(paid_in(99, RF_A), items=(item(cents=99),))
    assert found.allocations == (("a-1", 99),)


@pytest.mark.parametrize("text", ["1. Rate Umlage 2023", "Abschlag", "Teilzahlung KKD", "Halbjahresrate"])
def test_an_instalment_of_one_demand_is_not_another_demand(text):
    items = (item("a-1"), item("a-2", 2_000_000, RF_B))
    assert suspense(paid_in(886_925, text), *items).startswith("der Text nennt einen Teil")
    [found] = placed(paid_in(886_925, text))
    assert found.kind == "zahlung"


def test_an_amount_that_also_is_a_sum_is_not_guessed():
    items = (item("a-1"), item("a-2", 800_000, RF_B), item("a-3", 86_925, RF_C))
    line = paid_in(886_925, "Umlage")
    assert suspense(line, *items) == "auch mehrere Posten zusammen ergeben den Betrag"


def test_a_sum_among_many_items_may_be_chance():
    many = [item(f"a-{n}", 100_000 + 7**n, payment_reference(f"KKD20230653400{n}")) for n in range(1, 8)]
    line = paid_in(200_000 + 7 + 49, "Umlage")
    assert "Zufall" in suspense(line, *many)
    [found] = placed(line, items=tuple(many[:6]))
    assert found.kind == "zahlung"


def test_towns_with_one_account_pay_in_one_sum():
    items = (item(), town("Gemeinde Beispiel", cents=300_000, agreed_ibans=(PAYER,)))
    [found] = placed(paid_in(1_186_925, "Umlage", name="Verwaltungsverband"), items=items)
    assert dict(found.allocations) == {"a-1": 886_925, "b-1": 300_000}
    line = paid_in(1_186_925, RF_A, name="Verwaltungsverband")
    assert suspense(line, *items) == "der Betrag passt zu einem anderen Posten als der Verweis"


# --- what may give back money that nobody has placed

_REFUND = {"direction": ClaimSide.PAYABLE, "reference": RF_A}


@pytest.mark.parametrize(("held_cents", "placed_there"), [(32_701, False), (32_700, True), (-32_701, True)])
def test_a_payment_that_may_give_back_what_came_in_too_much_is_for_a_person(
    held_cents: int, placed_there: bool
) -> None:
    """A refund is owed, and as much came in that nobody has placed: payer and amount say nothing of which it is."""
    line = paid_in(-32_701, "Rückzahlung, zu viel gezahlt")
    [found] = match_lines(
        [("k", line)], [item("a-1", 32_701, **_REFUND)], dedicated_account=True, suspense={"in": held_cents}
    )
    assert bool(found.allocations) == placed_there
    if not placed_there:
        assert found.evidence == ("derselbe Betrag liegt ungeklärt: vielleicht gibt die Zahlung ihn zurück",)
        assert [proposal.allocations for proposal in found.proposals] == [(("a-1", 32_701),)]


def test_a_payment_that_quotes_the_refund_is_the_refund() -> None:
    line = paid_in(-32_701, f"Erstattung {RF_A}")
    [found] = match_lines(
        [("k", line)], [item("a-1", 32_701, **_REFUND)], dedicated_account=True, suspense={"in": 32_701}
    )
    assert found.allocations == (("a-1", 32_701),)
