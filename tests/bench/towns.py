"""Who owes what in a generated world: a county's demands on sixty towns, the bank's lines and what each really was.

It knows no matcher, only the types of its question. `payers.py` says how the towns pay.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.match import OpenItem
from kkd_ledger.references import payment_reference

PARTIES = 60
YEARS = (2022, 2023, 2024)
Placed = frozenset[tuple[str, int]]
NOTHING: Placed = frozenset()
CASH_OFFICE = 7_777


@dataclass(frozen=True)
class Truth:
    """What may be placed without a person (nothing: a person must decide), and whether the line pays a demand."""

    placed: Placed
    pays: bool


@dataclass(frozen=True)
class Debt:
    """A demand, and whose account and name pay it."""

    item: OpenItem
    iban: str
    town: str
    kind: str

    @property
    def everything(self) -> Placed:
        """What paying it in full is."""
        return frozenset({(self.item.posten, self.item.open_cents)})


@dataclass
class World:
    """One generated world: its demands, the bank's lines in order, and what each line really was."""

    chance: random.Random
    items: list[OpenItem] = field(default_factory=list)
    all: list[Debt] = field(default_factory=list)
    owed: list[Debt] = field(default_factory=list)
    lines: list[tuple[str, StatementLine]] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)

    def line(self, truth: Truth, later: int = 0, **facts: Any) -> None:
        """Add a bank line with what it really was, some days later than its neighbours."""
        key = f"L{len(self.lines):06}"
        day = dt.date(2024, 3, 1) + dt.timedelta(days=len(self.lines) // 40 + later)
        self.lines.append((key, StatementLine(booking_day=day, value_day=day, **facts)))
        self.truth[key] = truth

    def paid(self, debt: Debt, placed: Placed | None = None, *, pays: bool = True, **facts: Any) -> None:
        """Add a line from a debt's payer; without more facts it pays the debt in full."""
        told = {"amount_cents": debt.item.open_cents, "counterparty": self.shown(debt), "iban": debt.iban}
        self.line(Truth(debt.everything if placed is None else placed, pays), **told | facts)

    def paid_first(self, habit: Callable[[World, Debt], None]) -> None:
        """Let a town whose amounts differ do something before it pays: about a demand that it still owes, or not."""
        debt = self.chance.choice(self.owed)
        alike = [one for one in self.all if one.item.open_cents == debt.item.open_cents]
        if len(alike) == 1 and debt.iban != iban(CASH_OFFICE):
            habit(self, debt)
            if self.truth[self.lines[-1][0]].pays:
                self.owed.remove(debt)

    def shown(self, debt: Debt) -> str:
        """Return a payer's name as banks pass it on: with its office, in capitals, umlauts spelled out, cut."""
        offices = {"Stadt": ("Stadt", "Magistrat der Stadt", "Stadtkasse")}
        names = offices.get(debt.kind, ("Gemeinde", "Gemeindevorstand der Gemeinde", "Gemeindekasse"))
        name = f"{self.chance.choice(names)} {debt.town}"
        spelled = name.replace("ü", "ue").replace("ö", "oe").replace("ß", "ss")
        return self.chance.choice([name, name, name.upper(), spelled, name[:27]])

    def others(self, debt: Debt) -> list[Debt]:
        """Return the payer's other demands that are still owed, and take them off the list."""
        party = debt.item.party
        mine = [one for one in self.owed if one.item.party == party]
        self.owed = [one for one in self.owed if one.item.party != party]
        return mine


def iban(number: int) -> str:
    """Return a German IBAN with right check digits."""
    bban = f"99999999{number:010}"
    return f"DE{98 - int(bban + '131400') % 97:02}{bban}"


def demands(seed: int) -> World:
    """Return a world in which nobody has paid yet."""
    chance = random.Random(seed)
    made = World(chance)
    forms = ["{}", "Bad {}", "{}-Ost", "Groß-{}", "Klein {}", "{} (Amt)", "Ober-{}"]
    stems = [
        "Münchdorf",
        "Wetter",
        "Neustadt",
        "Weimar",
        "Kirchhain",
        "Lohra",
        "Cölbe",
        "Grüningen",
        "Lahnau",
    ]
    towns = [form.format(stem) for form, stem in product(forms, stems)]
    for number, town in enumerate(chance.sample(towns, PARTIES)):
        _owe(made, number, town)
    made.all = list(made.owed)
    chance.shuffle(made.owed)
    return made


def _owe(made: World, number: int, town: str) -> None:
    chance = made.chance
    kind = chance.choice(["Stadt", "Gemeinde"])
    heads = 5_000 if chance.random() < 0.1 else chance.randint(900, 30_000)  # some shares are equal
    shared = number < 3  # three towns let one office pay
    for year, rate in zip(YEARS, (65, 94, 114), strict=True):
        item = OpenItem(
            posten=f"ikz-{year}-p{number}-1",
            party=f"p{number}",
            direction="forderung",
            open_cents=heads * rate,
            due=dt.date(2024, 3, 15),
            payment_reference=payment_reference(f"IKZ{year}{number:08}1"),
            document=f"IKZ-{year}-{number:05}",
            agreed_ibans=(iban(CASH_OFFICE if shared else number),),
            names=(f"{town}, Stadt" if kind == "Stadt" else town,),
        )
        made.items.append(item)
        made.owed.append(Debt(item, item.agreed_ibans[0], town, kind))
