"""What is measured or counted (hours, m³, inhabitants, assessed values): read as typed, kept exactly, written German.

A whole number is an int, everything else a Fraction; never a float.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from kkd_ledger.errors import NotAllowed
from kkd_ledger.german import grouped

Quantity = int | Fraction

LIMIT: Final = 10**15
PLACES: Final = 6

_SPACES = re.compile("[\u00a0\u202f\u2009]")
_PLAIN = re.compile(rf"(0|[1-9][0-9]*)(?:[.,]([0-9]{{1,{PLACES}}}))?")
_GROUPED = tuple(
    re.compile(rf"([1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+)(?:{decimal}([0-9]{{1,{PLACES}}}))?")
    for mark, decimal in ((r"\.", ","), (",", r"\."), (" ", "[.,]"))
)
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_ALLOWED: Final = f'61.25 oder "61,25" oder "1.234,5", ab 0, höchstens {PLACES} Nachkommastellen'


def parse_quantity(value: Any) -> Quantity:
    """Return a figure as a person types it: a number of the file (61, 61.25), or a text in German or English notation.

    Raises NotAllowed for anything else, for what is negative, for more than six decimals, for more than 10^15, and for
    what means two things: `12.345` is twelve and a bit, or twelve thousand.

    >>> parse_quantity("61,25"), parse_quantity(Decimal("61.25")), parse_quantity("12.000.000.000")
    (Fraction(245, 4), Fraction(245, 4), 12000000000)
    """
    if type(value) is int and 0 <= value <= LIMIT:  # nearly all of them
        return value
    text = _text(value)
    if _AMBIGUOUS.fullmatch(text):
        digits = re.sub("[.,]", "", text)
        raise NotAllowed(
            f"{_found(value)} ist mehrdeutig",
            f'{digits} für ganze Tausend; "{text.replace(".", ",")}0" für drei Nachkommastellen',
        )
    match = next(filter(None, (form.fullmatch(text) for form in (_PLAIN, *_GROUPED))), None)
    if match is None:
        raise NotAllowed(f"{_found(value)} ist keine Zahl ab 0", _ALLOWED)
    whole, decimals = re.sub("[., ]", "", match[1]), match[2] or ""
    return _limited(Fraction(int(whole + decimals), 10 ** len(decimals)), value)


def parse_count(value: Any) -> int:
    """Return a number of heads: whole, so that `12.345` in quotes has one meaning.

    >>> parse_count(12345), parse_count("12.345"), parse_count("12 345")
    (12345, 12345, 12345)
    """
    if type(value) is int and 0 <= value <= LIMIT:
        return value
    text = _text(value)
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text):
        return int(text.replace(".", ""))
    number = None if _AMBIGUOUS.fullmatch(text) else parse_quantity(value)
    if not isinstance(number, int):
        digits = int(re.sub("[.,]", "", text)) if number is None else 12345
        raise NotAllowed(f"{_found(value)} ist keine ganze Zahl", f'{digits} oder "{grouped(digits)}"')
    return number


def format_quantity(number: Quantity) -> str:
    """Return a figure as people read it: `13.645`, `61,25`; dots say that more decimals would follow: `41,333333…`."""
    magnitude, sign = abs(Fraction(number)), "-" if number < 0 else ""
    whole, rest = divmod(magnitude.numerator * 10**PLACES // magnitude.denominator, 10**PLACES)
    is_exact = (magnitude * 10**PLACES).denominator == 1
    digits = f"{rest:0{PLACES}}".rstrip("0") if is_exact else f"{rest:0{PLACES}}…"
    return f"{sign}{grouped(whole)}" + (f",{digits}" if digits else "")


def plain_quantity(number: Quantity) -> int | str:
    """Return a figure as machines read it: a number where it is whole, else `61.25`, or `124/3`.

    >>> plain_quantity(61), plain_quantity(Fraction(245, 4)), plain_quantity(Fraction(124, 3))
    (61, '61.25', '124/3')
    """
    if number.denominator == 1:
        return number.numerator
    scaled = number * 10**PLACES
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    return format_quantity(number).replace(".", "").replace(",", ".")


def _text(value: Any) -> str:
    """Return what was typed; numbers of the file in their own digits."""
    if isinstance(value, str):
        return _SPACES.sub(" ", value).strip(" ")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite() and -100 < value.as_tuple().exponent <= 0:  # type: ignore[operator]
        return f"{value:f}"
    raise NotAllowed(f"{_found(value)} ist keine Zahl ab 0", _ALLOWED)


def _found(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:80] + " …"


def _limited(number: Fraction, value: Any) -> Quantity:
    if number > LIMIT:
        raise NotAllowed(f"{_found(value)} ist zu groß", f"höchstens {grouped(LIMIT)}")
    return number.numerator if number.denominator == 1 else number
