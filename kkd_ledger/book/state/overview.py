"""What the tables and the jobs need to know of all records, in one pass: the claims and the budget line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Self

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.budgets import BudgetYear, Movements, budget_years
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.share_standings import Standings, standings
from kkd_ledger.book.text.records import Record


class Overview:
    """A fold like a rule: taking the records of sealed months first and then the others gives what all at once give."""

    def __init__(self, claims: Claims, movements: Movements) -> None:
        self.claims = claims
        self.movements = movements

    @classmethod
    def start(cls, book: Book) -> Self:
        """Return what is known before the first record."""
        return cls(Claims(book), Movements(book))

    def take(self, records: Sequence[Record]) -> Self:
        """Take records in journal order and return self."""
        self.claims.take(records)
        self.movements.take(records)
        return self

    def to_json(self) -> bytes:
        """Return the state as two lines of canonical JSON; the second one is seldom read: the items at rest."""
        data = {"claims": self.claims.to_data(), "movements": self.movements.to_data()}
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode() + b"\n" + self.claims.items.resting_text()

    @classmethod
    def from_json(cls, book: Book, text: bytes) -> Self:
        """Return the fold whose state `to_json` wrote."""
        first, _, resting = text.partition(b"\n")
        data = json.loads(first)
        claims = Claims.from_data(book, data["claims"], resting.removesuffix(b"\n"))
        return cls(claims, Movements.from_data(book, data["movements"]))

    @cached_property
    def standings(self) -> Standings | None:
        """Where every share stands on the last day of the newest month; None for a book without months."""
        return standings(self.claims)

    @cached_property
    def budget(self) -> tuple[BudgetYear, ...]:
        """The budget line year by year."""
        return budget_years(self.movements, self.claims.items, self.standings)


def overview(book: Book, records: Iterable[Record]) -> Overview:
    """Return the overview of a book's records."""
    return Overview.start(book).take(tuple(records))
