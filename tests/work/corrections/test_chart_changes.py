"""Accounts and budget lines change: the month that first needs a new one opens it, and what was before stays known."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, Payment, payment_entry
from kkd_ledger.book.state.open_items import OpenItems
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.book.text.vocabulary import AppropriationKind, Kind
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Level
from kkd_ledger.work.books.books import appropriate, open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.session import session
from tests.samples import ORDER, by_beancount, by_us, posted_three, replace_once
from tests.work.corrections.correcting import balance, kkd, of, pay

OLD = "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis"
NEW = "Aufwendungen:020501-Archiv:717299-Kostenerstattung-neu"
DAY = dt.date(2023, 2, 15)


@pytest.fixture
def adorf(tmp_path: Path) -> Book:
    return posted_three(tmp_path)


def grave(book: Book) -> list[str]:
    assert by_us(book.root) == by_beancount(book.root)
    return [line for line in by_us(book.root) if "(fehler)" in line]


def changed(book: Book, old: str, new: str, before: str = "") -> Book:
    replace_once(book.config_file, old, new)
    if before:
        replace_once(
            book.config_file, "\n[policy]", f"\n[[before]]\nuntil = 2022-12-31\n{before}\n\n[policy]"
        )
    return load_book(book.root)


def test_an_account_that_changes_is_opened_by_the_month_that_needs_it(adorf: Book) -> None:
    book = changed(adorf, f'share = "{OLD}"', f'share = "{NEW}"')
    open_month(book, BookingMonth(2023, 2))
    post(book, Authorisation(DAY, *ORDER))
    text = (book.root / "2023/2023-02.beancount").read_text(encoding="utf-8")
    assert text.count(f"2023-02-01 open {NEW} EUR") == 1
    assert balance(book, OLD) > 0 < balance(book, NEW)
    assert grave(book) == []


def test_an_entry_of_the_old_year_uses_the_account_of_then(adorf: Book) -> None:
    """The rate of 2022 rises, known on its last day: it belongs in month 13, on the account of 2022."""
    book = changed(adorf, f'share = "{OLD}"', f'share = "{NEW}"', f'accounts = {{ share = "{OLD}" }}')
    open_month(book, BookingMonth(2023, 2))
    assert (
        kkd("year", book.root, 2022, "vorläufig-abgeschlossen", "--by", ORDER[1], "--today", "2023-02-01")
        == 0
    )
    post(book, Authorisation(DAY, *ORDER))
    before = balance(book, OLD)
    old = 'from = 2022-01-01\nrate = "1.25"'
    later = 'from = 2022-01-01\nrate = "1.50"\nknown_from = 2023-02-16\n\n[[components.rates]]\n'
    replace_once(book.agreement_file, old, later + old)
    book = load_book(book.root)
    post(book, Authorisation(dt.date(2023, 2, 20), *ORDER), service_year=2022)
    assert balance(book, OLD) == before + 25_000
    assert grave(book) == []


def test_a_budget_line_with_a_new_number_goes_on(adorf: Book) -> None:
    appropriate(adorf, 2022, 500_000, AppropriationKind.ORIGINAL, today=dt.date(2022, 2, 20))
    before = overview(adorf, read(adorf).records).budget
    text = adorf.config_file.read_text(encoding="utf-8")
    assert 'line = "020501"' in text
    adorf.config_file.write_text(text.replace("020501-", "020599-"), encoding="utf-8")
    prior = "Aufwendungen:020501-Archiv:799001-Periodenfremde-Aufwendungen"
    old = f'budget_line = "020501"\naccounts = {{ share = "{OLD}", prior_period_expense = "{prior}" }}'
    book = changed(adorf, 'line = "020501"', 'line = "020599"', old)
    assert [
        (one.year, one.updated_cents, one.ordered_cents) for one in overview(book, read(book).records).budget
    ] == [(one.year, one.updated_cents, one.ordered_cents) for one in before]
    open_month(book, BookingMonth(2023, 2))
    post(book, Authorisation(DAY, *ORDER))
    assert grave(book) == []
    assert {one.label: one.ordered_cents for one in overview(book, read(book).records).budget}["2023"] > 0


def test_unclear_money_on_an_old_account_is_still_cleared(tmp_path: Path) -> None:
    amt = posted_three(tmp_path, "amt")
    number = pay(amt, 110_000)
    old = "Passiva:4800-Ungeklärte-Zahlungseingänge"
    new = "Passiva:4899-Verwahrgelder"
    book = changed(
        amt, f'unclear_in = "{old}"', f'unclear_in = "{new}"', f'accounts = {{ unclear_in = "{old}" }}'
    )
    assert [one.number for one in of(book).suspense.values()] == [number]
    assert kkd("clear", book.root, number, "archiv-2021-adorf-1", "--today", "2022-02-20") == 0
    assert (of(book).suspense, balance(book, old), grave(book)) == ({}, 0, [])


def test_a_role_that_is_none_is_refused(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(
        adorf.config_file,
        "\n[policy]",
        '\n[[before]]\nuntil = 2022-12-31\naccounts = { shares = "Aktiva:1" }\n\n[policy]',
    )
    assert kkd("check", adorf.root) == 3
    assert "shares" in capsys.readouterr().err


def test_the_name_of_the_budget_line_may_change(adorf: Book) -> None:
    """It stands in the names of accounts: old entries stay the budget's, and the extraordinary ones stay those."""
    appropriate(adorf, 2022, 500_000, AppropriationKind.ORIGINAL, today=dt.date(2022, 2, 20))
    text = adorf.config_file.read_text(encoding="utf-8")
    text = text.replace("020501-Archiv:", "020501-Archivwesen:").replace(
        'name = "Archiv"', 'name = "Archivwesen"'
    )
    adorf.config_file.write_text(text, encoding="utf-8")
    book = load_book(adorf.root)
    open_month(book, BookingMonth(2023, 2))
    post(book, Authorisation(DAY, *ORDER))
    assert grave(book) == []
    sums = {one.label: one.ordered_cents for one in overview(book, read(book).records).budget}
    assert sums["2022"] == 235_000
    assert sums["2023"] > 0


