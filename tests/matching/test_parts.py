"""The parts of the matcher, each by itself: evidence, rules for foreign lines, the index of items, returns, sums."""

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.errors import BookRefused
from kkd_ledger.matching.evidence import DEFAULT_WEIGHTS, Candidate, ClaimSide
from kkd_ledger.matching.foreign_rules import ForeignRule, rules_from
from kkd_ledger.matching.index import ItemIndex, OpenItem, PaidPart
from kkd_ledger.matching.returns import return_candidates
from kkd_ledger.matching.sums import subsets
from tests.bank.writing import line

DAY = dt.date(2022, 3, 3)


# ------------------------------------------------------------------------------------------------------ evidence


def candidate(*factors: str) -> Candidate:
    return Candidate((("a", 100),), 0, {factor: f"wegen {factor}" for factor in factors})


def test_only_factors_of_two_families_are_independent() -> None:
    assert candidate("kassenzeichen", "betrag").independent
    assert candidate("iban", "summe").independent
    assert not candidate("kassenzeichen", "beleg", "ende-zu-ende", "kassenzeichen-berichtigt").independent
    assert not candidate("iban", "mandat", "name").independent
    assert not candidate("betrag", "summe").independent
    assert not candidate("betrag", "faelligkeit").independent, "a due day proves nothing"
    assert candidate("kassenzeichen", "mandat", "betrag").families == {"verweis", "zahler", "betrag"}


def test_points_are_added_and_the_due_day_ranks_alone() -> None:
    assert candidate("betrag", "iban").score(DEFAULT_WEIGHTS) == 55
    assert candidate("betrag", "faelligkeit").score(DEFAULT_WEIGHTS) == 30
    assert candidate("betrag", "faelligkeit").score(DEFAULT_WEIGHTS, with_due=True) == 33


def test_what_weighs_more_than_what() -> None:
    """The order of the factors, and that no payer outweighs a reference with the amount."""
    order = ["kassenzeichen", "ende-zu-ende", "beleg", "betrag", "summe", "iban", "name", "faelligkeit"]
    weights = [DEFAULT_WEIGHTS[factor] for factor in order]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)
    assert DEFAULT_WEIGHTS["centdifferenz-bis"] == 99, "a slip is less than a euro"


def test_the_remark_is_the_last_of_the_reasons() -> None:
    one = candidate("betrag")
    assert one.words == ("wegen betrag",)
    one.remark = "Cent fehlen"
    assert one.words == ("wegen betrag", "Cent fehlen")
    assert (one.ruled_out, one.bankref, one.missing_cents, one.doubt) == (False, "", 0, "")


# ------------------------------------------------------------------------------------------- lines of somebody else


def test_a_rule_holds_where_all_its_conditions_do() -> None:
    rent = line(
        -500, booking_day=DAY, remittance="Miete März", booking_text="DAUER AUFTRAG", counterparty="Haus GmbH"
    )
    assert ForeignRule("Miete", contains="miete MÄRZ").holds(rent)
    assert ForeignRule("Miete", contains="Dauerauftrag").holds(rent)
    assert ForeignRule("Miete", contains="märz dauer").holds(rent), (
        "remittance and booking text, without blanks"
    )
    assert not ForeignRule("Miete", contains="Pacht").holds(rent)
    assert ForeignRule("Miete", counterparty="hausgmbh").holds(rent)
    assert not ForeignRule("Miete", contains="Miete", counterparty="Amt").holds(rent)
    assert ForeignRule("Miete", direction="ausgang").holds(rent)
    assert not ForeignRule("Miete", direction="eingang").holds(rent)
    assert ForeignRule("Zins", direction="eingang").holds(line(1, booking_day=DAY))
    assert ForeignRule("AB", counterparty="a b").holds(
        line(5, booking_day=DAY, counterparty="AB", iban="DE1", gvc="1")
    )
    named = line(5, booking_day=DAY, counterparty="A", ultimate="B", iban="DE1", gvc="166")
    assert ForeignRule("AB", counterparty="a b", iban="DE1", gvc="166").holds(named)
    assert not ForeignRule("AB", iban="DE2").holds(named)
    assert not ForeignRule("AB", gvc="116").holds(named)


def test_rules_are_read_with_every_problem() -> None:
    iban = "de09 9999 9999 9900 1000 00"
    (rule,) = rules_from([{"name": " Miete ", "iban": iban, "direction": "ausgang"}])
    assert rule == ForeignRule("Miete", iban="DE09999999999900100000", direction="ausgang")
    with pytest.raises(BookRefused) as refused:
        rules_from(
            [
                {"name": "eins", "contains": "ab"},
                {"name": "eins", "gvc": "", "strange": 1},
                {"contains": "abc", "direction": "hin", "iban": "DE00"},
                {"name": "vier"},
            ],
            "b.toml",
        )
    said = [(problem.file, problem.place, problem.actual) for problem in refused.value.problems]
    assert said == [
        ("b.toml", "nicht-kkd-Regel 1, contains", "'ab'"),
        ("b.toml", "nicht-kkd-Regel 2", "Schlüssel strange"),
        ("b.toml", "nicht-kkd-Regel 2, gvc", "''"),
        ("b.toml", "nicht-kkd-Regel 3", "kein Name"),
        ("b.toml", "nicht-kkd-Regel 3, direction", "'hin'"),
        ("b.toml", "nicht-kkd-Regel 3, iban", "'DE00'"),
        ("b.toml", "nicht-kkd-Regel 4", "keine Bedingung"),
        ("b.toml", "nicht-kkd-Regeln", "zweimal der Name 'eins'"),
    ]
    allowed = [problem.allowed for problem in refused.value.problems]
    assert allowed[0] == "mindestens drei Zeichen"
    assert allowed[2:4] == ["ein Text, der nicht leer ist", "ein Name, den der Nachweis nennt"]
    assert allowed[4] == "eingang oder ausgang"
    assert allowed[6] == "mindestens eine von contains, counterparty, iban, gvc, direction"
    assert allowed[7] == "jeder Name einmal"


