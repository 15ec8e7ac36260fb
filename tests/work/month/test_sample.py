"""The sample: its books are what the commands make, and its sums come out of Beancount's own query."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import run_month
from tests.samples import ROOT, by_beancount, by_us, sample_books, tree

MARCH, APRIL = BookingMonth(2024, 3), BookingMonth(2024, 4)


def bean_query(book: Path, query: str) -> list[str]:
    """Ask Beancount's own query program and return the cells of its answer."""
    program = Path(sys.executable).with_name("bean-query")
    command = [program, "--format=csv", "--no-errors", book / "main.beancount", query]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [cell.strip() for line in answer.splitlines()[1:] for cell in line.split(",")]


def run_sample(folder: Path) -> Path:
    """Run the waiting months of both sides, as `make run` does."""
    for name in ("landkreis", "biedenkopf"):
        for month in (MARCH, APRIL):
            run_month(load_book(folder / name), month, today=month.last_day)
    return folder


@pytest.fixture(scope="module")
def run_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both books after the run."""
    return run_sample(sample_books(tmp_path_factory.mktemp("run")))


def test_the_commands_rebuild_the_sample_byte_for_byte(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    subprocess.run([sys.executable, ROOT / "ledgers" / "build.py", folder], check=True)
    for name in ("kkd", "landkreis", "biedenkopf", "quellgrund"):
        here = tree(
            ROOT / "ledgers" / name, (".kkd", ".main.beancount.picklecache")
        )  # a reader may leave caches
        assert tree(folder / name) == here


@pytest.mark.parametrize(
    ("year", "condition", "expected"),
    [
        (2023, "entry_meta('leistungsjahr') = '2022'", "8869.25 EUR"),
        (2023, "entry_meta('leistungsjahr') = '2023'", "12826.30 EUR"),
        (2023, "entry_meta('buchungsart') = 'kostenbeteiligung'", "21695.55 EUR"),
        (2024, "entry_meta('buchungsart') = 'kostenbeteiligung'", "15555.30 EUR"),
    ],
)
def test_the_four_sums_come_out_of_bean_query(
    run_books: Path, year: int, condition: str, expected: str
) -> None:
    query = (
        f"SELECT sum(position) WHERE account ~ ':010102-Zentrale-Dienste:' AND year = {year} AND {condition}"
    )
    assert bean_query(run_books / "biedenkopf", query) == [expected]


def test_the_prior_period_item_stands_on_group_79_and_cites_the_resolution(run_books: Path) -> None:
    query = (
        "SELECT account, sum(number), entry_meta('beschluss') WHERE account ~ '^Aufwendungen:010102-' "
        "AND 'periodenfremd' IN tags GROUP BY account, entry_meta('beschluss')"
    )
    account = "Aufwendungen:010102-Zentrale-Dienste:799001-Periodenfremde-Aufwendungen:KKD"
    assert bean_query(run_books / "biedenkopf", query) == [account, "8869.25", "VL-100/2023"]


def test_the_county_holds_the_matching_income_of_all_19(run_books: Path) -> None:
    query = (
        "SELECT count(number), sum(number) WHERE account ~ '^Erträge' AND entry_meta('leistungsjahr') = '2022' "
        "AND account ~ ':599001-'"
    )
    assert bean_query(run_books / "landkreis", query) == ["19", "-108101.50"]
    query = "SELECT sum(number) WHERE account ~ '^Erträge' AND entry_meta('beteiligte') = 'biedenkopf' AND year = 2023"
    assert bean_query(run_books / "landkreis", query) == ["-21695.55"]


def test_the_payments_settle_every_demand(run_books: Path) -> None:
    for name in ("landkreis", "biedenkopf"):
        query = "SELECT sum(number) WHERE account ~ '^Aktiva:2600' OR account ~ '^Passiva:4500'"
        assert bean_query(run_books / name, query) == ["0.00"]
        assert by_us(run_books / name) == by_beancount(run_books / name) == []


def test_what_nobody_can_place_is_booked_as_unclear(run_books: Path) -> None:
    query = "SELECT number, narration WHERE account ~ '4800-Ungeklärte' ORDER BY number"
    cells = bean_query(run_books / "landkreis", query)
    assert cells[::2] == ["-18766.68", "-250.00"], "the twin, and the payment of a stranger"


def test_the_waiting_statements_meet_every_irregular_payment(run_books: Path) -> None:
    lines = json.loads((run_books / "landkreis/2024/2024-03.bank.json").read_text(encoding="utf-8"))["zeilen"]
    fates = [line["ergebnis"] for line in lines]
    assert (fates.count("zugeordnet"), fates.count("ungeklärt")) == (17, 2)
    returned = [line for line in lines if line["betrag"] == "-6380.58"]
    assert [line["ergebnis"] for line in returned] == ["zugeordnet"], (
        "the returned direct debit reopens its demand"
    )
    halves = [line["betrag"] for line in lines if line["betrag"] == "7132.41"]
    assert halves == ["7132.41"], "half of 14,264.82, the rest stays open until April"
    town = json.loads((run_books / "biedenkopf/2024/2024-03.bank.json").read_text(encoding="utf-8"))
    assert town["auszuege"][0]["nicht-kkd"] == 3
    assert {line["regel"] for line in town["zeilen"]} == {"", "steuern", "bezuege"}


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    folder = run_sample(sample_books(tmp_path))
    before = tree(folder)
    run_sample(folder)
    assert tree(folder) == before


def test_with_caches_deleted_and_the_statement_renamed_a_rerun_changes_nothing(tmp_path: Path) -> None:
    folder = run_sample(sample_books(tmp_path))
    before = tree(folder)
    for book in (folder / "landkreis", folder / "biedenkopf"):
        shutil.rmtree(book / ".kkd")
        held = [path for name in ("archive", "originale") for path in sorted((book / name).glob("*.xml"))]
        statements = [path for path in held if path.read_bytes().lstrip().startswith(b"<")]
        assert statements, "an extract is no statement"
        for number, archived in enumerate(statements):
            shutil.copy(archived, book / "inbox" / f"nochmal-{number}.xml")
    run_sample(folder)
    assert tree(folder) == before


def test_make_run_ends_by_itself_and_says_what_it_did(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledgers", tmp_path / "ledgers")
    command = [sys.executable, str(tmp_path / "ledgers" / "run.py")]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (first.returncode, first.stderr) == (0, "")
    for text in (
        "Budget 010102 „Zentrale Dienste“, Aufwendungen:",
        "2023: 21.695,55 EUR (8.869,25 EUR für 2022 + 12.826,30 EUR für 2023)",
        "Feststellungen: keine",
        "Abrechnung: 1.308,00 EUR am 04.04.2025.",
        "2024: vereinbart 62.180,00 EUR, angefordert 62.180,00 EUR, offen 0,00 EUR; 2 von 2 bezahlt",
        "    2025: noch nicht abgerechnet, angefordert 0,00 EUR, offen 0,00 EUR, "
        "nach dem Plan kommen noch 66.000,00 EUR; noch nichts gefordert",
        "make serve",
    ):
        assert text in first.stdout
    before = tree(tmp_path / "work")
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (second.returncode, tree(tmp_path / "work")) == (0, before)
    assert "Der Lauf war schon gemacht: nichts wurde geändert." in second.stdout


def test_the_second_cooperation_is_marked_as_invented_and_its_books_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(ROOT / "ledgers" / "quellgrund", tmp_path / "quellgrund"))
    assert (folder / "antworten.toml").read_text(encoding="utf-8").startswith("# ERFUNDEN ist alles")
    books = [folder / "schulverband-quellgrund", folder / "beispielbach"]
    for book in books:
        run_month(load_book(book), BookingMonth(2025, 4), today=BookingMonth(2025, 4).last_day)
        assert main(["check", str(book), "--full", "--today", "2025-04-30"]) == 0
        assert by_us(book) == by_beancount(book) == []
    assert main(["reconcile", *map(str, books)]) == 0
    query = "SELECT sum(number) WHERE account ~ '^Aktiva:2600' OR account ~ '^Passiva:4500'"
    assert [bean_query(book, query) for book in books] == [["0.00"], ["0.00"]]
    query = "SELECT sum(number) WHERE account ~ '^Aufwendungen' AND entry_meta('buchungsart') = 'abrechnung'"
    assert bean_query(books[1], query) == ["1308.00"], "in the year that the settlement belongs to"
    capsys.readouterr()


def test_posting_again_posts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = sample_books(tmp_path) / "landkreis"
    before = tree(book)
    assert main(["post", str(book), "--today", "2024-02-29"]) == 0
    assert capsys.readouterr().out == "Nichts zu tun: es steht schon alles im Buch.\n"
    assert tree(book) == before
