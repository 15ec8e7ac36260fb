"""What money that nobody has placed probably pays: the matcher's ways, told where a person decides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any, Final, NamedTuple, TypeAlias

from kkd_ledger import german
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book.certificate import DIFFERENCE, Certificates, CertifiedLine, Fate
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.matching.match import Match, match_lines
from kkd_ledger.matching.party_names import name_words
from kkd_ledger.money import format_eur, plain
from kkd_ledger.references import is_payment_reference
from kkd_ledger.work.decisions.already_paid import AlreadyPaid
from kkd_ledger.work.statements.matched_lines import open_items, settled_items, subject

_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{4,21}")
_SHORTEST: Final = 8
_TOLD_MAX: Final = 3
_PARTS_MAX: Final = 4
_TOGETHER_MAX: Final = 8


class ItemProposal(NamedTuple):
    """An item that money probably pays, how many cents of it (signed like the item's claim), and why, in German."""

    item: Item
    cents: int
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """The proposal in words: the item as the command names it, as letters name it, and what speaks for it."""
        item = self.item
        names = ", ".join(filter(None, (item.document, item.reference)))
        left = format_eur(abs(item.open_cents))
        return f"vielleicht {item.posten} ({names}; offen {left}): {'; '.join(self.reasons)}"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "posten": self.item.posten,
            "anforderung": self.item.document,
            "kassenzeichen": self.item.reference,
            "offen": plain(self.item.open_cents),
            "betrag": plain(self.cents),
            "gruende": list(self.reasons),
        }


class GivesBack(NamedTuple):
    """Money that probably gives back other money, which had moved the other way before.

    `number` is the entry of the other money; where that still waits for a decision, `number` is empty and `key` is its
    bank line. `own` is the entry of the money itself, empty where that waits.
    """

    number: str
    own: str
    key: str
    day: dt.date
    cents: int
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """The proposal in words: the other money as the command names it, and what speaks for it."""
        way = "den Eingang" if self.cents > 0 else "den Ausgang"
        sentence = f"gibt vielleicht {way} vom {german.day(self.day)} über {format_eur(self.cents)} zurück"
        other = f"Buchung {self.number}" if self.number else f"Zeile {self.key}, die wartet"
        pair = f"{self.own or 'NR'} {self.number or 'NR'}"
        clears = f"`kkd clear BUCH {pair} --by NAME --reason GRUND` lässt beide sich aufheben"
        new = "`kkd decide BUCH SCHLÜSSEL --new --by NAME --reason GRUND`"
        waiting = (
            "" if self.own and self.number else "jene" if self.own else "diese" if self.number else "beide"
        )
        first = f"erst {new} für {waiting}, dann " if waiting else ""
        how = f"{other}; {first}{clears}"
        return f"{sentence} ({how}): {', '.join(self.reasons)}"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "gibt-zurueck": self.number or self.key,
            "tag": self.day.isoformat(),
            "betrag": plain(self.cents),
            "gruende": list(self.reasons),
        }


class Crossed(NamedTuple):
    """The rest of a payment, in suspense because a credit of just that amount was set off on its item."""

    number: str
    cents: int
    posten: str
    credit: str

    @property
    def text(self) -> str:
        """The proposal in words: which entry set the credit off, and how the payment and the refund come right."""
        return (
            f"hat sich vielleicht mit der Minderung {self.credit} gekreuzt: {self.number} rechnete "
            f"{format_eur(self.cents)} auf {self.posten} auf; `kkd reverse BUCH {self.number} --reason GRUND "
            "--by NAME`, dann nimmt der Posten "
            "das Geld (`kkd clear`), und die Erstattung ist wieder offen"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "aufrechnung": self.number,
            "betrag": plain(self.cents),
            "posten": self.posten,
            "minderung": self.credit,
        }


Way: TypeAlias = ItemProposal | GivesBack | Crossed | AlreadyPaid
Proposals = Mapping[str, tuple[Way, ...]]


class _Money(NamedTuple):
    """Money that nobody has placed: the bank line's key and what is still known of it."""

    key: str
    line: StatementLine


