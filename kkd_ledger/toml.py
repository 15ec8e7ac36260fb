"""TOML that people write: read in one way, and what is wrong with it said in German with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.errors import InputRefused, Problem

ALLOWED: Final = "eine TOML-Datei (UTF-8)"
_PLACE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_WORDS: Final = MappingProxyType(
    {
        "Expected '=' after a key in a key/value pair": "nach einem Schlüssel fehlt „=“",
        "Expected newline or end of document after a statement": "hinter einer Angabe steht noch etwas",
        "Expected ']' at the end of a table declaration": "einer Überschrift fehlt „]“",
        "Expected ']]' at the end of an array declaration": "einer Überschrift fehlt „]]“",
        "Unterminated string": "einem Text fehlt das Anführungszeichen am Ende",
        "Unclosed array": "einer Liste fehlt „]“",
        "Unclosed inline table": "einer Tabelle fehlt „}“",
        "Cannot overwrite a value": "ein Schlüssel steht zweimal da",
        "Invalid value": "kein gültiger Wert; Texte stehen in Anführungszeichen",
        "Invalid statement": "keine Angabe der Form Schlüssel = Wert",
        "Invalid initial character for a key part": "kein gültiger Schlüssel",
        "Unescaped '\\' in a string": "ein einzelner Rückstrich in einem Text; er wird doppelt geschrieben",
    }
)
_BEGINNINGS: Final = MappingProxyType(
    {
        "Cannot declare": "eine Überschrift steht zweimal da",
        "Cannot redefine": "eine Überschrift steht zweimal da",
        "Cannot mutate": "hierzu ist schon alles gesagt",
        "Duplicate inline table key": "ein Schlüssel steht zweimal da",
        "Illegal character": "ein Zeichen, das hier nicht stehen darf",
        "Found invalid character": "ein Zeichen, das hier nicht stehen darf",
    }
)


def loads(
    content: bytes | str, file: str, refused: type[InputRefused], parse_float: Callable[[str], Any] = str
) -> dict[str, Any]:
    """Return what a TOML file says; raise `refused` where it is none.

    Numbers with a point are texts unless `parse_float` makes something exact of them.
    """
    text = content if isinstance(content, str) else decoded(content, file, refused)
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise refused([_problem(file, str(error))]) from error


def decoded(content: bytes, file: str, refused: type[InputRefused]) -> str:
    """Return the text of a file in UTF-8, with or without its mark; raise `refused` for any other."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"Byte 0x{content[error.start]:02x}, kein UTF-8"
        raise refused([Problem(file, f"Zeile {line}", found, "Zeichensatz UTF-8")]) from error


def _problem(file: str, said: str) -> Problem:
    place, what = "", said
    if found := _PLACE.fullmatch(said):
        what, line, column = found["what"], found["line"], found["column"]
        place = f"Zeile {line}, Spalte {column}" if line else "am Ende der Datei"
    starts = (words for start, words in _BEGINNINGS.items() if what.startswith(start))
    words = _WORDS.get(what) or next(starts, "")
    return Problem(file, place, f"kein gültiges TOML{f': {words}' if words else ''}", ALLOWED)
