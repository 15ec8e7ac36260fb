"""Ledger ↔ agreement: each resolution in the books is one that the agreement has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import RESOLVED
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.resolution_entries import resolutions
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Custom
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding

_MARK: Final = f'custom "{v.CustomType.RESOLUTION}" '.encode()


def other_resolutions(book: Book, texts: BookTexts, months: Iterable[BookingMonth]) -> Iterator[Finding]:
    """Yield the resolutions of some months that the agreement does not have so; only months that hold one are read."""
    agreed = {(custom.values, custom.meta.get(v.PARTY)) for custom in resolutions(book, dt.date.max)}
    for month in months:
        if _MARK not in (texts.find(f"{month.stem}.beancount") or b""):
            continue
        try:
            records = reader.read_month(texts, month)
        except NotCanonical:
            continue  # told beside, with its line
        customs = (record for record in records if isinstance(record, Custom))
        for record in customs:
            is_agreed = (record.values, record.meta.get(v.PARTY)) in agreed
            if record.kind == v.CustomType.RESOLUTION and not is_agreed:
                paper, body, _, sat, *_ = record.values
                on = german.day(sat) if isinstance(sat, dt.date) else str(sat)
                yield Finding(RESOLVED, record.place, f"{paper}, {body} am {on}")
