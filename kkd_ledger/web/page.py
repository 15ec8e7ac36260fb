"""What our page shows, made once of a book's records: shares in words, budget line, unclear money, derivations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kkd_ledger.agreement import explain
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import Unclear, claims
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Custom, Euro, Record
from kkd_ledger.book.standing import Standing, Standings, Status, budget_line, standings
from kkd_ledger.money import format_eur


@dataclass(frozen=True)
class BudgetYear:
    """What the book's budget line bears in a year, by service year, and what the budget provides for it, in cents."""

    year: int
    parts: tuple[tuple[int, int], ...]
    provided_cents: int | None

    @property
    def booked_cents(self) -> int:
        """Everything booked on the line in this year."""
        return sum(cents for _, cents in self.parts)

    @property
    def left_cents(self) -> int | None:
        """What is still available; None where the book knows no appropriation."""
        return None if self.provided_cents is None else self.provided_cents - self.booked_cents

    @property
    def words(self) -> str:
        """For which service years, in words: `8.869,25 für 2022 + 12.826,30 für 2023`."""
        if not self.parts:
            return "noch nichts gebucht"
        return " + ".join(f"{euro(cents)} für {service_year}" for service_year, cents in self.parts)


@dataclass(frozen=True)
class Derived:
    """How a share came about: its steps, the sum, and what stands below it."""

    service_year: int
    steps: tuple[str, ...]
    amount_cents: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Everything that the page shows of one book."""

    book: Book
    table: Standings | None
    budget: tuple[BudgetYear, ...]
    unclear: tuple[Unclear, ...]
    derived: tuple[Derived, ...]

    def link(self, cell: Standing) -> str:
        """Return the link that ties a share to its payments and corrections, as Fava's filter takes it."""
        return f"^{self.book.agreement.id}-{cell.service_year}-{cell.party}"


def page(book: Book, records: Iterable[Record]) -> Page:
    """Return what the page shows of a book."""
    records = tuple(records)
    table = standings(book, records)
    return Page(
        book,
        table,
        tuple(_budget(book, records)),
        tuple(claims(book, records).unclear.values()),
        tuple(_derived(book, table)),
    )


def euro(cents: int) -> str:
    """Return cents as they stand in a column that is headed EUR: `1.234,56`."""
    return format_eur(cents).removesuffix(f" {v.CURRENCY}")


def cell_words(cell: Standing) -> str:
    """Return how far a share has come, in words below its amount."""
    match cell.status:
        case Status.CONDITIONAL | Status.UNBOOKED | Status.DIFFERS:
            return f"{cell.status}, vereinbart {euro(cell.entitled_cents)}"
        case Status.PART:
            return f"{cell.status}, offen {euro(cell.open_cents)}, fällig {cell.due:%d.%m.%Y}"
        case Status.OVERDUE:
            return f"{cell.status} seit {cell.due:%d.%m.%Y}, offen {euro(cell.open_cents)}"
        case Status.OPEN:
            return f"{cell.status}, fällig {cell.due:%d.%m.%Y}"
    return str(cell.status)


def sum_words(table: Standings, service_year: int) -> str:
    """Return below a column's sum what is still open of it, and what was agreed where that differs."""
    entitled, booked, still_open = table.total(service_year)
    words = [f"vereinbart {euro(entitled)}"] if entitled != booked else []
    words.append(f"offen {euro(still_open)}" if still_open else "nichts offen")
    return ", ".join(words)


def _budget(book: Book, records: tuple[Record, ...]) -> Iterator[BudgetYear]:
    booked = budget_line(book, records)
    provided = _provided(book, records)
    for year in sorted({booking for booking, _ in booked} | set(provided)):
        parts = tuple((service, cents) for (booking, service), cents in booked.items() if booking == year)
        yield BudgetYear(year, parts, provided.get(year))


def _provided(book: Book, records: tuple[Record, ...]) -> dict[int, int]:
    """Return the appropriations of the book's line by year: original, changed, carried over, over and extra budget."""
    found: defaultdict[int, int] = defaultdict(int)
    for record in records:
        if isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
            line, year, amount, *_ = record.values
            if line == book.settings.budget.line and isinstance(amount, Euro) and str(year).isdigit():
                found[int(str(year))] += amount.cents
    return dict(found)


def _derived(book: Book, table: Standings | None) -> Iterator[Derived]:
    """A member's book shows how its shares came about; the operator asks `kkd explain` for one of its many."""
    if table is None or book.is_operator:
        return
    for cell in (cell for row in table.rows for cell in row):
        found = explain(book.agreement, cell.party, cell.service_year, table.as_of)
        steps = tuple(step.text for step in found.steps)
        yield Derived(cell.service_year, steps, found.amount_cents, found.notes)
