"""Accruals: what was booked for months after the year's end leaves its result, and comes back when they have begun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kkd_ledger.book.entries import ClosedShare
from kkd_ledger.book.state.claims import booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import apportion, format_eur, round_half_up
from kkd_ledger.work.year.closing_year import (
    ClosingProposal,
    ClosingYear,
    Sums,
    balances_by_share,
    nameless,
    what,
)


def accruals(year: ClosingYear) -> Iterator[ClosingProposal | str]:
    """Yield what was booked for later years and leaves this one's result, and what comes back as they begin."""
    accounts = year.book.settings.accounts
    sums = balances_by_share(year.until_its_end(), {accounts.rap_active, accounts.rap_passive})
    wanted = _booked_ahead(year, year.number)
    for claim in sorted(set(sums) | set(wanted)):
        change = wanted[claim] - sums[claim]
        if change and year.book.agreement.fiscal_year(claim.service_year) > year.number:
            yield _accrual(year, claim, change)
    yield from _releases(year, wanted)


def _booked_ahead(year: ClosingYear, end: int) -> Sums:
    """What was booked by the year's end of service that lies after the end of a fiscal year, by months."""
    ahead: Sums = defaultdict(int)
    for record in year.until_its_end():
        if share := booked_share(year.book, record):
            claim = ClosedShare(share.party, share.service_year)
            after, months = _months_after(year, claim, end)
            if after:
                cents = sum(leg.cents for leg in share.result)
                ahead[claim] += round_half_up(cents * after, months)
    return ahead


def _months_after(year: ClosingYear, claim: ClosedShare, end: int) -> tuple[int, int]:
    """Return how many months of a share's time lie after the end of a fiscal year, and how many it has in all."""
    agreement = year.book.agreement
    days = agreement.terms().period(claim.service_year, claim.party) or agreement.days_of(claim.service_year)
    first, last = (day.year * 12 + day.month for day in days)
    return min(max(last - end * 12 - 12, 0), last - first + 1), last - first + 1


def _accrual(year: ClosingYear, claim: ClosedShare, change: int) -> ClosingProposal | str:
    role = "rap_active" if change > 0 else "rap_passive"
    account = getattr(year.book.settings.accounts, role)
    if account is None:
        return nameless(role, f"Rechnungsabgrenzung über {format_eur(abs(change))}, {what(year, claim)}")
    words = (
        f"Rechnungsabgrenzung {year.number}: {what(year, claim)}",
        f"{year.number} gebucht, gehört wirtschaftlich {_later(year, claim)}",
    )
    legs = {account: change, **_by_account(year, claim, -change, year.share)}
    return year.closing(claim, v.Kind.ACCRUAL, legs, words)


def _by_account(year: ClosingYear, claim: ClosedShare, cents: int, otherwise: str) -> dict[str, int]:
    """Part cents over the accounts that bear a share whose components stand on several ([[booked]]), as they do."""
    weights: defaultdict[str, int] = defaultdict(int)
    for record in year.until_its_end():
        share = booked_share(year.book, record)
        if share and (share.party, share.service_year) == claim:
            for leg in share.result:
                weights[leg.account] += leg.cents
    accounts = sorted(account for account, booked in weights.items() if booked)
    if len(accounts) < 2:
        return {otherwise: cents}
    parts = apportion(cents, [abs(weights[account]) for account in accounts], ranks=accounts)
    return dict(zip(accounts, parts, strict=True))


def _later(year: ClosingYear, claim: ClosedShare) -> str:
    after, months = _months_after(year, claim, year.number)
    if after == months:
        return f"in das Jahr {year.book.agreement.year_name(claim.service_year)}"
    return f"mit {after} von {months} Monaten in das Jahr {year.number + 1}"


def _releases(year: ClosingYear, wanted: Mapping[ClosedShare, int]) -> Iterator[ClosingProposal]:
    if year.next_day is None:
        return
    accounts, later = year.book.settings.accounts, _booked_ahead(year, year.next_day.year)
    already = balances_by_share(year.until_its_end(), {accounts.rap_active, accounts.rap_passive})
    for role in (accounts.rap_active, accounts.rap_passive):
        standing = balances_by_share(year.entries(), {role})
        for claim, ahead in wanted.items():
            if role and (ahead > 0) == (role == accounts.rap_active):
                standing[claim] += ahead - already[claim] - later[claim]
        for claim, cents in sorted(standing.items()):
            if role and cents and (begun := _begun(year, claim)):
                words = (
                    f"Auflösung der Rechnungsabgrenzung: {what(year, claim)}",
                    f"{begun} hat begonnen",
                )
                legs = {**_by_account(year, claim, cents, year.book.account("share")), role: -cents}
                yield year.opening(claim, v.Kind.ACCRUAL, legs, words)


def _begun(year: ClosingYear, claim: ClosedShare) -> str:
    """Return in words which year has begun that a share was deferred to; empty while none has."""
    assert year.next_day, "is asked for only when the next year has begun"
    first = year.book.agreement.days_of(claim.service_year).first.year
    if first > year.next_day.year:
        return ""
    name = year.book.agreement.year_name(claim.service_year)
    return f"das Leistungsjahr {name}" if first > year.number else f"das Jahr {year.number + 1}"


def ahead_of(year: ClosingYear, claim: ClosedShare, cents: int) -> int:
    """Return what of a share's cents lies after the year's end, by months, half up."""
    after, months = _months_after(year, claim, year.number)
    return round_half_up(cents * after, months)
