"""MT940 and MT942: statements from fields, one statement after the other.

Our own reader; `docs/bank.md` has the measurement behind that decision.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from kkd_ledger.bank.days import NO_DAY
from kkd_ledger.bank.files.characters import one_line
from kkd_ledger.bank.files.limits import Limits, too_many_statements
from kkd_ledger.bank.files.mt940.field61 import AMOUNT, SIGNS, Unfit, cents_in, day_in, line_of
from kkd_ledger.bank.files.mt940.field86 import details_of, together
from kkd_ledger.bank.files.mt940.swift_fields import SwiftField, fields, lines_of
from kkd_ledger.bank.statements import UNREAD, Statement, StatementLine
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.references import is_iban

_BALANCE = re.compile(r"\s*([CD])\s?([0-9]{6})\s?([A-Z]{3})?\s?" + AMOUNT + r"\s*")
_TURNOVER = re.compile(r"([0-9]*)\s*([A-Z]{3})" + AMOUNT + r"\s*")
_GERMAN_ACCOUNT = re.compile(r"([0-9]{8})/0*([0-9]{1,10})[A-Z]{0,3}")
_DETAIL_TAGS: Final = frozenset({"86", "NS"})
_LINE_TAGS: Final = frozenset({"61", *_DETAIL_TAGS})
_OF_MT940: Final = frozenset({"60F", "60M", "62F", "62M"})
_OF_MT942: Final = frozenset({"13", "13C", "13D", "34F", "90C", "90D"})
_EURO: Final = "EUR"


class _Balance(NamedTuple):
    signed_cents: int
    day: dt.date
    currency: str


def read_mt940(
    content: bytes, name: str, sha256: str, limits: Limits, *, partly: bool = False
) -> list[Statement]:
    """Return the statements of an MT940 or MT942 file; raise StatementRefused with every problem found.

    The file is read field by field: nothing but the lines that are kept grows with it. With `partly` what is unreadable
    in a line or a balance is one of the statement's contradictions.
    """
    problems: list[Problem] = []
    statements: list[Statement] = []
    count = 0
    for message in _messages(fields(lines_of(content), limits.text_chars), name, limits, partly=partly):
        if len(statements) >= limits.statements:
            raise too_many_statements(name, limits)
        try:
            statements.append(message.statement(sha256))
        except Unfit as place:
            problems.append(place.problem(name))
        problems += message.problems
        count += message.count
        if len(problems) >= limits.problems:
            break
        _refuse_more(name, count, limits)
    if problems:
        raise StatementRefused(problems[: limits.problems])
    return statements


def _refuse_more(name: str, count: int, limits: Limits) -> None:
    if count > limits.lines:
        raise StatementRefused([Problem(name, "", "mehr Umsätze", f"höchstens {limits.lines} Umsätze")])


def _messages(fields: Iterator[SwiftField], name: str, limits: Limits, *, partly: bool) -> Iterator[_Message]:
    """Yield one statement at a time, once it is complete: a field 20 begins the next one."""
    message: _Message | None = None
    for field in fields:
        if message is None or field.tag == "20":
            if message:
                yield message
            message = _Message(field, name, limits, partly=partly)
        else:
            message.take(field)
    if message:
        yield message


class _Message:
    """One statement, field by field: a line is made as soon as it is complete."""

    def __init__(self, field: SwiftField, name: str, limits: Limits, *, partly: bool) -> None:
        self._name = name
        self._partly = partly
        self._unread: list[Problem] = []
        self._limits = limits
        self._first = {field.tag: field}
        self._begins = field
        self._again: dict[str, SwiftField] = {}
        self._lines: list[StatementLine] = []
        self._open: SwiftField | None = None
        self._details: list[SwiftField] = []
        self._detail_chars = 0
        self._currency = ""
        self.problems: list[Problem] = []
        self.count = 0
        self.take(field)

    def take(self, field: SwiftField) -> None:
        """Take the next field; fields 86 or NS belong to the line right before them."""
        if field.too_long:
            chars = self._limits.text_chars
            self._refuse(Unfit(field, f"mehr als {chars} Zeichen", f"höchstens {chars} Zeichen"))
        if self._open and field.tag in _DETAIL_TAGS:
            self._take_details(field)
            return
        self._close()
        if field.tag == "61":
            self._open = field
        if field.tag in _LINE_TAGS:
            return
        if self._first.setdefault(field.tag, field) is not field:
            self._again.setdefault(field.tag, field)

    def _take_details(self, field: SwiftField) -> None:
        """Keep a field 86 or NS of the line that is open; all of them are no longer than one may be."""
        chars = self._limits.text_chars
        self._detail_chars += field.chars + 1
        if self._detail_chars <= chars:
            self._details.append(field)
        elif self._detail_chars - field.chars - 1 <= chars and not field.too_long:
            self._refuse(Unfit(field, f"mehr als {chars} Zeichen", f"höchstens {chars} Zeichen"))

    def _close(self) -> None:
        """Make the line that is open, with the fields behind it."""
        if self._open:
            details = together(self._details) if self._details else None
            self._line(self._open, details)
            self._open = None
            self._details.clear()
            self._detail_chars = 0

    def _line(self, field: SwiftField, details: SwiftField | None) -> None:
        self.count += 1
        _refuse_more(self._name, self.count, self._limits)
        self._currency = self._currency or self._currency_so_far()
        try:
            self._lines.append(
                line_of(field, details_of(details), self._currency, self.count, self._unread_day)
            )
        except Unfit as place:
            self._refuse(place)

    def _refuse(self, place: Unfit) -> None:
        noted = self._unread if self._partly else self.problems
        noted.append(place.problem(self._name))
        if len(noted) >= self._limits.problems:
            raise StatementRefused(noted)

    def _unread_day(self, place: Unfit) -> dt.date:
        """Return what stands for an unreadable day; raise what is wrong with it where reading is not partly."""
        if not self._partly:
            raise place
        self._refuse(place)
        return NO_DAY

    def statement(self, sha256: str) -> Statement:
        """Return the statement; problems of single lines are kept in `problems`."""
        self._close()
        self._check_order()
        opening, closing = self._readable("60F", "60M"), self._readable("62F", "62M")
        currency = self._stated_or(closing.currency if closing else "") or _EURO
        lines = self._in_currency(currency)
        days = [line.booking_day for line in lines if line.booking_day != NO_DAY]
        first, last = min(days, default=None), max(days, default=None)
        to_day = closing.day if closing else last or (opening.day if opening else self._created())
        sequence, page = self._numbers()
        return Statement(
            account=_account(self._first["25" if "25" in self._first else "25P"].packed),
            currency=currency,
            kind=self._kind(),
            identity=one_line(self._first["20"].text),
            sequence=sequence,
            page=page,
            from_day=min(first or to_day, to_day),
            to_day=to_day,
            opening_cents=opening.signed_cents if opening else None,
            closing_cents=closing.signed_cents if closing else None,
            lines=lines,
            source=self._name,
            sha256=sha256,
            contradictions=(*map(_not_read, self._unread), *self._turnovers(lines)),
            unread=len(self._unread),
            last_page="62M" not in self._first,
        )

    def _kind(self) -> str:
        """Return MT942 only for what says that it is one: an MT940 that lacks a balance is no preview."""
        tags = self._first.keys()
        return "MT942" if tags & _OF_MT942 and not tags & _OF_MT940 else "MT940"

    def _in_currency(self, currency: str) -> tuple[StatementLine, ...]:
        """Return the lines in the statement's currency, which only its end may say."""
        if self._lines and self._lines[0].currency != currency:
            return tuple(replace(line, currency=currency) for line in self._lines)
        return tuple(self._lines)

    def _check_order(self) -> None:
        for tag in ("20", "25", "28C", "60F", "62F"):
            if again := self._again.get(tag):
                raise Unfit(again, again.lines[0], f"nur ein Feld :{tag}: je Auszug")
        if "20" not in self._first:
            begins = self._begins
            raise Unfit(begins, begins.lines[0], "ein Auszug, der mit Feld :20: beginnt")
        if "25" not in self._first and "25P" not in self._first:
            raise Unfit(self._first["20"], "kein Feld :25:", "ein Auszug mit Konto (Feld :25:)")

    def _readable(self, *tags: str) -> _Balance | None:
        """Return a balance; none for an unreadable one where reading is partly."""
        try:
            return self._balance(*tags)
        except Unfit as place:
            if not self._partly:
                raise
            self._refuse(place)
            return None

    def _balance(self, *tags: str) -> _Balance | None:
        field = next((self._first[tag] for tag in tags if tag in self._first), None)
        if field is None:
            return None
        match = _BALANCE.fullmatch(field.packed)
        if not match:
            raise Unfit(field, field.packed, "ein Saldo wie C231130EUR1234,56")
        amount_cents = SIGNS[match[1]] * cents_in(field, match[4])
        return _Balance(amount_cents, day_in(field, match[2]), match[3] or "")

    def _currency_so_far(self) -> str:
        """Return the currency that the fields so far say."""
        return self._stated_or(_EURO)

    def _stated_or(self, otherwise: str) -> str:
        """Return the currency that is stated; what is wrong in the fields that do is told at the end."""
        try:
            return self._stated_currency() or otherwise
        except Unfit:
            return otherwise

    def _stated_currency(self) -> str:
        """Return the currency: of the opening balance, or of an MT942's smallest amount (34F) or turnover (90)."""
        opening = self._balance("60F", "60M")
        if opening and opening.currency:
            return opening.currency
        for tag in ("34F", "90C", "90D"):
            match = (
                re.search(r"([A-Z]{3})[CD]?[0-9]", self._first[tag].packed) if tag in self._first else None
            )
            if match:
                return match[1]
        return ""

    def _created(self) -> dt.date:
        """Return the day of an MT942 without lines, from its time stamp."""
        for tag in ("13D", "13", "13C"):
            match = re.match("[0-9]{6}", self._first[tag].packed) if tag in self._first else None
            if match:
                return day_in(self._first[tag], match[0])
        if self.problems:
            return dt.date.max  # the lines that would say the day are told of; the file is refused
        raise Unfit(self._first["20"], "weder Saldo noch Umsatz noch Zeitstempel", "ein Auszug mit einem Tag")

    def _numbers(self) -> tuple[int | None, int | None]:
        field = self._first.get("28C") or self._first.get("28")
        number, _, page = field.packed.strip().partition("/") if field else ("", "", "")
        return _number(number), _number(page)

    def _turnovers(self, lines: Sequence[StatementLine]) -> Iterator[str]:
        """Yield what the turnovers of an MT942 (fields 90) say otherwise than its lines."""
        for tag, word, sign in (("90C", "Gutschriften", 1), ("90D", "Lastschriften", -1)):
            match = _TURNOVER.fullmatch(self._first[tag].packed) if tag in self._first else None
            if match:
                sums = [line.amount_cents * sign for line in lines if line.amount_cents * sign > 0]
                if (int(match[1] or len(sums)), cents_in(self._first[tag], match[3])) != (
                    len(sums),
                    sum(sums),
                ):
                    yield f"Feld :{tag}: nennt {match[1]} {word} über {match[3]}, der Auszug hat andere"


def _not_read(problem: Problem) -> str:
    return f"{problem.place}: {problem.actual} {UNREAD}"


@lru_cache(maxsize=256)
def _account(written: str) -> str:
    """Return the account: an IBAN, or bank code and number as `12345678/1020304050`."""
    text = "".join(written.split()).upper()
    for part in (text, *text.split("/")):
        for length in (len(part), len(part) - 3):
            if is_iban(part[:length]):
                return part[:length]
    german = _GERMAN_ACCOUNT.fullmatch(text)
    return f"{german[1]}/{german[2]}" if german else text


def _number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
