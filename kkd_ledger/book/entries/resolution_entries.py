"""The resolutions of an agreement as the books hold them: one custom a sitting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kkd_ledger.agreement import Resolution
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro


def resolutions(book: Book, day: dt.date) -> Iterator[Custom]:
    """Yield the resolutions adopted by a day that belong into a book, dated on that day.

    A member's books hold its own, the operator's those of every party.
    """
    for resolution in book.agreement.resolutions:
        if book.is_operator or resolution.member == book.party:
            yield from _sittings(resolution, day)


def _sittings(resolution: Resolution, day: dt.date) -> Iterator[Custom]:
    """Yield one custom a sitting; its amount is what the paper commits up to the year of its adoption."""
    if resolution.adopted is None or resolution.adopted > day:
        return
    year = resolution.adopted.year
    committed = sum(
        limit.amount
        for limit in resolution.amounts
        for service_year in range(limit.begins, year + 1)
        if service_year <= (limit.ends or year)
    )
    for sitting in resolution.sittings:
        outcome = "beschlossen" if sitting.decides else "empfohlen"
        number = str(sitting.number or "")
        effective = resolution.effective_from or resolution.adopted
        values = (resolution.paper, sitting.body, number, sitting.date, outcome, Euro(committed), effective)
        yield Custom(day, v.CustomType.RESOLUTION, values, {v.PARTY: resolution.member})
