"""A broken agreement is refused with every problem: place, what was found, what is allowed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kkd_ledger.agreement import load, parse
from kkd_ledger.errors import AgreementRefused

HERE = Path(__file__).parent
BASE = (HERE / "probe.toml").read_text("utf-8")
BROKEN = {one["name"]: one for one in tomllib.loads((HERE / "broken.toml").read_text("utf-8"))["broken"]}
RATES = re.compile(r"\[\[components\.rates\]\].*?(?=\[\[components\]\])", re.DOTALL)
ALL_AT_ONCE = [
    (
        "Zeile 29, members[2] (ahaus).ibans[1]",
        "'DE88370400440532013000' ist keine gültige IBAN",
        "eine IBAN mit gültigen Prüfziffern",
    ),
    (
        "Zeile 64, components[1] (satz).rates[1].rate",
        "'-1,00' ist kein Satz",
        "0,65 oder 0.65, nicht negativ, höchstens sechs Nachkommastellen",
    ),
    (
        "Zeile 94, resolutions[1] (ahaus).annexes[1]",
        "'anlagen' ist unbekannt",
        "eine Kennung aus [[documents]], etwa anlage",
    ),
    (
        "Zeile 92, resolutions[1] (ahaus).adopted",
        "2023-03-02",
        "der Tag der entscheidenden Sitzung (decides = true)",
    ),
    (
        "Zeile 70, components[2] (umlage)",
        "2023: bdorf ohne Zahl für 'ew'",
        "ein Eintrag in der Reihe amt, 2022-12-31, Zensus 2011",
    ),
]


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(AgreementRefused) as refusal:
        parse(text, "probe.toml")
    assert {one.file for one in refusal.value.problems} == {"probe.toml"}
    return [(one.place, one.actual, one.allowed) for one in refusal.value.problems]


def test_the_base_is_sound():
    assert parse(BASE).id == "probe"


@pytest.mark.parametrize("name", BROKEN)
def test_is_refused(name):
    broken = BROKEN[name]
    text = RATES.sub("", BASE) if broken.get("without_rates") else BASE
    assert broken["old"] in text, "the table names what stands in probe.toml"
    assert problems(text.replace(broken["old"], broken["new"], 1)) == [
        tuple(one) for one in broken["problems"]
    ]


def test_a_text_too_long():
    place, found = "Zeile 56, components[1] (satz).title", "'" + "x" * 79 + " …"
    text = BASE.replace('title = "Satz"', f'title = "{"x" * 2001}"')
    assert problems(text) == [(place, found, "höchstens 2000 Zeichen")]


LIVES = {
    "applied": "granted rejected",
    "applied granted": "paid proved closed reclaimed",
    "applied granted paid": "paid proved closed reclaimed",
    "applied granted proved": "paid closed reclaimed",
    "granted closed": "reclaimed",
    "applied rejected": "applied",
    "granted reclaimed": "",
    "": "applied granted",
}


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("step", ["applied", "granted", "rejected", "paid", "proved", "closed", "reclaimed"])
def test_the_life_of_a_subsidy_has_an_order(life, step):
    events = ", ".join(f'{{ status = "{one}", on = 2023-02-01 }}' for one in [*life.split(), step])
    text = BASE.replace('life = [{ status = "applied", on = 2023-02-01 }]', f"life = [{events}]")
    if step in LIVES[life].split():
        assert parse(text).subsidies[0].life[-1].status == step
    else:
        [(_, found, allowed)] = problems(text)
        assert found == f"{step} nach {life.split()[-1] if life else 'nichts'}"
        assert allowed == (" oder ".join(sorted(LIVES[life].split())) or "kein weiterer Schritt")


def test_all_problems_of_a_file_are_reported_at_once():
    """A wrong form, an unknown name, a wrong date and a missing figure, each at its true place."""
    text = BASE.replace('rate = "1,00"', 'rate = "-1,00"').replace(
        'annexes = ["anlage"]', 'annexes = ["anlagen"]'
    )
    text = text.replace("06999002 = 500\n", "").replace("adopted = 2023-03-01", "adopted = 2023-03-02")
    assert problems(text.replace('ibans = ["DE89', 'ibans = ["DE88')) == ALL_AT_ONCE


def test_the_message_names_file_place_found_and_allowed():
    with pytest.raises(AgreementRefused) as refusal:
        parse(BASE.replace('rate = "1,00"', "rate = 0.655"), "probe.toml")
    assert str(refusal.value) == (
        "Vereinbarung abgelehnt:\n"
        "  probe.toml: Zeile 65, components[1] (satz).rates[1].rate: gefunden: 0.655 ist kein Text; "
        'erlaubt: der Satz in Anführungszeichen, zum Beispiel "0,65"'
    )


@pytest.mark.parametrize(
    ("content", "place", "found", "allowed"),
    [
        (b"\xff\xfe\x00", "Zeile 1", "Byte 0xff, kein UTF-8", "Zeichensatz UTF-8"),
        ('id = "ä"\ntitle = "x'.encode() + b"\xe4", "Zeile 2", "Byte 0xe4, kein UTF-8", "Zeichensatz UTF-8"),
        (BASE.encode("utf-16"), "Zeile 1", "Byte 0xff, kein UTF-8", "Zeichensatz UTF-8"),
        (BASE.encode("latin-1"), "Zeile 12", "Byte 0xa7, kein UTF-8", "Zeichensatz UTF-8"),
        (b" " * 20_000_001, "", "20000001 Bytes", "höchstens 20000000 Bytes"),
    ],
)
def test_wrong_encodings_and_sizes(tmp_path: Path, content, place, found, allowed):
    file = tmp_path / "probe.toml"
    file.write_bytes(content)
    with pytest.raises(AgreementRefused) as refusal:
        load(file)
    [problem] = refusal.value.problems
    assert (problem.file, problem.place, problem.actual, problem.allowed) == (
        "probe.toml",
        place,
        found,
        allowed,
    )


def test_a_mark_before_the_text_and_windows_lines_are_no_problem(tmp_path: Path):
    file = tmp_path / "probe.toml"
    file.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert load(file).id == "probe"


@pytest.mark.parametrize("name", ["fehlt.toml", "."])
def test_a_file_that_is_none(tmp_path: Path, name):
    with pytest.raises(AgreementRefused) as refusal:
        load(tmp_path / name)
    [problem] = refusal.value.problems
    assert problem.allowed == "eine lesbare Datei"


@pytest.mark.parametrize("text", ["kein TOML", "id = ", "[[", 'id = "a"\nid = "b"'])
def test_no_toml(text):
    [(place, found, allowed)] = problems(text)
    assert found.startswith("kein gültiges TOML")
    assert (": " in found) is bool(place)
    assert allowed == "eine TOML-Datei (UTF-8)"


def test_an_empty_file_misses_everything_it_needs():
    places = [place for place, _, _ in problems("")]
    assert places == ["id", "title", "operator", "from", "known_from", "due", "members", "components"]
