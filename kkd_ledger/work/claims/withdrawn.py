"""What tells a party that a document it has holds no more: its claim was reversed, and nothing took its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Record, Transaction, Value
from kkd_ledger.letters.posted import Withdrawn, withdrawn_claims
from kkd_ledger.letters.stationery import Stationery, folder_of
from kkd_ledger.letters.withdrawal import withdrawal_letter
from kkd_ledger.persons.contacts import ADDRESS, SELLER_NEEDS, ContactsRefused, load, missing
from kkd_ledger.work.claims.outgoing_papers import FOLDER, first_written, keep, kept_documents, lacks
from kkd_ledger.work.claims.remind import side
from kkd_ledger.work.session import Session


class TakenBack(NamedTuple):
    """A claim whose document holds no more, and the file of the letter that says so."""

    claim: Withdrawn
    file: str


def write_withdrawals(
    work: Session, service_year: int, *, today: dt.date, members: Sequence[str], templates: Path | None
) -> tuple[TakenBack, ...]:
    """Put a letter into the batch for every document of a service year that holds no more, where none says so yet.

    Raise ContactsRefused where an address is missing.
    """
    book, records = work.book, work.reading.records
    kept = kept_documents(records)
    fresh = [
        TakenBack(document, file)
        for document in withdrawn_claims(book, records, service_year)
        if (not members or document.member in members) and lacks(book, kept, file := _file(document))
    ]
    contacts = load(book.agreement_file, book.agreement)
    lacking = missing(contacts, book.party, SELLER_NEEDS) if fresh else []
    if lacking := [
        *lacking,
        *(gap for document, _ in fresh for gap in missing(contacts, document.member, ADDRESS)),
    ]:
        raise ContactsRefused(lacking)
    words = Stationery(folder_of(book, templates))
    for document, file in fresh:
        sides = side(book, contacts, book.party), side(book, contacts, document.member)
        day = first_written(records, file, today) or today
        year = book.agreement.year_name(service_year)
        content = withdrawal_letter(*sides, document, words, year=year, day=day)
        meta: Mapping[str, Value] = {v.ITEM: document.posten, v.RECORDED: today}
        keep(work, kept, file, content, account=document.account, day=work.posting_day(today), meta=meta)
    return tuple(fresh)


def was_sent(book: Book, records: Sequence[Record], original: Transaction) -> bool:
    """Tell whether a document about the claim of an entry was written to its party."""
    number = original.text(v.DEMAND)
    return book.is_operator and bool(number) and any(number == other for other in _numbers(records))


def _numbers(records: Sequence[Record]) -> Iterator[str]:
    return (str(record.meta.get(v.DEMAND, "")) for record in records if isinstance(record, Document))


def _file(document: Withdrawn) -> str:
    return f"{FOLDER}/storno-{document.number}-{document.member}.pdf"
