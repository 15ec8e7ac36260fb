"""A statement as a link of the chain, and what is new in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from kkd_ledger.bank.statements import StatementLine

_SUMS_MAX: Final = 4_096


class StatementLink(NamedTuple):
    """One statement: its key, its format, its days (ISO), number and page, and the balances in cents that it has.

    `account` is what the bank calls the account, which may change (another IBAN). `more` says that further pages
    follow: then it does not tell its last days.
    """

    key: str
    kind: str
    first: str
    last: str
    number: int | None
    page: int
    opening_cents: int | None
    closing_cents: int | None
    more: bool = False
    account: str = ""

    @property
    def form(self) -> tuple[str, str]:
        """What keys are made of beside the lines: those of two formats, or of two IBANs, cannot be compared."""
        return self.kind, self.account

    @property
    def balanced(self) -> bool:
        """Whether it has both balances."""
        return self.opening_cents is not None and self.closing_cents is not None

    def meets(self, other: StatementLink) -> bool:
        """Whether it has a day in common with another one."""
        return self.first <= other.last and self.last >= other.first

    @property
    def shared(self) -> bool:
        """Whether it is a page: the days that it names are those of all pages."""
        return self.page > 1 or self.more

    def may_begin_on(self, day: str) -> bool:
        """Whether it begins on a day, or may: an MT940 and a second page begin with a line, which may be a late one."""
        return self.first == day or (
            (self.kind == "MT940" or self.page > 1) and self.first <= day <= self.last
        )

    def begins_with(self, other: StatementLink) -> bool:
        """Whether both begin on the same day with the same balance."""
        return (self.first, self.opening_cents) == (other.first, other.opening_cents)

    def joins(self, other: StatementLink) -> bool:
        """Whether one of the two goes on where the other ends, within a day."""
        if other.last == self.first and other.closing_cents is not None:
            return other.closing_cents == self.opening_cents
        if other.first == self.last and other.opening_cents is not None:
            return other.opening_cents == self.closing_cents
        return False

    def ends_where(self, other: StatementLink) -> bool:
        """Whether it ends with the balance that another one begins with."""
        return self.closing_cents == other.opening_cents

    def begins_where(self, other: StatementLink) -> bool:
        """Whether it begins with the balance that another one ends with."""
        return self.opening_cents == other.closing_cents

    def is_page_with(self, other: StatementLink) -> bool:
        """Whether both are pages of one statement: then neither has a line of the other."""
        if (self.form, self.number) != (other.form, other.number) or self.page == other.page:
            return False
        same = self.shared and other.shared and (self.first, self.last) == (other.first, other.last)
        return (
            self.meets(other)
            if self.number
            else same and (self.ends_where(other) or self.begins_where(other))
        )

    def comes_before(self, other: StatementLink) -> bool:
        """Whether by number and page, and by its closing, another one of the same format comes directly behind it."""
        return other.comes_behind(self)

    def comes_behind(self, other: StatementLink) -> bool:
        """Whether by number and page, and by its opening, it comes directly behind another one of the same format."""
        if self.kind != other.kind or not self.number or not other.number or not self.meets(other):
            return False
        next_page = self.number == other.number and self.page == other.page + 1
        return next_page or (self.number == other.number + 1 and self.begins_where(other))


Keyed: TypeAlias = tuple[str, StatementLine]


class StatementReading(NamedTuple):
    """One way to read a statement: the new lines in it, each under its key, and the known entries with its lines.

    `late_cents` is the sum of the known ones that the bank dates before the statement's first day.
    """

    new: tuple[Keyed, ...]
    known: Mapping[str, tuple[Keyed, ...]]
    late_cents: int = 0

    @property
    def lines(self) -> Iterator[StatementLine]:
        """All lines of the statement."""
        yield from (line for keyed in (self.new, *self.known.values()) for _, line in keyed)

    @property
    def facts(self) -> Counter[StatementLine]:
        """The new lines, without their keys and their places in the file."""
        return Counter(replace(line, entry=0) for _, line in self.new)

    @property
    def cents(self) -> int:
        """The sum of the new lines."""
        return sum(line.amount_cents for _, line in self.new)


def reached(
    near: Callable[[StatementLink], Iterable[StatementLink]],
    own: StatementLink,
    joins: Callable[[StatementLink, StatementLink], bool],
) -> list[StatementLink]:
    """Return the statements that join one, or one of those that do; `near` gives those that may join a statement."""
    found = [own]
    seen = {own}
    for one in found:
        new = [link for link in near(one) if link not in seen and joins(link, one)]
        found += new
        seen.update(new)
    return found[1:]


class Numbers:
    """Statements by their formats and numbers."""

    def __init__(self) -> None:
        self._links: defaultdict[tuple[str, int], list[StatementLink]] = defaultdict(list)

    def add(self, link: StatementLink) -> None:
        """Add a statement; one without a number has no place among them."""
        if link.number:
            self._links[link.kind, link.number].append(link)

    def around(self, own: StatementLink) -> list[StatementLink]:
        """Return the statements with the numbers before and behind one, as far as their balances join."""
        if not own.number:
            return []
        before = reached(lambda one: self._near(one, -1), own, StatementLink.comes_before)
        return [*before, *reached(lambda one: self._near(one, 1), own, StatementLink.comes_behind)]

    def _near(self, one: StatementLink, step: int) -> Iterator[StatementLink]:
        assert one.number, "only numbered statements are reached"
        for number in (one.number, one.number + step):
            yield from self._links.get((one.kind, number), ())


def subset_sums(amounts: Sequence[int]) -> set[int] | None:
    """Return what some of the amounts add up to, at least one of them; None where they are too many to try."""
    sums = set[int]()
    for cents in amounts:
        sums |= {cents, *(cents + other for other in sums)}
        if len(sums) > _SUMS_MAX:
            return None
    return sums


def reaches(amounts: Sequence[int], wanted: Collection[int]) -> bool:
    """Whether some or none of the amounts add up to a sum; taken for granted where they are too many to try."""
    sums = subset_sums(amounts)
    return sums is None or 0 in wanted or not sums.isdisjoint(wanted)
