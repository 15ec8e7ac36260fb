"""camt.054 in the monthly job: details for the batches of statements, whenever they come. They book nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kkd_ledger import german
from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.bank.enrichment import (
    NOTIFICATION,
    PREVIEWS,
    Notification,
    Whole,
    notifications_of,
    pairs,
    split_by,
)
from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.line_keys import content_key
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import Batch, Certificates, CertifiedLine, CertifiedNotification, Fate, Split
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation, CorrectionCause, clearing_entry
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.text.vocabulary import ORIGINALS, Kind
from kkd_ledger.errors import StatementRefused
from kkd_ledger.matching.match import Match
from kkd_ledger.work.session import Session


@dataclass(frozen=True)
class Late:
    """A batch that an earlier run took whole, and its details, which have come since.

    `suspense` is its money where it is booked as such; without it the batch waits for a decision and is not booked.
    """

    batch: str
    notification: Notification
    suspense: SuspenseItem | None
    lines: tuple[tuple[str, StatementLine], ...]

    def certified(self, numbers: Iterable[str]) -> Split:
        """Return what the certificate says of it; `numbers` are the entries that place its money."""
        return Split(self.batch, len(self.lines), self.notification.key, tuple(filter(None, numbers)))


class Notifications:
    """The camt.054 entries that a run may use: those that came with it, and those in the archive that are unused."""

    def __init__(
        self, book: Book, certificates: Certificates, statements: Iterable[tuple[Statement, str]]
    ) -> None:
        contents = {notification.content for notification in certificates.notifications}
        self._root = book.root
        self._ibans = book.settings.ibans_ever
        self._certificates = certificates
        self._used = set(certificates.used_notifications)
        self.new: dict[str, tuple[Statement, str]] = {}
        for statement, archived in statements:
            if (content := content_key(statement)) not in contents:
                self.new.setdefault(content, (statement, archived))
        self._read = {content: notifications_of(statement) for content, (statement, _) in self.new.items()}

    def around(self, statement: Statement) -> list[Notification]:
        """Return the unused notifications of the statement's account and days."""
        same = self._ibans if statement.account in self._ibans else {statement.account}
        for notification in self._certificates.notifications:
            meets = notification.from_day <= statement.to_day and notification.to_day >= statement.from_day
            if notification.account in same and meets:
                self._fetch(notification)
        return [notification for notification in self._unused() if notification.account in same]

    def use(self, keys: Iterable[str]) -> None:
        """Note that these notifications stand for a batch now."""
        self._used.update(keys)

    def late(self, suspense: Mapping[str, SuspenseItem], sealed: Iterable[str]) -> Iterator[Late]:
        """Yield the batches of earlier runs that the new notifications split, as far as nobody has decided about them.

        `sealed` are the months whose certificates may not change any more.
        """
        closed = frozenset(sealed)
        split = {
            split.line for notification in self._certificates.notifications for split in notification.split
        }
        whole = [
            (line, line.batch)
            for key, line in self._certificates.lines.items()
            if line.batch and key not in split
        ]
        compared = [_whole(line, batch) for line, batch in whole]
        new = [notification for content in self.new for notification in self._read[content]]
        for place, notification in pairs(
            compared, [line for line in new if line.key not in self._used]
        ).items():
            line, _ = whole[place]
            key = line.key
            money = suspense.get(key)
            free = money is not None and money.cents == notification.cents and line.fate == Fate.SUSPENSE
            waits = line.fate == Fate.WAITS
            if free or (waits and str(self._certificates.month_of(key)) not in closed):
                yield Late(key, notification, money if free else None, split_by(key, notification, 0))

    def _unused(self) -> Iterator[Notification]:
        for notifications in self._read.values():
            yield from (notification for notification in notifications if notification.key not in self._used)

    def _fetch(self, notification: CertifiedNotification) -> None:
        """Read an archived camt.054 again; one that is gone or spoilt adds nothing, and spoils no statement."""
        if notification.content in self._read:
            return
        self._read[notification.content] = ()
        folders = (self._root / ORIGINALS, self._root / ARCHIVE)
        for path in [path for folder in folders for path in sorted(folder.glob(f"{notification.sha256}.*"))][
            :1
        ]:
            with suppress(StatementRefused):
                for statement in read(path):
                    if statement.kind == NOTIFICATION and content_key(statement) == notification.content:
                        self._read[notification.content] = notifications_of(statement)


def _whole(line: CertifiedLine, batch: Batch) -> Whole:
    return Whole(line.day, line.cents, batch.reference)


def cleared(work: Session, suspense: SuspenseItem, match: Match, today: dt.date) -> str:
    """Place the part of a batch's money in suspense that a detail explains; return the number of the entry, if any.

    Only a payment is placed; what gives money back or bears charges stays with the batch for a person.
    """
    if match.kind != Kind.PAYMENT or match.charges_cents:
        return ""
    reason = "; ".join(("Einzelposten einer Sammelbuchung (camt.054)", *match.evidence))
    cause = CorrectionCause(reason, "", Authorisation(today))
    numbers: list[str] = []
    for posten, cents in match.allocations:
        item = work.claims.items[posten]
        day = max(work.posting_day(today), suspense.day, item.booked)
        entry = clearing_entry(work.book, suspense, item, item.sign * cents, day=day, cause=cause)
        numbers += work.add([entry], work.newest)
    return ", ".join(numbers)


@dataclass(frozen=True)
class Supplement:
    """What came beside the statements and books nothing: a camt.054, or a preview (camt.052, MT942)."""

    statement: Statement
    split: int = 0

    @property
    def kind(self) -> str:
        """The format's name as a treasurer knows it."""
        kind = self.statement.kind
        return kind if kind.startswith("MT") else f"camt.{kind}"

    @property
    def text(self) -> str:
        """What became of it, in German."""
        count = len(self.statement.lines)
        if self.statement.kind in PREVIEWS:
            return f"Vorschau mit {german.count(count, 'Umsatz', 'Umsätzen')}, wird nicht gebucht"
        if not self.split:
            return f"{count} Einzelposten, noch ohne Sammelbuchung in einem Kontoauszug"
        return (
            f"{count} Einzelposten, {german.count(self.split, 'Sammelbuchung', 'Sammelbuchungen')} aufgeteilt"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {"kind": self.statement.kind, "lines": len(self.statement.lines), "split": self.split}
