"""What commands answer, as a person reads it: items, money that has to be placed, files in doubt, advice."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NamedTuple

from kkd_ledger.money import parse_eur

_WAITS = re.compile(
    r"Eine Zeile vom (\S+) über (-?[\d.,]+) EUR(?: \((.*)\))? wartet auf eine Entscheidung: ([^\s;]+)"
)
GAP = re.compile(r"Lücke im Konto: .* \[([^\s\]]+)\]")
LATER = re.compile(r"danach noch (?:berichtigt: )?([^;]*);")
LETTER = re.compile(r"Zu klären ist (\S+) \(inbox/klaerung\)")
REOPEN = re.compile(r"`kkd reopen \S+ (\d{4}-\d{2})\b")
OPEN = re.compile(r"`kkd open \S+ (\d{4}-\d{2})\b")


class Item(NamedTuple):
    """An open item as `kkd reconcile --json` tells it, in cents; positive is what the party owes the operator."""

    posten: str
    year: int
    reference: str
    claimed: int
    paid: int
    others: int
    open: int
    took: int
    gave: int


class Money(NamedTuple):
    """A line that has to be placed: its number (booked, unclear) or its key (waiting)."""

    name: str
    day: dt.date
    cents: int
    payee: str
    key: str = ""


def of_former(file: dict[str, Any]) -> bool:
    return any("[[before]]" in reason for reason in file["gruende"])


def waiting_in(status: dict[str, Any]) -> list[Money]:
    return [
        Money(key, _day(on), parse_eur(cents), (who or "").split(" | ")[0])
        for trouble in status.get("troubles", ())
        for on, cents, who, key in _WAITS.findall(trouble)
    ]


def _day(text: str) -> dt.date:
    day, month, year = map(int, text.split("."))
    return dt.date(year, month, day)


def item_of(one: dict[str, Any]) -> Item:
    claims = [parse_eur(cents) for _, cents in one["forderungen"]]
    paid = [parse_eur(cents) for _, cents in one["zahlungen"]]
    return Item(
        one["posten"],
        one["leistungsjahr"],
        one["kassenzeichen"],
        sum(claims),
        sum(paid),
        sum(parse_eur(cents) for _, cents in one["sonstiges"]),
        parse_eur(one["offen"]),
        sum(cents for cents in paid if cents > 0),
        -sum(cents for cents in paid if cents < 0),
    )
