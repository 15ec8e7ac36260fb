"""What waits for a resolution: the part of a share that the agreement asks for and that nobody has adopted yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger import german
from kkd_ledger.agreement.facts.resolutions import resolution
from kkd_ledger.agreement.reckoning.causes import why
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.trueup import started_years
from kkd_ledger.agreement.reckoning.way_words import standing
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Awaiting:
    """One party's service year of which `cents` are agreed, but neither resolved nor booked; `cause` says why.

    `entitled_cents` is the whole share, `due` its day by the agreement.
    """

    member: str
    name: str
    service_year: int
    year_name: str
    cents: int
    entitled_cents: int
    due: dt.date
    cause: str

    @property
    def amounts(self) -> str:
        """How much of what waits: `682,25 EUR von 16.237,55 EUR warten auf einen Beschluss`.

        A share of which nothing is booked says when it is due; a correction falls due only once it is demanded.
        """
        if self.cents != self.entitled_cents:
            return (
                f"{format_eur(self.cents)} von {format_eur(self.entitled_cents)} warten auf einen Beschluss"
            )
        return f"{format_eur(self.cents)} warten auf einen Beschluss, fällig am {german.day(self.due)}"

    @property
    def text(self) -> str:
        """Who waits with what of which year; without the cause."""
        return f"{self.name}, Leistungsjahr {self.year_name}: {self.amounts}"

    @property
    def sentence(self) -> str:
        """Who waits with what of which year, and why."""
        return f"{self.text} ({self.cause})"

    def as_json(self) -> dict[str, Any]:
        """Return what waits as plain JSON data; amounts are texts with two decimals."""
        return {
            "member": self.member,
            "name": self.name,
            "service_year": self.service_year,
            "awaiting": plain(self.cents),
            "entitled": plain(self.entitled_cents),
            "due": self.due.isoformat(),
            "cause": self.cause,
        }


def awaiting(
    agreement: Agreement,
    as_of: dt.date,
    booked: Mapping[tuple[str, int], int],
    stood: Mapping[tuple[str, int], dt.date],
    *,
    service_year: int | None = None,
) -> tuple[Awaiting, ...]:
    """Return what no resolution covers of the service years that have begun by a day, by year and party.

    `booked` are cents by party and service year, `stood` the day by which the last of them was reckoned.
    """
    claims = []
    for year in started_years(agreement, as_of):
        if service_year in {None, year}:
            for share in shares(agreement, year, as_of).members:
                key = (share.member, year)
                if cents := share.waiting_cents(booked.get(key, 0)):
                    party = agreement.party(share.member)
                    name = party.name if party else share.member
                    cause = uncovered(agreement, share.member, year, as_of, stood.get(key))
                    named = agreement.year_name(year)
                    claims.append(
                        Awaiting(share.member, name, year, named, cents, share.amount_cents, share.due, cause)
                    )
    return tuple(claims)


def uncovered(
    agreement: Agreement, member: str, year: int, as_of: dt.date, stood: dt.date | None = None
) -> str:
    """Return why a share waits: what changed since it was booked, and how far the last resolution goes."""
    paper = resolution(agreement, member, as_of)
    if paper is None or paper.adopted is None:
        covers = "beschlossen ist noch nichts"
    else:
        limits = [amount.amount for amount in paper.amounts if amount.begins <= year <= (amount.ends or year)]
        upto = f"bis {format_eur(min(limits))}" if limits else f"das Jahr {agreement.year_name(year)} nicht"
        covers = f"{paper.paper} vom {german.day(paper.adopted)} deckt {upto}"
    if stands := standing(agreement, member, as_of):
        covers = stands
    changed = why(agreement, member, year, stood, as_of) if stood else ""
    return "; ".join(filter(None, (changed, covers)))
