"""Big canonical books of an invented agreement: shares, payments in instalments, money in suspense that is given back.

Everything is invented and nothing is random: the same call writes the same bytes. All of it is written by the same
functions and the same writer that commands use, so that a book stands under every rule of today.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kkd_ledger.audit.close import Closer
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, share_entry
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.store import journal
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.rules.engine.checkpoint import known_book
from kkd_ledger.work.books.books import Declared, add_state, open_month
from kkd_ledger.work.claims.post import due_corrections
from kkd_ledger.work.session import Session
from tests.bench.bank_months import Line, book_month, instalments
from tests.bench.sizes import shelved

FIRST_YEAR = 2010
POSTINGS_PER_TRANSACTION = 2.7
SUSPENSE_EVERY = 100
PERSON = "A. Erfunden"
PARTY = "amt"

_AGREEMENT = """# Erfunden: Vereinbarung, Orte, Beschlüsse und Zahlen gibt es nicht.
id = "leistung"
title = "Erfundene Zusammenarbeit"
operator = "amt"
from = {first}-01-01
known_from = {before}-11-01
adopted = {before}-12-01
effective_from = {first}-01-01

[due]
month = 12
day = 15
clause = "§ 3"

[[clauses]]
id = "§ 2"
text = "Die Beteiligten zahlen je Einwohner."

[[clauses]]
id = "§ 3"
text = "Fällig ist der Beitrag am 15. Dezember."

[[members]]
id = "amt"
name = "Amt Nirgendwo"
kind = "county"
ags = "99001"
{members}
[[populations]]
source = "Einwohnerbuch"
reference = {before}-06-30
census = 2011

[populations.inhabitants]
{inhabitants}
[[bases]]
id = "einwohner"
rule = "frozen"
source = "Einwohnerbuch"
census = 2011
reference = {before}-06-30
from = {first}-01-01
clause = "§ 2"

[[components]]
id = "dienst"
title = "Dienst"
clause = "§ 2"
key = "per-head"
basis = "einwohner"
from = {first}-01-01

[[components.rates]]
from = {first}-01-01
rate = "1.10"
{resolutions}"""
_MEMBER = '\n[[members]]\nid = "ort-{n:04}"\nname = "Ort {n:04}"\nkind = "municipality"\nags = "9900{n:04}"\n'
_RESOLUTION = """
[[resolutions]]
member = "ort-{n:04}"
paper = "V {n}/{before}"
title = "Beitritt"
adopted = {before}-12-01
effective_from = {first}-01-01
sittings = [{{ body = "Gemeindevertretung", date = {before}-12-01, number = 4, decides = true }}]
"""
_SETTINGS = """format = 1
title = "Erfundene Zusammenarbeit – Bücher des Amtes"
agreement = "../agreement.toml"
party = "amt"

[budget]
line = "020501"
name = "Dienste"

[bank]
account = "Aktiva:2800-Bank"
iban = "DE09999999999900100000"
own = true

[accounts]
receivable = "Aktiva:2600-Forderungen:{party}"
payable = "Passiva:4810-Erstattungen:{party}"
share = "Erträge:020501-Dienste:548201-Kostenerstattung-Gemeinden"
prior_period_expense = "Aufwendungen:020501-Dienste:799001-Periodenfremde-Aufwendungen"
prior_period_income = "Erträge:020501-Dienste:599001-Periodenfremde-Erträge"
unclear_in = "Passiva:4800-Ungeklärte-Zahlungseingänge"
unclear_out = "Aktiva:2690-Ungeklärte-Zahlungsausgänge"
bank_charges = "Aufwendungen:020501-Dienste:675001-Nebenkosten-des-Geldverkehrs"

[policy]
standing_order = "AAO-1"

