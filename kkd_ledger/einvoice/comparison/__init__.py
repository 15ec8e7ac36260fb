"""A received demand against the agreement and the books: one record a field, and the verdict that follows from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document as Voucher
from kkd_ledger.book.text.records import Record
from kkd_ledger.einvoice.comparison.addresses import addresses
from kkd_ledger.einvoice.comparison.amounts import amounts, years_of
from kkd_ledger.einvoice.comparison.case import Case, YearDemand, service_year
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    Judgement,
    noted,
    printable,
    refused,
    to_clear,
)
from kkd_ledger.einvoice.comparison.document_form import REPLACED, form
from kkd_ledger.einvoice.comparison.parties import parties
from kkd_ledger.einvoice.comparison.payment import payment
from kkd_ledger.einvoice.comparison.payment_accounts import account_of, accounts_in, is_debit
from kkd_ledger.einvoice.comparison.referred import references
from kkd_ledger.einvoice.comparison.unread import beyond
from kkd_ledger.einvoice.model import Invoice, UnreadText
from kkd_ledger.einvoice.shown import shown
from kkd_ledger.persons.contacts import Contacts

__all__ = [
    "WARNING",
    "ComparedField",
    "Comparison",
    "Judgement",
    "Verdict",
    "YearDemand",
    "account_of",
    "accounts_in",
    "compare",
    "is_debit",
    "kept_under",
    "known_as",
    "noted",
    "objection",
    "other_content",
    "refused",
    "service_year",
    "suspected",
    "unreadable",
]


WARNING: Final = "ACHTUNG, Zeichen eines möglichen Betrugs"


class DocumentVerdict(StrEnum):
    """What becomes of a received document."""

    AS_AGREED = "wie vereinbart"
    KNOWN = "schon eingegangen"
    CLARIFY = "zu klären"
    ACCEPTED = "angenommen"
    REJECTED = "zurückgewiesen"
    REFUSED = "abgelehnt"


@dataclass(frozen=True)
class Comparison:
    """The verdict on a document: per service year, and every field that was compared.

    `said` is what to say of a document that was not compared: where it is kept already, why it cannot be taken.
    """

    verdict: DocumentVerdict
    years: tuple[YearDemand, ...] = ()
    fields: tuple[ComparedField, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """What stands against booking, in words, signs of fraud first."""
        return (*self.said, *_worded(self._judged(Judgement.CLEAR)))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever signs should know, in words: it changes nothing of what is booked and paid."""
        return _worded(self._judged(Judgement.TOLD))

    @property
    def signs(self) -> tuple[str, ...]:
        """What a fraud would look like, in words: whoever certifies must have seen all of it."""
        return tuple(dict.fromkeys(str(field) for field in self.fields if field.is_sign and not field.agrees))

    @property
    def unacceptable(self) -> tuple[str, ...]:
        """What no person can accept, in words."""
        return tuple(str(field) for field in self._judged(Judgement.CLEAR) if not field.may_be_accepted)

    @property
    def may_be_accepted(self) -> bool:
        """Whether a person can accept what is to be cleared."""
        return self.verdict == DocumentVerdict.CLARIFY and bool(self.years) and not self.unacceptable

    def _judged(self, judgement: Judgement) -> Iterable[ComparedField]:
        return (field for field in self.fields if field.judgement == judgement)

    def without_signs(self) -> Comparison:
        """Return it without the signs of fraud, which are told by themselves."""
        return replace(
            self, fields=tuple(field for field in self.fields if field.agrees or not field.is_sign)
        )

    def text(self) -> str:
        """Return the verdict as German text, signs of fraud before everything else."""
        rest = self.without_signs()
        warned = f"{self.verdict}; {WARNING}: {'; '.join(self.signs)}" if self.signs else str(self.verdict)
        reasons = "; ".join(rest.reasons)
        front = f"{warned}{'; außerdem' if self.signs else ''}: {reasons}" if reasons else warned
        return f"{front}; zu beachten: {'; '.join(rest.remarks)}" if rest.remarks else front


