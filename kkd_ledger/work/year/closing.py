"""What a fiscal year needs before its accounts are drawn up: accruals, provisions, reclassifications, carry-over.

Everything here is a proposal: `kkd year-end` writes it to `pending/`, and books what people certified and ordered.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kkd_ledger.book.entries import (
    Authorisation,
    CorrectionCause,
    reclassification_entry,
    reversal_entry,
    unordered,
)
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro
from kkd_ledger.money import format_eur
from kkd_ledger.work.claims.post import due_corrections
from kkd_ledger.work.corrections.reverse import reversals
from kkd_ledger.work.session import Session
from kkd_ledger.work.year.accruals import accruals
from kkd_ledger.work.year.closing_year import ClosingProposal, ClosingYear
from kkd_ledger.work.year.provisions import Expectation, Shown, provisions


@dataclass
class YearEndProposals:
    """The proposals for a fiscal year, and in words what still stands in the way, and what is only shown."""

    proposals: list[ClosingProposal] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


def closing(
    work: Session,
    year: int,
    today: dt.date,
    carried_cents: int = 0,
    expected: Sequence[Expectation] = (),
) -> YearEndProposals:
    """Return what closing a fiscal year needs, as the books and the agreement stand today.

    `expected` is what people expect of settlements that are still to come.

    Accruals and provisions belong in the year's thirteenth month; their release, once the next year has begun, in the
    newest month.
    """
    year_ = ClosingYear(work, year, today)
    proposals = YearEndProposals()
    for proposal in (*accruals(year_), *provisions(year_, expected), *_reclassifications(year_)):
        if isinstance(proposal, Shown):
            proposals.shown.append(proposal.text)
        elif isinstance(proposal, str):
            proposals.missing.append(proposal)
        else:
            proposals.proposals.append(proposal)
    if carried_cents:
        proposals.proposals.append(_carried(year_, carried_cents))
    proposals.missing += _unfinished(year_)
    return proposals


# ---------------------------------------------------------------------------------------- reclassifications


def _reclassifications(year: ClosingYear) -> Iterator[ClosingProposal]:
    """A party's receivable account in credit is a liability at the year's end, and the other way round; then back."""
    book = year.book
    parties = (
        [member.id for member in book.agreement.parties() if member.id != book.party]
        if book.is_operator
        else [book.party]
    )
    balances: defaultdict[str, int] = defaultdict(int)
    for record in year.until_its_end():
        for leg in record.postings:
            balances[leg.account] += leg.cents
    for party in parties:
        receivable, payable = book.account("receivable", party), book.account("payable", party)
        credit, debit = max(0, -balances[receivable]), max(0, balances[payable])
        day = year.month.last_day
        for cents, what in ((credit, "Kreditorischer Debitor"), (debit, "Debitorischer Kreditor")):
            if cents:
                reason = f"Saldo am 31.12.{year.number} steht auf der falschen Seite"
                words = (f"{what} {year.number}: {party}", reason)
                legs = {receivable: cents, payable: -cents}
                yield ClosingProposal(
                    year.month,
                    reclassification_entry(book, book.counterparty(party), day=day, legs=legs, words=words),
                )
    yield from _taken_back(year)


def _taken_back(year: ClosingYear) -> Iterator[ClosingProposal]:
    if year.next_day is None:
        return
    gone = reversals(year.work)
    for record in year.until_its_end():
        if record.text(v.KIND) == v.Kind.RECLASSIFICATION and record.text(v.NUMBER) not in gone:
            cause = CorrectionCause("Rückgliederung nach dem Jahreswechsel", "", Authorisation(year.next_day))
            entry = reversal_entry(year.book, record, day=year.next_day, cause=cause)
            yield ClosingProposal(year.work.newest, unordered(entry))


# ------------------------------------------------------------------------------- carry-over, what is unfinished


def _carried(year: ClosingYear, cents: int) -> ClosingProposal:
    """What is left of the appropriation goes into the next year (Haushaltsermächtigung, GemHVO § 21)."""
    book = year.book
    day = year.work.posting_day(year.today)
    values = (
        book.settings.budget.line,
        str(year.number + 1),
        Euro(cents),
        str(v.AppropriationKind.CARRIED_OVER),
    )
    return ClosingProposal(year.work.newest, Custom(day, v.CustomType.APPROPRIATION, values, {}))


def _unfinished(year: ClosingYear) -> Iterator[str]:
    for correction in due_corrections(year.work, year.today, None):
        if correction.service_year <= year.number:
            yield f"{correction.reason}: erst `kkd post`"
    old = [money for money in year.work.claims.suspense.values() if money.day.year <= year.number]
    if old:
        yield f"{format_eur(sum(abs(money.cents) for money in old))} sind noch ungeklärt: erst `kkd clear`"
