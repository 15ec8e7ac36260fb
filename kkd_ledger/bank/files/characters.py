"""Characters of bank files: texts cleaned, amounts and days read, or a ValueError that says what is allowed."""

from __future__ import annotations

import codecs
import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import Final

from kkd_ledger.money import LIMIT_CENTS

_AMOUNT = re.compile(r"\+?(?=\.?[0-9])([0-9]{0,18})(?:\.([0-9]*))?", re.ASCII)
_PARTS_OF_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DAY: Final = "ein Tag wie 2023-09-28"
_UMLAUTS: Final = "äöüÄÖÜß"
_CHUNK: Final = 65536
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
        "OFFLINE",
    }
)


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text file that names none: UTF-8, else Windows-1252, else that of DOS.

    Where it is not UTF-8 throughout, German umlauts tell: old bank programs still write code page 850, and a text in
    UTF-8 may be cut within a sign, by its end or where a bank cuts names.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
    except UnicodeDecodeError:
        counts = {name: _umlauts_in(content, name) for name in ("cp1252", "cp850", "utf-8-sig")}
        return max(counts, key=lambda name: counts[name])
    return "utf-8-sig"


def _umlauts_in(content: bytes, encoding: str) -> int:
    signs = (sign.encode(encoding.removesuffix("-sig")) for sign in _UMLAUTS)
    return sum(map(content.count, signs))


def one_line(text: str | None) -> str:
    r"""Return the text in NFC on one line: control characters out, blanks single.

    >>> one_line("  Miete\n  Mai ")
    'Miete Mai'
    """
    if not text:
        return ""
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip() if "  " not in text else " ".join(text.split())
    joined = " ".join(text.split())
    if joined.isprintable() and joined.isascii():
        return joined
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else _instead(sign) for sign in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _instead(sign: str) -> str:
    """Return what stands for a control sign: a blank for C0 and C1, nothing for invisible formats."""
    return " " if unicodedata.category(sign) == "Cc" else ""


@lru_cache(maxsize=1024)
def phrase(text: str) -> str:
    """Return `one_line` of a text that comes again and again, such as a booking text or a code."""
    return one_line(text)


def reference_of(text: str | None) -> str:
    """Return the reference, or nothing where it is a filler such as NOTPROVIDED or NONREF, or all zeros."""
    if not text:
        return ""
    reference = text if text.isalnum() and text.isascii() else one_line(text)
    if reference.upper() in _FILLERS or not reference.strip("0 .-"):
        return ""
    return reference


def cents(text: str) -> int:
    """Return an ISO 20022 amount (xs:decimal, not negative) in cents; digits beyond the cent must be zeros.

    >>> cents("8.850"), cents("2700"), cents("0.5")
    (885, 270000, 50)
    """
    if text[-3:-2] == "." and text.isascii() and len(text) < 16:
        whole, fraction = text[:-3], text[-2:]
        if whole.isdigit() and fraction.isdigit():
            return int(whole + fraction)
    match = _AMOUNT.fullmatch(text.strip())
    if not match:
        raise ValueError("ein Betrag wie 1234.56 ohne Vorzeichen")
    whole, fraction = match[1], match[2] or ""
    if fraction[2:].strip("0"):
        raise ValueError("höchstens zwei Nachkommastellen (weitere nur als Nullen)")
    amount = int(whole or "0") * 100 + int((fraction + "00")[:2])
    if amount > LIMIT_CENTS:
        raise ValueError("höchstens 1.000.000.000.000,00")
    return amount


@lru_cache(maxsize=4096)
def day(text: str) -> dt.date:
    """Return the day of an ISO 8601 date or date-time; the bank's own zone decides which day it is."""
    head, rest = text[:10], text[10:]
    if rest and rest[0] not in "T+-Z ":
        raise ValueError(_DAY)
    try:
        return dt.date.fromisoformat(head)
    except ValueError:
        parts = _PARTS_OF_DAY.fullmatch(head)
        raise ValueError(no_such_day(parts[3], parts[2], parts[1]) if parts else _DAY) from None


def no_such_day(day: str, month: str, year: str = "") -> str:
    """Return what is allowed in the place of a day that is spelled well and that no calendar has.

    >>> no_such_day("30", "02", "2024")
    'ein Tag des Kalenders; den 30.02.2024 gibt es nicht'
    """
    return f"ein Tag des Kalenders; den {day}.{month}.{year} gibt es nicht"


def shown(text: str) -> str:
    """Return a found text as a message may carry it: on one line, quoted, cut after 60 characters."""
    clean = one_line(text)
    return repr(clean if len(clean) <= 60 else clean[:57] + "...")
