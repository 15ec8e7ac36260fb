"""Amounts of camt entries: signs, the sum check of batches, charges inside an amount."""

from __future__ import annotations

from typing import Final

from kkd_ledger.bank.files.camt.paths import SEPARATOR, Slots, fetched
from kkd_ledger.bank.files.characters import cents, shown
from kkd_ledger.money import format_amount

_SIGNS: Final = {"CRDT": 1, "DBIT": -1}
_NAMES: Final = {
    "amount": "Amt",
    "direction": "CdtDbtInd",
    "booking_day": "BookgDt",
    "value_day": "ValDt",
    "announced": "NbOfTxs",
    "instructed": "InstdAmt",
    "transaction": "TxAmt",
}


class Unreadable(ValueError):
    """A value that cannot be taken; it becomes a Problem where the place is known."""

    def __init__(self, slot: str, actual: str, allowed: str) -> None:
        self.place = _NAMES.get(slot, slot)
        self.actual = shown(actual) if actual else "nichts"
        self.allowed = allowed
        super().__init__(allowed)


def sign_of(slots: Slots) -> int:
    """Return 1 for CRDT and -1 for DBIT; anything else is unreadable."""
    direction = slots.get("direction", "").strip()
    if direction not in _SIGNS:
        raise Unreadable("direction", direction, "CRDT oder DBIT")
    return _SIGNS[direction]


def cents_of(slots: Slots, slot: str) -> int:
    """Return the unsigned cents of an amount slot; a missing or malformed amount is unreadable."""
    text = slots.get(slot) or ""
    try:
        return cents(text)
    except ValueError as error:
        raise Unreadable(slot, text, str(error)) from None


def split(
    slots: Slots, details: list[Slots], amount_cents: int, currency: str
) -> list[tuple[int, int]] | None:
    """Return (amount, charges) of each line of a batch entry so that the amounts add up to the entry's.

    The details alone (whose amounts may hold charges, as a single entry's may), or each with its own charges, or with
    a line for the entry's charges; None where no reading of them adds up.
    """
    parts = [_own_cents(slots, detail, currency) for detail in details]
    amounts = [part for part in parts if part is not None]
    if len(amounts) < len(parts):
        return None
    rest_cents = amount_cents - sum(amounts)
    if rest_cents == 0:
        return [
            (amount, _inside(slots, detail, amount, currency))
            for amount, detail in zip(amounts, details, strict=True)
        ]
    charges = [_charges(detail, currency) for detail in details]
    if rest_cents == sum(charges):
        return [(amount + charge, charge) for amount, charge in zip(amounts, charges, strict=True)]
    if abs(rest_cents) == abs(_charges(slots, currency)):
        return [*((amount, 0) for amount in amounts), (rest_cents, rest_cents)]
    return None


def _inside(slots: Slots, detail: Slots, amount_cents: int, currency: str) -> int:
    """Return the charges inside the amount of one detail of a batch."""
    if "charges" not in detail and "return_reason" not in detail:
        return 0
    return single_charges({"direction": slots["direction"]}, detail, amount_cents, currency)[0]


def _own_cents(slots: Slots, detail: Slots, currency: str) -> int | None:
    """Return a detail's own signed amount in the entry's currency, None where it has none."""
    if "amount" in detail and detail["amount_currency"] in {currency, ""}:
        return sign_of(detail if "direction" in detail else slots) * cents_of(detail, "amount")
    stated = _stated_cents(slots, detail, currency)
    return stated[0] if stated else None


def single_charges(slots: Slots, detail: Slots, amount_cents: int, currency: str) -> tuple[int, str]:
    """Return the charges inside a single entry's amount, and a note where its detail says another amount.

    Charges count where the file states them and they explain the difference exactly; for a return the original
    amount alone is enough.
    """
    returned = "return_reason" in detail
    if not returned and "charges" not in detail and "charges" not in slots and _alike(slots, detail):
        return 0, ""
    stated = [*_stated_cents(slots, detail, currency), *_stated_cents(slots, slots, currency)[1:]]
    charged = _charges(detail, currency) or _charges(slots, currency)
    for own_cents in stated:
        if charged and abs(amount_cents - own_cents) == abs(charged):
            return amount_cents - own_cents, ""
    smallest_cents = min(stated, key=abs, default=amount_cents)
    if returned and abs(smallest_cents) < abs(amount_cents) and smallest_cents * amount_cents > 0:
        return amount_cents - smallest_cents, "Entgelt aus dem ursprünglichen Betrag der Rückgabe errechnet"
    if "amount" in detail and stated and stated[0] != amount_cents:
        return (
            0,
            f"Einzelbetrag {format_amount(stated[0])} weicht vom Umsatz {format_amount(amount_cents)} ab",
        )
    return 0, ""


def _alike(slots: Slots, detail: Slots) -> bool:
    """Tell whether a detail writes its amount as the entry does: the common case, quickly seen."""
    return detail.get("amount", slots.get("amount")) == slots.get("amount") and detail.get(
        "direction", slots.get("direction")
    ) == slots.get("direction")


def _stated_cents(slots: Slots, source: Slots, currency: str) -> list[int]:
    """Return the signed amounts that an entry or a detail states in the entry's currency: its own one first."""
    sign = sign_of(source if "direction" in source else slots)
    below = fetched(source, "amounts")
    return [
        sign * cents_of(place, slot)
        for place, slot in ((source, "amount"), (below, "transaction"), (below, "instructed"))
        if slot in place and place.get(slot + "_currency") in {currency, ""}
    ]


def _charges(slots: Slots, currency: str) -> int:
    """Return the signed sum of the charges stated in the entry's currency; a charge is a debit unless it says CRDT.

    Since v04 a bank may give each charge as a record, or the total alone.
    """
    total_cents = 0
    for charge in slots.get("charges", ()):
        slot = "amount" if "amount" in charge or "records" in charge else "total"
        for record in charge.get("records", (charge,)):
            if slot in record and record[slot + "_currency"] in {currency, ""}:
                sign = 1 if record.get("direction", "").strip() == "CRDT" else -1
                total_cents += sign * cents_of(record, slot)
    return total_cents


def announced(slots: Slots) -> int:
    """Return how many payments a batch entry says it holds, 0 where it says nothing."""
    if "announced" not in slots:
        return 0
    numbers = slots["announced"].split(SEPARATOR)
    return sum(
        int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10
    )
