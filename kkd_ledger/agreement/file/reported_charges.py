"""Charges as they are reported: lines of a CSV file, or typed ones, become entries of `zahlen/YEAR.toml`.

A line that stands there already adds nothing, one with another quantity is a correction known from the day of the
report. A report is taken whole or not at all, and says everything that is wrong with it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from kkd_ledger.agreement.file.day_or_month import typed_day_or_month
from kkd_ledger.agreement.file.reported import Reported
from kkd_ledger.agreement.file.sources import FOLDER
from kkd_ledger.agreement.file.toml_text import pairs
from kkd_ledger.agreement.keys.charged import grade_title
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.errors import InputRefused, NotAllowed, Problem
from kkd_ledger.fields import nearest
from kkd_ledger.german import day as german_day
from kkd_ledger.quantities import Quantity, format_quantity, parse_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.charges import Charge, Position

COLUMNS: Final = ("baustein", "beteiligte", "tag", "leistung", "menge", "auftrag", "quelle")
"""The columns of a file, in any order; without `baustein` where there is one, `auftrag` and `quelle` may be missing."""
_NEEDED: Final = ("beteiligte", "tag", "leistung", "menge")
_OTHER_NAMES: Final = {
    "datum": "tag",
    "monat": "tag",
    "was": "leistung",
    "anzahl": "menge",
    "ref": "auftrag",
    "beleg": "auftrag",
    "mitglied": "beteiligte",
    "kommune": "beteiligte",
}


class ChargesRefused(InputRefused):
    """A report of charges that cannot be taken."""

    subject: ClassVar[str] = "Meldung abgelehnt"


class ChargeRow(NamedTuple):
    """A charge as typed: where it stands, what it says; `component` may be empty where there is only one."""

    place: str
    component: str
    party: str
    day: str
    grade: str
    quantity: str
    ref: str = ""
    source: str = ""


@dataclass
class ReportedCharges:
    """What a report adds: TOML text by file, and how many lines are new, corrected, or stand there already.

    `doubts` say which new lines may be known ones with another day: without a job nothing tells them apart.
    """

    texts: dict[str, str] = field(default_factory=dict)
    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    doubts: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say what the report adds, and what whoever confirms it should look at."""
        counts = f"{self.added} neu, {self.corrected} berichtigt, {self.unchanged} stehen schon so da."
        return counts, *self.doubts


