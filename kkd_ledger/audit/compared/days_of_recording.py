"""Ledger ↔ the order of writing: what is appended is recorded no earlier than what stands before it, nor than it was.

A bank line can be recorded a few days before the bank's day, what kkd books itself only before its day where that is
the first one of a month that was opened ahead. Only months that are not sealed are asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import RECORDED
from kkd_ledger.bank.days import ahead
from kkd_ledger.book.state.claims import bank_day
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.rules.engine.rule import Finding


def odd_days(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield the entries of a month's file whose day of recording cannot be."""
    last, last_number = dt.date.min, ""
    for record in records:
        if not isinstance(record, Transaction) or not (day := record.day(v.RECORDED)):
            continue
        number = record.text(v.NUMBER)
        on = bank_day(record)
        text = f"Buchung {number} ist am {german.day(day)} erfasst"
        if day < last:
            earlier = f"die Buchung {last_number} davor am {german.day(last)}"
            yield Finding(RECORDED, record.place, f"{text}, {earlier}")
        elif on > ahead(day) if v.BANK_REFERENCE in record.meta else on > day and on.day != 1:
            yield Finding(RECORDED, record.place, f"{text}, geschehen ist es erst am {german.day(on)}")
        last, last_number = max(last, day), number if day >= last else last_number
