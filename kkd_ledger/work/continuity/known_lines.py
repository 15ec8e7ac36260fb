"""The lines that are known of an account, and which lines of a further statement they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import Problem
from kkd_ledger.work.continuity.misfits import two_formats
from kkd_ledger.work.continuity.statement_links import Keyed, StatementLink, StatementReading


class KnownLines:
    """The entries that the statements of an account told of, each under the statement that told of it first."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._seen = {entry_key(key) for key in keys}
        self._links: list[StatementLink] = []
        self._days: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._told: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._owners: dict[str, StatementLink] = {}
        self._late: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, link: StatementLink, lines: Iterable[tuple[str, str, int]]) -> None:
        """Add a statement with the lines (key, day, cents) that it was the first to tell of."""
        self._links.append(link)
        told = self._told[link.key]
        for key, day, cents in lines:
            entry = entry_key(key)
            for entries in (self._days[day], told[day]):
                entries[entry] = entries.get(entry, 0) + cents
            self._seen.add(entry)
            self._owners[entry] = link
            if day < link.first:
                self._late[day].add(entry)

    def on(self, day: str) -> Mapping[str, int]:
        """Return the entries of a day, by their keys, with their cents."""
        return self._days.get(day, {})

    def owner(self, entry: str) -> StatementLink | None:
        """Return the statement that told of an entry first; None where only the books know it."""
        return self._owners.get(entry)

    def is_late(self, day: str, entry: str) -> bool:
        """Whether an entry of a day moved the account only later, by the statement that told of it."""
        return bool(self._late) and entry in self._late.get(day, ())

    def elsewhere(self, own: StatementLink, days: Iterable[str]) -> Iterator[str]:
        """Yield the entries of a statement's days that moved the account on other days: theirs or its own are late."""
        for day in days:
            entries = self._late.get(day, ()) if own.first <= day <= own.last else self.on(day)
            for entry in entries:
                owner = self._owners.get(entry)
                if owner and not owner.meets(own):
                    yield entry

    def told(self, link: StatementLink) -> Mapping[str, Mapping[str, int]]:
        """Return the entries that a statement was the first to tell of, by day and key, with their cents."""
        return self._told.get(link.key, {})

    def entries_of(self, links: Iterable[StatementLink], days: Collection[str]) -> frozenset[str]:
        """Return the entries that these statements were the first to tell of on some days."""
        return frozenset(entry for link in links for day in days for entry in self.told(link).get(day, ()))

    def read(
        self,
        statement: Statement,
        foreign: Collection[str] = (),
        beside: Collection[str] = (),
        words: Collection[str] = (),
        references: Collection[str] = (),
    ) -> StatementReading:
        """Read a statement: what is known has a known key, or on some days the amount of a known entry without one.

        `foreign` are days that other formats told of, `words` those that this one may tell in other words: but two
        references are two entries. On `references` one reference of several entries may be that of a known one.
        `beside` are entries that are not in this statement.
        """
        entries: dict[str, list[Keyed]] = {}
        for key, line in zip(line_keys(statement, beside), statement.lines, strict=True):
            if line.booked:
                entries.setdefault(entry_key(key), []).append((key, line))
        known = {entry: tuple(lines) for entry, lines in entries.items() if entry in self._seen}
        alike: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for day in {*foreign, *words, *references}:
            for entry, cents in self.on(day).items():
                if entry not in known and entry not in beside:
                    alike[day, cents].append(entry)
        new: list[Keyed] = []
        for entry, lines in entries.items():
            if entry in known:
                continue
            day = lines[0][1].booking_day.isoformat()
            others = alike[day, sum(line.amount_cents for _, line in lines)]
            if day in references and others:
                alone = line_keys(replace(statement, lines=tuple(line for _, line in lines)))
                same = (one for one in others if twin(one) == twin(alone[0]))
            else:
                same = (one for one in others if day in foreign or ":f-" in f"{one}{entry}")
            if one := next(same, None):
                others.remove(one)
                known[one] = tuple(lines)
            else:
                new += lines
        before = (
            line.amount_cents
            for lines in known.values()
            for _, line in lines
            if line.booking_day < statement.from_day
        )
        return StatementReading(tuple(new), known, sum(before))

    def all_new(self, statement: Statement) -> StatementReading:
        """Read a statement so that every line of it is new, whatever is known: each gets a key that is free."""
        keyed = zip(line_keys(statement, self._seen), statement.lines, strict=True)
        return StatementReading(tuple((key, line) for key, line in keyed if line.booked), {})

    def names(self, statement: Statement, entry: str, lines: Sequence[Keyed]) -> bool:
        """Whether the bank's reference says that the lines of a statement are a known entry.

        It does not where the bank gives it to several entries of a day.
        """
        if ":r-" not in entry or entry_key(lines[0][0]) != entry:
            return False
        line, day = lines[0][1], lines[0][1].booking_day.isoformat()
        if any(
            one.bank_reference == line.bank_reference and one.entry != line.entry for one in statement.lines
        ):
            return False
        others = {one: cents for one, cents in self.on(day).items() if ":r-" in one and one != entry}
        alike = {
            twin(line_keys(replace(statement, lines=(replace(line, amount_cents=cents, batch=None),)))[0])
            for cents in set(others.values())
        }
        return not any(twin(one) in alike for one in others)

    # ---------------------------------------------------------------------------------------- another format

    def in_other_format(
        self, statement: Statement, own: StatementLink
    ) -> tuple[frozenset[str], list[Problem]]:
        """Return the days that are known from statements of other formats, or IBANs, and what is told otherwise.

        Keys of two formats cannot be compared, so amounts are: the same amounts are the same entries. They may differ
        where the statements join within that day, and else where the balances prove what is new.
        """
        others = [link for link in self._links if link.form != own.form and link.meets(own)]
        if not others:
            return frozenset(), []
        amounts = amounts_of(statement)
        problems, compared = [], set()
        days = {*amounts, *(day for link in others for day in self.told(link))}
        for day in sorted(day for day in days if day in amounts or own.first <= day <= own.last):
            known = [one for one in others if one.first <= day <= one.last or day in self.told(one)]
            if not known or not self._is_theirs(day, own.form, known):
                continue
            compared.add(day)
            mine, theirs = amounts.get(day, Counter()), Counter(self.on(day).values())
            if mine != theirs and not any(own.joins(link) for link in known):
                problems.append(two_formats(statement, known[0], day, mine, theirs))
        return frozenset(compared), problems

    def _is_theirs(self, day: str, form: tuple[str, str], others: Sequence[StatementLink]) -> bool:
        """Whether a day is known from other formats: lines that only this format told of are known by their keys."""
        if any(day in self.told(link) for link in others):
            return True
        return not any(day in self.told(link) for link in self._links if link.form == form)


def twin(key: str) -> str:
    """Return what the key of an entry has in common with those of its true twins."""
    return entry_key(key).rpartition("-")[0]


def amounts_of(statement: Statement) -> dict[str, Counter[int]]:
    """Return the amounts of the booked entries by day."""
    entries: Counter[tuple[str, int]] = Counter()
    for line in statement.lines:
        if line.booked:
            entries[line.booking_day.isoformat(), line.entry] += line.amount_cents
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for (day, _), cents in entries.items():
        found[day][cents] += 1
    return dict(found)
