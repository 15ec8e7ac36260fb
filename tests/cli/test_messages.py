"""What the command line says: German throughout, one sentence for a wrong call, and JSON without a single float."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kkd_ledger.cli import main
from kkd_ledger.cli.shell.parsing import Commands
from kkd_ledger.errors import EXIT_GOOD, EXIT_REFUSED, EXIT_USAGE
from tests.samples import sample_books, tree

# argparse's own words, its way to name what a program did not name, and small words that no German sentence has
ENGLISH = re.compile(
    r"\b(?i:usage|positional|options?|optional|arguments?|show|message|error|required|invalid|choose|default|expected"
    r"|unrecognized|ambiguous|value|file|book|the|and|is|not|of)\b|\b[A-Z]*(?:MONTH|YEAR|KIND|PORT|AMOUNT|MEMBER)[A-Z]*\b"
)
SWITCH = re.compile(r"--[a-z-]+|`[^`]*`|\(exit status\)|\S+\.(?:toml|md)|exit status")
AMOUNT = re.compile(r"-?(?:0|[1-9]\d*)\.\d\d")
AMOUNT_KEYS = {
    "amount",
    "gross",
    "total",
    "betrag",
    "umsatz",
    "opening",
    "closing",
    "charges",
    "anfang",
    "ende",
}


def called(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Run a command in this process and return its status and what it said."""
    try:
        status = main([str(word) for word in words])
    except SystemExit as ended:
        status = int(str(ended.code))
    return status, *capsys.readouterr()


def commands() -> list[str]:
    """Every command there is, in the order of `kkd --help`."""
    found: list[str] = []
    add = Commands.add

    def noted(self: Commands, name: str, *rest: Any, **more: Any) -> Any:
        found.append(name)
        return add(self, name, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Commands, "add", noted)
        with pytest.raises(SystemExit):
            main(["--version"])
    return found


def writing_commands() -> set[str]:
    """Every command that can be tried without writing, and so writes otherwise."""
    found = set()
    for name in commands():
        said = io.StringIO()
        with contextlib.redirect_stdout(said), pytest.raises(SystemExit):
            main([name, "--help"])
        if "--dry-run" in said.getvalue():
            found.add(name)
    return found


def english(text: str) -> list[str]:
    return [found[0] for found in ENGLISH.finditer(SWITCH.sub(" ", text))]


def test_the_help_lists_every_command_and_every_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = called(capsys, "--help")
    assert (status, err) == (EXIT_GOOD, "")
    assert out.startswith("Aufruf: kkd ")
    assert [name for name in commands() if not re.search(rf"^ +{name}\b", out, re.MULTILINE)] == []
    for number, meaning in (
        (0, "gut"),
        (1, "Feststellungen"),
        (2, "Aufruf falsch"),
        (3, "Eingabe abgelehnt"),
    ):
        assert f"{number} {meaning}" in " ".join(out.split())
    assert english(out) == []


@pytest.mark.parametrize("name", commands())
def test_the_help_of_each_command_is_german(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    status, out, err = called(capsys, name, "--help")
    assert (status, err) == (EXIT_GOOD, "")
    assert out.startswith(f"Aufruf: kkd {name} ")
    assert "zeigt diese Hilfe und endet" in out
    summary = out.split("\n\n")[1]
    assert re.fullmatch(r"[A-ZÄÖÜ].*\.", summary.replace("\n", " ")), "a whole sentence"
    assert english(out) == []


@pytest.mark.parametrize("name", commands())
def test_a_call_without_its_arguments_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    status, out, err = called(capsys, name)
    assert (status, out) == (EXIT_USAGE, "")
    assert re.search(rf"^kkd {name}: es fehlt: [A-ZÄÖÜ]+", err, re.MULTILINE)
    assert english(err) == []


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("", "kkd: es fehlt: BEFEHL"),
        ("drucke", "kkd: BEFEHL: unbekannt: 'drucke' (erlaubt: "),
        ("check buch --schnell", "kkd: unbekannte Angaben: --schnell"),
        ("check buch zwei", "kkd: unbekannte Angaben: zwei"),
        ("check --json=ja buch", "kkd check: --json: nimmt keinen Wert an: 'ja'"),
        ("serve buch --port viele", "kkd serve: --port: keine ganze Zahl: 'viele'"),
        ("serve buch --port", "kkd serve: --port: braucht einen Wert"),
        ("import buch", "kkd import: es fehlt: DATEI"),
        (
            "month buch Oktober",
            "kkd month: MONAT: 'Oktober' ist kein Buchungsmonat; erlaubt: JJJJ-MM mit MM von 01 bis 13, "
            "zum Beispiel 2023-10",
        ),
        ("post buch --year 23", "kkd post: --year: '23' ist kein Jahr; erlaubt: 1990 bis 2199"),
        (
            "post buch --today 1.2.2023",
            "kkd post: --today: '1.2.2023' ist kein Tag; erlaubt: JJJJ-MM-TT von 1990 bis 2199, zum Beispiel "
            "2023-09-28",
        ),
        (
            "budget buch 2023 viel",
            "kkd: Haushaltsansatz: 'viel' ist kein Betrag; erlaubt: 1.234,56 oder 1234.56, "
            "höchstens zwei Nachkommastellen",
        ),
        ("budget buch 2023 1,00 --kind mehr", "kkd budget: --kind: unbekannt: 'mehr' (erlaubt: "),
        (
            "year buch 2023 fertig",
            "kkd: 'fertig' ist kein Stand; erlaubt: offen, vorläufig-abgeschlossen, aufgestellt, geprüft, "
            "beschlossen",
        ),
    ],
)
def test_a_wrong_call_ends_with_a_german_sentence(
    capsys: pytest.CaptureFixture[str], call: str, sentence: str
) -> None:
    status, out, err = called(capsys, *call.split())
    assert (status, out) == (EXIT_USAGE, "")
    last = err.strip().splitlines()[-1]
    assert last.startswith(sentence)
    assert english(last) == []


