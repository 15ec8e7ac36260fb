"""The corrections of a party's service year with their VAT, and among them what later decisions change of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from kkd_ledger import german
from kkd_ledger.agreement.dues.due_parts import Due
from kkd_ledger.agreement.dues.party_claims import ClaimKind
from kkd_ledger.agreement.reckoning.correction import Correction, Key
from kkd_ledger.agreement.reckoning.later_vat import NetClaim, TaxStep, YearVat
from kkd_ledger.agreement.reckoning.words import VAT_WORDS
from kkd_ledger.money import format_eur


class BookedYear(NamedTuple):
    """What is booked of a party's service year: net and VAT cents, and the day by which the last of it was reckoned."""

    key: Key
    net_cents: int
    tax_cents: int
    stood: dt.date | None


def taxed_corrections(
    tax: YearVat, booked: BookedYear, corrections: Sequence[Correction], owed: Sequence[NetClaim]
) -> Iterator[Correction]:
    """Yield a party's corrections with their VAT, and between them what decisions change of what was claimed before.

    `owed` are all its claims, booked or not; they are asked for only where a rate changed.
    """
    if not tax.changes:
        for each in corrections:
            vat = tax.on(each.difference_cents, each.known_on)
            yield replace(each, vat_cents=vat) if vat else each
        return
    net, taxed = booked.net_cents, booked.tax_cents
    pending = [day for day in tax.changes if booked.stood is None or day > booked.stood]
    first = owed[0].since if owed else tax.as_of
    for each in corrections:
        for change in _changed(tax, pending, net, taxed, upto=each.since):
            yield _correction(tax, booked.key, change, (net, taxed), owed)
            taxed += change.cents
        claim = NetClaim(
            each.since, each.difference_cents, each.since, settles=each.kind == ClaimKind.SETTLEMENT
        )
        vat = tax.of(claim, first, each.booked_cents, taxed)
        yield replace(each, vat_cents=vat)
        net, taxed = each.entitled_cents, taxed + vat
    for change in _changed(tax, pending, net, taxed, upto=tax.as_of):
        yield _correction(tax, booked.key, change, (net, taxed), owed)
        taxed += change.cents
    if missing := tax.missing(owed, net, taxed):
        late = _correction(tax, booked.key, missing, (net, taxed), owed)
        is_own = missing in tuple(tax.history(owed))
        yield replace(late, known_on=tax.as_of, place=0 if is_own else 1)


def _changed(
    tax: YearVat, pending: list[dt.date], net_cents: int, tax_cents: int, *, upto: dt.date
) -> Iterator[TaxStep]:
    """Take the decisions known by a day and yield what each changes of a year that stands at net and tax."""
    while pending and pending[0] <= upto:
        day = pending.pop(0)
        if cents := tax.on(net_cents, day) - tax_cents:
            yield TaxStep(day, cents)
            tax_cents += cents


def _correction(
    tax: YearVat, key: Key, change: TaxStep, stood: tuple[int, int], owed: Sequence[NetClaim]
) -> Correction:
    (member, year), (net_cents, tax_cents) = key, stood
    later = [claim.since for claim in owed if claim.since > change.day][:1]
    if following := tax.following(change.day):
        later.append(following)
    known_on = min(later) - dt.timedelta(days=1) if later else tax.as_of
    treatment = tax.treatment(change.day)
    words = VAT_WORDS[treatment.treatment] if treatment else "nicht entschieden"
    after = format_eur(tax_cents + change.cents)
    reason = (
        f"Umsatzsteuer {tax.agreement.year_name(year)}: {after} statt der gebuchten {format_eur(tax_cents)}; "
        f"bekannt seit dem {german.day(change.day)}: {words}"
    )
    due = max((claim.due for claim in owed if claim.since < change.day), default=change.day)
    dues = (Due(due, change.cents),)
    return Correction(
        member,
        year,
        net_cents,
        net_cents,
        0,
        reason,
        ClaimKind.TAX,
        change.day,
        known_on,
        change.day,
        dues,
        vat_cents=change.cents,
    )
