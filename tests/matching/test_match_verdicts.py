"""What a match says of a line: its reasons to the letter, its proposals in order, and what a rule may take."""

import datetime as dt

import pytest

from kkd_ledger.book.certificate import Fate
from kkd_ledger.matching.evidence import DEFAULT_WEIGHTS, Factor
from kkd_ledger.matching.match import ForeignRule, PaidPart, match_lines
from kkd_ledger.references import payment_reference
from tests.bank.writing import DAY, PAYER, line
from tests.matching.test_match import OTHER, RF_A, RF_B, RF_C, item, paid_in, placed, returned, settled
from tests.matching.test_match_doubts import FOREIGN, suspense, town

RECEIPTS = (ForeignRule("alle-eingaenge", direction="eingang"),)


# --- weights


def test_the_weights_are_those_that_the_books_page_names() -> None:
    """Whoever sets weights in book.toml reads them against these."""
    assert dict(DEFAULT_WEIGHTS) == {
        "kassenzeichen": 50,
        "ende-zu-ende": 45,
        "beleg": 40,
        "kassenzeichen-berichtigt": 30,
        "betrag": 30,
        "summe": 28,
        "iban": 25,
        "mandat": 25,
        "name": 15,
        "faelligkeit": 3,
        "centdifferenz-bis": 99,
    }
    assert set(Factor) < DEFAULT_WEIGHTS.keys()


# --- what is said of a line that is placed, and of one that is not


def test_a_placed_line_has_no_rule_and_no_proposals() -> None:
    [match] = placed(paid_in(886_925, RF_A))
    assert (match.rule, match.proposals, match.charges_cents, match.rest_cents) == ("", (), 0, 0)


def test_of_a_line_that_fits_nothing_nothing_is_proposed() -> None:
    [match] = placed(paid_in(123, "Danke", iban=""))
    assert (match.evidence, match.proposals) == (("nichts passt zu einem offenen Posten",), ())
    assert (match.rule, match.charges_cents, match.rest_cents) == ("", 0, 123)


def test_an_account_of_the_cooperation_s_own_names_no_rule() -> None:
    [match] = placed(paid_in(123, "Danke", iban=""), rules=RECEIPTS)
    assert (match.fate, match.rule, match.evidence) == (
        Fate.SUSPENSE,
        "",
        ("nichts passt zu einem offenen Posten",),
    )


def test_a_line_that_the_bank_has_not_booked_is_for_no_rule() -> None:
    [match] = placed(paid_in(123, iban="", status="PDNG"), own=False, rules=RECEIPTS)
    assert (match.fate, match.rule) == (Fate.WAITS, "")


def test_a_cent_that_comes_in_may_come_from_any_account() -> None:
    [match] = placed(paid_in(1, RF_A, iban=OTHER), items=(item(cents=1),))
    assert match.allocations == (("a-1", 1),)


def test_money_that_went_elsewhere_names_every_agreed_account() -> None:
    debt = item(direction="verbindlichkeit", agreed_ibans=(PAYER, "DE02 1203 0000 0000 2020 51"))
    says = f"das Geld ging an {OTHER}, vereinbart ist {PAYER} oder DE02120300000000202051"
    assert suspense(paid_in(-886_925, RF_A, iban=OTHER), debt) == says


# --- proposals


def test_five_ways_are_proposed_at_most() -> None:
    items = tuple(item(f"a-{n}", reference=payment_reference(f"KKD202300{n}")) for n in range(7))
    [match] = placed(paid_in(886_925, "Umlage"), items=items)
    assert [way.allocations for way in match.proposals] == [((f"a-{n}", 886_925),) for n in range(5)]


def test_of_ways_alike_the_one_that_is_due_comes_first_with_its_points() -> None:
    later = item("a-0", reference=RF_B, due=DAY + dt.timedelta(days=100))
    [match] = placed(paid_in(886_925, "Umlage"), items=(later, item()))
    assert [(way.allocations[0][0], way.score) for way in match.proposals] == [("a-1", 58), ("a-0", 55)]
    assert match.proposals[0].reasons[-1] == "Fälligkeit liegt nahe"
    assert "Fälligkeit liegt nahe" not in match.proposals[1].reasons


