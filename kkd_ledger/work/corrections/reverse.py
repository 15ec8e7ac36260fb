"""kkd reverse: a posted entry is taken back by a new one; never an edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import CorrectionCause, is_prior, moves_bank, reversal_entry, taken_back
from kkd_ledger.book.state.claims import booked_share
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth, YearState
from kkd_ledger.work.claims.withdrawn import was_sent
from kkd_ledger.work.session import Outcome, Session, session


@dataclass(frozen=True)
class Reversed:
    """The entry that was taken back, whether its money is unclear now, and what was written.

    `document` is the number of the document that a party has of it, empty where it has none.
    """

    original: Transaction
    put_in_suspense: bool
    outcome: Outcome
    document: str = ""


def reverse(book: Book, number: str, cause: CorrectionCause, *, dry_run: bool = False) -> Reversed:
    """Book the exact opposite of a posted entry.

    A payment's bank line stays, and its money becomes unclear. It is booked into the newest month; what bears on the
    result of an earlier year that still takes obligations goes into that year's thirteenth month. Raise EntryRefused
    for a number that is unknown or reversed already, for a reversal, an opening balance or suspense, and for an
    entry that later ones build on.
    """
    with session(book, today=cause.order.day) as work:
        original = _original(work, number)
        month = _month(work, original)
        day = max(min(max(cause.order.day, month.first_day), month.last_day), original.date)
        prior = _bears_result(original) and is_prior(work.claims.years, original.date.year, day.year)
        _refuse_nobody(book, original, cause, prior=prior)
        _refuse_built_upon(work, original)
        work.open_month(month)
        entry = reversal_entry(
            book, original, day=day, cause=cause, prior=prior, lines=_bank_lines(work, original)
        )
        work.add([entry], month)
        sent = original.text(v.DEMAND) if was_sent(book, work.reading.records, original) else ""
        return Reversed(original, moves_bank(book, original), work.commit(dry_run=dry_run), sent)


def transactions(work: Session) -> Mapping[str, Transaction]:
    """Return a book's entries by their numbers, in journal order."""
    return {
        record.text(v.NUMBER): record for record in work.reading.records if isinstance(record, Transaction)
    }


def _bank_lines(work: Session, original: Transaction) -> Mapping[str, Transaction]:
    """Return the entries that booked the bank lines which an entry names, by their keys."""
    named = {original.text(v.BANK_REFERENCE), *(leg.meta.get(v.BANK_REFERENCE) for leg in original.postings)}
    kinds = {v.Kind.PAYMENT, v.Kind.RETURN, v.Kind.SUSPENSE, v.Kind.OPENING}
    return {
        key: record
        for record in transactions(work).values()
        if record.text(v.KIND) in kinds and (key := record.text(v.BANK_REFERENCE)) and key in named
    }


def reversals(work: Session) -> Mapping[str, str]:
    """Return which entry reverses which: the reversed one's number → the reversal's."""
    return {
        record.text(v.REVERSES): number
        for number, record in transactions(work).items()
        if record.text(v.KIND) == v.Kind.REVERSAL
    }


def same(work: Session, entry: Transaction) -> str:
    """Return the number of a standing entry of the same kind and day that moves the same money; empty without one.

    Then the command was given twice, or again after a process died past its point of no return.
    """
    gone = reversals(work)
    for number, record in transactions(work).items():
        alike = all(
            record.meta.get(key) == entry.meta.get(key) for key in (v.KIND, v.RECORDED, v.BANK_REFERENCE)
        )
        if alike and record.postings == entry.postings and number not in gone:
            return number
    return ""


def booked(work: Session, number: str) -> Transaction:
    """Return an entry by its number; raise EntryRefused where there is none."""
    record = transactions(work).get(number)
    if record is None:
        last = max(transactions(work), default="keine")
        raise _refusal(work, number, "keine solche Buchung", f"eine gebuchte Nummer; die letzte ist {last}")
    return record


def _original(work: Session, number: str) -> Transaction:
    original = booked(work, number)
    by = reversals(work).get(number)
    if by:
        raise _refusal(work, number, f"schon storniert durch {by}", "eine Buchung, die noch gilt")
    kind = original.text(v.KIND)
    if kind == v.Kind.REVERSAL:
        allowed = (
            "die Buchung selbst; was zu Unrecht storniert wurde, wird neu gebucht (`kkd post`, `kkd clear`)"
        )
        raise _refusal(work, number, f"selbst ein Storno (von {original.text(v.REVERSES)})", allowed)
    if kind == v.Kind.OPENING:
        allowed = "`kkd opening BUCH BETRAG --reason GRUND --by NAME` mit dem richtigen Betrag, 0,00 nimmt ihn zurück"
        raise _refusal(work, number, "der Anfangsbestand des Bankkontos", allowed)
    if kind in v.SHARE_KINDS and work.claims.years.get(number[:4]) == YearState.RESOLVED:
        allowed = "eine neue Buchung im offenen Jahr: `kkd post` bucht den Unterschied zur Vereinbarung"
        raise _refusal(work, number, f"das Jahr {number[:4]} ist beschlossen, seine Posten bleiben", allowed)
    if not taken_back(work.book, original):
        raise _refuse_bank_line(work, original)
    return original


