"""Details of a batch that come in a camt.054 of their own: they enrich an entry of a statement, and never book."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from kkd_ledger.bank.line_keys import content_key, detail_keys, entry_key
from kkd_ledger.bank.statements import Statement, StatementLine

NOTIFICATION: Final = "054"
PREVIEWS: Final = frozenset({"052", "MT942"})


class Notification(NamedTuple):
    """The details of one batch entry. `key` names the entry of this notification, whatever file it comes in."""

    key: str
    account: str
    currency: str
    day: dt.date
    cents: int
    reference: str
    lines: tuple[StatementLine, ...]


class Whole(NamedTuple):
    """A batch entry that stayed whole, as far as a notification is compared with it."""

    day: dt.date
    cents: int
    reference: str


def is_whole(line: StatementLine) -> bool:
    """Tell whether a line is a batch entry without its details."""
    return line.batch is not None and line.batch[0] == 0


def whole_of(line: StatementLine) -> Whole:
    """Return what a notification of the batch entry must agree with."""
    return Whole(line.booking_day, line.amount_cents, line.bank_reference)


def notifications_of(statement: Statement) -> tuple[Notification, ...]:
    """Return the entries of a camt.054 whose details prove them; nothing of any other statement."""
    if statement.kind != NOTIFICATION:
        return ()
    entries: defaultdict[int, list[StatementLine]] = defaultdict(list)
    for line in statement.lines:
        if line.batch and line.batch[0] > 0 and line.booked:
            entries[line.entry].append(line)
    content = content_key(statement) if entries else ""
    return tuple(
        Notification(
            f"{content}:{entry}",
            statement.account,
            statement.currency,
            lines[0].booking_day,
            sum(line.amount_cents for line in lines),
            lines[0].bank_reference,
            tuple(lines),
        )
        for entry, lines in entries.items()
    )


def pairs(wholes: Sequence[Whole], notifications: Sequence[Notification]) -> dict[int, Notification]:
    """Return the notification of each batch (by its place) where both fit nothing else.

    They fit where booking day and amount are the same, and so is the bank's reference where both have one. Where
    two batches or two notifications could be meant, nothing is guessed.
    """
    fits = {
        place: [notification for notification in notifications if _fits(whole, notification)]
        for place, whole in enumerate(wholes)
    }
    claimed = [notification.key for fitting in fits.values() for notification in fitting]
    return {
        place: fitting[0]
        for place, fitting in fits.items()
        if len(fitting) == 1 and claimed.count(fitting[0].key) == 1
    }


def _fits(whole: Whole, notification: Notification) -> bool:
    referred = not whole.reference or not notification.reference or whole.reference == notification.reference
    return (whole.day, whole.cents) == (notification.day, notification.cents) and referred


def split_by(key: str, notification: Notification, entry: int) -> tuple[tuple[str, StatementLine], ...]:
    """Return the details that stand for a batch's line, each under its key.

    They keep the entry's key in front, so an entry that was booked whole stays known.
    """
    lines = [replace(detail, entry=entry) for detail in notification.lines]
    return tuple(zip(detail_keys(entry_key(key), lines), lines, strict=True))


def enriched(
    keyed: Sequence[tuple[str, StatementLine]], notifications: Sequence[Notification]
) -> tuple[tuple[tuple[str, StatementLine], ...], tuple[str, ...]]:
    """Return lines with their keys, details in the place of whole batches; and the keys of the notifications used.

    The notifications are those of the same account.
    """
    places = [place for place, (_, line) in enumerate(keyed) if is_whole(line)]
    paired = pairs([whole_of(keyed[place][1]) for place in places], notifications)
    advised = {places[number]: notification for number, notification in paired.items()}
    split: list[tuple[str, StatementLine]] = []
    for place, (key, line) in enumerate(keyed):
        split += split_by(key, advised[place], line.entry) if place in advised else [(key, line)]
    return tuple(split), tuple(notification.key for notification in advised.values())