@pytest.mark.parametrize(("days", "near"), [(-46, False), (-45, True), (45, True), (46, False)])
def test_a_due_day_is_near_within_forty_five_days(days: int, near: bool) -> None:
    [match] = placed(paid_in(886_925, RF_A), items=(item(due=DAY + dt.timedelta(days=days)),))
    assert ("Fälligkeit liegt nahe" in match.evidence) == near


def test_a_proposal_says_its_doubt_last() -> None:
    [match] = placed(paid_in(886_924, RF_A))
    assert match.proposals[0].reasons == (
        f"Kassenzeichen {RF_A} genannt",
        f"IBAN {PAYER} vereinbart",
        "Fälligkeit liegt nahe",
        "Centdifferenz von -0,01 EUR: nie von selbst",
    )


# --- what a rule may take of a pooled account


def test_a_cent_whose_amount_the_text_names_is_ours() -> None:
    ours = item("kkd-2023-a-1", 2)
    for direction, cents in (("forderung", 1), ("verbindlichkeit", -1)):
        owed = ours._replace(direction=direction)
        rules = (ForeignRule("alle", contains="Sonstiges"),)
        [match] = placed(paid_in(cents, "Sonstiges 0,02 EUR"), items=(owed,), own=False, rules=rules)
        assert match.fate == Fate.WAITS
        [match] = placed(paid_in(-cents, "Sonstiges 0,02 EUR"), items=(owed,), own=False, rules=rules)
        assert match.fate == Fate.NOT_OURS


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("KKD-2019-77", Fate.WAITS),
        ("IKZ-2021-5", Fate.WAITS),
        ("ABC-2021-5", Fate.NOT_OURS),
        ("KKD-1999-77", Fate.NOT_OURS),
        ("KKD 2021", Fate.NOT_OURS),
    ],
)
def test_numbers_that_begin_like_those_of_any_of_our_agreements_are_ours(text: str, fate: Fate) -> None:
    items = (item("kkd-2023-a-1"), item("ikz-2023-a-1", reference=RF_B))
    [match] = placed(paid_in(5_000, text, iban=OTHER), items=items, own=False, rules=RECEIPTS)
    assert match.fate == fate


def test_items_without_an_agreement_s_name_have_no_form() -> None:
    [match] = placed(paid_in(5_000, "KKD-2019-77", iban=OTHER), own=False, rules=RECEIPTS)
    assert match.fate == Fate.NOT_OURS


# --- what comes back


def test_only_booked_payments_that_came_in_may_come_back_unplaced() -> None:
    back = returned(text=RF_A, iban=PAYER, booking_day=DAY + dt.timedelta(days=9))
    pending = paid_in(886_925, "Umlage", status="PDNG")
    *_, match = placed(pending, back, items=(settled(),))
    assert match.kind == "rueckgabe"
    other = paid_in(886_925, "Umlage", currency="CHF")
    *_, match = placed(other, back, items=(settled(),))
    assert match.evidence == ("zurückgegeben sein kann auch eine gleiche Zahlung, die ungeklärt ist",)


def test_a_return_that_opened_nothing_is_no_payment_that_may_come_back() -> None:
    earlier = returned(886_925, "Retoure", iban=PAYER)
    back = returned(text=RF_A, iban=PAYER, booking_day=DAY + dt.timedelta(days=9))
    first, second = placed(earlier, back, items=(settled(),))
    assert (first.kind, second.kind) == ("ungeklaert", "rueckgabe")


