"""Statement files as they arrive: read, proved to be whole and of this book's account, named by their content."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.bank.days import decades_back, not_yet
from kkd_ledger.bank.enrichment import PREVIEWS
from kkd_ledger.bank.files.limits import DEFAULT_LIMITS, plain_size
from kkd_ledger.bank.files.reading import told_name
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.bank.statements import BOOKING_KINDS, Statement, proved
from kkd_ledger.book.certificate.decisions import NOTHING_DECIDED, Decisions, as_decided
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.prehashed import Stamp
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import InputRefused, Problem, StatementGap, StatementRefused, cause_of
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.statements.account_of_book import of_another

_ENDINGS: Final = (".xml", ".zip", ".sta", ".mt940", ".940", ".csv", ".txt")
_OTHER: Final = ".bin"


@dataclass(frozen=True)
class StatementFile:
    """A statement file that can be taken: its content, the statements in it, and who may read it (`mode`).

    `decided` are the keys of those that are read by a person's decision.
    """

    path: Path
    content: bytes
    statements: tuple[Statement, ...]
    mode: int = 0o644
    decided: frozenset[str] = frozenset()

    def archived(self, root: Path) -> str:
        """Where it is kept in the book's folder: by its content, and once, whatever its name is this time."""
        name = hashlib.sha256(self.content).hexdigest()
        own = self.path.suffix.lower()
        ending = own if own in _ENDINGS else _OTHER
        endings = (ending for ending in (*_ENDINGS, _OTHER) if (root / ARCHIVE / f"{name}{ending}").exists())
        return f"{ARCHIVE}/{name}{next(endings, ending)}"

    @property
    def booking(self) -> tuple[Statement, ...]:
        """The statements whose lines are booked."""
        return tuple(statement for statement in self.statements if statement.kind in BOOKING_KINDS)

    @property
    def supplements(self) -> tuple[Statement, ...]:
        """What is kept and told of, but not booked: details of batches (camt.054), previews (camt.052, MT942)."""
        return tuple(statement for statement in self.statements if statement.kind not in BOOKING_KINDS)

    def not_yet(self, today: dt.date) -> tuple[Problem, ...]:
        """Return what in it can only be known later than today, empty where all can."""
        final = [statement for statement in self.statements if statement.kind not in PREVIEWS]
        return tuple(problem for statement in final for problem in not_yet(statement, today))

    @property
    def last_day(self) -> dt.date | None:
        """The last day that the file speaks of; None where it is only a preview, which belongs to no month."""
        final = [statement for statement in self.statements if statement.kind not in PREVIEWS]
        days = [line.booking_day for statement in final for line in statement.lines if line.booked]
        return max(days + [statement.to_day for statement in final], default=None)


@dataclass(frozen=True)
class Refused:
    """A file that could be read but does not fit what is booked.

    It waits: until the statement before it has come, the books are put right, or a person decides.
    """

    file: StatementFile
    error: InputRefused


def receive(book: Book, path: Path, today: dt.date, decisions: Decisions = NOTHING_DECIDED) -> StatementFile:
    """Read a statement file for a book.

    What a person has decided about is read so. Raise StatementRefused for whatever else is broken, does not prove
    itself, is not of this book's account, or tells of days that cannot be believed today.
    """
    content = content_of(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if decisions.about_file(hashlib.sha256(content).hexdigest()):
        return StatementFile(path, content, (), mode)
    statements: list[Statement] = []
    decided: set[str] = set()
    for statement in decisions.statements_in(content, path.name):
        if decision := decisions.about(statement):
            taken = as_decided(statement, decision)
            statements += taken
            decided.update(map(statement_key, taken))
        else:  # a preview proves nothing, and changes nothing
            statements.append(statement if statement.kind in PREVIEWS else proved(statement))
    judged = [statement for statement in statements if statement_key(statement) not in decided]
    problems = [problem for statement in judged for problem in _foreign(book, statement)]
    problems += [
        problem
        for statement in judged
        if statement.kind not in PREVIEWS
        for problem in decades_back(statement, today)
    ]
    if problems:
        raise StatementRefused(problems)
    return StatementFile(path, content, tuple(statements), mode, frozenset(decided))


def content_of(path: Path) -> bytes:
    """Return what a bank's file holds; raise StatementRefused for one that is too large, or no plain file at all."""
    most = DEFAULT_LIMITS.file_bytes
    try:
        size_bytes = plain_size(path)
        if size_bytes > most:
            large = Problem(told_name(path.name), "", "eine zu große Datei", f"höchstens {most // 2**20} MiB")
            raise StatementRefused([large])
        return path.read_bytes()
    except OSError as error:
        raise StatementRefused(
            [Problem(told_name(path.name), "", f"nicht lesbar ({cause_of(error)})", "eine lesbare Datei")]
        ) from None


def in_order(files: Sequence[StatementFile]) -> list[tuple[StatementFile, Statement]]:
    """Return the statements by their days, whatever the order of the files."""
    pairs = [(file, statement) for file in files for statement in file.booking]
    return sorted(
        pairs,
        key=lambda pair: (
            pair[1].from_day,
            pair[1].to_day,
            pair[1].sequence or 0,
            pair[1].page or 0,
            pair[1].sha256,
        ),
    )


def too_far(files: Sequence[StatementFile], months: Sequence[BookingMonth], book: Book) -> list[Refused]:
    """Return the files that reach beyond the month behind a book's newest one: no file opens more than that."""
    last = max(months, default=None)
    refusals: list[Refused] = []
    for file in sorted(files, key=lambda file: file.last_day or dt.date.min) if last else ():
        assert last is not None
        month = BookingMonth.of(file.last_day) if file.last_day else last
        if month > last.following:
            allowed = (
                f"Auszüge bis {last.following}; `kkd open {book.root} {month}` öffnet die Monate dazwischen"
            )
            problem = Problem(
                told_name(file.path.name), "", f"Umsätze bis {month}, das Buch reicht bis {last}", allowed
            )
            refusals.append(Refused(file, StatementGap([problem])))
        else:
            last = max(last, month)
    return refusals


class Ends:
    """The last days that waiting files speak of: months that are run one after the other need read each only once.

    A file is known by its stamp: one that was replaced or is still growing is read anew.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Stamp, dt.date]] = {}

    def day_of(self, path: Path) -> dt.date | None:
        """Return the last day of a file that was read and did not change since; None of any other."""
        stamp, day = self._known.get(path, (None, None))
        return day if day and stamp == _stamp(path) else None

    def receive(
        self, book: Book, path: Path, today: dt.date, decisions: Decisions = NOTHING_DECIDED
    ) -> StatementFile:
        """Read a statement file, see `receive`, and remember its last day."""
        before = _stamp(path)
        file = receive(book, path, today, decisions)
        if before and file.last_day and before == _stamp(path):
            self._known[path] = before, file.last_day
        return file


def _stamp(path: Path) -> Stamp | None:
    try:
        return Stamp.of(path.stat())
    except OSError:
        return None


def _foreign(book: Book, statement: Statement) -> Iterator[Problem]:
    yield from of_another(book, statement)
    if statement.currency != v.CURRENCY:
        place_ = f"Auszug {statement.identity or statement.sequence or '?'}"
        yield Problem(statement.source, place_, f"Währung {statement.currency}", v.CURRENCY)
