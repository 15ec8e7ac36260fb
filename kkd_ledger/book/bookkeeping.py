"""What Beancount itself would refuse, checked over our records: the strict reader's half of the authority.

Accounts are open and not closed, transactions sum to zero to the cent, balance assertions hold at the start of
their day, no account is opened twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kkd_ledger.book.canonical import amount
from kkd_ledger.book.records import (
    Balance,
    Close,
    Complaint,
    Custom,
    Dated,
    Document,
    Open,
    Record,
    Transaction,
)

# Beancount's order within a day: opens first, then balances, then what happens, closes last
_ORDER = {Open: -2, Balance: -1, Transaction: 0, Custom: 0, Document: 1, Close: 2}


def complaints(records: Iterable[Record]) -> tuple[Complaint, ...]:
    """Return everything that Beancount would object to, in the order of days."""
    dated = [record for record in records if isinstance(record, Dated)]
    dated.sort(key=lambda record: (record.date, _ORDER[type(record)]))
    check = _Bookkeeping()
    for record in dated:
        check.step(record)
    return tuple(check.found)


class _Bookkeeping:
    def __init__(self) -> None:
        self.found: list[Complaint] = []
        self._open: set[str] = set()
        self._closed: set[str] = set()
        self._balances: defaultdict[str, int] = defaultdict(int)

    def complain(self, record: Dated, text: str) -> None:
        self.found.append(Complaint(record.place, text))

    def step(self, record: Dated) -> None:
        match record:
            case Open():
                if record.account in self._open | self._closed:
                    self.complain(record, f"Konto {record.account} ist schon eröffnet")
                self._open.add(record.account)
            case Close():
                self._active(record, record.account)
                self._closed.add(record.account)
            case Balance():
                self._assert_balance(record)
            case Document():
                self._active(record, record.account)
            case Transaction():
                self._transaction(record)

    def _transaction(self, record: Transaction) -> None:
        total = sum(posting.cents for posting in record.postings)
        if total:
            self.complain(record, f"Soll und Haben gehen nicht auf: Differenz {amount(total)} EUR")
        for posting in record.postings:
            self._active(record, posting.account)
            self._balances[posting.account] += posting.cents

    def _assert_balance(self, record: Balance) -> None:
        self._active(record, record.account)
        below = f"{record.account}:"
        found = sum(
            cents
            for account, cents in self._balances.items()
            if account == record.account or account.startswith(below)
        )
        if found != record.cents:
            text = f"Saldo von {record.account} ist {amount(found)} EUR, behauptet {amount(record.cents)} EUR"
            self.complain(record, text)

    def _active(self, record: Dated, account: str) -> None:
        if account not in self._open:
            self.complain(record, f"Konto {account} ist nicht eröffnet")
        elif account in self._closed:
            self.complain(record, f"Konto {account} ist geschlossen")