[[standing_orders]]
id = "AAO-1"
signed_by = "A. Erfunden"
from = 2000-01-01
"""


def make_book(
    folder: Path,
    transactions: int,
    years: int = 10,
    postings: int | None = None,
    parties: int | None = None,
    *,
    sealed: bool = False,
) -> Path:
    """Write an operator's book with so many transactions (and about so many postings) and return its folder.

    Each month has the bank's file of its payments in archive/ and its certificate. With `sealed` a person closes all
    months but the newest, each year's when the year is over.
    """
    parties = parties or max(3, min(400, transactions // 250))
    width = (postings or transactions * POSTINGS_PER_TRANSACTION) / transactions - 1
    name = f"{transactions}-{years}-{parties}-{width:.3f}{'-sealed' if sealed else ''}"
    shelved(folder, name, lambda place: _write(place, transactions, years, width, parties, sealed=sealed))
    return folder / PARTY


def _write(folder: Path, transactions: int, years: int, width: float, parties: int, *, sealed: bool) -> None:
    book = founded(folder, parties)
    cents = 0
    with journal.writing(book.root) as writer:
        closer = Closer(book, writer, PERSON, dt.date(FIRST_YEAR, 12, 31), {})
        for place in range(years):
            count = transactions * (place + 1) // years - transactions * place // years - parties
            year = FIRST_YEAR + place
            work = Session(book, writer, known_book(book), dt.date(year, 12, 31))
            cents = _year(work, year, _lines(year, count, width), cents)
            if sealed:
                closer.today = dt.date(year + 1, 1, 31)
                close_months(closer, [*months_of(year)][: 11 if place == years - 1 else 12])


def close_months(closer: Closer, months: Iterable[BookingMonth]) -> None:
    """Let a person close months in which nothing hinders."""
    for closing in closer.close(months, dry_run=False):
        assert closing.seal, closing.hindrances


def months_of(year: int) -> Iterator[BookingMonth]:
    """Yield the twelve months of a year."""
    return (BookingMonth(year, number) for number in range(1, 13))


def founded(folder: Path, parties: int) -> Book:
    """Write the agreement of so many parties and an operator's book with its first month, and return that."""
    numbers = range(1, parties + 1)
    years = {"first": FIRST_YEAR, "before": FIRST_YEAR - 1}
    agreement = _AGREEMENT.format(
        **years,
        members="".join(_MEMBER.format(n=n) for n in numbers),
        inhabitants="".join(f"9900{n:04} = {1_000_000 + 997 * n}\n" for n in numbers),
        resolutions="".join(_RESOLUTION.format(n=n, **years) for n in numbers),
    )
    (folder / PARTY).mkdir(parents=True)
    (folder / "agreement.toml").write_text(agreement, encoding="utf-8")
    (folder / PARTY / "book.toml").write_text(_SETTINGS, encoding="utf-8")
    book = load_book(folder / PARTY)
    open_month(book, BookingMonth(FIRST_YEAR, 1))
    return book


def _year(work: Session, year: int, lines: list[Line], cents: int) -> int:
    """Book a year in one batch: its shares, and a statement a month; return what the account holds then."""
    items = demand(work, year)
    parts = iter(instalments(items, sum(line.parts for line in lines)))
    for month in months_of(year):
        work.open_month(month)
        own = [line for line in lines if BookingMonth.of(line.day) == month]
        cents = book_month(work, month, [(line, tuple(islice(parts, line.parts))) for line in own], cents)
    work.commit()
    return cents


def demand(work: Session, year: int) -> list[Item]:
    """Open a year, say that the one before is drawn up, and add the year's shares; return their items."""
    work.open_month(BookingMonth(year, 1))
    if work.claims.numbers:
        add_state(work, year - 1, YearState.DRAWN_UP, Declared(PERSON), dt.date(year, 1, 2))
    day = dt.date(year, 1, 15)
    due = due_corrections(work, day, year)
    entries = [
        share_entry(work.book, work.claims, one, date=day, demanded=day, order=Authorisation(day))
        for one in due
    ]
    work.add(entries)
    items = Claims(work.book).take(entries).items.moving
    return list(items.values())


def _lines(year: int, count: int, width: float) -> list[Line]:
    """Return the bank's lines of a year, from February on: each pays about `width` parts of items.

    Of every hundred entries one is money in suspense, one its way back by the bank, and one, without a line, says so.
    """
    lines: list[Line] = []
    for place in range(count):
        day = dt.date(year, 2 + place * 11 // count, 1 + (place * 11 * 28 // count) % 28)
        turn = place % SUSPENSE_EVERY
        whole = place - turn + SUSPENSE_EVERY <= count
        if whole and turn == SUSPENSE_EVERY - 3:
            lines.append(Line(day, 0, gives_back=False))
        elif whole and turn == SUSPENSE_EVERY - 2:
            lines.append(Line(day, 0, gives_back=True))
        elif not whole or turn < SUSPENSE_EVERY - 3:
            lines.append(Line(day, max(1, int((place + 1) * width) - int(place * width))))
    return lines
