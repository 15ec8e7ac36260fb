"""Statements of balances: every difference by its cause, to the cent; the file cannot be changed unnoticed."""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.cli import main
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.persons.contacts import Contacts
from kkd_ledger.reconciliation.balance_file import BalancesRefused, as_file, as_json, from_file
from kkd_ledger.reconciliation.balances import Balances, ItemBalance, balances
from kkd_ledger.reconciliation.differences import DifferenceCause, reconcile
from tests.samples import LEDGERS

PAID = ((dt.date(2023, 11, 9), 886925),)
POSTED = dt.date(2024, 2, 1)
ONE = ItemBalance("kkd-2022-b-1", 2022, "RF55", "KKD-2023-00004", ((dt.date(2023, 10, 2), 886925),), PAID, 0)
TWO = ItemBalance("kkd-2024-b-1", 2024, "RF62", "KKD-2024-00004", ((POSTED, 1555530),), (), 1555530)
COUNTY = Balances("kkd", "landkreis", "b", "Landkreis", dt.date(2024, 3, 31), True, (ONE, TWO))
TOWN = replace(COUNTY, side="b", title="Stadt")


def said(one: Balances, other: Balances) -> list[tuple[str, DifferenceCause, int, str]]:
    found = [(one.posten, one.cause, one.cents, one.text) for one in reconcile(one, other)]
    assert [(one.posten, one.cause, one.cents, one.text) for one in reconcile(other, one)] == found
    return found


def test_equal_sides_agree() -> None:
    assert said(COUNTY, TOWN) == []


def test_a_missing_document_and_a_missing_resolution() -> None:
    lacks = replace(TOWN, items=(ONE,))
    text = "KKD-2024-00004 über 15.555,30 EUR ist in „Stadt“ nicht gebucht"
    assert said(COUNTY, lacks) == [("kkd-2024-b-1", DifferenceCause.DOCUMENT, 1555530, text)]
    assert said(COUNTY, replace(lacks, resolved=False)) == [
        ("kkd-2024-b-1", DifferenceCause.RESOLUTION, 1555530, text)
    ]
    text = "KKD-2024-00004 über 15.555,30 EUR ist in „Landkreis“ nicht gebucht"
    assert said(replace(COUNTY, items=(ONE,)), TOWN) == [
        ("kkd-2024-b-1", DifferenceCause.DOCUMENT, -1555530, text)
    ]


def test_rounding_and_another_amount() -> None:
    cent = replace(TWO, claims=((POSTED, 1555529),), open_cents=1555529)
    text = "gefordert 15.555,30 EUR, dort gebucht 15.555,29 EUR"
    assert said(COUNTY, replace(TOWN, items=(ONE, cent))) == [
        ("kkd-2024-b-1", DifferenceCause.ROUNDING, 1, text)
    ]
    more = replace(TWO, claims=((POSTED, 1562142),), open_cents=1562142)
    text = "gefordert 15.555,30 EUR, dort gebucht 15.621,42 EUR"
    assert said(COUNTY, replace(TOWN, items=(ONE, more))) == [
        ("kkd-2024-b-1", DifferenceCause.DOCUMENT, -6612, text)
    ]


@pytest.mark.parametrize(("day", "cause"), [(28, DifferenceCause.TIMING), (12, DifferenceCause.PAYMENT)])
def test_a_payment_on_its_way_and_one_that_never_arrived(day: int, cause: DifferenceCause) -> None:
    paid = replace(TWO, payments=((dt.date(2024, 3, day), 1555530),), open_cents=0)
    text = f"gezahlt 15.555,30 EUR (zuletzt {day}.03.2024), eingegangen 0,00 EUR; Stand dort 31.03.2024"
    assert said(COUNTY, replace(TOWN, items=(ONE, paid))) == [("kkd-2024-b-1", cause, 1555530, text)]


def test_a_claim_after_the_other_sides_day_is_a_matter_of_time() -> None:
    early = replace(TOWN, items=(ONE,), as_of=dt.date(2024, 1, 31))
    text = "KKD-2024-00004 über 15.555,30 EUR ist in „Stadt“ nicht gebucht"
    assert said(COUNTY, early) == [("kkd-2024-b-1", DifferenceCause.TIMING, 1555530, text)]
    lowered = replace(TWO, claims=(*TWO.claims, (dt.date(2024, 3, 20), -6612)), open_cents=1548918)
    county = replace(COUNTY, items=(ONE, lowered))
    text = "gefordert 15.489,18 EUR, dort gebucht 15.555,30 EUR"
    assert said(county, TOWN) == [("kkd-2024-b-1", DifferenceCause.DOCUMENT, -6612, text)]
    early = replace(TOWN, as_of=dt.date(2024, 3, 19))
    assert said(county, early) == [("kkd-2024-b-1", DifferenceCause.TIMING, -6612, text)]


