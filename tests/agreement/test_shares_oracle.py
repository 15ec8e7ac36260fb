"""Every share of made-up agreements equals the slow oracle's; an agreement that does not load says why."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import parse, shares
from kkd_ledger.errors import AgreementRefused
from tests.agreement.made_up import KNOWN, LAST, YEARS, agreements
from tests.agreement.oracle import shares_of
from tests.agreement.writing import toml

SLOW = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SLOW
@given(data=agreements(), as_of=st.just(dt.date.max) | st.dates(KNOWN, LAST))
def test_shares_are_the_oracles_or_the_agreement_is_refused(data, as_of):
    try:
        agreement = parse(toml(data))
    except AgreementRefused as refusal:
        event("refused: " + refusal.problems[0].actual)
        return
    event("loaded")
    for year in YEARS:
        found = shares(agreement, year, as_of)
        assert {one.member: one.amount_cents for one in found.members} == shares_of(data, year, as_of)
