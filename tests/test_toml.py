"""What is wrong with a TOML file is said in German, with its place, whatever it is."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger import toml
from kkd_ledger.errors import BookRefused

BROKEN = {
    "titel": ("Zeile 1, Spalte 6", "nach einem Schlüssel fehlt „=“"),
    "a = 1 b": ("Zeile 1, Spalte 7", "hinter einer Angabe steht noch etwas"),
    "[kasse": ("Zeile 1, Spalte 7", "einer Überschrift fehlt „]“"),
    'a = "x': ("Zeile 1, Spalte 7", "einem Text fehlt das Anführungszeichen am Ende"),
    "a = 1\na = 2": ("Zeile 2, Spalte 6", "ein Schlüssel steht zweimal da"),
    "[a]\n[a]": ("Zeile 2, Spalte 3", "eine Überschrift steht zweimal da"),
    "a = ja\n": ("Zeile 1, Spalte 5", "kein gültiger Wert; Texte stehen in Anführungszeichen"),
    "a = [1 2]": ("Zeile 1, Spalte 8", "einer Liste fehlt „]“"),
    'a = "C:\\kasse"\n': (
        "Zeile 1, Spalte 10",
        "ein einzelner Rückstrich in einem Text; er wird doppelt geschrieben",
    ),
    "a = \x01": ("Zeile 1, Spalte 5", "kein gültiger Wert; Texte stehen in Anführungszeichen"),
    "ä = 1": ("Zeile 1, Spalte 1", "keine Angabe der Form Schlüssel = Wert"),
}
MEANT = {
    "a = 1\nrate = 61.233,17 # Satz": (
        "61.233,17 ohne Anführungszeichen",
        'in Anführungszeichen: "61.233,17"',
    ),
    "x = [{ from = 2023-01-01, rate = 0,65 }]": (
        "0,65 ohne Anführungszeichen",
        'in Anführungszeichen: "0,65"',
    ),
    "x = [\n2.210,00,\n]": ("2.210,00 ohne Anführungszeichen", 'in Anführungszeichen: "2.210,00"'),
    "a = 12 EUR": ("12 EUR ohne Anführungszeichen", 'in Anführungszeichen: "12 EUR"'),
    "percent = 5 %": ("5 % ohne Anführungszeichen", 'in Anführungszeichen: "5 %"'),
    "reference = 30.6.2018": ("30.6.2018 als Tag", "die Form JJJJ-MM-TT: 2018-06-30"),
    "reference = 2018-6-30": ("2018-6-30 als Tag", "die Form JJJJ-MM-TT: 2018-06-30"),
    "reference = 2018-02-30": (
        "2018-02-30, ein Tag, den es nicht gibt",
        "ein Tag der Form JJJJ-MM-TT, zum Beispiel 2018-06-30",
    ),
    "title = „Umlage“": (
        "typographische Anführungszeichen",
        'gerade Anführungszeichen, zum Beispiel title = "Umlage"',
    ),
    "month = 09": ("09", '9, oder "09" in Anführungszeichen, wo es eine Kennung ist'),
    "decides = nein": (
        "kein gültiges TOML: kein gültiger Wert; Texte stehen in Anführungszeichen",
        'false, oder "nein", wo ein Text gemeint ist',
    ),
}
A_LOT = 50_000
ENDLESS = {
    "a dotted key": ".".join("a" * A_LOT) + " = 1",
    "a key of quoted parts with blanks": " . ".join(['"a"'] * A_LOT) + " = 1",
    "a heading": "[" + ".".join("a" * A_LOT) + "]",
    "lists": "a = " + "[" * A_LOT,
    "tables": "a = " + "{ a = " * A_LOT,
    "hexadecimal digits": "a = 0x" + "f" * A_LOT,
    "octal digits in a list": "a = [0o" + "7" * A_LOT + "]",
    "decimal digits": "a = " + "9" * A_LOT,
    "a fraction": "a = 0." + "1" * A_LOT,
}
ENGLISH = re.compile(r"\b(?:at|line|column|expected|after|value|string|invalid)\b", re.IGNORECASE)


@pytest.mark.parametrize("text", BROKEN)
def test_the_place_and_what_is_wrong(text: str) -> None:
    with pytest.raises(BookRefused) as refused:
        toml.loads(text.encode(), "book.toml", BookRefused)
    (problem,) = refused.value.problems
    place, words = BROKEN[text]
    assert problem.file == "book.toml"
    assert problem.actual == f"kein gültiges TOML: {words}"
    assert problem.place in {place, "am Ende der Datei"}


def test_a_mark_is_taken_and_numbers_with_a_point_are_exact() -> None:
    assert toml.loads(b"\xef\xbb\xbfa = 1.10\r\n", "a.toml", BookRefused) == {"a": "1.10"}
    with pytest.raises(BookRefused, match="Zeile 2: gefunden: Byte 0xe4, kein UTF-8"):
        toml.loads(b"a = 1\nb = '\xe4'", "a.toml", BookRefused)


@given(st.text(st.sampled_from("ab=1.[]{}\"'\\#\n \x01ä"), max_size=30))
def test_any_text_is_read_as_the_library_does_or_refused_in_german(text: str) -> None:
    try:
        expected = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError:
        with pytest.raises(BookRefused) as refused:
            toml.loads(text, "a.toml", BookRefused)
        assert refused.value.problems, "a slip in more than one line is told for each"
        assert not any(ENGLISH.search(problem.actual) for problem in refused.value.problems)
    else:
        assert toml.loads(text, "a.toml", BookRefused) == expected


@pytest.mark.parametrize("text", MEANT)
def test_what_somebody_naturally_types_is_told_as_it_has_to_be_typed(text: str) -> None:
    with pytest.raises(BookRefused) as refused:
        toml.loads(text, "book.toml", BookRefused)
    (problem,) = refused.value.problems
    assert (problem.actual, problem.allowed) == MEANT[text]


@pytest.mark.parametrize("what", ENDLESS)
def test_what_no_person_writes_is_refused_before_the_library_sees_it(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tomllib.loads", lambda *_, **__: pytest.fail("the library was asked"))
    with pytest.raises(BookRefused) as refused:
        toml.loads("\n" + ENDLESS[what], "a.toml", BookRefused)
    (problem,) = refused.value.problems
    assert problem.place == "Zeile 2"
    assert problem.allowed.startswith("höchstens ")
    assert len(str(problem)) < 200


def test_the_largest_file_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml, "SIZE_MAX", 10)
    assert toml.loads(b"a = 12345\n", "a.toml", BookRefused) == {"a": 12345}
    with pytest.raises(BookRefused, match="gefunden: 11 Bytes; erlaubt: höchstens 10 Bytes"):
        toml.loads(b"a = 123456\n", "a.toml", BookRefused)


def test_what_stands_in_texts_and_comments_has_no_measure() -> None:
    dots, digits = ".".join("a" * 100), "9" * 200
    text = f'# {dots} [[[[[[[[[[[[[[[[[[[[[[\na = "{dots} [{digits}"\nb = """\n{dots}\n"{digits}"""\n'
    text += f"c = '{digits}'\nd = '''{dots} \"'''\n"
    assert toml.loads(text, "a.toml", BookRefused) == tomllib.loads(text)


@pytest.mark.parametrize("name", ["book.toml", "contacts.toml", "agreement.toml"])
def test_a_pipe_a_device_or_a_folder_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """A pipe waits for somebody who never writes, /dev/zero never ends."""
    for kind in ("pipe", "device", "folder"):
        path = tmp_path / kind / name
        path.parent.mkdir()
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            path.mkdir()
        with pytest.raises(BookRefused, match=r"keine gewöhnliche Datei|ein Ordner"):
            toml.read(path, BookRefused)
    plain = tmp_path / "plain.toml"
    plain.write_bytes(b"a = 1\n")
    assert toml.read(plain, BookRefused) == b"a = 1\n"
