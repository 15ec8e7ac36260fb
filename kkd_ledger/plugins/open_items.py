"""Demands and open items: a claim first, never overpaid, its reference unique; unclear money does not age."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.items import unclear_key
from kkd_ledger.book.records import Custom, Place, Posting, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.plugins.adapter import beancount_plugin
from kkd_ledger.plugins.rule import Context, Finding, FindingKind, Level, State, note, noted, retract
from kkd_ledger.references import is_payment_reference

__plugins__ = (beancount_plugin("open_items"),)

UNKNOWN: Final = FindingKind(
    "KKD-O01",
    Level.ERROR,
    "Zahlung ohne Anforderung",
    "Zu jeder Zahlung gehört ein gebuchter Posten. Stornieren und den richtigen Posten nennen.",
)
EXCEEDED: Final = FindingKind(
    "KKD-O02",
    Level.ERROR,
    "Zahlungen übersteigen den Posten",
    "Buchen Sie das Zuviel als ungeklärt; stornieren Sie diese Zuordnung.",
)
REFERENCE: Final = FindingKind(
    "KKD-O03",
    Level.ERROR,
    "Zahlungsreferenz fehlt, ist falsch oder doppelt",
    "Nur kkd vergibt Referenzen (ISO 11649). Stornieren und neu buchen.",
)
UNCLEAR: Final = FindingKind(
    "KKD-O04",
    Level.OPEN,
    "Ungeklärte Zahlung zu alt",
    "Klären Sie, wozu die Zahlung gehört.",
)
ITEM: Final = FindingKind(
    "KKD-O05",
    Level.ERROR,
    "Posten passt nicht zur Buchung",
    "Posten ist Vereinbarung-Leistungsjahr-Beteiligte-Zähler. Stornieren und neu buchen.",
)
OVERDUE: Final = FindingKind(
    "KKD-O06",
    Level.NOTE,
    "Posten ist überfällig",
    "An eine Forderung erinnern Sie (`kkd remind`), eine Verbindlichkeit zahlen Sie; oder es wird Stundung oder "
    "Niederschlagung verfügt (`kkd defer`).",
)
DISPOSITION: Final = FindingKind(
    "KKD-O07",
    Level.ERROR,
    "Verfügung über einen Posten ist nicht brauchbar",
    "Eine Verfügung nennt einen gebuchten Posten, ihre Art, wer sie getroffen hat und bis wann sie gilt.",
)
KINDS: Final = (UNKNOWN, EXCEEDED, REFERENCE, UNCLEAR, ITEM, OVERDUE, DISPOSITION)
TAKES: Final = (Transaction, Custom)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: balance of every item, the references in use, unclear money by day."""
    return {"items": {}, "references": {}, "unclear": {}}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Custom) and record.kind == v.CustomType.DISPOSITION:
        _dispose(state, record)
    if not isinstance(record, Transaction):
        return
    if record.text(v.KIND) == v.Kind.REVERSAL:
        retract(state, record.text(v.REVERSES))
    makes = record.text(v.KIND) in v.SHARE_KINDS
    if makes:
        _reference(state, record)
    unclear = context.unclear_accounts
    for posting in record.postings:
        if v.ITEM in posting.meta:
            _item(context, state, record, posting, makes=makes)
        if posting.account in unclear:
            _unclear(state, record, posting)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    """Return what was found on the way, and the unclear money that is older than the policy allows."""
    days = context.book.settings.policy.unclear_days_max
    old = [
        Finding(
            UNCLEAR, Place(file, line), f"{format_eur(abs(cents))} vom {dt.date.fromisoformat(day):%d.%m.%Y}"
        )
        for day, cents, file, line in state["unclear"].values()
        if cents and (as_of - dt.date.fromisoformat(day)).days > days
    ]
    return [*noted(state, KINDS), *old, *_overdue(context, state, as_of)]


def _overdue(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    days = context.book.settings.policy.overdue_days_max
    return [
        Finding(OVERDUE, Place(item["file"], item["line"]), _late(name, item))
        for name, item in state["items"].items()
        if item["cents"] * item["sign"] > 0 and (as_of - dt.date.fromisoformat(item["due"])).days > days
    ]


def _late(name: str, item: State) -> str:
    due = dt.date.fromisoformat(item["due"])
    return f"{v.ITEM} {name}: {format_eur(abs(item['cents']))} offen, fällig seit {due:%d.%m.%Y}"


def _dispose(state: State, record: Custom) -> None:
    match record.values:
        case (str(item), str(kind), str(by), dt.date() as until) if by and kind in set(v.DispositionKind):
            if item in state["items"]:
                state["items"][item]["due"] = until.isoformat()
            else:
                note(state, DISPOSITION, record.place, f"{v.ITEM} {item!r} ist nicht gebucht")
        case _:
            note(state, DISPOSITION, record.place, f'custom "{record.kind}" mit unbrauchbaren Werten')


def _reference(state: State, record: Transaction) -> None:
    reference, number = record.text(v.REFERENCE), record.text(v.NUMBER)
    items = {str(posting.meta[v.ITEM]) for posting in record.postings if v.ITEM in posting.meta}
    if not is_payment_reference(reference):
        note(state, REFERENCE, record.place, f"{v.REFERENCE} {reference!r} ist keine RF-Referenz", number)
    elif state["references"].setdefault(reference, min(items, default="")) not in items:
        text = f"{v.REFERENCE} {reference} gehört schon zu {state['references'][reference]}"
        note(state, REFERENCE, record.place, text, number)


def _item(context: Context, state: State, record: Transaction, posting: Posting, *, makes: bool) -> None:
    item, number = str(posting.meta[v.ITEM]), record.text(v.NUMBER)
    if makes:
        front = f"{context.agreement.id}-{record.text(v.SERVICE_YEAR)}-{record.text(v.PARTY)}-"
        if not item.startswith(front):
            note(state, ITEM, record.place, f"{v.ITEM} {item!r} an einer Buchung zu {front}…", number)
    known = state["items"].get(item)
    if known is None:
        if record.text(v.KIND) == v.Kind.REVERSAL:
            return
        if not makes:
            note(state, UNKNOWN, record.place, f"{v.ITEM} {item!r} ist nicht gebucht", number)
            return
        due = record.day(v.DUE) or record.date
        known = state["items"][item] = {
            "cents": 0,
            "sign": 1 if posting.cents > 0 else -1,
            "due": due.isoformat(),
            "file": record.place.file,
            "line": record.place.line,
        }
    known["cents"] += posting.cents
    if known["cents"] * known["sign"] < 0 and not makes:
        over = format_eur(abs(known["cents"]))
        note(state, EXCEEDED, record.place, f"{v.ITEM} {item}: um {over} überzahlt", number)


def _unclear(state: State, record: Transaction, posting: Posting) -> None:
    key = unclear_key(record, posting)
    day, cents, file, line = state["unclear"].get(key, [record.date.isoformat(), 0, *record.place])
    state["unclear"][key] = [day, cents + posting.cents, file, line]
    if not cents + posting.cents:
        del state["unclear"][key]
