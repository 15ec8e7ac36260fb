"""A pot on the sheet: one line of its own for each step that has a title, and one for the pot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.known_terms import KnownTerms
from kkd_ledger.agreement.facts.told_figures import origin
from kkd_ledger.agreement.pots.pot import DatedAmount, Pot, PotStep
from kkd_ledger.agreement.sheet.lines import CENT, Label, Sheet, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR
from kkd_ledger.german import as_title, day
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.facts import Amount

    ComponentLine = Callable[[KnownTerms, str, int], SheetLine | None]
    MeasureLine = Callable[[KnownTerms, str, int], SheetLine]

STEPS: Final = {"cent": CENT, "ten-cents": Fraction(1, 10), "euro": Fraction(1)}
_MONEY: Final = Label(unit=EUR)


class PotYear:
    """The pots of a service year; `component` and `measure` say what a component takes and what a measure counts."""

    def __init__(self, terms: KnownTerms, year: int, component: ComponentLine, measure: MeasureLine) -> None:
        self.terms, self.year, self._component, self._measure = terms, year, component, measure
        self.sheet = terms.sheet

    def line(self, name: str) -> SheetLine:
        """Return what a pot comes to; its value is None while a figure is missing.

        Raises ValueError where it is below zero and nothing says what then holds.
        """
        place = (f"pot {name}", self.year)
        if place not in self.terms.lines:
            pot = self._pot(name)
            lacking = self.sheet.missing(f"der Topf {name} ([[pots]], noch nicht bekannt)", _MONEY)
            self.terms.lines[place] = self._ended(pot) if pot else lacking
        line = self.terms.lines[place]
        assert line is not None
        return line

    def _pot(self, name: str) -> Pot | None:
        return next((pot for pot in self.terms.pots if pot.id == name), None)

    def _ended(self, pot: Pot) -> SheetLine:
        """Return a pot with what its clause says of less than nothing."""
        sheet, line = self.sheet, self._reckoned(pot)
        label = Label(title=pot.title, unit=EUR, clause=pot.clause, own=True)
        if pot.below_zero in {"carry", "zero"}:
            return sheet.greatest(line, sheet.figure(0, _MONEY), label)
        titled = self._figure(line, label) if line.op == "figure" else self._titled(line, label)
        if pot.below_zero is None and titled.value is not None and titled.value < 0:  # type: ignore[operator]
            raise ValueError(
                f"„{pot.title}“ ist kleiner als null, und below_zero sagt nicht, was dann gilt "
                '("credit": zurückgezahlt, "carry": ins nächste Jahr übertragen, "zero": nichts)'
            )
        return titled

    def _figure(self, line: SheetLine, label: Label) -> SheetLine:
        """Return a pot that is one figure as that figure: it needs no title twice, and no line of its own."""
        if line.value is None or line.label.title not in {"", label.title}:
            return line
        return self.sheet.figure(line.value, replace(line.label, title="", clause=label.clause))

    def _titled(self, line: SheetLine, label: Label) -> SheetLine:
        if line.op == "figure" or line.label.own:
            return self.sheet.add(line, label=label)
        return self.sheet.line(line.op, line.of, label, **line.settings)

    def _reckoned(self, pot: Pot) -> SheetLine:
        """Return a pot as its steps make it, and what the year before left to be carried."""
        if pot.excess_of is not None:
            capped = self._pot(pot.excess_of)
            line = self._excess(capped) if capped else self._named(pot.excess_of)
        else:
            parts = [self._named(name) for name in pot.lines]
            line = self.sheet.add(*parts) if parts else self.sheet.figure(0, _MONEY)
            if pot.below_zero == "carry" and (carried := self._carried(self._pot(pot.id) or pot)) is not None:
                line = self.sheet.add(line, carried, label=_MONEY)
        for step in pot.steps:
            line = self._stepped(pot, step, line)
        return line

    def _carried(self, pot: Pot) -> SheetLine | None:
        """Return what the year before left below zero; None where no year before has a figure of the pot."""
        before = PotYear(self.terms, self.year - 1, self._component, self._measure)
        if not any(
            figure.year < self.year for name in pot.names for figure in self.terms.figures.get(name, ())
        ):
            return None
        nothing = self.sheet.figure(0, _MONEY)
        label = Label(
            title=f"Übertrag aus {self.terms.agreement.year_name(self.year - 1)}", unit=EUR, own=True
        )
        return self.sheet.least(before._reckoned(pot), nothing, label)

    def _named(self, name: str) -> SheetLine:
        """Return another pot, or a figure of the year."""
        if any(pot.id == name for pot in self.terms.pots):
            return self.line(name)
        figure = self.terms.figure(name, self.year)
        if figure is None:
            label = Label(title=self._title_of(name), unit=EUR, role="total")
            return self.sheet.missing(self.missing_figure(name, self.year), label)
        label = Label(
            title=figure.title or self._title_of(name),
            unit=EUR,
            source=origin(figure, figure.source),
            role="total",
        )
        return self.sheet.figure(figure.amount * CENT, label)

    def missing_figure(self, name: str, year: int) -> str:
        """Return in words which figure of a year is missing, its table in the file, and of which years it is there."""
        named = self.terms.agreement.year_name
        there = sorted({version.year for version in self.terms.figures.get(name, ())})
        years = f"; vorhanden: {', '.join(map(named, there))}" if there else ""
        return f"die Zahl „{self._title_of(name)}“ {named(year)} ([[figures]] id = {name}{years})"

    def _title_of(self, name: str) -> str:
        """Return what a figure without a title is called: as another version of it, or the pot that is nothing else.

        Without either its id in words: paper shows no machine names.
        """
        titles = [version.title for version in self.terms.figures.get(name, ()) if version.title]
        titles += [pot.title for pot in self.terms.pots if pot.lines == (name,) and not pot.steps]
        return next(iter(titles), as_title(name))

    def _excess(self, pot: Pot) -> SheetLine:
        """Return what the limits of a pot cut off."""
        sheet, line = self.sheet, self._reckoned(pot.model_copy(update={"steps": ()}))
        cut = []
        for step in pot.steps:
            after = self._stepped(pot, step, line)
            if step.at_most is not None:
                cut.append(sheet.take_off(self._own(line, pot), after, label=_MONEY))
            line = after
        return sheet.add(*cut)

    def _own(self, line: SheetLine, pot: Pot) -> SheetLine:
        return self._titled(line, Label(title=f"{pot.title} vor der Grenze", unit=EUR, own=True))

    def _stepped(self, pot: Pot, step: PotStep, line: SheetLine) -> SheetLine:
        """Return a pot after one more step, rounded where every stage is."""
        after = self._step(step, line)
        if step.title:
            after = self._titled(after, Label(title=step.title, unit=EUR, clause=step.clause, own=True))
        if pot.rounding == "exact":
            return after
        title = Label(title=step.title or pot.title, unit=EUR, clause=step.clause, own=True)
        return self.sheet.round(after, "half-up", STEPS[pot.rounding], title)

    def _step(self, step: PotStep, line: SheetLine) -> SheetLine:
        sheet, percent = self.sheet, step.plus_percent or Fraction(0)
        more = Label(words=f"(100 % + {part_words(percent)})", role="percent")
        after: dict[str, Callable[[], SheetLine]] = {
            "less": lambda: sheet.take_off(line, self._named(step.less or ""), label=_MONEY),
            "plus": lambda: sheet.add(line, self._named(step.plus or ""), label=_MONEY),
            "less_component": lambda: sheet.take_off(
                line, self._taken(step.less_component or ""), label=_MONEY
            ),
            "at_most": lambda: sheet.least(line, self._limit(step.at_most or ()), _MONEY),
            "at_least": lambda: sheet.greatest(line, self._limit(step.at_least or ()), _MONEY),
            "plus_percent": lambda: sheet.times(line, sheet.figure(1 + percent, more), label=_MONEY),
            "part": lambda: sheet.times(line, part_figure(sheet, step.part or Fraction(0)), label=_MONEY),
            "of_measure": lambda: self._of_measure(step, line),
            "in_ratio": lambda: self._in_ratio(step, line),
        }
        return after[step.kinds[0]]()

    def _of_measure(self, step: PotStep, line: SheetLine) -> SheetLine:
        """Return a per cent of the sum of a measure, on top of what is there."""
        sheet, units = self.sheet, self._measure(self.terms, step.of_measure or "", self.year)
        whole = sheet.total(
            units, Label(title=f"Summe {units.label.unit}".rstrip(), role="total", short=True)
        )
        added = sheet.times(whole, part_figure(sheet, step.percent or Fraction(0)), label=_MONEY)
        return added if line.op == "figure" and line.value == 0 else sheet.add(line, added, label=_MONEY)

    def _in_ratio(self, step: PotStep, line: SheetLine) -> SheetLine:
        """Return the part of a pot that the first of some measures has in the sum of all."""
        sheet, sums = self.sheet, []
        for name in step.in_ratio or ():
            units = self._measure(self.terms, name, self.year)
            title = f"Summe {units.label.unit}".rstrip()
            sums.append(sheet.total(units, Label(title=title, role="total", short=True)))
        whole = sheet.add(*sums, label=Label(title="zusammen", role="all", own=True))
        return sheet.times(line, sheet.divide(sums[0], whole, Label(role="ratio")), label=_MONEY)

    def _taken(self, name: str) -> SheetLine:
        """Return what another component has taken, in its rounded cents."""
        line = self._component(self.terms, name, self.year)
        title = next(
            (each.component.title for each in self.terms.components if each.component.id == name), name
        )
        if line is None:
            return self.sheet.figure(0, Label(title=title, unit=EUR))
        return self.sheet.total(line, Label(title=title, unit=EUR, role="others"))

    def _limit(self, limits: tuple[DatedAmount | Amount, ...]) -> SheetLine:
        """Return the limit of the first day of the service year."""
        first = self.terms.days_of(self.year).first
        dated = [limit for limit in limits if isinstance(limit, DatedAmount)]
        amount = next((limit for limit in limits if not isinstance(limit, DatedAmount)), None)
        for stage in self.terms.stages(dated):
            if stage.days.first <= first <= stage.days.last:
                amount = stage.fact.amount
        if amount is None:
            return self.sheet.missing(f"die Grenze am {day(first)}", _MONEY)
        return self.sheet.figure(amount * CENT, _MONEY)


def part_words(part: Fraction) -> str:
    """Return a part as people read it: `62 %`, or the fraction where no decimals say it."""
    percent = part * 100
    if (percent * 10**6).denominator != 1:
        return f"{part.numerator}/{part.denominator}"
    return f"{format_quantity(percent)} %"


def part_figure(sheet: Sheet, part: Fraction) -> SheetLine:
    """Return a part as a factor."""
    return sheet.figure(part, Label(words=part_words(part), role="percent"))
