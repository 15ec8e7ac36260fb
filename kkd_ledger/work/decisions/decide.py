"""kkd decide: a person says what a bank line is: none of ours, known already, ours but unplaced, or what it pays.

A decision is an entry of the certificate; a later one answers it: what was booked is taken out of the book again by
a new entry, once nothing of the line is placed any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from kkd_ledger.audit.next_seal_link import said
from kkd_ledger.book.certificate import (
    BOOKED,
    DIFFERENCE,
    ENDING,
    Certificate,
    Certificates,
    CertifiedLine,
    Decision,
    Fate,
    Verdict,
    Words,
    decided_line,
    decision_text,
    write,
)
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import (
    Authorisation,
    CorrectionCause,
    Payment,
    moves_bank,
    payment_entry,
    withdrawal_entry,
)
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.roles import refuse_unknown
from kkd_ledger.work.corrections.reverse import no_such_line, reversals, transactions
from kkd_ledger.work.corrections.room import takes_less, takes_on
from kkd_ledger.work.decisions.earlier import entries_about, key_of, last_day, worded
from kkd_ledger.work.decisions.parts import part_of
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.statements.kept_files import reduce_decided, tell_again

_BOOKED: Final = frozenset({Verdict.PAYS, Verdict.NEW})


class Chosen(NamedTuple):
    """The bank lines that a decision is about: one by its key, or all of a day, an amount or (part of) a payer's name.

    Instead of the key, the number of the line's entry may stand. With the key of a gap, which is no line of the bank,
    day and amount are those of the part that the decision is about.
    """

    key: str = ""
    day: dt.date | None = None
    cents: int | None = None
    payer: str = ""

    @property
    def all(self) -> bool:
        """Whether nothing narrows the choice, so that every line is chosen."""
        return self == Chosen()

    def takes(self, day: dt.date, cents: int, *words: str) -> bool:
        """Tell whether a line of a day with an amount and these words about its other side is chosen."""
        alike = self.cents is None or abs(self.cents) == abs(cents)
        named = not self.payer or self.payer.casefold() in " ".join(words).casefold()
        return self.day in {None, day} and alike and named


class Person(NamedTuple):
    """Who decides, why, and on which day."""

    by: str
    reason: str
    day: dt.date

    @classmethod
    def checked(cls, book: Book, by: str, reason: str, today: dt.date) -> Person:
        """Return the person with its words checked; raise UsageError for missing ones or an unknown name."""
        by, reason = said(by, "wer entscheidet (--by)"), said(reason, "warum (--reason)")
        refuse_unknown(book.settings, [by], today)
        return cls(by, reason, today)


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
    """Decide about a bank line: with `posten` it pays that item in full, without it is none of ours.

    Raise as `decide_lines` does.
    """
    verdict = Verdict.PAYS if posten else Verdict.NOT_OURS
    return decide_lines(
        book, Chosen(key), verdict, by=by, reason=reason, today=today, posten=posten, dry_run=dry_run
    )


def decide_lines(
    book: Book,
    chosen: Chosen,
    verdict: Verdict,
    *,
    by: str,
    reason: str,
    today: dt.date,
    posten: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Decide about bank lines: one that waits or was found to be foreign, or all that wait and are chosen.

    NEW books the money as unclear, PAYS settles `posten`; OPEN takes a decision back, so that the line waits again. A
    booked line that is named by its key and turns out to be foreign is taken out of the book of a pooled account.
    Raise EntryRefused where no line is chosen, for one whose money is placed, and for a payment beyond what is open;
    UsageError where person or reason is missing.
    """
    person = Person.checked(book, by, reason, today)
    with session(book, today=today) as work:
        certificates = Certificates(book.root)
        months: dict[BookingMonth, Certificate] = {}
        after: dict[str, CertifiedLine] = {}
        chosen = chosen._replace(key=key_of(work, chosen.key))
        for whole in _lines(certificates, book, chosen, verdict):
            line, part = whole, chosen.cents if chosen.key else None
            if part is not None:
                line = part_of(work, certificates, months, whole, cents=part, day=chosen.day, posten=posten)
            number = ""
            if verdict in _BOOKED:
                before = entries_about(work, line.key) if line.key in certificates.decisions else []
                line = worded(work, certificates, line, before)
                number = _book(work, line, verdict, posten, person, not_before=last_day(before))
            elif line.fate in BOOKED:
                number = _take_out(work, line, person)
            decision = Decision(line.key, verdict, person.by, person.reason, person.day, number)
            after[line.key] = decided_line(line, decision)
            answer_for(work, _enter(work, certificates, months, after[line.key], decision), decision)
        _tell(work, certificates, after)
        for month, certificate in months.items():
            work.put(f"{month.stem}{ENDING}", write(certificate))
        return work.commit(dry_run=dry_run)


