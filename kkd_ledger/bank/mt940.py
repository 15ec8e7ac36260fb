"""MT940 and MT942: statements from fields, one statement after the other.

Our own reader; `docs/bank.md` has the measurement behind that decision.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from kkd_ledger.bank.camt_lines import RETURN_GVC
from kkd_ledger.bank.characters import cents, one_line, told
from kkd_ledger.bank.limits import Limits
from kkd_ledger.bank.mt940_details import Details, details_of
from kkd_ledger.bank.mt940_fields import Field, decoded, fields
from kkd_ledger.bank.statements import LineDraft, Statement, StatementLine, finished
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.references import is_iban

_AMOUNT: Final = r"([0-9]+(?:[.,][0-9]*)?|,[0-9]+)"
_LINE = re.compile(
    r"([0-9]{6})([0-9]{4}|\s{4})?\s?((?i:RC|RD|EC|ED|C|D))([A-Z])?\s?" + _AMOUNT + r"([NFS].{3})?(.*)",
    re.DOTALL,
)
_BALANCE = re.compile(r"\s*([CD])\s?([0-9]{6})\s?([A-Z]{3})?\s?" + _AMOUNT + r"\s*")
_TURNOVER = re.compile(r"([0-9]*)\s*([A-Z]{3})([0-9]+(?:[.,][0-9]*)?)\s*")
_GERMAN_ACCOUNT = re.compile(r"([0-9]{8})/0*([0-9]{1,10})[A-Z]{0,3}")
_SIGNS: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_AMOUNT_IN_TEXT = re.compile(r"(?:[A-Z]{3})?([0-9]+(?:,[0-9]*)?)")
_ORIGINAL = re.compile(r"/OCMT/[A-Z]{3}([0-9]+,[0-9]*)")
_CHARGES = re.compile(r"/CHGS/[A-Z]{3}([0-9]+,[0-9]*)")


class _Balance(NamedTuple):
    signed_cents: int
    day: dt.date
    currency: str


def read_mt940(content: bytes, name: str, sha256: str, limits: Limits) -> list[Statement]:
    """Return the statements of an MT940 or MT942 file; raise StatementRefused with every problem found."""
    problems: list[Problem] = []
    statements: list[Statement] = []
    lines = 0
    for message in _messages(fields(decoded(content))):
        reader = _Message(message, name, sha256)
        try:
            statements.append(reader.statement())
        except _Place as place:
            problems.append(place.problem(name))
        problems += reader.problems
        lines += reader.count
        if len(problems) >= limits.problems:
            break
        if lines > limits.lines:
            problems = [Problem(name, "", "mehr Umsätze", f"höchstens {limits.lines} Umsätze")]
            break
    if problems:
        raise StatementRefused(problems[: limits.problems])
    return statements


def _messages(found: Iterator[Field]) -> Iterator[list[Field]]:
    """Yield the fields of one statement at a time: a field 20 begins the next one."""
    message: list[Field] = []
    for field in found:
        if field.tag == "20" and message:
            yield message
            message = []
        message.append(field)
    if message:
        yield message


class _Place(Exception):
    """What is wrong with one field."""

    def __init__(self, field: Field, found: str, allowed: str) -> None:
        super().__init__(found)
        self.field = field
        self.found = found
        self.allowed = allowed

    def problem(self, name: str) -> Problem:
        place = f"Zeile {self.field.number}, Feld :{self.field.tag}:"
        return Problem(name, place, repr(one_line(self.found)[:60]), self.allowed)


class _Message:
    """The fields of one statement."""

    def __init__(self, message: Sequence[Field], name: str, sha256: str) -> None:
        self._message = message
        self._name = name
        self._sha256 = sha256
        self._first: dict[str, Field] = {}
        for field in message:
            self._first.setdefault(field.tag, field)
        self.problems: list[Problem] = []
        self.count = 0

    def statement(self) -> Statement:
        """Return the statement; problems of single lines are kept in `problems`."""
        self._check_order()
        opening, closing = self._balance("60F", "60M"), self._balance("62F", "62M")
        lines = self._lines(opening.currency if opening else self._limit_currency())
        currency = next((b.currency for b in (opening, closing) if b and b.currency), self._limit_currency())
        days = [line.booking_day for line in lines]
        to_day = closing.day if closing else max(days, default=opening.day if opening else self._created())
        sequence, page = self._numbers()
        return Statement(
            account=_account(self._first["25" if "25" in self._first else "25P"]),
            currency=currency or "EUR",
            kind="MT940" if "60F" in self._first or "60M" in self._first else "MT942",
            identity=one_line(self._first["20"].text),
            sequence=sequence,
            page=page,
            from_day=min([*days, to_day]),
            to_day=to_day,
            opening_cents=opening.signed_cents if opening else None,
            closing_cents=closing.signed_cents if closing else None,
            lines=tuple(lines),
            source=self._name,
            sha256=self._sha256,
            contradictions=tuple(self._turnovers(lines)),
            last_page="62M" not in self._first,
        )

    def _check_order(self) -> None:
        for tag in ("20", "25", "28C", "60F", "62F"):
            repeated = [field for field in self._message if field.tag == tag][1:]
            if repeated:
                raise _Place(repeated[0], repeated[0].lines[0], f"nur ein Feld :{tag}: je Auszug")
        if "20" not in self._first:
            first = self._message[0]
            raise _Place(first, first.lines[0], "ein Auszug, der mit Feld :20: beginnt")
        if "25" not in self._first and "25P" not in self._first:
            raise _Place(self._first["20"], "kein Feld :25:", "ein Auszug mit Konto (Feld :25:)")

    def _balance(self, *tags: str) -> _Balance | None:
        field = next((self._first[tag] for tag in tags if tag in self._first), None)
        if field is None:
            return None
        found = _BALANCE.fullmatch(field.packed)
        if not found:
            raise _Place(field, field.packed, "ein Saldo wie C231130EUR1234,56")
        amount_cents = _SIGNS[found[1]] * _cents(field, found[4])
        return _Balance(amount_cents, _day(field, found[2]), found[3] or "")

    def _limit_currency(self) -> str:
        """Return the currency of an MT942, which stands in its smallest amount (34F) or turnover (90)."""
        for tag in ("34F", "90C", "90D"):
            found = (
                re.search(r"([A-Z]{3})[CD]?[0-9]", self._first[tag].packed) if tag in self._first else None
            )
            if found:
                return found[1]
        return ""

    def _created(self) -> dt.date:
        """Return the day of an MT942 without lines, from its time stamp."""
        for tag in ("13D", "13", "13C"):
            found = re.match("[0-9]{6}", self._first[tag].packed) if tag in self._first else None
            if found:
                return _day(self._first[tag], found[0])
        raise _Place(
            self._first["20"], "weder Saldo noch Umsatz noch Zeitstempel", "ein Auszug mit einem Tag"
        )

    def _numbers(self) -> tuple[int | None, int | None]:
        field = self._first.get("28C") or self._first.get("28")
        number, _, page = field.packed.strip().partition("/") if field else ("", "", "")
        return _number(number), _number(page)

    def _lines(self, currency: str) -> list[StatementLine]:
        """Return the lines; a field 86 or NS belongs to the line right before it."""
        lines: list[StatementLine] = []
        for position, field in enumerate(self._message):
            if field.tag != "61":
                continue
            self.count += 1
            following = self._message[position + 1] if position + 1 < len(self._message) else None
            details = following if following and following.tag in {"86", "NS"} else None
            try:
                lines.append(_line(field, details_of(details), currency or "EUR", self.count))
            except _Place as place:
                self.problems.append(place.problem(self._name))
        return lines

    def _turnovers(self, lines: Sequence[StatementLine]) -> Iterator[str]:
        """Yield what the turnovers of an MT942 (fields 90) say otherwise than its lines."""
        for tag, word, sign in (("90C", "Gutschriften", 1), ("90D", "Lastschriften", -1)):
            found = _TURNOVER.fullmatch(self._first[tag].packed) if tag in self._first else None
            if found:
                sums = [line.amount_cents * sign for line in lines if line.amount_cents * sign > 0]
                if (int(found[1] or len(sums)), _cents(self._first[tag], found[3])) != (len(sums), sum(sums)):
                    yield f"Feld :{tag}: nennt {found[1]} {word} über {found[3]}, der Auszug hat andere"


def _line(field: Field, details: Details, currency: str, entry: int) -> StatementLine:
    found = _LINE.fullmatch("\n".join(field.lines))
    if not found:
        raise _Place(field, field.lines[0], "ein Umsatz wie 2311301130C1234,56NTRFNONREF//Bankreferenz")
    value, entered, mark, _, amount, _type, rest = found.groups()
    mark = mark.upper()
    value_day = _day(field, value)
    amount_cents = _SIGNS[mark] * _cents(field, amount)
    head, _, supplement = rest.partition("\n")
    customer_reference, _, bank_reference = head.partition("//")
    returned = mark in {"RC", "RD"} or details.gvc in RETURN_GVC
    end_to_end = details.reference("EREF")
    references = (end_to_end, details.reference("KREF"), told(customer_reference) if returned else "")
    draft = LineDraft(
        booking_day=_entry_day(field, value_day, entered),
        value_day=value_day,
        amount_cents=amount_cents,
        currency=currency,
        status="PDNG" if mark in {"EC", "ED"} else "BOOK",
        counterparty=details.name,
        ultimate=one_line(details.keywords.get("ABWA" if amount_cents > 0 else "ABWE", "")),
        iban=details.iban,
        remittance=details.remittance,
        end_to_end=end_to_end,
        mandate=details.reference("MREF"),
        bank_reference=told(bank_reference),
        entry_reference=told(customer_reference),
        transaction_id=details.reference("KREF"),
        gvc=details.gvc,
        purpose=details.reference("PURP"),
        booking_text=details.booking_text or one_line(supplement),
        charges_cents=_charges(amount_cents, details, supplement),
        return_reason=(details.text_key or details.gvc or mark) if returned else "",
        original=tuple(dict.fromkeys(filter(None, references))) if returned else (),
        reversal=mark in {"RC", "RD"},
        entry=entry,
    )
    return finished(draft)


def _charges(amount_cents: int, details: Details, supplement: str) -> int:
    """Return the charges inside the amount, where original amount and charges add up to it."""
    original = _AMOUNT_IN_TEXT.match(details.keywords.get("OAMT", "")) or _ORIGINAL.search(supplement)
    charges = _AMOUNT_IN_TEXT.match(details.keywords.get("COAM", "")) or _CHARGES.search(supplement)
    if not original or not charges:
        return 0
    sign = 1 if amount_cents > 0 else -1
    try:
        parts = [cents(found[1].replace(",", ".")) for found in (original, charges)]
    except ValueError:
        return 0
    for direction in (1, -1):
        if parts[0] + direction * parts[1] == abs(amount_cents):
            return sign * direction * parts[1]
    return 0


def _account(field: Field) -> str:
    """Return the account: an IBAN, or bank code and number as `12345678/1020304050`."""
    text = "".join(field.packed.split()).upper()
    for part in (text, *text.split("/")):
        for length in (len(part), len(part) - 3):
            if is_iban(part[:length]):
                return part[:length]
    german = _GERMAN_ACCOUNT.fullmatch(text)
    return f"{german[1]}/{german[2]}" if german else text


def _cents(field: Field, text: str) -> int:
    try:
        return cents(text.replace(",", "."))
    except ValueError as error:
        raise _Place(field, text, str(error)) from None


def _day(field: Field, text: str) -> dt.date:
    """Return the day of YYMMDD."""
    year = int(text[:2])
    return _month_day(field, year + (2000 if year < 80 else 1900), text[2:])


def _month_day(field: Field, year: int, text: str) -> dt.date:
    """Return the day of MMDD; days such as 30 February, which interest calculation knows, are the month's last."""
    month, day = int(text[:2]), int(text[2:])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise _Place(field, text, "ein Tag wie 231130 (JJMMTT) oder 1130 (MMTT)")
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _entry_day(field: Field, value_day: dt.date, entered: str | None) -> dt.date:
    """Return the booking day MMDD in the year that brings it nearest to the value date."""
    if not entered or not entered.strip() or entered == "0000":
        return value_day
    years = (value_day.year, value_day.year - 1, value_day.year + 1)
    days = [_month_day(field, year, entered) for year in years]
    return min(days, key=lambda day: abs((day - value_day).days))


def _number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
