"""How an open item is to be settled: what its document asks for, and what keeps it out of a payment run."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.agreement import Member
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document as Voucher
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.einvoice.comparison import account_of, accounts_in, is_debit
from kkd_ledger.einvoice.read import read
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.payments import mandates
from kkd_ledger.payments.sepa import RunRefused
from kkd_ledger.persons.contacts import Contacts
from kkd_ledger.references import canonical_reference, ibans_in
from kkd_ledger.work.transfers.account_gaps import AccountGap
from kkd_ledger.work.transfers.bank_runs import ToldRun, naming, pending_cents
from kkd_ledger.work.transfers.moved_on import takings_of

_NAMES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class AskedPayment:
    """What the document of an item asks for: a reference other than the item's own, an agreed account, or a debit.

    `debit` is None where there is no document that says it; `kept` is the day on which the document was kept, `named`
    are the accounts that it names, agreed or not.
    """

    number: str = ""
    reference: str = ""
    iban: str = ""
    debit: bool | None = None
    debited_iban: str = ""
    kept: dt.date | None = None
    broken: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item of which something is due: how much a run would move, and why it does not where something is `left`.

    `before` are the runs that stand for it; `early` is the first day on which it may be debited.
    """

    item: Item
    cents: int
    asked: AskedPayment
    left: str = ""
    before: str = ""
    early: dt.date | None = None


class Loose(NamedTuple):
    """Money that went out, in unsigned cents, and that is not placed on any item yet."""

    day: dt.date
    cents: int
    text: str


