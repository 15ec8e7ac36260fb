"""Big canonical books of an invented agreement: shares, payments in instalments, unclear money that is cleared.

Everything is invented and nothing is random: the same call writes the same bytes. Each entry is made by the same
functions that the jobs use, so that a book stands under every rule.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from kkd_ledger.agreement import trueup
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Order, Payment, numbered, payment_entry, share_entry
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import canonical, topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Balance, Custom, Dated, Euro, Open, Posting, Transaction
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.work.books.books import accounts_of

FIRST_YEAR = 2010
POSTINGS_PER_TRANSACTION = 2.7
UNCLEAR_EVERY = 100
UNCLEAR_CENTS = 12_345

Part = tuple[Item, int]

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
    folder: Path, transactions: int, years: int = 10, postings: int | None = None, parties: int | None = None
) -> Path:
    """Write an operator's book with so many transactions (and about so many postings) and return its folder."""
    parties = parties or max(3, min(400, transactions // 250))
    book = _founded(folder, parties)
    legs = (postings or transactions * POSTINGS_PER_TRANSACTION) / transactions
    months: list[BookingMonth] = []
    held: Counter[str] = Counter()
    for place in range(years):
        count = transactions * (place + 1) // years - transactions * place // years - parties
        closed = _closed(FIRST_YEAR + place - 1, held) if months else []
        for month, records in _year(book, FIRST_YEAR + place, count, legs - 1):
            opened: list[Dated] = closed if months else _openings(book, month)
            asserted = Balance(
                month.first_day, book.settings.bank.account, held[book.settings.bank.account], {}
            )
            text = canonical.HEAD + canonical.write([_declared(month), asserted, *opened, *records])
            book.month_file(month).parent.mkdir(exist_ok=True)
            book.month_file(month).write_text(text, encoding="utf-8")
            _move(held, records)
            months.append(month)
            closed = []
    book.top_file.write_text(topfile.write(book.settings.title, months), encoding="utf-8")
    return book.root


def _founded(folder: Path, parties: int) -> Book:
    numbers = range(1, parties + 1)
    years = {"first": FIRST_YEAR, "before": FIRST_YEAR - 1}
    agreement = _AGREEMENT.format(
        **years,
        members="".join(_MEMBER.format(n=n) for n in numbers),
        inhabitants="".join(f"9900{n:04} = {1_000_000 + 997 * n}\n" for n in numbers),
        resolutions="".join(_RESOLUTION.format(n=n, **years) for n in numbers),
    )
    (folder / "amt").mkdir(parents=True)
    (folder / "agreement.toml").write_text(agreement, encoding="utf-8")
    (folder / "amt" / "book.toml").write_text(_SETTINGS, encoding="utf-8")
    return load_book(folder / "amt")


def _declared(month: BookingMonth) -> Custom:
    return Custom(month.first_day, v.CustomType.MONTH, (str(month),), {})


def _openings(book: Book, month: BookingMonth) -> list[Dated]:
    return [Open(month.first_day, account, {}) for account in accounts_of(book)]


def _move(held: Counter[str], records: Iterable[Dated]) -> None:
    for record in records:
        for leg in record.postings if isinstance(record, Transaction) else ():
            held[leg.account] += leg.cents


def _year(book: Book, year: int, payments: int, width: float) -> Iterator[tuple[BookingMonth, list[Dated]]]:
    """Yield the year's months with their records: the shares in January, the payments in the other eleven."""
    demands = _shares(book, year)
    yield BookingMonth(year, 1), [*demands]
    booked = list(_payments(book, demands, payments, width))
    for month in range(2, 13):
        yield BookingMonth(year, month), [record for record in booked if record.date.month == month]


def _closed(year: int, held: Counter[str]) -> list[Dated]:
    """Return the year's state with its closing balances; the result accounts start the next year with nothing."""
    day = dt.date(year + 1, 1, 2)
    told = [(str(year), account, Euro(cents)) for account, cents in sorted(held.items()) if cents]
    for account in [account for account in held if account.startswith(v.RESULT_ROOTS)]:
        del held[account]
    state = Custom(day, v.CustomType.FISCAL_YEAR, (str(year), str(YearState.DRAWN_UP)), {})
    return [state, *(Custom(day, v.CustomType.CLOSING_BALANCE, values, {}) for values in told)]


def _shares(book: Book, year: int) -> list[Transaction]:
    day = dt.date(year, 1, 15)
    due = [one for one in trueup(book.agreement, day, {}) if one.service_year == year]
    entries = [share_entry(book, Claims(book), one, date=day, demanded=day, order=Order(day)) for one in due]
    return [
        numbered(entry, number, f"{book.agreement.id.upper()}-{year}-{number:05}")
        for number, entry in enumerate(entries, start=1)
    ]


def _payments(book: Book, demands: list[Transaction], count: int, width: float) -> Iterator[Dated]:
    """Yield `count` entries that pay the demands to the cent, each about `width` parts of items."""
    widths = [_width(place, width) for place in range(count)]
    parts = _parts([_item(demand) for demand in demands], sum(widths))
    year = demands[0].date.year
    for place, parts_of_line in enumerate(widths):
        number = len(demands) + place + 1
        month = 2 + place * 11 // count
        day = dt.date(year, month, 1 + (place * 11 * 28 // count) % 28)
        if place % UNCLEAR_EVERY == UNCLEAR_EVERY - 1:
            entry = _cleared(book, day, number - 1)
        else:
            entry = payment_entry(book, _line(day, number, tuple(islice(parts, parts_of_line))), day)
        yield numbered(entry, number)


def _width(place: int, width: float) -> int:
    """How many parts of items a line pays; of every hundred lines one is unclear, and the next one clears it."""
    if place % UNCLEAR_EVERY >= UNCLEAR_EVERY - 2:
        return 0
    return max(1, int((place + 1) * width) - int(place * width))


def _parts(items: list[Item], count: int) -> Iterator[Part]:
    """Yield the items' parts in turns: `count` in all, each item's parts adding up to it."""
    for place in range(count):
        turn, which = divmod(place, len(items))
        turns = count // len(items) + (which < count % len(items))
        cents = items[which].claimed_cents
        yield items[which], cents * (turn + 1) // turns - cents * turn // turns


def _item(demand: Transaction) -> Item:
    leg = next(leg for leg in demand.postings if v.ITEM in leg.meta)
    party, year, reference = (demand.text(key) for key in (v.PARTY, v.SERVICE_YEAR, v.REFERENCE))
    posten = str(leg.meta[v.ITEM])
    return Item(posten, leg.account, party, int(year), reference, "", None, demand.date, leg.cents)


def _line(day: dt.date, number: int, parts: tuple[Part, ...]) -> Payment:
    """A bank line that pays parts of items, or without any is unclear."""
    references = " ".join(item.reference for item, _ in parts) or "ohne Angabe"
    kind = v.Kind.PAYMENT if parts else v.Kind.UNCLEAR
    cents = sum(cents for _, cents in parts) or UNCLEAR_CENTS
    reasons = tuple(f"Kassenzeichen {item.reference} genannt" for item, _ in parts) or ("nichts passt",)
    payee = f"Gemeindekasse {parts[0][0].party if parts else 'unbekannt'}"
    rest = 0 if parts else cents
    return Payment(
        kind, day, _bank_reference(day.year, number), cents, payee, references, parts, 0, rest, reasons
    )


def _cleared(book: Book, day: dt.date, unclear: int) -> Transaction:
    """The unclear line turned out to be paid by mistake: it goes back."""
    line = _line(day, unclear, ())
    back = replace(line, kind=v.Kind.RETURN, cents=-line.cents, rest_cents=-line.rest_cents)
    entry = payment_entry(book, back, day)
    return entry._replace(postings=tuple(_to_unclear_in(book, leg) for leg in entry.postings))


def _to_unclear_in(book: Book, leg: Posting) -> Posting:
    return leg._replace(account=book.account("unclear_in")) if leg.cents > 0 else leg


def _bank_reference(year: int, number: int) -> str:
    return f"1:r-{year:08x}{number:016x}-1"
