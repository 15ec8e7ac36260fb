"""kkd clear --charges and --foreign: money of the bank account that belongs to no item has a way out, and back."""

from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import EXIT_REFUSED, EXIT_USAGE
from tests.samples import by_beancount, by_us, posted_three, replace_once, tree
from tests.work.corrections.correcting import TODAY, UNCLEAR_IN, balance, kkd, last_entry, of, pay

CHARGES = "Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"
HANDED_OVER = "Eigenkapital:Verrechnung-Hauptbuchhaltung"
SAID = ("--reason", "steht auf dem Auszug", "--by", "K. Kasse", *TODAY)


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    return posted_three(tmp_path, "amt")


def errors(book: Book) -> list[str]:
    assert by_us(book.root) == by_beancount(book.root)
    return [line for line in by_us(book.root) if "(fehler)" in line]


def test_a_bank_charge_is_an_expense_of_the_budget_and_paid(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    number = pay(amt, -1_230)
    assert kkd("clear", amt.root, number, "--charges", *SAID) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        f"Buchung 2022-000008: 12,30 EUR aus {number} als Nebenkosten des Geldverkehrs gebucht; noch ungeklärt 0,00 EUR"
    )
    assert balance(amt, CHARGES) == 1_230
    [expense] = [one for one in overview(amt, read(amt).records).budget if not one.income]
    assert (expense.ordered_cents, expense.paid_cents) == (1_230, 1_230)
    assert not of(amt).suspense
    assert errors(amt) == []


def test_what_is_not_of_the_cooperation_is_handed_over_in_parts(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    number = pay(amt, 1_500_000)
    assert kkd("clear", amt.root, number, "15.000,01", "--foreign", *SAID) == EXIT_REFUSED
    assert "höchstens 15.000,00 EUR, was ungeklärt ist" in capsys.readouterr().err
    assert kkd("clear", amt.root, number, "14.000,00", "--foreign", *SAID) == 0
    assert "an die Hauptbuchhaltung übergeben; noch ungeklärt 1.000,00 EUR" in capsys.readouterr().out
    assert kkd("clear", amt.root, number, "--foreign", *SAID) == 0
    assert "gehört zu keinem Posten, an die Hauptbuchhaltung übergeben" in last_entry(amt)
    assert (balance(amt, HANDED_OVER), balance(amt, UNCLEAR_IN)) == (-1_500_000, 0)
    assert errors(amt) == []


def test_the_way_back_makes_it_unclear_again_since_the_bank_s_day(amt: Book) -> None:
    for cents, switch, day in ((-1_230, "--charges", 17), (4_500, "--foreign", 18)):
        number = pay(amt, cents, key=f"1:t-{day}", day=day)
        assert kkd("clear", amt.root, number, switch, *SAID) == 0
        placing = max(one.text("nr") for one in read(amt).records if isinstance(one, Transaction))
        assert kkd("reverse", amt.root, placing, "--reason", "Irrtum", *TODAY) == 0
        held = of(amt).suspense[f"1:t-{day}"]
        assert (held.number, held.day.day, held.cents) == (number, day, cents)
    assert balance(amt, CHARGES) == balance(amt, HANDED_OVER) == 0
    [expense] = [one for one in overview(amt, read(amt).records).budget if not one.income]
    assert (expense.ordered_cents, expense.paid_cents) == (0, 0)
    assert errors(amt) == []


def test_the_main_ledger_s_account_may_change_its_name(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("clear", amt.root, pay(amt, 4_500), "--foreign", *SAID) == 0
    replace_once(amt.config_file, "\n[policy]", 'handed_over = "Eigenkapital:Hauptkasse"\n\n[policy]')
    assert kkd("check", amt.root) == EXIT_REFUSED
    told = capsys.readouterr().err
    assert f'accounts = {{ ROLLE = "{HANDED_OVER}" }} (ROLLE ist opening oder handed_over)' in told
    before = f'[[before]]\nuntil = 2022-02-28\naccounts = {{ handed_over = "{HANDED_OVER}" }}\n\n[policy]'
    replace_once(amt.config_file, "\n[policy]", f"\n{before}")
    assert errors(load_book(amt.root)) == []


def test_on_a_common_account_what_is_foreign_leaves_the_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adorf = posted_three(tmp_path)
    number = pay(adorf, -4_711)
    before = tree(adorf.root)
    assert kkd("clear", adorf.root, number, "--foreign", *SAID) == EXIT_REFUSED
    assert f"`kkd decide BUCH {number} --foreign` nimmt die Zeile aus dem Buch" in capsys.readouterr().err
    assert tree(adorf.root) == before
    assert kkd("clear", adorf.root, number, "--charges", *SAID) == 0
    assert balance(adorf, CHARGES) == 4_711
    assert errors(adorf) == []


def test_a_person_says_it_and_why(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    number, before = pay(amt, 4_500), tree(amt.root)
    assert kkd("clear", amt.root, number, "--foreign", "--reason", "Bußgeld", *TODAY) == EXIT_REFUSED
    assert "wer es sagt (--by NAME)" in capsys.readouterr().err
    assert kkd("clear", amt.root, number, "--foreign", "--by", "K. Kasse", *TODAY) == EXIT_USAGE
    assert "braucht einen Grund (--reason)" in capsys.readouterr().err
    assert kkd("clear", amt.root, number, "archiv-2022-adorf-1", "1", "--foreign", *SAID) == EXIT_USAGE
    assert "statt des Postens" in capsys.readouterr().err
    assert {path: text for path, text in tree(amt.root).items() if path in before} == before


def test_the_list_says_the_way_out_for_what_nothing_is_proposed(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(amt, -1_230)
    assert kkd("clear", amt.root, "--list", *TODAY) == 0
    told = capsys.readouterr().out
    assert "`kkd clear BUCH NR --charges` bucht es als Bankentgelt, `--foreign` übergibt es" in told
