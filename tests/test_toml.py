"""What is wrong with a TOML file is said in German, with its place, whatever it is."""

import re
import tomllib

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
ENGLISH = re.compile(r"\b(?:at|line|column|expected|after|value|string|invalid)\b", re.IGNORECASE)


@pytest.mark.parametrize("text", BROKEN)
def test_the_place_and_what_is_wrong(text: str) -> None:
    with pytest.raises(BookRefused) as refused:
        toml.loads(text.encode(), "book.toml", BookRefused)
    (problem,) = refused.value.problems
    place, words = BROKEN[text]
    assert problem.file == "book.toml"
    assert problem.found == f"kein gültiges TOML: {words}"
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
        (problem,) = refused.value.problems
        assert not ENGLISH.search(problem.found)
    else:
        assert toml.loads(text, "a.toml", BookRefused) == expected
