"""What a fiscal year needs before its accounts are drawn up: accruals, provisions, reclassifications, carry-over.

Everything here is a proposal: `kkd year-end` writes it to `pending/`, and books what people certified and ordered.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kkd_ledger.agreement import MemberShare, shares
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import (
    Authorisation,
    ClosedShare,
    CorrectionCause,
    closing_entry,
    reclassification_entry,
    reversal_entry,
    unordered,
)
from kkd_ledger.book.state.claims import booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.work.claims.post import due_corrections
from kkd_ledger.work.corrections.reverse import reversals
from kkd_ledger.work.session import Session

Sums = defaultdict[ClosedShare, int]


@dataclass(frozen=True)
class ClosingProposal:
    """One closing entry (or the carry-over of an appropriation), and the month it belongs in."""

    month: BookingMonth
    record: Transaction | Custom


@dataclass
class YearEndProposals:
    """The proposals for a fiscal year, and in words what still stands in the way."""

    proposals: list[ClosingProposal] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def closing(work: Session, year: int, today: dt.date, carried_cents: int = 0) -> YearEndProposals:
    """Return what closing a fiscal year needs, as the books and the agreement stand today.

    Accruals and provisions belong in the year's thirteenth month; their release, once the next year has begun, in the
    newest month.
    """
    year_ = _Year(work, year, today)
    proposals = YearEndProposals()
    for step in (_accruals, _provisions, _reclassifications):
        for proposal in step(year_):
            if isinstance(proposal, str):
                proposals.missing.append(proposal)
            else:
                proposals.proposals.append(proposal)
    if carried_cents:
        proposals.proposals.append(_carried(year_, carried_cents))
    proposals.missing += _unfinished(year_)
    return proposals


@dataclass(frozen=True)
class _Year:
    """A fiscal year of a book: its entries so far, and where closing and opening entries go."""

    work: Session
    number: int
    today: dt.date

    @property
    def book(self) -> Book:
        return self.work.book

    @property
    def month(self) -> BookingMonth:
        return BookingMonth(self.number, CLOSING_MONTH)

    @property
    def next_day(self) -> dt.date | None:
        """The day for what belongs to the next year, which has to have begun."""
        return self.work.posting_day(self.today) if self.work.newest.year > self.number else None

    @property
    def share(self) -> str:
        return self.book.account("share", day=self.month.last_day)

    def entries(self) -> Iterator[Transaction]:
        yield from (record for record in self.work.reading.records if isinstance(record, Transaction))

    def until_its_end(self) -> Iterator[Transaction]:
        yield from (record for record in self.entries() if record.date.year <= self.number)

    def closing(
        self, claim: ClosedShare, kind: v.Kind, legs: Mapping[str, int], words: tuple[str, str]
    ) -> ClosingProposal:
        entry = closing_entry(self.book, kind, claim, day=self.month.last_day, legs=legs, words=words)
        return ClosingProposal(self.month, entry)

    def opening(
        self, claim: ClosedShare, kind: v.Kind, legs: Mapping[str, int], words: tuple[str, str]
    ) -> ClosingProposal:
        assert self.next_day, "is asked for only when the next year has begun"
        entry = closing_entry(self.book, kind, claim, day=self.next_day, legs=legs, words=words)
        return ClosingProposal(self.work.newest, entry)


def _what(claim: ClosedShare) -> str:
    return f"Kostenbeteiligung {claim.service_year} ({claim.party})"


def _held(entries: Iterable[Transaction], accounts: set[str | None]) -> Sums:
    """What stands on accounts for each share, by the party and service year that their entries name."""
    sums: Sums = defaultdict(int)
    for record in entries:
        cents = sum(leg.cents for leg in record.postings if leg.account in accounts)
        if cents and record.text(v.SERVICE_YEAR).isdigit():
            sums[ClosedShare(record.text(v.PARTY), int(record.text(v.SERVICE_YEAR)))] += cents
    return sums


# ------------------------------------------------------------------------------------------------- accruals


def _accruals(year: _Year) -> Iterator[ClosingProposal | str]:
    """What was booked for a later year leaves the result of this one, and comes back when its year has begun."""
    accounts = year.book.settings.accounts
    sums = _held(year.until_its_end(), {accounts.rap_active, accounts.rap_passive})
    wanted = _booked_ahead(year)
    for claim in sorted(set(sums) | set(wanted)):
        change = wanted[claim] - sums[claim]
        if change and claim.service_year > year.number:
            yield _accrual(year, claim, change)
    yield from _releases(year, wanted)


def _booked_ahead(year: _Year) -> Sums:
    ahead: Sums = defaultdict(int)
    for record in year.until_its_end():
        share = booked_share(year.book, record)
        if share and share.service_year > year.number:
            ahead[ClosedShare(share.party, share.service_year)] += sum(leg.cents for leg in share.result)
    return ahead


def _accrual(year: _Year, claim: ClosedShare, change: int) -> ClosingProposal | str:
    role = "rap_active" if change > 0 else "rap_passive"
    account = getattr(year.book.settings.accounts, role)
    if account is None:
        return _nameless(role, f"Rechnungsabgrenzung über {format_eur(abs(change))}, {_what(claim)}")
    words = (
        f"Rechnungsabgrenzung {year.number}: {_what(claim)}",
        f"{year.number} gebucht, gehört wirtschaftlich in das Jahr {claim.service_year}",
    )
    return year.closing(claim, v.Kind.ACCRUAL, {account: change, year.share: -change}, words)


def _releases(year: _Year, wanted: Mapping[ClosedShare, int]) -> Iterator[ClosingProposal]:
    if year.next_day is None:
        return
    accounts = year.book.settings.accounts
    for role in (accounts.rap_active, accounts.rap_passive):
        standing = _held(year.entries(), {role})
        already = _held(year.until_its_end(), {accounts.rap_active, accounts.rap_passive})
        for claim, ahead in wanted.items():
            if role and (ahead > 0) == (role == accounts.rap_active):
                standing[claim] += ahead - already[claim]
        for claim, cents in sorted(standing.items()):
            if role and cents and claim.service_year <= year.next_day.year:
                words = (
                    f"Auflösung der Rechnungsabgrenzung: {_what(claim)}",
                    f"das Leistungsjahr {claim.service_year} hat begonnen",
                )
                legs = {year.book.account("share"): cents, role: -cents}
                yield year.opening(claim, v.Kind.ACCRUAL, legs, words)


# ----------------------------------------------------------------------------------------------- provisions


def _provisions(year: _Year) -> Iterator[ClosingProposal | str]:
    """A member's share that waits for its resolution is an uncertain obligation (GemHVO § 39)."""
    accounts = year.book.settings.accounts
    sums = _held(year.entries(), {accounts.provisions})
    if year.book.is_operator:
        return
    uncertain = _uncertain(year)
    for claim in sorted(set(sums) | set(uncertain)):
        if claim in uncertain:
            change = uncertain[claim] + sums[claim]
            if change > 0:
                yield _provision(year, claim, change)
        elif sums[claim] < 0 and year.next_day:
            yield from _used(year, claim, -sums[claim])


