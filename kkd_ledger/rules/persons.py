"""Persons: whoever caused, decided or closed something is known in book.toml on that day.

Who certifies and who orders needs a role of their own: that is said by `orders`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.seals.seal_chain import ACTS, SealLink
from kkd_ledger.book.settings import Settings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Place, Record, Transaction
from kkd_ledger.persons import roles as persons
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("persons"),)

UNKNOWN: Final = FindingKind(
    "KKD-Z08",
    Level.OBJECTION,
    "Person war an diesem Tag nicht bekannt",
    "Klären Sie, wer gehandelt hat. Wer handeln darf, steht mit Zeitraum in book.toml ([[roles]]); ein falscher "
    "Vorgang wird storniert, sonst genügt eine Bemerkung beim Abschluss.",
)
KINDS: Final = (UNKNOWN,)
TAKES: Final = (Transaction, Custom)

_REVERSAL: Final = v.Kind.REVERSAL.value
_JUDGED_BY_ENTRIES: Final = frozenset({str(v.Deed.CERTIFIES), str(v.Deed.ORDERS), str(v.Deed.CAUSES)})


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return an empty state."""
    return {}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if not isinstance(record, Transaction | Custom):
        return
    number = ""
    if isinstance(record, Transaction):
        number = record.text(v.NUMBER)
        if record.meta.get(v.KIND) == _REVERSAL:
            retract(state, record.text(v.REVERSES))
    if isinstance(record, Custom) and record.kind == v.CustomType.ACT:
        _acts(context, state, record)
    for name in persons.named(context.book.settings, record):
        if text := persons.objection(context.book.settings, name, persons.acted_on(record)):
            note(state, UNKNOWN, record.place, text, number)


def _acts(context: Context, state: State, record: Custom) -> None:
    """Whoever acts is known on the day of the act; who certifies and orders is judged by the entries that say so."""
    match record.values:
        case (_, str(deed), str(person), _, dt.date() as day) if deed not in _JUDGED_BY_ENTRIES:
            if text := persons.objection(context.book.settings, person, day):
                note(state, UNKNOWN, record.place, text)
    match record.values:
        case (_, str(), str(person), str(role), dt.date() as day):
            if text := _other_role(context.book.settings, person, role, day):
                note(state, UNKNOWN, record.place, text)


def _other_role(settings: Settings, person: str, role: str, day: dt.date) -> str:
    """Return that an act names a role that its person did not hold; who holds none is told of elsewhere."""
    roles = persons.roles_of(settings, person, day)
    acting = v.ACTING_ROLES.intersection(roles)
    if not acting or role in acting:
        return ""
    named = f"als „{role}“" if role else "ohne Rolle"
    roles_held = german.listing([f"„{each}“" for each in roles])
    return f"{person} handelte am {german.day(day)} {named}, hatte aber {roles_held}"


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def of_links(settings: Settings, links: Iterable[SealLink]) -> list[Finding]:
    """Return the closing proofs and reopenings by persons who were not known on that day.

    A month that a job closed bears its general order, which is one of book.toml's.
    """
    orders = {order.id for order in settings.general_orders}
    return [*_unknown_in(settings, links := list(links), orders), *_acts_of(settings, links, orders)]


def _acts_of(settings: Settings, links: Iterable[SealLink], orders: set[str]) -> Iterator[Finding]:
    """Yield that somebody closed a month without an act, or in a role that they did not hold."""
    for link in links:
        acts = link.data[ACTS] if link.keeps else ()
        if link.keeps and not acts and not orders.issuperset(link.persons):
            text = f"{link}: {german.listing(link.persons)} ist genannt, kein Akt steht dafür"
            yield Finding(UNKNOWN, Place(link.file, 1), text)
        for act in acts:
            if link.on and (text := _other_role(settings, act["person"], act["rolle"], link.on)):
                yield Finding(UNKNOWN, Place(link.file, 1), f"{link}: {text}")


def _unknown_in(settings: Settings, links: Iterable[SealLink], orders: set[str]) -> list[Finding]:
    return [
        Finding(UNKNOWN, Place(link.file, 1), f"{link}: {text}")
        for link in links
        for name in link.persons
        if name not in orders and (day := link.on) and (text := persons.objection(settings, name, day))
    ]
