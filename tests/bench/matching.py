"""The bar for matching: generated years with every irregularity at realistic rates, judged by what really happened.

The generator knows the world, not the matcher: it uses nothing of `kkd_ledger.bank.match` but the types of its question
and its answer. Rates follow what cash offices report (docs/bank.md): most payers use the slip they were sent.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kkd_ledger.bank.match import OpenItem, place
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.references import payment_reference

SEEDS = 100
PARTIES = 60
YEARS = (2022, 2023, 2024)
Truth = frozenset[tuple[str, int]]
NOBODY_KNOWS: Truth = frozenset()


@dataclass(frozen=True)
class Debt:
    """A demand, and whose account and name pay it."""

    item: OpenItem
    iban: str
    name: str


@dataclass
class Year:
    """One generated world: its demands, the bank's lines in order, and what each line really was."""

    chance: random.Random
    items: list[OpenItem] = field(default_factory=list)
    owed: list[Debt] = field(default_factory=list)
    lines: list[tuple[str, StatementLine]] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)

    def line(self, truth: Truth, **facts: Any) -> str:
        """Add a bank line with what it really was."""
        key = f"L{len(self.lines):06}"
        day = dt.date(2024, 3, 1) + dt.timedelta(days=len(self.lines) // 40)
        facts.setdefault("booking_day", day)
        self.lines.append((key, StatementLine(value_day=day, **facts)))
        self.truth[key] = truth
        return key

    def paid(self, debt: Debt, truth: Truth | None = None, **facts: Any) -> None:
        """Add a line from a debt's payer; without more facts it pays the debt in full."""
        item = debt.item
        everything = frozenset({(item.posten, item.open_cents)})
        facts = {"amount_cents": item.open_cents, "counterparty": debt.name, "iban": debt.iban} | facts
        self.line(everything if truth is None else truth, **facts)


def _name(chance: random.Random, number: int) -> str:
    kind = chance.choice(["Stadt", "Gemeinde", "Markt"])
    place_ = chance.choice(["Ober", "Unter", "Neu", "Alt", "Groß", "Klein"]) + chance.choice(
        ["dorf", "au", "heim", "tal"]
    )
    return f"{kind} {place_} {number}"


def _iban(number: int) -> str:
    bban = f"99999999{number:010}"
    digits = int("".join(str(int(sign, 36)) for sign in bban + "DE00"))
    return f"DE{98 - digits % 97:02}{bban}"


def world(seed: int) -> Year:
    """Generate one world from a seed."""
    chance = random.Random(seed)
    made = Year(chance)
    for number in range(PARTIES):
        name, iban, heads = _name(chance, number), _iban(number), chance.randint(900, 30_000)
        if chance.random() < 0.1:
            heads = 5_000  # some parties are of the same size, so their amounts are the same
        for year, rate in zip(YEARS, (65, 94, 114), strict=True):
            reference = payment_reference(f"IKZ{year}{number:08}1")
            item = OpenItem(
                posten=f"ikz-{year}-p{number}-1",
                party=f"p{number}",
                direction="forderung",
                open_cents=heads * rate,
                due=dt.date(2024, 3, 15),
                payment_reference=reference,
                document=f"IKZ-{year}-{number:05}",
                agreed_ibans=(iban,),
                names=(name,),
            )
            made.items.append(item)
            made.owed.append(Debt(item, iban, name))
    _pay(made)
    return made


def _pay(made: Year) -> None:
    chance = made.chance
    chance.shuffle(made.owed)
    rates, habits = zip(*HABITS, strict=True)
    while made.owed:
        debt = made.owed.pop()
        chance.choices(habits, rates)[0](made, debt)
    for _ in range(chance.randint(0, 2)):
        cents = chance.choice([25_000, 4_711, made.items[0].open_cents])
        stranger = {"counterparty": "Irgendwer GmbH", "iban": _iban(99_999), "remittance": "Rechnung"}
        made.line(NOBODY_KNOWS, amount_cents=cents, **stranger)


Habit = Callable[[Year, Debt], None]


def slip(made: Year, debt: Debt) -> None:
    """Pay as the demand asks: the amount, with the structured reference."""
    made.paid(debt, structured=(debt.item.payment_reference,))


def typed(made: Year, debt: Debt) -> None:
    """Type the reference into the text, in groups or in small letters."""
    reference = debt.item.payment_reference
    groups = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    texts = [groups, reference.lower(), f"Umlage/{reference}", f"Ref. {groups} vielen Dank"]
    made.paid(debt, remittance=made.chance.choice(texts))


def document(made: Year, debt: Debt) -> None:
    """Name the document's number instead of the reference."""
    made.paid(debt, remittance=f"Anforderung {debt.item.document}")


def unreferenced(made: Year, debt: Debt) -> None:
    """Pay the right amount from the right account, and say nothing."""
    made.paid(debt, remittance="Kostenbeteiligung")


def typo(made: Year, debt: Debt) -> None:
    """Mistype one digit of the reference, or swap two."""
    reference = debt.item.payment_reference
    at = made.chance.randrange(4, len(reference) - 1)
    swapped = reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
    wrong = reference[:at] + made.chance.choice("0123456789") + reference[at + 1 :]
    made.paid(debt, remittance=made.chance.choice([swapped, wrong]))


def partial(made: Year, debt: Debt) -> None:
    """Pay a part with the reference, the rest later."""
    part = debt.item.open_cents * made.chance.randint(20, 80) // 100
    for cents in (part, debt.item.open_cents - part):
        truth = frozenset({(debt.item.posten, cents)})
        made.paid(debt, truth, amount_cents=cents, structured=(debt.item.payment_reference,))


def combined(made: Year, debt: Debt) -> None:
    """Pay everything that is still owed in one sum, with all references in the text."""
    others = [other for other in made.owed if other.item.party == debt.item.party]
    made.owed = [other for other in made.owed if other not in others]
    items = [debt.item, *(other.item for other in others)]
    truth = frozenset((one.posten, one.open_cents) for one in items)
    text = ", ".join(one.payment_reference for one in items)
    made.paid(debt, truth, amount_cents=sum(one.open_cents for one in items), remittance=text)


def twice(made: Year, debt: Debt) -> None:
    """Send the same transfer twice: the second pays nothing that is owed."""
    slip(made, debt)
    made.paid(debt, NOBODY_KNOWS, structured=(debt.item.payment_reference,))


def too_much(made: Year, debt: Debt) -> None:
    """Pay some euros too much, with the reference: the demand is settled, the rest is nobody's yet."""
    cents = debt.item.open_cents + made.chance.choice([1, 100, 5_000])
    made.paid(debt, amount_cents=cents, structured=(debt.item.payment_reference,))


def third_party(made: Year, debt: Debt) -> None:
    """Let another office's account pay, with reference and amount."""
    office = replace(debt, iban=_iban(88_888), name="Kassenverband")
    made.paid(office, structured=(debt.item.payment_reference,))


def returned(made: Year, debt: Debt) -> None:
    """Debit by mandate, get it back, and be paid by transfer."""
    debit = {"end_to_end": f"E2E-{debt.item.posten}", "mandate": f"M-{debt.item.party}"}
    reference = (debt.item.payment_reference,)
    made.paid(debt, structured=reference, **debit)
    back = frozenset({(debt.item.posten, -debt.item.open_cents)})
    cents = -debt.item.open_cents
    made.paid(debt, back, amount_cents=cents, structured=reference, return_reason="AC04", **debit)
    slip(made, debt)


def old_slip(made: Year, debt: Debt) -> None:
    """Pay this year's amount on last year's slip: the reference is of an item that this payment is not for."""
    party, posten = debt.item.party, debt.item.posten
    others = [one for one in made.items if one.party == party and one.posten != posten]
    made.paid(debt, structured=(made.chance.choice(others).payment_reference,))


HABITS: tuple[tuple[float, Habit], ...] = (
    (880, slip), (50, typed), (15, document), (12, unreferenced), (8, typo), (8, partial), (8, combined), (4, twice),
    (4, too_much), (4, third_party), (3, returned), (4, old_slip),
)  # fmt: skip


def judge(seed: int) -> Iterator[tuple[bool, bool, bool]]:
    """Yield for each line of a world whether it pays anything, was placed by itself, and was placed wrongly."""
    made = world(seed)
    for placement in place(made.lines, made.items, own_account=True):
        truth = made.truth[placement.key]
        automatic = placement.kind in {"zahlung", "rueckgabe"}
        yield truth != NOBODY_KNOWS, automatic, automatic and frozenset(placement.allocations) != truth


def measure() -> list[dict[str, object]]:
    """Return what is left to people of all lines that pay something, and how many lines were placed wrongly."""
    verdicts = [verdict for seed in range(SEEDS) for verdict in judge(seed)]
    paying = [automatic for pays, automatic, _ in verdicts if pays]
    left = 100 * paying.count(False) / len(paying)
    wrong = sum(wrong for _, _, wrong in verdicts)
    peer = "5 % of 78,424 receipts (Landtag, 2003)"
    return [
        {
            "id": "M1",
            "value": round(left, 2),
            "budget": 3,
            "unit": "% left to people",
            "peer": peer,
            "n": len(paying),
        },
        {
            "id": "M2",
            "value": wrong,
            "budget": 0,
            "unit": "placed wrongly",
            "peer": "none published",
            "n": len(verdicts),
        },
    ]
