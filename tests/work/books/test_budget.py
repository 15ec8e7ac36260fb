"""The budget of Adorf's books: the columns of the line and of a group that covers itself, and the plan."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Payment, payment_entry
from kkd_ledger.book.state.budgets import BudgetYear
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.vocabulary import Kind
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_REFUSED, BookRefused
from kkd_ledger.web.page import page
from kkd_ledger.work.month.figures import budget_lines
from kkd_ledger.work.session import session
from tests.samples import by_beancount, by_us, posted_three, replace_once, tree

CHARGES = "Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"
GROUP = f'\n[[budget.groups]]\nid = "geldverkehr"\nname = "Geldverkehr"\naccounts = ["{CHARGES}"]\n'
TODAY = ("--today", "2022-02-20")


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def adorf(tmp_path: Path) -> Book:
    """1,100.00 EUR for 2021 and 1,250.00 EUR for 2022 are ordered; bank charges have a group of their own."""
    book = posted_three(tmp_path)
    replace_once(book.config_file, "\n[bank]", f"{GROUP}\n[bank]")
    return load_book(book.root)


def charge(book: Book, cents: int, key: str) -> None:
    day = dt.date(2022, 2, 17)
    with session(book) as work:
        line = Payment(Kind.RETURN, day, key, -cents, "Bank", "Entgelt", (), -cents, 0, ("Entgelt",))
        work.add([payment_entry(book, line, day)])
        work.commit()


def budget(book: Book) -> tuple[BudgetYear, ...]:
    return overview(book, read(book).records).budget


def gravely(book: Book) -> list[str]:
    assert by_us(book.root) == by_beancount(book.root)
    return [line.partition(": ")[2] for line in by_us(book.root)]


def test_a_group_has_its_own_columns(adorf: Book) -> None:
    assert kkd("budget", adorf.root, 2022, "2.400,00", *TODAY) == 0
    assert kkd("budget", adorf.root, 2022, "20", "--group", "geldverkehr", *TODAY) == 0
    assert kkd("budget", adorf.root, 2022, "5", "--group", "geldverkehr", "--kind", "nachtrag", *TODAY) == 0
    charge(adorf, 700, "1:g-1")
    line, group = budget(adorf)
    assert (line.label, group.label) == ("2022", "2022 geldverkehr")
    assert (line.original_cents, line.updated_cents, line.ordered_cents) == (240_000, 240_000, 235_000)
    assert (line.reserved_cents, line.paid_cents, line.available_cents) == (0, 0, 5_000)
    assert (group.original_cents, group.updated_cents, group.ordered_cents) == (2_000, 2_500, 700)
    assert (group.reserved_cents, group.paid_cents, group.available_cents) == (0, 700, 1_800)
    assert gravely(adorf) == []


def test_an_overrun_of_a_group_is_not_covered_by_the_line(adorf: Book) -> None:
    assert kkd("budget", adorf.root, 2022, "5.000,00", *TODAY) == 0
    assert kkd("budget", adorf.root, 2022, "10", "--group", "geldverkehr", *TODAY) == 0
    for place in (1, 2):
        charge(adorf, 700, f"1:g-{place}")
    assert gravely(adorf) == [
        "KKD-B01 (beanstandung) Deckungskreis geldverkehr, 2022: angeordnet 14,00 EUR, verfügbar waren 10,00 EUR "
        "(ansatz 10,00 EUR); überschritten um 4,00 EUR"
    ]
    words = ("--group", "geldverkehr", "--kind", "ueberplanmaessig", *TODAY)
    assert kkd("budget", adorf.root, 2022, "4", *words) == 0
    assert gravely(adorf) == []


def test_without_groups_all_accounts_of_the_line_cover_each_other(tmp_path: Path) -> None:
    adorf = posted_three(tmp_path)
    assert kkd("budget", adorf.root, 2022, "2.357,00", *TODAY) == 0
    charge(adorf, 700, "1:g-1")
    [line] = budget(adorf)
    assert (line.ordered_cents, line.paid_cents, line.available_cents) == (235_700, 700, 0)
    assert gravely(adorf) == []
    charge(adorf, 1, "1:g-2")
    assert gravely(adorf) == [
        "KKD-B01 (beanstandung) Budget 020501, 2022: angeordnet 2.357,01 EUR, verfügbar waren 2.357,00 EUR "
        "(ansatz 2.357,00 EUR); überschritten um 0,01 EUR"
    ]


def test_what_the_next_year_got_is_available_in_one_year_only(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """2,350.00 EUR are ordered of 2,400.00: 50.00 go into 2023, then a charge of 7.00 finds nothing left in 2022."""
    assert kkd("budget", adorf.root, 2022, "2.400,00", *TODAY) == 0
    assert kkd("budget", adorf.root, 2022, "5", "--group", "geldverkehr", *TODAY) == 0
    assert kkd("budget", adorf.root, 2023, "50", "--kind", "uebertragen", *TODAY) == 0
    assert (
        kkd("budget", adorf.root, 2023, "3", "--kind", "uebertragen", "--group", "geldverkehr", *TODAY) == 0
    )
    line, group, following, next_group = budget(adorf)
    assert (line.carried_cents, line.available_cents, line.as_json()["carried"]) == (5_000, 0, "50.00")
    assert (group.carried_cents, group.available_cents) == (300, 200)
    assert (following.available_cents, following.as_json().get("carried")) == (5_000, None)
    assert (next_group.updated_cents, next_group.available_cents) == (300, 300)
    assert gravely(adorf) == []
    shown = "\n".join(budget_lines(adorf, budget(adorf)))
    assert "gezahlt 0,00 EUR, nach 2023 übertragen 50,00 EUR, verfügbar 0,00 EUR" in shown
    cells = page(adorf, read(adorf).records)
    assert cells.budget_cells(line)[-1] == "0,00 (nach 2023 übertragen: 50,00)"
    charge(adorf, 700, "1:g-1")
    assert gravely(adorf) == [
        "KKD-B01 (beanstandung) Deckungskreis geldverkehr, 2022: angeordnet 7,00 EUR, verfügbar waren 2,00 EUR "
        "(ansatz 5,00 EUR - nach 2023 übertragen 3,00 EUR); überschritten um 5,00 EUR"
    ]
    back = (
        "--kind",
        "uebertragen",
        "--group",
        "geldverkehr",
        "--reason",
        "Irrtum",
        "--by",
        "L. Beispiel",
        *TODAY,
    )
    assert kkd("budget", adorf.root, 2023, "-3", *back) == 0
    assert [one.rpartition("; ")[2] for one in gravely(adorf)] == ["überschritten um 2,00 EUR"]
    capsys.readouterr()


def test_a_carry_over_that_was_spent_already_is_an_overrun(tmp_path: Path) -> None:
    adorf = posted_three(tmp_path)
    assert kkd("budget", adorf.root, 2022, "2.400,00", *TODAY) == 0
    assert kkd("budget", adorf.root, 2023, "50,01", "--kind", "uebertragen", *TODAY) == 0
    assert gravely(adorf) == [
        "KKD-B01 (beanstandung) Budget 020501, 2022: angeordnet 2.350,00 EUR, verfügbar waren 2.349,99 EUR "
        "(ansatz 2.400,00 EUR - nach 2023 übertragen 50,01 EUR); überschritten um 0,01 EUR"
    ]


def test_a_group_that_nobody_named_is_refused(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(adorf.root)
    for words in (("--group", "personal"), ("--group", "geldverkehr", "--kind", "finanzplanung")):
        assert kkd("budget", adorf.root, 2022, "20", *words, *TODAY) == EXIT_REFUSED
        assert "eine Gruppe aus [budget] in book.toml (geldverkehr)" in capsys.readouterr().err
    assert tree(adorf.root) == before


def test_a_mistyped_appropriation_is_seen_at_once(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what it entered, of which kind, and what the year has now."""
    back = ("--reason", "vertippt", "--by", "L. Beispiel")
    group = ("--group", "geldverkehr", "--kind", "ueberplanmaessig")
    for words, said in (
        (("2022", "2.400,00"), "Ansatz 2022: 2.400,00 EUR eingetragen; fortgeschrieben 2.400,00 EUR"),
        (
            ("2022", "500000,00", "--kind", "nachtrag"),
            "Nachtrag 2022: 500.000,00 EUR eingetragen; fortgeschrieben 502.400,00 EUR",
        ),
        (
            ("2022", "-500.000,00", "--kind", "nachtrag", *back),
            "Nachtrag 2022: -500.000,00 EUR eingetragen; fortgeschrieben 2.400,00 EUR",
        ),
        (
            ("2022", "7", *group),
            "überplanmäßig bewilligt 2022: 7,00 EUR eingetragen; fortgeschrieben 7,00 EUR",
        ),
        (("2023", "1.250", "--kind", "finanzplanung"), "Finanzplanung 2023: 1.250,00 EUR eingetragen ("),
    ):
        assert kkd("budget", adorf.root, *words, *TODAY) == 0
        assert capsys.readouterr().out.startswith(said)


