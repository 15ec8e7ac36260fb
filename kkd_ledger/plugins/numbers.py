"""Posting numbers are gapless per book and year (GemHVO § 33: unique, consecutive), whatever the order of the files."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.records import Place, Record, Transaction
from kkd_ledger.plugins.adapter import beancount_plugin
from kkd_ledger.plugins.rule import Context, Finding, FindingKind, Level, State, note, noted

__plugins__ = (beancount_plugin("numbers"),)

GAP: Final = FindingKind(
    "KKD-N01",
    Level.ERROR,
    "Buchungsnummer fehlt in der Folge",
    "Eine Buchung ist verschwunden oder wurde von Beancount verworfen. Stellen Sie die Datei wieder her.",
)
TWICE: Final = FindingKind(
    "KKD-N02",
    Level.ERROR,
    "Buchungsnummer doppelt",
    "Dieselbe Nummer steht an zwei Buchungen. Stellen Sie die Datei wieder her.",
)
FORM: Final = FindingKind(
    "KKD-N03",
    Level.ERROR,
    "Buchungsnummer fehlt oder hat nicht die Form JJJJ-NNNNNN",
    "Nur kkd vergibt Nummern. Stellen Sie die Datei wieder her.",
)
KINDS: Final = (GAP, TWICE, FORM)

_NUMBER = re.compile(r"(\d{4})-(\d{6})", re.ASCII)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: per year the highest number so far, and the holes below it with where they showed."""
    return {"highest": {}, "holes": {}}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if not isinstance(record, Transaction):
        return
    found = _NUMBER.fullmatch(record.text(v.NUMBER))
    if not found or int(found[1]) != record.date.year or int(found[2]) == 0:
        note(
            state,
            FORM,
            record.place,
            f"{v.NUMBER} {record.text(v.NUMBER)!r} an einer Buchung von {record.date.year}",
        )
        return
    year, number = found[1], int(found[2])
    highest = state["highest"].get(year, 0)
    if number > highest:
        for missing in range(highest + 1, number):
            state["holes"][f"{year}-{missing:06}"] = list(record.place)
        state["highest"][year] = number
    elif state["holes"].pop(found[0], None) is None:
        note(state, TWICE, record.place, f"{v.NUMBER} {found[0]} steht schon an einer früheren Buchung")


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return doubles and gaps; a gap is named where the next number stands."""
    gaps = [
        Finding(GAP, Place(*place), f"{v.NUMBER} {number} fehlt vor dieser Buchung")
        for number, place in state["holes"].items()
    ]
    return [*noted(state, KINDS), *gaps]
