"""Fava's own page of ours: the shares by party and service year, with how far each has come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fava.ext import FavaExtensionBase

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.beancount_reader import loaded_records
from kkd_ledger.errors import KkdError
from kkd_ledger.rules.engine.adapter import RuleError
from kkd_ledger.web import page as content
from kkd_ledger.web.page import Page


class Message(NamedTuple):
    """One of Fava's errors as our page lists it; `title` and `remedy` are empty where no rule of ours found it."""

    place: str
    text: str
    title: str = ""
    remedy: str = ""


class Kostenbeteiligungen(FavaExtensionBase):
    """Shares by party and service year; the data is made once after each load and swapped whole."""

    report_title = "Kostenbeteiligungen"
    euro = staticmethod(content.euro)
    cell_words = staticmethod(content.cell_words)
    sum_words = staticmethod(content.sum_words)
    budget_words = staticmethod(content.budget_words)

    _page: Page | None = None
    _error: str = ""

    def after_load_file(self) -> None:
        """Make the page's data of what Fava has loaded; a broken book shows its reason instead.

        Fava opens on our page, and shows income without a minus sign.
        """
        self.ledger.fava_options.default_page = f"extension/{self.name}/"
        self.ledger.fava_options.invert_income_liabilities_equity = True
        top = Path(self.ledger.beancount_file_path)
        try:
            records = tuple(loaded_records(self.ledger.all_entries, top))
            self._page, self._error = content.page(load_book(top.parent), records), ""
        except (
            KkdError,
            ValueError,
            IndexError,
        ) as error:  # the text may say anything while somebody edits it
            self._page, self._error = None, str(error)

    @property
    def page(self) -> Page | None:
        """What the page shows; None where the book could not be read."""
        return self._page

    @property
    def error(self) -> str:
        """Why there is no page."""
        return self._error

    @property
    def messages(self) -> Iterator[Message]:
        """Everything that Beancount and our rules find, with file (relative to the book) and line."""
        root = Path(self.ledger.beancount_file_path).parent
        for error in self.ledger.errors:
            source = error.source or {}
            path = Path(str(source.get("filename", "")))
            file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
            place = f"{file}, Zeile {source.get('lineno', 0)}"
            if isinstance(error, RuleError):
                yield Message(place, error.sentence, error.title, error.remedy)
            else:
                yield Message(place, error.message)
