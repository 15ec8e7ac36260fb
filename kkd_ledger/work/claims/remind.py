"""kkd remind: what is overdue becomes a Zahlungserinnerung, later a Mahnung; without fee, interest only by clause."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.billed_items import item_name
from kkd_ledger.book.state.claims import Claims, claims
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.open_items import claims_item, unclaims_item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Record, Transaction, Value
from kkd_ledger.errors import UsageError
from kkd_ledger.letters.notice import DUNNING, REMINDER, Overdue, Side, reminder
from kkd_ledger.letters.stationery import Stationery, folder_of
from kkd_ledger.payments.interest import InterestSpan, ReminderTerms, interest_cents, part_payments, spans
from kkd_ledger.payments.interest import load as load_rules
from kkd_ledger.persons.contacts import ADDRESS, SELLER_NEEDS, Contacts, ContactsRefused, load, missing
from kkd_ledger.reconciliation.balances import balances
from kkd_ledger.work.decisions.proposals import ItemProposal, proposals
from kkd_ledger.work.dry_run_findings import dry
from kkd_ledger.work.session import Outcome, session
from kkd_ledger.work.transfers import settling
from kkd_ledger.work.transfers.accounts import refuse_unconfirmed
from kkd_ledger.work.transfers.bank_runs import last_seen, standing
from kkd_ledger.work.transfers.moved_on import moved_on

FOLDER: Final = v.DOCUMENTS


@dataclass(frozen=True)
class Reminder:
    """One letter: to whom, about which items, as which stage, kept where."""

    member: str
    items: tuple[Overdue, ...]
    file: str
    pdf: bytes

    @property
    def stage(self) -> str:
        """Zahlungserinnerung, or Mahnung as soon as one item has been reminded of before."""
        return DUNNING if any(item.reminded for item in self.items) else REMINDER

    @property
    def total_cents(self) -> int:
        """What the letter asks for, interest included."""
        return sum(item.open_cents + item.interest_cents for item in self.items)


@dataclass(frozen=True)
class Reminded:
    """The letters of a run, what was overdue and left out, and what was written.

    Left out is what is ours to debit (`debited`), of what nothing is open any more (`settled`), and what was asked for
    so recently that no other letter follows yet (`before`: the item, and the day of its last letter). `read` is the
    day up to which the bank's statements are known, None where there is none. `unclear` are overdue items whose money
    has probably come: nobody has placed it yet, so their parties get no letter (the item, the numbers of that money).
    """

    letters: tuple[Reminder, ...]
    debited: tuple[str, ...]
    outcome: Outcome
    settled: tuple[str, ...] = ()
    before: tuple[tuple[str, dt.date], ...] = ()
    read: dt.date | None = None
    suspense: tuple[tuple[str, tuple[str, ...]], ...] = ()


def remind(
    book: Book, as_of: dt.date, *, today: dt.date, templates: Path | None = None, dry_run: bool = False
) -> Reminded:
    """Write one letter to each party about what was due before `as_of`, was open on that day and still is.

    `as_of` decides only what was overdue: of each due day never more is asked for than the book holds open now, and a
    letter bears the day on which it is written.
    Deferred items and instalments that are not due are left out, so are claims that are ours to debit, and what the
    last letter asked for within the time between two letters. Running it again writes nothing.
    Raise UsageError for a day that the book does not reach (who has paid is not known yet), ContactsRefused where
    addresses are missing; then nothing is written.
    """
    if not book.is_operator:
        raise UsageError(f"{book.settings.title}: Nur die Betreiberin ({book.agreement.operator}) erinnert.")
    if as_of > today:
        raise UsageError(
            f"Der Stichtag {german.day(as_of)} ist noch nicht da; heute ist der {german.day(today)}."
        )
    with session(book, today=today) as work:
        if as_of > work.newest.last_day:
            until = f"Das Buch kennt Zahlungen nur bis {german.day(work.newest.last_day)}"
            raise UsageError(
                f"{until}; lesen Sie vor einer Erinnerung zum {german.day(as_of)} die Kontoauszüge ein."
            )
        words = Stationery(folder_of(book, templates))
        read = max((statement.to_day for statement in Certificates(book.root).statements), default=None)
        rules, likely = load_rules(book.agreement_file), _likely(book, work.claims)
        desk = _Desk(book, work.reading.records, as_of, rules, words, today, read, likely)
        letters = desk.letters()
        if letters:  # they say where the money goes
            refuse_unconfirmed(work, ())
        debited = tuple(item.posten for item in desk.items if item.due_by(as_of) and desk.is_debited(item))
        day = work.posting_day(today)
        for letter in letters:
            work.put(letter.file, letter.pdf)
            for posten, account in {item.posten: item.account for item in letter.items}.items():
                sha256 = hashlib.sha256(letter.pdf).hexdigest()
                meta: dict[str, Value] = {v.VOUCHER_HASH: sha256, v.ITEM: posten, v.RECORDED: desk.written}
                work.add([Document(day, account, letter.file, meta)], work.newest)
        outcome = work.commit(dry_run=dry_run)
    judged = dry(outcome) if dry_run else outcome
    return Reminded(letters, debited, judged, desk.settled, desk.before, read, desk.suspense)


def _likely(book: Book, book_claims: Claims) -> dict[str, tuple[str, ...]]:
    """Return the items that unclear receipts probably pay, with the numbers of that money."""
    parties: dict[str, list[str]] = {}
    for key, ways in proposals(book, book_claims).items():
        money = book_claims.suspense.get(key)
        for way in ways:
            if money and money.cents > 0 and isinstance(way, ItemProposal):
                parties.setdefault(way.item.posten, []).append(money.number)
    return {posten: tuple(dict.fromkeys(numbers)) for posten, numbers in parties.items()}


@dataclass(frozen=True)
class _Desk:
    """What a run needs: the book, what stood in it on a day, the rules for reminding."""

    book: Book
    records: Sequence[Record]
    as_of: dt.date
    rules: ReminderTerms
    words: Stationery
    today: dt.date
    read: dt.date | None
    likely: Mapping[str, tuple[str, ...]]

    @property
    def written(self) -> dt.date:
        """The day that a letter bears: that of the run, but none before what it tells of."""
        return max(self.as_of, self.today)

    def letters(self) -> tuple[Reminder, ...]:
        """Return one letter a party; raise ContactsRefused where addresses are missing."""
        contacts = self._contacts
        overdue = self._by_member()
        _check_contacts(self.book, contacts, overdue)
        return tuple(self._letter(contacts, member, tuple(items)) for member, items in overdue.items())

    def _by_member(self) -> dict[str, list[Overdue]]:
        overdue: dict[str, list[Overdue]] = {}
        waiting = {item.party for item, _, _ in self._overdue_dues if item.posten in dict(self.suspense)}
        for item, due, last in self._overdue_dues:
            if due.cents and not self._is_soon(last) and item.party not in waiting:
                overdue.setdefault(item.party, []).append(self._overdue(item, due, last))
        return overdue

    @property
    def suspense(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The overdue items that money in suspense probably pays, with its numbers."""
        monies = {
            item.posten: self.likely[item.posten]
            for item, due, last in self._overdue_dues
            if due.cents and item.posten in self.likely and not self._is_soon(last)
        }
        return tuple(monies.items())

    @property
    def settled(self) -> tuple[str, ...]:
        """The items that were overdue on the day and of which nothing is open any more."""
        left = {item.posten: 0 for item, _, _ in self._overdue_dues}
        for item, due, _ in self._overdue_dues:
            left[item.posten] += due.cents
        return tuple(posten for posten, cents in left.items() if not cents)

    @property
    def before(self) -> tuple[tuple[str, dt.date], ...]:
        """The overdue items whose last letter is too recent for another one, with its day."""
        earlier = {
            item.posten: last
            for item, due, last in self._overdue_dues
            if last and due.cents and self._is_soon(last)
        }
        return tuple(earlier.items())

    def _is_soon(self, last: dt.date | None) -> bool:
        return last is not None and last + dt.timedelta(days=self.rules.second_after_days) > self.as_of

    @cached_property
    def _overdue_dues(self) -> tuple[tuple[Item, OrderedDue, dt.date | None], ...]:
        """What was overdue on the day, with what of it is open now (maybe nothing) and the day of its last letter."""
        letters = _letters(self.records)
        return tuple(
            (item, due, max((day for day in letters.get(item.posten, ()) if day > due.day), default=None))
            for item in self.items
            if item.party != self.book.party and not self.is_debited(item)
            for due in self._still_open(item)
        )

    def _still_open(self, item: Item) -> Iterator[OrderedDue]:
        """Yield what was overdue of an item by its days, each with no more than the book holds open of it now."""
        now, asked_cents = self._now.get(item.posten), 0
        for due in item.dues:
            if due.day < self.as_of:
                left = (now.due_by(due.day) if now else 0) - asked_cents
                cents = max(0, min(due.cents, left))
                asked_cents += cents
                yield OrderedDue(due.day, cents)

    @cached_property
    def _contacts(self) -> Contacts:
        return load(self.book.agreement_file, self.book.agreement)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The claims of the day; what was lowered since was never owed."""
        items = [
            item
            for item in claims(self.book, self._until).items.values()
            if item.account.startswith(v.ASSETS)
        ]
        return tuple(
            replace(item, claimed_cents=min(item.claimed_cents, self._now[item.posten].claimed_cents))
            for item in items
        )

    @cached_property
    def _now(self) -> ItemRegister:
        """Every item as the book holds it now, by its name."""
        return claims(self.book, self.records).items

    def is_debited(self, item: Item) -> bool:
        """Tell whether a claim is ours to debit: nobody is reminded of it unless the debit came back."""
        due = self._bank.debit(item)
        if due is None or due.left:
            return False
        waiting = (run for run in self._bank.runs if run.execution > self._bank.seen)
        return not due.before or any(
            told_item.bearer == item.posten for run in waiting for told_item in run.items
        )

    @cached_property
    def _bank(self) -> settling.Desk:
        seen = last_seen(self.book)
        runs = moved_on(standing(self.book), self._now, seen, lambda: self.records)
        return settling.Desk(self.book, self.records, self._contacts, runs, self.as_of, seen)

    @cached_property
    def _until(self) -> tuple[Record, ...]:
        return tuple(
            record
            for record in self.records
            if not isinstance(record, Transaction) or record.date <= self.as_of
        )

    def _overdue(self, item: Item, due: OrderedDue, last: dt.date | None) -> Overdue:
        rates = item.schedule.instalments if item.schedule else []
        claimed = max(due.cents, sum(cents for day, cents in rates if day == due.day))
        interest = self._interest(item, due)
        return Overdue(
            posten=item.posten,
            account=item.account,
            document=item.document,
            reference=item.reference,
            name=item_name(self.book, item.service_year, item.posten),
            due=due.day,
            claimed_cents=claimed if rates else item.claimed_cents,
            open_cents=due.cents,
            interest_cents=interest_cents(interest),
            interest=interest,
            reminded=last,
            instalment=bool(rates),
        )

    def _interest(self, item: Item, due: OrderedDue) -> tuple[InterestSpan, ...]:
        """Return the interest on what is due: on an instalment only on it, from its own day on."""
        if self.rules.points is None:
            return ()
        if item.schedule and item.schedule.instalments:
            rates = sorted(item.schedule.instalments)
            before = sum(cents for day, cents in rates if day < due.day)
            cents = sum(cents for day, cents in rates if day == due.day)
            payments = list(part_payments(before, cents, self._since_order(item.posten)))
            return tuple(spans(cents, due.day, payments, self.as_of, self.rules))
        items = balances(self.book, self._until, item.party, self.as_of).items
        moves = next(balance.settlements for balance in items if balance.posten == item.posten)
        return tuple(spans(item.claimed_cents, due.day, moves, self.as_of, self.rules))

    def _since_order(self, posten: str) -> list[tuple[dt.date, int]]:
        """Return what lowered a claim since the last order about it, by days; what raised it again is negative."""
        moves: list[tuple[dt.date, int]] = []
        for record in self._until:
            if isinstance(record, Custom) and record.kind == v.CustomType.DISPOSITION:
                moves = [] if record.values[0] == posten else moves
            elif isinstance(record, Transaction) and not (claims_item(record) or unclaims_item(record)):
                legs = (leg for leg in record.postings if leg.meta.get(v.ITEM) == posten)
                moves += [(record.date, -leg.cents) for leg in legs]
        return moves

    def _letter(self, contacts: Contacts, member: str, items: tuple[Overdue, ...]) -> Reminder:
        pdf = reminder(
            side(self.book, contacts, self.book.party),
            side(self.book, contacts, member),
            items,
            as_of=self.as_of,
            written=self.written,
            pay_by=self.rules.deadline(self.written),
            clause=self.rules.clause,
            words=self.words,
            read=self.read,
        )
        return Reminder(member, items, f"{FOLDER}/erinnerung-{self.as_of}-{member}.pdf", pdf)


def _letters(records: Sequence[Record]) -> dict[str, list[dt.date]]:
    """Return the days of earlier letters by item: those they bear, of old ones the day in the file's name."""
    front = f"{FOLDER}/erinnerung-"
    days: dict[str, list[dt.date]] = {}
    for record in records:
        if isinstance(record, Document) and record.path.startswith(front):
            day = record.meta.get(v.RECORDED)
            if not isinstance(day, dt.date):
                day = dt.date.fromisoformat(record.path.removeprefix(front)[:10])
            days.setdefault(str(record.meta.get(v.ITEM, "")), []).append(day)
    return days


def _check_contacts(book: Book, contacts: Contacts, overdue: Mapping[str, Sequence[Overdue]]) -> None:
    lacking = missing(contacts, book.party, SELLER_NEEDS) if overdue else []
    lacking += [problem for member in overdue for problem in missing(contacts, member, ADDRESS)]
    if lacking:
        raise ContactsRefused(lacking)


def side(book: Book, contacts: Contacts, party: str) -> Side:
    """Return a party as one side of a letter."""
    member, contact = book.agreement.party(party), contacts.of(party)
    assert member, "an open item is a party's"
    return Side(contact, contact.name or member.name, member.ibans[0] if member.ibans else "")
