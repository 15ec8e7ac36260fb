"""Papers told and reckoned: demands as letter and e-invoice, interest on instalments, debits, whom nobody reminds."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.letters.demand import demand
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.letters.posted import posted_claims
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.payments import interest
from kkd_ledger.payments.interest import ReminderTerms
from kkd_ledger.payments.sepa import debits
from kkd_ledger.persons.contacts import load
from kkd_ledger.web.page import page, sum_words
from kkd_ledger.work.claims import remind
from kkd_ledger.work.session import session
from kkd_ledger.work.transfers.payrun import RunRelease, _dues, _made
from kkd_ledger.work.transfers.settling import Desk
from tests.figures.lists import POINTS, _rates
from tests.figures.reckoning import CLAIMS, Entry, Item, Leg, Reckoning, entries
from tests.figures.told import Figures, cents

_SETTLED = ("schon gezahlt", "erlassen", "verrechnet")


# -------------------------------------------------------------------------------------------------- what is told


def told_papers(book: Book) -> Figures:
    """Return what letters, files for the bank and the page tell as of the last day of the newest month."""
    records = read(book).records
    known = overview(book, records)
    assert known.standings
    day, found = known.standings.as_of, _told_debits(book, known.standings.as_of)
    shown = page(book, records)
    assert shown.table
    for year in shown.table.years:
        if waits := re.search(r"auf einen Beschluss warten ([\d.]+,\d\d)", sum_words(shown.table, year)):
            found["vorbehaltlich", year] = cents(waits[1])
    if not book.is_operator:
        return found
    for year in known.standings.years:
        for claim in posted_claims(book, records, year):
            words = Stationery()
            one = demand(book, load(book.agreement_file, book.agreement), claim, words, day)
            letter, totals = DocumentMaker.data(_Warm(words), one), one.document.totals
            found |= _told_letter(("Schreiben", claim.number), letter)
            found["E-Rechnung", claim.number] = (
                totals.gross_cents,
                totals.prepaid_cents or 0,
                totals.due_cents,
            )
    terms = ReminderTerms(points=POINTS, rates=interest.base_rates())
    likely = remind._likely(book, known.claims)
    desk = remind._Desk(book, records, day, terms, Stationery(), day, None, likely)
    for party, items in desk._by_member().items():
        found["Brief an", party] = True
        rates = (one for one in items if one.instalment)
        found |= {("Zinsen der Rate", one.posten, one.due): one.interest_cents for one in rates}
    return found


class _Warm(DocumentMaker):
    """A press that prints nothing, so that no rules are loaded."""

    def __init__(self, stationery: Stationery) -> None:
        self.stationery = stationery


def _told_letter(key: tuple[object, ...], letter: object) -> Figures:
    """Return the sums of a letter, what it says is settled and left, and what it asks for by which day."""
    assert isinstance(letter, dict)
    rows = [(one["name"], cents(one["amount"])) for one in letter["sums"]]
    settled = {word: sum(n for name, n in rows if name.startswith(f"davon {word}")) for word in _SETTLED}
    plain = [one for one in rows if not one[0].startswith(("davon ", "noch zu zahlen"))]
    left = [amount for name, amount in rows if name == "noch zu zahlen"] or [plain[-1][1]]
    asked = [cents(value) for name, value in letter["payment"]["facts"] if value.endswith(" EUR")]
    code = cents(letter["qr-words"].partition(" an ")[0]) if letter["qr"] else 0
    return {
        (*key, "Summen"): [amount for _, amount in plain],
        (*key, "beglichen"): settled,
        (*key, "bleibt"): left[0],
        (*key, "gefordert"): asked,
        (*key, "GiroCode"): code,
    }


def _told_debits(book: Book, day: dt.date) -> Figures:
    """Return the rows of a file of debits, read as the bank reads it."""
    with session(book) as work:
        contacts = load(book.agreement_file, book.agreement)
        desk = Desk(book, work.reading.records, contacts, (), day, dt.date.min)
        fresh = [one for one in _dues(work, desk, "Aktiva") if one.cents and not (one.left or one.early)]
        fresh = fresh if book.is_operator else []
        if not fresh:
            return {}
        run = _made(desk, RunRelease("K. Kasse", "B. Buch", day, day), fresh, "pain008")
    root = etree.fromstring(debits(run))
    rows = [
        (one.findtext(".//{*}EndToEndId"), int((one.findtext("{*}InstdAmt") or "").replace(".", "")))
        for one in root.iter("{*}DrctDbtTxInf")
    ]
    total = int((root.findtext(".//{*}CtrlSum") or "").replace(".", ""))
    found: Figures = {("Lastschrift", name): amount for name, amount in rows}
    return found | {("Lastschrift",): (int(root.findtext(".//{*}NbOfTxs") or 0), total)}


# -------------------------------------------------------------------------------------------- what is reckoned


@dataclass
class _Claim:
    """A claim as its entry says: its document, item, net and tax in its own direction."""

    number: str
    posten: str
    net: int
    tax: int


def expected_papers(
    book: Book, sums: Reckoning, day: dt.date, *, mandate: str = "", waiting: dict[int, int] | None = None
) -> Figures:
    """Return what is to be told; `mandate` is the party that is debited, `waiting` what no resolution covers."""
    found: Figures = {("vorbehaltlich", year): amount for year, amount in (waiting or {}).items()}
    if not sums.operator:
        return found
    text = list(entries(book.root))
    used = _offsets(text)
    for one in _claims(text):
        found |= _letter(
            one, sums.items[one.posten], used[one.posten], debited=sums.items[one.posten].party == mandate
        )
    held = _probably_paid(sums, text, day)
    for one in sums.side(refund=False):
        late = [(on, part) for on, part in one.dues if on < day]
        if late and one.party == mandate:
            found["Lastschrift", one.name] = sum(part for on, part in one.dues if on <= day)
        elif late and one.party not in held:
            found["Brief an", one.party] = True
            if one.in_rates and one.plan:
                found |= {("Zinsen der Rate", one.name, on): _interest(one, on, day) for on, _ in late}
    if rows := [amount for key, amount in found.items() if key[0] == "Lastschrift"]:
        found["Lastschrift",] = (len(rows), sum(amount for amount in rows if isinstance(amount, int)))
    return found


def _probably_paid(sums: Reckoning, text: list[Entry], day: dt.date) -> set[str]:
    """Return the parties of whom money lies unplaced that names an overdue claim, or is just what is open of it."""
    unplaced = [one for one in text if sums.suspense.get(one.facts.get("bankref", ""), 0) > 0]
    quoted, amounts = " ".join(one.title for one in unplaced), [n for n in sums.suspense.values() if n > 0]
    late = (one for one in sums.side(refund=False) if any(on < day for on, _ in one.dues))
    return {one.party for one in late if one.reference in quoted or one.open in amounts}


def _claims(text: list[Entry]) -> Iterator[_Claim]:
    """Yield the claims that hold, with the documents that they have in the book's series."""
    gone = {one.facts.get("storniert") for one in text}
    for one in text:
        facts, legs = one.facts, one.legs
        if facts.get("buchungsart") in CLAIMS and facts["nr"] not in gone and "anforderung" in facts:
            [own] = [leg for leg in legs if "posten" in leg.facts]
            tax = sum(abs(leg.cents) for leg in legs if "umsatzsteuer" in leg.facts)
            yield _Claim(facts["anforderung"], own.facts["posten"], abs(own.cents) - tax, tax)


