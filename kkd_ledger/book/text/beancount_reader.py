"""Beancount's reader behind our records: the authority for every text, and the only one for uncanonical text."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from beancount import loader
from beancount.core import amount as bean_amount
from beancount.core import data
from beancount.parser import parser

from kkd_ledger.book.text import topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import (
    Balance,
    Close,
    Complaint,
    Custom,
    Dated,
    Document,
    Euro,
    Open,
    Place,
    Posting,
    Record,
    TextFlaw,
    Top,
    Transaction,
    Value,
    new_record,
)
from kkd_ledger.errors import BookRefused, Problem

_WHERE = ("filename", "lineno")
_INTERNAL_KEYS = (*_WHERE, "__automatic__", "__tolerances__")
_NO_FACTS: Mapping[str, Value] = MappingProxyType({})


class Loaded(NamedTuple):
    """What Beancount made of the files."""

    records: tuple[Record, ...]
    complaints: tuple[Complaint, ...]


def read(files: Mapping[str, bytes], documents: Path | None = None) -> Loaded:
    """Load the files (top file first) with Beancount, without cache and without plugins.

    `documents` is the folder in which the vouchers lie.

    Raise BookRefused where a month's file names a plugin, an option or an include that is not allowed.
    """
    months = [file for file in files if file != v.TOP_FILE]
    _refuse_programs({file: files[file] for file in months})
    with tempfile.TemporaryDirectory(prefix="kkd-") as folder:
        root = Path(folder)
        if documents and documents.is_dir():
            (root / documents.name).symlink_to(documents)
        for file, content in files.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            text = content if file != v.TOP_FILE else _without_plugins(content)
            (root / file).write_bytes(text)
        entries, errors, _ = loader.load_file(str(root / v.TOP_FILE))
        records = tuple(in_journal_order(entries, root, months))
        return Loaded(records, tuple(_complaint(error, root) for error in errors))


def _without_plugins(top: bytes) -> bytes:
    return b"\n".join(b"" if line.startswith(b"plugin ") else line for line in top.split(b"\n"))


def _refuse_programs(files: Mapping[str, bytes]) -> None:
    """Refuse what would run code or read other files: a parse alone runs nothing."""
    problems: list[Problem] = []
    for file, content in files.items():
        entries, _, options = parser.parse_string(content.decode("utf-8", "replace"), report_filename=file)
        problems += [
            Problem(file, "", f'plugin "{name}"', "plugin nur in der Hauptdatei, nur unsere")
            for name, _ in options["plugin"]
        ]
        problems += [
            Problem(file, "", f'include "{path}"', "include nur in der Hauptdatei")
            for path in options["include"]
            if path != file
        ]
        problems += [
            Problem(file, f"Zeile {entry.meta['lineno']}", f'custom "{entry.type}"', allowed)
            for entry in entries
            if isinstance(entry, data.Custom)
            and (allowed := topfile.foreign_custom(entry.type, [value.value for value in entry.values or ()]))
        ]
    if problems:
        raise BookRefused(problems)


def _complaint(error: Any, root: Path) -> Complaint:
    source = error.source or {}
    place = Place(_relative(str(source.get("filename", "")), root), int(source.get("lineno") or 0))
    return Complaint(place, f"Beancount: {str(error.message).strip()}")


def _relative(file: str, root: Path) -> str:
    path = Path(file)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else file


def in_journal_order(entries: Iterable[Any], root: Path, months: Iterable[str]) -> Iterator[Record]:
    """Turn Beancount's directives into records, in the order of the month files, then line by line."""
    by_file: dict[str, list[Any]] = {str(root / file): [] for file in months}
    for entry in entries:
        if entry.meta["filename"] in by_file:
            by_file[entry.meta["filename"]].append(entry)
    for filename, own in by_file.items():
        file = _relative(filename, root)
        for entry in sorted(own, key=lambda entry: entry.meta["lineno"]):
            flaws: list[str] = []
            place = new_record(Place, (file, entry.meta["lineno"]))
            record = _record(entry, place, root, flaws)
            for flaw in flaws:
                yield TextFlaw(flaw, place)
            yield record or TextFlaw(f"{type(entry).__name__} kommt in diesen Büchern nicht vor", place)


