"""What a certificate tells: a bank line from file to fate, a statement, a notification (camt.054), a month of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger.periods import BookingMonth


class Fate(StrEnum):
    """What became of a bank line: the only place that spells these words."""

    MATCHED = "zugeordnet"
    SUSPENSE = "ungeklärt"
    WAITS = "wartet"
    NOT_OURS = "nicht-kkd"


DIFFERENCE: Final = "Unterschied nach Entscheidung"
"""The rule, and the first words, of a line that no bank wrote: what a decided statement leaves unexplained."""
BY_STATEMENT: Final = "Kontoauszug"
"""The rule of such a line once the statement that was missing has explained it."""
_PERSON: Final = "Person: "
BOOKED: Final = frozenset({Fate.MATCHED, Fate.SUSPENSE})
"""The fates of lines whose money stands in the book."""


class Batch(NamedTuple):
    """A batch entry without its details: how many the bank says it has, and the bank's reference of it.

    A camt.054 that comes later is compared with it.
    """

    details: int
    reference: str


class Words(NamedTuple):
    """Who is on the other side of a line and what the bank's text says: what a person needs to decide about it."""

    payee: str
    text: str


class CertifiedLine(NamedTuple):
    """A bank line on the certificate: from its statement to what became of it.

    `key` is the `bankref` of its entry, `statement` the key of the statement that told it first; `cents` are positive
    for a receipt. `number` is the posting number of its entry (empty where there is none), `rule` the rule or person
    that decided. `words` are kept while a person has to decide or has decided, `iban` (of the other side) while its
    money is not placed.
    """

    key: str
    statement: str
    day: dt.date
    cents: int
    fate: Fate
    number: str
    rule: str
    reasons: tuple[str, ...]
    batch: Batch | None = None
    words: Words | None = None
    iban: str = ""

    @property
    def decided_by(self) -> str | None:
        """The person that `rule` names; None where a rule of the program decided, or nothing did."""
        return self.rule.removeprefix(_PERSON) if self.rule.startswith(_PERSON) else None

    @property
    def is_difference(self) -> bool:
        """Whether it is no line of the bank, but stands for money that a decided statement leaves unexplained."""
        is_marked = self.words is not None and not self.words.payee and self.words.text.startswith(DIFFERENCE)
        return is_marked or self.rule == DIFFERENCE


class StatementPage(NamedTuple):
    """Which page of a statement it is, and whether the bank announced another one after it."""

    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class CertifiedStatement:
    """A statement that was taken: its days, balances in cents (None where the bank tells none), and its lines' fates.

    `count` says how many booked lines it holds, `known_count` how many of them were known before, `fates` how many of
    the new ones met each fate. `notifications` name the camt.054 entries whose details stand for batches of it;
    `page` is there where it is one of several.
    """

    account: str
    kind: str
    number: int | None
    from_day: dt.date
    to_day: dt.date
    opening_cents: int | None
    moved_cents: int
    closing_cents: int | None
    count: int
    known_count: int
    fates: Mapping[Fate, int] = field(hash=False)
    key: str
    content: str
    sha256: str
    notifications: tuple[str, ...] = ()
    page: StatementPage | None = None

    @property
    def balanced(self) -> bool:
        """Whether the bank told both balances."""
        return self.opening_cents is not None and self.closing_cents is not None

    def refated(self, before: Iterable[CertifiedLine], after: Iterable[CertifiedLine]) -> CertifiedStatement:
        """Return the statement's counts with lines of `before` replaced by lines of `after`."""
        before, after = tuple(before), tuple(after)
        gone, come = count_fates(before), count_fates(after)
        fates = {fate: self.fates[fate] - gone[fate] + come[fate] for fate in Fate}
        return replace(self, fates=fates, count=self.count + len(after) - len(before))


@dataclass(frozen=True, slots=True)
class Split:
    """A batch of an earlier run that a camt.054 split into its details.

    `line` is the key of the batch, `count` the number of details, `notification` the entry of the camt.054, `numbers`
    are the posting numbers that place its money.
    """

    line: str
    count: int
    notification: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertifiedNotification:
    """A camt.054 that was taken: it enriches a statement's batches and books nothing."""

    account: str
    kind: str
    number: int | None
    from_day: dt.date
    to_day: dt.date
    moved_cents: int
    count: int
    key: str
    content: str
    sha256: str
    split: tuple[Split, ...] = ()


class Verdict(StrEnum):
    """What a person says of a statement or a bank line: the only place that spells these words."""

    NEW = "neu"
    KNOWN = "bekannt"
    NOT_OURS = "fremd"
    PAYS = "zahlt"
    OPEN = "offen"


class Hole(NamedTuple):
    """Money that moved the account before a statement and that no statement tells: since when, and its cents."""

    from_day: dt.date
    cents: int


