"""Ingest config for beangulp's own command line and for a plain Fava (`option "import-config"`).

    python -m importers.ingest identify|extract|archive FILE…

Account names and IBAN come from the book whose folder (or `book.toml`) KKD_BOOK names; without it from a
`book.toml` in the current folder; without either the accounts have general names and every account is taken.
Bank statements are read for every book, e-invoices for the book of a member, who receives them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import beangulp
from beancount.core import data
from beangulp.extract import DUPLICATE

from importers.bank import BankImporter
from importers.einvoice import EInvoiceImporter


def importers_for(folder: Path | None) -> list[beangulp.Importer]:
    """Return the importers for the book in a folder, or general ones where there is none."""
    if folder is None:
        return [
            BankImporter(
                "Aktiva:Bank", "Passiva:Ungeklärte-Zahlungseingänge", "Aktiva:Ungeklärte-Zahlungsausgänge"
            )
        ]
    from kkd_ledger.book.config import load_book

    book = load_book(folder)
    bank = book.settings.bank
    statements = BankImporter(
        bank.account,
        book.account("unclear_in"),
        book.account("unclear_out"),
        bank.iban,
        book.settings.former_ibans,
    )
    return [statements] if book.is_operator else [statements, EInvoiceImporter(folder)]


def book_folder() -> Path | None:
    """Return the folder of the book in use, None where no book is named."""
    named = os.environ.get("KKD_BOOK")
    if named:
        path = Path(named)
        return path.parent if path.is_file() else path
    return Path.cwd() if Path("book.toml").is_file() else None


def count(extracted: Sequence[Any], existing: Sequence[Any]) -> Sequence[Any]:  # noqa: ARG001
    """Say for each file what it has and how much of it is known; nothing is left out silently."""
    for (
        file,
        entries,
        *more,
    ) in extracted:  # Fava hands only these two on, beangulp account and importer as well
        known = sum(1 for entry in entries if DUPLICATE in entry.meta)
        one, many, said = "Umsatz", "Umsätze", ""
        if more and isinstance(more[-1], EInvoiceImporter):
            one, many, said = "Buchung", "Buchungen", f"; {more[-1].verdict(file)}"
        entered = sum(1 for entry in entries if isinstance(entry, data.Transaction))
        what = one if entered == 1 else many
        print(f"{Path(file).name}: {entered} {what}, davon {known} bekannt{said}", file=sys.stderr)
    return extracted


CONFIG = importers_for(book_folder())
HOOKS = [count]

if __name__ == "__main__":
    beangulp.Ingest(CONFIG, HOOKS)()
