"""A month of a bank account: its lines as the bank's file, as entries, as the certificate between both."""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.bank.files import reading
from kkd_ledger.bank.line_keys import line_keys, statement_key
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import ENDING, Certificate, CertifiedLine, Fate, write
from kkd_ledger.book.entries import Authorisation, CorrectionCause, payment_entry, refund_entry
from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.book.text.records import Balance
from kkd_ledger.matching.match import Match
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.matched_lines import certified, certified_statement, payment

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ledgers"))

from statements import Entry, camt  # beside the sample books, not in a package

SUSPENSE_CENTS = 12_345

Part = tuple[Item, int]


class Line(NamedTuple):
    """A line to come: its day, and of how many items it pays parts; of none is suspense, or what gives it back."""

    day: dt.date
    parts: int
    gives_back: bool = False


def instalments(items: Sequence[Item], count: int) -> Iterator[Part]:
    """Yield the items' parts in turns: `count` in all, each item's parts adding up to it."""
    for place in range(count):
        turn, which = divmod(place, len(items))
        turns = count // len(items) + (which < count % len(items))
        cents = items[which].claimed_cents
        yield items[which], cents * (turn + 1) // turns - cents * turn // turns


def book_month(
    work: Session, month: BookingMonth, lines: Sequence[tuple[Line, tuple[Part, ...]]], cents: int
) -> int:
    """Add a month's bank lines with their statement to a session, as the job does; return what the account holds then.

    `cents` is what it held before.
    """
    bank = work.book.settings.bank
    entries = [_entry(line, parts) for line, parts in lines]
    text = camt(bank.iban, "Amt", entries, first=month.first_day, number=month.month, opening=cents)
    content = text.encode()
    (statement,) = reading.read(content, "bench.xml")
    work.put(f"{ARCHIVE}/{sha256(content).hexdigest()}.xml", content)
    work.add([Balance(month.first_day, bank.account, cents, {})], month)
    told = _booked(work, statement, [parts for _, parts in lines])
    certificate = Certificate(month, (certified_statement(statement, told, 0),), tuple(told))
    work.put(f"{month.stem}{ENDING}", write(certificate))
    return cents + sum(entry.cents for entry in entries)


def _entry(line: Line, parts: tuple[Part, ...]) -> Entry:
    """Return how the bank tells a line."""
    cents = sum(cents for _, cents in parts) or (-SUSPENSE_CENTS if line.gives_back else SUSPENSE_CENTS)
    payer = f"Gemeindekasse {parts[0][0].party}" if parts else "Gemeindekasse unbekannt"
    text = " ".join(item.reference for item, _ in parts) or "ohne Angabe"
    return Entry(line.day, cents, payer, "", text)


def _booked(work: Session, statement: Statement, parts: Sequence[tuple[Part, ...]]) -> list[CertifiedLine]:
    """Add the entries of a statement's lines and return the lines as the certificate tells them."""
    told: list[CertifiedLine] = []
    waiting: list[tuple[Match, str]] = []
    for key, line, paid in zip(line_keys(statement), statement.lines, parts, strict=True):
        match = _placed(key, line, paid)
        items = {item.posten: item for item, _ in paid}
        (number,) = work.add([payment_entry(work.book, payment(items, match), line.booking_day)])
        told.append(certified(statement_key(statement), match, number))
        if not paid:
            waiting.append((match, number))
        if len(waiting) == 2:
            _give_back(work, *waiting)
            waiting = []
    return told


def _placed(key: str, line: StatementLine, paid: tuple[Part, ...]) -> Match:
    fate = Fate.MATCHED if paid else Fate.SUSPENSE
    reasons = tuple(f"Kassenzeichen {item.reference} genannt" for item, _ in paid) or ("nichts passt",)
    allocations = tuple((item.posten, cents) for item, cents in paid)
    return Match(key, line, fate, allocations, 0 if paid else line.amount_cents, reasons)


def _give_back(work: Session, receipt: tuple[Match, str], refund: tuple[Match, str]) -> None:
    """Meet money in suspense with the line that gave it back."""
    held = [_suspense(work, *one) for one in (receipt, refund)]
    day = refund[0].line.booking_day
    cause = CorrectionCause("Irrläufer", "", Authorisation(day))
    work.add([refund_entry(work.book, *held, held[0].cents, day=day, cause=cause)])


def _suspense(work: Session, match: Match, number: str) -> SuspenseItem:
    line = match.line
    account = work.book.account("unclear_in" if line.amount_cents > 0 else "unclear_out")
    return SuspenseItem(
        match.key, number, line.booking_day, account, line.counterparty, "", line.amount_cents
    )
