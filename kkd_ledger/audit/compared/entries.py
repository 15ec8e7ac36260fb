"""Ledger ↔ certificate: every certified line has the entry that it names, every entry on the bank account its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import CERTIFIED
from kkd_ledger.bank.statements import GAP
from kkd_ledger.book.certificate import ENDING, Certificate, CertifiedLine, Fate, Words
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import bank_day
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.rule import Finding

_OF_A_LINE = frozenset({v.Kind.PAYMENT, v.Kind.RETURN, v.Kind.SUSPENSE})


class BankEntry(NamedTuple):
    """An entry that moves the bank account: where it stands, and what it says of its bank line."""

    place: Place
    number: str
    kind: str
    key: str
    day: dt.date
    cents: int
    words: Words
    reason: str
    items: tuple[str, ...]


def moves(book: Book, records: Iterable[Record]) -> Iterator[BankEntry]:
    """Yield the entries that move the bank account; an opening balance is none of a line."""
    accounts = book.settings.bank_accounts
    for record in records:
        if not isinstance(record, Transaction) or record.meta.get(v.KIND) == v.Kind.OPENING:
            continue
        cents = [leg.cents for leg in record.postings if leg.account in accounts]
        if cents or record.meta.get(v.KIND) in _OF_A_LINE:
            key, kind = record.text(v.BANK_REFERENCE), record.text(v.KIND)
            said = Words(record.payee, record.narration)
            items = (str(leg.meta[v.ITEM]) for leg in record.postings if v.ITEM in leg.meta)
            yield BankEntry(
                record.place,
                record.text(v.NUMBER),
                kind,
                key,
                bank_day(record),
                sum(cents),
                said,
                record.text(v.REASON),
                tuple(items),
            )


class Ledger:
    """The entries that move the bank account, by the bank lines that they name, in journal order.

    A clearing takes the whole entry of a line out again, which a person has decided to be none of ours.
    """

    def __init__(self, moved: Iterable[BankEntry]) -> None:
        self._by_key: dict[str, BankEntry] = {}
        self.twice: list[BankEntry] = []
        self.loose: list[BankEntry] = []
        for entry in moved:
            earlier = self._by_key.get(entry.key)
            if not entry.key:
                self.loose.append(entry)
            elif entry.kind == v.Kind.CLEARING and (earlier is None or earlier.cents + entry.cents == 0):
                self._by_key.pop(entry.key, None)
            elif earlier:
                self.twice.append(entry)
            else:
                self._by_key[entry.key] = entry

    def of(self, key: str) -> BankEntry | None:
        """Return the entry of a bank line."""
        return self._by_key.get(key)

    @property
    def keys(self) -> Collection[str]:
        """The bank lines that entries name."""
        return self._by_key.keys()


def lines_of(book: Book, certificates: Iterable[Certificate], ledger: Ledger) -> Iterator[Finding]:
    """Yield where a certified line and its entry differ, or a line is told twice."""
    seen: dict[str, Place] = {}
    numbers: dict[str, str] = {}
    for certificate in certificates:
        file, own = f"{certificate.month.stem}{ENDING}", own_statements(book, certificate)
        for line, place in zip(certificate.lines, places(file, certificate), strict=True):
            for wrong in _wrong(line, ledger.of(line.key), own=line.statement in own):
                yield Finding(CERTIFIED, place, f"{line_title(line)}: {wrong}")
            if line.key in seen:
                yield Finding(CERTIFIED, place, f"{line_title(line)}: steht schon in {_at(seen[line.key])}")
            if line.number and numbers.setdefault(line.number, line.key) != line.key:
                yield Finding(
                    CERTIFIED, place, f"{line_title(line)}: nennt Buchung {line.number} wie eine andere Zeile"
                )
            seen.setdefault(line.key, place)


def agrees_with(line: CertifiedLine, entry: BankEntry | None, *, own: bool) -> bool:
    """Whether a certified line and its entry say the same, and the line's fate is a possible one."""
    return next(_wrong(line, entry, own=own), None) is None


