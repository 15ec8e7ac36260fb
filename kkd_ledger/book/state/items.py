"""Open items (posten) and money in suspense: what waits to be paid, or to be placed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple, Self

from kkd_ledger.book.state.dispositions import Disposition, OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Posting, Transaction
from kkd_ledger.money import plain

NOWHERE: Final = Place("", 0)
_RARE: Final[Sequence[Any]] = (NOWHERE, (), 0, 0)


class ItemPart(NamedTuple):
    """What one bank line moved on an open item, in cents signed like the item's posting; the day of its entry (ISO)."""

    reference: str
    cents: int
    day: str


@dataclass
class Item:
    """An open item (posten): positive cents are a receivable, negative a payable.

    `remitted_cents` is how much of the claim was given up (Erlass), `disposition` what was ordered about what is open,
    `plan` are the rates in which the claim is due by the agreement (days, unsigned cents; none where it is due at
    once), `lowered_cents` is how much less they are by credits that named them, `place` where the claim stands (nobody
    asks that of an item at rest). `internal_cents` is how much of a lead town's own claim was settled inside the house.
    """

    posten: str
    account: str
    party: str
    service_year: int
    reference: str = ""
    document: str = ""
    due: dt.date | None = None
    booked: dt.date = dt.date.min
    claimed_cents: int = 0
    open_cents: int = 0
    paid: list[ItemPart] = field(default_factory=list)
    remitted_cents: int = 0
    disposition: Disposition | None = None
    place: Place = field(default=NOWHERE, compare=False)
    plan: list[tuple[dt.date, int]] = field(default_factory=list)
    lowered_cents: int = 0
    internal_cents: int = 0

    @property
    def settled(self) -> bool:
        """Whether nothing is open any more."""
        return self.open_cents == 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is open, nothing that was paid can come back, and nothing was ordered about it."""
        given = self.remitted_cents or self.internal_cents
        return not (self.open_cents or self.paid or given or self.disposition)

    @property
    def due_on(self) -> dt.date:
        """Since when something is due of what is open: by the claim, or as was ordered since."""
        if self.disposition:
            return self.disposition.due(self.open_cents)
        return self.own_due

    @property
    def own_due(self) -> dt.date:
        """Since when something is due of what is open, by the claim: on its day, or by its first unpaid rate."""
        return self._rates.due(self.open_cents) if self._rates else self.due or self.booked

    @property
    def schedule(self) -> Disposition | None:
        """In which parts what is open falls due: as was ordered, else by the due plan; None where it is one sum."""
        return self.disposition or self._rates

    @property
    def _rates(self) -> Disposition | None:
        if not self.plan:
            return None
        last = max(day for day, _ in self.plan)
        whole_cents = self.claimed_cents - self.lowered_cents * self.sign
        return Disposition(v.DispositionKind.INSTALMENTS, last, whole_cents, self.plan)

    @property
    def dues(self) -> tuple[OrderedDue, ...]:
        """What is open on the item by the days on which it falls due, in unsigned cents; none where nothing is owed."""
        open_cents = self.open_cents * self.sign
        if open_cents <= 0:
            return ()
        if schedule := self.schedule:
            return schedule.parts(open_cents)
        return (OrderedDue(self.due_on, open_cents),)

    @property
    def rates_left(self) -> tuple[OrderedDue, ...]:
        """What is open by the due plan of the claim, whatever was ordered since; none where it has no plan."""
        open_cents = self.open_cents * self.sign
        return self._rates.parts(open_cents) if self._rates and open_cents > 0 else ()

    def due_by(self, day: dt.date) -> int:
        """Return how much of what is open falls due by a day, that day included, in unsigned cents.

        Whatever asks for money or moves it asks this: instalments that are not due are not asked for.
        """
        return sum(cents for on, cents in self.dues if on <= day)

    @cached_property
    def sign(self) -> int:
        """1 for a receivable, -1 for a payable."""
        return 1 if self.account.startswith(v.ASSETS) else -1

    def rate_cents(self, day: dt.date) -> int:
        """Return how high the rate of a day is by the due plan, in unsigned cents; 0 where there is none."""
        return sum(cents for on, cents in self.plan if on == day)

    def lower_rate(self, day: dt.date, cents: int) -> None:
        """Lower the rate of a day by so many cents (negative: raise it again); nothing where the plan has none."""
        for place, (on, before) in enumerate(self.plan):
            if on == day:
                self.plan[place] = (on, before - cents)
                self.lowered_cents += cents
                return

    def settle(self, part: ItemPart) -> None:
        """Keep what a bank line (or the placing of its money in suspense) moved on the item.

        What opens the item again takes back its own line's part first, then the latest ones: a payment that came
        back is none, and cannot come back twice.
        """
        if part.cents * self.sign < 0:
            self.paid.append(part)
            return
        cents = part.cents
        for own in (True, False):
            for place in reversed(range(len(self.paid))):
                before = self.paid[place]
                if own == (before.reference == part.reference):
                    back = min(abs(before.cents), abs(cents)) * self.sign
                    self.paid[place] = before._replace(cents=before.cents + back)
                    cents -= back
        self.paid = [part for part in self.paid if part.cents]

    def to_data(self) -> list[Any]:
        """Return the item as plain JSON data."""
        due = self.due.isoformat() if self.due else None
        return [
            self.posten,
            self.account,
            self.party,
            self.service_year,
            self.reference,
            self.document,
            due,
            self.booked.isoformat(),
            self.claimed_cents,
            self.open_cents,
            self.paid,
            self.remitted_cents,
            self.disposition.to_data() if self.disposition else None,
            *self._rarely(),
        ]

    def _rarely(self) -> list[Any]:
        """Return what few items have, up to the last of it that this one has."""
        plan = [[day.isoformat(), cents] for day, cents in self.plan]
        rare: list[Any] = [self.place, plan, self.lowered_cents, self.internal_cents]
        while rare and rare[-1] in (NOWHERE, [], 0):
            rare.pop()
        return rare

    @classmethod
    def from_data(cls, data: list[Any]) -> Self:
        """Return the item that `to_data` wrote."""
        posten, account, party, year, reference, document, *figures = data
        due, booked, claimed_cents, open_cents, paid, remitted_cents, ordered, *rare = figures
        place, plan, lowered_cents, internal_cents = [*rare, *_RARE[len(rare) :]]
        day = dt.date.fromisoformat
        return cls(
            posten,
            account,
            party,
            year,
            reference,
            document,
            day(due) if due else None,
            day(booked),
            claimed_cents,
            open_cents,
            [ItemPart._make(part) for part in paid],
            remitted_cents,
            Disposition.from_data(ordered) if ordered else None,
            Place._make(place),
            [(day(on), cents) for on, cents in plan],
            lowered_cents,
            internal_cents,
        )


@dataclass
class SuspenseItem:
    """Money that nobody could place, in cents signed like the bank line: receipts are positive."""

    key: str
    number: str
    day: dt.date
    account: str
    payee: str
    text: str
    cents: int = 0
    place: Place = NOWHERE

    def as_json(self) -> dict[str, str]:
        """Return the money as a command tells it: signed like the bank line, and its direction in a word."""
        return {
            "number": self.number,
            "day": self.day.isoformat(),
            "direction": v.Direction.of(self.cents),
            "amount": plain(self.cents),
            "payee": self.payee,
            "text": self.text,
            v.BANK_REFERENCE: self.key,
        }

    def to_data(self) -> list[Any]:
        """Return the money as plain JSON data."""
        facts = [self.key, self.number, self.day.isoformat(), self.account, self.payee, self.text]
        return [*facts, self.cents, self.place]

    @classmethod
    def from_data(cls, data: list[Any]) -> Self:
        """Return what `to_data` wrote."""
        key, number, day, account, payee, text, cents, place = data
        bank_day = dt.date.fromisoformat(day)
        return cls(key, number, bank_day, account, payee, text, cents, Place._make(place))


def suspense_day(record: Transaction, posting: Posting) -> dt.date:
    """Return since when money is unclear: the bank's day, where the entry or a leg that made it unclear again names it.

    So neither a late entry nor a decision that was taken back and made anew makes money young.
    """
    bank_day = posting.meta.get(v.BANK_DAY) or record.meta.get(v.BANK_DAY)
    return bank_day if isinstance(bank_day, dt.date) else record.date


def suspense_key(record: Transaction, posting: Posting) -> str:
    """Return under which key money in suspense is held: everything that moves it names the same bank line.

    Where an entry moves two bank lines' money (one gives back what the other brought), each leg names its own.
    """
    own = posting.meta.get(v.ITEM) or posting.meta.get(v.BANK_REFERENCE)
    return str(own or record.text(v.BANK_REFERENCE) or record.text(v.NUMBER))
