"""kkd pay and kkd collect: what is due becomes a payment file, each item once, released by a second person."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.items import Item
from kkd_ledger.errors import UsageError
from kkd_ledger.invoice.contacts import Contacts, load
from kkd_ledger.invoice.sepa import Payment, Run, debits, end_to_end, transfers
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.money import plain

FOLDER: Final = "zahlungen"


@dataclass(frozen=True)
class Release:
    """Who prepared and who released a run (two persons), when, and on which day the bank shall act."""

    prepared_by: str
    released_by: str
    day: dt.date
    execution: dt.date


@dataclass(frozen=True)
class Paid:
    """A payment run: its file, and the items that an earlier run has already told the bank about."""

    run: Run
    file: str
    before: tuple[str, ...]
    outcome: Outcome | None


def pay(book: Book, release: Release, *, dry_run: bool = False) -> Paid:
    """Write a pain.001 with every payable that is due by the day of execution and in no earlier run.

    Nothing is booked: the statement books the payment. Raise InvoiceRefused with everything that stands against it.
    """
    return _run(book, release, v.LIABILITIES, transfers, "pain001", dry_run=dry_run)


def collect(book: Book, release: Release, *, dry_run: bool = False) -> Paid:
    """Write a pain.008 with every receivable that is due by the day of execution, where a mandate exists.

    Parties without a mandate in contacts.toml are left out: they pay by themselves.
    """
    return _run(book, release, v.ASSETS, debits, "pain008", dry_run=dry_run)


def _run(
    book: Book, release: Release, root: str, write: Callable[[Run], bytes], kind: str, *, dry_run: bool
) -> Paid:
    contacts = load(book.agreement_file, book.agreement)
    with session(book) as work:
        told = _told(book)
        due = [
            item
            for item in _due(work, root, release.execution)
            if root == v.LIABILITIES or _mandate(book, contacts, item)
        ]
        fresh = [item for item in due if item.posten not in told]
        before = tuple(item.posten for item in due if item.posten in told)
        if not fresh:
            return Paid(_made(book, contacts, release, (), kind), "", before, None)
        run = _made(book, contacts, release, fresh, kind)
        content = write(run)
        file = f"{FOLDER}/{run.id}.xml"
        work.put(file, content)
        work.put(f"{FOLDER}/{run.id}.json", _record(run, fresh))
        return Paid(run, file, before, work.commit(dry_run=dry_run))


def _due(work: Session, root: str, execution: dt.date) -> Iterator[Item]:
    for item in work.claims.items.values():
        if item.account.startswith(root) and item.open_cents and (item.due or item.booked) <= execution:
            yield item


def _mandate(book: Book, contacts: Contacts, item: Item) -> bool:
    return bool(contacts.of(book.counterparty(item.party)).mandate)


def _told(book: Book) -> set[str]:
    """Return the items that earlier runs have named; what has come back is paid again by hand."""
    folder = book.root / FOLDER
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return {posten for run in runs for posten in run["posten"]}


def _record(run: Run, items: Sequence[Item]) -> bytes:
    data = {
        "lauf": run.id,
        "tag": run.day.isoformat(),
        "ausfuehrung": run.execution.isoformat(),
        "vorbereitet-von": run.prepared_by,
        "freigegeben-von": run.released_by,
        "summe": plain(run.total_cents),
        "posten": [item.posten for item in items],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _made(book: Book, contacts: Contacts, release: Release, items: Sequence[Item], kind: str) -> Run:
    names = {member.id: member.name for member in book.agreement.parties()}
    count = 1 + sum(1 for _ in (book.root / FOLDER).glob(f"{kind}-{release.day}-*.json"))
    own = contacts.of(book.party)
    return Run(
        id=f"{kind}-{release.day}-{count:03}",
        day=release.day,
        execution=release.execution,
        name=own.name or names[book.party],
        iban=book.settings.bank.iban,
        prepared_by=release.prepared_by,
        released_by=release.released_by,
        payments=tuple(_payment(book, contacts, item) for item in items),
        creditor_id=own.creditor_id,
    )


def _payment(book: Book, contacts: Contacts, item: Item) -> Payment:
    party = book.agreement.party(book.counterparty(item.party))
    assert party, "an open item is a party's"
    held = contacts.of(party.id)
    try:
        signed = dt.date.fromisoformat(held.mandate_signed) if held.mandate_signed else None
    except ValueError:
        raise UsageError(f"{contacts.file}: mandate_signed von {party.id} ist kein Tag JJJJ-MM-TT.") from None
    return Payment(
        end_to_end(item.posten, item.reference),
        abs(item.open_cents),
        held.name or party.name,
        party.ibans[0] if party.ibans else "",
        item.reference,
        f"{item.document or item.posten} {item.reference}".strip(),
        held.mandate,
        signed,
    )
