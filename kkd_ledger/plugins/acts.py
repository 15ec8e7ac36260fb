"""Acts: they are numbered without gap, and each covers exactly what stands before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from kkd_ledger.book import acts
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import Texts
from kkd_ledger.book.records import Custom, Record
from kkd_ledger.periods import BookingMonth
from kkd_ledger.plugins.adapter import beancount_plugin
from kkd_ledger.plugins.rule import Context, Finding, FindingKind, Level, State, note, noted

__plugins__ = (beancount_plugin("acts"),)

NUMBER: Final = FindingKind(
    "KKD-Z09",
    Level.ERROR,
    "Nummer eines Akts fehlt in der Folge oder ist doppelt",
    "Nur kkd schreibt Akte, lückenlos je Buch. Stellen Sie die Datei wieder her und klären Sie, wer sie verändert hat.",
)
OTHER: Final = FindingKind(
    "KKD-Z10",
    Level.ERROR,
    "Akt gehört nicht zu den Einträgen vor ihm",
    "Was eine Person entschieden hat, wurde danach verändert. Stellen Sie die Datei wieder her.",
)
KINDS: Final = (NUMBER, OTHER)
TAKES: Final = (Custom,)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: how many acts there are."""
    return {"acts": 0}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if not isinstance(record, Custom) or record.kind != v.CustomType.ACT:
        return
    state["acts"] += 1
    told = str(record.values[0]) if record.values else ""
    if told != str(state["acts"]):
        note(state, NUMBER, record.place, f"Akt {told!r}, an dieser Stelle steht Akt {state['acts']}")


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def of_texts(book: Book, texts: Texts, months: Iterable[BookingMonth]) -> list[Finding]:
    """Return the acts of some months whose hash is not that of what stands before them; only the text can tell."""
    found = ((file, texts.find(file)) for file in (f"{month.stem}.beancount" for month in months))
    return [
        Finding(OTHER, place, text)
        for file, content in found
        if content is not None
        for place, text in acts.wrong(content.decode("utf-8", "replace"), file, book.party)
    ]
