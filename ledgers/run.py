"""The main job on the sample (`make run`): copies the books to work/ and runs the waiting months of both sides."""

from __future__ import annotations

import shutil
from pathlib import Path

from kkd_ledger.book.config import load_book
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import needs_action
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "work"
MONTHS = (BookingMonth(2024, 3), BookingMonth(2024, 4))


def main() -> int:
    """Run the months; print a summary; return 0, or 1 where there are findings."""
    for name in ("kkd", "landkreis", "biedenkopf"):
        if not (WORK / name).exists():
            shutil.copytree(ROOT / "ledgers" / name, WORK / name)
    runs = [
        run_month(load_book(WORK / name), month, today=month.last_day)
        for name in ("landkreis", "biedenkopf")
        for month in MONTHS
    ]
    for run in runs:
        print(month_text(run) + "\n")
    if not any(run.changed for run in runs):
        print("Der Lauf war schon gemacht: nichts wurde geändert.")
    print("Die Bücher liegen in work/landkreis und work/biedenkopf; `make serve` zeigt sie in Fava.")
    return int(any(needs_action(run.findings) for run in runs))


if __name__ == "__main__":
    raise SystemExit(main())
