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

ADVICE: Final = "Stellen Sie den Nachweis aus der Sicherung wieder her und klären Sie, wer ihn verändert hat."


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
    for one in certificate.statements:
        number = f" {one.number}" if one.number else ""
        for wrong in (*_balances(one), *_lines(one, lines.pop(one.key, []))):
            yield f"Auszug{number} bis {german.day(one.to_day)}: {wrong}"
    if lines:
        yield f"{sum(map(len, lines.values()))} Zeilen gehören zu keinem Auszug darin"


def _balances(one: CertifiedStatement) -> Iterator[str]:
    if one.opening_cents is None or one.closing_cents is None:
        return
    reached = one.opening_cents + one.moved_cents
    if reached != one.closing_cents:
        told = (
            f"{format_eur(one.opening_cents)} + Umsätze {format_eur(one.moved_cents)} = {format_eur(reached)}"
        )
        yield f"Anfangssaldo {told}, Endsaldo {format_eur(one.closing_cents)}"


def _lines(one: CertifiedStatement, lines: Sequence[CertifiedLine]) -> Iterator[str]:
    """Yield what its lines contradict; those that were known before stand in earlier certificates."""
    told = one.count - one.known
    if told != len(lines):
        yield f"neue Zeilen {told}, darin stehen {len(lines)}"
    total = sum(line.cents for line in lines)
    if not one.known and total != one.moved_cents:
        yield f"Umsätze {format_eur(one.moved_cents)}, Summe der Zeilen {format_eur(total)}"
    counts = count_fates(lines)
    for fate in Fate:
        if one.fates[fate] != counts[fate]:
            yield f"„{fate}“ {one.fates[fate]}, darin stehen {counts[fate]}"
