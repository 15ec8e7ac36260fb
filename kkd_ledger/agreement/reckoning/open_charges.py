"""What nobody can know yet of a service year: what is billed one by one, while the year is not over or not reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.german import day

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


class OpenCharges(NamedTuple):
    """A component of charges in a service year of which more may come; `reported` says whether anything has.

    `members` are those whom it may concern.
    """

    year_name: str
    component: str
    title: str
    clause: str
    known_on: dt.date
    reported: bool
    members: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Say what of the year is known, and that the rest is not nothing."""
        named = f"{self.year_name}: {self.title} ({self.clause}) wird nach Anfall abgerechnet"
        if self.reported:
            return f"{named}; enthalten ist, was bis zum {day(self.known_on)} gemeldet ist, mehr kann folgen."
        return f"{named}; gemeldet ist noch nichts, der Betrag ist noch nicht bekannt und nicht enthalten."

    def as_json(self) -> dict[str, str | bool]:
        """Return it as plain JSON data."""
        return {"component": self.component, "reported": self.reported, "text": self.sentence}


def open_charges(agreement: Agreement, year: int, as_of: dt.date | None = None) -> Iterator[OpenCharges]:
    """Yield the components whose charges of a service year are not all known on a day: it is not over, or silent."""
    terms, known_on = agreement.terms(as_of), as_of or agreement.knowledge_days[-1]
    is_over = agreement.days_of(year).last < known_on
    for component in terms.components:
        key = component.component
        if not isinstance(key, Charges):
            continue
        members = tuple(member for _, group in component.groups(year) for member in group)
        reported = any(charge.quantity for charge in terms.charges.get((key.id, year), ()))
        if members and not (is_over and reported):
            named = agreement.year_name(year)
            yield OpenCharges(named, key.id, key.title, key.clause, known_on, reported, members)
