"""Whether the completeness certificates add up: balances, sums and counts of each statement against its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.certificate import (
    ENDING,
    Certificate,
    Certificates,
    CertifiedLine,
    CertifiedStatement,
    Fate,
    count_fates,
)
from kkd_ledger.book.config import Book
from kkd_ledger.money import format_eur

REMEDY: Final = "Stellen Sie den Nachweis aus der Sicherung wieder her und klären Sie, wer ihn verändert hat."


def wrong_sums(book: Book) -> Iterator[str]:
    """Yield a German sentence for each statement whose certificate does not add up.

    That shows a certificate that was changed by hand, also in a month that is not sealed. Raise BookRefused for one
    that cannot be read.
    """
    certificates = Certificates(book.root)
    for month in certificates.months:
        file = f"{month.stem}{ENDING}"
        yield from (f"{file} geht nicht auf: {wrong}." for wrong in _wrong(certificates.month(month)))


def _wrong(certificate: Certificate) -> Iterator[str]:
    lines = defaultdict[str, list[CertifiedLine]](list)
    for line in certificate.lines:
        lines[line.statement].append(line)
    for statement in certificate.statements:
        number = f" {statement.number}" if statement.number else ""
        for wrong in (*_balances(statement), *_lines(statement, lines.pop(statement.key, []))):
            yield f"Auszug{number} bis {german.day(statement.to_day)}: {wrong}"
    if lines:
        yield f"{sum(map(len, lines.values()))} Zeilen gehören zu keinem Auszug darin"


def _balances(statement: CertifiedStatement) -> Iterator[str]:
    if statement.opening_cents is None or statement.closing_cents is None:
        return
    reached = statement.opening_cents + statement.moved_cents
    if reached != statement.closing_cents:
        opening, moved = format_eur(statement.opening_cents), format_eur(statement.moved_cents)
        balances = f"{opening} + Umsätze {moved} = {format_eur(reached)}"
        yield f"Anfangssaldo {balances}, Endsaldo {format_eur(statement.closing_cents)}"


def _lines(statement: CertifiedStatement, lines: Sequence[CertifiedLine]) -> Iterator[str]:
    """Yield what its lines contradict; those that were known before stand in earlier certificates."""
    new_count = statement.count - statement.known_count
    if new_count != len(lines):
        yield f"neue Zeilen {new_count}, darin stehen {len(lines)}"
    total = sum(line.cents for line in lines)
    if not statement.known_count and total != statement.moved_cents:
        yield f"Umsätze {format_eur(statement.moved_cents)}, Summe der Zeilen {format_eur(total)}"
    counts = count_fates(lines)
    for fate in Fate:
        if statement.fates[fate] != counts[fate]:
            yield f"„{fate}“ {statement.fates[fate]}, darin stehen {counts[fate]}"
