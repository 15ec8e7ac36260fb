"""kkd status: whether the automated job still does its work; nobody watches it, so this must.

From which age on unclear and overdue money ends it with 1 is an office's policy (`Policy` in book/settings.py); of the
newest statement, the caller says it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from kkd_ledger import german
from kkd_ledger.audit import archived, missing_statements
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import Certificates, CertifiedLine, Fate
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.text import reader
from kkd_ledger.errors import StatementRefused
from kkd_ledger.money import format_eur
from kkd_ledger.payments.sepa import RunRefused
from kkd_ledger.rules import basis as of_basis
from kkd_ledger.rules.engine.check import findings
from kkd_ledger.rules.engine.checkpoint import KnownBook, known_book
from kkd_ledger.rules.engine.rule import Finding, needs_action
from kkd_ledger.work.books.changes import acted_otherwise
from kkd_ledger.work.decisions.proposals import Way, proposals
from kkd_ledger.work.month.work_left import work_left
from kkd_ledger.work.statements.inbox import (
    DOUBTFUL,
    INBOX,
    REJECTED,
    doubtful_documents,
    lies_since,
    reasons,
    settling,
    some_names,
    strange,
    trouble,
    waiting_files,
)
from kkd_ledger.work.statements.received import receive
from kkd_ledger.work.statements.statement_numbers import missing_numbers, missing_pages
from kkd_ledger.work.transfers.account_gaps import REMEDY_DEDICATED, REMEDY_POOLED, AccountGap, gaps
from kkd_ledger.work.transfers.bank_runs import last_seen, not_booked, not_booked_remedy, overtaken
from kkd_ledger.work.transfers.moved_on import runs_of

_CONFIRM: Final = (
    "`kkd changes BUCH` zeigt, worum es geht; zwei Personen bestätigen es mit "
    "`kkd confirm BUCH --by NAME --and NAME`."
)
_DECIDE: Final = (
    "Über eine wartende Zeile entscheidet `kkd decide BUCH SCHLÜSSEL --by NAME --reason GRUND` mit `--foreign`, "
    "wenn sie nicht hierher gehört, `--posten POSTEN`, wenn sie ihn zahlt, `--known`, wenn sie schon gebucht ist, oder "
    "`--new`, wenn sie hierher gehört und noch niemand weiß, wozu (danach `kkd clear`)."
)


WaitingLine: TypeAlias = tuple[CertifiedLine, tuple[Way, ...]]
"""A bank line about which nobody has decided, with what it probably pays."""


@dataclass(frozen=True)
class BookStatus:
    """How a book stands with the outside world; `troubles` are sentences, empty where all is well, `remedies` help.

    `work` is what waits for a person within the time that the policy gives: no trouble, but work; `waiting`
    are the bank lines about which nobody has decided, with what each probably pays.
    """

    newest_month: str
    last_statement: dt.date | None
    troubles: tuple[str, ...]
    remedies: tuple[str, ...]
    work: tuple[str, ...]
    findings: tuple[Finding, ...]
    waiting: tuple[WaitingLine, ...] = ()

    @property
    def well(self) -> bool:
        """Whether nobody needs to be called: nothing is in disorder or too late."""
        return not self.troubles and not needs_action(self.findings)


def status(book: Book, *, today: dt.date, age_days_max: int = 35) -> BookStatus:
    """Return how a book stands on a day: statements, inbox, waiting lines, findings."""
    book_state, certificates = known_book(book), Certificates(book.root)
    last = max((statement.to_day for statement in certificates.statements), default=None)
    claims = book_state.progress.overview.claims
    left = tuple(work_left(book, claims, today))
    unexplained = gaps(book, certificates, claims)
    waiting = tuple(_waiting_lines(book, claims, certificates, unexplained))
    parts = (
        *_of_statements(book, last, today, age_days_max),
        *_of_inbox(book, certificates, today),
        *_of_papers(book, book_state),
        *_of_lines(book, unexplained, waiting),
        *_of_runs(book, claims),
        *(StatusPart([work.text], work.remedy) for work in left if work.late),
    )
    sentences = [(tuple(part.troubles), part.remedy) for part in parts]
    open_months = tuple(_without_statement(book, book_state, last, today))
    idle = [work.remedy for work in left if not work.late]
    idle += [missing_statements.REMEDY] if open_months else []
    remedies = [*(remedy for troubles, remedy in sentences if troubles and remedy), *idle]
    return BookStatus(
        str(max(book_state.months)) if book_state.months else "",
        last,
        tuple(trouble for troubles, _ in sentences for trouble in troubles),
        tuple(dict.fromkeys(remedies)),
        (*(work.text for work in left if not work.late), *open_months),
        findings(book_state, today, today),
        waiting,
    )


class StatusPart(NamedTuple):
    """What is looked at: the sentences that tell what is wrong (none where all is well), and what helps then."""

    troubles: Iterable[str]
    remedy: str


def _of_statements(
    book: Book, last: dt.date | None, today: dt.date, age_days_max: int
) -> Iterator[StatusPart]:
    """Yield whether statements come, one after the other."""
    yield StatusPart(
        _silence(last, today, age_days_max), "Prüfen Sie, ob die Bank liefert und der Monatslauf läuft."
    )
    since = dt.date.fromordinal(max(1, today.toordinal() - age_days_max))
    recent = Certificates(book.root, since).statements
    yield StatusPart((*missing_numbers(recent, since), *missing_pages(recent, since)), "")


def _of_inbox(book: Book, certificates: Certificates, today: dt.date) -> Iterator[StatusPart]:
    """Yield what lies in the inbox."""
    yield StatusPart(
        _waiting(book, today),
        f"Was in {INBOX}/ wartet, nimmt `kkd month BUCH --all`, eine E-Rechnung `kkd receive`; was auch dann "
        "liegen bleibt, nennt `kkd decide BUCH` und entscheidet darüber.",
    )
    yield StatusPart(
        _missing(book, certificates, today),
        f"Holen Sie den Auszug bei der Bank und legen Sie ihn in {INBOX}/.",
    )
    yield StatusPart(
        _strange(book, today), f"Legen Sie nur ganze Dateien in {INBOX}/; entfernen Sie das Übrige."
    )
    yield StatusPart(
        _rejected(book),
        f"Ist eine abgelehnte Datei ersetzt, so entfernen Sie sie samt Grund aus {INBOX}/{REJECTED}/; ersetzt "
        "die Bank sie nicht, so entscheidet `kkd decide BUCH --file DATEI`.",
    )


def _of_papers(book: Book, book_state: KnownBook) -> Iterator[StatusPart]:
    """Yield what the book stands on: agreement, received documents, archived files."""
    yield StatusPart(_changed(book, book_state), _CONFIRM)
    yield StatusPart(_documents(book), settling(doubtful_documents(book)))
    yield StatusPart(archived.missing(book), archived.REMEDY)


def _of_lines(
    book: Book, unexplained: Iterable[AccountGap], waiting: Iterable[WaitingLine]
) -> Iterator[StatusPart]:
    """Yield what nobody has explained or decided of the account's lines."""
    remedy = REMEDY_DEDICATED if book.settings.bank.dedicated else REMEDY_POOLED
    yield StatusPart(map(_unexplained, unexplained), remedy)
    yield StatusPart(map(_undecided, waiting), _DECIDE)