def own_statements(book: Book, certificate: Certificate) -> Collection[str]:
    """Return the keys of the statements of a certificate whose account is the cooperation's own."""
    own, ibans = book.settings.bank.dedicated, book.settings.ibans_ever
    statements = certificate.statements if own else ()
    return {statement.key for statement in statements if statement.kind != GAP and statement.account in ibans}


def entries_of(ledger: Ledger, moved: Iterable[BankEntry], known_keys: Collection[str]) -> Iterator[Finding]:
    """Yield the entries that move the bank account without a bank line that a certificate knows."""
    for entry in ledger.twice:
        there = ledger.of(entry.key)
        assert there, "another entry has it"
        yield Finding(
            CERTIFIED, entry.place, f"{_entry(entry)}: dieselbe Bankzeile bucht schon {there.number}"
        )
    for entry in moved:
        if not entry.key:
            yield Finding(
                CERTIFIED, entry.place, f"{_entry(entry)} nennt keine Bankzeile ({v.BANK_REFERENCE})"
            )
        elif entry.key not in known_keys:
            yield Finding(
                CERTIFIED,
                entry.place,
                f"{_entry(entry)}: die Bankzeile {entry.key} steht auf keinem Nachweis",
            )


def _wrong(line: CertifiedLine, entry: BankEntry | None, *, own: bool) -> Iterator[str]:
    yield from _line(line, entry)
    yield from _fate(line, own=own)


def _line(line: CertifiedLine, entry: BankEntry | None) -> Iterator[str]:
    """Yield what a line and its entry say differently."""
    if line.fate in {Fate.NOT_OURS, Fate.WAITS}:
        if entry:
            yield f"„{line.fate}“, gebucht ist sie als {entry.number} ({_at(entry.place)})"
        if line.number:
            yield f"„{line.fate}“ und nennt doch Buchung {line.number}"
        return
    if entry is None:
        yield f"„{line.fate}“ als {line.number or 'keine Nummer'}, die Bücher haben keine Buchung dieser Zeile"
        return
    if (entry.number, entry.cents, entry.day) != (line.number, line.cents, line.day):
        for what, booked, certified in (
            ("Nummer", entry.number, line.number),
            ("Betrag", format_eur(entry.cents), format_eur(line.cents)),
            ("Buchungstag der Bank", german.day(entry.day), german.day(line.day)),
        ):
            if booked != certified:
                yield f"{what} in {_at(entry.place)} ist {booked}, im Nachweis {certified}"
    kinds = {v.Kind.SUSPENSE} if line.fate == Fate.SUSPENSE else {v.Kind.PAYMENT, v.Kind.RETURN}
    if entry.kind not in kinds:
        yield f"„{line.fate}“, {_at(entry.place)} sagt {v.KIND} {entry.kind!r}"
    reason = "; ".join(line.reasons)
    if line.decided_by is None and entry.kind in _OF_A_LINE and entry.reason != reason:
        yield f"{v.REASON} in {_at(entry.place)} ist {entry.reason!r}, im Nachweis {reason!r}"


def _fate(line: CertifiedLine, *, own: bool) -> Iterator[str]:
    """Yield what a line's fate may not be."""
    if own and line.fate in {Fate.NOT_OURS, Fate.WAITS}:
        yield f"„{line.fate}“ auf einem eigenen Konto, auf dem jede Zeile gebucht wird"
    if line.fate == Fate.NOT_OURS and not line.rule:
        yield f"„{line.fate}“ ohne Regel und ohne Person, die das sagt"


def places(file: str, certificate: Certificate) -> Iterator[Place]:
    """Yield the place of each line in the certificate's file as kkd writes it: one line of text each."""
    lists = len(certificate.notifications), len(certificate.decisions)
    statements = len(certificate.statements)
    first = 5 + (statements + 2 if statements else 1) + sum(count + 2 for count in lists if count)
    return (Place(file, first + number) for number in range(len(certificate.lines)))


def line_title(line: CertifiedLine) -> str:
    """Return how a line is named in a finding."""
    return f"Bankzeile {line.key} vom {german.day(line.day)} über {format_eur(line.cents)}"


def _entry(entry: BankEntry) -> str:
    return f"Buchung {entry.number or 'ohne Nummer'} über {format_eur(entry.cents)}"


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}"
