"""What was decided about a bank line before: its entries, and the words that only they or the original still know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kkd_ledger.book.certificate import Certificates, CertifiedLine, Words
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.work.corrections.reverse import transactions
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.kept_files import words_kept


def entries_about(work: Session, key: str) -> list[Transaction]:
    """Return the entries about a bank line, in journal order: what was decided before, and how it was taken back."""
    return [record for record in transactions(work).values() if record.text(v.BANK_REFERENCE) == key]


def key_of(work: Session, key: str) -> str:
    """Return a bank line's key; where the number of an entry is given instead, the key of the line that it is about.

    Raise EntryRefused for an entry that is about no bank line.
    """
    entry = transactions(work).get(key)
    if entry is None:
        return key
    if line := entry.text(v.BANK_REFERENCE):
        return line
    allowed = "die Buchung einer Bankzeile, oder ein Schlüssel, den `kkd decide BUCH --list` nennt"
    wrong = f"die Buchung {key} ist die keiner Bankzeile"
    raise EntryRefused([Problem(str(work.book.root), "", wrong, allowed)])


def last_day(entries: Sequence[Transaction]) -> dt.date:
    """Return the day of the last entry; the first day of all where there is none."""
    return max((record.date for record in entries), default=dt.date.min)


def worded(
    work: Session, certificates: Certificates, line: CertifiedLine, before: Sequence[Transaction]
) -> CertifiedLine:
    """Return a line with who paid and what was said: of a foreign one only an earlier entry or the original knows."""
    if line.words and any(line.words):
        return line
    if before:
        return line._replace(words=Words(before[0].payee, before[0].narration))
    files = {statement.key: statement.sha256 for statement in certificates.statements}
    return line._replace(words=words_kept(work, files.get(line.statement, ""), line.key) or line.words)
