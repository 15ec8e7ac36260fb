"""Provisions (Rückstellungen): what a year will cost, though nobody has fixed it yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kkd_ledger.agreement import ClaimKind, MemberShare, planned_claims, shares
from kkd_ledger.agreement.dues.unsettled import unsettled
from kkd_ledger.book.entries import ClosedShare, is_prior, provided
from kkd_ledger.book.state.claims import booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.year.accruals import ahead_of
from kkd_ledger.work.year.closing_year import ClosingProposal, ClosingYear, balances_by_share, nameless, what


class Expectation(NamedTuple):
    """What a person expects a party's share of a service year to come to (net cents), and on what that rests."""

    claim: ClosedShare
    cents: int
    basis: str


class Shown(NamedTuple):
    """What is expected and told, but nothing to book."""

    text: str


def provisions(year: ClosingYear, expected: Sequence[Expectation]) -> Iterator[ClosingProposal | str | Shown]:
    """Propose what is uncertain of a member's share (GemHVO § 39), and what settlements that are to come will cost.

    What a settlement is expected to bring is told, never booked.
    """
    sums = balances_by_share(year.entries(), {year.book.settings.accounts.provisions})
    uncertain = {} if year.book.is_operator else _uncertain(year)
    waiting = unsettled_claims(year)
    _refuse_settled(year, expected, waiting)
    for claim in sorted(set(sums) | set(uncertain)):
        if claim in uncertain:
            change = uncertain[claim] + sums[claim]
            if change > 0:
                yield _provision(year, claim, change)
        elif sums[claim] < 0 and claim not in waiting:
            if _was_asked(year, claim):
                yield _left_over(year, claim, -sums[claim])
            elif year.next_day:
                yield from _used(year, claim, -sums[claim])
    estimates = {expectation.claim: expectation for expectation in expected}
    for claim in sorted(set(waiting) - set(uncertain)):
        if claim in estimates:
            yield from _expected(year, estimates[claim], -sums[claim])
        elif not sums[claim]:
            yield _unknown(year, claim, waiting[claim])


def unsettled_claims(year: ClosingYear) -> dict[ClosedShare, int]:
    """Return the shares of this book whose settlement is still to come, with the net cents that were asked for."""
    book = year.book
    first = book.agreement.first_year
    waiting = (
        each for of in range(first, year.number + 1) for each in unsettled(book.agreement, of, year.today)
    )
    return {
        ClosedShare(each.member, each.service_year): each.asked_cents
        for each in waiting
        if (each.member == book.party) != book.is_operator
    }


def _refuse_settled(
    year: ClosingYear, expected: Sequence[Expectation], waiting: Mapping[ClosedShare, int]
) -> None:
    """Refuse to expect something of a share that is settled, or was never asked for in advance."""
    allowed = (
        ", ".join(what(year, claim) for claim in sorted(waiting)) or "keine: alle Abrechnungen sind bekannt"
    )
    problems = [
        Problem(str(year.book.root), what(year, each.claim), "keine Abrechnung, die noch aussteht", allowed)
        for each in expected
        if each.claim not in waiting
    ]
    if problems:
        raise EntryRefused(problems)


def _unknown(year: ClosingYear, claim: ClosedShare, asked_cents: int) -> str:
    who = "" if claim.party == year.book.party else f"{claim.party}="
    which = "" if claim.service_year == year.number else f"{claim.service_year}:"
    return (
        f"die Abrechnung {what(year, claim)} steht noch aus, gefordert sind {format_eur(asked_cents)}: Was sie "
        f"erwarten lässt, nennt `kkd year-end BUCH {year.number} --expect {which}{who}BETRAG --basis GRUND`"
    )


def _expected(
    year: ClosingYear, expectation: Expectation, held_cents: int
) -> Iterator[ClosingProposal | str | Shown]:
    """Propose to provide for what this side will have to pay by a settlement, beyond what is provided already."""
    claim, book = expectation.claim, year.book
    asked = year.work.claims.booked.get((claim.party, claim.service_year), 0)
    owed = expectation.cents - asked if not book.is_operator else asked - expectation.cents
    wanted = max(0, _cost(year, claim, owed))
    change = wanted - held_cents
    said = f"erwartet {format_eur(expectation.cents)}, gefordert {format_eur(asked)}"
    if owed < 0:
        yield Shown(
            f"{what(year, claim)}: {said}; ein erwartetes Guthaben von {format_eur(-owed)} wird gezeigt, nicht gebucht"
        )
    elif not change:
        yield Shown(
            f"{what(year, claim)}: {said}; zurückgestellt sind {format_eur(held_cents)}, mehr ist nicht zu buchen"
        )
    if not change:
        return
    account = book.settings.accounts.provisions
    bearer = _bearer(year, claim, lowers=change < 0)
    if account is None or bearer is None:
        role = "provisions" if account is None else "provision_release"
        yield nameless(role, f"Rückstellung über {format_eur(abs(change))}, {what(year, claim)}")
        return
    words = (f"Rückstellung {year.number}: Abrechnung {what(year, claim)}", f"{said}; {expectation.basis}")
    yield year.closing(claim, v.Kind.PROVISION, {bearer: change, account: -change}, words)


