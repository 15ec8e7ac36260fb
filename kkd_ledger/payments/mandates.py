"""SEPA direct debit mandates: who may be debited, from when to when, and which way a claim is therefore settled.

A claim is settled in one way only. What decides is its document: one that announces a debit (59) is debited, one that
asks for a transfer is transferred, also where a mandate was given later. Without a document the mandate decides that
is in force on the day on which the claim falls due: so both sides come to the same answer without asking.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kkd_ledger.payments.sepa import Mandate
from kkd_ledger.persons.contacts import Contact


def in_force(contact: Contact, day: dt.date) -> Mandate | None:
    """Return the mandate that a party has given and that is in force on a day; None without one."""
    if not contact.mandate or not contact.mandate_signed:
        return None
    signed = dt.date.fromisoformat(contact.mandate_signed)
    ends = dt.date.fromisoformat(contact.mandate_ends) if contact.mandate_ends else dt.date.max
    if not signed <= day <= ends:
        return None
    return Mandate(contact.mandate, signed, contact.mandate_scheme, contact.mandate_sequence)


def debit_day(contact: Contact, due: dt.date, announced: dt.date) -> dt.date:
    """Return the day on which a claim is debited: when it is due, and not before it was announced long enough."""
    return max(due, announced + dt.timedelta(days=int(contact.prenotification_days or 0)))


@dataclass(frozen=True, slots=True)
class Debit:
    """The debit that a demand announces: by which mandate, from which account, on which day."""

    mandate: Mandate
    creditor_id: str
    iban: str
    day: dt.date


def announced(
    contact: Contact, creditor_id: str, iban: str, *, due: dt.date, issued: dt.date
) -> Debit | None:
    """Return the debit that a demand announces; None where its party is asked to transfer.

    The mandate must be in force when the demand is written and on the day of the debit.
    """
    day = debit_day(contact, due, issued)
    mandate = in_force(contact, issued)
    if mandate is None or in_force(contact, day) is None:
        return None
    return Debit(mandate, creditor_id, iban, day)
