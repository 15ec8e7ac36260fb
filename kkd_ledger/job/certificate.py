"""The completeness certificate (Vollständigkeitsnachweis): every bank line of a month, and what became of it.

One JSON file a month beside the books. It is part of the books, not a cache: it says which lines are known, also those
that were not booked. Nothing in it depends on a file's name, the clock or the machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kkd_ledger.bank.keys import content_key, statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.money import plain
from kkd_ledger.periods import BookingMonth

FORMAT: Final = "kkd-vollstaendigkeit/1"
ENDING: Final = ".bank.json"


class Fate(StrEnum):
    """What became of a bank line."""

    MATCHED = "zugeordnet"
    UNCLEAR = "ungeklärt"
    WAITS = "wartet"
    NOT_OURS = "nicht-kkd"


@dataclass(frozen=True)
class Line:
    """One bank line in a certificate."""

    key: str
    statement: str
    day: str
    cents: int
    fate: Fate
    number: str
    rule: str
    reasons: tuple[str, ...]
    payee: str = ""
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain JSON data."""
        data = {
            "schluessel": self.key,
            "auszug": self.statement,
            "tag": self.day,
            "betrag": plain(self.cents),
            "ergebnis": str(self.fate),
            "nr": self.number,
            "regel": self.rule,
            "gruende": list(self.reasons),
        }
        if self.fate == Fate.WAITS:  # what a person needs to decide, and what the entry will then say
            data |= {"gegenseite": self.payee, "text": self.text}
        return data


class Certificates:
    """The certificates of a book as they lie on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._months = {
            path.name.removesuffix(ENDING): path for path in sorted(root.glob(f"[0-9]*/*{ENDING}"))
        }

    @property
    def months(self) -> tuple[BookingMonth, ...]:
        """The months that have a certificate."""
        return tuple(BookingMonth.parse(month) for month in self._months)

    def month(self, month: BookingMonth) -> dict[str, Any]:
        """Return a month's certificate, an empty one where there is none yet."""
        path = self._months.get(str(month))
        if path is None:
            return {"format": FORMAT, "monat": str(month), "auszuege": [], "zeilen": []}
        return _read(path)

    @cached_property
    def _all(self) -> tuple[dict[str, Any], ...]:
        return tuple(_read(path) for path in self._months.values())

    @cached_property
    def lines(self) -> dict[str, dict[str, Any]]:
        """Every line that is known, by its key."""
        return {line["schluessel"]: line for data in self._all for line in data["zeilen"]}

    @cached_property
    def statements(self) -> tuple[dict[str, Any], ...]:
        """Every statement that was taken, by its days."""
        found = [statement for data in self._all for statement in data["auszuege"]]
        return tuple(
            sorted(found, key=lambda statement: (statement["konto"], statement["bis"], statement["von"]))
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        if data["format"] == FORMAT:
            return data
        found = repr(data["format"])
    except (ValueError, KeyError, TypeError):
        found = "kein lesbarer Nachweis"
    raise BookRefused([Problem(str(path), "", found, f"ein Nachweis im Format {FORMAT}")])


def with_statement(
    data: dict[str, Any], statement: Statement, lines: Iterable[Line], known: int
) -> dict[str, Any]:
    """Return a month's certificate with one more statement, its new lines and how many were known before."""
    lines = tuple(lines)
    entry = {
        "konto": statement.account,
        "art": statement.kind,
        "nummer": statement.sequence,
        "von": statement.from_day.isoformat(),
        "bis": statement.to_day.isoformat(),
        "anfang": None if statement.opening_cents is None else plain(statement.opening_cents),
        "umsatz": plain(statement.booked_cents),
        "ende": None if statement.closing_cents is None else plain(statement.closing_cents),
        "zeilen": sum(1 for line in statement.lines if line.booked),
        "bekannt": known,
        "schluessel": statement_key(statement),
        "inhalt": content_key(statement),
        "sha256": statement.sha256,
    } | {str(fate): sum(1 for line in lines if line.fate == fate) for fate in Fate}
    assert known + len(lines) == entry["zeilen"], "nothing is left out"
    return data | {
        "auszuege": [*data["auszuege"], entry],
        "zeilen": [*data["zeilen"], *(line.as_json() for line in lines)],
    }


def as_bytes(data: dict[str, Any]) -> bytes:
    """Return a certificate as it is written: canonical, one fact a line."""
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
