"""What a posten is called, and its payment reference: pure functions of party, service year, kind and day known.

Never by counting what a book has booked: both sides' books name the same thing, whatever came first. A share is the
first posten of its service year (`kkd-2024-musterstadt-1`). Any other is named by its kind and a day. For a further
claim (Nachforderung, `kkd-2024-musterstadt-n240305`), a credit (Gutschrift, `…-g240305`) and a settlement (Abrechnung,
`…-a240305`) it is the day from which on it is known, for an advance (Vorauszahlung, `…-v240515`) its day in the due
plan, for a bill of charges (Einzelabrechnung, `…-e240305`) the last day that it is for; further bills of one day, and
changes of bills, have a letter (`…-e240305b`). VAT that a later decision puts on what was claimed, or takes off
(Umsatzsteuer, `…-u240305`), is named by the day from which on that is known. Books from before count their corrections
(`…-2`, `…-3`): those names stay.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from kkd_ledger.references import RF_BODY_MAX, payment_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kkd_ledger.agreement import Agreement
    from kkd_ledger.book.config import Book

_FIRST: Final = dt.date(2000, 1, 1)
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DAY_SIGNS: Final = 3
_CODE_SIGNS: Final = 4
_PARTY_SIGNS: Final = 8
_CODE = re.compile(r"[1-9]\d{0,5}|[VA][0-9A-Z]{3}|[NGEU][0-9A-Z]{3,5}", re.ASCII)
_TAIL = re.compile(r"[1-9]\d{0,5}|[va]\d{6}|[ngeu]\d{6}[a-z]{0,2}", re.ASCII)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
PLACE_MAX: Final = len(_LETTERS) ** 2 - 1
"""How many bills of one day a party may have beside the first."""


class PostenKind(StrEnum):
    """What a posten is, as its name ends."""

    SHARE = "1"
    CLAIM = "n"
    CREDIT = "g"
    ADVANCE = "v"
    SETTLEMENT = "a"
    CHARGE = "e"
    TAX = "u"


def tail(kind: PostenKind, known_on: dt.date, place: int = 0) -> str:
    """Return the end of a posten's name: its kind, and but for a share the day from which on it is known.

    An advance (Vorauszahlung) is named by the day of the due plan on which it is due, a bill of charges by the last day
    that it is for. Bills of one day, and changes of them, are told apart by letters, their `place`.

    >>> tail(PostenKind.CREDIT, dt.date(2024, 3, 5)), tail(PostenKind.CHARGE, dt.date(2024, 3, 5), 1)
    ('g240305', 'e240305b')
    """
    if kind == PostenKind.SHARE:
        return str(kind)
    high, low = divmod(place, len(_LETTERS))
    letters = (_LETTERS[high] if high else "") + _LETTERS[low] if place else ""
    return f"{kind}{known_on:%y%m%d}{letters}"


def is_tail(text: str) -> bool:
    """Tell whether a text is the end of a posten's name."""
    return _TAIL.fullmatch(text) is not None


def is_settlement(name: str) -> bool:
    """Tell whether a posten is that of a settlement (Abrechnung), by its name."""
    return _is_of(name, PostenKind.SETTLEMENT)


def is_advance(name: str) -> bool:
    """Tell whether a posten is that of an advance (Vorauszahlung), by its name."""
    return _is_of(name, PostenKind.ADVANCE)


def _is_of(name: str, kind: PostenKind) -> bool:
    end = name.rpartition("-")[2]
    return is_tail(end) and end.startswith(kind)


def is_tax(name: str) -> bool:
    """Tell whether a posten is VAT that a later decision put on what was claimed, or took off, by its name."""
    end = name.rpartition("-")[2]
    return is_tail(end) and end.startswith(PostenKind.TAX)


def is_agreed_offset(agreement: Agreement, names: Iterable[str]) -> bool:
    """Tell whether an agreement sets a settlement off against the next rate, and items are such of one party."""
    items = tuple(names)
    parties = {name.removeprefix(f"{agreement.id}-").partition("-")[2].rpartition("-")[0] for name in items}
    by_offset = any(plan.settlement and plan.settlement.by == "offset" for plan in agreement.dues)
    return by_offset and len(parties) == 1 and any(map(is_settlement, items))


def posten(agreement: str, service_year: int | str, party: str, end: str) -> str:
    """Return a posten's name."""
    return f"{agreement}-{service_year}-{party}-{end}"


def reference(book: Book, service_year: int | str, party: str, end: str) -> str:
    """Return a posten's payment reference (RF, ISO 11649); `end` is the end of its name.

    The day known stands in it as three signs (days since 2000-01-01 to base 36), the place of a bill as one or two: it
    has 21 signs in all, and both sides arrive at the same one without asking.
    """
    code = _code(end)
    return payment_reference(_body(book, str(service_year), party, code) + code)


def end_of(book: Book, service_year: int | str, party: str, text: str) -> str:
    """Return the end of the posten's name whose payment reference a text is; empty where it is none of that share's."""
    signs = text[4:]
    for front in _fronts(book, str(service_year), party):
        code = signs.removeprefix(front)
        if code != signs and _CODE.fullmatch(code):
            return _end(code)
    return ""


def _body(book: Book, service_year: str, party: str, code: str) -> str:
    """Return agreement, year and party; where that is too long, the party (and a long agreement) by a hash."""
    named, *short = _fronts(book, service_year, party)
    return named if len(named) + len(code) <= RF_BODY_MAX else short[max(0, len(code) - _CODE_SIGNS)]


def _fronts(book: Book, service_year: str, party: str) -> tuple[str, ...]:
    """Return what payment references begin with: the names as they are, then by a hash, the longest one first."""
    agreement = letters_and_digits(book.agreement.id)
    code = book.party_codes.get(party) or letters_and_digits(party)
    digest = int.from_bytes(sha256(f"{book.agreement.id} {party}".encode()).digest()[:8])
    short = (f"{agreement[:5]}{service_year}{_base36(digest, _PARTY_SIGNS - less)}" for less in range(3))
    return f"{agreement}{service_year}{code}", *short


def _code(end: str) -> str:
    if end.isdigit():
        return end
    day = dt.date(2000 + int(end[1:3]), int(end[3:5]), int(end[5:7]))
    place = _place(end[7:])
    signs = 0 if not place else 1 if place < len(_DIGITS) else 2
    return end[0].upper() + _base36((day - _FIRST).days, _DAY_SIGNS) + _base36(place, signs)


def _place(letters: str) -> int:
    """Return which bill of its day letters stand for; without any the first."""
    place = 0
    for letter in letters:
        place = place * len(_LETTERS) + _LETTERS.index(letter)
    return place


def _end(code: str) -> str:
    if code.isdigit():
        return code
    day, place = code[1 : 1 + _DAY_SIGNS], code[1 + _DAY_SIGNS :]
    return tail(PostenKind(code[0].lower()), _FIRST + dt.timedelta(days=int(day, 36)), int(place or "0", 36))


def _base36(number: int, signs: int) -> str:
    """Return the last signs of a number to base 36."""
    digits = ""
    for _ in range(signs):
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def letters_and_digits(text: str) -> str:
    """Return a name in capitals, without what a payment reference cannot hold.

    >>> letters_and_digits("ober-unterdorf")
    'OBERUNTERDORF'
    """
    return "".join(sign for sign in text.upper() if sign.isalnum())
