"""What waits in the inbox after a run, on the certificate of the newest open month: which statement, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from kkd_ledger.bank.continuity.waiting import StatementWaits
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import ENDING, Certificates, WaitingStatement, read, write
from kkd_ledger.book.certificate.form import head_of
from kkd_ledger.book.seals.seal_chain import hash_of
from kkd_ledger.errors import EntryRefused
from kkd_ledger.periods import CLOSING_MONTH
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.received import Refused

NOT_ACCEPTED: Final = "buchung-nicht-angenommen", "eine Buchung daraus nimmt das Buch nicht an"
NOT_YET: Final = "noch-nicht", "es fehlt, was davor kommt"


def certify_waiting(work: Session, refused: Sequence[Refused], later: Iterable[Path]) -> None:
    """Put what waits on the certificate of the newest open month, and take it from the other open ones.

    What was said of files that are `later` in turn stands as it was. Nothing is written where the certificates say so
    already.
    """
    certificates = Certificates(work.book.root)
    months = [
        month for month in work.months if month.month < CLOSING_MONTH and not work.chain.is_sealed(month)
    ]
    before = [statement for month in months for statement in certificates.head(month).waiting]
    untouched = {hash_of(path.read_bytes()) for path in later} if before else frozenset[str]()
    statements = {statement for each in refused for statement in _statements(each)}
    statements.update(statement for statement in before if statement.sha256 in untouched)
    waiting = tuple(sorted(statements, key=_in_order))
    for month in months:
        now, file = waiting if month == max(months) else (), f"{month.stem}{ENDING}"
        planned = work.planned(file)
        head = read(head_of(planned) or planned, file) if planned else certificates.head(month)
        if head.waiting != now:
            whole = read(planned, file) if planned else certificates.month(month)
            work.put(file, write(whole.with_waiting(now)))


def _in_order(waits: WaitingStatement) -> tuple[dt.date, dt.date, str, str]:
    """Return by what they stand: whichever month's run comes last says the same of all."""
    return waits.to_day, waits.from_day, waits.sha256, waits.text


def _statements(refused: Refused) -> Iterator[WaitingStatement]:
    """Yield why each statement of a file waits."""
    error = refused.error
    if isinstance(error, StatementWaits):
        for reason in error.reasons:
            text = f"{reason.place}: gefunden: {reason.observed}; erlaubt: {reason.allowed}"
            yield _waiting(refused, reason.statement, str(reason.kind), text)
    else:
        reason_and_text = NOT_ACCEPTED if isinstance(error, EntryRefused) else NOT_YET
        yield from (_waiting(refused, statement, *reason_and_text) for statement in refused.file.booking)


def _waiting(refused: Refused, statement: Statement, reason: str, text: str) -> WaitingStatement:
    return WaitingStatement(
        hash_of(refused.file.content),
        reason,
        text,
        statement.from_day,
        statement.to_day,
        statement.opening_cents,
        statement.closing_cents,
    )
