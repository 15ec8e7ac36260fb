"""P9: 1,000 demands, from the posted claim to the validated e-invoice inside an accessible PDF, on two processes."""

from __future__ import annotations

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
    """Return the row of P9; the processes start cold, as they do for a person."""
    tasks = demands(COUNT)
    begin = time.perf_counter()
    with Workers[Demand, Made](partial(press, None), PROCESSES) as workers:
        made = list(workers.map(tasks))
    seconds = time.perf_counter() - begin
    assert all(one.report.good and one.pdf for one in made)
    return [
        {
            "id": "P9",
            "value": round(seconds, 2),
            "budget": BUDGET_SECONDS,
            "unit": "s",
            "peer": "",
            "n": COUNT,
        }
    ]
