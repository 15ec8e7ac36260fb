"""What a rule is: a fold over records, whose state is plain JSON, and the findings it makes.

`start(context)`, `step(context, state, record)`, `finish(context, state, as_of)`: the context (the book's settings and
the agreement) is handed to each, so that the state holds nothing but JSON data and can be kept behind a seal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import ModuleType
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, cast

from kkd_ledger import agreement as agreement_room
from kkd_ledger.agreement import Agreement, MemberShare, VatTreatment
from kkd_ledger.book.config import Book
from kkd_ledger.book.settings import GeneralOrder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Record

State: TypeAlias = dict[str, Any]


class Level(StrEnum):
    """How grave a finding is; see docs/architecture on what stops a write and what stops a close."""

    ERROR = "fehler"
    OBJECTION = "beanstandung"
    OPEN = "offen"
    NOTE = "hinweis"


LEVELS: Final = tuple(Level)


class FindingKind(NamedTuple):
    """One entry of the rule catalogue: code, level, what it means and what to do about it."""

    code: str
    level: Level
    title: str
    remedy: str


class Finding(NamedTuple):
    """One thing that a rule found, where it stands, in a German sentence.

    `cause` is what others may share with it. `subject` names what it is about (a posten, a party and year, a file), so
    that it is the same finding on a later day with other figures; empty where its text holds none that may change.
    """

    kind: FindingKind
    place: Place
    text: str
    cause: str = ""
    subject: str = ""

    @property
    def about(self) -> str:
        """What it is about: two findings of one kind about the same are one finding on two days."""
        return self.subject or self.text

    @property
    def where(self) -> str:
        """The place in front of a sentence; empty where there is none."""
        return f"{self.place.file}:{self.place.line}: " if self.place.file else ""

    @property
    def sentence(self) -> str:
        """The text with its cause."""
        return f"{self.text} ({self.cause})" if self.cause else self.text

    def __str__(self) -> str:
        return f"{self.where}{self.kind.code} ({self.kind.level}) {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON data."""
        return {
            "code": self.kind.code,
            "level": str(self.kind.level),
            "file": self.place.file,
            "line": self.place.line,
            "title": self.kind.title,
            "text": self.sentence,
            "advice": self.kind.remedy,
        }


def needs_action(findings: Iterable[Finding]) -> bool:
    """Tell whether anything but a `hinweis` was found: that is what exit status 1 says."""
    return any(finding.kind.level != Level.NOTE for finding in findings)


