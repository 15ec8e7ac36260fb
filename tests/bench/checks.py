"""P1 and P4: checking a whole book from its text, beside Beancount and the other ledger programs in the same run."""

import math
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench import peers
from tests.bench.books import make_book
from tests.bench.peers import Run

K = 100_000
SIZES = (1_000, 10_000, K, 300_000)
MILLION_TRANSACTIONS = 370_000  # 2.7 postings each
OURS, PLAIN, PLUGINS = "kkd check --full", "bean-check", "bean-check + plugins"

Row = dict[str, object]


def measure() -> list[Row]:
    runs = {size: _all_checks(size) for size in SIZES}
    return [*_ratios(runs[K]), *_growth(runs), *_million()]


def _all_checks(size: int) -> dict[str, Run]:
    """Return the median of each program; they take turns, so that a slow moment hits all of them."""
    with tempfile.TemporaryDirectory() as folder:
        book = _apart(_made, Path(folder), size)
        commands = peers.commands(book)
        if absent := peers.missing(book):
            print(f"... nicht zu bekommen: {', '.join(absent)}", file=sys.stderr)
        turns = [
            {name: peers.run(*command) for name, command in commands.items()} for _ in range(_turns(size))
        ]
    return {name: _median([turn[name] for turn in turns]) for name in commands}


def _made(folder: Path, size: int) -> Path:
    book = make_book(folder, size)
    peers.prepare(book)
    return book


def _apart(make: Callable[[Path, int], Path], folder: Path, size: int) -> Path:
    """Make a book in a process of its own: a process that is measured inherits the memory of the one that starts it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        return executor.submit(make, folder, size).result()


def _turns(size: int) -> int:
    return 3 if size <= K else 1


def _median(runs: list[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def _ratios(runs: dict[str, Run]) -> list[Row]:
    peer = ", ".join(f"{name} {run}" for name, run in runs.items())
    return [
        _row("P1", runs[OURS].cpu_s / runs[PLAIN].cpu_s, 0.10, "×", peer, n=K),
        _row("P4", runs[PLUGINS].cpu_s / runs[PLAIN].cpu_s, 1.12, "×", peer, n=K),
    ]


def _growth(runs: dict[int, dict[str, Run]]) -> list[Row]:
    """Return the exponent by which the time of our check grows, from the second size to the last."""
    _, small, *_, large = SIZES
    growth = math.log(runs[large][OURS].cpu_s / runs[small][OURS].cpu_s) / math.log(large / small)
    told = [
        f"{size}: {', '.join(f'{name} {run}' for name, run in found.items())}" for size, found in runs.items()
    ]
    return [_row("P1 growth", growth, 1.05, "exponent", "; ".join(told), n=large)]


def _million() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        book = _apart(make_book, Path(folder), MILLION_TRANSACTIONS)
        run = peers.run(*peers.commands(book)[OURS])
    peer = f"{MILLION_TRANSACTIONS} transactions; user+sys {run.cpu_s:.2f} s"
    return [
        _row("P1 1M postings", run.wall_s, 4.0, "s", peer, n=1_000_000),
        _row("P1 1M postings, memory", run.memory_mib, 350, "MiB", peer, n=1_000_000),
    ]


def _row(identity: str, value: float, budget: float, unit: str, peer: str, *, n: int) -> Row:
    return {"id": identity, "value": round(value, 3), "budget": budget, "unit": unit, "peer": peer, "n": n}
