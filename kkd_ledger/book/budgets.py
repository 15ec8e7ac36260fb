"""The budget line year by year: Ansatz, fortgeschriebener Ansatz, vorgemerkt, angeordnet, gezahlt, verfügbar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.items import Item
from kkd_ledger.book.records import Custom, Euro, Record, Transaction
from kkd_ledger.book.standing import Standings


@dataclass(frozen=True)
class BudgetYear:
    """One year of the book's budget line, in cents; for the operator the amounts are income.

    `ordered` tells the booked amounts by service year, `appropriated` the appropriations by kind.
    """

    year: int
    ordered: Mapping[int, int]
    appropriated: Mapping[str, int]
    reserved_cents: int
    paid_cents: int

    @property
    def ordered_cents(self) -> int:
        """What has been booked on the line (angeordnet)."""
        return sum(self.ordered.values())

    @property
    def original_cents(self) -> int:
        """The appropriation of the budget itself (Ansatz)."""
        return self.appropriated.get(v.AppropriationKind.ORIGINAL, 0)

    @property
    def updated_cents(self) -> int:
        """With supplements, carry-overs and approvals (fortgeschriebener Ansatz)."""
        return sum(self.appropriated.values())

    @property
    def available_cents(self) -> int:
        """What is left when everything reserved and ordered is taken off (verfügbar)."""
        return self.updated_cents - self.reserved_cents - self.ordered_cents


class Movements:
    """The fold over a book's records: what the budget line bears by service year, and what was appropriated."""

    def __init__(self, book: Book) -> None:
        self._line = book.settings.budget.line
        self._component = f":{book.budget_accounts()}:"
        self._sign = -1 if book.is_operator else 1
        self.ordered: dict[int, dict[int, int]] = {}
        self.appropriated: dict[int, dict[str, int]] = {}

    def take(self, records: Iterable[Record]) -> Self:
        """Take records in journal order and return self."""
        for record in records:
            if isinstance(record, Transaction):
                self._order(record)
            elif isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
                self._appropriate(record)
        return self

    def _order(self, record: Transaction) -> None:
        for posting in record.postings:
            if self._component in posting.account:
                text = record.text(v.SERVICE_YEAR)
                service = int(text) if text.isdigit() else record.date.year
                years = self.ordered.setdefault(record.date.year, {})
                years[service] = years.get(service, 0) + self._sign * posting.cents

    def _appropriate(self, record: Custom) -> None:
        match record.values:
            case (str(line), str(year), Euro(cents), str(kind)) if line == self._line and year.isdigit():
                kinds = self.appropriated.setdefault(int(year), {})
                kinds[kind] = kinds.get(kind, 0) + cents

    def to_data(self) -> dict[str, Any]:
        """Return the state as plain JSON data."""
        return {
            "ordered": [[year, list(cents.items())] for year, cents in self.ordered.items()],
            "appropriated": list(self.appropriated.items()),
        }

    @classmethod
    def from_data(cls, book: Book, data: Mapping[str, Any]) -> Self:
        """Return the fold whose state `to_data` wrote."""
        fold = cls(book)
        fold.ordered = {year: dict(cents) for year, cents in data["ordered"]}
        fold.appropriated = dict(data["appropriated"])
        return fold


def budget_years(
    movements: Movements, items: Iterable[Item], table: Standings | None
) -> tuple[BudgetYear, ...]:
    """Return the book's budget line, one entry for each year with a booking or an appropriation.

    Reserved (vorgemerkt) is what the agreement entitles for the year and nobody has booked yet.
    """
    paid: defaultdict[int, int] = defaultdict(int)
    for item in items:
        paid[item.booked.year] += abs(item.claimed_cents) - abs(item.open_cents)
    cells = [cell for row in (table.rows if table else ()) for cell in row]
    return tuple(
        BudgetYear(
            year,
            dict(sorted(movements.ordered.get(year, {}).items())),
            movements.appropriated.get(year, {}),
            sum(cell.entitled_cents - cell.booked_cents for cell in cells if cell.service_year == year),
            paid[year],
        )
        for year in sorted({*movements.ordered, *movements.appropriated})
    )
