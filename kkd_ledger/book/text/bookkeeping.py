"""What Beancount itself would refuse, checked over our records: the strict reader's half of the authority.

Accounts are open and not closed, transactions sum to zero to the cent, balance assertions hold at the start of
their day, no account is opened twice. Like a rule it is a fold, whose state can be kept behind a seal.
"""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Final, Self

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import (
    Balance,
    Close,
    Complaint,
    Custom,
    Dated,
    Document,
    Open,
    Place,
    Record,
    Transaction,
)
from kkd_ledger.money import format_eur

# Beancount's order within a day: opens first, then balances, then transactions (0), closes last
_ORDER: Final = MappingProxyType({Open: -2, Balance: -1, Document: 1, Close: 2})
_DAY: Final = itemgetter(0)


class Disorder(Exception):
    """Records were taken whose day is not later than that of records taken before."""


def complaints(records: Iterable[Record]) -> tuple[Complaint, ...]:
    """Return everything that Beancount would object to, in the order of days."""
    return tuple(Bookkeeping().take(records).complaints)


class Bookkeeping:
    """The fold: accounts opened and closed, their balances, balance assertions, and what Beancount would object to.

    `unplaced` are the accounts of entries that book a bank line without an item: the bank's and those of suspense.
    """

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self._opened: set[str] = set()
        self._closed: set[str] = set()
        self._active: set[str] = set()
        self._balances: defaultdict[str, int] = defaultdict(int)
        self._asserted: dict[tuple[str, dt.date], int] = {}
        self._until = dt.date.min
        self.acts = 0
        self.unplaced: set[str] = set()

    def take(self, records: Iterable[Record]) -> Self:
        """Take records, ordered by their days, and return self.

        Raise Disorder where one of them is not later than all that was taken before.
        """
        records = tuple(records)
        transactions = sorted((record for record in records if isinstance(record, Transaction)), key=_DAY)
        others = [record for record in records if isinstance(record, Open | Balance | Document | Close)]
        others.sort(key=lambda record: (record.date, _ORDER[type(record)]))
        self._advance([*transactions[:1], *others[:1]], [*transactions[-1:], *others[-1:]])
        done = 0
        for other in others:
            bisect = bisect_left if _ORDER[type(other)] < 0 else bisect_right
            until = bisect(transactions, other.date, done, key=_DAY)
            self._transactions(transactions[done:until])
            self._other(other)
            done = until
        self._transactions(transactions[done:])
        self.acts += sum(isinstance(record, Custom) and record.kind == v.CustomType.ACT for record in records)
        return self

    def _advance(self, first: Iterable[Dated], last: Iterable[Dated]) -> None:
        if any(record.date <= self._until for record in first):
            raise Disorder
        self._until = max([self._until, *(record.date for record in last)])

    @property
    def balances(self) -> Mapping[str, int]:
        """What each account holds after everything taken, those below it not counted, in cents."""
        return self._balances

    def balance_cents(self, account: str) -> int:
        """Return what an account holds after everything taken, those below it not counted."""
        return self._balances.get(account, 0)

    def to_json(self) -> str:
        """Return the state as canonical JSON; what was asserted of days gone by is not needed any more."""
        data = {
            "opened": sorted(self._opened),
            "closed": sorted(self._closed),
            "active": sorted(self._active),
            "balances": {account: cents for account, cents in self._balances.items() if cents},
            "acts": self.acts,
            "unplaced": sorted(self.unplaced),
            "found": [[*complaint.place, complaint.text] for complaint in self.complaints],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the fold whose state `to_json` wrote."""
        data = json.loads(text)
        fold = cls()
        fold._opened, fold._closed = set(data["opened"]), set(data["closed"])
        fold._active = set(data["active"])
        fold.acts = data["acts"]
        fold.unplaced = set(data["unplaced"])
        fold._balances.update(data["balances"])
        fold.complaints = [Complaint(Place(file, line), text) for file, line, text in data["found"]]
        return fold

    def complain(self, record: Dated, text: str) -> None:
        """Keep an objection to a record."""
        self.complaints.append(Complaint(record.place, text))

    def _other(self, record: Open | Balance | Document | Close) -> None:
        match record:
            case Open():
                self._open(record)
            case Close():
                self._close(record)
            case Balance():
                self._assert_balance(record)
            case Document():  # a voucher may still come after its account was closed
                if record.account not in self._opened:
                    self._must_be_active(record, record.account)

    def _open(self, record: Open) -> None:
        if record.account in self._opened:
            self.complain(record, f"Konto {record.account} ist schon eröffnet")
        self._opened.add(record.account)
        self._active.add(record.account)

    def _close(self, record: Close) -> None:
        if record.account in self._closed:
            self.complain(record, f"Konto {record.account} ist schon geschlossen")
        elif record.account not in self._opened:
            self.complain(record, f"Konto {record.account} ist nicht eröffnet")
        self._closed.add(record.account)
        self._active.discard(record.account)

    def _transactions(self, records: Iterable[Transaction]) -> None:
        active, balances = self._active, self._balances
        for record in records:
            total = 0
            for account, cents, _ in record.postings:
                if account not in active:
                    self._must_be_active(record, account)
                balances[account] += cents
                total += cents
            if record.meta.get(v.KIND) == v.Kind.SUSPENSE:
                self.unplaced.update(leg.account for leg in record.postings)
            if total:
                self.complain(record, f"Soll und Haben gehen nicht auf: Differenz {format_eur(total)}")

    def _assert_balance(self, record: Balance) -> None:
        self._must_be_active(record, record.account)
        if self._asserted.setdefault((record.account, record.date), record.cents) != record.cents:
            self.complain(record, f"Saldo von {record.account} an diesem Tag zweimal verschieden behauptet")
        below = f"{record.account}:"
        actual = sum(
            cents
            for account, cents in self._balances.items()
            if account == record.account or account.startswith(below)
        )
        if actual != record.cents:
            text = (
                f"Saldo von {record.account} ist {format_eur(actual)}, behauptet {format_eur(record.cents)}"
            )
            self.complain(record, text)

    def has_opened(self, account: str) -> bool:
        """Return whether an account was ever opened."""
        return account in self._opened

    def _must_be_active(self, record: Dated, account: str) -> None:
        if account not in self._opened:
            self.complain(record, f"Konto {account} ist nicht eröffnet")
        elif account not in self._active:
            self.complain(record, f"Konto {account} ist geschlossen")
