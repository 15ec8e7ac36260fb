"""P3: how `kkd check` after one changed month grows with the number of sealed years; whole processes."""

import math
import statistics
import tempfile
from pathlib import Path

from tests.bench import peers
from tests.bench.peers import HERE
from tests.bench.sealed import change, sealed_book
from tests.bench.sizes import apart, say, wanted

RUNS = 5
PER_YEAR = 10_000
YEARS, LARGE_YEARS = (1, 3, 10), (30,)
EXPONENT_MAX = 0.2

Row = dict[str, object]


def measure() -> list[Row]:
    """The growth is the slope of the line through the medians in logarithms."""
    seconds = {years: _median_s(years) for years in wanted(YEARS, LARGE_YEARS)}
    points = [(math.log(years), math.log(spent)) for years, spent in seconds.items()]
    slope = statistics.linear_regression(*zip(*points, strict=True)).slope
    told = ", ".join(f"{years} a: {spent:.2f} s" for years, spent in seconds.items())
    row = {"id": "P3", "value": round(slope, 2), "budget": EXPONENT_MAX, "unit": "exponent", "peer": told}
    return [row | {"n": max(seconds) * PER_YEAR}]


def _median_s(years: int) -> float:
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as folder:
        book = apart(_made, Path(folder), years)
        turns = [peers.run(HERE / "kkd", "check", book).cpu_s for _ in range(RUNS + 1)]
    say(f"seals: {years} Jahre: {statistics.median(turns[1:]):.2f} s")
    return statistics.median(turns[1:])


def _made(folder: Path, years: int) -> Path:
    book = sealed_book(folder, PER_YEAR * years, years)
    change(book, years)
    return book.root
