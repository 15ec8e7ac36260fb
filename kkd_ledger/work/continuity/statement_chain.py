"""The chain of statements: each begins where the one before it ended, and nothing is taken twice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from kkd_ledger.bank.enrichment import enriched, is_whole
from kkd_ledger.bank.line_keys import content_key, statement_key
from kkd_ledger.bank.statements import GAP, Statement, StatementLine
from kkd_ledger.book.certificate import Certificates, CertifiedStatement
from kkd_ledger.errors import Problem, StatementGap, StatementRefused
from kkd_ledger.work.continuity.doubts import Doubts
from kkd_ledger.work.continuity.known_lines import KnownLines
from kkd_ledger.work.continuity.misfits import (
    contradiction,
    gap,
    german,
    in_doubt,
    nowhere,
    other_lines,
    was_in_doubt,
)
from kkd_ledger.work.continuity.statement_links import StatementLink, StatementReading
from kkd_ledger.work.continuity.timeline import Timeline
from kkd_ledger.work.statements.advices import Advices


class Fresh(NamedTuple):
    """A statement with the booked lines in it that were not known yet, each under its key.

    `late` are lines that the bank dates into days whose balance an earlier statement proves, by key, with the day on
    which they moved the account at the earliest. `known` counts the lines that were known; `advices` name the camt.054
    entries whose details stand for batches.
    """

    statement: Statement
    lines: tuple[tuple[str, StatementLine], ...]
    asserts_opening: bool
    late: Mapping[str, dt.date]
    known: int = 0
    advices: tuple[str, ...] = ()


class StatementChain:
    """What is known of an account: from the certificates, and from the statements taken in this run.

    `decided` are the keys of statements that a person has decided about: each line of those is new, and nothing of them
    is judged here.
    """

    def __init__(
        self,
        certificates: Certificates,
        booked: Iterable[str],
        advices: Advices,
        decided: Collection[str] = (),
    ) -> None:
        self._advices = advices
        self._decided = decided
        self._contents: dict[str, str] = {}
        self._known = KnownLines({*certificates.lines, *booked})
        self._timeline = Timeline()
        self._doubts = Doubts(self._known, self._timeline)
        told = defaultdict[str, list[tuple[str, str, int]]](list)
        for key, line in certificates.lines.items():
            told[line.statement].append((key, line.day.isoformat(), line.cents))
        for held in certificates.statements:
            link = _held_link(held)
            self._add(link, held.content, told.pop(link.key, ()), known=held.known)

    def _add(
        self, link: StatementLink, content: str, lines: Iterable[tuple[str, str, int]], *, known: int
    ) -> None:
        lines = tuple(lines)
        self._contents[link.key] = content
        if link.kind == GAP:  # what no bank told joins nothing and leaves room for the statement that will
            self._timeline.gaps.append((link.first, link.last))
            return
        self._known.add(link, lines)
        self._timeline.add(link, lines)
        if link.balanced:
            self._doubts.add(link, len(lines), known)

    def take(self, statement: Statement, balance_cents: int | None) -> tuple[Fresh | None, int]:
        """Return what is new in a statement (None where nothing is), and how many of its lines were known.

        `balance_cents` is what an account of the cooperation's own holds in the books before the statement, None for
        a common account. Raise StatementRefused where a known statement says other things now or other lines of the
        same days, StatementGap where it does not join its neighbours.
        """
        link, content = _link(statement), content_key(statement)
        if link.key in self._contents:
            if self._contents[link.key] != content:
                raise StatementRefused([contradiction(statement)])
            return None, sum(1 for line in statement.lines if line.booked)
        if statement.kind == GAP:
            self._add(link, content, (), known=0)
            untold = self._known.all_new(statement).new
            return Fresh(statement, untold, asserts_opening=False, late={}), 0
        if link.key in self._decided:
            reading, asserts_opening = self._known.all_new(statement), False
        else:
            reading = self._reading(statement, link)
            asserts_opening = self._asserts(statement, link, reading, balance_cents)
        new = reading.new
        fresh, advices = self._enriched(statement, new)
        lines = [(key, line.booking_day.isoformat(), line.amount_cents) for key, line in fresh]
        known = sum(1 for line in statement.lines if line.booked) - len(new)
        late = self._late(link, fresh, ahead=self._timeline.begins_before(link, reading))
        self._add(link, content, lines, known=known)
        self._advices.use(advices)
        return Fresh(statement, fresh, asserts_opening, late, known, advices), known

    def _late(
        self, own: StatementLink, lines: Iterable[tuple[str, StatementLine]], *, ahead: bool
    ) -> dict[str, dt.date]:
        """Return for lines of earlier days the first day of the last statement that had an opening without them."""
        known = sorted(link.first for link in self._timeline.links if link.first <= own.last)
        latest = max([own.first, *known[-1:]])
        late: dict[str, dt.date] = {}
        for key, line in lines:
            day = line.booking_day.isoformat()
            if day < latest:
                moved = own.first if not known or (ahead and day < known[0]) else latest
                if moved > day:
                    late[key] = dt.date.fromisoformat(moved)
        return late

    def _enriched(
        self, statement: Statement, new: Sequence[tuple[str, StatementLine]]
    ) -> tuple[tuple[tuple[str, StatementLine], ...], tuple[str, ...]]:
        """Return new lines with the details that a camt.054 has for their batches, and which advices were used."""
        if not any(is_whole(line) for _, line in new):
            return tuple(new), ()
        return enriched(new, self._advices.around(statement))

    # ------------------------------------------------------------------------------- what a person decides on

    @property
    def end(self) -> tuple[dt.date | None, frozenset[int]]:
        """The last day of the chain (None where there is none), and the balances that it may end with."""
        last = self._timeline.last
        return (dt.date.fromisoformat(last), self._timeline.ends) if last else (None, frozenset())

    def ways(self, statement: Statement) -> tuple[StatementReading, list[StatementReading]]:
        """Return a statement as its keys read it, and the readings that the balances prove."""
        link = _link(statement)
        foreign, _ = self._known.in_other_format(statement, link)
        again = self._known.read(statement, foreign, self._apart(statement, link))
        if not link.balanced or not self._timeline.links:
            return again, []
        link = self._timeline.paged(link)
        numbered = self._known.entries_of(self._timeline.numbers.around(link), days_of(statement))
        return again, list(self._doubts.ways(statement, link, again, numbered))

    # ------------------------------------------------------------------------------------- which lines are new

    def _reading(self, statement: Statement, link: StatementLink) -> StatementReading:
        """Return the lines that are new, so that the balances prove it where the statement has them.

        Equal lines of a day are the same or true twins: the same where the statement tells the day again, twins
        where it goes on within the day. The balances decide; where they do not (payments that cancel out), the bank's
        references and numbers do. Where nothing decides, raise StatementGap: a guess would book twice or leave out.
        """
        foreign, problems = self._known.in_other_format(statement, link)
        apart = self._apart(statement, link)
        again = self._known.read(statement, foreign, apart)
        if not link.balanced or not self._timeline.links:
            if not problems and not link.balanced and self._timeline.is_within(again):
                problems = [other_lines(statement, len(again.new), again.cents)]
            if problems:
                raise StatementRefused(problems)
            return again
        link = self._timeline.paged(link)
        if proved := self._proved(statement, link, foreign, apart, again):
            return proved
        days, edges = days_of(statement), self._timeline.edges(link)
        in_other_words = self._known.read(statement, foreign, apart, days - edges, days & edges)
        if self._timeline.fits(link, in_other_words):
            return in_other_words
        raise self._misfit(statement, link, again, problems)

    def _proved(
        self,
        statement: Statement,
        link: StatementLink,
        foreign: Collection[str],
        apart: Collection[str],
        again: StatementReading,
    ) -> StatementReading | None:
        """Return the only reading that the balances prove, None where they prove none."""
        numbered = self._known.entries_of(self._timeline.numbers.around(link), days_of(statement))
        ways = list(self._doubts.ways(statement, link, again, numbered))
        if not ways:
            return None
        proved = ways[0]
        if len(ways) > 1 and any(way.facts != proved.facts for way in ways):
            raise StatementGap([in_doubt(statement, again, ways[-1])])
        if proved is not again:
            twins = again.known.keys() - proved.known.keys()
            days = {line.booking_day.isoformat() for entry in twins for _, line in again.known[entry]}
            others = {entry for day in days for entry in self._known.on(day)} - proved.known.keys()
            proved = self._known.read(statement, foreign, {*apart, *others})
        if self._doubts.may_be_known(link, proved, {*apart, *numbered}):
            raise StatementGap([in_doubt(statement, again, proved)])
        told = any(line.booked for line in statement.lines)  # in one without lines nothing can be in doubt
        if told and (one := self._doubts.neighbour(link, proved)):
            raise StatementGap([was_in_doubt(statement, one)])
        return proved

    def _apart(self, statement: Statement, link: StatementLink) -> frozenset[str]:
        """Return the entries that are surely not in a statement, though of its lines' days.

        Those of its other pages; of statements of other days (a late line has twins there); and of those with the
        numbers before and behind, unless it tells a day again.
        """
        days = days_of(statement)
        pages = [one for one in self._timeline.links if one.is_page_with(link)]
        entries = self._known.entries_of(pages, days).union(self._known.elsewhere(link, days))
        if numbered := self._timeline.numbers.around(link):
            again = self._known.read(statement, beside=entries)
            if not self._timeline.nearest_lines(link) <= again.known.keys():
                entries |= self._known.entries_of(numbered, days)
        return entries

    # --------------------------------------------------------------------------------- what does not fit

    def _asserts(
        self, statement: Statement, own: StatementLink, reading: StatementReading, balance_cents: int | None
    ) -> bool:
        """Tell whether the books can assert the opening; raise StatementGap where they hold something else."""
        line = self._timeline
        if not own.balanced or balance_cents is None:
            return False
        if own.first <= line.last and not line.begins_before(own, reading):
            return False
        if balance_cents != own.opening_cents:
            what = (
                "der Stand der Bücher davor (auch eine Bewegung, die von Hand gebucht ist, ändert ihn)"
                if line.links
                else "der Stand der Bücher davor; ist es der erste Auszug, so trägt `kkd opening BUCH BETRAG` ein, "
                "was auf dem Konto lag"
            )
            raise StatementGap([gap(statement, [balance_cents], what)])
        return own.first > line.last

    def _misfit(
        self, statement: Statement, own: StatementLink, reading: StatementReading, problems: Sequence[Problem]
    ) -> StatementRefused:
        """Return what is wrong: a StatementGap where one in between may be missing, else StatementRefused."""
        line = self._timeline
        near = [one for one in line.links if one.meets(own)]
        days = {pair[1].booking_day.isoformat() for pair in reading.new}
        again = any(one.begins_with(own) for one in near) or (
            line.is_inside(own) and near and line.begins(own, reading)
        )
        if (problems and again) or any(own.first <= day and line.has_whole(day, own) for day in days):
            return StatementRefused(problems or [other_lines(statement, len(reading.new), reading.cents)])
        before, ends = (line.last, line.ends) if own.first == line.last else line.ends_before(own)
        after, starts = (line.first, line.starts) if own.last == line.first else line.starts_after(own)
        if line.is_inside(own) and near:
            return StatementGap([nowhere(statement)])
        if ends and own.opening_cents not in ends:
            return StatementGap([gap(statement, ends, f"der Endsaldo vom {german(before)}")])
        if starts and own.closing_cents not in starts:
            what = f"der Anfangssaldo vom {german(after)}"
            return StatementGap([gap(statement, starts, what, closes=True)])
        if reading.new and not problems:
            return StatementGap([gap(statement, line.ends, f"der Endsaldo vom {german(line.last)}")])
        return StatementRefused(problems or [other_lines(statement, len(reading.new), reading.cents)])


def _link(statement: Statement) -> StatementLink:
    return StatementLink(
        statement_key(statement),
        statement.kind,
        statement.from_day.isoformat(),
        statement.to_day.isoformat(),
        statement.sequence,
        statement.page or 1,
        statement.opening_cents,
        statement.closing_cents,
        not statement.last_page,
        statement.account,
    )


def _held_link(held: CertifiedStatement) -> StatementLink:
    return StatementLink(
        held.key,
        held.kind,
        held.from_day.isoformat(),
        held.to_day.isoformat(),
        held.number,
        held.page.number if held.page else 1,
        held.opening_cents,
        held.closing_cents,
        bool(held.page and held.page.more),
        held.account,
    )


def days_of(statement: Statement) -> set[str]:
    """Return the booking days of a statement's booked lines."""
    return {day.isoformat() for day in {line.booking_day for line in statement.lines if line.booked}}