@pytest.mark.parametrize(
    ("facts", "paid", "says"),
    [
        ({"text": RF_A}, {}, f"Kassenzeichen {RF_A} genannt"),
        ({"mandate": "M-1"}, {"mandate": "M-1"}, "Mandat M-1 der Zahlung"),
        ({"iban": PAYER}, {}, f"IBAN {PAYER} vereinbart"),
        ({"counterparty": "Stadt Musterstadt"}, {}, "Name Stadt Musterstadt bekannt"),
        ({"end_to_end": "E2E-1"}, {"end_to_end": "E2E-1"}, "Ende-zu-Ende-Referenz E2E-1 der Zahlung"),
    ],
)
def test_a_return_says_by_what_its_payment_was_found(
    facts: dict[str, str], paid: dict[str, str], says: str
) -> None:
    [match] = placed(returned(**facts), items=(settled(**paid),))
    assert match.evidence == (says, "Betrag gleich der zurückgegebenen Zahlung", "Rückgabegrund AC04")


def test_a_return_with_a_mandate_may_give_back_a_payment_of_which_none_is_known() -> None:
    paid = item("a-1", 0, paid=(PaidPart("k", 886_925),))
    for facts in ({"mandate": "M-7"}, {"end_to_end": "E2E-7"}):
        [match] = placed(returned(text=RF_A, **facts), items=(paid,))
        assert match.kind == "rueckgabe"


def test_a_return_of_less_or_more_says_by_how_much() -> None:
    for cents, says in ((-886_924, "-0,01"), (-900_000, "130,75")):
        assert suspense(returned(cents, RF_A, mandate="M-1"), settled(mandate="M-1")) == (
            f"die Rückgabe weicht um {says} EUR von der Zahlung ab"
        )


def test_a_return_without_a_reason_says_none() -> None:
    [match] = placed(line(-886_925, remittance=RF_A, reversal=True), items=(settled(),))
    assert match.evidence == (f"Kassenzeichen {RF_A} genannt", "Betrag gleich der zurückgegebenen Zahlung")


def test_a_return_of_a_cent_leaves_nothing_in_suspense() -> None:
    paid = item("a-1", 0, paid=(PaidPart("k", 1),))
    [match] = placed(returned(-1, RF_A), items=(paid,))
    assert (match.kind, match.allocations, match.rest_cents) == ("rueckgabe", (("a-1", -1),), 0)
    owed = item("k-1", 0, direction="verbindlichkeit", paid=(PaidPart("k", 1),))
    [match] = placed(returned(1, RF_A), items=(owed,))
    assert (match.kind, match.allocations, match.rest_cents) == ("rueckgabe", (("k-1", -1),), 0)


def test_our_own_overpayment_that_came_back_leaves_its_rest_in_suspense() -> None:
    owed = item("k-1", 0, direction="verbindlichkeit", paid=(PaidPart("k", 886_925),))
    back = returned(900_000, RF_A)
    [match] = match_lines([("b", back)], [owed], dedicated_account=True, suspense={"k": -13_075})
    assert (match.allocations, match.rest_cents) == ((("k-1", -886_925),), 13_075)


def test_several_payments_of_one_item_are_told_apart_by_amount() -> None:
    parts = (PaidPart("k1", 400_000), PaidPart("k2", 486_925))
    [match] = placed(returned(-400_000, RF_A), items=(item("a-1", 0, paid=parts),))
    assert match.allocations == (("a-1", -400_000),)


# --- ways


def test_a_payment_of_the_other_direction_says_which_it_is() -> None:
    debt = item(direction="verbindlichkeit")
    assert suspense(paid_in(886_925, RF_A), debt) == (
        f"{RF_A} gehört zu einer Auszahlung, dies ist ein Eingang: vielleicht eine Rückzahlung"
    )


def test_the_strongest_of_an_items_references_is_its_reason() -> None:
    both = item(document="KKD-2023-00012")
    for text in (f"KKD-2023-00012 {RF_A}", f"{RF_A} KKD-2023-00012"):
        [match] = placed(paid_in(886_925, text), items=(both,))
        assert match.evidence[0] == f"Kassenzeichen {RF_A} genannt"
    twice = item(reference=RF_A, document=RF_A)
    [match] = placed(paid_in(886_925, RF_A, end_to_end=RF_A), items=(twice,))
    assert match.evidence[0] == f"Kassenzeichen {RF_A} genannt"


