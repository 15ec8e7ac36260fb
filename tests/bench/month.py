"""P5 and P11: the monthly job imports 1,000 payments into a ten-year book with a sealed past; a whole process."""

import datetime as dt
import shutil
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims.post import post
from tests.bench import peers
from tests.bench.bank_months import Entry, camt
from tests.bench.books import FIRST_YEAR
from tests.bench.peers import HERE, Run
from tests.bench.sealed import sealed_book, shut

TRANSACTIONS_A_YEAR, PARTIES, PAYMENTS = 10_000, 400, 1_000
YEARS = (1, 10)
RUNS = 7

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
    book = sealed_book(folder, TRANSACTIONS_A_YEAR * years, years, PARTIES)
    year = FIRST_YEAR + years
    month, today = BookingMonth(year, 1), dt.date(year, 1, 31)
    shut(book, BookingMonth(year - 1, 12), year)
    open_month(book, month)
    post(book, Authorisation(dt.date(year, 1, 15)))
    (book.root / "inbox" / "bench.xml").write_text(_statement(book, year), encoding="utf-8")
    return book.root, month, today


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
