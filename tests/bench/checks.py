"""P1, P2 and P4: checking a book from its text, from its last seal, and inside bean-check, beside the other programs.

The programs take turns, so that a slow moment hits all of them; whole processes, user + system time, and memory. The
median of three turns, from 100,000 transactions on a single one: it takes a minute on an idle machine.
"""

import math
import statistics
import tempfile
from pathlib import Path

from tests.bench import peers
from tests.bench.books import make_book
from tests.bench.peers import Run
from tests.bench.sealed import change, sealed_book
from tests.bench.sizes import apart, is_large, say, wanted

K = 100_000
SIZES, LARGE_SIZES = (1_000, 10_000, K), (300_000,)
MILLION_TRANSACTIONS = 370_000  # 2.7 postings each
FULL, SEALED, PLAIN, PLUGINS = "kkd check --full", "kkd check", "bean-check", "bean-check + plugins"
BALANCE = "ledger bal"

Row = dict[str, object]


def measure() -> list[Row]:
    runs = {size: _all_checks(size) for size in wanted(SIZES, LARGE_SIZES)}
    rows = [*_ratios(runs[K]), *_growth(runs)]
    return [*rows, *_million()] if is_large() else rows


def _all_checks(size: int) -> dict[str, Run]:
    """Return the median of each program."""
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as folder:
        say(f"checks: Buch mit {size} Buchungen wird erzeugt")
        book = apart(_made, Path(folder), size)
        if absent := peers.missing(book):
            say(f"nicht zu bekommen: {', '.join(absent)}")
        found = _in_turns(size, peers.commands(book))
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as folder:
        book = apart(_sealed, Path(folder), size)
        return found | _in_turns(size, {SEALED: (peers.HERE / "kkd", "check", "--rules", book)})


def _in_turns(size: int, commands: dict[str, tuple[str | Path, ...]]) -> dict[str, Run]:
    turns: list[dict[str, Run]] = []
    for turn in range(_turns(size)):
        turns.append({name: peers.run(*command) for name, command in commands.items()})
        told = ", ".join(f"{name} {run}" for name, run in turns[-1].items())
        say(f"checks: {size} Buchungen, Runde {turn + 1} von {_turns(size)}: {told}")
    return {name: _median([turn[name] for turn in turns]) for name in commands}


def _made(folder: Path, size: int) -> Path:
    book = make_book(folder, size)
    peers.prepare(book)
    return book


def _sealed(folder: Path, size: int) -> Path:
    book = sealed_book(folder, size)
    change(book, years=10)
    return book.root


def _turns(size: int) -> int:
    return 3 if size < K else 1


def _median(runs: list[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def _ratios(runs: dict[str, Run]) -> list[Row]:
    peer = ", ".join(f"{name} {run}" for name, run in runs.items())
    wanted_ratios = [
        ("P1", FULL, PLAIN, 0.10),
        ("P2", SEALED, PLAIN, 0.02),
        ("P2 ledger", SEALED, BALANCE, 0.15),
        ("P4", PLUGINS, PLAIN, 1.12),
    ]
    return [
        _row(key, runs[ours].cpu_s / runs[other].cpu_s, budget, "×", peer, n=K)
        for key, ours, other, budget in wanted_ratios
        if other in runs
    ]


def _growth(runs: dict[int, dict[str, Run]]) -> list[Row]:
    """Return the exponents by which our checks grow from the second size to the last."""
    _, small, *_, large = runs
    told = [
        f"{size}: {', '.join(f'{name} {run}' for name, run in found.items())}" for size, found in runs.items()
    ]
    return [
        _row(f"{key} growth", _exponent(runs, name, small, large), 1.05, "exponent", "; ".join(told), n=large)
        for key, name in (("P1", FULL), ("P2", SEALED), ("P4", PLUGINS))
    ]


def _exponent(runs: dict[int, dict[str, Run]], name: str, small: int, large: int) -> float:
    return math.log(runs[large][name].cpu_s / runs[small][name].cpu_s) / math.log(large / small)


def _million() -> list[Row]:
    say(f"checks: {MILLION_TRANSACTIONS} Buchungen mit einer Million Buchungszeilen")
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as folder:
        book = apart(make_book, Path(folder), MILLION_TRANSACTIONS)
        run = peers.run(*peers.commands(book)[FULL])
    peer = f"{MILLION_TRANSACTIONS} transactions; user+sys {run.cpu_s:.2f} s"
    return [
        _row("P1 1M postings", run.wall_s, 4.0, "s", peer, n=1_000_000),
        _row("P1 1M postings, memory", run.memory_mib, 350, "MiB", peer, n=1_000_000),
    ]


def _row(identity: str, value: float, budget: float, unit: str, peer: str, *, n: int) -> Row:
    return {"id": identity, "value": round(value, 3), "budget": budget, "unit": unit, "peer": peer, "n": n}
