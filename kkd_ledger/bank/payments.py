"""Ways to place a payment: by what it refers to, by payer and amount, by amount alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from kkd_ledger.bank.evidence import Candidate
from kkd_ledger.bank.mentions import Mentions, compact
from kkd_ledger.bank.open_items import PAYABLE, RECEIVABLE, OpenItems
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.money import format_eur
from kkd_ledger.references import is_payment_reference

_SUBSET_ITEMS_MAX: Final = 12
_DUE_DAYS: Final = 45


@dataclass(slots=True)
class Found:
    """The ways found; `named` tells that the line names an item of ours, `reason` why nothing is automatic."""

    candidates: list[Candidate] = field(default_factory=list)
    named: bool = False
    reason: str = ""


def payment_candidates(line: StatementLine, items: OpenItems, weights: Mapping[str, int]) -> Found:
    """Return the ways to place a payment that is not a return."""
    search = _Search(line, items, weights)
    mentions = items.references.mentioned(line)
    found = Found(named=bool(mentions.known or mentions.near))
    found.candidates += search.referred(mentions)
    referred = bool(found.candidates)
    if len(found.candidates) == 1 and len(found.candidates[0].families) == 3:
        search.add_due(found.candidates[0])
        return found
    unreferred = [*search.by_payer(), *search.by_amount()]
    if mentions.known and not referred:
        found.reason = search.settled(mentions)
    doubt = _contradiction(mentions, found.reason) or search.torn
    for candidate in unreferred:
        candidate.doubt = candidate.doubt or doubt
    found.candidates += unreferred
    for candidate in found.candidates:
        search.add_due(candidate)
    return found


def _contradiction(mentions: Mentions, settled: str) -> str:
    """Return why a way that does not rest on the line's own reference must not be taken automatically."""
    if mentions.known or mentions.near:
        return settled or f"die Zahlung nennt {(mentions.known or mentions.near[0])[0]}"
    if mentions.foreign:
        return f"die Zahlung nennt das fremde Kassenzeichen {mentions.foreign[0]}"
    return ""


