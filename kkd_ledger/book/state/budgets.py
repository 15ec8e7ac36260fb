"""The budget year by year: Ansatz, fortgeschrieben, vorgemerkt, angeordnet, gezahlt, verfügbar; income in its words.

One line a year, and one for each group of accounts that cover each other (Deckungskreis). Income and expense are never
set off against each other (Bruttoprinzip): a book's budget is the operator's income or the member's expense, and what
it bears on the other side (bank charges, a remission, income of an earlier year) is a line of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.posten import is_settlement
from kkd_ledger.book.state.share_standings import Standings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro, Posting, Record, Transaction
from kkd_ledger.money import apportion, plain, round_half_up
from kkd_ledger.periods import year_in


class Unit(NamedTuple):
    """What an amount counts for: a year, the budget line or one of its groups, and the side (income or expense)."""

    year: int
    name: str
    income: bool


@dataclass(frozen=True)
class BudgetYear:
    """One year of the book's budget line or of a group, in cents, positive on its own side (`income` or expense).

    `ordered` tells the booked amounts by service year, `appropriated` the appropriations by kind; `group` is empty for
    the line itself. Paid is what moved on what this year ordered, whenever it moved: what came back is taken off, what
    was offset counts, what was remitted does not. `carried_cents` is what the next year got of it.
    """

    year: int
    ordered: Mapping[int, int]
    appropriated: Mapping[str, int]
    reserved_cents: int
    paid_cents: int
    group: str = ""
    income: bool = False
    carried_cents: int = 0

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
        """What is left of an expense (verfügbar), negative where overrun.

        That is without what is reserved or ordered, and without what the next year has got of it: no cent is available
        in two years (GemHVO Hessen § 21).
        """
        assert not self.income, "income is not available: it is more or less than planned"
        return self.updated_cents - self.reserved_cents - self.ordered_cents - self.carried_cents

    @property
    def surplus_cents(self) -> int:
        """How much more income was ordered than planned (Mehrerträge), negative where less (Mindererträge).

        It is the comparison of plan and result that the Gesamtergebnisrechnung makes (GemHVO Hessen § 46, § 48).
        """
        assert self.income, "an expense is available or overrun"
        return self.ordered_cents - self.updated_cents

    def as_json(self) -> dict[str, Any]:
        """Return the year as plain JSON data, amounts in EUR as strings; without an appropriation no comparison."""
        data: dict[str, Any] = {
            "year": self.year,
            "group": self.group,
            "side": v.INCOME if self.income else v.EXPENSES,
            "ordered": plain(self.ordered_cents),
            "by_service_year": {str(year): plain(cents) for year, cents in self.ordered.items()},
            "received" if self.income else "paid": plain(self.paid_cents),
        }
        if not self.appropriated:
            return data
        rest = (
            {"surplus": plain(self.surplus_cents)}
            if self.income
            else {"available": plain(self.available_cents)}
        )
        return data | {
            "original": plain(self.original_cents),
            "updated": plain(self.updated_cents),
            "reserved": plain(self.reserved_cents),
            **({"carried": plain(self.carried_cents)} if self.carried_cents else {}),
            **rest,
        }


class Movements:
    """The fold over a book's records: what is booked on the budget, by year, group and side, what is appropriated.

    `paid` is what bank lines moved on result accounts themselves (charges), also later by a person. Items are the
    budget's that bears the shares, on the book's own side; `elsewhere` says of the others where they count (a refund of
    a closed year is income). `tax` is by item the VAT in its claim that is not the budget's, signed as the claim is
    posted.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.ordered: dict[Unit, dict[int, int]] = {}
        self.appropriated: dict[tuple[int, str], dict[str, int]] = {}
        self.paid: dict[Unit, int] = {}
        self.elsewhere: dict[str, Unit] = {}
        self.tax: dict[str, int] = {}
        self.taxed: dict[str, list[int]] = {}

    def take(self, records: Iterable[Record]) -> Self:
        """Take records in journal order and return self."""
        for record in records:
            if isinstance(record, Transaction):
                self._order(record)
            elif isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
                self._appropriate(record)
        return self

    def own(self, year: int) -> Unit:
        """Return the unit for which the shares count that a year books."""
        return Unit(year, self.book.budget_of(self.book.settings.accounts.share), self.book.is_operator)

    def _order(self, record: Transaction) -> None:
        taxed = False
        for posting in record.postings:
            if posting.account.startswith(v.RESULT_ROOTS):
                self._result(record, posting)
            if v.VAT in posting.meta:
                taxed = True
        if taxed:
            self._tax(record)

    def _result(self, record: Transaction, posting: Posting) -> None:
        name = self.book.budget_of(posting.account)
        if not name:
            return
        income = posting.account.startswith(v.INCOME)
        unit, cents = Unit(record.date.year, name, income), -posting.cents if income else posting.cents
        text = record.text(v.SERVICE_YEAR)
        service = year_in(text) or self.book.agreement.service_year.of(record.date)
        years = self.ordered.setdefault(unit, {})
        years[service] = years.get(service, 0) + cents
        if record.text(v.BANK_REFERENCE):
            self.paid[unit] = self.paid.get(unit, 0) + cents
        elif record.text(v.KIND) in v.SHARE_KINDS and unit != self.own(unit.year):
            for leg in record.postings:
                if v.ITEM in leg.meta and (leg.cents > 0) == leg.account.startswith(
                    v.ASSETS
                ):  # it makes the item
                    self.elsewhere.setdefault(str(leg.meta[v.ITEM]), unit)

    def _tax(self, record: Transaction) -> None:
        """Keep how much of each claim is VAT that no result account bears: it is owed, but not the budget's."""
        taxes = [leg for leg in record.postings if v.VAT in leg.meta]
        tax_cents = sum(-leg.cents for leg in taxes if not leg.account.startswith(v.RESULT_ROOTS))
        claims = [leg for leg in record.postings if v.ITEM in leg.meta]
        if settling := [leg for leg in claims if is_settlement(str(leg.meta[v.ITEM]))]:
            self._take_over(settling[0], [leg for leg in claims if leg not in settling])
            claims = settling
        claims = claims if tax_cents else []
        weights = [abs(leg.cents) for leg in claims]
        if not any(
            weights
        ):  # a settlement that leaves nothing to pay: what it takes over bears as much the other way
            weights = [1] * len(claims)
        parts = apportion(tax_cents, weights, ranks=range(len(claims))) if claims else ()
        for leg, cents in zip(claims, parts, strict=True):
            posten = str(leg.meta[v.ITEM])
            self.tax[posten] = self.tax.get(posten, 0) + cents
            gross, tax = self.taxed.get(posten, (0, 0))
            self.taxed[posten] = [gross + leg.cents, tax + cents]

    def _take_over(self, own: Posting, advances: Sequence[Posting]) -> None:
        """Let the tax in the advances that a settlement takes over, as each was booked, go on in its own claim."""
        for leg in advances:
            gross, tax = self.taxed.get(str(leg.meta[v.ITEM]), (0, 0))
            cents = round_half_up(leg.cents * tax, gross) if gross else 0
            for posten, part in ((str(leg.meta[v.ITEM]), cents), (str(own.meta[v.ITEM]), -cents)):
                if part:
                    self.tax[posten] = self.tax.get(posten, 0) + part

    def _appropriate(self, record: Custom) -> None:
        match record.values:
            case (str(name), str(year), Euro(cents), str(kind)) if year.isdecimal():
                now = self.book.budget_now(name)
                if now in budget_names(self.book) and kind != v.AppropriationKind.MEDIUM_TERM:
                    kinds = self.appropriated.setdefault((int(year), now), {})
                    kinds[kind] = kinds.get(kind, 0) + cents

    def to_data(self) -> dict[str, Any]:
        """Return the state as plain JSON data."""
        return {
            "ordered": [[*unit, list(cents.items())] for unit, cents in self.ordered.items()],
            "appropriated": [[*key, kinds] for key, kinds in self.appropriated.items()],
            "paid": [[*unit, cents] for unit, cents in self.paid.items()],
            "elsewhere": self.elsewhere,
            "tax": self.tax,
            "taxed": self.taxed,
        }

    @classmethod
    def from_data(cls, book: Book, data: Mapping[str, Any]) -> Self:
        """Return the fold whose state `to_data` wrote."""
        fold = cls(book)
        fold.ordered = {Unit(*unit): dict(cents) for *unit, cents in data["ordered"]}
        fold.appropriated = {(year, name): kinds for year, name, kinds in data["appropriated"]}
        fold.paid = {Unit(*unit): cents for *unit, cents in data["paid"]}
        fold.elsewhere = {posten: Unit(*unit) for posten, unit in data["elsewhere"].items()}
        fold.tax = dict(data["tax"])
        fold.taxed = dict(data["taxed"])
        return fold


