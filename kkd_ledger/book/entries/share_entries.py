"""Shares and corrections → entries ("Soll an Haben", docs/ledger-format.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import (
    LAST_YEAR_OF_OLD_VAT_LAW,
    Claim,
    ClaimKind,
    Correction,
    Due,
    VatTreatment,
    known_vat,
    planned_claims,
    resolution,
    vat_percent,
)
from kkd_ledger.agreement.dues.bills import BillChange
from kkd_ledger.agreement.dues.due_parts import divided, summed
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import Authorisation, name_of, ordered
from kkd_ledger.book.entries.result_legs import result_legs
from kkd_ledger.book.entries.settled_advances import TakenOver, taken_over
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.posten import PostenKind, posten, reference, tail
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro, Posting, Transaction, Value
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.periods import YearState, year_in

PRIOR: Final = ("prior_period_expense", "prior_period_income")
_WHAT: Final[Mapping[v.Kind, str]] = MappingProxyType(
    {
        v.Kind.SHARE: "Kostenbeteiligung",
        v.Kind.CORRECTION: "Korrektur der Kostenbeteiligung",
        v.Kind.ADVANCE: "Vorauszahlung auf die Kostenbeteiligung",
        v.Kind.SETTLEMENT: "Abrechnung der Kostenbeteiligung",
        v.Kind.CHARGE: "Einzelabrechnung",
    }
)
_POSTEN: Final = MappingProxyType(
    {
        ClaimKind.SHARE: PostenKind.SHARE,
        ClaimKind.CHARGE: PostenKind.CHARGE,
        ClaimKind.ADVANCE: PostenKind.ADVANCE,
        ClaimKind.SETTLEMENT: PostenKind.SETTLEMENT,
        ClaimKind.CORRECTION: PostenKind.CLAIM,
        ClaimKind.CREDIT: PostenKind.CREDIT,
        ClaimKind.TAX: PostenKind.TAX,
    }
)


def is_prior(years: Mapping[str, str], fiscal_year: int, booking_year: int) -> bool:
    """Tell whether an obligation of a fiscal year is prior-period in the booking year.

    It is where that is earlier and its accounts no longer take obligations; a year of which the books say nothing
    counts as closed (docs/ledger-format.md: an obligation belongs to the old year only while that is open). A service
    year belongs to the fiscal year in which it ends.
    """
    if fiscal_year >= booking_year:
        return False
    state = years.get(str(fiscal_year))
    return state not in set(YearState) or not YearState(str(state)).takes_obligations


def share_entry(
    book: Book,
    claims: Claims,
    correction: Correction,
    *,
    date: dt.date,
    demanded: dt.date,
    order: Authorisation,
    taken: Sequence[TakenOver] | None = None,
) -> Transaction:
    """Return the entry that brings a party's service year from what is booked to what the agreement entitles.

    The first time a `kostenbeteiligung`, later a `korrektur`: a claim or a credit on a posten of its own. Its number
    is given later, under the lock; `demanded` is the day from which a period for payment runs. A settlement less what
    was paid takes over what is named by `taken`, without it what this book knows to be unpaid of the advances. Raise
    EntryRefused for a party without adopted resolution.
    """
    kind = kind_of(correction)
    small = (
        abs(correction.difference_cents + correction.vat_cents) < book.settings.policy.prior_period_min_cents
    )
    fiscal = book.agreement.fiscal_year(correction.service_year)
    prior = is_prior(claims.years, fiscal, date.year) and not small
    end = posten_end(correction)
    parts = taken_over(book, claims, correction) if taken is None else taken
    result = tuple(result_legs(book, claims, correction, day=date, prior=prior))
    prior = prior and any(book.bears(leg.account, *PRIOR) for leg in result)
    postings = sorted(
        _share_postings(book, correction, end, parts, result, day=date),
        key=lambda leg: leg.cents < 0,
    )
    if parts:  # whoever asks which item an entry makes takes the first one
        own = posten(book.agreement.id, correction.service_year, correction.member, end)
        postings.sort(key=lambda leg: leg.meta.get(v.ITEM) != own)
    meta = _share_meta(book, correction, end, demanded) | {v.KIND: kind, v.RECORDED: order.day}
    if prior:
        declared = str(fiscal) in claims.years
        arose = meta[v.AROSE]
        assert isinstance(arose, dt.date)
        meta |= _period_decision(book, order, correction, arose, declared=declared)
    name = name_of(book, book.counterparty(correction.member))
    return Transaction(
        date,
        name,
        narration(
            kind,
            book.agreement.year_name(correction.service_year),
            date,
            prior=prior,
            bill=correction.bill,
            taxes=correction.kind == ClaimKind.TAX,
        ),
        (v.PRIOR_PERIOD_TAG,) if prior else (),
        (f"{book.agreement.id}-{correction.service_year}-{correction.member}",),
        ordered(meta | order.meta(book)),
        tuple(postings),
    )


def kind_of(correction: Correction) -> v.Kind:
    """Return what a claim is booked as."""
    if correction.kind == ClaimKind.ADVANCE:
        return v.Kind.ADVANCE
    if correction.kind == ClaimKind.SETTLEMENT:
        return v.Kind.SETTLEMENT
    if correction.kind == ClaimKind.CHARGE:
        return v.Kind.CHARGE
    if correction.bill or correction.kind == ClaimKind.TAX:
        return v.Kind.CORRECTION
    return v.Kind.SHARE if correction.booked_cents == 0 else v.Kind.CORRECTION


def posten_end(correction: Correction | Claim) -> str:
    """Return how the name of a claim's posten ends: nothing that a book has booked goes into it."""
    return tail(_POSTEN[correction.kind], correction.named, correction.place)


