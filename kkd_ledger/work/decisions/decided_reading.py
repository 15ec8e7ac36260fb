"""How a statement is read where a person decides about it: which of its lines are new, and what they contradict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kkd_ledger.bank.continuity.statement_pieces import StatementReading
from kkd_ledger.bank.days import NO_DAY, ahead, belongs
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import Certificates, DecidedTerms, Hole, Verdict
from kkd_ledger.book.certificate.decisions import new_lines
from kkd_ledger.work.decisions.decide import Chosen
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.notifications import Notifications
from kkd_ledger.work.statements.statement_chain import StatementChain


class DecidedReading:
    """Reads a statement as a person decided: which of its lines are new, and what its balances leave unexplained."""

    def __init__(self, work: Session, statement: Statement, today: dt.date) -> None:
        self._statement, self._today = statement, today
        days = [statement.from_day, *(line.booking_day for line in statement.lines)]
        certificates = Certificates(work.book.root, min(days))
        notifications = Notifications(work.book, certificates, [])
        self._chain = StatementChain(certificates, work.bank_lines(min(days)), notifications)
        bank = work.book.settings.bank
        self._books: int | None = None
        if bank.dedicated:
            self._books = work.bank_cents(self.to_day + dt.timedelta(1))

    @property
    def to_day(self) -> dt.date:
        """The statement's last day, as far as it can be believed."""
        if self._statement.to_day <= ahead(self._today):
            return self._statement.to_day
        days = [line.booking_day for line in self._statement.lines if line.booked]
        return max((day for day in days if day <= self._today), default=self._today)

    def terms(self, verdict: Verdict, chosen: Chosen) -> DecidedTerms | None:
        """Return how the statement is read; None where nothing of it is taken."""
        again, ways = self._chain.ways(self._statement)
        if verdict == Verdict.NEW and chosen.all and ways:
            proved = max(ways, key=lambda way: len(way.new))
            if self._agrees(proved):
                return self._terms(_numbers(proved), proved=not proved.retold)
        return self._terms(self._known(again, verdict, chosen), is_known=verdict == Verdict.KNOWN)

    def _known(self, again: StatementReading, verdict: Verdict, chosen: Chosen) -> set[int]:
        """Return the numbers of the entries that are known: by their keys, but for those decided about."""
        numbers = _numbers(again)
        about = {line.entry for line in self._statement.lines if self._takes(chosen, line)}
        if verdict == Verdict.KNOWN:
            return numbers | about
        return numbers if chosen.all else numbers - about

    def _takes(self, chosen: Chosen, line: StatementLine) -> bool:
        """Whether a decision is about a line; a day chosen is that of a line without a readable one."""
        day = chosen.day or line.booking_day if line.booking_day == NO_DAY else line.booking_day
        return chosen.takes(day, line.amount_cents, line.counterparty, line.ultimate)

    def _agrees(self, proved: StatementReading) -> bool:
        """Whether the books, too, hold the statement's balance with a reading that the bank's balances prove."""
        statement = self._statement
        if (
            not statement.balances
            or statement.to_day != self.to_day
            or not all(belongs(line, statement) for line in statement.lines)
        ):
            return False
        last, ends = self._chain.end
        if self._books is None or not self._extends(last, ends):
            return self._books is None or proved.cents == 0
        return self._books + proved.cents == self._statement.closing_cents

    def _extends(self, last: dt.date | None, ends: frozenset[int]) -> bool:
        """Whether the statement reaches beyond the chain: then the account holds its closing balance after it."""
        closing = self._statement.closing_cents
        if closing is None:
            return False
        return last is None or self.to_day > last or (self.to_day == last and closing not in ends)

    def _terms(
        self, numbers: set[int], *, proved: bool = False, is_known: bool = False
    ) -> DecidedTerms | None:
        statement, known_entries = self._statement, tuple(sorted(numbers))
        if proved:
            balances = statement.opening_cents, statement.closing_cents
            return DecidedTerms(statement.from_day, statement.to_day, *balances, known_entries)
        lines = new_lines(statement, numbers)
        last, ends = self._chain.end
        if self._extends(last, ends):
            return self._terms_behind(last, ends, lines, known_entries, is_known=is_known)
        if not lines:
            return None
        first = min(statement.from_day, self.to_day)
        return DecidedTerms(first, self.to_day, None, None, known_entries, self._against(lines, last))

    def _terms_behind(
        self,
        last: dt.date | None,
        ends: frozenset[int],
        lines: Sequence[StatementLine],
        known_entries: tuple[int, ...],
        *,
        is_known: bool,
    ) -> DecidedTerms:
        """Return how a statement is read that reaches beyond the chain: what its lines leave unexplained is a sum."""
        statement, to_day = self._statement, self.to_day
        closing_cents = statement.closing_cents
        assert closing_cents is not None, "it extends the chain by its closing balance"
        total_cents = sum(line.amount_cents for line in lines)
        opening_cents = self._opening_cents(ends, closing_cents - total_cents, is_known=is_known)
        hole: Hole | None = None
        counts = self._books is not None or not is_known  # what is known tells nothing of a pooled account
        if counts and last and statement.opening_cents is not None and last < statement.from_day <= to_day:
            if statement.opening_cents != opening_cents:
                hole = Hole(last + dt.timedelta(1), statement.opening_cents - opening_cents)
            opening_cents = statement.opening_cents
        rest_cents = closing_cents - opening_cents - total_cents
        first = statement.from_day if last is None else max(statement.from_day, last + dt.timedelta(1))
        first = min(first, to_day)
        differences = ((to_day if last else statement.from_day, rest_cents),) if rest_cents else ()
        return DecidedTerms(first, to_day, opening_cents, closing_cents, known_entries, differences, hole)

    def _opening_cents(self, ends: frozenset[int], reckoned_cents: int, *, is_known: bool) -> int:
        """Return the balance from which a statement goes on: the books', the chain's, else what its lines reckon."""
        if self._books is not None:
            return self._books
        return min(ends) if ends and not is_known else reckoned_cents

    def _against(
        self, lines: Sequence[StatementLine], last: dt.date | None
    ) -> tuple[tuple[dt.date, int], ...]:
        """Return what stands against new lines of days whose balances are known: on the first of them, in one sum."""
        in_balance = [line for line in lines if self._books is not None and last and line.booking_day <= last]
        cents = -sum(line.amount_cents for line in in_balance)
        first = min((line.booking_day for line in in_balance), default=self.to_day)
        return ((min(max(first, self._statement.from_day), self.to_day), cents),) if cents else ()


def _numbers(reading: StatementReading) -> set[int]:
    """Return the numbers of the entries that a reading takes for known."""
    return {line.entry for keyed in reading.retold.values() for _, line in keyed}
