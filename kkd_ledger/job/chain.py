"""The chain of statements: each begins where the one before it ended, and nothing is taken twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kkd_ledger.bank.enrichment import enriched, is_whole
from kkd_ledger.bank.keys import content_key, entry_key, line_keys, statement_key
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.errors import Problem, StatementGap, StatementRefused
from kkd_ledger.job.advices import Advices
from kkd_ledger.job.certificate import Certificates
from kkd_ledger.job.links import Link, Reading, joined, reached
from kkd_ledger.job.misfits import contradiction, gap, german, in_doubt, nowhere, other_lines, two_formats
from kkd_ledger.job.timeline import Timeline
from kkd_ledger.money import parse_eur


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


class Chain:
    """What is known of an account: from the certificates, and from the statements taken in this run."""

    def __init__(self, certificates: Certificates, booked: Iterable[str], advices: Advices) -> None:
        self._advices = advices
        self._seen = {entry_key(key) for key in {*certificates.lines, *booked}}
        self._of_day: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._contents: dict[str, str] = {}
        self._all: list[Link] = []
        self._timeline = Timeline()
        told = defaultdict[str, list[tuple[str, str, int]]](list)
        for key, line in certificates.lines.items():
            told[line["auszug"]].append((key, line["tag"], parse_eur(line["betrag"])))
        for held in certificates.statements:
            link = Link(
                held["schluessel"],
                held["art"],
                held["von"],
                held["bis"],
                held["nummer"],
                held.get("blatt", 1),
                parse_eur(held["anfang"]) if held["anfang"] else None,
                parse_eur(held["ende"]) if held["ende"] else None,
            )
            self._add(link, held["inhalt"], told.pop(link.key, ()))

    def _add(self, link: Link, content: str, lines: Iterable[tuple[str, str, int]]) -> None:
        lines = tuple(lines)
        self._contents[link.key] = content
        self._all.append(link)
        self._timeline.add(link, lines)
        for key, day, cents in lines:
            self._seen.add(entry_key(key))
            self._of_day[link.key, day][key] = cents

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
        reading = self._reading(statement, link)
        new = reading.new
        asserts_opening = self._asserts(statement, link, reading, balance_cents)
        fresh, advices = self._enriched(statement, new)
        lines = [(key, line.booking_day.isoformat(), line.amount_cents) for key, line in fresh]
        known = sum(1 for line in statement.lines if line.booked) - len(new)
        late = self._late(link, fresh, ahead=self._timeline.begins_before(link, reading))
        self._add(link, content, lines)
        self._advices.use(advices)
        return Fresh(statement, fresh, asserts_opening, late, known, advices), known

    def _late(
        self, own: Link, lines: Iterable[tuple[str, StatementLine]], *, ahead: bool
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

    # ------------------------------------------------------------------------------------- which lines are new

    def _reading(self, statement: Statement, link: Link) -> Reading:
        """Return the lines that are new, so that the balances prove it where the statement has them.

        Equal lines of a day are the same or true twins: the same where the statement tells the day again, twins
        where it goes on within the day. The balances decide; where they do not (payments that cancel out), the bank's
        references and numbers do. Where nothing decides, raise StatementGap: a guess would book twice or leave out.
        """
        shared, problems = self._in_other_format(statement, link)
        apart, numbered = self._beside(statement, link)
        again = self._read(statement, shared, beside=apart)
        if not link.balanced or not self._timeline.links:
            if not problems and not link.balanced and self._timeline.is_within(again):
                problems = [other_lines(statement, len(again.new), again.cents)]
            if problems:
                raise StatementRefused(problems)
            return again
        if numbered and not self._timeline.nearest_lines(link) <= again.known:
            apart += numbered
            again = self._read(statement, shared, beside=apart)
        before, behind = joined(self._timeline.links, link)
        sides = {*before, *numbered}, {*behind, *numbered}, {*before, *behind, *numbered}
        goes_on = [self._read(statement, shared, beside={*apart, *side}) for side in sides if side]
        if proved := self._proved(statement, link, again, goes_on):
            return proved
        by_amounts = self._read(statement, shared, _days_of(statement), apart)
        if self._timeline.fits(link, by_amounts):
            return by_amounts
        for reading in (again, by_amounts, *goes_on[-1:]):
            if self._timeline.fits(link, reading, strict=False):
                return reading
        raise self._misfit(statement, link, again, problems)

    def _proved(
        self, statement: Statement, link: Link, again: Reading, others: Iterable[Reading]
    ) -> Reading | None:
        """Return the only reading that the balances prove; what the bank's references say is known is not doubted."""
        told_again = self._timeline.fits(link, again)
        goes_on = [one for one in others if one.lines != again.lines and self._timeline.fits(link, one)]
        named = {entry_key(key) for key in line_keys(statement) if ":r-" in key} if goes_on else set()
        if told_again:
            goes_on = [one for one in goes_on if not again.known - one.known <= named]
        if not goes_on:
            return again if told_again else None
        first = goes_on[0]
        contradicted = not first.cents and not named.isdisjoint(again.known - first.known)
        if told_again or contradicted or any(one.lines != first.lines for one in goes_on):
            raise StatementGap([in_doubt(statement, again, first)])
        return first

    def _read(
        self,
        statement: Statement,
        foreign: Collection[str] = (),
        days: Collection[str] = (),
        beside: Iterable[Link] = (),
    ) -> Reading:
        """Read a statement: what is known has a known key, or on some days the amount of a known entry without one.

        `foreign` are days that other formats told of, `days` those that this one may tell in other words: but two
        references are two entries. `beside` are statements that have no line of this one.
        """
        others = {entry_key(key) for key in self._keys(statement, beside)}
        entries: dict[str, list[tuple[str, StatementLine]]] = {}
        for key, line in zip(line_keys(statement, others), statement.lines, strict=True):
            if line.booked:
                entries.setdefault(entry_key(key), []).append((key, line))
        known = {entry for entry in entries if entry in self._seen}
        alike: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for day in {*foreign, *days}:
            for entry, cents in self._entries_on(day).items():
                if entry not in known and entry not in others:
                    alike[day, cents].append(entry)
        new: list[tuple[str, StatementLine]] = []
        for entry, lines in entries.items():
            if entry in known:
                continue
            total = sum(line.amount_cents for _, line in lines)
            day = lines[0][1].booking_day.isoformat()
            same = (one for one in alike[day, total] if day in foreign or ":f-" in f"{one}{entry}")
            if one := next(same, None):
                alike[day, total].remove(one)
                known.add(one)
            else:
                new += lines
        new_keys = {key for key, _ in new}
        before = sum(
            line.amount_cents
            for lines in entries.values()
            for key, line in lines
            if line.booking_day < statement.from_day and key not in new_keys
        )
        return Reading(tuple(new), frozenset(known), before)

    def _entries_on(self, day: str) -> Mapping[str, int]:
        """Return the entries that are known of a day, by their keys, with their cents."""
        entries: Counter[str] = Counter()
        for key, cents in self._timeline.lines_on(day).items():
            entries[entry_key(key)] += cents
        return entries

    def _beside(self, statement: Statement, link: Link) -> tuple[list[Link], list[Link]]:
        """Return the statements that have no line of this one: for sure, and by their numbers.

        Its other pages and those of other days surely have none; those of the numbers before and behind have none
        unless it tells a day again.
        """
        links = self._timeline.links
        late = {day for day in _days_of(statement) if not link.first <= day <= link.last}
        sure = [one for one in links if one.is_page_with(link)]
        sure += [
            one
            for one in links
            if not one.meets(link) and any((one.key, day) in self._of_day for day in late)
        ]
        numbered = [*reached(links, link, Link.comes_before), *reached(links, link, Link.comes_behind)]
        return sure, numbered

    def _keys(self, statement: Statement, links: Iterable[Link]) -> Iterator[str]:
        """Yield the keys of the lines that these statements have on the days of this one's lines."""
        days = _days_of(statement)
        for link in links:
            for day in days:
                yield from self._of_day.get((link.key, day), ())

    # ---------------------------------------------------------------------------------------- another format

    def _in_other_format(self, statement: Statement, own: Link) -> tuple[frozenset[str], list[Problem]]:
        """Return the days that are known from statements of other formats, and what is told otherwise of them.

        Keys of two formats cannot be compared, so amounts are: the same amounts are the same entries. They may differ
        where the statements join within that day, and else where the balances prove what is new.
        """
        others = [link for link in self._all if link.kind != own.kind and link.meets(own)]
        if not others:
            return frozenset(), []
        amounts = _amounts_of(statement)
        problems, compared = [], set()
        days = {*amounts, *(day for link in others for key, day in self._of_day if key == link.key)}
        for day in sorted(day for day in days if day in amounts or own.first <= day <= own.last):
            known = [one for one in others if one.first <= day <= one.last or (one.key, day) in self._of_day]
            if not known or not self._is_theirs(day, own.kind, known):
                continue
            compared.add(day)
            mine, theirs = amounts.get(day, Counter()), Counter(self._entries_on(day).values())
            if mine != theirs and not any(own.joins(link) for link in known):
                problems.append(two_formats(statement, known[0].kind, day, mine, theirs))
        return frozenset(compared), problems

    def _is_theirs(self, day: str, kind: str, others: Sequence[Link]) -> bool:
        """Whether a day is known from other formats: lines that only this format told of are known by their keys."""
        if any((link.key, day) in self._of_day for link in others):
            return True
        return not any((link.key, day) in self._of_day for link in self._all if link.kind == kind)

    # --------------------------------------------------------------------------------- what does not fit

    def _asserts(self, statement: Statement, own: Link, reading: Reading, balance_cents: int | None) -> bool:
        """Tell whether the books can assert the opening; raise StatementGap where they hold something else."""
        line = self._timeline
        if not own.balanced or balance_cents is None:
            return False
        if own.first <= line.last and not line.begins_before(own, reading):
            return False
        if balance_cents != own.opening_cents:
            raise StatementGap([gap(statement, [balance_cents], "der Stand der Bücher davor")])
        return own.first > line.last

    def _misfit(
        self, statement: Statement, own: Link, reading: Reading, problems: Sequence[Problem]
    ) -> StatementRefused:
        """Return what is wrong: a StatementGap where one in between may be missing, else StatementRefused."""
        line = self._timeline
        near = [one for one in line.links if one.meets(own)]
        same = (reading.known or problems) and any(one.begins_with(own) for one in near)
        if same or (line.is_inside(own) and near and line.begins(own, reading)):
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
        return StatementRefused(problems or [other_lines(statement, len(reading.new), reading.cents)])


def _link(statement: Statement) -> Link:
    return Link(
        statement_key(statement),
        statement.kind,
        statement.from_day.isoformat(),
        statement.to_day.isoformat(),
        statement.sequence,
        statement.page or 1,
        statement.opening_cents,
        statement.closing_cents,
    )


def _days_of(statement: Statement) -> set[str]:
    return {line.booking_day.isoformat() for line in statement.lines if line.booked}


def _amounts_of(statement: Statement) -> dict[str, Counter[int]]:
    """Return the amounts of the booked entries by day."""
    entries: defaultdict[tuple[str, int], int] = defaultdict(int)
    for line in statement.lines:
        if line.booked:
            entries[line.booking_day.isoformat(), line.entry] += line.amount_cents
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for (day, _), cents in entries.items():
        found[day][cents] += 1
    return dict(found)
