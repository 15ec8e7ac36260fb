"""Field 61 of an MT940, and the field 86 behind it → one statement line; days and amounts of all fields."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from kkd_ledger.bank.files.camt.entry_lines import RETURN_GVC
from kkd_ledger.bank.files.characters import cents, no_such_day, one_line, reference_of
from kkd_ledger.bank.files.mt940.field86 import NO_DETAILS, Details
from kkd_ledger.bank.files.mt940.swift_fields import SwiftField
from kkd_ledger.bank.statements import LineDraft, StatementLine, finished
from kkd_ledger.errors import Problem

AMOUNT: Final = r"([0-9]+(?:,[0-9]*|\.[0-9]{0,2})?|,[0-9]+)(?![0-9.,])"
_LINE = re.compile(
    r"([0-9]{6})([0-9]{4}|\s{4})?\s?((?i:RC|RD|EC|ED|C|D))([A-Z])?\s?"
    + AMOUNT
    + r"(?=\s*$| ?[A-Z]|\s*\n)(?: ?([NFS][A-Z0-9]{3}))?(.*)",
    re.DOTALL,
)
_AMOUNT_IN_TEXT = re.compile(r"(?:[A-Z]{3})?([0-9]+(?:,[0-9]*)?)")
_ORIGINAL = re.compile(r"/OCMT/[A-Z]{3}([0-9]+,[0-9]*)")
_CHARGES = re.compile(r"/CHGS/[A-Z]{3}([0-9]+,[0-9]*)")
SIGNS: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_RETURN_TYPES: Final = frozenset({"RTI"})
"""SWIFT types (MT940 field 61, subfield 6) of a returned item, behind their N, F or S."""
_DAYS: Final = "wie 231130 (JJMMTT) oder 1130 (MMTT)"


class Unfit(Exception):
    """What is wrong with one field."""

    def __init__(self, field: SwiftField, actual: str, allowed: str) -> None:
        super().__init__(actual)
        self.field = field
        self.actual = actual
        self.allowed = allowed

    def problem(self, name: str) -> Problem:
        """Return it as a problem of the file."""
        place = f"Zeile {self.field.number}, Feld :{self.field.tag}:"
        return Problem(name, place, repr(one_line(self.actual)[:60]), self.allowed)


def _refused(place: Unfit) -> dt.date:
    raise place


def line_of(
    field: SwiftField,
    details: Details,
    currency: str,
    entry: int,
    unread: Callable[[Unfit], dt.date] = _refused,
) -> StatementLine:
    """Return the line of a field 61; raise Unfit where it is none. `unread` says what stands for an unreadable day."""
    match = _LINE.fullmatch("\n".join(field.lines) if len(field.lines) > 1 else field.lines[0])
    if not match:
        raise Unfit(field, field.lines[0], "ein Umsatz wie 2311301130C1234,56NTRFNONREF//Bankreferenz")
    value, entered, mark, _, amount, swift_type, rest = match.groups()
    mark = mark.upper()
    booking_day, value_day = _days(field, value, entered, unread)
    amount_cents = SIGNS[mark] * cents_in(field, amount)
    head, _, supplement = rest.partition("\n")
    customer_reference, _, bank_reference = head.partition("//")
    draft = LineDraft(
        booking_day=booking_day,
        value_day=value_day,
        amount_cents=amount_cents,
        currency=currency,
        status="PDNG" if mark in {"EC", "ED"} else "BOOK",
        bank_reference=reference_of(bank_reference),
        entry_reference=reference_of(customer_reference),
        booking_text=details.booking_text or one_line(supplement),
        entry=entry,
    )
    if details is not NO_DETAILS:
        _describe(draft, details)
    if details.keywords or supplement:
        draft.charges_cents = _charges(amount_cents, details, supplement)
    if mark in {"RC", "RD"} or details.gvc in RETURN_GVC or (swift_type or "")[1:] in _RETURN_TYPES:
        _return(draft, details, mark, swift_type or "")
    return finished(draft)


def _describe(draft: Any, details: Details) -> None:
    """Put what field 86 says on a line."""
    draft.counterparty = details.name
    draft.iban = details.iban
    draft.remittance = details.remittance
    draft.gvc = details.gvc
    if details.keywords:
        draft.ultimate = one_line(details.keywords.get("ABWA" if draft.amount_cents > 0 else "ABWE", ""))
        draft.end_to_end = details.reference("EREF")
        draft.mandate = details.reference("MREF")
        draft.transaction_id = details.reference("KREF")
        draft.purpose = details.reference("PURP")


def _return(draft: Any, details: Details, mark: str, swift_type: str) -> None:
    """Mark a line as a return or a reversal, with the references of what it gives back."""
    references = (draft.end_to_end, draft.transaction_id, draft.entry_reference)
    by_code = details.gvc in RETURN_GVC or mark in {"RC", "RD"}
    draft.return_reason = (details.text_key or details.gvc or mark) if by_code else swift_type
    draft.original = tuple(dict.fromkeys(filter(None, references)))
    draft.reversal = mark in {"RC", "RD"}


def _charges(amount_cents: int, details: Details, supplement: str) -> int:
    """Return the charges inside the amount, where original amount and charges add up to it."""
    original = _AMOUNT_IN_TEXT.match(details.keywords.get("OAMT", "")) or _ORIGINAL.search(supplement)
    charges = _AMOUNT_IN_TEXT.match(details.keywords.get("COAM", "")) or _CHARGES.search(supplement)
    if not original or not charges:
        return 0
    sign = 1 if amount_cents > 0 else -1
    try:
        parts = [cents(match[1].replace(",", ".")) for match in (original, charges)]
    except ValueError:
        return 0
    for direction in (1, -1):
        if parts[0] + direction * parts[1] == abs(amount_cents):
            return sign * direction * parts[1]
    return 0


def cents_in(field: SwiftField, text: str) -> int:
    """Return the cents of an amount with a comma; raise Unfit where it is none."""
    try:
        return cents(text.replace(",", "."))
    except ValueError as error:
        raise Unfit(field, text, str(error)) from None


def day_in(field: SwiftField, text: str) -> dt.date:
    """Return the day of YYMMDD."""
    day = _date(text)
    if day is None:
        raise Unfit(field, text[2:], _no_day(text[2:]))
    return day


def _days(
    field: SwiftField, value: str, entered: str | None, unread: Callable[[Unfit], dt.date]
) -> tuple[dt.date, dt.date | None]:
    """Return the booking day and the value day of a line; without the year of the latter the former has none."""
    try:
        value_day = day_in(field, value)
    except Unfit as error:
        return unread(error), None
    try:
        return _entry_day(field, value_day, entered), value_day
    except Unfit as error:
        return unread(error), value_day


def _entry_day(field: SwiftField, value_day: dt.date, entered: str | None) -> dt.date:
    """Return the booking day MMDD in the year that brings it nearest to the value date."""
    if not entered or not entered.strip() or entered == "0000":
        return value_day
    day = _nearest(value_day, entered)
    if day is None:
        raise Unfit(field, entered, _no_day(entered))
    return day


def _no_day(text: str) -> str:
    """Return what is allowed in the place of MMDD that is no day."""
    return f"{no_such_day(text[2:], text[:2])} ({_DAYS})"


@lru_cache(maxsize=4096)
def _date(text: str) -> dt.date | None:
    year = int(text[:2])
    return _month_day(year + (2000 if year < 80 else 1900), text[2:])


@lru_cache(maxsize=4096)
def _nearest(value_day: dt.date, entered: str) -> dt.date | None:
    years = (value_day.year, value_day.year - 1, value_day.year + 1)
    days = [day for year in years if (day := _month_day(year, entered))]
    return min(days, key=lambda day: abs((day - value_day).days), default=None)


def _month_day(year: int, text: str) -> dt.date | None:
    """Return the day of MMDD; days such as 30 February, which interest calculation knows, are the month's last."""
    month, day = int(text[:2]), int(text[2:])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
