"""How a value of an e-invoice stands in an XML element: texts, decimals, cents, days, flags, attributes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.money import LIMIT_CENTS, plain

if TYPE_CHECKING:
    from lxml import etree

_ANY_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_NUMBER: Final = re.compile(r"[-+]?\d{1,20}(?:\.\d{0,20})?|[-+]?\.\d{1,20}")
Context = Mapping[str, str]


class OutOfBounds(ValueError):
    """A value that the standard allows and that is not booked here: too long, too large, too fine."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How a value stands in an element, or in an attribute of it: `read` may raise ValueError, `write` fills it."""

    read: Callable[[etree._Element], Any]
    write: Callable[[etree._Element, Any, Context], None]
    is_attribute: bool = False


def _text(element: etree._Element) -> str:
    return str(element.text or "").strip()


def _raw(element: etree._Element) -> str:
    text = str(element.text or "")
    return text if text.strip() else ""


def _put(element: etree._Element, value: Any, context: Context) -> None:  # noqa: ARG001 - every codec writes alike
    element.text = str(value)


def _decimal(element: etree._Element) -> Decimal:
    text = _text(element)
    if not _NUMBER.fullmatch(text):
        if _ANY_NUMBER.fullmatch(text):
            raise OutOfBounds("höchstens zwanzig Stellen vor und hinter dem Punkt")
        raise ValueError("eine Dezimalzahl mit Punkt")
    return Decimal(text)


def _put_decimal(element: etree._Element, value: Decimal, context: Context) -> None:  # noqa: ARG001
    element.text = format(value, "f")


def _cents(element: etree._Element) -> int:
    exact = _decimal(element) * 100
    cents = int(exact)
    if cents != exact:
        raise OutOfBounds("höchstens zwei Nachkommastellen")
    if abs(cents) > LIMIT_CENTS:
        raise OutOfBounds("höchstens 1.000.000.000.000 EUR")
    return cents


def _put_cents(element: etree._Element, value: int, context: Context) -> None:  # noqa: ARG001
    element.text = plain(value)


def _day(element: etree._Element) -> dt.date:
    text = _text(element)
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        beyond = re.match(r"-|\d{5,}-|0000-", text, re.ASCII)
        raise (OutOfBounds if beyond else ValueError)("ein Tag JJJJ-MM-TT") from None


def _day_102(element: etree._Element) -> dt.date:
    text = _text(element)
    if element.get("format") != "102" or not re.fullmatch(r"\d{8}", text, re.ASCII):
        raise ValueError("ein Tag JJJJMMTT (Format 102)")
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise ValueError("ein Tag, den es gibt") from None


def _put_day_102(element: etree._Element, value: dt.date, context: Context) -> None:  # noqa: ARG001
    element.set("format", "102")
    element.text = f"{value:%Y%m%d}"


def _flag(element: etree._Element) -> bool:
    text = _text(element)
    if text not in {"true", "1", "false", "0"}:
        raise ValueError("true oder false")
    return text in {"true", "1"}


def _put_flag(element: etree._Element, value: bool, context: Context) -> None:  # noqa: ARG001, FBT001
    element.text = "true" if value else "false"


TEXT: Final = Codec(_text, _put)
RAW: Final = Codec(_raw, _put)
DECIMAL: Final = Codec(_decimal, _put_decimal)
CENTS: Final = Codec(_cents, _put_cents)
DAY: Final = Codec(_day, _put)
DAY_102: Final = Codec(_day_102, _put_day_102)
FLAG: Final = Codec(_flag, _put_flag)


def attribute(name: str) -> Codec:
    """Return the codec of a field that is an attribute of the element."""

    def put(element: etree._Element, value: Any, context: Context) -> None:  # noqa: ARG001
        element.set(name, str(value))

    return Codec(lambda element: element.get(name, ""), put, is_attribute=True)


def with_currency(codec: Codec, key: str = "currency") -> Codec:
    """Return the codec of an amount that names its currency: that of the document, or of VAT (`tax_currency`)."""

    def put(element: etree._Element, value: Any, context: Context) -> None:
        element.set("currencyID", context[key])
        codec.write(element, value, context)

    return Codec(codec.read, put)