def _of_runs(book: Book, claims: Claims) -> Iterator[StatusPart]:
    """Yield what the bank shall move, or should have moved."""
    yield StatusPart(
        _recalls(book, claims),
        "Rufen Sie die Zahlung zurück und nehmen Sie den Lauf mit `kkd pay BUCH --cancel LAUF "
        "--reason GRUND --prepared-by NAME --released-by NAME` zurück (eine "
        "Lastschrift mit `kkd collect`). Wird sie doch ausgeführt, so ist der Rest nach dem Kontoauszug ungeklärt: "
        "`kkd clear BUCH --list`.",
    )
    for debit in (False, True):
        yield StatusPart(_not_booked(book, claims, debit=debit), not_booked_remedy(debit=debit))


def _waiting_lines(
    book: Book, claims: Claims, certificates: Certificates, unexplained: Iterable[AccountGap]
) -> Iterator[WaitingLine]:
    """Yield the bank lines about which nobody has decided; those of gaps are told as gaps."""
    keys = {gap.key for gap in unexplained}
    undecided = [
        line for line in certificates.lines.values() if line.fate == Fate.WAITS and line.key not in keys
    ]
    ways = proposals(book, claims, certificates.lines) if undecided else {}
    yield from ((line, ways.get(line.key, ())) for line in undecided)


def _changed(book: Book, book_state: KnownBook) -> Iterator[str]:
    """Yield that the agreement is another than the one acted by, while nothing is confirmed that KKD-G01 compares."""
    if of_basis.reference(book_state.chain, book_state.progress.fold.state(of_basis)):
        return
    if until := acted_otherwise(book, reader.read(book).records):
        yield f"Die Vereinbarung ist nicht mehr die, nach der bis zum {german.day(until)} gehandelt wurde."


