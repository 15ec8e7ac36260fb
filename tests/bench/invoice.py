"""P9: 1,000 demands, from the posted claim to the validated e-invoice inside an accessible PDF, on two processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from kkd_ledger.book.config import load_book
from kkd_ledger.book.reader import read
from kkd_ledger.invoice.contacts import load
from kkd_ledger.invoice.demand import Demand, demand, posted_claims
from kkd_ledger.invoice.letter import Made, press
from kkd_ledger.invoice.workers import Workers

LEDGERS = Path(__file__).resolve().parents[2] / "ledgers"
COUNT = 1000
PROCESSES = 2
BUDGET_SECONDS = 30.0
BUDGET_RATIO = 0.4
PEER_COUNT = 40


def demands(count: int) -> list[Demand]:
    """Return demands of the sample's county, each with a number of its own."""
    book = load_book(LEDGERS / "landkreis")
    contacts = load(book.agreement_file, book.agreement)
    records = read(book).records
    claims = [claim for year in (2022, 2023, 2024) for claim in posted_claims(book, records, year)]
    made = [demand(book, contacts, claim) for claim in claims]
    return [
        replace(one, document=replace(one.document, number=f"{one.document.number}-{index}"))
        for index in range(count)
        for one in [made[index % len(made)]]
    ]


def measure() -> list[dict[str, object]]:
    """Return the rows of P9: the time of all, and its ratio to the peer's where a Python has the peer's packages.

    KKD_PEER_PYTHON names that Python (default: this one). The peer makes no schematron check, and its PDF is
    PDF/A-3b without PDF/UA; its time is that of one process, halved for two.
    """
    tasks = demands(COUNT)
    begin = time.perf_counter()
    with Workers[Demand, Made](partial(press, None), PROCESSES) as workers:
        made = list(workers.map(tasks))
    seconds = time.perf_counter() - begin
    assert all(one.report.good and one.pdf for one in made)
    each = peer_seconds()
    said = "" if each is None else f"drafthorse + factur-x + WeasyPrint: {each:.3f} s each"
    rows = [row("P9", round(seconds, 2), BUDGET_SECONDS, "s", said)]
    if each is not None:
        rows.append(row("P9 ratio", round(seconds / (each * COUNT / PROCESSES), 3), BUDGET_RATIO, "x", said))
    return rows


def row(name: str, value: float, budget: float, unit: str, peer: str) -> dict[str, object]:
    return {"id": name, "value": value, "budget": budget, "unit": unit, "peer": peer, "n": COUNT}


def peer_seconds() -> float | None:
    python = os.environ.get("KKD_PEER_PYTHON", sys.executable)
    script = Path(__file__).with_name("invoice_peer.py")
    done = subprocess.run([python, script, str(PEER_COUNT)], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None
