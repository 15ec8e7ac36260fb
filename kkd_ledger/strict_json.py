"""Strict JSON and its canonical text: a file that a program wrote is read fact by fact, or refused with its place."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeVar

from kkd_ledger.errors import BookRefused, Problem

_AMOUNT: Final = re.compile(r"(?!-0\.00)-?(?:0|[1-9][0-9]{0,14})\.[0-9]{2}")
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_TOLD_MAX: Final = 60
_T = TypeVar("_T")


class _Malformed(Exception):
    def __init__(self, place: str, actual: str, allowed: str) -> None:
        super().__init__(place)
        self.place, self.actual, self.allowed = place, actual, allowed


@contextmanager
def facts_of(content: bytes, file: str, form: str) -> Iterator[Facts]:
    """Yield the facts of a file that says in `format` that it has this form; at the end, none may be left.

    Raise BookRefused with the file, the place in it, what was found there and what is allowed.
    """
    try:
        facts = Facts(_json(content, f"eine Datei im Format {form}"), "")
        if (stated := facts.text("format")) != form:
            _refuse("format", repr(stated[:_TOLD_MAX]), form)
        yield facts
        facts.end()
    except _Malformed as wrong:
        raise BookRefused([Problem(file, wrong.place, wrong.actual, wrong.allowed)]) from None


def canonical(data: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of a file: its keys sorted, each on a line, and so each element of its lists."""
    facts = (f"{_text(key)}: {_listed(data[key])}" for key in sorted(data))
    return ("{\n" + ",\n".join(facts) + "\n}\n").encode()


def _listed(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(_text, value)) + "\n]"
    return _text(value)


def _text(value: Any) -> str:
    return _ENCODER.encode(value)


def _refuse(place: str, actual: str, allowed: str) -> NoReturn:
    raise _Malformed(place, actual, allowed)


def _json(content: bytes, allowed: str) -> Any:
    """Return the data of a JSON text; what JSON may say and our files never do (numbers with decimals) is refused."""
    try:
        return json.loads(content.decode(), parse_float=_no_number, parse_constant=_no_number)
    except RecursionError:
        _refuse("", "nicht lesbar: zu tief verschachtelt", allowed)
    except UnicodeDecodeError as error:
        _refuse(f"Byte {error.start + 1}", "nicht lesbar: kein UTF-8", allowed)
    except json.JSONDecodeError as error:
        _refuse(f"Zeile {error.lineno}, Spalte {error.colno}", "nicht lesbar: kein JSON", allowed)
    except ValueError:  # a number of more digits than Python reads
        _refuse("", "nicht lesbar: eine Zahl mit zu vielen Ziffern", allowed)


def _no_number(text: str) -> NoReturn:
    _refuse("", f"die Zahl {text[:_TOLD_MAX]}", "ganze Zahlen; Beträge sind Texte mit zwei Nachkommastellen")


class Facts:
    """The keys of one JSON object: each is asked for once, and what nobody asked for is refused."""

    __slots__ = ("_data", "_place")

    def __init__(self, data: Any, place: str) -> None:
        if not isinstance(data, dict):
            _refuse(place, _told(data), "ein Objekt mit benannten Angaben")
        self._data, self._place = data, place

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def wrong(self, key: str, actual: str, allowed: str) -> NoReturn:
        """Refuse what a key says."""
        _refuse(f"{self._place}{', ' if self._place else ''}{key}", actual, allowed)

    def plain_texts(self, keys: Set[str], *, lists: Set[str]) -> dict[str, Any] | None:
        """Return the object where it has just these keys, each a text or (`lists`) texts; None for any other.

        Of very many objects alike the keys need not be asked for one by one.
        """
        data: dict[str, Any] = self._data
        if data.keys() != keys:
            return None
        for key, value in data.items():
            if value.__class__ is str:
                if key in lists or not (value.isascii() or _is_unicode(value)):
                    return None
            elif value.__class__ is not list or key not in lists or not all(map(_is_text, value)):
                return None
        return data

    def _take(self, key: str) -> Any:
        try:
            return self._data.pop(key)
        except KeyError:
            self.wrong(key, "nicht angegeben", "diese Angabe")

    def text(self, key: str) -> str:
        """Return a text."""
        value = self._take(key)
        if value.__class__ is not str or not (value.isascii() or _is_unicode(value)):
            self.wrong(key, _told(value), "ein Text")
        return value

    def read(self, key: str, parse: Callable[[str], _T]) -> _T:
        """Return what a text says; `parse` raises ValueError with what is allowed, in German."""
        value = self.text(key)
        try:
            return parse(value)
        except ValueError as error:
            self.wrong(key, repr(value[:_TOLD_MAX]), str(error))

    def cents_or_none(self, key: str) -> int | None:
        """Return an amount in cents, None for null."""
        if self._data.get(key, "") is None:
            del self._data[key]
            return None
        return self.read(key, cents_of)

    def count(self, key: str) -> int:
        """Return a whole number from 0."""
        value = self._take(key)
        if value.__class__ is not int or value < 0:
            self.wrong(key, _told(value), "eine ganze Zahl ab 0")
        return value

    def count_or_none(self, key: str) -> int | None:
        """Return a whole number from 0, None for null."""
        if self._data.get(key, "") is None:
            del self._data[key]
            return None
        return self.count(key)

    def truth(self, key: str) -> bool:
        """Return true or false."""
        value = self._take(key)
        if value.__class__ is not bool:
            self.wrong(key, _told(value), "true oder false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._take(key)
        if value.__class__ is not list or not all(
            text.__class__ is str and _is_unicode(text) for text in value
        ):
            self.wrong(key, _told(value), "eine Liste von Texten")
        return tuple(value)

    def rows(self, key: str) -> Iterator[Facts]:
        """Yield the objects of a list."""
        value = self._take(key)
        if value.__class__ is not list:
            self.wrong(key, _told(value), "eine Liste")
        where = f"{self._place}{', ' if self._place else ''}{key}"
        return (Facts(row, f"{where} {number}") for number, row in enumerate(value, start=1))

    def part(self, key: str) -> Facts:
        """Return an object within this one."""
        return Facts(self._take(key), f"{self._place}, {key}")

    def end(self) -> None:
        """Refuse what nobody asked for."""
        if self._data:
            key = min(self._data)
            self.wrong(repr(key[:_TOLD_MAX]), "eine unbekannte Angabe", "nur Angaben, die das Format kennt")


def _told(value: Any) -> str:
    try:
        text = _text(value)
    except (RecursionError, ValueError):
        return "etwas anderes"
    return text if len(text) <= _TOLD_MAX else f"{text[:_TOLD_MAX]}…"


def _is_text(value: Any) -> bool:
    return value.__class__ is str and (value.isascii() or _is_unicode(value))


def _is_unicode(text: str) -> bool:
    """Whether a text can be written: JSON may tell halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def day_of(text: str) -> dt.date:
    """Return a day; raise ValueError with what is allowed."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError("ein Tag JJJJ-MM-TT")
    return day


def cents_of(text: str) -> int:
    """Return an amount in cents; raise ValueError with what is allowed."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError("ein Betrag wie 1234.56 oder -0.01")
    return int(text.replace(".", ""))
