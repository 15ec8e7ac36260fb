"""Figures as they are reported: rows that somebody typed become entries of `zahlen/YEAR.toml`, nothing is changed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kkd_ledger.agreement.facts.told_figures import WeightSeries
from kkd_ledger.agreement.file.asked import asked_year, refuse_unasked_day
from kkd_ledger.agreement.file.sources import FOLDER
from kkd_ledger.errors import UsageError
from kkd_ledger.fields import as_id, nearest
from kkd_ledger.money import parse_typed_eur
from kkd_ledger.periods import service_year_in

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

    def lines(self, source: str, *, corrects: bool = False) -> list[str]:
        """Return the lines that end an entry; `corrects` says that another one is known since the same day."""
        said = {"source": source, "reported_by": self.reported_by}
        state = "corrected" if corrects and self.state == "reported" else self.state
        said |= {"state": state} if state != "reported" else {}
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
                typed_rows.append(Money(id_, _typed_year(year), amount))
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


def _typed_year(text: str) -> int:
    year = service_year_in(text)
    if year is None:
        raise ValueError(f"{text!r} ist kein Jahr")
    return year


def year_or_month(text: str) -> str:
    """Return the year or month of an index's value as typed; raise ValueError where it is neither."""
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text):
        raise ValueError(f"{text!r} ist kein Jahr und kein Monat; erlaubt: 2024 oder 2024-07")
    return text


def entries(agreement: Agreement, rows: Iterable[Row], report: Reported) -> dict[str, str]:
    """Return by file (`zahlen/2024.toml`) the TOML text that the rows add; figures of one day stand together.

    A figure that is known since the same day already is corrected by it; where it is the same, nothing is added.
    Raise UsageError for money, a measure, an index or a party that nobody knows, for money without a source, and for a
    year or a day of which the agreement asks nothing.
    """
    texts: dict[str, list[str]] = {}
    counts: dict[tuple[str, dt.date], dict[str, str]] = {}
    for row in rows:
        if isinstance(row, Money):
            texts.setdefault(f"{FOLDER}/{int(row.year)}.toml", []).append(_money(agreement, row, report))
        elif isinstance(row, IndexFigure):
            texts.setdefault(f"{FOLDER}/{row.year}.toml", []).append(_index(agreement, row, report))
        else:
            counts.setdefault((row.measure, row.day), {})[row.party] = row.number
    for (measure, day), figures in counts.items():
        texts.setdefault(f"{FOLDER}/{day.year}.toml", []).extend(
            _series(agreement, measure, day, figures, report)
        )
    said = {file: [part for part in parts if part] for file, parts in texts.items()}
    return {file: "\n".join(parts) for file, parts in said.items() if parts}


def _since(fact: Any, agreement: Agreement) -> dt.date:
    since: dt.date = fact.known_from or agreement.known_from
    return since


def _typed_cents(text: str) -> int | None:
    try:
        return parse_typed_eur(text)
    except ValueError:
        return None


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
    year = asked_year(agreement, title or id_, row.year, report.known_from, report.kind)
    of_today = [
        figure.amount
        for figure in agreement.figures
        if (figure.id, figure.year, figure.kind) == (id_, year, report.kind)
        and _since(figure, agreement) == report.known_from
    ]
    if of_today and of_today[-1] == _typed_cents(row.amount):
        return ""
    lines = ["[[figures]]", _line("id", id_), *([_line("title", title)] if title else [])]
    lines += [f"year = {year}", _line("amount", row.amount)]
    lines += [_line("kind", report.kind)] if report.kind != "actual" else []
    return "\n".join([*lines, *report.lines(report.source, corrects=bool(of_today))]) + "\n"


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
    if row.year > report.known_from.year + 1:
        raise UsageError(
            f"{row.series} {row.at}: diesen Stand gibt es noch nicht; erlaubt: bis {report.known_from.year + 1}."
        )
    lines = ["[[index_values]]", _line("index", ids[row.series.casefold()]), _line("at", row.at)]
    index = ids[row.series.casefold()]
    corrects = any(
        (value.index, value.at) == (index, row.at) and _since(value, agreement) == report.known_from
        for value in agreement.index_values
    )
    ending = report.lines(report.source, corrects=corrects)
    return "\n".join([*lines, _line("value", row.value), *ending]) + "\n"


def _series(
    agreement: Agreement, measure: str, day: dt.date, figures: Mapping[str, str], report: Reported
) -> Iterator[str]:
    """Yield the tables of what is counted on a day: what corrects a report of the same day stands by itself."""
    basis = _basis_of(agreement, measure, report.source)
    refuse_unasked_day(agreement, basis, day, report.known_from)
    parties = {name: party for party in agreement.parties() for name in (party.id, party.name)}
    before = set(_counted_before(agreement, basis, day, report.known_from))
    lines: dict[bool, list[str]] = {False: [], True: []}
    for name, number in figures.items():
        if name not in parties:
            ids = [party.id for party in agreement.parties()]
            raise UsageError(f"Keine Beteiligte heißt {name!r}; erlaubt: {nearest(name, ids)}.")
        party = parties[name]
        key = party.id if basis.weight else party.ags or party.id
        lines[key in before].append(f"{key} = {_number(number)}")
    head = [_line("name", basis.weight)] if basis.weight else []
    census = [] if basis.weight else [f"census = {basis.census or day.year}"]
    table, values = ("weights", "values") if basis.weight else ("populations", "inhabitants")
    for corrects, said in lines.items():
        if said:
            ending = report.lines(basis.source, corrects=corrects)
            top = [f"[[{table}]]", *head, f"reference = {day}", *census, *ending]
            yield "\n".join([*top, f"{values} = {{ {', '.join(said)} }}", ""])


def _basis_of(agreement: Agreement, measure: str, source: str) -> Basis:
    bases = [
        basis
        for basis in agreement.bases
        if measure.casefold() in {basis.id, basis.weight, (basis.title or "").casefold()}
    ]
    if not bases:
        names = dict.fromkeys(basis.title or basis.id for basis in agreement.bases)
        raise UsageError(f"Kein Maß heißt {measure!r}; erlaubt: {nearest(measure, names) or 'keines'}.")
    return _of_source(bases, source)


def _counted_before(agreement: Agreement, basis: Basis, day: dt.date, known_from: dt.date) -> Iterator[str]:
    """Yield the parties (as the file names them) of which a count of the day is known since the same day."""
    rows = agreement.weights if basis.weight else agreement.populations
    for row in rows:
        series = row.name if isinstance(row, WeightSeries) else row.census
        same = series == (basis.weight or basis.census or day.year) and row.source == basis.source
        if same and row.reference == day and _since(row, agreement) == known_from:
            yield from row.values if isinstance(row, WeightSeries) else row.inhabitants


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