def _share_meta(book: Book, correction: Correction, end: str, demanded: dt.date) -> dict[str, Value]:
    agreement, member = book.agreement, correction.member
    adopted = resolution(agreement, member)
    if adopted is None or adopted.adopted is None:
        actual = f"kein Beschluss von {name_of(book, member)}"
        raise EntryRefused(
            [Problem(str(book.agreement_file), "resolutions", actual, "ein gefasster Beschluss")]
        )
    dues = due_days(book, correction, demanded)
    arose = max(adopted.adopted, agreement.days_of(correction.service_year).first)
    return {
        v.AROSE: arose if correction.booked_cents == 0 and not correction.bill else correction.since,
        v.AGREEMENT: agreement.id,
        v.PARTY: member,
        v.SERVICE_YEAR: str(correction.service_year),
        v.KNOWN: correction.known_on,
        v.RESOLUTION: adopted.paper,
        v.REFERENCE: reference(book, correction.service_year, member, end),
        v.DUE: dues[0].day,
    }


def due_days(book: Book, correction: Correction, demanded: dt.date) -> tuple[Due, ...]:
    """Return when a claim is due in parts of its net amount; what was due before it is demanded is due later."""
    share = book.shares(correction.service_year, correction.known_on).of(correction.member)
    agreed = correction.dues or (Due(share.due if share else demanded, correction.difference_cents),)
    if correction.after_days is not None:
        return (Due(demanded + dt.timedelta(days=correction.after_days), correction.difference_cents),)
    days = book.settings.policy.payment_days
    if len(agreed) == 1:
        return (Due(due_of(agreed[0].day, demanded, days), agreed[0].cents),)
    return summed(Due(due_of(due.day, demanded, days), due.cents) for due in agreed)


def days_after_demand(book: Book, record: Transaction) -> int | None:
    """Return how many days after its demand a booked claim is due; None where its day does not hang on that."""
    if not any(plan.after and plan.after.of == "demand" for plan in book.agreement.dues):
        return None
    party, year = record.text(v.PARTY), year_in(record.text(v.SERVICE_YEAR))
    names = {str(leg.meta[v.ITEM]) for leg in record.postings if v.ITEM in leg.meta}
    owed = planned_claims(book.agreement, party, year, record.day(v.KNOWN)) if year else ()
    return next((claim.after_days for claim in owed if _name_of(book, claim) in names), None)


def _name_of(book: Book, claim: Claim) -> str:
    return posten(
        book.agreement.id,
        claim.service_year,
        claim.member,
        tail(_POSTEN[claim.kind], claim.named, claim.place),
    )


def rate_entries(
    book: Book, entry: Transaction, correction: Correction, *, demanded: dt.date
) -> tuple[Custom, ...]:
    """Return the due plan of a claim that is due on several days: its gross amount in rates.

    Those of a credit say which rates of the share it lowers.
    """
    dues = due_days(book, correction, demanded)
    leg = next(leg for leg in entry.postings if v.ITEM in leg.meta)
    if len(dues) == 1:
        return ()
    name = str(leg.meta[v.ITEM])
    return tuple(
        Custom(entry.date, v.CustomType.INSTALMENT, (name, due.day, Euro(due.cents)), {})
        for due in divided(dues, abs(leg.cents))
    )


