"""The laws that every share keeps, and those that only single steps keep."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from math import prod

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import explain, parse, shares, trueup
from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.facts.spans import Days, ServiceYear, ticks, ticks_a_year
from kkd_ledger.agreement.keys.components import Equal, Mixture, Proportional
from kkd_ledger.agreement.keys.registry import component_line
from kkd_ledger.agreement.sheet.lines import Ranks, Sheet
from kkd_ledger.errors import AgreementRefused
from kkd_ledger.money import ROUNDINGS
from tests.agreement.made_up import KNOWN, LAST, YEARS, agreements
from tests.agreement.writing import toml

LAWS = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def loaded(data):
    try:
        return parse(toml(data))
    except AgreementRefused:
        return assume(False)


@LAWS
@given(agreements(), st.sampled_from(YEARS))
def test_every_split_sums_to_its_total_and_nobody_is_a_cent_or_more_off(data, year):
    agreement = loaded(data)
    terms, found = agreement.terms(), shares(agreement, year)
    for one in terms.components:
        if isinstance(one.component, Equal | Proportional | Mixture) and one.component.id in found.components:
            line = component_line(terms, one, year)
            while line.op not in {"apportion", "round"}:  # who owes whom comes after
                line = line.of[0]
            parts = line.of[0].column
            if line.op == "round":
                step = line.settings["step"] * 100
                assert all(abs(cents - parts[m] * 100) < step for m, cents in line.cents.items())
                continue
            for member, cents in line.cents.items():
                assert abs(cents - parts[member] * 100) < 1
            exact = sum(parts.values()) * 100
            billed = sum(line.cents.values())
            if one.component.remainder == "nobody" or one.component.pot is not None:
                assert abs(billed - exact) < 1
            else:
                [total] = [total.amount for total in one.component.totals if total.year == year]
                assert exact == billed == total


@LAWS
@given(agreements(), st.sampled_from(YEARS), st.randoms(use_true_random=False))
def test_the_order_of_members_is_irrelevant(data, year, random):
    expected = dict(shares(loaded(data), year).amounts)
    random.shuffle(data["members"])
    assert dict(shares(loaded(data), year).amounts) == expected


@LAWS
@given(agreements(), st.sampled_from(YEARS))
def test_a_subsidy_raises_no_share_and_leaves_the_gross_alone(data, year):
    found = shares(loaded(data), year)
    without = shares(loaded(data | {"subsidies": []}), year)
    assert dict(found.gross) == dict(without.amounts)
    for share in found.members:
        assert 0 <= share.amount_cents <= share.gross_cents or share.gross_cents < 0
        assert sum(part.amount_cents for part in share.parts) == share.amount_cents
        assert sum(part.amount_cents for part in share.parts if part.kind == "component") == share.gross_cents
    granted = sum(
        -part.amount_cents for share in found.members for part in share.parts if part.kind == "subsidy"
    )
    assert found.total_cents == sum(found.gross.values()) - granted


@LAWS
@given(agreements(), st.sampled_from(YEARS), st.dates(KNOWN, LAST), st.integers(0, 3000))
def test_what_became_known_later_changes_nothing(data, year, as_of, count):
    expected = dict(shares(loaded(data), year, as_of).amounts)
    later = as_of + dt.timedelta(days=1)
    amended = data["populations"] + [one | {"known_from": later} for one in data["populations"]]
    for one in amended[len(data["populations"]) :]:
        one["inhabitants"] = dict.fromkeys(one["inhabitants"], count)
    members = [
        *data["members"],
        *({**one, "left": LAST, "known_from": later} for one in data["members"][1:2]),
    ]
    changed = loaded(data | {"populations": amended, "members": members})
    assert dict(shares(changed, year, as_of).amounts) == expected


@LAWS
@given(
    agreements(),
    st.dates(dt.date(2023, 1, 1), LAST),
    st.dictionaries(
        st.tuples(st.sampled_from(["amt", "burg", "niemand"]), st.sampled_from(YEARS)),
        st.integers(-1000, 10**6),
    ),
)
def test_corrections_bring_booked_to_entitled_exactly(data, as_of, booked):
    agreement = loaded(data)
    resolved = [
        {"member": one["id"], "paper": "V", "title": "V", "adopted": KNOWN, "sittings": [SITTING]}
        for one in data["members"]
    ]
    agreement = loaded(data | {"resolutions": resolved})
    after, stood = dict(booked), {}
    for one in trueup(agreement, as_of, booked):
        key = one.member, one.service_year
        assert one.difference_cents == one.entitled_cents - one.booked_cents != 0
        assert one.booked_cents == after.get(key, 0)
        assert (one.kind == "share") is (not booked.get(key) and after.get(key) == booked.get(key))
        assert one.since <= one.known_on <= as_of
        assert str(one.service_year) in one.reason or "keine Beteiligte" in one.reason
        after[key] = after.get(key, 0) + one.difference_cents
        stood[key] = one.known_on
    assert trueup(agreement, as_of, after, stood) == ()
    for year in YEARS:
        if agreement.days_of(year).first <= as_of:
            amounts = shares(agreement, year, as_of).amounts
            assert {m: after.get((m, year), 0) for m in amounts} == dict(amounts)


@LAWS
@given(agreements(), st.lists(st.dates(dt.date(2023, 1, 1), LAST), min_size=1, max_size=4))
def test_whoever_books_on_other_days_books_the_same_corrections(data, days):
    """One side books on each of these days, the other only on the last: both name the same changes, cent by cent.

    But for a share that lacks a figure by then (of a subsidy that came later, say): the first side leaves what it has
    booked, the other one books nothing yet.
    """
    resolved = [
        {"member": one["id"], "paper": "V", "title": "V", "adopted": KNOWN, "sittings": [SITTING]}
        for one in data["members"]
    ]
    agreement = loaded(data | {"resolutions": resolved})

    def booked_by(days):
        sums, stood, names = {}, {}, []
        for day in days:
            for one in trueup(agreement, day, sums, stood):
                key = one.member, one.service_year
                sums[key] = sums.get(key, 0) + one.difference_cents
                stood[key] = one.known_on
                names.append((*key, one.kind, one.since, one.difference_cents))
        return sorted(names)

    lacking = {(member, year) for year in YEARS for member in shares(agreement, year, max(days)).unpriced}
    often, once = booked_by(sorted(days)), booked_by([max(days)])
    assert [each for each in often if each[:2] not in lacking] == once


SITTING = {"body": "Rat", "date": KNOWN, "decides": True}


service_years = st.just(ServiceYear()) | st.builds(ServiceYear, st.integers(1, 12), st.integers(1, 28))


@given(service_years, st.integers(1990, 2199), st.sampled_from(["day", "month"]), st.data())
def test_a_year_cut_anywhere_adds_up_to_the_whole_year(service_year, year, proration, data):
    whole = service_year.days_of(year)
    cut = data.draw(st.dates(whole.first, whole.last - dt.timedelta(days=1)))
    halves = Days(whole.first, cut), Days(cut + dt.timedelta(days=1), whole.last)
    assert (
        sum(ticks([half], proration) for half in halves)
        == ticks(halves, proration)
        == ticks([whole], proration)
    )
    assert ticks([whole], proration) == ticks_a_year(whole, proration)
    assert service_year.of(whole.first) == service_year.of(cut) == service_year.of(whole.last) == year
    assert service_year.days_of(year + 1).first == whole.last + dt.timedelta(days=1)


@LAWS
@given(agreements(), st.sampled_from(YEARS))
def test_being_a_member_on_every_day_is_being_a_member_all_the_time(data, year):
    plain = [
        {key: value for key, value in one.items() if key not in ("joined", "left")} for one in data["members"]
    ]
    plain = [one for one in plain if "succeeds" not in one]
    dated = [one | {"joined": dt.date(2000, 1, 1), "left": dt.date(2199, 12, 31)} for one in plain]
    data["components"] = [
        one | {"members": []} for one in data["components"] if "members" not in one
    ] or assume(False)
    listed = [
        one | {"members": [two["id"] for two in plain[1:]], "memberships": []} for one in data["components"]
    ]
    grants = [one for one in data["subsidies"] if "components" not in one]
    steady = loaded(data | {"members": plain, "components": listed, "subsidies": grants})
    spanned = loaded(data | {"members": dated, "components": listed, "subsidies": grants})
    assert dict(shares(steady, year).amounts) == dict(shares(spanned, year).amounts)


@LAWS
@given(agreements(), st.sampled_from(YEARS))
def test_the_steps_of_an_explanation_recompute_to_the_amount(data, year):
    agreement = loaded(data)
    for share in shares(agreement, year).members:
        derivation = explain(agreement, share.member, year).as_json()
        cents = [recomputed(step) for step in derivation["steps"]]
        assert cents == [eur(step["amount"]) for step in derivation["steps"]]
        assert sum(cents) == share.amount_cents == eur(derivation["amount"])


@pytest.mark.parametrize(("rule", "cents"), [("floor", 0), ("ceil", -1)])
def test_a_credit_of_part_of_a_cent_recomputes_as_the_mirror_of_a_charge(rule, cents):
    first, known = dt.date(2024, 1, 1), dt.date(2023, 12, 1)
    town = {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001"}
    figure = {"id": "rest", "year": 2024, "amount": "-0.01", "source": "Plan"}
    key = {
        "key": "percent",
        "pot": "topf",
        "meets_total": False,
        "parts": [{"from": first, "parts": {"dorf": "40"}}],
    }
    data = {
        "id": "probe",
        "title": "Probe",
        "operator": "kreis",
        "from": first,
        "known_from": known,
        "rounding": rule,
        "due": {"month": 3, "day": 15},
        "figures": [figure],
        "members": [{"id": "kreis", "name": "Kreis", "kind": "county"}, town],
        "pots": [{"id": "topf", "title": "Topf", "lines": ["rest"], "steps": [], "below_zero": "credit"}],
        "components": [{"id": "k", "title": "Baustein", "clause": "§ 1", "from": first, **key}],
    }
    [step] = explain(parse(toml(data)), "dorf", 2024).as_json()["steps"]
    assert recomputed(step) == eur(step["amount"]) == cents


def eur(text: str) -> Fraction:
    return Fraction(text) * 100


def bounded(line, below: Fraction) -> Fraction:
    """Round by the line's rule to its step; a credit is the mirror of a charge."""
    if below < 0:
        return -bounded(line, -below)
    steps = below / Fraction(line["step"])
    return ROUNDINGS[line["rule"]](steps.numerator, steps.denominator) * Fraction(line["step"])


