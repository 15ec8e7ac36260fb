"""Bank statements in: read → know again → place → book, every line exactly once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kkd_ledger.bank.enrichment import NOTIFICATION
from kkd_ledger.bank.line_keys import content_key, statement_key
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import (
    DIFFERENCE,
    ENDING,
    Certificate,
    Certificates,
    CertifiedLine,
    Fate,
    Words,
    write,
)
from kkd_ledger.book.certificate.line_words import words
from kkd_ledger.book.entries import payment_entry
from kkd_ledger.book.state.claims import bank_day
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Balance
from kkd_ledger.errors import StatementRefused
from kkd_ledger.matching.match import Match, match_lines, rules_from
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.corrections.room import Moves, later_moves, least_open, settled_since
from kkd_ledger.work.progress import Progress, told_of
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.fills import Fill, explained, fills, met
from kkd_ledger.work.statements.kept_files import LineOf, by_lines, reduce_decided
from kkd_ledger.work.statements.matched_lines import (
    certified,
    certified_notification,
    certified_statement,
    of_nobody,
    open_items,
    payment,
    settled_items,
    subject,
)
from kkd_ledger.work.statements.notifications import Late, Notifications, Supplement, cleared
from kkd_ledger.work.statements.received import Refused, StatementFile
from kkd_ledger.work.statements.statement_chain import Fresh, StatementChain


class Intake:
    """One run over statements: what is new in each, where it is placed, and the certificate of it all."""

    def __init__(self, work: Session, today: dt.date, files: Sequence[StatementFile]) -> None:
        self.work, self.today, self.settings = work, today, work.book.settings
        papers = [paper for file in files for paper in (*file.booking, *file.supplements)]
        days = [
            day for paper in papers for day in (paper.from_day, *(line.booking_day for line in paper.lines))
        ]
        first = min(days, default=dt.date.max)
        self.certificates = Certificates(work.book.root, first)
        supplements = (
            (paper, file) for file in files for paper in file.supplements if paper.kind == NOTIFICATION
        )
        advised = [(paper, Path(file.archived(work.book.root)).stem) for paper, file in supplements]
        self.notifications = Notifications(work.book, self.certificates, advised)
        decided = {key for file in files for key in file.decided}
        self.chain = StatementChain(self.certificates, work.bank_lines(first), self.notifications, decided)
        self.late: dict[str, Late] = {}
        self.new: list[Fresh] = []
        self.added_cents: Counter[dt.date] = Counter()
        self.moved: dict[str, dt.date] = {}
        self.lines: list[CertifiedLine] = []
        self.words: dict[str, Words] = {}
        self.known_count = 0
        self.filled: list[tuple[Fill, CertifiedLine]] = []
        self.settled_cents: Counter[str] = Counter()
        self.later: dict[BookingMonth, Moves] = {}

    def know_all(
        self, pairs: Sequence[tuple[StatementFile, Statement]], progress: Progress | None = None
    ) -> list[Refused]:
        """Sort out what is new in statements; return the files that do not fit, then the rest is to be sorted out anew.

        One that joins no other yet is tried again behind the others: pieces of one day have no order by their days.
        """
        waiting = list(pairs)
        while waiting:
            again: list[tuple[StatementFile, Statement]] = []
            misfits: dict[int, Refused] = {}
            for file, statement in told_of(waiting, progress):
                try:
                    self.know(statement)
                except StatementRefused as error:
                    again.append((file, statement))
                    misfits.setdefault(id(file), Refused(file, error))
            if len(again) == len(waiting):
                return list(misfits.values())
            waiting = again
        return []

    def know(self, statement: Statement) -> None:
        """Sort out what is new in a statement; nothing is added to the books yet."""
        fresh, known_count = self.chain.take(statement, self.balance_cents(statement.from_day))
        self.known_count += known_count
        if fresh:
            self.new.append(fresh)
            for _, line in fresh.lines:
                self.added_cents[line.booking_day] += line.amount_cents
            if self.settings.bank.dedicated:
                self.moved |= fresh.late

    def balance_cents(self, day: dt.date) -> int | None:
        """Return what the dedicated account holds at the start of a day, with what this run adds before it."""
        bank = self.settings.bank
        if not bank.dedicated:
            return None
        booked = self.work.bank_cents(day)
        return booked + sum(cents for on, cents in self.added_cents.items() if on < day)

    def book(self) -> None:
        """Place what is new, in an order that does not depend on the files, and book it."""
        account = self.settings.bank.account
        self.work.add(
            Balance(
                day,
                account,
                (fresh.statement.opening_cents or 0) - self.work.bank_cents(day, former=True),
                {},
            )
            for fresh in self.new
            if fresh.asserts_opening and self.shows(day := fresh.statement.from_day)
        )
        sealed = map(str, self.work.chain.months)
        for late in self.notifications.late(self.work.claims.suspense, sealed):
            self.late |= {key: late for key, _ in late.lines}
        advised = (pair for late in self.splits for pair in late.lines)
        lines = sorted(
            (*(pair for fresh in self.new for pair in fresh.lines), *advised),
            key=lambda pair: (pair[1].booking_day, pair[0]),
        )
        matches = match_lines(
            lines,
            open_items(self.work.book, self.work.claims.items),
            settled=settled_items(self.work.book, self.work.claims.items),
            dedicated_account=self.settings.bank.dedicated,
            rules=rules_from(self.settings.bank.rules, str(self.work.book.config_file)),
            suspense=self.suspense_cents(),
            subject=subject(self.work.book),
        )
        self.words = {match.key: words(match.line) for match in matches}
        self.filled = [
            (fill, explained(self.work, fill, self.today))
            for fill in fills(self.work, self.certificates, self.new)
            if fill.whole
        ]
        self.certify({match.key: self.booked(match) for match in matches})

    def suspense_cents(self) -> dict[str, int]:
        """Return the money of earlier runs that nobody has placed: a return may give that back, not a demand's."""
        waiting = (line for line in self.certificates.lines.values() if line.fate == Fate.WAITS)
        suspense = self.work.claims.suspense.values()
        return {line.key: line.cents for line in waiting} | {money.key: money.cents for money in suspense}

    @property
    def splits(self) -> tuple[Late, ...]:
        """The batches of earlier runs that are split now."""
        return tuple({late.batch: late for late in self.late.values()}.values())

    def shows(self, day: dt.date) -> bool:
        """Whether the books show the bank's balance at the start of a day: no earlier line is booked on it or later."""
        days = [
            (bank_day(record), record.date)
            for record in self.work.transactions(day)
            if v.BANK_DAY in record.meta
        ]
        days += [
            (line.booking_day, self.work.open_day(self.moved_on(key, line)))
            for fresh in self.new
            if fresh.statement.to_day < day
            for key, line in fresh.lines
        ]
        return self.work.open_day(day) == day and not any(bank < day <= booked for bank, booked in days)

    def moved_on(self, key: str, line: StatementLine) -> dt.date:
        """Return the day on which a line moved the account, so that the balances in the books are the bank's."""
        return self.moved.get(key, line.booking_day)

    def booked(self, match: Match) -> tuple[Match, str]:
        """Book a placed line and return it with its posting number; what is not booked has none."""
        match = of_nobody(self.in_time(match), own=self.settings.bank.dedicated)
        if match.fate in {Fate.NOT_OURS, Fate.WAITS}:
            return match, ""
        late = self.late.get(match.key)
        if late and late.suspense:
            return match, cleared(self.work, late.suspense, match, self.today)
        paid = payment(self.work.claims.items, match)
        entry = payment_entry(self.work.book, paid, self.today, self.entry_day(match))
        (number,) = self.work.add([entry])
        self.settled_cents.update(dict(match.allocations))
        if match.line.note == DIFFERENCE:
            met(self.work, entry, number, self.certificates, self.today)
        return match, number

    def entry_day(self, match: Match) -> dt.date:
        """Return the day on which a line is booked."""
        return self.work.open_day(self.moved_on(match.key, match.line))

    def in_time(self, match: Match) -> Match:
        """Return the match, or the line as unplaced where its item was booked after it, or settled after it by others.

        A statement that is read late tells of days behind which the book goes on.
        """
        items = self.work.claims.items
        day = match.line.booking_day
        if late := [item for item, _ in match.allocations if items[item].booked > day]:
            return self.unplaced(
                match, f"Posten {', '.join(late)} ist erst nach dem Buchungstag der Bank gebucht"
            )
        if met := [item for item, cents in match.allocations if cents > self.room_cents(items[item], match)]:
            return self.unplaced(match, f"{', '.join(met)}: {settled_since(day)}")
        return match

    def room_cents(self, item: Item, match: Match) -> int:
        """Return how much an entry of a line may settle on an item without later ones overpaying it."""
        day = self.entry_day(match)
        month = BookingMonth.of(day)
        if month not in self.later:
            self.later[month] = later_moves(self.work, day)
        return least_open(item, self.later[month]) - self.settled_cents[item.posten]

    def unplaced(self, match: Match, reason: str) -> Match:
        """Return the match as one whose money nobody has placed yet."""
        return replace(
            match,
            fate=Fate.SUSPENSE if self.settings.bank.dedicated else Fate.WAITS,
            allocations=(),
            charges_cents=0,
            rest_cents=match.line.amount_cents,
            evidence=(reason,),
        )

    def certify(self, fates: Mapping[str, tuple[Match, str]]) -> None:
        """Write the certificates of the months in which the statements end, or of the first open ones after them."""
        months: dict[BookingMonth, Certificate] = {}
        for statement, lines, _, _, known_count, notifications in self.new:
            certificate = self.certificate(months, statement)
            key = statement_key(statement)
            certified_lines = [certified(key, *fates[line_key]) for line_key, _ in lines]
            taken = certified_statement(statement, certified_lines, known_count, notifications)
            months[certificate.month] = certificate.with_statement(taken, certified_lines)
            self.lines += certified_lines
        self.certify_notifications(months, fates)
        for fill, line in self.filled:
            month = self.certificates.month_of(line.key)
            months[month] = (months.get(month) or self.certificates.month(month)).decided(line)
            reduce_decided(self.work, fill.gap.sha256, line.key, line.rule)
        for month, certificate in months.items():
            self.work.put(f"{month.stem}{ENDING}", write(certificate))

    def certificate(self, months: Mapping[BookingMonth, Certificate], statement: Statement) -> Certificate:
        """Return the certificate of the month in which a statement ends, or of the first open one after it."""
        month = BookingMonth.of(self.work.open_day(statement.to_day))
        return months.get(month) or self.certificates.month(month)

    def line_of(self) -> LineOf:
        """Return the function that finds the certified line of a line in a file."""
        new = {id(line): key for fresh in self.new for key, line in fresh.lines}
        by_key = {**self.certificates.lines, **{line.key: line for line in self.lines}}
        split: dict[tuple[str, int], CertifiedLine] = {}
        for fresh in self.new:
            for key, line in fresh.lines:
                match_lines = fresh.statement.sha256, line.entry
                if match_lines not in split or by_key[key].fate != Fate.NOT_OURS:
                    split[match_lines] = by_key[key]
        return by_lines(new, by_key, split)

    def certify_notifications(
        self, months: dict[BookingMonth, Certificate], fates: Mapping[str, tuple[Match, str]]
    ) -> None:
        """Put every new camt.054 on the certificates, and the details of what waited in the place of their batch."""
        for late in self.splits:
            if not late.suspense:
                month = self.certificates.month_of(late.batch)
                certificate = months.get(month) or self.certificates.month(month)
                statement = self.certificates.lines[late.batch].statement
                certified_lines = [certified(statement, *fates[key]) for key, _ in late.lines]
                months[month] = certificate.with_details(late.batch, certified_lines)
                self.lines += certified_lines
        for content, (statement_, archived) in self.notifications.new.items():
            certificate = self.certificate(months, statement_)
            split = (
                late.certified(fates[key][1] for key, _ in late.lines)
                for late in self.splits
                if late.notification.key.startswith(f"{content}:")
            )
            notification = certified_notification(statement_, archived, split)
            months[certificate.month] = certificate.with_notification(notification)

    def supplements(self, files: Sequence[StatementFile]) -> Iterator[Supplement]:
        """Yield the supplements of the statements, a camt.054 with how many batches it splits."""
        used = [key for fresh in self.new for key in fresh.notifications]
        used += [late.notification.key for late in self.splits]
        for file in files:
            for paper in file.supplements:
                content = content_key(paper) if paper.kind == NOTIFICATION else ""
                yield Supplement(paper, sum(1 for key in used if content and key.startswith(f"{content}:")))
