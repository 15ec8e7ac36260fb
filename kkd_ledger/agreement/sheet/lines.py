"""Lines of a sheet: an operation, the lines it works on, its label and its value; equal lines are reckoned once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.sheet.operations import OPERATIONS, Value
from kkd_ledger.quantities import Quantity

CENT: Final = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Label:
    """What a line is to people.

    `role` says what a figure is to others who read the derivation (units, rate, total …). `words` stand instead of the
    value (of a figure) or of the bound (of a limit); `others` are what a limit says to who stands on none. A factor is
    not told where it is `silent`, for it says nothing. An `own` line is told before those that use it, and named there
    by its title, a `short` one is told as its value alone.
    """

    title: str = ""
    unit: str = ""
    source: str = ""
    clause: str = ""
    words: str = ""
    others: str = ""
    role: str = ""
    silent: Fraction | None = None
    own: bool = False
    short: bool = False


PLAIN: Final = Label()


@dataclass(frozen=True, slots=True, eq=False)
class SheetLine:
    """One line; `value` is None while a figure is missing (`missing` of a figure names it in German)."""

    op: str
    of: tuple[SheetLine, ...]
    label: Label
    value: Value | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""

    @property
    def column(self) -> ByMember:
        """The value of a line that has one for each member."""
        assert isinstance(self.value, ByMember)
        return self.value

    @property
    def cents(self) -> ByMember:
        """The column of a line rounded to cents (or more), as whole cents."""
        column = self.column
        cents = column.factor / CENT
        assert cents.denominator == 1, "only what is rounded has cents"
        figures = column.figures if cents == 1 else [figure * cents.numerator for figure in column.figures]
        return ByMember(column.members, figures)

    def at(self, member: str) -> Fraction | None:
        """Return what the line says of a member; a single value says the same of all, None stands for no part in it."""
        if not isinstance(self.value, ByMember):
            return self.value
        value = self.value.get(member)
        return None if value is None else Fraction(value)

    def lines(self) -> Iterator[SheetLine]:
        """Yield all lines that lead to this one, each once, each after those it works on; this one last."""
        yield from _upwards(self, set())

    def lacks(self) -> list[str]:
        """Return which figures are missing, each once."""
        return list(dict.fromkeys(line.missing for line in self.lines() if line.missing))


def _upwards(line: SheetLine, seen: set[int]) -> Iterator[SheetLine]:
    if id(line) not in seen:
        seen.add(id(line))
        for below in line.of:
            yield from _upwards(below, seen)
        yield line


@dataclass(frozen=True)
class Ranks:
    """Who comes first among equal remainders; the order of the same members is sorted once."""

    of_member: Mapping[str, int]
    _orders: dict[int, tuple[tuple[str, ...], list[int]]] = field(default_factory=dict)

    def order(self, members: tuple[str, ...], ties: str, weights: Mapping[str, Any]) -> list[int]:
        """Return the places of members, first come first; `largest` and `smallest` ask for the weights first."""
        kept = self._orders.get(id(members))
        if kept is None:
            ranks = [self.of_member[member] for member in members]
            kept = members, sorted(range(len(members)), key=ranks.__getitem__)
            self._orders[id(members)] = kept
        if ties not in {"largest", "smallest"}:
            return kept[1]
        sizes = [abs(weights[member]) for member in members]
        return sorted(kept[1], key=sizes.__getitem__, reverse=ties == "largest")


class Sheet:
    """Lines, each kept once: the same operation on the same lines under the same label is the same line."""

    def __init__(self, ranks: Ranks, ties: str) -> None:
        self.ranks, self.ties = ranks, ties
        self._lines: dict[Hashable, SheetLine] = {}

    def figure(self, value: Value | int, label: Label = PLAIN) -> SheetLine:
        """Return a figure that the agreement or its data say."""
        exact = Fraction(value) if isinstance(value, int) else value
        key = "figure", id(exact) if isinstance(exact, ByMember) else exact, label
        return self._kept(key, lambda: SheetLine("figure", (), label, exact))

    def missing(self, figure: str, label: Label = PLAIN) -> SheetLine:
        """Return a figure that is not known; what is reckoned with it is not known either."""
        return self._kept(
            ("missing", figure, label), lambda: SheetLine("figure", (), label, None, missing=figure)
        )

    def add(self, *lines: SheetLine, label: Label = PLAIN) -> SheetLine:
        """Return the sum of lines; a single one stays what it is unless it gets a label."""
        return lines[0] if len(lines) == 1 and label is PLAIN else self.line("add", lines, label)

    def take_off(self, *lines: SheetLine, label: Label = PLAIN) -> SheetLine:
        """Return the first line less all others."""
        return self.line("take_off", lines, label)

    def times(self, *lines: SheetLine | None, label: Label = PLAIN) -> SheetLine:
        """Return the product of lines; None stands for a factor of one."""
        factors = tuple(line for line in lines if line is not None)
        return factors[0] if len(factors) == 1 and label is PLAIN else self.line("times", factors, label)

    def divide(self, above: SheetLine, below: SheetLine, label: Label = PLAIN) -> SheetLine:
        """Return one line over another."""
        return self.line("divide", (above, below), label)

    def least(self, line: SheetLine, bound: SheetLine, label: Label = PLAIN) -> SheetLine:
        """Return a line, at most the bound."""
        return self.line("least", (line, bound), label)

    def greatest(self, line: SheetLine, bound: SheetLine, label: Label = PLAIN) -> SheetLine:
        """Return a line, at least the bound."""
        return self.line("greatest", (line, bound), label)

    def mean(self, *lines: SheetLine, lowest: int | None = None, label: Label = PLAIN) -> SheetLine:
        """Return the mean of lines, or of the lowest so many of them."""
        return self.line("mean", lines, label, lowest=lowest)

    def total(self, line: SheetLine, label: Label = PLAIN) -> SheetLine:
        """Return the sum of all members."""
        return self.line("total", (line,), label)

    def round(self, line: SheetLine, rule: str, step: Fraction = CENT, label: Label = PLAIN) -> SheetLine:
        """Return a line rounded by a named rule."""
        return self.line("round", (line,), label, rule=rule, step=step)

    def pick(
        self,
        sizes: SheetLine,
        classes: Sequence[tuple[Quantity | None, Fraction | None]],
        label: Label = PLAIN,
    ) -> SheetLine:
        """Return what the class of each size says."""
        return self.line("pick", (sizes,), label, classes=tuple(classes))

    def apportion(
        self, exact: SheetLine, step: Fraction = CENT, label: Label = PLAIN, **extra: SheetLine | None
    ) -> SheetLine:
        """Return exact parts in whole steps, odd ones by largest remainder (with `debts`, with `weights` for ties)."""
        given = {name: line for name, line in extra.items() if line is not None}
        names = tuple(given)
        return self.line("apportion", (exact, *given.values()), label, step=step, ties=self.ties, extra=names)

    def fill(self, parts: SheetLine, label: Label = PLAIN, **bounds: SheetLine | None) -> SheetLine:
        """Return parts held within `low` and `high` bounds whose difference the others bear."""
        given = {name: line for name, line in bounds.items() if line is not None}
        return self.line("fill", (parts, *given.values()), label, extra=tuple(given))

    def line(self, op: str, of: tuple[SheetLine, ...], label: Label, **settings: Any) -> SheetLine:
        """Return the line of an operation, reckoned where it is not kept yet; ValueError where it has no result."""
        key = op, tuple(map(id, of)), label, tuple(settings.items())
        return self._kept(key, lambda: SheetLine(op, of, label, self._value(op, of, settings), settings))

    def _value(self, op: str, of: tuple[SheetLine, ...], settings: Mapping[str, Any]) -> Value | None:
        values = [line.value for line in of if line.value is not None]
        if len(values) < len(of):
            return None
        return OPERATIONS[op](values, {**settings, "ranks": self.ranks})

    def _kept(self, key: Hashable, make: Any) -> SheetLine:
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = make()
        assert isinstance(line, SheetLine)
        return line
