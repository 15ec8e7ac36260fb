"""Demands and open items: a claim first, never overpaid, its reference unique; unclear money does not age.

The state holds what is open. Of what is settled it keeps, by party and service year, only which names were given.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.dispositions import due_since
from kkd_ledger.book.items import unclear_day, unclear_key
from kkd_ledger.book.posten import end_of, is_tail
from kkd_ledger.book.records import Custom, Euro, Place, Posting, Record, Transaction
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
    "Posten ist Vereinbarung-Leistungsjahr-Beteiligte und 1, oder bei einer Korrektur n oder g (Nachforderung, "
    "Gutschrift) und der Tag, seit dem sie bekannt ist. Stornieren und neu buchen.",
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
    "Eine Verfügung nennt einen gebuchten Posten, ihre Art, ihren Grund, wer festgestellt und wer angeordnet hat, bis "
    "wann sie gilt, und die Raten, wenn in Raten gezahlt wird (`kkd defer`).",
)
KINDS: Final = (UNKNOWN, EXCEEDED, REFERENCE, UNCLEAR, ITEM, OVERDUE, DISPOSITION)
TAKES: Final = (Transaction, Custom)
AGES: Final = True

_WELL_FORMED: Final = re.compile(r"(.+-\d{4}-.+)-([^-]+)", re.ASCII)
_REVERSAL: Final = v.Kind.REVERSAL.value
_ORDER_KEYS: Final = (v.REASON, v.CERTIFIED_FACT, v.CERTIFIED_SUM)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: every open item, the references of open items, unclear money by day, the names given."""
    return {"items": {}, "references": {}, "unclear": {}, "given": {}, "used": {}}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Transaction):
        _transaction(context, state, record)
    elif isinstance(record, Custom):
        _ordered(state, record)
        if record.kind == v.CustomType.MONTH:
            _forget(context, state, record.date.isoformat())


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
    return [*noted(state, KINDS), *_incomplete(state), *old, *_overdue(context, state, as_of)]


# ------------------------------------------------------------------------------------------------ open items


def _transaction(context: Context, state: State, record: Transaction) -> None:
    kind, items, unclear = record.meta.get(v.KIND), state["items"], context.unclear_accounts
    if kind == _REVERSAL:
        retract(state, record.text(v.REVERSES))
    makes = kind in v.SHARE_KINDS
    if makes:
        _reference(context, state, record)
    for posting in record.postings:
        account, cents, facts = posting
        if facts and v.ITEM in facts:
            known = None if makes else items.get(facts[v.ITEM])
            if known and (known["cents"] + cents) * known["sign"] >= 0:  # as nearly always
                known["cents"] += cents
            else:
                _item(context, state, record, posting, makes=makes)
        if account in unclear:
            _unclear(state, record, posting)


def _item(context: Context, state: State, record: Transaction, posting: Posting, *, makes: bool) -> None:
    item, number = str(posting.meta[v.ITEM]), record.text(v.NUMBER)
    if makes and not item.startswith(front := _front(context, record)):
        note(state, ITEM, record.place, f"{v.ITEM} {item!r} an einer Buchung zu {front}…", number)
    known = state["items"].get(item)
    if known is None and not makes:
        known = _settled(state, item, record, posting)
        if known is None:
            if record.text(v.KIND) != v.Kind.REVERSAL:
                note(state, UNKNOWN, record.place, f"{v.ITEM} {item!r} ist nicht gebucht", number)
            return
    if makes and not (known and known["cents"]):
        known = _made(record, record.day(v.DUE) or record.date, 1 if posting.cents > 0 else -1)
        _give(state["given"], item)
    assert known, "a claim has made it, or it was there"
    state["items"][item] = known
    known["cents"] += posting.cents
    if known["cents"] * known["sign"] < 0 and not makes:
        over = format_eur(abs(known["cents"]))
        note(state, EXCEEDED, record.place, f"{v.ITEM} {item}: um {over} überzahlt", number)


def _front(context: Context, record: Transaction) -> str:
    return f"{context.agreement.id}-{record.text(v.SERVICE_YEAR)}-{record.text(v.PARTY)}-"


def _made(record: Transaction, due: dt.date, sign: int) -> State:
    file, line = record.place
    return {"cents": 0, "sign": sign, "due": due.isoformat(), "file": file, "line": line}


def _settled(state: State, item: str, record: Transaction, posting: Posting) -> State | None:
    """Return an item again that was due and settled before, open since today; None where it was never made."""
    if not _is_given(state["given"], item):
        return None
    sign = 1 if posting.account.startswith(v.ASSETS) else -1
    return _made(record, record.date, sign) | {"again": True}


def _forget(context: Context, state: State, day: str) -> None:
    """Drop the items that are settled and were due before a day, and of their references all but the ends."""
    items, references = state["items"], state["references"]
    gone = {name for name, item in items.items() if not item["cents"] and item["due"] < day}
    gone = {name for name in gone if _is_given(state["given"], name)}
    for reference in [one for one, owner in references.items() if owner in gone]:
        if end := _end(context, references[reference], reference):
            _give(state["used"], f"{references[reference].rpartition('-')[0]}-{end}")
            del references[reference]
    for name in gone:
        del items[name]


def _is_given(given: State, name: str) -> bool:
    """Tell whether a name was given: a count not above the highest one nor left out below it, or a dated one."""
    found = _WELL_FORMED.fullmatch(name)
    if not found or found[1] not in given:
        return False
    highest, holes, *dated = given[found[1]]
    if not found[2].isdigit():
        return found[2] in dated
    return 0 < int(found[2]) <= highest and int(found[2]) not in holes


