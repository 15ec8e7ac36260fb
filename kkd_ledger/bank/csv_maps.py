"""Column maps of CSV exports, as data: read from TOML, checked, and found again by a file's header."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final

from kkd_ledger.errors import Problem, StatementRefused

FIELDS: Final = frozenset(
    {
        "account",
        "booking_day",
        "value_day",
        "amount",
        "debit",
        "credit",
        "currency",
        "counterparty",
        "iban",
        "remittance",
        "end_to_end",
        "mandate",
        "booking_text",
        "bank_reference",
        "purpose",
        "status",
        "balance",
        "payer",
        "payee",
    }
)
_NEEDED: Final = (("booking_day",), ("amount", "debit"), ("amount", "credit"))
_DAYS: Final = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d")
_KEYS: Final = frozenset({"name", "day", "columns", "currency", "account_label", "booked", "closing_rows"})


@dataclass(frozen=True, slots=True)
class CsvMap:
    """One bank's CSV form: which of its columns carries which field of a line."""

    name: str
    columns: Mapping[str, str]
    day: str = "%d.%m.%Y"
    currency: str = ""
    account_label: str = ""
    booked: tuple[str, ...] = field(default=())
    closing_rows: tuple[str, ...] = field(default=())

    def fits(self, header: Sequence[str]) -> bool:
        """Tell whether a row is the header of this form."""
        return set(self.columns.values()) <= set(header)


def known_maps() -> tuple[CsvMap, ...]:
    """Return the maps that come with the library."""
    text = resources.files("kkd_ledger.bank").joinpath("csv_maps.toml").read_text("utf-8")
    return _maps(tomllib.loads(text), "csv_maps.toml")


def load_maps(path: Path) -> tuple[CsvMap, ...]:
    """Return the maps of a file; raise StatementRefused with everything that is wrong in it."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StatementRefused([Problem(path.name, "", str(error), "TOML in UTF-8")]) from error
    return _maps(table, path.name)


def _maps(table: Mapping[str, Any], file: str) -> tuple[CsvMap, ...]:
    rows = table.get("map", [])
    rows = rows if isinstance(rows, list) else [rows]
    problems = [
        problem for number, row in enumerate(rows, 1) for problem in _problems(row, file, f"map {number}")
    ]
    if not rows:
        problems.append(Problem(file, "", "keine Zuordnung", "mindestens ein [[map]]"))
    if problems:
        raise StatementRefused(problems)
    return tuple(
        CsvMap(**row | {key: tuple(row.get(key, ())) for key in ("booked", "closing_rows")}) for row in rows
    )


def _problems(row: Any, file: str, place: str) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(file, place, repr(row), "eine Tabelle [[map]]")
        return
    for key in sorted(set(row) - _KEYS):
        yield Problem(file, place, f"Schlüssel {key}", ", ".join(sorted(_KEYS)))
    if not row.get("name"):
        yield Problem(file, place, "kein Name", "ein Name der Bank oder des Formats")
    if row.get("day", _DAYS[0]) not in _DAYS:
        yield Problem(file, f"{place}, day", repr(row["day"]), ", ".join(_DAYS))
    columns = row.get("columns", {})
    for column in sorted(set(columns) - FIELDS):
        yield Problem(file, f"{place}, columns", f"Feld {column}", ", ".join(sorted(FIELDS)))
    for either in _NEEDED:
        if not set(either) & set(columns):
            allowed = "booking_day und amount, oder booking_day, debit und credit"
            yield Problem(file, f"{place}, columns", f"kein Feld {' oder '.join(either)}", allowed)
    for value in (
        *columns.values(),
        row.get("currency", ""),
        row.get("account_label", ""),
        *row.get("booked", ()),
        *row.get("closing_rows", ()),
    ):
        if not isinstance(value, str):
            yield Problem(file, place, repr(value), "ein Text")
