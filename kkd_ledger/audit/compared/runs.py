"""Payment runs: record, payment file, acts and agreement tell one thing.

The hashes of both files stand in the ledger; whoever has the program makes hashes again. What a run says of itself has
to fit nonetheless: two persons of the Kasse, the sum of its amounts, the bank's file with just these, and accounts that
were agreed at some time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.compared.answered import RUNS
from kkd_ledger.audit.compared.kinds import RUN
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import KEPT
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.money import format_eur, parse_eur
from kkd_ledger.payments.sepa import RunRefused
from kkd_ledger.payments.sepa_file import FiledPayment, read_file
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.roles import roles_of
from kkd_ledger.rules.engine.rule import Finding

_DAY: Final = r"\d{4}-\d\d-\d\d"
_RECORD: Final = re.compile(
    rf'{_DAY} custom "{v.CustomType.RECORD}" "({RUNS}/[^"\\]*\.(?:json|xml))" "[0-9a-f]{{64}}"$', re.ASCII
)
_ACT: Final = re.compile(
    rf'{_DAY} custom "{v.CustomType.ACT}" "\d+" "([^"\\]*)" "((?:[^"\\]|\\.)*)" "[^"]*" ({_DAY})$', re.ASCII
)
_DIRECTIVE: Final = re.compile(rf"{_DAY} ", re.ASCII)
_IBAN: Final = re.compile(rb"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_TAKEN_BACK: Final = "storno"
_BY_TWO: Final = {str(v.Deed.PREPARES): "vorbereitet-von", str(v.Deed.RELEASES): "freigegeben-von"}


class _Act(NamedTuple):
    deed: str
    person: str
    day: str


class _Named(NamedTuple):
    """A run's file as a month names it: where, and the acts behind it."""

    place: Place
    acts: list[_Act]


def differing_runs(book: Book, texts: BookTexts, months: Iterable[BookingMonth]) -> Iterator[Finding]:
    """Yield in what the runs that some months name say different things of themselves.

    That a file is gone, or is not the one that was named, is told beside (`answered`).
    """
    named: dict[str, _Named] = {}
    for month in months:
        named |= _named_in(f"{month.stem}.beancount", texts)
    ibans = _agreed_ever(book) if named else frozenset()
    for file, run in named.items():
        name, _, ending = file.removeprefix(f"{RUNS}/").rpartition(".")
        flaws: Iterable[str] = ()
        if ending == "xml":
            flaws = [] if f"{RUNS}/{name}.json" in named else ["keine Niederschrift nennt diese Zahldatei"]
        elif (data := _read(texts.find(file) or b"")) is None:
            flaws = ["keine lesbare Niederschrift eines Zahllaufs"] if texts.find(file) else []
        else:
            paid = texts.find(f"{RUNS}/{name}.xml")
            flaws = (*_persons(book, data, run.acts), *_contents(book, name, data, paid, ibans))
        yield from (Finding(RUN, run.place, f"{file}: {what}") for what in flaws)


def _named_in(file: str, texts: BookTexts) -> dict[str, _Named]:
    """Return the run files that a month's text names, each with the acts just behind it; the last naming holds."""
    named: dict[str, _Named] = {}
    group: list[_Named] = []
    for number, line in enumerate((texts.find(file) or b"").decode("utf-8", "replace").splitlines(), start=1):
        if not _DIRECTIVE.match(line):
            continue
        if act := _ACT.match(line):
            for run in group:
                run.acts.append(_Act(*act.groups()))
            continue
        if any(run.acts for run in group):
            group = []
        if record := _RECORD.match(line):
            named[record[1]] = _Named(Place(file, number), [])
            group.append(named[record[1]])
    return named


