"""Opening books and months, and the facts that people enter by hand: resolutions, appropriations, fiscal years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.resolution_entries import resolutions
from kkd_ledger.book.state.budgets import budget_names
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookReading
from kkd_ledger.book.text.records import Custom, Euro, Open, Transaction
from kkd_ledger.errors import EntryRefused, Problem, UsageError
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth, YearState
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.roles import refuse_unknown
from kkd_ledger.rules.engine.checkpoint import KnownBook, Progress, known_book
from kkd_ledger.rules.engine.rule import Context
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.statements.inbox import INBOX
from kkd_ledger.work.statements.kept_files import key_for


def open_month(
    book: Book, month: BookingMonth, *, today: dt.date | None = None, dry_run: bool = False
) -> Outcome:
    """Open a booking month; the first one makes the book, with its top file, its accounts and its inbox.

    A month that is open already is left alone. What is found after it is as old as it is on the day `today`, without
    one on the last day of the newest month.
    """
    with journal.writing(book.root) as writer:
        if not dry_run:
            with suppress(FileExistsError):  # whatever lies there is told of by whoever reads it
                (book.root / INBOX).mkdir()
        if not book.top_file.exists():
            return _found_book(book, writer, month, dry_run=dry_run)
        work = Session(book, writer, known_book(book), today)
        work.open_month(month)
        return work.commit(dry_run=dry_run)


def _found_book(book: Book, writer: journal.Writer, month: BookingMonth, *, dry_run: bool) -> Outcome:
    nothing = BookReading((), (), (), by_beancount=False)
    work = Session(book, writer, KnownBook((), nothing.chain, (), Progress(Context(book)), nothing))
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
    if not book.settings.bank.dedicated:
        key_for(work)
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
    accounts = {
        name.replace("{party}", v.account_part(party))
        for name in names
        for party in (others if "{party}" in name else [""])
    }
    return sorted(accounts)


def adopt(book: Book, *, today: dt.date, dry_run: bool = False) -> Outcome:
    """Take the resolutions that the agreement holds for this book's party into the books, each sitting once.

    A member's books hold its own resolutions, the operator's those of every party.
    """
    with session(book, today=today) as work:
        entered = {
            (record.values, record.meta.get(v.PARTY))
            for record in work.reading.records
            if isinstance(record, Custom) and record.kind == v.CustomType.RESOLUTION
        }
        day = work.posting_day(today)
        new = [
            custom
            for custom in resolutions(book, day)
            if (custom.values, custom.meta.get(v.PARTY)) not in entered
        ]
        work.add(new, work.newest)
        return work.commit(dry_run=dry_run)


YEARS_AHEAD: Final = 5
"""How far ahead a budget speaks: the medium-term plan (HGO § 101) covers five years."""


def appropriate(
    book: Book,
    year: int,
    cents: int,
    kind: v.AppropriationKind,
    *,
    today: dt.date,
    group: str = "",
    reason: str = "",
    by: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Enter an appropriation (Haushaltsansatz) of the book's budget line or of one of its groups.

    A negative amount lowers it; what corrects an original appropriation says why and who. The same one twice is left
    alone, unless it was taken back in between or has another reason. Raise EntryRefused for a group that book.toml does
    not name, for a medium-term plan of a group, for a year far away, and where more is taken back than was entered.
    """
    _refuse_group(book, group, kind)
    _refuse_far(book, year, range(book.agreement.begins.year - 1, today.year + YEARS_AHEAD + 1))
    if cents < 0 and kind == v.AppropriationKind.ORIGINAL and not (reason and by):
        raise UsageError("Wer einen Ansatz berichtigt, nennt Grund und Namen: --reason GRUND --by NAME.")
    meta = {key: text for key, text in ((v.REASON, reason), (v.CAUSED, by)) if text}
    with session(book, today=today) as work:
        name = group or book.settings.budget.line
        before = _appropriations(work, name, year, kind)
        total = sum(before_cents for before_cents, _ in before)
        if cents < 0 and kind != v.AppropriationKind.SUPPLEMENTARY and total + cents < 0:
            allowed = f"höchstens {format_eur(total)} zurück, so viel ist als „{kind}“ eingetragen"
            raise EntryRefused([Problem(str(book.root), f"Haushaltsjahr {year}", format_eur(cents), allowed)])
        alike = [entered for entered in before if abs(entered[0]) == abs(cents) and entered[1] == reason]
        if not alike or alike[-1][0] != cents:
            values = (name, str(year), Euro(cents), str(kind))
            work.add([Custom(work.posting_day(today), v.CustomType.APPROPRIATION, values, meta)], work.newest)
            if by:
                work.act(work.newest, Doer(v.Deed.CAUSES, by, today))
        return work.commit(dry_run=dry_run)


