"""Whether the completeness certificates add up: balances, sums and counts of each statement against its lines."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kkd_ledger.book.config import Book
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.job.certificate import ENDING, Certificates, Fate
from kkd_ledger.money import format_eur, parse_eur

ADVICE: Final = "Stellen Sie den Nachweis aus der Sicherung wieder her und klären Sie, wer ihn verändert hat."


def wrong_sums(book: Book) -> Iterator[str]:
    """Yield a German sentence for each statement whose certificate does not add up.

    That shows a certificate that was changed by hand, also in a month that is not sealed. Raise BookRefused for one
    that cannot be read.
    """
    certificates = Certificates(book.root)
    for month in certificates.months:
        file = f"{month.stem}{ENDING}"
        try:
            yield from (f"{file} geht nicht auf: {wrong}." for wrong in _wrong(certificates.month(month)))
        except (ValueError, KeyError, TypeError):
            found = "ein Nachweis, in dem etwas fehlt"
            raise BookRefused([Problem(file, "", found, "ein Nachweis, wie kkd ihn schreibt")]) from None


def _wrong(data: Mapping[str, Any]) -> Iterator[str]:
    lines = defaultdict[str, list[Mapping[str, Any]]](list)
    for line in data["zeilen"]:
        lines[line["auszug"]].append(line)
    for one in data["auszuege"]:
        number = f" {one['nummer']}" if one["nummer"] else ""
        ends = dt.date.fromisoformat(one["bis"])
        for wrong in (*_balances(one), *_lines(one, lines.pop(one["schluessel"], []))):
            yield f"Auszug{number} bis {ends:%d.%m.%Y}: {wrong}"
    if lines:
        yield f"{sum(map(len, lines.values()))} Zeilen gehören zu keinem Auszug darin"


def _balances(one: Mapping[str, Any]) -> Iterator[str]:
    if one["anfang"] is None or one["ende"] is None:
        return
    opening, moved, closing = (parse_eur(one[key]) for key in ("anfang", "umsatz", "ende"))
    if opening + moved != closing:
        told = f"{format_eur(opening)} + Umsätze {format_eur(moved)} = {format_eur(opening + moved)}"
        yield f"Anfangssaldo {told}, Endsaldo {format_eur(closing)}"


def _lines(one: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what its lines contradict; those that were known before stand in earlier certificates."""
    told = one["zeilen"] - one["bekannt"]
    if told != len(lines):
        yield f"neue Zeilen {told}, darin stehen {len(lines)}"
    total, moved = sum(parse_eur(line["betrag"]) for line in lines), parse_eur(one["umsatz"])
    if not one["bekannt"] and total != moved:
        yield f"Umsätze {format_eur(moved)}, Summe der Zeilen {format_eur(total)}"
    counts = Counter(line["ergebnis"] for line in lines)
    for fate in Fate:
        if one[fate] != counts.pop(fate, 0):
            held = sum(1 for line in lines if line["ergebnis"] == fate)
            yield f"„{fate}“ {one[fate]}, darin stehen {held}"
    yield from (f"Zeilen mit dem Ergebnis „{other}“, das es nicht gibt" for other in counts)
