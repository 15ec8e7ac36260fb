"""kkd pay and kkd collect: what is due becomes a payment file, each item once, released by a second person."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.items import Item
from kkd_ledger.book.persons import refuse_unknown
from kkd_ledger.book.records import Document as Voucher
from kkd_ledger.errors import Problem, UsageError
from kkd_ledger.invoice.contacts import Contact, Contacts, load
from kkd_ledger.invoice.read import read
from kkd_ledger.invoice.sepa import Mandate, Payment, Run, RunRefused, debits, end_to_end, transfers
from kkd_ledger.invoice.source import InvoiceRefused
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.money import plain

FOLDER: Final = "zahlungen"
CANCELLED: Final = "storno"


@dataclass(frozen=True)
class Release:
    """Who prepared and who released a run (two persons), when, and on which day the bank shall act."""

    prepared_by: str
    released_by: str
    day: dt.date
    execution: dt.date


@dataclass(frozen=True)
class Paid:
    """A payment run: its file, what an earlier run has already told the bank about, and what comes too early."""

    run: Run
    file: str
    before: tuple[str, ...]
    early: tuple[str, ...]
    outcome: Outcome | None


@dataclass(frozen=True)
class Cancelled:
    """A run that the bank will not carry out (or a part of it): its items may go into a run again."""

    run: str
    items: tuple[str, ...]
    file: str
    outcome: Outcome


def pay(book: Book, release: Release, *, dry_run: bool = False) -> Paid:
    """Write a pain.001 with every payable that is due by the day of execution and in no earlier run.

    Nothing is booked: the statement books the payment. Raise RunRefused with everything that stands against it.
    """
    return _run(book, release, v.LIABILITIES, transfers, "pain001", dry_run=dry_run)


def collect(book: Book, release: Release, *, dry_run: bool = False) -> Paid:
    """Write a pain.008 with every receivable that is due by the day of execution, where a mandate exists.

    Parties without a mandate in contacts.toml are left out: they pay by themselves. What was not announced long enough
    before (`prenotification_days`, 14 without another agreement: SDD rulebook) is left out as well, and told.
    """
    return _run(book, release, v.ASSETS, debits, "pain008", dry_run=dry_run)


def _run(
    book: Book, release: Release, root: str, write: Callable[[Run], bytes], kind: str, *, dry_run: bool
) -> Paid:
    contacts = load(book.agreement_file, book.agreement)
    _may_pay(book, (release.prepared_by, release.released_by), release.day)
    with session(book, states=False) as work:
        told = _told(book)
        due = list(_due(work, root, release.execution))
        if root == v.ASSETS:
            due = [item for item in due if contacts.of(book.counterparty(item.party)).mandate]
        notice = {item.posten: _announced(book, contacts, item) for item in due if root == v.ASSETS}
        early = [item for item in due if notice.get(item.posten, dt.date.min) > release.execution]
        fresh = [item for item in due if item.posten not in told and item not in early]
        before = tuple(item.posten for item in due if item.posten in told)
        early_told = tuple(f"{item.posten} (frühestens {notice[item.posten]:%d.%m.%Y})" for item in early)
        if not fresh:
            return Paid(_made(book, contacts, release, {}, kind), "", before, early_told, None)
        asked = {item.posten: _asked(work, item) if root == v.LIABILITIES else "" for item in fresh}
        run = _made(
            book, contacts, release, {item.posten: (item, asked[item.posten]) for item in fresh}, kind
        )
        content = write(run)
        file = f"{FOLDER}/{run.id}.xml"
        work.put(file, content)
        work.put(f"{FOLDER}/{run.id}.json", _record(run, fresh))
        return Paid(run, file, before, early_told, work.commit(dry_run=dry_run))


def _may_pay(book: Book, names: Sequence[str], day: dt.date) -> None:
    """Refuse names without the role `kasse`, where book.toml gives it to anybody (GemKVO § 5), and unknown ones."""
    refuse_unknown(book.settings, names, day)
    holders = [one for one in book.settings.roles if one.role == v.Role.PAYS]
    lacking = [
        name
        for name in names
        if holders and not any(one.name == name and one.holds(v.Role.PAYS, day) for one in holders)
    ]
    if lacking:
        allowed = ", ".join(one.name for one in holders if one.holds(v.Role.PAYS, day)) or "niemand"
        raise RunRefused(
            Problem(str(book.config_file), "roles", f"{name} ist nicht Kasse am {day:%d.%m.%Y}", allowed)
            for name in lacking
        )


def _due(work: Session, root: str, execution: dt.date) -> Iterator[Item]:
    for item in work.claims.items.values():
        if item.account.startswith(root) and item.open_cents and (item.due or item.booked) <= execution:
            yield item


def _announced(book: Book, contacts: Contacts, item: Item) -> dt.date:
    """Return the first day on which an item may be collected: the demand announces it, with amount and due day."""
    days = int(contacts.of(book.counterparty(item.party)).prenotification_days or 0)
    return item.booked + dt.timedelta(days=days)


def _records(book: Book) -> list[dict[str, Any]]:
    """Return what was written about runs, cancellations included, in the order of their names."""
    folder = book.root / FOLDER
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def _told(book: Book) -> set[str]:
    """Return the items that the bank has been told to move, by runs that nobody cancelled."""
    return {posten for _, items in _standing(book).values() for posten in items}


def _standing(book: Book) -> dict[str, tuple[dt.date, list[str]]]:
    """Return by run its day of execution and the items that it still stands for."""
    records = _records(book)
    gone = {(one[CANCELLED], posten) for one in records if CANCELLED in one for posten in one["posten"]}
    return {
        one["lauf"]: (
            dt.date.fromisoformat(one["ausfuehrung"]),
            [posten for posten in one["posten"] if (one["lauf"], posten) not in gone],
        )
        for one in records
        if "lauf" in one
    }


def cancel(
    book: Book, run: str, release: Release, reason: str, *, items: Sequence[str] = (), dry_run: bool = False
) -> Cancelled:
    """Take a run back that the bank has not carried out and will not, or some items whose payment came back.

    The file stays as it is; a note beside it frees the items for the next run. Raise UsageError for a run or an item
    that does not stand, RunRefused where one person alone does it, where a payment of it is booked, or where the
    day of execution has come and no statement of it is booked: the money may have moved.
    """
    names = (release.prepared_by, release.released_by)
    _may_pay(book, names, release.day)
    with session(book, states=False) as work:
        standing = _standing(book)
        execution, held = standing.get(run, (dt.date.max, []))
        unknown = sorted(set(items) - set(held))
        if not held or unknown:
            what = (
                f"{', '.join(unknown)} steht nicht im Lauf {run}" if held else f"Der Lauf {run} steht nicht"
            )
            raise UsageError(
                f"{what}; es stehen: {', '.join(one for one, (_, kept) in standing.items() if kept) or 'keine'}."
            )
        freed = tuple(one for one in held if not items or one in items)
        count = 1 + sum(1 for _ in (book.root / FOLDER).glob(f"{CANCELLED}-{run}-*.json"))
        name = f"{CANCELLED}-{run}-{count}"
        if problems := [*_two(name, release), *_moved(work, freed), *_unseen(book, release, execution)]:
            raise RunRefused(problems)
        file = f"{FOLDER}/{name}.json"
        work.put(file, _note(run, release, reason, freed))
        return Cancelled(run, freed, file, work.commit(dry_run=dry_run))


def _two(name: str, release: Release) -> list[Problem]:
    run = Run(name, release.day, release.day, "", "", release.prepared_by, release.released_by, ())
    return run.problems()[:1] if not run.by_two else []


def _moved(work: Session, items: Sequence[str]) -> Iterator[Problem]:
    """Yield the items that a statement has settled: their payment was carried out."""
    for posten in items:
        item = work.claims.items.get(posten)
        if item is None or item.settled:
            yield Problem(posten, "", "die Zahlung ist gebucht", "ein Posten, der noch offen ist")


def _unseen(book: Book, release: Release, execution: dt.date) -> Iterator[Problem]:
    last = max((one.to_day for one in Certificates(book.root).statements), default=dt.date.min)
    if release.day >= execution and last < execution:
        found = f"der Ausführungstag {execution:%d.%m.%Y} ist da, sein Kontoauszug nicht gebucht"
        yield Problem(FOLDER, "", found, "erst den Kontoauszug buchen: die Zahlung kann ausgeführt sein")


def _note(run: str, release: Release, reason: str, items: Sequence[str]) -> bytes:
    return _json(
        {
            CANCELLED: run,
            "tag": release.day.isoformat(),
            "vorbereitet-von": release.prepared_by,
            "freigegeben-von": release.released_by,
            "grund": reason,
            "posten": list(items),
        }
    )


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _record(run: Run, items: Sequence[Item]) -> bytes:
    return _json(
        {
            "lauf": run.id,
            "tag": run.day.isoformat(),
            "ausfuehrung": run.execution.isoformat(),
            "vorbereitet-von": run.prepared_by,
            "freigegeben-von": run.released_by,
            "summe": plain(run.total_cents),
            "posten": [item.posten for item in items],
        }
    )


def _asked(work: Session, item: Item) -> str:
    """Return the reference that the creditor asks for in the document of an item; empty where it is the item's own."""
    for record in work.reading.records:
        if isinstance(record, Voucher) and record.meta.get(v.ITEM) == item.posten:
            try:
                asked = read(work.book.root / record.path).remittance
            except InvoiceRefused:
                continue
            return "" if asked == item.reference else asked
    return ""


def _made(
    book: Book, contacts: Contacts, release: Release, items: Mapping[str, tuple[Item, str]], kind: str
) -> Run:
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
        payments=tuple(_payment(book, contacts, item, asked) for item, asked in items.values()),
        creditor_id=own.creditor_id,
    )


def _payment(book: Book, contacts: Contacts, item: Item, asked: str) -> Payment:
    """Return an item's payment; where the creditor asks for another reference, the item's own goes as end-to-end id.

    So the creditor finds what it knows, and our own statement what we know.
    """
    party = book.agreement.party(book.counterparty(item.party))
    assert party, "an open item is a party's"
    held = contacts.of(party.id)
    return Payment(
        item.reference if asked else end_to_end(item.posten, item.reference),
        abs(item.open_cents),
        held.name or party.name,
        party.ibans[0] if party.ibans else "",
        asked or item.reference,
        asked or f"{item.document or item.posten} {item.reference}".strip(),
        _mandate(held),
    )


def _mandate(held: Contact) -> Mandate | None:
    if not held.mandate or not held.mandate_signed:
        return None
    signed = dt.date.fromisoformat(held.mandate_signed)
    return Mandate(held.mandate, signed, held.mandate_scheme, held.mandate_sequence)
