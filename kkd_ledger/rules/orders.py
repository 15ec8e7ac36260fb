"""Orders: who certified and who ordered a claim, in which role, or under which general order a job booked it.

GemKVO § 5 (released programs), § 7 (what an order says), § 8 (general orders), § 11 (certified before ordered); the
cash office never orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.settings import GeneralOrder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("orders"),)

NOBODY: Final = FindingKind(
    "KKD-Z01",
    Level.ERROR,
    "Kostenbeteiligung ohne Anordnung",
    "Nennen Sie, wer feststellt und wer anordnet (--certified-by, --ordered-by), oder eine allgemeine "
    "Zahlungsanordnung in book.toml.",
)
UNCERTIFIED: Final = FindingKind(
    "KKD-Z02",
    Level.ERROR,
    "Angeordnet ohne vorherige Feststellung",
    "Sachliche und rechnerische Richtigkeit werden vor der Anordnung festgestellt; stornieren und neu buchen.",
)
SAME: Final = FindingKind(
    "KKD-Z03",
    Level.OBJECTION,
    "Dieselbe Person hat festgestellt und angeordnet",
    "Lassen Sie eine zweite Person anordnen, oder erlauben Sie es örtlich (same_person in book.toml).",
)
ROLE: Final = FindingKind(
    "KKD-Z04",
    Level.ERROR,
    "Person hatte an diesem Tag nicht die Rolle",
    "Wer feststellen und anordnen darf, steht mit Zeitraum in book.toml; die Kasse ordnet nie an.",
)
STANDING: Final = FindingKind(
    "KKD-Z05",
    Level.OBJECTION,
    "Allgemeine Zahlungsanordnung deckt die Buchung nicht",
    "Lassen Sie die Anordnung erneuern und tragen Sie sie in book.toml ein.",
)
UNRELEASED: Final = FindingKind(
    "KKD-Z06",
    Level.OBJECTION,
    "Von einem Programm gebucht, das nicht freigegeben war",
    "Prüfen Sie die Buchung; lassen Sie die Version freigeben und tragen Sie sie in book.toml ein ([[releases]]).",
)
INCOMPLETE: Final = FindingKind(
    "KKD-Z07",
    Level.ERROR,
    "Angaben der Anordnung fehlen",
    "Eine Anordnung nennt Betrag, Grund, wer zahlt oder empfängt, Fälligkeit, Buchungsstelle und Haushaltsjahr "
    "(GemKVO § 7); stornieren und neu buchen. Hieß die Buchungsstelle damals anders, so nennt book.toml sie unter "
    "[[before]] (until, budget_line).",
)
BEYOND: Final = FindingKind(
    "KKD-Z12",
    Level.ERROR,
    "Über der Wertgrenze einer Person",
    "Was jemand an einem Tag für dieselbe Beteiligte feststellt oder anordnet, zählt zusammen. Stornieren Sie und "
    "lassen Sie es jemanden anordnen, dessen Wertgrenze in book.toml ([[roles]], limit) reicht.",
)
KINDS: Final = (NOBODY, UNCERTIFIED, SAME, ROLE, STANDING, UNRELEASED, INCOMPLETE, BEYOND)
TAKES: Final = (Transaction,)
VERSION: Final = "2"

_REVERSAL: Final = v.Kind.REVERSAL.value


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: the runs of programs that were not released, and what persons with a limit moved by day."""
    return {"unreleased": {}, "moved": {}}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if not isinstance(record, Transaction):
        return
    if record.meta.get(v.KIND) == _REVERSAL:
        retract(state, record.text(v.REVERSES))
        for moved in state["moved"].values():
            moved.pop(record.text(v.REVERSES), None)
    if _is_covered(context, record):
        return
    for kind, text in (*_objections(context, record), *_over_limits(context, state, record)):
        note(state, kind, record.place, text, record.text(v.NUMBER))
    if record.text(v.GENERAL_ORDER) and (text := _unreleased(context, record)):
        row = state["unreleased"].setdefault(f"{record.place.file} {text}", [*record.place, text, 0])
        row[-1] += 1


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way; a run of an unreleased program once a file, with the number of its entries."""
    runs = [
        Finding(
            UNRELEASED,
            Place(file, line),
            f"{text}: {german.count(count, 'Buchung', 'Buchungen')}",
            subject=text,
        )
        for file, line, text, count in state["unreleased"].values()
    ]
    return [*noted(state, KINDS), *runs]


def _is_covered(context: Context, record: Transaction) -> bool:
    """Tell at a glance whether a general order covers the entry and nobody else is named: so most entries are."""
    meta = record.meta
    order = context.general_orders.get(str(meta.get(v.GENERAL_ORDER)))
    return (
        order is not None
        and v.ORDERED not in meta
        and meta.get(v.KIND) not in v.SHARE_KINDS
        and not _beyond(order, record)
        and order.id not in context.unsigned_orders
        and not _unreleased(context, record)
    )


def _objections(context: Context, record: Transaction) -> Iterator[tuple[FindingKind, str]]:
    orderer, standing = record.text(v.ORDERED), record.text(v.GENERAL_ORDER)
    if standing:
        yield from _standing(context, record, standing)
    if record.text(v.KIND) in v.SHARE_KINDS and (lacking := list(_lacking(context, record))):
        yield INCOMPLETE, f"es fehlt: {', '.join(lacking)}"
    if orderer:
        yield from _persons(context, record, orderer)
    elif not standing and record.text(v.KIND) in v.SHARE_KINDS:
        yield NOBODY, "weder eine anordnende Person noch eine allgemeine Zahlungsanordnung ist genannt"


def _persons(context: Context, record: Transaction, orderer: str) -> Iterator[tuple[FindingKind, str]]:
    ordered = record.day(v.ORDERED + v.ON)
    certifiers = {key: record.text(key) for key in (v.CERTIFIED_FACT, v.CERTIFIED_SUM)}
    days = [record.day(key + v.ON) for key in certifiers]
    if not all(certifiers.values()) or ordered is None or any(day is None or day > ordered for day in days):
        said = ", ".join(f"{key} {name or 'fehlt'}" for key, name in certifiers.items())
        yield UNCERTIFIED, f"angeordnet von {orderer}; {said}, jeweils mit Tag und nicht nach der Anordnung"
    if not context.book.settings.policy.same_person and _is_one_of(orderer, certifiers.values()):
        yield SAME, f"{orderer} hat festgestellt und angeordnet"
    day = ordered or record.date
    yield from _roles(context, v.Role.ORDERS, orderer, day)
    for name in sorted(set(certifiers.values()) - {""}):
        yield from _roles(context, v.Role.CERTIFIES, name, day)


def _is_one_of(orderer: str, certifiers: Iterable[str]) -> bool:
    return any(name and not are_different((orderer, name)) for name in certifiers)


def _roles(context: Context, role: v.Role, name: str, day: dt.date) -> Iterator[tuple[FindingKind, str]]:
    holders = context.book.settings.roles
    if not holders:
        return
    if not any(holder.name == name and holder.holds(role, day) for holder in holders):
        yield ROLE, f"{name} hatte am {german.day(day)} nicht die Rolle „{role}“"
    if role == v.Role.ORDERS and any(
        holder.name == name and holder.holds(v.Role.PAYS, day) for holder in holders
    ):
        yield ROLE, f"{name} gehörte am {german.day(day)} zur Kasse und darf nicht anordnen"


def _over_limits(context: Context, state: State, record: Transaction) -> Iterator[tuple[FindingKind, str]]:
    """Yield who certified or ordered more for a party on one day than their limit: all parts of that day count."""
    settings, party = context.book.settings, record.text(v.PARTY) or record.payee
    for keys, role in (
        ((v.CERTIFIED_FACT, v.CERTIFIED_SUM), v.Role.CERTIFIES),
        ((v.ORDERED,), v.Role.ORDERS),
    ):
        persons = {
            (record.text(key), record.day(key + v.ON) or record.date) for key in keys if record.text(key)
        }
        for name, day in sorted(persons):
            limit_cents = settings.limit_of(name, role, day)
            if limit_cents is None:
                continue
            moved = state["moved"].setdefault(f"{role} {day} {party} {name}", {})
            moved[record.text(v.NUMBER)] = sum(leg.cents for leg in record.postings if leg.cents > 0)
            if (sum_cents := sum(moved.values())) > limit_cents:
                sums = f"{format_eur(sum_cents)}, erlaubt sind {format_eur(limit_cents)}"
                yield (
                    BEYOND,
                    f"{name} ({role}) am {german.day(day)} für {record.payee or party}: zusammen {sums}",
                )


def _standing(context: Context, record: Transaction, named: str) -> Iterator[tuple[FindingKind, str]]:
    orders = context.general_orders
    if not orders:
        return
    text = _beyond(orders[named], record) if named in orders else f"{named} steht nicht in book.toml"
    if named in context.unsigned_orders:
        order = orders[named]
        text = f"{named}: {order.signed_by} hatte am {german.day(order.begins)} nicht die Rolle „{v.Role.ORDERS}“"
    if text:
        yield STANDING, text


def _beyond(order: GeneralOrder, record: Transaction) -> str:
    if not order.begins <= record.date <= (order.ends or record.date):
        return f"{order.id} galt am {german.day(record.date)} nicht"
    limit_cents = order.limit_cents
    if limit_cents is not None and any(abs(posting.cents) > limit_cents for posting in record.postings):
        return f"{order.id} gilt nur bis {order.limit}"
    return ""


def _unreleased(context: Context, record: Transaction) -> str:
    """A job's entry names a version that was released on the day of recording; before the first release none has to."""
    releases = context.book.settings.releases
    if not releases:
        return ""
    day = record.day(v.RECORDED) or record.date
    version = record.text(v.PROGRAM)
    if day < min(release.begins for release in releases) or any(
        release.covers(version, day) for release in releases
    ):
        return ""
    return f"Version {version or '(nicht genannt)'} war am {german.day(day)} nicht freigegeben"


def _lacking(context: Context, record: Transaction) -> Iterator[str]:
    """Yield what GemKVO § 7 asks of an order and the entry does not say; persons and resolution have own findings."""
    if not any(posting.cents for posting in record.postings):
        yield "der Betrag"
    if not record.narration:
        yield "der Grund"
    if not record.payee:
        yield "wer zahlt oder empfängt"
    if record.day(v.DUE) is None:
        yield f"die Fälligkeit ({v.DUE})"
    result = [leg.account for leg in record.postings if leg.account.startswith(v.RESULT_ROOTS)]
    if v.PRIOR_PERIOD_TAG not in record.tags and not any(map(context.book.budget_of, result)):
        yield f"die Buchungsstelle im Budget {context.book.settings.budget.line}"
