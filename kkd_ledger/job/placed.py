"""Between matcher and book: items as the matcher sees them, placements as payments and as lines of the certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from kkd_ledger.bank.enrichment import is_whole
from kkd_ledger.bank.match import OpenItem, Paid, Placement
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment
from kkd_ledger.book.items import Item
from kkd_ledger.book.register import Register, Rested
from kkd_ledger.book.wording import clean
from kkd_ledger.job.certificate import Fate, Line

_TEXT_MAX: Final = 140


def certified(statement: str, placement: Placement, number: str) -> Line:
    """Return what the certificate says of a line; `number` is its entry, empty where there is none."""
    if placement.kind in {"zahlung", "rueckgabe"}:
        fate = Fate.MATCHED
    else:
        fate = {"ungeklaert": Fate.UNCLEAR, "wartet": Fate.WAITS}.get(placement.kind, Fate.NOT_OURS)
    line = placement.line
    return Line(
        placement.key,
        statement,
        line.booking_day.isoformat(),
        line.amount_cents,
        fate,
        number,
        placement.rule,
        placement.evidence,
        _payee(line),
        _narration(line),
        (line.batch[1], line.bank_reference) if line.batch and is_whole(line) else None,
    )


def open_items(book: Book, register: Register) -> list[OpenItem]:
    """Return the items of the books as the matcher sees them, those at rest only by what a payment may quote."""
    parties = {party.id: party for party in book.agreement.parties()}
    others: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
    every: Iterable[Item | Rested] = (*register.rested(), *register.moving.values())
    found = []
    for item in every:
        if item.party not in others:
            other = book.counterparty(item.party)
            party = parties.get(other)
            others[item.party] = (other, tuple(party.ibans), (party.name,)) if party else (other, (), ())
        found.append(_open_item(item, *others[item.party]))
    return found


def _open_item(item: Item | Rested, other: str, ibans: tuple[str, ...], names: tuple[str, ...]) -> OpenItem:
    direction = "forderung" if item.account.startswith(v.ASSETS) else "verbindlichkeit"
    document = item.document or None
    if isinstance(item, Rested):
        day = dt.date.fromisoformat(item.due or item.booked)
        return OpenItem(item.posten, other, direction, 0, day, item.reference, document, ibans, names)
    return OpenItem(
        posten=item.posten,
        party=other,
        direction=direction,
        open_cents=max(0, item.open_cents * item.sign),
        due=item.due or item.booked,
        payment_reference=item.reference,
        document=document,
        agreed_ibans=ibans,
        names=names,
        paid=tuple([Paid(part.reference, abs(part.cents)) for part in item.paid]),
    )


def payment(items: Mapping[str, Item], placement: Placement) -> Payment:
    """Return what is booked of a placed line."""
    line = placement.line
    kinds = {"zahlung": v.Kind.PAYMENT, "rueckgabe": v.Kind.RETURN}
    return Payment(
        kind=kinds.get(placement.kind, v.Kind.UNCLEAR),
        date=line.booking_day,
        bank_reference=placement.key,
        cents=line.amount_cents,
        payee=_payee(line),
        text=_narration(line),
        settles=tuple(_moved(items[posten], cents) for posten, cents in placement.allocations),
        charges_cents=placement.charges_cents,
        rest_cents=placement.rest_cents,
        reasons=placement.evidence,
    )


def _moved(item: Item, cents: int) -> tuple[Item, int]:
    """Return what settling an item (or with negative cents: reopening it) moves on the bank account."""
    return item, cents if item.account.startswith(v.ASSETS) else -cents


def _payee(line: StatementLine) -> str:
    return clean(line.counterparty)[:_TEXT_MAX].strip()


def _narration(line: StatementLine) -> str:
    words: Iterable[str] = (*line.structured, line.remittance, line.booking_text)
    text = clean(" ".join(word for word in words if word))
    return text if len(text) <= _TEXT_MAX else text[: _TEXT_MAX - 1].rstrip() + "…"
