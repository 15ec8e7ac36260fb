"""VAT decided anew after something was claimed: what it changes is a claim of its own, in both books and documents."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.corrections.reverse import reverse

from .test_advances import agreement
from .two_sides import Side, Sides, two_sides, vat

D = dt.date
FIRST, SECOND, SETTLED, TAX = (
    f"probe-2023-dorf-{end}" for end in ("v230215", "v231115", "a240305", "u230601")
)
OLD_LAW = {
    "from": D(2023, 1, 1),
    "to": D(2026, 12, 31),
    "treatment": "not-taxable-old-law",
    "reason": "Option bis 2026",
}


def decided(treatment: str, known: dt.date | None = None) -> dict[str, Any]:
    more = {"amounts": "net"} if treatment == "taxable-19" else {}
    known_from = {"known_from": known, "decided_on": known} if known else {}
    return vat(treatment, **more) | {"from": D(2023, 1, 1)} | known_from


TAXED_LATER = [OLD_LAW, decided("taxable-19", D(2023, 6, 1))]
FREED_LATER = [decided("taxable-19"), decided("not-taxable-2b", D(2023, 6, 1))]


def with_share(folder: Path, decisions: list[dict[str, Any]], *actual: tuple[str, dt.date]) -> Sides:
    """A plain share of 4,000.05 in 2023, and what it is later."""
    data = agreement()
    data["components"][0].pop("dues")
    data.pop("dues")
    figures = (("4.000,05", D(2023, 1, 1)), *actual)
    data["components"][0]["totals"] = [
        {"year": 2023, "amount": amount, "known_from": known} for amount, known in figures
    ]
    return two_sides(folder, data | {"to": D(2023, 12, 31), "vat": decisions}, "dorf", D(2023, 1, 20))


def with_advances(folder: Path, decisions: list[dict[str, Any]], actual: str, less: str = "paid") -> Sides:
    """Two advances of 2,000.00 in 2023, settled in March 2024."""
    data = agreement()
    data["components"][0]["totals"] = [
        {"year": 2023, "amount": "4.000,00", "kind": "plan"},
        {"year": 2023, "amount": actual, "known_from": D(2024, 3, 5)},
    ]
    data["dues"][0] |= {"days": ["02-15", "11-15"], "settlement": {"after_days": 30, "less": less}}
    return two_sides(folder, data | {"to": D(2023, 12, 31), "vat": decisions}, "dorf", D(2023, 1, 20))


def live(sides: Sides, day: dt.date, *paid: str) -> list[Any]:
    """Post, send and receive on a day; the member pays some items. Return the documents."""
    sides.begin(day)
    sides.post()
    received = sides.receive(sides.send())
    assert [each.comparison.text() for each in received] == ["wie vereinbart"] * len(received)
    for name in paid:
        item = next(each for each in sides.open_items(sides.office) if each.posten == name)
        payer = sides.member if opens(sides.office)[name] > 0 else sides.office
        sides.by_hand(payer, item.reference, abs(opens(sides.office)[name]))
    sides.statements(on=25)
    alike(sides)
    return [each.document for each in received]


def opens(side: Side) -> dict[str, int]:
    state = claims(side.again(), read(side.book).records)
    return {name: item.open_cents for name, item in state.items.items() if item.open_cents}


def found(side: Side) -> list[str]:
    return [f"{each.kind.code} {each.text}" for each in check(side.again()) if each.kind.level != "hinweis"]


def alike(sides: Sides, **expected: int) -> None:
    """Both books differ in nothing, no rule finds anything, and this much is open, seen from the office."""
    if expected:
        assert opens(sides.office) == {f"probe-2023-dorf-{end}": cents for end, cents in expected.items()}
    assert {name: -cents for name, cents in opens(sides.member).items()} == opens(sides.office)
    assert sides.differences() == ()
    for side in sides.both:
        assert found(side) == []
        assert [each.text for each in compared(side.again(), full=True) if each.kind.level == "fehler"] == []


def vat_of(side: Side) -> int:
    return claims(side.again(), read(side.book).records).vat.get(("dorf", 2023), 0)


def number_of(side: Side, posten: str) -> str:
    return [
        record.text("nr")
        for record in read(side.book).records
        if isinstance(record, Transaction)
        and record.text("buchungsart") not in {"zahlung", "storno", "aufrechnung"}
        and any(leg.meta.get("posten") == posten for leg in record.postings)
    ][-1]


def test_vat_decided_after_the_share_was_paid_is_asked_for_by_a_correcting_invoice(tmp_path: Path) -> None:
    sides = with_share(tmp_path, TAXED_LATER)
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    sides.begin(D(2023, 6, 10))
    for side in sides.both:
        [told] = found(side)
        assert told == (
            "KKD-A09 Dorf, Leistungsjahr 2023: Umsatzsteuer 0,00 EUR gebucht, nach der Entscheidung (bekannt seit dem "
            "01.06.2023) sind es 760,01 EUR"
        )
    [document] = live(sides, D(2023, 6, 10))
    assert (document.kind, [each.number for each in document.preceding]) == ("384", ["PROBE-2023-00001"])
    totals = document.totals
    assert (totals.net_cents, totals.tax_cents, totals.gross_cents) == (400005, 76001, 476006)
    assert (totals.prepaid_cents, totals.due_cents) == (400005, 76001)
    assert [(tax.category, tax.base_cents) for tax in document.taxes] == [("S", 400005)]
    assert (
        "PROBE-2023-00001 vom 20.01.2023: 4.000,05 EUR (ohne Umsatzsteuer)" in document.lines[0].description
    )
    alike(sides, u230601=76001)
    live(sides, D(2023, 7, 3), TAX)
    assert opens(sides.office) == {}


def test_vat_that_is_withdrawn_is_given_back(tmp_path: Path) -> None:
    sides = with_share(tmp_path, FREED_LATER)
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    [document] = live(sides, D(2023, 6, 10))
    totals = document.totals
    assert (document.kind, totals.net_cents, totals.tax_cents, totals.due_cents) == ("384", 400005, 0, -76001)
    assert totals.prepaid_cents == 476006
    assert [(tax.category, tax.tax_cents) for tax in document.taxes] == [("O", 0)]
    alike(sides, u230601=-76001)
    live(sides, D(2023, 7, 3), TAX)
    assert opens(sides.office) == {}


def test_two_decisions_that_cancel_each_other_leave_nothing(tmp_path: Path) -> None:
    there_and_back = [*TAXED_LATER, decided("not-taxable-2b", D(2023, 8, 1))]
    sides = with_share(tmp_path, there_and_back)
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    live(sides, D(2023, 6, 10), TAX)
    live(sides, D(2023, 8, 10), "probe-2023-dorf-u230801")
    assert (opens(sides.office), vat_of(sides.office), vat_of(sides.member)) == ({}, 0, 0)


def test_whoever_hears_of_it_late_books_the_same(tmp_path: Path) -> None:
    sides = with_share(tmp_path, TAXED_LATER, ("4.100,00", D(2023, 9, 1)))
    live(sides, D(2023, 9, 10))
    alike(sides, **{"1": 400005, "u230601": 76001, "n230901": 9995 + 1899})
    for side in sides.both:
        sides.post(side)
    assert vat_of(sides.office) == vat_of(sides.member) == 76001 + 1899


@pytest.mark.parametrize("paid_cents", [0, 76001])
def test_a_member_that_booked_it_by_itself_takes_the_document_to_it(tmp_path: Path, paid_cents: int) -> None:
    sides = with_share(tmp_path, TAXED_LATER)
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    sides.begin(D(2023, 6, 10))
    for side in sides.both:
        sides.post(side)
    if paid_cents:
        reference = next(each.reference for each in sides.open_items(sides.office) if each.posten == TAX)
        sides.by_hand(sides.member, reference, paid_cents)
        sides.statements(on=12)
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    assert received.booked == ("war schon gebucht; als Beleg dazu abgelegt",)
    assert received.document.totals.due_cents == 76001 - paid_cents
    alike(sides)


def test_the_document_of_another_tax_waits(tmp_path: Path) -> None:
    """The member heard of a decision of which the office did not: nothing is booked that was not agreed."""
    sides = with_share(tmp_path, TAXED_LATER)
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    sides.begin(D(2023, 6, 10))
    sides.post()
    file = sides.member.folder / "agreement.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("2023-06-01", "2023-07-01"), "utf-8")
    [received] = sides.receive(sides.send())
    assert "Umsatzsteuer" in received.comparison.text()
    assert not received.comparison.may_be_accepted
    assert opens(sides.member) == {}


def test_what_is_reversed_is_booked_again_under_its_name(tmp_path: Path) -> None:
    sides = with_share(tmp_path, TAXED_LATER, ("4.100,00", D(2023, 9, 1)))
    for day in (D(2023, 1, 20), D(2023, 6, 10), D(2023, 9, 10)):
        sides.begin(day)
        sides.post()
    before = opens(sides.office)
    youngest_first = ("probe-2023-dorf-n230901", TAX, "probe-2023-dorf-1")
    for many in (1, 2, 3):
        for posten in youngest_first[:many]:
            cause = CorrectionCause("Versehen", "S. Muster", sides.order)
            reverse(sides.office.again(), number_of(sides.office, posten), cause)
        assert opens(sides.office) != before
        sides.post()
        assert opens(sides.office) == before
        assert [each for each in found(sides.office) if "A09" in each or "A07" in each] == []


PAID = [((), "4.500,25"), ((FIRST,), "1.000,00"), ((SECOND,), "3.500,00"), ((FIRST, SECOND), "4.500,25")]


@pytest.mark.parametrize(("paid", "actual"), PAID, ids=["none", "first", "second", "both"])
@pytest.mark.parametrize("decisions", [TAXED_LATER, FREED_LATER], ids=["taxed", "freed"])
def test_a_settlement_less_what_was_paid_takes_each_advance_as_it_was_taxed(
    tmp_path: Path, decisions: list[dict[str, Any]], paid: tuple[str, ...], actual: str
) -> None:
    sides = with_advances(tmp_path, decisions, actual)
    live(sides, D(2023, 1, 20), *(each for each in paid if each == FIRST))
    live(sides, D(2023, 6, 10))
    live(sides, D(2023, 11, 1), *(each for each in paid if each == SECOND))
    net = int(actual.replace(".", "").replace(",", ""))
    taxed = decisions is TAXED_LATER
    whole = net + (net * 19 + 50) // 100 if taxed else net
    first, second = (200000, 238000) if taxed else (238000, 200000)
    tax = 38000 if taxed else -38000
    if not taxed and FIRST in paid:
        second -= 38000  # the tax of the first is given back by the second
    left = whole - (first if FIRST in paid else 0) - (second if SECOND in paid else 0)
    [document] = live(sides, D(2024, 3, 10))
    assert (document.totals.gross_cents, document.totals.net_cents) == (whole, net)
    assert sum(opens(sides.office).values()) == left
    assert document.totals.due_cents == left - max(0, tax)
    assert vat_of(sides.office) == vat_of(sides.member) == whole - net
    live(sides, D(2024, 4, 2), *opens(sides.office))
    assert opens(sides.office) == {}


@pytest.mark.parametrize("decisions", [TAXED_LATER, FREED_LATER], ids=["taxed", "freed"])
def test_a_settlement_less_what_was_demanded_names_each_advance_with_its_tax(
    tmp_path: Path, decisions: list[dict[str, Any]]
) -> None:
    sides = with_advances(tmp_path, decisions, "4.500,00", "demanded")
    for day, posten in ((D(2023, 1, 20), FIRST), (D(2023, 6, 10), TAX), (D(2023, 11, 1), SECOND)):
        live(sides, day, posten)
    [document] = live(sides, D(2024, 3, 10))
    words = document.lines[0].description
    assert len(document.preceding) == 3
    taxed = decisions is TAXED_LATER
    assert (
        "2.000,00 EUR (ohne Umsatzsteuer)" in words,
        "2.380,00 EUR (darin 380,00 EUR Umsatzsteuer)" in words,
    ) == (
        True,
        True,
    )
    assert document.totals.tax_cents == (85500 if taxed else 0)
    live(sides, D(2024, 4, 2), *opens(sides.office))
    assert opens(sides.office) == {}


def test_documents_that_come_in_another_order_end_in_the_same_books(tmp_path: Path) -> None:
    sides = with_advances(tmp_path, TAXED_LATER, "4.500,25")
    live(sides, D(2023, 1, 20))
    files = []
    for day in (D(2023, 6, 10), D(2023, 11, 1)):
        sides.begin(day)
        sides.post()
        files += sides.send()
    for file in reversed(files):
        [received] = sides.receive([file])
        assert received.comparison.text() == "wie vereinbart"
    alike(sides, v230215=200000, u230601=38000, v231115=238000)
    live(sides, D(2024, 3, 10))
    assert vat_of(sides.office) == vat_of(sides.member) == 85505


def test_a_share_that_was_booked_undecided_gets_its_tax(tmp_path: Path) -> None:
    """Under the old law a share may be booked before anybody decided; its document waits for the decision."""
    late = decided("taxable-19", D(2023, 6, 1))
    sides = with_share(tmp_path, [late])
    sides.begin(D(2023, 1, 20))
    sides.post()
    assert opens(sides.office) == {"probe-2023-dorf-1": 400005}
    documents = live(sides, D(2023, 6, 10))
    assert [document.taxes[0].category for document in documents] == ["O", "S"]
    alike(sides, **{"1": 400005, "u230601": 76001})


def test_a_year_of_the_new_law_waits_for_the_first_decision_and_is_taxed_by_it(tmp_path: Path) -> None:
    data = agreement()
    data["components"][0].pop("dues")
    data.pop("dues")
    data |= {"from": D(2027, 1, 1), "to": D(2027, 12, 31)}
    data["components"][0] |= {"from": D(2027, 1, 1), "totals": []}
    for amount, known in (("100,00", D(2027, 1, 1)), ("110,00", D(2027, 2, 1))):
        data["components"][0]["totals"].append({"year": 2027, "amount": amount, "known_from": known})
    late = decided("taxable-19", D(2027, 3, 1)) | {"from": D(2027, 1, 1)}
    sides = two_sides(tmp_path, data | {"vat": [late]}, "dorf", D(2027, 3, 20))
    live(sides, D(2027, 3, 20))
    assert opens(sides.office) == {"probe-2027-dorf-1": 11900, "probe-2027-dorf-n270201": 1190}


def test_a_closed_year_bears_the_members_tax_as_prior_period(tmp_path: Path) -> None:
    late = [OLD_LAW, decided("taxable-19", D(2024, 2, 1))]
    sides = with_share(tmp_path, late)
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    live(sides, D(2024, 2, 10))
    number = number_of(sides.member, "probe-2023-dorf-u240201")
    entry = next(
        each
        for each in read(sides.member.book).records
        if isinstance(each, Transaction) and each.text("nr") == number
    )
    taxed = [(leg.account, leg.cents) for leg in entry.postings if "umsatzsteuer" in leg.meta]
    assert taxed == [("Aufwendungen:020501-Probe:799001-Periodenfremd", 76001)]
    assert entry.narration == "Umsatzsteuer auf die Kostenbeteiligung 2023 (periodenfremd, gebucht 2024)"


def test_the_days_of_the_claims_follow_each_other(tmp_path: Path) -> None:
    sides = with_share(tmp_path, TAXED_LATER, ("4.100,00", D(2023, 9, 1)))
    live(sides, D(2023, 9, 10))
    days = [
        record.day("berechnungsstand")
        for record in read(sides.office.book).records
        if isinstance(record, Transaction) and record.text("buchungsart") != "zahlung"
    ]
    assert days == [D(2023, 5, 31), D(2023, 8, 31), D(2023, 9, 10)]
