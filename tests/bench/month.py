"""P5 and P11: the monthly job imports 1,000 payments into a ten-year book with a sealed past; a whole process."""

import datetime as dt
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.audit.close import close_year
from kkd_ledger.bank.files import reading as bank_file
from kkd_ledger.bank.line_keys import line_keys, statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import ENDING, Certificate, CertifiedLine, Fate, write
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Order
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.statements.placed import certified_statement
from tests.bench import peers
from tests.bench.books import FIRST_YEAR, make_book
from tests.bench.peers import HERE, Run

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ledgers"))

from statements import Entry, camt  # beside the sample books, not in a package

TRANSACTIONS_A_YEAR, PARTIES, PAYMENTS = 10_000, 400, 1_000
YEARS = (1, 10)
RUNS = 7
_REFERENCE = re.compile(r'(  nr: "([^"]*)"\n(?:  [^\n]*\n)*?  bankref: )"[^"]*"')

Row = dict[str, object]


def measure() -> list[Row]:
    pairs = _pairs()
    one, ten = (_median([pair[place] for pair in pairs]) for place in (0, 1))
    wall = statistics.median(ten.wall_s / one.wall_s for one, ten in pairs)
    cpu = statistics.median(ten.cpu_s / one.cpu_s for one, ten in pairs)
    peer = (
        f"one year: {one}, ten years: {ten} (user+sys/memory, × {cpu:.2f}), on the wall "
        f"{one.wall_s:.2f} and {ten.wall_s:.2f} s"
    )
    n = TRANSACTIONS_A_YEAR * YEARS[-1]
    return [
        _row("P5", ten.wall_s, 1.0, "s", peer, n=n),
        _row("P5 growth", wall, 1.15, "×", peer, n=n),
        _row("P11", ten.memory_mib, 150, "MiB", peer, n=n),
    ]


def _pairs() -> list[tuple[Run, ...]]:
    """Run the job into a book of one year and of ten by turns, each time on a copy: both meet the same machine."""
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(1, get_context("spawn")) as executor:
        made = [executor.submit(prepared, Path(name) / str(years), years).result() for years in YEARS]
        return [tuple(_run(Path(name) / "copy", *one) for one in made) for _ in range(RUNS)]


def _run(copy: Path, book: Path, month: BookingMonth, today: dt.date) -> Run:
    shutil.copytree(book.parent, copy)
    try:
        return peers.run(HERE / "kkd", "month", copy / book.name, str(month), "--today", str(today))
    finally:
        shutil.rmtree(copy)


def _median(runs: list[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def prepared(folder: Path, years: int) -> tuple[Path, BookingMonth, dt.date]:
    """Make a book, seal its past, demand the next year's shares and lay a statement of payments into its inbox."""
    book = load_book(make_book(folder, TRANSACTIONS_A_YEAR * years, years, parties=PARTIES))
    certify(book)
    year = FIRST_YEAR + years
    month, today = BookingMonth(year, 1), dt.date(year, 1, 31)
    for closed in range(FIRST_YEAR, year):
        for closing in close_year(book, closed, by="A. Erfunden", today=today):
            assert not closing.hindrances, closing.hindrances
    open_month(book, month)
    post(book, Order(dt.date(year, 1, 15)))
    (book.root / "inbox").mkdir(exist_ok=True)
    (book.root / "inbox" / "bench.xml").write_text(_statement(book, year), encoding="utf-8")
    return book.root, month, today


def certify(book: Book) -> int:
    """Give every month the bank's file of its payments, the certificate of it and its keys; return how many lines."""
    bank, cents, count = book.settings.bank, 0, 0
    paid: dict[BookingMonth, list[Transaction]] = {}
    for record in read(book).records:
        if isinstance(record, Transaction):
            held = paid.setdefault(BookingMonth.of(record.date), [])
            held += [record] if any(leg.account == bank.account for leg in record.postings) else []
    (book.root / ARCHIVE).mkdir(exist_ok=True)
    for number, (month, records) in enumerate(sorted(paid.items()), start=1):
        entries = [_entry(record, bank.account) for record in records]
        text = camt(bank.iban, "Amt", entries, first=month.first_day, number=number, opening=cents)
        content = text.encode()
        (book.root / ARCHIVE / f"{sha256(content).hexdigest()}.xml").write_bytes(content)
        _certify(book, month, only(bank_file.read(content, "bench.xml")), records)
        cents, count = cents + sum(entry.cents for entry in entries), count + len(records)
    return count


def _certify(book: Book, month: BookingMonth, statement: Statement, records: Sequence[Transaction]) -> None:
    """Write a month's certificate, and the keys of its lines into its entries."""
    by_number = {record.text("nr"): record for record in records}
    keys: dict[str, str] = {}
    lines = []
    for key, line in zip(line_keys(statement), statement.lines, strict=True):
        record = by_number[line.end_to_end]
        keys[line.end_to_end] = key
        fate = Fate.UNCLEAR if record.text("buchungsart") == "ungeklaert" else Fate.MATCHED
        reasons = ("Referenz", "Betrag")
        day, number = line.booking_day, record.text("nr")
        lines.append(
            CertifiedLine(key, statement_key(statement), day, line.amount_cents, fate, number, "", reasons)
        )
    told = certified_statement(statement, lines, 0)
    certificate = Certificate(month, (told,), tuple(lines))
    (book.root / f"{month.stem}{ENDING}").write_bytes(write(certificate))
    file = book.root / f"{month.stem}.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(_REFERENCE.sub(lambda found: f'{found[1]}"{keys[found[2]]}"', text), encoding="utf-8")


def only(statements: Sequence[Statement]) -> Statement:
    (statement,) = statements
    return statement


def _entry(record: Transaction, account: str) -> Entry:
    cents = sum(leg.cents for leg in record.postings if leg.account == account)
    return Entry(record.date, cents, record.payee, "", record.narration, end_to_end=record.text("nr"))


def _statement(book: Book, year: int) -> str:
    records = read(book).records
    items = [item for item in claims(book, records).items.values() if item.service_year == year]
    entries = [
        Entry(
            dt.date(year, 1, 20),
            items[place % len(items)].open_cents // 4 + place,
            f"Gemeindekasse {items[place % len(items)].party}",
            "",
            f"KKD {place}",
            items[place % len(items)].reference,
        )
        for place in range(PAYMENTS)
    ]
    bank = book.settings.bank
    opening = balances(records)[bank.account]
    return camt(bank.iban, "Amt Nirgendwo", entries, first=dt.date(year, 1, 1), number=1, opening=opening)


def _row(identity: str, value: float, budget: float, unit: str, peer: str, *, n: int) -> Row:
    return {"id": identity, "value": round(value, 3), "budget": budget, "unit": unit, "peer": peer, "n": n}
