"""What may be paid, indexed: items by reference, party and amount, and what is left of them as lines are placed."""

import datetime as dt

import pytest

from kkd_ledger.matching.evidence import Candidate, ClaimSide
from kkd_ledger.matching.index import ItemIndex, OpenItem, PaidPart, Settled
from kkd_ledger.references import payment_reference
from tests.bank.writing import DAY, line

IN, OUT = ClaimSide.RECEIVABLE, ClaimSide.PAYABLE
RF = payment_reference("KKD2023065340041")
IBAN, OTHER = "DE02120300000000202051", "DE89370400440532013000"


def item(posten: str = "a-1", cents: int = 100, reference: str = RF, **values: object) -> OpenItem:
    given = {"party": "a", "direction": IN, "due": DAY, "agreed_ibans": (IBAN,), "names": ("Adorf",)}
    return OpenItem(posten=posten, open_cents=cents, payment_reference=reference, **(given | values))


# --- by reference


def test_an_item_is_named_by_its_reference_and_its_document_number() -> None:
    index = ItemIndex([item(document="KKD-2023-00012"), item("k-1", reference="", direction=OUT)])
    assert index.named(RF, IN) == index.named("KKD202300012", IN) == ["a-1"]
    assert index.named(RF, OUT) == index.named("X", OUT) == index.named("", OUT) == []
    assert index.references_of("a-1") == {RF, "KKD202300012"}
    assert index.references_of("k-1") == {""}
    assert index.carries("a-1", RF)
    assert not index.carries("k-1", RF)
    assert index.is_document("a-1", "KKD202300012")
    assert not index.is_document("a-1", RF)


def test_an_item_whose_document_bears_its_reference_is_named_once() -> None:
    assert ItemIndex([item(document=RF)]).named(RF, IN) == ["a-1"]
    assert ItemIndex([item()]).named("", IN) == []


def test_an_end_to_end_id_that_is_an_items_name_mentions_its_reference() -> None:
    index = ItemIndex([item(), item("b-1", reference="")])
    assert index.mentioned(line(end_to_end="A-1")).references == (RF,)
    assert index.mentioned(line(end_to_end="a-1", remittance=RF)).references == (RF,)
    assert index.mentioned(line(end_to_end="b-1")).references == ()
    assert index.mentioned(line(end_to_end="c-1")).references == ()


def test_what_is_settled_for_good_is_still_quoted() -> None:
    made: list[str] = []

    def make(posten: str) -> OpenItem:
        made.append(posten)
        return item(posten, 0)

    index = ItemIndex([], settled=Settled({RF: ["a-0"]}, [("a", [IBAN], ["Adorf"])], make))
    assert index.named(RF, IN) == index.named(RF, IN) == ["a-0"]
    assert made == ["a-0"], "an item is made once"
    assert index.open_cents("a-0") == 0
    assert index.payers(line(iban=IBAN)).factors == {"a": "iban"}


# --- by amount and party


def test_items_of_an_amount_come_as_many_as_are_asked_for() -> None:
    index = ItemIndex([item(f"a-{number}", 1) for number in range(10)])
    assert index.with_amount(IN, 1) == [f"a-{number}" for number in range(8)]
    assert index.with_amount(IN, 1, "a", most=9) == [f"a-{number}" for number in range(9)]
    assert index.with_amount(IN, 1, "b") == []


def test_of_more_items_than_wanted_none_is_returned() -> None:
    late = DAY + dt.timedelta(days=1)
    index = ItemIndex([item("a-3", due=late), item("a-2"), item("a-1")])
    assert index.open_of("a", IN, 3) == ["a-1", "a-2", "a-3"], "earliest due first, then by name"
    assert index.open_of("a", IN, 2) == []


def test_what_is_paid_is_open_no_more_and_is_again_after_the_return() -> None:
    index = ItemIndex([item(), item("a-2", 30)])
    index.settle(line(130), "k", Candidate((("a-1", 99), ("a-2", 30)), 1))
    assert [index.open_cents(posten) for posten in ("a-1", "a-2", "x")] == [1, 0, 0]
    assert index.with_amount(IN, 1) == ["a-1"]
    (payment,) = index.payments("posten", "a-2")
    assert (payment.parts, payment.gross_cents) == ({"a-1": 99, "a-2": 30}, 130)
    index.reopen("k")
    assert [index.open_cents(posten) for posten in ("a-1", "a-2")] == [100, 30]
    assert list(index.payments("posten", "a-2")) == []


