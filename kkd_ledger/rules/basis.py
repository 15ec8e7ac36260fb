"""What a book stands on is as it was sealed, or as two persons have confirmed since."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from contextlib import suppress
from copy import deepcopy
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.config import Book, settings_of
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.basis import BasisChange, Confirmed
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.settings import Settings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.book.text.records import Custom, Place, Record
from kkd_ledger.errors import BookRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons import roles as persons
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State

__plugins__ = (beancount_plugin("basis"),)

CHANGED: Final = FindingKind(
    "KKD-G01",
    Level.OPEN,
    "Grundlage des Buchs hat sich geändert und ist nicht bestätigt",
    "`kkd changes BUCH` zeigt jede Zeile, alt und neu. Zwei Personen bestätigen mit `kkd confirm BUCH --by NAME "
    "--and NAME`; was falsch "
    "ist, wird in der Datei zurückgenommen.",
)
KINDS: Final = (CHANGED,)
TAKES: Final = (Custom,)

_FILE: Final = re.compile(r"\d{4}/(\d{4}-\d{2})\.beancount", re.ASCII)
PERSONS_MIN: Final = 2


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: what is being confirmed, by whom so far, and what two persons have confirmed last."""
    return {"named": {}, "open": False, "by": [], "confirmed": {}, "file": "", "day": ""}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if not isinstance(record, Custom):
        return
    if record.kind == v.CustomType.BASIS and len(record.values) == 2:
        if not state["open"]:
            state.update(before=state["named"], named={}, open=True)
        state["named"][str(record.values[0])] = str(record.values[1])
    elif record.kind == v.CustomType.ACT and len(record.values) > 2:
        if record.values[1] == v.Deed.CONFIRMS:
            _confirm(state, str(record.values[2]), record)
        state["open"] = False


def after(context: Context, state: State, records: Iterable[Record]) -> State:
    """Return what is known after further records; the given state stays as it is."""
    later = deepcopy(state)
    for record in records:
        step(context, later, record)
    return later


def _confirm(state: State, person: str, record: Custom) -> None:
    if state["open"] and state.pop("before", None) != state["named"]:
        state["by"] = []
    if are_different((person, *state["by"])):
        state["by"].append(person)
    if len(state["by"]) >= PERSONS_MIN:
        state.update(
            confirmed=dict(state["named"]), file=record.place.file, day=record.date.isoformat(), by=[]
        )


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return nothing: what has changed is seen beside the chain of closing proofs (`findings`)."""
    return []


def reference(chain: SealChain, state: State) -> Confirmed | None:
    """Return what counts as confirmed: by two persons in an open month, else by the last close; None before both."""
    match = _FILE.fullmatch(state["file"])
    if match and not chain.is_sealed(BookingMonth.parse(match[1])):
        day = dt.date.fromisoformat(state["day"])
        return Confirmed(dict(state["confirmed"]), f"der Bestätigung vom {german.day(day)}", whole=True)
    return basis.last_seal(chain)


def _settings(book: Book, content: bytes | None) -> Settings:
    """Return the settings of an earlier book.toml; those of today where it was not kept or can no more be read."""
    if content is not None:
        with suppress(BookRefused):
            return settings_of(content)
    return book.settings


def confirmed_settings(book: Book, chain: SealChain, state: State) -> Settings:
    """Return the settings that were confirmed last; today's where none ever were."""
    confirmed = reference(chain, state)
    return _settings(book, basis.kept(book, confirmed.hashes.get(v.BOOK_FILE, "")) if confirmed else None)


def changes(book: Book, chain: SealChain, state: State) -> tuple[BasisChange, ...]:
    """Return what has changed since it was confirmed."""
    confirmed = reference(chain, state)
    return basis.changes(book, confirmed) if confirmed else ()


def findings(book: Book, chain: SealChain, state: State) -> list[Finding]:
    """Return a finding for each thing that has changed and is not confirmed."""
    confirmed = reference(chain, state)
    if confirmed is None:
        return []
    half = f"; {state['by'][0]} hat bestätigt, eine zweite Person fehlt" if state["by"] else ""
    return [
        Finding(
            CHANGED,
            Place(change.file, change.first_line),
            f"{change.title}: {_what(change)} seit {confirmed.source}{half}",
        )
        for change in basis.changes(book, confirmed)
    ]


def _what(change: BasisChange) -> str:
    if change.old is None:
        return "geändert (der frühere Inhalt ist nicht aufbewahrt)"
    signs = [sign for sign, _, _ in change.lines()]
    gone, new = signs.count("-"), signs.count("+")
    if gone == new:
        return f"{_lines(new)} geändert"
    counted = ((gone, "weggefallen"), (new, "hinzugekommen"))
    return ", ".join(f"{_lines(count)} {word}" for count, word in counted if count)


def _lines(count: int) -> str:
    return german.count(count, "Zeile", "Zeilen")


def may_confirm(book: Book, chain: SealChain, state: State, day: dt.date) -> tuple[str, ...]:
    """Return who may confirm: those whom the confirmed book.toml lets act on that day; nobody by a change of it.

    Where that leaves less than two, those of the new one as well: a book must not stand still. Empty where the
    confirmed one sets up no roles: then any name is taken.
    """
    confirmed = reference(chain, state)
    content = basis.kept(book, confirmed.hashes.get(v.BOOK_FILE, "")) if confirmed else None
    settings = _settings(book, content)
    if not settings.roles:
        return ()
    names = persons.acting(settings, day)
    if len(names) < PERSONS_MIN:
        names = tuple(dict.fromkeys((*names, *persons.acting(book.settings, day))))
    return names