def due_of(agreed: dt.date, demanded: dt.date, payment_days: int) -> dt.date:
    """Return when a claim falls due that is demanded on a day.

    What is demanded only after the agreed day falls due a period for payment later (default 30 days, BGB § 286).
    """
    return agreed if agreed >= demanded else demanded + dt.timedelta(days=payment_days)


def _period_decision(
    book: Book, order: Authorisation, correction: Correction, arose: dt.date, *, declared: bool
) -> dict[str, Value]:
    """Return why a share is prior-period, and who decides that.

    That a year is closed is said only where somebody declared it.
    """
    by = order.ordered_by or order.certified_by or book.settings.policy.general_order
    if not by:
        place = f"Leistungsjahr {book.agreement.year_name(correction.service_year)}"
        allowed = "ein Name (--ordered-by) oder eine allgemeine Zahlungsanordnung in book.toml"
        raise EntryRefused(
            [Problem(str(book.config_file), place, "niemand entscheidet über die Periode", allowed)]
        )
    year = book.agreement.fiscal_year(correction.service_year)
    since = f"die Verpflichtung ist am {german.day(arose)} entstanden"
    grounds = (
        f"Das Jahr {year} ist abgeschlossen"
        if declared
        else f"Angenommen, das Buch nennt keinen Stand von {year}"
    )
    reason = order.period_decision or f"{grounds}; {since}"
    return {v.PERIOD_DECISION: reason, v.PERIOD_DECISION_BY: by}


def narration(
    kind: v.Kind,
    service_year: str,
    date: dt.date,
    *,
    prior: bool,
    bill: BillChange | None = None,
    taxes: bool = False,
) -> str:
    """Return the text of a share's or a correction's entry; that of a bill of charges bears the bill's own name.

    `taxes` is one that a later decision on VAT brought.
    """
    what = f"{'Umsatzsteuer auf die Kostenbeteiligung' if taxes else _WHAT[kind]} {service_year}"
    if bill:
        what = bill.after.title if bill.before is None else f"Korrektur: {bill.after.title}"
    late = f" (periodenfremd, gebucht {date.year})" if prior else ""
    return f"{what}{late}"


def _share_postings(
    book: Book,
    correction: Correction,
    end: str,
    taken: Sequence[TakenOver],
    result: Sequence[Posting],
    *,
    day: dt.date,
) -> Iterator[Posting]:
    """Claim against result; what was claimed too much is a credit, and stays one until an entry sets it off.

    The claim's own leg comes first, then the advances that it takes over: their claims end here.
    """
    sign = 1 if book.is_operator else -1
    party, vat = correction.member, correction.vat_cents
    treatment = _treatment(book, correction)
    cents = correction.difference_cents + vat + sign * sum(part.open_cents for part in taken)
    role = "receivable" if (cents > 0) == book.is_operator else "payable"
    name = posten(book.agreement.id, correction.service_year, party, end)
    yield Posting(book.account(role, party, day), sign * cents, {v.ITEM: name})
    for part in taken:
        yield Posting(part.item.account, -part.open_cents, {v.ITEM: part.item.posten})
    yield from result
    if vat or (taken and vat_percent(treatment)):
        account = _vat_account(book, correction, result)
        yield Posting(account, -sign * vat, {v.VAT: str(vat_percent(treatment))})


def _treatment(book: Book, correction: Correction) -> VatTreatment | None:
    """Return how a share is taxed; raise EntryRefused from 2027 on as long as no person has decided (UStG § 2b)."""
    year = correction.service_year
    treatment = known_vat(book.agreement, year, correction.known_on)
    if treatment is None and year > LAST_YEAR_OF_OLD_VAT_LAW:
        allowed = "eine Entscheidung unter [[vat]]: ab 2027 gilt § 2b UStG für alle"
        raise EntryRefused(
            [
                Problem(
                    str(book.agreement_file),
                    f"vat {book.agreement.year_name(year)}",
                    "Umsatzsteuer noch nicht entschieden",
                    allowed,
                )
            ]
        )
    return treatment


def _vat_account(book: Book, correction: Correction, result: Sequence[Posting]) -> str:
    """Return the account that takes the VAT; without one it is part of what a member spends (UStG § 15)."""
    account = book.settings.accounts.vat
    if account is None and book.is_operator:
        actual = f"kein Konto für die Umsatzsteuer auf {book.agreement.year_name(correction.service_year)}"
        allowed = "ein Konto unter [accounts], etwa Passiva:4770-Umsatzsteuer"
        raise EntryRefused([Problem(str(book.config_file), "accounts.vat", actual, allowed)])
    return account or result[0].account
