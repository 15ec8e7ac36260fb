"""Fava's own page of ours: the shares by party and service year, with how far each has come."""

from __future__ import annotations

from pathlib import Path

from fava.ext import FavaExtensionBase

from kkd_ledger.book.beancount_reader import loaded_records
from kkd_ledger.book.config import load_book
from kkd_ledger.book.standing import Standings, standings
from kkd_ledger.errors import KkdError
from kkd_ledger.money import format_eur


class Kostenbeteiligungen(FavaExtensionBase):
    """Shares by party and service year; the data is made once after each load and swapped whole."""

    report_title = "Kostenbeteiligungen"

    _standings: Standings | None = None
    _error: str = ""

    def after_load_file(self) -> None:
        """Make the page's data of what Fava has loaded; a broken book shows its reason instead."""
        try:
            top = Path(self.ledger.beancount_file_path)
            records = loaded_records(self.ledger.all_entries, self.ledger.options, top)
            self._standings, self._error = standings(load_book(top.parent), records), ""
        except KkdError as error:
            self._standings, self._error = None, str(error)

    @property
    def table(self) -> Standings | None:
        """The shares; None where the book has no month or could not be read."""
        return self._standings

    @property
    def error(self) -> str:
        """Why there is no table."""
        return self._error

    @staticmethod
    def euro(cents: int) -> str:
        """Return cents as people read them."""
        return format_eur(cents)
