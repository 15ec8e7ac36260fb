"""The budget year by year: Ansatz, fortgeschriebener Ansatz, vorgemerkt, angeordnet, gezahlt, verfügbar.

One line a year, and one for each group of accounts that cover each other (Deckungskreis).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Custom, Euro, Record, Transaction
from kkd_ledger.book.register import Register
from kkd_ledger.book.standing import Standings

Unit = tuple[int, str]


@dataclass(frozen=True)
class BudgetYear:
    """One year of the book's budget line or of a group, in cents; for the operator the amounts are income.

    `ordered` tells the booked amounts by service year, `appropriated` the appropriations by kind; `group` is empty for
    the line itself.
    """

    year: int
    ordered: Mapping[int, int]
    appropriated: Mapping[str, int]
    reserved_cents: int
    paid_cents: int
    group: str = ""

    @property
    def label(self) -> str:
        """The year, and for a group its id."""
        return f"{self.year} {self.group}".rstrip()

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
    """The fold over a book's records: what is booked on the budget, by year and group, and what is appropriated."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._sign = -1 if book.is_operator else 1
        self.ordered: dict[Unit, dict[int, int]] = {}
        self.appropriated: dict[Unit, dict[str, int]] = {}
        self.paid: dict[Unit, int] = {}

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
            if not posting.account.startswith(v.RESULT_ROOTS):
                continue
            if name := self.book.budget_of(posting.account):
                text, unit = record.text(v.SERVICE_YEAR), (record.date.year, name)
                service = int(text) if text.isdigit() else record.date.year
                years = self.ordered.setdefault(unit, {})
                years[service] = years.get(service, 0) + self._sign * posting.cents
                if record.text(v.KIND) in _BANK_KINDS:
                    self.paid[unit] = self.paid.get(unit, 0) + self._sign * posting.cents

    def _appropriate(self, record: Custom) -> None:
        match record.values:
            case (str(name), str(year), Euro(cents), str(kind)) if year.isdigit():
                if name in budget_names(self.book) and kind != v.AppropriationKind.MEDIUM_TERM:
                    kinds = self.appropriated.setdefault((int(year), name), {})
                    kinds[kind] = kinds.get(kind, 0) + cents

    def to_data(self) -> dict[str, Any]:
        """Return the state as plain JSON data."""
        return {
            "ordered": [[*unit, list(cents.items())] for unit, cents in self.ordered.items()],
            "appropriated": [[*unit, kinds] for unit, kinds in self.appropriated.items()],
            "paid": [[*unit, cents] for unit, cents in self.paid.items()],
        }

    @classmethod
    def from_data(cls, book: Book, data: Mapping[str, Any]) -> Self:
        """Return the fold whose state `to_data` wrote."""
        fold = cls(book)
        fold.ordered = {(year, name): dict(cents) for year, name, cents in data["ordered"]}
        fold.appropriated = {(year, name): kinds for year, name, kinds in data["appropriated"]}
        fold.paid = {(year, name): cents for year, name, cents in data["paid"]}
        return fold


_BANK_KINDS = frozenset({v.Kind.PAYMENT, v.Kind.RETURN, v.Kind.UNCLEAR})


def budget_names(book: Book) -> tuple[str, ...]:
    """Return what an appropriation may name: the budget line, and the groups of accounts that cover each other."""
    budget = book.settings.budget
    return (budget.line, *(group.id for group in budget.groups))


def budget_years(movements: Movements, items: Register, table: Standings | None) -> tuple[BudgetYear, ...]:
    """Return the book's budget, one entry for each year and group with a booking or an appropriation.

    Reserved (vorgemerkt) is what the agreement entitles for the year and nobody has booked yet; it is the budget's that
    bears the shares.
    """
    book = movements.book
    line, bears = book.settings.budget.line, book.budget_of(book.settings.accounts.share)
    paid: defaultdict[Unit, int] = defaultdict(int, movements.paid)
    for item in items.moving.values():
        settled = abs(item.claimed_cents) - abs(item.open_cents)
        paid[item.booked.year, bears] += settled - abs(item.remitted_cents)
    for year, cents in items.rested_cents.items():
        paid[year, bears] += cents
    reserved = dict(_reserved(table)) if table else {}
    return tuple(
        BudgetYear(
            year,
            dict(sorted(movements.ordered.get((year, name), {}).items())),
            movements.appropriated.get((year, name), {}),
            reserved.get(year, 0) if name == bears else 0,
            paid[year, name],
            "" if name == line else name,
        )
        for year, name in sorted(
            {*movements.ordered, *movements.appropriated},
            key=lambda unit: (unit[0], unit[1] != line, unit[1]),
        )
    )


def _reserved(table: Standings) -> Iterator[tuple[int, int]]:
    for year in table.years:
        entitled, booked, _ = table.total(year)
        yield year, entitled - booked