def test_two_items_by_one_document_are_named_together() -> None:
    items = (item(document="KKD-2023-00012"), item("a-2", 100, RF_B, document="KKD-2023-00012"))
    [match] = placed(paid_in(887_025, "KKD-2023-00012", iban=""), items=items)
    assert match.evidence == (
        "Beleg KKD-2023-00012 genannt; Beleg KKD-2023-00012 genannt",
        "Betrag gleich der Summe von 2 offenen Posten",
        "Fälligkeit liegt nahe",
    )


def test_a_part_beside_one_short_and_one_long_number_is_taken() -> None:
    items = (item(document="10023"), item("a-2", 300_000, RF_B))
    [match] = placed(paid_in(400_000, f"10023 {RF_A}"), items=items[:1])
    assert match.allocations == (("a-1", 400_000),)


def test_a_mended_reference_needs_the_amount_or_the_payers_account() -> None:
    typed = RF_A[:-1]
    needs = "das berichtigte Kassenzeichen braucht den Betrag oder die IBAN"
    [match] = placed(paid_in(400_000, typed))
    assert match.allocations == (("a-1", 400_000),)
    named = paid_in(400_000, typed, iban="", name="Stadt Musterstadt")
    assert suspense(named, item()) == needs
    assert suspense(paid_in(400_000, f"{typed} {FOREIGN}"), item()) == needs


def test_an_amount_that_one_item_and_a_group_make_says_so_of_both() -> None:
    items = (item("a-1"), item("a-2", 800_000, RF_B), item("a-3", 86_925, RF_C))
    [match] = placed(paid_in(886_925, "Umlage"), items=items)
    assert {way.allocations: way.reasons[-1] for way in match.proposals} == {
        (("a-1", 886_925),): "auch mehrere Posten zusammen ergeben den Betrag",
        (("a-2", 800_000), ("a-3", 86_925)): "auch ein einzelner Posten ergibt den Betrag",
    }


def test_a_sum_of_seven_items_may_be_chance() -> None:
    many = [item(f"a-{n}", 100_000 + 7**n, payment_reference(f"KKD20230653400{n}")) for n in range(1, 8)]
    assert suspense(paid_in(200_056, "Umlage"), *many) == (
        "bei so vielen offenen Posten kann die Summe Zufall sein"
    )


def test_of_thirteen_items_no_sum_is_looked_for() -> None:
    many = [item(f"a-{n}", 100_000 + 7**n, payment_reference(f"KKD2023065340{n}")) for n in range(13)]
    [match] = placed(paid_in(200_008, "Umlage"), items=tuple(many))
    assert not any(len(way.allocations) > 1 for way in match.proposals)
    [match] = placed(paid_in(200_008, "Umlage"), items=tuple(many[:12]))
    assert any(len(way.allocations) > 1 for way in match.proposals)


@pytest.mark.parametrize(
    ("cents", "owed", "says"),
    [
        (99, 886_925, "Kleinbetrag von 0,99 EUR: nie von selbst ein Teil"),
        (886_826, 886_925, "Centdifferenz von -0,99 EUR: nie von selbst"),
        (887_024, 886_925, "Centdifferenz von 0,99 EUR: nie von selbst"),
        (99, 50, "Kleinbetrag von 0,99 EUR: nie von selbst ein Teil"),
    ],
)
def test_up_to_ninety_nine_cents_are_a_persons(cents: int, owed: int, says: str) -> None:
    assert suspense(paid_in(cents, RF_A), item(cents=owed)) == says


