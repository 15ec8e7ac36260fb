"""Entries of a camt statement → statement lines: signs, batches with their sum check, charges, returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from kkd_ledger.bank.camt_paths import SEPARATOR, Found, Paths, fill
from kkd_ledger.bank.characters import cents, day, one_line, shown, told
from kkd_ledger.bank.limits import Limits
from kkd_ledger.bank.statements import BOOKED, StatementLine
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.money import plain

_SIGNS: Final = {"CRDT": 1, "DBIT": -1}
RETURN_GVC: Final = frozenset({"059", "108", "109", "159", "181", "183", "184"})
_RETURN_SUBFAMILIES: Final = frozenset({"RRTN", "UPDD", "PRDD", "RPCR"})
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

    def __init__(self, slot: str, found: str, allowed: str) -> None:
        self.place = _NAMES.get(slot, slot)
        self.found = shown(found) if found else "nichts"
        self.allowed = allowed
        super().__init__(allowed)


class Entries:
    """Makes the lines of one statement, and remembers what its totals must agree with."""

    def __init__(
        self,
        *,
        paths: Paths,
        statement: Any,
        kind: str,
        number: int,
        name: str,
        limits: Limits,
        problems: list[Problem],
    ) -> None:
        self.paths = paths
        self.kind = kind
        self.number = number
        self.name = name
        self.limits = limits
        self.problems = problems
        self.head: Found = fill(statement, paths.statement, {})
        self.account = plain_account(self.head)
        self.currency = str(self.head.get("currency", ""))
        self.fallback_day = _last_day(self.head)
        self.first_day: dt.date | None = None
        self.last_day: dt.date | None = None
        self.entry_count = 0
        self.line_count = 0
        self.credit_cents = 0
        self.debit_cents = 0

    def lines(self, element: Any) -> Sequence[StatementLine]:
        """Return the lines of one Ntry element; what is wrong with it is added to `problems`."""
        self.entry_count += 1
        try:
            lines = self._lines(fill(element, self.paths.entry, {}))
        except Unreadable as error:
            self.refuse(error, f"Zeile {element.sourceline}, Auszug {self.number}, Umsatz {self.entry_count}")
            return ()
        self.line_count += len(lines)
        if self.line_count > self.limits.lines:
            allowed = f"höchstens {self.limits.lines} Umsätze"
            raise StatementRefused([Problem(self.name, f"Auszug {self.number}", "mehr Umsätze", allowed)])
        return lines

    def refuse(self, error: Unreadable, where: str) -> None:
        """Note what is wrong at a place; further problems beyond the limit are not kept."""
        if len(self.problems) < self.limits.problems:
            self.problems.append(Problem(self.name, f"{where}, {error.place}", error.found, error.allowed))

    def _lines(self, found: Found) -> Sequence[StatementLine]:
        sign = sign_of(found)
        amount_cents = sign * cents_of(found, "amount")
        currency = _currency(found.get("amount_currency") or self.currency)
        self.currency = self.currency or currency
        common = self._common(found, currency)
        self._count(amount_cents, common["booking_day"])
        details = found.get("details", ())
        if len(details) > 1:
            return self._batch(found, details, amount_cents, common)
        return (self._single(found, details[0] if details else {}, amount_cents, common),)

    def _count(self, amount_cents: int, booking_day: dt.date) -> None:
        if amount_cents > 0:
            self.credit_cents += amount_cents
        else:
            self.debit_cents -= amount_cents
        if self.last_day is None or booking_day > self.last_day:
            self.last_day = booking_day
        if self.first_day is None or booking_day < self.first_day:
            self.first_day = booking_day

    def _common(self, found: Found, currency: str) -> dict[str, Any]:
        """Return the fields that every line of an entry shares."""
        value_day = _day(found, "value_day")
        booking_day = _day(found, "booking_day") or value_day or self.fallback_day
        if booking_day is None:
            raise Unreadable("booking_day", "", "ein Buchungstag")
        return {
            "booking_day": booking_day,
            "value_day": value_day,
            "currency": currency,
            "status": found.get("status", BOOKED).strip().upper(),
            "entry_reference": told(found.get("entry_reference", "")),
            "reversal": found.get("reversal", "").strip() in {"true", "1"},
            "entry": self.entry_count,
        }

    def _single(
        self, found: Found, detail: Found, amount_cents: int, common: dict[str, Any]
    ) -> StatementLine:
        announced = _announced(found)
        charges_cents, note = _single_charges(found, detail, amount_cents, common["currency"])
        batch = (0, announced) if announced > 1 else None
        if batch:
            note = f"Sammelbuchung über {announced} Posten ohne deren Einzelangaben"
        return self._line(found, detail, amount_cents, charges_cents, common, batch=batch, note=note)

    def _batch(
        self, found: Found, details: list[Found], amount_cents: int, common: dict[str, Any]
    ) -> Sequence[StatementLine]:
        """Split a batch entry if its details prove the entry's amount; else keep it whole and say so."""
        parts = split(found, details, amount_cents, common["currency"])
        if parts is None:
            note = f"Sammelbuchung bleibt ganz: die {len(details)} Einzelbeträge ergeben nicht {plain(amount_cents)}"
            whole = _gathered(details)
            return (self._line(found, whole, amount_cents, 0, common, batch=(0, len(details)), note=note),)
        count = len(parts)
        lines = []
        for index, (part_cents, charges_cents) in enumerate(parts, start=1):
            detail = (
                details[index - 1] if index <= len(details) else {"remittance": "Entgelt der Sammelbuchung"}
            )
            lines.append(self._line(found, detail, part_cents, charges_cents, common, batch=(index, count)))
        return lines

    def _line(
        self,
        found: Found,
        detail: Found,
        amount_cents: int,
        charges_cents: int,
        common: dict[str, Any],
        *,
        batch: tuple[int, int] | None = None,
        note: str = "",
    ) -> StatementLine:
        gvc = _gvc(detail.get("gvc") or found.get("gvc", ""))
        iso_code = _iso_code(detail if "domain" in detail else found)
        returned = _is_return(detail, common, gvc, iso_code)
        credit_side = (amount_cents >= 0) is not returned
        name, iban, ultimate = self._other_side(detail, credit_side=credit_side)
        end_to_end = told(detail.get("end_to_end", ""))
        return StatementLine(
            amount_cents=amount_cents,
            counterparty=self._text(name),
            ultimate=self._text(ultimate),
            iban=iban,
            structured=_structured(detail.get("structured")),
            remittance=self._text(detail.get("remittance")),
            end_to_end=end_to_end,
            mandate=told(detail.get("mandate", "")),
            bank_reference=_bank_reference(found, detail, batch),
            transaction_id=_transaction_id(detail),
            gvc=gvc,
            iso_code=iso_code,
            purpose=one_line(detail.get("purpose")),
            booking_text=self._text(found.get("booking_text") or detail.get("booking_text")),
            charges_cents=charges_cents,
            return_reason=(one_line(detail.get("return_reason")) or gvc or iso_code or "RvslInd")
            if returned
            else "",
            original=_original(end_to_end, detail) if returned else (),
            batch=batch,
            note=note,
            **common,
        )

    def _other_side(self, detail: Found, *, credit_side: bool) -> tuple[str | None, str, str | None]:
        """Return name, IBAN and ultimate name of the other side: the debtor of a credit, the creditor of a debit.

        The roles of a return are those of the payment it gives back, so the caller turns them round.
        """
        sides = ("debtor", "creditor") if credit_side else ("creditor", "debtor")
        for side in sides:
            name, iban = detail.get(side), _iban(detail, side)
            if (name or iban) and iban != self.account:
                return name, iban, detail.get(f"ultimate_{side}")
        return None, "", detail.get(f"ultimate_{sides[0]}")

    def _text(self, text: str | None) -> str:
        if text is None:
            return ""
        if len(text) > self.limits.text_chars:
            raise Unreadable("Text", f"{len(text)} Zeichen", f"höchstens {self.limits.text_chars} Zeichen")
        return one_line(text)


