"""Answers as people type them: days, days of every year, German words for the file's English ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from kkd_ledger.agreement.facts.facts import parse_percent
from kkd_ledger.agreement.facts.indexes import parse_raise
from kkd_ledger.agreement.pots.pot import parse_part
from kkd_ledger.errors import NotAllowed
from kkd_ledger.fields import MONTH_DAY
from kkd_ledger.german import DAY_FORMAT
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR, day_in
from kkd_ledger.quantities import parse_quantity

Map = MappingProxyType[str, str]
KINDS: Final = Map({"Kreis": "county", "Stadt": "town", "Gemeinde": "municipality", "Verband": "association"})
BEARERS: Final = Map({"Betreiberin": "operator", "andere": "others", "niemand": "nobody"})
COST_KINDS: Final = Map({"geplant": "plan", "tatsächlich": "actual"})
FORMS: Final = Map({"Mandatierung": "mandate", "Delegation": "delegation"})
BELOW_ZERO: Final = Map({"Gutschrift": "credit", "Übertrag": "carry", "nichts": "zero"})
ROUNDINGS: Final = Map({"Cent": "cent", "zehn Cent": "ten-cents", "Euro": "euro"})
BILLED: Final = Map({"einzeln": "each", "monatlich": "monthly", "vierteljährlich": "quarterly"})
ADVANCES_ON: Final = Map({"Plan": "plan", "Vorjahr": "last-year"})
TIER_MODES: Final = Map({"ganz": "whole", "abschnittsweise": "marginal"})
JOINING: Final = Map({"Beitritt": "joining"})
DISTRIBUTIONS: Final = Map({"Anteile": "by-share", "gleich": "equal", "Betreiberin": "operator"})
TREATMENTS: Final = Map(
    {
        "altes Recht": "not-taxable-old-law",
        "nicht steuerbar": "not-taxable-2b",
        "19 %": "taxable-19",
        "steuerfrei": "exempt-4-29",
    }
)
STEPS: Final = Map(
    {
        "angefragt": "asked",
        "signalisiert": "signalled",
        "vorgelegt": "proposed",
        "beraten": "sitting",
        "beschlossen": "resolved",
        "ermächtigt": "empowered",
        "unterzeichnet": "signed",
        "genehmigt": "approved",
        "angezeigt": "notified",
        "wirksam": "effective",
    }
)


def typed_day(value: Any) -> Any:
    """Return a day that somebody typed as 30.06.2024 or 2024-06-30; a day stays one."""
    if not isinstance(value, str):
        return value
    try:
        return dt.datetime.strptime(value.strip(), DAY_FORMAT).date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        pass
    try:
        return day_in(value.strip())
    except NotAllowed:
        raise NotAllowed(f"{value!r} ist kein Tag", "TT.MM.JJJJ, zum Beispiel 30.06.2024") from None


def typed_month_day(value: Any) -> Any:
    """Return a day of every year as MM-TT; people type 30.06."""
    if not isinstance(value, str):
        return value
    day = value.strip()
    parts = day.rstrip(".").split(".")
    if len(parts) == 2 and all(part.isdigit() for part in parts):
        day = f"{int(parts[1]):02}-{int(parts[0]):02}"
    if not re.fullmatch(MONTH_DAY, day):
        raise NotAllowed(f"{value!r} ist kein Tag jedes Jahres", "TT.MM., zum Beispiel 30.06.")
    return day


def german_words(words: Mapping[str, str], *, others: bool = False) -> BeforeValidator:
    """Take a German word for the file's English one; the file's own word stays, and with `others` any other value."""

    def convert(value: Any) -> Any:
        if not isinstance(value, str) or value in words.values():
            return value
        meant = [word for word in words if word.casefold() == value.strip().casefold()]
        if not meant and not others:
            raise NotAllowed(repr(value), ", ".join(words))
        return words[meant[0]] if meant else value

    return BeforeValidator(convert)


def _clean(text: str) -> str:
    """Refuse what no line of a book can hold."""
    if not text.isprintable() or "\\" in text or "  " in text:
        raise NotAllowed(repr(text), "ein Text ohne Steuerzeichen, Rückstriche und doppelte Leerzeichen")
    return text


def _budget_line(text: str) -> str:
    if text and not re.fullmatch(r"[0-9][0-9A-Za-z]{0,19}", text, re.ASCII):
        raise NotAllowed(
            repr(text), "Ziffern und Buchstaben ohne Punkte und Leerzeichen, zum Beispiel 010102"
        )
    return text


def _typed_int(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdigit() else value


def _percent(text: str) -> str:
    """Return per cents as the file has them: without their sign."""
    bare = text.strip().removesuffix("%").rstrip()
    if bare:
        parse_percent(bare)
    return bare


def _raised(text: str) -> str:
    """Return per cents by which a price is raised, or with a minus lowered, as the file has them."""
    bare = text.strip().removesuffix("%").rstrip()
    if bare:
        parse_raise(bare)
    return bare


def _surcharge(text: str) -> str:
    """Return per cents on top as the file has them: they may be more than the whole."""
    bare = text.strip().removesuffix("%").rstrip()
    if bare:
        parse_quantity(bare)
    return bare


def _part(text: str) -> str:
    if text.strip():
        parse_part(text)
    return text.strip()


AnsweredDay = Annotated[
    dt.date, BeforeValidator(typed_day), Field(ge=dt.date(FIRST_YEAR, 1, 1), le=dt.date(LAST_YEAR, 12, 31))
]
AnsweredYear = Annotated[int, BeforeValidator(_typed_int), Field(ge=FIRST_YEAR, le=LAST_YEAR)]
AnsweredMonthDay = Annotated[str, BeforeValidator(typed_month_day), Field(pattern=MONTH_DAY)]
Lag = Annotated[int, BeforeValidator(_typed_int), Field(ge=0, le=20)]
Span = Annotated[int, BeforeValidator(_typed_int), Field(ge=0, le=1000)]
Decimals = Annotated[int, BeforeValidator(_typed_int), Field(ge=0, le=6)]
CleanText = Annotated[str, Field(min_length=1), AfterValidator(_clean)]
CleanWords = Annotated[str, AfterValidator(_clean)]
BudgetLine = Annotated[str, AfterValidator(_budget_line)]
MeanYears = Annotated[int, BeforeValidator(_typed_int), Field(ge=2, le=20)]
SignedPercents = Annotated[str, AfterValidator(_raised)]
Percents = Annotated[str, AfterValidator(_percent)]
Surcharge = Annotated[str, AfterValidator(_surcharge)]
PartOfWhole = Annotated[str, AfterValidator(_part)]
