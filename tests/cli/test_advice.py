"""Every command that a message names can be typed as it stands: the real parser takes it."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from kkd_ledger.cli import _commands

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`kkd( [^`]*)`")
TYPED = {
    "BUCH": "stadt",
    "JAHR": "2024",
    "MONAT": "2024-03",
    "JJJJ-MM": "2024-03",
    "TAG": "2024-03-31",
    "BETRAG": "1.234,56",
    "STAND": "aufgestellt",
    "BEFEHL": "month",
    "ZAHL": "0" * 64,
    "BAUSTEIN=JAHR=BETRAG": "archiv=2024=1.234,56",
    "NAME=angezeigt=TAG": "Ahaus=angezeigt=2024-03-31",
}
"""What stands for the words in capitals; any other word is a text."""
HOLES = (
    ("switches", "--instalment 2024-06-30=500,00"),
    ("month", "2024-03"),
    ("first", "2024-03"),
    ("year", "2024"),
    ("root", "stadt"),
    ("", "2024-000017"),
)
"""What an expression of an f-string gives, by a part of its name; most are posting numbers and keys."""


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that people may read, with their lines: no docstrings, holes as `{name}`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parts = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
    parts |= {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            yield one.lineno, "".join(map(said, one.values))
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in parts:
            yield one.lineno, one.value


def said(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    name = ast.unparse(part.value)
    return next(text for key, text in HOLES if key in name)


def advice() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "kkd_ledger").rglob("*.py")):
        for line, text in texts(file):
            for words in NAMED.findall(text):
                yield f"{file.relative_to(ROOT)}:{line}", words.strip()


ADVICE = dict(reversed([(words, place) for place, words in advice()]))


def test_there_is_advice() -> None:
    assert len(ADVICE) > 60


@pytest.mark.parametrize("words", sorted(ADVICE))
def test_what_a_message_advises_can_be_typed(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed = [TYPED.get(word, word) for word in shlex.split(words)]
    if len(typed) == 1 or (
        typed[0] == "user" and len(typed) == 2
    ):  # the command alone is its name, and no call
        typed.append("--help")
    assert "…" not in words, f"{ADVICE[words]}: `kkd {words}` leaves something out"
    assert status_of(typed) == 0, f"{ADVICE[words]}: `kkd {words}`: {capsys.readouterr().err}"


def status_of(typed: list[str]) -> object:
    """Return with which status the parser ends: 0 also where it takes the call and goes on."""
    try:
        _commands().parse(typed)
    except SystemExit as end:
        return end.code
    return 0