def _offsets(text: list[Entry]) -> defaultdict[str, int]:
    """Return by item what was set off against an item of the other side, in its own direction."""
    found: defaultdict[str, int] = defaultdict(int)
    kinds = {one.facts.get("nr"): one.facts.get("buchungsart") for one in text}
    for one in text:
        legs: list[Leg] = [leg for leg in one.legs if "posten" in leg.facts]
        kind = kinds[one.facts.get("storniert") or one.facts.get("nr")]
        if kind == "aufrechnung" and len({leg.account.partition(":")[0] for leg in legs}) > 1:
            for leg in legs:
                found[leg.facts["posten"]] -= leg.cents * (1 if leg.account.startswith("Aktiva") else -1)
    return found


def _letter(one: _Claim, item: Item, used: int, *, debited: bool) -> Figures:
    gross, given_up = one.net + one.tax, item.moved.get("erlass", 0)
    sums = [one.net, one.tax, gross] if one.tax else [gross]
    credit = item.sign < 0
    left, money = item.open, gross - item.open - used - given_up
    dues = [] if credit else ([(item.due, left)] if item.suspended and left else item.dues)
    settled = dict(zip(_SETTLED, (money, given_up, used), strict=True))
    key = ("Schreiben", one.number)
    asked = [amount for _, amount in dues]
    return {
        (*key, "Summen"): sums,
        (*key, "beglichen"): dict.fromkeys(_SETTLED, 0) if credit else settled,
        (*key, "bleibt"): gross if credit else left,
        (*key, "gefordert"): asked[:1] if debited else asked,
        (*key, "GiroCode"): asked[0] if asked and not debited else 0,
        ("E-Rechnung", one.number): (gross, money + given_up, gross - money - given_up),
    }


def _interest(item: Item, due: dt.date, day: dt.date) -> int:
    """Return 5 points above the base rate, day by day, on what was open of an instalment since its day, in cents."""
    rates, total = sorted(_rates()), Fraction(0)
    before = sum(amount for on, amount in item.plan if on < due)
    rate_cents = sum(amount for on, amount in item.plan if on == due)
    for number in range(due.toordinal() + 1, day.toordinal() + 1):
        on = dt.date.fromordinal(number)
        settled = sum(amount for moved, amount in item.moves[item.ordered_after :] if moved <= on)
        left = max(0, before + rate_cents - settled)
        left = (
            min(rate_cents, left) if before else left
        )  # what came back beyond all payments burdens the first
        percent = [one for begins, one in rates if begins <= on][-1]
        total += Fraction(left) * max(Fraction(0), percent + POINTS) / 100 / (365 + calendar.isleap(on.year))
    return int(total + Fraction(1, 2))