def _record(entry: Any, place: Place, root: Path, flaws: list[str]) -> Dated | None:
    meta = _meta(entry.meta, flaws)
    record: Dated | None = None
    match entry:
        case data.Transaction():
            record = _transaction(entry, place, meta, flaws)
        case data.Open():
            record = Open(entry.date, entry.account, meta, place)
        case data.Close():
            record = Close(entry.date, entry.account, meta, place)
        case data.Balance():
            record = Balance(entry.date, entry.account, _cents(entry.amount, flaws), meta, place)
        case data.Document():
            record = Document(entry.date, entry.account, _relative(entry.filename, root), meta, place)
        case data.Custom():
            values = tuple(_value(value.value, flaws) for value in entry.values or ())
            record = Custom(entry.date, entry.type, values, meta, place)
    return record


def _transaction(entry: Any, place: Place, meta: Mapping[str, Value], flaws: list[str]) -> Transaction:
    _, date, flag, payee, narration, tags, links, legs = entry
    if flag != "*":
        flaws.append(f"Kennzeichen {flag!r} statt '*'")
    postings = []
    for account, units, cost, price, _, facts in legs:
        if cost or price:
            flaws.append("Kosten oder Preis an einer Buchungszeile")
        cents, own = _cents(units, flaws), _NO_FACTS
        if facts and (len(facts) > len(_WHERE) or "lineno" not in facts):
            own = _meta(facts, flaws)
        postings.append(new_record(Posting, (account, cents, own)))
    marks = tuple(sorted(tags)) if tags else (), tuple(sorted(links)) if links else ()
    return new_record(Transaction, (date, payee or "", narration or "", *marks, meta, tuple(postings), place))


def _meta(meta: Mapping[str, Any], flaws: list[str]) -> dict[str, Value]:
    values: dict[str, Value] = dict(meta)
    for key in _INTERNAL_KEYS:
        values.pop(key, None)
    for key, value in values.items():
        if not isinstance(value, (str, dt.date)):  # a union takes three times as long
            flaws.append(f"Metadatum {key} ist weder Text noch Tag")
            values[key] = str(value)
    return values


def _value(value: Any, flaws: list[str]) -> str | dt.date | Euro:
    if isinstance(value, bean_amount.Amount):
        return Euro(_cents(value, flaws))
    if isinstance(value, str | dt.date):
        return value
    flaws.append(f"Wert {value} ist weder Text noch Tag noch Betrag")
    return str(value)


def _cents(units: Any, flaws: list[str]) -> int:
    if units is not None and units.currency == v.CURRENCY and (text := str(units.number))[-3:-2] == ".":
        return int(text.replace(".", ""))
    return _flawed_cents(units, flaws)


def _flawed_cents(units: Any, flaws: list[str]) -> int:
    if units is None or not isinstance(units.number, Decimal):
        flaws.append("Betrag fehlt")
        return 0
    if units.currency != v.CURRENCY:
        flaws.append(f"Währung {units.currency} statt {v.CURRENCY}")
    scaled = units.number.scaleb(2)
    if scaled != scaled.to_integral_value() or units.number.as_tuple().exponent != -2:
        flaws.append(f"Betrag {units.number} hat nicht genau zwei Nachkommastellen")
    return int(scaled.to_integral_value())


def loaded_records(entries: Iterable[Any], top: Path) -> Iterator[Record]:
    """Yield the records of what Beancount has loaded from the top file `top`, for a plugin.

    Raise BookRefused where the top file names something foreign.
    """
    declared = topfile.read(top.read_text(encoding="utf-8"), top.name)
    files = [f"{month.stem}.beancount" for month in declared.months]
    yield Top(declared.options, declared.plugins, Place(top.name, 1))
    yield from in_journal_order(entries, top.parent, files)
