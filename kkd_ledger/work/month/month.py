"""The monthly run: collect from the inbox → read → book and match → check → write once → archive → summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.bank.days import ahead, is_far_ahead
from kkd_ledger.bank.files.reading import told_name
from kkd_ledger.book.certificate import Certificates, CertifiedLine, Fate
from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.budgets import BudgetYear
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.state.share_standings import Standings
from kkd_ledger.book.text.reader import consistently, outline
from kkd_ledger.errors import Problem, StatementGap, StatementRefused, UsageError
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.rules.engine.rule import Finding
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.decisions.proposals import Proposals, proposals
from kkd_ledger.work.month.moved import MovedAmount, moved
from kkd_ledger.work.month.ready import ready
from kkd_ledger.work.progress import Progress, told_of
from kkd_ledger.work.session import session
from kkd_ledger.work.statements.imported import Imported
from kkd_ledger.work.statements.inbox import (
    INBOX,
    REJECTED,
    Rejected,
    document_word,
    doubtful_documents,
    is_invoice,
    reasons,
    refuse_no_folder,
    set_aside,
    some_names,
    strange,
    take_out,
    waiting_files,
)
from kkd_ledger.work.statements.received import Ends, Refused, StatementFile
from kkd_ledger.work.statements.taking import take
from kkd_ledger.work.statements.waiting_files import certify_waiting

_PROPOSED_MONTHS: Final = 12


@dataclass(frozen=True)
class Month:
    """What a monthly run did, and how the book stands after it.

    `later` are files that wait for a later run, `invoices` those that wait for `kkd receive`, `left` says what
    else no run takes, `finished` those of a killed run's batch that this one put in place.
    `moved` is what the new bank lines moved, `proposals` what money that nobody has placed probably pays.
    `ready` are the months that a person may close now; the run itself closes none.
    """

    book: Book
    month: BookingMonth
    today: dt.date
    imported: Imported
    rejected: tuple[Rejected, ...]
    later: tuple[Path, ...]
    invoices: tuple[Path, ...]
    findings: tuple[Finding, ...]
    standings: Standings | None
    budget: tuple[BudgetYear, ...]
    suspense: tuple[SuspenseItem, ...]
    moved: tuple[MovedAmount, ...] = ()
    ready: tuple[BookingMonth, ...] = ()
    dry_run: bool = False
    finished: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    proposals: Proposals = field(default_factory=dict)

    @property
    def waiting(self) -> bool:
        """Whether a bank line, a file or whatever else lies in the inbox waits for somebody."""
        files = self.invoices or self.left or self.imported.refused
        return bool(files or doubtful_documents(self.book)) or any(
            line.fate == Fate.WAITS for line in self.imported.lines
        )

    def figures_json(self) -> dict[str, Any]:
        """Return how the book stands, and what the new bank lines moved, as plain JSON data."""
        table = self.standings
        return {
            "moved": [row.as_json() for row in self.moved],
            "as_of": table.as_of.isoformat() if table else None,
            "shares": [cell.as_json() for row in table.rows for cell in row] if table else [],
            "budget": [row.as_json() for row in self.budget],
            "unclear": [row.as_json() for row in self.suspense],
        }

    @property
    def changed(self) -> bool:
        """Whether the run wrote anything."""
        return bool(self.imported.outcome.files or self.rejected)


def run_month(
    book: Book,
    month: BookingMonth,
    *,
    today: dt.date,
    dry_run: bool = False,
    ends: Ends | None = None,
    progress: Progress | None = None,
) -> Month:
    """Run a book's month and return what happened; running it again changes nothing.

    Files that cannot be read or prove nothing go to inbox/rejected/ with their reason beside them; files that do not
    fit what is booked, or reach beyond the month, wait. `ends` is handed from one month to the next where several are
    run. Raise UsageError for a month before the book's first or after today, BookRefused where the inbox is no folder
    of the book, and what the writer raises.
    """
    _prepare(book, month, today, dry_run=dry_run)
    aside: list[Rejected] = []
    with session(book, today=today) as work:
        if month < min(work.months, default=month):
            raise UsageError(f"{month} liegt vor dem ersten Monat des Buchs ({min(work.months)}).")
        collected = _collect(book, _Asked(month, today, ends or Ends(), Decisions.of(book.root)), progress)
        work.open_month(month)

        def clear(taken: Sequence[StatementFile], refused: Sequence[Refused]) -> None:
            take_out(work, taken)
            certify_waiting(work, refused, collected.later)
            aside[:] = set_aside(work, collected.rejected)

        imported = take(
            work,
            collected.received,
            today=today,
            dry_run=dry_run,
            patient=True,
            also=clear,
            progress=progress,
        )
    imported = replace(imported, refused=(*imported.refused, *collected.early))
    gaps = tuple(refused.file.path for refused in imported.refused)
    outcome = imported.outcome
    undone = dry_run or aside or gaps
    overview = outcome.known_book.progress.overview
    claims = overview.claims
    return Month(
        book,
        month,
        today,
        imported,
        tuple(aside),
        (*collected.later, *gaps),
        tuple(collected.invoices),
        outcome.findings,
        overview.standings,
        overview.budget,
        tuple(claims.suspense.values()),
        moved(book, outcome.known_book.progress.recent, {line.key for line in imported.lines}),
        () if undone else ready(book, outcome, today),
        dry_run,
        work.writer.finished,
        left_behind(book, today, [rejected.aside for rejected in aside]),
        proposals(book, claims, _proposed_lines(book, imported, month, claims)),
    )


def _proposed_lines(
    book: Book, imported: Imported, month: BookingMonth, claims: Claims
) -> dict[str, CertifiedLine]:
    """Return the certified lines that money without a place may be among: the last year's, where there is such money.

    Those of a run that may be a dry one are among them.
    """
    certificates = Certificates(book.root, month.minus(_PROPOSED_MONTHS).first_day)
    recent = certificates.lines if claims.suspense or certificates.waiting else {}
    return {**recent, **{line.key: line for line in imported.lines}}


def _prepare(book: Book, month: BookingMonth, today: dt.date, *, dry_run: bool) -> None:
    """Raise what speaks against running a month at all; make the book where it is the first one."""
    refuse_no_folder(book)
    if month.first_day > today:
        begins = f"{month} beginnt erst am {german.day(month.first_day)}"
        raise UsageError(f"{begins}, heute ist der {german.day(today)}: bitte prüfen Sie den Monat.")
    if not book.top_file.exists():
        if dry_run:
            raise UsageError(f"Das Buch gibt es noch nicht; `kkd open {book.root} {month}` legt es an.")
        open_month(book, month)


def left_behind(book: Book, today: dt.date, fresh: Collection[str] = ()) -> tuple[str, ...]:
    """Return what lies in the inbox and waits for a person, in German; `fresh` are names that are told of already."""
    sentences = []
    if strangers := strange(book, today):
        sentences.append(
            f"In {INBOX}/ liegt, was kein Lauf nimmt: {some_names(path.name for path in strangers)}."
        )
    if aside := [name for name, _ in reasons(book, REJECTED) if name not in fresh]:
        lies = "liegt eine abgelehnte Datei" if len(aside) == 1 else f"liegen {len(aside)} abgelehnte Dateien"
        sentences.append(
            f"In {INBOX}/{REJECTED}/ {lies}: {some_names(aside)}; `kkd status` nennt die Gründe."
        )
    return tuple(sentences)


def waiting_months(
    book: Book, today: dt.date, ends: Ends | None = None, progress: Progress | None = None
) -> tuple[BookingMonth, ...]:
    """Return the months in which there is something to do, none of them before the book's first or after today's.

    Those are the months that the readable statements in the inbox end in, with those between them; where only previews,
    unreadable files and such of a far future wait, the newest one of the book.
    """
    refuse_no_folder(book)
    current = BookingMonth.of(today)
    waiting = [path for path in waiting_files(book) if not is_invoice(path)]
    read, decisions = ends or Ends(), Decisions.of(book.root)
    days = [_last_day(book, path, today, read, decisions) for path in told_of(waiting, progress)]
    last = [BookingMonth.of(day) for day in days if day and not is_far_ahead(day, today)]
    all_months, free = _months(book)
    months: set[BookingMonth] = set()
    if last:  # what ends in a sealed month is booked in the first free one
        month = max([min(last), *free[:1]])
        while month <= min(max([*last, *free[:1]]), current):
            months.add(month)
            month = month.following
    elif waiting:
        months |= {*[month for month in all_months if month <= current][-1:]}
    return tuple(sorted(months))


def ahead_of_today(book: Book, today: dt.date, ends: Ends) -> tuple[str, ...]:
    """Return, in German, which bank files speak of a month that has not begun: no run takes them before."""
    decisions, sentences = Decisions.of(book.root), []
    for path in waiting_files(book):
        day = None if is_invoice(path) else _last_day(book, path, today, ends, decisions)
        if day and ahead(today) < day > BookingMonth.of(today).last_day and not is_far_ahead(day, today):
            more = "ist sie ein Irrtum der Bank, so nimmt `kkd decide BUCH --file DATEI --foreign` sie heraus"
            sentences.append(
                f"{told_name(path.name)} reicht bis {german.day(day)} und wartet bis dahin; {more}."
            )
    return tuple(sentences)


def _months(book: Book) -> tuple[list[BookingMonth], list[BookingMonth]]:
    """Return the months of the calendar that the book has, and those not sealed (where all are, the one to come)."""
    if not book.top_file.exists():
        return [], []
    top, chain = consistently(book, lambda texts: outline(book, texts))
    all_months = sorted(month for month in top.months if month.month < CLOSING_MONTH)
    free = [month for month in all_months if not chain.is_sealed(month)]
    return all_months, free or [month.following for month in all_months[-1:]]


def _last_day(book: Book, path: Path, today: dt.date, ends: Ends, decisions: Decisions) -> dt.date | None:
    with suppress(StatementRefused):
        return ends.receive(book, path, today, decisions).last_day
    return None


class _Asked(NamedTuple):
    """Which month is run on which day, and the last days of the files that are known already."""

    month: BookingMonth
    today: dt.date
    ends: Ends
    decisions: Decisions


class _Collected(NamedTuple):
    """What lies in the inbox: what can be taken now, what never, what later, and what the bank cannot know yet."""

    received: list[StatementFile]
    rejected: list[Rejected]
    later: list[Path]
    invoices: list[Path]
    early: list[Refused]


def _collect(book: Book, asked: _Asked, progress: Progress | None) -> _Collected:
    collected = _Collected([], [], [], [], [])
    for path in told_of(list(waiting_files(book)), progress):
        last_day = asked.ends.day_of(path)
        if last_day and last_day > asked.month.last_day and not is_far_ahead(last_day, asked.today):
            collected.later.append(path)
        elif not is_invoice(path):
            _read(book, path, asked, collected)
        elif book.is_operator:
            collected.rejected.append(Rejected(path, (_invoice_here(path),)))
        else:  # a person certifies and orders it: `kkd receive`
            collected.invoices.append(path)
    return collected


def _invoice_here(path: Path) -> Problem:
    allowed = "Kontoauszüge; eine E-Rechnung gehört in das Buch dessen, der sie zahlt"
    word = document_word(path)
    return Problem(told_name(path.name), "", f"ein{'e' if word == 'E-Rechnung' else ''} {word}", allowed)


def _read(book: Book, path: Path, asked: _Asked, collected: _Collected) -> None:
    try:
        file = asked.ends.receive(book, path, asked.today, asked.decisions)
    except StatementRefused as error:
        collected.rejected.append(Rejected(path, error.problems))
        return
    early = file.not_yet(asked.today)
    later = bool(file.last_day and file.last_day > asked.month.last_day)
    if early and file.last_day and (not later or is_far_ahead(file.last_day, asked.today)):
        collected.early.append(Refused(file, StatementGap(early)))
    elif later:
        collected.later.append(path)
    else:
        collected.received.append(file)