def _appropriations(work: Session, name: str, year: int, kind: v.AppropriationKind) -> list[tuple[int, str]]:
    """Return what was entered so far of a kind for a year, each with its reason."""
    amounts = []
    for record in work.reading.records:
        if isinstance(record, Custom) and record.kind == v.CustomType.APPROPRIATION:
            match record.values:
                case (named, of, Euro(cents), appropriated) if (named, of, appropriated) == (
                    name,
                    str(year),
                    kind,
                ):
                    amounts.append((cents, str(record.meta.get(v.REASON, ""))))
    return amounts


def _refuse_group(book: Book, group: str, kind: v.AppropriationKind) -> None:
    _, *groups = budget_names(book)
    if group and (group not in groups or kind == v.AppropriationKind.MEDIUM_TERM):
        allowed = f"eine Gruppe aus [budget] in book.toml ({', '.join(groups) or 'dort ist keine'}); "
        allowed += "die Finanzplanung gilt dem ganzen Budget"
        raise EntryRefused([Problem(str(book.config_file), "budget.groups", repr(group), allowed)])


def _refuse_far(book: Book, year: int, allowed: range) -> None:
    if year not in allowed:
        allowed_years = f"ein Jahr von {allowed[0]} bis {allowed[-1]}; ist das Jahr vertippt?"
        raise EntryRefused([Problem(str(book.root), "Haushaltsjahr", str(year), allowed_years)])


@dataclass(frozen=True)
class Declared:
    """Who says that a year has reached a state; back it goes only with a reason and a second person.

    A year whose accounts the council has adopted goes back only by a new resolution, which is named.
    """

    by: str
    second: str = ""
    reason: str = ""
    resolution: str = ""

    def doers(self, today: dt.date) -> tuple[Doer, ...]:
        """Return who acts by saying so: who finds the state, and whoever orders a step back."""
        second = (Doer(v.Deed.ORDERS, self.second, today),) if self.second else ()
        return (Doer(v.Deed.CAUSES, self.by, today), *second)

    def meta(self) -> dict[str, str]:
        """Return the metadata that says so."""
        keys = (v.RESOLUTION, v.REASON, v.CAUSED, v.ORDERED)
        texts = (self.resolution, self.reason, self.by, self.second)
        return {key: text for key, text in zip(keys, texts, strict=True) if text}


def declare_year(
    book: Book, year: int, state: YearState, said: Declared, *, today: dt.date, dry_run: bool = False
) -> Outcome:
    """Enter the state that a fiscal year has reached (HGO §§ 112 to 114), or to which it goes back.

    With the first state that takes nothing any more its closing balances are put on record; they are the next year's
    opening balances. A resolution may be named later, with the same state once more. Raise UsageError where a person, a
    reason or a resolution is missing, EntryRefused where the state cannot be true yet, and for a year far away.
    """
    if not said.by:
        raise UsageError(
            "Der Stand eines Haushaltsjahres braucht den Namen dessen, der ihn feststellt: --by NAME."
        )
    _refuse_far(book, year, range(book.agreement.begins.year - 1, today.year + 1))
    refuse_unknown(book.settings, [doer.person for doer in said.doers(today)], today)
    with session(book, today=today) as work:
        add_state(work, year, state, said, today)
        return work.commit(dry_run=dry_run)


