"""CAMT.053 for beangulp: a thin face of `kkd_ledger.bank`, for people who import by hand or in a plain Fava.

`kkd import` and `kkd month` match and book; this importer only reads: each line becomes a transaction between the
bank account and the account of unclear receipts or payments, known again by its `bankref`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import beangulp
from beancount.core import amount, data, flags
from beangulp.extract import DUPLICATE

from kkd_ledger.bank.keys import entry_key, line_keys
from kkd_ledger.bank.reading import read
from kkd_ledger.bank.statements import Statement, StatementLine, proved, same_account
from kkd_ledger.errors import StatementRefused
from kkd_ledger.money import plain

BANK_REFERENCE: Final = "bankref"
_KIND: Final = "053"
_MARKS: Final = ("BkToCstmrStmt", "camt.053")
_HEAD_BYTES: Final = 65536


class CamtImporter(beangulp.Importer):  # type: ignore[misc]  # beangulp has no types
    """Imports camt.053 statements of one bank account.

    `account` is the bank account's name in the ledger, `unclear_in` and `unclear_out` take the other leg of
    receipts and payments; with an `iban` only that account's statements are taken.
    """

    def __init__(self, account: str, unclear_in: str, unclear_out: str, iban: str = "") -> None:
        self._account = account
        self._unclear_in = unclear_in
        self._unclear_out = unclear_out
        self._iban = "".join(iban.split()).upper()

    @property
    def name(self) -> str:
        """Name of the importer, the same wherever it is loaded from."""
        return f"kkd.camt053.{self._iban or 'alle'}"

    def identify(self, filepath: str) -> bool:
        """Tell whether the file is a camt.053 of the account; it never raises.

        A damaged camt.053 is taken as one, so that `extract` can say what is wrong with it instead of nobody.
        """
        path = Path(filepath)
        try:
            statements = read(path)
        except StatementRefused:
            return _looks_like_camt053(path)
        except Exception:  # noqa: BLE001 - a raising importer takes Fava's whole import page down
            return False
        return bool(statements) and all(self._takes(statement) for statement in statements)

    def account(self, filepath: str) -> str:  # noqa: ARG002
        """Return the bank account's name in the ledger."""
        return self._account

    def date(self, filepath: str) -> dt.date | None:
        """Return the last day that the file's statements cover; None where it cannot be read."""
        try:
            return max(statement.to_day for statement in read(Path(filepath)))
        except StatementRefused:
            return None

    def extract(self, filepath: str, existing: data.Entries) -> data.Entries:  # noqa: ARG002
        """Return one transaction for each booked line; raise StatementRefused where the file does not prove itself."""
        entries: data.Entries = []
        for statement in read(Path(filepath)):
            proved(statement)
            for key, line in zip(line_keys(statement), statement.lines, strict=True):
                if line.booked:
                    entries.append(self._transaction(filepath, len(entries) + 1, key, line))
        return entries

    def deduplicate(self, entries: data.Entries, existing: data.Entries) -> None:
        """Mark the transactions whose bank line is known already, by key and never by likeness."""
        known: dict[str, data.Directive] = {}
        for entry in existing:
            for key in _bank_references(entry):
                known.setdefault(entry_key(key), entry)
        for entry in entries:
            for key in _bank_references(entry):
                if entry_key(key) in known:
                    entry.meta[DUPLICATE] = known[entry_key(key)]

    def _takes(self, statement: Statement) -> bool:
        return statement.kind == _KIND and (not self._iban or same_account(statement.account, self._iban))

    def _transaction(self, filepath: str, number: int, key: str, line: StatementLine) -> data.Transaction:
        units = amount.Amount(Decimal(plain(line.amount_cents)), line.currency)
        other = self._unclear_in if line.amount_cents > 0 else self._unclear_out
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


def _looks_like_camt053(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).replace(b"\0", b"").decode("latin-1")
    except OSError:
        return False
    return any(mark in head for mark in _MARKS)
