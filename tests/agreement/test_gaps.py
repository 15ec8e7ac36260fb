"""Silence is never zero: a year whose figure is missing has no price, and says which figure is missing where."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from itertools import pairwise
from pathlib import Path

import pytest

from kkd_ledger.agreement import Unpriced, annex, causes, derived, explain, load, parse, plan, shares, trueup
from kkd_ledger.cli import main

BASE = """
id = "schule"
title = "Schulverband"
operator = "verband"
from = 2024-01-01
known_from = 2023-12-01

[due]
month = 3
day = 10

[[members]]
id = "verband"
name = "Verband"
kind = "association"

[[members]]
id = "aheim"
name = "Aheim"
kind = "town"

[[members]]
id = "bheim"
name = "Bheim"
kind = "town"

[[members]]
id = "cheim"
name = "Cheim"
kind = "town"
joined = 2025-07-01
known_from = 2025-02-01

[[documents]]
id = "amtsstatistik"
title = "Amtliche Schulstatistik"

[[weights]]
name = "kinder"
source = "amtsstatistik"
reference = 2023-10-01
values = { aheim = 60, bheim = 40, cheim = 0 }

[[weights]]
name = "kinder"
source = "amtsstatistik"
reference = 2024-10-11
values = { aheim = 58, bheim = 42, cheim = 10 }

[[bases]]
id = "kinder"
title = "Schülerzahl"
rule = "renewed"
source = "amtsstatistik"
weight = "kinder"
lag_years = 1
month_day = "10-01"
from = 2024-01-01

[[components]]
id = "umlage"
title = "Umlage"
clause = "§ 4"
key = "proportional"
basis = "kinder"
from = 2024-01-01
members = ["aheim", "bheim"]
totals = [{ year = 2024, amount = "200.000,00" }, { year = 2025, amount = "230.000" }]

[[components]]
id = "buero"
title = "Büro"
clause = "§ 5"
key = "fixed"
from = 2024-01-01
amounts = [{ from = 2024-01-01, amount = "1.000,00" }]
"""
LACKING = (
    "Umlage (§ 4): es fehlt die Zahl „Schülerzahl“ zum 01.10.2024 "
    "(Amtliche Schulstatistik; [[weights]] kinder; vorhanden: Stand 01.10.2023, 11.10.2024)"
)


def test_who_is_concerned_has_no_share_and_the_others_have_theirs():
    found = shares(parse(BASE), 2025)
    assert dict(found.amounts) == {"cheim": 50411}  # 1.000 × 184/365
    assert sorted(found.unpriced) == ["aheim", "bheim"]
    assert [gap.text() for gap in found.gaps] == [LACKING]
    assert found.as_json()["total"] is None
    assert dict(shares(parse(BASE), 2024).amounts) == {"aheim": 12100000, "bheim": 8100000}
    assert shares(parse(BASE), 2024).as_json()["missing"] == []


def test_nobody_is_told_an_amount_and_nothing_of_it_is_booked_or_taken_back():
    agreement = parse(BASE)
    with pytest.raises(Unpriced) as refused:
        explain(agreement, "aheim", 2025)
    assert str(refused.value) == f"Aheim 2025: noch kein Betrag, weil eine Zahl fehlt.\n  {LACKING}"
    assert derived(agreement, "aheim", 2025).notes == (f"Für 2025 fehlt noch eine Zahl. {LACKING}.",)
    [planned] = plan(agreement, "aheim", [2025])
    assert (planned.amount_cents, [gap.text() for gap in planned.missing]) == (None, [LACKING])
    table = annex(agreement, [2024, 2025])
    assert dict(table.rows)["Aheim"] == (12100000, "fehlt")
    assert table.sums == (20200000, "fehlt")
    assert table.missing == (f"2025: {LACKING}.",)
    booked = {("aheim", 2024): 12100000, ("aheim", 2025): 5000, ("bheim", 2024): 8100000}
    corrected = {(one.member, one.service_year) for one in trueup(agreement, dt.date(2025, 8, 1), booked)}
    assert ("aheim", 2025) not in corrected


def test_a_cost_that_nobody_has_entered_is_no_cost_of_nothing():
    without = BASE.replace('{ year = 2025, amount = "230.000" }', "")
    [gap] = shares(parse(without), 2025).gaps
    assert "der Betrag der Kosten 2025 (totals; vorhanden: 2024) und die Zahl" in gap.text()
    nothing = BASE.replace("2024-10-11", "2024-10-01").replace('"230.000"', '"0"')
    assert dict(shares(parse(nothing), 2025).amounts) == {"aheim": 100000, "bheim": 100000, "cheim": 50411}


def test_a_granted_subsidy_is_known_for_nobody_while_a_part_of_what_it_lowers_is_not():
    subsidy = """
