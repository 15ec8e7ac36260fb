"""Bank statements for beangulp: a thin face of `kkd_ledger.bank`, for people who import by hand or in a plain Fava.

`kkd import` and `kkd month` match and book; this importer only reads: each line becomes a transaction between the
bank account and the account of unclear receipts or payments, known again by its `bankref`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import beangulp
from beancount.core import amount, data, flags
from beangulp.extract import DUPLICATE

from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import BOOKING_KINDS, Statement, StatementLine, proved, same_account
from kkd_ledger.errors import StatementRefused
from kkd_ledger.money import plain

BANK_REFERENCE: Final = "bankref"
_MARKS: Final = (("BkToCstmrStmt",), ("camt.053",), (":20:", ":60F:"))  # camt.053, MT940
_HEAD_BYTES: Final = 65536


class BankImporter(beangulp.Importer):  # type: ignore[misc]  # beangulp has no types
    """Imports the statements of one bank account; details and previews (camt.054, camt.052, MT942) are left out.

    `account` is the bank account's name in the ledger, `unclear_in` and `unclear_out` take the other leg of
    receipts and payments; with an `iban` only that account's statements are taken, also under its `former` ones.
    """

    def __init__(
        self, account: str, unclear_in: str, unclear_out: str, iban: str = "", former: Iterable[str] = ()
    ) -> None:
        self._account = account
        self._suspense_in = unclear_in
        self._suspense_out = unclear_out
        self._iban = "".join(iban.split()).upper()
        self._former = tuple(former)

    @property
    def name(self) -> str:
        """Name of the importer, the same wherever it is loaded from."""
        return f"kkd.bank.{self._iban or 'alle'}"

    def identify(self, filepath: str) -> bool:
        """Tell whether the file holds statements of the account; it never raises.

        A damaged camt.053 or MT940 is taken as one, so that `extract` can say what is wrong with it instead of nobody.
        """
        path = Path(filepath)
        try:
            statements = _booking(path)
        except StatementRefused:
            return _looks_like_a_statement(path)
        except Exception:  # noqa: BLE001 - a raising importer takes Fava's whole import page down
            return False
        return bool(statements) and all(self._takes(statement) for statement in statements)

    def account(self, filepath: str) -> str:  # noqa: ARG002
        """Return the bank account's name in the ledger."""
        return self._account

    def date(self, filepath: str) -> dt.date | None:
        """Return the last day that the file's statements cover; None where it cannot be read."""
        try:
            return max((statement.to_day for statement in _booking(Path(filepath))), default=None)
        except StatementRefused:
            return None

    def extract(self, filepath: str, existing: data.Entries) -> data.Entries:  # noqa: ARG002
        """Return one transaction for each booked line; raise StatementRefused where the file does not prove itself."""
        entries: data.Entries = []
        for statement in _booking(Path(filepath)):
            proved(statement)
            for key, line in zip(line_keys(statement), statement.lines, strict=True):
                if line.booked:
                    entries.append(self._transaction(filepath, len(entries) + 1, key, line))
        return entries

    def deduplicate(self, entries: data.Entries, existing: data.Entries) -> None:
        """Mark the transactions whose bank line is known already: by key, never by the likeness of a single one.

        Keys of one format say nothing about another. So a day that is known only from another format is compared as a
        whole: the same amounts are the same entries.
        """
        known = self._by_day_and_key(existing)
        for day, fresh in self._by_day_and_key(entries).items():
            there = known.get(day, {})
            pairs = [(parts, there[key]) for key, parts in fresh.items() if key in there]
            if not pairs and self._amounts(there) == self._amounts(fresh):
                pairs = list(zip(self._by_amount(fresh), self._by_amount(there), strict=True))
            for parts, (first, *_) in pairs:
                for part in parts:
                    part.meta[DUPLICATE] = first

    def _by_day_and_key(self, entries: Iterable[Any]) -> dict[dt.date, dict[str, list[Any]]]:
        """Return the transactions that carry a bank reference by day, and by entry of the bank: a batch has several."""
        found: dict[dt.date, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for entry in entries:
            for key in _bank_references(entry):
                found[entry.date][entry_key(key)].append(entry)
        return found

    def _amounts(self, day: dict[str, list[Any]]) -> list[Decimal]:
        return [self._amount(parts) for parts in self._by_amount(day)]

    def _by_amount(self, day: dict[str, list[Any]]) -> list[list[Any]]:
        return sorted(day.values(), key=self._amount)

    def _amount(self, parts: list[Any]) -> Decimal:
        """Return what an entry of the bank moves on its account."""
        legs = (leg for one in parts for leg in one.postings if leg.account == self._account)
        return sum((leg.units.number for leg in legs), Decimal(0))

    def _takes(self, statement: Statement) -> bool:
        ibans = (self._iban, *self._former)
        return not self._iban or any(same_account(statement.account, iban) for iban in ibans)

    def _transaction(self, filepath: str, number: int, key: str, line: StatementLine) -> data.Transaction:
        units = amount.Amount(Decimal(plain(line.amount_cents)), line.currency)
        other = self._suspense_in if line.amount_cents > 0 else self._suspense_out
        told = {
            BANK_REFERENCE: key,
            "wertstellung": line.value_day.isoformat() if line.value_day else "",
            "gegenkonto": line.iban,
            "ende-zu-ende": line.end_to_end,
        }
        meta = data.new_metadata(filepath, number, {word: text for word, text in told.items() if text})
        return data.Transaction(
            meta=meta,
            date=line.booking_day,
            flag=flags.FLAG_WARNING,
            payee=line.counterparty or None,
            narration=" ".join((*line.structured, line.remittance or line.booking_text)).strip() or "Umsatz",
            tags=data.EMPTY_SET,
            links=data.EMPTY_SET,
            postings=[_leg(self._account, units), _leg(other, amount.mul(units, Decimal(-1)))],
        )


def _leg(account: str, units: amount.Amount) -> data.Posting:
    return data.Posting(account, units, None, None, None, None)


def _bank_references(entry: Any) -> list[str]:
    """Return the bank references that a directive carries, on itself or on its postings."""
    carriers = [entry.meta, *(posting.meta for posting in getattr(entry, "postings", None) or ())]
    return [str(meta[BANK_REFERENCE]) for meta in carriers if meta and BANK_REFERENCE in meta]


def _booking(path: Path) -> tuple[Statement, ...]:
    """Read a file and return the statements that book."""
    return tuple(statement for statement in read(path) if statement.kind in BOOKING_KINDS)


def _looks_like_a_statement(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).replace(b"\0", b"").decode("latin-1")
    except OSError:
        return False
    return any(all(mark in head for mark in marks) for marks in _MARKS)
