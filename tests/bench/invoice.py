"""P9: 1,000 demands, from the posted claim to the validated e-invoice inside an accessible PDF, on two processes."""

from __future__ import annotations

import os
import resource
import subprocess
import time
import venv
from dataclasses import replace
from functools import partial
from pathlib import Path

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.einvoice.validate.workers import Workers
from kkd_ledger.letters.demand import Demand, demand
from kkd_ledger.letters.letter import MadeDocument, worker_make
from kkd_ledger.letters.posted import posted_claims
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.persons.contacts import load

LEDGERS = Path(__file__).resolve().parents[2] / "ledgers"
COUNT = 1000
PROCESSES = 2
BUDGET_SECONDS = 30.0
BUDGET_RATIO = 0.4
PEER_COUNT = 40
PEER = LEDGERS.parent / "build" / "invoice-peer"
PACKAGES = ("drafthorse", "factur-x", "segno", "weasyprint")


def demands(count: int) -> list[Demand]:
    """Return demands of the sample's county, each with a number of its own."""
    book = load_book(LEDGERS / "landkreis")
    contacts = load(book.agreement_file, book.agreement)
    records = read(book).records
    claims = [claim for year in (2022, 2023, 2024) for claim in posted_claims(book, records, year)]
    made = [demand(book, contacts, claim, Stationery(), claim.record.date) for claim in claims]
    return [
        replace(one, document=replace(one.document, number=f"{one.document.number}-{index}"))
        for index in range(count)
        for one in [made[index % len(made)]]
    ]


def measure() -> list[dict[str, object]]:
    """Return the rows of P9: the time of all, and its ratio to the peer's, on the wall and in processor time.

    The peer is drafthorse + factur-x + WeasyPrint in a Python of its own (`peer_python`). It makes no schematron
    check, and its PDF is PDF/A-3b without PDF/UA; its time is that of one process, halved for two.
    """
    tasks = demands(COUNT)
    used, begin = children_cpu(), time.perf_counter()
    with Workers[Demand, MadeDocument](partial(worker_make, None), PROCESSES) as workers:
        made = list(workers.map(tasks))
    seconds, cpu = time.perf_counter() - begin, children_cpu() - used
    assert all(one.report.good and one.pdf for one in made)
    python, lacking = peer_python()
    each = peer_seconds(python) if python else None
    if each is None:
        return [row("P9", round(seconds, 2), BUDGET_SECONDS, "s", lacking)]
    wall, busy = each
    said = (
        f"drafthorse + factur-x + WeasyPrint: {wall:.3f} s each ({busy:.3f} CPU); ours {cpu / COUNT:.3f} CPU"
    )
    return [
        row("P9", round(seconds, 2), BUDGET_SECONDS, "s", said),
        row("P9 ratio", round(seconds / (wall * COUNT / PROCESSES), 3), BUDGET_RATIO, "x", said),
        row("P9 CPU ratio", round(cpu / (busy * COUNT), 3), BUDGET_RATIO, "x", said),
    ]


def children_cpu() -> float:
    """Return the user and system seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(name: str, value: float, budget: float, unit: str, peer: str) -> dict[str, object]:
    return {"id": name, "value": value, "budget": budget, "unit": unit, "peer": peer, "n": COUNT}


def peer_python() -> tuple[str, str]:
    """Return the Python that has the peer's packages (KKD_PEER_PYTHON, or one made in build/), or what it lacks."""
    named = os.environ.get("KKD_PEER_PYTHON")
    if named:
        return named, ""
    if not (PEER / "bin" / "python").exists():
        venv.create(PEER, with_pip=True)
    python = str(PEER / "bin" / "python")
    lacking = f"no peer: {', '.join(PACKAGES)} could not be installed"
    tried = [python, "-c", "import drafthorse, facturx, weasyprint"]
    if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
        return python, ""
    installed = subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=False)
    return ("", lacking) if installed.returncode else (python, "")


def peer_seconds(python: str) -> tuple[float, float] | None:
    """Return the peer's seconds for one document, on the wall and of the processor; None where it does not run."""
    script = Path(__file__).with_name("invoice_peer.py")
    done = subprocess.run([python, script, str(PEER_COUNT)], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    wall, busy = (float(word) for word in done.stdout.split())
    return wall, busy
