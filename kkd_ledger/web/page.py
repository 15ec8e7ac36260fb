"""What our page shows, made once of a book's records: shares in words, budget line, money in suspense, derivations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kkd_ledger import german
from kkd_ledger.agreement import derived
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.budgets import BudgetYear
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.state.share_standings import ShareStanding, ShareStatus, Standings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record
from kkd_ledger.money import format_eur
from kkd_ledger.work.decisions.proposals import Proposals, proposals
from kkd_ledger.work.month.figures import agreed_words, budget_rest, is_unsettled


@dataclass(frozen=True)
class Derived:
    """How a share came about: its steps, the sum, and what stands below it."""

    year_name: str
    steps: tuple[str, ...]
    amount_cents: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Everything that the page shows of one book."""

    book: Book
    table: Standings | None
    budget: tuple[BudgetYear, ...]
    suspense: tuple[SuspenseItem, ...]
    derived: tuple[Derived, ...]
    proposals: Proposals = field(default_factory=dict)

    @property
    def budget_columns(self) -> tuple[str, ...]:
        """The headings of the budget's amounts, in the order in which a treasurer reads them."""
        moved = ("angeordnet", "eingegangen" if self.book.is_operator else "gezahlt")
        if not any(line.appropriated for line in self.budget):
            return moved
        if self.book.is_operator:
            return ("Ansatz", "fortgeschrieben", "noch anzuordnen", *moved, "Mehr-/Mindererträge")
        return ("Ansatz", "fortgeschrieben", "vorgemerkt", *moved, "verfügbar")

    def budget_cells(self, line: BudgetYear) -> tuple[str, ...]:
        """Return a year's amounts under those headings; a year without appropriation has no more than it moved."""
        moved = (euro(line.ordered_cents), euro(line.paid_cents))
        if len(self.budget_columns) == len(moved):
            return moved
        if not line.appropriated:
            return ("–", "–", "–", *moved, "–")
        name, rest = budget_rest(line)
        last = euro(rest) if name == self.budget_columns[-1] else f"{name} {euro(rest)}"
        if line.carried_cents:
            last += f" (nach {line.year + 1} übertragen: {euro(line.carried_cents)})"
        planned = (line.original_cents, line.updated_cents, line.reserved_cents)
        return (*map(euro, planned), *moved, last)

    def budget_label(self, line: BudgetYear) -> str:
        """Return what a row is called: the year, its group, and the side where it is not the book's own."""
        if line.income == self.book.is_operator:
            return line.label
        return f"{line.label} {'Erträge' if line.income else 'Aufwendungen'}"

    @property
    def refunds(self) -> str:
        """Who pays the refunds that the table tells of; empty where it tells of none."""
        owed = any(cell.refund_cents for row in self.table.rows for cell in row) if self.table else False
        operator = self.book.agreement.party(self.book.agreement.operator)
        return operator.name if owed and operator else ""

    @property
    def suspense_sums(self) -> tuple[int, int]:
        """What is unclear in all, receipts and payments out by themselves, both unsigned."""
        receipts = sum(money.cents for money in self.suspense if money.cents > 0)
        return receipts, receipts - sum(money.cents for money in self.suspense)

    def link(self, cell: ShareStanding) -> str:
        """Return the link that ties a share to its payments and corrections, as Fava's filter takes it."""
        return f"^{self.book.agreement.id}-{cell.service_year}-{cell.party}"


def page(book: Book, records: Iterable[Record]) -> Page:
    """Return what the page shows of a book."""
    summary = overview(book, records)
    table = summary.standings
    suspense = tuple(summary.claims.suspense.values())
    ways = proposals(book, summary.claims) if suspense else {}
    return Page(book, table, summary.budget, suspense, tuple(_derived(book, table)), ways)


def euro(cents: int) -> str:
    """Return cents as they stand in a column that is headed EUR: `1.234,56`."""
    return format_eur(cents).removesuffix(f" {v.CURRENCY}")


