"""What a demand says about its payment: what is settled, until when the rest, by a debit, what becomes of a credit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kkd_ledger import german
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.letters.posted import PostedClaim
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import format_eur
from kkd_ledger.payments.mandates import Debit


def terms(claim: PostedClaim, debit: Debit | None, stationery: Stationery) -> str:
    """Return the terms of payment of a claim's document (BT-20)."""
    reference = claim.record.text(v.REFERENCE)
    if claim.gross_cents < 0:
        sentences = [
            _refund_terms(claim, reference, stationery),
            *_left(claim, stationery),
            _refunded(claim, stationery),
        ]
    elif debit:
        sentences = [settled_words(claim, stationery), debit_words(claim, debit, stationery)]
    else:
        sentences = [settled_words(claim, stationery), _payable(claim.dues, reference)]
    return " ".join(filter(None, sentences))


def _payable(dues: Sequence[OrderedDue], reference: str) -> str:
    if not dues:
        return ""
    by = f"unter Angabe des Kassenzeichens {reference}."
    if len(dues) > 1:
        return f"Zahlbar in Raten: {rates_text(dues)}, {by}"
    return f"Zahlbar bis {german.day(dues[0].day)} {by}"


def settled_words(claim: PostedClaim, stationery: Stationery) -> str:
    """Return what was settled of a demand before it was written and what is left; empty where nothing was."""
    parts = [f"{format_eur(cents)} {word}" for word, cents in settled_parts(claim)]
    if not parts:
        return ""
    left = claim.settled.left_cents
    which, amounts = "demand.settled" if left else "demand.all_settled", german.listing(parts)
    return stationery.say(which, total=format_eur(claim.gross_cents), parts=amounts, left=format_eur(left))


def settled_parts(claim: PostedClaim) -> list[tuple[str, int]]:
    """Return how a demand was settled before its document was written: German words and cents, a row each way."""
    settled = claim.settled
    set_off = [
        (f"verrechnet mit {offset.number}".removesuffix(" mit "), offset.cents) for offset in settled.set_off
    ]
    parts = [("schon gezahlt", settled.paid_cents), *set_off, ("erlassen", settled.remitted_cents)]
    return [(word, cents) for word, cents in parts if cents]


def _left(claim: PostedClaim, stationery: Stationery) -> Iterator[str]:
    """Yield what is left to pay of each demand that a credit lowers."""
    for offset in claim.settled.set_off:
        if offset.left_cents is not None and offset.number:
            which = "demand.left" if offset.left_cents else "demand.nothing_left"
            yield stationery.say(which, number=offset.number, left=format_eur(offset.left_cents))


def _refunded(claim: PostedClaim, stationery: Stationery) -> str:
    paid = claim.settled.paid_cents
    return stationery.say("demand.refunded", paid=format_eur(paid)) if paid else ""


def _refund_terms(claim: PostedClaim, reference: str, stationery: Stationery) -> str:
    """Return what becomes of a lowered share: what is open gets less, and only what was paid beyond is given back."""
    if not claim.lowered_cents:
        return stationery.say("demand.refund", reference=reference)
    lowered, refunded = format_eur(claim.lowered_cents), format_eur(claim.refund_cents)
    which = "demand.lowered_and_refunded" if claim.refund_cents else "demand.lowered"
    return stationery.say(which, lowered=lowered, refunded=refunded, reference=reference)


def rates_text(dues: Sequence[OrderedDue], when: str = "bis zum") -> str:
    """Return instalments in words: `5.555,30 EUR bis zum 15.03.2024 und 5.000,00 EUR bis zum 15.06.2024`."""
    rates = [f"{format_eur(due.cents)} {when} {german.day(due.day)}" for due in dues]
    return german.listing(rates)


def debit_words(claim: PostedClaim, debit: Debit, stationery: Stationery) -> str:
    """Return what a demand says instead of asking for a transfer: it is the notice before the debit."""
    first, *rest = claim.dues
    said = stationery.say(
        "demand.debit",
        amount=format_eur(first.cents),
        day=f"{german.day(debit.day)}",
        account=debit.iban,
        mandate=debit.mandate.reference,
        creditor=debit.creditor_id,
    )
    if not rest:
        return said
    return f"{said} {stationery.say('demand.debit_rates', rates=rates_text(rest, 'am'))}"
