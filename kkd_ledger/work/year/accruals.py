"""Accruals (Rechnungsabgrenzung): what was booked in a year and belongs to a later one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kkd_ledger.book.entries import ClosedShare
from kkd_ledger.book.state.claims import booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import format_eur
from kkd_ledger.work.year.closing_year import (
    ClosingProposal,
    ClosingYear,
    Sums,
    balances_by_share,
    nameless,
    what,
)


def accruals(year: ClosingYear) -> Iterator[ClosingProposal | str]:
    """What was booked for a later year leaves the result of this one, and comes back when its year has begun."""
    accounts = year.book.settings.accounts
    sums = balances_by_share(year.until_its_end(), {accounts.rap_active, accounts.rap_passive})
    wanted = _booked_ahead(year)
    for claim in sorted(set(sums) | set(wanted)):
        change = wanted[claim] - sums[claim]
        if change and claim.service_year > year.number:
            yield _accrual(year, claim, change)
    yield from _releases(year, wanted)


def _booked_ahead(year: ClosingYear) -> Sums:
    ahead: Sums = defaultdict(int)
    for record in year.until_its_end():
        share = booked_share(year.book, record)
        if share and share.service_year > year.number:
            ahead[ClosedShare(share.party, share.service_year)] += sum(leg.cents for leg in share.result)
    return ahead


def _accrual(year: ClosingYear, claim: ClosedShare, change: int) -> ClosingProposal | str:
    role = "rap_active" if change > 0 else "rap_passive"
    account = getattr(year.book.settings.accounts, role)
    if account is None:
        return nameless(role, f"Rechnungsabgrenzung über {format_eur(abs(change))}, {what(claim)}")
    words = (
        f"Rechnungsabgrenzung {year.number}: {what(claim)}",
        f"{year.number} gebucht, gehört wirtschaftlich in das Jahr {claim.service_year}",
    )
    return year.closing(claim, v.Kind.ACCRUAL, {account: change, year.share: -change}, words)


def _releases(year: ClosingYear, wanted: Mapping[ClosedShare, int]) -> Iterator[ClosingProposal]:
    if year.next_day is None:
        return
    accounts = year.book.settings.accounts
    for role in (accounts.rap_active, accounts.rap_passive):
        standing = balances_by_share(year.entries(), {role})
        already = balances_by_share(year.until_its_end(), {accounts.rap_active, accounts.rap_passive})
        for claim, ahead in wanted.items():
            if role and (ahead > 0) == (role == accounts.rap_active):
                standing[claim] += ahead - already[claim]
        for claim, cents in sorted(standing.items()):
            if role and cents and claim.service_year <= year.next_day.year:
                words = (
                    f"Auflösung der Rechnungsabgrenzung: {what(claim)}",
                    f"das Leistungsjahr {claim.service_year} hat begonnen",
                )
                legs = {year.book.account("share"): cents, role: -cents}
                yield year.opening(claim, v.Kind.ACCRUAL, legs, words)