def plain_account(head: Found) -> str:
    """Return the account's IBAN, or its other number, without blanks and in capitals."""
    return "".join((head.get("iban") or head.get("other") or "").split()).upper()


def sign_of(found: Found) -> int:
    """Return 1 for CRDT and -1 for DBIT; anything else is unreadable."""
    direction = found.get("direction", "").strip()
    if direction not in _SIGNS:
        raise Unreadable("direction", direction, "CRDT oder DBIT")
    return _SIGNS[direction]


def cents_of(found: Found, slot: str) -> int:
    """Return the unsigned cents of an amount slot; a missing or malformed amount is unreadable."""
    text = found.get(slot, "")
    try:
        return cents(text)
    except ValueError as error:
        raise Unreadable(slot, text, str(error)) from None


def split(
    found: Found, details: list[Found], amount_cents: int, currency: str
) -> list[tuple[int, int]] | None:
    """Return (amount, charges) of each line of a batch entry so that the amounts add up to the entry's.

    The details alone, or each with its own charges, or with a line for the entry's charges; None where no
    reading of them adds up.
    """
    parts = [_own_cents(found, detail, currency) for detail in details]
    amounts = [part for part in parts if part is not None]
    if len(amounts) < len(parts):
        return None
    rest_cents = amount_cents - sum(amounts)
    if rest_cents == 0:
        return [(amount, 0) for amount in amounts]
    charges = [_charges(detail) for detail in details]
    if rest_cents == sum(charges):
        return [(amount + charge, charge) for amount, charge in zip(amounts, charges, strict=True)]
    if abs(rest_cents) == abs(_charges(found)):
        return [*((amount, 0) for amount in amounts), (rest_cents, rest_cents)]
    return None