def _uncertain(year: _Year) -> dict[ClosedShare, int]:
    """What is still conditional of the years up to this one, less what is booked of it."""
    own = [
        (ClosedShare(share.member, service_year), share)
        for service_year in range(year.book.agreement.first_year, year.number + 1)
        if (share := _own(year, service_year)) and share.conditional
    ]
    booked = year.work.claims.booked
    return {
        claim: _cost(year, claim, share.amount_cents - booked.get((claim.party, claim.service_year), 0))
        for claim, share in own
    }


def _cost(year: _Year, claim: ClosedShare, net_cents: int) -> int:
    return year.book.cost_cents(claim.service_year, net_cents, year.today)


def _own(year: _Year, service_year: int) -> MemberShare | None:
    return shares(year.book.agreement, service_year, year.today).of(year.book.party)


def _provision(year: _Year, claim: ClosedShare, cents: int) -> ClosingProposal | str:
    account = year.book.settings.accounts.provisions
    if account is None:
        return _nameless("provisions", f"Rückstellung über {format_eur(cents)}, {_what(claim)}")
    words = (
        f"Rückstellung {year.number}: {_what(claim)}",
        "die Verpflichtung ist dem Grunde nach angelegt, aber noch nicht beschlossen",
    )
    return year.closing(claim, v.Kind.PROVISION, {year.share: cents, account: -cents}, words)


