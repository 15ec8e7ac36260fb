"""What people read of an agreement is what stands in readings/, word for word (readings.py writes it anew)."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.agreement import load, readable
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.readable import Readable, Section
from tests.agreement.readings import READINGS, STEPS, WHOLE, page, steps
from tests.agreement.test_readable import FILES


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_reading(name: str) -> None:
    assert page(WHOLE[name]) == (READINGS / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("path", [*FILES, WHOLE["other_forms"]], ids=lambda path: path.stem)
def test_each_form_of_a_step(path: Path) -> None:
    assert [*steps(path)] == (STEPS / f"{path.stem}.txt").read_text("utf-8").splitlines()


def test_more_charges_than_a_page_holds_are_counted_by_year() -> None:
    agreement = load(WHOLE["A22"])
    charge = agreement.charges[0]
    days = [charge.on.replace(month=month, day=day) for month in (1, 2, 3, 5) for day in range(1, 26)]
    listed = readable(agreement.changed(charges=tuple(charge.model_copy(update={"on": day}) for day in days)))
    [section] = [each for each in listed.sections if each.title == "Was nach Anfall abgerechnet ist"]
    assert [section.sentences, [len(grid.rows) for grid in section.grids]] == [(), [100]]
    days.append(charge.on.replace(year=2012))
    counted = readable(
        agreement.changed(charges=tuple(charge.model_copy(update={"on": day}) for day in days))
    )
    [section] = [each for each in counted.sections if each.title == "Was nach Anfall abgerechnet ist"]
    assert section.grids == ()
    assert section.sentences == (
        "101 Positionen sind gemeldet (2008 100 und 2012 1); `kkd explain` zeigt sie je Beteiligte und Jahr.",
    )


def test_a_reading_is_plain_data_too() -> None:
    grid = Grid(("", "am 31.12.2023"), (("Adorf", "1.000"), ("Bad", "5")), frozenset({1}), "Einwohner")
    section = Section("Was zählt", ("Ein Satz.",), (grid,))
    assert Readable("Archiv", dt.date(2024, 1, 2), (section,), ("Kreis",)).as_json() == {
        "title": "Archiv",
        "known_on": "2024-01-02",
        "sections": [
            {
                "title": "Was zählt",
                "sentences": ["Ein Satz."],
                "grids": [
                    {
                        "caption": "Einwohner",
                        "heads": ["", "am 31.12.2023"],
                        "rows": [["Adorf", "1.000"], ["Bad", "5"]],
                        "amounts": [1],
                    }
                ],
            }
        ],
    }
    assert Grid(("A", "B"), (("1", "2"),)).lines() == ["A  B", "----", "1  2"]
