"""Form: the top file's options and plugins, vocabulary, two decimals, days inside their month."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated, Euro, Record, TextFlaw, Top, Transaction, Value
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted

__plugins__ = (beancount_plugin("form"),)

TOP: Final = FindingKind(
    "KKD-F01",
    Level.ERROR,
    "Hauptdatei weicht ab",
    "Lassen Sie die Hauptdatei neu erzeugen: `kkd open BUCH MONAT` schreibt sie aus book.toml.",
)
TEXT: Final = FindingKind(
    "KKD-F02",
    Level.ERROR,
    "Text außerhalb der Form",
    "Nur kkd schreibt in die Bücher. Stellen Sie die Datei aus der Sicherung wieder her.",
)
WORD: Final = FindingKind(
    "KKD-F03",
    Level.ERROR,
    "Unbekanntes Wort oder falscher Wert",
    "Die erlaubten Schlüssel und Werte stehen in docs/ledger-format.md.",
)
MONTH: Final = FindingKind(
    "KKD-F04",
    Level.ERROR,
    "Tag liegt außerhalb des Monats der Datei",
    "Buchungen stehen in der Datei ihres Monats; stellen Sie die Datei wieder her.",
)
OPENED: Final = FindingKind(
    "KKD-F05",
    Level.ERROR,
    "Monatsdatei ohne ihre Eröffnung",
    f"Jede Monatsdatei beginnt mit ihrem {v.CustomType.MONTH}; stellen Sie die Datei wieder her.",
)
KINDS: Final = (TOP, TEXT, WORD, MONTH, OPENED)

_FILE = re.compile(r"\d{4}/(\d{4}-\d{2})\.beancount", re.ASCII)
_BOOKING_KINDS: Final = frozenset(map(str, v.Kind))
_TEXT_KEYS, _DATE_KEYS = v.TEXT_KEYS, v.DATE_KEYS
_FLAVOURS: Final = (("t", str), ("d", dt.date), ("e", Euro))


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: the file that is being read."""
    return {"file": ""}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    file = record.place.file
    if file != state["file"] and not isinstance(record, Top):
        _begin(state, record)
    if isinstance(record, TextFlaw):
        note(state, TEXT, record.place, record.text)
    elif isinstance(record, Top):
        _top(state, record)
    else:
        _, first, last = _days_of(file)
        if not first <= record.date <= last:
            _misplaced(state, record)
        for key, value in record.meta.items():
            if key not in (_TEXT_KEYS if type(value) is str else _DATE_KEYS):
                _strange(state, record, key, value)
        if isinstance(record, Transaction):
            _transaction(state, record)
        elif isinstance(record, Custom):
            _custom(state, record)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def _begin(state: State, record: Dated | TextFlaw) -> None:
    """A file's first record declares its month."""
    state["file"] = record.place.file
    month, first, _ = _days_of(record.place.file)
    declares = isinstance(record, Custom) and (record.kind, record.values) == (v.CustomType.MONTH, (month,))
    if month and not declares:
        note(state, OPENED, record.place, f'custom "{v.CustomType.MONTH}" "{month}" fehlt an erster Stelle')
    elif declares and isinstance(record, Custom) and record.date != first:
        note(state, OPENED, record.place, f"der Monat {month} beginnt nicht am {german.day(record.date)}")


def _top(state: State, record: Top) -> None:
    for name, value in v.TOP_OPTIONS:
        option = record.options.get(name)
        if option != value:
            note(state, TOP, record.place, f"option {name} ist {option!r}, verlangt ist {value!r}")
    if v.BUNDLE not in record.plugins:
        note(state, TOP, record.place, f"plugin {v.BUNDLE} fehlt, also prüft niemand jede Regel")


def _misplaced(state: State, record: Dated) -> None:
    month, _, _ = _days_of(record.place.file)
    text = f"Tag {german.day(record.date)} steht in der Datei des Monats {month}"
    note(state, MONTH, record.place, text)


def _transaction(state: State, record: Transaction) -> None:
    if record.meta.get(v.KIND) not in _BOOKING_KINDS:
        note(state, WORD, record.place, f"{v.KIND} {record.text(v.KIND)!r} gibt es nicht")
    for tag in record.tags:
        if tag != v.PRIOR_PERIOD_TAG:
            note(state, WORD, record.place, f"Kennzeichen #{tag} gibt es nicht")
    for account, _, meta in record.postings:
        for key, value in meta.items() if meta else ():
            if key not in (_TEXT_KEYS if type(value) is str else _DATE_KEYS):
                _strange(state, record, key, value)
        if not _is_account(account):
            note(state, WORD, record.place, f"Kontoname {account} ist nicht zulässig")


@lru_cache(maxsize=1_000)
def _days_of(file: str) -> tuple[str, dt.date, dt.date]:
    """Return a file's month with its first and its last day; a file that has none holds every day."""
    if not (match := _FILE.fullmatch(file)):
        return "", dt.date.min, dt.date.max
    month = BookingMonth.parse(match[1])
    return match[1], month.first_day, month.last_day


@lru_cache(maxsize=10_000)
def _is_account(name: str) -> bool:
    return v.ACCOUNT.fullmatch(name) is not None


def _strange(state: State, record: Dated, key: str, value: Value) -> None:
    text = f"Metadatum {key}: {str(value)!r} ist unbekannt oder vom falschen Typ"
    note(state, WORD, record.place, text)


def _custom(state: State, record: Custom) -> None:
    shape = v.CUSTOM_SHAPES.get(record.kind)  # type: ignore[call-overload]
    values = "".join(
        next((flavour for flavour, kind in _FLAVOURS if isinstance(value, kind)), "?")
        for value in record.values
    )
    if values != shape:
        note(state, WORD, record.place, f'custom "{record.kind}" mit diesen Werten gibt es nicht')
    elif record.kind in _WORDS:
        at, words = _WORDS[record.kind]
        if record.values[at] not in words:
            note(state, WORD, record.place, f'custom "{record.kind}": {record.values[at]!r} gibt es nicht')


_WORDS: Final = MappingProxyType(
    {
        str(v.CustomType.ACT): (1, frozenset(map(str, v.Deed))),
        str(v.CustomType.FAVA_EXTENSION): (1, frozenset({"{}"})),
    }
)
"""Which value of a custom is one of some words."""
