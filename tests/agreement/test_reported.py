"""`kkd figures`: what is there and what is missing, and new figures written beside the agreement."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kkd_ledger.agreement import load, shares
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD

SCHOOL = Path(__file__).with_name("real") / "A34.toml"
POLYTECHNIC = SCHOOL.with_name("A12.toml")
YES = ("--today", "2024-10-20", "--yes")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return shutil.copy(SCHOOL, tmp_path / "agreement.toml")


def told(capsys, *words: object) -> tuple[int, str]:
    status = main(["figures", *map(str, words)])
    shown = capsys.readouterr()
    return status, shown.out + shown.err


def test_a_year_lists_its_figures_and_what_is_missing(capsys, file: Path):
    status, said = told(capsys, file, "--year", 2024)
    assert status == EXIT_GOOD
    assert said.splitlines()[:3] == [
        "Zahlen des Leistungsjahrs 2024",
        "  Schulkosten: 300.000,00 EUR (Vereinbarung)",
        "  Schülerzahl: Adorf 40; Bdorf 18 (zaehlung, Stand 01.10.2023 (jährlich erneuert))",
    ]
    status, said = told(capsys, file, "--year", 2025, "--json")
    data = json.loads(said)
    assert status == EXIT_FINDINGS
    assert [row["figure"] for row in data["figures"]] == ["Adorf 40; Bdorf 18", "Adorf 43; Bdorf 15"]
    assert "die Zahl „Schülerzahl“ zum 01.10.2024" in data["missing"][0]["text"]


def test_counts_and_money_are_written_apart_and_count_from_the_day_on(capsys, file: Path):
    before = file.read_bytes()
    count = ("--count", "schueler=2024-10-01=Adorf=45,5", "--count", "schueler=2024-10-01=b=20")
    status, said = told(capsys, file, *count, *YES)
    assert (status, file.read_bytes()) == (EXIT_GOOD, before)
    written = file.parent / "zahlen" / "2024.toml"
    assert said.endswith(f"Geschrieben: {written}\n")
    assert '+values = { a = "45,5", b = 20 }' in said
    assert load(file).terms().weights("schueler", 2025) == {"a": 45.5, "b": 20}
    assert load(file).terms().weights("schueler", 2025) == {"a": 45.5, "b": 20}, "what stood there stays"


@pytest.mark.parametrize("name", ["betrieb", "Betriebskosten"])
def test_money_is_named_by_its_id_or_its_title(capsys, tmp_path: Path, name: str):
    file = shutil.copy(POLYTECHNIC, tmp_path / "agreement.toml")
    money = (
        "--money",
        f"{name}=2025=1.234,50",
        "--kind",
        "plan",
        "--source",
        "Haushaltsplan",
        "--state",
        "provisional",
    )
    told(capsys, file, *money, *YES)
    figure = load(file).terms().figure("betrieb", 2025)
    assert figure is not None
    assert (figure.amount, figure.kind, figure.state, figure.source, figure.title) == (
        123450,
        "plan",
        "provisional",
        "Haushaltsplan",
        "Betriebskosten",
    )


def test_the_value_of_an_index_is_written_by_its_title(capsys, tmp_path: Path):
    file = tmp_path / "agreement.toml"
    index = """
[[indexes]]
id = "vpi"
title = "Verbraucherpreisindex"
decimals = 1