def add_state(work: Session, year: int, state: YearState, said: Declared, today: dt.date) -> None:
    """Add the state of a fiscal year to a session, with its closing balances where it is the first to take nothing."""
    old = work.claims.years.get(str(year), YearState.OPEN)
    later = bool(said.resolution) and said.resolution != _resolution_of(work, year)
    if old != state or str(year) not in work.claims.years or later:
        _refuse_untrue(work, year, YearState(old), state, said=said, today=today)
        day = work.posting_day(today)
        work.add([Custom(day, v.CustomType.FISCAL_YEAR, (str(year), str(state)), said.meta())], work.newest)
        if not state.takes_obligations and not _is_listed(work, year):
            work.add(_closing_balances(work, year, day), work.newest)
        work.act(work.newest, *said.doers(today))


def _refuse_untrue(
    work: Session, year: int, old: YearState, new: YearState, *, said: Declared, today: dt.date
) -> None:
    place = f"Haushaltsjahr {year}"
    if new.order < old.order:
        _refuse_lightly(work, year, old, said)
    elif new != YearState.OPEN and today < dt.date(year, 12, 31):
        actual = f"„{new}“ am {german.day(today)}"
        raise EntryRefused([Problem(str(work.book.root), place, actual, f"erst nach dem 31.12.{year}")])
    elif not new.takes_obligations and work.newest.year == year and work.newest.month < CLOSING_MONTH:
        actual = f"„{new}“, das Buch steht aber erst im Monat {work.newest}"
        allowed = f"ein Buch, dessen Monate bis Dezember {year} gelaufen sind (`kkd month`, `kkd open`)"
        raise EntryRefused([Problem(str(work.book.root), place, actual, allowed)])


def _refuse_lightly(work: Session, year: int, old: YearState, said: Declared) -> None:
    """A step back is a decision of two persons; a later year that is drawn up rests on this one's balances."""
    if not (said.reason and said.second) or said.second == said.by:
        raise UsageError(
            f"Das Haushaltsjahr {year} ist „{old}“; zurück geht es nur mit Grund und zwei Personen: "
            "--reason GRUND --by NAME --and NAME."
        )
    if old == YearState.RESOLVED and not said.resolution:
        raise UsageError(
            f"Das Haushaltsjahr {year} ist beschlossen; zurück geht es nur durch einen neuen Beschluss: "
            "--resolution VORLAGE."
        )
    later = [
        declared
        for declared, state in work.claims.years.items()
        if int(declared) > year and not YearState(state).takes_obligations
    ]
    if later and not old.takes_obligations:
        actual = f"danach ist {', '.join(sorted(later))} aufgestellt"
        raise EntryRefused(
            [Problem(str(work.book.root), f"Haushaltsjahr {year}", actual, "das jüngste Jahr zuerst")]
        )


def _resolution_of(work: Session, year: int) -> str:
    """Return the resolution that the last entry of a year's state names."""
    customs = (record for record in work.reading.records if isinstance(record, Custom))
    of_year = [
        custom
        for custom in customs
        if (custom.kind, *custom.values[:1]) == (v.CustomType.FISCAL_YEAR, str(year))
    ]
    return str(of_year[-1].meta.get(v.RESOLUTION, "")) if of_year else ""


def _is_listed(work: Session, year: int) -> bool:
    """Tell whether the year's closing balances are on record, and it has not gone back since."""
    listed = False
    for record in work.reading.records:
        if isinstance(record, Custom) and record.values[:1] == (str(year),):
            if record.kind == v.CustomType.CLOSING_BALANCE:
                listed = True
            elif record.kind == v.CustomType.FISCAL_YEAR:
                listed = listed and not YearState(str(record.values[1])).takes_obligations
    return listed


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
