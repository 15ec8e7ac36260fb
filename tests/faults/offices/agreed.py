"""What the parties have agreed, as it grows, with a reckoning of its own: the truth that every book must come to.

Parties pay by inhabitants. What is decided later is known from its day; a copy of the file holds what was known when
it was made. The shares are reckoned here with whole days and fractions, apart from the library.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from kkd_ledger.money import plain

OPERATOR = "amt"
OPERATOR_IBANS = ("DE09999999999900100000", "DE63999999999900100001")
NAMES = {
    "amt": "Amt Nirgendwo",
    "adorf": "Adorf",
    "behausen": "Behausen",
    "zett": "Zett am See",
    "cehausen": "Cehausen",
    "neudorf": "Neudorf",
}
CODES = {one: f"990010{place:02}" for place, one in enumerate(NAMES)} | {"amt": "99001"}
GRANTED = {"granted", "paid"}


@dataclass(frozen=True)
class Membership:
    """A party as it was known from a day on: since when and until when it takes part, and its account."""

    known: dt.date
    party: str
    iban: str
    joined: dt.date | None = None
    left: dt.date | None = None
    succeeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rate:
    """Cents an inhabitant and year, from a day on, as known from a day on."""

    known: dt.date
    begins: dt.date
    cents: int


@dataclass
class Grant:
    """A subsidy of one service year, with the days of its life."""

    name: str
    year: int
    cents: int
    life: list[tuple[str, dt.date]] = field(default_factory=list)

    def lowers(self, known: dt.date) -> bool:
        """Tell whether it lowers the shares, as known on a day."""
        steps = [status for status, day in self.life if day <= known]
        return bool(steps) and steps[-1] in GRANTED


@dataclass
class Agreed:
    """The agreement in all its versions."""

    begins: dt.date
    due: tuple[int, int]
    inhabitants: dict[str, int]
    memberships: list[Membership] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    resolved: dict[str, dt.date] = field(default_factory=dict)

    def membership(self, party: str, known: dt.date) -> Membership | None:
        """Return the newest version of a party that was known on a day."""
        found = [one for one in self.memberships if one.party == party and one.known <= known]
        return found[-1] if found else None

    def parties(self, known: dt.date) -> list[str]:
        """Return the parties that pay or paid, as known on a day."""
        return [one for one in self.inhabitants if self.membership(one, known)]

    def owed(self, year: int, known: dt.date) -> dict[str, int]:
        """Return what each party owes for a service year in cents, as known on a day."""
        gross = {party: cents for party in self.parties(known) if (cents := self._gross(party, year, known))}
        left = dict(gross)
        for grant in self.grants:
            if grant.year == year and grant.lowers(known) and gross:
                for party, cents in _apportion(grant.cents, gross).items():
                    left[party] -= cents
        return left

    def _gross(self, party: str, year: int, known: dt.date) -> int:
        member = self.membership(party, known)
        assert member
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        days = (last - first).days + 1
        begins, ends = max(first, self.begins, member.joined or first), min(last, member.left or last)
        heads = sum(self.inhabitants[one] for one in (member.succeeds or (party,)))
        exact = Fraction(0)
        stages = self._stages(known)
        for place, (start, cents) in enumerate(stages):
            stop = stages[place + 1][0] - dt.timedelta(1) if place + 1 < len(stages) else last
            count = (min(stop, ends) - max(start, begins)).days + 1
            exact += Fraction(max(0, count) * heads * cents, days)
        return int(exact + Fraction(1, 2))

    def _stages(self, known: dt.date) -> list[tuple[dt.date, int]]:
        newest = {one.begins: one.cents for one in self.rates if one.known <= known}
        return sorted(newest.items())

    def text(self, day: dt.date) -> str:
        """Return the agreement file as its parties have it on a day."""
        return "\n".join(self._lines(day)) + "\n"

    def _lines(self, day: dt.date) -> Iterator[str]:
        before = self.begins - dt.timedelta(60)
        yield 'id = "archiv"\ntitle = "Gemeinsames Archiv"\noperator = "amt"'
        yield f"from = {self.begins}\nknown_from = {before}\nadopted = {before}\neffective_from = {self.begins}"
        yield f'[due]\nmonth = {self.due[0]}\nday = {self.due[1]}\nclause = "§ 3"'
        yield '[[clauses]]\nid = "§ 2"\ntext = "Die Beteiligten zahlen je Einwohner."'
        yield '[[clauses]]\nid = "§ 3"\ntext = "Fällig ist der Beitrag einmal im Jahr."'
        for one in self.memberships:
            if one.known <= day:
                yield from self._member(one, before)
        yield f'[[populations]]\nsource = "Einwohnerbuch"\nreference = {before}\ncensus = 2011'
        yield "[populations.inhabitants]"
        # a successor counts with the figures of those whom it succeeds
        yield from (f"{CODES[one]} = {count}" for one, count in self.inhabitants.items() if count)
        yield '[[bases]]\nid = "einwohner"\nrule = "frozen"\nsource = "Einwohnerbuch"\ncensus = 2011'
        yield f"reference = {before}"
        yield f'from = {self.begins}\nclause = "§ 2"'
        yield '[[components]]\nid = "magazin"\ntitle = "Magazin"\nclause = "§ 2"'
        yield 'key = "per-head"\nbasis = "einwohner"'
        yield f"from = {self.begins}"
        for rate in self.rates:
            if rate.known <= day:
                yield f'[[components.rates]]\nfrom = {rate.begins}\nrate = "{plain(rate.cents)}"'
                yield f"known_from = {rate.known}"
        for grant in self.grants:
            if steps := [step for step in grant.life if step[1] <= day]:
                life = ", ".join(f'{{ status = "{status}", on = {on} }}' for status, on in steps)
                yield f'[[subsidies]]\nid = "{grant.name}"\ntitle = "Förderung {grant.year}"\nprogram = "Land"'
                yield f'clause = "§ 2"\namount = "{plain(grant.cents)}"'
                yield f'years = [{{ year = {grant.year}, amount = "{plain(grant.cents)}" }}]'
                yield f'distribution = "by-share"\nlife = [{life}]\nknown_from = {steps[0][1]}'
        for party, adopted in self.resolved.items():
            if adopted <= day:
                yield f'[[resolutions]]\nmember = "{party}"\npaper = "{party[0].upper()} 1"\ntitle = "Beitritt"'
                yield f"adopted = {adopted}\neffective_from = {self.begins}\nknown_from = {adopted}"
                yield f'sittings = [{{ body = "Vertretung", date = {adopted}, number = 1, decides = true }}]'
        yield f'[[vat]]\nfrom = {self.begins}\nto = 2026-12-31\ntreatment = "not-taxable-old-law"\nreason = "Übergang"'

    @staticmethod
    def _member(one: Membership, before: dt.date) -> Iterator[str]:
        kind = "county" if one.party == OPERATOR else "town"
        yield f'[[members]]\nid = "{one.party}"\nname = "{NAMES[one.party]}"'
        yield f'kind = "{kind}"\nags = "{CODES[one.party]}"'
        yield f'ibans = ["{one.iban}"]'
        yield from (
            f"{key} = {value}" for key, value in (("joined", one.joined), ("left", one.left)) if value
        )
        if one.succeeds:
            yield f"succeeds = {list(one.succeeds)}".replace("'", '"')
        if one.known > before:
            yield f"known_from = {one.known}"


def _apportion(cents: int, weights: dict[str, int]) -> dict[str, int]:
    """Divide a sum by weights: whole cents down, what is left over to the largest remainders, equal ones by id."""
    total = sum(weights.values())
    exact = {party: Fraction(cents * weight, total) for party, weight in weights.items()}
    parts = {party: int(share) for party, share in exact.items()}
    order = sorted(weights, key=lambda party: (-(exact[party] - parts[party]), party))
    for party in order[: cents - sum(parts.values())]:
        parts[party] += 1
    return parts