@pytest.mark.parametrize(
    ("cents", "remark"),
    [
        (100, "Teilzahlung, es bleiben 8.868,25 EUR offen"),
        (886_825, "Teilzahlung, es bleiben 1,00 EUR offen"),
        (887_025, "Überzahlung von 1,00 EUR"),
    ],
)
def test_a_euro_is_more_than_a_slip(cents: int, remark: str) -> None:
    [match] = placed(paid_in(cents, RF_A))
    assert (match.kind, match.evidence[-1]) == ("zahlung", remark)


def test_who_owes_the_amount_is_doubted_only_where_the_reference_is_anothers() -> None:
    items = (item(), town("Gemeinde Beispiel", cents=400_000))
    [match] = placed(paid_in(400_000, RF_B), items=items)
    assert match.allocations == (("b-1", 400_000),)


def test_a_standing_order_s_end_to_end_id_is_enough_for_the_only_item_of_its_amount() -> None:
    items = (item("kkd-2023-a-1"), item("kkd-2024-a-1", 886_900, RF_B), town("Gemeinde Beispiel"))
    [match] = placed(paid_in(886_925, end_to_end="kkd-2023-a-1"), items=items)
    assert match.allocations == (("kkd-2023-a-1", 886_925),)


def test_money_of_a_payer_who_owes_something_else_is_proposed_for_the_nearest_item() -> None:
    items = (item("a-1", 500_000), item("a-2", 900_000, RF_B), item("a-3", 880_000, RF_C))
    [match] = placed(paid_in(886_925, "Umlage"), items=items)
    assert match.proposals[0].allocations == (("a-3", 880_000),)
    assert match.proposals[0].reasons[0] == f"IBAN {PAYER} vereinbart"
    dated = (item("kkd-2023-a-1", 880_000), item("kkd-2022-a-1", 500_000, RF_B))
    [match] = placed(paid_in(886_925, "Umlage 2022"), items=dated)
    assert match.proposals[0].allocations == (("kkd-2022-a-1", 500_000),)


def test_the_names_of_several_payers_are_all_told() -> None:
    items = (
        item(agreed_ibans=(), names=("Stadt Musterstadt",)),
        item("b-1", 100_000, RF_B, party="b", agreed_ibans=(), names=("Gemeinde Beispiel",)),
    )
    both = paid_in(986_925, f"{RF_A} {RF_B}", iban="", name="Stadt Musterstadt", ultimate="Gemeinde Beispiel")
    [match] = placed(both, items=items)
    assert "Name Stadt Musterstadt, Gemeinde Beispiel bekannt" in match.evidence


def test_an_outgoing_overpayment_leaves_its_rest_with_its_sign() -> None:
    [match] = placed(paid_in(-900_000, RF_A), items=(item(direction="verbindlichkeit"),))
    assert (match.allocations, match.rest_cents) == ((("a-1", 886_925),), -13_075)


def test_a_cent_of_the_other_direction_is_told_as_what_it_is() -> None:
    assert suspense(paid_in(1, RF_A), item(direction="verbindlichkeit")).endswith(
        "dies ist ein Eingang: vielleicht eine Rückzahlung"
    )


def test_what_names_its_item_is_proposed_for_no_other_of_the_amount() -> None:
    """Reference, amount and name agree; only the account is wrong."""
    debts = (
        item(direction="verbindlichkeit"),
        town("Gemeinde Beispiel", direction="verbindlichkeit", agreed_ibans=()),
    )
    [match] = placed(paid_in(-886_925, RF_A, iban="DE1", name="Stadt Musterstadt"), items=debts)
    assert [way.allocations for way in match.proposals] == [(("a-1", 886_925),)]


def test_of_reasons_alike_the_first_named_is_told() -> None:
    weights = {**DEFAULT_WEIGHTS, Factor.DOCUMENT: 50}
    paid = paid_in(886_925, f"KKD-2023-00012 {RF_A}")
    items = [item(document="KKD-2023-00012")]
    [match] = match_lines([("k", paid)], items, dedicated_account=True, weights=weights)
    assert match.evidence[0] == "Beleg KKD-2023-00012 genannt"


