"""Certificate ↔ archive: each certified statement is read again from the bank's file and compared line by line."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias, TypeVar

from kkd_ledger import german
from kkd_ledger.audit.compared.entries import BankEntry
from kkd_ledger.audit.compared.kinds import PAPER
from kkd_ledger.bank.extract import ExtractedStatement
from kkd_ledger.bank.line_keys import (
    content_key,
    entry_key,
    key_by_content,
    line_keys,
    statement_key,
    without_number,
)
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import (
    BOOKED,
    ENDING,
    Certificate,
    CertifiedLine,
    CertifiedStatement,
    Fate,
    Words,
)
from kkd_ledger.book.certificate.line_words import words
from kkd_ledger.book.text.records import Place
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.rule import Finding

_NAMES_MAX: Final = 3
_Entry: TypeAlias = tuple[str, dt.date, int]
_T = TypeVar("_T")
KnownEntryCounts: TypeAlias = Callable[[], Counter[tuple[dt.date, int]]]
"""All certified entries by day and cents, made where somebody asks."""
EntryOf: TypeAlias = Callable[[str], BankEntry | None]
"""The entry of a bank line, by its key."""


Token: TypeAlias = Callable[[str, dt.date], str]
"""What an entry is compared by: its key without its number, or in an extract the mark made of that and its day."""


def _base(key: str, day: dt.date) -> str:  # noqa: ARG001 - marks are made of the day, too
    return without_number(key)


class ArchivedStatement(NamedTuple):
    """A statement as the archive tells it: what the certificate says of it, and its booked entries.

    `keys` are those under which a certificate may tell of it. An entry is what its key has in common with those of its
    true twins, with day and cents. `foreign` are the lines of an extract that are none of ours, with the rule or person
    that says so; `lines_by_token` are its other lines.
    """

    account: str
    kind: str
    number: int | None
    from_day: dt.date
    to_day: dt.date
    opening_cents: int | None
    moved_cents: int
    closing_cents: int | None
    page: int
    more: bool
    keys: tuple[str, ...]
    content: str
    lines: int
    entries: Counter[_Entry]
    token: Token = _base
    foreign: Counter[tuple[dt.date, int, str]] | None = None
    lines_by_token: Mapping[tuple[str, dt.date], Sequence[StatementLine]] = MappingProxyType({})


def paper_of(statement: Statement) -> ArchivedStatement:
    """Return what a statement of the bank's file says."""
    entries: defaultdict[str, int] = defaultdict(int)
    days: dict[str, dt.date] = {}
    lines_by_token = defaultdict[tuple[str, dt.date], list[StatementLine]](list)
    booked = 0
    for key, line in zip(line_keys(statement), statement.lines, strict=True):
        if line.booked:
            booked += 1
            entry = entry_key(key)
            entries[entry] += line.amount_cents
            days[entry] = line.booking_day
            lines_by_token[without_number(entry), line.booking_day].append(line)
    return ArchivedStatement(
        statement.account,
        statement.kind,
        statement.sequence,
        statement.from_day,
        statement.to_day,
        statement.opening_cents,
        statement.booked_cents,
        statement.closing_cents,
        statement.page or 1,
        not statement.last_page,
        (statement_key(statement), key_by_content(statement)),
        content_key(statement),
        booked,
        Counter((without_number(entry), days[entry], cents) for entry, cents in entries.items()),
        lines_by_token=lines_by_token,
    )


def paper_of_extract(statement: ExtractedStatement, token: Token) -> ArchivedStatement:
    """Return what a statement of an extract says; `token` makes marks of keys, as those of foreign lines are made."""
    cents: Counter[int] = Counter()
    entry_tokens: dict[int, tuple[str, dt.date]] = {}
    lines_by_token = defaultdict[tuple[str, dt.date], list[StatementLine]](list)
    for line in statement.lines:
        if line.counts:
            cents[line.entry] += line.cents
            mark = token(line.key, line.day) if line.whole else line.mark if token("", line.day) else ""
            entry_tokens[line.entry] = mark, line.day
            if line.whole:
                lines_by_token[mark, line.day].append(line.whole)
    return ArchivedStatement(
        statement.account,
        statement.kind,
        statement.number,
        statement.from_day,
        statement.to_day,
        statement.opening_cents,
        sum(cents.values()),
        statement.closing_cents,
        statement.page,
        statement.more,
        (statement.key,),
        statement.content,
        sum(1 for line in statement.lines if line.counts),
        Counter((*entry_tokens[entry], moved) for entry, moved in cents.items()),
        token,
        Counter(
            (line.day, line.cents, line.rule) for line in statement.lines if line.counts and not line.whole
        ),
        lines_by_token,
    )


