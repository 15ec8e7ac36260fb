"""Certificates ↔ the calendar: a statement stands on the certificate of the month in which it ends.

A later month has it only where that one was sealed by then; months that were ever sealed say nothing about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from kkd_ledger import german
from kkd_ledger.audit.compared.archived_statements import named
from kkd_ledger.audit.compared.kinds import PLACED
from kkd_ledger.bank.statements import GAP
from kkd_ledger.book.certificate import ENDING, Certificate
from kkd_ledger.book.text.records import Place
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding


def misplaced(
    heads: Iterable[Certificate], months: Collection[BookingMonth], ever_sealed: Collection[BookingMonth]
) -> Iterator[Finding]:
    """Yield the statements of some certificates that end in another month which was always open."""
    for head in heads:
        for number, statement in enumerate(head.statements):
            ends = BookingMonth.of(statement.to_day)
            if ends == head.month or ends not in months or ends in ever_sealed or statement.kind == GAP:
                continue
            place = Place(f"{head.month.stem}{ENDING}", 3 + number)
            text = f"{named(statement)} gehört auf den Nachweis von {ends} (endet am {german.day(statement.to_day)})"
            yield Finding(PLACED, place, text)
