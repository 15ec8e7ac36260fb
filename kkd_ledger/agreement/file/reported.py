"""Figures as they are reported: rows that somebody typed become entries of `zahlen/YEAR.toml`, nothing is changed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger.agreement.file.sources import FOLDER
from kkd_ledger.errors import UsageError
from kkd_ledger.fields import as_id, nearest

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import Basis

_MONEY: Final = ("kennung", "jahr", "betrag")
_COUNT: Final = ("mass", "stichtag", "beteiligte", "zahl")
_INDEX: Final = ("index", "stand", "wert")
FORMS: Final = (
    "kennung;jahr;betrag oder mass;stichtag;beteiligte;zahl oder index;stand;wert in der ersten Zeile"
)


class Money(NamedTuple):
    """Money of a service year, as typed; named by its id or its title."""

    id: str
    year: int
    amount: str


class Count(NamedTuple):
    """What a party counts on a day by a measure (or its series), as typed."""

    measure: str
    day: dt.date
    party: str
    number: str


class IndexFigure(NamedTuple):
    """What an index was in a year (2024) or a month (2024-07), as typed; named by its id or its title."""

    series: str
    at: str
    value: str

    @property
    def year(self) -> int:
        """The year in whose file it stands."""
        return int(self.at[:4])


Row = Money | Count | IndexFigure


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


def rows_of(text: str) -> list[Row]:
    """Return the rows of a CSV file with semicolons (or commas); raise UsageError with the row for any other."""
    mark = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    heading, *rows = ([cell.strip() for cell in row] for row in reader if any(map(str.strip, row)))
    names = tuple(cell.casefold().replace("ß", "ss") for cell in heading)
    if names not in {_MONEY, _COUNT, _INDEX}:
        raise UsageError(f"Die CSV-Datei beginnt mit {mark.join(heading)!r}; erlaubt: {FORMS}.")
    typed_rows: list[Row] = []
    for number, row in enumerate(rows, start=2):
        try:
            if names == _MONEY:
                id_, year, amount = row
                typed_rows.append(Money(id_, int(year), amount))
            elif names == _INDEX:
                series, at, value = row
                typed_rows.append(IndexFigure(series, year_or_month(at), value))
            else:
                measure, day, party, figure = row
                typed_rows.append(Count(measure, dt.date.fromisoformat(day), party, figure))
        except ValueError as error:
            raise UsageError(
                f"Zeile {number} der CSV-Datei: {mark.join(row)!r}; erlaubt: {FORMS}."
            ) from error
    return typed_rows


def year_or_month(text: str) -> str:
    """Return the year or month of an index's value as typed; raise ValueError where it is neither."""
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text):
        raise ValueError(f"{text!r} ist kein Jahr und kein Monat; erlaubt: 2024 oder 2024-07")
    return text


def entries(agreement: Agreement, rows: Iterable[Row], report: Reported) -> dict[str, str]:
    """Return by file (`zahlen/2024.toml`) the TOML text that the rows add; figures of one day stand together.

    Raise UsageError for money, a measure, an index or a party that nobody knows, and for money without a source.
    """
    texts: dict[str, list[str]] = {}
    counts: dict[tuple[str, dt.date], dict[str, str]] = {}
    for row in rows:
        if isinstance(row, Money):
            texts.setdefault(f"{FOLDER}/{row.year}.toml", []).append(_money(agreement, row, report))
        elif isinstance(row, IndexFigure):
            texts.setdefault(f"{FOLDER}/{row.year}.toml", []).append(_index(agreement, row, report))
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


def _money(agreement: Agreement, row: Money, report: Reported) -> str:
    if not report.source:
        raise UsageError(f"Für {row.id} {row.year} fehlt die Quelle (--source).")
    title, id_ = _named_money(agreement, row.id)
    lines = ["[[figures]]", _line("id", id_), *([_line("title", title)] if title else [])]
    lines += [f"year = {row.year}", _line("amount", row.amount)]
    lines += [_line("kind", report.kind)] if report.kind != "actual" else []
    return "\n".join([*lines, *report.lines(report.source)]) + "\n"


