"""What lay on the dedicated account when its book began: entered by a person, proved by the first statement."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries.authorisation import ordered
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Posting, Transaction, Value
from kkd_ledger.cli import main
from kkd_ledger.errors import StatementGap
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.opening import KEY
from kkd_ledger.work.session import session
from tests.audit.books import FEBRUARY, MARCH, paid, seal, statement, take
from tests.samples import posted_three, replace_once, tree

BANK, OPENING = "Aktiva:2800-Bank", "Eigenkapital:Anfangsbestand"
IN, OUT = "Passiva:4800-Ungeklärte-Zahlungseingänge", "Aktiva:2690-Ungeklärte-Zahlungsausgänge"
PERSON = ("--reason", "Kontoauszug", "--by", "K. Kasse", "--today", "2022-02-21")
OPENED = 250_000
ITEM = "archiv-2021-adorf-1"


@pytest.fixture
def office(tmp_path: Path) -> Book:
    return posted_three(tmp_path, "amt")


def dedicated_account(book: Book) -> Book:
    if not book.settings.bank.dedicated:
        replace_once(book.root / "book.toml", "own = false", "own = true")
    return load_book(book.root)


def opening(book: Book, amount: str, *more: str) -> int:
    words = ["opening", str(book.root), amount, "--reason", "Auszug 12/2021", "--by", "K. Kasse"]
    return main([*words, "--today", "2022-02-20", *more])


def held(book: Book) -> dict[str, int]:
    found = balances(read(book).records)
    assert {found.get(IN, 0), found.get(OUT, 0)} == {0}, "it is no money in suspense"
    return {account: found.get(account, 0) for account in (BANK, OPENING)}


def the_opening(book: Book) -> SuspenseItem:
    (held,) = claims(book, read(book).records).opening.values()
    return held


def test_without_it_the_first_statement_waits_and_says_what_leads_on(office: Book, tmp_path: Path) -> None:
    with pytest.raises(
        StatementGap,
        match=r"trägt `kkd opening BUCH BETRAG --reason GRUND --by NAME` ein, was auf dem Konto lag",
    ):
        take(office, statement(tmp_path, FEBRUARY, [paid(FEBRUARY)], opening=OPENED), FEBRUARY.last_day)


def test_the_first_statement_proves_it_and_the_month_closes(office: Book, tmp_path: Path) -> None:
    assert opening(office, "2.500,00") == 0
    assert held(office) == {BANK: OPENED, OPENING: -OPENED}
    assert the_opening(office).cents == OPENED
    assert claims(office, read(office).records).suspense == {}
    take(office, statement(tmp_path, FEBRUARY, [paid(FEBRUARY)], opening=OPENED), FEBRUARY.last_day)
    assert held(office)[BANK] == OPENED + 110_000
    assert not [one for one in check(load_book(office.root), full=True) if one.kind.level == "fehler"]
    seal(office, FEBRUARY)


def test_it_never_ages_and_hinders_nothing(office: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert opening(office, "2.500,00") == 0
    told = {one.kind.code for one in check(load_book(office.root), today=dt.date(2023, 12, 31))}
    assert "KKD-O04" not in told
    capsys.readouterr()
    assert main(["clear", str(office.root), "--list", "--today", "2022-02-21"]) == 0
    assert capsys.readouterr().out == "Ungeklärt: nichts\n"


@pytest.mark.parametrize("name", ["amt", "adorf"])
def test_what_was_a_payment_is_placed_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    book = dedicated_account(posted_three(tmp_path, name))
    amount, posten = ("2.500,00", ITEM) if name == "amt" else ("-2.500,00", ITEM)
    assert opening(book, amount) == 0
    number = the_opening(book).number
    assert f"`kkd clear BUCH {number} POSTEN`" in capsys.readouterr().out
    assert main(["clear", str(book.root), number, posten, *PERSON]) == 0
    assert "noch im Anfangsbestand 1.400,00 EUR, auf dem Posten offen 0,00 EUR" in capsys.readouterr().out
    assert claims(book, read(book).records).items[ITEM].open_cents == 0
    assert abs(the_opening(book).cents) == OPENED - 110_000
    assert opening(book, "0,00") == 3
    assert "zugeordnet sind davon schon" in capsys.readouterr().err
    last = claims(book, read(book).records).numbers[2022]
    assert main(["reverse", str(book.root), f"2022-{last:06}", *PERSON]) == 0
    assert abs(the_opening(book).cents) == OPENED
    assert opening(book, "0,00") == 0
    assert claims(book, read(book).records).opening == {}
    assert not [one for one in check(load_book(book.root), full=True) if one.kind.level == "fehler"]


def test_it_can_be_met_with_the_payment_that_gave_it_back(office: Book, tmp_path: Path) -> None:
    """What a party had paid before the book began is given back: receipt and payment meet."""
    assert opening(office, "2.500,00") == 0
    back = paid(FEBRUARY, -50_000, text="Rückzahlung")
    take(office, statement(tmp_path, FEBRUARY, [back], opening=OPENED), FEBRUARY.last_day)
    (suspense,) = claims(office, read(office).records).suspense.values()
    words = (
        "clear",
        str(office.root),
        the_opening(office).number,
        suspense.number,
        *PERSON[:-1],
        "2022-02-28",
    )
    assert main(list(words)) == 0
    found = claims(office, read(office).records)
    assert (found.suspense, the_opening(office).cents) == ({}, OPENED - 50_000)
    last = f"2022-{found.numbers[2022]:06}"
    assert main(["reverse", str(office.root), last, *PERSON[:-1], "2022-02-28"]) == 0
    found = claims(office, read(office).records)
    assert [one.cents for one in found.suspense.values()] == [-50_000]
    assert the_opening(office).cents == OPENED


def test_the_wrong_direction_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A town's balance pays none of its own debts: it is simply the account's earlier money."""
    town = dedicated_account(posted_three(tmp_path, "adorf"))
    assert opening(town, "9.000,00") == 0
    assert main(["clear", str(town.root), the_opening(town).number, ITEM, *PERSON]) == 3
    said = capsys.readouterr().err
    assert (
        "ein Eingang begleicht keine Verbindlichkeit, und auf diese ist nichts gebucht, was er zurückgäbe"
        in said
    )
    assert (
        "eine Forderung, auf der noch etwas offen ist, oder eine Verbindlichkeit, auf die gezahlt wurde"
        in said
    )


