"""The laws of settlements less what was paid, of days after the demand, of spread corrections, of credits."""

from __future__ import annotations

import copy
import datetime as dt
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from kkd_ledger.agreement import Claim, ClaimKind, claims, parse, trueup
from tests.agreement.claims_oracle import ONE, Data, Party, parts, rounded
from tests.agreement.made_up import amounts
from tests.agreement.test_claims_oracle import BEGIN, LAST, SLOW, of, planned
from tests.agreement.writing import toml

LATE = LAST + 400 * ONE
LESS = {"demanded": {"after_days": 30}, "paid": {"after_days": 30, "less": "paid"}}
RATE_DAYS = st.sampled_from(
    [dt.date(2024, month, day) for month, day in ((3, 15), (6, 30), (8, 15), (11, 15))]
)
MEMBERS = st.sampled_from(["alt", "neu"])


def less(data: Data, word: str) -> Data:
    """The same agreement, whose settlement is less the advances demanded, or less those paid."""
    other = copy.deepcopy(data)
    other["dues"][0]["settlement"] = LESS[word]
    return other


@st.composite
def corrected(draw: st.DrawFn, kind: str) -> Data:
    """A plan whose cost is stated, and corrected up to twice, on days of the service year or later."""
    data = draw(planned(kind))
    days = draw(st.lists(st.dates(BEGIN, LAST) | RATE_DAYS, min_size=1, max_size=2, unique=True))
    cost = data["components"][1]
    cost["totals"] += [{"year": 2024, "amount": draw(amounts()), "known_from": day} for day in days]
    stated = [total["known_from"] for total in cost["totals"] if "known_from" in total]
    assume(len(set(stated)) == len(stated))
    if kind == "rates":
        data["dues"][0]["correction"] = draw(st.sampled_from(["spread", "spread", "at-once"]))
    return data


def of_kind(owed: list[Claim], *kinds: ClaimKind) -> list[Claim]:
    return [claim for claim in owed if claim.kind in kinds]


@SLOW
@given(corrected("advances"), MEMBERS, st.dates(BEGIN, LATE))
def test_less_paid_owes_what_less_demanded_owes_and_closes_just_the_advances(
    data: Data, member: str, as_of: dt.date
) -> None:
    demanded, paid = (of(less(data, word), member, as_of) for word in LESS)
    advances = of_kind(paid, ClaimKind.ADVANCE)
    assert advances == of_kind(demanded, ClaimKind.ADVANCE)
    assert all(not claim.closes for claim in (*demanded, *advances))
    party = Party(data, member, 2024)
    last = max(*party.days, party.begin(as_of)) + ONE
    settled = of_kind(paid, ClaimKind.SETTLEMENT)
    for claim in settled:
        assert claim.since >= last, "no advance ends before it was due"
        assert [day for day in claim.closes if day in {one.named for one in advances}] == [
            one.named for one in sorted(advances, key=lambda one: one.named)
        ]
        assert set(claim.closes) <= set(party.days)
    if as_of >= last:
        assert sum(claim.cents for claim in paid) == sum(claim.cents for claim in demanded)
    else:
        assert settled == []


@SLOW
@given(corrected("advances"), MEMBERS, st.dates(BEGIN, LATE), st.sampled_from([*LESS]))
def test_advances_and_settlement_are_the_actual_sum_and_credits_are_due_like_claims(
    data: Data, member: str, as_of: dt.date, word: str
) -> None:
    owed, party = of(less(data, word), member, as_of), Party(less(data, word), member, 2024)
    settled = of_kind(owed, ClaimKind.SETTLEMENT)
    if settled:
        assert sum(claim.cents for claim in owed) == party.share(as_of)
    for claim in of_kind(owed, ClaimKind.SETTLEMENT, ClaimKind.CORRECTION, ClaimKind.CREDIT):
        assert (claim.kind == ClaimKind.CREDIT) <= (claim.cents < 0)
        assert [(due.day, due.cents) for due in claim.dues] == [(claim.since + 30 * ONE, claim.cents)]
        assert claim.cents or claim.closes
    early = of(less(data, word), member, as_of - 40 * ONE)
    assert owed[: len(early)] == early, "what became known later changes nothing earlier"


@SLOW
@given(
    corrected("advances"), st.lists(st.dates(BEGIN, LATE), min_size=1, max_size=4), st.sampled_from([*LESS])
)
def test_whoever_books_on_other_days_closes_the_same_advances(
    data: Data, days: list[dt.date], word: str
) -> None:
    sitting = {"body": "Rat", "date": BEGIN - ONE, "decides": True}
    paper = {
        "paper": "V",
        "title": "V",
        "adopted": BEGIN - ONE,
        "sittings": [sitting],
        "known_from": data["known_from"],
    }
    papers = [paper | {"member": one["id"]} for one in data["members"]]
    agreement = parse(toml(less(data, word) | {"resolutions": papers}))

    def closed(on: list[dt.date]) -> list[Any]:
        sums: dict[tuple[str, int], int] = {}
        stood: dict[tuple[str, int], dt.date] = {}
        entries = []
        for day in on:
            for step in trueup(agreement, day, sums, stood):
                key = step.member, step.service_year
                if not step.difference_cents:
                    continue  # what it takes over, only the books know
                sums[key] = sums.get(key, 0) + step.difference_cents
                stood[key] = max(step.known_on, stood.get(key, step.known_on))
                entries.append((*key, step.kind, step.named, step.difference_cents, step.closes))
        return sorted(entries)

    assert closed(sorted(days)) == closed([max(days)])


