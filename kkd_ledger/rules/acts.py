"""Acts are numbered without gap, whatever the order of the files; each covers exactly what stands before it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import batches
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Custom, Place, Record
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons import acted, acts
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted

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
LACKING: Final = FindingKind(
    "KKD-Z11",
    Level.OBJECTION,
    "Person ist genannt, hat aber nicht gehandelt",
    "Hinter einem Eintrag, der eine Person nennt, steht ihr Akt; hier fehlt er. Klären Sie, wer den Eintrag verändert "
    "hat; stammt er aus der Zeit vor den Akten, so genügt eine Bemerkung beim Abschluss.",
)
KINDS: Final = (NUMBER, OTHER, LACKING)
TAKES: Final = (Custom,)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_HOLE_MAX: Final = 10_000
"""More acts than a month has: what names a number further ahead was not written by kkd."""


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: the highest number so far, and the holes below it with where they showed."""
    return {"highest": 0, "holes": {}}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if not isinstance(record, Custom) or record.kind != v.CustomType.ACT:
        return
    number, highest = str(record.values[0]) if record.values else "", state["highest"]
    if not _NUMBER.fullmatch(number) or int(number) > highest + _HOLE_MAX:
        note(state, NUMBER, record.place, f"Akt {number!r}; in der Folge wäre {highest + 1} an der Reihe")
    elif int(number) > highest:
        state["holes"] |= {str(missing): list(record.place) for missing in range(highest + 1, int(number))}
        state["highest"] = int(number)
    elif state["holes"].pop(number, None) is None:
        note(state, NUMBER, record.place, f"Akt {number} steht schon an einer früheren Stelle")


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return doubles and gaps; a gap is named where the next act stands."""
    gaps = [
        Finding(NUMBER, Place(*place), f"Akt {number} fehlt vor diesem Akt")
        for number, place in state["holes"].items()
    ]
    return [*noted(state, KINDS), *gaps]


def of_texts(book: Book, texts: BookTexts, months: Iterable[BookingMonth], count: int = 0) -> list[Finding]:
    """Return the acts of some months whose hash is not that of what stands before them, and persons without an act.

    Only the text can tell. The months come in journal order, the last ones of a book with so many acts. An act over
    entries that were changed by hand is none where two persons vouch for them as they are now: they act instead.
    """
    findings: list[Finding] = []
    months = tuple(months)
    files = [f"{month.stem}.beancount" for month in months]

    def text_of(file: str) -> str:
        return (texts.find(file) or b"").decode("utf-8", "replace")

    before = bool(count) and count > sum(text_of(file).count(acts.IS_ACT) for file in files)
    for month, file in zip(months, files, strict=True):  # one month in memory at a time
        text = text_of(file)
        keys = book.settings.keys
        misfits = list(acted.misfits(text, file, book.party, since_acts=before, keys=keys))
        vouched = _vouched_lines(text, book.party, month) if misfits else frozenset()
        findings += (
            Finding(LACKING if misfit.lacks_act else OTHER, misfit.place, misfit.text)
            for misfit in misfits
            if misfit.lacks_act or misfit.place.line not in vouched
        )
        before = before or acts.IS_ACT in text
    return findings


def _vouched_lines(text: str, party: str, month: BookingMonth) -> frozenset[int]:
    """Return the lines of a month's text that are not as they were written, and that two persons vouch for."""
    content = text.encode("utf-8", "replace")
    misfits = batches.misfits(content, party, month, batches.count(content))
    ranges = (range(misfit.line, misfit.last + 1) for misfit in misfits if misfit.vouched)
    return frozenset(line for lines in ranges for line in lines)