@dataclass(frozen=True)
class Desk:
    """What a run looks at: the book, its records, the parties' data, earlier runs, the day on which the bank acts.

    `seen` is the last day that booked statements tell of; `named` are items that persons chose by name; `unordered`
    says by their places which entries no order covers, and why; in `gaps` an item may have been paid unseen.
    """

    book: Book
    records: Sequence[Record]
    contacts: Contacts
    runs: Sequence[ToldRun]
    execution: dt.date
    seen: dt.date
    named: frozenset[str] = field(default_factory=frozenset)
    unordered: Mapping[Place, str] = field(default_factory=dict)
    gaps: Sequence[AccountGap] = ()

    def party(self, item: Item) -> Member:
        """Return the other side of an item."""
        member = self.book.agreement.party(self.book.counterparty(item.party))
        assert member, "an open item is a party's"
        return member

    def asked(self, item: Item) -> AskedPayment:
        """Return what the latest kept document of an item asks for; nothing where there is none."""
        kept = self._vouchers.get(item.document if self.book.is_operator else item.posten, ())
        if not kept:
            return AskedPayment()
        if not self.book.is_operator:  # of two that a person has accepted under one number the last one holds
            return self._read(kept[-1], item)
        number = kept[-1].meta.get(v.DEMAND)
        return self._read(
            min((paper for paper in kept if paper.meta.get(v.DEMAND) == number), key=_as_pdf), item
        )

    @cached_property
    def _vouchers(self) -> Mapping[str, Sequence[Voucher]]:
        """The kept documents: the operator's own by their number, a member's by the items that they demand."""
        key = v.DEMAND if self.book.is_operator else v.ITEM
        vouchers: dict[str, list[Voucher]] = {}
        for record in self.records:
            if isinstance(record, Voucher) and v.DEMAND in record.meta and key in record.meta:
                vouchers.setdefault(str(record.meta[key]), []).append(record)
        return vouchers

    def _read(self, record: Voucher, item: Item) -> AskedPayment:
        file = self.book.root / record.path
        try:
            content = file.read_bytes()
            document = read(content, file.name)
        except (OSError, InputRefused):
            return AskedPayment(broken=f"sein Beleg {record.path} ist nicht zu lesen", kept=record.date)
        if hashlib.sha256(content).hexdigest() != record.meta.get(v.VOUCHER_HASH):
            return AskedPayment(broken=f"sein Beleg {record.path} wurde verändert", kept=record.date)
        wanted = _reference(document.remittance)
        agreed = self.party(item).ibans
        debited = next((means.debited_iban for means in document.payments if means.debited_iban), "")
        return AskedPayment(
            document.number,
            "" if wanted == item.reference else wanted,
            account_of(document, agreed),
            is_debit(document),
            debited,
            record.date,
            named=accounts_in(document),
        )

    def transfer(self, item: Item, loose: Sequence[Loose]) -> DueItem:
        """Return what a run of transfers would pay of an item, or why it does not."""
        asked, cents = self.asked(item), self._fresh(item)
        left = asked.broken or self._inside(item) or self._unordered(item)
        due = DueItem(item, cents, asked, left, self._before(item, cents))
        if item.posten in self.named or due.left or due.before:
            return due
        if self._is_debited(item, asked):
            said = f"wird eingezogen ({asked.number or 'Mandat'}): keine Überweisung"
            return DueItem(item, cents, asked, said)
        if maybe := next(self._maybe_paid(item, cents, loose), ""):
            return DueItem(item, cents, asked, maybe)
        return DueItem(item, cents, asked, hidden) if (hidden := self.hidden(item)) else due

    def hidden(self, item: Item) -> str:
        """Return in German why an item may have been settled without the books knowing; empty where it cannot."""
        gap = next((gap for gap in self.gaps if item.booked <= gap.to_day), None)
        if gap is None:
            return ""
        return (
            f"{gap.text}: er kann darin gezahlt sein; erst erklären (`kkd status` sagt, wie), oder ihn zu zweit nennen "
            f"(--posten {item.posten} --reason GRUND)"
        )

    def _inside(self, item: Item) -> str:
        """Return in German that an item is the own one of whose account it is: no transfer from one to the same."""
        book = self.book
        if not book.is_operator or item.party != book.party or book.settings.bank.dedicated:
            return ""
        return "eigener Anteil auf dem eigenen Konto: `kkd offset` mit --internal verrechnet ihn im Haus"

    def _unordered(self, item: Item) -> str:
        if not self.unordered:
            return ""
        text = next(
            (
                self.unordered[place]
                for place in self._entries.get(item.posten, ())
                if place in self.unordered
            ),
            "",
        )
        return f"keine Anordnung deckt ihn: {text}; lassen Sie ihn anordnen" if text else ""

    @cached_property
    def _entries(self) -> Mapping[str, Sequence[Place]]:
        """The places of the entries that claim an item."""
        places: dict[str, list[Place]] = {}
        for record in self.records:
            if isinstance(record, Transaction) and record.text(v.KIND) in v.SHARE_KINDS:
                for leg in record.postings:
                    places.setdefault(str(leg.meta.get(v.ITEM, "")), []).append(record.place)
        return places

    @cached_property
    def _taken(self) -> Mapping[str, Sequence[str]]:
        """The payment references of the advances that a settlement took over, by its posten."""
        references = {
            str(leg.meta[v.ITEM]): record.text(v.REFERENCE)
            for record in self.records
            if isinstance(record, Transaction) and record.meta.get(v.KIND) == v.Kind.ADVANCE
            for leg in record.postings
            if v.ITEM in leg.meta
        }
        taken: dict[str, list[str]] = {}
        for name, taking in takings_of(self.records).items():
            taken.setdefault(taking.settlement, []).append(references.get(name, ""))
        return taken

    def _is_debited(self, item: Item, asked: AskedPayment) -> bool:
        """Tell whether our own account is debited for an item: its document says so, without one our mandate."""
        if self.book.is_operator:
            return False
        if asked.debit is not None:
            return asked.debit
        return mandates.in_force(self.contacts.of(self.book.party), item.due_on) is not None

    def _maybe_paid(self, item: Item, cents: int, loose: Sequence[Loose]) -> Iterator[str]:
        """Yield money that went out unplaced and may have paid the item already."""
        quoted = [text for text in (item.reference, *self._taken.get(item.posten, ())) if text]
        for money in loose:
            if money.cents == cents or any(text in money.text.replace(" ", "") for text in quoted):
                yield (
                    f"am {german.day(money.day)} gingen {format_eur(money.cents)} hinaus, die noch keinem Posten "
                    "zugeordnet sind: erst zuordnen (`kkd status` nennt sie), sonst wird vielleicht zweimal gezahlt"
                )

    def refuse_unreasoned(self, items: Iterable[Item], reason: str) -> None:
        """Raise RunRefused for items that may have been settled in a gap, where nobody says why they go."""
        hidden = [item for item in items if self.hidden(item)]
        if hidden and not reason.strip():
            allowed = "--reason GRUND: woher Sie wissen, dass er nicht schon gezahlt ist"
            raise RunRefused(Problem(item.posten, "", self.hidden(item), allowed) for item in hidden)

    def debit(self, item: Item) -> DueItem | None:
        """Return what a run of debits would take for an item, or why it does not; None for whoever pays by itself."""
        contact = self.contacts.of(self.party(item).id)
        asked = self.asked(item)
        if not (asked.debit or mandates.in_force(contact, item.due_on) or contact.mandate):
            return None
        cents = self._fresh(item)
        before = self._before(item, cents)
        early = mandates.debit_day(contact, item.due_on, asked.kept or item.booked)
        left = asked.broken or self._against_debit(item, asked)
        if not (left or before or item.posten in self.named):
            left = self.hidden(item)
        return DueItem(
            item, cents, asked, left, before, early if early > self.execution and not left else None
        )

    def without_mandate(self, items: Iterable[Item]) -> Iterator[str]:
        """Yield in German how much is due of each party without a mandate: no run of debits takes it."""
        receivables = [
            item for item in items if item.account.startswith(v.ASSETS) and item.due_by(self.execution)
        ]
        due = [item for item in receivables if self.debit(item) is None] if not self.named else []
        if due:
            cents = sum(item.due_by(self.execution) for item in due)
            count = german.count(len(due), "fällige Forderung", "fällige Forderungen")
            names = list(dict.fromkeys(self.party(item).name for item in due))
            who = "; ".join([*names[:_NAMES_MAX], *(["…"] if len(names) > _NAMES_MAX else [])])
            what = f"{count} ohne Mandat, zusammen {format_eur(cents)} ({who})"
            yield f"{what}: wer kein Mandat gibt, überweist selbst"

    def _against_debit(self, item: Item, asked: AskedPayment) -> str:
        member = self.party(item)
        contact = self.contacts.of(member.id)
        if asked.debit is False:
            return f"mit {asked.number} als Überweisung gefordert: kein Einzug"
        if not mandates.in_force(contact, item.due_on):
            return "bei Fälligkeit galt kein Mandat: kein Einzug"
        if not mandates.in_force(contact, self.execution):
            return f"das Mandat {contact.mandate} gilt am {german.day(self.execution)} nicht: bitte überweisen lassen"
        if asked.debited_iban and asked.debited_iban not in member.ibans:
            return f"angekündigt war der Einzug von {asked.debited_iban}, das nicht mehr vereinbart ist"
        return ""

    def _fresh(self, item: Item) -> int:
        """Return how much of an item is due by the day of execution and not yet told to the bank, in unsigned cents."""
        return max(0, item.due_by(self.execution) - pending_cents(item, self.runs, self.seen))

    def _before(self, item: Item, cents: int) -> str:
        return "" if cents else naming(self.runs, item.posten)


def _as_pdf(record: Voucher) -> bool:
    return record.path.endswith(".pdf")


def _reference(text: str) -> str:
    """Return a reference as it may go to the bank: an RF reference without blanks, other text without any account."""
    return "" if ibans_in(text) else canonical_reference(text)
