"""The budget line year by year: Ansatz, fortgeschriebener Ansatz, vorgemerkt, angeordnet, gezahlt, verfügbar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import claims
from kkd_ledger.book.config import Book
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


def budget_years(book: Book, records: Iterable[Record], table: Standings | None) -> tuple[BudgetYear, ...]:
    """Return the book's budget line, one entry for each year with a booking or an appropriation.

    Reserved (vorgemerkt) is what the agreement entitles for the year and nobody has booked yet.
    """
    records = tuple(records)
    ordered = _ordered(book, records)
    appropriated = _appropriated(book, records)
    paid: defaultdict[int, int] = defaultdict(int)
    for item in claims(book, records).items.values():
        paid[item.booked.year] += abs(item.claimed_cents) - abs(item.open_cents)
    cells = [cell for row in (table.rows if table else ()) for cell in row]
    return tuple(
        BudgetYear(
            year,
            dict(sorted(ordered[year].items())),
            appropriated[year],
            sum(cell.entitled_cents - cell.booked_cents for cell in cells if cell.service_year == year),
            paid[year],
        )
        for year in sorted({*ordered, *appropriated})
    )


def _ordered(book: Book, records: Iterable[Record]) -> defaultdict[int, defaultdict[int, int]]:
    sign = -1 if book.is_operator else 1
    component = f":{book.budget_accounts()}:"
    found: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for record in records:
        if isinstance(record, Transaction):
            text = record.text(v.SERVICE_YEAR)
            service = int(text) if text.isdigit() else record.date.year
            for posting in record.postings:
                if component in posting.account:
                    found[record.date.year][service] += sign * posting.cents
    return found


def _appropriated(book: Book, records: Iterable[Record]) -> defaultdict[int, dict[str, int]]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for record in records:
        if isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
            match record.values:
                case (str(line), str(year), Euro(cents), str(kind)) if line == book.settings.budget.line:
                    kinds = found[int(year)]
                    kinds[kind] = kinds.get(kind, 0) + cents
    return found