def _used(year: _Year, claim: ClosedShare, held_cents: int) -> Iterator[ClosingProposal | str]:
    """The obligation has become certain, or gone: used up to what was booked, the rest released as income."""
    roles = year.book.settings.accounts
    booked = _cost(year, claim, max(0, year.work.claims.booked.get((claim.party, claim.service_year), 0)))
    owed = _own(year, claim.service_year)
    if roles.provisions is None or (owed and owed.amount_cents and not booked):
        yield f"{_what(claim)} ist jetzt sicher: erst `kkd post`, dann wird die Rückstellung verbraucht"
        return
    used, over = min(held_cents, booked), held_cents - min(held_cents, booked)
    if used:
        words = (
            f"Verbrauch der Rückstellung: {_what(claim)}",
            "die Verpflichtung ist jetzt sicher und gebucht",
        )
        yield year.opening(
            claim, v.Kind.PROVISION, {roles.provisions: used, _borne(year, claim): -used}, words
        )
    if over and roles.provision_release is None:
        yield _nameless(
            "provision_release", f"Auflösung der Rückstellung über {format_eur(over)}, {_what(claim)}"
        )
    elif over:
        words = (f"Auflösung der Rückstellung: {_what(claim)}", "die Verpflichtung ist kleiner als erwartet")
        legs = {roles.provisions: over, str(roles.provision_release): -over}
        yield year.opening(claim, v.Kind.PROVISION, legs, words)


def _borne(year: _Year, claim: ClosedShare) -> str:
    """The result account on which the share itself was booked last."""
    account = year.book.account("share")
    for record in year.entries():
        share = booked_share(year.book, record)
        if share and (share.party, share.service_year) == claim and record.text(v.KIND) in v.SHARE_KINDS:
            account = share.result[-1].account
    return account


# ---------------------------------------------------------------------------------------- reclassifications


def _reclassifications(year: _Year) -> Iterator[ClosingProposal]:
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


def _taken_back(year: _Year) -> Iterator[ClosingProposal]:
    if year.next_day is None:
        return
    gone = reversals(year.work)
    for record in year.until_its_end():
        if record.text(v.KIND) == v.Kind.RECLASSIFICATION and record.text(v.NUMBER) not in gone:
            cause = CorrectionCause("Rückgliederung nach dem Jahreswechsel", "", Authorisation(year.next_day))
            entry = reversal_entry(year.book, record, day=year.next_day, cause=cause)
            yield ClosingProposal(year.work.newest, unordered(entry))


# ------------------------------------------------------------------------------- carry-over, what is unfinished


def _carried(year: _Year, cents: int) -> ClosingProposal:
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


def _unfinished(year: _Year) -> Iterator[str]:
    for correction in due_corrections(year.work, year.today, None):
        if correction.service_year <= year.number:
            yield f"{correction.reason}: erst `kkd post`"
    old = [money for money in year.work.claims.suspense.values() if money.day.year <= year.number]
    if old:
        yield f"{format_eur(sum(abs(money.cents) for money in old))} sind noch ungeklärt: erst `kkd clear`"


def _nameless(role: str, what: str) -> str:
    return f"{what}: in book.toml fehlt das Konto {role} unter [accounts]"
