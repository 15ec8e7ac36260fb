"""Ways to place a return: the settled payment that it gives back, so that its items are open again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.evidence import Candidate, ClaimSide, EvidenceFamily, Factor
from kkd_ledger.matching.index import ItemIndex, SettledPayment
from kkd_ledger.matching.mentions import Mentions
from kkd_ledger.matching.ways import Ways
from kkd_ledger.money import format_eur

_DUPLICATE = re.compile(r"\bDUPL\b|\bdoppel", re.IGNORECASE)


def return_candidates(line: StatementLine, items: ItemIndex, weights: Mapping[str, int]) -> Ways:  # noqa: ARG001
    """Return the payments that a returned line may give back."""
    direction = ClaimSide.RECEIVABLE if line.amount_cents < 0 else ClaimSide.PAYABLE
    gross_cents = abs(line.amount_cents - line.charges_cents)
    mentions = items.mentioned(line)
    ways = Ways(named=bool(mentions.references or mentions.near))
    candidates: dict[str, Candidate] = {}
    payments: dict[str, SettledPayment] = {}
    for payment, factor, words in _hits(line, items, direction, gross_cents, mentions.references):
        if payment.direction != direction:
            continue
        candidate = candidates.setdefault(payment.bankref, _way(payment, gross_cents, line))
        payments[payment.bankref] = payment
        candidate.reasons.setdefault(factor, words)
    doubt = _doubt(line, items, gross_cents)
    for bankref, candidate in candidates.items():
        _judge(candidate, gross_cents - payments[bankref].gross_cents, line)
        candidate.doubt = (
            candidate.doubt or doubt or _contradiction(line, items, mentions, payments[bankref], candidate)
        )
        ways.candidates.append(candidate)
    if not candidates:
        ways.reason = "Rückgabe einer Zahlung, die hier nicht bekannt ist"
    return ways


def _hits(
    line: StatementLine, items: ItemIndex, direction: ClaimSide, gross_cents: int, references: tuple[str, ...]
) -> Iterator[tuple[SettledPayment, str, str]]:
    """Yield each payment that something of the line points to, with the factor and its words."""
    for reference in dict.fromkeys((*line.original, line.end_to_end)):
        for payment in items.payments("e2e", reference) if reference else ():
            yield payment, Factor.END_TO_END, f"Ende-zu-Ende-Referenz {reference} der Zahlung"
    if line.mandate:
        for payment in items.payments("mandat", line.mandate):
            yield payment, Factor.MANDATE, f"Mandat {line.mandate} der Zahlung"
    for reference in references:
        for posten in items.named(reference, direction):
            for payment in items.payments("posten", posten):
                yield payment, Factor.REFERENCE, f"Kassenzeichen {reference} genannt"
    payers = items.payers(line)
    for party, factor in payers.factors.items():
        words = (
            f"IBAN {line.iban} vereinbart" if factor == Factor.IBAN else f"Name {payers.names[party]} bekannt"
        )
        for payment in items.payments_by(party, direction, gross_cents):
            yield payment, factor, words


def _way(payment: SettledPayment, gross_cents: int, line: StatementLine) -> Candidate:
    """Return the way that opens again everything the payment settled; what was unclear of it stays to be cleared."""
    sign = 1 if line.amount_cents > 0 else -1
    allocations = tuple((posten, -cents) for posten, cents in sorted(payment.parts.items()))
    rest_cents = gross_cents - sum(payment.parts.values())
    return Candidate(allocations, sign * rest_cents, bankref=payment.bankref)


def _judge(candidate: Candidate, difference_cents: int, line: StatementLine) -> None:
    """Add the amount as evidence; a return of another amount than the payment's needs a person."""
    if difference_cents == 0:
        candidate.reasons[Factor.AMOUNT] = "Betrag gleich der zurückgegebenen Zahlung"
    else:
        candidate.doubt = f"die Rückgabe weicht um {format_eur(difference_cents)} von der Zahlung ab"
    if line.return_reason:
        candidate.remark = f"Rückgabegrund {line.return_reason}"


def _doubt(line: StatementLine, items: ItemIndex, gross_cents: int) -> str:
    """Return why no return of this kind is taken automatically: it may give back a payment that was not placed."""
    if _DUPLICATE.search(f"{line.return_reason} {line.remittance}"):
        return "zurückgegeben wird eine doppelte Zahlung"
    if items.has_unplaced(line, gross_cents):
        return "zurückgegeben sein kann auch eine gleiche Zahlung, die ungeklärt ist"
    return ""


def _contradiction(
    line: StatementLine, items: ItemIndex, mentions: Mentions, payment: SettledPayment, candidate: Candidate
) -> str:
    """Return what the line says of the payment that it gives back and that is not true of this one."""
    if line.end_to_end and payment.end_to_end not in {"", line.end_to_end}:
        return f"die Rückgabe nennt die Ende-zu-Ende-Referenz {line.end_to_end}"
    if line.mandate and payment.mandate not in {"", line.mandate}:
        return f"die Rückgabe nennt das Mandat {line.mandate}"
    named = {*mentions.references, *(meant for _, meant in mentions.near)}
    if named and not any(items.carries(posten, reference) for posten in payment.parts for reference in named):
        return f"die Rückgabe nennt {min(named)}"
    if mentions.foreign:
        return f"die Rückgabe nennt das fremde Kassenzeichen {mentions.foreign[0]}"
    if EvidenceFamily.REFERENCE not in candidate.families:
        return items.payers(line).doubt(items.items[posten].party for posten in payment.parts)
    return ""
