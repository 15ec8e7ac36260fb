"""kkd decide on files: a person says of a bank file that waits or was refused what in it is new, known, or not ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.bank.days import NO_DAY, ahead
from kkd_ledger.bank.enrichment import PREVIEWS
from kkd_ledger.bank.extract import ENDING as EXTRACT
from kkd_ledger.bank.files.reading import as_far_as_readable, told_name
from kkd_ledger.bank.line_keys import content_key, statement_key
from kkd_ledger.bank.statements import BOOKING_KINDS, Statement
from kkd_ledger.book.certificate import ENDING, Certificates, DecidedTerms, Decision, Verdict, write
from kkd_ledger.book.certificate import read as read_certificate
from kkd_ledger.book.certificate.decisions import Decisions, as_decided
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import EntryRefused, Problem, StatementRefused
from kkd_ledger.work.decisions.decide import Chosen, Person, answer_for, open_certificate
from kkd_ledger.work.decisions.decided_reading import DecidedReading
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.statements.account_of_book import of_another
from kkd_ledger.work.statements.inbox import INBOX, REASON, REJECTED
from kkd_ledger.work.statements.received import StatementFile, content_of
from kkd_ledger.work.statements.taking import take

_VERDICTS: Final = frozenset({Verdict.NEW, Verdict.KNOWN, Verdict.NOT_OURS})
_FOREIGN: Final = "dass sie nicht hierher gehört (`--foreign`)"
_PREFIX_MIN: Final = 8
_KEPT: Final = (ARCHIVE, v.ORIGINALS)


class _File(NamedTuple):
    """A file that is decided about: where it lies, its content, and its statements (None where nobody can read it)."""

    place: str
    path: Path
    content: bytes
    statements: tuple[Statement, ...] | None

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def decide_file(
    book: Book,
    name: str,
    verdict: Verdict,
    chosen: Chosen,
    *,
    by: str,
    reason: str,
    today: dt.date,
    dry_run: bool = False,
) -> Outcome:
    """Decide about a bank file in the inbox, in inbox/rejected/, or (decided before) in the archive.

    NEW takes the lines that are in doubt as new ones, KNOWN as known ones, NOT_OURS takes nothing of the file; with
    `chosen` NEW and KNOWN are about those lines only, and the others are what their keys say. A day chosen for a file
    with lines of no readable day is theirs. What then contradicts the balances is a line of its own: suspense on
    the dedicated account, on a common one it waits for a decision. The file goes to the archive, the decision
    to the certificate, in one batch. A copy of what was taken before says nothing new: how that was read stays. Raise
    EntryRefused where there is no such file, where it cannot be taken so, or where it is booked already.
    """
    assert verdict in _VERDICTS
    person = Person.checked(book, by, reason, today)
    with session(book, today=today) as work:
        file = _found(book, name)
        _refuse_booked(book, file, verdict)
        decisions = _decisions(work, file, verdict, chosen, person)
        decided = Decisions({decision.subject: decision for decision in decisions})
        taken = [
            after
            for statement in file.statements or ()
            if (decision := decided.about(statement))
            for after in as_decided(statement, decision)
        ]
        received = StatementFile(
            file.path,
            file.content,
            tuple(taken),
            file.path.stat().st_mode & 0o777,
            frozenset(map(statement_key, taken)),
        )
        last = received.last_day
        newest = max(work.months)
        if last and (last.year, last.month) > newest[:2] and last <= ahead(today):
            work.open_month(type(newest).of(last))

        def also(*_: object) -> None:
            _certify(work, decisions)
            _file(work, file)

        return take(work, [received], today=today, dry_run=dry_run, also=also).outcome


def _found(book: Book, name: str) -> _File:
    """Return a file by its name in the inbox or in rejected/, or by (the beginning of) its hash in the archive."""
    plain = Path(name).name
    places = [f"{INBOX}/{plain}", f"{INBOX}/{REJECTED}/{plain}"]
    for folder in _KEPT if len(plain) >= _PREFIX_MIN else ():
        kept = sorted((book.root / folder).glob(f"{glob_safe(plain)}*"))
        places += [f"{folder}/{path.name}" for path in kept if not path.name.endswith((REASON, EXTRACT))][:2]
    there = [
        place for place in places if (book.root / place).is_file() and not (book.root / place).is_symlink()
    ]
    if len(there) != 1:
        actual = (
            f"{len(there)} Dateien {told_name(plain)!r}" if there else f"keine Datei {told_name(plain)!r}"
        )
        allowed = "eine Datei, die `kkd decide BUCH --list` nennt, oder der Anfang ihrer Prüfsumme im Archiv"
        raise EntryRefused([Problem(str(book.root), "", actual, allowed)])
    path = book.root / there[0]
    content, statements = content_of(path), None
    with suppress(StatementRefused):
        statements = as_far_as_readable(content, path.name)
    return _File(there[0], path, content, statements)


def glob_safe(name: str) -> str:
    """Return a name without the signs that a pattern has."""
    return "".join(sign for sign in name if sign.isalnum() or sign in "-_.")


def _refuse_booked(book: Book, file: _File, verdict: Verdict) -> None:
    """Raise EntryRefused for a file in the archive whose lines are booked, and for a copy of it that is not to be ours.

    What is booked is taken back as entries are.
    """
    kept = file.place.startswith(_KEPT)
    if not kept and verdict != Verdict.NOT_OURS:
        return
    certificates = Certificates(book.root)
    taken = () if kept else Decisions.of(book.root).read(file.statements or ())
    says = {content_key(statement) for statement in taken}
    keys = {
        statement.key
        for statement in certificates.statements
        if (statement.sha256 == file.sha256 or statement.content in says)
        and statement.count > statement.known_count
    }
    numbers = sorted(
        {line.number for line in certificates.lines.values() if line.statement in keys and line.number}
    )
    if keys:
        take_back = "`kkd reverse BUCH NR --reason GRUND --by NAME`"
        booked = f"für die Buchungen {', '.join(numbers)} {take_back}; " if numbers else ""
        allowed = f"{booked}über einzelne Zeilen `kkd decide BUCH SCHLÜSSEL`"
        copy = "" if kept else "; über die Abschrift selbst `--known`"
        raise EntryRefused(
            [Problem(told_name(file.path.name), "", "eine Datei, aus der gebucht ist", f"{allowed}{copy}")]
        )


def _taken_before(book: Book) -> frozenset[str]:
    """Return the contents of statements that are certified, or were decided to be taken."""
    shelf = Certificates(book.root)
    certified = {statement.content for statement in shelf.statements}
    return frozenset(
        certified | {decision.subject for decision in shelf.decisions.values() if decision.terms}
    )


def _decisions(
    work: Session, file: _File, verdict: Verdict, chosen: Chosen, person: Person
) -> list[Decision]:
    """Return what is decided about each statement of a file; of one that nobody can read, about the file."""
    if file.statements is None or not any(statement.kind in BOOKING_KINDS for statement in file.statements):
        if verdict != Verdict.NOT_OURS:
            raise _cannot(file, "eine Datei, in der niemand einen Kontoauszug lesen kann")
        return [_decision(file, file.sha256, verdict, person, None)]
    if verdict == Verdict.NOT_OURS:
        return [
            _decision(file, content_key(statement), verdict, person, None) for statement in file.statements
        ]
    made: list[Decision] = []
    before = _taken_before(work.book)
    for statement in file.statements:
        _refuse_another(work, file, statement)
        if statement.kind in PREVIEWS or statement.kind not in BOOKING_KINDS:
            continue
        if _lacks(statement) and statement.closing_cents is None:
            raise _cannot(file, "ein Umsatz ohne lesbaren Betrag, und keine Salden, aus denen er folgt")
        terms = DecidedReading(work, statement, person.day).terms(verdict, chosen)
        if terms:
            terms = _dated(file, statement, terms, chosen)
        if terms or content_key(statement) not in before:
            made.append(_decision(file, content_key(statement), verdict, person, terms))
    return made


def _refuse_another(work: Session, file: _File, statement: Statement) -> None:
    """Raise EntryRefused for a statement of another account, or in another currency."""
    if problems := list(of_another(work.book, statement)):
        raise EntryRefused(
            [replace(problem, allowed=f"{problem.allowed}; oder {_FOREIGN}") for problem in problems]
        )
    foreign = {line.currency for line in statement.lines if line.booked} | {statement.currency}
    if foreign != {v.CURRENCY}:
        raise _cannot(file, f"ein Auszug in einer anderen Währung ({', '.join(sorted(foreign))})")


def _lacks(statement: Statement) -> bool:
    """Whether lines are left out because not even their amounts can be read."""
    return statement.unread > sum(line.booking_day == NO_DAY for line in statement.lines)


def _dated(file: _File, statement: Statement, terms: DecidedTerms, chosen: Chosen) -> DecidedTerms:
    """Return the terms with the day that a person gives to lines without a readable one."""
    lacking = any(line.booking_day == NO_DAY for line in statement.lines)
    if chosen.day is None or not lacking:
        return terms
    latest = ahead(terms.to_day)
    if not statement.from_day <= chosen.day <= latest:
        allowed = f"ein Tag vom {german.day(statement.from_day)} bis {german.day(latest)} (--day)"
        actual = f"{german.day(chosen.day)} als Tag des Umsatzes, dessen Tag nicht zu lesen ist"
        raise EntryRefused([Problem(told_name(file.path.name), "", actual, allowed)])
    return terms._replace(day=chosen.day)


def _decision(
    file: _File, subject: str, verdict: Verdict, person: Person, terms: DecidedTerms | None
) -> Decision:
    return Decision(subject, verdict, person.by, person.reason, person.day, "", file.sha256, terms)


def _cannot(file: _File, actual: str) -> EntryRefused:
    return EntryRefused([Problem(told_name(file.path.name), "", actual, _FOREIGN)])


def _certify(work: Session, decisions: Sequence[Decision]) -> None:
    """Put decisions on the newest open certificate, also where the same batch writes it already."""
    month = open_certificate(work)
    file = f"{month.stem}{ENDING}"
    planned = work.planned(file)
    certificate = read_certificate(planned, file) if planned else Certificates(work.book.root).month(month)
    work.put(file, write(certificate.with_decisions(decisions)))
    for decision in decisions:
        answer_for(work, month, decision)


def _file(work: Session, file: _File) -> None:
    """Take a file out of the inbox, with the reason why it was refused; both are kept in the archive."""
    if file.place.startswith(_KEPT):
        return
    work.take_away(file.place, file.content)
    reason = work.book.root / f"{file.place}{REASON}"
    if file.place.startswith(f"{INBOX}/{REJECTED}/") and reason.is_file():
        said = reason.read_bytes()
        work.put(f"{ARCHIVE}/{file.sha256}{REASON}", said, reason.stat().st_mode & 0o777)
        work.take_away(f"{file.place}{REASON}", said)