def _tell(work: Session, certificates: Certificates, after: Mapping[str, CertifiedLine]) -> None:
    """Let the extracts of a pooled account say what was decided: foreign lines reduced, others whole again."""
    files = {statement.key: statement.sha256 for statement in certificates.statements}
    whole: set[str] = set()
    for line in after.values():
        sha256 = files.get(line.statement, "")
        if line.fate == Fate.NOT_OURS:
            reduce_decided(work, sha256, line.key, line.rule)
        elif (before := certificates.lines.get(line.key)) and before.fate == Fate.NOT_OURS:
            whole.add(sha256)
    for sha256 in whole:
        tell_again(work, sha256, {**certificates.lines, **after})


def _enter(
    work: Session,
    certificates: Certificates,
    months: dict[BookingMonth, Certificate],
    line: CertifiedLine,
    decision: Decision,
) -> BookingMonth:
    """Put a decision on the certificate that tells of its line; where that is sealed, on the newest open one.

    Return the month of that certificate.
    """
    split = next(
        (month for month, own in months.items() if any(line.key == other.key for other in own.lines)), None
    )
    month = split or certificates.month_of(line.key)
    if work.chain.is_sealed(month):
        month = open_certificate(work)
        certificate = months.get(month) or certificates.month(month)
    else:
        if line.fate == Fate.NOT_OURS and not line.is_difference:  # nobody needs to know any more whose it is
            line = line._replace(words=None, iban="")
        certificate = (months.get(month) or certificates.month(month)).decided(line)
    months[month] = certificate.with_decisions([decision])
    return month


def answer_for(work: Session, month: BookingMonth, decision: Decision) -> None:
    """Let who decided answer for an entry of a month's certificate, in that month's text."""
    doer = Doer(v.Deed.DECIDES, decision.by, decision.day)
    work.answer_for(f"{month.stem}{ENDING}#{decision.subject}", decision_text(decision), [doer], month)


def open_certificate(work: Session) -> BookingMonth:
    """Return the month on whose certificate a decision stands that belongs to no open one."""
    regular = (month for month in work.months if month.month < CLOSING_MONTH)
    months = [month for month in regular if not work.chain.is_sealed(month)]
    return max(months, default=work.newest)


def _lines(
    certificates: Certificates, book: Book, chosen: Chosen, verdict: Verdict
) -> Sequence[CertifiedLine]:
    if chosen.key:
        line = certificates.lines.get(chosen.key)
        return (
            [_decidable(line, verdict, book)]
            if line
            else _refuse(book, f"keine wartende Zeile {chosen.key!r}")
        )
    back = verdict == Verdict.OPEN
    lines = [
        line if line.words else line._replace(words=Words("", ""))
        for line in certificates.lines.values()
        if (
            line.key in certificates.decisions and line.fate == Fate.NOT_OURS
            if back
            else line.fate == Fate.WAITS
        )
        and chosen.takes(line.day, line.cents, *(line.words or ()))
    ]
    if verdict == Verdict.PAYS and len(lines) > 1:
        return _refuse(book, f"{len(lines)} Zeilen für einen Posten")
    return lines or _refuse(book, "keine wartende Zeile, auf die das zutrifft")