def _without_statement(
    book: Book, book_state: KnownBook, last: dt.date | None, today: dt.date
) -> Iterator[str]:
    """Yield the open months that are over and of which no statement tells: `kkd close` will ask for it."""
    for month in sorted(book_state.months):
        if month.last_day < today and not book_state.chain.is_sealed(month):
            yield from (
                f"Kein Kontoauszug für {finding.text} ({finding.kind.code})."
                for finding in missing_statements.missing(book, month, last)
            )


def _silence(last: dt.date | None, today: dt.date, age_days_max: int) -> Iterator[str]:
    """Yield that no statement came for too long."""
    if last is None:
        yield "Es wurde noch kein Kontoauszug gebucht."
    elif (today - last).days > age_days_max:
        age = (today - last).days
        yield f"Der letzte Kontoauszug endet am {german.day(last)}, vor {age} Tagen (erlaubt: {age_days_max})."


def _waiting(book: Book, today: dt.date) -> Iterator[str]:
    """Yield what waits in the inbox and since when, or that there is none."""
    if sentence := trouble(book):
        yield sentence
    waiting = tuple(waiting_files(book))
    if waiting:
        count = "wartet eine Datei" if len(waiting) == 1 else f"warten {len(waiting)} Dateien"
        days = [day for path in waiting if (day := lies_since(path, today))]
        from_day = f" (die älteste seit dem {german.day(min(days))})" if len(days) > 1 else ""
        if len(days) == 1 == len(waiting):
            from_day = f" (seit dem {german.day(days[0])})"
        yield f"Im Posteingang {count}{from_day}: {some_names(path.name for path in waiting)}."


def _strange(book: Book, today: dt.date) -> Iterator[str]:
    """Yield what lies in the inbox and what no run will ever take."""
    if strangers := strange(book, today):
        yield f"Im Posteingang liegt, was kein Lauf nimmt: {some_names(path.name for path in strangers)}."


def _rejected(book: Book) -> Iterator[str]:
    """Yield what a run has set aside, until a person takes it away."""
    for name, reason in reasons(book, REJECTED):
        yield f"Abgelehnt ({INBOX}/{REJECTED}/{name}): {reason}"


def _documents(book: Book) -> Iterator[str]:
    """Yield the e-invoices that wait for a person."""
    for name, reason in doubtful_documents(book):
        yield f"Zu klären ist {name} ({INBOX}/{DOUBTFUL}): {reason}"


def _undecided(waiting: WaitingLine) -> str:
    """Return that nobody has decided about a line, and what it probably pays."""
    line, ways = waiting
    words = " | ".join(filter(None, line.words or ()))
    who = f" ({words})" if words else ""
    what = f"vom {german.day(line.day)} über {format_eur(line.cents)}{who}"
    likely = f" ({ways[0].text})" if ways else ""
    return f"Eine Zeile {what} wartet auf eine Entscheidung: {line.key}{likely}"


def _unexplained(gap: AccountGap) -> str:
    """Return that money may have moved of which the books know nothing."""
    key = f" [{gap.key}]" if gap.key else ""
    return f"Lücke im Konto: {gap.text}{key}."


def _recalls(book: Book, claims: Claims) -> Iterator[str]:
    """Yield what the bank shall move although less is open by now; records that nobody can read `kkd check` tells."""
    with suppress(RunRefused):
        yield from (
            f"{sentence}." for sentence in overtaken(runs_of(book, claims), claims.items, last_seen(book))
        )


def _not_booked(book: Book, claims: Claims, *, debit: bool) -> Iterator[str]:
    """Yield what a run should have moved and the statements do not tell of."""
    with suppress(RunRefused):
        runs = tuple(run for run in runs_of(book, claims) if run.is_debit == debit)
        yield from (f"{sentence}." for sentence in not_booked(runs, claims.items, last_seen(book)))


def _missing(book: Book, certificates: Certificates, today: dt.date) -> Iterator[str]:
    """Yield the waiting statements before which one seems to be missing: none known ends where they begin."""
    waiting: list[Statement] = []
    for path in waiting_files(book):
        with suppress(StatementRefused):
            waiting += receive(book, path, today).statements
    statements = certificates.statements
    ends = {statement.closing_cents for statement in statements} | {
        statement.closing_cents for statement in waiting
    }
    for statement in waiting if statements else ():
        if statement.opening_cents is not None and statement.opening_cents not in ends:
            begins = f"beginnt am {german.day(statement.from_day)} mit {format_eur(statement.opening_cents)}"
            yield f"Vermutlich fehlt ein Auszug: {statement.source} {begins}; kein vorliegender endet damit."
