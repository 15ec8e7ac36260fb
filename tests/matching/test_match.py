"""Matching, one test for each situation, with the evidence in words."""

import datetime as dt

import pytest

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.errors import BookRefused
from kkd_ledger.matching.match import ForeignRule, Match, OpenItem, PaidPart, match_lines, rules_from
from kkd_ledger.references import payment_reference
from tests.bank.writing import DAY, PAYER, line

RF_A = payment_reference("KKD2023065340041")
RF_B = payment_reference("KKD2023065340052")
RF_C = payment_reference("KKD2022065340041")
OTHER = "DE89370400440532013000"


def item(posten: str = "a-1", cents: int = 886_925, reference: str = RF_A, **values: object) -> OpenItem:
    """A demand on party a, who pays from PAYER."""
    given = {
        "party": "a",
        "direction": "forderung",
        "due": dt.date(2023, 12, 15),
        "agreed_ibans": (PAYER,),
        "names": ("Stadt Musterstadt",),
    }
    return OpenItem(posten=posten, open_cents=cents, payment_reference=reference, **(given | values))


def paid_in(cents: int, text: str = "", iban: str = PAYER, name: str = "", **values: object) -> StatementLine:
    return line(cents, remittance=text, iban=iban, counterparty=name, **values)


def placed(
    *lines: StatementLine, items: tuple[OpenItem, ...] = (), own: bool = True, rules=()
) -> tuple[Match, ...]:
    keyed = [(f"1:f-{number:024x}-1", each) for number, each in enumerate(lines)]
    found = match_lines(keyed, items or (item(),), dedicated_account=own, rules=rules)
    assert [each.line for each in found] == list(lines)
    return found


def test_reference_amount_and_payer():
    [found] = placed(paid_in(886_925, f"Kostenbeteiligung {RF_A}"))
    assert (found.kind, found.allocations, found.rest_cents) == ("zahlung", (("a-1", 886_925),), 0)
    assert found.evidence == (
        f"Kassenzeichen {RF_A} genannt",
        f"IBAN {PAYER} vereinbart",
        "Betrag gleich dem offenen Betrag",
        "Fälligkeit liegt nahe",
    )


@pytest.mark.parametrize(
    "text",
    [
        RF_A,
        " ".join(RF_A[start : start + 4] for start in range(0, len(RF_A), 4)),
        RF_A.lower(),
        f"Ref:{RF_A}.Danke",
        f"{RF_A}DANKE",
        f"AZ 12/2023 {RF_A[:13]} {RF_A[13:]} 2. Rate",
    ],
)
def test_a_reference_is_found_as_people_and_banks_write_it(text):
    [found] = placed(paid_in(886_925, text, iban=""))
    assert found.kind == "zahlung"
    assert found.evidence[0] == f"Kassenzeichen {RF_A} genannt"


def test_a_structured_reference_is_one():
    [found] = placed(paid_in(886_925, iban="", structured=(RF_A,)))
    assert found.kind == "zahlung"


def test_an_end_to_end_id_that_carries_the_reference_is_one():
    [found] = placed(paid_in(886_925, iban="", end_to_end=RF_A))
    assert found.evidence[0] == f"Kassenzeichen {RF_A} in der Ende-zu-Ende-Referenz"


def test_a_document_number_is_one():
    [found] = placed(
        paid_in(886_925, "Rechnung KKD-2023-0017", iban=""), items=(item(document="KKD-2023-0017"),)
    )
    assert found.kind == "zahlung"
    assert found.evidence[0] == "Beleg KKD-2023-0017 genannt"


def test_a_reference_alone_is_not_enough():
    [found] = placed(paid_in(100_000, RF_A, iban=""))
    assert (found.kind, found.allocations, found.rest_cents) == ("ungeklaert", (), 100_000)
    assert found.evidence == ("nur ein einziges Merkmal spricht für eine Zuordnung",)
    assert found.proposals[0].allocations == (("a-1", 100_000),)
    assert found.proposals[0].reasons[0] == f"Kassenzeichen {RF_A} genannt"


def test_an_amount_alone_is_not_enough():
    [found] = placed(paid_in(886_925, "Danke", iban=OTHER, name="Firma Unbekannt"))
    assert found.kind == "ungeklaert"
    assert found.proposals[0].reasons == ("Betrag gleich dem offenen Betrag", "Fälligkeit liegt nahe")