def test_an_overpaid_item_is_not_open() -> None:
    assert ItemIndex([item(cents=0)]).open_of("a", IN, 8) == []


# --- payments that settled something


def test_a_payment_is_found_by_what_it_bore_and_by_its_payer_and_amount() -> None:
    paid = PaidPart("k", 100, "E2E-1", "M-1", IBAN)
    index = ItemIndex([item(cents=0, paid=(paid,)), item("a-2", 0, paid=(PaidPart("k", 20),))])
    for sort, value in (("e2e", "E2E-1"), ("mandat", "M-1"), ("posten", "a-1"), ("posten", "a-2")):
        assert [payment.bankref for payment in index.payments(sort, value)] == ["k"]
    assert [payment.gross_cents for payment in index.payments_by("a", IN, 120)] == [120]
    for party, side, cents in (("a", IN, 100), ("a", OUT, 120), ("b", IN, 120)):
        assert list(index.payments_by(party, side, cents)) == []


def test_a_payment_that_bore_nothing_is_found_by_its_item_alone() -> None:
    index = ItemIndex([item(cents=0, paid=(PaidPart("k", 100),))])
    (payment,) = index.payments("posten", "a-1")
    assert (payment.end_to_end, payment.mandate) == ("", "")
    assert list(index.payments("e2e", "")) == list(index.payments("mandat", "")) == []
    assert PaidPart("k", 100) == PaidPart("k", 100, "", "", "")


def test_what_is_unclear_of_a_payment_belongs_to_it() -> None:
    index = ItemIndex([item(cents=0, paid=(PaidPart("k", 100),))], {"k": 15})
    assert [payment.gross_cents for payment in index.payments("posten", "a-1")] == [115]


# --- who pays


def test_an_agreed_account_may_be_written_with_blanks_and_small_letters() -> None:
    index = ItemIndex([item(agreed_ibans=("de02 1203 0000 0000 2020 51",))])
    assert index.payers(line(iban=IBAN)).factors == {"a": "iban"}


def test_account_and_name_of_two_parties_are_torn() -> None:
    index = ItemIndex([item(), item("b-1", party="b", agreed_ibans=(OTHER,), names=("Behausen",))])
    torn = index.payers(line(iban=IBAN, counterparty="Behausen"))
    assert torn.torn
    assert torn.doubt(["a"]) == "IBAN und Name nennen verschiedene Beteiligte"
    agreed = index.payers(line(iban=IBAN, counterparty="Adorf"))
    assert (agreed.torn, agreed.doubt(["a"])) == (False, "")
    assert agreed.doubt(["a", "b"]) == "IBAN und Name nennen verschiedene Beteiligte"
    assert index.payers(line()).factors == {}


# --- money that nobody could place


@pytest.mark.parametrize(
    ("came", "back", "may"),
    [
        ({}, {}, True),
        ({"iban": IBAN}, {"iban": IBAN}, True),
        ({"iban": IBAN}, {"iban": OTHER}, False),
        ({"iban": IBAN}, {}, True),
        ({}, {"iban": OTHER}, True),
        ({"end_to_end": "E1"}, {"end_to_end": "E1"}, True),
        ({"end_to_end": "E1"}, {"end_to_end": "E2"}, False),
        ({"end_to_end": "E1"}, {}, True),
        ({}, {"end_to_end": "E2"}, True),
    ],
)
def test_a_return_may_give_back_unplaced_money_that_says_nothing_else(
    came: dict[str, str], back: dict[str, str], may: bool
) -> None:
    index = ItemIndex([])
    index.keep_unplaced(line(1, **came))
    assert index.has_unplaced(line(-1, **back), 1) == may
    assert not index.has_unplaced(line(-2, **back), 2)
    assert not index.has_unplaced(line(1, **back), 1), "money that came in comes back as money that goes out"


def test_a_return_may_give_back_what_the_books_hold_in_suspense() -> None:
    index = ItemIndex([], {"in": 700, "out": -900})
    assert index.has_unplaced(line(-700), 700)
    assert index.has_unplaced(line(900), 900)
    assert not index.has_unplaced(line(700), 700)
    assert not index.has_unplaced(line(-900), 900)