def _own_cents(found: Found, detail: Found, currency: str) -> int | None:
    """Return a detail's own signed amount in the entry's currency, None where it has none."""
    sign = sign_of(detail if "direction" in detail else found)
    for slot in ("amount", "transaction", "instructed"):
        if slot in detail and detail.get(slot + "_currency") in {currency, ""}:
            return sign * cents_of(detail, slot)
    return None


def _single_charges(found: Found, detail: Found, amount_cents: int, currency: str) -> tuple[int, str]:
    """Return the charges inside a single entry's amount, and a note where its detail says another amount.

    Charges count where the file states them and they explain the difference exactly; for a return the original
    amount alone is enough.
    """
    own = _inner_cents(found, detail, currency)
    if not own or all(own_cents == amount_cents for own_cents in own):
        return 0, ""
    charged = _charges(detail) or _charges(found)
    for own_cents in own:
        if charged and abs(amount_cents - own_cents) == abs(charged):
            return amount_cents - own_cents, ""
    smallest = min(own, key=abs)
    if "return_reason" in detail and abs(smallest) < abs(amount_cents) and smallest * amount_cents > 0:
        return amount_cents - smallest, "Entgelt aus dem ursprünglichen Betrag der Rückgabe errechnet"
    if own[0] != amount_cents and "amount" in detail:
        return 0, f"Einzelbetrag {plain(own[0])} weicht vom Umsatz {plain(amount_cents)} ab"
    return 0, ""


def _inner_cents(found: Found, detail: Found, currency: str) -> list[int]:
    """Return the signed amounts that an entry's only detail states in the entry's currency."""
    sign = sign_of(detail if "direction" in detail else found)
    slots = [(detail, "amount"), (detail, "transaction"), (detail, "instructed")]
    slots += [(found, "transaction"), (found, "instructed")]
    return [
        sign * cents_of(source, slot)
        for source, slot in slots
        if slot in source and source.get(slot + "_currency") in {currency, ""}
    ]


def _charges(found: Found) -> int:
    """Return the signed sum of the charges stated; a charge is a debit unless it says CRDT."""
    total_cents = 0
    for charge in found.get("charges", ()):
        for record in charge.get("records", (charge,)):
            if "amount" in record:
                sign = 1 if record.get("direction", "").strip() == "CRDT" else -1
                total_cents += sign * cents_of(record, "amount")
    return total_cents


