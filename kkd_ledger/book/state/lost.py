"""Accounts that hold money and that book.toml does not name any more: what stands there would be in no list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from kkd_ledger.book.config import Book
from kkd_ledger.book.settings import Accounts
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.money import format_eur

_BALANCE_ROOTS = ("Aktiva:", "Passiva:", "Eigenkapital:")


def refuse_lost(book: Book, balances: Mapping[str, int], unplaced: Collection[str] = ()) -> None:
    """Raise BookRefused where a balance-sheet account holds money and neither has nor had a role in book.toml.

    What stands below the bank account is the bank account's: its balance is the sum of both. On an account of
    `unplaced` bank lines were booked without an item: it is the bank's or one for money in suspense, whatever its role.
    """
    settings = book.settings
    bank = "|".join(f"{re.escape(account)}(:.+)?" for account in settings.bank_accounts)
    known_accounts = re.compile(
        "|".join([*map(_pattern, settings.accounts_ever(*Accounts.model_fields)), bank])
    )
    loose = re.compile("|".join([*map(_pattern, settings.accounts_ever("unclear_in", "unclear_out")), bank]))
    problems = [
        _lost(book, account, cents, is_unplaced=account in unplaced)
        for account, cents in sorted(balances.items())
        if cents and account.startswith(_BALANCE_ROOTS)
        if not (loose if account in unplaced else known_accounts).fullmatch(account)
    ]
    if problems:
        raise BookRefused(problems)


def unplaced_in(records: Iterable[Record]) -> frozenset[str]:
    """Return the accounts of entries that book a bank line on no item at all."""
    kinds = (
        record
        for record in records
        if isinstance(record, Transaction) and record.meta.get(v.KIND) == v.Kind.SUSPENSE
    )
    return frozenset(leg.account for record in kinds for leg in record.postings)


def _lost(book: Book, account: str, cents: int, *, is_unplaced: bool) -> Problem:
    former = _for_any(book, account)
    roles = ["unclear_in", "unclear_out"] if is_unplaced else _roles(book, former)
    which = f" (ROLLE ist {' oder '.join(roles)})" if len(roles) > 1 else ""
    role = roles[0] if len(roles) == 1 else "ROLLE"
    bank = "" if former != account else f'; war es das Bankkonto: bank_account = "{account}"'
    return Problem(
        str(book.config_file),
        "accounts",
        f"das Konto {account}, auf dem {format_eur(abs(cents))} stehen, kommt "
        f"{'für ungeklärtes Geld oder als Bankkonto ' * is_unplaced}nicht mehr vor",
        f"der alte Name der Rolle unter [[before]]: until = TAG (der letzte, an dem er galt), "
        f'accounts = {{ {role} = "{former}" }}{which}{bank}; so bleibt das Geld in allen Listen, und neue Buchungen '
        "nehmen das neue Konto",
    )


def _roles(book: Book, former: str) -> list[str]:
    """Return the roles that an account of the balance sheet can have had: of its side, and for one party or for all."""
    named = {role: str(name) for role, name in book.settings.accounts.model_dump(exclude_none=True).items()}
    root, of_party = former.partition(":")[0], "{party}" in former
    return [
        role
        for role, name in named.items()
        if name.partition(":")[0] == root and ("{party}" in name) == of_party
    ]


def _for_any(book: Book, account: str) -> str:
    """Return an account as book.toml names it for all parties: `{party}` where one's own name stands at its end."""
    front, _, last = account.rpartition(":")
    parties = {v.account_part(party.id) for party in book.agreement.parties()}
    return f"{front}:{{party}}" if last in parties else account


def _pattern(name: str) -> str:
    return re.escape(name).replace(re.escape("{party}"), "[^:]+")