class DecidedTerms(NamedTuple):
    """How a statement is read because a person decided so.

    `known_entries` are the places of those of its entries that are known already. It is taken with these balances in
    cents (None: it proves nothing); `differences` are cents by day that the bank's lines leave unexplained, `hole` is
    what no statement tells before it. `day` is the booking day of lines whose day nobody can read (None: the last day).
    """

    from_day: dt.date
    to_day: dt.date
    opening_cents: int | None
    closing_cents: int | None
    known_entries: tuple[int, ...] = ()
    differences: tuple[tuple[dt.date, int], ...] = ()
    hole: Hole | None = None
    day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, an entry of the certificate; of several about one subject the last one counts.

    `subject` is a bank line's key, a statement's key of what it says, or the SHA-256 of a file that nobody can read.
    `sha256` names the file of a statement, `number` the entry that a decision made: the line's, or the one that took
    its money out of the book again.
    """

    subject: str
    verdict: Verdict
    by: str
    reason: str
    day: dt.date
    number: str = ""
    sha256: str = ""
    terms: DecidedTerms | None = None


@dataclass(frozen=True, slots=True)
class WaitingStatement:
    """A statement that lay in the inbox at the last run and could not be taken: its days, its balances, and why not.

    `sha256` names its file, `reason` is one word for a program, `text` says it in German.
    """

    sha256: str
    reason: str
    text: str
    from_day: dt.date
    to_day: dt.date
    opening_cents: int | None
    closing_cents: int | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A month's certificate: statements in the order in which they were taken, new lines, notifications, decisions.

    `waiting` is there in the newest open month: what lies in the inbox and why; and in a closed one, what did then.
    """

    month: BookingMonth
    statements: tuple[CertifiedStatement, ...] = ()
    lines: tuple[CertifiedLine, ...] = ()
    notifications: tuple[CertifiedNotification, ...] = ()
    decisions: tuple[Decision, ...] = ()
    waiting: tuple[WaitingStatement, ...] = ()

    def with_statement(self, statement: CertifiedStatement, lines: Iterable[CertifiedLine]) -> Certificate:
        """Return it with one more statement and the lines that were new in it."""
        lines = tuple(lines)
        assert statement.count == statement.known_count + len(lines), "nothing is left out"
        return replace(self, statements=(*self.statements, statement), lines=(*self.lines, *lines))

    def with_notification(self, notification: CertifiedNotification) -> Certificate:
        """Return it with one more camt.054."""
        return replace(self, notifications=(*self.notifications, notification))

    def with_decisions(self, decisions: Iterable[Decision]) -> Certificate:
        """Return it with more decisions of a person."""
        return replace(self, decisions=(*self.decisions, *decisions))

    def with_waiting(self, waiting: Iterable[WaitingStatement]) -> Certificate:
        """Return it with what waits now, in the place of what waited at the last run."""
        return replace(self, waiting=tuple(waiting))

    def with_details(self, key: str, details: Iterable[CertifiedLine]) -> Certificate:
        """Return it with details in the place of a batch that waited as a whole."""
        details = tuple(details)
        (whole,) = (line for line in self.lines if line.key == key)
        assert sum(line.cents for line in details) == whole.cents, "details add up to their batch"
        others = tuple(line for line in self.lines if line.key != key)
        return replace(self._refated(whole, details), lines=(*others, *details))

    def decided(self, line: CertifiedLine) -> Certificate:
        """Return it with a line in the place of the one of the same key."""
        (before,) = (other for other in self.lines if other.key == line.key)
        lines = tuple(line if other.key == line.key else other for other in self.lines)
        return replace(self._refated(before, (line,)), lines=lines)

    def _refated(self, before: CertifiedLine, after: tuple[CertifiedLine, ...]) -> Certificate:
        statements = tuple(
            statement.refated((before,), after) if statement.key == before.statement else statement
            for statement in self.statements
        )
        return replace(self, statements=statements)


_FATES: Final[Mapping[Verdict, Fate]] = MappingProxyType(
    {
        Verdict.NEW: Fate.SUSPENSE,
        Verdict.KNOWN: Fate.NOT_OURS,
        Verdict.NOT_OURS: Fate.NOT_OURS,
        Verdict.PAYS: Fate.MATCHED,
        Verdict.OPEN: Fate.WAITS,
    }
)


def decided_line(line: CertifiedLine, decision: Decision) -> CertifiedLine:
    """Return a line with what a person decided about it."""
    reason = f"schon gebucht: {decision.reason}" if decision.verdict == Verdict.KNOWN else decision.reason
    fate = _FATES[decision.verdict]
    return line._replace(
        fate=fate,
        number=decision.number if fate in BOOKED else "",
        rule=f"{_PERSON}{decision.by}",
        reasons=(reason,),
    )


def count_fates(lines: Iterable[CertifiedLine]) -> Counter[Fate]:
    """Return how many lines met each fate."""
    return Counter(line.fate for line in lines)