def in_suspense_as_before(book: Book) -> str:
    """Enter an opening balance as an older version did: as money in suspense; return the entry's number."""
    with session(book) as work:
        meta: dict[str, Value] = {
            "buchungsart": "saldenvortrag",
            "bankref": KEY,
            "erfasst-am": dt.date(2022, 2, 20),
        }
        meta |= {"grund": "Auszug 12/2021", "veranlasst-von": "K. Kasse", "buchungstag": dt.date(2022, 1, 31)}
        legs = (Posting(BANK, OPENED, {}), Posting(IN, -OPENED, {"bankref": KEY}))
        text = "Anfangsbestand des Bankkontos"
        (number,) = work.add([Transaction(dt.date(2022, 2, 1), "", text, (), (), ordered(meta), legs)])
        work.commit()
    return number


@pytest.mark.parametrize("after_statement", [False, True])
def test_what_an_older_version_entered_becomes_an_opening_balance(
    office: Book, tmp_path: Path, *, after_statement: bool
) -> None:
    number = in_suspense_as_before(office)
    assert main(["clear", str(office.root), number, ITEM, "100,00", *PERSON]) == 0
    if after_statement:
        take(office, statement(tmp_path, FEBRUARY, [], opening=OPENED), FEBRUARY.last_day)
    assert opening(office, "2.500,00") == 0
    assert held(office) == {BANK: OPENED, OPENING: -(OPENED - 10_000)}
    found = claims(office, read(office).records)
    assert (found.suspense, the_opening(office).cents) == ({}, OPENED - 10_000)
    before = tree(office.root)
    assert opening(office, "2.500,00") == 0
    assert tree(office.root) == before
    assert opening(office, "2.400,00") == (3 if after_statement else 0)
    assert not [one for one in check(load_book(office.root), full=True) if one.kind.level == "fehler"]


def test_words_for_what_is_taken_back_and_what_is_not_there(
    office: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opening(office, "0,00") == 0
    assert "Nichts zu tun" in capsys.readouterr().out
    assert opening(office, "2.500,00") == 0
    number = the_opening(office).number
    assert main(["reverse", str(office.root), number, *PERSON]) == 3
    assert (
        "`kkd opening BUCH BETRAG --reason GRUND --by NAME` mit dem richtigen Betrag, 0,00 nimmt ihn zurück"
        in capsys.readouterr().err
    )
    assert opening(office, "0,00") == 0
    assert "Anfangsbestand zurückgenommen (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (["2.500,00", "2.400,00"], {BANK: 240_000, OPENING: -240_000}),
        (["2.500,00", "2.500,00"], {BANK: OPENED, OPENING: -OPENED}),
        (["2.500,00", "0,00"], {BANK: 0, OPENING: 0}),
        (["-10,00"], {BANK: -1_000, OPENING: 1_000}),
        (["2.500,00", "-10,00"], {BANK: -1_000, OPENING: 1_000}),
        (["-10,00", "0,01"], {BANK: 1, OPENING: -1}),
    ],
)
def test_the_last_amount_counts(office: Book, amounts: list[str], expected: dict[str, int]) -> None:
    for amount in amounts:
        assert opening(office, amount) == 0
    assert held(office) == expected
    left = claims(office, read(office).records).opening.values()
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
    from kkd_ledger.work.books.books import open_month

    open_month(office, MARCH)
    seal(office, FEBRUARY)
    assert opening(office, "2.500,00") == 3
    assert "`kkd reopen BUCH 2022-02 --reason GRUND --by NAME --and NAME`" in capsys.readouterr().err
    town = posted_three(tmp_path / "town", "adorf")
    assert opening(town, "2.500,00") == 3
    assert "own = false" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(office: Book) -> None:
    before = held(office)
    assert opening(office, "2.500,00", "--dry-run") == 0
    assert held(office) == before


def test_another_account_in_book_toml_does_not_lose_it(
    office: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opening(office, "2.500,00") == 0
    number = the_opening(office).number
    replace_once(office.root / "book.toml", "[accounts]\n", '[accounts]\nopening = "Eigenkapital:Früheres"\n')
    assert main(["clear", str(office.root), "--list", "--today", "2022-02-21"]) == 3
    assert f"das Konto {OPENING}, auf dem 2.500,00 EUR stehen" in capsys.readouterr().err
    with (office.root / "book.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[before]]\nuntil = 2022-02-28\naccounts = {{ opening = "{OPENING}" }}\n')
    assert main(["clear", str(office.root), number, ITEM, *PERSON]) == 0
