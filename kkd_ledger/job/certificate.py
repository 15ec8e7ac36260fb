"""The completeness certificate (Vollständigkeitsnachweis): every bank line of a month, and what became of it.

One JSON file a month beside the books. It is part of the books, not a cache: it says which lines are known, also those
that were not booked. Nothing in it depends on a file's name, the clock or the machine.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kkd_ledger.bank.keys import content_key, statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.present import Present
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.money import parse_eur, plain
from kkd_ledger.periods import BookingMonth

FORMAT: Final = "kkd-vollstaendigkeit/1"
ENDING: Final = ".bank.json"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


class Fate(StrEnum):
    """What became of a bank line."""

    MATCHED = "zugeordnet"
    UNCLEAR = "ungeklärt"
    WAITS = "wartet"
    NOT_OURS = "nicht-kkd"


@dataclass(frozen=True)
class Line:
    """One bank line in a certificate.

    `batch` says of a batch entry without its details how many it has, and the bank's reference of it.
    """

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
    batch: tuple[int, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain JSON data."""
        data: dict[str, Any] = {
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
        if self.batch:  # what a camt.054 that comes later is compared with
            data["sammelbuchung"] = {"posten": self.batch[0], "bankreferenz": self.batch[1]}
        return data


class Certificates:
    """The certificates of a book as they lie on the disk, or are decided and on their way to their places.

    With `since`, those that may tell of that day or a later one, and of the last statement before it: a certificate
    tells of statements that end in its month, or earlier where theirs was sealed.
    """

    def __init__(self, root: Path, since: dt.date = dt.date.min) -> None:
        self._present = Present(root)
        found = self._present.matching(f"[0-9]*/*{ENDING}")
        self._months = {name.rpartition("/")[2].removesuffix(ENDING): root / name for name in found}
        self._first = str(BookingMonth.of(since)) if since > dt.date.min else ""

    @property
    def months(self) -> tuple[BookingMonth, ...]:
        """The months that have a certificate."""
        return tuple(BookingMonth.parse(month) for month in self._months)

    def month(self, month: BookingMonth) -> dict[str, Any]:
        """Return a month's certificate, an empty one where there is none yet."""
        path = self._months.get(str(month))
        if path is None:
            return {"format": FORMAT, "monat": str(month), "auszuege": [], "zeilen": []}
        return self._read(path)

    def _read(self, path: Path) -> dict[str, Any]:
        return _data(path, self._present.read(path))

    @cached_property
    def _all(self) -> Mapping[str, dict[str, Any]]:
        """The certificates read, by month."""
        found: dict[str, dict[str, Any]] = {}
        for month in reversed(self._months):
            if month < self._first and self._last_before(found) > month:
                break
            found[month] = self._read(self._months[month])
        return dict(sorted(found.items()))

    def _last_before(self, found: Mapping[str, dict[str, Any]]) -> str:
        """Return the month in which the last known statement before the first one wanted ends."""
        ends = (held["bis"][:7] for data in found.values() for held in data["auszuege"] if held["anfang"])
        return max((end for end in ends if end < self._first), default="")

    @cached_property
    def lines(self) -> dict[str, dict[str, Any]]:
        """Every line that is known, by its key."""
        return {line["schluessel"]: line for data in self._all.values() for line in data["zeilen"]}

    def month_of(self, key: str) -> BookingMonth:
        """Return the month whose certificate tells of a line."""
        for month, data in self._all.items():
            if any(line["schluessel"] == key for line in data["zeilen"]):
                return BookingMonth.parse(month)
        raise KeyError(key)

    @cached_property
    def statements(self) -> tuple[dict[str, Any], ...]:
        """Every statement that was taken, by its days."""
        found = [statement for data in self._all.values() for statement in data["auszuege"]]
        return tuple(
            sorted(found, key=lambda statement: (statement["konto"], statement["bis"], statement["von"]))
        )

    @cached_property
    def advices(self) -> tuple[dict[str, Any], ...]:
        """Every camt.054 that was taken: it enriches a statement's batches and books nothing."""
        return tuple(advice for data in self._all.values() for advice in data.get("einzelposten", ()))

    @cached_property
    def used_advices(self) -> frozenset[str]:
        """The keys of the camt.054 entries that enrich a batch."""
        by_statement = (key for one in self.statements for key in one.get("camt054", ()))
        later = (one["einzelposten"] for advice in self.advices for one in advice["aufgeteilt"])
        return frozenset((*by_statement, *later))


def _data(path: Path, content: bytes) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(content)
        if data["format"] == FORMAT:
            return data
        found = repr(data["format"])
    except (ValueError, KeyError, TypeError):
        found = "kein lesbarer Nachweis"
    raise BookRefused([Problem(str(path), "", found, f"ein Nachweis im Format {FORMAT}")])


def with_statement(
    data: dict[str, Any], statement: Statement, lines: Iterable[Line], known: int, advices: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a month's certificate with one more statement, its new lines and how many were known before.

    `advices` name the camt.054 entries whose details stand for batches of it.
    """
    lines = tuple(lines)
    entry: dict[str, Any] = {
        "konto": statement.account,
        "art": statement.kind,
        "nummer": statement.sequence,
        "von": statement.from_day.isoformat(),
        "bis": statement.to_day.isoformat(),
        "anfang": None if statement.opening_cents is None else plain(statement.opening_cents),
        "umsatz": plain(statement.booked_cents),
        "ende": None if statement.closing_cents is None else plain(statement.closing_cents),
        "zeilen": known + len(lines),
        "bekannt": known,
        "schluessel": statement_key(statement),
        "inhalt": content_key(statement),
        "sha256": statement.sha256,
    } | {str(fate): sum(1 for line in lines if line.fate == fate) for fate in Fate}
    told = sum(1 for line in statement.lines if line.booked)
    assert entry["zeilen"] == told or (advices and known + len(lines) > told), "nothing is left out"
    if advices:
        entry["camt054"] = list(advices)
    if not statement.last_page or (statement.page or 1) > 1:
        entry |= {"blatt": statement.page or 1, "weitere": not statement.last_page}
    return data | {
        "auszuege": [*data["auszuege"], entry],
        "zeilen": [*data["zeilen"], *(line.as_json() for line in lines)],
    }


def with_advice(
    data: dict[str, Any], statement: Statement, archived: str, split: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """Return a month's certificate with one more camt.054: where it is kept, and the batches it split afterwards."""
    entry = {
        "konto": statement.account,
        "art": statement.kind,
        "nummer": statement.sequence,
        "von": statement.from_day.isoformat(),
        "bis": statement.to_day.isoformat(),
        "umsatz": plain(statement.booked_cents),
        "zeilen": len(statement.lines),
        "schluessel": statement_key(statement),
        "inhalt": content_key(statement),
        "sha256": archived,
        "aufgeteilt": list(split),
    }
    return data | {"einzelposten": [*data.get("einzelposten", ()), entry]}


def with_details(data: dict[str, Any], key: str, lines: Iterable[Line]) -> dict[str, Any]:
    """Return a month's certificate in which details stand for a batch that waited as a whole."""
    lines = tuple(lines)
    (whole,) = (line for line in data["zeilen"] if line["schluessel"] == key)
    assert sum(line.cents for line in lines) == parse_eur(whole["betrag"]), "details add up to their batch"
    statements = [
        _with_fates(one, lines) if one["schluessel"] == whole["auszug"] else one for one in data["auszuege"]
    ]
    others = [line for line in data["zeilen"] if line["schluessel"] != key]
    return data | {"auszuege": statements, "zeilen": [*others, *(line.as_json() for line in lines)]}


def _with_fates(statement: dict[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    counts = {str(fate): statement[str(fate)] + sum(1 for one in lines if one.fate == fate) for fate in Fate}
    counts[str(Fate.WAITS)] -= 1
    return statement | counts | {"zeilen": statement["zeilen"] + len(lines) - 1}


def as_bytes(data: dict[str, Any]) -> bytes:
    """Return a certificate as it is written: canonical JSON, a statement or a bank line on each line of text."""
    facts = (f"{_text(key)}: {_listed(data[key])}" for key in sorted(data))
    return ("{\n" + ",\n".join(facts) + "\n}\n").encode()


def _listed(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(_text, value)) + "\n]"
    return _text(value)


def _text(value: Any) -> str:
    return _ENCODER.encode(value)
