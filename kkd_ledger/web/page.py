"""What our page shows, made once of a book's records: shares in words, budget line, unclear money, derivations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kkd_ledger.agreement import explain
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.budgets import BudgetYear
from kkd_ledger.book.config import Book
from kkd_ledger.book.items import Unclear
from kkd_ledger.book.overview import overview
from kkd_ledger.book.records import Record
from kkd_ledger.book.standing import Standing, Standings, Status
from kkd_ledger.money import format_eur


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

    @property
    def budget_columns(self) -> tuple[str, ...]:
        """The headings of the budget's amounts, in the order in which a treasurer reads them."""
        moved = ("angeordnet", "eingegangen" if self.book.is_operator else "gezahlt")
        if not any(line.appropriated for line in self.budget):
            return moved
        return ("Ansatz", "fortgeschrieben", "vorgemerkt", *moved, "verfügbar")

    def budget_cells(self, line: BudgetYear) -> tuple[str, ...]:
        """Return a year's amounts under those headings; a year without appropriation has no more than it moved."""
        moved = (euro(line.ordered_cents), euro(line.paid_cents))
        if len(self.budget_columns) == len(moved):
            return moved
        planned = (line.original_cents, line.updated_cents, line.reserved_cents, line.available_cents)
        *before, left = (euro(cents) if line.appropriated else "–" for cents in planned)
        return (*before, *moved, left)

    def link(self, cell: Standing) -> str:
        """Return the link that ties a share to its payments and corrections, as Fava's filter takes it."""
        return f"^{self.book.agreement.id}-{cell.service_year}-{cell.party}"


def page(book: Book, records: Iterable[Record]) -> Page:
    """Return what the page shows of a book."""
    known = overview(book, records)
    table = known.standings
    unclear = tuple(known.claims.unclear.values())
    return Page(book, table, known.budget, unclear, tuple(_derived(book, table)))


def euro(cents: int) -> str:
    """Return cents as they stand in a column that is headed EUR: `1.234,56`."""
    return format_eur(cents).removesuffix(f" {v.CURRENCY}")


def cell_words(cell: Standing) -> str:
    """Return how far a share has come, in words below its amount."""
    still_open, due = f"offen {euro(cell.open_cents)}", f"{cell.due:%d.%m.%Y}"
    words = {
        Status.PART: f", {still_open}, fällig {due}",
        Status.OVERDUE: f" seit {due}, {still_open}",
        Status.OPEN: f", fällig {due}",
        Status.DEFERRED: f" bis {due}, {still_open}",
        Status.INSTALMENTS: f", nächste {due}, {still_open}",
        Status.SUSPENDED: f", Wiedervorlage {due}, {still_open}",
    }
    unlike = {Status.CONDITIONAL, Status.UNBOOKED, Status.DIFFERS}
    words |= dict.fromkeys(unlike, f", vereinbart {euro(cell.entitled_cents)}")
    return f"{cell.status}{words.get(cell.status, '')}"


def sum_words(table: Standings, service_year: int) -> str:
    """Return below a column's sum what is still open of it, and what was agreed where that differs."""
    entitled, booked, still_open = table.total(service_year)
    words = [f"vereinbart {euro(entitled)}"] if entitled != booked else []
    words.append(f"offen {euro(still_open)}" if still_open else "nichts offen")
    return ", ".join(words)


def budget_words(line: BudgetYear) -> str:
    """Return for which service years a budget year bears what: `8.869,25 für 2022 + 12.826,30 für 2023`."""
    if not line.ordered:
        return "noch nichts gebucht"
    return " + ".join(f"{euro(cents)} für {service_year}" for service_year, cents in line.ordered.items())


def _derived(book: Book, table: Standings | None) -> Iterator[Derived]:
    """A member's book shows how its shares came about; the operator asks `kkd explain` for one of its many."""
    if table is None or book.is_operator:
        return
    for cell in (cell for row in table.rows for cell in row):
        found = explain(book.agreement, cell.party, cell.service_year, table.as_of)
        steps = tuple(step.text for step in found.steps)
        yield Derived(cell.service_year, steps, found.amount_cents, found.notes)
