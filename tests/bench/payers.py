"""How the cash offices of a generated world really pay (`towns.py` says what they owe).

Rates are parts of ten thousand demands. No office publishes them one by one; what is known is the sum (5 % of 78,424
receipts left to people, Landtag of Hesse, 2003) and the causes in words (payer data wrong or missing, Kassenzeichen
missing, transposed digits, other amounts: gpaNRW). So 85 % pay with the slip they were sent, some 10 % pay well in
another form, and 5 % are irregular, each kind oftener than it need be. Beside them stand lines that pay no demand.
"""

from __future__ import annotations

from collections.abc import Callable

from kkd_ledger.matching.match import OpenItem
from kkd_ledger.references import payment_reference
from tests.bench.towns import CASH_OFFICE, NOTHING, Debt, Truth, World, demands, iban

Habit = Callable[[World, Debt], None]


def slip(made: World, debt: Debt) -> None:
    """Pay as the demand asks: the amount, with the structured reference."""
    made.paid(debt, structured=(debt.item.payment_reference,))


def typed(made: World, debt: Debt) -> None:
    """Type the reference into the text, in groups or in small letters, or so that a line of the bank ends in it."""
    reference = debt.item.payment_reference
    groups = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    broken = f"Kostenbeteiligung Nr {reference[:6]} {reference[6:]}"
    texts = [groups, reference.lower(), f"Umlage/{reference}", groups.replace(" ", "."), broken]
    noise = made.chance.choice(
        ["", " AGS 06534004", " Tel. 06421 405-0", " vom 02.10.2023", f" IBAN {iban(4)}"]
    )
    made.paid(debt, remittance=made.chance.choice(texts) + noise)


def document(made: World, debt: Debt) -> None:
    """Name the document's number instead of the reference."""
    number = debt.item.document or ""
    text = made.chance.choice([number, number.replace("-", " "), number.replace("-", "")])
    made.paid(debt, remittance=f"Anforderung {text}")


def unreferenced(made: World, debt: Debt) -> None:
    """Pay the right amount from the right account, and say nothing."""
    made.paid(debt, remittance="Kostenbeteiligung")


def typo(made: World, debt: Debt) -> None:
    """Mistype one digit of the reference, or swap two."""
    reference = debt.item.payment_reference
    at = made.chance.randrange(4, len(reference) - 1)
    swapped = reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
    wrong = reference[:at] + made.chance.choice("0123456789") + reference[at + 1 :]
    made.paid(debt, remittance=made.chance.choice([swapped, wrong]))


def partial(made: World, debt: Debt) -> None:
    """Pay a part with the reference, the rest later."""
    part = debt.item.open_cents * made.chance.randint(20, 80) // 100
    for cents in (part, debt.item.open_cents - part):
        placed = frozenset({(debt.item.posten, cents)})
        made.paid(debt, placed, amount_cents=cents, structured=(debt.item.payment_reference,))


def instalment(made: World, debt: Debt) -> None:
    """Pay half without a reference: only the payer speaks for it, so a person decides."""
    half = debt.item.open_cents // 2
    made.paid(debt, NOTHING, amount_cents=half, remittance="1. Rate Kostenbeteiligung")


def combined(made: World, debt: Debt) -> None:
    """Pay everything that is still owed in one sum, with all references in the text."""
    debts = [debt, *made.others(debt)]
    placed = frozenset().union(*(one.everything for one in debts))
    text = ", ".join(one.item.payment_reference for one in debts)
    made.paid(debt, placed, amount_cents=sum(one.item.open_cents for one in debts), remittance=text)


def office(made: World, debt: Debt) -> None:
    """Let the common cash office pay: its own name, no reference; equal shares then cannot be told apart."""
    mine = {one.item.posten for one in made.all if one.iban == debt.iban}
    alike = [one for one in made.items if one.posten in mine and one.open_cents == debt.item.open_cents]
    single = len(alike) == 1 and debt.iban == iban(CASH_OFFICE)
    if single:
        made.paid(debt, counterparty="Verwaltungsgemeinschaft Hinterland", remittance="Kostenbeteiligung")
    else:
        slip(made, debt)


def twice(made: World, debt: Debt) -> None:
    """Send the same transfer twice: the second pays nothing that is owed, and sometimes one of the two comes back."""
    slip(made, debt)
    facts = {"structured": (debt.item.payment_reference,)}
    made.paid(debt, NOTHING, pays=False, **facts)
    if made.chance.random() < 0.2:
        cents = -debt.item.open_cents
        made.paid(debt, NOTHING, pays=False, amount_cents=cents, return_reason="FOCR", later=5, **facts)


