"""Which roles somebody holds in the books that are shown; to administer counts only what two persons confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kkd_ledger.book.settings import Settings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import KkdError
from kkd_ledger.persons.powers import may_write
from kkd_ledger.persons.roles import roles_of
from kkd_ledger.rules import basis
from kkd_ledger.rules.engine.checkpoint import known_book
from kkd_ledger.web.workplace.on_show import BookOnShow
from kkd_ledger.web.workplace.snapshot import Snapshot


@dataclass(frozen=True)
class RolesOnShow:
    """The roles of persons in the books that are shown, by the books' names in addresses."""

    books: Mapping[str, BookOnShow]
    _kept: dict[Path, tuple[Snapshot, Settings]] = field(default_factory=dict)

    def by_book(self, person: str) -> Iterator[tuple[str, tuple[v.Role, ...]]]:
        """Yield each book's title in which a person holds roles today, with the roles."""
        for shown in self._readable():
            if roles := roles_of(shown.book.settings, person, shown.today):
                yield shown.book.settings.title, roles

    def anywhere(self, person: str) -> frozenset[v.Role]:
        """Return every role that a person holds today in some book."""
        return frozenset(role for _, roles in self.by_book(person) for role in roles)

    def administers(self, person: str, book: str = "") -> bool:
        """Tell whether a person administers: by the book.toml of some book (or just this one), today's and confirmed.

        So nobody gets to administer by a change that no second person has seen.
        """
        books = [self.books[book]] if book else list(self.books.values())
        return any(self._administers(shown, person) for shown in books)

    def _administers(self, shown: BookOnShow, person: str) -> bool:
        try:
            if v.Role.ADMINISTERS not in roles_of(shown.book.settings, person, shown.today):
                return False
            settings = self._confirmed(shown)
        except KkdError:
            return False
        return v.Role.ADMINISTERS in roles_of(settings, person, shown.today)

    def _confirmed(self, shown: BookOnShow) -> Settings:
        """Return the confirmed settings of a book, reckoned once for each state of its files."""
        snapshot, kept = shown.snapshot(), self._kept.get(shown.root)
        if kept is None or kept[0] is not snapshot:
            reading = known_book(snapshot.book)
            settings = basis.confirmed_settings(
                snapshot.book, reading.chain, reading.progress.fold.state(basis)
            )
            kept = self._kept[shown.root] = snapshot, settings
        return kept[1]

    def names(self) -> tuple[str, ...]:
        """Return who holds a role in some book, each once."""
        names = (holder.name for shown in self._readable() for holder in shown.book.settings.roles)
        return tuple(dict.fromkeys(names))

    def titles(self, person: str) -> tuple[tuple[str, str], ...]:
        """Return the books that a person administers: their name in addresses, and their title."""
        return tuple(
            (name, shown.book.settings.title)
            for name, shown in self.books.items()
            if self._administers(shown, person)
        )

    def setting_up(self, person: str) -> tuple[tuple[str, str], ...]:
        """Return the books whose settings a person may write: their name in addresses, and their title."""
        return tuple(
            (name, shown.book.settings.title)
            for name, shown in self.books.items()
            if may_write(roles_of(shown.book.settings, person, shown.today))
        )

    def root(self, book: str) -> Path | None:
        """Return a book's folder; None where there is none of this name."""
        shown = self.books.get(book)
        return shown.root if shown else None

    def _readable(self) -> Iterator[BookOnShow]:
        for shown in self.books.values():
            try:
                _ = shown.book.settings
            except KkdError:
                continue
            yield shown