def test_an_old_payment_and_one_on_its_way_are_two_differences() -> None:
    paid = ((dt.date(2024, 3, 1), 1000000), (dt.date(2024, 3, 28), 555530))
    town = replace(TOWN, items=(ONE, replace(TWO, payments=paid, open_cents=0)))
    assert [(cause, cents) for _, cause, cents, _ in said(COUNTY, town)] == [
        (DifferenceCause.TIMING, 555530),
        (DifferenceCause.PAYMENT, 1000000),
    ]


def test_a_payment_after_the_other_sides_day_is_a_matter_of_time() -> None:
    paid = replace(TWO, payments=((dt.date(2024, 3, 12), 1555530),), open_cents=0)
    early = replace(COUNTY, as_of=dt.date(2024, 2, 29))
    assert [found[1] for found in said(early, replace(TOWN, items=(ONE, paid)))] == [DifferenceCause.TIMING]


@pytest.mark.parametrize(
    "other",
    [COUNTY, replace(TOWN, agreement="x"), replace(TOWN, member="c", side="c"), replace(TOWN, side="d")],
)
def test_only_the_two_sides_of_one_member(other: Balances) -> None:
    with pytest.raises(InvoiceRefused, match="die beiden Seiten einer Beteiligten"):
        reconcile(COUNTY, other)


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2199, 12, 31))
CENTS = st.integers(-(10**13), 10**13)
MOVES = st.lists(st.tuples(DAYS, CENTS), max_size=3).map(tuple)
ITEMS = st.builds(
    ItemBalance,
    st.text(min_size=1, max_size=9),
    st.integers(1990, 2199),
    st.text(max_size=9),
    st.text(max_size=9),
    MOVES,
    MOVES,
    CENTS,
    MOVES,
)


@given(st.lists(ITEMS, max_size=3), st.text(max_size=20), DAYS)
def test_a_statement_survives_its_file(items: list[ItemBalance], title: str, day: dt.date) -> None:
    statement = replace(COUNTY, items=tuple(items), title=title, as_of=day)
    content = as_file(statement)
    file = Path(tempfile.mkdtemp()) / "saldo.json"
    file.write_bytes(content)
    try:
        assert from_file(file, NOBODY, unsigned=True).statement == statement
    finally:
        shutil.rmtree(file.parent)


NOBODY = Contacts(Path("contacts.toml"))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"sha256": "x"}', b"null", b'{"format": 1, "sha256": 1}', b"\xff"]
)
def test_what_is_no_statement_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(BalancesRefused, match="Saldenbestätigung"):
        from_file(tmp_path / "x.json", NOBODY, unsigned=True)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(as_file(COUNTY).replace(b"15555.30", b"15555.31"))
    with pytest.raises(BalancesRefused, match="der Inhalt wurde verändert"):
        from_file(tmp_path / "x.json", NOBODY, unsigned=True)


