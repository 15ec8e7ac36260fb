"""Statement of balances (Saldenbestätigung): what one side's books say about the other, and how two of them differ.

All amounts are seen from the demand: positive is what the member owes the operator, whichever side's books they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from kkd_ledger.agreement import resolution
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import claims
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Record, Transaction
from kkd_ledger.book.standing import as_of as last_day
from kkd_ledger.errors import Problem
from kkd_ledger.invoice.source import InvoiceRefused
from kkd_ledger.money import format_eur, parse_eur, plain

FORMAT: Final = "kkd-saldenbestaetigung-1"
ROUNDING_MAX_CENTS: Final = 2
TRANSIT_DAYS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Balance:
    """One open item with what was demanded, every payment on it, and what is left."""

    posten: str
    service_year: int
    reference: str
    document: str
    claimed_cents: int
    payments: tuple[tuple[dt.date, int], ...]
    open_cents: int

    @property
    def paid_cents(self) -> int:
        """What has moved on it by payments."""
        return sum(cents for _, cents in self.payments)


@dataclass(frozen=True)
class Balances:
    """One side's statement about one member, as of the last day of its newest month or an earlier day."""

    agreement: str
    side: str
    member: str
    title: str
    as_of: dt.date
    resolved: bool
    items: tuple[Balance, ...]

    @property
    def open_cents(self) -> int:
        """What is open over all items."""
        return sum(item.open_cents for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """Return the statement as plain JSON data, without its checksum."""
        return {
            "format": FORMAT,
            "vereinbarung": self.agreement,
            "seite": self.side,
            "beteiligte": self.member,
            "buch": self.title,
            "stichtag": self.as_of.isoformat(),
            "beschlossen": self.resolved,
            "offen": plain(self.open_cents),
            "posten": [
                {
                    "posten": one.posten,
                    "leistungsjahr": one.service_year,
                    "kassenzeichen": one.reference,
                    "anforderung": one.document,
                    "gefordert": plain(one.claimed_cents),
                    "zahlungen": [[day.isoformat(), plain(cents)] for day, cents in one.payments],
                    "offen": plain(one.open_cents),
                }
                for one in self.items
            ],
        }


def _claims(record: Transaction) -> bool:
    """Tell whether an entry makes or reverses a claim; the reversal of a payment takes the payment back."""
    kind = record.text(v.KIND)
    return kind in v.SHARE_KINDS or (kind == v.Kind.REVERSAL and v.KNOWN in record.meta)


def balances(book: Book, records: Iterable[Record], member: str, as_of: dt.date | None = None) -> Balances:
    """Return what a book says about one member's items up to a day (without: the newest month's last day)."""
    held = tuple(records)
    day = min(as_of or dt.date.max, last_day(held) or dt.date.min)
    until = [one for one in held if not isinstance(one, Transaction) or one.date <= day]
    sign = 1 if book.is_operator else -1
    paid: dict[str, list[tuple[dt.date, int]]] = {}
    for record in until:
        if isinstance(record, Transaction) and not _claims(record):
            for leg in record.postings:
                if v.ITEM in leg.meta:
                    paid.setdefault(str(leg.meta[v.ITEM]), []).append((record.date, -sign * leg.cents))
    items = tuple(
        Balance(
            item.posten,
            item.service_year,
            item.reference,
            item.document,
            sign * item.claimed_cents,
            tuple(paid.get(item.posten, ())),
            sign * item.open_cents,
        )
        for item in sorted(claims(book, until).items.values(), key=lambda item: item.posten)
        if item.party == member
    )
    resolved = resolution(book.agreement, member, day) is not None
    return Balances(book.agreement.id, book.party, member, book.settings.title, day, resolved, items)


def as_file(statement: Balances) -> bytes:
    """Return a statement as a file with its checksum: it shows that nothing was changed on the way, not who sent it."""
    data = statement.as_json()
    return (json.dumps(data | {"sha256": _checksum(data)}, ensure_ascii=False, indent=1) + "\n").encode()


def _checksum(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def from_file(file: Path) -> Balances:
    """Read the other side's statement; raise InvoiceRefused where it is none or was changed."""
    try:
        data = json.loads(file.read_bytes())
        checksum = data.pop("sha256")
        if data["format"] != FORMAT or checksum != _checksum(data):
            found = "die Prüfsumme passt nicht: der Inhalt wurde verändert"
            raise InvoiceRefused([Problem(file.name, "sha256", found, "eine unveränderte Saldenbestätigung")])
        items = tuple(_item(one) for one in data["posten"])
        day = dt.date.fromisoformat(data["stichtag"])
        agreement, side, member, title = (
            str(data[key]) for key in ("vereinbarung", "seite", "beteiligte", "buch")
        )
        return Balances(agreement, side, member, title, day, bool(data["beschlossen"]), items)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = f"keine Saldenbestätigung ({type(error).__name__}: {error})"
        raise InvoiceRefused([Problem(file.name, "", found, f"eine Datei im Format {FORMAT}")]) from None


def _item(one: dict[str, Any]) -> Balance:
    return Balance(
        str(one["posten"]),
        int(one["leistungsjahr"]),
        str(one["kassenzeichen"]),
        str(one["anforderung"]),
        parse_eur(one["gefordert"]),
        tuple((dt.date.fromisoformat(day), parse_eur(cents)) for day, cents in one["zahlungen"]),
        parse_eur(one["offen"]),
    )


class Cause(StrEnum):
    """Why two sides differ."""

    RESOLUTION = "Beschluss fehlt"
    DOCUMENT = "Beleg fehlt"
    ROUNDING = "Rundung"
    TIMING = "zeitlich"
    PAYMENT = "gezahlt, dort nicht gebucht"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two statements: what the operator's side says more than the member's, in cents."""

    posten: str
    cause: Cause
    cents: int
    text: str

    def as_json(self) -> dict[str, str]:
        """Return the difference as plain JSON data."""
        return {
            "posten": self.posten,
            "cause": str(self.cause),
            "amount": plain(self.cents),
            "text": self.text,
        }


def reconcile(one: Balances, other: Balances) -> tuple[Difference, ...]:
    """Return every difference between the two sides' statements, by open item, each with its cause.

    Raise InvoiceRefused where they are not the two sides of one member's share in one agreement.
    """
    same = (one.agreement, one.member) == (other.agreement, other.member)
    if not same or one.side == other.side or one.member not in {one.side, other.side}:
        found = f"{one.title} ({one.side}, über {one.member}) und {other.title} ({other.side}, über {other.member})"
        raise InvoiceRefused([Problem("Saldenabstimmung", "", found, "die beiden Seiten einer Beteiligten")])
    operator, member = (other, one) if one.side == one.member else (one, other)
    theirs = {item.posten: item for item in member.items}
    ours = {item.posten: item for item in operator.items}
    return tuple(
        found
        for posten in sorted(ours.keys() | theirs.keys())
        for found in _pair(operator, member, ours.get(posten), theirs.get(posten))
    )


def _pair(
    operator: Balances, member: Balances, ours: Balance | None, theirs: Balance | None
) -> Iterator[Difference]:
    if ours is None or theirs is None:
        yield _one_sided(operator, member, ours, theirs)
        return
    claimed = ours.claimed_cents - theirs.claimed_cents
    if claimed:
        cause = Cause.ROUNDING if abs(claimed) <= ROUNDING_MAX_CENTS else Cause.DOCUMENT
        text = f"gefordert {format_eur(ours.claimed_cents)}, dort gebucht {format_eur(theirs.claimed_cents)}"
        yield Difference(ours.posten, cause, claimed, text)
    if ours.paid_cents != theirs.paid_cents:
        yield _payments(operator, member, ours, theirs)


def _one_sided(
    operator: Balances, member: Balances, ours: Balance | None, theirs: Balance | None
) -> Difference:
    item, lacks = (ours, member) if ours else (theirs, operator)
    assert item, "a posten stands on one side at least"
    sign = 1 if ours else -1
    cause = Cause.DOCUMENT if lacks.resolved else Cause.RESOLUTION
    what = item.document or f"Leistungsjahr {item.service_year}"
    text = f"{what} über {format_eur(item.claimed_cents)} ist in „{lacks.title}“ nicht gebucht"
    return Difference(item.posten, cause, sign * item.open_cents, text)


def _payments(operator: Balances, member: Balances, ours: Balance, theirs: Balance) -> Difference:
    """A payment that one side does not have: on its way or after the other's day, or really missing."""
    cents = theirs.paid_cents - ours.paid_cents
    more, lacks = (theirs, operator) if cents > 0 else (ours, member)
    known = [amount for _, amount in (ours if cents > 0 else theirs).payments]
    missing = []
    for day, amount in more.payments:
        if amount in known:
            known.remove(amount)
        else:
            missing.append(day)
    newest = max(missing, default=max(day for day, _ in more.payments))
    timing = newest + dt.timedelta(days=TRANSIT_DAYS_MAX) > lacks.as_of
    paid, booked = format_eur(theirs.paid_cents), format_eur(ours.paid_cents)
    text = (
        f"gezahlt {paid} (zuletzt {newest:%d.%m.%Y}), eingegangen {booked}; Stand dort {lacks.as_of:%d.%m.%Y}"
    )
    return Difference(ours.posten, Cause.TIMING if timing else Cause.PAYMENT, cents, text)
