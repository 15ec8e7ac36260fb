"""A sheet as a person with a pocket calculator reads it: the lines that lead to one member's amount, in German.

Nothing is reckoned here: every figure that is told stands in a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.sheet.lines import PLAIN
from kkd_ledger.german import count
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import format_quantity, plain_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.sheet.lines import SheetLine

ROUNDING_WORDS: Final = {
    "half-up": "kaufmännisch gerundet",
    "half-even": "zur geraden Ziffer gerundet",
    "half-down": "gerundet, die Hälfte abwärts",
    "floor": "abgerundet",
    "ceil": "aufgerundet",
}
EUR: Final = "EUR"
_JOINED: Final = {"add": " + ", "times": " × ", "take_off": " − "}
_BOUNDS: Final = {"least": "höchstens", "greatest": "mindestens"}
_BOUNDING: Final = frozenset({"fill", "least", "greatest"})
_CLOSING: Final = _BOUNDING | {"round", "apportion"}


def exact_eur(cents: Fraction) -> str:
    """Return an exact amount with up to six decimals; dots say that more would follow: `33,333333… EUR`."""
    if cents.denominator == 1:
        return format_eur(cents.numerator)
    return f"{format_quantity(cents / 100)} EUR"


class SheetReading:
    """What a member reads of a sheet."""

    def __init__(self, member: str) -> None:
        self.member = member

    def sentences(self, line: SheetLine) -> list[str]:
        """Return how a line came about: the lines of their own that lead to it, then the line itself."""
        line = self._through(line)
        return [*dict.fromkeys(self._before(line)), self._sentence(line)]

    def factors(self, line: SheetLine) -> list[SheetLine]:
        """Return the factors of the product that a line comes to for the member; none where it is no product."""
        line = self._through(line)
        while line.op in {"round", *_BOUNDING}:
            line = self._through(line.of[0])
        return self._parts(line) if line.op == "times" else []

    def value(self, line: SheetLine) -> str:
        """Return what a line says of the member, with its unit."""
        value = line.at(self.member)
        assert value is not None, "only what is known is told"
        return self._written(value, line)

    def figures(self, line: SheetLine) -> Iterator[SheetLine]:
        """Yield the lines with a role in what is told; bounds too, whether the member stands on them or not."""
        line = self._through(line)
        if line.label.role and line.at(self.member) not in {None, line.label.silent}:
            yield line
        bounds = line.of[1:] if line.op in _BOUNDING else ()
        for part in () if line.label.short else (*self._parts(line), *bounds):
            yield from self.figures(part)

    def leading(self, line: SheetLine) -> list[SheetLine]:
        """Return the lines that lead to a line, each after those it works on; not debts, nor what is below a value."""
        lines: dict[int, SheetLine] = {}
        self._lead(line, lines)
        return list(lines.values())

    def _lead(self, line: SheetLine, lines: dict[int, SheetLine]) -> None:
        if id(line) not in lines and line.at(self.member) is not None:
            for below in _operands(line):
                self._lead(below, lines)
            lines[id(line)] = line

    def _through(self, line: SheetLine) -> SheetLine:
        """Return what a line comes to for the member: a sum of which one part concerns it is that part."""
        while line.op in {"add", "times"} and line.label == PLAIN:
            parts = [part for part in line.of if self._is_told(part, line)]
            if len(parts) != 1:
                break
            line = parts[0]
        return line

    def _parts(self, line: SheetLine) -> list[SheetLine]:
        """Return what a line works on, as far as it concerns the member; of a sum that does not, its first part."""
        parts = [part for part in line.of if self._is_told(part, line)]
        if line.op == "add" and not parts:
            parts = [part for part in line.of if part.at(self.member) is not None][:1]
        return [self._through(part) for part in parts]

    def short(self, line: SheetLine) -> str:
        """Return a figure as a comparison names it: a ratio as such, anything else as its value."""
        if line.label.words:
            return line.label.words
        if line.op == "divide":
            return self._ratio(line).removesuffix(line.label.unit).rstrip()
        if line.op == "round" and line.label.role == "rounding":
            return ROUNDING_WORDS[line.settings["rule"]]
        return self.value(line).removesuffix(line.label.unit).rstrip()

    def _before(self, line: SheetLine) -> Iterator[str]:
        """Yield the sentences of lines that are told on their own, before the line that uses them."""
        for part in self._parts(line):
            yield from self._before(part)
            if self._stands_alone(part, line):
                title = f"{part.label.title}: " if part.label.title else ""
                yield title + self._sentence(part)

    def _stands_alone(self, line: SheetLine, user: SheetLine) -> bool:
        """Whether a line is told before its user: where it is marked so, and where a result is used in the midst."""
        if line.op == "figure" or line.label.words or line.label.short:
            return False
        goes_on = line.op in _BOUNDING and user.op in _CLOSING and user.of[0] is line
        return line.label.own or (line.op in _CLOSING and not goes_on)

    def _is_told(self, line: SheetLine, user: SheetLine) -> bool:
        value = line.at(self.member)
        if value is None or value == line.label.silent:
            return False
        if user.op in {"divide", "total"} or (user.op in _CLOSING and line is not user.of[0]):
            return line.label.own
        return user.op != "add" or self._has_part(line)

    def _has_part(self, line: SheetLine) -> bool:
        """Whether a summand concerns the member: it does not where a part of the year in it, or a slab, is none."""
        parts = [factor.at(self.member) for factor in line.of if factor.label.role in {"parts", "slabs"}]
        return line.op != "times" or 0 not in parts

    def _sentence(self, line: SheetLine) -> str:
        """Return how a line's value comes about, and the value."""
        if line.op not in {"round", "apportion"}:
            return _equal(self._chain(line), self.value(line))
        exact = self._through(line.of[0])
        chain, before, after = self._chain(exact), exact.at(self.member), line.at(self.member)
        assert before is not None
        assert after is not None
        if before == after:
            return f"{chain} = {self.value(line)}"
        said = f"{chain} = {self._written(before, line)}"
        if line.op == "round":
            rule, step = ROUNDING_WORDS[line.settings["rule"]], _step_words(line)
            return f"{said}, {rule}{step} {self.value(line)}"
        verb = "aufgerundet auf" if abs(after) > abs(before) else "abgerundet auf"
        rule = "größter Rest" + (" mit Ausgleich über die Jahre" if "debts" in line.settings["extra"] else "")
        return f"{said}, {verb} {self.value(line)} ({rule})"

    def _chain(self, line: SheetLine) -> str:
        """Return the words that lead to a line's value: the operation, and a bound where the member stands on one."""
        if line.op not in _BOUNDING or line.label.short:
            return self._expression(line)
        value, *bounds = line.of
        before, own = self._chain(self._through(value)), value.at(self.member)
        if own is None or own == line.at(self.member):
            return before
        words = line.label.words or f"{_BOUNDS[line.op]} {self._operand(bounds[0], line)}"
        if line.op == "fill" and all(bound.at(self.member) != line.at(self.member) for bound in bounds):
            words += line.label.others
        return f"{_equal(before, self._written(own, line))}, {words}" if before else words

    def _expression(self, line: SheetLine) -> str:
        """Return a line as the operation on what it works on."""
        if line.label.words or line.label.short:
            return self._named(line)
        match line.op:
            case "add" | "times" | "take_off":
                parts = [self._operand(part, line) for part in self._parts(line)]
                return _JOINED[line.op].join(parts).replace(" + -", " − ") or "0,00 EUR"
            case "divide":
                return self._ratio(line)
            case "mean":
                return self._mean(line)
            case "pick":
                return f"{self._operand(line.of[0], line)}, {self._class(line)}: {self.value(line)}"
            case _:
                return self._named(line)

    def _ratio(self, line: SheetLine) -> str:
        above, below = (part.at(self.member) or Fraction(0) for part in line.of)
        if line.of[0].label.unit == EUR:
            return f"{exact_eur(above * 100)} / {self._written(below, line.of[1])}"
        return f"{format_quantity(above)}/{format_quantity(below)} {line.label.unit}".rstrip()

    def _mean(self, line: SheetLine) -> str:
        parts = [part for part in line.of if part.at(self.member) is not None]
        if lowest := line.settings["lowest"]:
            parts = sorted(parts, key=lambda part: part.at(self.member) or 0)[:lowest]
        return f"({' + '.join(self._operand(part, line) for part in parts)}) ÷ {len(parts)}"

    def _class(self, line: SheetLine) -> str:
        size = line.of[0].at(self.member) or Fraction(0)
        top = next(top for top, _ in line.settings["classes"] if top is None or size <= top)
        return (
            f"höchste {line.label.title}" if top is None else f"{line.label.title} bis {format_quantity(top)}"
        )

    def _operand(self, line: SheetLine, user: SheetLine) -> str:
        if self._stands_alone(line, user):
            return self._named(line)
        text = self._chain(line)
        if line.op == "pick" and user.op == "times":
            return f"{self.value(line)} ({self._class(line)})"
        named = line.label.words or line.label.short
        is_sum = line.op in {"add", "take_off"} and len(self._parts(line)) > 1 and not named
        inside = user.op == "times" and len(self._parts(user)) > 1
        inside |= user.op == "take_off" and line is not user.of[0]
        return f"({text})" if is_sum and inside else text

    def _named(self, line: SheetLine) -> str:
        return line.label.words or f"{line.label.title} {self.value(line)}".lstrip()

    def _written(self, value: Fraction, line: SheetLine) -> str:
        if line.label.unit == EUR:
            return exact_eur(value * 100)
        return (
            f"{format_quantity(value * 100 if line.label.unit == '%' else value)} {line.label.unit}".rstrip()
        )


