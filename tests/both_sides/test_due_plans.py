"""Both sides live through a year of rates: one claim, one reference, due on many days; the books always agree."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.entries.relief_entries import Instalment
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.claims.relief import dispose
from kkd_ledger.work.claims.remind import remind
from kkd_ledger.work.corrections.reverse import reverse

from .two_sides import Side, Sides, two_sides

FIRST = dt.date(2023, 1, 1)
POSTEN = "probe-2023-dorf-1"


def agreement(**more: Any) -> dict[str, Any]:
    cost = {"id": "kx", "title": "Umlage", "clause": "§ 1", "key": "fixed", "from": FIRST, "dues": "viertel"}
    plan = {"id": "viertel", "clause": "§ 2", "days": ["02-15", "05-15", "08-15", "11-30"]}
    town = {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001"}
    return {
        "id": "probe",
        "title": "Probe",
        "from": FIRST,
        "known_from": dt.date(2022, 6, 1),
        "operator": "kreis",
        "due": {"month": 3, "day": 15},
        "members": [{"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"}, town],
        "components": [cost | {"amounts": [{"from": FIRST, "amount": "1.000,02"}]}],
        "dues": [plan],
    } | more


def month(sides: Sides, number: int, *, which: int = 10) -> None:
    sides.begin(dt.date(2023, number, which))


def dues(side: Side) -> list[tuple[str, int]]:
    item = claims(side.again(), read(side.book).records).items[POSTEN]
    return [(f"{due.day:%m-%d}", due.cents) for due in item.dues]


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    sides = two_sides(tmp_path, agreement(), "dorf", dt.date(2023, 1, 10))
    month(sides, 1)
    sides.post()
    return sides


RATES = [("02-15", 25001), ("05-15", 25001), ("08-15", 25001), ("11-30", 24999)]


def test_the_demand_lists_the_rates_and_the_member_books_them(sides):
    files = sides.send()
    [received] = sides.receive(files)
    assert received.comparison.text() == "wie vereinbart"
    assert received.document.due is None, "BT-9 is for one day"
    assert "250,01 EUR bis zum 15.02.2023" in received.document.terms
    assert "249,99 EUR bis zum 30.11.2023" in received.document.terms
    for side in sides.both:
        assert dues(side) == RATES
    assert sides.differences() == ()
    text = (sides.member.book.root / "2023/2023-01.beancount").read_text("utf-8")
    assert text.count('custom "rate" "probe-2023-dorf-1"') == 4


def test_a_year_paid_rate_by_rate(sides):
    sides.receive(sides.send())
    paid = []
    for number in range(1, 13):
        if number > 1:
            month(sides, number)
        pain, _ = sides.run(sides.member)
        sides.execute(sides.member, pain)
        paid += [cents for _, _, cents in sides.orders]
        sides.statements()
        assert sides.differences() == ()
    assert paid == [cents for _, cents in RATES]
    assert dues(sides.office) == dues(sides.member) == []
    for side in sides.both:
        assert errors(side) == []


def errors(side: Side) -> list[str]:
    """Return what a check finds that is an error, or said of the open items."""
    found = check(side.again())
    return [f"{finding.kind.code} {finding.text}" for finding in found if "KKD-O" in finding.kind.code]


def transferred(sides: Sides, number: int, *amounts: int, reference: str | None = None) -> None:
    """Let the member transfer amounts by hand in a month, under its claim's reference or another text."""
    month(sides, number)
    [item] = [item for item in sides.open_items(sides.office) if item.posten == POSTEN]
    for cents in amounts:
        sides.by_hand(sides.member, item.reference if reference is None else reference, cents)
    sides.statements()
    assert sides.differences() == ()


def test_two_rates_at_once_leave_the_last_ones(sides):
    sides.receive(sides.send())
    transferred(sides, 2, 50002)
    assert dues(sides.office) == dues(sides.member) == RATES[2:]


def test_a_rate_paid_twice_pays_the_next_one(sides):
    sides.receive(sides.send())
    transferred(sides, 2, 25001, 25001)
    assert dues(sides.office) == RATES[2:]


def test_a_rate_paid_short_is_due_with_what_is_missing(sides):
    sides.receive(sides.send())
    transferred(sides, 2, 20000)
    assert dues(sides.office) == dues(sides.member) == [("02-15", 5001), *RATES[1:]]
    month(sides, 5, which=20)
    assert errors(sides.office) == [
        "KKD-O06 posten probe-2023-dorf-1: 300,02 EUR offen, Rate nicht gezahlt, fällig seit 15.02.2023 "
        "(insgesamt offen: 800,02 EUR)"
    ]


def test_the_payer_and_the_amount_of_a_rate_are_enough(sides):
    sides.receive(sides.send())
    transferred(sides, 2, 25001, reference="")
    assert dues(sides.office) == RATES[1:]


def test_a_document_that_asks_for_all_at_once_waits_for_a_person(sides):
    sides.send()
    [xml] = (sides.office.book.root / "documents").glob("*.xml")
    text = xml.read_text("utf-8")
    start, end = (
        text.index("Zahlbar in Raten"),
        text.index("</ram:Description>", text.index("Zahlbar in Raten")),
    )
    day = '<ram:DueDateDateTime><udt:DateTimeString format="102">20230315</udt:DateTimeString></ram:DueDateDateTime>'
    other = sides.folder / "other.xml"
    other.write_text(
        text[:start] + "Zahlbar bis 15.03.2023</ram:Description>" + day + text[end + 18 :], "utf-8"
    )
    [received] = sides.receive([other])
    assert "vereinbart sind Raten: 250,01 EUR bis zum 15.02.2023" in received.comparison.text()
    assert received.comparison.text() != "wie vereinbart"