def _worded(fields: Iterable[ComparedField]) -> tuple[str, ...]:
    """Return fields in words, signs of fraud first, each sentence once."""
    return tuple(dict.fromkeys(map(str, sorted(fields, key=lambda field: not field.is_sign))))


def compare(
    book: Book,
    contacts: Contacts,
    claims: Claims,
    records: Sequence[Record],
    *,
    document: Invoice,
    day: dt.date,
    unread: Sequence[UnreadText] = (),
    objections: Sequence[ComparedField] = (),
    again: bool = False,
    today: dt.date | None = None,
) -> Comparison:
    """Compare a document that a member received with its books and the agreement as known on a day.

    `unread` is what it says beyond EN 16931, `objections` are what the checks of the document itself have found against
    it. One whose number is kept already is known, unless it is to be compared `again`, because its content is another.
    `today` (else the day) is when it came in.
    """
    kept = kept_under(records, document.number)
    if kept and not again:
        return known_as(document.number, kept[0])
    years = tuple(years_of(book, claims, records, document, day))
    case = Case(book, contacts, claims, records, document, day, years, tuple(unread), today or day)
    parts = (parties, addresses, payment, form, references, amounts, beyond)
    fields = tuple(map(printable, (*objections, *(field for part in parts for field in part(case)))))
    if any(field.judgement == Judgement.CLEAR for field in fields):
        return Comparison(DocumentVerdict.CLARIFY, years, fields)
    replaced = (f"tritt an die Stelle von {field.actual}" for field in fields if field.name == REPLACED)
    return Comparison(DocumentVerdict.AS_AGREED, years, fields, tuple(replaced))


def kept_under(records: Sequence[Record], number: str) -> tuple[str, ...]:
    """Return the files under which a document number is kept and books an item, the first one first."""
    return tuple(
        dict.fromkeys(
            record.path
            for record in records
            if isinstance(record, Voucher) and record.meta.get(v.DEMAND) == number and v.ITEM in record.meta
        )
    )


def known_as(number: str, kept: str, *, rejects: bool = False) -> Comparison:
    """Return that a document is kept already; what is kept has been booked, so that nobody can reject it any more."""
    number = shown(number)
    said = f"{number} liegt unter {kept}"
    if not rejects:
        return Comparison(DocumentVerdict.KNOWN, said=(said,))
    way = f"{number} ist schon angenommen, zurückgewiesen wird es damit nicht; `kkd reverse` nimmt die Buchung zurück"
    return Comparison(DocumentVerdict.KNOWN, fields=(noted("Entscheidung", "", "", "", way),), said=(said,))


def other_content(number: str, kept: str) -> ComparedField:
    """Return that another document of that number is kept; a person may accept it where it demands the same."""
    said = f"{shown(number)} ist schon mit anderem Inhalt eingegangen ({kept})"
    return to_clear("Nummer", "BT-1", number, "eine neue", said)


def objection(rule: str, text: str) -> ComparedField:
    """Return what a check of the document itself has found against it; a person may accept it."""
    return to_clear(rule, "", text, "ein Dokument nach der Norm", f"{rule}: {text}" if rule else text)


def unreadable(text: str) -> ComparedField:
    """Return that something in a document cannot be read: nobody can accept what nobody knows."""
    return refused("Lesbarkeit", "", text, "eine lesbare Angabe", text)


def suspected(comparison: Comparison) -> Comparison:
    """Return a document that agrees but shows signs of fraud as one that waits: who certifies must have seen them."""
    way = "Feststellen und anordnen kann das erst, wer die Zeichen gesehen hat: annehmen mit `--accept GRUND --by NAME`"
    return replace(comparison, verdict=DocumentVerdict.CLARIFY, said=(*comparison.said, way))
