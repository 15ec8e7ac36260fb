"""The bar for matching: generated years with every irregularity at realistic rates, judged by what really happened.

The generator knows the world, not the matcher: it uses nothing of `kkd_ledger.bank.match` but the types of its question
and its answer. Rates follow what cash offices report (docs/bank.md): most payers use the slip they were sent.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kkd_ledger.bank.match import OpenItem, place
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.references import payment_reference

SEEDS = 100
PARTIES = 60
YEARS = (2022, 2023, 2024)
Truth = frozenset[tuple[str, int]]
NOBODY_KNOWS: Truth = frozenset()


@dataclass
class Year:
    """One generated world: its demands, the bank's lines in order, and what each line really was."""

    chance: random.Random
    items: list[OpenItem] = field(default_factory=list)
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
    owed: list[tuple[OpenItem, str, str]] = []
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
            owed.append((item, iban, name))
    _pay(made, owed)
    return made


def _pay(made: Year, owed: list[tuple[OpenItem, str, str]]) -> None:
    chance = made.chance
    chance.shuffle(owed)
    while owed:
        item, iban, name = owed.pop()
        same = [other for other in owed if other[0].party == item.party]
        habit = chance.choices(range(len(HABITS)), [rate for rate, _ in HABITS])[0]
        HABITS[habit][1](made, item, iban, name, same, owed)
    for _ in range(chance.randint(0, 2)):
        cents = chance.choice([25_000, 4_711, made.items[0].open_cents])
        made.line(
            NOBODY_KNOWS,
            amount_cents=cents,
            counterparty="Irgendwer GmbH",
            iban=_iban(99_999),
            remittance="Rechnung",
        )


Habit = Callable[[Year, OpenItem, str, str, list[Any], list[Any]], None]


def _all(item: OpenItem) -> Truth:
    return frozenset({(item.posten, item.open_cents)})


def slip(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Pay as the demand asks: the amount, with the structured reference."""
    made.line(
        _all(item),
        amount_cents=item.open_cents,
        counterparty=name,
        iban=iban,
        structured=(item.payment_reference,),
    )


def typed(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Type the reference into the text, in groups or in small letters."""
    reference = item.payment_reference
    groups = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    text = made.chance.choice(
        [groups, reference.lower(), f"Umlage/{reference}", f"Ref. {groups} vielen Dank"]
    )
    made.line(_all(item), amount_cents=item.open_cents, counterparty=name.upper(), iban=iban, remittance=text)


def document(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Name the document's number instead of the reference."""
    text = f"Anforderung {item.document}"
    made.line(_all(item), amount_cents=item.open_cents, counterparty=name, iban=iban, remittance=text)


def unreferenced(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Pay the right amount from the right account, and say nothing."""
    made.line(
        _all(item), amount_cents=item.open_cents, counterparty=name, iban=iban, remittance="Kostenbeteiligung"
    )


def typo(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Mistype one digit of the reference, or swap two."""
    reference = item.payment_reference
    at = made.chance.randrange(4, len(reference) - 1)
    swapped = reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
    wrong = reference[:at] + made.chance.choice("0123456789") + reference[at + 1 :]
    text = made.chance.choice([swapped, wrong])
    made.line(_all(item), amount_cents=item.open_cents, counterparty=name, iban=iban, remittance=text)


def partial(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Pay a part with the reference, the rest later."""
    part = item.open_cents * made.chance.randint(20, 80) // 100
    for cents in (part, item.open_cents - part):
        truth = frozenset({(item.posten, cents)})
        made.line(
            truth, amount_cents=cents, counterparty=name, iban=iban, structured=(item.payment_reference,)
        )


def combined(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Pay everything that is still owed in one sum, with all references in the text."""
    for other in same:
        owed.remove(other)
    items = [item, *(other[0] for other in same)]
    text = ", ".join(one.payment_reference for one in items)
    truth = frozenset((one.posten, one.open_cents) for one in items)
    cents = sum(one.open_cents for one in items)
    made.line(truth, amount_cents=cents, counterparty=name, iban=iban, remittance=text)


def twice(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Send the same transfer twice: the second pays nothing that is owed."""
    for truth in (_all(item), NOBODY_KNOWS):
        made.line(
            truth,
            amount_cents=item.open_cents,
            counterparty=name,
            iban=iban,
            structured=(item.payment_reference,),
        )


def too_much(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Pay some euros too much, with the reference: the demand is settled, the rest is nobody's yet."""
    cents = item.open_cents + made.chance.choice([1, 100, 5_000])
    made.line(
        _all(item), amount_cents=cents, counterparty=name, iban=iban, structured=(item.payment_reference,)
    )


def third_party(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Let another office's account pay, with reference and amount."""
    reference = (item.payment_reference,)
    made.line(
        _all(item),
        amount_cents=item.open_cents,
        counterparty="Kassenverband",
        iban=_iban(88_888),
        structured=reference,
    )


def returned(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Debit by mandate, get it back, and be paid by transfer."""
    facts = {
        "counterparty": name,
        "iban": iban,
        "end_to_end": f"E2E-{item.posten}",
        "mandate": f"M-{item.party}",
    }
    reference = (item.payment_reference,)
    made.line(_all(item), amount_cents=item.open_cents, structured=reference, **facts)
    back = frozenset({(item.posten, -item.open_cents)})
    made.line(back, amount_cents=-item.open_cents, structured=reference, return_reason="AC04", **facts)
    made.line(_all(item), amount_cents=item.open_cents, counterparty=name, iban=iban, structured=reference)


def old_slip(made: Year, item: OpenItem, iban: str, name: str, same: list[Any], owed: list[Any]) -> None:
    """Pay this year's amount on last year's slip: the reference is of an item that this payment is not for."""
    others = [one for one in made.items if one.party == item.party and one.posten != item.posten]
    wrong = made.chance.choice(others).payment_reference
    made.line(_all(item), amount_cents=item.open_cents, counterparty=name, iban=iban, structured=(wrong,))


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