def no_float(text: str) -> NoReturn:
    raise AssertionError(f"a float in JSON: {text}")


def amounts(data: Any) -> list[Any]:
    """Every value in JSON data that is an amount by its key."""
    if isinstance(data, list):
        return [amount for one in data for amount in amounts(one)]
    if isinstance(data, dict):
        own = [
            value for key, value in data.items() if key in AMOUNT_KEYS and not isinstance(value, list | dict)
        ]
        return own + [amount for value in data.values() for amount in amounts(value)]
    return []


@pytest.mark.parametrize(
    ("call", "some"),
    [
        ("shares {kkd}/agreement.toml --year 2023", 4),
        ("explain {kkd}/agreement.toml biedenkopf 2024", 4),
        ("statement {town}/inbox/2024-03.xml", 6),
        ("check {town}", 0),
        ("check {county}", 0),
        ("open {town} 2024-03", 0),
        ("adopt {town} --today 2024-02-29", 0),
        ("budget {town} 2025 16.000,00 --today 2024-02-29", 0),
        ("year {town} 2024 offen --by {who} --today 2024-02-29", 0),
        ("post {town} --today 2024-02-29 --dry-run", 0),
        ("import {town} {town}/inbox/2024-03.xml --today 2024-03-31", 4),
        ("month {county} 2024-03 --today 2024-03-31", 15),
    ],
)
def test_json_is_whole_and_its_amounts_are_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: str, some: int
) -> None:
    books = sample_books(tmp_path)
    places: dict[str, object] = {
        "kkd": books / "kkd",
        "town": books / "biedenkopf",
        "county": books / "landkreis",
    }
    places["who"] = "L. Beispiel"
    words = [word.format(**places) for word in call.split()]
    status, out, err = called(capsys, *words, "--json")
    assert (status, err) == (EXIT_GOOD, "")
    assert "\\u00" not in out, "German letters stand as they are"
    data = json.loads(out, parse_float=no_float)
    found = amounts(data)
    assert len(found) >= some
    assert [amount for amount in found if not (isinstance(amount, str) and AMOUNT.fullmatch(amount))] == []


def test_the_shares_in_json_are_those_of_the_paper(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = sample_books(tmp_path) / "kkd" / "agreement.toml"
    for year, amount, total in (
        (2022, "8869.25", "108101.50"),
        (2023, "12826.30", "156331.40"),
        (2024, "15555.30", "189593.40"),
    ):
        _, out, _ = called(capsys, "shares", file, "--year", year, "--json")
        data = json.loads(out)
        assert {"agreement", "year", "as_of", "members", "total"} <= set(data)
        assert (data["agreement"], data["year"], data["total"]) == ("kkd", year, total)
        town = next(member for member in data["members"] if member["id"] == "biedenkopf")
        assert town["amount"] == amount


@pytest.mark.parametrize("command", ["check", "post", "serve", "month"])
def test_a_folder_that_is_no_book_is_refused_in_german(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    words = [command, tmp_path / "leer", *(["2024-03"] if command == "month" else [])]
    (tmp_path / "leer").mkdir()
    status, out, err = called(capsys, *words)
    assert (status, out) == (EXIT_REFUSED, "")
    place = tmp_path / "leer" / "book.toml"
    assert (
        err
        == f"kkd: Buch abgelehnt:\n  {place}: gefunden: keine Datei; erlaubt: ein Buchordner mit book.toml\n"
    )
    assert tree(tmp_path, without=()) == {"leer": None}


def test_a_refusal_in_json_names_file_place_found_and_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = called(capsys, "check", tmp_path, "--json")
    data = json.loads(out)
    assert status == EXIT_REFUSED
    assert data["problems"] == [
        {
            "file": str(tmp_path / "book.toml"),
            "place": "",
            "found": "keine Datei",
            "allowed": "ein Buchordner mit book.toml",
        }
    ]


def test_a_terminal_that_lacks_a_sign_shows_another_and_the_run_goes_on(tmp_path: Path) -> None:
    books = sample_books(tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "kkd_ledger.cli",
            "month",
            books / "biedenkopf",
            "2024-03",
            "--today",
            "2024-03-31",
        ],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "KKD ? Bücher der Stadt Biedenkopf: Monatslauf März 2024".encode("latin-1") in done.stdout