def proposals(book: Book, claims: Claims, lines: Mapping[str, CertifiedLine] | None = None) -> Proposals:
    """Return what money in suspense and waiting lines probably pay, by the bank line's key, the likeliest first.

    It is reckoned on what is open now; `lines` are those of the certificates, where they are known already. What adds
    up to an item with other such money of its payer is told first.
    """
    waiting = list(_unplaced(claims, Certificates(book.root).lines if lines is None else lines))
    if not waiting:
        return {}
    matches = match_lines(
        waiting,
        open_items(book, claims.items),
        settled=settled_items(book, claims.items),
        dedicated_account=True,
        subject=subject(book),
    )
    ways_of = {match.key: list(_ways(match, claims)) for match in matches}
    for key, way in _together(waiting, ways_of, claims):
        ways_of[key] = [way, *(other for other in ways_of[key] if other.item != way.item)]
    numbers = {money.key: money.number for money in claims.suspense.values()}
    back = {money.key: list(_given_back(money, waiting, numbers)) for money in waiting}
    paid = {
        money.key: list(_already_paid(book, money, claims, numbers[money.key]))
        for money in waiting
        if money.key in numbers
    }
    ways: dict[str, list[Way]] = {key: [*back[key], *ways_of[key], *paid.get(key, ())] for key in ways_of}
    return {key: tuple(item_ways[:_TOLD_MAX]) for key, item_ways in ways.items() if item_ways}


def crossed(records: Iterable[Record], claims: Claims) -> Mapping[str, Crossed]:
    """Return by bank line which unclear rest of a payment a set-off on its item has left, where it is just as much."""
    paid = {part.reference: item for item in claims.items.moving.values() for part in item.paid}
    rests = {paid[key].posten: money for key, money in claims.suspense.items() if key in paid}
    crossings: dict[str, Crossed] = {}
    for record in records:
        if not isinstance(record, Transaction):
            continue
        if record.text(v.KIND) == v.Kind.REVERSAL:
            gone = [key for key, money in crossings.items() if money.number == record.text(v.REVERSES)]
            for key in gone:
                del crossings[key]
        elif record.text(v.KIND) == v.Kind.OFFSET:
            postens = {str(leg.meta[v.ITEM]): abs(leg.cents) for leg in record.postings if v.ITEM in leg.meta}
            for posten, cents in postens.items():
                rest = rests.get(posten)
                [credit] = {*postens} - {posten} if len(postens) == 2 else {""}
                if rest and abs(rest.cents) == cents and _same_share(posten, credit):
                    crossings[rest.key] = Crossed(record.text(v.NUMBER), cents, posten, credit)
    return crossings


def _same_share(posten: str, other: str) -> bool:
    return posten.rpartition("-")[0] == other.rpartition("-")[0]


def _given_back(money: _Money, others: Sequence[_Money], numbers: Mapping[str, str]) -> Iterator[GivesBack]:
    """Yield the money that a line probably gives back: before it, the other way round, of the same other side.

    What a decision set against the bank's lines gives back a line that there was not.
    """
    line = money.line
    for other in others:
        before = other.line
        if before.amount_cents * line.amount_cents >= 0 or before.booking_day > line.booking_day:
            continue
        same = abs(before.amount_cents) == abs(line.amount_cents)
        reasons = ["gleicher Betrag"] if same else []
        if same and line.remittance.startswith(DIFFERENCE):
            reasons.append("eine Entscheidung stellte es dagegen, falls es die Zeile nicht gab")
        if line.iban and line.iban == before.iban:
            reasons.append("gleiche IBAN")
        if name_words(line.counterparty) and name_words(line.counterparty) == name_words(before.counterparty):
            reasons.append("gleicher Name")
        if shared := _references(line) & _references(before):
            reasons.append(f"beide nennen {max(shared, key=len)}")
        fits = same or (shared and abs(line.amount_cents) < abs(before.amount_cents))
        if fits and len(reasons) > 1:
            number, own = numbers.get(other.key, ""), numbers.get(money.key, "")
            yield GivesBack(number, own, other.key, before.booking_day, before.amount_cents, tuple(reasons))