def classed(line, size: Fraction) -> Fraction:
    return next(Fraction(price) for top, price in line["classes"] if top is None or size <= Fraction(top))


AGAIN = {
    "add": lambda _, *parts: sum(parts),
    "take_off": lambda _, first, *others: first - sum(others),
    "times": lambda _, *factors: prod(factors),
    "divide": lambda _, above, below: above / below,
    "least": lambda _, *values: min(values),
    "greatest": lambda _, *values: max(values),
    "round": bounded,
    "pick": classed,
}
OF_ALL = {"figure", "total", "fill", "apportion", "mean"}


def recomputed(step) -> Fraction:
    """Reckon a step from its lines alone, as a person with a pocket calculator would; in cents."""
    values: dict[int, Fraction] = {}
    for line in step["lines"]:
        own, value = [values[number] for number in line.get("of", ())], Fraction(line["value"])
        assert line["op"] in OF_ALL or value == AGAIN[line["op"]](line, *own), line
        if line["op"] == "apportion":
            assert abs(value - own[0]) < Fraction(line["step"])
        values[line["line"]] = value
    return value * (-100 if step["kind"] == "subsidy" else 100)


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 5000), min_size=2, max_size=8),
    st.lists(st.integers(0, 10**5), min_size=1, max_size=12),
)
def test_rotation_keeps_everybody_below_a_cent_over_a_lifetime(weights, totals):
    """While parties and weights stay; the totals may change every year."""
    agreement = rotating([dict(enumerate(weights))] * len(totals), totals)
    assert largest_debt(agreement, len(totals)) < 1


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 500), min_size=5, max_size=5), st.integers(0, 10**5)),
        min_size=1,
        max_size=10,
    )
)
def test_rotation_keeps_everybody_below_two_cents_when_weights_change(years):
    """What the documentation promises where weights change from year to year (seen at most: 0.9 cents)."""
    rows = [dict(enumerate([weights[0] + 1, *weights[1:]])) for weights, _ in years]
    agreement = rotating(rows, [total for _, total in years])
    assert largest_debt(agreement, len(years)) < 2