def test_a_payer_alone_is_not_enough():
    [found] = placed(paid_in(500, "Danke"))
    assert found.kind == "ungeklaert"
    assert found.proposals[0].reasons[0] == f"IBAN {PAYER} vereinbart"


def test_payer_and_amount_are_enough_without_a_reference():
    [found] = placed(paid_in(886_925, "Kostenbeteiligung"))
    assert found.kind == "zahlung"
    assert found.evidence[:2] == (f"IBAN {PAYER} vereinbart", "Betrag gleich dem offenen Betrag")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Magistrat der Stadt Musterstadt", "zahlung"),
        ("STADT MUSTERSTADT", "zahlung"),
        ("Stadtwerke Musterstadt GmbH", "ungeklaert"),
        ("Musterstadt", "ungeklaert"),
        ("Stadt Musterhausen", "ungeklaert"),
    ],
)
def test_names_are_compared_word_by_word(name, kind):
    [found] = placed(paid_in(886_925, "Kostenbeteiligung", iban=OTHER, name=name))
    assert found.kind == kind


def test_a_name_that_the_bank_cut_is_known():
    whole = item(names=("Magistrat der Stadt Musterstadt",))
    [found] = placed(paid_in(886_925, iban=OTHER, name="MAGISTRAT DER STADT MUSTERS"), items=(whole,))
    assert found.kind == "zahlung"
    [found] = placed(paid_in(886_925, iban=OTHER, name="MAGISTRAT DER"), items=(whole,))
    assert found.kind == "ungeklaert"


def test_a_name_of_two_parties_decides_nothing():
    items = (item(), item("b-1", reference=RF_B, party="b", agreed_ibans=()))
    [found] = placed(paid_in(886_925, iban=OTHER, name="Stadt Musterstadt"), items=items)
    assert (found.kind, found.evidence) == ("ungeklaert", ("mehrere gleich gute Zuordnungen",))


def test_two_items_of_one_amount_are_not_guessed_between():
    items = (item(), item("a-2", reference=RF_B))
    [found] = placed(paid_in(886_925, "Kostenbeteiligung"), items=items)
    assert (found.kind, found.evidence) == ("ungeklaert", ("mehrere gleich gute Zuordnungen",))
    assert {proposal.allocations for proposal in found.proposals} == {
        (("a-1", 886_925),),
        (("a-2", 886_925),),
    }


def test_the_reference_decides_between_two_items_of_one_amount():
    items = (item(), item("a-2", reference=RF_B))
    [found] = placed(paid_in(886_925, RF_B), items=items)
    assert found.allocations == (("a-2", 886_925),)


def test_one_payer_for_another_partys_demand():
    """The reference outweighs the agreed IBAN of another party (a known wrong turn of learning systems)."""
    items = (
        item(),
        item("b-1", 500_000, RF_B, party="b", agreed_ibans=(OTHER,), names=("Gemeinde Beispiel",)),
    )
    [found] = placed(paid_in(500_000, RF_B), items=items)
    assert found.allocations == (("b-1", 500_000),)


def test_a_part_leaves_the_rest_open():
    first, second = placed(
        paid_in(400_000, RF_A), paid_in(486_925, RF_A, booking_day=DAY + dt.timedelta(days=3))
    )
    assert (first.kind, first.allocations, first.rest_cents) == ("zahlung", (("a-1", 400_000),), 0)
    assert first.evidence[-1] == "Teilzahlung, es bleiben 4.869,25 EUR offen"
    assert (second.kind, second.allocations) == ("zahlung", (("a-1", 486_925),))
    assert "Betrag gleich dem offenen Betrag" in second.evidence


def test_an_overpayment_settles_and_its_rest_waits():
    [found] = placed(paid_in(900_000, RF_A))
    assert (found.kind, found.allocations, found.rest_cents) == ("zahlung", (("a-1", 886_925),), 13_075)
    assert found.evidence[-1] == "Überzahlung von 130,75 EUR"


@pytest.mark.parametrize("cents", [886_924, 886_926, 886_826, 887_024])
def test_a_difference_of_cents_is_never_taken(cents):
    [found] = placed(paid_in(cents, RF_A))
    assert found.kind == "ungeklaert"
    assert found.evidence[0].startswith("Centdifferenz von ")
    assert found.proposals[0].allocations == (("a-1", min(cents, 886_925)),)


