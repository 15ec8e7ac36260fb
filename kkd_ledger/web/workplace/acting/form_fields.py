"""Fields of a form: how typed German values are read, and what is said at a field that cannot be read.

A reader takes what was typed, without blanks around it, and returns the value; it raises ValueError with a German
sentence. What is empty and may be empty is never read: its value is None.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from kkd_ledger.book.entries.relief_entries import Instalment
from kkd_ledger.book.text.wording import clean
from kkd_ledger.money import parse_typed_eur
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR, BookingMonth, day_in, service_year_in, year_in
from kkd_ledger.web.workplace.acting.finding import meant_value

Reader = Callable[[str], object]
TYPED_CHARS_MAX: Final = 200_000
_GERMAN_DAY: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_GERMAN_MONTH: Final = re.compile(r"(\d{1,2})[./](\d{4})", re.ASCII)
_CODE_LINE: Final = re.compile(r"(KKD-[A-Z]\d{2})\s*[=:]\s*(\S.*)", re.ASCII)


class Field(NamedTuple):
    """One field: its name in the address, its label, a sentence of help, and how what is typed is read.

    `choices` (value and word) make it a choice, `suggestions` are offered while typing; `start` stands there first.
    One that `finds` takes a name or an amount for the suggestion that is meant (acting/finding.py); `otherwise` says
    what may be typed then. A new `section` begins with its heading.
    `blamed` are words of a refusal that is about this field, so that it is said here.
    """

    name: str
    label: str
    help: str
    read: Reader
    is_required: bool = True
    choices: Sequence[tuple[str, str]] = ()
    suggestions: Sequence[tuple[str, str]] = ()
    start: str = ""
    is_long: bool = False
    blamed: Sequence[str] = ()
    several: bool = False
    finds: bool = False
    otherwise: str = "Name, Betrag oder Nummer"
    section: str = ""


class Typed(NamedTuple):
    """What was typed into a form, by field, and what came of it: values, or what is wrong at which field."""

    texts: Mapping[str, str]
    values: Mapping[str, object]
    wrong: Mapping[str, str]


def read_form(fields: Sequence[Field], texts: Mapping[str, str]) -> Typed:
    """Read what was typed; nothing is lost: what cannot be read stays as it was typed, with the reason."""
    kept = {field.name: _as_typed(texts.get(field.name, "")) for field in fields}
    values: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        text = kept[field.name]
        if not text:
            values[field.name] = None
            if field.is_required:
                wrong[field.name] = "Bitte ausfüllen. " + field.help
            continue
        try:
            if field.finds:
                kept[field.name] = meant_value(text, field.suggestions, field.otherwise)
            values[field.name] = _read(field, kept[field.name])
        except ValueError as error:
            wrong[field.name] = str(error)
    return Typed(kept, values, wrong)


def blamed_field(fields: Sequence[Field], texts: Mapping[str, str], sentence: str) -> Field | None:
    """Return the field that a refusal is about, by the longest of its words; None where it is about none.

    Of two fields with the same word it is the one whose text the refusal names first.
    """
    weights = [
        (
            max((len(word) for word in field.blamed if word in sentence), default=0),
            -_place(sentence, field, texts),
        )
        for field in fields
    ]
    best = max(weights, default=(0, 0))
    return fields[weights.index(best)] if best[0] else None


def _place(sentence: str, field: Field, texts: Mapping[str, str]) -> int:
    """Return where a refusal names what was typed into a field; its end where it does not."""
    text = texts.get(field.name, "")
    return sentence.find(text) if text and text in sentence else len(sentence)


def _as_typed(text: str) -> str:
    """Return a text as it was typed: browsers end lines in their own way, in a hidden field otherwise than here."""
    return text.replace("\r\n", "\n").strip()


def _read(field: Field, text: str) -> object:
    if len(text) > TYPED_CHARS_MAX:
        raise ValueError(f"{len(text)} Zeichen sind zu viel; erlaubt: {TYPED_CHARS_MAX}")
    offered = {value for value, _ in field.choices}
    for part in several(text) if field.several else (text,):
        if (field.choices or field.several) and part not in offered:
            words = ", ".join(word for _, word in field.choices)
            raise ValueError(f"„{part}“ steht nicht zur Wahl; erlaubt: {words or 'zurzeit nichts'}")
    return field.read(text)


def words(text: str) -> str:
    """Return a text on one line."""
    return clean(text)


def several(text: str) -> tuple[str, ...]:
    r"""Return what was chosen of several, a line each.

    >>> several("eins.pdf\nzwei, drei.pdf")
    ('eins.pdf', 'zwei, drei.pdf')
    """
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))


def lines(text: str) -> str:
    """Return a text of several lines, as it was typed, its lines ended as our files end them."""
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"


def cents(text: str) -> int:
    """Return the cents of an amount as people type it: `1.234,56`.

    >>> cents("1.234,56"), cents("15555,30 €")
    (123456, 1555530)
    """
    return parse_typed_eur(text)


def day(text: str) -> dt.date:
    """Return a day as people type it, or as a machine writes it.

    >>> day("31.12.2024"), day("1. 2. 2024"), day("2024-12-31")
    (datetime.date(2024, 12, 31), datetime.date(2024, 2, 1), datetime.date(2024, 12, 31))
    """
    typed = _GERMAN_DAY.fullmatch(text)
    iso = f"{typed[3]}-{typed[2]:0>2}-{typed[1]:0>2}" if typed else text
    try:
        return day_in(iso)
    except ValueError:
        raise ValueError(f"„{text}“ ist kein Tag; erlaubt: TT.MM.JJJJ, zum Beispiel 31.12.2024") from None


def year(text: str) -> int:
    """Return a year."""
    typed = year_in(text)
    if typed is None:
        raise ValueError(f"„{text}“ ist kein Jahr; erlaubt: {FIRST_YEAR} bis {LAST_YEAR}")
    return typed


def service_year(text: str) -> int:
    """Return a service year, typed by its number or its name."""
    typed = service_year_in(text)
    if typed is None:
        raise ValueError(
            f"„{text}“ ist kein Leistungsjahr; erlaubt: {FIRST_YEAR} bis {LAST_YEAR}, auch 2024/25"
        )
    return typed


def month(text: str) -> BookingMonth:
    """Return a booking month: `03/2024`, `3.2024` or `2024-03`.

    >>> month("3/2024") == month("2024-03")
    True
    """
    typed = _GERMAN_MONTH.fullmatch(text)
    try:
        return BookingMonth.parse(f"{typed[2]}-{typed[1]:0>2}" if typed else text)
    except ValueError:
        raise ValueError(f"„{text}“ ist kein Monat; erlaubt: MM/JJJJ, zum Beispiel 03/2024") from None


def instalments(text: str) -> tuple[Instalment, ...]:
    r"""Return the instalments of lines like `30.06.2024 500,00`.

    >>> [(part.due.month, part.cents) for part in instalments("30.06.2024 500,00\n30.09.2024 1.000,00 EUR")]
    [(6, 50000), (9, 100000)]
    """
    parts = []
    for line in filter(None, map(str.strip, text.splitlines())):
        first, *rest = re.split(r"[\s=;]+", line, maxsplit=1)
        try:
            parts.append(Instalment(day(first), cents(" ".join(rest))))
        except ValueError:
            example = "je Zeile Tag und Betrag, zum Beispiel 30.06.2024 500,00"
            raise ValueError(f"Rate „{line}“; erlaubt: {example}") from None
    return tuple(parts)


def remarks(text: str) -> Mapping[str, str]:
    """Return remarks by code, from lines like `KKD-B01=bewilligt am 12.12.`.

    >>> remarks("KKD-B01=bewilligt am 12.12.")
    {'KKD-B01': 'bewilligt am 12.12.'}
    """
    said = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _CODE_LINE.fullmatch(line)
        if not match:
            example = "je Zeile CODE=TEXT, zum Beispiel KKD-B01=bewilligt am 12.12."
            raise ValueError(f"Bemerkung „{line}“; erlaubt: {example}")
        said[match[1]] = match[2].strip()
    return said
