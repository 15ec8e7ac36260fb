"""Posting numbers are gapless per book and year (GemHVO § 33: unique, consecutive), whatever the order of the files."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted

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
DEMAND: Final = FindingKind(
    "KKD-N04",
    Level.ERROR,
    "Nummer der Anforderung fehlt in der Folge, ist doppelt oder unlesbar",
    "Nur kkd vergibt Nummern, lückenlos je Buch und Jahr. Stellen Sie die Datei wieder her.",
)
ORDER: Final = FindingKind(
    "KKD-N05",
    Level.ERROR,
    "Buchungen einer Monatsdatei stehen nicht in der Folge ihrer Nummern",
    "kkd vergibt Nummern beim Schreiben und hängt nur an: Zwei Nummern wurden von Hand vertauscht, oder eine Buchung "
    "wurde verschoben. Stellen Sie die Datei wieder her und klären Sie, wer sie verändert hat.",
)
KINDS: Final = (GAP, TWICE, FORM, DEMAND, ORDER)
TAKES: Final = (Transaction,)

_NUMBER = re.compile(r"(\d{4})-(\d{6})", re.ASCII)
_LAST: Final = 999_999
_DEMAND = re.compile(r"([A-Z0-9-]+-(\d{4}))-(\d{5})", re.ASCII)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: per series the highest number so far, and the holes below it with where they showed.

    And the last number of the file that is being read.
    """
    return {"highest": {}, "holes": {}, "demands": {}, "last": ["", ""]}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if not isinstance(record, Transaction):
        return
    if v.DEMAND in record.meta:
        _demand(state, record)
    year = str(record.date.year)
    highest = state["highest"].get(year, 0)
    if record.meta.get(v.NUMBER) == f"{year}-{highest + 1:06}" and highest < _LAST:  # as nearly always
        state["highest"][year] = highest + 1
    else:
        _out_of_turn(state, record, highest)
    state["last"] = [record.place.file, record.text(v.NUMBER)]


def _out_of_turn(state: State, record: Transaction, highest: int) -> None:
    match = _NUMBER.fullmatch(record.text(v.NUMBER))
    if not match or int(match[1]) != record.date.year or match[2] == "000000":
        text = f"{v.NUMBER} {record.text(v.NUMBER)!r} an einer Buchung von {record.date.year}"
        note(state, FORM, record.place, text)
        return
    year, number = match[1], int(match[2])
    if number > highest:
        for missing in range(highest + 1, number):
            state["holes"][f"{year}-{missing:06}"] = list(record.place)
        state["highest"][year] = number
    elif state["holes"].pop(match[0], None) is None:
        note(state, TWICE, record.place, f"{v.NUMBER} {match[0]} steht schon an einer früheren Buchung")
    elif state["last"][0] == record.place.file and number < int(state["last"][1][5:]):
        note(state, ORDER, record.place, f"{v.NUMBER} {match[0]} steht hinter {state['last'][1]}")


def _demand(state: State, record: Transaction) -> None:
    """Demands are numbered in the order of their booking, without a hole."""
    demand = record.text(v.DEMAND)
    match = _DEMAND.fullmatch(demand)
    series = match[1] if match else ""
    expected = state["demands"].get(series, 0) + 1
    if not match or int(match[2]) != record.date.year or int(match[3]) != expected:
        text = f"{v.DEMAND} {demand!r}; in der Folge wäre {expected:05} an der Reihe"
        note(state, DEMAND, record.place, text, record.text(v.NUMBER))
    if match:
        state["demands"][series] = max(expected, int(match[3]))


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return doubles and gaps; a gap is named where the next number stands."""
    gaps = [
        Finding(GAP, Place(*place), f"{v.NUMBER} {number} fehlt vor dieser Buchung")
        for number, place in state["holes"].items()
    ]
    return [*noted(state, KINDS), *gaps]