def cell_words(cell: ShareStanding) -> str:
    """Return how far a share has come, in words below its amount; what is to be refunded stands by itself."""
    more = ["; noch nicht abgerechnet"] if cell.unsettled else []
    more += [f"; nach dem Plan kommen noch {euro(cell.expected_cents)}"] if cell.expected_cents else []
    back = [f"; {words}" for words in _refund_words([cell])]
    return "".join([str(cell.status), _open_words(cell), *more, *back])


def _open_words(cell: ShareStanding) -> str:
    still_open, due = f", offen {euro(cell.open_cents)}", german.day(cell.due)
    late = "" if cell.overdue_cents == cell.open_cents else f": {euro(cell.overdue_cents)}"
    whole = cell.open_cents == cell.booked_cents + cell.vat_cents
    words = {
        ShareStatus.PART: f"{still_open}, fällig {due}",
        ShareStatus.OVERDUE: f" seit {due}{late}{still_open}",
        ShareStatus.OPEN: f"{'' if whole else f' {euro(cell.open_cents)}'}, fällig {due}",
        ShareStatus.DEFERRED: f" bis {due}{still_open}",
        ShareStatus.INSTALMENTS: f", nächste {due}{still_open}",
        ShareStatus.SUSPENDED: f", Wiedervorlage {due}{still_open}",
    }
    if cell.status not in {ShareStatus.CONDITIONAL, ShareStatus.UNBOOKED, ShareStatus.DIFFERS}:
        return words.get(cell.status, "")
    agreed = f", vereinbart {euro(cell.entitled_cents)}"
    if cell.waiting_cents:
        agreed += f", davon warten {euro(cell.waiting_cents)} auf einen Beschluss"
    if cell.overdue_cents:
        return f"{agreed}{still_open}, überfällig seit {due}{late}"
    return f"{agreed}{still_open}, fällig {due}" if cell.open_cents else agreed


def _refund_words(cells: Iterable[ShareStanding]) -> Iterator[str]:
    back = [cell for cell in cells if cell.refund_cents]
    if back:
        due = min(cell.refund_due for cell in back if cell.refund_due)
        yield f"Erstattung offen {euro(sum(cell.refund_cents for cell in back))}, fällig {german.day(due)}"


def sum_words(table: Standings, service_year: int) -> str:
    """Return below a column's sum what is still open of it and to be refunded, and what was agreed if that differs."""
    total = table.total(service_year)
    cells, differs = table.cells(service_year), total.entitled_cents != total.booked_cents
    words = list(agreed_words(cells, euro(total.entitled_cents)) if differs else ())
    words = words or (["noch nicht abgerechnet"] if is_unsettled(cells) else [])
    words += [f"dazu Umsatzsteuer {euro(total.vat_cents)}"] if total.vat_cents else []
    lacking = any(gap.year == service_year for gap in table.missing)
    nothing = "eine Zahl fehlt" if lacking else "nichts offen"
    words.append(f"offen {euro(total.open_cents)}" if total.open_cents else nothing)
    if total.overdue_cents:
        words.append(f"davon überfällig {euro(total.overdue_cents)}")
    if total.waiting_cents:
        words.append(f"auf einen Beschluss warten {euro(total.waiting_cents)}")
    if total.expected_cents:
        words.append(f"nach dem Plan kommen noch {euro(total.expected_cents)}")
    if total.refund_cents:
        words.append(f"Erstattung offen {euro(total.refund_cents)}")
    return ", ".join(words)


def budget_words(book: Book, line: BudgetYear) -> str:
    """Return for which service years a budget year bears what: `8.869,25 für 2022 + 12.826,30 für 2023`."""
    if not line.ordered:
        return "noch nichts gebucht"
    return " + ".join(
        f"{euro(cents)} für {book.agreement.year_name(year)}" for year, cents in line.ordered.items()
    )


def _derived(book: Book, table: Standings | None) -> Iterator[Derived]:
    """A member's book shows how its shares came about; the operator asks `kkd explain` for one of its many."""
    if table is None or book.is_operator:
        return
    for cell in (cell for row in table.rows for cell in row):
        derivation = derived(book.agreement, cell.party, cell.service_year, table.as_of)
        steps = tuple(step.text for step in derivation.steps)
        yield Derived(
            book.agreement.year_name(cell.service_year), steps, derivation.amount_cents, derivation.notes
        )