def test_an_office_may_take_differences_of_a_cent() -> None:
    weights = {**DEFAULT_WEIGHTS, "centdifferenz-bis": 0}
    for cents, remark in (
        (886_926, "Überzahlung von 0,01 EUR"),
        (886_924, "Teilzahlung, es bleiben 0,01 EUR offen"),
    ):
        [match] = match_lines(
            [("k", paid_in(cents, RF_A))], [item()], dedicated_account=True, weights=weights
        )
        assert (match.kind, match.evidence[-1]) == ("zahlung", remark)


def test_of_what_else_a_part_names_the_first_in_the_alphabet_is_told() -> None:
    items = (item(), item("a-0", 0, RF_B), item("a-2", 0, RF_C))
    [first, _] = sorted((RF_B, RF_C))
    assert suspense(paid_in(400_000, f"{RF_B} {RF_A} {RF_C}"), *items) == f"die Zahlung nennt auch {first}"


def test_a_slip_of_a_reference_that_two_items_bear_means_the_open_one() -> None:
    typed = RF_A[:-1]
    items = (item("a-0", 0), item("a-1", 1))
    [match] = placed(paid_in(1, typed), items=items)
    assert match.allocations == (("a-1", 1),)


def test_four_items_of_others_are_proposed_by_their_amount() -> None:
    items = tuple(
        town(f"Gemeinde {name}", f"{name}-1", party=name, reference=payment_reference(f"KKD{name.upper()}"))
        for name in ("bdorf", "cdorf", "ddorf", "edorf", "fdorf")
    )
    [match] = placed(paid_in(886_925, "Umlage", iban="", name="Unbekannt"), items=items)
    assert len(match.proposals) == 4


def test_too_little_money_for_two_items_is_proposed_for_the_earlier_first() -> None:
    items = (item("a-1"), item("a-2", 1_282_630, RF_B))
    [match] = placed(paid_in(2_000_000, f"{RF_A} {RF_B}"), items=items)
    assert match.proposals[0].allocations == (("a-1", 886_925), ("a-2", 1_113_075))
    [match] = placed(paid_in(500_000, f"{RF_A} {RF_B}"), items=items)
    assert match.proposals[0].allocations == (("a-1", 500_000),)


def test_a_sum_is_near_its_due_day_where_all_of_it_is() -> None:
    far = DAY + dt.timedelta(days=100)
    for due, near in ((DAY, True), (far, False)):
        items = (item("a-1"), item("a-2", 1_282_630, RF_B, due=due))
        [match] = placed(paid_in(2_169_555, f"{RF_A} {RF_B}"), items=items)
        assert ("Fälligkeit liegt nahe" in match.evidence) == near


def test_a_return_that_names_two_other_references_says_the_first_in_the_alphabet() -> None:
    items = (settled(mandate="M-1"), item("b-1", 0, RF_B), item("b-2", 0, RF_C))
    says = f"die Rückgabe nennt {min(RF_B, RF_C)}"
    for text in (f"{RF_B} {RF_C}", f"{RF_C} {RF_B}"):
        assert suspense(returned(text=text, mandate="M-1"), *items) == says


def test_a_return_finds_the_payment_of_its_own_direction() -> None:
    """Our payment file and theirs may bear the same end-to-end id."""
    ours = item("k-1", 0, RF_B, direction="verbindlichkeit", paid=(PaidPart("k", 886_925, "E2E-1"),))
    [match] = placed(returned(end_to_end="E2E-1"), items=(ours, settled(end_to_end="E2E-1")))
    assert match.allocations == (("a-1", -886_925),)


def test_a_rule_does_not_take_a_return_with_a_mistyped_reference_of_ours() -> None:
    rules = (ForeignRule("retouren", contains="Retoure"),)
    [match] = placed(returned(text=f"Retoure {RF_A[:-1]}"), own=False, rules=rules)
    assert match.fate == Fate.WAITS