def _equal(chain: str, value: str) -> str:
    """Return words and the value that they come to; of a figure that stays what it is the value alone."""
    return value if f"{value} ".startswith(f"{chain} ") else f"{chain} = {value}"


def _operands(line: SheetLine) -> tuple[SheetLine, ...]:
    """Return what a line works on as far as it is told."""
    return () if line.label.short else line.of[:1] if line.op == "apportion" else line.of


def _step_words(line: SheetLine) -> str:
    """Return to what a line is rounded where it is not the cent: ` auf volle Euro`, ` auf Vielfache von 0,5`."""
    step = line.settings["step"]
    money = {Fraction(1, 100): "", Fraction(1): " auf volle Euro", Fraction(1, 10): " auf volle zehn Cent"}
    if line.label.unit == EUR and step in money:
        return money[step]
    if step == 1:
        return " auf ganze Zahlen"
    decimals = len(str(step.denominator)) - 1
    if step * 10**decimals != 1:
        return f" auf Vielfache von {format_quantity(step)}"
    return f" auf {count(decimals, 'Nachkommastelle', 'Nachkommastellen')}"


def figures(line: SheetLine, member: str) -> dict[str, list[str]]:
    """Return the figures that lead to a member's amount, by their role, as texts; money with the title that it has."""
    reading, roles = SheetReading(member), dict[str, list[str]]()
    for below in {id(below): below for below in reading.figures(line)}.values():
        title = f"{below.label.title} " if below.label.role == "total" and below.label.title else ""
        roles.setdefault(below.label.role, []).append(title + reading.short(below))
    return roles