def test_true_twins_the_second_one_is_too_much():
    first, second = placed(paid_in(886_925, RF_A), paid_in(886_925, RF_A))
    assert (first.kind, second.kind) == ("zahlung", "ungeklaert")
    assert (second.allocations, second.rest_cents) == ((), 886_925)
    assert second.evidence == (f"{RF_A} ist bereits ausgeglichen: doppelt gezahlt oder überzahlt",)


def test_a_second_payment_of_last_years_demand_does_not_pay_this_years():
    items = (item("a-1", 0), item("a-2", reference=RF_B))
    [found] = placed(paid_in(886_925, RF_A), items=items)
    assert found.kind == "ungeklaert"
    assert found.proposals[0].allocations == (("a-2", 886_925),)


def test_a_payment_that_names_a_foreign_reference_is_not_taken():
    foreign = payment_reference("GEWST2023000017")
    [found] = placed(paid_in(886_925, f"Gewerbesteuer {foreign}"))
    assert found.kind == "ungeklaert"
    assert found.evidence == (f"die Zahlung nennt das fremde Kassenzeichen {foreign}",)


def test_the_same_amount_once_more_does_not_pay_a_demand_that_is_not_due():
    later = item("a-2", reference=RF_B, due=dt.date(2024, 12, 15))
    first, second = placed(
        paid_in(886_925, RF_A), paid_in(886_925, "Kostenbeteiligung"), items=(item(), later)
    )
    assert (first.kind, second.kind) == ("zahlung", "ungeklaert")
    assert second.evidence == ("der Zahler hat denselben Betrag schon einmal gezahlt",)
    [_, on_time] = placed(
        paid_in(886_925, RF_A),
        paid_in(886_925, "Kostenbeteiligung", booking_day=dt.date(2024, 12, 1)),
        items=(item(), later),
    )
    assert on_time.allocations == (("a-2", 886_925),)


def test_several_references_and_their_sum():
    items = (item("a-1", 886_925), item("a-2", 1_282_630, RF_B))
    [found] = placed(paid_in(2_169_555, f"{RF_A} {RF_B}", iban=""), items=items)
    assert (found.kind, found.allocations) == ("zahlung", (("a-1", 886_925), ("a-2", 1_282_630)))
    assert "Betrag gleich der Summe von 2 offenen Posten" in found.evidence


def test_several_references_and_too_little_money():
    items = (item("a-1", 886_925), item("a-2", 1_282_630, RF_B))
    [found] = placed(paid_in(2_000_000, f"{RF_A} {RF_B}"), items=items)
    assert (found.kind, found.evidence) == (
        "ungeklaert",
        ("Teilzahlung auf mehrere Posten: die Reihenfolge ist zu entscheiden",),
    )


def test_the_only_set_of_the_payers_items_that_adds_up():
    items = (item("a-1", 886_925), item("a-2", 1_282_630, RF_B), item("a-3", 1_555_530, RF_C))
    [found] = placed(paid_in(2_169_555, "Kostenbeteiligung 2022 und 2023"), items=items)
    assert found.allocations == (("a-1", 886_925), ("a-2", 1_282_630))


def test_two_sets_that_add_up_are_proposals():
    items = tuple(
        item(f"a-{n}", cents, payment_reference(f"KKD{n}")) for n, cents in enumerate((100, 400, 200, 300))
    )
    [found] = placed(paid_in(500), items=items)
    assert (found.kind, found.evidence) == ("ungeklaert", ("mehrere Posten-Gruppen ergeben den Betrag",))


@pytest.mark.parametrize(
    "typed",
    [
        RF_A[:8] + "9" + RF_A[9:],
        RF_A[:9] + RF_A[10] + RF_A[9] + RF_A[11:],
        RF_A[:-1],
        RF_A + "7",
        "FR" + RF_A[2:],
    ],
)
def test_a_slip_of_the_pen_is_repaired_with_the_amount(typed):
    [found] = placed(paid_in(886_925, f"Kassenzeichen {typed}", iban=""))
    assert (found.kind, found.allocations) == ("zahlung", (("a-1", 886_925),))
    assert found.evidence[0] == f"Kassenzeichen mit Schreibfehler: {typed} statt {RF_A}"


