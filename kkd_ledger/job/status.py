"""kkd status: whether the automated job still does its work; nobody watches it, so this must."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.claims import claims
from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import Reading, read
from kkd_ledger.errors import StatementRefused
from kkd_ledger.job.certificate import Certificates, Fate
from kkd_ledger.job.month import INBOX, REASON, REJECTED, UNCLEAR, unclear_documents
from kkd_ledger.job.numbers import missing_numbers, missing_pages
from kkd_ledger.job.received import receive
from kkd_ledger.money import format_eur, parse_eur
from kkd_ledger.plugins.check import check
from kkd_ledger.plugins.rule import Finding, needs_action


@dataclass(frozen=True)
class Status:
    """How a book stands with the outside world; `troubles` are sentences, empty where all is well."""

    newest_month: str
    last_statement: dt.date | None
    troubles: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether nobody needs to do anything."""
        return not self.troubles and not needs_action(self.findings)


def status(book: Book, *, today: dt.date, age_days_max: int = 35) -> Status:
    """Return how a book stands on a day: statements, inbox, waiting lines, findings."""
    reading = read(book)
    held = [dt.date.fromisoformat(one["bis"]) for one in Certificates(book.root).statements]
    last = max(held, default=None)
    troubles = (*_troubles(book, last, today, age_days_max), *_aged(book, reading, today))
    newest = str(max(reading.months)) if reading.months else ""
    return Status(newest, last, troubles, check(book, reading))


def _aged(book: Book, reading: Reading, today: dt.date) -> Iterator[str]:
    """Yield the unclear money that is too old today and was not yet on the last day that the book speaks of.

    What was too old by then is a finding already (KKD-O04).
    """
    known = max((month.last_day for month in reading.months), default=today)
    days_max = book.settings.policy.unclear_days_max
    for one in claims(book, reading.records).unclear.values():
        if (known - one.day).days <= days_max < (today - one.day).days:
            age = f"seit {(today - one.day).days} Tagen (erlaubt: {days_max})"
            what = f"{format_eur(one.cents)} vom {one.day:%d.%m.%Y} (Buchung {one.number})"
            yield f"Ungeklärt {age}: {what}; `kkd clear` ordnet es zu."


def _troubles(book: Book, last: dt.date | None, today: dt.date, age_days_max: int) -> Iterator[str]:
    if last is None:
        yield "Es wurde noch kein Kontoauszug gebucht."
    elif (today - last).days > age_days_max:
        age = (today - last).days
        yield f"Der letzte Kontoauszug endet am {last:%d.%m.%Y}, vor {age} Tagen (erlaubt: {age_days_max})."
    since = today - dt.timedelta(days=age_days_max)
    recent = Certificates(book.root, since).statements
    yield from (*missing_numbers(recent, since), *missing_pages(recent, since))
    inbox = book.root / INBOX
    waiting = sorted(path.name for path in inbox.iterdir() if path.is_file()) if inbox.is_dir() else []
    if waiting:
        count = "wartet eine Datei" if len(waiting) == 1 else f"warten {len(waiting)} Dateien"
        yield f"Im Posteingang {count}: {', '.join(waiting)}."
        yield from _missing(book, [inbox / name for name in waiting])
    rejected = sorted((inbox / REJECTED).glob(f"*{REASON}"))
    for reason in rejected:
        yield f"Abgelehnt wurde {reason.name.removesuffix(REASON)}: {reason.read_text(encoding='utf-8').strip()}"
    for name, reasons in unclear_documents(book):
        yield f"Zu klären ist {name} ({INBOX}/{UNCLEAR}): {reasons}"
    lines = [line for line in Certificates(book.root).lines.values() if line["ergebnis"] == Fate.WAITS]
    for line in lines:
        cents = format_eur(parse_eur(line["betrag"]))
        day = dt.date.fromisoformat(line["tag"])
        yield f"Eine Zeile vom {day:%d.%m.%Y} über {cents} wartet auf eine Entscheidung: {line['schluessel']}"


def _missing(book: Book, waiting: Sequence[Path]) -> Iterator[str]:
    """Yield the waiting statements before which one seems to be missing: none known ends where they begin."""
    found: list[Statement] = []
    for path in waiting:
        with suppress(StatementRefused):
            found += receive(book, path).statements
    held = Certificates(book.root).statements
    ends = {parse_eur(one["ende"]) for one in held if one["ende"]} | {one.closing_cents for one in found}
    for one in found if held else ():
        if one.opening_cents is not None and one.opening_cents not in ends:
            begins = f"beginnt am {one.from_day:%d.%m.%Y} mit {format_eur(one.opening_cents)}"
            yield f"Vermutlich fehlt ein Auszug: {one.source} {begins}; kein vorliegender endet damit."