def _named_money(agreement: Agreement, name: str) -> tuple[str, str]:
    """Return title (empty where nobody has said one) and id of money that the agreement asks for."""
    pots = {pot.id for pot in agreement.pots}
    asked = [name for pot in agreement.pots for name in pot.names if name not in pots]
    asked += [growth for component in agreement.components if (growth := getattr(component, "growth", ""))]
    titles = {figure.id: figure.title for figure in agreement.figures if figure.title}
    for pot in agreement.pots:
        if len(pot.lines) == 1 and not pot.steps:
            titles.setdefault(pot.lines[0], pot.title)
    for id_ in dict.fromkeys([*asked, *titles]):
        if name.casefold() == titles.get(id_, "").casefold() or as_id(name) == id_:
            return titles.get(id_, ""), id_
    if any(name.casefold() in {each.id, each.title.casefold()} for each in agreement.components):
        raise UsageError(
            f"Die Kosten von {name} stehen bei ihrem Baustein; ein Nachtrag trägt sie ein: "
            "`kkd agreement amend DATEI --cost BAUSTEIN=JAHR=BETRAG`."
        )
    names = [titles.get(id_) or id_ for id_ in dict.fromkeys(asked)]
    raise UsageError(f"Keine Zahl heißt {name!r}; erlaubt: {nearest(name, names) or 'keine'}.")


def _index(agreement: Agreement, row: IndexFigure, report: Reported) -> str:
    if not report.source:
        raise UsageError(f"Für {row.series} {row.at} fehlt die Quelle (--source).")
    ids = {name.casefold(): index.id for index in agreement.indexes for name in (index.id, index.title)}
    if row.series.casefold() not in ids:
        names = [index.title for index in agreement.indexes]
        raise UsageError(
            f"Kein Index heißt {row.series!r}; erlaubt: {nearest(row.series, names) or 'keiner'}."
        )
    lines = ["[[index_values]]", _line("index", ids[row.series.casefold()]), _line("at", row.at)]
    return "\n".join([*lines, _line("value", row.value), *report.lines(report.source)]) + "\n"


def _series(
    agreement: Agreement, measure: str, day: dt.date, figures: Mapping[str, str], report: Reported
) -> str:
    bases = [
        basis
        for basis in agreement.bases
        if measure.casefold() in {basis.id, basis.weight, (basis.title or "").casefold()}
    ]
    if not bases:
        names = dict.fromkeys(basis.title or basis.id for basis in agreement.bases)
        raise UsageError(f"Kein Maß heißt {measure!r}; erlaubt: {nearest(measure, names) or 'keines'}.")
    basis = _of_source(bases, report.source)
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
    ending = report.lines(basis.source)
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


def _of_source(bases: Sequence[Basis], source: str) -> Basis:
    """Return the newest basis that counts figures of a source, of any without one; others would never be counted."""
    fitting = [basis for basis in bases if source in {"", basis.source}]
    if not fitting:
        names = ", ".join(dict.fromkeys(f"„{basis.source}“" for basis in bases))
        raise UsageError(
            f"{bases[-1].title or bases[-1].id} kommt nach der Vereinbarung aus {names}; Zahlen aus „{source}“ zählten "
            "nicht. Lassen Sie --source bei Stichtagszahlen weg; wer sie meldet, sagt --reported-by."
        )
    return fitting[-1]


def _number(text: str) -> str:
    """Return a number as the file has it: a whole one bare, anything else as it was typed."""
    return text if text.isascii() and text.isdecimal() else json.dumps(text, ensure_ascii=False)


def _line(name: str, text: str) -> str:
    return f"{name} = {json.dumps(text, ensure_ascii=False)}"
