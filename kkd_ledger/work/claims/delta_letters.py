"""kkd delta: after a true-up every member whose share has changed gets a letter: what became of it, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kkd_ledger.agreement import Awaiting
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Value
from kkd_ledger.letters.delta import Delta, delta_letter, deltas
from kkd_ledger.letters.posted import posted_claims
from kkd_ledger.letters.stationery import Stationery, folder_of
from kkd_ledger.persons.contacts import ADDRESS, SELLER_NEEDS, Contacts, ContactsRefused, load, missing
from kkd_ledger.work.claims.outgoing_papers import (
    FOLDER,
    Progress,
    check_call,
    first_written,
    keep,
    kept_documents,
    lacks,
)
from kkd_ledger.work.claims.post import due_corrections, uncovered_shares
from kkd_ledger.work.claims.remind import side
from kkd_ledger.work.dry_run_findings import dry
from kkd_ledger.work.session import Outcome, session


@dataclass(frozen=True)
class DeltaLetters:
    """The letters written now with their files, how many were there before, and how many shares did not change.

    What has changed, but not in the books, is told by itself: corrections that nobody has posted (`unposted` counts
    the parties), and what waits for a resolution (`awaiting`).
    """

    letters: tuple[tuple[Delta, str], ...]
    before: int
    unchanged: int
    unposted: int
    awaiting: tuple[Awaiting, ...]
    outcome: Outcome


def write_deltas(
    book: Book,
    service_year: int,
    *,
    today: dt.date,
    members: Sequence[str] = (),
    templates: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> DeltaLetters:
    """Write a letter for every corrected share of a service year (or of some members) that has none yet.

    All or nothing: raise ContactsRefused where addresses are missing. Running it again writes nothing; another
    correction gets another letter.
    """
    check_call(book, members)
    with session(book, today=today) as work:
        records = work.reading.records
        changed = [
            delta for delta in deltas(book, records, service_year) if not members or delta.member in members
        ]
        posted = {delta.member for delta in posted_claims(book, records, service_year)}
        asked = {member for member in posted if not members or member in members}
        day = work.posting_day(today)
        uncovered = uncovered_shares(work, day, service_year)
        waiting = tuple(share for share in uncovered if not members or share.member in members)
        due = {due_correction.member for due_correction in due_corrections(work, day, service_year)} & asked
        kept = kept_documents(records)
        fresh = [delta for delta in changed if lacks(book, kept, _file(delta))]
        days = [first_written(records, _file(delta), today) for delta in fresh]
        for delta, content in zip(fresh, _printed(book, fresh, days, templates, progress), strict=True):
            meta: dict[str, Value] = {v.ITEM: delta.last.posten[0], v.RECORDED: today}
            keep(work, kept, _file(delta), content, account=delta.last.account, day=day, meta=meta)
        outcome = work.commit(dry_run=dry_run)
    letters = tuple((delta, _file(delta)) for delta in fresh)
    judged = dry(outcome) if dry_run else outcome
    stays = asked - {delta.member for delta in changed} - {share.member for share in waiting} - due
    return DeltaLetters(letters, len(changed) - len(fresh), len(stays), len(due), waiting, judged)


def _file(delta: Delta) -> str:
    """Where a letter is kept: by the correction that it tells of."""
    return f"{FOLDER}/neuberechnung-{delta.last.number}-{delta.member}.pdf"


def _printed(
    book: Book,
    fresh: Sequence[Delta],
    days: Sequence[dt.date | None],
    templates: Path | None,
    progress: Progress | None,
) -> list[bytes]:
    contacts = load(book.agreement_file, book.agreement)
    _check_contacts(book, contacts, fresh)
    words = Stationery(folder_of(book, templates))
    sender = side(book, contacts, book.party)
    printed = []
    for delta, day in zip(fresh, days, strict=True):
        recipient = side(book, contacts, delta.member)
        printed.append(delta_letter(sender, recipient, delta, words, written=day))
        if progress:
            progress(len(printed), len(fresh))
    return printed


def _check_contacts(book: Book, contacts: Contacts, fresh: Sequence[Delta]) -> None:
    lacking = missing(contacts, book.party, SELLER_NEEDS) if fresh else []
    lacking += [contact for delta in fresh for contact in missing(contacts, delta.member, ADDRESS)]
    if lacking:
        raise ContactsRefused(lacking)
