"""kkd pay and kkd collect: what is due becomes a payment file, each item once, released by a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kkd_ledger import german
from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import Problem, UsageError
from kkd_ledger.money import format_eur
from kkd_ledger.payments.business_days import next_business_day
from kkd_ledger.payments.mandates import in_force
from kkd_ledger.payments.sepa import Run, RunRefused, SepaPayment, debits, end_to_end, transfers
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.contacts import account_holder, load
from kkd_ledger.persons.roles import refuse_unknown
from kkd_ledger.rules.orders import STANDING
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.statements.inbox import is_invoice, waiting_files
from kkd_ledger.work.transfers import collected as earlier
from kkd_ledger.work.transfers.account_gaps import gaps
from kkd_ledger.work.transfers.accounts import refuse_first, refuse_unconfirmed
from kkd_ledger.work.transfers.bank_runs import (
    FOLDER,
    last_seen,
    next_id,
    not_booked,
    not_booked_remedy,
    overtaken,
    pending_cents,
    record,
    standing,
)
from kkd_ledger.work.transfers.moved_on import moved_on
from kkd_ledger.work.transfers.proved import proved
from kkd_ledger.work.transfers.settling import Desk, DueItem, Loose

AHEAD_DAYS_MAX = 366


@dataclass(frozen=True)
class RunRelease:
    """Who prepared and who released a run (two persons), when, and on which day the bank shall act.

    `items` are the only ones that the run may hold, where persons chose them by name; `reason` says why, where one of
    them may have been paid in a gap of the account.
    """

    prepared_by: str
    released_by: str
    day: dt.date
    execution: dt.date
    items: tuple[str, ...] = ()
    reason: str = ""


class AheadDue(NamedTuple):
    """An item of which so many unsigned cents fall due on a day that is still to come."""

    day: dt.date
    posten: str
    cents: int


@dataclass(frozen=True)
class PaymentRun:
    """A payment run: its file, what an earlier run has already told the bank about, and what comes too early.

    `before` are the items of earlier runs with the names of these, `left` items that are due and left out, each with
    the reason; `remarks` are what whoever releases it should know.
    """

    run: Run
    file: str
    before: tuple[tuple[str, str], ...]
    early: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    outcome: Outcome | None
    ahead: tuple[AheadDue, ...] = ()
    """What falls due on the next day after that of execution, an item each, in the direction of the run."""

    @property
    def next_due(self) -> str:
        """Say in German what falls due next; empty where nothing does."""
        if not self.ahead:
            return ""
        cents, names = sum(part.cents for part in self.ahead), [part.posten for part in self.ahead]
        what = names[0] if len(names) == 1 else german.count(len(names), "Posten", "Posten")
        return f"Als Nächstes wird am {german.day(self.ahead[0].day)} fällig: {format_eur(cents)} ({what})."


def pay(book: Book, release: RunRelease, *, dry_run: bool = False) -> PaymentRun:
    """Write a pain.001 with every payable that is due by the day of execution and in no earlier run.

    Of a claim in instalments goes what is due. What is debited by the creditor is left out and told, and so is what
    money that nobody has placed may have paid; both go where they are named in `release.items`. Nothing is booked: the
    statement books the payment. Raise RunRefused with everything that stands against it.
    """
    return _run(book, release, v.LIABILITIES, transfers, "pain001", dry_run=dry_run)


def collect(book: Book, release: RunRelease, *, dry_run: bool = False) -> PaymentRun:
    """Write a pain.008 with every receivable that is due by the day of execution, where a mandate is in force.

    Parties without a mandate in contacts.toml are left out: they pay by themselves. A claim whose document asks for a
    transfer is left out and told, whatever was agreed since. What was not announced long enough before
    (`prenotification_days`, 14 without another agreement: SDD rulebook) is left out as well, and told.
    """
    return _run(book, release, v.ASSETS, debits, "pain008", dry_run=dry_run)


def _run(
    book: Book, release: RunRelease, root: str, write: Callable[[Run], bytes], kind: str, *, dry_run: bool
) -> PaymentRun:
    release = replace(release, prepared_by=clean(release.prepared_by), released_by=clean(release.released_by))
    contacts = load(book.agreement_file, book.agreement)
    may_pay(book, (release.prepared_by, release.released_by), release.day)
    release = replace(release, execution=execution_day(release))
    with session(book, today=release.day, states=False) as work:
        unordered = {finding.place: finding.text for finding in proved(book) if finding.kind == STANDING}
        seen = last_seen(book)
        runs = moved_on(standing(book), work.claims.items, seen, lambda: work.reading.records)
        named = frozenset(release.items)
        holes = gaps(book, Certificates(book.root), work.claims)
        desk = Desk(
            book, work.reading.records, contacts, runs, release.execution, seen, named, unordered, holes
        )
        dues = list(_dues(work, desk, root))
        fresh = [item for item in dues if item.cents and not (item.left or item.early)]
        run = _made(desk, release, fresh, kind)
        if root == v.ASSETS:
            run = earlier.amended(run, earlier.collected(book, runs, work.claims.items))
        paid = PaymentRun(
            run,
            "",
            tuple((item.item.posten, item.before) for item in dues if item.before),
            tuple(f"{item.item.posten} (frühestens {german.day(item.early)})" for item in dues if item.early),
            tuple((item.item.posten, item.left) for item in dues if item.left and not item.before),
            (*_told(work, desk, root, fresh), *earlier.told_changes(run)),
            None,
            tuple(_ahead(work, desk, root)),
        )
        if not fresh:
            return paid
        desk.refuse_unreasoned([item.item for item in fresh], release.reason)
        others = {book.counterparty(item.item.party) for item in fresh}
        refuse_unconfirmed(work, others, mandates=True)
        refuse_first(work, [(item.item.posten, _iban(desk, item), _named(desk, item)) for item in fresh])
        may_release(book, paid.run)
        file = f"{FOLDER}/{paid.run.id}.xml"
        keep(work, release, file, write(paid.run))
        run_record = record(paid.run, [(item.item, item.cents) for item in fresh], release.reason)
        keep(work, release, f"{FOLDER}/{paid.run.id}.json", run_record)
        return replace(paid, file=file, outcome=work.commit(dry_run=dry_run))


def keep(work: Session, release: RunRelease, file: str, content: bytes) -> None:
    """Write a file of a run, and let both persons answer for it in the ledger."""
    work.put(file, content)
    doers = (
        Doer(v.Deed.PREPARES, release.prepared_by, release.day),
        Doer(v.Deed.RELEASES, release.released_by, release.day),
    )
    work.answer_for(file, content, doers)


def execution_day(release: RunRelease) -> dt.date:
    """Return the day on which the banks will act: the one asked for, or the first on which TARGET is open."""
    if release.execution > release.day + dt.timedelta(days=AHEAD_DAYS_MAX):
        actual = f"Ausführung am {german.day(release.execution)}"
        raise RunRefused(
            [Problem("--on", "", actual, f"ein Tag binnen eines Jahres ab {german.day(release.day)}")]
        )
    return next_business_day(release.execution)


def may_pay(book: Book, names: Sequence[str], day: dt.date) -> None:
    """Refuse names without the role `kasse`, where book.toml gives it to anybody (GemKVO § 5), and unknown ones."""
    refuse_unknown(book.settings, names, day)
    holders = [holder for holder in book.settings.roles if holder.role == v.Role.PAYS]
    lacking = [
        name
        for name in names
        if holders and not any(holder.name == name and holder.holds(v.Role.PAYS, day) for holder in holders)
    ]
    if lacking:
        allowed = ", ".join(holder.name for holder in holders if holder.holds(v.Role.PAYS, day)) or "niemand"
        raise RunRefused(
            Problem(str(book.config_file), "roles", f"{name} ist nicht Kasse am {german.day(day)}", allowed)
            for name in lacking
        )


def may_release(book: Book, run: Run) -> None:
    """Raise RunRefused where persons would move more on a day than book.toml lets them; all their runs count."""
    problems = []
    for name in (run.prepared_by, run.released_by):
        limit_cents = book.settings.limit_of(name, v.Role.PAYS, run.day)
        others = [
            other for other in standing(book) if other.day == run.day.isoformat() and other.id != run.id
        ]
        own = [other for other in others if name in other.persons and other.items]
        total_cents = run.total_cents + sum(other.total_cents for other in own)
        if limit_cents is not None and total_cents > limit_cents:
            runs = f" in {len(own) + 1} Läufen dieses Tages" if own else ""
            actual = f"{format_eur(total_cents)}{runs}: mehr, als {name} bewegen darf"
            allowed = f"bis {format_eur(limit_cents)}"
            problems.append(Problem(str(book.config_file), "roles", actual, allowed))
    if problems:
        raise RunRefused(problems)


def _dues(work: Session, desk: Desk, root: str) -> Iterator[DueItem]:
    """Yield every item of which something is due, with what keeps it out of the run."""
    items = work.claims.items
    if unknown := sorted(posten for posten in desk.named if posten not in items or items[posten].settled):
        raise UsageError(f"{', '.join(unknown)}: kein offener Posten in diesem Buch.")
    loose = tuple(_loose(work))
    for item in items.values():
        if not item.account.startswith(root) or not item.due_by(desk.execution):
            continue
        if desk.named and item.posten not in desk.named:
            continue
        due = desk.transfer(item, loose) if root == v.LIABILITIES else desk.debit(item)
        if due:
            yield due


def _ahead(work: Session, desk: Desk, root: str) -> Iterator[AheadDue]:
    """Yield what falls due on the next day on which something does and that no run moves, an item each."""
    parts = []
    for item in work.claims.items.moving.values():
        if item.account.startswith(root):
            moving = pending_cents(item, desk.runs, desk.seen)
            for due in item.dues:
                cents, moving = max(0, due.cents - moving), max(0, moving - due.cents)
                if cents and due.day > desk.execution:
                    parts.append(AheadDue(due.day, item.posten, cents))
    day = min((part.day for part in parts), default=None)
    yield from (part for part in parts if part.day == day)


def _loose(work: Session) -> Iterator[Loose]:
    """Yield the money that went out and that nobody has placed yet: it may have paid any of the items."""
    for money in work.claims.suspense.values():
        if money.cents < 0:
            yield Loose(money.day, -money.cents, f"{money.payee} {money.text}")
    for line in Certificates(work.book.root).lines.values():
        if line.fate == Fate.WAITS and line.cents < 0:
            yield Loose(line.day, -line.cents, " ".join(line.words) if line.words else "")


def _told(work: Session, desk: Desk, root: str, fresh: Sequence[DueItem]) -> Iterator[str]:
    """Yield what whoever releases a run should know."""
    if fresh and (unread := [path for path in waiting_files(desk.book) if not is_invoice(path)]):
        count = german.count(len(unread), "Datei, die nicht gelesen ist", "Dateien, die nicht gelesen sind")
        yield (
            f"Im Posteingang {'liegt' if len(unread) == 1 else 'liegen'} {count}: Was dort schon gezahlt ist, kennt "
            "dieser Lauf nicht. Erst lesen (`kkd month BUCH --all`), sonst wird vielleicht zweimal gezahlt"
        )
    if root == v.ASSETS:
        yield from desk.without_mandate(work.claims.items.moving.values())
    for paid in fresh:
        if paid.asked.debit and paid.item.account.startswith(v.LIABILITIES):
            yield (
                f"{paid.item.posten} wird überwiesen, obwohl {paid.asked.number} eine Lastschrift ankündigt: "
                "bitte vergewissern Sie sich, dass sie nicht kommt"
            )
        iban = _iban(desk, paid)
        if not iban.startswith("DE"):
            yield f"{paid.item.posten}: Das Konto {iban} liegt nicht in Deutschland"
    yield from overtaken(desk.runs, work.claims.items, desk.seen)
    yield from _under_way(desk, fresh)
    own = tuple(run for run in desk.runs if run.is_debit == (root == v.ASSETS))
    for sentence in not_booked(own, work.claims.items, desk.seen):
        yield f"{sentence}. {not_booked_remedy(debit=root == v.ASSETS)}"


def _under_way(desk: Desk, fresh: Sequence[DueItem]) -> Iterator[str]:
    """Yield what is not paid of an item because a run has named the bank to pay it as the advance that it was."""
    for due in fresh:
        for run in desk.runs:
            for named in run.items:
                if named.borne_by == due.item.posten and named.cents:
                    yield (
                        f"{due.item.posten} wird um die {format_eur(named.cents)} weniger gezahlt, die {run.id} für "
                        f"{named.posten} zahlt; zeigt sie der Kontoauszug, so ordnet `kkd clear` sie der Abrechnung zu"
                    )


def _made(desk: Desk, release: RunRelease, dues: Sequence[DueItem], kind: str) -> Run:
    book = desk.book
    own = book.agreement.party(book.party)
    assert own, "load_book asked for it"
    contact = desk.contacts.of(book.party)
    return Run(
        id=next_id(book, kind, release.day),
        day=release.day,
        execution=release.execution,
        name=account_holder(own, contact),
        iban=book.settings.bank.iban,
        prepared_by=release.prepared_by,
        released_by=release.released_by,
        payments=tuple(_payment(desk, item) for item in dues),
        creditor_id=contact.creditor_id,
    )


def _payment(desk: Desk, due: DueItem) -> SepaPayment:
    """Return an item's payment; where the creditor asks for another reference, the item's own goes as end-to-end id.

    So the creditor finds what it knows, and our own statement what we know.
    """
    item, asked = due.item, due.asked.reference
    party = desk.party(item)
    contact = desk.contacts.of(party.id)
    return SepaPayment(
        item.reference if asked else end_to_end(item.posten, item.reference),
        due.cents,
        account_holder(party, contact),
        _iban(desk, due),
        asked or item.reference,
        asked or f"{item.document or item.posten} {item.reference}".strip(),
        in_force(contact, desk.execution),
    )


def _named(desk: Desk, due: DueItem) -> tuple[str, ...]:
    """Return the accounts that an item's document names for the payment; none where there is no document.

    A document of our own names our own account: of the other side's it says nothing.
    """
    if due.item.account.startswith(v.ASSETS):
        return (due.asked.debited_iban,) if due.asked.debited_iban else ()
    return tuple(iban for iban in due.asked.named if iban not in desk.book.settings.ibans_ever)


def _iban(desk: Desk, due: DueItem) -> str:
    """Return the other side's account: an agreed one that the document names, else the first agreed one."""
    ibans = desk.party(due.item).ibans
    asked = due.asked.debited_iban if due.item.account.startswith(v.ASSETS) else due.asked.iban
    return asked if asked in ibans else (ibans[0] if ibans else "")
