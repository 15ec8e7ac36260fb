"""What is to be done next in a book, in the order of a month: how much it is, since when, and who may do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.web.workplace.blocks import Asked, Block, Sentence, Sentences
from kkd_ledger.web.workplace.page_words import month_words
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.statements.inbox import invoices

_NOT_POSTED: Final = frozenset({"KKD-A02", "KKD-A05"})
_CHANGED: Final = "KKD-G01"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


_BANK: Final = frozenset({v.Role.PREPARES, v.Role.CERTIFIES, v.Role.PAYS})
_CLAIMS: Final = frozenset({v.Role.PREPARES, v.Role.CERTIFIES})
_BOOKS: Final = frozenset({v.Role.PREPARES, v.Role.CERTIFIES, v.Role.ORDERS})
_TREASURY: Final = frozenset({v.Role.PAYS})


class Task(NamedTuple):
    """Something that waits: its sentence, the act that does it with what its form begins with, the page that shows it.

    `roles` are those whose work it mainly is; others may do it too. Without a `page` it leads to the act's own form.
    """

    text: str
    act: str
    roles: frozenset[v.Role]
    start: Mapping[str, str] = _NOTHING
    page: str = ""


def tasks(snapshot: Snapshot) -> Iterator[Task]:
    """Yield what is to be done in a book, first things first."""
    yield from _of_bank(snapshot)
    yield from _of_documents(snapshot)
    yield from _of_claims(snapshot)
    yield from _of_basis(snapshot)
    yield from _of_months(snapshot)


def _of_bank(snapshot: Snapshot) -> Iterator[Task]:
    if months := snapshot.waiting_months:
        names = german.listing([month_words(month) for month in months])
        yield Task(f"Kontoauszüge im Posteingang lesen und buchen: {names}", "monatslauf", _BANK)
    else:
        last = snapshot.status.last_statement
        if last is None or BookingMonth.of(last) < BookingMonth.of(snapshot.today).minus(1):
            since = f"; der letzte reicht bis {german.day(last)}" if last else ""
            yield Task(f"Kontoauszüge holen und ablegen{since}", "ablegen", _BANK)
    if waiting := snapshot.status.waiting:
        count = german.count(len(waiting), "Bankzeile wartet", "Bankzeilen warten")
        oldest = min(line.day for line, _ in waiting)
        total = format_eur(sum(abs(line.cents) for line, _ in waiting))
        text = f"Entscheiden: {count}, zusammen {total}, seit {german.day(oldest)}"
        yield Task(text, "bankzeile", _BANK, page="zahlungsabgleich")
    if monies := list(snapshot.overview.claims.suspense.values()):
        count = german.count(len(monies), "ungeklärte Zahlung", "ungeklärte Zahlungen")
        total = format_eur(sum(abs(money.cents) for money in monies))
        since = german.day(min(money.day for money in monies))
        yield Task(
            f"Zuordnen: {count}, zusammen {total}, seit {since}", "zuordnen", _BANK, page="zahlungsabgleich"
        )


def _of_documents(snapshot: Snapshot) -> Iterator[Task]:
    book = snapshot.book
    if not book.is_operator and (files := invoices(book)):
        count = german.count(len(files), "E-Rechnung liegt", "E-Rechnungen liegen")
        yield Task(f"Prüfen und buchen: {count} im Posteingang", "rechnung-buchen", _CLAIMS)


def _of_claims(snapshot: Snapshot) -> Iterator[Task]:
    missing = [finding for finding in snapshot.findings if finding.kind.code in _NOT_POSTED]
    if missing and snapshot.book.is_operator:
        count = german.count(len(missing), "Kostenbeteiligung ist", "Kostenbeteiligungen sind")
        yield Task(
            f"Sollstellen: {count} fällig oder geändert und noch nicht gebucht", "sollstellung", _CLAIMS
        )
    yield from _unwritten(snapshot)
    due = [(item, cents) for item in snapshot.items if (cents := item.due_by(snapshot.today))]
    owed = [(item, cents) for item, cents in due if item.sign > 0]
    if owed and snapshot.book.is_operator:
        yield Task(f"Erinnern: {_amount_words(owed)}", "erinnern", _CLAIMS)
    if payable := [(item, cents) for item, cents in due if item.sign < 0]:
        yield Task(f"Zahlen: {_amount_words(payable)}", "zahlen", _TREASURY)


def _unwritten(snapshot: Snapshot) -> Iterator[Task]:
    """Yield the claims of each service year of which no demand has been written."""
    if not snapshot.book.is_operator:
        return
    written = {str(document.meta.get(v.DEMAND, "")) for document in snapshot.documents}
    years: dict[int, list[Item]] = {}
    for item in snapshot.items:
        if item.sign > 0 and item.document and item.document not in written:
            years.setdefault(item.service_year, []).append(item)
    for year, items in sorted(years.items()):
        total = format_eur(sum(item.open_cents for item in items))
        count = german.count(len(items), "Forderung", "Forderungen")
        name = snapshot.year_name(year)
        yield Task(
            f"Anfordern: {count} für {name}, zusammen {total}", "anforderungen", _CLAIMS, {"jahr": name}
        )


def _amount_words(dues: Sequence[tuple[Item, int]]) -> str:
    count = german.count(len(dues), "Posten ist", "Posten sind")
    total = format_eur(sum(cents for _, cents in dues))
    return f"{count} fällig, zusammen {total}, der älteste seit {german.day(min(item.due_on for item, _ in dues))}"


def _of_basis(snapshot: Snapshot) -> Iterator[Task]:
    if any(finding.kind.code == _CHANGED for finding in snapshot.findings):
        yield Task("Bestätigen: Was dem Buch zugrunde liegt, hat sich geändert", "bestaetigen", _BOOKS)


def _of_months(snapshot: Snapshot) -> Iterator[Task]:
    """Yield the months that are over, read and not closed; those that still wait for a statement come later."""
    last, first_waiting = snapshot.status.last_statement, min(snapshot.waiting_months, default=None)
    ready = [
        month
        for month in snapshot.months
        if month not in snapshot.chain.seals
        and month.month < CLOSING_MONTH
        and month.last_day <= snapshot.today
        and last is not None
        and month.last_day <= last
        and (first_waiting is None or month < first_waiting)
    ]
    if ready:
        names = (
            month_words(ready[0]) if len(ready) == 1 else f"{len(ready)} Monate ab {month_words(ready[0])}"
        )
        start = {"monat": str(ready[0])}
        yield Task(f"Abschließen: {names}", "abschliessen", _BOOKS, start)


def task_blocks(asked: Asked) -> list[Block]:
    """Return what the visitor may and should do next, then what others have to do; nothing for who only looks."""
    if asked.visitor is None:
        return []
    snapshot, visitor = asked.snapshot, asked.visitor
    roles = frozenset(visitor.roles(snapshot.book, snapshot.today))
    waiting = list(tasks(snapshot))
    allowed = [task for task in waiting if task.act in asked.may]
    own = [_sentence(asked, task) for task in allowed if task.roles & roles]
    more = [_sentence(asked, task) for task in allowed if not task.roles & roles]
    others = [Sentence(task.text) for task in waiting if task.act not in asked.may]
    blocks: list[Block] = [
        Sentences("Ihre nächsten Schritte", own, "Für Sie ist heute nichts zu tun.", is_numbered=True)
    ]
    blocks += [Sentences("Das dürfen Sie auch", more)] if more else []
    return blocks + ([Sentences("Wartet auf andere", others)] if others else [])


def _sentence(asked: Asked, task: Task) -> Sentence:
    return Sentence(task.text, href=asked.to(task.page) if task.page else asked.act(task.act, **task.start))
