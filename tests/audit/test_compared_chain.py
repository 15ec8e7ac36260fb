"""A statement that is taken out of all three tellings leaves a seam, also where statements overlap."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import PAPER, compared
from kkd_ledger.book.certificate import ENDING, Certificates, write
from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import run_month
from tests.bank.writing import camt, line, statement
from tests.samples import posted_three, sample_books
from tests.work.statements.test_hostile_inbox import OWN

MARCH, TODAY = BookingMonth(2022, 3), dt.date(2022, 3, 31)


def paid(cents: int, day: int):
    on = dt.date(2022, 3, day)
    return line(cents, booking_day=on, value_day=on, remittance=f"Zeile {day}", bank_reference=f"REF{day}")


PAPERS = {
    "a": (1, 10, 0, (paid(100, 5),)),
    "b": (11, 14, 100, (paid(200, 12),)),
    "d": (15, 25, 300, (paid(400, 22),)),
    "c": (21, 31, 300, (paid(400, 22), paid(800, 28))),
}


@pytest.mark.parametrize("gone", ["b", "d", "bd"])
def test_a_statement_that_is_gone_everywhere_leaves_a_seam(tmp_path: Path, gone: str) -> None:
    posted_three(tmp_path, "amt")
    book = load_book(tmp_path / "amt")
    (book.root / "inbox").mkdir(exist_ok=True)
    for number, (name, (first, last, opening, lines)) in enumerate(PAPERS.items(), start=1):
        days = {"from_day": dt.date(2022, 3, first), "to_day": dt.date(2022, 3, last)}
        one = statement(*lines, opening_cents=opening, account=OWN, sequence=number, identity=name, **days)
        (book.root / "inbox" / f"{name}.xml").write_bytes(camt(one))
        run_month(book, MARCH, today=TODAY)
    assert compared(book, full=True) == ()
    certificate = Certificates(book.root).month(MARCH)
    away = {one.key: one.sha256 for one in certificate.statements if PAPERS_BY_LAST[one.to_day.day] in gone}
    assert len(away) == len(gone)
    numbers = [one.number for one in certificate.lines if one.statement in away]
    kept = replace(
        certificate,
        statements=tuple(one for one in certificate.statements if one.key not in away),
        lines=tuple(one for one in certificate.lines if one.statement not in away),
    )
    (book.root / f"{MARCH.stem}{ENDING}").write_bytes(write(kept))
    for sha256 in away.values():
        next((book.root / "archive").glob(f"{sha256}.*")).unlink()
    month = book.root / f"{MARCH.stem}.beancount"
    blocks = month.read_text(encoding="utf-8").split("\n\n")
    left = [one for one in blocks if not any(f'nr: "{number}"' in one for number in numbers)]
    month.write_text("\n\n".join(left), encoding="utf-8")
    assert PAPER in {one.kind for one in compared(book)}


PAPERS_BY_LAST = {last: name for name, (_, last, _, _) in PAPERS.items()}


@pytest.mark.parametrize("year", ["0000", "9999", "2022x", "", "9" * 5_000])
def test_an_impossible_service_year_is_a_finding_and_stops_no_command(
    tmp_path: Path, year: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = sample_books(tmp_path) / "biedenkopf"
    month = root / "2023" / "2023-10.beancount"
    text = month.read_text(encoding="utf-8")
    assert 'leistungsjahr: "2022"' in text
    month.write_text(text.replace('leistungsjahr: "2022"', f'leistungsjahr: "{year}"'), encoding="utf-8")
    for words in (["check"], ["check", "--full"], ["status"], ["clear", "--list"], ["decide"]):
        status = main([words[0], str(root), *words[1:]])
        assert status in {0, 1, 3}, (words, status)
    assert main(["check", str(root)]) == 1
    shutil.rmtree(root / ".kkd", ignore_errors=True)
    capsys.readouterr()
