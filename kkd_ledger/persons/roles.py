"""Persons and their roles, as book.toml names them: who is known on which day, and may act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from kkd_ledger import german
from kkd_ledger.book.holders import Holder
from kkd_ledger.book.settings import Settings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated, Transaction
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import InputRefused, Problem


class PersonRefused(InputRefused):
    """A person is named who must not do this: unknown in book.toml on that day, or without a role that acts."""

    subject: ClassVar[str] = "Person nicht zugelassen"


def roles_of(settings: Settings, person: str, day: dt.date) -> tuple[v.Role, ...]:
    """Return the roles that a person holds on a day, in the order of book.toml."""
    return tuple(holder.role for holder in _on(settings.roles, day) if holder.name == person)


def objection(settings: Settings, person: str, day: dt.date) -> str:
    """Return in German why a person must not act on a day; empty where they may, or where no roles are set up."""
    if not settings.roles:
        return ""
    roles = roles_of(settings, person, day)
    if not roles:
        return f"{person} steht am {german.day(day)} mit keiner Rolle in book.toml"
    if not v.ACTING_ROLES.intersection(roles):
        return f"{person} hat am {german.day(day)} nur die Rolle „{roles[0]}“; wer sie hat, handelt nicht"
    return ""


def acting(settings: Settings, day: dt.date) -> tuple[str, ...]:
    """Return who may act on a day, each name once."""
    return tuple(
        dict.fromkeys(holder.name for holder in _on(settings.roles, day) if holder.role in v.ACTING_ROLES)
    )


def refuse_unknown(settings: Settings, persons: Sequence[str], day: dt.date) -> None:
    """Raise PersonRefused for everyone named who must not act on a day."""
    problems = [
        Problem(v.BOOK_FILE, "roles", text, f"handeln dürfen an diesem Tag: {_listed(settings, day)}")
        for person in dict.fromkeys(map(clean, persons))
        if (text := objection(settings, person, day))
    ]
    if problems:
        raise PersonRefused(problems)


def refuse_unknown_in(settings: Settings, records: Iterable[Dated]) -> None:
    """Raise PersonRefused for who is named in entries; who certifies and orders is judged by the rule about orders."""
    for record in records:
        if names := named(settings, record):
            refuse_unknown(settings, names, acted_on(record))


def named(settings: Settings, record: Dated) -> tuple[str, ...]:
    """Return who caused or decided what a record says; whoever signed a general order decides for the job under it."""
    if isinstance(record, Transaction):
        decided = record.text(v.PERIOD_DECISION_BY)
        if any(order.signed_by == decided for order in settings.general_orders):
            decided = ""
        return tuple(dict.fromkeys(name for name in (record.text(v.CAUSED), decided) if name))
    if isinstance(record, Custom) and record.kind == v.CustomType.DISPOSITION and len(record.values) > 2:
        certified = str(record.meta.get(v.CERTIFIED_FACT, ""))
        return tuple(dict.fromkeys(name for name in (str(record.values[2]), certified) if name))
    return ()


def acted_on(record: Dated) -> dt.date:
    """Return the day on which a record's persons acted: that of recording, else the record's own."""
    return (record.day(v.RECORDED) if isinstance(record, Transaction) else None) or record.date


def _listed(settings: Settings, day: dt.date) -> str:
    return ", ".join(acting(settings, day)) or "niemand"


def _on(holders: Sequence[Holder], day: dt.date) -> Iterator[Holder]:
    return (holder for holder in holders if holder.begins <= day <= (holder.ends or day))
