"""The files of an agreement: the contract, and beside it the figures of each year (`zahlen/2024.toml`).

Figures are no part of the contract: who reports them, or corrects one, amends nothing. Both are read as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kkd_ledger import toml
from kkd_ledger.agreement.file.places import Loc, Places
from kkd_ledger.errors import AgreementRefused, InputRefused, Problem, cause_of
from kkd_ledger.fields import UNKNOWN, nearest

FOLDER: Final = "zahlen"
TABLES: Final = ("figures", "charges", "populations", "weights", "index_values")
"""What a file of figures may hold."""


def figure_files(agreement_file: Path) -> tuple[Path, ...]:
    """Return the files of figures beside an agreement, by name; what does not end in `.toml` is none."""
    folder = agreement_file.parent / FOLDER
    return tuple(sorted(folder.glob("*.toml"))) if folder.is_dir() else ()


def figure_texts(agreement_file: Path) -> dict[str, str]:
    """Return the texts of the figures beside an agreement, by their names (`zahlen/2024.toml`)."""
    files = {f"{FOLDER}/{path.name}": path for path in figure_files(agreement_file)}
    return {name: _text(path, name) for name, path in files.items()}


def content_sha256(agreement_file: Path) -> str:
    """Return the hash of what was agreed and of its figures: of the file alone where it has no figures beside it.

    Else of the lines `HASH NAME`, the agreement first, then the files of figures by name.
    """
    own = sha256(agreement_file.read_bytes()).hexdigest()
    figures = figure_files(agreement_file)
    return joint_sha256(
        own, {f"{FOLDER}/{path.name}": sha256(path.read_bytes()).hexdigest() for path in figures}
    )


def joint_sha256(own: str, figures: Mapping[str, str]) -> str:
    """Return the hash of an agreement with figures, from its own hash and theirs by name (`zahlen/2024.toml`)."""
    if not figures:
        return own
    lines = [f"{own} agreement.toml\n", *(f"{each} {name}\n" for name, each in sorted(figures.items()))]
    return sha256("".join(lines).encode()).hexdigest()


def texts(agreement_file: Path) -> tuple[str, dict[str, str]]:
    """Return the text of an agreement, and by name those of its figures; raise AgreementRefused for no text."""
    figures = figure_texts(agreement_file)
    return _text(agreement_file, agreement_file.name), figures


@dataclass
class Sources:
    """What the files say together, and where each of them says it."""

    data: dict[str, Any]
    _files: list[tuple[str, Places]]
    _begins: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """By table: from which entry on which file speaks."""
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, file: str, figures: Mapping[str, str]) -> Sources:
        """Return what texts say: the agreement's, and by name those of its figures."""
        problems: list[Problem] = []
        data = _loaded(text, file, problems)
        parts = {name: _loaded(part, name, problems) for name, part in figures.items()}
        if problems:
            raise AgreementRefused(problems)
        sources = cls(data, [(file, Places(text, dict(data)))])
        for name, part in parts.items():
            sources._add(name, Places(figures[name], part), part)
        return sources

    def _add(self, file: str, places: Places, part: dict[str, Any]) -> None:
        self._files.append((file, places))
        for table, rows in part.items():
            if table not in TABLES:
                self.problems.append(
                    Problem(file, places.place(_first(table, rows)), UNKNOWN, _allowed(table))
                )
            elif not isinstance(rows, list):
                self.problems.append(Problem(file, places.place((table,)), "eine Tabelle", f"[[{table}]]"))
            elif isinstance(self.data.get(table, []), list):
                before = self.data.get(table, [])
                self._begins.setdefault(table, [(0, 0)]).append((len(before), len(self._files) - 1))
                self.data = self.data | {table: [*before, *rows]}

    def problem(self, loc: Loc, actual: str, allowed: str) -> Problem:
        """Return a problem at a place of the whole, with the file that says it and its place there."""
        number, own = self._own(loc)
        file, places = self._files[number]
        return Problem(file, places.place(own), actual, allowed)

    def _own(self, loc: Loc) -> tuple[int, Loc]:
        begins = self._begins.get(str(loc[0]), []) if len(loc) > 1 else []
        for first, number in reversed(begins):
            if isinstance(loc[1], int) and loc[1] >= first:
                return number, (loc[0], loc[1] - first, *loc[2:])
        return 0, loc

    @property
    def files(self) -> Iterator[str]:
        """The names of all files, the agreement's first."""
        return (file for file, _ in self._files)


def _first(table: str, rows: object) -> Loc:
    return (table, 0) if isinstance(rows, list) else (table,)


def _allowed(table: str) -> str:
    names = nearest(table, TABLES)
    return f"in Zahlen nur {names}; alles andere gehört in die Vereinbarung"


def _loaded(text: str, file: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        return toml.loads(text, file, AgreementRefused, parse_float=Decimal)
    except InputRefused as refusal:
        problems += refusal.problems
        return {}


def _text(path: Path, name: str) -> str:
    try:
        raw = toml.read(path, AgreementRefused)
    except OSError as error:
        raise AgreementRefused([Problem(str(path), "", cause_of(error), "eine lesbare Datei")]) from error
    return toml.decoded(raw, name, AgreementRefused)
