"""When a received document wants to be paid: its due day or days, and what its terms of payment say (BT-9, BT-20)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import shares
from kkd_ledger.agreement.dues.due_parts import divided
from kkd_ledger.book.entries import days_after_demand, due_days
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted, to_clear
from kkd_ledger.einvoice.comparison.payment_accounts import is_debit
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.money import format_amount, format_eur, parse_typed_eur

PERIOD_SLACK_DAYS: Final = 7
"""By how many days the period for payment of a late demand may differ and still be the usual one."""
_RATE: Final = re.compile(r"([0-9][0-9.]*,[0-9]{2}) EUR bis zum ([0-3][0-9]\.[01][0-9]\.2[0-9]{3})\b")
_WRITTEN_DAY: Final = re.compile(r"\b[0-3]?[0-9]\.[01]?[0-9]\.2[0-9]{3}\b|\b2[0-9]{3}-[01][0-9]-[0-3][0-9]\b")
_WITHIN: Final = re.compile(r"\b([0-9]{1,3})\s+Tagen?\b", re.IGNORECASE)
_CODED: Final = re.compile(
    r"#(SKONTO|VERZUG)#TAGE=([0-9]{1,3})#PROZENT=([0-9]{1,2}\.[0-9]{2})#(?:BASISBETRAG=(-?[0-9.]+)#)?"
)
_DISCOUNT: Final = re.compile(r"\bSkont", re.IGNORECASE)


def compared_dues(case: Case) -> Iterator[ComparedField]:
    """Yield the due day against the agreed one, instalments, and what else the terms of payment offer or threaten."""
    agreed = _agreed_due(case)
    if agreed is None:
        return  # no service year is named, which is told where the lines are compared
    planned = _planned(case)
    yield _against_plan(case, planned) if planned else _due(case, agreed)
    yield from _in_words(case)
    yield from terms(case)


def _due(case: Case, agreed: dt.date) -> ComparedField:
    """Return the due day beside the agreed one; what is demanded late falls due a period for payment later."""
    due, until, term = case.document.due, german.day(agreed), "BT-9"
    if due is None and (rates := _rates(case.document)):
        return _instalments(case, rates, until)
    if due is None and (several := case.document.instalments):
        named = ", ".join(german.day(day) for day in sorted({rate.due for rate in several if rate.due}))
        said = (
            f"das Dokument nennt mehrere Fälligkeiten ({named}), nicht aber, was wann zu zahlen ist; "
            f"vereinbart ist der {until}"
        )
        return to_clear("Fälligkeit", term, named, until, said)
    if due is None:
        said = f"das Dokument nennt keine Fälligkeit; vereinbart ist der {until}"
        return noted("Fälligkeit", term, "keine", until, said)
    issued, days = case.document.issued, case.book.settings.policy.payment_days
    named, given, late = german.day(due), (due - issued).days, agreed < issued
    if due == agreed or due in _booked_dues(case) or (late and abs(given - days) <= PERIOD_SLACK_DAYS):
        return as_agreed("Fälligkeit", term, named)
    if late and 0 <= given <= 2 * days:
        said = (
            f"fällig {named}, {given} Tage nach dem Dokument vom {german.day(issued)}; üblich sind {days} "
            f"(vereinbart war der {until}, das Dokument kam danach)"
        )
        return noted("Fälligkeit", term, named, until, said)
    apart = (due - agreed).days
    more = "später" if apart > 0 else "früher"
    before = ", noch vor dem Tag des Dokuments" if due < issued else ""
    said = f"fällig {named}, vereinbart {until}: {abs(apart)} Tage {more}{before}"
    return to_clear("Fälligkeit", term, named, until, said)


def _in_words(case: Case) -> Iterator[ComparedField]:
    """Yield the day, or the number of days, that stands in the terms beside another one in the field for it."""
    document, due = case.document, case.document.due
    if due is None or is_debit(document):
        return
    named, text = german.day(due), _CODED.sub("", document.terms)
    written = {day for day in map(_day, _WRITTEN_DAY.findall(text)) if day}
    if written and due not in written:
        days = ", ".join(german.day(day) for day in sorted(written))
        said = f"im Text steht als Tag {days}, fällig ist nach dem Feld dafür der {named}"
        yield noted("Fälligkeit im Text", "BT-20", days, named, said)
    within = {int(count) for count in _WITHIN.findall(text)}
    given = (due - document.issued).days
    if not written and within and given not in within and not _DISCOUNT.search(text):
        days = german.listing([f"{count} Tage" for count in sorted(within)])
        said = f"im Text stehen {days}, fällig ist nach dem Feld dafür der {named}, {given} Tage nach dem Dokument"
        yield noted("Fälligkeit im Text", "BT-20", days, named, said)


def _day(text: str) -> dt.date | None:
    with suppress(ValueError):
        if "-" in text:
            return dt.date.fromisoformat(text)
        day, month, year = map(int, text.split("."))
        return dt.date(year, month, day)
    return None


def terms(case: Case) -> Iterator[ComparedField]:
    """Yield discounts and interest that the terms name: nobody agreed on them, they change nothing of what is paid."""
    document, name, term = case.document, "Zahlungsbedingungen", "BT-20"
    coded = list(_CODED.finditer(document.terms))
    for match in coded:
        percent, days = match[3].replace(".", ","), int(match[2])
        until = german.day(document.issued + dt.timedelta(days=days))
        if match[1] == "SKONTO":
            said = f"{percent} % Skonto bei Zahlung bis {until}; vereinbart ist keiner, gezahlt wird der ganze Betrag"
        else:
            said = f"{percent} % Verzugszinsen nach {days} Tagen; sie gelten nur, wie sie vereinbart sind"
        yield noted(name, term, match[0].strip("#"), "keine", said)
    if not coded and _DISCOUNT.search(document.terms):
        said = "die Zahlungsbedingungen nennen Skonto; vereinbart ist keiner, gezahlt wird der ganze Betrag"
        yield noted(name, term, " ".join(document.terms.split()), "kein Skonto", said)


def _rates(document: Invoice) -> tuple[tuple[dt.date, int], ...]:
    """Return the instalments of a document, days and cents: only where they add up to what is to be paid."""
    rates = [(rate.due, rate.cents) for rate in document.instalments]
    whole = [(day, cents) for day, cents in rates if day is not None and cents is not None]
    if not rates:
        with suppress(ValueError):  # the 31.02. is no day: then these words say nothing
            for amount, day in _RATE.findall(document.terms):
                whole.append((dt.date(*map(int, reversed(day.split(".")))), parse_typed_eur(amount)))
    if (
        len(whole) > 1
        and len(whole) >= len(rates)
        and sum(cents for _, cents in whole) == document.totals.due_cents
    ):
        return tuple(sorted(whole))
    return ()


def _instalments(case: Case, rates: tuple[tuple[dt.date, int], ...], until: str) -> ComparedField:
    """Return what becomes of instalments: our book has the same, or they have to be entered, or all is paid at once."""
    named = _in_rates(rates)
    if any(tuple((due.day, due.cents) for due in item.dues) == rates for item in case.items):
        return as_agreed("Fälligkeit", "BT-20", named)
    switches = " ".join(f"--instalment {day.isoformat()}={format_amount(cents)}" for day, cents in rates)
    posten = next((item.posten for item in case.items), "POSTEN")
    said = (
        f"zahlbar in Raten: {named}; vereinbart: {until}. `kkd pay` zahlt, wie es vereinbart ist, bis diese Raten im "
        f"Buch stehen: `kkd defer BUCH {posten} --kind ratenzahlung {switches} --order GRUND --by NAME "
        "--certified-by NAME`"
    )
    return noted("Fälligkeit", "BT-20", named, until, said)


def _planned(case: Case) -> tuple[tuple[dt.date, int], ...]:
    """Return the rates, day and cents, in which what is demanded is due by the agreement; empty for one sum."""
    planned = [(due.day, due.cents) for item in case.items if item.plan for due in item.dues]
    for year in case.years:
        if year.step and year.booked is None and len(year.step.dues) > 1:
            gross = year.demanded_cents + year.vat_cents
            dues = due_days(case.book, year.step, min(case.document.issued, case.day))
            planned += [(due.day, due.cents) for due in divided(dues, gross)]
    return tuple(sorted(planned)) if len(planned) > 1 else ()


def _against_plan(case: Case, planned: tuple[tuple[dt.date, int], ...]) -> ComparedField:
    """Return the rates of a document beside those that were agreed; booked and paid are the agreed ones."""
    agreed, given = _in_rates(planned), _rates(case.document)
    if given == planned:
        return as_agreed("Fälligkeit", "BT-20", agreed)
    if given and _never_earlier(given, planned):
        return _instalments(case, given, agreed)
    due = case.document.due
    shown = _in_rates(given) if given else german.day(due) if due else "keine"
    said = (
        f"das Dokument nennt {shown}; vereinbart sind Raten: {agreed}; gebucht und gezahlt wird nach diesen"
    )
    return to_clear("Fälligkeit", "BT-20" if given else "BT-9", shown, agreed, said)


def _never_earlier(given: tuple[tuple[dt.date, int], ...], planned: tuple[tuple[dt.date, int], ...]) -> bool:
    """Tell whether on no day more is asked for than was agreed by then: the creditor has deferred something."""
    return all(
        sum(cents for on, cents in given if on <= day) <= sum(cents for on, cents in planned if on <= day)
        for day, _ in given
    )


def _in_rates(rates: tuple[tuple[dt.date, int], ...]) -> str:
    return ", ".join(f"{format_eur(cents)} bis zum {german.day(day)}" for day, cents in rates)


def _booked_dues(case: Case) -> set[dt.date]:
    """Return the due days that our own book knows: of the entries, and where they were deferred of what is open."""
    booked = {due for year in case.years if year.booked and (due := year.booked.record.day(v.DUE))}
    return (
        booked | {item.due_on for item in case.items} | {due.day for item in case.items for due in item.dues}
    )


def _agreed_due(case: Case) -> dt.date | None:
    """Return the day on which all that is demanded is due by the agreement (or, party unknown there, as booked)."""
    dues = []
    for year in case.years:
        if case.book.agreement.by_claims and (year.step or year.booked):
            step = year.step if year.booked is None else None
            dues += [due.day for due in due_days(case.book, step, case.document.issued)] if step else []
            after = days_after_demand(case.book, year.booked.record) if year.booked else None
            dues += [] if after is None else [case.document.issued + dt.timedelta(days=after)]
            continue
        share = shares(case.book.agreement, year.service_year, year.known_on or case.day).of(case.book.party)
        if share:
            dues.append(share.due)
    return max([*dues, *(() if dues else _booked_dues(case))], default=None)