def test_a_slip_without_amount_or_payer_is_a_proposal():
    typed = RF_A[:-1]
    [found] = placed(paid_in(100_000, typed, iban=""))
    assert found.kind == "ungeklaert"
    assert found.proposals[0].reasons[0] == f"Kassenzeichen mit Schreibfehler: {typed} statt {RF_A}"


def test_a_slip_by_another_party_is_a_proposal():
    items = (item(), item("b-1", 5_000, RF_B, party="b", agreed_ibans=(OTHER,), names=("Gemeinde Beispiel",)))
    [found] = placed(paid_in(886_925, RF_A[:-1], iban=OTHER), items=items)
    assert (found.kind, found.evidence) == ("ungeklaert", ("der Zahler ist ein anderer Beteiligter",))


def test_a_slip_that_means_two_references_is_a_proposal():
    base = "KKD20230000"
    near = [(payment_reference(f"{base}{n}"), n) for n in range(100)]
    pairs = [
        (a, b)
        for a, _ in near
        for b, _ in near
        if a < b and sum(x != y for x, y in zip(a, b, strict=False)) == 2 and len(a) == len(b)
    ]
    first, second = pairs[0]
    middle = next(
        first[:i] + second[i] + first[i + 1 :]
        for i, (x, y) in enumerate(zip(first, second, strict=True))
        if x != y
    )
    items = (item("a-1", 100_000, first), item("a-2", 100_000, second))
    [found] = placed(paid_in(100_000, middle), items=items)
    assert (found.kind, found.evidence) == (
        "ungeklaert",
        ("der Schreibfehler lässt mehrere Kassenzeichen zu",),
    )


def test_a_reference_without_check_digits_is_not_repaired():
    [found] = placed(paid_in(886_925, "KZ 2023000018", iban=""), items=(item(reference="2023000017"),))
    assert found.kind == "ungeklaert"
    assert found.evidence == ("ein Kassenzeichen ohne Prüfziffer wird nicht von selbst berichtigt",)


def test_a_slip_does_not_pay_an_item_that_is_settled():
    [found] = placed(paid_in(886_925, RF_A[:-1]), items=(item("a-1", 0), item("a-2", reference=RF_B)))
    assert found.kind == "ungeklaert"


def test_charges_that_the_bank_kept_are_not_missing():
    [found] = placed(paid_in(886_425, RF_A, charges_cents=-500))
    assert (found.allocations, found.charges_cents, found.rest_cents) == ((("a-1", 886_925),), -500, 0)


def test_our_own_payment_settles_a_payable():
    payable = item("k-1", direction="verbindlichkeit")
    [found] = placed(paid_in(-886_925, f"Kostenbeteiligung {RF_A}"), items=(payable,))
    assert (found.kind, found.allocations) == ("zahlung", (("k-1", 886_925),))


def test_a_payment_of_the_other_direction_is_not_taken():
    [found] = placed(paid_in(-886_925, RF_A))
    assert found.kind == "ungeklaert"
    assert found.evidence == (
        f"{RF_A} gehört zu einer Einzahlung, dies ist ein Ausgang: vielleicht eine Rückzahlung",
    )


def settled(**values: object) -> OpenItem:
    return item("a-1", 0, paid=(PaidPart("1:f-alt-1", 886_925, **values),))


def returned(cents: int = -886_925, text: str = "", iban: str = "", **values: object) -> StatementLine:
    return line(cents, remittance=text, iban=iban, return_reason="AC04", **values)


def test_a_return_opens_the_demand_again():
    [found] = placed(returned(original=("E2E-1",)), items=(settled(end_to_end="E2E-1"),))
    assert (found.kind, found.allocations, found.rest_cents) == ("rueckgabe", (("a-1", -886_925),), 0)
    assert found.evidence == (
        "Ende-zu-Ende-Referenz E2E-1 der Zahlung",
        "Betrag gleich der zurückgegebenen Zahlung",
        "Rückgabegrund AC04",
    )


def test_a_return_with_a_fee_books_the_fee():
    [found] = placed(returned(-887_225, RF_A, charges_cents=-300), items=(settled(),))
    assert (found.kind, found.allocations, found.charges_cents) == ("rueckgabe", (("a-1", -886_925),), -300)


