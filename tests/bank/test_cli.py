"""`kkd statement`: shows what a file says; a refused file hides no other."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from kkd_ledger.bank.statements import BOOKING_KINDS, Statement, StatementLine, proved
from kkd_ledger.cli.bank import _as_text
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import IBAN, PAYER, camt, line, statement


def kkd(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kkd_ledger.cli", "statement", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    good = statement(
        line(886_925, counterparty="Stadt Musterstadt", iban=PAYER, remittance="Kostenbeteiligung 2022"),
        line(-150, booking_text="ENTGELT"),
        opening_cents=100,
    )
    (tmp_path / "gut.xml").write_bytes(camt(good))
    (tmp_path / "falsch.xml").write_bytes(camt(statement(line(100), closing_cents=101)))
    (tmp_path / "kaputt.xml").write_bytes(camt(good)[:-30])
    return tmp_path


def test_text_for_a_treasurer(folder):
    run = kkd("gut.xml", folder=folder)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (
        f"gut.xml: Auszug Nr. 1 (053), Konto {IBAN}, 15.11.2023 bis 15.11.2023\n"
        "  Anfangssaldo               1,00 EUR\n"
        f"  15.11.2023             8.869,25 EUR  Stadt Musterstadt | {PAYER} | Kostenbeteiligung 2022\n"
        "  15.11.2023                -1,50 EUR  ENTGELT\n"
        "  Endsaldo               8.868,75 EUR\n"
        "  2 Umsätze; die Salden gehen auf.\n\n"
    )


def test_one_json_object_a_line(folder):
    run = kkd("--json", "gut.xml", "falsch.xml", folder=folder)
    first, second = map(json.loads, run.stdout.splitlines())
    assert run.returncode == 0
    assert (first["account"], first["opening"], first["closing"], first["sequence"]) == (
        IBAN,
        "1.00",
        "8868.75",
        1,
    )
    assert [each["amount"] for each in first["lines"]] == ["8869.25", "-1.50"]
    assert first["lines"][0]["iban"] == PAYER
    assert (first["balances"], second["balances"]) == (True, False)


def test_json_has_everything_that_a_line_carries(folder):
    [found] = map(json.loads, kkd("--json", "gut.xml", folder=folder).stdout.splitlines())
    renamed = {"amount_cents": "amount", "charges_cents": "charges"}
    told = {renamed.get(spec.name, spec.name) for spec in fields(StatementLine)}
    assert set(found["lines"][0]) == told | {"key"}
    renamed = {"from_day": "from", "to_day": "to", "opening_cents": "opening", "closing_cents": "closing"}
    told = {renamed.get(spec.name, spec.name) for spec in fields(Statement)} - {
        "source",
        "kept",
        "unread",
        "shares_number",
    }
    assert set(found) == told | {"key", "file", "balances"}


def test_a_statement_that_does_not_add_up_is_shown_with_a_warning(folder):
    run = kkd("falsch.xml", folder=folder)
    assert run.returncode == 0
    assert run.stdout.splitlines()[-2] == (
        "  WARNUNG: Anfangssaldo und Umsätze ergeben nicht den Endsaldo. Ein Import lehnt diesen Auszug ab."
    )


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (
            {"closing_cents": None},
            "WARNUNG: Anfangs- oder Endsaldo fehlt. Ein Import lehnt diesen Auszug ab.",
        ),
        (
            {"lines": (line(100, currency="USD"),)},
            "WARNUNG: Umsätze in USD auf einem Konto in EUR. Ein Import lehnt diesen Auszug ab.",
        ),
        (
            {"kind": "052", "closing_cents": 5},
            "1 Umsatz; Hinweis: Anfangssaldo und Umsätze ergeben nicht den Endsaldo.",
        ),
        ({"kind": "054", "closing_cents": None}, "1 Umsatz; ohne Saldenprobe (ein Saldo fehlt)."),
        ({"kind": "CSV", "closing_cents": None}, "1 Umsatz; ohne Saldenprobe (ein Saldo fehlt)."),
        (
            {"kind": "CSV", "account": "", "contradictions": ("kein Konto in der Datei",)},
            "WARNUNG: kein Konto in der Datei. Ein Import lehnt diesen Auszug ab.",
        ),
        ({}, "1 Umsatz; die Salden gehen auf."),
    ],
)
def test_the_verdict_is_that_of_an_import(values, verdict):
    shown = replace(statement(line(100)), **values)
    assert list(_as_text(shown))[-1] == f"  {verdict}"
    assert verdict.startswith("WARNUNG") is (shown.kind in BOOKING_KINDS and not proves(shown))


def proves(shown: Statement) -> bool:
    try:
        return proved(shown) is shown
    except StatementRefused:
        return False


def test_charges_are_told():
    text = list(_as_text(statement(line(-5_300, charges_cents=-300, remittance="Rücklastschrift"))))
    assert text[2].endswith("Rücklastschrift | darin Entgelt -3,00 EUR")


def test_a_refused_file_hides_no_other(folder):
    run = kkd("kaputt.xml", "gut.xml", "fehlt.xml", folder=folder)
    assert run.returncode == 3
    assert "gut.xml: Auszug Nr. 1" in run.stdout
    assert "kkd: Kontoauszug abgelehnt:\n  kaputt.xml: Zeile" in run.stderr
    assert "fehlt.xml: gefunden: nicht lesbar (nicht vorhanden)" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_refusal_as_json(folder):
    run = kkd("--json", "kaputt.xml", folder=folder)
    [found] = map(json.loads, run.stdout.splitlines())
    assert (run.returncode, found["file"]) == (3, "kaputt.xml")
    assert set(found["problems"][0]) == {"file", "place", "found", "allowed"}


@pytest.mark.parametrize("name", [b"\xff.xml", b"a\nb.xml"])
def test_any_file_name_makes_good_json_and_one_line(folder, name):
    for content in ((folder / "gut.xml").read_bytes(), b""):
        (folder / os.fsdecode(name)).write_bytes(content)
        run = subprocess.run(
            [sys.executable, "-m", "kkd_ledger.cli", "statement", "--json", name],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        [found] = map(json.loads, run.stdout.decode("utf-8").splitlines())
        assert found["file"] in {"\\udcff.xml", "a b.xml"}
        assert run.stderr.count(b"\n") == (0 if content else 2)


def test_a_csv_with_a_map_of_ones_own(folder):
    (folder / "maps.toml").write_text(
        '[[map]]\nname = "Hausbank"\nday = "%Y-%m-%d"\n[map.columns]\n'
        'booking_day = "Tag"\namount = "Betrag"\naccount = "Konto"\n'
    )
    (folder / "u.csv").write_text(f"Konto;Tag;Betrag\n{IBAN};2023-11-15;12,50\n")
    assert kkd("u.csv", folder=folder).returncode == 3
    run = kkd("--json", "--csv-maps", "maps.toml", "u.csv", folder=folder)
    assert json.loads(run.stdout)["lines"][0]["amount"] == "12.50"