def too_much(made: World, debt: Debt) -> None:
    """Pay some euros too much, with the reference: the demand is settled, the rest is nobody's yet."""
    cents = debt.item.open_cents + made.chance.choice([100, 5_000])
    made.paid(debt, amount_cents=cents, structured=(debt.item.payment_reference,))


def cents_off(made: World, debt: Debt) -> None:
    """Pay some cents more or less: never placed without a person."""
    cents = debt.item.open_cents + made.chance.choice([-50, -1, 1, 9])
    made.paid(debt, NOTHING, amount_cents=cents, structured=(debt.item.payment_reference,))


def third_party(made: World, debt: Debt) -> None:
    """Let another office's account pay, with reference and amount."""
    facts = {"iban": iban(88_888), "counterparty": "Kassenverband"}
    made.paid(debt, structured=(debt.item.payment_reference,), **facts)


def new_account(made: World, debt: Debt) -> None:
    """Pay from an account that nobody has told of, with the reference."""
    made.paid(debt, structured=(debt.item.payment_reference,), iban=iban(made.chance.randint(10**6, 10**9)))


def data_centre(made: World, debt: Debt) -> None:
    """Let the data centre pay: the town's name is the ultimate debtor's."""
    facts = {
        "iban": iban(99_001),
        "counterparty": "Kommunales Rechenzentrum",
        "ultimate": f"Stadt {debt.town}",
    }
    made.paid(debt, structured=(debt.item.payment_reference,), **facts)


def returned(made: World, debt: Debt) -> None:
    """Debit by mandate, get it back with the bank's fee inside, and be paid by transfer."""
    debit = {"end_to_end": f"E2E-{debt.item.posten}", "mandate": f"M-{debt.item.party}"}
    reference = (debt.item.payment_reference,)
    made.paid(debt, structured=reference, **debit)
    back = frozenset({(debt.item.posten, -debt.item.open_cents)})
    fee = made.chance.choice([0, -300])
    facts = {"amount_cents": fee - debt.item.open_cents, "charges_cents": fee, "return_reason": "AC04"}
    made.paid(debt, back, structured=reference, later=3, **facts, **debit)
    made.paid(debt, structured=reference, later=9)


def old_slip(made: World, debt: Debt) -> None:
    """Pay this year's amount on last year's slip: the reference is of an item that this payment is not for."""
    made.paid(debt, structured=(_another(made, debt).payment_reference,))


def template(made: World, debt: Debt) -> None:
    """Change the year in last year's transfer and leave its check digits; sometimes pay a part."""
    old, new = _another(made, debt).payment_reference, debt.item.payment_reference
    part = debt.item.open_cents // made.chance.choice([1, 3])
    placed = frozenset({(debt.item.posten, part)})
    made.paid(debt, placed, amount_cents=part, remittance=old[:4] + new[4:])


def wrong_slip(made: World, debt: Debt) -> None:
    """Pay on the slip of another town of the same size: who was meant, only the payer knows."""
    alike = [
        one.item for one in made.all if one.item.open_cents == debt.item.open_cents and one.iban != debt.iban
    ]
    if not alike or debt not in made.all:
        slip(made, debt)
        return
    other = made.chance.choice(alike)
    owed = any(one.item is other for one in made.owed)  # a settled one cannot be mistaken for what is paid
    reference = made.chance.choice([other.payment_reference, other.document or ""])
    made.paid(debt, NOTHING if owed else debt.everything, remittance=reference)


def next_number(made: World, debt: Debt) -> None:
    """Mistype the document's number: it is the next demand's."""
    number = int((debt.item.document or "")[-5:]) + 1
    others = [one for one in made.items if (one.document or "").endswith(f"-{number:05}")]
    alike = any(one.open_cents == debt.item.open_cents for one in others)
    text = f"{(debt.item.document or '')[:-5]}{number:05}"
    made.paid(debt, NOTHING if alike else debt.everything, remittance=f"Rechnung {text}")


def paid_already(made: World, debt: Debt) -> None:
    """Name another demand of one's own, which this is not for."""
    other = _another(made, debt).payment_reference
    text = made.chance.choice(["{0} ({1} bereits bezahlt)", "{1} bezahlt, jetzt {0}", "{0}, {1} folgt"])
    made.paid(debt, remittance=text.format(debt.item.payment_reference, other))


def _another(made: World, debt: Debt) -> OpenItem:
    party, posten = debt.item.party, debt.item.posten
    return made.chance.choice([one for one in made.items if one.party == party and one.posten != posten])


