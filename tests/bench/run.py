"""Run the benchmarks beside this file, print them as a table and write build/bench.json.

Every other module here has `measure()`, which returns dicts with `id`, `value`, `budget`, `unit`, `peer`
and `n`. A value up to its budget is good. The exit status is 0 unless a benchmark itself fails; with
`--strict` a value over its budget is status 1 as well. `--large` measures books of 300,000 transactions and of
a million postings, too.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench.sizes import LARGE, SHELF, say

Row = dict[str, object]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUTPUT = ROOT / "build" / "bench.json"
CELL_MAX = 100
KEYS = ("id", "value", "budget", "unit", "peer", "n")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(modules())}; all, if none is named")
    parser.add_argument("--strict", action="store_true", help="exit status 1 when a value is over its budget")
    parser.add_argument(
        "--large", action="store_true", help="measure the large books, too (half an hour more)"
    )
    arguments = parser.parse_args(argv)
    if arguments.large:
        os.environ[LARGE] = "1"
    rows: list[Row] = []
    OUTPUT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as shelf:
        os.environ[SHELF], os.environ["KKD_CACHE"] = f"{shelf}/books", f"{shelf}/cache"
        for name in arguments.modules or modules():
            rows += measured(name)
            OUTPUT.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    over = sum(not within(row) for row in rows)
    print(table(rows))
    print(f"\n{len(rows)} Messungen, {over} über dem Ziel; {OUTPUT.relative_to(ROOT)}")
    return int(arguments.strict and over > 0)


def modules() -> list[str]:
    files = sorted(HERE.glob("*.py"))
    return [file.stem for file in files if "\ndef measure(" in file.read_text(encoding="utf-8")]


def measured(name: str) -> list[Row]:
    """Measure in a process of its own: what it starts inherits its memory, not that of the benchmarks before it."""
    say(name)
    start = time.monotonic()
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        found = executor.submit(rows_of, name).result()
    say(f"{name}: {time.monotonic() - start:.0f} s")
    return found


def rows_of(name: str) -> list[Row]:
    rows: Iterable[Row] = importlib.import_module(f"tests.bench.{name}").measure()
    return [checked(name, row) for row in rows]


def checked(name: str, row: Row) -> Row:
    if set(row) != set(KEYS):
        raise ValueError(f"tests/bench/{name}.py: a row has {sorted(row)}, must have {sorted(KEYS)}")
    return row


def within(row: Row) -> bool:
    return float(str(row["value"])) <= float(str(row["budget"]))


def clipped(text: str) -> str:
    """Return a cell's text; what is too long for a line stands whole in bench.json."""
    return text if len(text) <= CELL_MAX else f"{text[: CELL_MAX - 2]} …"


def table(rows: list[Row]) -> str:
    cells = [["", *KEYS]]
    cells += [["ok" if within(row) else "OVER", *(clipped(str(row[key])) for key in KEYS)] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(KEYS) + 1)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


if __name__ == "__main__":
    sys.exit(main())