def test_the_plan_is_no_appropriation(adorf: Book) -> None:
    assert kkd("budget", adorf.root, 2023, "1.249,99", "--kind", "finanzplanung", *TODAY) == 0
    assert [line.label for line in budget(adorf)] == ["2022"]
    assert gravely(adorf) == [
        "KKD-B04 (hinweis) 2023: geplant 1.249,99 EUR, nach der Vereinbarung zu erwarten 1.250,00 EUR"
    ]
    assert kkd("budget", adorf.root, 2023, "1.250,00", "--kind", "finanzplanung", *TODAY) == 0
    assert gravely(adorf) == []


def test_the_operator_plans_no_more_than_it_will_get(tmp_path: Path) -> None:
    """1,250.00 + 3,125.00 + 416.25 EUR are to come."""
    amt = posted_three(tmp_path, "amt")
    assert kkd("budget", amt.root, 2023, "4.791,25", "--kind", "finanzplanung", *TODAY) == 0
    assert gravely(amt) == []
    assert kkd("budget", amt.root, 2023, "4.791,26", "--kind", "finanzplanung", *TODAY) == 0
    assert gravely(amt) == [
        "KKD-B04 (hinweis) 2023: geplant 4.791,26 EUR, nach der Vereinbarung zu erwarten 4.791,25 EUR"
    ]


