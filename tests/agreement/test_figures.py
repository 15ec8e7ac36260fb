"""Figures: which version of one counts on a day, planned or actual, reported, provisional, final or corrected."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.agreement import content_sha256, explain, load, parse, shares
from kkd_ledger.errors import AgreementRefused
from tests.agreement.test_measures import BASE, renewed, series, split
from tests.agreement.writing import toml

JANUARY, MARCH, JUNE = dt.date(2024, 1, 10), dt.date(2024, 3, 10), dt.date(2024, 6, 10)
FIGURES = {
    "weights": [series("ew", dt.date(2023, 12, 31), a=1, b=1, c=1)],
    "bases": [renewed("ew", "Einwohner", lag=1)],
}


def figure(amount: str, known: dt.date, **more: Any) -> dict[str, Any]:
    return {"id": "kosten", "year": 2024, "amount": amount, "source": "amt", "known_from": known} | more


def amount_on(day: dt.date, *figures: dict[str, Any]) -> int | None:
    whole = BASE | FIGURES | {"components": [split("ew", "1,00")], "figures": list(figures)}
    counting = parse(toml(whole)).terms(day).figure("kosten", 2024)
    return counting.amount if counting else None


def test_the_actual_figure_counts_from_the_day_it_is_known():
    plan, actual = figure("100,00", JANUARY, kind="plan"), figure("90,00", MARCH)
    replanned = figure("110,00", JUNE, kind="plan")
    for order in permutations((plan, actual, replanned)):
        assert [amount_on(day, *order) for day in (JANUARY, MARCH, JUNE)] == [10000, 9000, 9000]
    assert amount_on(JUNE, plan, replanned) == 11000
    assert amount_on(JANUARY - dt.timedelta(days=1), plan, actual) is None


def test_of_one_day_the_surer_figure_counts_and_a_newer_one_always():
    states = ("reported", "provisional", "final", "corrected")
    versions = [figure(f"{place},00", MARCH, state=state) for place, state in enumerate(states, start=1)]
    for count in range(1, 5):
        for order in permutations(versions[:count]):
            assert amount_on(MARCH, *order) == count * 100
    assert amount_on(JUNE, *versions, figure("9,00", JUNE)) == 900


def test_a_figure_may_be_negative_and_is_text_with_two_decimals():
    assert amount_on(MARCH, figure("-4.120,00", MARCH)) == -412000


@pytest.mark.parametrize("again", [{}, {"kind": "plan"}])
def test_one_figure_twice_is_refused(again: dict[str, Any]):
    with pytest.raises(Exception, match="derselbe Eintrag ein zweites Mal"):
        amount_on(MARCH, figure("1,00", MARCH, **again), figure("2,00", MARCH, **again))


def test_the_cost_of_a_component_is_planned_first_and_actual_later():
    totals = [
        {"year": 2024, "amount": "300,00", "kind": "plan", "source": "Haushaltsplan"},
        {"year": 2024, "amount": "330,00", "state": "provisional", "known_from": MARCH},
        {"year": 2024, "amount": "333,00", "state": "final", "known_from": JUNE},
    ]
    agreement = parse(toml(BASE | FIGURES | {"components": [split("ew", "1,00") | {"totals": totals}]}))
    sums = [shares(agreement, 2024, day).total_cents for day in (JANUARY, MARCH, JUNE)]
    assert sums == [30000, 33000, 33300]


def test_a_corrected_count_and_the_first_one_known_from_one_day():
    first = series("ew", dt.date(2023, 12, 31), a=1, b=1, c=2)
    corrected = series("ew", dt.date(2023, 12, 31), a=2) | {"state": "corrected"}
    for rows in ([first, corrected], [corrected, first]):
        whole = BASE | FIGURES | {"components": [split("ew", "10,00")], "weights": rows}
        assert dict(shares(parse(toml(whole)), 2024).amounts) == {"a": 400, "b": 200, "c": 400}


# figures apart from the contract


def apart(**files: str) -> dict[str, str]:
    return {f"zahlen/{name[1:]}.toml": text for name, text in files.items()}


CONTRACT = toml(BASE | {"bases": FIGURES["bases"], "components": [split("ew", "10,00")]})
COUNTS = """
[[weights]]
name = "ew"
source = "amt"
reference = 2023-12-31
values = { a = 1, b = 1, c = 2 }
"""


def test_figures_beside_the_contract_are_read_as_if_they_stood_in_it():
    together, beside = parse(CONTRACT + COUNTS), parse(CONTRACT, figures=apart(_2024=COUNTS))
    assert (
        dict(shares(together, 2024).amounts)
        == dict(shares(beside, 2024).amounts)
        == {"a": 250, "b": 250, "c": 500}
    )


def test_a_folder_beside_the_agreement_is_read_whole(tmp_path: Path):
    (tmp_path / "agreement.toml").write_text(CONTRACT, "utf-8")
    [gap] = shares(load(tmp_path / "agreement.toml"), 2024).gaps
    assert "die Zahl „Einwohner“ zum 31.12.2023" in gap.text()
    alone = content_sha256(tmp_path / "agreement.toml")
    assert alone == sha256(CONTRACT.encode()).hexdigest()
    (tmp_path / "zahlen").mkdir()
    (tmp_path / "zahlen" / "2024.toml").write_text(COUNTS, "utf-8")
    (tmp_path / "zahlen" / "notiz.txt").write_text("kein TOML", "utf-8")
    assert dict(shares(load(tmp_path / "agreement.toml"), 2024).amounts) == {"a": 250, "b": 250, "c": 500}
    with_figures = content_sha256(tmp_path / "agreement.toml")
    (tmp_path / "zahlen" / "2024.toml").write_text(COUNTS.replace("c = 2", "c = 3"), "utf-8")
    assert len({alone, with_figures, content_sha256(tmp_path / "agreement.toml")}) == 3


def problems(text: str, **files: str) -> list[tuple[str, str, str, str]]:
    with pytest.raises(AgreementRefused) as refusal:
        parse(text, figures=apart(**files))
    return [(one.file, one.place, one.actual, one.allowed) for one in refusal.value.problems]


def test_a_problem_of_rows_in_the_contract_stays_there_beside_others_of_its_table():
    wrong = COUNTS.replace("a = 1", "x = 1")
    found = problems(CONTRACT + wrong, _2024=COUNTS.replace("2023", "2024"))
    assert {file for file, *_ in found} == {"agreement.toml"}


def test_a_problem_names_the_file_that_says_it_and_its_place_there():
    later = COUNTS.replace("a = 1", "a = -1").replace("2023-12-31", "2024-12-31")
    found = problems(CONTRACT.replace('id = "probe"', 'id = "Pröbe"'), _2024=COUNTS, _2025=f"\n{later}")
    assert [problem[:3] for problem in found] == [
        ("agreement.toml", "Zeile 1, id", "'Pröbe'"),
        ("zahlen/2025.toml", "Zeile 7, weights[1] (ew).values.a", "-1 ist keine Zahl ab 0"),
    ]


def test_a_name_nobody_bears_and_an_entry_that_stands_in_two_files_are_found_where_they_stand():
    found = problems(CONTRACT, _2024=COUNTS.replace("c = 2", "c = 2, d = 1"), _2025=COUNTS)
    assert [problem[:3] for problem in found] == [
        ("zahlen/2024.toml", "Zeile 6, weights[1] (ew).values.d", "'d' ist unbekannt"),
        ("zahlen/2025.toml", "Zeile 2, weights[1] (ew)", "derselbe Eintrag ein zweites Mal"),
    ]


def test_a_contract_among_the_figures_is_refused_with_what_may_stand_there():
    found = problems(
        CONTRACT,
        _2024=COUNTS,
        _2025='[[component]]\nid = "x"\n[[weigths]]\nname = "ew"\n[figures]\nid = "y"\n',
    )
    allowed = "in Zahlen nur {}; alles andere gehört in die Vereinbarung"
    assert found == [
        (
            "zahlen/2025.toml",
            "Zeile 1, component[1] (x)",
            "ein unbekanntes Feld",
            allowed.format("figures, charges, populations, weights, index_values"),
        ),
        (
            "zahlen/2025.toml",
            "Zeile 3, weigths[1] (ew)",
            "ein unbekanntes Feld",
            allowed.format("weights (oder figures, charges, populations, index_values)"),
        ),
        ("zahlen/2025.toml", "Zeile 5, figures", "eine Tabelle", "[[figures]]"),
    ]


def test_what_is_no_toml_in_any_file_is_told_at_once():
    found = problems(CONTRACT + "x = \n", _2024="y = 30.06.2018\n", _2025=COUNTS)
    assert [problem[:3] for problem in found] == [
        (
            "agreement.toml",
            "Zeile 10, Spalte 5",
            "kein gültiges TOML: kein gültiger Wert; Texte stehen in Anführungszeichen",
        ),
        ("zahlen/2024.toml", "Zeile 1, Spalte 10", "30.06.2018 als Tag"),
    ]


def test_who_has_not_reported_keeps_everybody_waiting_and_is_named():
    half = COUNTS.replace(", c = 2", "")
    late = COUNTS.replace("a = 1, b = 1, ", "") + f"known_from = {JUNE}\n"
    agreement = parse(CONTRACT, figures=apart(_2024=half, _2025=late))
    waiting = shares(agreement, 2024, MARCH)
    assert not waiting.amounts
    [gap] = waiting.gaps
    assert gap.lacks == (
        "die Zahl „Einwohner“ zum 31.12.2023 für C (amt; [[weights]] ew; vorhanden: Stand 31.12.2023)",
    )
    assert dict(shares(agreement, 2024, JUNE).amounts) == {"a": 250, "b": 250, "c": 500}


def test_a_share_says_how_sure_its_figures_are():
    first, later = COUNTS + 'state = "provisional"\n', COUNTS + f'state = "final"\nknown_from = {JUNE}\n'
    agreement = parse(CONTRACT, figures=apart(_2024=first, _2025=later))
    sources = [explain(agreement, "a", 2024, day).steps[0].source for day in (MARCH, JUNE)]
    assert sources == [
        "amt, Stand 31.12.2023 (jährlich erneuert, vorläufig)",
        "amt, Stand 31.12.2023 (jährlich erneuert, festgestellt)",
    ]