@dataclass(frozen=True)
class Context:
    """What a rule may ask besides the records: the book's settings and what the agreement entitles."""

    book: Book
    _vat: dict[tuple[int, dt.date], VatTreatment | None] = field(default_factory=dict)

    @property
    def agreement(self) -> Agreement:
        """The agreement that both sides' books follow."""
        return self.book.agreement

    @property
    def documents(self) -> Mapping[str, str]:
        """The files that lie under documents/ now, relative to the book's folder, with their SHA-256."""
        root = self.book.root
        return {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((root / v.DOCUMENTS).rglob("*"))
            if path.is_file()
        }

    @cached_property
    def general_orders(self) -> Mapping[str, GeneralOrder]:
        """The general orders of book.toml by their ids; of two with the same id the first."""
        return {order.id: order for order in reversed(self.book.settings.general_orders)}

    @cached_property
    def unsigned_orders(self) -> frozenset[str]:
        """The general orders whose signer could not order on the day from which they hold; none without roles."""
        roles = self.book.settings.roles
        return frozenset(
            order.id
            for order in self.general_orders.values()
            if roles
            and not any(
                holder.name == order.signed_by and holder.holds(v.Role.ORDERS, order.begins)
                for holder in roles
            )
        )

    @cached_property
    def effective(self) -> Mapping[str, dt.date]:
        """From which day on each party is bound: that of the agreement or of its own resolution, the later one."""
        papers = {
            member.id: agreement_room.resolution(self.agreement, member.id)
            for member in self.agreement.parties()
        }
        floor = self.agreement.effective_from or dt.date.min
        return {
            party: max(floor, (paper.effective_from if paper else None) or dt.date.min)
            for party, paper in papers.items()
        }

    @cached_property
    def all_effective(self) -> dt.date:
        """The day from which on every party is bound."""
        return max(self.effective.values(), default=dt.date.min)

    @cached_property
    def suspense_accounts(self) -> frozenset[str]:
        """The accounts for money that nobody can place."""
        return self.book.settings.accounts_ever("unclear_in", "unclear_out")

    @cached_property
    def placeable_accounts(self) -> frozenset[str]:
        """The accounts from which money is placed on items: suspense, and what lay there when the book began."""
        return self.suspense_accounts | self.book.settings.accounts_ever("opening")

    def judged(self, finding: Finding) -> Finding:
        """Return the finding at the level that book.toml gives it; an error stays one."""
        level = self.book.settings.findings.get(finding.kind.code)
        if level is None or finding.kind.level == Level.ERROR:
            return finding
        return finding._replace(kind=finding.kind._replace(level=Level(level)))

    def name(self, party: str) -> str:
        """Return a party's name, or its id where the agreement does not know it."""
        member = self.agreement.party(party)
        return member.name if member else party

    def how(self, party: str, service_year: int, known_on: dt.date) -> str:
        """Return in one line how a share came about."""
        steps = agreement_room.explain(self.agreement, party, service_year, known_on).steps
        return "; ".join(step.text for step in steps)

    def why(self, party: str, service_year: int, before: dt.date, after: dt.date) -> str:
        """Return in one line why a share is another than on an earlier day."""
        return agreement_room.why(self.agreement, party, service_year, before, after)

    def entitled(self, service_year: int, known_on: dt.date) -> Mapping[str, MemberShare]:
        """Return the shares of a service year by member, as the agreement stood on the day `known_on`."""
        return self.book.entitled(service_year, known_on)

    def vat(self, service_year: int, known_on: dt.date) -> VatTreatment | None:
        """Return how the shares of a service year are taxed, as was known on a day; None while nobody has decided."""
        key = (service_year, known_on)
        if key not in self._vat:
            self._vat[key] = agreement_room.known_vat(self.agreement, service_year, known_on)
        return self._vat[key]


class Rule(Protocol):
    """A rule is a module with these names.

    Where it also names TAKES (types of records, kinds of transactions), it is handed nothing else. Where it names AGES,
    it says how old something is: who checks on a day asks it as of that day. Where its state holds a fold of the book's
    that it builds on (it gives itself `to_data`), it names `revive(context, state)`, which returns the state that was
    written.
    """

    KINDS: tuple[FindingKind, ...]

    def start(self, context: Context) -> State:
        """Return the state before the first record."""

    def step(self, context: Context, state: State, record: Record) -> None:
        """Take one record into the state."""

    def finish(self, context: Context, state: State, as_of: dt.date) -> list[Finding]:
        """Return all findings, those made on the way and those about what is missing on the day `as_of`."""


def as_rule(module: ModuleType) -> Rule:
    """Return a rule's module as what it is."""
    return cast("Rule", module)


def note(state: State, kind: FindingKind, place: Place, text: str, number: str = "") -> None:
    """Keep a finding that was made on the way in the state, as JSON data.

    With the posting's `number`, a reversal of that posting can cure it (see `retract`).
    """
    state.setdefault("found", []).append([kind.code, place.file, place.line, text, number])


def retract(state: State, number: str) -> None:
    """Drop the findings about a posting that has been reversed: a mistake is cured by a new entry."""
    state["found"] = [row for row in state.get("found", []) if row[4] != number]


def noted(state: State, kinds: tuple[FindingKind, ...]) -> list[Finding]:
    """Return the findings kept by `note`."""
    by_code = {kind.code: kind for kind in kinds}
    return [
        Finding(by_code[code], Place(file, line), text)
        for code, file, line, text, _ in state.get("found", [])
    ]
