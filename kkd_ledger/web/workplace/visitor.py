"""Who asks for a page: the person who has logged in, and how they are known. Pages and forms ask `visitor()`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from flask import Flask, current_app, g

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.roles import roles_of

OPEN: Final = frozenset(
    {"login", "logout", "login-key-offer", "login-key", "login-service", "login-return", "login-code"}
)
"""The endpoints that take something from somebody who has not logged in (web/access/door.py)."""
_EXTENSION: Final = "kkd-visitor"


@dataclass(frozen=True)
class Visitor:
    """A person who has logged in: their name as books name them, how they are known, and their login."""

    name: str
    known_by: v.KnownBy
    login: str = ""

    def roles(self, book: Book, day: dt.date) -> tuple[v.Role, ...]:
        """Return the roles that this person holds in a book on a day; none where the book does not know them."""
        return roles_of(book.settings, self.name, day)

    def acting_on(self, book: Book) -> Book:
        """Return a book through which this person acts: what is written bears how they are known."""
        return book.acted_by({self.name: self.known_by})


Who: TypeAlias = Callable[[], Visitor | None]
"""What tells, within a request, who asks; None where nobody is logged in."""


def nobody() -> None:
    """Tell that nobody is logged in: where no person is set up, pages are read only."""


def ask_for(app: Flask, who: Who) -> None:
    """Let an application ask this for its visitors."""
    app.extensions[_EXTENSION] = who


def visitor() -> Visitor | None:
    """Return who asks for the page; None where nobody is logged in. Only within a request."""
    if "visitor" not in g:
        g.setdefault("visitor", current_app.extensions[_EXTENSION]())
    asking: Visitor | None = g.get("visitor")
    return asking
