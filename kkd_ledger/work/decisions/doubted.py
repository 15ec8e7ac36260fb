"""kkd decide --list: what a person has to decide about: bank files that wait or were refused, lines that wait."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from kkd_ledger.bank.days import NO_DAY
from kkd_ledger.bank.files.reading import as_far_as_readable, told_name
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import Certificates, CertifiedLine, Fate, line_data
from kkd_ledger.book.config import Book
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.money import plain
from kkd_ledger.work.decisions.file_lines import NOTHING, FileLines, with_certified
from kkd_ledger.work.decisions.proposals import Way, proposals
from kkd_ledger.work.statements.inbox import INBOX, REASON, REJECTED, lies_since
from kkd_ledger.work.statements.received import content_of
from kkd_ledger.work.statements.trial import tried


@dataclass(frozen=True)
class FileInDoubt:
    """A bank file about which a person has to decide: where it lies, since when, why, and what is in it."""

    place: str
    name: str
    sha256: str
    since: dt.date | None
    reasons: tuple[str, ...]
    statements: tuple[Statement, ...]
    certified: FileLines = NOTHING

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "ort": self.place,
            "datei": self.name,
            "sha256": self.sha256,
            "seit": self.since.isoformat() if self.since else None,
            "gruende": list(self.reasons),
            "auszuege": [_statement_json(statement) for statement in self.statements],
        }


def _statement_json(statement: Statement) -> dict[str, Any]:
    return {
        "von": statement.from_day.isoformat(),
        "bis": statement.to_day.isoformat(),
        "anfang": None if statement.opening_cents is None else plain(statement.opening_cents),
        "ende": None if statement.closing_cents is None else plain(statement.closing_cents),
        "zeilen": [
            {
                "tag": None if line.booking_day == NO_DAY else line.booking_day.isoformat(),
                "betrag": plain(line.amount_cents),
                "gegenseite": line.counterparty,
                "text": line.remittance,
            }
            for line in statement.lines
            if line.booked
        ],
    }


@dataclass(frozen=True)
class Doubted:
    """What waits for a decision: files, and lines with what each probably pays."""

    files: tuple[FileInDoubt, ...]
    lines: tuple[tuple[CertifiedLine, tuple[Way, ...]], ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        lines = [
            line_data(line) | {"vorschlaege": [part.as_json() for part in ways]} for line, ways in self.lines
        ]
        return {"dateien": [part.as_json() for part in self.files], "zeilen": lines}


def doubted(book: Book, today: dt.date) -> Doubted:
    """Return what waits for a decision of a person; nothing is written.

    A file waits where a run, with all others in the inbox, would not take it.
    """
    trial = tried(book, today)
    waits = [
        *trial.unreadable,
        *trial.early,
        *((refused.file.path, refused.error.problems) for refused in trial.done.refused),
    ]
    files = [_in_doubt(INBOX, path, problems, today) for path, problems in waits]
    files += _rejected(book, today)
    lines = Certificates(book.root).lines
    waiting = [line for line in lines.values() if line.fate == Fate.WAITS]
    ways = proposals(book, trial.claims, lines) if waiting else {}
    files = [replace(file, certified=with_certified(file.statements, lines.values())) for file in files]
    return Doubted(tuple(files), tuple((line, ways.get(line.key, ())) for line in waiting))


def _rejected(book: Book, today: dt.date) -> list[FileInDoubt]:
    folder = book.root / INBOX / REJECTED
    if folder.is_symlink() or not folder.is_dir():
        return []
    files = []
    for path in sorted(folder.iterdir()):
        if path.name.endswith(REASON) or path.is_symlink() or not path.is_file():
            continue
        reason = path.with_name(f"{path.name}{REASON}")
        reasons = reason.read_text("utf-8", "replace").splitlines() if reason.is_file() else []
        files.append(_file(f"{INBOX}/{REJECTED}", path, tuple(reasons), today))
    return files


def _in_doubt(place: str, path: Path, problems: tuple[Problem, ...], today: dt.date) -> FileInDoubt:
    return _file(place, path, tuple(map(str, problems)), today)


def _file(place: str, path: Path, reasons: tuple[str, ...], today: dt.date) -> FileInDoubt:
    content, statements = b"", tuple[Statement, ...]()
    with suppress(StatementRefused):
        content = content_of(path)
        statements = as_far_as_readable(content, path.name)
    name, since = told_name(path.name), lies_since(path, today)
    return FileInDoubt(place, name, sha256(content).hexdigest(), since, reasons, statements)