def stranger(made: World, debt: Debt) -> None:
    """Somebody else pays something, perhaps just a demand's amount."""
    cents = made.chance.choice([25_000, 4_711, debt.item.open_cents])
    facts = {"counterparty": "Irgendwer GmbH", "iban": iban(99_999), "remittance": "Rechnung 4711"}
    made.line(Truth(NOTHING, pays=False), amount_cents=cents, **facts)


def neighbour(made: World, debt: Debt) -> None:
    """Somebody whose name has the town's in it pays something."""
    who = made.chance.choice(
        ["Stadtwerke {} GmbH", "Kirchengemeinde {}", "{}-Süd", "Schulverband {}", "Landkreis {}"]
    )
    facts = {"counterparty": who.format(debt.town), "iban": iban(99_002), "remittance": "Rechnung"}
    cents = made.chance.choice([debt.item.open_cents, 1_234_567])
    made.line(Truth(NOTHING, pays=False), amount_cents=cents, **facts)


def other_demand(made: World, debt: Debt) -> None:
    """The town pays another cooperation's demand: its reference, or a number with ours inside, beside ours or not."""
    foreign = payment_reference(f"OZG{made.chance.randint(10**6, 10**9)}")
    texts = [
        foreign,
        f"{foreign} (vgl. {debt.item.payment_reference})",
        f"X-{debt.item.document}",
        f"{debt.item.document}7",
    ]
    cents = made.chance.randint(50_000, 80_000)
    made.paid(debt, NOTHING, pays=False, amount_cents=cents, remittance=made.chance.choice(texts))


def other_business(made: World, debt: Debt) -> None:
    """The town pays what is no demand of ours at all."""
    text = made.chance.choice(["Kreisumlage 3. Rate", "Gewerbesteuer", "Schulumlage", "Miete Sporthalle"])
    made.paid(debt, NOTHING, pays=False, amount_cents=made.chance.randint(1_000, 90_000), remittance=text)


SUBJECTS = (
    "Schulumlage 2024 2. Rate", "Kreisumlage Maerz 2024", "Jugendhilfe Erstattung Fall 8812", "Grundstückskauf",
    "Miete Sporthalle", "Gewerbesteuer 1. Quartal", "Zuweisung Kindergarten Regenbogen", "Tragkraftspritze Feuerwehr",
    "VHS Zuschuss 2024", "Abwasserverband Anteil", "Rechnungsprüfung 2023", "OZG Leistungen", "Zinsen Darlehen 4711",
    "Wahlkostenerstattung", "Anteil Musikschule", "Bauleitplanung", "Gebühr Zulassung", "Klärschlamm", "Heimat", "Kfz",
)  # fmt: skip


def denied(made: World, debt: Debt) -> None:
    """On a pooled account the town pays something else that is just as much, and says what it is."""
    made.paid(debt, NOTHING, pays=False, remittance=made.chance.choice(SUBJECTS))


def about_us(made: World, debt: Debt) -> None:
    """On a pooled account the town pays without a reference, and says what for."""
    year = debt.item.posten.split("-")[1]
    texts = [
        "IKZ {}",
        "Kostenbeteiligung {}",
        "Umlage {} IKZ Digitalisierung",
        "IKZ Anteil {}, Bescheid vom 02.01.2024",
        "",
    ]
    made.paid(debt, remittance=made.chance.choice(texts).format(year))


HABITS: tuple[tuple[int, Habit], ...] = (
    (8500, slip), (530, typed), (150, document), (120, unreferenced), (80, typo), (80, partial), (15, instalment),
    (90, combined), (60, office), (40, twice), (40, too_much), (20, cents_off), (40, third_party), (60, new_account),
    (30, data_centre), (30, returned), (40, old_slip), (10, template), (5, wrong_slip), (10, next_number),
    (50, paid_already),
)  # fmt: skip
NOISE: tuple[Habit, ...] = (stranger, neighbour, other_demand, other_business)


COMMON: tuple[Habit, ...] = (denied, denied, about_us)
"""What is added on a pooled account: lines of the very amounts that are owed, before the demand is paid."""


def world(seed: int, *, common: bool = False) -> World:
    """Generate one world from a seed; with `common` the account is one on which much else arrives."""
    made = demands(seed)
    rates, habits = zip(*HABITS, strict=True)
    for habit in COMMON if common else ():
        for _ in range(8):
            made.paid_first(habit)
    while made.owed:
        debt = made.owed.pop()
        made.chance.choices(habits, rates)[0](made, debt)
    for noise in NOISE:
        for _ in range(made.chance.randint(0, 2)):
            noise(made, made.chance.choice(made.all))
    return made