# -------------------------------------------------------------------------------------------------------- the index


IBAN = "DE02120300000000202051"


def item(posten: str, party: str, cents: int, reference: str = "", *paid: PaidPart) -> OpenItem:
    return OpenItem(
        posten,
        party,
        ClaimSide.RECEIVABLE,
        cents,
        DAY,
        reference,
        agreed_ibans=(IBAN,),
        names=(party,),
        paid=paid,
    )


def test_items_are_found_by_amount_and_party_and_used_up() -> None:
    index = ItemIndex([item("a-1", "Adorf", 100), item("b-1", "Bdorf", 100), item("a-2", "Adorf", 250)])
    assert index.open_cents("a-1") == 100
    assert index.with_amount(ClaimSide.RECEIVABLE, 100) == ["a-1", "b-1"]
    assert index.with_amount(ClaimSide.RECEIVABLE, 100, "Bdorf") == ["b-1"]
    assert index.with_amount(ClaimSide.RECEIVABLE, 100, most=1) == ["a-1"]
    assert index.with_amount(ClaimSide.PAYABLE, 100) == []
    assert index.open_of("Adorf", ClaimSide.RECEIVABLE, 8) == ["a-1", "a-2"]
    payment = line(100, booking_day=DAY, iban=IBAN)
    index.settle(payment, "1:r-1", Candidate((("a-1", 100),), 0))
    assert index.open_cents("a-1") == 0
    assert index.with_amount(ClaimSide.RECEIVABLE, 100) == ["b-1"]
    assert index.open_of("Adorf", ClaimSide.RECEIVABLE, 8) == ["a-2"]
    index.reopen("1:r-1")
    assert index.open_cents("a-1") == 100


def test_who_may_pay_is_told_by_account_and_name() -> None:
    index = ItemIndex([item("a-1", "Adorf", 100)])
    assert index.payers(line(100, booking_day=DAY, iban=IBAN)).factors == {"Adorf": "iban"}
    assert index.payers(line(100, booking_day=DAY, counterparty="Gemeinde Adorf")).factors == {
        "Adorf": "name"
    }
    assert index.payers(line(100, booking_day=DAY, iban="DE00")).factors == {}


def test_unplaced_money_is_remembered_by_its_amount() -> None:
    came, back = line(100, booking_day=DAY, iban=IBAN), line(-100, booking_day=DAY, iban=IBAN)
    index = ItemIndex([])
    assert not index.has_unplaced(back, 100)
    index.keep_unplaced(came)
    assert index.has_unplaced(back, 100)
    assert not index.has_unplaced(back, 101)


# ---------------------------------------------------------------------------------------------------- what comes back


def test_a_return_finds_the_payment_by_what_it_names() -> None:
    paid = PaidPart("1:r-1", 100, end_to_end="E2E-1", mandate="M-1", iban=IBAN)
    index = ItemIndex([item("a-1", "Adorf", 0, "", paid)])
    back = line(-100, booking_day=DAY, original=("E2E-1",), mandate="M-1", return_reason="AC01")
    (way,) = return_candidates(back, index, DEFAULT_WEIGHTS).candidates
    assert way.bankref == "1:r-1"
    assert set(way.reasons) >= {"ende-zu-ende", "mandat"}
    assert way.allocations == (("a-1", -100),)
    nothing = return_candidates(line(-100, booking_day=DAY, original=("E2E-2",)), index, DEFAULT_WEIGHTS)
    assert not nothing.candidates
    assert nothing.reason == "Rückgabe einer Zahlung, die hier nicht bekannt ist"


# -------------------------------------------------------------------------------------------------------------- sums


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(2, 30))
def test_sums_are_those_of_at_least_two_items_small_ones_first(cents: list[int], wanted: int) -> None:
    names = [f"p{place}" for place in range(len(cents))]
    places = range(len(cents))
    true = [
        tuple(names[place] for place in chosen)
        for size in range(2, len(cents) + 1)
        for chosen in combinations(places, size)
        if sum(cents[place] for place in chosen) == wanted
    ]
    found = subsets(names, cents, wanted, most=100)
    assert sorted(found) == sorted(true)
    assert [len(one) for one in found] == sorted(len(one) for one in true)
    assert subsets(names, cents, wanted) == found[:2]
    assert subsets(names, cents, sum(cents) + 1) == []
