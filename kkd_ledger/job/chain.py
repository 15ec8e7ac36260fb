"""The chain of statements: each begins where the one before it ended, and nothing is taken twice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
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
    """One statement in the chain: its key, its days (ISO) and its balances in cents."""

    key: str
    first: str
    last: str
    opening_cents: int
    closing_cents: int


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
        self._of_day: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for key, line in certificates.lines.items():
            self._of_day[line["auszug"], line["tag"]].append(key)
        self._contents = {held["schluessel"]: held["inhalt"] for held in certificates.statements}
        self._links = [
            Link(
                held["schluessel"],
                held["von"],
                held["bis"],
                parse_eur(held["anfang"]),
                parse_eur(held["ende"]),
            )
            for held in certificates.statements
            if held["anfang"] and held["ende"]
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
        new = [(key, line) for key, line in booked if entry_key(key) not in self._seen]
        fresh, advices = self._enriched(statement, new)
        asserts_opening = self._join(key, statement, balance_cents)
        self._contents[key] = content
        for line_key, line in fresh:
            self._seen.add(entry_key(line_key))
            self._of_day[key, line.booking_day.isoformat()].append(line_key)
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
            found += self._of_day[before.key, day]
            opening = before.opening_cents if before.first == day else None
        return tuple(found)

    def _join(self, key: str, statement: Statement, balance_cents: int | None) -> bool:
        """Add a statement to the chain; tell whether its opening can be asserted in the books."""
        if statement.opening_cents is None or statement.closing_cents is None:
            return False
        first, last = statement.from_day.isoformat(), statement.to_day.isoformat()
        overlaps = any(link.first <= last and link.last >= first for link in self._links)
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
        self._links.append(Link(key, first, last, statement.opening_cents, statement.closing_cents))
        return balance_cents is not None and not overlaps


def _contradiction(statement: Statement) -> Problem:
    found = f"Auszug {statement.sequence or statement.identity} mit anderem Inhalt als der schon gebuchte"
    allowed = "derselbe Inhalt; klären Sie die Abweichung mit der Bank"
    return Problem(statement.source, _day(statement.to_day), found, allowed)


def _gap(statement: Statement, expected_cents: int, what: str) -> Problem:
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
