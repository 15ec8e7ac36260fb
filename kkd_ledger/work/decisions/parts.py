"""A part of a gap: a person says of some of its money what it was, and the rest waits on."""

from __future__ import annotations

import datetime as dt

from kkd_ledger import german
from kkd_ledger.bank.line_keys import entry_key
from kkd_ledger.book.certificate import Certificate, Certificates, CertifiedLine, Fate
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.session import Session


def part_of(
    work: Session,
    certificates: Certificates,
    months: dict[BookingMonth, Certificate],
    line: CertifiedLine,
    *,
    cents: int,
    day: dt.date | None,
    posten: str,
) -> CertifiedLine:
    """Take a part out of the line that stands for a gap, on the certificate, and return it; the rest still waits.

    The amount has the direction of a payment of the item, else that of the gap, unless it bears a minus.
    """
    place = str(work.book.root)
    month = certificates.month_of(line.key)
    if not line.is_difference or line.fate != Fate.WAITS or work.chain.is_sealed(month):
        actual = f"{format_eur(cents)} von {format_eur(line.cents)}"
        allowed = (
            "ein Teil nur von einem Unterschied, der wartet und dessen Monat offen ist; sonst die ganze Zeile"
        )
        raise EntryRefused([Problem(place, line.key, actual, allowed)])
    item = work.claims.items.get(posten)
    if cents > 0:
        cents *= item.sign if item else 1 if line.cents > 0 else -1
    first, last = _days_of(certificates, line)
    day = day or line.day
    if not cents or not first <= day <= last:
        actual = f"{format_eur(cents)} am {german.day(day)}"
        allowed = f"ein Betrag an einem Tag vom {german.day(first)} bis {german.day(last)}"
        raise EntryRefused([Problem(place, line.key, actual, allowed)])
    if cents == line.cents and day == line.day:
        return line
    entry = entry_key(line.key)
    used = [int(key.rpartition(":")[2]) for key in certificates.lines if key.startswith(f"{entry}:")]
    number = max(used, default=0)
    rest = line if used else line._replace(key=f"{entry}:2")
    part = line._replace(key=f"{entry}:{number + 1}", cents=cents, day=day)
    certificate = months.get(month) or certificates.month(month)
    details = (part, rest._replace(cents=line.cents - cents))
    months[month] = certificate.with_details(line.key, details)
    return part


def _days_of(certificates: Certificates, line: CertifiedLine) -> tuple[dt.date, dt.date]:
    """Return the days of the statement to which a line belongs."""
    statement = next(statement for statement in certificates.statements if statement.key == line.statement)
    return min(statement.from_day, line.day), statement.to_day
