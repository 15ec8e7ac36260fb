"""Shares and corrections → entries ("Soll an Haben", docs/ledger-format.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from kkd_ledger.agreement import (
    Correction,
    VatTreatment,
    resolution,
    vat_cents,
    vat_percent,
    vat_treatment,
)
from kkd_ledger.agreement import shares as agreed_shares
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import Claims
from kkd_ledger.book.config import Book, letters_and_digits
from kkd_ledger.book.entries.order import Order, name_of, ordered
from kkd_ledger.book.records import Posting, Transaction, Value
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.periods import YearState
from kkd_ledger.references import payment_reference

LAST_YEAR_OF_OLD_VAT_LAW: Final = 2026
_NO_META: Final[Mapping[str, Value]] = {}


def is_prior(years: Mapping[str, str], service_year: int, booking_year: int) -> bool:
    """Tell whether a service year's obligation is prior-period in the booking year.

    It is where the service year is earlier and its accounts no longer take obligations; a year of which the books
    say nothing counts as closed (docs/ledger-format.md: an obligation belongs to the old year only while that is open).
    """
    if service_year >= booking_year:
        return False
    state = years.get(str(service_year))
    return state not in set(YearState) or not YearState(str(state)).takes_obligations


def share_entry(
    book: Book, claims: Claims, correction: Correction, *, date: dt.date, known: dt.date, order: Order
) -> Transaction:
    """Return the entry that brings a party's service year from what is booked to what the agreement entitles.

    The first time a `kostenbeteiligung`, later a `korrektur`; its number is given later, under the lock. Raise
    EntryRefused for a party without adopted resolution.
    """
    kind = v.Kind.SHARE if correction.booked_cents == 0 else v.Kind.CORRECTION
    small = abs(correction.difference_cents) < book.settings.policy.prior_period_min_cents
    prior = is_prior(claims.years, correction.service_year, date.year) and not small
    posten, count = _next_item(book, claims, correction)
    postings = sorted(
        _share_postings(book, claims, correction, posten, known=known, prior=prior),
        key=lambda leg: leg.cents < 0,
    )
    meta = _share_meta(book, correction, count, known) | {v.KIND: kind, v.RECORDED: order.day}
    if prior:
        meta |= _period_decision(book, order, correction, meta[v.AROSE])
    name = name_of(book, book.counterparty(correction.member))
    return Transaction(
        date,
        name,
        _narration(kind, correction, date, prior=prior),
        (v.PRIOR_PERIOD_TAG,) if prior else (),
        (f"{book.agreement.id}-{correction.service_year}-{correction.member}",),
        ordered(meta | order.meta(book)),
        tuple(postings),
    )


def _next_item(book: Book, claims: Claims, correction: Correction) -> tuple[str, int]:
    """Every entry counts, also one that only lowered an earlier item or was reversed: no reference comes twice."""
    count = claims.posted.get((correction.member, correction.service_year), 0) + 1
    return f"{book.agreement.id}-{correction.service_year}-{correction.member}-{count}", count


def _share_meta(book: Book, correction: Correction, count: int, known: dt.date) -> dict[str, Value]:
    agreement, member = book.agreement, correction.member
    adopted = resolution(agreement, member)
    if adopted is None or adopted.adopted is None:
        found = f"kein Beschluss von {name_of(book, member)}"
        raise EntryRefused(
            [Problem(str(book.agreement_file), "resolutions", found, "ein gefasster Beschluss")]
        )
    share = agreed_shares(agreement, correction.service_year, known).of(member)
    arose = max(adopted.adopted, dt.date(correction.service_year, 1, 1))
    return {
        v.AROSE: arose if correction.booked_cents == 0 else known,
        v.AGREEMENT: agreement.id,
        v.PARTY: member,
        v.SERVICE_YEAR: str(correction.service_year),
        v.KNOWN: known,
        v.RESOLUTION: adopted.paper,
        v.REFERENCE: payment_reference(
            f"{reference_body(book, member, str(correction.service_year))}{count}"
        ),
        v.DUE: _due(book, share.due if share else known, known),
    }


def _due(book: Book, agreed: dt.date, known: dt.date) -> dt.date:
    """What is demanded only after the agreed day falls due a period for payment later (default 30 days, BGB § 286)."""
    if agreed >= known:
        return agreed
    return known + dt.timedelta(days=book.settings.policy.payment_days)


def reference_body(book: Book, member: str, service_year: str) -> str:
    """Return a payment reference's body up to its count: agreement, service year and party.

    So both sides arrive at the same reference without asking.
    """
    party = book.party_codes.get(member) or letters_and_digits(member)
    return f"{letters_and_digits(book.agreement.id)}{service_year}{party}"


def _period_decision(book: Book, order: Order, correction: Correction, arose: Value) -> dict[str, Value]:
    by = order.ordered_by or order.certified_by or book.settings.policy.standing_order
    if not by:
        place = f"Leistungsjahr {correction.service_year}"
        allowed = "ein Name (--ordered-by) oder eine allgemeine Zahlungsanordnung in book.toml"
        raise EntryRefused(
            [Problem(str(book.config_file), place, "niemand entscheidet über die Periode", allowed)]
        )
    reason = order.period_decision or (
        f"Das Jahr {correction.service_year} ist abgeschlossen; die Verpflichtung ist am {arose:%d.%m.%Y} entstanden"
    )
    return {v.PERIOD_DECISION: reason, v.PERIOD_DECISION_BY: by}


def _narration(kind: v.Kind, correction: Correction, date: dt.date, *, prior: bool) -> str:
    what = "Kostenbeteiligung" if kind == v.Kind.SHARE else "Korrektur der Kostenbeteiligung"
    late = f" (periodenfremd, gebucht {date.year})" if prior else ""
    return f"{what} {correction.service_year}{late}"


def _share_postings(
    book: Book, claims: Claims, correction: Correction, posten: str, *, known: dt.date, prior: bool
) -> Iterator[Posting]:
    """Claim against result; what was claimed too much first lowers what is still open, the rest is a claim back."""
    sign = 1 if book.is_operator else -1
    claim_role, refund_role = ("receivable", "payable") if book.is_operator else ("payable", "receivable")
    party, net = correction.member, correction.difference_cents
    treatment = _treatment(book, correction, known)
    vat = vat_cents(treatment, net)
    cents = net + vat
    if cents > 0:
        yield Posting(book.account(claim_role, party), sign * cents, {v.ITEM: posten})
    else:
        rest = -cents
        for item in claims.items.values():
            lowers = min(rest, max(0, sign * item.open_cents))
            if (item.party, item.service_year) == (party, correction.service_year) and lowers:
                yield Posting(book.account(claim_role, party), -sign * lowers, {v.ITEM: item.posten})
                rest -= lowers
        if rest:
            yield Posting(book.account(refund_role, party), -sign * rest, {v.ITEM: posten})
    yield Posting(_result_account(book, cents, prior=prior), -sign * net, _NO_META)
    if vat:
        account = _vat_account(book, correction, prior=prior)
        yield Posting(account, -sign * vat, {v.VAT: str(vat_percent(treatment))})


def _treatment(book: Book, correction: Correction, known: dt.date) -> VatTreatment | None:
    """Return how a share is taxed; raise EntryRefused from 2027 on as long as no person has decided (UStG § 2b)."""
    year = correction.service_year
    found = vat_treatment(book.agreement, year, known)
    if found is None and year > LAST_YEAR_OF_OLD_VAT_LAW:
        allowed = "eine Entscheidung unter [[vat]]: ab 2027 gilt § 2b UStG für alle"
        raise EntryRefused(
            [Problem(str(book.agreement_file), f"vat {year}", "Umsatzsteuer noch nicht entschieden", allowed)]
        )
    return found


def _vat_account(book: Book, correction: Correction, *, prior: bool) -> str:
    """Return the account that takes the VAT; without one it is part of what a member spends (UStG § 15)."""
    account = book.settings.accounts.vat
    if account is None and book.is_operator:
        found = f"kein Konto für die Umsatzsteuer auf {correction.service_year}"
        allowed = "ein Konto unter [accounts], etwa Passiva:4770-Umsatzsteuer"
        raise EntryRefused([Problem(str(book.config_file), "accounts.vat", found, allowed)])
    return account or _result_account(book, correction.difference_cents, prior=prior)


def _result_account(book: Book, cents: int, *, prior: bool) -> str:
    if not prior:
        return book.account("share")
    earns = book.is_operator == (cents > 0)
    return book.account("prior_period_income" if earns else "prior_period_expense")
