"""TOML that people write: read in one way, and what is wrong with it said in German with its place.

The library takes minutes for a key of 50,000 parts and fails on numbers of 10,000 digits: what no person writes is
refused in one pass over the text, before the library sees it.
"""

from __future__ import annotations

import datetime as dt
import re
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.errors import InputRefused, Problem

ALLOWED: Final = "eine TOML-Datei (UTF-8)"
SIZE_MAX: Final = 20_000_000
DEPTH_MAX: Final = 20
PARTS_MAX: Final = 20
NUMBER_MAX: Final = 100
_TEXTS = re.compile(  # and comments; each takes all that it can, so that no text is gone over twice
    r'"""(?:[^\\"]|\\.|"(?!""))*+"{0,5}|\'\'\'(?:[^\']|\'(?!\'\'))*+\'{0,5}'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'[^\'\n]*+\'?|#[^\n]*+',
    re.DOTALL,
)
_WORD = re.compile(r"[^\n,=\[\]{}]++")
_BRACKET = re.compile(r"[\[\]{}]")
_NUMBER_BEGINS = re.compile(r"[+-]?[0-9]")
_DAY = re.compile(r"(?<![\w.-])(?:(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2}))(?![\w.-])")
_AMOUNT = re.compile(r"(?<![\w.,])[-−]?\d[\d.,]*(?: ?(?:€|EUR|%)(?!\w))?")
_YES = re.compile(r"[=\[,]\s*(ja|nein|wahr|falsch|True|False|TRUE|FALSE|Ja|Nein)\b")
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


def read(path: Path, refused: type[InputRefused]) -> bytes:
    """Return the bytes of a TOML file; raise OSError where there is none, `refused` for what no person wrote as a file.

    A pipe waits for somebody who never writes, a device never ends.
    """
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        actual = "ein Ordner" if stat.S_ISDIR(info.st_mode) else "keine gewöhnliche Datei"
        raise refused([Problem(str(path), "", actual, "eine lesbare Datei")])
    if info.st_size > SIZE_MAX:
        raise refused([_too_large(path.name, info.st_size)])
    return path.read_bytes()


def loads(
    content: bytes | str, file: str, refused: type[InputRefused], parse_float: Callable[[str], Any] = str
) -> dict[str, Any]:
    """Return what a TOML file says; raise `refused` where it is none.

    Numbers with a point are texts unless `parse_float` makes something exact of them.
    """
    text = content if isinstance(content, str) else decoded(content, file, refused)
    if beyond := _beyond_measure(text, file):
        raise refused([beyond])
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        first, line = _problem(file, str(error), text)
        raise refused([first, *_other_slips(file, text, line)]) from error


def _other_slips(file: str, text: str, line: int) -> list[Problem]:
    """Return what else somebody typed that is no TOML, line by line: the library stops at the first slip."""
    bare = _TEXTS.sub(lambda match: " " if match[0][:1] == "#" else "s" + "\n" * match[0].count("\n"), text)
    slips = ((number, _meant(written)) for number, written in enumerate(bare.split("\n"), start=1))
    return [Problem(file, f"Zeile {number}", *meant) for number, meant in slips if meant and number != line]


def _beyond_measure(text: str, file: str) -> Problem | None:
    """Return what no person writes and the library does not bear: keys, nesting, numbers without end."""
    bare = _TEXTS.sub(lambda match: "s" + "\n" * match[0].count("\n"), text)
    bare = bare.replace(" ", "").replace("\t", "")
    for match in _WORD.finditer(bare):
        if match.end() - match.start() <= PARTS_MAX:
            continue
        parts, number = match[0].count(".") + 1, _NUMBER_BEGINS.match(match[0])
        if parts > PARTS_MAX:
            place = _line(bare, match.start())
            return Problem(file, place, f"ein Schlüssel aus {parts} Teilen", f"höchstens {PARTS_MAX} Teile")
        if number and len(match[0]) > NUMBER_MAX:
            place, size = _line(bare, match.start()), len(match[0])
            return Problem(file, place, f"eine Zahl aus {size} Zeichen", f"höchstens {NUMBER_MAX} Zeichen")
    depth = 0
    for match in _BRACKET.finditer(bare):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        if depth > DEPTH_MAX:
            nested = f"Listen und Tabellen, mehr als {DEPTH_MAX} ineinander"
            return Problem(file, _line(bare, match.start()), nested, f"höchstens {DEPTH_MAX} ineinander")
    return None


