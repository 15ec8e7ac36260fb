"""Lists and letters beside the summary, told and reckoned: counts, runs, delta letters, interest, ages."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Record
from kkd_ledger.letters.delta import _components, _documents, deltas
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.payments import interest
from kkd_ledger.payments.interest import ReminderTerms
from kkd_ledger.persons.contacts import load
from kkd_ledger.web.page import page
from kkd_ledger.work.claims.remind import _Desk
from kkd_ledger.work.corrections.clearing import waiting
from kkd_ledger.work.month.figures import standing_lines
from kkd_ledger.work.month.work_left import work_left
from kkd_ledger.work.session import session
from kkd_ledger.work.transfers.payrun import _dues
from kkd_ledger.work.transfers.settling import Desk
from tests.figures.reckoning import Item, Reckoning
from tests.figures.told import Figures, cents

POINTS = Fraction(5)
TABLE = Path(interest.__file__).with_name("base_rates.toml")


def _count(text: str) -> int:
    found, *_ = re.findall(r" (?:ist|sind) (\d+) ", text)  # the second one is how many days
    return int(found)


# -------------------------------------------------------------------------------------------------- what is told


def told_lists(book: Book) -> Figures:
    """Return what lists and letters tell of a book as of the last day of its newest month."""
    records = read(book).records
    known = overview(book, records)
    assert known.standings
    day, found = known.standings.as_of, Figures()
    for line in list(standing_lines(known.standings))[1:]:
        if progress := re.search(r"(\d{4}): .*; (\d+) von (\d+) bezahlt", line):
            found["bezahlt", int(progress[1])] = (int(progress[2]), int(progress[3]))
    for work in work_left(book, known.claims, day):
        kind = "Ungeklärt" if work.text.startswith("Ungeklärt") else "Erstattung" in work.text
        found["Anzahl", kind] = _count(work.text)
    found["Alter",] = sorted((one.suspense.cents, one.days) for one in waiting(book, day))
    for one in page(book, records).derived:
        found["Rechenweg", int(one.year_name[:4])] = one.amount_cents
    found |= _told_runs(book, day)
    return found | (_told_letters(book, records, day, known.standings.years) if book.is_operator else {})


def _told_letters(book: Book, records: Sequence[Record], day: dt.date, years: Sequence[int]) -> Figures:
    found: Figures = {}
    for year in years:
        for letter in deltas(book, records, year):
            found |= _told_delta(("Neuberechnung", letter.member, year), letter)
    desk = _Desk(
        book,
        records,
        day,
        ReminderTerms(points=POINTS, rates=interest.base_rates()),
        Stationery(),
        day,
        None,
        {},
    )
    for items in desk._by_member().values():
        found |= {("Zinsen", one.posten): one.interest_cents for one in items if not one.instalment}
    return found


def _told_runs(book: Book, day: dt.date) -> Figures:
    """Return what a run of transfers would pay of each item, and what is due that no debit takes."""
    with session(book) as work:
        contacts = load(book.agreement_file, book.agreement)
        desk = Desk(book, work.reading.records, contacts, (), day, dt.date.min)
        dues = list(_dues(work, desk, "Passiva"))
        found: Figures = {("pay", one.item.posten): "nicht" if one.left else one.cents for one in dues}
        for sentence in desk.without_mandate(work.claims.items.moving.values()):
            found["collect", int(sentence.split()[0])] = cents(sentence.partition(" (")[0])
    return found


def _told_delta(key: tuple[object, ...], letter: object) -> Figures:
    """Return the sums of a letter's two tables, read as they are printed."""
    components, documents = _components(letter), _documents(letter)  # type: ignore[arg-type]
    before, after, more, less = (cents(text) if text else 0 for text in components["sums"][0]["amounts"])
    rows = [_signed(row[3:]) for row in components["rows"]]
    ways = {"Anforderung": 1, "Minderung": -1}
    asked = [ways[row[2]] * cents(row[3]) for row in documents["rows"]]
    return {
        (*key, "bisher"): before,
        (*key, "neu"): after,
        (*key, "Unterschied"): more - less,
        (*key, "Bestandteile"): sum(rows),
        (*key, "Dokumente"): asked,
    }


