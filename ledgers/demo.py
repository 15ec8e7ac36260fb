"""Roles for trying things out (`make serve`): the books in work/ also name somebody who audits and who administers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from kkd_ledger.book.config import load_book
from kkd_ledger.work.terms.basis_text import new_settings, settings_text
from kkd_ledger.work.terms.settings_text import with_role

WORK: Final = Path(__file__).resolve().parents[1] / "work"
ONLOOKERS: Final = (("P. Prüfung", "pruefung"), ("V. Verwaltung", "verwaltung"))
SINCE: Final = dt.date(2023, 10, 1)


def add_onlookers(folder: Path) -> bool:
    """Let a book name both, where it names roles at all and not these; return whether something was written."""
    book = load_book(folder)
    names = {holder.name for holder in book.settings.roles}
    missing = [pair for pair in ONLOOKERS if names and pair[0] not in names]
    text = settings_text(book)
    for name, role in missing:
        text = with_role(text, {"name": name, "role": role, "from": SINCE})
    if missing:
        new_settings(book, text)
    return bool(missing)


if __name__ == "__main__":
    for book in ("landkreis", "biedenkopf"):
        add_onlookers(WORK / book)