def deferred(sides: Sides, until: dt.date) -> None:
    cause = CorrectionCause("Stundung", "L. Beispiel", sides.order)
    dispose(sides.office.again(), POSTEN, v.DispositionKind.DEFERRAL, until, cause)


def test_a_deferral_lets_the_rates_until_its_day_wait(sides):
    deferred(sides, dt.date(2023, 6, 30))
    assert dues(sides.office) == [("06-30", 50002), *RATES[2:]]
    [received] = sides.receive(sides.send())
    assert "`kkd defer BUCH POSTEN --kind ratenzahlung" in received.comparison.text()
    assert dues(sides.member) == RATES, "our book pays as agreed until somebody enters the deferral"
    transferred(sides, 2, 10000)
    assert dues(sides.office) == [("06-30", 40002), *RATES[2:]]


def test_a_deferral_until_the_first_day_takes_it_back(sides):
    deferred(sides, dt.date(2023, 6, 30))
    deferred(sides, dt.date(2023, 2, 15))
    assert dues(sides.office) == RATES


def test_ordered_instalments_replace_the_plan(sides):
    cause = CorrectionCause("Ratenzahlung", "L. Beispiel", sides.order)
    rates = [Instalment(dt.date(2023, 3, 1), 50000), Instalment(dt.date(2023, 9, 1), 50002)]
    dispose(
        sides.office.again(), POSTEN, v.DispositionKind.INSTALMENTS, rates[-1].due, cause, instalments=rates
    )
    assert dues(sides.office) == [("03-01", 50000), ("09-01", 50002)]


def test_a_reminder_asks_for_the_rate_that_was_missed_with_its_interest(sides):
    for side in sides.both:
        (side.folder / "reminders.toml").write_text(
            'format = 1\n\n[interest]\nclause = "§ 3"\npoints = "5"\n', "utf-8"
        )
    sides.receive(sides.send())
    month(sides, 3, which=31)
    [letter] = remind(sides.office.again(), dt.date(2023, 3, 31), today=dt.date(2023, 3, 31)).letters
    [asked] = letter.items
    assert (asked.due, asked.open_cents, asked.instalment) == (dt.date(2023, 2, 15), 25001, True)
    assert asked.interest_cents == 200  # 250.01 EUR, 44 days, 1.62 % + 5 points: 1.9952
    assert sum(span.days for span in asked.interest) == 44


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("at-once", [("05-10", 40000)]),
        ("spread", [("05-15", 13334), ("08-15", 13333), ("11-30", 13333)]),
    ],
)
def test_a_correction_is_due_at_once_or_spread_over_the_rates_to_come(tmp_path, correction, expected):
    data = agreement()
    data["dues"][0]["correction"] = correction
    [amount] = data["components"][0]["amounts"]
    dearer = {**amount, "amount": "1.400,02", "known_from": dt.date(2023, 4, 3)}
    data["components"][0]["amounts"] = [amount, dearer]
    sides = two_sides(tmp_path, data, "dorf", dt.date(2023, 1, 10))
    month(sides, 1)
    sides.post()
    sides.receive(sides.send())
    month(sides, 4)
    sides.post()
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    name = "probe-2023-dorf-n230403"
    for side in sides.both:
        items = claims(side.again(), read(side.book).records).items
        assert [(f"{due.day:%m-%d}", due.cents) for due in items[name].dues] == expected
        assert dues(side) == RATES, "what was asked for before stays"
    assert sides.differences() == ()


@pytest.mark.parametrize(
    ("correction", "lowered"),
    [
        ("at-once", [("05-15", 10001), ("08-15", 25001), ("11-30", 24999)]),
        ("spread", [("05-15", 20001), ("08-15", 20001), ("11-30", 19999)]),
    ],
)
def test_a_credit_lowers_the_next_rate_or_the_rates_to_come(tmp_path, correction, lowered):
    sides = cheaper(tmp_path, correction)
    for side in sides.both:
        assert dues(side) == lowered
        assert errors(side) == []
    assert sides.differences() == ()
    text = (sides.member.book.root / "2023/2023-04.beancount").read_text("utf-8")
    offset = text[text.index('buchungsart: "aufrechnung"') :].partition("\n\n")[0]
    assert offset.count("faellig: 2023-") == (3 if correction == "spread" else 0)


def cheaper(folder: Path, correction: str) -> Sides:
    """The first rate is paid; in April the year's sum turns out to be 150.00 less."""
    data = agreement()
    data["dues"][0]["correction"] = correction
    [amount] = data["components"][0]["amounts"]
    less = {**amount, "amount": "850,02", "known_from": dt.date(2023, 4, 3)}
    data["components"][0]["amounts"] = [amount, less]
    sides = two_sides(folder, data, "dorf", dt.date(2023, 1, 10))
    month(sides, 1)
    sides.post()
    sides.receive(sides.send())
    transferred(sides, 2, 25001)
    month(sides, 4)
    sides.post()
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    return sides


def test_a_reversed_set_off_raises_the_rates_again(tmp_path):
    sides = cheaper(tmp_path, "spread")
    records = [record for record in read(sides.office.again()).records if isinstance(record, Transaction)]
    [number] = [record.text(v.NUMBER) for record in records if record.text(v.KIND) == v.Kind.OFFSET]
    reverse(sides.office.again(), number, CorrectionCause("Versehen", "S. Muster", sides.order))
    assert dues(sides.office) == RATES[1:]
    credit = claims(sides.office.again(), read(sides.office.book).records).items["probe-2023-dorf-g230403"]
    assert [(f"{due.day:%m-%d}", due.cents) for due in credit.dues] == [
        ("05-15", 5000),
        ("08-15", 5000),
        ("11-30", 5000),
    ]
