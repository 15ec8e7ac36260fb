"""Laws of VAT that is decided anew: the days of booking change nothing, and what is decided last is what is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.agreement import Agreement, ClaimKind, missing_vat, parse, trueup
from tests.agreement.writing import toml

FIRST, LAST, YEAR = dt.date(2023, 1, 1), dt.date(2024, 12, 31), 2023
KEY = ("dorf", YEAR)
Names = dict[tuple[str, dt.date, int], tuple[int, int]]
days = st.dates(dt.date(2022, 6, 1), LAST)
amounts = st.integers(0, 999_999).map(lambda cents: f"{cents // 100},{cents % 100:02}")


def decision(known: dt.date, treatment: str) -> dict[str, Any]:
    taxed = {"amounts": "net"} if treatment == "taxable-19" else {}
    decided = {"decided_by": "Rat", "decided_on": known, "known_from": known, "reason": "UStG"}
    return {"from": FIRST, "treatment": treatment, **decided, **taxed}


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    treatments = st.sampled_from(["taxable-19", "not-taxable-2b", "exempt-4-29"])
    decisions = draw(
        st.lists(st.tuples(days, treatments), min_size=1, max_size=4, unique_by=lambda row: row[0])
    )
    actual = draw(st.lists(st.tuples(days, amounts), max_size=3, unique_by=lambda row: row[0]))
    component: dict[str, Any] = {
        "id": "kx",
        "title": "Umlage",
        "clause": "§ 1",
        "key": "equal",
        "from": FIRST,
    }
    component["totals"] = [{"year": YEAR, "amount": draw(amounts), "kind": "plan"}]
    component["totals"] += [{"year": YEAR, "amount": cost, "known_from": known} for known, cost in actual]
    data: dict[str, Any] = {"id": "probe", "title": "Probe", "from": FIRST, "to": dt.date(2023, 12, 31)}
    data |= {"known_from": dt.date(2022, 6, 1), "operator": "kreis", "due": {"month": 3, "day": 15}}
    data["members"] = [
        {"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"},
        {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001"},
    ]
    if draw(st.booleans()):
        component["dues"] = "voraus"
        settlement = {"after_days": 30, "less": draw(st.sampled_from(["paid", "demanded"]))}
        plan = {"id": "voraus", "clause": "§ 2", "kind": "advances", "days": ["02-15", "11-15"]}
        data["dues"] = [plan | {"advance": {"on": "plan"}, "settlement": settlement}]
    return parse(toml(data | {"components": [component], "vat": [decision(*each) for each in decisions]}))


def booked(agreement: Agreement, posting_days: Iterable[dt.date]) -> Names:
    """Post on some days, and at last; return net and VAT by posten."""
    names: Names = {}
    net = tax = 0
    stood: dict[tuple[str, int], dt.date] = {}
    for day in (*sorted(posting_days), LAST):
        for each in trueup(agreement, day, {KEY: net} if names else {}, stood, {KEY: tax}):
            assert (each.member, each.service_year) == KEY
            what = "steuer" if each.kind == ClaimKind.TAX else "anteil"
            assert (each.kind == ClaimKind.TAX) <= (each.difference_cents == 0)
            place = (what, each.named, each.place)
            before = names.get(place, (0, 0))
            names[place] = (before[0] + each.difference_cents, before[1] + each.vat_cents)
            net, tax = net + each.difference_cents, tax + each.vat_cents
            stood[KEY] = max(stood.get(KEY, dt.date.min), each.known_on)
        assert missing_vat(agreement, KEY, day, net, tax) is None
    return {place: cents for place, cents in names.items() if any(cents)}


@given(agreements(), st.lists(st.dates(FIRST, LAST), max_size=5))
def test_whoever_books_when_books_the_same_posten(agreement: Agreement, posting_days: list[dt.date]) -> None:
    assert booked(agreement, posting_days) == booked(agreement, [])


@given(agreements(), st.lists(st.dates(FIRST, LAST), max_size=5))
def test_the_last_decision_is_what_is_owed(agreement: Agreement, posting_days: list[dt.date]) -> None:
    names = booked(agreement, posting_days)
    net, tax = (sum(cents[place] for cents in names.values()) for place in (0, 1))
    last = max(agreement.vat, key=lambda each: each.known_from or FIRST)
    if last.treatment == "taxable-19":
        assert abs(100 * tax - 19 * net) <= 50 * max(1, len(names))
    else:
        assert tax == 0
