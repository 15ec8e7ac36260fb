"""kkd decide: a person says what a waiting bank line is: none of ours, or the payment of an item."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kkd_ledger.audit.links import said
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment, payment_entry
from kkd_ledger.book.persons import refuse_unknown
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.job.certificate import ENDING, Certificates, Fate, as_bytes
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.money import format_eur, parse_eur
from kkd_ledger.periods import BookingMonth


def decide(
    book: Book,
    key: str,
    *,
    by: str,
    reason: str,
    today: dt.date,
    posten: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Decide about a bank line that waits: with `posten` it pays that item in full, without it is none of ours.

    Raise EntryRefused for a line that does not wait, and for a payment beyond what is open; UsageError where the person
    or the reason is missing.
    """
    by, reason = said(by, "wer entscheidet (--by)"), said(reason, "warum (--reason)")
    refuse_unknown(book.settings, [by], today)
    with session(book) as work:
        certificates = Certificates(book.root)
        month, data, line = _waiting(certificates, book, key)
        line |= {"regel": f"Person: {by}", "gruende": [reason]}
        if posten:
            line |= {"ergebnis": str(Fate.MATCHED), "nr": _book(work, line, posten, by, today)}
        else:
            line["ergebnis"] = str(Fate.NOT_OURS)
        statement = next(one for one in data["auszuege"] if one["schluessel"] == line["auszug"])
        statement[str(Fate.WAITS)] -= 1
        statement[line["ergebnis"]] += 1
        work.put(f"{month.stem}{ENDING}", as_bytes(data))
        return work.commit(dry_run=dry_run)


def _waiting(
    certificates: Certificates, book: Book, key: str
) -> tuple[BookingMonth, dict[str, Any], dict[str, Any]]:
    for month in certificates.months:
        data = certificates.month(month)
        for line in data["zeilen"]:
            if line["schluessel"] == key and line["ergebnis"] == Fate.WAITS:
                return month, data, line
    found = f"keine wartende Zeile {key!r}"
    raise EntryRefused(
        [Problem(str(book.root), "", found, "ein Schlüssel, den `kkd status` als wartend nennt")]
    )


def _book(work: Session, line: dict[str, Any], posten: str, by: str, today: dt.date) -> str:
    item = work.claims.items.get(posten)
    cents = parse_eur(line["betrag"])
    open_cents = item.open_cents if item else 0
    if item is None or cents * open_cents <= 0 or abs(cents) > abs(open_cents):
        there = f"hier: {format_eur(open_cents)}" if item else "diesen gibt es nicht"
        found = f"{format_eur(cents)} auf {posten!r}"
        allowed = f"ein Posten, auf dem so viel offen ist ({there})"
        raise EntryRefused([Problem(str(work.book.root), line["schluessel"], found, allowed)])
    payment = Payment(
        kind=v.Kind.PAYMENT,
        date=dt.date.fromisoformat(line["tag"]),
        bank_reference=line["schluessel"],
        cents=cents,
        payee=line.get("gegenseite", ""),
        text=line.get("text", ""),
        settles=((item, cents),),
        charges_cents=0,
        rest_cents=0,
        reasons=(f"zugeordnet von {by}", *line["gruende"]),
    )
    entry = payment_entry(work.book, payment, today, work.open_day(payment.date))
    return work.add([entry])[0]
