"""P1, compared: ledger, certificates and archive are compared line by line, apart from the rules; whole processes."""

import statistics
import tempfile
from pathlib import Path

from kkd_ledger.book.certificate import Certificates
from tests.bench import peers
from tests.bench.books import make_book
from tests.bench.peers import HERE
from tests.bench.sizes import apart, say

LINES, TRANSACTIONS = 100_000, 100_000
RUNS = 3

Row = dict[str, object]


def measure() -> list[Row]:
    """Return what the comparison adds to a full check of ten years, in seconds, and what the process holds."""
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as name:
        book, lines = apart(made, Path(name), TRANSACTIONS)
        turns = []
        for turn in range(RUNS):
            rules = peers.run(HERE / "kkd", "check", book, "--full", "--rules")
            both = peers.run(HERE / "kkd", "check", book, "--full")
            say(f"compared: {lines} Zeilen, Runde {turn + 1} von {RUNS}: {both}, nur Regeln {rules}")
            turns.append((rules, both))
    added = statistics.median(both.cpu_s - rules.cpu_s for rules, both in turns) * LINES / lines
    memory = statistics.median(both.memory_mib for _, both in turns)
    peer = f"kkd check --full --rules: {turns[-1][0]}"
    return [
        _row("P1 compared", added, 10, "s", peer, n=lines),
        _row("P1 compared, memory", memory, 100, "MiB", peer, n=lines),
    ]


def made(folder: Path, size: int) -> tuple[Path, int]:
    """Make a book of ten years; return it with the number of its bank lines."""
    book = make_book(folder, size)
    return book, len(Certificates(book).lines)


def _row(identity: str, value: float, budget: float, unit: str, peer: str, *, n: int) -> Row:
    return {"id": identity, "value": round(value, 3), "budget": budget, "unit": unit, "peer": peer, "n": n}
