"""Ways to place a return: the settled payment that it gives back, so that its items are open again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kkd_ledger.bank.evidence import Candidate
from kkd_ledger.bank.open_items import PAYABLE, RECEIVABLE, OpenItems, Payment
from kkd_ledger.bank.payments import Found
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.money import format_eur


def return_candidates(line: StatementLine, items: OpenItems, weights: Mapping[str, int]) -> Found:  # noqa: ARG001
    """Return the payments that a returned line may give back."""
    direction = RECEIVABLE if line.amount_cents < 0 else PAYABLE
    gross_cents = abs(line.amount_cents - line.charges_cents)
    mentions = items.references.mentioned(line)
    found = Found(named=bool(mentions.known or mentions.near))
    candidates: dict[str, Candidate] = {}
    gross_of: dict[str, int] = {}
    for payment, factor, words in _hits(line, items, direction, gross_cents, mentions.known):
        if payment.direction != direction:
            continue
        candidate = candidates.setdefault(payment.bankref, _way(payment, gross_cents, line))
        gross_of[payment.bankref] = payment.gross_cents
        candidate.reasons.setdefault(factor, words)
    for bankref, candidate in candidates.items():
        _judge(candidate, gross_cents - gross_of[bankref], line)
        found.candidates.append(candidate)
    if not candidates:
        found.reason = "Rückgabe einer Zahlung, die hier nicht bekannt ist"
    return found


def _hits(
    line: StatementLine, items: OpenItems, direction: str, gross_cents: int, known: tuple[str, ...]
) -> Iterator[tuple[Payment, str, str]]:
    """Yield each payment that something of the line points to, with the factor and its words."""
    for reference in dict.fromkeys((*line.original, line.end_to_end)):
        for payment in items.payments("e2e", reference) if reference else ():
            yield payment, "ende-zu-ende", f"Ende-zu-Ende-Referenz {reference} der Zahlung"
    if line.mandate:
        for payment in items.payments("mandat", line.mandate):
            yield payment, "mandat", f"Mandat {line.mandate} der Zahlung"
    for reference in known:
        for posten in items.named(reference, direction):
            for payment in items.payments("posten", posten):
                yield payment, "kassenzeichen", f"Kassenzeichen {reference} genannt"
    for party, factor in items.payers(line).items():
        for payment in items.payments_by(party, direction, gross_cents):
            words = (
                f"IBAN {line.iban} vereinbart" if factor == "iban" else f"Name {line.counterparty} bekannt"
            )
            yield payment, factor, words


def _way(payment: Payment, gross_cents: int, line: StatementLine) -> Candidate:
    """Return the way that opens again everything the payment settled."""
    sign = 1 if line.amount_cents > 0 else -1
    allocations = tuple((posten, -cents) for posten, cents in sorted(payment.parts.items()))
    return Candidate(allocations, sign * (gross_cents - payment.gross_cents), bankref=payment.bankref)


def _judge(candidate: Candidate, difference_cents: int, line: StatementLine) -> None:
    """Add the amount as evidence; a return of another amount than the payment's needs a person."""
    if difference_cents == 0:
        candidate.reasons["betrag"] = "Betrag gleich der zurückgegebenen Zahlung"
    else:
        candidate.doubt = f"die Rückgabe weicht um {format_eur(difference_cents)} von der Zahlung ab"
    if line.return_reason:
        candidate.remark = f"Rückgabegrund {line.return_reason}"
