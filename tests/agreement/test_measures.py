"""What components reckon by: figures with decimals and large ones, and what is derived from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kkd_ledger.agreement import explain, parse, shares
from kkd_ledger.errors import AgreementRefused
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


# derived measures


def derived(id_: str, title: str, **way: Any) -> dict[str, Any]:
    return {"id": id_, "title": title, "from": FROM} | way


def fire_district(**changes: Any) -> dict[str, Any]:
    """A budget by calls (mean of five years), a hundredth of the inhabitants, a millionth of the value, one decimal."""
    calls = {"a": (120, 131, 125, 110, 132), "b": (600, 610, 640, 655, 620), "c": (150, 149, 160, 155, 151)}
    rows = [
        series("einsatz", dt.date(2020 + place, 12, 31), **{id_: row[place] for id_, row in calls.items()})
        for place in range(5)
    ]
    rows.append(series("ew", dt.date(2024, 12, 31), a=4012, b=21968, c=5043))
    rows.append(series("wert", dt.date(2024, 12, 31), a=412360000, b="1.745.120.000", c=501440000))
    bases = [renewed("einsatz", "Einsätze"), renewed("ew", "Einwohner"), renewed("wert", "Verkehrswert")]
    measures = [
        derived("e", "Einsätze im Mittel von fünf Jahren", mean={"of": "einsatz", "last": 5}, decimals=1),
        derived("p", "Einwohner in Hundert", sum=[{"of": "ew", "per": "100"}], decimals=1),
        derived("v", "Wert in Millionen", sum=[{"of": "wert", "per": "1.000.000"}], decimals=1),
        derived("punkte", "Punkte", sum=[{"of": "e"}, {"of": "p"}, {"of": "v"}]),
    ]
    components = [split("punkte", "774.140,00")]
    return BASE | {"weights": rows, "bases": bases, "measures": measures, "components": components} | changes


def test_a_sum_of_means_and_quotients_each_with_one_decimal():
    agreement = parse(toml(fire_district()))
    assert dict(shares(agreement, 2024).amounts) == {"a": 11522000, "b": 51796000, "c": 14096000}
    assert explain(agreement, "a", 2024).steps[0].lines == (
        "(120 + 131 + 125 + 110 + 132) ÷ 5 = 123,6 Einsätze im Mittel von fünf Jahren",
        "4.012/100 = 40,12 Einwohner in Hundert, kaufmännisch gerundet auf 1 Nachkommastelle 40,1 Einwohner in Hundert",
        "412.360.000/1.000.000 = 412,36 Wert in Millionen,"
        " kaufmännisch gerundet auf 1 Nachkommastelle 412,4 Wert in Millionen",
        "123,6 Einsätze im Mittel von fünf Jahren + 40,1 Einwohner in Hundert + 412,4 Wert in Millionen = 576,1 Punkte",
        "774.140,00 EUR × 576,1/3.870,7 (Punkte) = 115.220,00 EUR",
    )


def test_a_missing_figure_of_a_mean_names_its_day_and_whom_it_lacks():
    data = fire_district()
    data["weights"][2]["values"].pop("b")
    del data["weights"][4]
    [gap] = shares(parse(toml(data)), 2024).gaps
    assert gap.lacks == (
        "die Zahl „Einsätze“ zum 31.12.2022 für B (amt; [[weights]] einsatz;"
        " vorhanden: Stand 31.12.2020, 31.12.2021, 31.12.2022, 31.12.2023)",
        "die Zahl „Einsätze“ zum 31.12.2024 (amt; [[weights]] einsatz;"
        " vorhanden: Stand 31.12.2020, 31.12.2021, 31.12.2022, 31.12.2023)",
    )


def measured(rows: list[dict[str, Any]], *measures: dict[str, Any], basis: str, amount: str) -> Any:
    """An agreement that splits an amount by a derived measure of counts reported for the year itself."""
    names = dict.fromkeys(row["name"] for row in rows)
    bases = [renewed(name, name.capitalize()) for name in names]
    data = BASE | {"weights": rows, "bases": bases, "measures": list(measures)}
    return parse(toml(data | {"components": [split(basis, amount)]}))


def test_at_least_a_base_load_counts():
    """600,000.00 by m³ taken, where 150,000 count at least for the third."""
    day = dt.date(2024, 12, 31)
    rows = [
        series("menge", day, a="900.000,0", b=500000, c=100000),
        series("grundlast", day, a=500000, b=300000, c=150000),
    ]
    least = derived("m", "Wassermenge in m³", least={"of": "menge", "floor": "grundlast"})
    agreement = measured(rows, least, basis="m", amount="600.000,00")
    assert dict(shares(agreement, 2024).amounts) == {"a": 34838710, "b": 19354839, "c": 5806451}
    [first, second] = explain(agreement, "c", 2024).steps[0].lines
    assert first == "100.000 Wassermenge in m³, mindestens 150.000 = 150.000 Wassermenge in m³"
    assert second.startswith("600.000,00 EUR × 150.000/1.550.000 (Wassermenge in m³) = ")
    [taken, _] = explain(agreement, "a", 2024).steps[0].lines
    assert taken == "900.000 Wassermenge in m³"


def test_the_whole_is_shifted_by_percentage_points():
    """Others' part by inhabitants, where one has a point less and the host a point more."""
    day = dt.date(2024, 12, 31)
    shift = derived("s", "Einwohner, verschoben", shift={"of": "ew", "points": {"a": "1", "b": "-1"}})
    agreement = measured([series("ew", day, a=1500, b=400, c=4100)], shift, basis="s", amount="12.000,00")
    assert dict(shares(agreement, 2024).amounts) == {"a": 312000, "b": 68000, "c": 820000}
    assert explain(agreement, "b", 2024).steps[0].lines[0] == (
        "400/6.000 (Ew) × 100 % − 1 Prozentpunkte = 5,666666… Einwohner, verschoben"
    )