def sources(line: SheetLine, member: str) -> list[str]:
    """Return the sources of the figures that lead to a member's amount, each once."""
    named = {line.label.source: None} if line.label.source else dict[str, None]()
    for below in line.of[:1] if line.op == "apportion" else line.of:
        if below.at(member) is not None:
            named |= dict.fromkeys(sources(below, member))
    return list(named)


def product(line: SheetLine, member: str) -> tuple[Decimal, Decimal] | None:
    """Return units and rate where a line is nothing but their product for the member; None where it is more."""
    reading = SheetReading(member)
    below = reading.factors(line)
    by_role = {factor.label.role: factor.at(member) for factor in below}
    units, rate = by_role.get("units"), by_role.get("rates")
    if len(below) != 2 or not units or rate is None or units * rate != line.at(member):
        return None
    texts = [str(plain_quantity(factor)) for factor in (units, rate)]
    return None if "/" in "".join(texts) else (Decimal(texts[0]), Decimal(texts[1]))


def as_json(line: SheetLine, member: str) -> list[dict[str, Any]]:
    """Return the lines that lead to a member's amount as plain data: each with what it works on, by its number."""
    reading, rows, numbers = SheetReading(member), list[dict[str, Any]](), dict[int, int]()
    for below in reading.leading(line):
        numbers[id(below)] = len(numbers) + 1
        of = [numbers[id(part)] for part in _operands(below) if id(part) in numbers]
        row: dict[str, Any] = {"line": len(numbers), "op": below.op if of else "figure"}
        if of:
            row["of"] = of
            row |= {name: _plain(value) for name, value in below.settings.items() if value not in ((), None)}
        texts = {"title": below.label.title, "unit": below.label.unit, "source": below.label.source}
        row |= {name: text for name, text in texts.items() if text}
        rows.append(row | {"value": str(plain_quantity(below.at(member) or Fraction(0)))})
    return rows


def _plain(setting: Any) -> Any:
    if isinstance(setting, Fraction):
        return str(plain_quantity(setting))
    return [_plain(part) for part in setting] if isinstance(setting, tuple) else setting
