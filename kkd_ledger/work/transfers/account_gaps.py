"""Gaps of the account: days or sums of which a person decided without the bank's lines; money may have moved in them.

What the books cannot know to be unpaid is offered for payment only where persons name it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.bank.files.reading import as_far_as_readable
from kkd_ledger.bank.line_keys import content_key
from kkd_ledger.bank.statements import BOOKING_KINDS, GAP
from kkd_ledger.book.certificate import (
    BOOKED,
    DIFFERENCE,
    Certificates,
    CertifiedLine,
    Decision,
    Fate,
    Verdict,
)
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text.vocabulary import ORIGINALS
from kkd_ledger.errors import StatementRefused
from kkd_ledger.money import format_eur
from kkd_ledger.work.statements.account_of_book import of_another


class AccountGap(NamedTuple):
    """What a decision left unexplained: from when to when, signed cents in all, and who decided so, with the reason.

    `key` is the bank line that stands for it, empty where a whole statement was called foreign.
    """

    key: str
    from_day: dt.date
    to_day: dt.date
    cents: int
    said: str

    @property
    def text(self) -> str:
        """The gap in words, for a sentence that goes on with what follows from it."""
        days = f"am {german.day(self.to_day)}"
        if self.from_day != self.to_day:
            days = f"vom {german.day(self.from_day)} bis {german.day(self.to_day)}"
        return f"{format_eur(self.cents)} {days} sind nicht erklärt ({self.said})"


REMEDY_POOLED = (
    "Was in einer Lücke gezahlt wurde, weiß das Buch nicht: `kkd pay` nimmt so lange keinen Posten, der vor ihrem Ende "
    "gebucht war. Der fehlende Auszug im Posteingang schließt sie. Kommt keiner: `kkd decide BUCH SCHLÜSSEL --posten "
    "POSTEN --amount BETRAG` ordnet zu, was davon einen Posten zahlte, `--foreign`, was nicht hierher gehört."
)
REMEDY_DEDICATED = (
    "Was in einer Lücke gezahlt wurde, weiß das Buch nicht: `kkd pay` nimmt so lange keinen Posten, der vor ihrem Ende "
    "gebucht war. Der fehlende Auszug im Posteingang schließt sie. Kommt keiner, so ordnet `kkd clear` ihr Geld zu."
)


def gaps(book: Book, certificates: Certificates, claims: Claims) -> tuple[AccountGap, ...]:
    """Return the gaps that nothing has explained yet, by their days."""
    return tuple(
        sorted((*_lines(certificates, claims), *_foreign(book, certificates)), key=lambda gap: gap[1:])
    )


def is_open(line: CertifiedLine, claims: Claims) -> bool:
    """Tell whether a line stands for a gap that nothing has explained: nobody decided about it or placed its money."""
    if line.fate in BOOKED:
        money = claims.suspense.get(line.key)
        return money is not None and (line.is_difference or money.text.startswith(DIFFERENCE))
    return line.rule == DIFFERENCE or (line.fate == Fate.WAITS and line.is_difference)


def _lines(certificates: Certificates, claims: Claims) -> Iterator[AccountGap]:
    statements = {statement.key: statement for statement in certificates.statements}
    for line in certificates.lines.values():
        if is_open(line, claims):
            statement = statements.get(line.statement)
            money = claims.suspense.get(line.key)
            first, last = (statement.from_day, statement.to_day) if statement else (line.day, line.day)
            if statement is None or statement.kind != GAP:
                first = min(first, line.day)
            said = line.reasons[0] if line.reasons else DIFFERENCE
            yield AccountGap(line.key, first, last, money.cents if money else line.cents, said)


def _foreign(book: Book, certificates: Certificates) -> Iterator[AccountGap]:
    """Yield the statements of our account that were called foreign and that no later one has gone beyond yet."""
    ends = [
        statement.to_day
        for statement in certificates.statements
        if statement.kind != GAP and statement.balanced
    ]
    last = max(ends, default=dt.date.min)
    for decision in certificates.decisions.values():
        if (
            decision.verdict == Verdict.NOT_OURS
            and decision.sha256
            and decision.subject not in certificates.lines
        ):
            yield from (gap for gap in _told_in(book, decision) if gap.to_day > last)


def _told_in(book: Book, decision: Decision) -> Iterator[AccountGap]:
    present = BookFolder(book.root)
    for folder in (ORIGINALS, ARCHIVE):
        for path in present.listed(folder):
            if path.stem != decision.sha256:
                continue
            with suppress(OSError, StatementRefused):
                for statement in as_far_as_readable(present.read(path), path.name):
                    ours = statement.kind in BOOKING_KINDS and not any(of_another(book, statement))
                    if ours and content_key(statement) == decision.subject:
                        said = f"als fremd entschieden von {decision.by}: {decision.reason}"
                        last = min(
                            statement.to_day, decision.day
                        )  # a file may tell of days that have not come
                        yield AccountGap(
                            "", min(statement.from_day, last), last, statement.booked_cents, said
                        )
                return