def test_a_multiplier_for_a_member_and_for_all_others():
    day = dt.date(2024, 12, 31)
    factor = derived("f", "Einwohner, gewichtet", factor={"of": "ew", "by": {"a": "1,5"}, "otherwise": 2})
    agreement = measured([series("ew", day, a=100, b=100, c=50)], factor, basis="f", amount="450,00")
    assert dict(shares(agreement, 2024).amounts) == {"a": 15000, "b": 20000, "c": 10000}
    assert explain(agreement, "a", 2024).steps[0].lines[0] == "100 × 1,5 = 150 Einwohner, gewichtet"


@pytest.mark.parametrize(
    ("actual", "amounts", "said"),
    [
        ((2000, 750), (30000000, 10000000), "Schätzung, Abweichung 2,272727… von höchstens 3 Prozentpunkten"),
        ((780, 220), (30000000, 10000000), "Schätzung, Abweichung 3 von höchstens 3 Prozentpunkten"),
        (
            (781, 219),
            (31240000, 8760000),
            "statt der Schätzung, Abweichung 3,1 von höchstens 3 Prozentpunkten",
        ),
    ],
)
def test_an_estimate_stays_within_its_tolerance(actual, amounts, said):
    day = dt.date(2024, 12, 31)
    rows = [
        series("schaetzung", day, a=75, b=25, c=0),
        series("ist", day, a=actual[0], b=actual[1], c=0) | {"known_from": dt.date(2025, 1, 10)},
    ]
    unless = derived("u", "Fälle", unless={"of": "schaetzung", "actual": "ist", "points": "3"})
    agreement = measured(rows, unless, basis="u", amount="400.000,00")
    assert dict(shares(agreement, 2024, FROM).amounts) == {"a": 30000000, "b": 10000000, "c": 0}
    assert tuple(shares(agreement, 2024).amounts.figures) == (*amounts, 0)
    assert said in explain(agreement, "a", 2024).text()


@pytest.mark.parametrize(
    ("every", "days"),
    [
        (
            "quarter",
            [dt.date(2024, 12, 31), dt.date(2024, 9, 30), dt.date(2024, 6, 30), dt.date(2024, 3, 31)],
        ),
        (
            "month",
            [dt.date(2024, 12, 31), dt.date(2024, 11, 30), dt.date(2024, 10, 31), dt.date(2024, 9, 30)],
        ),
        ("year", [dt.date(year, 12, 31) for year in (2024, 2023, 2022, 2021)]),
    ],
)
def test_a_mean_of_quarters_months_and_years(every, days):
    rows = [series("fall", day, a=4 + place, b=8, c=12 - place) for place, day in enumerate(days)]
    mean = derived("m", "Fälle im Mittel", mean={"of": "fall", "last": 4, "every": every})
    agreement = measured(rows, mean, basis="m", amount="24,00")
    assert dict(shares(agreement, 2024).amounts) == {"a": 550, "b": 800, "c": 1050}


