"""P2 and P3: `kkd check` after one changed month, the past sealed, beside bean-check; its growth with the years.

Seconds of processor time (user + system) of whole processes: the machine may be shared.
"""

import math
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from kkd_ledger.book import canonical, seals, topfile
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.reader import read
from kkd_ledger.book.records import Custom, Euro
from kkd_ledger.plugins.check import check
from tests.bench.books import make_book

RUNS = 5
PER_YEAR = 10_000
YEARS, GROWTH_YEARS = 10, (1, 3, 10, 30)
RATIO_MAX, EXPONENT_MAX = 0.02, 0.2


def measure() -> list[dict[str, object]]:
    """Measure both; the growth is the slope of the line through the medians in logarithms."""
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as folder:
        kkd = {years: _median_s(_sealed(Path(folder) / str(years), years)) for years in GROWTH_YEARS}
        peer = _bean_check_s(Path(folder) / str(YEARS) / "amt")
    slope = statistics.linear_regression(
        [math.log(years) for years in kkd], [math.log(seconds) for seconds in kkd.values()]
    ).slope
    told = ", ".join(f"{years} a: {seconds:.2f} s" for years, seconds in kkd.items())
    return [
        {
            "id": "P2",
            "value": round(kkd[YEARS] / peer, 4),
            "budget": RATIO_MAX,
            "unit": "ratio (user+sys)",
            "peer": f"bean-check: {peer:.1f} s; kkd: {kkd[YEARS]:.2f} s",
            "n": YEARS * PER_YEAR,
        },
        {
            "id": "P3",
            "value": round(slope, 2),
            "budget": EXPONENT_MAX,
            "unit": "exponent",
            "peer": told,
            "n": max(GROWTH_YEARS) * PER_YEAR,
        },
    ]


def _sealed(folder: Path, years: int) -> Book:
    """Make a book, seal all but its newest month, reach the state once, and change the open month."""
    folder.mkdir()
    book = load_book(make_book(folder, PER_YEAR * years, years))
    months = read(book).months
    head = before = ""
    for place, month in enumerate(months[:-1], start=1):
        text = book.month_file(month).read_bytes()
        data = {
            "format": seals.FORMAT,
            "art": str(seals.Kind.SEAL),
            "glied": place,
            "vorgaenger": before,
            "buch": book.party,
            "monat": str(month),
            "dateien": {f"{month.stem}.beancount": seals.hash_of(text)},
            "eintraege": seals.marks(text),
            "feststellungen": [],
        }
        file, content = f"{month.stem}.seal.json", seals.as_bytes(data)
        (book.root / file).write_bytes(content)
        head, before = seals.head_of(place, file, content), seals.hash_of(content)
    book.top_file.write_text(topfile.write(book.settings.title, months, head), encoding="utf-8")
    assert check(book) == ()
    open_month = book.month_file(months[-1])
    values = (book.settings.budget.line, str(months[-1].year), Euro(1), "nachtrag")
    entry = canonical.write([Custom(months[-1].last_day, "haushaltsansatz", values, {})])
    open_month.write_text(open_month.read_text(encoding="utf-8") + entry, encoding="utf-8")
    return book


def _median_s(book: Book) -> float:
    command = [sys.executable, "-m", "kkd_ledger.cli", "check", str(book.root)]
    _used_s(command)
    return statistics.median(_used_s(command) for _ in range(RUNS))


def _bean_check_s(book: Path) -> float:
    """Measure plain bean-check, without our plugins and without its cache."""
    program = shutil.which("bean-check", path=str(Path(sys.executable).parent))
    assert program, "bean-check comes with Beancount"
    top = (book / "main.beancount").read_text(encoding="utf-8")
    plain = book / "plain.beancount"
    plain.write_text(
        "".join(line for line in top.splitlines(keepends=True) if not line.startswith("plugin "))
    )
    return _used_s([program, "--no-cache", str(plain)])


def _used_s(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
