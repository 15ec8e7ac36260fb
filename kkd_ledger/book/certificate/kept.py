"""The certificates of a book as they lie on the disk."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from kkd_ledger.book.certificate.certified import (
    Certificate,
    CertifiedLine,
    CertifiedNotification,
    CertifiedStatement,
    Decision,
    Fate,
    Verdict,
    decided_line,
)
from kkd_ledger.book.certificate.form import head_of, read
from kkd_ledger.book.seals.seal_chain import CERTIFICATE
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.periods import BookingMonth

ENDING: Final = CERTIFICATE
_HEADS_BYTES: Final = (8_192, 131_072)
_NAME: Final = re.compile(rf"([0-9]{{4}})/(\1-(?:0[1-9]|1[0-3])){re.escape(ENDING)}")


class Certificates:
    """The certificates of a book as they lie on the disk, or in a decided batch that is not in place yet.

    With `since`, only those that may tell of that day or a later one, and of the last statement before it: a
    certificate tells of statements that end in its month, or earlier where their month was sealed. Its methods raise
    BookRefused where a certificate cannot be read.
    """

    def __init__(self, root: Path, since: dt.date = dt.date.min) -> None:
        self._present = BookFolder(root)
        matches = filter(None, map(_NAME.fullmatch, self._present.of_years(ENDING)))
        self._root, self._months = root, {name[2]: name[0] for name in matches}
        self._heads: dict[BookingMonth, Certificate] = {}
        self._first = str(BookingMonth.of(since)) if since > dt.date.min else ""

    @property
    def months(self) -> tuple[BookingMonth, ...]:
        """The months that have a certificate."""
        return tuple(BookingMonth.parse(month) for month in self._months)

    def month(self, month: BookingMonth) -> Certificate:
        """Return a month's certificate, an empty one where there is none yet."""
        return self._read(str(month)) if str(month) in self._months else Certificate(month)

    @property
    def heads(self) -> Iterator[Certificate]:
        """The certificates without their lines (by far the largest part), one at a time."""
        yield from map(self.head, self.months)

    def head(self, month: BookingMonth) -> Certificate:
        """Return a month's certificate without its lines, an empty one where there is none yet."""
        if month not in self._heads:
            self._heads[month] = self._head(month)
        return self._heads[month]

    def _head(self, month: BookingMonth) -> Certificate:
        file = self._months.get(str(month))
        if file is None:
            return Certificate(month)
        path = self._root / file
        heads = (head_of(self._present.read(path, bytes_max)) for bytes_max in _HEADS_BYTES)
        return self._checked(str(month), next(filter(None, heads), None) or self._present.read(path))

    def _read(self, month: str) -> Certificate:
        return self._checked(month, self._present.read(self._root / self._months[month]))

    def _checked(self, month: str, content: bytes) -> Certificate:
        path = f"{self._root}/{self._months[month]}"
        certificate = read(content, path)
        if str(certificate.month) != month:
            allowed = f"{month}, der Monat, den der Dateiname nennt"
            raise BookRefused([Problem(path, "monat", str(certificate.month), allowed)])
        return certificate

    @cached_property
    def _wanted(self) -> Mapping[str, Certificate]:
        """The certificates wanted, by month, without their lines."""
        certificates: dict[str, Certificate] = {}
        for month in reversed(self._months):
            if month < self._first and self._last_before(certificates) > month:
                break
            certificates[month] = self.head(BookingMonth.parse(month))
        return dict(sorted(certificates.items()))

    @cached_property
    def _all(self) -> Mapping[str, Certificate]:
        """The certificates wanted, by month, with their lines."""
        return {month: self._read(month) for month in self._wanted}

    def _last_before(self, certificates: Mapping[str, Certificate]) -> str:
        """Return the month in which the last known statement before the first one wanted ends."""
        ends = (
            f"{statement.to_day:%Y-%m}"
            for certificate in certificates.values()
            for statement in certificate.statements
            if statement.opening_cents is not None
        )
        return max((end for end in ends if end < self._first), default="")

    @cached_property
    def lines(self) -> dict[str, CertifiedLine]:
        """Every line that is known, by its key, with what was decided about it later, its month sealed or not."""
        lines = {line.key: line for certificate in self._all.values() for line in certificate.lines}
        for decision in self.decisions.values():
            if line := lines.get(decision.subject):
                lines[line.key] = decided_line(line, decision)
        return lines

    @cached_property
    def waiting(self) -> tuple[CertifiedLine, ...]:
        """The lines about which a person is to decide; the lines are read only where the heads tell of such."""
        counted = any(statement.fates[Fate.WAITS] for statement in self.statements)
        if not (counted or any(decision.verdict == Verdict.OPEN for decision in self.decisions.values())):
            return ()
        return tuple(line for line in self.lines.values() if line.fate == Fate.WAITS)

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """The last decision about each subject."""
        return {
            decision.subject: decision
            for certificate in self._wanted.values()
            for decision in certificate.decisions
        }

    def month_of(self, key: str) -> BookingMonth:
        """Return the month whose certificate tells of a line."""
        for certificate in self._all.values():
            if any(line.key == key for line in certificate.lines):
                return certificate.month
        raise KeyError(key)

    @cached_property
    def statements(self) -> tuple[CertifiedStatement, ...]:
        """Every statement that was taken, by its days."""
        statements = [
            statement for certificate in self._wanted.values() for statement in certificate.statements
        ]
        return tuple(
            sorted(
                statements, key=lambda statement: (statement.to_day, statement.from_day, statement.account)
            )
        )

    @cached_property
    def notifications(self) -> tuple[CertifiedNotification, ...]:
        """Every camt.054 that was taken: it enriches a statement's batches and books nothing."""
        return tuple(
            notification
            for certificate in self._wanted.values()
            for notification in certificate.notifications
        )

    @cached_property
    def used_notifications(self) -> frozenset[str]:
        """The keys of the camt.054 entries that enrich a batch."""
        by_statement = (key for statement in self.statements for key in statement.notifications)
        later = (split.notification for notification in self.notifications for split in notification.split)
        return frozenset((*by_statement, *later))
