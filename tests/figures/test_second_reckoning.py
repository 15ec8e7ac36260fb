"""Every figure that people read against an independent sum over the plain text, which finds what was once wrong."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.agreement import Agreement, Derivation, derived
from kkd_ledger.book.config import Book
from kkd_ledger.book.state import budgets, share_standings
from kkd_ledger.book.state.budgets import BudgetYear, Unit
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.items import Item
from kkd_ledger.einvoice.model import Tax
from kkd_ledger.einvoice.vat_category import Treatment
from kkd_ledger.letters import delta, letter, settled
from kkd_ledger.letters.delta import Delta
from kkd_ledger.letters.letter import bare
from kkd_ledger.money import format_eur
from kkd_ledger.payments.interest import InterestSpan
from kkd_ledger.periods import BookingMonth
from kkd_ledger.reconciliation.balances import Balances
from kkd_ledger.web import page as web_page
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims import remind
from kkd_ledger.work.corrections import clearing
from kkd_ledger.work.corrections.clearing import Waiting
from kkd_ledger.work.month import figures, moved, work_left
from tests.figures.books import awaiting, compared, debited, differences, eventful, lived, taxed, unplaced

SEEDS, PAIRS = 12, 6


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_figure_of_random_books_is_that_of_the_second_reckoning(seed: int, tmp_path: Path) -> None:
    assert lived(tmp_path, seed)[1] == []


@pytest.mark.parametrize("seed", range(PAIRS))
def test_two_sides_are_told_what_they_differ_by(seed: int, tmp_path: Path) -> None:
    assert compared(tmp_path, seed) == []


@pytest.mark.parametrize(
    "name", ["amt", "adorf", "late", "taxed", "debited", "unplaced", "awaiting", "awaiting here"]
)
def test_every_figure_of_an_eventful_book_is_that_of_the_second_reckoning(name: str, tmp_path: Path) -> None:
    book, more = planted(tmp_path, name)
    assert differences(book, **more) == []


def _absolute(_: Unit, cents: int) -> int:
    return abs(cents)


def _netted(amounts: Iterable[int]) -> str:
    return f"Eingang {format_eur(sum(amounts))}"


def _whole(item: Item) -> tuple[OrderedDue, ...]:
    return (OrderedDue(item.due_on, abs(item.open_cents)),) if item.open_cents else ()


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
    patch.setattr(share_standings._Claims, "demands", property(_all_items))
    patch.setattr(share_standings._Claims, "refunds", property(_none))


def _one_too_many(patch: pytest.MonkeyPatch) -> None:
    told = work_left._overdue

    def more(*args: Any, **named: Any) -> Iterator[work_left.Work]:
        for work in told(*args, **named):
            yield work._replace(text=re.sub(r" (?:ist|sind) \d+ ", " sind 99 ", work.text))

    patch.setattr(work_left, "_overdue", more)


def _all_paid(cells: Sequence[share_standings.ShareStanding]) -> str:
    return f"{len(cells)} von {len(cells)} bezahlt"


def _due_whole(item: Item, _: dt.date) -> int:
    return abs(item.open_cents)


def _last_demand(letter: Delta) -> int:
    return letter.last.cents


def _first_year(agreement: Agreement, party: str, _: int, day: dt.date) -> Derivation:
    return derived(agreement, party, 2021, day)


def _one_day_more(span: InterestSpan) -> int:
    return (span.last - span.first).days + 2


def _gross(_: Any, item: Item) -> int:
    return item.claimed_cents - item.open_cents - item.remitted_cents * item.sign


def _claimed_whole(item: Item) -> tuple[OrderedDue, ...]:
    return (OrderedDue(item.due_on, item.claimed_cents),)


_TAX = Treatment.tax


def _one_cent_more(treatment: Treatment, net_cents: int, tax_cents: int) -> Tax:
    return _TAX(treatment, net_cents, tax_cents + bool(tax_cents))


def _new(suspense: Any, _: int, ways: Any) -> Waiting:
    return Waiting(suspense, 0, ways)


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
    "money in suspense is netted": (
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
    "status counts one item too many": (_one_too_many, ("amt", "adorf"), "('Anzahl', False)"),
    "what is open counts as paid": (
        lambda patch: patch.setattr(figures, "_progress", _all_paid),
        ("amt",),
        "('bezahlt', 2022)",
    ),
    "a run pays instalments that are not due": (
        lambda patch: patch.setattr(Item, "due_by", _due_whole),
        ("adorf",),
        "('pay', 'archiv-2021-adorf-1')",
    ),
    "what nobody debits is told before it is due": (
        lambda patch: patch.setattr(Item, "due_by", _due_whole),
        ("amt",),
        "('collect', ",
    ),
    "a delta letter begins at the last demand": (
        lambda patch: patch.setattr(Delta, "before_cents", property(_last_demand)),
        ("amt",),
        "('Neuberechnung', 'adorf', 2022, 'bisher')",
    ),
    "a delta letter's components are all more": (
        lambda patch: patch.setattr(delta, "_sides", lambda cents: (bare(abs(cents)), "")),
        ("amt",),
        "('Neuberechnung', 'adorf', 2022, 'Bestandteile')",
    ),
    "interest counts the day on which it was due": (
        lambda patch: patch.setattr(InterestSpan, "days", property(_one_day_more)),
        ("late",),
        "('Zinsen', ",
    ),
    "what came in counts with its VAT": (
        lambda patch: patch.setattr(budgets, "_settled", _gross),
        ("taxed",),
        "('JSON', 2022, True, 'paid')",
    ),
    "money in suspense is always new": (
        lambda patch: patch.setattr(clearing, "Waiting", _new),
        ("amt", "adorf"),
        "('Alter',)",
    ),
    "a letter asks for all, whatever was settled": (
        lambda patch: patch.setattr(settled, "_dues", _claimed_whole),
        ("amt", "taxed"),
        "('Schreiben', ",
    ),
    "a letter does not say what was settled": (
        lambda patch: patch.setattr(letter, "settled_parts", lambda _: []),
        ("amt", "taxed"),
        "('Schreiben', ",
    ),
    "an e-invoice asks for what was set off as prepaid": (
        lambda patch: patch.setattr(settled.Settlements, "_set_off", lambda *_: ()),
        ("amt",),
        "('E-Rechnung', ",
    ),
    "a letter's VAT is a cent more than was booked": (
        lambda patch: patch.setattr(Treatment, "tax", _one_cent_more),
        ("taxed",),
        "('Schreiben', ",
    ),
    "interest on an instalment counts its due day": (
        lambda patch: patch.setattr(InterestSpan, "days", property(_one_day_more)),
        ("late",),
        "('Zinsen der Rate', ",
    ),
    "what was paid of an instalment bears interest": (
        lambda patch: patch.setattr(remind, "part_payments", lambda *_: ()),
        ("late",),
        "('Zinsen der Rate', ",
    ),
    "a debit takes instalments that are not due": (
        lambda patch: patch.setattr(Item, "due_by", _due_whole),
        ("debited",),
        "('Lastschrift', ",
    ),
    "who has probably paid is reminded": (
        lambda patch: patch.setattr(remind, "_likely", lambda *_: {}),
        ("unplaced",),
        "('Brief an', 'adorf')",
    ),
    "what waits for a resolution is told as nothing": (
        lambda patch: patch.setattr(share_standings._Claims, "waiting_cents", property(lambda _: 0)),
        ("awaiting", "awaiting here"),
        "('vorbehaltlich', 2022)",
    ),
    "a page derives another year": (
        lambda patch: patch.setattr(web_page, "derived", _first_year),
        ("adorf",),
        "('Rechenweg', 2022)",
    ),
}


def planted(folder: Path, name: str) -> tuple[Book, dict[str, Any]]:
    """Return a book to plant a fault in, and what else its figures stand on."""
    if name == "taxed":
        return taxed(folder).book, {}
    if name == "debited":
        return debited(folder).book, {"mandate": "behausen"}
    if name == "unplaced":
        return unplaced(folder).book, {}
    if name.startswith("awaiting"):
        books, waiting = awaiting(folder, "adorf" if name.endswith("here") else "amt")
        return books.book, {"waiting": waiting}
    books = eventful(folder, "amt" if name == "late" else name)
    if name == "late":
        open_month(books.book, BookingMonth(2022, 7))
    return books.book, {}


@pytest.mark.parametrize("plant", PLANTS)
def test_what_was_once_told_wrongly_would_be_found(
    plant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch, names, key = PLANTS[plant]
    books = {name: planted(tmp_path / name, name) for name in names}
    patch(monkeypatch)
    for name, (book, more) in books.items():
        named, found = key.format(side=book.is_operator, back=not book.is_operator), differences(book, **more)
        assert [one for one in found if one.startswith(named)], (name, found)
