"""Every figure that the program tells people about a book, read from the words in which it tells them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Record
from kkd_ledger.cli.reconcile import _balance_lines
from kkd_ledger.letters.notice import _balance_tables
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.payments.interest import ReminderTerms
from kkd_ledger.reconciliation.balances import balances
from kkd_ledger.web.page import Page, cell_words, page, sum_words
from kkd_ledger.work.claims.remind import _Desk
from kkd_ledger.work.corrections.clearing import waiting
from kkd_ledger.work.month.figures import budget_lines, standing_lines, suspense_lines
from kkd_ledger.work.month.moved import moved, moved_rows
from kkd_ledger.work.month.work_left import work_left

Key = tuple[object, ...]
Figures = dict[Key, object]
_AMOUNT = re.compile(r"-?[\d.]+,\d\d")


def cents(text: str) -> int:
    """Return the only amount in a text, in cents; whatever shows a minus is wrong already."""
    (amount,) = _AMOUNT.findall(text)
    return int(amount.replace(".", "").replace(",", ""))


def told(book: Book) -> Figures:
    """Return everything that is told of a book as of the last day of its newest month, by where it is told."""
    records = read(book).records
    known = overview(book, records)
    assert known.standings
    found: Figures = {}
    found |= _summary(list(standing_lines(known.standings)))
    found |= _budget_text(list(budget_lines(book, known.budget)))
    suspense = tuple(known.claims.suspense.values())
    found |= _both_ways("Zusammenfassung", " ".join(suspense_lines(suspense)))
    found |= _page(page(book, records))
    for row in known.standings.rows:
        for cell in row:
            data = cell.as_json()
            for name in ("open", "overdue", "refund", "refund_due", "booked", "vat", "due"):
                found["JSON", cell.party, cell.service_year, name] = data[name]
    for one in known.budget:
        data, name = one.as_json(), "received" if one.income else "paid"
        found["JSON", one.year, one.income, "ordered"] = data["ordered"]
        found["JSON", one.year, one.income, "paid"] = data[name]
        found["JSON", one.year, one.income, "rest"] = data.get("surplus" if one.income else "available")
    day = known.standings.as_of
    listed = waiting(book, day)
    found["clear --list",] = sorted((one.suspense.key, one.suspense.cents) for one in listed)
    for work in work_left(book, known.claims, day):
        what = (
            ("Ungeklärt",) if work.text.startswith("Ungeklärt") else ("überfällig", "Erstattung" in work.text)
        )
        found["status", *what] = _AMOUNT.findall(work.text)
    found |= _letters(book, records, day)
    for what, incoming, those in moved_rows(moved(book, records, _Every())):
        found["Bank", what.name, incoming] = (len(those), abs(sum(one.cents for one in those)))
    return found


class _Every:
    """The keys of all bank lines."""

    def __contains__(self, key: object) -> bool:
        return bool(key)


def _summary(lines: list[str]) -> Figures:
    found: Figures = {}
    for line in lines[1:]:
        year, _, rest = line.strip().partition(": ")
        amounts, _, progress = rest.partition("; ")
        for part in re.split(r", (?=[a-zA-Z])", amounts):
            found["Zusammenfassung", int(year), _AMOUNT.sub("", part).split(" EUR")[0].strip()] = cents(
                part.partition(" (")[0]
            )
        found["Zusammenfassung", int(year), "Stand"] = progress
    return found


def _budget_text(lines: list[str]) -> Figures:
    found: Figures = {}
    label = ""
    for line in lines[1:]:
        if line.startswith("      "):
            for part in line.strip().split(", "):
                found["Budget", label, _AMOUNT.sub("", part).removesuffix(" EUR").strip()] = cents(part)
        else:
            label, _, rest = line.strip().partition(": ")
            found["Budget", label, "gebucht"] = cents(rest.partition(" (")[0])
    return found


def _both_ways(where: str, text: str) -> Figures:
    return {
        (where, "ungeklärt", way): cents(amount)
        for way, amount in re.findall(r"(Eingang|Ausgang) (-?[\d.]+,\d\d) EUR", text)
    }


def _page(shown: Page) -> Figures:
    assert shown.table
    found: Figures = {}
    for row in shown.table.rows:
        for cell in row:
            found |= _open_and_refund(("Seite", cell.party, cell.service_year), cell_words(cell))
    for year in shown.table.years:
        words = sum_words(shown.table, year)
        found |= _open_and_refund(("Seite", year), words)
        tax = re.search(r"dazu Umsatzsteuer ([\d.]+,\d\d)", words)
        found["Seite", year, "Umsatzsteuer"] = cents(tax[1]) if tax else None
    for line in shown.budget:
        cells = shown.budget_cells(line)
        for name, cell in zip(shown.budget_columns, cells, strict=True):
            found["Seite", shown.budget_label(line), name] = cell
    found["Seite", "ungeklärt"] = shown.suspense_sums
    return found


def _open_and_refund(key: Key, words: str) -> Figures:
    """Read a cell's words: `überfällig seit D: X, offen Y; Erstattung offen Z, fällig D`."""
    refund = re.search(r"Erstattung offen ([\d.]+,\d\d)", words)
    rest = re.sub(r"Erstattung offen [\d.]+,\d\d", "", words)
    still_open = re.search(r"offen ([\d.]+,\d\d)", rest)
    late = re.search(r"überfällig (?:seit \S+: )?([\d.]+,\d\d)", rest)
    return {
        (*key, "offen"): cents(still_open[1]) if still_open else None,
        (*key, "überfällig"): cents(late[1]) if late else None,
        (*key, "Erstattung"): cents(refund[1]) if refund else None,
    }


def _letters(book: Book, records: Iterable[Record], day: dt.date) -> Figures:
    found: Figures = {}
    held = tuple(records)
    parties = [one.id for one in book.agreement.parties() if one.id != book.agreement.operator]
    for party in parties if book.is_operator else [book.party]:
        statement = balances(book, held, party)
        lines = _balance_lines(statement)
        demands, refunds = _AMOUNT.findall(lines[-1])
        found["reconcile", party] = (cents(demands), cents(refunds))
        for one, line in zip(statement.items, lines[1:-1], strict=True):
            found["reconcile", one.posten] = {
                name.strip(): cents(amount)
                for name, amount in re.findall(r"([a-z][a-z, ]+?) +(-?[\d.]+,\d\d) EUR", line)
            }
        for place, printed in enumerate(_balance_tables(statement)):
            found["Saldenbestätigung", party, bool(place)] = cents(
                printed["sums"][0]["amounts"][0].replace("−", "-")
            )
    if book.is_operator:
        desk = _Desk(book, held, day, ReminderTerms(), Stationery(), day, None, {})
        for party, items in desk._by_member().items():
            found["Erinnerung", party] = sum(one.open_cents for one in items)
    return found
