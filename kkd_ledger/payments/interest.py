"""Default interest on what is overdue: points above the base rate, right through partial payments and changes of rate.

Only where the agreement provides for it: between public bodies nothing is owed without a rule. The rule and a newer
table of base rates stand in reminders.toml beside the agreement.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from kkd_ledger import german, toml
from kkd_ledger.errors import InvoiceRefused, NotAllowed, Problem
from kkd_ledger.fields import wrongs
from kkd_ledger.money import round_half_up

FILE: Final = "reminders.toml"
DEADLINE_DAYS_MIN: Final = 7
TABLE: Final = Path(__file__).resolve().parent / "base_rates.toml"


@dataclass(frozen=True)
class BaseRates:
    """The base rate by day (BGB § 247), in percent; nothing is known after `known_until`."""

    rates: tuple[tuple[dt.date, Fraction], ...]
    known_until: dt.date
    file: str

    def on(self, day: dt.date) -> Fraction:
        """Return the rate of a day in percent; raise InvoiceRefused for a day that the table does not cover."""
        begun = [rate for begins, rate in self.rates if begins <= day]
        if not begun or day > self.known_until:
            actual = f"kein Basiszinssatz für den {german.day(day)}"
            allowed = f"{german.day(self.rates[0][0])} bis {german.day(self.known_until)}; neue Sätze gehören in {FILE}"
            raise InvoiceRefused([Problem(self.file, "rates", actual, allowed)])
        return begun[-1]


def _many(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _points(text: Any) -> Fraction:
    """Return percent points as a person types them: `5`, `"5"`, `"3,62 %"`, `"-0,88"`."""
    typed = str(text) if isinstance(text, int) and not isinstance(text, bool) else text
    if not isinstance(typed, str):
        raise NotAllowed(f"{text!r} ist kein Text", 'Prozentpunkte in Anführungszeichen, etwa "5"')
    bare = typed.strip().removesuffix("%").rstrip()
    sign, digits = (-1, bare[1:]) if bare[:1] in {"-", "−"} else (1, bare)
    match = re.fullmatch(r"([0-9]{1,2})(?:[.,]([0-9]{1,6}))?", digits)
    if match is None:
        raise NotAllowed(f"{text!r} sind keine Prozentpunkte", "5 oder 3,62")
    return sign * Fraction(f"{match[1]}.{match[2] or 0}")


Points = Annotated[Fraction, BeforeValidator(_points), PlainSerializer(str)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _Interest(_Table):
    clause: Annotated[str, Field(min_length=1)]
    points: Points


class _Rate(_Table):
    begins: dt.date = Field(alias="from")
    percent: Points


class _Form(_Table):
    """The whole of reminders.toml."""

    format: Literal[1] = 1
    assumed: str = ""
    second_after_days: Annotated[int, Field(ge=0, le=365)] = 14
    interest: _Interest | None = None
    known_until: dt.date | None = None
    rates: Annotated[tuple[_Rate, ...], BeforeValidator(_many)] = ()


@dataclass(frozen=True)
class ReminderTerms:
    """How this cooperation reminds: days until the second letter, and interest only with a clause of the agreement."""

    second_after_days: int = 14
    points: Fraction | None = None
    clause: str = ""
    rates: BaseRates | None = None

    def deadline(self, day: dt.date) -> dt.date:
        """Return until when a letter of a day asks to be paid: before the next letter, in a week at least."""
        return day + dt.timedelta(days=max(self.second_after_days, DEADLINE_DAYS_MIN))


def load(agreement_file: Path) -> ReminderTerms:
    """Load reminders.toml beside the agreement; without it nothing is charged. Raise InvoiceRefused if it is broken."""
    file = agreement_file.parent / FILE
    if not file.exists():
        return ReminderTerms()
    data = toml.loads(toml.read(file, InvoiceRefused), str(file), InvoiceRefused)
    try:
        form = _Form.model_validate(data)
    except ValidationError as error:
        problems = [
            (".".join(map(str, wrong.loc)), wrong.actual, wrong.allowed) for wrong in wrongs(error, _Form)
        ]
        raise InvoiceRefused(Problem(str(file), *parts) for parts in problems) from None
    interest = form.interest
    if interest is None:
        return ReminderTerms(form.second_after_days, rates=_own_rates(form, str(file)))
    return ReminderTerms(
        form.second_after_days, interest.points, interest.clause, _own_rates(form, str(file))
    )


def _own_rates(form: _Form, file: str) -> BaseRates:
    if not form.rates:
        return base_rates()
    if form.known_until is None:
        raise InvoiceRefused([Problem(file, "known_until", "nichts", "der Tag, bis zu dem [[rates]] gilt")])
    return BaseRates(
        tuple(sorted((rate.begins, rate.percent) for rate in form.rates)), form.known_until, file
    )


def base_rates() -> BaseRates:
    """Return the table that kkd-ledger brings along."""
    return _rates(toml.loads(TABLE.read_bytes(), TABLE.name, InvoiceRefused), TABLE.name)


def _rates(data: Mapping[str, Any], file: str) -> BaseRates:
    rates = sorted((rate["from"], Fraction(str(rate["percent"]))) for rate in data["rates"])
    return BaseRates(tuple(rates), data["known_until"], file)


@dataclass(frozen=True, slots=True)
class InterestSpan:
    """Days in which amount and rate stayed the same; both ends count."""

    first: dt.date
    last: dt.date
    cents: int
    percent: Fraction

    @property
    def days(self) -> int:
        """How many days it is long."""
        return (self.last - self.first).days + 1

    @property
    def exact_cents(self) -> Fraction:
        """The interest of the span: amount × rate × days / days of the year, day by day exact."""
        return (
            Fraction(self.cents * self.days, 100 * (366 if calendar.isleap(self.first.year) else 365))
            * self.percent
        )


def spans(
    cents: int, due: dt.date, payments: Sequence[tuple[dt.date, int]], until: dt.date, rules: ReminderTerms
) -> Iterator[InterestSpan]:
    """Yield the spans from the day after `due` to `until`; a payment counts from its own day on.

    A new span begins with a payment, a change of the base rate and a new year. Negative rates count as zero.
    """
    assert rules.points is not None, "without a clause there is no interest"
    assert rules.rates is not None, "with points comes a table"
    first = due + dt.timedelta(days=1)
    for begin, end in _pieces(first, until, [day for day, _ in payments], rules.rates):
        left = cents - sum(paid for day, paid in payments if day <= begin)
        if left > 0:
            yield InterestSpan(begin, end, left, max(Fraction(0), rules.rates.on(begin) + rules.points))


def part_payments(
    before_cents: int, cents: int, payments: Sequence[tuple[dt.date, int]]
) -> Iterator[tuple[dt.date, int]]:
    """Yield what payments moved on one part of a claim: earlier parts (`before_cents` in all) are paid first.

    A payment that came back is negative; what was taken back beyond all payments burdens the first part.
    """
    least = None if before_cents == 0 else 0
    total = paid = 0
    for day, moved in payments:
        total += moved
        now = min(total - before_cents, cents)
        now = now if least is None else max(least, now)
        if now != paid:
            yield day, now - paid
        paid = now


def _pieces(
    first: dt.date, until: dt.date, cuts: Iterable[dt.date], rates: BaseRates
) -> Iterator[tuple[dt.date, dt.date]]:
    years = (dt.date(year, 1, 1) for year in range(first.year + 1, until.year + 1))
    changes = (begins for begins, _ in rates.rates)
    days = sorted({day for day in (*cuts, *years, *changes) if first < day <= until})
    if first <= until:
        begins = [first, *days]
        ends = [day - dt.timedelta(days=1) for day in days]
        yield from zip(begins, [*ends, until], strict=True)


def interest_cents(parts: Iterable[InterestSpan]) -> int:
    """Return the interest of a claim's spans in cents, rounded once, half away from zero."""
    exact = sum((span.exact_cents for span in parts), start=Fraction(0))
    return round_half_up(exact.numerator, exact.denominator)
