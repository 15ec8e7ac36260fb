"""Authority: a share is booked only under an adopted resolution, not before it, and not before it takes effect."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import resolution
from kkd_ledger.book.state.claims import booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("authority"),)

UNNAMED: Final = FindingKind(
    "KKD-V01",
    Level.ERROR,
    "Kostenbeteiligung ohne Beschluss",
    "Buchen Sie erst, wenn der Beschluss in der Vereinbarung steht; stornieren Sie diese Buchung.",
)
EARLY: Final = FindingKind(
    "KKD-V02",
    Level.ERROR,
    "Kostenbeteiligung vor dem Beschluss gebucht",
    "Stornieren Sie die Buchung und buchen Sie nach dem Beschluss neu.",
)
BEYOND: Final = FindingKind(
    "KKD-V03",
    Level.ERROR,
    "Kostenbeteiligung über den beschlossenen Betrag hinaus",
    "Lassen Sie den höheren Betrag beschließen; bis dahin gilt er nur vorbehaltlich.",
)
BEFORE: Final = FindingKind(
    "KKD-V04",
    Level.OBJECTION,
    "Vor dem Inkrafttreten gebucht oder gezahlt",
    "Klären Sie, worauf die Buchung beruht, und begründen Sie sie beim Abschluss; ein Irrtum wird storniert.",
)
KINDS: Final = (UNNAMED, EARLY, BEYOND, BEFORE)
TAKES: Final = (*v.SHARE_KINDS, v.Kind.PAYMENT, v.Kind.REVERSAL)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return an empty state."""
    return {}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if not isinstance(record, Transaction):
        return
    if record.text(v.KIND) == v.Kind.REVERSAL:
        retract(state, record.text(v.REVERSES))
        return
    if record.date < context.all_effective:
        _before(context, state, record)
    if record.text(v.KIND) in v.SHARE_KINDS:
        _share(context, state, record)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def _before(context: Context, state: State, record: Transaction) -> None:
    """A party owes nothing before the agreement and its own resolution have taken effect."""
    front = f"{context.agreement.id}-"
    for leg in record.postings:
        item = str(leg.meta.get(v.ITEM, ""))
        party = item.removeprefix(front)[5:].rpartition("-")[0]  # agreement-year-party-count
        begins = context.effective.get(party, dt.date.min)
        if item.startswith(front) and record.date < begins:
            booked, bound = german.day(record.date), german.day(begins)
            text = f"{item}: gebucht am {booked}, {context.name(party)} ist ab {bound} gebunden"
            note(state, BEFORE, record.place, text, record.text(v.NUMBER))


def _share(context: Context, state: State, record: Transaction) -> None:
    party, paper, number = record.text(v.PARTY), record.text(v.RESOLUTION), record.text(v.NUMBER)
    adopted = resolution(context.agreement, party)
    if adopted is None or adopted.paper != paper:
        said = f"genannt ist {paper!r}" if paper else "keiner ist genannt"
        wanted = f"verlangt ist {adopted.paper!r}" if adopted else "die Vereinbarung kennt keinen"
        note(state, UNNAMED, record.place, f"Beschluss der Beteiligten {party!r}: {said}, {wanted}", number)
        return
    assert adopted.adopted is not None, "resolution() returns adopted ones"
    if record.date < adopted.adopted:
        text = (
            f"gebucht am {german.day(record.date)}, {context.name(party)} hat {paper} "
            f"erst am {german.day(adopted.adopted)} beschlossen"
        )
        note(state, EARLY, record.place, text, number)
    elif text := _beyond(context, record):
        note(state, BEYOND, record.place, text, number)


def _beyond(context: Context, record: Transaction) -> str:
    share = booked_share(context.book, record)
    entitled = context.entitled(share.service_year, share.known_on).get(share.party) if share else None
    if share is None or entitled is None or not entitled.conditional:
        return ""
    owed = format_eur(entitled.amount_cents)
    paper = record.text(v.RESOLUTION)
    year = context.agreement.year_name(share.service_year)
    return f"{context.name(share.party)}, Leistungsjahr {year}: {owed} deckt {paper} nicht"