def test_a_successor_inherits_what_a_mean_is_made_of():
    joined = dt.date(2024, 1, 1)
    members = [
        *(one | {"left": dt.date(2023, 12, 31)} if one["id"] in {"a", "b"} else one for one in MEMBERS),
        {"id": "ab", "name": "AB", "kind": "town", "joined": joined, "succeeds": ["a", "b"]},
    ]
    rows = [series("fall", dt.date(year, 12, 31), a=1, b=3, c=4) for year in (2022, 2023)]
    rows.append(series("fall", dt.date(2024, 12, 31), ab=7, c=4))
    mean = derived("m", "Fälle im Mittel", mean={"of": "fall", "last": 3})
    data = BASE | {"members": members, "weights": rows, "bases": [renewed("fall", "Fälle")]}
    data |= {"from": dt.date(2023, 1, 1), "known_from": dt.date(2023, 1, 1)}
    agreement = parse(toml(data | {"measures": [mean], "components": [split("m", "9,00")]}))
    assert dict(shares(agreement, 2024).amounts) == {"ab": 500, "c": 400}


def refused(**data: Any) -> list[tuple[str, str, str]]:
    whole = BASE | {"bases": [renewed("ew", "Einwohner")], "components": [split("ew", "1,00")]} | data
    with pytest.raises(AgreementRefused) as refusal:
        parse(toml(whole))
    return [(one.place.partition(", ")[2], one.actual, one.allowed) for one in refusal.value.problems]


def test_circles_unknown_names_and_two_ways_are_told_at_once():
    measures = [
        derived("m", "M", mean={"of": "n", "last": 3}),
        derived("n", "N", sum=[{"of": "ew"}, {"of": "m"}]),
        derived("selbst", "S", factor={"of": "selbst", "by": {"d": 2, "town": 3}}),
        derived("ew", "E", least={"of": "einwohner", "floor": 3}),
        derived("zwei", "Z", mean={"of": "ew", "last": 2}, shift={"of": "ew", "points": {"a": 1}}),
        derived("keine", "K"),
    ]
    assert [found[:2] for found in refused(measures=measures)] == [
        ("measures[3] (selbst).factor.by.d", "'d' ist unbekannt"),
        ("measures[4] (ew).id", "'ew' steht auch in [[bases]]"),
        ("measures[4] (ew).least.of", "'einwohner' ist unbekannt"),
        ("measures[5] (zwei)", "mean und shift"),
        ("measures[5] (zwei).shift.points", "zusammen 1 Prozentpunkte"),
        ("measures[6] (keine)", "keine Rechenart"),
        ("measures[1] (m)", "im Kreis: m → n → m"),
        ("measures[3] (selbst)", "im Kreis: selbst → selbst"),
    ]


@pytest.mark.parametrize(
    ("way", "actual"),
    [
        ({"mean": {"of": "ew", "last": 1}}, "1"),
        ({"mean": {"of": "ew", "last": 3, "every": "week"}}, "'week'"),
        ({"sum": [{"of": "ew", "per": "0"}]}, "0 ist null"),
        ({"sum": []}, "eine leere Liste"),
        ({"shift": {"of": "ew", "points": {"a": "viel"}}}, "'viel' ist keine Zahl ab 0"),
        ({"factor": {"of": "ew", "by": {"a": "-1"}}}, "'-1' ist keine Zahl ab 0"),
        ({"unless": {"of": "ew", "actual": "ew", "points": "101"}}, "'101' Prozent sind zu viel"),
        ({"mean": {"of": "ew", "last": 3}, "decimals": 7}, "7"),
        ({"mean": {"of": "ew", "letzte": 3, "last": 2}}, "ein unbekanntes Feld"),
    ],
)
def test_a_slip_in_a_measure_is_refused(way, actual):
    assert actual in [found[1] for found in refused(measures=[derived("m", "M", **way)])]
