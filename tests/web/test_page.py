"""What our page says in words, without a browser: every status, the sums, the budget's columns."""

import datetime as dt
import os
import re
from dataclasses import fields
from pathlib import Path

import pytest
from fava.core import FavaLedger

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.budgets import BudgetYear
from kkd_ledger.book.state.share_standings import ShareStanding, ShareStatus, Standings
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import UsageError
from kkd_ledger.rules.engine.adapter import RuleError
from kkd_ledger.web import fava_page
from kkd_ledger.web.fava_page import Kostenbeteiligungen
from kkd_ledger.web.listening import Listening
from kkd_ledger.web.page import Page, budget_words, cell_words, euro, page, sum_words
from kkd_ledger.web.serve import serve
from kkd_ledger.web.watch import SameFiles
from tests.samples import posted_three, sample_books

DUE, BACK = dt.date(2024, 3, 15), dt.date(2024, 5, 30)


def cell(
    status: ShareStatus, booked: int = 120_000, still_open: int = 0, late: int = 0, back: int = 0
) -> ShareStanding:
    due_back = BACK if back else None
    return ShareStanding(
        "adorf", "Adorf", 2024, 125_000, booked, still_open, DUE, status, late, back, due_back
    )


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (cell(ShareStatus.PAID), "bezahlt"),
        (cell(ShareStatus.PAID, back=5_00), "bezahlt; Erstattung offen 5,00, fällig 30.05.2024"),
        (cell(ShareStatus.NOTHING, booked=0), "nichts zu zahlen"),
        (cell(ShareStatus.OPEN, still_open=120_000), "offen, fällig 15.03.2024"),
        (cell(ShareStatus.OPEN, still_open=125_000), "offen 1.250,00, fällig 15.03.2024"),
        (cell(ShareStatus.PART, still_open=100), "teilweise bezahlt, offen 1,00, fällig 15.03.2024"),
        (
            cell(ShareStatus.OVERDUE, still_open=125_000, late=5_00),
            "überfällig seit 15.03.2024: 5,00, offen 1.250,00",
        ),
        (
            cell(ShareStatus.DIFFERS, still_open=5, late=5, back=7),
            "weicht ab, vereinbart 1.250,00, offen 0,05, überfällig seit 15.03.2024; "
            "Erstattung offen 0,07, fällig 30.05.2024",
        ),
        (
            cell(ShareStatus.OVERDUE, still_open=125_000, late=125_000),
            "überfällig seit 15.03.2024, offen 1.250,00",
        ),
        (cell(ShareStatus.DEFERRED, still_open=125_000), "gestundet bis 15.03.2024, offen 1.250,00"),
        (cell(ShareStatus.INSTALMENTS, still_open=1_000), "in Raten, nächste 15.03.2024, offen 10,00"),
        (cell(ShareStatus.SUSPENDED, still_open=5), "niedergeschlagen, Wiedervorlage 15.03.2024, offen 0,05"),
        (cell(ShareStatus.REMITTED), "erlassen"),
        (cell(ShareStatus.PART_REMITTED), "bezahlt und erlassen"),
        (cell(ShareStatus.DIFFERS), "weicht ab, vereinbart 1.250,00"),
        (cell(ShareStatus.UNBOOKED, booked=0), "nicht gebucht, vereinbart 1.250,00"),
        (cell(ShareStatus.CONDITIONAL, booked=0), "vorbehaltlich, vereinbart 1.250,00"),
    ],
)
def test_every_status_has_its_words(standing: ShareStanding, words: str) -> None:
    assert cell_words(standing) == words


def test_a_sum_says_what_is_open_and_what_was_agreed() -> None:
    rows = (
        (cell(ShareStatus.PAID, booked=125_000),),
        (cell(ShareStatus.PART, booked=125_000, still_open=5),),
    )
    table = Standings(dt.date(2024, 3, 31), (2024,), rows)
    assert sum_words(table, 2024) == "offen 0,05"
    assert sum_words(Standings(table.as_of, (2024,), rows[:1]), 2024) == "nichts offen"
    short = Standings(table.as_of, (2024,), ((cell(ShareStatus.DIFFERS),),))
    assert sum_words(short, 2024) == "vereinbart 1.250,00, nichts offen"


def test_amounts_stand_without_their_currency() -> None:
    assert [euro(cents) for cents in (0, 5, -123456, 10**14)] == [
        "0,00",
        "0,05",
        "-1.234,56",
        "1.000.000.000.000,00",
    ]


