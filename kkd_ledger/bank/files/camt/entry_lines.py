"""Entries of a camt statement → statement lines: signs, batches with their sum check, charges, returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from kkd_ledger.bank.days import NO_DAY
from kkd_ledger.bank.files.camt.camt_values import (
    currency_of,
    day_of,
    gvc_of,
    iban_of,
    iso_code_of,
    last_day_of,
)
from kkd_ledger.bank.files.camt.entry_amounts import (
    Unreadable,
    announced,
    cents_of,
    sign_of,
    single_charges,
    split,
)
from kkd_ledger.bank.files.camt.paths import SEPARATOR, Paths, Slots, fetched, fill
from kkd_ledger.bank.files.characters import one_line, phrase, reference_of
from kkd_ledger.bank.files.limits import Limits
from kkd_ledger.bank.statements import BOOKED, LineDraft, StatementLine, finished, same_account
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.money import format_amount

RETURN_GVC: Final = frozenset({"059", "108", "109", "159", "181", "183", "184"})
_BARE: Final = frozenset({"amount", "amount_currency", "direction", "booking_day", "value_day", "status"})
_RETURN_SUBFAMILIES: Final = frozenset({"RRTN", "UPDD", "PRDD", "RPCR"})


class Entries:
    """Makes the lines of one statement, and remembers what its totals must agree with.

    Read `partly`, a line whose booking day is unreadable has none (NO_DAY), one of which something else is unreadable
    has amount and day only, and one without an amount is left out; `unread` says so.
    """

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
        partly: bool = False,
    ) -> None:
        self.paths = paths
        self.kind = kind
        self.number = number
        self.name = name
        self.limits = limits
        self.problems = problems
        self.partly = partly
        self.unread: list[Problem] = []
        self.head: Slots = fill(statement, paths.statement, {})
        self.account = plain_account(self.head)
        self.currency = str(self.head.get("currency", ""))
        self.fallback_day = last_day_of(self.head)
        self.first_day: dt.date | None = None
        self.last_day: dt.date | None = None
        self.entry_count = 0
        self.line_count = 0
        self.credit_cents = 0
        self.debit_cents = 0

    def lines(self, element: Any) -> Sequence[StatementLine]:
        """Return the lines of one Ntry element; what is wrong with it is added to `problems`."""
        self.entry_count += 1
        slots = fill(element, self.paths.entry, {})
        try:
            lines = self._lines(slots)
        except Unreadable as error:
            self.refuse(error, f"Zeile {element.sourceline}, Auszug {self.number}, Umsatz {self.entry_count}")
            lines = self._bare(slots) if self.partly else ()
        self.line_count += len(lines)
        if self.line_count > self.limits.lines:
            allowed = f"höchstens {self.limits.lines} Umsätze"
            raise StatementRefused([Problem(self.name, f"Auszug {self.number}", "mehr Umsätze", allowed)])
        return lines

    def refuse(self, error: Unreadable, where: str) -> None:
        """Note what is wrong at a place; with so many problems as are told, reading ends."""
        noted = self.unread if self.partly else self.problems
        noted.append(Problem(self.name, f"{where}, {error.place}", error.actual, error.allowed))
        if len(noted) >= self.limits.problems:
            raise StatementRefused(noted)

    def _bare(self, slots: Slots) -> Sequence[StatementLine]:
        """Return a line with nothing but its amount and day; none where the amount cannot be read."""
        with suppress(Unreadable):
            return self._lines({slot: text for slot, text in slots.items() if slot in _BARE})
        return ()

    def _lines(self, slots: Slots) -> Sequence[StatementLine]:
        sign = sign_of(slots)
        amount_cents = sign * cents_of(slots, "amount")
        named = slots.get("amount_currency") or self.currency or _currency_of_balances(self.head)
        currency = currency_of(named)
        self.currency = self.currency or currency
        common = self._common(slots, currency)
        self._count(amount_cents, common["booking_day"])
        details = slots.get("details", ())
        if len(details) > 1:
            return self._batch(slots, details, amount_cents, common)
        return (self._single(slots, details[0] if details else {}, amount_cents, common),)

    def _count(self, amount_cents: int, booking_day: dt.date) -> None:
        if amount_cents > 0:
            self.credit_cents += amount_cents
        else:
            self.debit_cents -= amount_cents
        if booking_day == NO_DAY:
            return
        if self.last_day is None or booking_day > self.last_day:
            self.last_day = booking_day
        if self.first_day is None or booking_day < self.first_day:
            self.first_day = booking_day

    def _common(self, slots: Slots, currency: str) -> dict[str, Any]:
        """Return the fields that every line of an entry shares."""
        value_day = self._day_in(slots, "value_day", None)
        booking_day = self._day_in(slots, "booking_day", NO_DAY) or value_day or self.fallback_day
        if booking_day is None:
            raise Unreadable("booking_day", "", "ein Buchungstag")
        return {
            "booking_day": booking_day,
            "value_day": value_day,
            "currency": currency,
            "status": phrase(slots.get("status", BOOKED)).upper(),
            "entry_reference": reference_of(slots.get("entry_reference", "")),
            "reversal": slots.get("reversal", "").strip() in {"true", "1"},
            "entry": self.entry_count,
        }

    def _day_in(self, slots: Slots, slot: str, instead: dt.date | None) -> dt.date | None:
        """Return the day in a slot, None where it is empty; `instead` for an unreadable one where reading is partly."""
        try:
            return day_of(slots, slot)
        except Unreadable as error:
            if not self.partly:
                raise
            self.refuse(error, f"Auszug {self.number}, Umsatz {self.entry_count}")
            return instead

    def _single(
        self, slots: Slots, detail: Slots, amount_cents: int, common: dict[str, Any]
    ) -> StatementLine:
        count = announced(slots)
        charges_cents, note = single_charges(slots, detail, amount_cents, common["currency"])
        batch = (0, count) if count > 1 else None
        if batch:
            note = f"Sammelbuchung über {count} Posten ohne deren Einzelangaben"
        return self._line(slots, detail, amount_cents, charges_cents, common, batch=batch, note=note)

    def _batch(
        self, slots: Slots, details: list[Slots], amount_cents: int, common: dict[str, Any]
    ) -> Sequence[StatementLine]:
        """Split a batch entry if its details prove the entry's amount; else keep it whole and say so."""
        parts = split(slots, details, amount_cents, common["currency"])
        if parts is None:
            whole_told = f"{format_amount(amount_cents)} {common['currency']}"
            note = f"Sammelbuchung bleibt ganz: die {len(details)} Einzelbeträge ergeben nicht {whole_told}"
            whole = _gathered(details)
            return (self._line(slots, whole, amount_cents, 0, common, batch=(0, len(details)), note=note),)
        count = len(parts)
        lines = []
        for index, (part_cents, charges_cents) in enumerate(parts, start=1):
            detail = (
                details[index - 1] if index <= len(details) else {"remittance": "Entgelt der Sammelbuchung"}
            )
            lines.append(self._line(slots, detail, part_cents, charges_cents, common, batch=(index, count)))
        return lines

    def _line(
        self,
        slots: Slots,
        detail: Slots,
        amount_cents: int,
        charges_cents: int,
        common: dict[str, Any],
        *,
        batch: tuple[int, int] | None = None,
        note: str = "",
    ) -> StatementLine:
        gvc = gvc_of(detail.get("gvc") or slots.get("gvc", ""))
        iso = iso_code_of(detail if "iso" in detail else slots)
        iso_code = "" if gvc.isdigit() else iso
        returned = _is_return(detail, common, gvc, iso)
        credit_side = (amount_cents - charges_cents >= 0) is not returned
        name, iban, ultimate = self._other_side(detail, credit_side=credit_side)
        end_to_end = reference_of(detail.get("end_to_end"))
        booking_text = slots.get("booking_text") or detail.get("booking_text")
        draft = LineDraft(
            amount_cents=amount_cents,
            counterparty=self._text(name) if name else "",
            ultimate=self._text(ultimate) if ultimate else "",
            iban=iban,
            structured=_structured(detail["structured"]) if "structured" in detail else (),
            remittance=self._text(detail["remittance"]) if "remittance" in detail else "",
            end_to_end=end_to_end,
            mandate=reference_of(detail.get("mandate")),
            bank_reference=_bank_reference(slots, detail, batch),
            transaction_id=_transaction_id(detail),
            gvc=gvc,
            iso_code=iso_code,
            purpose=phrase(detail["purpose"]) if "purpose" in detail else "",
            booking_text=phrase(booking_text) if booking_text else "",
            charges_cents=charges_cents,
            return_reason=_return_reason(detail, gvc, iso) if returned else "",
            original=_original(end_to_end, detail) if returned else (),
            batch=batch,
            note=note,
            **common,
        )
        return finished(draft)

    def _other_side(self, detail: Slots, *, credit_side: bool) -> tuple[str | None, str, str | None]:
        """Return name, IBAN and ultimate name of the other side: the debtor of a credit, the creditor of a debit.

        The roles of a return are those of the payment it gives back, so the caller turns them round. Where that side
        is missing or the account's own, it is the one across, unless that is the account's holder.
        """
        near, across = ("debtor", "creditor") if credit_side else ("creditor", "debtor")
        for side in (near, across):
            name = fetched(detail, side).get("name") if side in detail else None
            iban = iban_of(detail, side + "_account")
            holder = side is across and not iban and name == self.head.get("owner")
            if (name or iban) and not holder and not self._is_own(iban):
                return name, iban, _ultimate(detail, side)
        return None, "", _ultimate(detail, near)

    def _is_own(self, iban: str) -> bool:
        """Tell whether an IBAN is that of the account, which may be named by its number alone."""
        return iban == self.account or (self.account.isdigit() and same_account(self.account, iban))

    def _text(self, text: str) -> str:
        if len(text) > self.limits.text_chars:
            raise Unreadable("Text", f"{len(text)} Zeichen", f"höchstens {self.limits.text_chars} Zeichen")
        return one_line(text)


