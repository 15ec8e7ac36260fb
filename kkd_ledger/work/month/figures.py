"""The figures of a run in words: each with its side, its day, and receipts apart from payments out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.budgets import BudgetYear
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.state.share_standings import ShareStanding, ShareStatus, Standings
from kkd_ledger.money import format_eur


def both_ways(amounts: Iterable[int]) -> str:
    """Return signed cents as two sums, a direction each: `Eingang 19.016,68 EUR, Ausgang -18.900,00 EUR`.

    Money that went out has a minus wherever text tells of it, in sums as in lines.
    """
    signed = list(amounts)
    sums = {
        "Eingang": sum(cents for cents in signed if cents > 0),
        "Ausgang": sum(cents for cents in signed if cents < 0),
    }
    return ", ".join(f"{way} {format_eur(cents)}" for way, cents in sums.items() if cents) or format_eur(0)


def standing_lines(table: Standings, booked_word: str = "angefordert") -> Iterator[str]:
    """Yield one line a service year: agreed, booked, open either way, and how many have paid (or how far one is).

    `booked_word` says what booking means on this side: the operator demands, a member books.
    """
    yield f"  Kostenbeteiligungen (Stand {german.day(table.as_of)}):"
    for year in table.years:
        cells, total = table.cells(year), table.total(year)
        amounts = [
            *agreed_words(cells, format_eur(total.entitled_cents)),
            f"{booked_word} {format_eur(total.booked_cents)}",
            *([f"dazu Umsatzsteuer {format_eur(total.vat_cents)}"] if total.vat_cents else ()),
            f"offen {format_eur(total.open_cents)}",
        ]
        if total.overdue_cents and total.overdue_cents != total.open_cents:
            amounts.append(f"davon überfällig {format_eur(total.overdue_cents)}")
        if total.waiting_cents:
            amounts.append(f"auf einen Beschluss warten {format_eur(total.waiting_cents)}")
        if total.expected_cents:
            amounts.append(f"nach dem Plan kommen noch {format_eur(total.expected_cents)}")
        amounts += _refund_words(cells)
        yield f"    {table.year_name(year)}: {', '.join(amounts)}; {_progress(cells)}"
    for gap in table.missing:
        yield f"    {gap.sentence}"


def is_unsettled(cells: Iterable[ShareStanding]) -> bool:
    """Tell whether a year's settlement is still to come: what is agreed of it by now is no sum, least of all 0."""
    return any(cell.unsettled or cell.expected_cents for cell in cells)


def agreed_words(cells: Sequence[ShareStanding], entitled: str) -> Iterator[str]:
    """Yield what is agreed of a year (`entitled`), and that it is not settled yet."""
    waits = is_unsettled(cells)
    if waits:
        yield "noch nicht abgerechnet"
    if not waits or any(cell.entitled_cents for cell in cells):
        yield f"{'bisher ' if waits else ''}vereinbart {entitled}"


def _refund_words(cells: Sequence[ShareStanding]) -> Iterator[str]:
    """Yield what the operator owes back of some shares, and since when the first of it is due."""
    back = [cell for cell in cells if cell.refund_cents]
    if back:
        cents = sum(cell.refund_cents for cell in back)
        due = min(cell.refund_due for cell in back if cell.refund_due)
        yield f"Erstattung offen {format_eur(cents)} (fällig {'ab ' if len(back) > 1 else ''}{german.day(due)})"


def _progress(cells: Sequence[ShareStanding]) -> str:
    if len(cells) == 1:
        return str(cells[0].status)
    owing = [cell for cell in cells if cell.owes]
    if not owing and any(cell.expected_cents for cell in cells):
        return str(ShareStatus.AHEAD)
    counts = Counter(cell.status for cell in owing)
    statuses = (
        ShareStatus.OVERDUE,
        ShareStatus.REMITTED,
        ShareStatus.PART_REMITTED,
        ShareStatus.INTERNAL,
        ShareStatus.DIFFERS,
        ShareStatus.UNPRICED,
        ShareStatus.CONDITIONAL,
    )
    counted = [_counted(counts[status], status) for status in statuses if counts[status]]
    return ", ".join([f"{sum(cell.settled for cell in owing)} von {len(owing)} bezahlt", *counted])


def _counted(count: int, status: ShareStatus) -> str:
    """Return how many shares have a status: `2 überfällig`, `18 weichen ab`, `bei 3 fehlt eine Zahl`."""
    if status == ShareStatus.UNPRICED:
        return f"bei {count} fehlt eine Zahl"
    return f"{count} weichen ab" if status == ShareStatus.DIFFERS and count > 1 else f"{count} {status}"


def budget_lines(book: Book, years: Sequence[BudgetYear]) -> Iterator[str]:
    """Yield the budget year by year: what was ordered for which service years, and beside an appropriation the rest."""
    budget, named = book.settings.budget, book.agreement.year_name
    front = f"  Budget {budget.line} „{budget.name}“, {'Erträge' if book.is_operator else 'Aufwendungen'}:"
    if not years:
        yield f"{front} noch kein Ansatz (`kkd budget BUCH JAHR BETRAG`) und nichts angeordnet"
        return
    yield front
    for budget_year in years:
        detail = " + ".join(
            f"{format_eur(cents)} für {named(service)}" for service, cents in budget_year.ordered.items()
        )
        if len(budget_year.ordered) == 1:
            detail = f"für {named(next(iter(budget_year.ordered)))}"
        other = (
            ""
            if budget_year.income == book.is_operator
            else " Erträge"
            if budget_year.income
            else " Aufwendungen"
        )
        ordered = format_eur(budget_year.ordered_cents)
        yield f"    {budget_year.label}{other}: {ordered}{f' ({detail})' if detail else ''}"
        if budget_year.appropriated:
            yield "      " + ", ".join(
                f"{name} {format_eur(cents)}" for name, cents in budget_columns(budget_year)
            )


def budget_columns(budget: BudgetYear) -> Iterator[tuple[str, int]]:
    """Yield the columns of a year with an appropriation: their names and cents, none of them a negative rest.

    Of an expense: what is available, or by how much the appropriation is overrun; of income: how much more or less it
    is than planned.
    """
    yield "Ansatz", budget.original_cents
    yield "fortgeschrieben", budget.updated_cents
    yield "noch anzuordnen" if budget.income else "vorgemerkt", budget.reserved_cents
    yield "angeordnet", budget.ordered_cents
    yield "eingegangen" if budget.income else "gezahlt", budget.paid_cents
    if budget.carried_cents:
        yield f"nach {budget.year + 1} übertragen", budget.carried_cents
    yield budget_rest(budget)


def budget_rest(budget: BudgetYear) -> tuple[str, int]:
    """Return the last column of a year with an appropriation: its name, by the sign, and unsigned cents."""
    if budget.income:
        return "Mindererträge" if budget.surplus_cents < 0 else "Mehrerträge", abs(budget.surplus_cents)
    return "überschritten um" if budget.available_cents < 0 else "verfügbar", abs(budget.available_cents)


def suspense_lines(suspense: Sequence[SuspenseItem]) -> Iterator[str]:
    """Yield how much money in suspense there is in all, receipts and payments out by themselves."""
    if suspense:
        oldest = min(money.day for money in suspense)
        count = german.count(len(suspense), "Zahlung", "Zahlungen")
        sums = both_ways(money.cents for money in suspense)
        since = f"die älteste vom {german.day(oldest)}"
        yield f"  Ungeklärt: {count}, {sums}, {since} (`kkd clear BUCH --list`)"
