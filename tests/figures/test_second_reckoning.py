"""Every figure that people read against an independent sum over the plain text, which finds what was once wrong."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book import budgets, standing
from kkd_ledger.book.budgets import BudgetYear, Unit
from kkd_ledger.book.dispositions import Due
from kkd_ledger.book.items import Item
from kkd_ledger.invoice.balances import Balances
from kkd_ledger.job import figures, moved
from kkd_ledger.money import format_eur
from tests.figures.books import compared, differences, eventful, lived

SEEDS, PAIRS = 12, 6


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_figure_of_random_books_is_that_of_the_second_reckoning(seed: int, tmp_path: Path) -> None:
    assert lived(tmp_path, seed)[1] == []


@pytest.mark.parametrize("seed", range(PAIRS))
def test_two_sides_are_told_what_they_differ_by(seed: int, tmp_path: Path) -> None:
    assert compared(tmp_path, seed) == []


@pytest.mark.parametrize("name", ["amt", "adorf"])
def test_every_figure_of_an_eventful_book_is_that_of_the_second_reckoning(name: str, tmp_path: Path) -> None:
    assert differences(eventful(tmp_path, name).book) == []


def _absolute(_: Unit, cents: int) -> int:
    return abs(cents)


def _netted(amounts: Iterable[int]) -> str:
    return f"Eingang {format_eur(sum(amounts))}"


def _whole(item: Item) -> tuple[Due, ...]:
    return (Due(item.due_on, abs(item.open_cents)),) if item.open_cents else ()


def _all_items(claims: Any) -> Any:
    return claims.items


def _none(_: Any) -> tuple[()]:
    return ()


def _with_remission(_: Any, item: Item) -> int:
    return item.claimed_cents - item.open_cents


def _placed(*_: Any) -> moved.What:
    return moved.What.DEMAND


def _rest(line: BudgetYear) -> int:
    return line.updated_cents - line.ordered_cents


def _net(statement: Balances) -> int:
    return sum(item.open_cents for item in statement.items)


def _one_column(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(standing._Claims, "demands", property(_all_items))
    patch.setattr(standing._Claims, "refunds", property(_none))


PLANTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], tuple[str, ...], str]] = {
    "what came back is added to what was paid": (
        lambda patch: patch.setattr(budgets, "_moved", _absolute),
        ("amt", "adorf"),
        "('JSON', 2022, {side}, 'paid')",
    ),
    "a remission counts as a payment": (
        lambda patch: patch.setattr(budgets, "_settled", _with_remission),
        ("amt", "adorf"),
        "('JSON', 2022, {side}, 'paid')",
    ),
    "what we owe looks like what they owe": (
        _one_column,
        ("amt", "adorf"),
        "('Zusammenfassung', 2022, 'Erstattung offen')",
    ),
    "unclear money is netted": (
        lambda patch: patch.setattr(figures, "both_ways", _netted),
        ("amt", "adorf"),
        "('Zusammenfassung', 'ungeklärt', 'Ausgang')",
    ),
    "a reminder asks for instalments that are not due": (
        lambda patch: patch.setattr(Item, "dues", property(_whole)),
        ("amt",),
        "('Erinnerung', 'behausen')",
    ),
    "more income than planned is an overrun": (
        lambda patch: patch.setattr(BudgetYear, "surplus_cents", property(_rest)),
        ("amt",),
        "('JSON', 2022, True, 'rest')",
    ),
    "a statement of balances takes refunds off": (
        lambda patch: patch.setattr(Balances, "open_cents", property(_net)),
        ("amt", "adorf"),
        "('reconcile', 'adorf')",
    ),
    "a payment that came back is told as placed": (
        lambda patch: patch.setattr(moved, "_what", _placed),
        ("amt", "adorf"),
        "('Bank', 'RETURNED', {back})",
    ),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_what_was_once_told_wrongly_would_be_found(
    plant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch, names, key = PLANTS[plant]
    books = {name: eventful(tmp_path / name, name).book for name in names}
    patch(monkeypatch)
    for name, book in books.items():
        named = key.format(side=book.is_operator, back=not book.is_operator)
        assert [one for one in differences(book) if one.startswith(named)], (name, differences(book))
