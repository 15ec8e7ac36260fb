"""docs/architecture.md says what the tree is: every room has its line, every file of a walk is there and is used."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
FILES_MAX = 22
"""Files of a room: what is above it is too much to be seen at a glance (cli has one a group of commands)."""


def rooms() -> list[str]:
    """Every folder of the package that holds code."""
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "kkd_ledger").rglob("*.py")}
    return sorted(f"{folder}/" for folder in folders)


def test_every_room_has_its_line() -> None:
    assert sorted(re.findall(r"^\| `(kkd_ledger/[\w/]*)` \|", PAGE, re.MULTILINE)) == rooms()


def test_every_file_of_a_walk_is_there() -> None:
    walks = re.findall(r"`(kkd_ledger/[\w/]+\.py)`", PAGE.partition("## Four walks")[2])
    assert len(walks) > 40
    assert [name for name in walks if not (ROOT / name).is_file()] == []


def test_a_room_is_seen_at_a_glance() -> None:
    counts = {room: len(list((ROOT / room).glob("*.py"))) for room in rooms()}
    assert {room: count for room, count in counts.items() if count > FILES_MAX} == {}


def test_every_room_says_what_it_is() -> None:
    for room in rooms():
        words = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text("utf-8")))
        assert words, room
