"""The claims of made-up agreements with one due plan are the slow oracle's: days, cents, what is asked and settled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import Claim, ClaimKind, claims, parse
from tests.agreement.claims_oracle import ONE, Data, Party, day_in_year, parts
from tests.agreement.made_up import amounts
from tests.agreement.writing import toml

BEGIN, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MONTH_DAYS = ["01-31", "02-last", "03-15", "06-30", "08-15", "11-15", "12-last"]


@st.composite
def planned(draw: st.DrawFn, kind: str) -> Data:
    """Two members and the operator, one of whom joins later; a fixed amount, and a cost that is planned first."""
    joined = draw(st.none() | st.dates(BEGIN, dt.date(2024, 12, 31)))
    members = [
        {"id": "kreis", "name": "Kreis", "kind": "county"},
        {"id": "alt", "name": "Alt", "kind": "town"},
    ]
    members.append({"id": "neu", "name": "Neu", "kind": "town"} | ({"joined": joined} if joined else {}))
    fixed = {"id": "fest", "title": "Fest", "clause": "§ 1", "key": "fixed", "from": BEGIN, "dues": "p"}
    fixed["amounts"] = [{"from": BEGIN, "amount": draw(amounts())}]
    cost = {"id": "geteilt", "title": "Geteilt", "clause": "§ 2", "key": "equal", "from": BEGIN, "dues": "p"}
    cost["totals"] = [{"year": 2024, "amount": draw(amounts()), "known_from": draw(st.dates(BEGIN, LAST))}]
    if draw(st.booleans()):
        cost["totals"].insert(0, {"year": 2024, "amount": draw(amounts()), "kind": "plan"})
    days = draw(st.lists(st.sampled_from(MONTH_DAYS), min_size=1, max_size=4, unique=True))
    begins = draw(st.sampled_from(["01-01", "01-01", "07-01"]))
    head = {
        "id": "probe",
        "title": "Probe",
        "operator": "kreis",
        "from": BEGIN,
        "known_from": dt.date(2023, 12, 1),
    }
    head |= {"due": {"month": 3, "day": 15}, "members": members, "service_year": {"begins": begins}}
    plan = {"id": "p", "kind": kind, "days": sorted(days, key=lambda day: day_in_year(head, 2024, day))}
    plan["rounding"] = draw(st.sampled_from(["cent", "ten-cents", "euro"]))
    if draw(st.booleans()):
        cuts = sorted(
            draw(st.lists(st.integers(1, 99), min_size=len(days) - 1, max_size=len(days) - 1, unique=True))
        )
        plan["parts"] = [f"{high - low} %" for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    if kind == "advances":
        percent = draw(st.sampled_from([{}, {"percent": "90"}, {"percent": "33,3"}]))
        plan |= {"advance": {"on": "plan"} | percent, "ask_days": draw(st.sampled_from([0, 30]))}
        plan["settlement"] = draw(st.sampled_from([{"after_days": 30}, {"due": "+1:06-30"}]))
    return head | {"components": [fixed, cost], "dues": [plan]}


def sums(found: list[Claim], *kinds: ClaimKind) -> int:
    return sum(claim.cents for claim in found if claim.kind in kinds)


def of(data: Data, member: str, as_of: dt.date) -> list[Claim]:
    return [claim for claim in claims(parse(toml(data)), 2024, as_of) if claim.member == member]


@SLOW
@given(planned("advances"), st.sampled_from(["alt", "neu"]), st.dates(BEGIN, LAST))
def test_advances_and_settlement_are_the_oracles(data: Data, member: str, as_of: dt.date) -> None:
    party, found = Party(data, member, 2024), of(data, member, as_of)
    expected = {day: due for day, due in party.advances(as_of).items() if due[1]}
    assert {
        claim.named: (claim.dues[0].day, claim.cents) for claim in found if claim.kind == ClaimKind.ADVANCE
    } == expected
    since = party.settled_since(as_of)
    later = sums(found, ClaimKind.SETTLEMENT, ClaimKind.CORRECTION, ClaimKind.CREDIT)
    assert later == (
        0 if since is None else (party.share(as_of) or 0) - sum(cents for _, cents in expected.values())
    )
    for settlement in (claim for claim in found if claim.kind == ClaimKind.SETTLEMENT):
        rule = data["dues"][0]["settlement"]
        due = settlement.since + 30 * ONE if "after_days" in rule else day_in_year(data, 2024, rule["due"])
        assert settlement.since == since
        assert [one.day for one in settlement.dues] == [max(due, settlement.since)]


@SLOW
@given(planned("rates"), st.sampled_from(["alt", "neu"]), st.dates(BEGIN, LAST))
def test_the_rates_of_a_share_are_the_oracles(data: Data, member: str, as_of: dt.date) -> None:
    party, found = Party(data, member, 2024), of(data, member, as_of)
    first = next((claim for claim in found if claim.kind == ClaimKind.SHARE), None)
    assert sums(found, *ClaimKind) == (party.share(as_of) or 0 if as_of >= party.opens else 0)
    if first is None:
        return
    assert first.since == next(
        day
        for turn in range((as_of - party.opens).days + 1)
        if party.share(day := party.opens + turn * ONE) is not None
    )
    rates: dict[dt.date, int] = {}
    for day, cents in zip(party.days, parts(party.plan, first.cents), strict=True):
        on = max(day, party.begin(first.since))
        rates[on] = rates.get(on, 0) + cents
    assert dict(first.dues) == {day: cents for day, cents in rates.items() if cents}


@SLOW
@given(
    planned("advances"), st.lists(st.tuples(st.sampled_from([2024, 2025]), st.dates(BEGIN, LAST)), max_size=6)
)
def test_claims_are_a_pure_function_of_agreement_year_and_day(data: Data, asked: list[Any]) -> None:
    """Nothing that was asked before, nor booked by anybody, changes an answer."""
    assume(asked)
    agreement = parse(toml(data))
    before = [claims(agreement, *question) for question in asked]
    again = [claims(agreement, *question) for question in reversed(asked)][::-1]
    fresh = [claims(parse(toml(data)), *question) for question in asked]
    assert before == again == fresh
