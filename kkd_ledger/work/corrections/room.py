"""What an entry of an earlier month may settle on an item, although the book goes on behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from kkd_ledger import german
from kkd_ledger.book.certificate import CertifiedLine
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import Problem
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.work.corrections.clearing import takes, takes_nothing
from kkd_ledger.work.session import Session

Moves = Mapping[str, Sequence[int]]


def later_moves(work: Session, day: dt.date) -> Moves:
    """Return by posten the cents that the months after that of a day move on it, signed as booked, newest first.

    A thirteenth month comes after December, though its entries bear December's last day.
    """
    month = BookingMonth.of(day)
    moves: dict[str, list[int]] = {}
    if month < max(work.months):
        closing = f"{BookingMonth(month.year, CLOSING_MONTH).stem}."
        for record in reversed([*work.transactions(month.last_day)]):
            if record.date <= month.last_day and not record.place.file.startswith(closing):
                continue
            for leg in record.postings:
                if leg.meta and (posten := leg.meta.get(v.ITEM)):
                    moves.setdefault(str(posten), []).append(leg.cents)
    return moves


def least_open(item: Item, later: Moves) -> int:
    """Return the least that is open on an item from before later moves until today, in unsigned cents.

    Where they have settled it for a while (a part came back since), an entry before them finds nothing open, although
    something is open now.
    """
    opens = [item.open_cents * item.sign]
    for cents in later.get(item.posten, ()):
        opens.append(opens[-1] - cents * item.sign)
    return max(0, min(opens))


def takes_on(work: Session, item: Item, cents: int, day: dt.date) -> int:
    """Return how many unsigned cents of money (signed like a bank line) an item takes by an entry of a day."""
    most = takes(item, cents)
    settles = cents * item.sign > 0
    return min(most, least_open(item, later_moves(work, day))) if most and settles else most


def settled_since(day: dt.date) -> str:
    """Return in German why an item takes nothing on a day though something is open on it now."""
    return f"der Posten war nach dem {german.day(day)} durch andere Buchungen schon beglichen"


def takes_less(work: Session, line: CertifiedLine, item: Item | None, posten: str) -> Problem:
    """Return why an item does not take a line, and what else the line may be."""
    root, place = str(work.book.root), f"{line.key} auf {posten!r}"
    new = "weiß noch niemand, wozu sie gehört, bucht `--new` sie als ungeklärt (danach `kkd clear`)"
    if item is None:
        return Problem(root, place, "diesen Posten gibt es nicht", f"ein gebuchter Posten; {new}")
    most = takes(item, line.cents)
    if most and line.cents * item.sign > 0:
        return Problem(root, place, settled_since(line.day), new)
    if most:
        allowed = f"höchstens {format_eur(most)}, so viel kann von ihm zurückfließen; {new}"
        return Problem(root, place, format_eur(line.cents), allowed)
    actual, allowed = takes_nothing(item, line.cents)
    return Problem(root, place, f"{format_eur(line.cents)}; {actual}", f"{allowed}; {new}")
