"""What a book stands on, as it was at some time: today's content, and what closes and confirmations have kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from typing import Final

from kkd_ledger.book.config import Book, settings_of
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.seal_chain import KEPT
from kkd_ledger.book.settings import Settings
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.errors import BookRefused

_TABLES: Final = (b"accounts", b"bank", b"budget")
"""What every book.toml names."""


class KnownBasis:
    """All known versions of what a book stands on; each is read once, when it is asked for."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @cached_property
    def contents(self) -> tuple[bytes, ...]:
        """Every content that was kept, whatever it is."""
        present = BookFolder(self._book.root)
        return tuple(present.read(path) for path in present.listed(KEPT) if present.is_file(path))

    @cached_property
    def hashes(self) -> frozenset[str]:
        """The SHA-256 of every content that is known, today's included, and of today's agreement with its figures."""
        now = basis.hashes_of(basis.contents(self._book))
        kept = (sha256(content).hexdigest() for content in self.contents)
        return frozenset({*now.values(), basis.agreement_of(now), *kept})

    @cached_property
    def settings(self) -> tuple[Settings, ...]:
        """The settings of today, and every kept version of book.toml that can still be read."""
        return (self._book.settings, *self._kept_settings())

    def _kept_settings(self) -> Iterator[Settings]:
        for content in self.contents:
            if all(table in content for table in _TABLES):  # an agreement is long, and no settings
                with suppress(BookRefused):
                    yield settings_of(content)

    def names(self, text: str) -> bool:
        """Whether a text stands in quotation marks in a kept version of the agreement."""
        quoted = f'"{text}"'.encode()
        return any(quoted in content for content in self.contents)

    def has_account(self, iban: str) -> bool:
        """Whether a kept version names an account."""
        return any(iban.encode() in content.replace(b" ", b"") for content in self.contents)