def plain_account(head: Slots) -> str:
    """Return the account's IBAN, or its other number, without blanks and in capitals."""
    return "".join((head.get("iban") or head.get("other") or "").split()).upper()


def _currency_of_balances(head: Slots) -> str:
    """Return the currency of the first balance, for a file that names none of its account."""
    return next((str(balance.get("amount_currency", "")) for balance in head.get("balances", ())), "")


def _gathered(details: list[Slots]) -> Slots:
    """Return one detail for a batch that stays whole: all texts and references, a party only if it is one."""
    whole: Slots = {}
    for slot in ("remittance", "structured", "booking_text"):
        texts = [detail[slot] for detail in details if slot in detail]
        if texts:
            whole[slot] = SEPARATOR.join(texts)
    for slot in ("gvc", "return_reason", "purpose"):
        values = {detail.get(slot) for detail in details}
        if len(values) == 1 and None not in values:
            whole[slot] = values.pop()
    for slot in ("debtor", "debtor_account", "creditor", "creditor_account"):
        parties = [fetched(detail, slot) for detail in details]
        if slot in details[0] and all(party == parties[0] for party in parties):
            whole[slot] = details[0][slot]
    return whole


def _is_return(detail: Slots, common: dict[str, Any], gvc: str, iso_code: str) -> bool:
    """Tell whether anything that the format says of a line says that it gives a payment back."""
    return (
        "return_reason" in detail
        or common["reversal"]
        or gvc in RETURN_GVC
        or iso_code[-4:] in _RETURN_SUBFAMILIES
    )


