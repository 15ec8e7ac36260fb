"""Service years that begin in the midst of a calendar year: days, parts, due days, VAT, what has begun, their names."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kkd_ledger.agreement import explain, parse, readable, shares, trueup, vat_treatment
from kkd_ledger.agreement.facts.spans import Days
from kkd_ledger.agreement.reckoning.trueup import started_years
from kkd_ledger.errors import AgreementRefused
from tests.agreement.writing import toml

JULY = dt.date(2024, 7, 1)


def school(begins: str = "07-01", **more: Any) -> dict[str, Any]:
    members = [{"id": "kreis", "name": "Kreis", "kind": "county"}]
    members += [{"id": id_, "name": id_.upper(), "kind": "town"} for id_ in ("a", "b")]
    members[2]["joined"] = dt.date(2025, 1, 1)
    head = {"id": "grund", "title": "Grundbetrag", "clause": "§ 5", "from": JULY, "key": "fixed"}
    stages = [{"from": JULY, "amount": "3.650,00"}, {"from": dt.date(2025, 7, 1), "amount": "7.300,00"}]
    data = {"id": "schule", "title": "Schule", "operator": "kreis", "from": JULY, "known_from": JULY}
    data |= {"due": {"month": 3, "day": 15}, "service_year": {"begins": begins}, "members": members}
    return data | {"components": [head | {"amounts": stages, "members": ["a", "b"]}]} | more


def test_a_year_is_cut_by_its_own_days():
    """From July to June: 365 days in 2024/25, 181 of them from January on, and one price for the whole of it."""
    agreement = parse(toml(school()))
    assert agreement.days_of(2024) == Days(JULY, dt.date(2025, 6, 30))
    assert dict(shares(agreement, 2024).amounts) == {"a": 365000, "b": 181000}
    assert dict(shares(agreement, 2025).amounts) == {"a": 730000, "b": 730000}


def test_months_across_the_turn_of_the_year():
    agreement = parse(toml(school(proration="month")))
    assert dict(shares(agreement, 2024).amounts) == {"a": 365000, "b": 182500}


def test_a_share_is_due_within_its_service_year():
    agreement = parse(toml(school()))
    assert agreement.due(2024) == dt.date(2025, 3, 15)
    late = parse(toml(school(due={"month": 9, "day": 30})))
    assert late.due(2024) == dt.date(2024, 9, 30)


def test_a_year_is_named_after_both_calendar_years():
    agreement = parse(toml(school()))
    derivation = explain(agreement, "b", 2024)
    assert "Kostenbeteiligung 2024/25: 1.810,00 EUR" in derivation.text()
    assert derivation.period == Days(dt.date(2025, 1, 1), dt.date(2025, 6, 30))
    assert "× 181/365 Tage" in derivation.text()
    text = " ".join(readable(agreement).text().split())
    assert "Ein Leistungsjahr reicht vom 01.07. bis zum 30.06." in text


def test_a_year_has_begun_on_its_own_first_day():
    agreement = parse(toml(school()))
    assert list(started_years(agreement, dt.date(2025, 6, 30))) == [2024]
    assert list(started_years(agreement, dt.date(2025, 7, 1))) == [2024, 2025]
    years = {correction.service_year for correction in trueup(agreement, dt.date(2025, 6, 30), {})}
    assert years <= {2024}


def test_the_last_day_of_the_service_year_decides_on_vat():
    old = {"treatment": "not-taxable-old-law", "from": JULY, "to": dt.date(2026, 12, 31), "reason": "alt"}
    new = {
        "treatment": "not-taxable-2b",
        "from": dt.date(2027, 1, 1),
        "reason": "neu",
        "decided_by": "Kämmerei",
    }
    agreement = parse(toml(school(vat=[old, new | {"decided_on": dt.date(2026, 10, 1)}])))
    treatments = [vat_treatment(agreement, year).treatment for year in (2025, 2026)]
    assert treatments == ["not-taxable-old-law", "not-taxable-2b"]


def test_the_reference_day_belongs_to_the_calendar_year_that_names_the_service_year():
    rows = [
        {"name": "ew", "source": "amt", "reference": dt.date(year, 10, 1), "values": {"a": count, "b": 1}}
        for year, count in ((2023, 1), (2024, 3))
    ]
    basis = {"id": "ew", "title": "Schüler", "rule": "renewed", "lag_years": 1, "month_day": "10-01"}
    basis |= {"source": "amt", "weight": "ew", "from": JULY}
    component = {
        "id": "k",
        "title": "Kosten",
        "clause": "§ 5",
        "from": JULY,
        "key": "proportional",
        "basis": "ew",
    }
    component |= {"members": ["a"], "totals": [{"year": year, "amount": "10,00"} for year in (2024, 2025)]}
    agreement = parse(toml(school(weights=rows, bases=[basis], components=[component])))
    assert agreement.terms().reference("ew", 2024)[1] == dt.date(2023, 10, 1)
    assert agreement.terms().weights("ew", 2025) == {"a": 3, "b": 1}


@pytest.mark.parametrize("begins", ["02-29", "7-1", "01.07.", "13-01"])
def test_a_begin_that_no_year_has_is_refused(begins):
    with pytest.raises(AgreementRefused, match="ein Tag jedes Jahres in der Form MM-TT"):
        parse(toml(school(begins)))


@pytest.mark.parametrize("begins", ["01-01", "02-01", "07-01", "08-15", "12-31"])
def test_it_belongs_to_the_fiscal_year_of_its_last_day(begins):
    agreement = parse(toml(school(begins) | {"from": dt.date(2024, 12, 31)}))
    first, last = agreement.days_of(2024)
    assert agreement.fiscal_year(2024) == last.year == (2024 if begins == "01-01" else 2025)
    assert [agreement.service_year.of(day) for day in (first, last)] == [2024, 2024]


def test_a_share_grows_and_comes_in_parts_from_the_service_year_in_which_it_begins():
    """What begins in February 2025 begins in 2024/25: its first amount, and the first of its two parts, are of then."""
    begin = dt.date(2025, 2, 1)
    key = {"id": "w", "title": "Wachstum", "clause": "§ 1", "from": begin, "key": "growth", "members": ["a"]}
    key |= {"start": "100,00", "growth": "vpi", "at_most": "5", "unused": "lost", "proration": "none"}
    once = {"id": "f", "title": "Beitrag", "clause": "§ 2", "from": begin, "key": "fixed", "members": ["b"]}
    once |= {"amounts": [{"from": begin, "amount": "10,01"}], "yearly_parts": 2, "proration": "none"}
    figure = {"id": "vpi", "year": 2025, "amount": "2,00", "source": "Amt"}
    agreement = parse(toml(school(components=[key, once], figures=[figure])))
    assert [dict(shares(agreement, year).amounts) for year in (2024, 2025)] == [
        {"a": 10000, "b": 500},
        {"a": 10200, "b": 501},
    ]
    assert "Betrag 2024/25" in explain(agreement, "a", 2025).text()
