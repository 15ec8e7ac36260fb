"""Places statement lines on open items by evidence: pure, the same for any order in which the lines arrive.

Automatic only with two independent factors (a reference, the amount, the payer) and a unique best; everything else is
a ranked proposal with its reasons in words. On a dedicated account an unplaced line is
`ungeklaert`; on a pooled account it is `nicht-kkd` by a named rule, or it waits for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book.certificate import Fate
from kkd_ledger.book.text.vocabulary import Kind
from kkd_ledger.matching.evidence import DEFAULT_WEIGHTS, Candidate, ClaimSide, EvidenceFamily
from kkd_ledger.matching.foreign_rules import ForeignRule, rules_from
from kkd_ledger.matching.index import (
    NOTHING_IN_SUSPENSE,
    NOTHING_SETTLED,
    ItemIndex,
    OpenItem,
    PaidPart,
    Settled,
)
from kkd_ledger.matching.mentions import compact, words
from kkd_ledger.matching.party_names import name_words
from kkd_ledger.matching.returns import return_candidates
from kkd_ledger.matching.subject import NO_SUBJECT, Subject, other_subject
from kkd_ledger.matching.ways import payment_candidates

__all__ = [
    "DEFAULT_WEIGHTS",
    "ForeignRule",
    "Match",
    "OpenItem",
    "PaidPart",
    "Proposal",
    "Settled",
    "match_lines",
    "rules_from",
]

_PROPOSALS_MAX: Final = 5
_AMOUNT = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:\.?[0-9]{3}){0,3},[0-9]{2}(?![0-9])")
_AGREEMENT = re.compile(r"(.+?)-[0-9]{4}-")
_SINGLE_FACTOR: Final = "nur ein einziges Merkmal spricht für eine Zuordnung"
_NOTHING_FITS: Final = "nichts passt zu einem offenen Posten"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way to place a line that a person may choose, with its score and its reasons in words."""

    allocations: tuple[tuple[str, int], ...]
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a line belongs.

    Positive allocations settle an item, negative ones open it again after a return. With d = 1 for a `forderung` and
    -1 for a `verbindlichkeit`: sum(d × allocation) + charges_cents + rest_cents = line.amount_cents. The rest,
    signed like the line, is what nobody can place.
    """

    key: str
    line: StatementLine
    fate: Fate
    allocations: tuple[tuple[str, int], ...]
    rest_cents: int
    evidence: tuple[str, ...]
    proposals: tuple[Proposal, ...] = ()
    rule: str = ""
    charges_cents: int = 0

    @property
    def kind(self) -> Kind | Fate:
        """The kind of the entry that books it; where none does, its fate."""
        if self.fate == Fate.MATCHED:
            return Kind.RETURN if self.line.returned else Kind.PAYMENT
        return Kind.SUSPENSE if self.fate == Fate.SUSPENSE else self.fate


def match_lines(
    lines: Sequence[tuple[str, StatementLine]],
    open_items: Iterable[OpenItem],
    *,
    dedicated_account: bool,
    rules: Sequence[ForeignRule] = (),
    weights: Mapping[str, int] = DEFAULT_WEIGHTS,
    suspense: Mapping[str, int] = NOTHING_IN_SUSPENSE,
    settled: Settled = NOTHING_SETTLED,
    subject: Subject = NO_SUBJECT,
) -> tuple[Match, ...]:
    """Return one match for each pair of key and line, in the order given.

    Lines are judged by booking day, payments before returns, then by key, and each match lowers what is open, so the
    result does not depend on the order of arrival. `suspense` is the money that the books hold in suspense, in cents by
    the key of its bank line and signed like that line: a return of the same amount may give that back. `settled` are
    items at rest: a payment that quotes one is one too many. `subject` is what texts about this cooperation speak of.
    """
    items = ItemIndex(open_items, suspense, settled)
    matcher = _Matcher(items, rules, weights, dedicated_account=dedicated_account, subject=subject)
    order = sorted(
        range(len(lines)), key=lambda i: (lines[i][1].booking_day, lines[i][1].returned, lines[i][0])
    )
    matches = {i: matcher.match(*lines[i]) for i in order}
    return tuple(matches[i] for i in range(len(lines)))


class _Matcher:
    """Places one line after the other on what is still open."""

    def __init__(
        self,
        items: ItemIndex,
        rules: Sequence[ForeignRule],
        weights: Mapping[str, int],
        *,
        dedicated_account: bool,
        subject: Subject,
    ) -> None:
        self._items = items
        self._rules = rules
        self._weights = weights
        self._dedicated_account = dedicated_account
        self._subject = subject

    def match(self, key: str, line: StatementLine) -> Match:
        """Return where a line belongs, and use up what it pays."""
        obstacle = _obstacle(line)
        if obstacle:
            mentions = self._items.mentioned(line)
            return self._unplaced(key, line, obstacle, [], named=bool(mentions.references or mentions.near))
        find = return_candidates if line.returned else payment_candidates
        ways = find(line, self._items, self._weights)
        best, doubt = self._decide(ways.candidates)
        if best and EvidenceFamily.REFERENCE not in best.families and (denied := self._unquoted(line)):
            best.doubt = doubt = denied
            best = None
        if best and (elsewhere := self._elsewhere(line, best)):
            best.doubt = doubt = elsewhere
            best = None
        if best is None:
            return self._unplaced(key, line, ways.reason or doubt, ways.candidates, named=ways.named)
        return self._placed(key, line, best)

    def _unquoted(self, line: StatementLine) -> str:
        """Return what payer and amount alone do not outweigh, where a line quotes nothing of ours."""
        if not line.returned and self._items.has_unplaced(line, abs(line.amount_cents)):
            return "derselbe Betrag liegt ungeklärt: vielleicht gibt die Zahlung ihn zurück"
        return self._denied(line)

    def _denied(self, line: StatementLine) -> str:
        """Return what says that the line is somebody else's."""
        if rule := self._rule(line):
            return f"die Regel {rule} nennt solche Zeilen fremd"
        ours = self._ours._replace(neutral=self._ours.neutral | set(name_words(line.counterparty)))
        texts = (*line.structured, line.remittance)
        word = other_subject(texts, ours, common=not self._dedicated_account)
        return f"der Text spricht von „{word}“" if word else ""

    def _elsewhere(self, line: StatementLine, best: Candidate) -> str:
        """Return that money went out to an account that is none of the payee's; empty where no account is agreed.

        Whose money comes in does not matter, anybody may pay for another. Money that went elsewhere has paid nobody.
        """
        if line.amount_cents > 0 or line.returned or not line.iban:
            return ""
        agreed = dict.fromkeys(
            compact(iban) for posten, _ in best.allocations for iban in self._items.items[posten].agreed_ibans
        )
        if not agreed or compact(line.iban) in agreed:
            return ""
        return f"das Geld ging an {line.iban}, vereinbart ist {' oder '.join(agreed)}"

    @cached_property
    def _ours(self) -> Subject:
        """What is ours, with the short names by which the items are called."""
        names = (begun[1] for begun in map(_AGREEMENT.match, self._items.items) if begun)
        return self._subject._replace(
            names=self._subject.names | {word for name in names for word in name_words(name)}
        )

    def _decide(self, candidates: Sequence[Candidate]) -> tuple[Candidate | None, str]:
        """Return the candidate that may be taken automatically, or None and the reason why there is none."""
        able = [
            (candidate.score(self._weights), candidate) for candidate in candidates if candidate.independent
        ]
        if not able:
            return None, _SINGLE_FACTOR if candidates else _NOTHING_FITS
        score, best = max(able, key=lambda pair: (pair[0], not pair[1].ruled_out))
        if best.doubt:
            return None, best.doubt
        rivals = (other for same, other in able if same == score and not other.ruled_out)
        if any(other.allocations != best.allocations for other in rivals):
            return None, "mehrere gleich gute Zuordnungen"
        if EvidenceFamily.AMOUNT not in best.families and any(
            EvidenceFamily.AMOUNT in other.families for _, other in able
        ):
            return None, "der Betrag passt zu einem anderen Posten als der Verweis"
        return best, ""

    def _placed(self, key: str, line: StatementLine, best: Candidate) -> Match:
        if line.returned:
            self._items.reopen(best.bankref)
        else:
            self._items.settle(line, key, best)
        return Match(
            key=key,
            line=line,
            fate=Fate.MATCHED,
            allocations=best.allocations,
            rest_cents=best.rest_cents,
            evidence=best.words,
            charges_cents=line.charges_cents,
        )

    def _unplaced(
        self, key: str, line: StatementLine, reason: str, candidates: Sequence[Candidate], *, named: bool
    ) -> Match:
        likely = named or any(
            candidate.independent or EvidenceFamily.REFERENCE in candidate.families
            for candidate in candidates
        )
        rule = "" if likely else self._rule(line)
        if rule and self._tells_ours(line):
            rule = ""
        fate = Fate.SUSPENSE if self._dedicated_account else Fate.NOT_OURS if rule else Fate.WAITS
        if line.booked and not line.returned:
            self._items.keep_unplaced(line)
        evidence = f"Regel {rule}" if rule else reason
        return Match(
            key=key,
            line=line,
            fate=fate,
            allocations=(),
            rest_cents=line.amount_cents,
            evidence=(evidence,),
            proposals=() if rule else self._proposals(candidates),
            rule=rule,
        )

    def _tells_ours(self, line: StatementLine) -> bool:
        """Tell whether a line has a number of our form, or a payer's text our name or an amount that is open of it."""
        if self._has_our_form(line):
            return True
        payers = self._items.payers(line).factors
        if payers and not self._ours.names.isdisjoint(name_words(line.remittance)):
            return True
        direction = ClaimSide.RECEIVABLE if line.amount_cents > 0 else ClaimSide.PAYABLE
        amounts = (
            [int(re.sub("[.,]", "", cents)) for cents in _AMOUNT.findall(line.remittance)] if payers else ()
        )
        return any(self._items.with_amount(direction, cents, party) for cents in amounts for party in payers)

    def _has_our_form(self, line: StatementLine) -> bool:
        """Tell whether a line bears a reference or a number that begins like ours, whether we know it or not."""
        texts = [words(text) for text in (*line.structured, line.end_to_end, line.remittance)]
        return any(self._our_form.search("".join(text)) for text in texts)

    @cached_property
    def _our_form(self) -> re.Pattern[str]:
        """What our references have behind their check digits, and our documents and items begin with: name and year."""
        names = "|".join(sorted(re.escape(name.upper()) for name in self._ours.names))
        return re.compile(rf"(?:{names})20[0-9]{{2}}[0-9A-Z]" if names else r"(?!)")

    def _rule(self, line: StatementLine) -> str:
        """Return the rule that says that a line is none of ours: only on a pooled account."""
        if self._dedicated_account or not line.booked:
            return ""
        return next((rule.name for rule in self._rules if rule.holds(line)), "")

    def _proposals(self, candidates: Sequence[Candidate]) -> tuple[Proposal, ...]:
        ranked = sorted(
            candidates,
            key=lambda c: (
                -c.score(self._weights),
                c.ruled_out,
                c.missing_cents,
                -c.score(self._weights, with_due=True),
                c.allocations,
            ),
        )
        best: dict[tuple[tuple[str, int], ...], Proposal] = {}
        for candidate in ranked:
            score = candidate.score(self._weights, with_due=True)
            words = (*candidate.words, *((candidate.doubt,) if candidate.doubt else ()))
            best.setdefault(candidate.allocations, Proposal(candidate.allocations, score, words))
        return tuple(best.values())[:_PROPOSALS_MAX]


def _obstacle(line: StatementLine) -> str:
    """Return why a line is not looked at at all."""
    if not line.booked:
        return f"noch nicht gebucht (Status {line.status})"
    if line.currency != "EUR":
        return f"Fremdwährung {line.currency}"
    if line.amount_cents == 0:
        return "Umsatz ohne Betrag"
    return ""
