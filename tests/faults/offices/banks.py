"""The banks of the offices: what really moved, and the statements (camt.053) that tell it, early, late or twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from ledgers.statements import Entry, camt

ONE_DAY = dt.timedelta(1)
QUARTER_DAYS = 92


@dataclass(frozen=True)
class Purpose:
    """What a payment is for, as who ordered it tells on the telephone.

    `share` and `refund` name party and service year, `back` gives an earlier payment back, `foreign` is none of ours,
    `charges` are the bank's, `funding` belongs into the main ledger.
    """

    kind: Literal["share", "refund", "back", "foreign", "charges", "funding"]
    party: str = ""
    year: int = 0
    of: str = ""


@dataclass
class Account:
    """One account: every movement in the order of the days, and up to which day statements were made."""

    iban: str
    owner: str
    opening: int
    told: dt.date
    entries: list[tuple[Entry, Purpose]] = field(default_factory=list)
    number: int = 0

    def move(self, entry: Entry, purpose: Purpose) -> None:
        """Book a movement, never on a day that a statement has told already."""
        assert entry.day > self.told, "the bank books nothing into days that it has told"
        self.entries.append((entry, purpose))

    def held(self, day: dt.date) -> int:
        """Return what the account holds at the end of a day."""
        return self.opening + sum(entry.cents for entry, _ in self.entries if entry.day <= day)

    def statement(self, until: dt.date) -> str:
        """Make the next statement: every day since the last one, to its end."""
        first = self.told + ONE_DAY
        lines = [entry for entry, _ in self.entries if first <= entry.day <= until]
        self.number, self.told = self.number + 1, until
        opening = self.held(first - ONE_DAY)
        return camt(
            self.iban, self.owner, lines, first=first, last=until, number=self.number, opening=opening
        )

    def purpose(self, cents: int, day: dt.date, name: str) -> Purpose | None:
        """Ask what a line was for, or what is left of one: the one by this name whose day and sum are nearest.

        Whoever paid such a sum a quarter before, and not since, has not paid it: the bank tells of a wrong day.
        """
        found = [
            (entry.day != day, entry.cents != cents, abs((entry.day - day).days), place)
            for place, (entry, _) in enumerate(self.entries)
            if entry.cents * cents > 0 and abs(entry.cents) >= abs(cents) and (not name or entry.name == name)
        ]
        if not found:
            return None
        nearest = min(found)
        return self.entries[nearest[-1]][1] if nearest[2] <= QUARTER_DAYS else Purpose("foreign")
