"""kkd close: a month without errors is sealed, its hashes become the next link of the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.audit import missing_statements as statements
from kkd_ledger.audit.compared import compared
from kkd_ledger.audit.next_seal_link import NextSealLink, commit, said
from kkd_ledger.audit.remarks import FindingKey, Remarks, as_sealed, key_of, remarked_findings
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals import seal_chain as seals
from kkd_ledger.book.seals.seal_chain import (
    CERTIFICATE,
    MONTH_ENDINGS,
    SealChain,
    SealLink,
    SealLinkKind,
    hash_of,
)
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Dated
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.errors import BookRefused, Problem, UsageError
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.roles import refuse_unknown
from kkd_ledger.rules import acts, sealed
from kkd_ledger.rules import basis as of_basis
from kkd_ledger.rules.engine import checkpoint, states
from kkd_ledger.rules.engine.check import LEDGER, gravest_first, of_seals
from kkd_ledger.rules.engine.rule import Context, Finding, Level

NEVER_ALLOWED: Final = (sealed.WAITING, of_basis.CHANGED)
_NONE: Final[Remarks] = {}
_CONFIRMS: Final = f'"{v.Deed.CONFIRMS}"'.encode()


@dataclass(frozen=True)
class Closing:
    """What became of closing a month: its new seal, or what hinders it, or neither where it was sealed before."""

    month: BookingMonth
    seal: SealLink | None = None
    hindrances: tuple[Finding, ...] = ()
    remarked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Proof:
    """What a seal is made of, read while nothing changed."""

    top: TopFile
    chain: SealChain
    findings: tuple[Finding, ...]
    state: checkpoint.State
    rests: bool
    files: Mapping[str, bytes]
    basis: Mapping[str, bytes]


def close(
    book: Book,
    month: BookingMonth,
    *,
    by: str,
    today: dt.date,
    remarks: Remarks = _NONE,
    dry_run: bool = False,
) -> Closing:
    """Let a person seal the oldest open month, or say what hinders it; a sealed month is left alone.

    Nothing may be wrong (`fehler`); every `beanstandung`, and what is `offen` on that day and not allowed by `[policy]
    close_with_open`, needs a person's remark (`remarks`: code → text), which the seal keeps. A bank line that waits and
    a changed basis take none: `kkd decide` and `kkd confirm` settle them. Raise UsageError where another month comes
    first or the month is not over, and what the reader and the writer raise.
    """
    (closing,) = close_months(book, [month], by=by, today=today, remarks=remarks, dry_run=dry_run)
    return closing


def close_months(
    book: Book,
    months: Sequence[BookingMonth],
    *,
    by: str,
    today: dt.date,
    remarks: Remarks = _NONE,
    dry_run: bool = False,
) -> tuple[Closing, ...]:
    """Seal months in this order as `close` does, until one is hindered; each month's text is read only once.

    A dry run tells of the first month only, because the others build on it.
    """
    by = said(by, "wer abschließt")
    refuse_unknown(book.settings, [by], today)
    with journal.writing(book.root) as writer:
        return tuple(Closer(book, writer, by, today, remarks).close(months, dry_run=dry_run))


def close_year(
    book: Book, year: int, *, by: str, today: dt.date, remarks: Remarks = _NONE, dry_run: bool = False
) -> tuple[Closing, ...]:
    """Seal every open month of a year, the thirteenth too where there is one, as `close_months` does."""
    with journal.writing(book.root):  # finishes what a dead process left, also where nothing else is to do
        top, chain = reader.consistently(book, lambda texts: reader.outline(book, texts))
    months = sorted(month for month in top.months if month.year == year)
    if not months:
        raise UsageError(f"{year}: das Buch hat keinen Monat dieses Jahres.")
    still_open = [month for month in months if month not in chain.seals]
    return close_months(book, still_open, by=by, today=today, remarks=remarks, dry_run=dry_run)


@dataclass
class Closer:
    """Seals one month after the other under the writer's lock.

    What is known after the months sealed so far is kept in `state`: it was read from their text here, and the chain
    proves at the next month that they still hold it.
    """

    book: Book
    writer: journal.Writer
    by: str
    today: dt.date
    remarks: Remarks
    state: checkpoint.State | None = None

    def close(self, months: Iterable[BookingMonth], *, dry_run: bool) -> Iterator[Closing]:
        """Yield what became of closing each month, up to the first that is hindered, in a dry run of the first."""
        for month in months:
            closing = self._close(month, dry_run=dry_run)
            yield closing
            if dry_run or closing.hindrances:
                return

    def _close(self, month: BookingMonth, *, dry_run: bool) -> Closing:
        proof = reader.consistently(
            self.book, lambda texts: _prove(self.book, texts, month, self.today, self.state)
        )
        if isinstance(proof, Closing):
            return proof
        remarked = remarked_findings(proof.findings, proof.chain, self.remarks)
        hindrances = tuple(_hindrances(self.book, proof, remarked))
        if hindrances:
            return Closing(month, None, hindrances)
        said_by = {"von": self.by, "am": self.today.isoformat()}
        step = NextSealLink(
            proof.chain,
            _sealed_first(proof.top, proof.chain, month),
            month,
            SealLinkKind.SEAL,
            _seal(self.book, month, proof, remarked) | said_by,
            (Doer(v.Deed.CLOSES, self.by, self.today),),
            basis.kept_files(proof.basis),
        )
        link = commit(self.book, self.writer, step, dry_run=dry_run)
        if not dry_run:
            states.keep(self.book, SealChain((*proof.chain.links, link)), link, proof.state.text)
            self.state = proof.state if proof.rests else None
        used = frozenset(finding.kind.code for finding in proof.findings) & self.remarks.keys()
        return Closing(month, link, (), frozenset(used))


def _prove(
    book: Book, texts: BookTexts, month: BookingMonth, today: dt.date, state_before: checkpoint.State | None
) -> _Proof | Closing:
    """Read what the seal needs; a chain that is broken hinders every further link.

    `state_before` is what this process knows after the months that are sealed already, None where it has read none.
    """
    top, chain = reader.outline(book, texts)
    if chain.breaks:
        return Closing(month, None, tuple(sealed.findings(chain)))
    if month in chain.seals:
        return Closing(month)
    _refuse_turn(top.months, chain, month, today)
    try:
        progress = checkpoint.after(book, texts, chain, (*chain.months, month), state_before, states=False)
        after = (*chain.months, month)
        state, rests = progress.reached(after), progress.rests(after)
        progress.take([reader.head_of(top)])
        current = _current_findings(progress, today)
        if any(finding.kind.level != Level.NOTE for finding in current):
            current = _left_in_order(book, texts, _At(top, chain, month, state_before), today, current)
    except NotCanonical as error:
        allowed = "die kanonische Form; nur kkd schreibt in die Bücher"
        raise BookRefused(
            [Problem(error.place.file, f"Zeile {error.place.line}", repr(error.line), allowed)]
        ) from None
    later = _later(texts, [later for later in top.months if later not in chain.seals and later != month])
    confirmed = of_basis.after(Context(book), progress.fold.state(of_basis), later)
    findings = gravest_first([*of_seals(book, chain, confirmed), *current])
    names = (f"{month.stem}{ending}" for ending in MONTH_ENDINGS)
    files = {name: content for name in names if (content := texts.find(name)) is not None}
    wrong_acts = acts.of_texts(book, texts, (*chain.months, month))
    of_files = (
        *_waiting(files),
        *statements.missing(book, month, statements.last_told(book)),
        *compared(book, month=month),
    )
    findings = (*findings, *wrong_acts, *of_files)
    return _Proof(top, chain, findings, state, rests, files, basis.contents(book))


def _later(texts: BookTexts, months: Sequence[BookingMonth]) -> list[Dated]:
    """Return what stands in later months, where two persons may have confirmed there what the book stands on.

    What is wrong there hinders later.
    """
    if not any(_CONFIRMS in (texts.find(f"{month.stem}{journal.LEDGER}") or b"") for month in months):
        return []
    records: list[Dated] = []
    for month in months:
        with suppress(NotCanonical, BookRefused):
            records += reader.read_month(texts, month)
    return records


def _current_findings(progress: checkpoint.Progress, today: dt.date) -> list[Finding]:
    """Return the findings of the books so far; money in suspense is as old as it is on the day of the close."""
    own = (Finding(LEDGER, complaint.place, complaint.text) for complaint in progress.books.complaints)
    return [*own, *progress.fold.findings(today, today)]


def _sealed_first(top: TopFile, chain: SealChain, month: BookingMonth) -> tuple[BookingMonth, ...]:
    """Return the journal order of the months after one more is sealed: sealed months stand first."""
    order = (*chain.months, month)
    return (*order, *(later for later in top.months if later not in order))


class _At(NamedTuple):
    """Where a close stands: the top file, the chain, the month to be sealed, what is known after those before it."""

    top: TopFile
    chain: SealChain
    month: BookingMonth
    state: checkpoint.State | None


def _left_in_order(
    book: Book, texts: BookTexts, at: _At, today: dt.date, findings: Sequence[Finding]
) -> list[Finding]:
    """Return the findings that still stand in the whole book, its months in the order that the seal gives them.

    A seal puts its month before a thirteenth one that is still open. Raise UsageError where entries of the month build
    on what is booked there: after the seal they would be wrong for good.
    """
    top, chain, month, state = at
    order = _sealed_first(top, chain, month)

    def standing(months: Sequence[BookingMonth], of: Sequence[Finding]) -> list[Finding]:
        whole = checkpoint.after(book, texts, chain, months, state, states=False)
        whole.take([reader.head_of(top)])
        return _standing(of, _current_findings(whole, today))

    left = standing(order, findings)
    errors = [finding for finding in left if finding.kind.level == Level.ERROR]
    if (
        order != top.months
        and errors
        and (built := [finding for finding in errors if finding not in standing(top.months, errors)])
    ):
        first = next(earlier for earlier in top.months if earlier not in chain.seals)
        why = f"{month} baut auf Buchungen auf, die dort stehen ({built[0].text})"
        raise UsageError(f"Vor {month} ist {first} abzuschließen: {why}.")
    return left


def _standing(then: Sequence[Finding], now: Sequence[Finding]) -> list[Finding]:
    """Return what was found on the month's last day and still stands: what later entries have cured hinders nobody.

    So nothing hinders a close that a check of the whole book does not say too; its sums may have changed since.
    """
    standing = {(finding.kind.code, finding.about) for finding in now}
    return [finding for finding in then if (finding.kind.code, finding.about) in standing]


def _waiting(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield the bank lines of the month that nobody has decided about."""
    for name, content in files.items():
        if name.endswith(CERTIFICATE):
            yield from sealed.waiting(name, content)