def charge_rows(content: bytes, file: str) -> list[ChargeRow]:
    """Return the rows of a CSV file (UTF-8, or what a German Excel writes); raise ChargesRefused where it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    heading = next((line for line in text.splitlines() if line.strip()), "")
    mark = next((mark for mark in (";", "\t", ",") if mark in heading), ";")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        read = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ChargesRefused(
            [Problem(file, f"Zeile {reader.line_num}", str(error), "eine CSV-Datei")]
        ) from error
    numbered = [(number, cells) for number, cells in read if any(cells)]
    names = _columns(numbered[0][1] if numbered else [], file)
    rows, problems = list[ChargeRow](), list[Problem]()
    for number, cells in numbered[1:]:
        place = f"Zeile {number}"
        if len(cells) < len(names) or any(cells[len(names) :]):
            allowed = f"{len(names)} wie in der ersten Zeile, getrennt mit {mark!r}"
            problems.append(Problem(file, place, f"{len(cells)} Felder", allowed))
            continue
        said = dict(zip(names, cells, strict=False))
        rows.append(ChargeRow(place, *(said.get(name, "") for name in COLUMNS)))
    if problems:
        raise ChargesRefused(problems)
    return rows


def _columns(heading: Sequence[str], file: str) -> list[str]:
    names = [_OTHER_NAMES.get(cell.casefold(), cell.casefold()) for cell in heading]
    problems = [
        Problem(file, "Zeile 1", f"Spalte {name!r}", nearest(name, COLUMNS))
        for name in names
        if name and name not in COLUMNS
    ]
    lacking = [name for name in _NEEDED if name not in names]
    if lacking:
        actual = f"keine Spalte {', '.join(lacking)}"
        problems.append(Problem(file, "Zeile 1", actual, f"{';'.join(COLUMNS)} in der ersten Zeile"))
    twice = {name for name in names if name and names.count(name) > 1}
    problems += [Problem(file, "Zeile 1", f"Spalte {name!r} zweimal", "einmal") for name in sorted(twice)]
    if problems:
        raise ChargesRefused(problems)
    return names


def reported_charges(
    agreement: Agreement, rows: Iterable[ChargeRow], report: Reported, file: str = "Meldung"
) -> ReportedCharges:
    """Return what rows add to the figures of an agreement, as known from the day of the report.

    Pure: nothing is written. Raise ChargesRefused with every row that cannot be taken.
    """
    reading = _Reading(agreement, report, file)
    charges = [charge for row in rows if (charge := reading.charge(row))]
    reading.compare(charges)
    if reading.problems:
        raise ChargesRefused(reading.problems)
    done = ReportedCharges(unchanged=reading.unchanged, doubts=tuple(reading.doubts(charges)))
    texts: dict[str, list[str]] = {}
    for charge in charges:
        before = reading.before.get(charge.position)
        if before is not None and before.quantity == charge.quantity:
            continue
        if before is None:
            done.added += 1
        else:
            done.corrected += 1
        name = f"{FOLDER}/{agreement.service_year.of(charge.day)}.toml"
        texts.setdefault(name, []).append(_entry(charge, report, corrects=before is not None))
    done.texts = {name: "\n".join(parts) for name, parts in texts.items()}
    return done


@dataclass(frozen=True, slots=True)
class _Typed:
    """A row whose names are ids and whose day and quantity are known."""

    row: ChargeRow
    position: Position
    on: dt.date | None
    quantity: Quantity

    @property
    def day(self) -> dt.date:
        return self.position[2]


class _Reading:
    """Rows against an agreement: names, days, quantities, and what stands there already."""

    def __init__(self, agreement: Agreement, report: Reported, file: str) -> None:
        terms = agreement.terms()
        self.agreement, self.report, self.file = agreement, report, file
        self.problems: list[Problem] = []
        self.before: dict[Position, Charge] = {
            charge.position: charge for charges in terms.charges.values() for charge in charges
        }
        self.unchanged = 0
        self._parties = {name: party.id for party in agreement.parties() for name in (party.id, party.name)}
        keys = (each.component for each in terms.components)
        self._keys = {key.id: key for key in keys if isinstance(key, Charges)}

    def charge(self, row: ChargeRow) -> _Typed | None:
        """Return a row as a charge; None where it cannot be one, with its problems noted."""
        count = len(self.problems)
        component = self._component(row)
        party = self._named(row, "Beteiligte", row.party, self._parties)
        grade = self._grade(row, component)
        when = self._day(row)
        quantity = self._quantity(row)
        if len(self.problems) > count or when is None or quantity is None:
            return None
        day, on = when
        return _Typed(row, (component, party, day, row.ref, grade), on, quantity)

    def _component(self, row: ChargeRow) -> str:
        if not row.component and len(self._keys) == 1:
            return next(iter(self._keys))
        names = {name: key.id for key in self._keys.values() for name in (key.id, key.title)}
        if not names:
            self._note(
                row, "die Vereinbarung rechnet nichts nach Anfall ab", 'ein Baustein mit key = "charges"'
            )
            return ""
        return self._named(row, "Baustein", row.component, names)

    def _grade(self, row: ChargeRow, component: str) -> str:
        key = self._keys.get(component)
        if key is None:
            return ""
        grades = dict.fromkeys(price.grade for price in key.prices)
        names = {name: grade for grade in grades for name in (grade, grade_title(key, grade))}
        return self._named(row, "Leistung", row.grade, names)

    def _named(self, row: ChargeRow, what: str, said: str, names: Mapping[str, str]) -> str:
        """Return the id of what is named, however its letters are written."""
        folded = {name.casefold(): id_ for name, id_ in names.items()}
        if said.casefold() in folded:
            return folded[said.casefold()]
        actual = f"{what} {said!r}" if said else f"{what} fehlt"
        shown = {id_: name for name, id_ in names.items()}  # the title stands behind the id
        self._note(row, actual, nearest(said, [*shown.values()]) or "keine")
        return ""

    def _day(self, row: ChargeRow) -> tuple[dt.date, dt.date | None] | None:
        """Return the day and, where it is no month, the day again."""
        try:
            day, is_day = typed_day_or_month(row.day)
        except NotAllowed as refused:
            self._note(row, refused.actual, refused.allowed)
            return None
        if day > self.report.known_from:
            self._note(
                row,
                f"{row.day} liegt nach dem {german_day(self.report.known_from)}",
                "was schon geleistet ist",
            )
            return None
        return day, day if is_day else None

    def _quantity(self, row: ChargeRow) -> Quantity | None:
        if row.quantity.startswith(("-", "−")):
            self._note(row, f"Menge {row.quantity}", "ab 0; eine falsche Zeile wird mit Menge 0 aufgehoben")
            return None
        try:
            return parse_quantity(row.quantity)
        except NotAllowed as refused:
            self._note(row, f"Menge {refused.actual}", refused.allowed)
            return None

    def _note(self, row: ChargeRow, actual: str, allowed: str) -> None:
        self.problems.append(Problem(self.file, row.place, actual, allowed))

    def compare(self, charges: Sequence[_Typed]) -> None:
        """Note lines that stand twice in the report, and jobs of which it names a part only."""
        seen: dict[Position, ChargeRow] = {}
        for charge in charges:
            if charge.position in seen:
                actual = f"dieselbe Position wie {seen[charge.position].place}"
                self._note(charge.row, actual, "eine Zeile mit der ganzen Menge, oder zwei Aufträge")
            seen[charge.position] = charge.row
            before = self.before.get(charge.position)
            self.unchanged += before is not None and before.quantity == charge.quantity
        for charge in charges:
            for other in self._moved(charge, seen):
                self._note(charge.row, *other)

    def doubts(self, charges: Sequence[_Typed]) -> Iterator[str]:
        """Yield which new lines may be a known one of the same month whose day was wrong: both would be billed."""
        named = {charge.position for charge in charges}
        for charge in charges:
            component, party, day, ref, grade = charge.position
            key = self._keys.get(component)
            if (
                charge.position in self.before
                or not charge.quantity
                or (ref and key and key.billed == "each")
            ):
                continue
            for position, other in self.before.items():
                same = (position[0], position[1], *position[3:]) == (component, party, ref, grade)
                in_month = (other.day.year, other.day.month) == (day.year, day.month)
                if same and in_month and other.quantity == charge.quantity and position not in named:
                    stated = f"{format_quantity(other.quantity)} vom {german_day(other.day)}"
                    yield (
                        f"{charge.row.place}: {stated} bleibt daneben stehen. Gilt beides, ist nichts zu tun; war der "
                        "Tag falsch, heben Sie die alte Zeile mit Menge 0 auf."
                    )

    def _moved(self, charge: _Typed, seen: Mapping[Position, ChargeRow]) -> Iterator[tuple[str, str]]:
        """Find a new day of a job's grade where another day of it is known and not in the report: it may be moved."""
        component, party, _, ref, grade = charge.position
        key = self._keys.get(component)
        if not ref or charge.position in self.before or key is None or key.billed != "each":
            return
        for position, other in self.before.items():
            same = (position[0], position[1], *position[3:]) == (component, party, ref, grade)
            if same and other.quantity and position not in seen:
                stated = f"{format_quantity(other.quantity)} am {german_day(other.day)}"
                yield (
                    f"{ref} hat für diese Leistung schon {stated}",
                    "auch die alte Zeile: unverändert, wenn beide gelten, mit Menge 0, wenn der Tag falsch war",
                )


def _entry(charge: _Typed, report: Reported, *, corrects: bool) -> str:
    """Return a charge as an entry of the file."""
    component, party, day, ref, grade = charge.position
    state = "corrected" if corrects and report.state == "reported" else report.state
    said = {
        "component": component,
        "party": party,
        "on": charge.on,
        "month": None if charge.on else f"{day:%Y-%m}",
        "grade": grade,
        "quantity": _written(charge.quantity),
        "ref": ref,
        "source": charge.row.source or report.source,
        "reported_by": report.reported_by,
        "state": "" if state == "reported" else state,
        "known_from": report.known_from,
    }
    return f"[[charges]]\n{pairs(said)}"


def _written(quantity: Quantity) -> int | str:
    return quantity if isinstance(quantity, int) else format_quantity(quantity)
