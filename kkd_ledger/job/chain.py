"""The chain of statements: each begins where the one before it ended, and nothing is taken twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kkd_ledger.bank.enrichment import enriched, is_whole
from kkd_ledger.bank.keys import content_key, entry_key, line_keys, statement_key
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.errors import Problem, StatementGap, StatementRefused
from kkd_ledger.job.advices import Advices
from kkd_ledger.job.certificate import Certificates
from kkd_ledger.money import format_eur, parse_eur


class Link(NamedTuple):
    """One statement: its key, its format, its days (ISO) and its balances in cents, which a CSV may not have."""

    key: str
    kind: str
    first: str
    last: str
    opening_cents: int | None
    closing_cents: int | None

    def meets(self, first: str, last: str) -> bool:
        """Whether it has a day in common with these."""
        return self.first <= last and self.last >= first


class Fresh(NamedTuple):
    """A statement with the booked lines in it that were not known yet, each under its key.

    `known` counts those that were; `advices` name the camt.054 entries whose details stand for batches.
    """

    statement: Statement
    lines: tuple[tuple[str, StatementLine], ...]
    asserts_opening: bool
    known: int = 0
    advices: tuple[str, ...] = ()


class Chain:
    """What is known of an account: from the certificates, and from the statements taken in this run."""

    def __init__(self, certificates: Certificates, booked: Iterable[str], advices: Advices) -> None:
        self._advices = advices
        self._seen = {entry_key(key) for key in {*certificates.lines, *booked}}
        self._of_day: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for key, line in certificates.lines.items():
            self._of_day[line["auszug"], line["tag"]][key] = parse_eur(line["betrag"])
        self._contents = {held["schluessel"]: held["inhalt"] for held in certificates.statements}
        self._all = [
            Link(
                held["schluessel"],
                held["art"],
                held["von"],
                held["bis"],
                parse_eur(held["anfang"]) if held["anfang"] else None,
                parse_eur(held["ende"]) if held["ende"] else None,
            )
            for held in certificates.statements
        ]

    @property
    def _links(self) -> list[Link]:
        """The statements with both balances, which the chain is made of."""
        return [
            link for link in self._all if link.opening_cents is not None and link.closing_cents is not None
        ]

    def take(self, statement: Statement, balance_cents: int | None) -> tuple[Fresh | None, int]:
        """Return what is new in a statement (None where nothing is), and how many of its lines were known.

        `balance_cents` is what an account of the cooperation's own holds in the books before the statement, None for
        a common account. Raise StatementRefused where a known statement says other things now, StatementGap where it
        does not join its neighbours.
        """
        key, content = statement_key(statement), content_key(statement)
        if key in self._contents:
            if self._contents[key] != content:
                raise StatementRefused([_contradiction(statement)])
            return None, sum(1 for line in statement.lines if line.booked)
        keys = line_keys(statement, self._earlier(statement))
        booked = [(key, line) for key, line in zip(keys, statement.lines, strict=True) if line.booked]
        twice = self._in_other_format(statement)
        new = [
            (key, line)
            for key, line in booked
            if entry_key(key) not in self._seen and line.booking_day.isoformat() not in twice
        ]
        fresh, advices = self._enriched(statement, new)
        asserts_opening = self._join(key, statement, balance_cents)
        self._contents[key] = content
        for line_key, line in fresh:
            self._seen.add(entry_key(line_key))
            self._of_day[key, line.booking_day.isoformat()][line_key] = line.amount_cents
        self._advices.use(advices)
        known = len(booked) - len(new)
        return Fresh(statement, fresh, asserts_opening, known, advices), known

    def _enriched(
        self, statement: Statement, new: Sequence[tuple[str, StatementLine]]
    ) -> tuple[tuple[tuple[str, StatementLine], ...], tuple[str, ...]]:
        """Return new lines with the details that a camt.054 has for their batches, and which advices were used."""
        if not any(is_whole(line) for _, line in new):
            return tuple(new), ()
        return enriched(new, self._advices.around(statement))

    def _in_other_format(self, statement: Statement) -> frozenset[str]:
        """Return the days that are known already from a statement of another format, entry by entry.

        Keys of two formats cannot be compared, so a whole day is: the same amounts are the same entries. Raise
        StatementRefused where they are not, unless the statements join within that day.
        """
        first, last = statement.from_day.isoformat(), statement.to_day.isoformat()
        others = [link for link in self._all if link.kind != statement.kind and link.meets(first, last)]
        if not others:
            return frozenset()
        own = _amounts_of(statement)
        problems, same = [], set()
        for day in sorted({*own, *(day for link in others for key, day in self._of_day if key == link.key)}):
            known = [link for link in others if link.meets(day, day)]
            theirs = self._amounts_on(day, known)
            if known and first <= day <= last and own.get(day, Counter()) == theirs:
                same.add(day)
            elif known and first <= day <= last and not any(_joins(statement, link) for link in known):
                problems.append(_two_formats(statement, known[0], day, own.get(day, Counter()), theirs))
        if problems:
            raise StatementRefused(problems)
        return frozenset(same)

    def _amounts_on(self, day: str, links: Iterable[Link]) -> Counter[int]:
        """Return the amounts of the entries that statements have on a day; details count as their entry."""
        entries: Counter[str] = Counter()
        for link in links:
            for key, cents in self._of_day.get((link.key, day), {}).items():
                entries[entry_key(key)] += cents
        return Counter(entries.values())

    def _earlier(self, statement: Statement) -> tuple[str, ...]:
        """Return the keys of the day's lines before a statement that goes on within a day.

        It follows a statement that ends on its first day with its opening balance; those before that one on the same
        day come before it too. A statement that moves nothing leaves the order open, then nothing counts as earlier.
        """
        day, opening = statement.from_day.isoformat(), statement.opening_cents
        found: list[str] = []
        links = [
            link for link in self._links if link.last == day and link.opening_cents != link.closing_cents
        ]
        while before := next((link for link in links if link.closing_cents == opening), None):
            links.remove(before)
            found += self._of_day.get((before.key, day), ())
            opening = before.opening_cents if before.first == day else None
        return tuple(found)

    def _join(self, key: str, statement: Statement, balance_cents: int | None) -> bool:
        """Add a statement to the chain; tell whether its opening can be asserted in the books."""
        first, last = statement.from_day.isoformat(), statement.to_day.isoformat()
        own = Link(key, statement.kind, first, last, statement.opening_cents, statement.closing_cents)
        if statement.opening_cents is None or statement.closing_cents is None:
            self._all.append(own)
            return False
        overlaps = any(link.meets(first, last) for link in self._links)
        before = max(
            (link for link in self._links if link.last < first), key=lambda link: link.last, default=None
        )
        after = min(
            (link for link in self._links if link.first > last), key=lambda link: link.first, default=None
        )
        if before and not overlaps and before.closing_cents != statement.opening_cents:
            raise StatementGap(
                [_gap(statement, before.closing_cents, f"der Endsaldo vom {_german(before.last)}")]
            )
        if after and not overlaps and after.opening_cents != statement.closing_cents:
            raise StatementGap(
                [_gap(statement, after.opening_cents, f"der Anfangssaldo vom {_german(after.first)}")]
            )
        if balance_cents is not None and not overlaps and balance_cents != statement.opening_cents:
            raise StatementGap([_gap(statement, balance_cents, "der Stand der Bücher davor")])
        self._all.append(own)
        return balance_cents is not None and not overlaps


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


def _joins(statement: Statement, link: Link) -> bool:
    """Whether one of the two goes on where the other ends, within a day."""
    if link.last == statement.from_day.isoformat() and link.closing_cents is not None:
        return link.closing_cents == statement.opening_cents
    if link.first == statement.to_day.isoformat() and link.opening_cents is not None:
        return link.opening_cents == statement.closing_cents
    return False


def _two_formats(
    statement: Statement, other: Link, day: str, own: Counter[int], theirs: Counter[int]
) -> Problem:
    found = f"{statement.kind}: {_sum_of(own)}; als {other.kind} schon gebucht: {_sum_of(theirs)}"
    allowed = (
        "dieselben Umsätze, oder ein Formatwechsel an einem Endsaldo (vorher das eine, nachher das andere)"
    )
    return Problem(statement.source, _german(day), found, allowed)


def _sum_of(amounts: Counter[int]) -> str:
    count = sum(amounts.values())
    total = format_eur(sum(cents * times for cents, times in amounts.items()))
    return f"{count} {'Umsatz' if count == 1 else 'Umsätze'} über {total}"


def _contradiction(statement: Statement) -> Problem:
    found = f"Auszug {statement.sequence or statement.identity} mit anderem Inhalt als der schon gebuchte"
    allowed = "derselbe Inhalt; klären Sie die Abweichung mit der Bank"
    return Problem(statement.source, _day(statement.to_day), found, allowed)


def _gap(statement: Statement, expected_cents: int | None, what: str) -> Problem:
    assert expected_cents is not None
    assert statement.opening_cents is not None
    assert statement.closing_cents is not None
    closes = what.startswith("der Anfangssaldo")
    own = format_eur(statement.closing_cents if closes else statement.opening_cents)
    found = f"{'Endsaldo' if closes else 'Anfangssaldo'} {own}"
    allowed = f"{format_eur(expected_cents)}, {what}; vermutlich fehlt ein Auszug dazwischen"
    return Problem(statement.source, f"Auszug {statement.sequence or statement.identity}", found, allowed)


def _german(day: str) -> str:
    return _day(dt.date.fromisoformat(day))


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"
