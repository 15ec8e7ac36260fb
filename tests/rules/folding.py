"""One rule folded over records that a test makes, and what it then says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.records import Custom, Meta, Place, Posting, Record, Transaction, Value
from kkd_ledger.rules.engine.rule import Context, as_rule
from tests.samples import three_parties

MONTH = "2022/2022-03.beancount"
DAY = dt.date(2022, 3, 15)
BANK = "Aktiva:2800-Bank"
SUSPENSE = "Passiva:4800-Ungeklärte-Zahlungseingänge"
INCOME = "Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden"
PRIOR = "Erträge:020501-Archiv:599001-Periodenfremde-Erträge"
ADORF = "Aktiva:2600-Forderungen:Adorf"


def book(folder: Path, name: str = "amt", more: str = "", **changes: str) -> Book:
    """Return a book of the three invented parties; `more` follows in its book.toml, `changes` replace texts in it."""
    three_parties(folder)
    file = folder / name / "book.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(f"{text}\n{more}", encoding="utf-8")
    return load_book(folder / name)


def legs(*amounts: tuple[str, int], item: str = "") -> tuple[Posting, ...]:
    """Return postings; those on claims name the item."""
    claims = ("Aktiva:2600", "Passiva:4500", "Passiva:4810")
    return tuple(
        Posting(account, cents, {"posten": item} if item and account.startswith(claims) else {})
        for account, cents in amounts
    )


def entry(
    kind: str,
    number: int | str = 1,
    postings: Iterable[Posting] = (),
    *,
    day: dt.date = DAY,
    tags: tuple[str, ...] = (),
    payee: str = "Wer",
    narration: str = "Was",
    file: str = MONTH,
    **meta: Value,
) -> Transaction:
    """Return a transaction; its number is one of its day's year, or a text as it is."""
    written = number if isinstance(number, str) else f"{day.year}-{number:06}"
    facts: Meta = {"nr": written, "buchungsart": kind} | {
        key.replace("_", "-"): value for key, value in meta.items()
    }
    return Transaction(day, payee, narration, tags, (), facts, tuple(postings), Place(file, 7))


def custom(kind: str, *values: object, day: dt.date = DAY, file: str = MONTH, **meta: Value) -> Custom:
    """Return a custom directive."""
    facts = {key.replace("_", "-"): value for key, value in meta.items()}
    return Custom(day, kind, values, facts, Place(file, 9))


def said(rule: ModuleType, of: Book, *records: Record, as_of: dt.date = dt.date(2022, 12, 31)) -> list[str]:
    """Return what a rule finds in records, as `kkd check` writes it, without the file."""
    context, module = Context(of), as_rule(rule)
    state = module.start(context)
    for record in records:
        module.step(context, state, record)
    return [str(finding).removeprefix(f"{MONTH}:") for finding in module.finish(context, state, as_of)]