def _decidable(line: CertifiedLine, verdict: Verdict, book: Book) -> CertifiedLine:
    """Return a line that a decision may be about; the money of another one is booked."""
    again = verdict in ({Verdict.OPEN} if line.fate == Fate.WAITS else {Verdict.NOT_OURS, Verdict.KNOWN})
    taken_out = line.fate in BOOKED and verdict not in _BOOKED and not book.settings.bank.dedicated
    unexplained = line.fate == Fate.NOT_OURS and line.rule == DIFFERENCE
    if taken_out or unexplained or (line.fate in {Fate.WAITS, Fate.NOT_OURS} and not again):
        text = line.reasons[0] if unexplained and line.reasons else ""
        return line if line.words else line._replace(words=Words("", text))
    actual = f"keine wartende Zeile {line.key!r}: {line.fate}"
    allowed = "eine Zeile, die wartet oder anders entschieden ist"
    if line.number:
        actual += f", Buchung {line.number}"
        place = f"`kkd clear BUCH {line.number} POSTEN`"
        take_back = f"`kkd reverse BUCH {line.number} --reason GRUND --by NAME`"
        allowed = f"{place} ordnet das Geld zu"
        if line.fate == Fate.MATCHED:
            allowed = f"{take_back} nimmt die Zuordnung zurück, danach ordnet {place} neu zu"
        foreign = f"gehört die Zeile nicht hierher, `kkd decide BUCH {line.number} --foreign`"
        allowed += f"; {no_such_line(line.number) if book.settings.bank.dedicated else foreign}"
    raise EntryRefused([Problem(str(book.root), "", actual, allowed)])


def _refuse(book: Book, actual: str) -> Sequence[CertifiedLine]:
    allowed = "ein Schlüssel oder eine Auswahl, die `kkd decide BUCH --list` als wartend nennt"
    raise EntryRefused([Problem(str(book.root), "", actual, allowed)])


def _book(
    work: Session,
    line: CertifiedLine,
    verdict: Verdict,
    posten: str,
    person: Person,
    *,
    not_before: dt.date,
) -> str:
    """Book a line's money as the payment of an item, or as unclear; return its posting number.

    It is not booked before it was last taken back (`not_before`): entries tell what happened in its order.
    What is more than the item still owes is unclear; money that flows back is never more than what was paid.
    """
    item = work.claims.items.get(posten)
    cents = line.cents
    pays = verdict == Verdict.PAYS
    day = max(work.open_day(line.day), not_before)
    most = takes_on(work, item, cents, day) if item else 0
    pays_too_much = bool(item and most and cents * item.sign > 0)
    if pays and abs(cents) > most and not pays_too_much:
        raise EntryRefused([takes_less(work, line, item, posten)])
    settles = item if pays else None
    settled = min(abs(cents), most) * (1 if cents > 0 else -1) if settles else 0
    kind = v.Kind.SUSPENSE
    if settles:
        kind = v.Kind.PAYMENT if cents * settles.sign > 0 else v.Kind.RETURN
    payment = Payment(
        kind=kind,
        date=line.day,
        bank_reference=line.key,
        cents=cents,
        payee=line.words.payee if line.words else "",
        text=line.words.text if line.words else "",
        settles=((settles, settled),) if settles else (),
        charges_cents=0,
        rest_cents=cents - settled,
        reasons=(f"{Fate.MATCHED if pays else 'entschieden'} von {person.by}", person.reason),
    )
    entry = payment_entry(work.book, payment, person.day, day, decided_by=person.by)
    return work.add([entry])[0]


def _take_out(work: Session, line: CertifiedLine, person: Person) -> str:
    """Take a line's money out of the book again; return the number of the entry that does it."""
    suspense = work.claims.suspense.get(line.key)
    if suspense is None or suspense.cents != line.cents:
        placing = reversed([*_placing(work, line.key)])
        actual = f"von {format_eur(line.cents)} (Buchung {line.number}) ist ein Teil oder alles zugeordnet"
        first = (f"`kkd reverse BUCH {number} --reason GRUND --by NAME`" for number in placing)
        allowed = f"zuerst {', dann '.join(first)}"
        raise EntryRefused(
            [Problem(str(work.book.root), line.key, actual, f"{allowed}, dann noch einmal `kkd decide`")]
        )
    day = max(work.posting_day(person.day), suspense.day)
    entry = withdrawal_entry(
        work.book,
        suspense,
        day=day,
        cause=CorrectionCause(person.reason, person.by, Authorisation(person.day)),
    )
    return work.add([entry], work.newest)[0]


def _placing(work: Session, key: str) -> Iterator[str]:
    """Yield the numbers of the entries that place a bank line's money and still hold, in journal order."""
    gone = reversals(work)
    for number, record in transactions(work).items():
        if number in gone or record.text(v.KIND) in {v.Kind.REVERSAL, v.Kind.SUSPENSE}:
            continue
        named = {record.text(v.BANK_REFERENCE), *(leg.meta.get(v.BANK_REFERENCE) for leg in record.postings)}
        if key in named and not (record.text(v.KIND) == v.Kind.CLEARING and moves_bank(work.book, record)):
            yield number
