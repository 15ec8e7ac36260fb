"""Opening books and months, and the facts that people enter by hand: resolutions, appropriations, fiscal years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kkd_ledger.agreement import Resolution
from kkd_ledger.book import journal, topfile
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.budgets import budget_names
from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import Reading
from kkd_ledger.book.records import Custom, Euro, Open, Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.plugins.checkpoint import Known, Progress, known
from kkd_ledger.plugins.rule import Context


def open_month(book: Book, month: BookingMonth, *, dry_run: bool = False) -> Outcome:
    """Open a booking month; the first one makes the book, with its top file and its accounts.

    A month that is open already is left alone.
    """
    with journal.writing(book.root) as writer:
        if not book.top_file.exists():
            return _found_book(book, writer, month, dry_run=dry_run)
        work = Session(book, writer, known(book))
        work.open_month(month)
        return work.commit(dry_run=dry_run)


def _found_book(book: Book, writer: journal.Writer, month: BookingMonth, *, dry_run: bool) -> Outcome:
    nothing = Reading((), (), (), by_beancount=False)
    work = Session(book, writer, Known((), nothing.chain, (), Progress(Context(book)), nothing))
    work.put(v.TOP_FILE, topfile.write(book.settings.title, ()).encode())
    work.open_month(month)
    day = month.first_day
    work.add(
        [
            Custom(day, v.CustomType.FAVA_OPTION, ("language", "de"), {}),
            Custom(day, v.CustomType.FAVA_OPTION, ("locale", "de_DE"), {}),
            Custom(day, v.CustomType.FAVA_EXTENSION, (v.FAVA_EXTENSION, "{}"), {}),
        ]
    )
    work.add(Open(day, account, {}) for account in accounts_of(book))
    return work.commit(dry_run=dry_run)


def accounts_of(book: Book) -> list[str]:
    """Return every account that a book begins with, sorted: one per role, for roles by party one per counterparty.

    Accounts for closing entries are opened in the month that first needs them.
    """
    roles = book.settings.accounts
    others = (
        [member.id for member in book.agreement.parties() if member.id != book.party]
        if book.is_operator
        else [book.agreement.operator]
    )
    needed = [role for role, field in type(roles).model_fields.items() if field.is_required()]
    names = [book.settings.bank.account, *(str(getattr(roles, role)) for role in needed)]
    found = {
        name.replace("{party}", v.account_part(party))
        for name in names
        for party in (others if "{party}" in name else [""])
    }
    return sorted(found)


def adopt(book: Book, *, today: dt.date, dry_run: bool = False) -> Outcome:
    """Take the resolutions that the agreement holds for this book's party into the books, each sitting once.

    A member's books hold its own resolutions, the operator's those of every party.
    """
    with session(book) as work:
        held = {
            (record.values, record.meta.get(v.PARTY))
            for record in work.reading.records
            if isinstance(record, Custom) and record.kind == v.CustomType.RESOLUTION
        }
        day = work.posting_day(today)
        new = [
            custom
            for resolution in book.agreement.resolutions
            if book.is_operator or resolution.member == book.party
            for custom in _sittings(resolution, day)
            if (custom.values, custom.meta.get(v.PARTY)) not in held
        ]
        work.add(new, work.newest)
        return work.commit(dry_run=dry_run)


def _sittings(resolution: Resolution, day: dt.date) -> Iterator[Custom]:
    """Yield one custom a sitting; its amount is what the paper commits up to the year of its adoption."""
    if resolution.adopted is None or resolution.adopted > day:
        return
    year = resolution.adopted.year
    committed = sum(
        limit.amount
        for limit in resolution.amounts
        for service_year in range(limit.begins, year + 1)
        if service_year <= (limit.ends or year)
    )
    for sitting in resolution.sittings:
        outcome = "beschlossen" if sitting.decides else "empfohlen"
        number = str(sitting.number or "")
        effective = resolution.effective_from or resolution.adopted
        values = (resolution.paper, sitting.body, number, sitting.date, outcome, Euro(committed), effective)
        yield Custom(day, v.CustomType.RESOLUTION, values, {v.PARTY: resolution.member})


def appropriate(
    book: Book,
    year: int,
    cents: int,
    kind: v.AppropriationKind,
    *,
    today: dt.date,
    group: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Enter an appropriation (Haushaltsansatz) of the book's budget line or of one of its groups.

    The same one twice is left alone. Raise EntryRefused for a group that book.toml does not name, and for a medium-term
    plan of a group.
    """
    line, *groups = budget_names(book)
    if group and (group not in groups or kind == v.AppropriationKind.MEDIUM_TERM):
        allowed = f"eine Gruppe aus [budget] in book.toml ({', '.join(groups) or 'dort ist keine'}); "
        allowed += "die Finanzplanung gilt dem ganzen Budget"
        raise EntryRefused([Problem(str(book.config_file), "budget.groups", repr(group), allowed)])
    values = (group or line, str(year), Euro(cents), str(kind))
    return _enter_once(book, v.CustomType.APPROPRIATION, values, today=today, dry_run=dry_run)


def declare_year(
    book: Book, year: int, state: YearState, *, today: dt.date, dry_run: bool = False
) -> Outcome:
    """Enter the state that a fiscal year has reached (HGO §§ 112 to 114).

    With the first state that takes nothing any more its closing balances are put on record; they are the next year's
    opening balances.
    """
    values = (str(year), str(state))
    with session(book) as work:
        if (v.CustomType.FISCAL_YEAR, values) not in _held(work):
            day = work.posting_day(today)
            work.add([Custom(day, v.CustomType.FISCAL_YEAR, values, {})], work.newest)
            if not state.takes_obligations and not _is_listed(work, year):
                work.add(_closing_balances(work, year, day), work.newest)
        return work.commit(dry_run=dry_run)


def _is_listed(work: Session, year: int) -> bool:
    return any(
        kind == v.CustomType.CLOSING_BALANCE and values[0] == str(year) for kind, values in _held(work)
    )


def _closing_balances(work: Session, year: int, day: dt.date) -> Iterator[Custom]:
    """Yield the balances of 31 December: result accounts with the year's sum, all others with what stands on them."""
    balances: dict[str, int] = {}
    kept = False
    for record in work.reading.records:
        if isinstance(record, Transaction) and record.date.year <= year:
            kept = kept or record.date.year == year
            for leg in record.postings:
                if record.date.year == year or not leg.account.startswith(v.RESULT_ROOTS):
                    balances[leg.account] = balances.get(leg.account, 0) + leg.cents
    for account, cents in sorted(balances.items()) if kept else ():
        if cents:
            values = (str(year), account, Euro(cents))
            yield Custom(day, v.CustomType.CLOSING_BALANCE, values, {})


def _enter_once(
    book: Book,
    kind: v.CustomType,
    values: tuple[str | dt.date | Euro, ...],
    *,
    today: dt.date,
    dry_run: bool,
) -> Outcome:
    with session(book) as work:
        if (kind, values) not in _held(work):
            work.add([Custom(work.posting_day(today), kind, values, {})], work.newest)
        return work.commit(dry_run=dry_run)


def _held(work: Session) -> set[tuple[str, tuple[str | dt.date | Euro, ...]]]:
    """Return the facts that the books hold already."""
    return {(record.kind, record.values) for record in work.reading.records if isinstance(record, Custom)}
