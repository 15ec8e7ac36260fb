"""What was ordered about open items (Stundung, Ratenzahlung, Niederschlagung), and until when each waits therefore.

Nothing here changes what is owed: only since when it is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.records import Custom, Euro, Record, Transaction


@dataclass
class Disposition:
    """The order that holds for an item: until when, or in which instalments (day and cents), from which open cents."""

    until: dt.date
    open_cents: int
    instalments: list[tuple[dt.date, int]] = field(default_factory=list)

    def due(self, open_cents: int) -> dt.date:
        """Return since when something is due of an item on which so many cents are open."""
        return due_since(self.until, self.instalments, abs(self.open_cents) - abs(open_cents))


def due_since(until: dt.date, instalments: Sequence[tuple[dt.date, int]], paid_cents: int) -> dt.date:
    """Return the day of the first instalment that what was paid since the order does not cover, else `until`."""
    wanted = 0
    for day, cents in sorted(instalments):
        wanted += cents
        if paid_cents < wanted:
            return day
    return until


def dispositions(records: Iterable[Record]) -> Mapping[str, Disposition]:
    """Return the last order about each open item; a later one takes the place of an earlier one."""
    found: dict[str, Disposition] = {}
    balances: dict[str, int] = {}
    for record in records:
        if isinstance(record, Transaction):
            for posting in record.postings:
                if v.ITEM in posting.meta:
                    posten = str(posting.meta[v.ITEM])
                    balances[posten] = balances.get(posten, 0) + posting.cents
                    if not balances[posten]:
                        found.pop(posten, None)
        elif isinstance(record, Custom):
            _take(found, balances, record)
    return found


def _take(found: dict[str, Disposition], balances: Mapping[str, int], record: Custom) -> None:
    match record.kind, record.values:
        case v.CustomType.DISPOSITION, (str(posten), str(_), str(_), dt.date() as until):
            found[posten] = Disposition(until, balances.get(posten, 0))
        case v.CustomType.INSTALMENT, (str(posten), dt.date() as due, Euro(cents)) if posten in found:
            found[posten].instalments.append((due, cents))
