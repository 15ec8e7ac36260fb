"""The monthly run: collect from the inbox → read → book and match → check → write once → archive → summary."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkd_ledger.audit.close import Closing, close
from kkd_ledger.book.budgets import BudgetYear
from kkd_ledger.book.config import Book
from kkd_ledger.book.items import Unclear
from kkd_ledger.book.standing import Standings
from kkd_ledger.errors import Problem, StatementRefused, UsageError
from kkd_ledger.job.books import open_month
from kkd_ledger.job.certificate import Certificates, Fate
from kkd_ledger.job.intake import Imported, Refused, take
from kkd_ledger.job.received import Received, receive
from kkd_ledger.job.session import Session, session
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.plugins.check import check
from kkd_ledger.plugins.rule import Finding

INBOX: Final = "inbox"
REJECTED: Final = "rejected"
UNCLEAR: Final = "klaerung"
REASON: Final = ".grund.txt"
_HEAD_BYTES: Final = 4_096
_INVOICE_MARKS: Final = (
    b"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice",
    b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    b"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
)


@dataclass(frozen=True)
class Rejected:
    """A file of the inbox that could not be taken, and why."""

    path: Path
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Month:
    """What a monthly run did, and how the book stands after it."""

    book: Book
    month: BookingMonth
    imported: Imported
    rejected: tuple[Rejected, ...]
    later: tuple[Path, ...]
    findings: tuple[Finding, ...]
    standings: Standings | None
    budget: tuple[BudgetYear, ...]
    unclear: tuple[Unclear, ...]
    closing: Closing | None = None
    dry_run: bool = False

    @property
    def waiting(self) -> bool:
        """Whether a bank line or a statement waits for somebody."""
        gaps = any(one.waits for one in self.imported.refused)
        return gaps or any(line.fate == Fate.WAITS for line in self.imported.lines)

    @property
    def changed(self) -> bool:
        """Whether the run wrote anything."""
        closed = self.closing is not None and self.closing.seal is not None
        return bool(self.imported.outcome.files or self.rejected or closed)


def run_month(book: Book, month: BookingMonth, *, today: dt.date, dry_run: bool = False) -> Month:
    """Run a book's month and return what happened; running it again changes nothing.

    Files that cannot be taken go to inbox/rejected/ with their reason beside them, and files that reach beyond the
    month wait. Raise UsageError for a month before the book's first, and whatever the writer raises.
    """
    if not book.top_file.exists():
        if dry_run:
            raise UsageError(f"Das Buch gibt es noch nicht; `kkd open {book.root} {month}` legt es an.")
        open_month(book, month)
    with session(book) as work:
        if month < min(work.months, default=month):
            raise UsageError(f"{month} liegt vor dem ersten Monat des Buchs ({min(work.months)}).")
        received, rejected, later = _collect(book, month)
        work.open_month(month)

        def clear(taken: Sequence[Received], refused: Sequence[Refused]) -> None:
            misfits = [Rejected(one.file.path, one.error.problems) for one in refused if not one.waits]
            _clear(work, taken, [*rejected, *misfits])

        imported = take(work, received, today=today, dry_run=dry_run, patient=True, also=clear)
    rejected += tuple(
        Rejected(one.file.path, one.error.problems) for one in imported.refused if not one.waits
    )
    later += tuple(one.file.path for one in imported.refused if one.waits)
    closing = None if dry_run or rejected or later else _close(book, month, today)
    outcome = imported.outcome
    closed = closing is not None and closing.seal is not None
    overview = outcome.known.progress.overview
    return Month(
        book,
        month,
        imported,
        rejected,
        later,
        check(book) if closed else outcome.findings,
        overview.standings,
        overview.budget,
        tuple(overview.claims.unclear.values()),
        closing,
        dry_run,
    )


def _close(book: Book, month: BookingMonth, today: dt.date) -> Closing | None:
    """Close the month where book.toml lets the job do so, it is over, and the statements reach its last day.

    The job closes under the general order; a month whose turn it is not, or with anything to decide, stays open.
    """
    policy = book.settings.policy
    held = Certificates(book.root, month.first_day).statements
    ends = [statement["bis"] for statement in held if not statement.get("weitere")]
    if not policy.close_months or not policy.standing_order or month.last_day.isoformat() not in ends:
        return None
    try:
        return close(book, month, by=policy.standing_order, today=today)
    except UsageError:
        return None


def waiting_months(book: Book) -> tuple[BookingMonth, ...]:
    """Return the months that the readable statements in the inbox end in, and those between them.

    Where only previews and unreadable files wait, the book's newest month: they are told of and set aside as well.
    """
    ends: list[BookingMonth] = []
    waiting = [path for path in _waiting(book.root / INBOX) if not is_invoice(path)]
    for path in waiting:
        with suppress(StatementRefused):
            if last_day := receive(book, path).last_day:
                ends.append(BookingMonth.of(last_day))
    if not ends:
        files = book.root.glob("[0-9]*/[0-9]*-[0-9]*.beancount")
        months = [BookingMonth.parse(file.stem) for file in files] if waiting else []
        return (max(month for month in months if month.month < CLOSING_MONTH),) if months else ()
    months = [min(ends)]
    while months[-1] < max(ends):
        months.append(months[-1].following)
    return tuple(months)


def _collect(
    book: Book, month: BookingMonth
) -> tuple[list[Received], tuple[Rejected, ...], tuple[Path, ...]]:
    received: list[Received] = []
    rejected: list[Rejected] = []
    later: list[Path] = []
    for path in _waiting(book.root / INBOX):
        if is_invoice(path):
            continue  # a person certifies and orders it: `kkd receive`
        try:
            file = receive(book, path)
        except StatementRefused as error:
            rejected.append(Rejected(path, error.problems))
            continue
        if file.last_day and file.last_day > month.last_day:
            later.append(path)
        else:
            received.append(file)
    return received, tuple(rejected), tuple(later)


def is_invoice(path: Path) -> bool:
    """Tell by its first bytes whether a file is an e-invoice (PDF, or XML of the two syntaxes of EN 16931)."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(b"%PDF-") or any(mark in head for mark in _INVOICE_MARKS)


