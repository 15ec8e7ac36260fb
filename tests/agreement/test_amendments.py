"""An amendment only adds: what was known before stays to the cent, comments stay, the file is whole or as it was."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.agreement import claims, load, parse, shares, vat_percent, vat_treatment
from kkd_ledger.agreement.beginning.amendments import Amendment
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, EXIT_USAGE, UsageError
from tests.agreement.one_town import ONE_TOWN

BEFORE = """# Ein Kommentar, der bleibt.
id = "archiv"
title = "Archiv"
operator = "kreis"
from = 2024-01-01   # auch dieser
known_from = 2024-01-01
due = { month = 3, day = 15 }

"""
BEFORE += (
    ONE_TOWN
    + """
[[components]]
id = "beratung"
title = "Beratung"
clause = "§ 1"
key = "per-head"
basis = "koepfe"
from = 2024-01-01
members = ["ahaus"]
rates = [{ from = 2024-01-01, rate = "1,00" }]

[[components]]
id = "raum"
title = "Raum"
clause = "§ 2"
key = "equal"
from = 2024-01-01
totals = [
    { year = 2024, amount = "600,00" },
    { year = 2025, amount = "600,00" },
    { year = 2026, amount = "600,00" },
    { year = 2027, amount = "600,00" },
    { year = 2028, amount = "600,00" },
    { year = 2029, amount = "600,00" },
]
"""
)
DAY = dt.date(2025, 2, 3)
JOIN = ["--join", "Bad Müsterau=Stadt=01.01.2025", "--figure", "Einwohner=Bad Müsterau=500"]


def written(tmp_path: Path, *more: str) -> tuple[int, str]:
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE, encoding="utf-8")
    status = main(["agreement", "amend", str(file), "--today", "2025-02-03", *more])
    return status, file.read_text(encoding="utf-8")


def test_a_joiner_takes_part_wherever_all_do(tmp_path, capsys) -> None:
    status, text = written(tmp_path, *JOIN, "--cost", "Raum=2025=900,00", "--yes", "--reason", "Beitritt")
    assert status == EXIT_GOOD
    assert text.startswith(BEFORE)
    assert "# Nachtrag vom 03.02.2025: Beitritt" in text
    agreement = parse(text)
    assert dict(shares(agreement, 2025).amounts) == {
        "ahaus": 100_000 + 45_000,
        "bad-muesterau": 50_000 + 45_000,
    }
    said = capsys.readouterr().out
    assert '+name = "Bad Müsterau"' in said
    assert "Bad Müsterau, 2025: 950,00 EUR mehr" in said


def test_what_was_known_before_stays(tmp_path) -> None:
    before = parse(BEFORE)
    _, text = written(
        tmp_path, *JOIN, "--rate", "Beratung=01.01.2024=2,00", "--leave", "Ahaus=31.12.2025", "--yes"
    )
    after = parse(text)
    for year in (2024, 2025, 2026):
        old = shares(before, year, dt.date(2025, 2, 2))
        assert dict(shares(after, year, dt.date(2025, 2, 2)).amounts) == dict(old.amounts)
    assert dict(shares(after, 2024, DAY).amounts) == {"ahaus": 200_000 + 60_000}
    assert dict(shares(after, 2026, DAY).amounts) == {"bad-muesterau": 100_000 + 60_000}


def test_a_rate_changes_from_its_day_and_years_alike_are_said_once(tmp_path, capsys) -> None:
    status, text = written(tmp_path, "--rate", "beratung=01.01.2026=1,20", "--yes")
    assert (status, parse(text).components[-1].rates[-1].rate) == (EXIT_GOOD, 1_200_000)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Ahaus")]
    assert said == ["Ahaus: ab 2026 im Jahr 200,00 EUR mehr"]


def test_rates_and_advances_are_due_from_a_year_on(tmp_path) -> None:
    dues = [
        "--rates-due",
        "Raum=01.01.2026=15.05.,15.11.",
        "--advances-due",
        "Beratung=01.01.2026=31.03.,30.09.",
    ]
    status, text = written(tmp_path, *dues, "--yes")
    agreement = parse(text)
    assert status == EXIT_GOOD
    [before] = claims(agreement, 2025, DAY)
    assert [due.day for due in before.dues] == [dt.date(2025, 3, 15)]
    after = [(str(claim.kind), [due.day for due in claim.dues]) for claim in claims(agreement, 2026)]
    assert ("share", [dt.date(2026, 5, 15), dt.date(2026, 11, 15)]) in after
    more = Amendment(text, dt.date(2026, 6, 1))
    more.dues("Raum", dt.date(2027, 1, 1), ["01-15"])
    last = parse(more.text())
    assert len(last.dues) == 3
    rates = {
        year: [due.day for claim in claims(last, year) if str(claim.kind) == "share" for due in claim.dues]
        for year in (2026, 2027)
    }
    assert dt.date(2026, 5, 15) in rates[2026]
    assert dt.date(2027, 1, 15) in rates[2027]
    assert dt.date(2027, 5, 15) not in rates[2027]


def test_resolution_step_and_vat_are_facts_with_their_day(tmp_path) -> None:
    status, text = written(
        tmp_path,
        *("--resolution", "Ahaus=20.01.2025=VL 7/2025=Rat"),
        *("--step", "Kreis=angezeigt=25.01.2025"),
        *("--vat", "01.01.2027=nicht steuerbar=E. Rat=02.02.2025"),
        "--yes",
    )
    agreement = parse(text)
    assert status == EXIT_GOOD
    [resolution] = agreement.resolutions
    assert (resolution.member, resolution.adopted, resolution.sittings[0].body) == (
        "ahaus",
        dt.date(2025, 1, 20),
        "Rat",
    )
    assert [(step.kind, step.on) for step in agreement.steps_in] == [("notified", dt.date(2025, 1, 25))]
    assert [(vat.treatment, vat.decided_by) for vat in agreement.vat] == [("not-taxable-2b", "E. Rat")]


def test_a_planned_cost_stands_beside_the_actual_one(tmp_path) -> None:
    status, text = written(
        tmp_path, "--planned-cost", "Raum=2030=700,00", "--cost", "Raum=2029=650,00", "--yes"
    )
    assert status == EXIT_GOOD
    assert dict(shares(parse(text), 2030).amounts) == {"ahaus": 170_000}
    assert dict(shares(parse(text), 2029).amounts) == {"ahaus": 165_000}


def test_the_cost_of_a_pot_is_a_figure_and_no_amendment(tmp_path, capsys) -> None:
    pot = '[[pots]]\nid = "topf"\ntitle = "Topf"\nlines = ["geld"]\n'
    raum = '[[components]]\nid = "halle"\ntitle = "Halle"\nclause = "§ 3"\nkey = "equal"\npot = "topf"\n'
    raum += "from = 2024-01-01\n"
    file = tmp_path / "agreement.toml"
    file.write_text(f"{BEFORE}\n{pot}\n{raum}", encoding="utf-8")
    assert main(["agreement", "amend", str(file), "--cost", "Halle=2025=9,00", "--yes"]) == EXIT_USAGE
    assert "kkd figures DATEI --money 'Halle=2025=9,00'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        (("--step", "Kreis=gebilligt=25.01.2025"), "'gebilligt' ist unbekannt; erlaubt: angefragt"),
        (("--vat", "01.01.2027=frei=E. Rat=02.02.2025"), "'frei' ist unbekannt; erlaubt: altes Recht"),
        (("--rates-due", "Raum=01.01.2026=15.5,31.2"), "'31.2' ist kein Tag jedes Jahres"),
    ],
)
def test_a_slip_in_a_switch_is_named(tmp_path, capsys, switch, said) -> None:
    with pytest.raises(SystemExit):
        written(tmp_path, *switch, "--yes")
    assert said in capsys.readouterr().err


def test_a_joiner_gets_its_figure_where_figures_stand_apart(tmp_path) -> None:
    begin = BEFORE.index("[[weights]]")
    end = BEFORE.index("[[bases]]")
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE[:begin] + BEFORE[end:], encoding="utf-8")
    (tmp_path / "zahlen").mkdir()
    (tmp_path / "zahlen" / "2023.toml").write_text(BEFORE[begin:end], encoding="utf-8")
    assert main(["agreement", "amend", str(file), "--today", "2025-02-03", *JOIN, "--yes"]) == EXIT_GOOD
    assert load(file).terms().weights("koepfe", 2025) == {"ahaus": 1000, "bad-muesterau": 500}


def test_a_clause_changes_no_amount(tmp_path, capsys) -> None:
    clauses = [f"--clause=§ {number}=Wortlaut {number}." for number in (1, 2)]
    status, text = written(tmp_path, *clauses, "--yes")
    assert status == EXIT_GOOD
    assert [clause.text for clause in parse(text).clauses] == ["Wortlaut 1.", "Wortlaut 2."]
    assert "Niemand zahlt deshalb etwas anderes." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        (["--yes"], EXIT_USAGE, "braucht einen Inhalt"),
        (["--rate", "Beratnug=01.01.2026=1,20", "--yes"], EXIT_USAGE, "Gemeint ist vielleicht Beratung."),
        (["--rate", "Raum=01.01.2026=1,20", "--yes"], EXIT_USAGE, "Raum hat keine Sätze"),
        (["--join", "Bdorf=Stadt=01.01.2025", "--yes"], EXIT_REFUSED, "bdorf ohne Zahl"),
        (["--rate", "Beratung=01.01.2026=1.234", "--yes"], EXIT_REFUSED, "mehrdeutig"),
        (["--leave", "Ahaus=31.12.2025"], EXIT_FINDINGS, "mit --yes"),
        (["--leave", "Ahaus=31.12.2025", "--dry-run"], EXIT_GOOD, "Nichts geschrieben."),
    ],
)
def test_without_a_yes_or_with_a_slip_the_file_stays(tmp_path, capsys, more, status, said) -> None:
    assert written(tmp_path, *more) == (status, BEFORE)
    assert said in "".join(capsys.readouterr())


def test_a_file_that_writes_lists_is_told_so() -> None:
    members = 'members = [{ id = "k", name = "Kreis", kind = "county" }]'
    inline = f'id = "a"\noperator = "k"\nknown_from = 2024-01-01\n{members}\n'
    amendment = Amendment(inline, DAY)
    amendment.joins("Ahaus", "town", dt.date(2025, 1, 1))
    with pytest.raises(UsageError, match=r"ein Nachtrag braucht eigene Abschnitte \[\[members\]\]"):
        amendment.text()


def test_two_of_one_name_have_two_ids() -> None:
    amendment = Amendment(BEFORE, DAY)
    amendment.joins("Ahaus!", "town", dt.date(2025, 1, 1))
    assert 'id = "ahaus-2"\nname = "Ahaus!"' in amendment.text()


def test_the_figure_of_a_joiner_is_not_that_of_another_whose_id_is_its_name(tmp_path) -> None:
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE.replace('name = "Ahaus"', 'name = "Ahaus (Westfalen)"'), encoding="utf-8")
    join = ["--join", "Ahaus=Gemeinde=01.01.2026", "--figure", "Einwohner=Ahaus=50"]
    assert main(["agreement", "amend", str(file), "--today", "2025-02-03", *join, "--yes"]) == EXIT_GOOD
    assert load(file).terms().weights("koepfe", 2026) == {"ahaus": 1000, "ahaus-2": 50}


def test_the_answer_as_data(tmp_path, capsys) -> None:
    status, text = written(tmp_path, "--leave", "Ahaus=31.12.2025", "--json")
    assert (status, text) == (EXIT_FINDINGS, BEFORE)
    assert '"written": false' in capsys.readouterr().out


def test_figures_that_stand_beside_the_contract_count(tmp_path) -> None:
    (tmp_path / "zahlen").mkdir()
    series = BEFORE[BEFORE.index("[[weights]]") : BEFORE.index("[[bases]]")]
    (tmp_path / "zahlen" / "2023.toml").write_text(series, encoding="utf-8")
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE.replace(series, ""), encoding="utf-8")
    call = ["agreement", "amend", str(file), "--today", "2025-02-03", "--yes"]
    assert main([*call, "--rate", "Beratung=01.01.2026=1,20"]) == EXIT_GOOD
    assert shares(load(file), 2026).amounts["ahaus"] == 120_000 + 60_000


def test_a_stage_that_hangs_on_an_event_stays(tmp_path) -> None:
    event = '\n[[cooperations]]\nid = "geo"\ntitle = "Geodaten"\nfolded_in = 2027-01-01\n'
    staged = '{ from = 2024-01-01, rate = "1,00" }, { with = "geo", rate = "3,00" }'
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE.replace('{ from = 2024-01-01, rate = "1,00" }', staged) + event, encoding="utf-8")
    call = ["agreement", "amend", str(file), "--today", "2025-02-03", "--yes"]
    assert main([*call, "--rate", "Beratung=01.01.2026=1,20"]) == EXIT_GOOD
    amounts = [shares(load(file), year).amounts["ahaus"] - 60_000 for year in (2025, 2026, 2027)]
    assert amounts == [100_000, 120_000, 300_000]


PRICE_LIST = """
[[components]]
id = "pruefung"
title = "Prüfungen"
clause = "§ 3"
key = "charges"
from = 2024-01-01
grades = [{ id = "stunde", title = "Prüferstunde", unit = "Stunde" }]
prices = [
    { from = 2024-01-01, grade = "stunde", price = "46,60", step = "0,5" },
    { from = 2024-01-01, grade = "fahrt", price = "0,32" },
]
"""


def priced(tmp_path: Path, *prices: str) -> tuple[int, dict[str, list[tuple[str, int | None, str]]]]:
    """Return the exit status and by service the day, price in micros and raise of its stages."""
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE + PRICE_LIST, encoding="utf-8")
    switches = [part for price in prices for part in ("--price", price)]
    status = main(["agreement", "amend", str(file), "--today", "2025-02-03", "--yes", *switches])
    [key] = [each.component for each in load(file).terms().components if each.component.id == "pruefung"]
    stages: dict[str, list[tuple[str, int | None, str]]] = {}
    for each in key.prices:
        stages.setdefault(each.grade, []).append(
            (f"{each.begins:%d.%m.%y}", each.rate, str(each.raised_percent or ""))
        )
    return status, stages


def test_a_service_has_another_price_from_a_day_on(tmp_path) -> None:
    status, stages = priced(tmp_path, "Prüfungen=Prüferstunde=01.04.2025=47,90")
    assert status == EXIT_GOOD
    assert stages["stunde"] == [("01.01.24", 46_600_000, ""), ("01.04.25", 47_900_000, "")]
    assert stages["fahrt"] == [("01.01.24", 320_000, "")]
    text = (tmp_path / "agreement.toml").read_text(encoding="utf-8")
    assert text.startswith(BEFORE + PRICE_LIST), "nothing above changes"
    assert 'grade = "stunde", price = "47,90", step = "0,5"' in text, "what is begun still counts whole"


def test_a_whole_price_list_is_raised_by_a_per_cent(tmp_path) -> None:
    status, stages = priced(tmp_path, "pruefung=alle=01.01.2026=+2,5 %")
    assert status == EXIT_GOOD
    assert [stages[name][-1] for name in ("stunde", "fahrt")] == [("01.01.26", None, "5/2")] * 2


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("Prüfungen=Prüfestunde=01.04.2025=47,90", "Gemeint ist vielleicht Prüferstunde."),
        ("Prüfungen=Kopie=01.04.2025=47,90", "Es gibt: Prüferstunde, fahrt, alle."),
        ("Raum=Prüferstunde=01.04.2025=47,90", "Raum hat keine Preisliste"),
    ],
)
def test_a_service_that_no_list_has_is_named(tmp_path, capsys, price, said) -> None:
    assert priced(tmp_path, price)[0] == EXIT_USAGE
    assert said in capsys.readouterr().err


OPTION = """
[[vat]]
from = 2024-01-01
to = 2026-12-31
treatment = "not-taxable-old-law"
reason = "Option bis Ende 2026"
"""


@pytest.mark.parametrize(
    ("day", "percents"),
    [("01.01.2024", [19, 19, 19, 19]), ("01.07.2025", [0, 19, 19, 19]), ("01.01.2027", [0, 0, 0, 19])],
)
def test_the_option_is_given_up_by_a_day_also_before_its_end(tmp_path, capsys, day, percents) -> None:
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE + OPTION, encoding="utf-8")
    command = ["agreement", "amend", str(file), "--today", "2025-02-03", "--yes"]
    assert main([*command, "--vat", f"{day}=19 %=E. Rat=02.02.2025"]) == EXIT_GOOD
    said = capsys.readouterr().out
    after = load(file)
    years = range(2024, 2028)
    assert [vat_percent(vat_treatment(after, year)) for year in years] == percents
    assert [vat_percent(vat_treatment(after, year, dt.date(2025, 2, 2))) for year in years] == [0] * 4
    assert (
        "Umsatzsteuer 2025, das ganze Leistungsjahr: 19 %, bisher nicht steuerbar (altes Recht)" in said
    ) == (percents[1] == 19)
    back = [*command, "--vat", "01.01.2026=altes Recht=E. Rat=03.02.2025"]
    assert main(back) == EXIT_GOOD
    assert vat_percent(vat_treatment(load(file), 2026)) == 0