def _refuse_turn(
    months: Sequence[BookingMonth], chain: SealChain, month: BookingMonth, today: dt.date
) -> None:
    """Refuse a month that is not the next to be closed: the thirteenth comes after the twelve of its year."""
    if month not in months:
        raise UsageError(f"Der Monat {month} ist nicht eröffnet.")
    if today < month.last_day:
        raise UsageError(f"Der Monat {month} endet erst am {german.day(month.last_day)}.")
    before = [
        other
        for other in months
        if other.month < CLOSING_MONTH and other < month and other not in chain.seals
    ]
    if before:
        raise UsageError(f"Vor {month} ist {min(before)} abzuschließen.")


# ------------------------------------------------------------------------------------------------------ the gate


def _hindrances(book: Book, proof: _Proof, remarked: Mapping[FindingKey, str]) -> Iterator[Finding]:
    allowed = book.settings.policy.close_with_open
    for finding in proof.findings:
        match finding.kind.level:
            case Level.ERROR:
                yield finding
            case Level.OBJECTION if key_of(finding) not in remarked:
                yield finding
            case Level.OPEN if finding.kind in NEVER_ALLOWED:
                yield finding
            case Level.OPEN if finding.kind.code not in allowed and key_of(finding) not in remarked:
                yield finding


def _seal(
    book: Book, month: BookingMonth, proof: _Proof, remarked: Mapping[FindingKey, str]
) -> dict[str, Any]:
    """Return what the seal says about the month."""
    return {
        "vereinbarung": book.agreement.id,
        "dateien": {name: hash_of(content) for name, content in proof.files.items()},
        "eintraege": seals.marks(proof.files[f"{month.stem}{MONTH_ENDINGS[0]}"]),
        "grundlagen": basis.hashes_of(proof.basis),
        "regelwerk": checkpoint.rules_version(),
        "stand": hash_of(proof.state.standing),
        "feststellungen": as_sealed(proof.findings, remarked),
    }