[[index_values]]
index = "vpi"
at = "2020"
value = "100"
source = "Destatis"
"""
    file.write_text(SCHOOL.read_text("utf-8") + index, "utf-8")
    words = ("--source", "Destatis", "--state", "final", "--today", "2025-02-01", "--yes")
    assert told(capsys, file, "--index", "Verbraucherpreisindex=2024=119,3", *words)[0] == EXIT_GOOD
    [written] = [value for value in load(file).index_values if str(value.at) != "2020"]
    assert (written.index, written.state, written.source) == ("vpi", "final", "Destatis")
    assert (
        "Kein Index heißt 'vip'; erlaubt: Verbraucherpreisindex"
        in (told(capsys, file, "--index", "vip=2024=1", *words)[1])
    )
    table = tmp_path / "werte.csv"
    table.write_text("Index;Stand;Wert\nvpi;2024-07;119,9\nvpi;Juli;1\n", "utf-8")
    assert "Zeile 3 der CSV-Datei" in told(capsys, file, "--csv", table, *words)[1]


def test_a_corrected_count_says_who_pays_what_more(capsys, file: Path):
    count = ("--count", "schueler=2023-10-01=a=42", "--state", "corrected", "--reported-by", "Schulamt")
    status, said = told(capsys, file, *count, *YES)
    assert status == EXIT_GOOD
    assert "Adorf, 2024: " in said
    now = shares(load(file), 2024).amounts
    assert sum(now.figures) == 30000000
    assert f"Bdorf, 2024: {(8620690 - now['b']) / 100:.2f}".replace(".", ",") in said


def test_many_come_from_a_table(capsys, file: Path, tmp_path: Path):
    table = tmp_path / "zahlen.csv"
    table.write_text(
        "Maß;Stichtag;Beteiligte;Zahl\nschueler;2024-10-01;Adorf;1.234,5\n\nschueler;2024-10-01;b;20\n",
        "utf-8-sig",
    )
    assert told(capsys, file, "--csv", table, *YES)[0] == EXIT_GOOD
    assert load(file).terms().weights("schueler", 2025) == {"a": 1234.5, "b": 20}
    file = shutil.copy(POLYTECHNIC, file)
    shutil.rmtree(tmp_path / "zahlen")
    table.write_text("kennung,jahr,betrag\nbetrieb,2025,12\n", "utf-8")
    assert told(capsys, file, "--csv", table, "--source", "Buch", *YES)[0] == EXIT_GOOD
    assert load(Path(file)).terms().figure("betrieb", 2025).amount == 1200


def test_nothing_is_written_without_a_yes(capsys, file: Path):
    words = ("--count", "schueler=2024-10-01=a=45", "--today", "2024-10-20")
    assert told(capsys, file, *words)[0] == EXIT_FINDINGS
    assert told(capsys, file, *words, "--dry-run")[0] == EXIT_GOOD
    assert not (file.parent / "zahlen").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--count", "schuler=2024-10-01=a=45"), "Kein Maß heißt 'schuler'; erlaubt: Schülerzahl."),
        (("--count", "schueler=2024-10-01=adrof=45"), "Keine Beteiligte heißt 'adrof'; erlaubt: "),
        (("--count", "schueler=2024-10-01=a=viele"), "'viele' ist keine Zahl ab 0"),
        (
            ("--count", "schueler=2023-10-01=a=42", "--source", "Mail vom 12.10.2024"),
            "Schülerzahl kommt nach der Vereinbarung aus „zaehlung“; Zahlen aus „Mail vom 12.10.2024“ zählten nicht.",
        ),
        (("--count", "schueler=2024-10-01=a"), "erlaubt: MASS=TAG=BETEILIGTE=ZAHL"),
        (("--money", "kosten=2024=12"), "Für kosten 2024 fehlt die Quelle (--source)."),
        (
            ("--money", "Schulkosten=2024=12", "--source", "Buch"),
            "Die Kosten von Schulkosten stehen bei ihrem Baustein",
        ),
        (("--money", "gehalt=2024=12", "--source", "Buch"), "Keine Zahl heißt 'gehalt'; erlaubt: keine."),
        (("--index", "vpi=24=12", "--source", "Buch"), "'24' ist kein Jahr und kein Monat"),
    ],
)
def test_a_slip_is_named_and_nothing_is_written(capsys, file: Path, words, said):
    try:
        status, shown = told(capsys, file, *words, *YES)
    except SystemExit as end:
        status, shown = end.code, capsys.readouterr().err
    assert status not in {EXIT_GOOD, None}
    assert said in shown
    assert not (file.parent / "zahlen").exists()


def test_a_table_with_another_heading_is_refused(capsys, file: Path, tmp_path: Path):
    table = tmp_path / "zahlen.csv"
    table.write_text("a;b\n1;2\n", "utf-8")
    assert (
        "Die CSV-Datei beginnt mit 'a;b'; erlaubt: kennung;jahr;betrag"
        in told(capsys, file, "--csv", table, *YES)[1]
    )
    table.write_text("kennung;jahr;betrag\nkosten;zwanzig;2\n", "utf-8")
    assert "Zeile 2 der CSV-Datei: 'kosten;zwanzig;2'" in told(capsys, file, "--csv", table, *YES)[1]
