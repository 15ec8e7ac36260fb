"""The laws of due plans and claims, over made-up agreements with plans of rates, advances and provisional rates."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import claims, parse, shares, trueup
from kkd_ledger.agreement.dues.due_parts import Due, divided, parts_of, summed
from kkd_ledger.agreement.facts.dues import DuePlan
from kkd_ledger.errors import AgreementRefused
from tests.agreement.made_up import FIRST, KNOWN, LAST, YEARS, agreements
from tests.agreement.writing import toml

LAWS = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
LATE = dt.date(2027, 12, 31)
STEP = {"cent": 1, "ten-cents": 10, "euro": 100}
DAYS = ["01-01", "01-31", "02-last", "03-15", "05-15", "06-30", "08-15", "11-15", "12-last"]
SITTING = {"body": "Rat", "date": KNOWN, "decides": True}


@st.composite
def fractions(draw, count):
    """Parts that come to the whole: per cents or fractions of one denominator."""
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True)))
    parts = [right - left for left, right in zip([0, *cuts], [*cuts, 100], strict=True)]
    return [f"{part} %" for part in parts] if draw(st.booleans()) else [f"{part}/100" for part in parts]


@st.composite
def plans(draw, name):
    days = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True)), key=DAYS.index)
    plan = {
        "id": name,
        "days": days,
        "rounding": draw(st.sampled_from([*STEP])),
        "correction": draw(st.sampled_from(["spread", "at-once"])),
    }
    if draw(st.booleans()):
        plan["parts"] = draw(fractions(len(days)))
    kind = draw(st.sampled_from(["advances", "until_known", "advances", "rates"]))
    if kind == "until_known":
        plan["until_known"] = "last-year"
    if kind == "advances":
        plan["kind"] = "advances"
        plan["advance"] = {"on": draw(st.sampled_from(["plan", "last-year"]))}
        if draw(st.booleans()):
            plan["advance"]["percent"] = draw(st.sampled_from(["90", "33,3"]))
        plan["settlement"] = draw(
            st.sampled_from([{"due": "next"}, {"due": "+1:06-30"}, {"after_days": 30}, {"due": "11-30"}])
        )
        plan["ask_days"] = draw(st.sampled_from([0, 30, 60]))
    return plan


@st.composite
def planned(draw):
    """An agreement of which some components are due by plans; every party has resolved on everything."""
    data = draw(agreements())
    names = ["p", "q"][: draw(st.integers(1, 2))]
    chosen = [(part, draw(st.sampled_from([None, *names]))) for part in data["components"]]
    used = {name for _, name in chosen if name}
    assume(used)
    for part, name in chosen:
        if name:
            part["dues"] = name
        if "totals" in part and draw(st.booleans()):
            first = {**part["totals"][0], "kind": "plan"}
            later = {**part["totals"][0], "known_from": draw(st.dates(FIRST, LAST))}
            part["totals"] = [first, later, *part["totals"][1:]]
    return data | {"dues": [draw(plans(name)) for name in sorted(used)]}


def resolved(data):
    papers = [
        {"member": one["id"], "paper": "V", "title": "V", "adopted": KNOWN, "sittings": [SITTING]}
        for one in data["members"]
    ]
    return loaded(data | {"resolutions": papers})


def loaded(data):
    try:
        return parse(toml(data))
    except AgreementRefused:
        return assume(False)


def without_plans(data):
    parts = [{key: value for key, value in part.items() if key != "dues"} for part in data["components"]]
    return {key: value for key, value in data.items() if key != "dues"} | {"components": parts}


def of_party(found):
    by_party = defaultdict(list)
    for claim in found:
        by_party[claim.member].append(claim)
    return by_party


@LAWS
@given(planned(), st.sampled_from(YEARS), st.dates(KNOWN, LAST), st.dates(KNOWN, LATE))
def test_what_becomes_known_later_only_adds_claims(data, year, before, after):
    agreement, (before, after) = loaded(data), sorted((before, after))
    early, late = of_party(claims(agreement, year, before)), of_party(claims(agreement, year, after))
    for member, known in early.items():
        assert late[member][: len(known)] == known
    assert all(claim.since > before for member in late for claim in late[member][len(early[member]) :])


@LAWS
@given(planned(), st.sampled_from(YEARS))
def test_advances_and_settlement_come_to_the_share(data, year):
    agreement = loaded(data)
    agreed, sums = shares(agreement, year, LATE), defaultdict(int)
    for claim in claims(agreement, year, LATE):
        sums[claim.member] += claim.cents
    for member, cents in agreed.amounts.items():
        if not any(total_is_planned(agreement, part.id, year) for part in agreement.components):
            assert sums[member] == cents, member


def total_is_planned(agreement, name, year):
    [key] = [part.component for part in agreement.terms().components if part.component.id == name]
    newest = agreement.terms().newest(key.totals, lambda total: total.year)
    figures = [figure for figure in agreement.figures if figure.year == year and figure.kind == "plan"]
    return bool(figures) or any(total.year == year and total.kind == "plan" for total in newest)


@LAWS
@given(planned(), st.sampled_from(YEARS), st.dates(KNOWN, LATE))
def test_the_dues_of_a_claim_add_up_to_it(data, year, as_of):
    agreement, names = loaded(data), set()
    for claim in claims(agreement, year, as_of):
        assert claim.cents == sum(due.cents for due in claim.dues) != 0
        assert all((due.cents > 0) == (claim.cents > 0) for due in claim.dues)
        days = [due.day for due in claim.dues]
        assert days == sorted(set(days))
        assert claim.since <= as_of
        name = (claim.member, str(claim.kind), claim.named if claim.kind != "share" else None)
        assert name not in names, "a posten's name is given once"
        names.add(name)


@LAWS
@given(planned(), st.sampled_from(YEARS), st.randoms(use_true_random=False))
def test_the_order_of_members_and_plans_is_irrelevant(data, year, random):
    expected = set(claims(loaded(data), year))
    random.shuffle(data["members"])
    random.shuffle(data["dues"])
    assert set(claims(loaded(data), year)) == expected


@LAWS
@given(planned(), st.lists(st.dates(KNOWN, LATE), min_size=1, max_size=4))
def test_whoever_books_on_other_days_books_the_same_claims(data, days):
    agreement = resolved(data)

    def booked_by(days):
        sums, stood, names = {}, {}, []
        for day in days:
            for one in trueup(agreement, day, sums, stood):
                key = one.member, one.service_year
                assert one.booked_cents == sums.get(key, 0)
                sums[key] = sums.get(key, 0) + one.difference_cents
                stood[key] = max(one.known_on, stood.get(key, one.known_on))
                names.append((*key, one.kind, one.named, one.since, one.difference_cents, one.dues))
        return sorted(names)

    assert booked_by(sorted(days)) == booked_by([max(days)])
    expected = [
        claim for year in range(agreement.first_year, 2028) for claim in claims(agreement, year, max(days))
    ]
    assert sorted(
        (one.member, one.service_year, one.kind, one.named, one.since, one.cents, one.dues)
        for one in expected
    ) == booked_by([max(days)])


@LAWS
@given(planned(), st.dates(KNOWN, LAST))
def test_plans_of_rates_change_when_something_is_due_never_what_is_owed(data, as_of):
    assume(all(plan.get("kind") != "advances" and "until_known" not in plan for plan in data["dues"]))
    plain = {
        (one.member, one.service_year, one.kind, one.since, one.difference_cents)
        for one in trueup(resolved(without_plans(data)), as_of, {})
    }
    rated = {
        (one.member, one.service_year, one.kind, one.since, one.difference_cents)
        for one in trueup(resolved(data), as_of, {})
    }
    assert rated == plain


@given(st.data(), st.integers(-(10**9), 10**9), st.sampled_from([*STEP]))
def test_parts_are_rounded_and_the_last_takes_the_difference(data, cents, rounding):
    count = data.draw(st.integers(1, 12))
    parts = data.draw(st.none() | fractions(count)) if count > 1 else None
    said = {"id": "p", "days": [f"{month:02}-15" for month in range(1, count + 1)], "rounding": rounding}
    plan = DuePlan.model_validate(said | ({"parts": parts} if parts else {}))
    given_parts = parts_of(plan, cents)
    assert sum(given_parts) == cents
    assert all(part == 0 or (part > 0) == (cents > 0) for part in given_parts)
    exact = [part.fraction for part in plan.parts] or [Fraction(1, count)] * count
    left = abs(cents)
    for part, share in zip(given_parts[:-1], exact[:-1], strict=True):
        if abs(part) != left:  # all that was left
            assert part % STEP[rounding] == 0
            assert abs(abs(part) - abs(cents) * share) * 2 <= STEP[rounding]
        left -= abs(part)


@given(st.lists(st.tuples(st.dates(FIRST, LAST), st.integers(-1000, 1000)), max_size=8))
def test_summed_dues_bear_one_sign_and_lose_nothing(parts):
    dues = summed(Due(*part) for part in parts)
    total = sum(cents for _, cents in parts)
    assert sum(due.cents for due in dues) == total
    assert all((due.cents > 0) == (total > 0) for due in dues)
    assert [due.day for due in dues] == sorted({due.day for due in dues})


@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=8),
    st.integers(-(10**7), 10**7).filter(bool),
)
def test_a_sum_is_divided_as_another_one_is(parts, cents):
    dues = [Due(dt.date(2024, 1, 1 + place), part) for place, part in enumerate(parts)]
    new = divided(dues, cents)
    assert sum(due.cents for due in new) == cents
    assert all((due.cents > 0) == (cents > 0) for due in new)
    by_day = dict(new)
    for due in dues:
        assert abs(by_day.get(due.day, 0) - Fraction(cents * due.cents, sum(parts))) <= 1
