"""Figures as they are reported: rows that somebody typed become entries of `zahlen/YEAR.toml`, nothing is changed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger.agreement.file.sources import FOLDER
from kkd_ledger.errors import UsageError
from kkd_ledger.fields import nearest

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

_MONEY: Final = ("kennung", "jahr", "betrag")
_COUNT: Final = ("mass", "stichtag", "beteiligte", "zahl")
FORMS: Final = "kennung;jahr;betrag oder mass;stichtag;beteiligte;zahl in der ersten Zeile"


class Money(NamedTuple):
    """Money of a service year, as typed."""

    id: str
    year: int
    amount: str


class Count(NamedTuple):
    """What a party counts on a day by a measure (or its series), as typed."""

    measure: str
    day: dt.date
    party: str
    number: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What is common to reported figures: their source and state, who reports them, since when they are known."""

    known_from: dt.date
    source: str = ""
    state: str = "reported"
    kind: str = "actual"
    reported_by: str = ""

    def lines(self, source: str) -> list[str]:
        """Return the lines that end an entry."""
        said = {"source": source, "reported_by": self.reported_by}
        said |= {"state": self.state} if self.state != "reported" else {}
        return [
            *(_line(name, text) for name, text in said.items() if text),
            f"known_from = {self.known_from}",
        ]


def rows_of(text: str) -> list[Money | Count]:
    """Return the rows of a CSV file with semicolons (or commas); raise UsageError with the row for any other."""
    mark = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    heading, *rows = ([cell.strip() for cell in row] for row in reader if any(map(str.strip, row)))
    names = tuple(cell.casefold().replace("ß", "ss") for cell in heading)
    if names not in {_MONEY, _COUNT}:
        raise UsageError(f"Die CSV-Datei beginnt mit {mark.join(heading)!r}; erlaubt: {FORMS}.")
    typed_rows: list[Money | Count] = []
    for number, row in enumerate(rows, start=2):
        try:
            if names == _MONEY:
                id_, year, amount = row
                typed_rows.append(Money(id_, int(year), amount))
            else:
                measure, day, party, figure = row
                typed_rows.append(Count(measure, dt.date.fromisoformat(day), party, figure))
        except ValueError as error:
            raise UsageError(
                f"Zeile {number} der CSV-Datei: {mark.join(row)!r}; erlaubt: {FORMS}."
            ) from error
    return typed_rows


def entries(agreement: Agreement, rows: Iterable[Money | Count], report: Reported) -> dict[str, str]:
    """Return by file (`zahlen/2024.toml`) the TOML text that the rows add; figures of one day stand together.

    Raise UsageError for a measure or a party that nobody knows, and for money without a source.
    """
    texts: dict[str, list[str]] = {}
    counts: dict[tuple[str, dt.date], dict[str, str]] = {}
    for row in rows:
        if isinstance(row, Money):
            texts.setdefault(f"{FOLDER}/{row.year}.toml", []).append(_money(row, report))
        else:
            counts.setdefault((row.measure, row.day), {})[row.party] = row.number
    for (measure, day), figures in counts.items():
        texts.setdefault(f"{FOLDER}/{day.year}.toml", []).append(
            _series(agreement, measure, day, figures, report)
        )
    return {file: "\n".join(parts) for file, parts in texts.items()}


def with_entries(files: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of figures with entries added at their ends."""
    whole = dict(files)
    for file, text in added.items():
        before = whole.get(file, "").rstrip("\n")
        whole[file] = f"{before}\n\n{text}" if before else text
    return whole


def _money(row: Money, report: Reported) -> str:
    if not report.source:
        raise UsageError(f"Für {row.id} {row.year} fehlt die Quelle (--source).")
    lines = ["[[figures]]", _line("id", row.id), f"year = {row.year}", _line("amount", row.amount)]
    lines += [_line("kind", report.kind)] if report.kind != "actual" else []
    return "\n".join([*lines, *report.lines(report.source)]) + "\n"


def _series(
    agreement: Agreement, measure: str, day: dt.date, figures: Mapping[str, str], report: Reported
) -> str:
    bases = [basis for basis in agreement.bases if measure in {basis.id, basis.weight}]
    if not bases:
        names = dict.fromkeys(basis.id for basis in agreement.bases)
        raise UsageError(f"Kein Maß heißt {measure!r}; erlaubt: {nearest(measure, names) or 'keines'}.")
    basis = bases[-1]
    parties = {name: party for party in agreement.parties() for name in (party.id, party.name)}
    lines = []
    for name, number in figures.items():
        if name not in parties:
            ids = [party.id for party in agreement.parties()]
            raise UsageError(f"Keine Beteiligte heißt {name!r}; erlaubt: {nearest(name, ids)}.")
        party = parties[name]
        key = party.id if basis.weight else party.ags or party.id
        lines.append(f"{key} = {_number(number)}")
    head = [_line("name", basis.weight)] if basis.weight else []
    census = [] if basis.weight else [f"census = {basis.census or day.year}"]
    table, values = ("weights", "values") if basis.weight else ("populations", "inhabitants")
    ending = report.lines(report.source or basis.source)
    return "\n".join(
        [
            f"[[{table}]]",
            *head,
            f"reference = {day}",
            *census,
            *ending,
            f"{values} = {{ {', '.join(lines)} }}",
            "",
        ]
    )


def _number(text: str) -> str:
    """Return a number as the file has it: a whole one bare, anything else as it was typed."""
    return text if text.isascii() and text.isdecimal() else json.dumps(text, ensure_ascii=False)


def _line(name: str, text: str) -> str:
    return f"{name} = {json.dumps(text, ensure_ascii=False)}"
