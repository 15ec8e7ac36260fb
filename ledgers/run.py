"""The main job on the sample (`make run`): copies the books to work/ and runs the waiting months of both sides."""

from __future__ import annotations

import shutil
from pathlib import Path

from kkd_ledger.agreement import explain, load
from kkd_ledger.book.config import load_book
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import needs_action
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "work"
RUNS = (
    ("landkreis", (BookingMonth(2024, 3), BookingMonth(2024, 4))),
    ("biedenkopf", (BookingMonth(2024, 3), BookingMonth(2024, 4))),
    ("quellgrund/schulverband-quellgrund", (BookingMonth(2025, 4),)),
    ("quellgrund/beispielbach", (BookingMonth(2025, 4),)),
)
SECOND = """\
Die zweite Zusammenarbeit ist ganz erfunden: ein Schulverband ohne Gemeindeschlüssel, mit zwei Vorauszahlungen im Jahr
auf die geplanten Kosten und einer Abrechnung auf die tatsächlichen. So kam der Anteil von Beispielbach zustande:
"""


def main() -> int:
    """Run the months; print a summary; return 0, or 1 where there are findings."""
    for name in ("kkd", "landkreis", "biedenkopf", "quellgrund"):
        if not (WORK / name).exists():
            shutil.copytree(ROOT / "ledgers" / name, WORK / name)
    runs = []
    for name, months in RUNS:
        if name.startswith("quellgrund/schul"):
            agreement = load(WORK / "quellgrund" / "vereinbarung" / "agreement.toml")
            print(
                SECOND
                + "\n".join(
                    f"  {line}" for line in explain(agreement, "beispielbach", 2024).text().splitlines()
                )
            )
            print()
        for month in months:
            runs.append(run_month(load_book(WORK / name), month, today=month.last_day))
            print(month_text(runs[-1]) + "\n")
    if not any(run.changed for run in runs):
        print("Der Lauf war schon gemacht: nichts wurde geändert.")
    print(
        "Die Bücher liegen in work/landkreis und work/biedenkopf, die der zweiten Zusammenarbeit in work/quellgrund; "
        "`make serve` zeigt sie im Browser."
    )
    return int(any(needs_action(run.findings) for run in runs))


if __name__ == "__main__":
    raise SystemExit(main())
