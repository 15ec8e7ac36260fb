"""Bank statements in: read → know again → place → book, every line exactly once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kkd_ledger.bank.keys import content_key, line_keys, statement_key
from kkd_ledger.bank.match import OpenItem, Paid, Placement, place, rules_from
from kkd_ledger.bank.reading import read
from kkd_ledger.bank.statements import BOOKING_KINDS, Statement, StatementLine, proved
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.canonical import clean
from kkd_ledger.book.claims import Item
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Payment, numbered, payment_entry
from kkd_ledger.book.records import Balance
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.job.certificate import ENDING, Certificates, Fate, Line, as_bytes, with_statement
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.money import parse_eur, plain
from kkd_ledger.periods import BookingMonth

ARCHIVE: Final = "archive"
_TEXT_MAX: Final = 140
_ENDINGS: Final = frozenset({".xml", ".zip", ".sta", ".mt940", ".940", ".csv", ".txt"})


@dataclass(frozen=True)
class Received:
    """A statement file that can be taken: its content and the statements in it."""

    path: Path
    content: bytes
    statements: tuple[Statement, ...]

    def archived(self, root: Path) -> str:
        """Where it is kept in the book's folder: by its content, and once, whatever its name is this time."""
        name = hashlib.sha256(self.content).hexdigest()
        for known in sorted((root / ARCHIVE).glob(f"{name}.*")):
            return f"{ARCHIVE}/{known.name}"
        ending = self.path.suffix.lower()
        return f"{ARCHIVE}/{name}{ending if ending in _ENDINGS else '.bin'}"

    @property
    def last_day(self) -> dt.date:
        """The last day that the file speaks of."""
        days = [line.booking_day for statement in self.statements for line in statement.lines]
        return max(days + [statement.to_day for statement in self.statements])


@dataclass(frozen=True)
class Imported:
    """What an import did: the statements that were new, what became of each line, and what was written."""

    statements: tuple[Statement, ...]
    lines: tuple[Line, ...]
    known: int
    notes: tuple[str, ...]
    outcome: Outcome

    def count(self, fate: Fate) -> int:
        """Return how many lines met this fate."""
        return sum(1 for line in self.lines if line.fate == fate)

    def total(self, fate: Fate) -> int:
        """Return the sum of those lines in cents."""
        return sum(line.cents for line in self.lines if line.fate == fate)