def _original(end_to_end: str, detail: Slots) -> tuple[str, ...]:
    """Return the references of the payment that a return gives back, fillers left out."""
    slots = ("instruction", "payment_information", "transaction_id", "message_id")
    references = [end_to_end, *(reference_of(detail.get(slot)) for slot in slots)]
    return tuple(dict.fromkeys(reference for reference in references if reference))


def _return_reason(detail: Slots, gvc: str, iso_code: str) -> str:
    codes = (gvc, iso_code) if gvc in RETURN_GVC else (iso_code, gvc)
    return one_line(detail.get("return_reason")) or next(filter(None, codes), "RvslInd")


def _ultimate(detail: Slots, side: str) -> str | None:
    slot = "ultimate_" + side
    return fetched(detail, slot).get("name") if slot in detail else None


def _structured(text: str) -> tuple[str, ...]:
    references = (one_line(part) for part in text.split(SEPARATOR))
    return tuple(dict.fromkeys(reference for reference in references if reference))


def _bank_reference(slots: Slots, detail: Slots, batch: tuple[int, int] | None) -> str:
    """Return the bank's reference of the entry; that of its only detail where the entry has none."""
    reference = reference_of(slots.get("bank_reference"))
    return reference if reference or batch is not None else reference_of(detail.get("bank_reference"))


def _transaction_id(detail: Slots) -> str:
    for slot in ("bank_reference", "transaction_id", "uetr"):
        if slot in detail and (reference := reference_of(detail[slot])):
            return reference
    return ""
