"""What is paid in December for the next year, and a school year: each calendar year bears its own, on both sides."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.state.claims import balances
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.periods import YearState
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import declare_year
from kkd_ledger.work.year.year_end import apply, propose
from tests.samples import SAID

from .test_due_plans import agreement
from .two_sides import Side, Sides, two_sides

ACTIVE, PASSIVE = "Aktiva:2900-RAP", "Passiva:4900-RAP"
SHARE = {
    "office": "Erträge:020501-Probe:548201-Kostenerstattung",
    "member": "Aufwendungen:020501-Probe:717201-Kostenbeteiligung",
}


def begun(folder: Path, day: dt.date, **more: Any) -> Sides:
    data = agreement(**more)
    data["components"][0]["amounts"] = [{"from": dt.date(2023, 1, 1), "amount": "1.200,00"}]
    sides = two_sides(folder, data, "dorf", day)
    for side in sides.both:
        file = side.book.root / "book.toml"
        roles = f'rap_active = "{ACTIVE}"\nrap_passive = "{PASSIVE}"\n'
        file.write_text(file.read_text("utf-8").replace("\n[policy]", f"\n{roles}[policy]"), "utf-8")
    return sides


def live(sides: Sides, day: dt.date) -> list[int]:
    sides.begin(day)
    sides.post()
    for received in sides.receive(sides.send()):
        assert received.comparison.text() == "wie vereinbart"
    pain, _ = sides.run(sides.member)
    sides.execute(sides.member, pain)
    paid = [cents for _, _, cents in sides.orders]
    sides.statements()
    return paid


def close(side: Side, sides: Sides, year: int) -> None:
    declare_year(side.again(), year, YearState.PROVISIONALLY_CLOSED, SAID, today=sides.day)
    done = propose(side.again(), year, sides.day)
    assert done.closing.missing == []
    apply(side.again(), year, side.book.root / done.file, sides.order)


def cost(side: Side, name: str, year: int) -> int:
    entries = [record for record in read(side.again()).records if isinstance(record, Transaction)]
    sign = -1 if name == "office" else 1
    return sign * balances(entry for entry in entries if entry.date.year == year).get(SHARE[name], 0)


@pytest.mark.parametrize("name", ["office", "member"])
def test_a_rate_in_december_belongs_to_the_next_year(tmp_path, name):
    plan = {"id": "viertel", "clause": "§ 2", "days": ["-1:12-15", "06-15"]}
    sides = begun(tmp_path, dt.date(2023, 12, 1), dues=[plan])
    assert sorted(live(sides, dt.date(2023, 12, 1))) == [60000, 120000], "2023, and the first rate of 2024"
    side = getattr(sides, name)
    assert cost(side, name, 2023) == 240000
    sides.begin(dt.date(2024, 1, 10))
    close(side, sides, 2023)
    assert (cost(side, name, 2023), cost(side, name, 2024)) == (120000, 120000)
    assert {balances(read(side.again()).records).get(account, 0) for account in (ACTIVE, PASSIVE)} == {0}
    assert [found.text for found in check(side.again()) if found.kind.code in {"KKD-K06", "KKD-A01"}] == []
    assert sides.differences() == ()


@pytest.mark.parametrize("name", ["office", "member"])
def test_a_school_year_is_parted_by_months(tmp_path, name):
    plan = {"id": "viertel", "clause": "§ 2", "days": ["10-15", "02-15"]}
    sides = begun(
        tmp_path,
        dt.date(2023, 8, 1),
        dues=[plan],
        service_year={"begins": "08-01"},
        **{"from": dt.date(2023, 8, 1)},
    )
    live(sides, dt.date(2023, 8, 5))
    side = getattr(sides, name)
    sides.begin(dt.date(2024, 1, 10))
    close(side, sides, 2023)
    assert (cost(side, name, 2023), cost(side, name, 2024)) == (50000, 70000)
    assert [found.text for found in check(side.again()) if found.kind.code == "KKD-K06"] == []