@pytest.mark.parametrize(
    ("renamed", "before"),
    [("020501-Archivwesen", ""), ("020502-Archiv", 'budget_line = "020501"\n')],
)
def test_what_was_given_up_under_another_name_stays_given_up(
    tmp_path: Path, renamed: str, before: str
) -> None:
    book = posted_three(tmp_path, "amt")
    given_up = 'remission_expense = "Aufwendungen:020501-Archiv:699901-Erlass"'
    replace_once(book.config_file, "[accounts]\n", f"[accounts]\n{given_up}\n")
    people = ("--by", ORDER[1], "--certified-by", ORDER[0], "--today", "2022-02-20")
    assert kkd("remit", book.root, "archiv-2022-adorf-1", "100", "--order", "Härtefall", *people) == 0
    line, name = renamed.split("-")
    text = book.config_file.read_text(encoding="utf-8").replace("020501-Archiv:", f"{renamed}:")
    text = text.replace('line = "020501"', f'line = "{line}"').replace('name = "Archiv"', f'name = "{name}"')
    book.config_file.write_text(
        text + (f"\n[[before]]\nuntil = 2022-12-31\n{before}" if before else ""), encoding="utf-8"
    )
    book = load_book(book.root)
    assert grave(book) == []
    items = OpenItems(book)
    for record in read(book).records:
        if isinstance(record, Transaction):
            items.move(record)
    assert items.items.moving["archiv-2022-adorf-1"].remitted_cents == 100_00


def test_what_was_cleared_from_an_account_of_before_is_right_once_it_is_named(tmp_path: Path) -> None:
    """Nothing stands on the account any more, so the book goes on; the finding advises no reversal of what is right."""
    amt = posted_three(tmp_path, "amt")
    number = pay(amt, 110_000)
    said = ("--reason", "gefragt", "--by", "K. Kasse", "--today", "2022-02-20")
    assert kkd("clear", amt.root, number, "archiv-2021-adorf-1", *said) == 0
    old, new = "Passiva:4800-Ungeklärte-Zahlungseingänge", "Passiva:4899-Verwahrgelder"
    book = changed(amt, f'unclear_in = "{old}"', f'unclear_in = "{new}"')
    (wrong,) = [one for one in check(book) if one.kind.level == Level.ERROR]
    assert (wrong.kind.code, wrong.text) == ("KKD-K09", f"{old} nimmt kein geklärtes Geld")
    assert "unter [[before]] den alten Namen" in wrong.kind.remedy
    replace_once(
        amt.config_file,
        "\n[policy]",
        f'\n[[before]]\nuntil = 2022-12-31\naccounts = {{ unclear_in = "{old}" }}\n\n[policy]',
    )
    assert grave(load_book(amt.root)) == []


def test_a_placing_that_was_reversed_before_the_renaming_needs_no_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reversal put the money on the account of before; what is told leads to its name, in whatever it is said."""
    amt = posted_three(tmp_path, "amt")
    key = "1:r-1"
    with session(amt, today=dt.date(2022, 2, 18)) as work:
        item = work.claims.items["archiv-2021-adorf-1"]
        paid = Payment(
            Kind.PAYMENT, dt.date(2022, 2, 17), key, 110_000, "Adorf", "x", ((item, 110_000),), 0, 0, ("x",)
        )
        [number] = work.add([payment_entry(amt, paid, dt.date(2022, 2, 18))])
        work.commit()
    said = ("--reason", "verwechselt", "--by", "K. Kasse", "--today", "2022-02-20")
    assert kkd("reverse", amt.root, number, *said) == 0
    assert kkd("clear", amt.root, number, "archiv-2021-adorf-1", *said) == 0
    old, new = "Passiva:4800-Ungeklärte-Zahlungseingänge", "Passiva:4899-Verwahrgelder"
    book = changed(amt, f'unclear_in = "{old}"', f'unclear_in = "{new}"')
    codes = {one.kind.code for one in check(book) if one.kind.level == Level.ERROR}
    assert codes == {"KKD-K02", "KKD-K09"}
    capsys.readouterr()
    kkd("check", book.root)
    told = capsys.readouterr().out
    assert "unter [[before]] den alten Namen" in told
    assert "Sicherung" not in told


def test_charges_stay_charges_under_another_name_of_the_budget_line(tmp_path: Path) -> None:
    amt = posted_three(tmp_path, "amt")
    said = ("--reason", "Auszug", "--by", "K. Kasse", "--today", "2022-02-20")
    assert kkd("clear", amt.root, pay(amt, -1_230), "--charges", *said) == 0
    text = amt.config_file.read_text(encoding="utf-8")
    amt.config_file.write_text(text.replace("020501-Archiv:", "020501-Archivwesen:"), encoding="utf-8")
    assert grave(load_book(amt.root)) == []
