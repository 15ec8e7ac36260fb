"""Answers about measures → bases, what the contract makes of their figures, and the figures of each year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import Answers
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.agreement.beginning.share_answers import AnsweredMeasure, AnsweredSummand
from kkd_ledger.agreement.file.toml_text import table
from kkd_ledger.quantities import Quantity, format_quantity

_SINCE: Final = dt.date(1990, 1, 1)
Way = tuple[str, str, dict[str, Any]]
"""How a derived measure is made: the end of its id, its title, the field that says it."""


class MeasureTexts:
    """What answers about measures say; components name a measure by `basis_of`."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._parties = Ids(party.name for party in answers.parties)
        self._ids = Ids(measure.title for measure in answers.measures)
        self._by_title = {measure.title: measure for measure in answers.measures}

    def contract(self) -> Iterator[str]:
        """Yield the entries of the contract, what is counted first."""
        counted = [measure for measure in self._answers.measures if not measure.sum_of]
        yield from (table("bases", self._basis(measure)) for measure in counted)
        for measure in self._answers.measures:
            yield from (
                table("measures", entry) for entry in (*self._parts(measure), *self._derived(measure))
            )

    def figures(self) -> Iterator[tuple[int, str]]:
        """Yield the figures that have been reported, each with its year."""
        for measure in self._answers.measures:
            for series in (each for each in measure.figures if each.figures):
                values = {self._parties.of(name): in_file(figure) for name, figure in series.figures.items()}
                entry = {
                    "name": self._ids.of(measure.title),
                    "source": measure.reported_by,
                    "reference": series.day,
                }
                yield series.day.year, table("weights", entry | {"values": values})

    def basis_of(self, title: str) -> str:
        """Return by which name a component divides: the last thing that is made of what is counted."""
        measure, id_ = self._by_title[title], self._ids.of(title)
        ways = list(self._ways(measure))
        return _ended(id_, ways[-1][0]) if ways else id_

    def _basis(self, measure: AnsweredMeasure) -> dict[str, Any]:
        id_ = self._ids.of(measure.title)
        basis: dict[str, Any] = {"id": id_, "title": measure.title, "source": measure.reported_by}
        basis |= {"weight": id_, "from": _SINCE}
        if measure.fixed_day:
            return basis | {"rule": "frozen", "reference": measure.fixed_day}
        lag = measure.years_before
        return basis | {"rule": "renewed", "month_day": measure.day or "12-31", "lag_years": lag}

    def _summand(self, part: AnsweredSummand) -> dict[str, Any]:
        return {"of": self.basis_of(part.measure), "per": in_file(part.per)}

    def _parts(self, measure: AnsweredMeasure) -> Iterator[dict[str, Any]]:
        """Yield the parts of a sum that are rounded by themselves, each a measure of its own."""
        for place, part in enumerate(measure.sum_of, start=1):
            if part.decimals is not None:
                made = {"sum": [self._summand(part)], "decimals": part.decimals}
                divided = f", geteilt durch {format_quantity(part.per)}" if part.per else ""
                id_ = _ended(self._ids.of(measure.title), f"teil-{place}")
                yield {"id": id_, "title": f"{part.measure}{divided}", "from": _SINCE, **made}

    def _derived(self, measure: AnsweredMeasure) -> Iterator[dict[str, Any]]:
        ways, of = list(self._ways(measure)), self._ids.of(measure.title)
        for place, (end, title, way) in enumerate(ways, start=1):
            [(name, said)] = way.items()
            made = way if isinstance(said, list) else {name: {"of": of, **said}}
            id_ = _ended(self._ids.of(measure.title), end)
            decimals = measure.decimals if place == len(ways) else None
            yield {"id": id_, "title": title, "from": _SINCE, **made, "decimals": decimals}
            of = id_

    def _ways(self, measure: AnsweredMeasure) -> Iterator[Way]:
        """Yield what is made of a measure, in order; decimals alone are a sum of one."""
        title = measure.title
        if measure.sum_of:
            parts = [self._summand(each) for each in measure.sum_of if each.decimals is None]
            parts += [{"of": str(part["id"])} for part in self._parts(measure)]
            yield "", title, {"sum": parts}
        if measure.mean_years:
            title = f"{title} im Mittel von {measure.mean_years} Jahren"
            yield "mittel", title, {"mean": {"last": measure.mean_years}}
        if measure.least or measure.least_measure:
            floor = self.basis_of(measure.least_measure) if measure.least_measure else in_file(measure.least)
            title = f"{title}, mindestens {measure.least_measure or format_quantity(measure.least or 0)}"
            yield "mindest", title, {"least": {"floor": floor}}
        if measure.factors:
            by = {self._parties.of(name): in_file(factor) for name, factor in measure.factors.items()}
            title = f"{title}, gewichtet"
            yield "gewichtet", title, {"factor": {"by": by}}
        if measure.points:
            points = {self._parties.of(name): _signed(value) for name, value in measure.points.items()}
            yield "punkte", f"Anteil nach {title}, verschoben", {"shift": {"points": points}}
        if measure.decimals is not None and not (
            measure.sum_of or measure.mean_years or measure.least or measure.least_measure or measure.factors
        ):
            yield "gerundet", title, {"sum": [{"of": self._ids.of(measure.title)}]}


def _ended(id_: str, end: str) -> str:
    return f"{id_[: 39 - len(end)].rstrip('-')}-{end}" if end else id_


def in_file(figure: Quantity | None) -> int | str | None:
    """Return a figure as the file has it: whole ones are numbers, since „7.000“ may mean seven."""
    return figure if figure is None or isinstance(figure, int) else format_quantity(figure)


def _signed(points: Quantity) -> int | str:
    return points if isinstance(points, int) else f"{'-' if points < 0 else ''}{format_quantity(abs(points))}"
