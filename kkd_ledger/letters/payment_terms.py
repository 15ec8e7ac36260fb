"""What a demand says about its payment: until when, in instalments, by a debit, or what becomes of a credit."""

from __future__ import annotations

from collections.abc import Sequence

from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.letters.posted import PostedClaim
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import format_eur
from kkd_ledger.payments.mandates import Debit


def terms(claim: PostedClaim, debit: Debit | None, stationery: Stationery) -> str:
    """Return the terms of payment of a claim's document (BT-20)."""
    due, dues = claim.due, claim.dues
    reference = claim.record.text(v.REFERENCE)
    if claim.cents < 0:
        return _refund_terms(claim, reference, stationery)
    if debit:
        cents = dues[0].cents if dues else claim.cents + claim.vat_cents
        more = [stationery.say("demand.debit_rates", rates=rates_text(dues[1:]))] if dues[1:] else []
        return " ".join([said_debit(debit, cents, stationery), *more])
    if len(dues) > 1:
        return f"Zahlbar in Raten: {rates_text(dues)}, unter Angabe des Kassenzeichens {reference}."
    return f"Zahlbar bis {due:%d.%m.%Y} unter Angabe des Kassenzeichens {reference}." if due else ""


def _refund_terms(claim: PostedClaim, reference: str, stationery: Stationery) -> str:
    """Return what becomes of a lowered share: what is open gets less, and only what was paid beyond is given back."""
    if not claim.lowered_cents:
        return stationery.say("demand.refund", reference=reference)
    lowered, refunded = format_eur(claim.lowered_cents), format_eur(claim.refund_cents)
    which = "demand.lowered_and_refunded" if claim.refund_cents else "demand.lowered"
    return stationery.say(which, lowered=lowered, refunded=refunded, reference=reference)


def rates_text(dues: Sequence[OrderedDue]) -> str:
    """Return instalments in words: `5.555,30 EUR bis zum 15.03.2024 und 5.000,00 EUR bis zum 15.06.2024`."""
    told = [f"{format_eur(one.cents)} bis zum {one.day:%d.%m.%Y}" for one in dues]
    return " und ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def said_debit(debit: Debit, cents: int, stationery: Stationery) -> str:
    """Return what a demand says instead of asking for a transfer: it is the notice before the debit."""
    return stationery.say(
        "demand.debit",
        amount=format_eur(cents),
        day=f"{debit.day:%d.%m.%Y}",
        account=debit.iban,
        mandate=debit.mandate.reference,
        creditor=debit.creditor_id,
    )