@pytest.mark.parametrize(
    ("evidence", "mandate"),
    [
        ({"text": RF_A}, ""),
        ({"mandate": "M-1"}, "M-1"),
        ({"iban": PAYER}, ""),
        ({"counterparty": "Stadt Musterstadt"}, ""),
    ],
)
def test_a_return_is_found_by_reference_mandate_iban_or_name(evidence, mandate):
    [found] = placed(returned(**evidence), items=(settled(mandate=mandate),))
    assert found.kind == "rueckgabe"


def test_a_return_of_an_unknown_payment_is_unclear():
    [found] = placed(returned(original=("E2E-9",)), items=(settled(end_to_end="E2E-1"),))
    assert (found.kind, found.evidence) == (
        "ungeklaert",
        ("Rückgabe einer Zahlung, die hier nicht bekannt ist",),
    )


def test_a_return_of_another_amount_is_a_proposal():
    [found] = placed(returned(-900_000, RF_A), items=(settled(),))
    assert found.kind == "ungeklaert"
    assert found.proposals[0].allocations == (("a-1", -886_925),)


def test_a_payment_and_its_return_on_one_day():
    paid, back = placed(paid_in(886_925, RF_A, end_to_end="E2E-1"), returned(original=("E2E-1",)))
    assert (paid.kind, back.kind) == ("zahlung", "rueckgabe")
    assert sum(cents for each in (paid, back) for _, cents in each.allocations) == 0


def test_a_payment_is_returned_only_once():
    _, first, second = placed(
        paid_in(886_925, RF_A, end_to_end="E2E-1"),
        returned(original=("E2E-1",)),
        returned(original=("E2E-1",)),
    )
    assert (first.kind, second.kind) == ("rueckgabe", "ungeklaert")


def test_a_return_of_one_payment_for_two_demands_opens_both():
    both = (
        item("a-1", 0, paid=(PaidPart("k", 886_925),)),
        item("a-2", 0, RF_B, paid=(PaidPart("k", 1_282_630),)),
    )
    [found] = placed(returned(-2_169_555, RF_A), items=both)
    assert found.allocations == (("a-1", -886_925), ("a-2", -1_282_630))


def test_our_own_transfer_that_came_back():
    payable = item("k-1", 0, direction="verbindlichkeit", paid=(PaidPart("k", 886_925, "E2E-1"),))
    [found] = placed(returned(886_925, original=("E2E-1",)), items=(payable,))
    assert (found.kind, found.allocations) == ("rueckgabe", (("k-1", -886_925),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "PDNG"}, "noch nicht gebucht (Status PDNG)"),
        ({"currency": "CHF"}, "Fremdwährung CHF"),
        ({"amount_cents": 0}, "Umsatz ohne Betrag"),
    ],
)
def test_some_lines_are_not_looked_at(change, reason):
    [found] = placed(line(**({"amount_cents": 886_925, "remittance": RF_A, "iban": PAYER} | change)))
    assert (found.kind, found.evidence) == ("ungeklaert", (reason,))


WAGES = ForeignRule("Löhne", contains="Bezüge", direction="ausgang")


def test_a_common_account_keeps_what_a_rule_names():
    [found] = placed(line(-250_000, remittance="Bezüge November"), own=False, rules=(WAGES,))
    assert (found.kind, found.rule, found.evidence, found.rest_cents) == (
        "nicht-kkd",
        "Löhne",
        ("Regel Löhne",),
        -250_000,
    )


def test_a_common_account_lets_everything_else_wait():
    [found] = placed(line(123, remittance="Hundesteuer"), own=False, rules=(WAGES,))
    assert (found.kind, found.rule) == ("wartet", "")


def test_a_rule_does_not_swallow_a_line_that_names_our_reference():
    [found] = placed(line(-1, remittance=f"Bezüge {RF_A}"), own=False, rules=(WAGES,))
    assert found.kind == "wartet"


def test_a_common_account_books_what_is_ours():
    [found] = placed(
        paid_in(886_925, f"Bezüge {RF_A}"), own=False, rules=(ForeignRule("alles", contains="Bezüge"),)
    )
    assert found.kind == "zahlung"


def test_an_account_of_ones_own_knows_no_rules():
    [found] = placed(line(-250_000, remittance="Bezüge November"), own=True, rules=(WAGES,))
    assert found.kind == "ungeklaert"