def _was_asked(year: ClosingYear, claim: ClosedShare) -> bool:
    """Tell whether a share was asked for in advance: its settlement used up the provision when it was booked."""
    owed = planned_claims(year.book.agreement, claim.party, claim.service_year, year.today)
    return any(each.kind == ClaimKind.ADVANCE for each in owed)


def _left_over(year: ClosingYear, claim: ClosedShare, cents: int) -> ClosingProposal | str:
    """Release what no settlement has used up: it came to just the advances, so that no entry was needed."""
    account, bearer = year.book.settings.accounts.provisions, _bearer(year, claim, lowers=True)
    if account is None or bearer is None:
        return nameless(
            "provision_release", f"Auflösung der Rückstellung über {format_eur(cents)}, {what(year, claim)}"
        )
    words = (
        f"Auflösung der Rückstellung: {what(year, claim)}",
        "abgerechnet ist nicht mehr, als gefordert war",
    )
    return year.closing(claim, v.Kind.PROVISION, {account: cents, bearer: -cents}, words)


def _bearer(year: ClosingYear, claim: ClosedShare, *, lowers: bool) -> str | None:
    """Return the account of the result that a provision weighs on; what an earlier year provided is income."""
    book, day = year.book, year.month.last_day
    years = provided(book, year.entries(), claim)
    if lowers and years and set(years) != {year.number}:
        return book.settings.accounts.provision_release
    if is_prior(year.work.claims.years, year.book.agreement.fiscal_year(claim.service_year), year.number):
        return book.account("prior_period_expense", day=day)
    return year.share


def _uncertain(year: ClosingYear) -> dict[ClosedShare, int]:
    """What is still conditional of the years up to this one, less what is booked of it."""
    own = [
        (ClosedShare(share.member, service_year), share)
        for service_year in range(year.book.agreement.first_year, year.number + 1)
        if (share := _own(year, service_year)) and share.conditional
    ]
    booked = year.work.claims.booked
    costs = {
        claim: _cost(year, claim, share.amount_cents - booked.get((claim.party, claim.service_year), 0))
        for claim, share in own
    }
    return {claim: cents - ahead_of(year, claim, cents) for claim, cents in costs.items()}


def _cost(year: ClosingYear, claim: ClosedShare, net_cents: int) -> int:
    return year.book.cost_cents(claim.service_year, net_cents, year.today)


def _own(year: ClosingYear, service_year: int) -> MemberShare | None:
    return shares(year.book.agreement, service_year, year.today).of(year.book.party)


def _provision(year: ClosingYear, claim: ClosedShare, cents: int) -> ClosingProposal | str:
    account = year.book.settings.accounts.provisions
    if account is None:
        return nameless("provisions", f"Rückstellung über {format_eur(cents)}, {what(year, claim)}")
    words = (
        f"Rückstellung {year.number}: {what(year, claim)}",
        "die Verpflichtung ist dem Grunde nach angelegt, aber noch nicht beschlossen",
    )
    return year.closing(claim, v.Kind.PROVISION, {year.share: cents, account: -cents}, words)


def _used(year: ClosingYear, claim: ClosedShare, held_cents: int) -> Iterator[ClosingProposal | str]:
    """The obligation has become certain, or gone: used up to what was booked, the rest released as income.

    A claim that was booked before 2026-11-30 did not use it up by itself.
    """
    roles = year.book.settings.accounts
    booked = _cost(year, claim, max(0, year.work.claims.booked.get((claim.party, claim.service_year), 0)))
    owed = _own(year, claim.service_year)
    if roles.provisions is None or (owed and owed.amount_cents and not booked):
        yield f"{what(year, claim)} ist jetzt sicher: erst `kkd post`, dann wird die Rückstellung verbraucht"
        return
    used = 0 if _was_used(year, claim) else min(held_cents, booked)
    over = held_cents - used
    if used:
        words = (
            f"Verbrauch der Rückstellung: {what(year, claim)}",
            "die Verpflichtung ist jetzt sicher und gebucht",
        )
        yield year.opening(
            claim, v.Kind.PROVISION, {roles.provisions: used, _borne(year, claim): -used}, words
        )
    if over and roles.provision_release is None:
        yield nameless(
            "provision_release", f"Auflösung der Rückstellung über {format_eur(over)}, {what(year, claim)}"
        )
    elif over:
        words = (
            f"Auflösung der Rückstellung: {what(year, claim)}",
            "die Verpflichtung ist kleiner als erwartet",
        )
        legs = {roles.provisions: over, str(roles.provision_release): -over}
        yield year.opening(claim, v.Kind.PROVISION, legs, words)


def _was_used(year: ClosingYear, claim: ClosedShare) -> bool:
    """Tell whether a claim has used the provision when it was booked: then what is left is too much."""
    accounts = year.book.settings.accounts_ever("provisions")
    return any(
        leg.cents > 0 and leg.account in accounts
        for record in year.entries()
        if (record.text(v.PARTY), record.text(v.SERVICE_YEAR)) == (claim.party, str(claim.service_year))
        for leg in record.postings
    )


def _borne(year: ClosingYear, claim: ClosedShare) -> str:
    """The result account on which the share itself was booked last."""
    account = year.book.account("share")
    for record in year.entries():
        share = booked_share(year.book, record)
        if share and (share.party, share.service_year) == claim and record.text(v.KIND) in v.SHARE_KINDS:
            account = share.result[-1].account
    return account