def _announced(found: Found) -> int:
    """Return how many payments a batch entry says it holds, 0 where it says nothing."""
    numbers = found.get("announced", "").split(SEPARATOR)
    return sum(
        int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10
    )


def _gathered(details: list[Found]) -> Found:
    """Return one detail for a batch that stays whole: all texts and references, a party only if it is one."""
    whole: Found = {}
    for slot in ("remittance", "structured", "booking_text"):
        texts = [detail[slot] for detail in details if slot in detail]
        if texts:
            whole[slot] = SEPARATOR.join(texts)
    for slot in ("debtor", "debtor_iban", "creditor", "creditor_iban", "gvc", "return_reason", "purpose"):
        values = {detail.get(slot) for detail in details}
        if len(values) == 1 and None not in values:
            whole[slot] = values.pop()
    return whole


def _is_return(detail: Found, common: dict[str, Any], gvc: str, iso_code: str) -> bool:
    return (
        "return_reason" in detail
        or common["reversal"]
        or gvc in RETURN_GVC
        or iso_code.rpartition("-")[2] in _RETURN_SUBFAMILIES
    )


def _original(end_to_end: str, detail: Found) -> tuple[str, ...]:
    """Return the references of the payment that a return gives back, fillers left out."""
    slots = ("instruction", "payment_information", "transaction_id", "message_id")
    references = [end_to_end, *(told(detail.get(slot, "")) for slot in slots)]
    return tuple(dict.fromkeys(reference for reference in references if reference))


def _structured(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    references = (one_line(part) for part in text.split(SEPARATOR))
    return tuple(dict.fromkeys(reference for reference in references if reference))


def _bank_reference(found: Found, detail: Found, batch: tuple[int, int] | None) -> str:
    """Return the bank's reference of the entry; that of its only detail where the entry has none."""
    reference = told(found.get("bank_reference", ""))
    return reference if reference or batch else told(detail.get("bank_reference", ""))


def _transaction_id(detail: Found) -> str:
    for slot in ("bank_reference", "transaction_id", "uetr"):
        if reference := told(detail.get(slot, "")):
            return reference
    return ""


def _gvc(code: str) -> str:
    """Return the three-digit Geschäftsvorfallcode of a code such as NTRF+166+00931, else the code itself."""
    parts = code.strip().split("+")
    for part in parts:
        if len(part) == 3 and part.isascii() and part.isdigit():
            return part
    return one_line(code)


def _iso_code(found: Found) -> str:
    """Return the bank transaction code, such as PMNT-RCDT-ESCT."""
    if "domain" not in found:
        return ""
    return "-".join(one_line(found.get(slot, "")) for slot in ("domain", "family", "subfamily")).strip("-")


def _iban(detail: Found, side: str) -> str:
    text = detail.get(f"{side}_iban") or detail.get(f"{side}_iban_other") or ""
    return "".join(text.split()).upper() if text else ""


def _currency(text: str) -> str:
    code = text.strip()
    if len(code) == 3 and code.isascii() and code.isalpha() and code.isupper():
        return code
    raise Unreadable("Ccy", text, "eine Währung aus drei Großbuchstaben wie EUR")


def _day(found: Found, slot: str) -> dt.date | None:
    text = found.get(slot)
    if text is None:
        return None
    try:
        return day(text.strip())
    except ValueError as error:
        raise Unreadable(slot, text, str(error)) from None


def _last_day(head: Found) -> dt.date | None:
    """Return the day that a statement's entries without a day get: its period's end, last balance or creation."""
    candidates = [head.get("to_day"), *(balance.get("day") for balance in reversed(head.get("balances", ())))]
    for text in (*candidates, head.get("created")):
        if text and (found := _lenient_day(text)):
            return found
    return None


def _lenient_day(text: str) -> dt.date | None:
    try:
        return day(text.strip())
    except ValueError:
        return None
