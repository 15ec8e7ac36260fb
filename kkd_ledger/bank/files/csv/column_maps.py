"""Column maps of CSV exports, as data: read from TOML, checked, and found again by a file's header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger import german, toml
from kkd_ledger.bank.files.characters import one_line
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.fields import nearest

FIELDS: Final = frozenset(
    {
        "account",
        "booking_day",
        "value_day",
        "amount",
        "debit",
        "credit",
        "sign",
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
        "original_amount",
    }
)
_NEEDED: Final = (("booking_day",), ("amount", "debit"), ("amount", "credit"))
_ALLOWED: Final = MappingProxyType(
    {"day": (german.DAY_FORMAT, "%d.%m.%y", "%Y-%m-%d"), "decimal": (",", "."), "pieces": (True, False)}
)
_LABELS: Final = ("optional", "booked", "pending_days", "opening_rows", "closing_rows", "skipped_rows")
_TEXTS: Final = ("name", "day", "decimal", "currency", "account_label", "bank_code_label")
_KEYS: Final = frozenset({*_TEXTS, *_LABELS, "columns", "pieces"})
_COLUMNS_MAX: Final = 200
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@lru_cache(maxsize=1024)
def folded(title: str) -> str:
    """Return a column's title as titles are compared: in small letters, umlauts spelled out, one line.

    >>> folded("Währung ") == folded("Waehrung")
    True
    """
    return one_line(title).casefold().translate(_SPELLED)


@dataclass(frozen=True, slots=True)
class CsvMap:
    """One bank's CSV form: which of its columns carries which field of a line, and how it writes."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    day: str = german.DAY_FORMAT
    decimal: str = ""
    currency: str = ""
    account_label: str = ""
    bank_code_label: str = ""
    pieces: bool = False
    optional: tuple[str, ...] = field(default=())
    booked: tuple[str, ...] = field(default=())
    pending_days: tuple[str, ...] = field(default=())
    opening_rows: tuple[str, ...] = field(default=())
    closing_rows: tuple[str, ...] = field(default=())
    skipped_rows: tuple[str, ...] = field(default=())

    def positions(self, titles: Mapping[str, int]) -> dict[str, int] | None:
        """Return where each field stands in a row with these `titles_of`, None where it is not this form's header."""
        places: dict[str, int] = {}
        for name, alternatives in self.columns.items():
            at = [titles[folded(title)] for title in alternatives if folded(title) in titles]
            if at:
                places[name] = at[0]
            elif name not in self.optional:
                return None
        return places


def titles_of(row: Sequence[str]) -> dict[str, int]:
    """Return where each title of a row stands; of two columns with one title (two currencies) the last counts.

    A row wider than any bank's table has none.
    """
    if len(row) > _COLUMNS_MAX:
        return {}
    return {folded(title): position for position, title in enumerate(row)}


def known_maps() -> tuple[CsvMap, ...]:
    """Return the maps that come with the library."""
    text = resources.files("kkd_ledger.bank.files.csv").joinpath("column_maps.toml").read_text("utf-8")
    return _maps(toml.loads(text, "column_maps.toml", StatementRefused), "column_maps.toml")


def load_maps(path: Path) -> tuple[CsvMap, ...]:
    """Return the maps of a file; raise StatementRefused with everything that is wrong in it."""
    return _maps(toml.loads(toml.read(path, StatementRefused), path.name, StatementRefused), path.name)


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
    return tuple(CsvMap(**row | _lists(row)) for row in rows)


def _lists(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a map that are lists of texts, a single title as a list of one."""
    columns = {
        name: (titles,) if isinstance(titles, str) else tuple(titles)
        for name, titles in row["columns"].items()
    }
    return {"columns": columns, **{key: tuple(row.get(key, ())) for key in _LABELS}}


def _problems(row: Any, file: str, place: str) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(file, place, repr(row), "eine Tabelle [[map]]")
        return
    for key in sorted(set(row) - _KEYS):
        yield Problem(file, place, f"Schlüssel {key}", nearest(key, sorted(_KEYS)))
    if not row.get("name"):
        yield Problem(file, place, "kein Name", "ein Name der Bank oder des Formats")
    for key, allowed in _ALLOWED.items():
        if row.get(key, allowed[0]) not in allowed:
            yield Problem(file, f"{place}, {key}", repr(row[key]), ", ".join(map(str, allowed)))
    columns = row.get("columns", {})
    if not isinstance(columns, dict):
        yield Problem(file, f"{place}, columns", repr(columns), "eine Tabelle [map.columns]")
        return
    for column in sorted(set(columns) - FIELDS):
        yield Problem(file, f"{place}, columns", f"Feld {column}", nearest(column, sorted(FIELDS)))
    for either in _NEEDED:
        if not set(either) & set(columns):
            allowed_fields = "booking_day und amount, oder booking_day, debit und credit"
            yield Problem(file, f"{place}, columns", f"kein Feld {' oder '.join(either)}", allowed_fields)
    yield from _not_texts(row, columns, file, place)


def _not_texts(
    row: Mapping[str, Any], columns: Mapping[str, Any], file: str, place: str
) -> Iterator[Problem]:
    for key in _TEXTS:
        if not isinstance(row.get(key, ""), str):
            yield Problem(file, f"{place}, {key}", repr(row[key]), "ein Text")
    for key in _LABELS:
        if not _is_texts(row.get(key, [])):
            yield Problem(file, f"{place}, {key}", repr(row[key]), "eine Liste von Texten")
    for key, titles in columns.items():
        if not isinstance(titles, str) and not (titles and _is_texts(titles)):
            yield Problem(
                file, f"{place}, columns, {key}", repr(titles), "ein Text oder eine Liste von Texten"
            )


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
