"""What every entry has: its order, its number, and its facts in the same sequence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kkd_ledger import __version__
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction, Value


@dataclass(frozen=True)
class Authorisation:
    """Who certified and who ordered an entry, and on which day (GemKVO §§ 7 and 11).

    `certified_on` is the day of the certification where that came before the order; None for the same day. Without
    persons it is a job's, under a general order; it then names the version of the program, where book.toml
    lists released versions.
    """

    day: dt.date
    certified_by: str = ""
    ordered_by: str = ""
    period_decision: str = ""
    certified_on: dt.date | None = None

    def meta(self, book: Book) -> dict[str, Value]:
        """Return the metadata: the persons, or the general order under which a job books."""
        meta: dict[str, Value] = {}
        if self.certified_by:
            for key in (v.CERTIFIED_FACT, v.CERTIFIED_SUM):
                meta |= {key: self.certified_by, key + v.ON: self.certified_on or self.day}
        if self.ordered_by:
            meta |= {v.ORDERED: self.ordered_by, v.ORDERED + v.ON: self.day}
        elif book.settings.policy.general_order:
            meta |= {v.GENERAL_ORDER: book.settings.policy.general_order}
            meta |= {v.PROGRAM: __version__} if book.settings.releases else {}
        return meta


def numbered(entry: Transaction, number: int, demand: str = "") -> Transaction:
    """Return the entry with its posting number, and where it is a demand with its document number."""
    meta = {v.NUMBER: f"{entry.date.year}-{number:06}", **entry.meta}
    return entry._replace(meta=ordered(meta | ({v.DEMAND: demand} if demand else {})))


_KEY_ORDER: Final = (
    v.NUMBER, v.KIND, v.RECORDED, v.BANK_DAY, v.AROSE, v.AGREEMENT, v.PARTY, v.SERVICE_YEAR, v.KNOWN, v.RESOLUTION,
    v.DEMAND, v.REFERENCE, v.DUE, v.BANK_REFERENCE, v.BANK_NUMBER, v.BANK_TEXT,
    v.VOUCHER, v.VOUCHER_HASH, v.REVERSES, v.REASON, v.CAUSED,
    v.PERIOD_DECISION, v.PERIOD_DECISION_BY, v.CERTIFIED_FACT, v.CERTIFIED_FACT + v.ON, v.CERTIFIED_SUM,
    v.CERTIFIED_SUM + v.ON, v.ORDERED, v.ORDERED + v.ON, v.GENERAL_ORDER,
    v.PROGRAM,
)  # fmt: skip


def ordered(meta: Mapping[str, Value]) -> dict[str, Value]:
    """Return the metadata in the sequence in which every entry names its facts."""
    return {key: meta[key] for key in _KEY_ORDER if key in meta}


def name_of(book: Book, party: str) -> str:
    """Return a party's name, or its id where the agreement does not know it."""
    member = book.agreement.party(party)
    return member.name if member else party