class _Search:
    """Looks for one payment's ways."""

    def __init__(self, line: StatementLine, items: OpenItems, weights: Mapping[str, int]) -> None:
        self._line = line
        self._items = items
        self._slip_cents = weights["centdifferenz-bis"]
        self._direction = RECEIVABLE if line.amount_cents > 0 else PAYABLE
        self._sign = 1 if line.amount_cents > 0 else -1
        self._gross_cents = abs(line.amount_cents - line.charges_cents)
        self._payers = items.payers(line)

    @property
    def torn(self) -> str:
        """Why the payer is no evidence: the account is one party's, the name another's."""
        named = [party for party, factor in self._payers.items() if factor == "name"]
        return "IBAN und Name nennen verschiedene Beteiligte" if 0 < len(named) < len(self._payers) else ""

    def referred(self, mentions: Mentions) -> Iterator[Candidate]:
        """Yield the ways that follow the references the line names, exactly or but for one slip."""
        named = {
            posten: self._reason(posten, reference)
            for reference in mentions.known
            for posten in self._items.named(reference, self._direction)
        }
        open_postens = [posten for posten in named if self._items.open_cents(posten) > 0]
        if open_postens:
            yield self._whole(open_postens, [named[posten] for posten in open_postens])
        if len(open_postens) > 1:
            for posten in open_postens:
                if self._items.open_cents(posten) == self._gross_cents:
                    yield self._whole([posten], [named[posten]])
        yield from self._repaired(mentions)

    def _reason(self, posten: str, reference: str) -> tuple[str, str]:
        if self._items.is_document(posten, reference):
            return "beleg", f"Beleg {self._items.items[posten].document} genannt"
        if self._line.end_to_end and reference in compact(self._line.end_to_end):
            return "ende-zu-ende", f"Kassenzeichen {reference} in der Ende-zu-Ende-Referenz"
        return "kassenzeichen", f"Kassenzeichen {reference} genannt"

    def _repaired(self, mentions: Mentions) -> Iterator[Candidate]:
        """Yield ways for references that are one slip away; they need the amount, or the payer's IBAN."""
        meant = {reference for _, reference in mentions.near}
        for typed, reference in mentions.near:
            for posten in self._items.named(reference, self._direction):
                if self._items.open_cents(posten) == 0:
                    continue
                words = f"Kassenzeichen mit Schreibfehler: {typed} statt {reference}"
                candidate = self._whole([posten], [("kassenzeichen-berichtigt", words)])
                candidate.doubt = candidate.doubt or self._repair_doubt(candidate, posten, reference, meant)
                yield candidate

    def _repair_doubt(self, candidate: Candidate, posten: str, reference: str, meant: set[str]) -> str:
        if len(meant) > 1:
            return "der Schreibfehler lässt mehrere Kassenzeichen zu"
        if not is_payment_reference(reference):
            return "ein Kassenzeichen ohne Prüfziffer wird nicht von selbst berichtigt"
        if "betrag" in candidate.reasons:
            other = self._payers and self._items.items[posten].party not in self._payers
            return "der Zahler ist ein anderer Beteiligter" if other else ""
        return (
            ""
            if "iban" in candidate.reasons
            else "das berichtigte Kassenzeichen braucht den Betrag oder die IBAN"
        )

    def settled(self, mentions: Mentions) -> str:
        """Return what to say of a payment whose references are all settled, or of the other direction."""
        for reference in mentions.known:
            if self._items.named(reference, self._direction):
                return f"{reference} ist bereits ausgeglichen: doppelt gezahlt oder überzahlt"
        return f"{mentions.known[0]} gehört zu einem Posten der anderen Richtung"

    def by_payer(self) -> Iterator[Candidate]:
        """Yield the ways that the payer and the amount speak for."""
        for party, factor in self._payers.items():
            exact = self._items.with_amount(self._direction, self._gross_cents, party)
            for posten in exact:
                candidate = self._whole([posten], [])
                if self._paid_before(party) and not self._near_due(posten):
                    candidate.doubt = "der Zahler hat denselben Betrag schon einmal gezahlt"
                yield candidate
            if not exact:
                yield from self._subsets(party)
                yield from self._part(party, factor)

    def _paid_before(self, party: str) -> bool:
        """Tell whether the payer has paid just this before: without a reference it may be the same once more."""
        return any(self._items.payments_by(party, self._direction, self._gross_cents))

    def _near_due(self, posten: str) -> bool:
        return abs((self._items.items[posten].due - self._line.booking_day).days) <= _DUE_DAYS

    def _subsets(self, party: str) -> Iterator[Candidate]:
        """Yield the sets of a party's items that add up to the payment; more than one is no way at all."""
        postens = self._items.open_of(party, self._direction, _SUBSET_ITEMS_MAX)
        sets = subsets(postens, [self._items.open_cents(posten) for posten in postens], self._gross_cents)
        for subset in sets:
            candidate = self._whole(list(subset), [])
            if len(sets) > 1:
                candidate.doubt = "mehrere Posten-Gruppen ergeben den Betrag"
            yield candidate

    def _part(self, party: str, factor: str) -> Iterator[Candidate]:
        """Yield the payer's oldest item as a place for a part: the payer alone is never enough."""
        postens = self._items.open_of(party, self._direction, _SUBSET_ITEMS_MAX)
        if postens:
            candidate = self._whole(postens[:1], [])
            candidate.reasons = {factor: self._payer_words(factor)}
            yield candidate

    def by_amount(self) -> Iterator[Candidate]:
        """Yield items of others with just this amount: proposals only."""
        for posten in self._items.with_amount(self._direction, self._gross_cents, most=4):
            if self._items.items[posten].party not in self._payers:
                yield self._whole([posten], [])

    def _whole(self, postens: Sequence[str], referred: Sequence[tuple[str, str]]) -> Candidate:
        """Return the way that pays these items, as far as the money goes, with amount and payer as evidence."""
        total_cents = sum(map(self._items.open_cents, postens))
        candidate = Candidate(self._spread(postens), self._sign * max(0, self._gross_cents - total_cents))
        for factor, words in referred:
            before = candidate.reasons.get(factor)
            candidate.reasons[factor] = f"{before}; {words}" if before else words
        self._add_payer(candidate, postens)
        self._add_amount(candidate, postens, total_cents)
        return candidate

    def _spread(self, postens: Sequence[str]) -> tuple[tuple[str, int], ...]:
        """Return what each item gets, earliest due first."""
        left_cents = self._gross_cents
        allocations = []
        for posten in sorted(postens, key=lambda posten: (self._items.items[posten].due, posten)):
            part_cents = min(left_cents, self._items.open_cents(posten))
            if part_cents:
                allocations.append((posten, part_cents))
            left_cents -= part_cents
        return tuple(allocations)

    def _add_payer(self, candidate: Candidate, postens: Sequence[str]) -> None:
        factors = {self._payers.get(self._items.items[posten].party, "") for posten in postens}
        if "" not in factors:
            factor = "name" if "name" in factors else "iban"
            candidate.reasons[factor] = self._payer_words(factor)

    def _payer_words(self, factor: str) -> str:
        if factor == "iban":
            return f"IBAN {self._line.iban} vereinbart"
        return f"Name {self._line.counterparty or self._line.ultimate} bekannt"

    def _add_amount(self, candidate: Candidate, postens: Sequence[str], total_cents: int) -> None:
        difference_cents = self._gross_cents - total_cents
        if difference_cents == 0:
            several = len(postens) > 1
            words = (
                f"Betrag gleich der Summe von {len(postens)} offenen Posten"
                if several
                else "Betrag gleich dem offenen Betrag"
            )
            candidate.reasons["summe" if several else "betrag"] = words
        elif abs(difference_cents) <= self._slip_cents:
            candidate.doubt = f"Centdifferenz von {format_eur(difference_cents)}: nie von selbst"
        elif difference_cents > 0:
            candidate.remark = f"Überzahlung von {format_eur(difference_cents)}"
        else:
            candidate.remark = f"Teilzahlung, es bleiben {format_eur(-difference_cents)} offen"
            if len(postens) > 1:
                candidate.doubt = "Teilzahlung auf mehrere Posten: die Reihenfolge ist zu entscheiden"

    def add_due(self, candidate: Candidate) -> None:
        """Add nearness to the due date, which ranks proposals."""
        if candidate.allocations and all(self._near_due(posten) for posten, _ in candidate.allocations):
            candidate.reasons["faelligkeit"] = "Fälligkeit liegt nahe"


def subsets(
    postens: Sequence[str], open_cents: Sequence[int], wanted_cents: int, most: int = 2
) -> list[tuple[str, ...]]:
    """Return up to `most` sets of at least two items that add up to the amount; the items are few."""
    found: list[tuple[str, ...]] = []
    if sum(open_cents) < wanted_cents:
        return found
    amounts = dict(zip(postens, open_cents, strict=True))
    for size in range(2, len(postens) + 1):
        for subset in combinations(postens, size):
            if sum(amounts[posten] for posten in subset) == wanted_cents:
                found.append(subset)
                if len(found) == most:
                    return found
    return found