def rotating(rows, totals):
    first = 2000
    members = [{"id": f"m{place}", "name": "M", "kind": "town"} for place in rows[0]]
    weights = [
        {
            "name": "mass",
            "source": "s",
            "reference": dt.date(first + year, 12, 31),
            "values": {f"m{place}": count for place, count in row.items()},
        }
        for year, row in enumerate(rows)
    ]
    basis = {
        "id": "b",
        "rule": "renewed",
        "weight": "mass",
        "source": "s",
        "lag_years": 0,
        "from": dt.date(first, 1, 1),
    }
    component = {
        "id": "k",
        "title": "K",
        "clause": "§ 1",
        "key": "proportional",
        "basis": "b",
        "from": dt.date(first, 1, 1),
    }
    amounts = [{"year": first + year, "amount": f"{t // 100}.{t % 100:02}"} for year, t in enumerate(totals)]
    return parse(
        toml(
            {
                "id": "r",
                "title": "R",
                "operator": "kreis",
                "from": dt.date(first, 1, 1),
                "known_from": dt.date(first, 1, 1),
                "rotation": True,
                "due": {"month": 1, "day": 1},
                "members": [{"id": "kreis", "name": "K", "kind": "county"}, *members],
                "weights": weights,
                "bases": [basis],
                "components": [component | {"totals": amounts}],
            }
        )
    )