def test_the_sample_books_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    county, town = LEDGERS / "landkreis", LEDGERS / "biedenkopf"
    assert main(["reconcile", str(county), str(town), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["member"], data["differences"]) == ("biedenkopf", [])
    assert [one["offen"] for one in data["balances"]] == ["15555.30", "15555.30"]
    file = tmp_path / "saldo.json"
    assert main(["reconcile", str(town), "--export", str(file)]) == 0
    assert main(["reconcile", str(county), str(file), "--unsigned"]) == 0
    assert "Abgestimmt: keine Unterschiede." in capsys.readouterr().out
    assert main(["reconcile", str(county)]) == 2
    early = balances(
        load_book(county), read_book(load_book(county)).records, "biedenkopf", dt.date(2023, 10, 31)
    )
    assert [(one.claimed_cents, one.open_cents) for one in early.items] == [
        (886925, 886925),
        (1282630, 1282630),
    ]


BACK = dt.date(2024, 5, 2)
REFUND = ItemBalance("kkd-2024-b-2", 2024, "RF63", "KKD-2024-00031", ((BACK, -164091),), (), -164091)


def test_what_is_owed_and_what_is_to_be_refunded_are_two_sums() -> None:
    county = replace(COUNTY, items=(TWO, REFUND))
    assert (county.open_cents, county.refund_cents) == (1555530, 164091)
    assert [one.refund for one in county.items] == [False, True]
    data = as_json(county)
    assert (data["offen"], data["erstattung-offen"]) == ("15555.30", "1640.91")
    assert [one["art"] for one in data["posten"]] == ["forderung", "erstattung"]


def test_a_refund_that_only_one_side_has_is_told_as_a_refund() -> None:
    county, town = replace(COUNTY, items=(TWO, REFUND)), replace(TOWN, items=(TWO,))
    (found,) = reconcile(county, town)
    assert found.words == "1.640,91 EUR mehr bei der Betreiberin"
    assert found.text == "KKD-2024-00031, Erstattung über 1.640,91 EUR ist in „Stadt“ nicht gebucht"
    assert found.as_json()["kind"] == "erstattung"
    less = replace(REFUND, claims=((BACK, -160000),), open_cents=-160000)
    (found,) = reconcile(county, replace(TOWN, items=(TWO, less)))
    assert found.text == "Erstattung 1.640,91 EUR, dort gebucht 1.600,00 EUR"
    assert found.words == "40,91 EUR mehr bei der Betreiberin"


def test_what_one_side_demands_and_the_other_refunds() -> None:
    demanded = replace(REFUND, claims=((BACK, 86000),), open_cents=86000)
    (found,) = reconcile(replace(COUNTY, items=(demanded,)), replace(TOWN, items=(REFUND,)))
    assert found.text == "gefordert 860,00 EUR, dort als Erstattung gebucht 1.640,91 EUR"
    assert found.words == "2.500,91 EUR mehr bei der Betreiberin"


def test_a_refund_that_was_paid_and_has_not_arrived() -> None:
    paid = replace(REFUND, payments=((dt.date(2024, 5, 8), -164091),), open_cents=0)
    sides = [replace(one, as_of=dt.date(2024, 5, 31)) for one in (COUNTY, TOWN)]
    (found,) = reconcile(replace(sides[0], items=(paid,)), replace(sides[1], items=(REFUND,)))
    assert found.cause == DifferenceCause.PAYMENT
    assert (
        found.text
        == "erstattet 1.640,91 EUR (zuletzt 08.05.2024), eingegangen 0,00 EUR; Stand dort 31.05.2024"
    )
    assert found.words == "1.640,91 EUR weniger bei der Betreiberin"


def test_what_was_offset_settles_like_a_payment_and_is_none() -> None:
    offset = replace(TWO, others=((BACK, 164091),), open_cents=1391439)
    assert (offset.paid_cents, offset.settled_cents) == (0, 164091)
    later = replace(COUNTY, items=(offset,), as_of=BACK), replace(TOWN, items=(offset,), as_of=BACK)
    assert reconcile(*later) == ()


def test_a_file_of_the_first_format_is_read(tmp_path: Path) -> None:
    data = json.loads(as_file(COUNTY))
    del data["sha256"]
    data |= {"format": "kkd-saldenbestaetigung-1"}
    for one in data["posten"]:
        del one["sonstiges"], one["art"]
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    data["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    file = tmp_path / "saldo.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert from_file(file, NOBODY, unsigned=True).statement == COUNTY


def test_a_posten_that_was_taken_back_whole_is_no_difference() -> None:
    undone = replace(REFUND, claims=((BACK, -164091), (BACK, 164091)), open_cents=0)
    assert said(replace(COUNTY, items=(ONE, TWO, undone)), TOWN) == []
    assert said(replace(COUNTY, items=(ONE, TWO, undone)), replace(TOWN, items=(ONE, TWO, undone))) == []
    [found] = reconcile(replace(COUNTY, items=(undone,)), replace(TOWN, items=(REFUND,)))
    assert found.text == "KKD-2024-00031, Erstattung über 1.640,91 EUR ist in „Landkreis“ nicht gebucht"


def test_a_claim_of_one_side_that_was_settled_there_is_told_with_its_amount() -> None:
    settled = replace(REFUND, others=((BACK, -164091),), open_cents=0)
    told = reconcile(replace(COUNTY, items=(settled,), as_of=BACK), replace(TOWN, items=(), as_of=BACK))
    assert [(one.cause, one.words) for one in told] == [
        (DifferenceCause.DOCUMENT, "1.640,91 EUR mehr bei der Betreiberin"),
        (DifferenceCause.OTHERWISE, "1.640,91 EUR weniger bei der Betreiberin"),
    ]


def test_what_was_set_off_or_given_up_on_one_side_is_no_money() -> None:
    offset = replace(TWO, others=((dt.date(2024, 3, 20), 164091),), open_cents=1391439)
    text = "aufgerechnet oder erlassen 1.640,91 EUR (zuletzt 20.03.2024), in „{}“ 0,00 EUR; Stand dort {}"
    county, town = replace(COUNTY, items=(ONE, offset)), replace(TOWN, items=(ONE, offset))
    day = "31.03.2024"
    here = text.format("Stadt", day)
    assert said(county, TOWN) == [("kkd-2024-b-1", DifferenceCause.OTHERWISE, -164091, here)]
    there = text.format("Landkreis", day)
    assert said(COUNTY, town) == [("kkd-2024-b-1", DifferenceCause.OTHERWISE, 164091, there)]
    early = replace(TOWN, as_of=dt.date(2024, 3, 19))
    assert said(county, early) == [
        ("kkd-2024-b-1", DifferenceCause.TIMING, -164091, text.format("Stadt", "19.03.2024"))
    ]


def test_a_receipt_that_the_payer_has_not_booked() -> None:
    received = replace(TWO, payments=((dt.date(2024, 3, 1), 1555530),), open_cents=0)
    text = "gezahlt 0,00 EUR, eingegangen 15.555,30 EUR (zuletzt 01.03.2024); Stand dort 31.03.2024"
    assert said(replace(COUNTY, items=(ONE, received)), TOWN) == [
        ("kkd-2024-b-1", DifferenceCause.RECEIPT, -1555530, text)
    ]


def test_a_payment_and_an_offset_that_one_side_lacks_are_two_differences() -> None:
    both = replace(
        TWO,
        payments=((dt.date(2024, 3, 1), 1391439),),
        others=((dt.date(2024, 3, 2), 164091),),
        open_cents=0,
    )
    told = said(COUNTY, replace(TOWN, items=(ONE, both)))
    assert [(cause, cents) for _, cause, cents, _ in told] == [
        (DifferenceCause.PAYMENT, 1391439),
        (DifferenceCause.OTHERWISE, 164091),
    ]


EARLY, LATE = ((dt.date(2022, 1, 12), 256_96),), ((dt.date(2022, 3, 27), -235_14),)
"""An office demanded by the file of before, and took back what a leaver does not owe; the leaver booked what holds."""


def by_the_old_file(*, set_off: bool) -> Balances:
    moved = ((dt.date(2022, 3, 27), 235_14),) if set_off else ()
    back = tuple((day, -cents) for day, cents in moved)
    left = 0 if set_off else 235_14
    paid = ((dt.date(2022, 4, 15), 21_82),)
    return replace(
        COUNTY,
        items=(
            ItemBalance("kkd-2022-b-1", 2022, "RF55", "KKD-2022-00001", EARLY, paid, left, moved),
            ItemBalance("kkd-2022-b-g220101", 2022, "RF52", "KKD-2022-00003", LATE, (), -left, back),
        ),
    )


AT_ONCE = replace(
    TOWN,
    items=(ItemBalance("kkd-2022-b-1", 2022, "RF55", "", ((POSTED, 21_82),), ((POSTED, 21_82),), 0),),
)


def test_what_came_to_the_same_in_another_way_is_only_told() -> None:
    text = "Leistungsjahr 2022: gefordert, gezahlt und offen ist dasselbe, nur auf kkd-2022-b-1, kkd-2022-b-g220101 "
    told = ("kkd-2022-b-1", DifferenceCause.WAY, 0, f"{text}verschieden gebucht; nichts zu tun")
    assert said(by_the_old_file(set_off=True), AT_ONCE) == [told]
    (difference,) = reconcile(by_the_old_file(set_off=True), AT_ONCE)
    assert difference.words == "derselbe Stand"


def test_what_is_open_in_another_way_is_a_difference() -> None:
    causes = [cause for _, cause, _, _ in said(by_the_old_file(set_off=False), AT_ONCE)]
    assert causes == [DifferenceCause.DOCUMENT] * 2


@pytest.mark.parametrize("field", ["claims", "payments"])
def test_a_cent_more_on_one_side_is_a_difference(field: str) -> None:
    ours = by_the_old_file(set_off=True)
    (item,) = AT_ONCE.items
    other = replace(item, **{field: ((POSTED, 21_83),)})
    assert all(cents for _, _, cents, _ in said(ours, replace(AT_ONCE, items=(other,))))


def test_another_way_is_no_finding_for_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(LEDGERS, tmp_path, dirs_exist_ok=True)
    own = balances(book := load_book(tmp_path / "landkreis"), read_book(book).records, "biedenkopf")
    first, *rest = own.items
    (day, cents), *_ = first.claims
    (paid_on, _), *_ = first.payments
    less = replace(first, claims=((day, cents - 100),), payments=((paid_on, first.paid_cents - 100),))
    more = replace(first, posten=f"{first.posten}0", claims=((day, 100),), payments=((paid_on, 100),))
    other = replace(own, side="biedenkopf", title="Stadt", items=(less, more, *rest))
    (tmp_path / "saldo.json").write_bytes(as_file(other, None))
    assert main(["reconcile", str(book.root), str(tmp_path / "saldo.json"), "--unsigned"]) == 0
    out = capsys.readouterr().out
    assert "Abgestimmt: keine Unterschiede." in out
    assert "auf anderem Weg gebucht: derselbe Stand" in out
