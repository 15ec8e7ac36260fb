"""What is agreed anew: rates, grants, who takes part, accounts."""

from __future__ import annotations

import datetime as dt

from kkd_ledger.money import plain
from tests.faults.offices.agreed import NAMES, Grant, Membership, Rate
from tests.faults.offices.life import Life, invented_iban, month_end


def rate(life: Life, day: dt.date) -> None:
    """The rate of a year changes, this one's, the last one's or the next one's; perhaps from July on only."""
    year = day.year + life.chance.choice((-1, 0, 0, 1))
    begins = max(life.agreed.begins, dt.date(year, life.chance.choice((1, 1, 7)), 1))
    cents = life.chance.randint(80, 160)
    if any(one.known == day for one in life.agreed.rates):
        return
    life.agreed.rates.append(Rate(day, begins, cents))
    life.amended(day, f"{plain(cents)} je Einwohner ab {begins}")


def grant(life: Life, day: dt.date) -> None:
    """A grant goes one step on: applied for, granted, paid, reclaimed."""
    open_ones = [one for one in life.agreed.grants if one.life[-1][0] not in {"reclaimed", "rejected"}]
    if not open_ones:
        total = sum(life.agreed.owed(day.year, day).values())
        new = Grant(f"ikz{len(life.agreed.grants)}", day.year, total // life.chance.choice((4, 7)))
        if new.cents:
            new.life.append(("applied", day))
            life.agreed.grants.append(new)
            life.amended(day, f"Förderung {new.year} beantragt")
        return
    one = life.chance.choice(open_ones)
    steps = {
        "applied": ("granted", "granted", "rejected"),
        "granted": ("paid", "reclaimed"),
        "paid": ("reclaimed",),
    }
    if one.life[-1][1] < day:
        step = life.chance.choice(steps[one.life[-1][0]])
        one.life.append((step, day))
        life.amended(day, f"Förderung {one.year}: {step}")


def joiner(life: Life, day: dt.date) -> None:
    """A party joins, on the next first of a month or back from the beginning of the year."""
    if "cehausen" in life.agreed.inhabitants:
        return
    joined = life.chance.choice(
        (dt.date(day.year, 1, 1), month_end(day) + dt.timedelta(1), dt.date(day.year + 1, 1, 1))
    )
    iban = invented_iban(50)
    life.agreed.inhabitants["cehausen"] = life.chance.randint(100, 900)
    life.agreed.memberships.append(Membership(day, "cehausen", iban, joined=joined))
    life.agreed.resolved["cehausen"] = day
    life.account("cehausen", iban)
    life.amended(day, f"Cehausen tritt bei zum {joined}")


def leaver(life: Life, day: dt.date) -> None:
    """A party leaves at the end of a month or year, with a book of its own or without."""
    staying = [one for one in ("zett", "behausen") if one in life.agreed.inhabitants]
    for party in staying:
        held = life.agreed.membership(party, day)
        if held and not held.left and held.known < day:
            left = life.chance.choice((month_end(day), dt.date(day.year, 12, 31)))
            life.agreed.memberships.append(Membership(day, party, held.iban, held.joined, left))
            life.amended(day, f"{NAMES[party]} tritt aus zum {left}")
            return


def merger(life: Life, day: dt.date) -> None:
    """Two parties become one, which keeps no book; that of a former party is kept until it is settled."""
    if {"behausen", "zett"} - life.agreed.inhabitants.keys() or "neudorf" in life.accounts:
        return
    held = [life.agreed.membership(one, day) for one in ("behausen", "zett")]
    if any(one is None or one.left or one.known >= day for one in held):
        return
    last = dt.date(day.year, 12, 31)
    for one in held:
        assert one
        life.agreed.memberships.append(Membership(day, one.party, one.iban, one.joined, last))
    iban = invented_iban(60)
    life.agreed.inhabitants["neudorf"] = 0
    new = Membership(day, "neudorf", iban, last + dt.timedelta(1), succeeds=("behausen", "zett"))
    life.agreed.memberships.append(new)
    life.agreed.resolved["neudorf"] = day
    life.account("neudorf", iban)
    life.amended(day, "Behausen und Zett werden Neudorf")


def new_account(life: Life, day: dt.date) -> None:
    """A party without a book of its own pays from another account from now on, and says so."""
    party = life.chance.choice([one for one in life.agreed.inhabitants if one not in life.clerks] or [""])
    held = life.agreed.membership(party, day) if party else None
    if not held or held.known >= day:
        return
    iban = invented_iban(70 + len(life.agreed.memberships))
    life.agreed.memberships.append(Membership(day, party, iban, held.joined, held.left, held.succeeds))
    life.accounts[party].iban = iban
    life.amended(day, f"{NAMES[party]} hat ein anderes Konto")
