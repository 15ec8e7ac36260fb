"""kkd year-end: proposes closing entries as a file in pending/; books only what people certified and ordered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation, ClosedShare, certified, is_prior
from kkd_ledger.book.text import canonical
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated, Document, Euro, Transaction
from kkd_ledger.errors import EntryRefused, Problem, cause_of
from kkd_ledger.money import format_eur, parse_eur, plain
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.roles import refuse_unknown
from kkd_ledger.work.dry_run_findings import dry
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.year.closing import YearEndProposals, closing
from kkd_ledger.work.year.closing_year import ClosingProposal
from kkd_ledger.work.year.provisions import Expectation

FORMAT: Final = "kkd-vorschlag/1"
KIND: Final = "jahresabschluss"
PENDING: Final = "pending"


@dataclass(frozen=True)
class Proposed:
    """What was proposed, in which file it waits, and what was written."""

    closing: YearEndProposals
    file: str
    outcome: Outcome


@dataclass(frozen=True)
class Applied:
    """How many closing entries were booked, and what was written."""

    count: int
    outcome: Outcome


def propose(
    book: Book,
    year: int,
    today: dt.date,
    carried_cents: int = 0,
    expected: Sequence[Expectation] = (),
    *,
    dry_run: bool = False,
) -> Proposed:
    """Write the closing entries that a fiscal year needs to `pending/`; nothing is booked.

    `expected` is what people expect of settlements that are still to come, each with its basis. Raise EntryRefused for
    a year that takes nothing any more or has no month in the books, for a carry-over beyond what is left of the
    appropriation, and for an expectation of what is settled.
    """
    with session(book, today=today) as work:
        _refuse_year(work, year)
        _refuse_beyond(work, year, carried_cents)
        proposals = closing(work, year, today, carried_cents, expected)
        file = f"{PENDING}/{year}-{KIND}.json"
        if proposals.proposals:
            work.put(file, _as_bytes(year, today, carried_cents, expected, proposals))
        return Proposed(proposals, file if proposals.proposals else "", work.commit(dry_run=dry_run))


def apply(book: Book, year: int, pending: Path, order: Authorisation, *, dry_run: bool = False) -> Applied:
    """Book the entries of a proposal that people have certified and ordered; lines may be struck, not changed.

    The proposal is reckoned again: what no longer follows from the books and the agreement is refused. The file is the
    voucher of its entries and moves to `documents/`.
    """
    with session(book, today=order.day) as work:
        content, data = _read(
            pending, year
        )  # under the lock: a batch that a dead process decided is in place by now
        _refuse_year(work, year)
        day = dt.date.fromisoformat(str(data["vorgeschlagen-am"]))
        proposals = closing(work, year, day, parse_eur(str(data["uebertrag"])), _expectations(data))
        chosen = _chosen(pending, data["buchungen"], proposals.proposals)
        voucher = f"{v.DOCUMENTS}/{year}-{KIND}-{sha256(content).hexdigest()[:12]}.json"
        _refuse_twice(work, pending, voucher)
        if any(isinstance(proposal.record, Custom) for proposal in chosen):
            _refuse_beyond(work, year, parse_eur(str(data["uebertrag"])))
        work.put(voucher, content)
        if pending.resolve().is_relative_to(book.root.resolve()):
            work.take_away(pending.resolve().relative_to(book.root.resolve()).as_posix(), content)
        _add(work, chosen, order, (voucher, sha256(content).hexdigest()))
        outcome = work.commit(dry_run=dry_run)
    return Applied(len(chosen), dry(outcome) if dry_run else outcome)


def _refuse_beyond(work: Session, year: int, carried_cents: int) -> None:
    """Refuse a carry-over beyond what is left by now: since it was proposed, more may have been ordered or carried."""
    left = max(0, available_cents(work, year))
    if not 0 <= carried_cents <= left:
        allowed = f"höchstens {format_eur(left)}, was vom Ansatz {year} übrig ist"
        raise _refusal(work.book, f"Übertragung {year}", format_eur(carried_cents), allowed)


def _refuse_twice(work: Session, pending: Path, voucher: str) -> None:
    """Refuse a proposal whose carry-over is in the books: unlike an entry, it would follow from them once more."""
    if any(isinstance(record, Document) and record.path == voucher for record in work.reading.records):
        allowed = "ein neuer Vorschlag: `kkd year-end`"
        raise EntryRefused([Problem(str(pending), "", f"schon gebucht ({voucher})", allowed)])


def _add(
    work: Session, chosen: Iterable[ClosingProposal], order: Authorisation, voucher: tuple[str, str]
) -> None:
    for proposal in chosen:
        work.open_month(proposal.month)
        work.add(_booked(work.book, proposal, order, voucher), proposal.month)
        if isinstance(proposal.record, Custom):  # a carry-over bears no names
            refuse_unknown(work.book.settings, [order.certified_by, order.ordered_by], order.day)
            certifier = Doer(v.Deed.CERTIFIES, order.certified_by, order.day)
            work.act(proposal.month, certifier, Doer(v.Deed.ORDERS, order.ordered_by, order.day))


def _booked(
    book: Book, proposal: ClosingProposal, order: Authorisation, voucher: tuple[str, str]
) -> Iterator[Dated]:
    """An entry names the proposal as its voucher; a carry-over has it as a document."""
    record = proposal.record
    if isinstance(record, Custom):
        yield from (
            record,
            Document(record.date, book.account("share"), voucher[0], {v.VOUCHER_HASH: voucher[1]}),
        )
        return
    yield certified(book, record, order, voucher)


def available_cents(work: Session, year: int) -> int:
    """Return what may still be carried over: appropriated for a year, less ordered, less carried over already."""
    line = work.book.settings.budget.line
    carried = (str(year + 1), v.AppropriationKind.CARRIED_OVER)
    left = 0
    for record in work.reading.records:
        if (
            isinstance(record, Custom)
            and record.kind == v.CustomType.APPROPRIATION
            and record.values[0] == line
        ):
            if record.values[-1] == v.AppropriationKind.MEDIUM_TERM:
                continue
            cents = sum(value.cents for value in record.values if isinstance(value, Euro))
            left += cents if record.values[1] == str(year) else 0
            left -= cents if (record.values[1], record.values[-1]) == carried else 0
        elif isinstance(record, Transaction) and record.date.year == year:
            spent = [leg for leg in record.postings if leg.account.startswith(v.EXPENSES)]
            left -= sum(leg.cents for leg in spent if work.book.budget_of(leg.account) == line)
    return left


# --------------------------------------------------------------------------------------------- the pending file


def _as_bytes(
    year: int,
    today: dt.date,
    carried_cents: int,
    expected: Sequence[Expectation],
    proposals: YearEndProposals,
) -> bytes:
    estimates = [
        {
            "beteiligte": each.claim.party,
            "leistungsjahr": str(each.claim.service_year),
            "betrag": plain(each.cents),
            "grundlage": each.basis,
        }
        for each in expected
    ]
    data = {
        "format": FORMAT,
        "art": KIND,
        "jahr": str(year),
        "vorgeschlagen-am": today.isoformat(),
        "uebertrag": plain(carried_cents),
        **({"erwartet": estimates} if estimates else {}),
        "buchungen": [_told(proposal) for proposal in proposals.proposals],
        "hinweise": proposals.missing,
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _told(proposal: ClosingProposal) -> dict[str, Any]:
    return {"monat": str(proposal.month), "text": canonical.write([proposal.record]).strip().split("\n")}


def _read(pending: Path, year: int) -> tuple[bytes, dict[str, Any]]:
    try:
        content = pending.read_bytes()
        data = json.loads(content)
        if (data["format"], data["art"], data["jahr"]) == (FORMAT, KIND, str(year)) and isinstance(
            data["buchungen"], list
        ):
            dt.date.fromisoformat(data["vorgeschlagen-am"])
            parse_eur(data["uebertrag"])
            _expectations(data)
            return content, data
    except OSError as error:
        allowed = f"eine lesbare Datei; ein gebuchter Vorschlag liegt in {v.DOCUMENTS}/, neu macht ihn `kkd year-end`"
        raise EntryRefused([Problem(str(pending), "", cause_of(error), allowed)]) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    allowed = f"ein Vorschlag im Format {FORMAT} zum Jahresabschluss {year}"
    raise EntryRefused([Problem(str(pending), "", "kein solcher Vorschlag", allowed)])


def _expectations(data: Mapping[str, Any]) -> tuple[Expectation, ...]:
    """Return the expectations that a proposal was made with."""
    return tuple(
        Expectation(
            ClosedShare(str(each["beteiligte"]), int(each["leistungsjahr"])),
            parse_eur(str(each["betrag"])),
            str(each["grundlage"]),
        )
        for each in data.get("erwartet", ())
    )


def _chosen(pending: Path, listed: list[Any], proposals: list[ClosingProposal]) -> list[ClosingProposal]:
    rows = [_told(proposal) for proposal in proposals]
    problems = [
        Problem(
            str(pending),
            f"Buchung {place}",
            "folgt nicht (mehr) aus dem Buch",
            "ein neuer Vorschlag: `kkd year-end`",
        )
        for place, row in enumerate(listed, start=1)
        if row not in rows or row in listed[: place - 1]
    ]
    if not listed:
        problems = [
            Problem(str(pending), "buchungen", "keine Buchung", "mindestens eine, die nicht gestrichen ist")
        ]
    if problems:
        raise EntryRefused(problems)
    return [proposal for proposal, row in zip(proposals, rows, strict=True) if row in listed]


def _refuse_year(work: Session, year: int) -> None:
    place, years = f"Haushaltsjahr {year}", sorted({month.year for month in work.months})
    if year not in years:
        raise _refusal(work.book, place, "kein Monat", f"ein Jahr des Buchs: {years[0]} bis {years[-1]}")
    if is_prior(work.claims.years, year, years[-1] + 1) and (
        year < years[-1] or str(year) in work.claims.years
    ):
        state = work.claims.years.get(str(year), "ohne Stand")
        allowed = "offen oder vorläufig-abgeschlossen "
        allowed += f"(`kkd year {work.book.root} {year} vorläufig-abgeschlossen --by NAME`)"
        raise _refusal(work.book, place, state, allowed)


def _refusal(book: Book, place: str, actual: str, allowed: str) -> EntryRefused:
    return EntryRefused([Problem(str(book.root), place, actual, allowed)])
