"""Whatever loads answers every question that a command asks: no agreement is good for its shares alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import (
    Agreement,
    Unpriced,
    annex,
    binding_periods,
    compare,
    explain,
    if_census,
    if_granted,
    if_leaves,
    parse,
    plan,
    savings,
    shares,
    solve,
    trueup,
)
from kkd_ledger.errors import AgreementRefused, KkdError
from tests.agreement.made_up import KNOWN, LAST, YEARS, agreements
from tests.agreement.writing import toml

FEW = settings(max_examples=12, suppress_health_check=list(HealthCheck))


@FEW
@given(data=agreements(), as_of=st.none() | st.dates(KNOWN, LAST), years=st.integers(0, 6))
def test_every_question_has_an_answer(data, as_of, years):
    for one in data["subsidies"]:
        one["conditions"] = {"binding_years": years, "saving_percent": "15"}
    data["predecessor_costs"] = [
        {"member": one["id"], "year": 2022, "amount": "100,00", "title": "Alt"}
        for one in data["members"][1:3]
    ]
    try:
        agreement = parse(toml(data))
    except AgreementRefused:
        return
    names = {one.id: one.name for one in agreement.parties()}
    _explained(agreement, as_of)
    for bound in binding_periods(agreement, as_of):
        assert len(bound.text(names).splitlines()) == 1 + len(bound.breaches)
        assert all(
            0 < one.missing_cents <= bound.amount_cents or not bound.amount_cents for one in bound.breaches
        )
    _tabled(agreement, as_of)
    for party in agreement.parties(as_of):
        planned = plan(agreement, party.id, YEARS, as_of)
        assert [one.amount_cents for one in planned] == [
            shares(agreement, year, as_of).amounts.get(party.id) for year in YEARS
        ]
    trueup(agreement, as_of or LAST, {})
    if amounts := [cents for cents in shares(agreement, 2024).amounts.figures if cents > 0]:
        assert solve(amounts[:1], agreement)
    for supposed in _suppositions(agreement):
        for one in compare((agreement, None), (supposed, None), YEARS):
            open_ = [shares(side, one.year).unpriced for side in (agreement, supposed)]
            assert one.reasons or any(one.member in members for members in open_)


def _explained(agreement: Agreement, as_of: dt.date | None) -> None:
    for year in (2000, *YEARS, 2040):
        for one in shares(agreement, year, as_of).members:
            assert explain(agreement, one.member, year, as_of).amount_cents == one.amount_cents
        for member in shares(agreement, year, as_of).unpriced:
            with pytest.raises(Unpriced):
                explain(agreement, member, year, as_of)
        if shares(agreement, year, as_of).gaps:
            with pytest.raises(Unpriced):
                savings(agreement, year, as_of)
        else:
            found = savings(agreement, year, as_of)
            assert found.total.before_cents == sum(one.cents for one in found.before)


def _tabled(agreement: Agreement, as_of: dt.date | None) -> None:
    table = annex(agreement, YEARS, as_of)
    for place, year in enumerate(YEARS):
        cells = [row[1][place] for row in table.rows]
        gaps = shares(agreement, year, as_of).gaps
        assert table.sums[place] == ("fehlt" if gaps else sum(cell or 0 for cell in cells))
        assert bool(gaps) or "fehlt" not in cells


def _suppositions(agreement: Agreement) -> Iterator[Agreement]:
    tried: list[Callable[[], Agreement]] = [
        lambda: if_leaves(agreement, agreement.members[1].id, dt.date(2024, 6, 30)),
        lambda: if_census(agreement, 2022, 2024),
    ]
    for one in agreement.subsidies:
        tried += [partial(if_granted, agreement, one.id, granted=granted) for granted in (True, False)]
    for suppose in tried:
        with suppress(KkdError):
            yield suppose()