def receive(book: Book, path: Path) -> Received:
    """Read a statement file for a book.

    Raise StatementRefused for whatever is broken, does not prove itself, or is not of this book's account.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise StatementRefused([Problem(str(path), "", reason, "eine lesbare Datei")]) from None
    statements = tuple(proved(statement) for statement in read(content, path.name))
    problems = [problem for statement in statements for problem in _foreign(book, statement)]
    if problems:
        raise StatementRefused(problems)
    return Received(path, content, statements)


def _foreign(book: Book, statement: Statement) -> Iterator[Problem]:
    place_ = f"Auszug {statement.identity or statement.sequence or '?'}"
    if statement.account != book.settings.bank.iban:
        yield Problem(
            statement.source, place_, f"Konto {statement.account}", f"Konto {book.settings.bank.iban}"
        )
    if statement.currency != v.CURRENCY:
        yield Problem(statement.source, place_, f"Währung {statement.currency}", v.CURRENCY)
    if statement.kind not in BOOKING_KINDS:
        allowed = "Kontoauszüge (camt.053, MT940, CSV); Vorschau und Einzelposten werden nicht gebucht"
        yield Problem(statement.source, place_, f"Art {statement.kind}", allowed)


def import_files(book: Book, paths: Sequence[Path], *, today: dt.date, dry_run: bool = False) -> Imported:
    """Book the lines of statement files, each exactly once, or nothing at all.

    Lines that are known are skipped, however often and in whatever file they come. Raise StatementRefused where a
    file cannot be taken.
    """
    received = [receive(book, path) for path in paths]
    with session(book) as work:
        for month in sorted({BookingMonth.of(file.last_day) for file in received}):
            if work.months and month > max(work.months):
                work.open_month(month)
        return take(work, received, today=today, dry_run=dry_run)


def take(work: Session, received: Sequence[Received], *, today: dt.date, dry_run: bool = False) -> Imported:
    """Book what is new in received files within a session, and commit it."""
    intake = _Intake(work, today)
    statements = sorted(
        (statement for file in received for statement in file.statements),
        key=lambda statement: (
            statement.from_day,
            statement.to_day,
            statement.sequence or 0,
            statement.sha256,
        ),
    )
    for statement in statements:
        intake.know(statement)
    intake.book()
    kept: dict[bytes, str] = {}
    for file in received:
        work.put(kept.setdefault(file.content, file.archived(work.book.root)), file.content)
    outcome = work.commit(dry_run=dry_run)
    return Imported(
        tuple(statement for statement, _ in intake.new),
        tuple(intake.lines),
        intake.known,
        tuple(intake.notes),
        outcome,
    )


class _Intake:
    """One run over statements: what is new in each, where it is placed, and the certificate of it all."""

    def __init__(self, work: Session, today: dt.date) -> None:
        self.work, self.today, self.settings = work, today, work.book.settings
        self.certificates = Certificates(work.book.root)
        self.seen = set(self.certificates.lines) | set(work.claims.bank_references)
        self.contents = {held["schluessel"]: held["inhalt"] for held in self.certificates.statements}
        self.closings = [(held["bis"], held["ende"]) for held in self.certificates.statements if held["ende"]]
        self.new: list[tuple[Statement, list[tuple[str, StatementLine]]]] = []
        self.lines: list[Line] = []
        self.notes: list[str] = []
        self.known = 0

    def know(self, statement: Statement) -> None:
        """Sort out what is new in a statement; refuse one that says other things under a known number."""
        key, content = statement_key(statement), content_key(statement)
        if self.contents.setdefault(key, content) != content:
            found = (
                f"Auszug {statement.sequence or statement.identity} mit anderem Inhalt als der schon gebuchte"
            )
            allowed = "derselbe Inhalt; klären Sie die Abweichung mit der Bank"
            raise StatementRefused([Problem(statement.source, str(statement.to_day), found, allowed)])
        keyed = [
            (key, line)
            for key, line in zip(line_keys(statement), statement.lines, strict=True)
            if line.booked
        ]
        fresh = [(key, line) for key, line in keyed if key not in self.seen]
        self.known += len(keyed) - len(fresh)
        if any(held["schluessel"] == key for held in self.certificates.statements) and not fresh:
            return
        self.chain(statement)
        self.seen.update(key for key, _ in fresh)
        self.new.append((statement, fresh))

    def chain(self, statement: Statement) -> None:
        """Check that a statement begins where the one before it ended, and assert its opening in the books."""
        if statement.opening_cents is None or statement.closing_cents is None:
            return
        before = max(
            (held for held in self.closings if held[0] < statement.from_day.isoformat()), default=None
        )
        if before and parse_eur(before[1]) != statement.opening_cents:
            found = f"Anfangssaldo {plain(statement.opening_cents)}"
            allowed = f"{before[1]}, der Endsaldo vom {before[0]}; vermutlich fehlt ein Auszug dazwischen"
            raise StatementRefused(
                [Problem(statement.source, f"Auszug {statement.sequence}", found, allowed)]
            )
        overlaps = any(held[0] >= statement.from_day.isoformat() for held in self.closings)
        self.closings.append((statement.to_day.isoformat(), plain(statement.closing_cents)))
        if self.settings.bank.own and not overlaps:
            account = self.settings.bank.account
            self.work.add([Balance(statement.from_day, account, statement.opening_cents, {})])

    def book(self) -> None:
        """Place what is new, in an order that does not depend on the files, and book it."""
        fresh = sorted(
            ((key, line) for _, lines in self.new for key, line in lines),
            key=lambda pair: (pair[1].booking_day, pair[0]),
        )
        items = self.work.claims.items
        placements = place(
            fresh,
            [_open_item(self.work.book, item) for item in items.values()],
            own_account=self.settings.bank.own,
            rules=rules_from(self.settings.bank.rules, str(self.work.book.config_file)),
        )
        fates = {placement.key: self.booked(placement) for placement in placements}
        self.certify(fates)

    def booked(self, placement: Placement) -> tuple[Placement, str]:
        """Book a placed line and return it with its posting number; what is not booked has none."""
        placement = self.in_time(placement)
        if placement.kind in {"nicht-kkd", "wartet"}:
            return placement, ""
        entry = payment_entry(self.work.book, _payment(self.work.claims.items, placement), self.today)
        number = self.work.claims.numbers.get(entry.date.year, 0) + 1
        self.work.add([entry])
        return placement, str(numbered(entry, number).meta[v.NUMBER])

    def in_time(self, placement: Placement) -> Placement:
        """A payment cannot settle what is booked only later: then it stays unclear."""
        items = self.work.claims.items
        late = [item for item, _ in placement.allocations if items[item].booked > placement.line.booking_day]
        if not late:
            return placement
        reason = f"Posten {', '.join(late)} ist erst nach dem Buchungstag der Bank gebucht"
        kind = "ungeklaert" if self.settings.bank.own else "wartet"
        return replace(
            placement,
            kind=kind,
            allocations=(),
            charges_cents=0,
            rest_cents=placement.line.amount_cents,
            evidence=(reason,),
        )

    def certify(self, fates: dict[str, tuple[Placement, str]]) -> None:
        """Write the certificates of the months in which the statements end."""
        months: dict[BookingMonth, dict[str, object]] = {}
        for statement, lines in self.new:
            month = BookingMonth.of(statement.to_day)
            data = months.get(month) or self.certificates.month(month)
            key = statement_key(statement)
            told = [_line(key, *fates[line_key]) for line_key, _ in lines]
            booked = sum(1 for line in statement.lines if line.booked)
            months[month] = with_statement(data, statement, told, booked - len(told))
            self.lines += told
        for month, data in months.items():
            self.work.put(f"{month.stem}{ENDING}", as_bytes(data))


def _line(statement: str, placement: Placement, number: str) -> Line:
    if placement.kind in {"zahlung", "rueckgabe"}:
        fate = Fate.MATCHED
    else:
        fate = {"ungeklaert": Fate.UNCLEAR, "wartet": Fate.WAITS}.get(placement.kind, Fate.NOT_OURS)
    line = placement.line
    day = line.booking_day.isoformat()
    return Line(
        placement.key, statement, day, line.amount_cents, fate, number, placement.rule, placement.evidence
    )


def _open_item(book: Book, item: Item) -> OpenItem:
    receivable = item.account.startswith(v.ASSETS)
    other = book.counterparty(item.party)
    party = next((member for member in book.agreement.members if member.id == other), None)
    return OpenItem(
        posten=item.posten,
        party=other,
        direction="forderung" if receivable else "verbindlichkeit",
        open_cents=max(0, item.open_cents if receivable else -item.open_cents),
        due=item.due or item.booked,
        payment_reference=item.reference,
        document=item.document or None,
        agreed_ibans=tuple(party.ibans) if party else (),
        names=(party.name,) if party else (),
        paid=tuple(Paid(reference, abs(cents)) for reference, cents in item.paid),
    )


def _payment(items: dict[str, Item], placement: Placement) -> Payment:
    line = placement.line
    kinds = {"zahlung": v.Kind.PAYMENT, "rueckgabe": v.Kind.RETURN}
    return Payment(
        kind=kinds.get(placement.kind, v.Kind.UNCLEAR),
        date=line.booking_day,
        bank_reference=placement.key,
        cents=line.amount_cents,
        payee=clean(line.counterparty)[:_TEXT_MAX].strip(),
        text=_narration(line),
        settles=tuple(_moved(items[posten], cents) for posten, cents in placement.allocations),
        charges_cents=placement.charges_cents,
        rest_cents=placement.rest_cents,
        reasons=placement.evidence,
    )


def _moved(item: Item, cents: int) -> tuple[Item, int]:
    """Return what settling an item (or with negative cents: reopening it) moves on the bank account."""
    return item, cents if item.account.startswith(v.ASSETS) else -cents


def _narration(line: StatementLine) -> str:
    words: Iterable[str] = (*line.structured, line.remittance, line.booking_text)
    text = clean(" ".join(word for word in words if word))
    return text if len(text) <= _TEXT_MAX else text[: _TEXT_MAX - 1].rstrip() + "…"