def _line(text: str, position: int) -> str:
    return f"Zeile {text.count(chr(10), 0, position) + 1}"


def decoded(content: bytes, file: str, refused: type[InputRefused]) -> str:
    """Return the text of a file in UTF-8, with or without its mark; raise `refused` for any other, or a larger one."""
    if len(content) > SIZE_MAX:
        raise refused([_too_large(file, len(content))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        actual = f"Byte 0x{content[error.start]:02x}, kein UTF-8"
        raise refused([Problem(file, f"Zeile {line}", actual, "Zeichensatz UTF-8")]) from error


def _too_large(file: str, size: int) -> Problem:
    return Problem(file, "", f"{size} Bytes", f"höchstens {SIZE_MAX} Bytes")


def _problem(file: str, said: str, text: str) -> tuple[Problem, int]:
    """Return where the library stopped, with its line; 0 where it does not say it."""
    place, what, written, number = "", said, "", 0
    if match := _PLACE.fullmatch(said):
        what, line, column = match["what"], match["line"], match["column"]
        place = f"Zeile {line}, Spalte {column}" if line else "am Ende der Datei"
        lines = text.split("\n")
        number = min(int(line or len(lines)), len(lines))
        written = lines[number - 1]
    if meant := _meant(written):
        return Problem(file, place, *meant), number
    starts = (words for start, words in _BEGINNINGS.items() if what.startswith(start))
    words = _WORDS.get(what) or next(starts, "")
    return Problem(file, place, f"kein gültiges TOML{f': {words}' if words else ''}", ALLOWED), number


def _meant(line: str) -> tuple[str, str] | None:
    """Return what somebody typed into a line that is no TOML, and what to type instead; None where nobody can tell."""
    bare = _TEXTS.sub(lambda match: " " if match[0][:1] == "#" else "s", line)
    if any(mark in bare for mark in "„“”»«"):
        return "typographische Anführungszeichen", 'gerade Anführungszeichen, zum Beispiel title = "Umlage"'
    key, _, value = bare.rpartition("=") if bare.count("=") == 1 else ("", "", bare)
    if not key and "=" not in bare and not _NUMBER_BEGINS.match(bare.strip(" \t[,")):
        return None
    if word := _YES.search(bare):
        answer = "true" if word[1].lower() in {"ja", "wahr", "true"} else "false"
        actual = f"kein gültiges TOML: {_WORDS['Invalid value']}"
        return actual, f'{answer}, oder "{word[1]}", wo ein Text gemeint ist'
    return next(filter(None, map(_day_meant, _DAY.finditer(value))), None) or next(
        filter(None, map(_number_meant, _AMOUNT.finditer(_DAY.sub(" ", value)))), None
    )


def _day_meant(match: re.Match[str]) -> tuple[str, str] | None:
    day, month, year = (match[1], match[2], match[3]) if match[3] else (match[6], match[5], match[4])
    iso = f"{year}-{month:0>2}-{day:0>2}"
    try:
        dt.date.fromisoformat(iso)
    except ValueError:
        return (
            f"{match[0]}, ein Tag, den es nicht gibt",
            "ein Tag der Form JJJJ-MM-TT, zum Beispiel 2018-06-30",
        )
    return None if match[0] == iso else (f"{match[0]} als Tag", f"die Form JJJJ-MM-TT: {iso}")


def _number_meant(match: re.Match[str]) -> tuple[str, str] | None:
    written = match[0].rstrip(",")
    if written.isdecimal() and len(written) > 1 and written.startswith("0"):
        bare = written.lstrip("0") or "0"
        return written, f'{bare}, oder "{written}" in Anführungszeichen, wo es eine Kennung ist'
    if written.isdecimal() or re.fullmatch(r"-?\d+(?:\.\d+)?", written):
        return None
    return f"{written} ohne Anführungszeichen", f'in Anführungszeichen: "{written}"'
