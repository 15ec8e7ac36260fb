"""Two years of offices that share an agreement: banks, clerks and the calendar, from a seed."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.money import plain
from ledgers.statements import Entry
from tests.faults.offices import agreed as agreement
from tests.faults.offices import mail
from tests.faults.offices.agreed import OPERATOR, Agreed, Membership, Rate
from tests.faults.offices.answers import Item
from tests.faults.offices.banks import Account, Purpose
from tests.faults.offices.clerk import Clerk
from tests.faults.offices.desk import Desk
from tests.faults.offices.mail import Post
from tests.faults.offices.papers import BOOK_TOML, CONTACT, CREDITOR, MANDATE, PEOPLE, ROLE, SHARE

ONE_DAY = dt.timedelta(1)
TOWNS = ("adorf", "behausen", "zett")
STRANGER, STRANGER_IBAN = "Niemand GmbH", "DE42999999990099999999"
Deed = Callable[[dt.date], object]


class Transfer(NamedTuple):
    """What somebody orders at the bank."""

    payer: str
    payee: str
    cents: int
    purpose: Purpose
    text: str = ""
    reference: str = ""


@dataclass
class Life:
    """Everything that is so, the clerks, and what is still to come."""

    folder: Path
    chance: random.Random
    agreed: Agreed = field(init=False)
    desk: Desk = field(init=False)
    clerks: dict[str, Clerk] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    on_the_way: list[Post] = field(default_factory=list)
    copies: list[tuple[dt.date, str]] = field(default_factory=list)
    paid: Counter[tuple[str, int]] = field(default_factory=Counter)
    remitted: Counter[str] = field(default_factory=Counter)
    plans: list[tuple[dt.date, Deed]] = field(default_factory=list)
    today: dt.date = field(init=False)
    tail: bool = False
    future_contact: bool = False
    letters: bool = False
    debited: str = ""

    def __post_init__(self) -> None:
        self.desk = Desk(self.folder)
        year = self.chance.choice((2021, 2022, 2023))
        begins = dt.date(year, 1, 1)
        self.today, before = begins, begins - dt.timedelta(60)
        towns = TOWNS[: self.chance.choice((2, 2, 3))]
        self.agreed = Agreed(
            begins,
            (self.chance.randint(2, 10), self.chance.choice((1, 15, 28))),
            {one: self.chance.randint(100, 3_000) for one in towns},
        )
        for place, party in enumerate((OPERATOR, *towns)):
            iban = invented_iban(place) if party != OPERATOR else agreement.OPERATOR_IBANS[0]
            self.agreed.memberships.append(Membership(before, party, iban))
            self.account(party, iban)
        self.agreed.rates.append(Rate(before, begins, self.chance.randint(80, 160)))
        self.agreed.resolved = {one: before + dt.timedelta(20) for one in towns}
        if self.chance.random() < 0.2:  # one council decides late
            self.agreed.resolved[towns[-1]] = begins + dt.timedelta(self.chance.randint(20, 150))
        self.letters = self.chance.random() < 0.2
        self.debited = self.chance.choice(("", "", towns[-1])) if self.letters else ""
        kept = [OPERATOR, "adorf", *(["behausen"] if self.chance.random() < 0.3 else [])]
        for party in kept:
            self.office(party)
        for party in kept:  # what the councils decide later, everybody hears of
            self.copies += [(day, party) for day in self.agreed.resolved.values() if day > begins]

    # ------------------------------------------------------------------------------------------------- the beginning

    def account(self, party: str, iban: str) -> None:
        """Open a party's bank account."""
        opening = 10_000_000 if party != OPERATOR else 0
        self.accounts[party] = Account(iban, agreement.NAMES[party], opening, self.today - ONE_DAY)

    def office(self, party: str) -> None:
        """Set up an office with its book."""
        operator = party == OPERATOR
        own = self.chance.random() < (0.75 if operator else 0.35)
        held = self.chance.choice((0, 0, 0, self.chance.randint(1, 900_000)))
        if own:
            self.accounts[party].opening = held
        root = self.folder / party
        root.mkdir()
        (self.folder / f"akten-{party}").mkdir()
        text = BOOK_TOML.format(
            name=agreement.NAMES[party],
            party=party,
            iban=self.accounts[party].iban,
            own=str(own).lower(),
            bank="2800-Bank" if own else "2890-Verrechnung-Gemeindekasse",
            share=SHARE[operator],
        )
        if self.chance.random() < 0.5:
            text += "".join(ROLE.format(name=name, role=role) for name, role in PEOPLE.items())
        (root / "book.toml").write_text(text, "utf-8")
        self.future_contact = self.chance.random() < 0.3
        self.copy(party, self.today)
        self.clerks[party] = Clerk(
            self.desk, party, operator, self.accounts[party].purpose, held=held if own else 0
        )
        self.desk.kkd(self.today, "open", party, f"{self.today:%Y-%m}", "--json")

    def copy(self, party: str, day: dt.date) -> None:
        """An office gets the agreement as it stands."""
        folder = self.folder / f"akten-{party}"
        (folder / "agreement.toml").write_text(self.agreed.text(day), "utf-8")
        named = [OPERATOR, *self.agreed.parties(day), *(["cehausen"] if self.future_contact else [])]
        contacts = [
            CONTACT.format(party=one)
            + (MANDATE if one == self.debited else "")
            + (CREDITOR if one == OPERATOR else "")
            for one in dict.fromkeys(named)
        ]
        (folder / "contacts.toml").write_text("format = 1\n" + "".join(contacts), "utf-8")

    def amended(self, day: dt.date, what: str) -> None:
        """Something was agreed: each office hears of it at once, or weeks later."""
        self.desk.note(day, f"vereinbart: {what}")
        for party in self.clerks:
            delay = self.chance.choice((0, 0, 3, 20, 45))
            self.copies.append((day + dt.timedelta(delay), party))

    # ------------------------------------------------------------------------------------------------------- money

    def transfer(self, day: dt.date, one: Transfer) -> None:
        """A transfer leaves one account and reaches the other up to two days later; a stranger's is not followed."""
        number = f"B{sum(len(account.entries) for account in self.accounts.values()):06}"
        ways = ((one.payer, -1, one.payee, 0), (one.payee, 1, one.payer, self.chance.randint(0, 2)))
        for party, sign, other, lag in ways:
            if account := self.accounts.get(party):
                on = max(day + dt.timedelta(lag), account.told + ONE_DAY)
                there = self.accounts.get(other)
                name, iban = (there.owner, there.iban) if there else (STRANGER, STRANGER_IBAN)
                told = (name, iban, one.text, one.reference, number)
                entry = Entry(on, sign * one.cents, *told, bank_reference=f"{number}{party}")
                account.move(entry, one.purpose)
        if one.purpose.party:
            way = 1 if one.payee == OPERATOR else -1
            self.paid[one.purpose.party, one.purpose.year] += way * one.cents
        what = f"{one.purpose.kind} {one.purpose.year or ''} {one.text} {one.reference}"
        self.desk.note(day, f"Überweisung {one.payer} → {one.payee} {plain(one.cents)} {what}")

    def parties_of(self, clerk: Clerk) -> list[str]:
        """Return the parties of whose shares a book tells."""
        return list(self.agreed.inhabitants) if clerk.operator else [clerk.party]

    def items(self, day: dt.date, party: str) -> list[Item]:
        """Return what a party believes to owe: by its own book, or by the operator's letters."""
        clerk = self.clerks.get(party) or self.clerks[OPERATOR]
        return clerk.items(day, party)

    def pay(self, day: dt.date, party: str, *, plainly: bool = False) -> None:
        """A party pays what it finds open and has not paid yet, well or badly."""
        if party == self.debited and not plainly:
            return
        for item, cents in self._to_pay(self.items(day, party), party, 1, plainly=plainly):
            if plainly or self.chance.random() < 0.6:
                for part, text, reference in (
                    [(cents, "", item.reference)] if plainly else self._ways(cents, item)
                ):
                    purpose = Purpose("share", party, item.year)
                    self.transfer(day, Transfer(party, OPERATOR, part, purpose, text, reference))

    def _to_pay(self, items: list[Item], party: str, way: int, *, plainly: bool) -> list[tuple[Item, int]]:
        """Return what is open in one direction, as far as it is not on its way; in the end whatever year it is for."""
        found: list[tuple[Item, int]] = []
        if plainly:
            return self._left_to_pay(items, party, way)
        for year in sorted({one.year for one in items}):
            found += self._left_to_pay([one for one in items if one.year == year], party, way, [year])
        return found

    def _left_to_pay(
        self, items: list[Item], party: str, way: int, years: Iterable[int] | None = None
    ) -> list[tuple[Item, int]]:
        """Return what is open in one direction, at most what is not paid yet for some years, or in all."""
        found: list[tuple[Item, int]] = []
        owed = sum(one.claimed - one.others for one in items)  # what is set off is there on both sides
        paid = sum(
            cents for (one, year), cents in self.paid.items() if one == party and (not years or year in years)
        )
        need = way * (owed - paid)
        for item in items:
            if (cents := min(way * item.open, need)) > 0:
                found.append((item, cents))
                need -= cents
        return found

    def _ways(self, cents: int, item: Item) -> list[tuple[int, str, str]]:
        """Return how people pay: parts, each with text and reference."""
        text = self.chance.choice(("", f"Archiv {item.year}", "Umlage laut Schreiben"))
        reference = item.reference if self.chance.random() < 0.6 else ""
        kind = self.chance.random()
        if kind < 0.55 or cents < 3:
            return [(cents, text, reference)]
        if kind < 0.7:
            return [(cents // 2, text, reference)]
        if kind < 0.8:
            return [(cents // 3, f"Rate {item.year}", "")] * 3
        if kind < 0.9:
            return [(cents + self.chance.choice((1, 5_000, cents)), text, reference)]
        return [(cents, text, reference[:-1])]

    def give_back(self, day: dt.date, *, plainly: bool = False) -> None:
        """The operator pays what it owes, and what came in too much."""
        office = self.clerks[OPERATOR]
        for party in self.agreed.inhabitants:
            for item, cents in self._to_pay(office.items(day, party), party, -1, plainly=plainly):
                if plainly or self.chance.random() < 0.6:
                    purpose = Purpose("refund", party, item.year)
                    self.transfer(
                        day,
                        Transfer(OPERATOR, party, cents, purpose, f"Erstattung {item.year}", item.reference),
                    )
        for clerk in self.clerks.values():
            for purpose, cents in clerk.too_much(day, plainly=plainly):
                text = "Rückzahlung, zu viel gezahlt" if purpose.party else "Irrläufer zurück"
                back = Purpose("back", purpose.party, purpose.year)
                payer = OPERATOR if purpose.kind == "refund" else purpose.party or "niemand"
                self.transfer(day, Transfer(clerk.party, payer, cents, back, text))
        for purpose, cents in office.one_too_many(day) if plainly else ():
            if purpose.party not in self.clerks:
                back = Purpose("back", purpose.party, purpose.year)
                self.transfer(
                    day, Transfer(purpose.party, OPERATOR, cents, back, "zu viel erstattet, zurück")
                )

    # ------------------------------------------------------------------------------------------------- the calendar

    def plan(self, day: dt.date, deed: Deed) -> None:
        """Something is to be done on a day."""
        self.plans.append((day, deed))

    def run(self, until: dt.date) -> None:
        """Let the days pass; on each what is due is done, in any order."""
        while self.today <= until:
            day = self.today
            mail.deliver(self, day)
            while due := [one for one in self.plans if one[0] <= day]:
                one = self.chance.choice(due)
                self.plans.remove(one)
                one[1](day)
            if day == month_end(day):
                mail.bank_month(self, day)
            self.today += ONE_DAY

    def strangers(self, day: dt.date) -> None:
        """Somebody else's money moves on the offices' accounts."""
        for party in self.clerks:
            if self.chance.random() < 0.3:
                self.transfer(
                    day,
                    Transfer("niemand", party, self.chance.randint(1, 90_000), Purpose("foreign"), "Spende"),
                )
            if party != OPERATOR and self.chance.random() < 0.3 and self.common(party):
                self.transfer(
                    day,
                    Transfer(party, "niemand", self.chance.randint(1, 90_000), Purpose("foreign"), "Strom"),
                )

    def common(self, party: str) -> bool:
        """Tell whether a party's account is the common one of its Kasse."""
        return "own = false" in (self.folder / party / "book.toml").read_text("utf-8")

    def months(self, count: int) -> Iterator[dt.date]:
        """Yield the first days of the months to come."""
        day = self.today
        for _ in range(count):
            yield day
            day = month_end(day) + ONE_DAY


def month_end(day: dt.date) -> dt.date:
    """Return the last day of a month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def invented_iban(place: int) -> str:
    """Return an invented account: right check digits, a bank that does not exist."""
    account = f"99999999{6_534_000 + place * 10:010}"
    rest = int(f"{account}131400") % 97
    return f"DE{98 - rest:02}{account}"
