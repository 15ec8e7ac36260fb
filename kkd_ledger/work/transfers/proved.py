"""What money may stand on: books that agree with their seals, their archive and the bank's certificates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kkd_ledger.audit import archived
from kkd_ledger.audit.compared import STRAY, UNANSWERED, compared, gone_in
from kkd_ledger.book.certificate import ENDING
from kkd_ledger.book.config import Book
from kkd_ledger.errors import Problem
from kkd_ledger.payments.sepa import RunRefused
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Finding, Level
from kkd_ledger.work.statements import completeness


def proved(book: Book) -> tuple[Finding, ...]:
    """Return what else a full check of a book finds, where it finds no error: money moves on nothing else.

    Nothing that was kept of an earlier check is read for it. A month or certificate that the book does not name may
    hold a payment, and what nobody answers for may be a forged run: both count as errors here. Raise RunRefused with
    everything that stands against it.
    """
    findings = (*check(book, full=True), *compared(book, full=True))
    if problems := list(_problems(book, findings)):
        raise RunRefused(problems)
    return findings


def _problems(book: Book, findings: Iterable[Finding]) -> Iterator[Problem]:
    findings = tuple(findings)
    for finding in findings:
        hidden = finding.kind == STRAY and finding.place.file.endswith((".beancount", ENDING))
        hidden = hidden or finding.kind == UNANSWERED
        if hidden or finding.kind.level == Level.ERROR:
            file, line = finding.place
            yield Problem(file, f"Zeile {line}", f"{finding.kind.code} {finding.text}", finding.kind.remedy)
    for sentence in (*archived.missing(book, gone_in(findings)), *archived.changed(book)):
        yield Problem(archived.ARCHIVE, "", sentence, archived.REMEDY)
    for sentence in completeness.wrong_sums(book):
        yield Problem(str(book.top_file), "", sentence, completeness.REMEDY)