def _signed(columns: list[str]) -> int:
    more, less = (cents(text) if text else 0 for text in columns)
    return more - less


# -------------------------------------------------------------------------------------------- what is reckoned


def expected_lists(book: Book, sums: Reckoning, day: dt.date, agreed: dict[tuple[str, int], int]) -> Figures:
    """Return what is to be told, by the plain text alone."""
    found = Figures()
    for year in sorted({year for _, year in agreed}):
        cells = [_cell(sums, party, year, agreed[party, year]) for party, one in agreed if one == year]
        if len(cells) > 1:
            found["bezahlt", year] = (sum(paid for paid, _ in cells), sum(owes for _, owes in cells))
    for refund in (False, True):
        if late := [one for one in sums.side(refund=refund) if any(on < day for on, _ in one.dues)]:
            found["Anzahl", refund] = len(late)
    if sums.suspense:
        found["Anzahl", "Ungeklärt"] = len(sums.suspense)
    found["Alter",] = sorted(
        (amount, (day - sums.suspense_day[key]).days) for key, amount in sums.suspense.items()
    )
    if not book.is_operator:
        found |= {("Rechenweg", year): amount for (_, year), amount in agreed.items()}
    found |= _expected_runs(sums, day)
    if book.is_operator:
        found |= _expected_deltas(sums)
        for one in sums.side(refund=False):
            if not (one.plan and one.in_rates) and any(on < day for on, _ in one.dues):
                found["Zinsen", one.name] = _interest(one, day)
    return found


def _cell(sums: Reckoning, party: str, year: int, agreed: int) -> tuple[bool, bool]:
    """Return whether a share is paid, and whether anything was or is to pay."""
    demands = sums.side(refund=False, party=party, year=year)
    booked, still_open = sums.booked[party, year], sum(one.open for one in demands)
    remitted = any(one.moved.get("erlass") for one in demands)
    nothing = booked == agreed and booked <= 0 and not still_open and not remitted
    return booked > 0 and not still_open and not remitted, not nothing


def _expected_runs(sums: Reckoning, execution: dt.date) -> Figures:
    found = Figures()
    spent = {-amount for amount in sums.suspense.values() if amount < 0}
    owing = [(one, sum(part for on, part in one.dues if on <= execution)) for one in sums.items.values()]
    for one, due in owing:
        if due and one.sign < 0:
            found["pay", one.name] = "nicht" if due in spent else due
    taken = [due for one, due in owing if due and one.sign > 0]
    if taken:
        found["collect", len(taken)] = sum(taken)
    return found


def _expected_deltas(sums: Reckoning) -> Figures:
    found = Figures()
    for (party, year), amounts in sums.demanded.items():
        held = list(amounts.values())
        if len(held) > 1:
            key, change = ("Neuberechnung", party, year), sum(held) - held[0]
            found |= {
                (*key, "bisher"): held[0],
                (*key, "neu"): sum(held),
                (*key, "Unterschied"): change,
                (*key, "Bestandteile"): change,
                (*key, "Dokumente"): held,
            }
    return found


def _interest(one: Item, day: dt.date) -> int:
    """Return 5 points above the base rate, day by day, on what was open of an item since it fell due, in cents."""
    rates = sorted(_rates())
    total = Fraction(0)
    due = one.plan[0][0] if one.plan else one.due
    for number in range(due.toordinal() + 1, day.toordinal() + 1):
        on = dt.date.fromordinal(number)
        left = one.claimed - sum(amount for moved, amount in one.moves if moved <= on)
        rate = [percent for begins, percent in rates if begins <= on][-1]
        if left > 0:
            total += Fraction(left) * max(Fraction(0), rate + POINTS) / 100 / (365 + calendar.isleap(on.year))
    return int(total + Fraction(1, 2))


def _rates() -> Iterator[tuple[dt.date, Fraction]]:
    for one in tomllib.loads(TABLE.read_text(encoding="utf-8"))["rates"]:
        yield one["from"], Fraction(str(one["percent"]))