def test_the_budget_of_the_town_has_six_columns_and_that_of_the_county_two(tmp_path: Path) -> None:
    books = sample_books(tmp_path)
    town, county = (
        page(book, read(book).records) for book in map(load_book, (books / "biedenkopf", books / "landkreis"))
    )
    assert town.budget_columns == (
        "Ansatz",
        "fortgeschrieben",
        "vorgemerkt",
        "angeordnet",
        "gezahlt",
        "verfügbar",
    )
    assert [town.budget_cells(line) for line in town.budget] == [
        ("22.000,00", "22.000,00", "0,00", "21.695,55", "21.695,55", "304,45"),
        ("16.000,00", "16.000,00", "0,00", "15.555,30", "0,00", "444,70"),
    ]
    assert county.budget_columns == ("angeordnet", "eingegangen")
    assert county.budget_cells(county.budget[0]) == ("264.432,90", "264.432,90")
    assert budget_words(county.book, county.budget[0]) == "108.101,50 für 2022 + 156.331,40 für 2023"


def test_a_year_without_appropriation_leaves_its_columns_empty(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    lines = (BudgetYear(2021, {2021: 100}, {"ansatz": 200}, 0, 50), BudgetYear(2022, {}, {}, 0, 0))
    shown = Page(book, None, lines, (), ())
    assert shown.budget_cells(lines[0]) == ("2,00", "2,00", "0,00", "1,00", "0,50", "1,00")
    assert shown.budget_cells(lines[1]) == ("–", "–", "–", "0,00", "0,00", "–")
    assert budget_words(book, lines[1]) == "noch nichts gebucht"


def test_a_member_reads_its_derivations_and_the_operator_none(tmp_path: Path) -> None:
    member = posted_three(tmp_path)
    derived = page(member, read(member).records).derived
    assert [(one.year_name, one.amount_cents) for one in derived] == [("2021", 110_000), ("2022", 125_000)]
    assert derived[1].steps == ("Magazin (§ 2): 1.000 Einwohner × 1,25 EUR = 1.250,00 EUR",)
    operator = posted_three(tmp_path / "amt", "amt")
    assert page(operator, read(operator).records).derived == ()


def test_a_changed_or_restored_file_is_noticed_once(tmp_path: Path) -> None:
    file, other, basis = tmp_path / "a", tmp_path / "b", tmp_path / "agreement.toml"
    file.write_text("1")
    watcher = SameFiles(lambda: [basis])
    watcher.update([file], [])
    assert not watcher.look()
    old = file.stat()
    other.write_text("2")
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns - 10**9))
    other.replace(file)  # as long as before, and older
    before = watcher.last_checked
    assert watcher.look()
    assert watcher.last_checked > before
    assert not watcher.look()
    file.unlink()
    assert not watcher.check()  # what Fava is told: a request never loads
    assert watcher.look()
    basis.write_text("no part of the journal")
    assert watcher.look()
    assert not watcher.look()


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(UsageError, match=rf"^{port} ist kein Anschluss \(Port\); erlaubt: 0 bis 65535$"):
        serve(
            [],
            Listening(port),
            print,
            lambda: dt.date(2024, 3, 1),
            lambda: dt.datetime(2024, 3, 1, tzinfo=dt.UTC),
        )


def test_fava_and_our_page_get_title_place_and_remedy_of_a_finding_apart(tmp_path: Path) -> None:
    """Fava's list prints the message's lines; our page takes the fields, and reads nothing back from a sentence."""
    book = posted_three(tmp_path)
    month = book.root / "2022" / "2022-02.beancount"
    month.write_text(
        month.read_text("utf-8").replace('leistungsjahr: "2022"', 'leistungsjahr: "2021"', 1), "utf-8"
    )
    ledger = FavaLedger(str(book.top_file))
    [error, *_] = [error for error in ledger.errors if isinstance(error, RuleError)]
    first, meaning, remedy = error.message.splitlines()
    assert first == error.sentence
    assert error.sentence.startswith("KKD-")
    assert (meaning, remedy) == (f"{error.title}.", f"Zu tun: {error.remedy}")
    extension = ledger.extensions.get_extension("Kostenbeteiligungen")
    assert isinstance(extension, Kostenbeteiligungen)
    messages = [message for message in extension.messages if message.title == error.title]
    assert messages
    assert all(message.remedy and message.remedy not in message.text for message in messages)
    assert "Zeile" in messages[0].place


def test_the_template_asks_the_page_for_nothing_that_it_does_not_have() -> None:
    """Jinja prints nothing for a name that is gone, and so says nothing about it."""
    template = Path(fava_page.__file__).with_name("templates") / "Kostenbeteiligungen.html"
    text = template.read_text("utf-8")
    names = {*vars(Page), *(field.name for field in fields(Page)), *vars(Kostenbeteiligungen)}
    asked = set(re.findall(r"\b(?:page|extension)\.(\w+)", text))
    assert len(asked) > 10
    assert asked <= names
