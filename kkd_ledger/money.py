"""EUR as whole cents: read, write, round by name, and split a total to the cent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.errors import NotAllowed

LIMIT_CENTS: Final = 10**14
RATE_PLACES: Final = 6

_TEXT = re.compile(r"(EUR|€)? ?([-−])? ?([0-9](?:[0-9., ]*[0-9])?) ?(EUR|€)?")
_SPACES = re.compile("[\u00a0\u202f\u2009]")
_PLAIN = re.compile(r"(0|[1-9][0-9]*)(?:[.,]([0-9]{1,2}))?")
_GROUPED = tuple(
    re.compile(rf"([1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+)(?:{decimal}([0-9]{{2}}))?")
    for mark, decimal in ((r"\.", ","), (",", r"\."), (" ", "[.,]"))
)
_RATE = re.compile(r"(0|[1-9][0-9]*)(?:[.,]([0-9]{1,6}))?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_RATE_GROUPED = tuple(
    re.compile(rf"([1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+)(?:{decimal}([0-9]{{1,6}}))?")
    for mark, decimal in ((r"\.", ","), (",", r"\."), (" ", "[.,]"))
)
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def parse_eur(text: str) -> int:
    """Return the cents of an amount in German or international notation, with or without currency sign.

    Raises ValueError for anything else, for texts that mean two things ("1.234"), for more than two
    decimals and for amounts beyond 10^12 EUR.

    >>> parse_eur("1.234,56 €"), parse_eur("1,234.56"), parse_eur("-12.5")
    (123456, 123456, -1250)
    """
    sign, digits = _signed(text, "Betrag")
    if _AMBIGUOUS.fullmatch(digits):
        raise NotAllowed(f"{text!r} ist mehrdeutig", f"{re.sub('[.,]', '', digits)},00 für ganze Tausend")
    for form in (_PLAIN, *_GROUPED):
        if match := form.fullmatch(digits):
            return sign * _limited(_cents(match[1], match[2] or ""), text)
    raise NotAllowed(f"{text!r} ist kein Betrag", "1.234,56 oder 1234.56, höchstens zwei Nachkommastellen")


def parse_typed_eur(text: str) -> int:
    """Return the cents of an amount that a person typed: as `parse_eur`, and `432.000` are thousands.

    A statement's file may be written in any notation, so there that number is refused; `432,000` is refused here too.

    >>> parse_typed_eur("432.000"), parse_typed_eur("432.000,00 €")
    (43200000, 43200000)
    """
    sign, digits = _signed(text, "Betrag")
    if _THOUSANDS.fullmatch(digits):
        return sign * _limited(_cents(digits, ""), text)
    return parse_eur(text)


def parse_rate(text: str) -> int:
    """Return a rate in millionths of a euro; at most six decimals, comma or point, never negative.

    >>> parse_rate("0.65"), parse_rate("1,1425 €"), parse_rate("3.659,5736")
    (650000, 1142500, 3659573600)
    """
    sign, digits = _signed(text, "Satz")
    if _AMBIGUOUS.fullmatch(digits):
        raise NotAllowed(f"{text!r} ist mehrdeutig", f"{digits}0 für einen Satz mit drei Nachkommastellen")
    match = next(filter(None, (form.fullmatch(digits) for form in (_RATE, *_RATE_GROUPED))), None)
    if match is None or sign == -1:
        raise NotAllowed(
            f"{text!r} ist kein Satz", "0,65 oder 0.65, nicht negativ, höchstens sechs Nachkommastellen"
        )
    euros = int(re.sub("[., ]", "", match[1]))
    _limited(euros * 100, text)
    return euros * 10**RATE_PLACES + int((match[2] or "").ljust(RATE_PLACES, "0"))


def format_eur(cents: int) -> str:
    """Return cents as people read them: `1.234,56 EUR`.

    >>> format_eur(-123456)
    '-1.234,56 EUR'
    """
    return f"{format_amount(cents)} EUR"


def format_amount(cents: int) -> str:
    """Return cents as people read them, without a currency: `1.234,56`.

    >>> format_amount(-5)
    '-0,05'
    """
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros:,}".replace(",", ".") + f",{rest:02}"


def plain(cents: int) -> str:
    """Return cents as machines and ledgers read them: `1234.56`.

    >>> plain(-5)
    '-0.05'
    """
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros}.{rest:02}"


def format_rate(rate_micros: int) -> str:
    """Return a rate in millionths of a euro as people read it, with two to six decimals: `0,65`."""
    euros, rest = divmod(rate_micros, 10**RATE_PLACES)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{euros:,}".replace(",", ".") + f",{decimals}"


def round_half_up(numerator: int, denominator: int) -> int:
    """Round to the nearest whole; a half goes away from zero (kaufmännisch, DIN 1333)."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def round_half_even(numerator: int, denominator: int) -> int:
    """Round to the nearest whole; a half goes to the even neighbour (IEEE 754 roundTiesToEven)."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def round_half_down(numerator: int, denominator: int) -> int:
    """Round to the nearest whole; a half goes towards zero (in favour of whoever pays)."""
    magnitude = (2 * abs(numerator) + denominator - 1) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def floor_cents(numerator: int, denominator: int) -> int:
    """Round down to the next whole, towards minus infinity."""
    return numerator // denominator


def ceil_cents(numerator: int, denominator: int) -> int:
    """Round up to the next whole, towards plus infinity."""
    return -(-numerator // denominator)


Rounding = Callable[[int, int], int]
ROUNDINGS: Final[Mapping[str, Rounding]] = MappingProxyType(
    {
        "half-up": round_half_up,
        "half-even": round_half_even,
        "half-down": round_half_down,
        "floor": floor_cents,
        "ceil": ceil_cents,
    }
)


def round_each(numerators: Sequence[int], denominator: int, rounding: Rounding) -> list[int]:
    """Round many exact values that share a denominator, none of them negative.

    The usual rule is written out, because 11,000 members times 20 years spend half their time in calling it.
    """
    if rounding is round_half_up:
        half, whole = denominator, 2 * denominator
        return [(2 * numerator + half) // whole for numerator in numerators]
    return [rounding(numerator, denominator) for numerator in numerators]


def apportion(
    total_cents: int,
    weights: Sequence[int] | Sequence[Fraction],
    *,
    ranks: Sequence[Any],
    debts: Sequence[Fraction] | None = None,
) -> list[int]:
    """Split a total by weights: everybody gets the whole cents of the exact part, odd cents go by largest remainder.

    `ranks` declares who comes first among equal remainders (smaller first), so the order of the weights does not
    matter. `debts` (cents, what earlier splits left somebody short of the exact part) are added to the remainders
    when the odd cents are given, never to the parts: nobody is a cent or more off the exact part of this split.
    The parts sum to the total, and without debts the split of -t is minus the split of t. Raises ValueError for
    negative weights, for weights that are all zero and for lists of different lengths.
    """
    if len(weights) != len(ranks) or len(weights) != len(weights if debts is None else debts):
        raise ValueError("Gewichte, Rangfolge und Ausgleich müssen gleich viele sein")
    whole: Any = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("Gewichte dürfen nicht negativ und nicht alle null sein")
    magnitude = abs(total_cents)
    parts = [magnitude * weight // whole for weight in weights]
    odd = magnitude - sum(parts)
    if odd:
        rests = [magnitude * weight % whole for weight in weights]
        for index in _first_in_line(rests, whole, ranks, debts)[:odd]:
            parts[index] += 1
    assert sum(parts) == magnitude
    return parts if total_cents >= 0 else [-part for part in parts]


def _first_in_line(
    rests: Sequence[Any], whole: Any, ranks: Sequence[Any], debts: Sequence[Fraction] | None
) -> list[int]:
    """Return who takes an odd cent, first come first; whoever's exact part is a whole cent never does."""
    order = sorted(range(len(rests)), key=ranks.__getitem__)
    if debts is None:
        return sorted(order, key=rests.__getitem__, reverse=True)
    claims = [Fraction(rest) / whole + debt for rest, debt in zip(rests, debts, strict=True)]
    return sorted((index for index in order if rests[index]), key=claims.__getitem__, reverse=True)


def _signed(text: str, what: str) -> tuple[int, str]:
    """Return the sign and the digits with their separators; without currency and the blanks beside it."""
    if not isinstance(text, str):
        actual = f"{text} ist kein Text"
        raise NotAllowed(actual, f'der {what} in Anführungszeichen, zum Beispiel "0,65"')
    form = _TEXT.fullmatch(_SPACES.sub(" ", text).strip(" "))
    if form is None or (form[1] and form[4]):
        return 1, ""
    return -1 if form[2] else 1, form[3]


def _cents(euros: str, cents: str) -> int:
    return int(re.sub("[., ]", "", euros)) * 100 + int(cents.ljust(2, "0"))


def _limited(cents: int, text: str) -> int:
    if cents > LIMIT_CENTS:
        raise NotAllowed(f"{text!r} ist zu groß", "höchstens 1.000.000.000.000 EUR")
    return cents