def entries_of(lines: Iterable[CertifiedLine], token: Token = _base) -> Counter[_Entry]:
    """Return certified lines as entries: details stand for their batch."""
    entries: defaultdict[str, int] = defaultdict(int)
    days: dict[str, dt.date] = {}
    for line in lines:
        entry = entry_key(line.key)
        entries[entry] += line.cents
        days[entry] = line.day
    return Counter((token(entry, days[entry]), days[entry], cents) for entry, cents in entries.items())


class Certified(NamedTuple):
    """A certified statement with its new lines, and where both stand."""

    statement: CertifiedStatement
    lines: Sequence[CertifiedLine]
    place: Place


def certified_in(certificate: Certificate) -> Iterator[Certified]:
    """Yield the statements of a certificate."""
    file = f"{certificate.month.stem}{ENDING}"
    lines = defaultdict[str, list[CertifiedLine]](list)
    for line in certificate.lines:
        lines[line.statement].append(line)
    for number, statement in enumerate(certificate.statements):
        yield Certified(statement, lines[statement.key], Place(file, 3 + number))


def differences(
    certified: Certified, paper: ArchivedStatement, known_entries: KnownEntryCounts, entry_of: EntryOf
) -> Iterator[Finding]:
    """Yield what a certificate and the bank's file say differently, and what an entry says of its line otherwise."""
    for text in (*_heads(certified.statement, paper), *_lines(certified, paper, known_entries)):
        yield Finding(PAPER, certified.place, f"{named(certified.statement)}: {text}")
    for line, entry, lines in archived_lines(certified, paper, entry_of):
        if not (_is_archived(entry.words, lines) or _is_silent(line, entry.words)):
            yield from _other_words(entry, words(lines[0]))


def archived_lines(
    certified: Certified, paper: ArchivedStatement, entry_of: EntryOf
) -> Iterator[tuple[CertifiedLine, BankEntry, Sequence[StatementLine]]]:
    """Yield the booked lines of a certified statement, each with its entry and what the bank's file says of it."""
    for line in certified.lines if not certified.statement.notifications else ():
        entry = entry_of(line.key) if line.fate in BOOKED else None
        lines = paper.lines_by_token.get((paper.token(entry_key(line.key), line.day), line.day), ())
        if entry and lines:
            yield line, entry, lines


def _is_archived(said: Words, archived_lines: Sequence[StatementLine]) -> bool:
    """Whether an entry says what one of its lines says; books of before 2026-11-24 left the booking text out."""
    if any(said == words(line) for line in archived_lines):
        return True
    return any(said == words(replace(line, booking_text="")) for line in archived_lines)


def _other_words(entry: BankEntry, kept: Words) -> Iterator[Finding]:
    for what, booked, archived in (
        ("Gegenseite", entry.words.payee, kept.payee),
        ("Text", entry.words.text, kept.text),
    ):
        if booked != archived:
            yield Finding(
                PAPER, entry.place, f"Buchung {entry.number}: {what} {booked!r}, im Archiv {archived!r}"
            )


def _is_silent(line: CertifiedLine, entry_words: Words) -> bool:
    """Whether an entry says nothing of a line that a person had called foreign before: nobody knew it any more."""
    return not any(entry_words) and line.decided_by is not None


def named(statement: CertifiedStatement) -> str:
    """Return how a statement is named in a finding."""
    number = f" {statement.number}" if statement.number else ""
    return f"Auszug{number} bis {german.day(statement.to_day)}"


