"""What lay on the cooperation's own account when its book began: entered by a person, proved by the first statement."""

from pathlib import Path

import pytest

from kkd_ledger.book.claims import balances, claims
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.reader import read
from kkd_ledger.cli import main
from kkd_ledger.errors import StatementGap
from kkd_ledger.plugins.check import check
from tests.audit.books import FEBRUARY, MARCH, paid, seal, statement, take
from tests.samples import posted_three

BANK, IN, OUT = (
    "Aktiva:2800-Bank",
    "Passiva:4800-Ungeklärte-Zahlungseingänge",
    "Aktiva:2690-Ungeklärte-Zahlungsausgänge",
)
OPENED = 250_000


@pytest.fixture
def office(tmp_path: Path) -> Book:
    return posted_three(tmp_path, "amt")


def opening(book: Book, amount: str, *more: str) -> int:
    words = ["opening", str(book.root), amount, "--reason", "Auszug 12/2021", "--by", "K. Kasse"]
    return main([*words, "--today", "2022-02-20", *more])


def held(book: Book) -> dict[str, int]:
    found = balances(read(book).records)
    return {account: found.get(account, 0) for account in (BANK, IN, OUT)}


def test_without_it_the_first_statement_waits_and_says_what_leads_on(office: Book, tmp_path: Path) -> None:
    with pytest.raises(StatementGap, match=r"trägt `kkd opening BUCH BETRAG` ein, was auf dem Konto lag"):
        take(office, statement(tmp_path, FEBRUARY, [paid(FEBRUARY)], opening=OPENED), FEBRUARY.last_day)


def test_the_first_statement_proves_it_and_the_month_closes(office: Book, tmp_path: Path) -> None:
    assert opening(office, "2.500,00") == 0
    assert held(office) == {BANK: OPENED, IN: -OPENED, OUT: 0}
    (unclear,) = claims(office, read(office).records).unclear.values()
    assert unclear.cents == OPENED
    take(office, statement(tmp_path, FEBRUARY, [paid(FEBRUARY)], opening=OPENED), FEBRUARY.last_day)
    assert held(office)[BANK] == OPENED + 110_000
    assert not [one for one in check(load_book(office.root), full=True) if one.kind.level == "fehler"]
    seal(office, FEBRUARY)


def test_it_can_be_placed_on_a_claim(office: Book) -> None:
    assert opening(office, "2.500,00") == 0
    number = next(iter(claims(office, read(office).records).unclear.values())).number
    words = [
        "clear",
        str(office.root),
        number,
        "archiv-2021-adorf-1",
        "--reason",
        "Kontoauszug",
        "--by",
        "K. Kasse",
    ]
    assert main([*words, "--today", "2022-02-21"]) == 0
    found = claims(office, read(office).records)
    assert found.items["archiv-2021-adorf-1"].open_cents == 0
    assert sum(one.cents for one in found.unclear.values()) == OPENED - 110_000


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (["2.500,00", "2.400,00"], {BANK: 240_000, IN: -240_000, OUT: 0}),
        (["2.500,00", "2.500,00"], {BANK: OPENED, IN: -OPENED, OUT: 0}),
        (["2.500,00", "0,00"], {BANK: 0, IN: 0, OUT: 0}),
        (["-10,00"], {BANK: -1_000, IN: 0, OUT: 1_000}),
        (["2.500,00", "-10,00"], {BANK: -1_000, IN: 0, OUT: 1_000}),
        (["-10,00", "0,01"], {BANK: 1, IN: -1, OUT: 0}),
    ],
)
def test_the_last_amount_counts(office: Book, amounts: list[str], expected: dict[str, int]) -> None:
    for amount in amounts:
        assert opening(office, amount) == 0
    assert held(office) == expected
    left = claims(office, read(office).records).unclear.values()
    assert sum(one.cents for one in left) == expected[BANK]


def test_it_is_refused_once_a_statement_is_taken(
    office: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(office, statement(tmp_path, FEBRUARY, [paid(FEBRUARY)]), FEBRUARY.last_day)
    before = held(office)
    assert opening(office, "2.500,00") == 3
    assert "bevor der erste Kontoauszug eingelesen wird" in capsys.readouterr().err
    assert held(office) == before


def test_it_is_refused_behind_a_seal_and_on_a_common_account(
    office: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kkd_ledger.job.books import open_month

    open_month(office, MARCH)
    seal(office, FEBRUARY)
    assert opening(office, "2.500,00") == 3
    assert "`kkd reopen BUCH 2022-02`" in capsys.readouterr().err
    town = posted_three(tmp_path / "town", "adorf")
    assert opening(town, "2.500,00") == 3
    assert "own = false" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(office: Book) -> None:
    before = held(office)
    assert opening(office, "2.500,00", "--dry-run") == 0
    assert held(office) == before