def test_rules_are_read_from_a_table():
    table = [
        {"name": "Löhne", "contains": "Bezüge", "direction": "ausgang"},
        {"name": "Steuer", "iban": PAYER, "gvc": "166"},
    ]
    assert rules_from(table) == (WAGES, ForeignRule("Steuer", iban=PAYER, gvc="166"))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            {"contains": "Bezüge"},
            "book.toml: nicht-kkd-Regel 1: gefunden: kein Name; erlaubt: ein Name, den der Nachweis nennt",
        ),
        (
            {"name": "alles"},
            (
                "book.toml: nicht-kkd-Regel 1: gefunden: keine Bedingung; "
                "erlaubt: mindestens eine von contains, counterparty, iban, gvc, direction"
            ),
        ),
        (
            {"name": "x", "enthält": "y", "gvc": "166"},
            (
                "book.toml: nicht-kkd-Regel 1: gefunden: Schlüssel enthält; "
                "erlaubt: name, contains, counterparty, iban, gvc, direction"
            ),
        ),
        (
            {"name": "x", "direction": "quer"},
            "book.toml: nicht-kkd-Regel 1, direction: gefunden: 'quer'; erlaubt: eingang oder ausgang",
        ),
        (
            {"name": "x", "contains": "ab"},
            "book.toml: nicht-kkd-Regel 1, contains: gefunden: 'ab'; erlaubt: mindestens drei Zeichen",
        ),
        (
            {"name": "x", "gvc": 166},
            "book.toml: nicht-kkd-Regel 1, gvc: gefunden: 166; erlaubt: ein Text, der nicht leer ist",
        ),
    ],
)
def test_a_bad_rule_is_refused(row, problem):
    with pytest.raises(BookRefused) as refusal:
        rules_from([row])
    assert [str(each) for each in refusal.value.problems] == [problem]


def test_two_rules_of_one_name_are_refused():
    with pytest.raises(BookRefused, match="zweimal der Name 'x'"):
        rules_from([{"name": "x", "gvc": "166"}, {"name": "x", "gvc": "177"}])


@pytest.mark.parametrize(
    "told", [{"name": "Gemeinde Behausen"}, {"name": "X", "ultimate": "Gemeinde Behausen"}]
)
def test_an_account_of_one_party_and_a_name_of_another_are_no_evidence(told):
    """Equal shares: one cash office pays for the other town, and nothing else says which."""
    items = (
        item("a-1", party="a", names=("Gemeinde Adorf",)),
        item("b-1", party="b", reference=RF_B, agreed_ibans=(OTHER,), names=("Gemeinde Behausen",)),
    )
    [found] = placed(paid_in(886_925, "Umlage", **told), items=items)
    assert (found.kind, found.evidence) == ("ungeklaert", ("IBAN und Name nennen verschiedene Beteiligte",))
    [found] = placed(paid_in(886_925, RF_B, **told), items=items)
    assert found.allocations == (("b-1", 886_925),)


def test_the_longer_name_counts():
    short = item("a-1", party="a", agreed_ibans=(), names=("Gemeinde Musterdorf",))
    long = item("b-1", party="b", reference=RF_B, agreed_ibans=(), names=("Gemeinde Bad Musterdorf",))
    [found] = placed(paid_in(886_925, iban="", name="Gemeinde Bad Musterdorf - Kasse"), items=(short, long))
    assert found.allocations == (("b-1", 886_925),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Umlage 2023 1. Rate", "ungeklaert"), ("Rechnung 20231", "zahlung"), ("Bescheid 2023-1", "ungeklaert")],
)
def test_a_few_digits_of_several_words_are_no_document_number(text, kind):
    [found] = placed(paid_in(886_925, text, iban=""), items=(item(document="2023-1"),))
    assert found.kind == kind


@pytest.mark.parametrize("width", [27, 35, 65])
@pytest.mark.parametrize("between", ["", " ", "  "])
def test_a_reference_may_be_cut_wherever_the_banks_lines_end(width, between):
    for start in range(12, 40):
        text = f"{'Umlage 2023 Zweckverb. Anteil Muenchhausen'[:start]} {RF_A} {RF_B[:9]}-1 Danke"
        pieces = [text[match_lines : match_lines + width] for match_lines in range(0, len(text), width)]
        [found] = placed(paid_in(886_925, between.join(pieces), iban="DE1"))
        assert found.allocations == (("a-1", 886_925),)