def largest_debt(agreement, years):
    terms, debts, worst = agreement.terms(), {}, Fraction(0)
    [one] = terms.components
    for year in range(2000, 2000 + years):
        line = component_line(terms, one, year)
        for member, cents in line.cents.items():
            exact = line.of[0].column[member] * 100
            assert abs(cents - exact) < 1
            debts[member] = debts.get(member, Fraction(0)) + exact - cents
        worst = max(worst, *map(abs, debts.values()))
    return worst


@pytest.mark.parametrize(
    ("low", "high", "quotas", "filled"),
    [
        # the third exceeds by 260, the first lacks 10: once the third is held, the first has enough by itself
        (50, 600, (40, 100, 860), (Fraction(800, 7), Fraction(2000, 7), 600)),
        # the first lacks 290, the third exceeds by 50: once the first is held, the third has little enough
        (300, 750, (10, 190, 800), (300, 300, 400)),
    ],
)
def test_bounds_hold_only_whom_they_must(low, high, quotas, filled):
    sheet = Sheet(Ranks({}), "id")
    parts = sheet.figure(ByMember(("a", "b", "c"), quotas))
    line = sheet.fill(parts, low=sheet.figure(low), high=sheet.figure(high))
    assert tuple(line.column.values()) == filled


def test_a_reduced_total_split_again_can_raise_a_share_but_a_subsidy_deducted_cannot():
    """Largest remainder is not monotone: 0.11 split by 6:6:2 gives the third 0.01, but 0.10 gives it 0.02."""

    def agreement(total, subsidies):
        values = {"a": 6, "b": 6, "c": 2}
        return parse(
            toml(
                {
                    "id": "r",
                    "title": "R",
                    "operator": "kreis",
                    "from": dt.date(2000, 1, 1),
                    "known_from": dt.date(2000, 1, 1),
                    "due": {"month": 1, "day": 1},
                    "members": [{"id": one, "name": one, "kind": "town"} for one in ("kreis", *values)],
                    "weights": [
                        {"name": "mass", "source": "s", "reference": dt.date(2000, 1, 1), "values": values}
                    ],
                    "bases": [
                        {
                            "id": "b",
                            "rule": "frozen",
                            "weight": "mass",
                            "source": "s",
                            "reference": dt.date(2000, 1, 1),
                            "from": dt.date(2000, 1, 1),
                        }
                    ],
                    "components": [
                        {
                            "id": "k",
                            "title": "K",
                            "clause": "§ 1",
                            "key": "proportional",
                            "basis": "b",
                            "from": dt.date(2000, 1, 1),
                            "totals": [{"year": 2000, "amount": total}],
                        }
                    ],
                    "subsidies": subsidies,
                }
            )
        )

    cent = {
        "id": "f",
        "title": "F",
        "clause": "§ 2",
        "amount": "0,01",
        "years": [{"year": 2000, "amount": "0,01"}],
        "distribution": "by-share",
        "life": [{"status": "granted", "on": dt.date(2000, 1, 1)}],
    }
    assert dict(shares(agreement("0,11", []), 2000).amounts) == {"a": 5, "b": 5, "c": 1}
    assert dict(shares(agreement("0,10", []), 2000).amounts) == {"a": 4, "b": 4, "c": 2}
    assert dict(shares(agreement("0,11", [cent]), 2000).amounts) == {"a": 4, "b": 5, "c": 1}