def _give(given: State, name: str) -> None:
    found = _WELL_FORMED.fullmatch(name)
    if not found or not is_tail(found[2]):
        return
    highest, holes, *dated = given.get(found[1], [0, []])
    if not found[2].isdigit():
        given[found[1]] = [highest, holes, *sorted({*dated, found[2]})]
        return
    count = int(found[2])
    left_out = [*holes, *range(highest + 1, count)]
    given[found[1]] = [max(highest, count), [hole for hole in left_out if hole != count], *dated]


# ------------------------------------------------------------------------------------------------ references


def _reference(context: Context, state: State, record: Transaction) -> None:
    reference, number = record.text(v.REFERENCE), record.text(v.NUMBER)
    items = {str(posting.meta[v.ITEM]) for posting in record.postings if v.ITEM in posting.meta}
    if not is_payment_reference(reference):
        note(state, REFERENCE, record.place, f"{v.REFERENCE} {reference!r} ist keine RF-Referenz", number)
        return
    owner = state["references"].get(reference)
    front = _front(context, record)
    used = f"{front}{_end(context, front, reference)}"
    if owner is None and used not in items and _is_given(state["used"], used):
        note(state, REFERENCE, record.place, f"{v.REFERENCE} {reference} ist schon vergeben", number)
    elif owner is None:
        state["references"][reference] = min(items, default="")
    elif owner not in items:
        text = f"{v.REFERENCE} {reference} gehört schon zu {owner}"
        note(state, REFERENCE, record.place, text, number)


def _end(context: Context, item: str, reference: str) -> str:
    """Return the end of the name whose reference it is, within an item's share; empty where it is none of theirs."""
    year, _, party = item.removeprefix(f"{context.agreement.id}-").rpartition("-")[0].partition("-")
    return end_of(context.book, year, party, reference)


# ---------------------------------------------------------------------------- what is due, what is ordered about it


def _overdue(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    days = context.book.settings.policy.overdue_days_max
    return [
        Finding(OVERDUE, Place(item["file"], item["line"]), _late(name, item))
        for name, item in state["items"].items()
        if item["cents"] * item["sign"] > 0 and (as_of - _due(item)).days > days
    ]


def _due(item: State) -> dt.date:
    rates = [(dt.date.fromisoformat(day), cents) for day, cents in item.get("rates", ())]
    paid_cents = item["from"] - abs(item["cents"]) if rates else 0
    return due_since(dt.date.fromisoformat(item["due"]), rates, paid_cents)


def _late(name: str, item: State) -> str:
    what = (
        "Rate nicht gezahlt, fällig" if item.get("rates") else "wieder offen" if "again" in item else "fällig"
    )
    return f"{v.ITEM} {name}: {format_eur(abs(item['cents']))} offen, {what} seit {_due(item):%d.%m.%Y}"


def _ordered(state: State, record: Custom) -> None:
    match record.kind, record.values:
        case v.CustomType.DISPOSITION, (str(item), str(kind), str(by), dt.date() as until) if (
            by and kind in set(v.DispositionKind)
        ):
            lacking = [key for key in _ORDER_KEYS if not record.meta.get(key)]
            if lacking:
                note(state, DISPOSITION, record.place, f"{v.ITEM} {item!r}: es fehlt: {', '.join(lacking)}")
            _dispose(state, record, item, kind, until)
        case v.CustomType.INSTALMENT, (str(item), dt.date() as day, Euro(cents)):
            if "rates" in state["items"].get(item, ()):
                state["items"][item]["rates"].append([day.isoformat(), cents])
            else:
                note(state, DISPOSITION, record.place, f"{v.ITEM} {item!r}: Rate ohne offene Ratenzahlung")
        case ((v.CustomType.DISPOSITION | v.CustomType.INSTALMENT), _):
            note(state, DISPOSITION, record.place, f'custom "{record.kind}" mit unbrauchbaren Werten')


def _dispose(state: State, record: Custom, item: str, kind: str, until: dt.date) -> None:
    known = state["items"].get(item)
    if known is None:
        if not _is_given(state["given"], item):
            note(state, DISPOSITION, record.place, f"{v.ITEM} {item!r} ist nicht gebucht")
        return
    agreed = known.setdefault("agreed", known["due"])
    for key in ("rates", "from", "ordered", "again"):
        known.pop(key, None)
    if kind == v.DispositionKind.INSTALMENTS:
        known |= {
            "due": until.isoformat(),
            "rates": [],
            "from": abs(known["cents"]),
            "ordered": list(record.place),
        }
    else:
        known["due"] = max(until.isoformat(), agreed)


def _incomplete(state: State) -> list[Finding]:
    """Return the instalments that are not exactly what was open when they were ordered."""
    return [
        Finding(
            DISPOSITION,
            Place(*item["ordered"]),
            f"{v.ITEM} {name}: Raten über {format_eur(total)}, offen waren {format_eur(item['from'])}",
        )
        for name, item in state["items"].items()
        if "rates" in item and (total := sum(cents for _, cents in item["rates"])) != item["from"]
    ]


# --------------------------------------------------------------------------------------------- unclear money


def _unclear(state: State, record: Transaction, posting: Posting) -> None:
    key = unclear_key(record, posting)
    day, cents, file, line = state["unclear"].get(
        key, [unclear_day(record, posting).isoformat(), 0, *record.place]
    )
    state["unclear"][key] = [day, cents + posting.cents, file, line]
    if not cents + posting.cents:
        del state["unclear"][key]
