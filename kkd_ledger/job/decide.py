"""kkd decide: a person says what a waiting bank line is: none of ours, or the payment of an item."""

from __future__ import annotations

import datetime as dt

from kkd_ledger.audit.links import said
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.certificate import ENDING, Certificate, Certificates, CertifiedLine, Fate, write
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment, payment_entry
from kkd_ledger.book.persons import refuse_unknown
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.job.clearing import takes
from kkd_ledger.job.kept import reduce_decided
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.money import format_eur


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
        certificate, line = _waiting(certificates, book, key)
        line = line._replace(fate=Fate.NOT_OURS, rule=f"Person: {by}", reasons=(reason,))
        if posten:
            line = line._replace(fate=Fate.MATCHED, number=_book(work, line, posten, by, today))
        else:
            sha256 = next(one.sha256 for one in certificate.statements if one.key == line.statement)
            reduce_decided(work, sha256, key, line.rule)
            line = line._replace(words=None, iban="")  # nobody needs to know any more whose it is
        work.put(f"{certificate.month.stem}{ENDING}", write(certificate.decided(line)))
        return work.commit(dry_run=dry_run)


def _waiting(certificates: Certificates, book: Book, key: str) -> tuple[Certificate, CertifiedLine]:
    for month in certificates.months:
        certificate = certificates.month(month)
        for line in certificate.lines:
            if line.key == key and line.fate == Fate.WAITS:
                return certificate, line
    found = f"keine wartende Zeile {key!r}"
    raise EntryRefused(
        [Problem(str(book.root), "", found, "ein Schlüssel, den `kkd status` als wartend nennt")]
    )


def _book(work: Session, line: CertifiedLine, posten: str, by: str, today: dt.date) -> str:
    item = work.claims.items.get(posten)
    cents = line.cents
    if item is None or abs(cents) > takes(item, cents):
        there = f"dieser nimmt {format_eur(takes(item, cents))}" if item else "diesen gibt es nicht"
        found = f"{format_eur(cents)} auf {posten!r}"
        allowed = f"ein Posten, auf dem so viel offen ist oder von dem so viel zurückfließen kann ({there})"
        raise EntryRefused([Problem(str(work.book.root), line.key, found, allowed)])
    payment = Payment(
        kind=v.Kind.PAYMENT if cents * item.sign > 0 else v.Kind.RETURN,
        date=line.day,
        bank_reference=line.key,
        cents=cents,
        payee=line.words.payee if line.words else "",
        text=line.words.text if line.words else "",
        settles=((item, cents),),
        charges_cents=0,
        rest_cents=0,
        reasons=(f"zugeordnet von {by}", *line.reasons),
    )
    entry = payment_entry(work.book, payment, today, work.open_day(payment.date))
    return work.add([entry])[0]