@SLOW
@given(corrected("rates"), MEMBERS)
def test_a_spread_correction_is_due_on_the_rates_to_come_in_their_proportions(
    data: Data, member: str
) -> None:
    party, owed = Party(data, member, 2024), of(data, member, LATE)
    reached = 0
    for claim in owed:
        assert sum(due.cents for due in claim.dues) == claim.cents
        if claim.kind in {ClaimKind.CORRECTION, ClaimKind.CREDIT}:
            expected = _spread(party, reached, claim)
            assert {due.day: due.cents for due in claim.dues} == expected
        reached += claim.cents
    assert reached == (party.share(LATE) or 0)


def _spread(party: Party, before_cents: int, claim: Claim) -> dict[dt.date, int]:
    """The rates to come of the new sum, in proportion; all at once where none comes, or the clause says so."""
    rates: dict[dt.date, int] = {}
    whole = zip(party.days, parts(party.plan, before_cents + claim.cents), strict=True)
    for day, cents in whole:
        on = max(day, party.begin(claim.since))
        rates[on] = rates.get(on, 0) + cents
    ahead = [(day, cents) for day, cents in sorted(rates.items()) if day >= claim.since]
    first = min(max(day, party.begin(claim.since)) for day in party.days)
    total = sum(cents for _, cents in ahead)
    if party.plan["correction"] != "spread" or not ahead:
        return {max(claim.since, first): claim.cents}
    if not total:
        return {ahead[-1][0]: claim.cents}
    found, reached, before = {}, 0, 0
    for day, cents in ahead:
        reached += cents
        exact = Fraction(claim.cents * abs(reached), abs(total))
        now = rounded(exact, 1) if exact >= 0 else -rounded(-exact, 1)
        found[day] = now - before
        before = now
    return {day: cents for day, cents in found.items() if cents}


@SLOW
@given(corrected("rates"), MEMBERS, st.integers(0, 90), st.sampled_from(["demand", "statement"]))
def test_a_sum_due_after_its_demand_says_the_days_and_nothing_hangs_on_knowledge(
    data: Data, member: str, span: int, of_what: str
) -> None:
    data["dues"] = [{"id": "p", "after": {"days": span, "of": of_what}}]
    owed = of(data, member, LATE)
    share = next((claim for claim in owed if claim.kind == ClaimKind.SHARE), None)
    if share is None:
        return
    begin = dt.date(2024, 1, 1) if data["service_year"]["begins"] == "01-01" else dt.date(2024, 7, 1)
    assert [due.cents for due in share.dues] == [share.cents]
    assert share.dues[0].day >= max(share.since, begin) + span * ONE
    assert share.after_days == (span if of_what == "demand" else None)
    assert sum(claim.cents for claim in owed) == sum(
        claim.cents for claim in of(_by_days(data), member, LATE)
    )


def _by_days(data: Data) -> Data:
    return data | {"dues": [{"id": "p", "days": ["03-15"]}]}


def test_the_laws_see_settlements_of_all_kinds() -> None:
    """A law that never meets its case says nothing: one agreement by hand has a credit, a claim and advances closed."""
    head = {
        "id": "probe",
        "title": "Probe",
        "operator": "kreis",
        "from": BEGIN,
        "known_from": dt.date(2023, 12, 1),
    }
    head |= {"due": {"month": 3, "day": 15}, "service_year": {"begins": "01-01"}}
    head["members"] = [
        {"id": "kreis", "name": "Kreis", "kind": "county"},
        {"id": "alt", "name": "Alt", "kind": "town"},
    ]
    totals = [
        {"year": 2024, "amount": "1000", "kind": "plan"},
        {"year": 2024, "amount": "900", "known_from": dt.date(2025, 2, 1)},
        {"year": 2024, "amount": "950,01", "known_from": dt.date(2025, 3, 1)},
    ]
    cost = {
        "id": "c",
        "title": "C",
        "clause": "§ 2",
        "key": "equal",
        "from": BEGIN,
        "dues": "p",
        "members": ["alt"],
    }
    plan = {
        "id": "p",
        "kind": "advances",
        "days": ["03-15", "09-15"],
        "advance": {"on": "plan"},
        "settlement": LESS["paid"],
    }
    owed = claims(parse(toml(head | {"components": [cost | {"totals": totals}], "dues": [plan]})), 2024, LATE)
    assert [(str(one.kind), one.cents, len(one.closes), one.since) for one in owed] == [
        ("advance", 50000, 0, dt.date(2024, 2, 14)),
        ("advance", 50000, 0, dt.date(2024, 8, 16)),
        ("settlement", -10000, 2, dt.date(2025, 2, 1)),
        ("correction", 5001, 0, dt.date(2025, 3, 1)),
    ]
