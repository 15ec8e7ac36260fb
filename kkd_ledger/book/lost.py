"""Accounts that hold money and that book.toml does not name any more: what stands there would be in no list."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kkd_ledger.book.config import Book
from kkd_ledger.book.settings import Accounts
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.money import format_eur

_BALANCE_ROOTS = ("Aktiva:", "Passiva:", "Eigenkapital:")


def refuse_lost(book: Book, balances: Mapping[str, int]) -> None:
    """Raise BookRefused where a balance-sheet account holds money and neither has nor had a role in book.toml.

    What stands below the bank account is the bank account's: its balance is the sum of both.
    """
    bank = re.escape(book.settings.bank.account)
    roles = map(_pattern, book.settings.accounts_ever(*Accounts.model_fields))
    known = re.compile("|".join([*roles, f"{bank}(:.+)?"]))
    problems = [
        Problem(
            str(book.config_file),
            "accounts",
            f"das Konto {account}, auf dem {format_eur(abs(cents))} stehen, kommt nicht mehr vor",
            f'der alte Name der Rolle unter [[before]]: until = TAG, accounts = {{ ROLLE = "{account}" }}; '
            "so bleibt das Geld in allen Listen, und neue Buchungen nehmen das neue Konto",
        )
        for account, cents in sorted(balances.items())
        if cents and account.startswith(_BALANCE_ROOTS) and not known.fullmatch(account)
    ]
    if problems:
        raise BookRefused(problems)


def _pattern(name: str) -> str:
    return re.escape(name).replace(re.escape("{party}"), "[^:]+")
