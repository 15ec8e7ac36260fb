"""Between matcher and book: items as the matcher sees them, placements as payments and as lines of the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from kkd_ledger.bank.enrichment import is_whole
from kkd_ledger.bank.match import OpenItem, Paid, Placement, Settled
from kkd_ledger.bank.mentions import compact
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment
from kkd_ledger.book.items import Item, Part
from kkd_ledger.book.register import Register
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


class _Parts:
    """The paid parts of an item as the matcher sees them, made where it asks for them: few lines give money back."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[Paid]:
        return (Paid(part.reference, abs(part.cents)) for part in self._parts)


class _Counterparties:
    """Who stands on the other side of items, each with the accounts and names by which a payment is known."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known = {party.id: party for party in book.agreement.parties()}
        self._found: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, party: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Return the id, the IBANs and the names of who pays, or is paid, what a party's item says."""
        if party not in self._found:
            other = self._book.counterparty(party)
            known = self._known.get(other)
            self._found[party] = (other, tuple(known.ibans), (known.name,)) if known else (other, (), ())
        return self._found[party]


def open_items(book: Book, register: Register) -> list[OpenItem]:
    """Return the items of the books that still move, as the matcher sees them."""
    counterparties = _Counterparties(book)
    return [_open_item(item, *counterparties.of(item.party)) for item in register.moving.values()]


def settled_items(book: Book, register: Register) -> Settled:
    """Return the items at rest, known by what a payment may quote."""
    counterparties = _Counterparties(book)
    references: dict[str, list[str]] = {}
    parties: set[str] = set()
    for item in register.rested():
        parties.add(item.party)
        for reference in dict.fromkeys((compact(item.reference), compact(item.document))):
            if reference:
                references.setdefault(reference, []).append(item.posten)
    return Settled(
        references,
        [counterparties.of(party) for party in sorted(parties)],
        lambda posten: _open_item(item := register[posten], *counterparties.of(item.party)),
    )


def _open_item(item: Item, other: str, ibans: tuple[str, ...], names: tuple[str, ...]) -> OpenItem:
    return OpenItem(
        posten=item.posten,
        party=other,
        direction="forderung" if item.sign > 0 else "verbindlichkeit",
        open_cents=max(0, item.open_cents * item.sign),
        due=item.due or item.booked,
        payment_reference=item.reference,
        document=item.document or None,
        agreed_ibans=ibans,
        names=names,
        paid=_Parts(item.paid),
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
