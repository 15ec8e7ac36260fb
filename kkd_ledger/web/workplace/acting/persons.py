"""Who may begin an act in a book, and who may decide upon what another person began."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.book.text.vocabulary import Role
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.persons.roles import acting, roles_of
from kkd_ledger.web.workplace.acting.action import Action, Roles


class NobodySecond(InputRefused):
    """An act needs two persons, and the book knows only one who may."""

    subject: ClassVar[str] = "Es fehlt eine zweite Person"


def who_may(book: Book, roles: Roles, day: dt.date, *, without: str = "") -> tuple[str, ...]:
    """Return who holds one of some roles in a book on a day, but for one person (and whoever is named alike)."""
    return tuple(
        name
        for name in acting(book.settings, day)
        if roles.intersection(roles_of(book.settings, name, day))
        and (not without or are_different((name, without)))
    )


def who_gives_roles(book: Book, day: dt.date) -> str:
    """Return in German whom to ask for a role in a book."""
    keepers = [
        holder.name
        for holder in book.settings.roles
        if holder.role == Role.ADMINISTERS and holder.holds(Role.ADMINISTERS, day)
    ]
    if not keepers:
        return "Rollen gibt, wer dieses Buch einrichtet"
    return f"Rollen gibt in diesem Buch {german.listing(list(dict.fromkeys(keepers)), 'oder')}"


def not_yours(book: Book, act: Action, day: dt.date) -> str:
    """Return in German that somebody's role does not allow an act: who may do it, and whom to ask for the role."""
    persons = who_may(book, act.roles, day)
    who = (
        f"Das darf in diesem Buch {german.listing(persons, 'oder')}." if persons else "Das darf hier niemand."
    )
    return f"Ihre Rolle in diesem Buch erlaubt „{act.title}“ nicht. {who} {who_gives_roles(book, day)}."


def may_begin(book: Book, act: Action, name: str, day: dt.date) -> bool:
    """Tell whether a person may begin an act in a book on a day."""
    return act.is_for(book) and bool(act.roles.intersection(roles_of(book.settings, name, day)))


def second_of(book: Book, act: Action, first: str, day: dt.date) -> str:
    """Return who stands for the second person in the first one's preview; raise NobodySecond where there is none."""
    persons = who_may(book, act.seconds, day, without=first)
    if not persons:
        roles = german.listing(sorted(map(str, act.seconds)), "oder")
        allowed = f"eine weitere Person mit der Rolle „{roles}“; {who_gives_roles(book, day)}"
        raise NobodySecond(
            [Problem(book.name, "", f"außer {first} darf das niemand {act.second_word}", allowed)]
        )
    return persons[0]