def _read(content: bytes) -> dict[str, Any] | None:
    """Return a record; None where it is not readable."""
    try:
        data = json.loads(content)
        if _TAKEN_BACK not in data:
            _amounts(data)
            str(data["lauf"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _contents(
    book: Book, name: str, data: Mapping[str, Any], paid: bytes | None, ibans: frozenset[str]
) -> Iterator[str]:
    if _TAKEN_BACK in data:
        return
    if data["lauf"] != name:
        yield f"nennt sich {data['lauf']!r}"
    if paid is not None:
        yield from _payment_file(book, data, paid, ibans)


def _amounts(data: Mapping[str, Any]) -> Counter[int]:
    """Return what a run moves; those of before 2026-11-29 name no amounts, but the sum."""
    amounts = data.get("betraege", {})
    cents = Counter(parse_eur(amounts[posten]["betrag"]) for posten in data["posten"] if amounts)
    return cents or Counter([parse_eur(data["summe"])])


def _persons(book: Book, data: Mapping[str, Any], acts: list[_Act]) -> Iterator[str]:
    """Yield that not two persons of the Kasse answer for a run, or others than it names.

    A run of before there were acts is answered for by two who confirm it.
    """
    confirmed = [act.person for act in acts if act.deed == v.Deed.CONFIRMS]
    if len(confirmed) > 1 and are_different(confirmed):
        return
    by = {act.deed: act for act in acts if act.deed in _BY_TWO}
    if by.keys() != _BY_TWO.keys() or not are_different(act.person for act in by.values()):
        yield f"nicht zwei Personen stehen dafür ein, sondern {', '.join(act.person for act in acts) or 'keine'}"
        return
    for deed, key in _BY_TWO.items():
        act = by[deed]
        if data.get(key, act.person) != act.person or data.get("tag", act.day) != act.day:
            yield f"nennt {data.get(key)} am {data.get('tag')}, gehandelt hat {act.person} am {act.day}"
        day = dt.date.fromisoformat(act.day)
        holders = [holder for holder in book.settings.roles if holder.holds(v.Role.PAYS, day)]
        if holders and v.Role.PAYS not in roles_of(book.settings, act.person, day):
            yield f"{act.person} gehörte am {german.day(day)} nicht zur Kasse"


def _payment_file(
    book: Book, data: Mapping[str, Any], content: bytes, ibans: frozenset[str]
) -> Iterator[str]:
    """Yield in what the bank's file is not what the record says, or pays where nobody agreed."""
    try:
        file = read_file(content, data["lauf"])
    except RunRefused:
        yield "die Zahldatei daneben ist nicht lesbar"
        return
    amounts = _amounts(data)
    total = sum(cents * count for cents, count in amounts.items())
    if total != parse_eur(data["summe"]):
        yield f"die Beträge ergeben {format_eur(total)}, genannt ist {data['summe']}"
    paid = Counter(payment.cents for payment in file.payments)
    if (paid != amounts if "betraege" in data else sum(paid.elements()) != total) or file.id != data["lauf"]:
        yield f"die Zahldatei bewegt {format_eur(sum(paid.elements()))}, die Niederschrift {format_eur(total)}"
    items = {payment.end_to_end for payment in file.payments if _item(book, payment.end_to_end)}
    if strange := sorted(items.difference(data["posten"])):
        yield f"die Zahldatei zahlt {', '.join(strange)}, die Niederschrift nennt {', '.join(data['posten'])}"
    for account in sorted(file.ibans - book.settings.ibans_ever):
        yield f"die Zahldatei bewegt das Konto {account}, das des Buchs ist {book.settings.bank.iban}"
    for payment in file.payments:
        if payment.iban not in ibans:
            yield f"die Zahldatei nennt das Konto {payment.iban}, das keine bekannte Vereinbarung nennt"
        elif other := _of_another(book, payment):
            yield f"die Zahldatei nennt für {payment.end_to_end} das Konto {payment.iban}: es gehört {other}"


def _item(book: Book, end_to_end: str) -> re.Match[str] | None:
    """Return an end-to-end id as an item's name, with its party; None for a reference."""
    return re.fullmatch(rf"{re.escape(book.agreement.id)}-[0-9]{{4}}-(.+)-[^-]+", end_to_end)


def _of_another(book: Book, payment: FiledPayment) -> str:
    """Return whose account a payment goes to, where it is another party's than the item's."""
    item = _item(book, payment.end_to_end)
    party = book.agreement.party(book.counterparty(item[1])) if item else None
    if party is None or payment.iban in party.ibans:
        return ""
    return next((other.name for other in book.agreement.parties() if payment.iban in other.ibans), "")


def _agreed_ever(book: Book) -> frozenset[str]:
    """Return every account that the agreement names, or one that a close or a confirmation has kept."""
    present = BookFolder(book.root)
    kept = [present.read(path) for path in present.listed(KEPT) if present.is_file(path)]
    accounts = {iban.decode() for content in kept for iban in _IBAN.findall(content.replace(b" ", b""))}
    return frozenset(accounts | {iban for party in book.agreement.parties() for iban in party.ibans})
