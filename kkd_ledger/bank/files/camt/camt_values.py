"""Single values of camt entries: codes, accounts, currencies, days."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from kkd_ledger.bank.files.camt.entry_amounts import Unreadable
from kkd_ledger.bank.files.camt.paths import Slots, fetched
from kkd_ledger.bank.files.characters import day, one_line


@lru_cache(maxsize=1024)
def gvc_of(code: str) -> str:
    """Return the three-digit Geschäftsvorfallcode of a code such as NTRF+166+00931, else the code itself."""
    parts = code.strip().split("+")
    for part in parts:
        if len(part) == 3 and part.isascii() and part.isdigit():
            return part
    return one_line(code)


def iso_code_of(slots: Slots) -> str:
    """Return the bank transaction code that an entry or a detail holds."""
    code = fetched(slots, "iso")
    return _iso_code(code.get("domain", ""), code.get("family", ""), code.get("subfamily", ""))


@lru_cache(maxsize=1024)
def _iso_code(*codes: str) -> str:
    """Return the bank transaction code, such as PMNT-RCDT-ESCT."""
    return "-".join(map(one_line, codes)).strip("-")


def iban_of(detail: Slots, slot: str) -> str:
    """Return the account in a slot, without blanks and in capitals; empty where there is none."""
    if slot not in detail:
        return ""
    account = fetched(detail, slot)
    text = account.get("iban") or account.get("other") or ""
    return "".join(text.split()).upper()


def currency_of(text: str) -> str:
    """Return a currency; raise Unreadable for what is none."""
    code = text.strip()
    if len(code) == 3 and code.isascii() and code.isalpha() and code.isupper():
        return code
    raise Unreadable("Ccy", text, "eine Währung aus drei Großbuchstaben wie EUR")


def day_of(slots: Slots, slot: str) -> dt.date | None:
    """Return the day in a slot, None where it is empty; raise Unreadable for what is no day."""
    text = slots.get(slot)
    if text is None:
        return None
    try:
        return day(text.strip())
    except ValueError as error:
        raise Unreadable(slot, text, str(error)) from None


def last_day_of(head: Slots) -> dt.date | None:
    """Return the day that a statement's entries without a day get: its period's end, last balance or creation."""
    candidates = [head.get("to_day"), *(balance.get("day") for balance in reversed(head.get("balances", ())))]
    for text in (*candidates, head.get("created")):
        if text and (day := _lenient_day(text)):
            return day
    return None


def _lenient_day(text: str) -> dt.date | None:
    try:
        return day(text.strip())
    except ValueError:
        return None
