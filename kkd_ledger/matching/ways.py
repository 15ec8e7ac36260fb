"""Ways to place a payment: by what it refers to, by payer and amount, by amount alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching import objections as doubts
from kkd_ledger.matching.evidence import Candidate, ClaimSide, EvidenceFamily, Factor
from kkd_ledger.matching.index import ItemIndex
from kkd_ledger.matching.mentions import Mentions, compact, is_weak_number
from kkd_ledger.matching.sums import subsets
from kkd_ledger.money import format_eur

_SUBSET_ITEMS_MAX: Final = 12
_SUBSET_SURE_MAX: Final = 6
_DUE_DAYS: Final = 45
_SAME_AMOUNT: Final = "ein anderer Posten hat denselben Betrag"


@dataclass(slots=True)
class Ways:
    """The ways to place a line; `named` tells that it names an item, `reason` (German) why no way is automatic."""

    named: bool
    candidates: list[Candidate] = field(default_factory=list)
    reason: str = ""


def payment_candidates(line: StatementLine, items: ItemIndex, weights: Mapping[str, int]) -> Ways:
    """Return the ways to place a payment that is not a return."""
    search = _Search(line, items, weights)
    mentions = items.mentioned(line)
    ways = Ways(named=bool(mentions.references or mentions.near))
    ways.candidates += search.referred(mentions)
    referred = bool(ways.candidates)
    if len(ways.candidates) == 1 and len(ways.candidates[0].families) == 3:
        search.add_due(ways.candidates[0])
        return ways
    unreferred = [*search.by_payer(), *search.by_amount()]
    if mentions.references and not referred:
        ways.reason = search.settled(mentions)
    if any({EvidenceFamily.PAYER, EvidenceFamily.AMOUNT} <= candidate.families for candidate in unreferred):
        for candidate in ways.candidates:
            if EvidenceFamily.PAYER not in candidate.families:
                candidate.doubt = candidate.doubt or "der Zahler hat selbst so viel zu zahlen"
    for candidate in unreferred:
        search.doubt_unreferred(candidate, mentions, ways.reason)
    ways.candidates += unreferred
    for candidate in ways.candidates:
        search.add_due(candidate)
    return ways


class _Search:
    """Looks for one payment's ways."""

    def __init__(self, line: StatementLine, items: ItemIndex, weights: Mapping[str, int]) -> None:
        self._line = line
        self._items = items
        self._weights = weights
        self._direction = ClaimSide.RECEIVABLE if line.amount_cents > 0 else ClaimSide.PAYABLE
        self._sign = 1 if line.amount_cents > 0 else -1
        self._gross_cents = abs(line.amount_cents - line.charges_cents)
        self._who = items.payers(line)
        self._payers = self._who.factors

    def doubt_unreferred(self, candidate: Candidate, mentions: Mentions, settled: str) -> None:
        """Tell why payer and amount do not say enough about a way that the line does not refer to."""
        paid = [self._items.items[posten] for posten, _ in candidate.allocations]
        purpose = self._purpose.doubt(paid)
        candidate.ruled_out = bool(purpose)
        candidate.doubt = (
            candidate.doubt
            or doubts.contradiction(mentions, settled, paid)
            or self._who.doubt(item.party for item in paid)
            or purpose
        )

    @cached_property
    def _purpose(self) -> doubts.Purpose:
        return doubts.purpose(self._line.remittance)

    def referred(self, mentions: Mentions) -> Iterator[Candidate]:
        """Yield the ways that follow the references the line names, exactly or but for one slip."""
        named: dict[str, tuple[str, str]] = {}
        for reference in mentions.references:
            for posten in self._items.named(reference, self._direction):
                reason = self._reason(posten, reference)
                if posten not in named or self._weights[reason[0]] > self._weights[named[posten][0]]:
                    named[posten] = reason
        open_postens = [posten for posten in named if self._items.open_cents(posten) > 0]
        if open_postens:
            candidate = self._whole(open_postens, [named[posten] for posten in open_postens])
            candidate.doubt = candidate.doubt or self._reference_doubt(candidate, mentions, open_postens)
            yield candidate
        if len(open_postens) > 1:
            exact = [each for each in open_postens if self._items.open_cents(each) == self._gross_cents]
            for posten in exact:
                candidate = self._whole([posten], [named[posten]])
                several = "mehrere genannte Posten haben diesen Betrag" if len(exact) > 1 else ""
                candidate.doubt = several or self._reference_doubt(candidate, mentions, [posten])
                yield candidate
        yield from self._repaired(mentions)

    def _reference_doubt(self, candidate: Candidate, mentions: Mentions, postens: Sequence[str]) -> str:
        """Return why the references that the line names do not say enough about what it pays."""
        if candidate.reasons.keys().isdisjoint({Factor.AMOUNT, Factor.SUM}):
            return self._unequal_doubt(candidate, mentions, postens)
        if Factor.REFERENCE in candidate.reasons:
            return ""
        if (
            Factor.END_TO_END in candidate.reasons
        ):  # a standing order keeps its end-to-end id from year to year
            party = self._items.items[postens[0]].party
            alike = self._items.with_amount(self._direction, self._gross_cents, party, most=2)
            unsure = self._line.end_to_end.lower() in postens and len(alike) > 1
            return self._purpose_doubt(postens) or (_SAME_AMOUNT if unsure else "")
        return self._document_doubt(candidate, mentions)

    def _purpose_doubt(self, postens: Iterable[str]) -> str:
        return self._purpose.doubt(self._items.items[posten] for posten in postens)

    def _unequal_doubt(self, candidate: Candidate, mentions: Mentions, postens: Sequence[str]) -> str:
        """Return why a part or too much may be for something else than the items named."""
        paid = {reference for posten in postens for reference in self._items.references_of(posten)}
        besides = self._items.references.besides(self._line, mentions.references)
        others = [*(set(mentions.references) - paid), *(typed for typed, _ in besides.near), *besides.foreign]
        if others:
            return f"die Zahlung nennt auch {min(others)}"
        if candidate.reasons.keys().isdisjoint({Factor.REFERENCE, Factor.DOCUMENT}):
            return "eine Ende-zu-Ende-Referenz allein braucht den Betrag"
        if all(map(is_weak_number, mentions.references)):
            return "eine kurze Nummer oder ein Datum braucht den Betrag"
        deducted = "" if candidate.rest_cents else doubts.deduction(self._line.remittance)
        return self._purpose_doubt(postens) or deducted

    def _document_doubt(self, candidate: Candidate, mentions: Mentions) -> str:
        """Return why a document number is not enough even with the amount: it has no check digits."""
        foreign = self._items.references.besides(self._line, mentions.references).foreign
        if foreign:
            return f"die Zahlung nennt das fremde Kassenzeichen {foreign[0]}"
        alike = self._items.with_amount(self._direction, self._gross_cents, most=2)
        unsure = EvidenceFamily.PAYER not in candidate.families and len(alike) > 1
        return _SAME_AMOUNT if unsure else ""

    def _reason(self, posten: str, reference: str) -> tuple[str, str]:
        if self._items.is_document(posten, reference):
            return Factor.DOCUMENT, f"Beleg {self._items.items[posten].document} genannt"
        line = self._line
        if not line.end_to_end or reference in compact(" ".join((*line.structured, line.remittance))):
            return Factor.REFERENCE, f"Kassenzeichen {reference} genannt"
        if line.end_to_end.lower() == posten:
            return Factor.END_TO_END, f"Posten {posten} in der Ende-zu-Ende-Referenz"
        return Factor.END_TO_END, f"Kassenzeichen {reference} in der Ende-zu-Ende-Referenz"

    def _repaired(self, mentions: Mentions) -> Iterator[Candidate]:
        """Yield ways for references that are one slip away; they need the amount, or the payer's IBAN."""
        for typed, reference in mentions.near:
            for posten in self._items.named(reference, self._direction):
                if self._items.open_cents(posten) == 0:
                    continue
                words = f"Kassenzeichen mit Schreibfehler: {typed} statt {reference}"
                candidate = self._whole([posten], [(Factor.MENDED_REFERENCE, words)])
                doubt = doubts.slip(typed, reference, mentions) or self._repair_doubt(
                    candidate, posten, mentions
                )
                candidate.doubt = candidate.doubt or doubt
                yield candidate

    def _repair_doubt(self, candidate: Candidate, posten: str, mentions: Mentions) -> str:
        """Return why amount and payer are not enough to repair a reference with."""
        if Factor.AMOUNT in candidate.reasons:
            other = self._payers and self._items.items[posten].party not in self._payers
            return "der Zahler ist ein anderer Beteiligter" if other else ""
        if Factor.IBAN not in candidate.reasons or mentions.foreign:
            return "das berichtigte Kassenzeichen braucht den Betrag oder die IBAN"
        return ""

    def settled(self, mentions: Mentions) -> str:
        """Return what to say of a payment whose references are all settled, or of the other direction."""
        for reference in mentions.references:
            if self._items.named(reference, self._direction):
                return f"{reference} ist bereits ausgeglichen: doppelt gezahlt oder überzahlt"
        ours, theirs = ("Eingang", "Auszahlung") if self._sign > 0 else ("Ausgang", "Einzahlung")
        return f"{mentions.references[0]} gehört zu einer {theirs}, dies ist ein {ours}: vielleicht eine Rückzahlung"

    def by_payer(self) -> Iterator[Candidate]:
        """Yield the ways that the payer and the amount speak for."""
        for parties in self._accounts():
            exact = [
                posten
                for party in parties
                for posten in self._items.with_amount(self._direction, self._gross_cents, party)
            ] or [
                posten
                for party in parties
                for posten in self._open_of(party)
                if self._gross_cents in self._items.rates_left(posten)
            ]
            postens = [posten for party in parties for posten in self._open_of(party)]
            sets = self._sets(postens)
            doubt = "auch mehrere Posten zusammen ergeben den Betrag" if sets else self._part_told(postens)
            for posten in exact:
                candidate = self._whole([posten], [])
                candidate.doubt = doubt or self._again(posten)
                yield candidate
            for subset in sets:
                candidate = self._whole(list(subset), [])
                candidate.doubt = self._set_doubt(sets, exact, postens)
                yield candidate
            if not exact:
                owing = ((party, self._open_of(party)) for party in parties)
                yield from (
                    self._part(party, self._likeliest(postens)) for party, postens in owing if postens
                )

    def _accounts(self) -> Iterator[list[str]]:
        """Yield the parties that pay from the line's account together, and each that only the name speaks for."""
        together = [party for party, factor in self._payers.items() if factor == Factor.IBAN]
        if together:
            yield together
        yield from ([party] for party, factor in self._payers.items() if factor == Factor.NAME)

    def _open_of(self, party: str) -> list[str]:
        return self._items.open_of(party, self._direction, _SUBSET_ITEMS_MAX)

    def _again(self, posten: str) -> str:
        """Return the doubt that a payment without a reference is the same once more: its item is not due."""
        party = self._items.items[posten].party
        if self._near_due(posten) or not any(
            self._items.payments_by(party, self._direction, self._gross_cents)
        ):
            return ""
        return "der Zahler hat denselben Betrag schon einmal gezahlt"

    def _near_due(self, posten: str) -> bool:
        return abs((self._items.items[posten].due - self._line.booking_day).days) <= _DUE_DAYS

    def _part_told(self, postens: Sequence[str]) -> str:
        """Return why a whole item of this amount is doubtful: the text speaks of a part, and a greater item is open."""
        greater = any(self._items.open_cents(posten) > self._gross_cents for posten in postens)
        return doubts.part(self._line.remittance) if greater else ""

    def _sets(self, postens: Sequence[str]) -> list[tuple[str, ...]]:
        if len(postens) > _SUBSET_ITEMS_MAX:
            return []
        return subsets(postens, [self._items.open_cents(posten) for posten in postens], self._gross_cents)

    @staticmethod
    def _set_doubt(sets: Sequence[tuple[str, ...]], exact: Sequence[str], postens: Sequence[str]) -> str:
        if len(sets) > 1:
            return "mehrere Posten-Gruppen ergeben den Betrag"
        if exact:
            return "auch ein einzelner Posten ergibt den Betrag"
        chance = len(postens) > _SUBSET_SURE_MAX
        return "bei so vielen offenen Posten kann die Summe Zufall sein" if chance else ""

    def _likeliest(self, postens: Sequence[str]) -> str:
        """Return the item that money probably pays in part or exceeds: by the year in the text, then the nearest."""

        def distance(posten: str) -> tuple[bool, int, dt.date]:
            item = self._items.items[posten]
            missing_cents = abs(self._gross_cents - self._items.open_cents(posten))
            return bool(self._purpose.doubt([item])), missing_cents, item.due

        return min(postens, key=distance)

    def _part(self, party: str, posten: str) -> Candidate:
        """Return an item of the payer as a place for a part, or for more than it owes: the payer is never enough."""
        candidate = self._whole([posten], [])
        factor = self._payers[party]
        candidate.reasons = {factor: self._payer_words(factor, [party])}
        return candidate

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
            factor = Factor.NAME if Factor.NAME in factors else "iban"
            candidate.reasons[factor] = self._payer_words(
                factor, (self._items.items[posten].party for posten in postens)
            )

    def _payer_words(self, factor: str, parties: Iterable[str]) -> str:
        if factor == "iban":
            return f"IBAN {self._line.iban} vereinbart"
        names = dict.fromkeys(self._who.names[party] for party in parties if party in self._who.names)
        return f"Name {', '.join(names)} bekannt"

    def _add_amount(self, candidate: Candidate, postens: Sequence[str], total_cents: int) -> None:
        difference_cents = self._gross_cents - total_cents
        candidate.missing_cents = abs(difference_cents)
        if difference_cents == 0:
            several = len(postens) > 1
            words = (
                f"Betrag gleich der Summe von {len(postens)} offenen Posten"
                if several
                else "Betrag gleich dem offenen Betrag"
            )
            candidate.reasons[Factor.SUM if several else Factor.AMOUNT] = words
        elif len(postens) == 1 and self._gross_cents in self._items.rates_left(postens[0]):
            candidate.reasons[Factor.AMOUNT] = "Betrag gleich den nächsten Raten"
            candidate.remark = f"Rate, es bleiben {format_eur(-difference_cents)} offen"
        elif self._gross_cents <= self._weights["centdifferenz-bis"]:
            candidate.doubt = f"Kleinbetrag von {format_eur(self._gross_cents)}: nie von selbst ein Teil"
        elif abs(difference_cents) <= self._weights["centdifferenz-bis"]:
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
            candidate.reasons[Factor.DUE] = "Fälligkeit liegt nahe"
