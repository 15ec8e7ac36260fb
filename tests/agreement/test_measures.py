"""What components reckon by: figures with decimals and large ones, and what is derived from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kkd_ledger.agreement import explain, parse, shares
from tests.agreement.writing import toml

FROM = dt.date(2024, 1, 1)
MEMBERS = [{"id": "kreis", "name": "Kreis", "kind": "county"}] + [
    {"id": id_, "name": id_.upper(), "kind": "town"} for id_ in ("a", "b", "c")
]
BASE = {
    "id": "probe",
    "title": "Probe",
    "operator": "kreis",
    "from": FROM,
    "known_from": FROM,
    "due": {"month": 3, "day": 15},
    "members": MEMBERS,
}


def series(name: str, day: dt.date, **values: Any) -> dict[str, Any]:
    return {"name": name, "source": "amt", "reference": day, "values": values}


def renewed(id_: str, title: str, lag: int = 0) -> dict[str, Any]:
    return {
        "id": id_,
        "title": title,
        "rule": "renewed",
        "source": "amt",
        "weight": id_,
        "lag_years": lag,
    } | {"from": FROM}


def split(basis: str, amount: str, year: int = 2024) -> dict[str, Any]:
    totals = [{"year": year, "amount": amount}]
    head = {"id": "kosten", "title": "Kosten", "clause": "§ 5", "from": FROM, "members": ["a", "b", "c"]}
    return head | {"key": "proportional", "basis": basis, "totals": totals}


def priced(basis: str, rate: str) -> dict[str, Any]:
    head = {"id": "preis", "title": "Preis", "clause": "§ 6", "from": FROM, "key": "per-head", "basis": basis}
    return head | {"rates": [{"from": FROM, "rate": rate}]}


@pytest.mark.parametrize("as_text", [False, True])
def test_litres_a_second_have_decimals(as_text: bool):
    """1,000,000.00 by rights of 67.25, 40 and 12.75 litres a second."""
    values = {"a": "67,25", "b": "40", "c": "12,75"}
    rows = values if as_text else {"a": "RAW67.25", "b": 40, "c": "RAW12.75"}
    bases = [renewed("rechte", "Bezugsrechte in l/s")]
    text = toml(
        BASE
        | {"weights": [series("rechte", dt.date(2024, 12, 31), **rows)], "bases": bases}
        | {"components": [split("rechte", "1.000.000,00")]}
    )
    agreement = parse(text.replace('"RAW67.25"', "67.25").replace('"RAW12.75"', "12.75"))
    assert dict(shares(agreement, 2024).amounts) == {"a": 56041667, "b": 33333333, "c": 10625000}
    derivation = explain(agreement, "a", 2024)
    assert "1.000.000,00 EUR × 67,25/120 (Bezugsrechte in l/s) = 560.416,666666… EUR" in derivation.text()
    [step] = derivation.as_json()["steps"]
    assert [line["value"] for line in step["lines"][:4]] == ["1000000", "67.25", "120", "269/480"]


def test_hours_with_decimals_at_a_price():
    """61.25 hours at 37.88 and 12.75 at 37.88, both to the cent, half up; 0 hours cost nothing."""
    text = toml(
        BASE
        | {"weights": [series("stunden", dt.date(2024, 12, 31), a="61,25", b="12,75", c=0)]}
        | {
            "bases": [renewed("stunden", "Prüfstunden")],
            "components": [priced("stunden", "37,88") | {"members": ["a", "b", "c"]}],
        }
    )
    agreement = parse(text)
    assert dict(shares(agreement, 2024).amounts) == {"a": 232015, "b": 48297, "c": 0}
    assert explain(agreement, "a", 2024).steps[0].words == "61,25 Prüfstunden × 37,88 EUR = 2.320,15 EUR"


def test_assessed_values_beyond_a_milliard():
    values = {"a": "12.000.000.000", "b": "4.000.000.000", "c": 1}
    text = toml(
        BASE
        | {"weights": [series("wert", dt.date(2024, 12, 31), **values)]}
        | {"bases": [renewed("wert", "Steuerwert")], "components": [split("wert", "8.400.000,00")]}
    )
    assert dict(shares(parse(text), 2024).amounts) == {"a": 630000000, "b": 210000000, "c": 0}
    assert "12.000.000.000/16.000.000.001 (Steuerwert)" in explain(parse(text), "a", 2024).text()