def invoices(book: Book) -> tuple[Path, ...]:
    """Return the e-invoices that wait in the inbox for `kkd receive`."""
    return tuple(path for path in _waiting(book.root / INBOX) if is_invoice(path))


def unclear_documents(book: Book) -> tuple[tuple[str, str], ...]:
    """Return the e-invoices that `kkd receive` has set aside for a person, by name with the reasons."""
    folder = book.root / INBOX / UNCLEAR
    return tuple(
        (reason.name.removesuffix(REASON), "; ".join(reason.read_text(encoding="utf-8").splitlines()))
        for reason in sorted(folder.glob(f"*{REASON}"))
    )


def _waiting(inbox: Path) -> Iterator[Path]:
    """Yield the files that wait; what begins with a dot or is still being written by a client (.part) is none."""
    if inbox.is_dir():
        for path in sorted(inbox.iterdir()):
            if path.is_file() and not path.name.startswith(".") and path.suffix not in {".part", ".tmp"}:
                yield path


def _clear(work: Session, received: Iterable[Received], rejected: Iterable[Rejected]) -> None:
    """Empty the inbox in the batch that books it: what is taken goes to the archive, the rest aside with its reason.

    A file that cannot even be read stays where it is.
    """
    for file in received:
        work.take_away(f"{INBOX}/{file.path.name}", file.content)
    for one in rejected:
        with suppress(OSError):
            content = one.path.read_bytes()
            name = _free_name(work.book.root / INBOX / REJECTED, one.path, content)
            work.put(f"{INBOX}/{REJECTED}/{name}", content)
            work.put(
                f"{INBOX}/{REJECTED}/{name}{REASON}",
                "".join(f"{problem}\n" for problem in one.problems).encode(),
            )
            work.take_away(f"{INBOX}/{one.path.name}", content)


def _free_name(folder: Path, path: Path, content: bytes) -> str:
    """Return the file's name, or where another rejected file has it already one with the content's hash."""
    try:
        if (folder / path.name).read_bytes() != content:
            return f"{path.stem}-{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
    except FileNotFoundError:
        pass
    return path.name
