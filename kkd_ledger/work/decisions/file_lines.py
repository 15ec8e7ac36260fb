"""The lines of a bank file that is in doubt beside those on the certificates: which are new, which are lacking in it.

By day and amount alone, because that is what a person compares; how a line is known again says `kkd decide`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import CertifiedLine
from kkd_ledger.money import format_eur

_TOLD_MAX: Final = 5


class FileLines(NamedTuple):
    """The booked lines of a file, each with whether a certificate has such a one, and what these have besides."""

    lines: tuple[tuple[StatementLine, bool], ...]
    lacking: tuple[CertifiedLine, ...]

    @property
    def sentences(self) -> Iterator[str]:
        """What differs, in German."""
        new = [line for line, known_before in self.lines if not known_before]
        known_count = len(self.lines) - len(new)
        yield f"Neu gegenüber den Nachweisen: {_some((line.booking_day, line.amount_cents) for line in new)}"
        if known_count:
            yield f"Schon auf einem Nachweis: {german.count(known_count, 'Zeile', 'Zeilen')} (Tag und Betrag gleich)"
        if self.lacking:
            lacking = _some((line.day, line.cents) for line in self.lacking)
            yield f"Auf einem Nachweis, aber nicht in der Datei: {lacking}"


NOTHING: Final = FileLines((), ())


def with_certified(statements: Sequence[Statement], certified: Iterable[CertifiedLine]) -> FileLines:
    """Compare the booked lines of statements with certified ones of their days."""
    lines = [line for statement in statements for line in statement.lines if line.booked]
    spans = [(statement.from_day, statement.to_day) for statement in statements]
    days = {line.booking_day for line in lines}
    there = [
        line
        for line in certified
        if line.day in days or any(first <= line.day <= last for first, last in spans)
    ]
    left = Counter((line.day, line.cents) for line in there)
    compared_lines = []
    for line in lines:
        key = line.booking_day, line.amount_cents
        compared_lines.append((line, left[key] > 0))
        left[key] -= left[key] > 0
    lacking = []
    for certified_line in there:
        key = certified_line.day, certified_line.cents
        if left[key] > 0 and any(first <= certified_line.day <= last for first, last in spans):
            lacking.append(certified_line)
            left[key] -= 1
    return FileLines(tuple(compared_lines), tuple(lacking))


def _some(lines: Iterable[tuple[dt.date, int]]) -> str:
    texts = [f"{german.day(day)} {format_eur(cents)}" for day, cents in lines]
    more = f" und {len(texts) - _TOLD_MAX} weitere" if len(texts) > _TOLD_MAX else ""
    return ", ".join(texts[:_TOLD_MAX]) + more if texts else "nichts"