def _heads(statement: CertifiedStatement, paper: ArchivedStatement) -> Iterator[str]:
    page = statement.page.number if statement.page else 1
    more = bool(statement.page and statement.page.more)
    for what, certified, archived in (
        ("Konto", statement.account, paper.account),
        ("Format", statement.kind, paper.kind),
        ("Nummer", str(statement.number), str(paper.number)),
        ("erster Tag", _day(statement.from_day), _day(paper.from_day)),
        ("letzter Tag", _day(statement.to_day), _day(paper.to_day)),
        ("Anfangssaldo", _eur(statement.opening_cents), _eur(paper.opening_cents)),
        ("Umsätze", _eur(statement.moved_cents), _eur(paper.moved_cents)),
        ("Endsaldo", _eur(statement.closing_cents), _eur(paper.closing_cents)),
        ("Blatt", f"{page}{' und weitere' * more}", f"{paper.page}{' und weitere' * paper.more}"),
        ("Schlüssel des Inhalts", statement.content, paper.content),
    ):
        if certified != archived:
            yield f"{what} im Nachweis {certified}, im Archiv {archived}"


def _lines(certified: Certified, paper: ArchivedStatement, known_entries: KnownEntryCounts) -> Iterator[str]:
    count = certified.statement.count
    split = certified.statement.notifications or any(line.key.count(":") > 1 for line in certified.lines)
    if count != paper.lines and not (split and count > paper.lines):
        yield f"Zeilen im Nachweis {count}, im Archiv {paper.lines}"
    if paper.foreign is not None and certified.statement.known_count == 0 and not split:
        said = Counter(
            (line.day, line.cents, line.rule) for line in certified.lines if line.fate == Fate.NOT_OURS
        )
        for day, cents, rule in _some(paper.foreign - said):
            yield f"{_eur(cents)} vom {_day(day)} ist im Extrakt fremd ({rule}), im Nachweis nicht oder anders"
    new = entries_of(certified.lines, paper.token)
    for _, day, cents in _some(new - paper.entries):
        yield f"{_eur(cents)} vom {_day(day)} steht im Nachweis, nicht im Archiv"
    rest = Counter(
        (day, cents) for (_, day, cents), count in (paper.entries - new).items() for _ in range(count)
    )
    if certified.statement.known_count == 0:
        for day, cents in _some(rest):
            yield f"{_eur(cents)} vom {_day(day)} steht im Archiv, nicht im Nachweis"
        return
    for day, cents in _some(rest - known_entries()):
        yield f"{_eur(cents)} vom {_day(day)} steht im Archiv, auf keinem Nachweis"


def unjoined(
    statements: Sequence[tuple[CertifiedStatement, Place]],
    decided: Collection[tuple[dt.date, dt.date, int | None, int | None]] = (),
) -> Iterator[Finding]:
    """Yield a finding for each statement whose opening balance is no other statement's closing: one is missing between.

    Not where another statement has the same first day and opening: days before the first line moved nothing. Only
    statements whose lines were all new and that tell balances are asked. Those that a person decided about (`decided`:
    their days and balances) begin where they do by decision.
    """
    said = {id(statement) for statement, _ in statements if _days_and_balances(statement) in decided}
    if not all(statement.balanced or id(statement) in said for statement, _ in statements):
        return
    first = min((statement.from_day for statement, _ in statements), default=None)
    ends = Counter(statement.closing_cents for statement, _ in statements)
    for statement, place in statements:
        others = ends[statement.opening_cents] - (statement.opening_cents == statement.closing_cents)
        others = others or sum(_begins_alike(statement, other) for other, _ in statements)
        if (
            statement.known_count == 0
            and statement.from_day != first
            and not others
            and id(statement) not in said
        ):
            text = f"beginnt mit {_eur(statement.opening_cents)}, womit kein Auszug auf den Nachweisen endet"
            yield Finding(PAPER, place, f"{named(statement)}: {text}")


def _begins_alike(statement: CertifiedStatement, other: CertifiedStatement) -> bool:
    """Tell whether a statement begins as another does, or amid the days of one, where no closing can be expected."""
    has_day = other.from_day <= statement.from_day <= other.to_day
    amid = other.from_day < statement.from_day <= other.to_day
    return statement is not other and (amid or (has_day and statement.opening_cents == other.opening_cents))


def _days_and_balances(statement: CertifiedStatement) -> tuple[dt.date, dt.date, int | None, int | None]:
    return statement.from_day, statement.to_day, statement.opening_cents, statement.closing_cents


def _some(entries: Iterable[_T]) -> list[_T]:
    return sorted(entries)[:_NAMES_MAX]  # type: ignore[type-var]


def _day(day: dt.date) -> str:
    return german.day(day)


def _eur(cents: int | None) -> str:
    return "keiner" if cents is None else format_eur(cents)
