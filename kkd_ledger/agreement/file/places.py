"""Where something stands in an agreement file: its path in words, and its line."""

from __future__ import annotations

import re
from typing import Any

Loc = tuple[int | str, ...]

_TABLE = re.compile(r"\s*(\[\[|\[)\s*([A-Za-z0-9_.-]+)\s*\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"\s*(?:([A-Za-z0-9_-]+)|\"([^\"]*)\")\s*=")


class Places:
    """The places of one TOML text; `data` is what the text says."""

    def __init__(self, text: str, data: dict[str, Any]) -> None:
        self._data = data
        self._lines = dict(_lines(text))

    def place(self, loc: Loc) -> str:
        """Return a place for people: `Zeile 12, components[3] (geodaten).rates[1].rate`, counted from one."""
        path = self._path(loc)
        line = next(
            (self._lines[loc[:end]] for end in range(len(loc), 0, -1) if loc[:end] in self._lines), None
        )
        return f"Zeile {line}, {path}" if line is not None else path

    def _path(self, loc: Loc) -> str:
        words, here = "", self._data
        for part in loc:
            here = _inside(here, part)
            if isinstance(part, int):
                name = _name(here)
                words += f"[{part + 1}]" + (f" ({name})" if name else "")
            else:
                words += f".{part}" if words else part
        return words


def plain_place(loc: Loc) -> str:
    """Return a place without a text at hand: the path alone."""
    return Places("", {}).place(loc)


def _inside(here: Any, part: int | str) -> Any:
    try:
        return here[part]
    except (KeyError, IndexError, TypeError):
        return None


def _name(here: Any) -> str:
    if not isinstance(here, dict):
        return ""
    return next((str(here[key]) for key in ("id", "member", "name", "paper", "year") if key in here), "")


def _lines(text: str) -> list[tuple[Loc, int]]:
    """Return the line of every table and key of a TOML text, by path."""
    numbers: dict[Loc, int] = {}
    counts: dict[Loc, int] = {}
    table: Loc = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.fullmatch(line):
            table = _table(header[2].split("."), counts, array=header[1] == "[[")
            numbers.setdefault(table, number)
        elif key := _KEY.match(line):
            numbers.setdefault((*table, key[1] or key[2]), number)
    return list(numbers.items())


def _table(names: list[str], counts: dict[Loc, int], *, array: bool) -> Loc:
    loc: Loc = ()
    for depth, name in enumerate(names, start=1):
        loc = (*loc, name)
        if array and depth == len(names):
            counts[loc] = counts.get(loc, -1) + 1
        if loc in counts:
            loc = (*loc, counts[loc])
    return loc