def _already_paid(book: Book, money: _Money, claims: Claims, number: str) -> Iterator[AlreadyPaid]:
    """Yield the settled items that money pays once more: two of reference, payer and amount are the same."""
    line = money.line
    payer, named = name_words(line.counterparty), _references(line)
    for item in claims.items.moving.values():
        paid_cents = sum(abs(part.cents) for part in item.paid)
        if not item.settled or not item.paid or item.sign * line.amount_cents <= 0:
            continue
        party = book.agreement.party(book.counterparty(item.party))
        reasons = [f"gleiches Kassenzeichen {item.reference}"] if item.reference in named else []
        if party and payer and payer == name_words(party.name):
            reasons.append("gleicher Name")
        if paid_cents == abs(line.amount_cents):
            reasons.append("gleicher Betrag")
        if len(reasons) > 1:
            day = max(dt.date.fromisoformat(part.day) for part in item.paid)
            yield AlreadyPaid(item, number, day, paid_cents, tuple(reasons))


def _references(line: StatementLine) -> frozenset[str]:
    return _references_in("".join(line.remittance.split()).upper())


@lru_cache(maxsize=10_000)
def _references_in(text: str) -> frozenset[str]:
    """Return what may be references in a text: with right check digits, also where words follow without a gap."""
    candidates = [match[0] for match in _REFERENCE.finditer(text)]
    ends = ((candidate, end) for candidate in candidates for end in range(_SHORTEST, len(candidate) + 1))
    return frozenset(candidate[:end] for candidate, end in ends if is_payment_reference(candidate[:end]))


def _unplaced(claims: Claims, lines: Mapping[str, CertifiedLine]) -> Iterator[_Money]:
    for money in claims.suspense.values():
        yield _Money(money.key, _line(money, lines.get(money.key)))
    for line in lines.values():
        if line.fate == Fate.WAITS:
            payee, text = line.words or ("", "")
            yield _Money(line.key, _bank_line(line.day, line.cents, payee, text, line.iban))


def _line(money: SuspenseItem, line: CertifiedLine | None) -> StatementLine:
    return _bank_line(money.day, money.cents, money.payee, money.text, line.iban if line else "")


def _bank_line(day: dt.date, cents: int, payee: str, text: str, iban: str) -> StatementLine:
    return StatementLine(day, None, cents, counterparty=payee, remittance=text, iban=iban)


def _ways(match: Match, claims: Claims) -> Iterator[ItemProposal]:
    """Yield the ways of a placement: what would be placed by itself by now, or what may be."""
    ways = [(proposal.allocations, proposal.reasons) for proposal in match.proposals]
    if match.allocations:
        ways.insert(0, (match.allocations, match.evidence))
    for allocations, reasons in ways:
        for posten, cents in allocations:
            if item := claims.items.get(posten):
                yield ItemProposal(item, cents, reasons)


def _together(
    waiting: Sequence[_Money], single: Mapping[str, Sequence[ItemProposal]], claims: Claims
) -> Iterator[tuple[str, ItemProposal]]:
    """Yield for money that adds up to an open item with other money of the same payer that this is so."""
    parties: dict[str, list[_Money]] = {}
    for money in waiting:
        for party in {way.item.party for way in single[money.key]}:
            parties.setdefault(party, []).append(money)
    for item in claims.items.moving.values():
        mine = [part for part in parties.get(item.party, ()) if part.line.amount_cents * item.open_cents > 0]
        parts = next(_sums(mine, abs(item.open_cents)), ())
        for money in parts:
            others = " und ".join(_told(part.line) for part in parts if part is not money)
            yield (
                money.key,
                ItemProposal(
                    item, abs(money.line.amount_cents), (f"zusammen mit {others} genau der offene Betrag",)
                ),
            )


def _sums(mine: Sequence[_Money], cents: int) -> Iterator[tuple[_Money, ...]]:
    if len(mine) <= _TOGETHER_MAX:
        for count in range(2, min(len(mine), _PARTS_MAX) + 1):
            for parts in combinations(mine, count):
                if sum(abs(money.line.amount_cents) for money in parts) == cents:
                    yield parts


def _told(line: StatementLine) -> str:
    return f"{format_eur(abs(line.amount_cents))} vom {german.day(line.booking_day)}"


def in_words(key: str, proposals_of: Proposals) -> Iterator[str]:
    """Yield the proposals for money in words."""
    yield from (way.text for way in proposals_of.get(key, ()))


def as_json(key: str, proposals_of: Proposals) -> list[dict[str, Any]]:
    """Return the proposals for money as plain JSON data."""
    return [way.as_json() for way in proposals_of.get(key, ())]
