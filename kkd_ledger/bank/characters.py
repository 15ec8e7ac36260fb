"""Characters of bank files: texts cleaned, amounts and days read, or a ValueError that says what is allowed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Final

from kkd_ledger.money import LIMIT_CENTS

_AMOUNT = re.compile(r"\+?([0-9]{1,18})(?:\.([0-9]*))?", re.ASCII)
_FILLERS: Final = frozenset(
    {
        "",
        "NONREF",
        "NOTPROVIDED",
        "NOT PROVIDED",
        "NOREF",
        "KEINE INFORMATION VORHANDEN",
        "UNKNOWN",
        "N/A",
        "NULL",
        "KREF+",
    }
)
_BLANKS = re.compile(r"\s+")


def one_line(text: str | None) -> str:
    r"""Return the text in NFC on one line: control characters out, blanks single.

    >>> one_line("  Miete\n  Mai ")
    'Miete Mai'
    """
    if not text:
        return ""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    kept = (sign if unicodedata.category(sign)[0] != "C" else _instead(sign) for sign in text)
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", "".join(kept))).strip()


def _instead(sign: str) -> str:
    """Return what stands for a control sign: a blank for white space and C0/C1, nothing for invisible formats."""
    return " " if unicodedata.category(sign) == "Cc" else ""


def told(text: str) -> str:
    """Return the reference, or nothing where it is a filler such as NOTPROVIDED or NONREF, or all zeros."""
    reference = one_line(text)
    if reference.upper() in _FILLERS or not reference.strip("0 .-"):
        return ""
    return reference


def cents(text: str) -> int:
    """Return an ISO 20022 amount (xs:decimal, not negative) in cents; digits beyond the cent must be zeros.

    >>> cents("8.850"), cents("2700"), cents("0.5")
    (885, 270000, 50)
    """
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        raise ValueError("ein Betrag wie 1234.56 ohne Vorzeichen")
    whole, fraction = found[1], found[2] or ""
    if fraction[2:].strip("0"):
        raise ValueError("höchstens zwei Nachkommastellen (weitere nur als Nullen)")
    amount = int(whole) * 100 + int((fraction + "00")[:2])
    if amount > LIMIT_CENTS:
        raise ValueError("höchstens 1.000.000.000.000,00")
    return amount


def day(text: str) -> dt.date:
    """Return the day of an ISO 8601 date or date-time; the bank's own zone decides which day it is."""
    head, rest = text[:10], text[10:]
    if rest and rest[0] not in "T+-Z ":
        raise ValueError("ein Tag wie 2023-09-28")
    try:
        return dt.date.fromisoformat(head)
    except ValueError:
        raise ValueError("ein Tag wie 2023-09-28") from None


def shown(text: str) -> str:
    """Return a found text as a message may carry it: on one line, quoted, cut after 60 characters."""
    clean = one_line(text)
    return repr(clean if len(clean) <= 60 else clean[:57] + "...")