def _refuse_bank_line(work: Session, original: Transaction) -> EntryRefused:
    number, key = original.text(v.NUMBER), original.text(v.BANK_REFERENCE)
    if original.text(v.KIND) == v.Kind.CLEARING:
        actual = "eine Bankzeile, die aus dem Buch genommen ist"
        return _refusal(work, number, actual, f"`kkd decide BUCH {key} --new` bucht sie wieder")
    allowed = f"`kkd clear BUCH {number} POSTEN`; eine Bankzeile ist eine Tatsache und wird zugeordnet, nicht storniert"
    if work.book.settings.bank.dedicated:
        allowed += f"; {no_such_line(number)}"
    else:
        allowed += f"; gehört sie nicht hierher, nimmt `kkd decide BUCH {key} --foreign` sie aus dem Buch"
    return _refusal(work, number, "eine Bankzeile ohne Zuordnung zu einem Posten", allowed)


def no_such_line(number: str) -> str:
    """Return how a booked line of a dedicated account is taken back that the bank never had, in German."""
    return (
        f"gab es die Zeile nicht, so lässt `kkd clear BUCH {number} NR --by NAME --reason GRUND` sie sich mit dem "
        "Unterschied aufheben, den die Entscheidung gegen sie stellte (`kkd clear BUCH --list` nennt ihn)"
    )


def _bears_result(original: Transaction) -> bool:
    return any(leg.account.startswith(v.RESULT_ROOTS) for leg in original.postings)


def _month(work: Session, original: Transaction) -> BookingMonth:
    """The newest month; for the result of an earlier year that is still open, the closing month of that year."""
    newest, year = work.newest, original.date.year
    if moves_bank(work.book, original) or not _bears_result(original) or year == newest.year:
        return newest
    return newest if is_prior(work.claims.years, year, newest.year) else BookingMonth(year, CLOSING_MONTH)


def _refuse_nobody(book: Book, original: Transaction, cause: CorrectionCause, *, prior: bool) -> None:
    if prior and not (cause.by or cause.order.ordered_by or book.settings.policy.general_order):
        allowed = "ein Name (--by) oder eine allgemeine Zahlungsanordnung in book.toml"
        place = f"Buchung {original.text(v.NUMBER)}"
        raise EntryRefused(
            [Problem(str(book.config_file), place, "niemand entscheidet über die Periode", allowed)]
        )


def _refuse_built_upon(work: Session, original: Transaction) -> None:
    """What builds on an entry goes first: an item never stands below nothing, nor above what was claimed on it.

    A correction of a share builds on those before it: posted again without it they would bear another name.
    """
    if later := ", ".join(_corrected_later(work, original)):
        actual = f"derselbe Anteil wurde danach noch berichtigt: {later}"
        allowed = "diese zuerst stornieren, die jüngste zuerst; danach bucht `kkd post` alle neu"
        raise _refusal(work, original.text(v.NUMBER), actual, allowed)
    problems = [
        _built_upon(work, original, leg)
        for leg in taken_back(work.book, original)
        if v.ITEM in leg.meta and not _bears(work.claims.items.get(str(leg.meta[v.ITEM])), original, leg)
    ]
    if problems:
        raise EntryRefused(problems)


def _corrected_later(work: Session, original: Transaction) -> Iterator[str]:
    """Yield the corrections of an entry's share that came after it, hold and can be reversed."""
    corrected = booked_share(work.book, original)
    gone, seen = reversals(work), False
    for number, record in transactions(work).items() if corrected else ():
        share = booked_share(work.book, record) if seen else None
        seen = seen or record is original
        alike = share and corrected and share[:2] == corrected[:2] and record.text(v.KIND) in v.SHARE_KINDS
        resolved = work.claims.years.get(number[:4]) == YearState.RESOLVED
        if alike and number not in gone and not resolved:
            yield f"{number} ({record.text(v.KIND)})"


def _bears(item: Item | None, original: Transaction, leg: Posting) -> bool:
    if item is None:
        return True
    open_cents = item.sign * (item.open_cents + leg.cents)
    claim = leg.cents if original.text(v.KIND) in v.SHARE_KINDS else 0
    return 0 <= open_cents <= item.sign * (item.claimed_cents + claim)


def _built_upon(work: Session, original: Transaction, leg: Posting) -> Problem:
    posten, number = str(leg.meta[v.ITEM]), original.text(v.NUMBER)
    item = work.claims.items[posten]
    here = f"auf Posten {posten} (offen {format_eur(abs(item.open_cents))})"
    if later := ", ".join(_later(work, number, posten)):
        actual, allowed = f"{here} stehen danach noch {later}", "diese zuerst stornieren, die jüngste zuerst"
    else:
        actual = f"{here} ist die Zuordnung, die sie voraussetzt, selbst storniert"
        allowed = "erst dieses Geld wieder zuordnen (`kkd clear BUCH --list`), dann stornieren"
    return Problem(str(work.book.root), f"Buchung {number}", actual, allowed)


def _later(work: Session, number: str, posten: str) -> Iterator[str]:
    gone = reversals(work)
    seen = False
    for other, record in transactions(work).items():
        touches = any(leg.meta.get(v.ITEM) == posten for leg in record.postings)
        if seen and touches and other not in gone and record.text(v.KIND) != v.Kind.REVERSAL:
            yield f"{other} ({record.text(v.KIND)})"
        seen = seen or other == number


def _refusal(work: Session, number: str, actual: str, allowed: str) -> EntryRefused:
    return EntryRefused([Problem(str(work.book.root), f"Buchung {number}", actual, allowed)])