def budget_names(book: Book) -> tuple[str, ...]:
    """Return what an appropriation may name: the budget line, and the groups of accounts that cover each other."""
    budget = book.settings.budget
    return (budget.line, *(group.id for group in budget.groups))


def budget_years(
    movements: Movements, items: ItemRegister, table: Standings | None
) -> tuple[BudgetYear, ...]:
    """Return the book's budget, one entry for each year, group and side with a booking or an appropriation.

    Reserved (vorgemerkt, of income: still to be ordered) is what the agreement entitles for the year beyond what is
    booked, and what its plan will ask for beyond that; it is the budget's that bears the shares. That a share will be
    lowered reserves nothing, and frees nothing.
    """
    book, paid = movements.book, _paid(movements, items)
    line, bears = book.settings.budget.line, movements.own(0)
    reserved = dict(_reserved(book, table)) if table else {}
    appropriated = {_side(book, *key): kinds for key, kinds in movements.appropriated.items()}
    return tuple(
        BudgetYear(
            unit.year,
            dict(sorted(movements.ordered.get(unit, {}).items())),
            appropriated.get(unit, {}),
            reserved.get(unit.year, 0) if unit == bears._replace(year=unit.year) else 0,
            paid[unit],
            "" if unit.name == line else unit.name,
            unit.income,
            0 if unit.income else _carried(appropriated, unit),
        )
        for unit in sorted(
            {*movements.ordered, *appropriated},
            key=lambda unit: (unit.year, unit.name != line, unit.name, unit.income != book.is_operator),
        )
    )


