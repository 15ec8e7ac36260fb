"""The start: the books that somebody may read, what waits in each of them, and for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from kkd_ledger.errors import KkdError
from kkd_ledger.web.workplace.acting.cases import Seal
from kkd_ledger.web.workplace.acting.routes import cases_of
from kkd_ledger.web.workplace.on_show import FIRST_PATIENCE_S, BookOnShow
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.visitor import Visitor


class BookCard(NamedTuple):
    """A book on the start page: what it is called, why it cannot be shown, what waits.

    `mine` is how many cases wait for whoever looks, `tasks` what is to be done by somebody, the gravest first.
    """

    name: str
    title: str
    reason: str = ""
    mine: int = 0
    tasks: Sequence[str] = ()


def readable_books(books: Mapping[str, BookOnShow], who: Visitor | None) -> dict[str, BookOnShow]:
    """Return the books that somebody may read; all of them where nobody logs in."""
    return {name: shown for name, shown in books.items() if who is None or shown.lets_read(who)}


def cards(
    books: Mapping[str, BookOnShow], who: Visitor | None, seal: Seal, today: dt.date
) -> Sequence[BookCard]:
    """Return a card for each of these books, those first in which something waits for whoever looks.

    All books are begun to be read at once, and nobody waits for them longer than for one.
    """
    for shown in books.values():
        shown.begin()
    until = int(monotonic()) + FIRST_PATIENCE_S

    def waiting(snapshot: Snapshot) -> int:
        return sum(case.is_mine for case in cases_of(snapshot, who, seal, today))

    made = [_card(name, shown, until, waiting) for name, shown in books.items()]
    return sorted(made, key=lambda card: (-card.mine, not card.tasks))


def _card(name: str, shown: BookOnShow, until: int, waiting: Callable[[Snapshot], int]) -> BookCard:
    title = shown.book.settings.title
    try:
        snapshot = shown.snapshot(max(0, until - int(monotonic())))
        tasks = (*snapshot.status.troubles, *snapshot.status.work)
        return BookCard(name, title, "", waiting(snapshot), tasks)
    except KkdError as error:
        return BookCard(name, title, str(error))