def test_what_is_remitted_was_not_paid(tmp_path: Path) -> None:
    adorf = posted_three(tmp_path)
    income = "Erträge:020501-Archiv:539901-Erlassene-Verbindlichkeiten"
    replace_once(adorf.config_file, "\n[policy]", f'remission_income = "{income}"\n\n[policy]')
    adorf = load_book(adorf.root)
    words = ("--order", "Bescheid", "--by", "L. Beispiel", "--certified-by", "S. Muster", *TODAY)
    assert kkd("remit", adorf.root, "archiv-2022-adorf-1", "50", *words) == 0
    line, income = budget(adorf)
    assert (line.ordered_cents, line.paid_cents) == (235_000, 0)
    assert (income.income, income.ordered_cents, income.paid_cents, income.appropriated) == (
        True,
        5_000,
        0,
        {},
    )


@pytest.mark.parametrize(
    "groups",
    [
        GROUP + GROUP,
        GROUP.replace("geldverkehr", "020501", 1),
        GROUP + GROUP.replace("geldverkehr", "zweite").replace(f'"{CHARGES}"', f'"{CHARGES}:Unten"'),
        GROUP.replace(f'"{CHARGES}"', ""),
    ],
)
def test_groups_are_distinct(groups: str, tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    replace_once(book.config_file, "\n[bank]", f"{groups}\n[bank]")
    with pytest.raises(BookRefused, match="budget"):
        load_book(book.root)


def test_an_operators_expense_is_no_overrun_of_its_income(tmp_path: Path) -> None:
    """The operator's line is appropriated for what it gets; bank charges are compared with a group of their own."""
    amt = posted_three(tmp_path, "amt")
    assert kkd("budget", amt.root, 2022, "5,00", *TODAY) == 0
    charge(amt, 700, "1:g-1")
    assert gravely(amt) == [], "5.00 EUR of income planned, 7.00 EUR of charges: nothing is overrun"


def test_an_operators_group_of_expense_is_overrun_by_expense(tmp_path: Path) -> None:
    amt = posted_three(tmp_path, "amt")
    charges = amt.account("bank_charges")
    group = f'\n[[budget.groups]]\nid = "geldverkehr"\nname = "Geldverkehr"\naccounts = ["{charges}"]\n'
    replace_once(amt.config_file, "\n[bank]", f"{group}\n[bank]")
    amt = load_book(amt.root)
    assert kkd("budget", amt.root, 2022, "5.000,00", *TODAY) == 0
    assert kkd("budget", amt.root, 2022, "5,00", "--group", "geldverkehr", *TODAY) == 0
    charge(amt, 700, "1:g-1")
    assert [line.split()[0] for line in gravely(amt)] == ["KKD-B01"]