def _carried(appropriated: Mapping[Unit, Mapping[str, int]], unit: Unit) -> int:
    """Return what the next year got of a year's appropriation, in cents."""
    following = appropriated.get(unit._replace(year=unit.year + 1), {})
    return following.get(v.AppropriationKind.CARRIED_OVER, 0)


def is_income(book: Book, name: str) -> bool:
    """Tell what an appropriation is for: the line's is the book's own side, a group's that of its accounts."""
    groups = {group.id: group.accounts[0].startswith(v.INCOME) for group in book.settings.budget.groups}
    return groups.get(name, book.is_operator)


def _side(book: Book, year: int, name: str) -> Unit:
    return Unit(year, name, is_income(book, name))


def _paid(movements: Movements, items: ItemRegister) -> Mapping[Unit, int]:
    """Return what moved on what was ordered, positive on its own side: what came back is taken off."""
    paid: defaultdict[Unit, int] = defaultdict(int, movements.paid)
    for item in items.moving.values():
        unit = movements.elsewhere.get(item.posten) or movements.own(item.booked.year)
        paid[unit] += _moved(unit, _settled(movements, item))
    for year, cents in items.rested_cents.items():
        own = movements.own(year)
        paid[own] += _moved(own, cents)
    for posten in {*movements.elsewhere, *movements.tax} - set(items.moving):
        item = items[posten]
        own = movements.own(item.booked.year)
        paid[own] -= _moved(own, item.claimed_cents)
        unit = movements.elsewhere.get(posten, own)
        paid[unit] += _moved(unit, _settled(movements, item))
    return paid


def _settled(movements: Movements, item: Item) -> int:
    """Return what moved on an item, signed as its claim is posted, without what was remitted and without VAT."""
    cents = item.claimed_cents - item.open_cents - item.remitted_cents * item.sign
    tax_cents = movements.tax.get(item.posten, 0)
    if tax_cents and item.claimed_cents:
        sign = 1 if item.claimed_cents > 0 else -1
        cents -= round_half_up(tax_cents * cents * sign, abs(item.claimed_cents))
    return cents


def _moved(unit: Unit, cents: int) -> int:
    """Return claims that were settled as amounts of a budget: a receivable came in, a payable went out."""
    return cents if unit.income else -cents


def _reserved(book: Book, table: Standings) -> Iterator[tuple[int, int]]:
    for year in table.years:
        more = (
            max(0, cell.entitled_cents + cell.expected_cents - cell.booked_cents)
            for cell in table.cells(year)
        )
        yield year, sum(book.cost_cents(year, cents, table.as_of) for cents in more)