[[subsidies]]
id = "ikz"
title = "Förderung"
clause = "§ 6"
amount = "300,00"
years = [{ year = 2025, amount = "300,00" }]
distribution = "by-share"
life = [{ status = "granted", on = 2024-01-01 }]
"""
    assert dict(shares(parse(BASE + subsidy), 2025).amounts) == {}
    scoped = subsidy.replace("[[subsidies]]", '[[subsidies]]\ncomponents = ["buero"]')
    [share] = shares(parse(BASE + scoped), 2025).members
    assert share.amount_cents == 50411 - 6040  # 300,00 × 504,11 / 2.504,11 = 60,395…
    assert explain(parse(BASE + scoped), "cheim", 2025).amount_cents == share.amount_cents


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (["shares", "FILE", "--year", "2025"], "out"),
        (["shares", "FILE", "--year", "2025", "--csv"], "err"),
        (["plan", "FILE", "--member", "aheim", "--from", "2025", "--years", "1"], "out"),
        (["annex", "FILE", "--from", "2025", "--to", "2025"], "err"),
        (["explain", "FILE", "aheim", "2025"], "err"),
        (["savings", "FILE", "--year", "2025"], "err"),
        (["compare", "FILE", "--as-of", "2024-12-31", "--as-of", "2025-12-31", "--year", "2025"], "out"),
        (["whatif", "FILE", "--leave", "bheim=2025-06-30", "--year", "2025"], "out"),
    ],
)
def test_every_command_names_the_figure_and_does_not_end_well(tmp_path: Path, capsys, call, where):
    file = tmp_path / "agreement.toml"
    file.write_text(BASE, "utf-8")
    status = main([str(file) if word == "FILE" else word for word in call])
    assert (status, LACKING in getattr(capsys.readouterr(), where)) == (1, True)


def test_the_tables_show_no_zero(tmp_path: Path, capsys):
    file = tmp_path / "agreement.toml"
    file.write_text(BASE, "utf-8")
    main(["shares", str(file), "--year", "2025"])
    assert "Summe        fehlt" in capsys.readouterr().out
    main(["shares", str(file), "--year", "2025", "--csv"])
    rows = {row[0]: row[3] for row in csv.reader(io.StringIO(capsys.readouterr().out), delimiter=";")}
    assert rows == {"beteiligte": "betrag", "cheim": "504.11", "aheim": "", "bheim": ""}
    assert main(["shares", str(file), "--year", "2025", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in data["members"]] == ["cheim"]
    assert data["missing"][0]["members"] == ["aheim", "bheim"]


def test_nobody_owes_before_the_day_on_which_it_takes_part():
    found = {
        one.member: one.due for one in shares(parse(BASE.replace("2024-10-11", "2024-10-01")), 2025).members
    }
    assert found == {
        "aheim": dt.date(2025, 3, 10),
        "bheim": dt.date(2025, 3, 10),
        "cheim": dt.date(2025, 7, 1),
    }
    assert explain(parse(BASE), "cheim", 2025).notes[1] == "Fällig am 01.07.2025."


def test_what_happened_is_said_in_words():
    text = BASE.replace("2024-10-11", "2024-10-01").replace(
        '{ year = 2025, amount = "230.000" }',
        '{ year = 2025, amount = "230.000" }, { year = 2025, amount = "210.000,00", known_from = 2025-05-01 }',
    )
    text += """
[[weights]]
name = "kinder"
source = "amtsstatistik"
reference = 2024-10-01
known_from = 2025-04-01
values = { aheim = 57 }
"""
    agreement = parse(text)
    days = [dt.date(2025, month, 15) for month in (1, 2, 4, 5)]
    told = [causes(agreement, 2025, *pair) for pair in pairwise(days)]
    assert told == [
        ("Cheim tritt am 01.07.2025 bei",),
        ("Schülerzahl: berichtigte Zahlen zum 01.10.2024",),
        ("die Kosten „Umlage“ sind 210.000,00 EUR statt 230.000,00 EUR",),
    ]
    assert causes(agreement, 2024, days[0], days[-1]) == ()
    left = agreement.members[1].model_copy(update={"left": dt.date(2025, 6, 30)})
    gone = agreement.changed(members=(agreement.members[0], left, *agreement.members[2:]))
    assert causes(gone, 2025, days[0], days[0]) == ()


def test_a_growth_that_is_missing_is_named_by_its_title() -> None:
    agreement = load(Path(__file__).with_name("real") / "A28.toml")
    less = agreement.changed(figures=agreement.figures[1:])
    [gap] = shares(less, 2026).gaps
    assert gap.lacks == (
        "die Zahl „Wachstum“ 2025/26 ([[figures]] id = wachstum; vorhanden: 2026/27, 2027/28)",
    )
