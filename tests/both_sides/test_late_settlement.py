"""The settlement of a year comes after it is closed: who owes has provided for it, each side by its own years."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.entries import ClosedShare
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import EntryRefused
from kkd_ledger.periods import YearState
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import declare_year
from kkd_ledger.work.year.provisions import Expectation
from kkd_ledger.work.year.year_end import apply, propose
from tests.samples import SAID

from .test_advances import agreement
from .two_sides import Side, Sides, two_sides

CLAIM = ClosedShare("dorf", 2023)
PROVIDED = "Passiva:3900-Rückstellungen"
RELEASED = "Erträge:020501-Probe:538001-Auflösung"
PRIOR = {
    "office": "Erträge:020501-Probe:599001-Periodenfremd",
    "member": "Aufwendungen:020501-Probe:799001-Periodenfremd",
}


def lived(folder: Path, actual: str) -> Sides:
    """Two advances of 2,000.00 on 2023 are paid; the actual cost is known in September 2024."""
    data = agreement()
    data["components"][0]["totals"] = [
        {"year": 2023, "amount": "4.000,00", "kind": "plan"},
        {"year": 2023, "amount": actual, "known_from": dt.date(2024, 9, 5)},
    ]
    data["to"] = dt.date(2023, 12, 31)
    data["dues"][0] |= {"days": ["02-15", "11-15"]}
    sides = two_sides(folder, data, "dorf", dt.date(2023, 2, 1))
    for side in sides.both:
        file = side.book.root / "book.toml"
        roles = f'provisions = "{PROVIDED}"\nprovision_release = "{RELEASED}"\n'
        file.write_text(file.read_text("utf-8").replace("\n[policy]", f"\n{roles}[policy]"), "utf-8")
    for day in (dt.date(2023, 2, 1), dt.date(2023, 11, 1)):
        sides.begin(day)
        live(sides)
    sides.begin(dt.date(2024, 2, 20))
    for side in sides.both:
        declare_year(side.again(), 2023, YearState.PROVISIONALLY_CLOSED, SAID, today=sides.day)
    return sides


def live(sides: Sides) -> None:
    """Post, send, receive, and let both sides pay what is due in the month."""
    sides.post()
    for received in sides.receive(sides.send()):
        assert received.comparison.text() == "wie vereinbart"
    for side in sides.both:
        pain, _ = sides.run(side)
        sides.execute(side, pain)
    sides.statements()
    assert sides.differences() == ()


def provide(side: Side, sides: Sides, cents: int) -> list[str]:
    """Let a side expect a share of 2023, and book what that makes it provide; return what is only shown."""
    expected = [Expectation(CLAIM, cents, "Hochrechnung des Amts vom 15.02.2024")]
    done = propose(side.again(), 2023, sides.day, 0, expected)
    assert done.closing.missing == []
    if done.file:
        apply(side.again(), 2023, side.book.root / done.file, sides.order)
    return done.closing.shown


def close(side: Side, sides: Sides) -> None:
    declare_year(side.again(), 2023, YearState.DRAWN_UP, SAID, today=sides.day)


def result(side: Side, account: str, year: int) -> int:
    records = [record for record in read(side.again()).records if getattr(record, "date", None)]
    return balances(record for record in records if record.date.year == year).get(account, 0)


def right(*sides: Side) -> None:
    for side in sides:
        found = check(side.again())
        assert [each.text for each in found if each.kind.level in {"fehler", "beanstandung"}] == []
        assert not [each for each in found if each.kind.code == "KKD-K08"]


@pytest.mark.parametrize(
    ("provided", "actual", "beyond", "released"),
    [
        (60000, "4.500,00", 0, 10000),
        (50000, "4.500,00", 0, 0),
        (30000, "4.500,00", 20000, 0),
        (50000, "4.000,00", 0, 50000),
        (50000, "3.900,00", -10000, 50000),
    ],
)
def test_a_member_uses_up_what_it_provided(tmp_path, provided, actual, beyond, released):
    sides = lived(tmp_path, actual)
    town = sides.member
    assert provide(town, sides, 400000 + provided) == []
    assert result(town, PROVIDED, 2023) == -provided
    for side in sides.both:
        close(side, sides)
    sides.begin(dt.date(2024, 9, 10))
    live(sides)
    if actual == "4.000,00":  # nothing is left to settle, so no entry brings it: the year's end does
        sides.begin(dt.date(2025, 1, 10))
        declare_year(town.again(), 2024, YearState.PROVISIONALLY_CLOSED, SAID, today=sides.day)
        done = propose(town.again(), 2024, sides.day)
        apply(town.again(), 2024, town.book.root / done.file, sides.order)
    assert result(town, RELEASED, 2024) == -released
    if beyond < 0:
        assert result(town, PRIOR["office"], 2024) == beyond
    else:
        assert result(town, PRIOR["member"], 2024) == beyond
    assert balances(read(town.again()).records).get(PROVIDED, 0) == 0
    right(*sides.both)


def test_the_operator_provides_for_what_it_gives_back(tmp_path):
    sides = lived(tmp_path, "3.600,00")
    assert (
        "erwartetes Guthaben von 500,00 EUR wird gezeigt, nicht gebucht"
        in provide(sides.member, sides, 350000)[0]
    )
    assert provide(sides.office, sides, 350000) == []
    assert result(sides.office, PROVIDED, 2023) == -50000
    assert result(sides.member, PROVIDED, 2023) == 0
    for side in sides.both:
        close(side, sides)
    sides.begin(dt.date(2024, 9, 10))
    live(sides)
    assert result(sides.office, PROVIDED, 2024) == 50000
    assert result(sides.office, RELEASED, 2024) == -10000
    assert result(sides.office, PRIOR["member"], 2024) == 0, "the provision bears it"
    right(*sides.both)


@pytest.mark.parametrize("closed", ["office", "member"])
def test_each_book_goes_by_its_own_years(tmp_path, closed):
    sides = lived(tmp_path, "4.500,00")
    provide(sides.member, sides, 445000)
    close(getattr(sides, closed), sides)
    sides.begin(dt.date(2024, 9, 10))
    live(sides)
    share = "Aufwendungen:020501-Probe:717201-Kostenbeteiligung"
    if closed == "member":
        assert result(sides.member, PRIOR["member"], 2024) == 5000
        assert result(sides.member, share, 2023) == 445000
    else:  # the settlement arose in 2024, so it counts then, but nothing is prior-period while 2023 is open
        assert result(sides.member, PROVIDED, 2023) + result(sides.member, PROVIDED, 2024) == 0
        assert result(sides.member, share, 2023) + result(sides.member, share, 2024) == 450000
    assert sides.differences() == ()
    right(sides.office)


def test_what_is_unknown_is_named_until_somebody_says_what_to_expect(tmp_path):
    sides = lived(tmp_path, "4.500,00")
    done = propose(sides.member.again(), 2023, sides.day)
    assert len(done.closing.missing) == 1
    assert "steht noch aus, gefordert sind 4.000,00 EUR" in done.closing.missing[0]
    assert "--expect BETRAG" in done.closing.missing[0]
    assert "--expect dorf=BETRAG" in propose(sides.office.again(), 2023, sides.day).closing.missing[0]
    provide(sides.member, sides, 450000)
    assert propose(sides.member.again(), 2023, sides.day).closing.missing == []


def test_a_better_estimate_changes_what_is_provided(tmp_path):
    sides = lived(tmp_path, "4.500,00")
    provide(sides.member, sides, 450000)
    provide(sides.member, sides, 470000)
    assert result(sides.member, PROVIDED, 2023) == -70000
    provide(sides.member, sides, 410000)
    assert result(sides.member, PROVIDED, 2023) == -10000
    assert result(sides.member, RELEASED, 2023) == 0
    assert provide(sides.member, sides, 410000)[0].endswith(
        "zurückgestellt sind 100,00 EUR, mehr ist nicht zu buchen"
    )


def test_nothing_is_expected_of_what_is_settled(tmp_path):
    sides = lived(tmp_path, "4.500,00")
    sides.begin(dt.date(2024, 9, 10))
    with pytest.raises(EntryRefused, match="keine Abrechnung, die noch aussteht"):
        provide(sides.member, sides, 450000)
    assert claims(sides.member.again(), read(sides.member.book).records).items
