"""Unreadable lines and missing statements: everything readable is booked, the rest stays seen until it is explained."""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.bank.files.reading import read as read_file
from kkd_ledger.book.certificate import Certificates, Fate, Verdict
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import EntryRefused, StatementRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.checkpoint import known_book
from kkd_ledger.work.corrections.clearing import waiting as suspense
from kkd_ledger.work.decisions.decide import Chosen, decide_lines
from kkd_ledger.work.decisions.decide_file import decide_file
from kkd_ledger.work.decisions.doubted import doubted
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.status import status
from kkd_ledger.work.statements.completeness import wrong_sums
from kkd_ledger.work.transfers.account_gaps import AccountGap, gaps
from tests.bank.writing import camt, mt940
from tests.samples import LEDGERS
from tests.work.decisions.test_decide_files import (
    APRIL,
    MARCH,
    TODAY,
    WHO,
    bank_cents,
    drop,
    paid,
    told,
    waiting,
)
from tests.work.statements.test_hostile_inbox import OWN

MAY = BookingMonth(2022, 5)
FIRST = told(1, 5, 0, paid(5_000, 3))
LINES = (paid(-1_000, 10, "Strom"), paid(700, 12, "Irgendwas"), paid(-300, 14, "Gas"))
SECOND = told(6, 31, 5_000, *LINES, number=2)
THIRD = told(1, 20, 4_400, paid(50, 5, month=4), number=3, month=4)
CSV = (
    "Buchungstag;Valutadatum;Name Zahlungsbeteiligter;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung;"
    "IBAN Auftragskonto;Bezeichnung Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;"
    "IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Glaeubiger ID;Mandatsreferenz\n"
)


def kind_of(book: Book, *, own: bool) -> Book:
    if not own:
        text = book.config_file.read_text(encoding="utf-8")
        book.config_file.write_text(text.replace("own = true", "own = false"), encoding="utf-8")
    return load_book(book.root)


def run(book: Book, month: BookingMonth = APRIL, today: dt.date = TODAY) -> None:
    for one in (MARCH, month):
        run_month(book, one, today=today)


def open_gaps(book: Book) -> tuple[AccountGap, ...]:
    return gaps(book, Certificates(book.root), known_book(book).progress.overview.claims)


def sound(book: Book) -> None:
    assert not list(wrong_sums(book))
    assert compared(book, full=True) == ()


def lines_of(book: Book) -> dict[int, tuple[dt.date, Fate]]:
    return {line.cents: (line.day, line.fate) for line in Certificates(book.root).lines.values()}


# ----------------------------------------------------------------------------------- unreadable lines

DAY = dt.date(2022, 3, 12)
BROKEN_DAY: dict[str, Callable[[], bytes]] = {
    "camt": lambda: camt(SECOND).replace(b"<BookgDt><Dt>2022-03-12", b"<BookgDt><Dt>2022-02-30"),
    "camt value day": lambda: camt(SECOND).replace(
        b"<Dt>2022-03-12</Dt></ValDt>", b"<Dt>2022-13-01</Dt></ValDt>"
    ),
    "mt940": lambda: mt940(SECOND).replace(":61:2203120312", ":61:2203121399").encode(),
    "mt940 value day": lambda: mt940(SECOND).replace(":61:220312", ":61:221399").encode(),
}
BROKEN_AMOUNT: dict[str, Callable[[], bytes]] = {
    "camt": lambda: camt(SECOND).replace(b'<Ntry><Amt Ccy="EUR">7.00', b'<Ntry><Amt Ccy="EUR">7,0,0'),
    "camt sign": lambda: camt(SECOND).replace(b"7.00</Amt><CdtDbtInd>CRDT", b"7.00</Amt><CdtDbtInd>KRDT", 1),
    "mt940": lambda: mt940(SECOND).replace("CR7,00", "CR7,0,0").encode(),
}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("given", [None, DAY])
@pytest.mark.parametrize("form", BROKEN_DAY)
def test_a_line_without_a_readable_day_is_placed_by_a_decision_and_the_others_as_they_are(
    amt: Book, form: str, given: dt.date | None, own: bool
) -> None:
    book = kind_of(amt, own=own)
    drop(book, "0.x", camt(FIRST))
    run(book)
    content = BROKEN_DAY[form]()
    with pytest.raises(StatementRefused):
        read_file(content, "x")
    drop(book, "b.x", content)
    run(book)
    assert waiting(book) == ["b.x"]
    (file,) = doubted(book, TODAY).files
    assert len([line for one in file.statements for line in one.lines]) == 3
    decide_file(book, "b.x", Verdict.NEW, Chosen(day=given), **WHO)
    told_day = DAY if form == "camt value day" else given or dt.date(2022, 3, 31)
    lines = lines_of(book)
    assert (lines[-1_000][0], lines[700][0], lines[-300][0]) == (
        dt.date(2022, 3, 10),
        told_day,
        dt.date(2022, 3, 14),
    )
    assert open_gaps(book) == ()
    assert sum(line.cents for line in Certificates(book.root).lines.values()) == 4_400
    sound(book)
    drop(book, "again.x", content)
    drop(book, "next.x", camt(THIRD))
    run(book)
    assert waiting(book) == []
    assert sum(bank_cents(book)) == (4_450 if own else 0)
    sound(book)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("form", BROKEN_AMOUNT)
def test_an_unreadable_amount_is_what_the_balances_say_and_stays_seen(
    amt: Book, form: str, own: bool
) -> None:
    book = kind_of(amt, own=own)
    drop(book, "0.x", camt(FIRST))
    drop(book, "b.x", BROKEN_AMOUNT[form]())
    run(book)
    decide_file(book, "b.x", Verdict.NEW, Chosen(), **WHO)
    (gap,) = open_gaps(book)
    assert gap.cents == 700
    assert sum(line.cents for line in Certificates(book.root).lines.values()) == 4_400
    assert lines_of(book)[700][1] == (Fate.SUSPENSE if own else Fate.WAITS)
    sound(book)
    drop(book, "next.x", camt(THIRD))
    run(book)
    assert waiting(book) == []
    sound(book)


def test_a_row_of_a_csv_without_a_readable_day_or_amount(amt: Book) -> None:
    rows = [
        ("10.03.2022", "-10,00", "40,00"),
        ("32.03.2022", "7,00", "47,00"),
        ("14.03.2022", "-3,00", "44,00"),
    ]
    names = CSV.strip().split(";")

    def row(day: str, amount: str, balance: str) -> str:
        cells = dict.fromkeys(names, "")
        cells |= {"Buchungstag": day, "Valutadatum": day, "Betrag": amount, "Waehrung": "EUR"}
        cells |= {"Saldo nach Buchung": balance, "IBAN Auftragskonto": OWN, "Name Zahlungsbeteiligter": "X"}
        return ";".join(cells.values()) + "\n"

    drop(amt, "0.x", camt(FIRST))
    run(amt)
    drop(amt, "b.csv", (CSV + "".join(row(*each) for each in rows)).encode())
    run(amt)
    decide_file(amt, "b.csv", Verdict.NEW, Chosen(day=DAY), **WHO)
    assert lines_of(amt)[700][0] == DAY
    assert sum(bank_cents(amt)) == 4_400
    sound(amt)
    rows = [
        ("15.03.2022", "1,00", "45,00"),
        ("16.03.2022", "1.2.3", "46,00"),
        ("17.03.2022", "1,00", "47,00"),
    ]
    drop(amt, "c.csv", (CSV + "".join(row(*each) for each in rows)).encode())
    run(amt)
    decide_file(amt, "c.csv", Verdict.NEW, Chosen(), **WHO)
    assert [one.cents for one in open_gaps(amt)] == [100]
    assert sum(bank_cents(amt)) == 4_700
    sound(amt)


def test_a_day_that_is_none_of_the_statement_is_not_taken(amt: Book) -> None:
    drop(amt, "b.x", BROKEN_DAY["camt"]())
    with pytest.raises(EntryRefused, match=r"ein Tag vom 06\.03\.2022 bis 07\.04\.2022 \(--day\)"):
        decide_file(amt, "b.x", Verdict.NEW, Chosen(day=dt.date(2022, 5, 1)), **WHO)


def test_unreadable_days_and_balances_of_the_head_are_left_out(amt: Book) -> None:
    content = camt(SECOND).replace(b"<ToDtTm>2022-03-31", b"<ToDtTm>2022-03-32")
    content = content.replace(b'<Amt Ccy="EUR">50.00', b'<Amt Ccy="EUR">5x.00', 1)
    with pytest.raises(StatementRefused):
        read_file(content, "x")
    (one,) = read_file(content, "x", partly=True)
    assert (one.opening_cents, one.closing_cents, one.to_day) == (None, 4_400, dt.date(2022, 3, 31))
    assert len(one.contradictions) == 2
    drop(amt, "0.x", camt(FIRST))
    drop(amt, "b.x", content)
    run(amt)
    decide_file(amt, "b.x", Verdict.NEW, Chosen(), **WHO)
    assert sum(bank_cents(amt)) == 4_400
    sound(amt)


# ------------------------------------------------------------------------------------ missing statements


@pytest.mark.parametrize("own", [True, False])
def test_a_gap_stands_where_it_is_and_the_statement_that_was_missing_closes_it(amt: Book, own: bool) -> None:
    book = kind_of(amt, own=own)
    drop(book, "0.x", camt(FIRST))
    run(book)
    drop(book, "3.x", camt(THIRD))
    run(book)
    decide_file(book, "3.x", Verdict.NEW, Chosen(), **WHO)
    (gap,) = open_gaps(book)
    assert gap[1:4] == (dt.date(2022, 3, 6), dt.date(2022, 3, 31), -600)
    assert [one.days for one in suspense(book, TODAY)] == ([58, 55, 25] if own else [])
    assert any(
        "-6,00 EUR vom 06.03.2022 bis 31.03.2022 sind nicht erklärt" in one
        for one in status(book, today=TODAY).troubles
    )
    sound(book)
    drop(book, "2.x", camt(SECOND))
    run(book)
    assert waiting(book) == []
    assert open_gaps(book) == ()
    assert sum(bank_cents(book)) == (4_450 if own else 0)
    assert [one.suspense.cents for one in suspense(book, TODAY)] == (
        [5_000, -1_000, 700, -300, 50] if own else []
    )
    sound(book)
    today = dt.date(2022, 5, 31)
    drop(book, "5.x", camt(told(21, 30, 4_450, paid(1, 29, month=4), number=4, month=4)))
    run(book, MAY, today)
    assert [one.name for one in doubted(book, today).files] == []
    sound(book)


def test_a_part_of_what_was_missing_waits_for_the_rest_on_an_own_account(amt: Book) -> None:
    halves = (
        told(6, 11, 5_000, LINES[0], number=None, identity="H1"),
        told(12, 31, 4_000, *LINES[1:], number=None, identity="H2"),
    )
    drop(amt, "0.x", camt(FIRST))
    drop(amt, "3.x", camt(THIRD))
    run(amt)
    decide_file(amt, "3.x", Verdict.NEW, Chosen(), **WHO)
    drop(amt, "h1.x", camt(halves[0]))
    run(amt)
    (file,) = doubted(amt, TODAY).files
    assert "-10,00 EUR von -6,00 EUR, die vom 06.03.2022 bis 31.03.2022 nicht erklärt sind" in file.reasons[0]
    copy = load_book(shutil.copytree(amt.root, amt.root.with_name("amt2")))
    drop(amt, "h2.x", camt(halves[1]))
    run(amt)
    assert (waiting(amt), open_gaps(amt), sum(bank_cents(amt))) == ([], (), 4_450)
    sound(amt)
    decide_file(copy, "h1.x", Verdict.NEW, Chosen(), **WHO)
    assert sum(bank_cents(copy)) == 4_450
    assert sum(one.cents for one in open_gaps(copy)) == 400  # -6,00 and what stands against the part: 10,00
    sound(copy)
    drop(copy, "h2.x", camt(halves[1]))
    run(copy)
    for name in waiting(copy):
        decide_file(copy, name, Verdict.NEW, Chosen(), **WHO)
    assert (waiting(copy), open_gaps(copy), sum(bank_cents(copy))) == ([], (), 4_450)
    sound(copy)


def test_a_part_of_a_gap_is_decided_about_and_the_rest_waits_on(amt: Book) -> None:
    book = kind_of(amt, own=False)
    drop(book, "0.x", camt(FIRST))
    drop(book, "3.x", camt(THIRD))
    run(book)
    decide_file(book, "3.x", Verdict.NEW, Chosen(), **WHO)
    (gap,) = open_gaps(book)
    with pytest.raises(EntryRefused, match=r"ein Betrag an einem Tag vom 06\.03\.2022 bis 31\.03\.2022"):
        decide_lines(book, Chosen(gap.key, dt.date(2022, 4, 2), 100), Verdict.NEW, **WHO)
    decide_lines(book, Chosen(gap.key, DAY, 1_000), Verdict.NEW, **WHO)
    assert bank_cents(book) == [-1_000]
    assert [one.suspense.cents for one in suspense(book, TODAY)] == [-1_000]
    rest = {one.key: one.cents for one in open_gaps(book)}
    assert sorted(rest.values()) == [-1_000, 400]
    sound(book)
    key = next(key for key, cents in rest.items() if cents == 400)
    decide_lines(book, Chosen(key, None, 100), Verdict.NOT_OURS, **WHO)
    decide_lines(book, Chosen(key), Verdict.NOT_OURS, **WHO)
    assert [one.cents for one in open_gaps(book)] == [-1_000]
    decide_lines(book, Chosen(key), Verdict.OPEN, **WHO)
    assert sorted(one.cents for one in open_gaps(book)) == [-1_000, 300]
    sound(book)
    line = next(one for one in Certificates(book.root).lines.values() if one.cents == 50)
    with pytest.raises(EntryRefused, match="ein Teil nur von einem Unterschied"):
        decide_lines(book, Chosen(line.key, None, 10), Verdict.NEW, **WHO)


@pytest.mark.parametrize("own", [True, False])
def test_a_foreign_statement_of_our_account_is_a_gap_until_a_later_one_joins(amt: Book, own: bool) -> None:
    book = kind_of(amt, own=own)
    drop(book, "0.x", camt(FIRST))
    run(book)
    drop(book, "b.x", BROKEN_DAY["camt"]())
    decide_file(book, "b.x", Verdict.NOT_OURS, Chosen(), **WHO)
    (gap,) = open_gaps(book)
    assert (gap.key, gap.cents, gap.to_day) == ("", -600, dt.date(2022, 3, 31))
    drop(book, "2.x", camt(replace(SECOND, identity="Ersatz")))
    run(book)
    assert open_gaps(book) == ()
    sound(book)


# ------------------------------------------------------------------------------------ what is paid

PAY = ["--on", "2024-05-02", "--prepared-by", "K. Kasse", "--released-by", "B. Buch", "--today", "2024-04-30"]
DECIDES = ["--by", "K. Kasse", "--reason", "Ausdruck der Bank", "--today", "2024-04-30"]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The town's book with a hole: the payment of March is in no statement."""
    shutil.copytree(LEDGERS, tmp_path / "books")
    root = tmp_path / "books" / "biedenkopf"
    (root / "inbox" / "2024-03.xml").rename(tmp_path / "march.xml")
    main(["month", str(root), "2024-03", "--today", "2024-03-31"])
    main(["month", str(root), "2024-04", "--today", "2024-04-30"])
    assert main(["decide", str(root), "--file", "2024-04.xml", "--new", *DECIDES]) == 0
    return root


def test_what_may_have_been_paid_in_a_gap_is_not_paid_again(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["pay", str(town), *PAY]) == 0
    said = capsys.readouterr().out
    assert "Nicht in diesem Lauf: kkd-2024-biedenkopf-1: -61.635,17 EUR vom 01.03.2024 bis 31.03.2024" in said
    assert "Keine Zahldatei" in said
    assert not (town / "zahlungen").exists()
    item = ["--posten", "kkd-2024-biedenkopf-1"]
    assert main(["pay", str(town), *item, *PAY]) == 3
    assert "--reason GRUND: woher Sie wissen" in capsys.readouterr().err
    assert main(["pay", str(town), *item, "--reason", "Rückfrage bei der Bank", *PAY]) == 0
    (record,) = (town / "zahlungen").glob("*.json")
    assert '"grund": "Rückfrage bei der Bank"' in record.read_text(encoding="utf-8")
    assert main(["status", str(town), "--today", "2024-04-30"]) == 1
    assert "Lücke im Konto: -61.635,17 EUR" in capsys.readouterr().out


def test_a_payment_in_a_gap_is_placed_by_a_person(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = load_book(town)
    (gap,) = open_gaps(book)
    part = ["--posten", "kkd-2024-biedenkopf-1", "--amount", "15.555,30", "--day", "2024-03-12"]
    assert main(["decide", str(town), gap.key, *part, *DECIDES]) == 0
    (rest,) = open_gaps(book)
    assert rest.cents == -61_635_17 + 15_555_30
    assert main(["decide", str(town), rest.key, "--foreign", *DECIDES]) == 0
    assert open_gaps(book) == ()
    capsys.readouterr()
    assert main(["pay", str(town), *PAY]) == 0
    assert "Nichts zu tun" in capsys.readouterr().out
    assert main(["check", str(town), "--full"]) == 0


def test_the_statement_that_was_missing_settles_the_item_and_the_gap(town: Path) -> None:
    shutil.copy(town.parent.parent / "march.xml", town / "inbox" / "march.xml")
    assert main(["month", str(town), "2024-04", "--today", "2024-04-30"]) == 0
    book = load_book(town)
    assert open_gaps(book) == ()
    assert known_book(book).progress.overview.claims.items["kkd-2024-biedenkopf-1"].settled
    assert main(["check", str(town), "--full"]) == 0


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("verdict", [Verdict.NEW, Verdict.KNOWN, Verdict.NOT_OURS])
def test_every_verdict_about_a_broken_file_leaves_sound_books_and_the_next_statement_joins(
    amt: Book, verdict: Verdict, own: bool
) -> None:
    book = kind_of(amt, own=own)
    drop(book, "0.x", camt(FIRST))
    drop(book, "b.x", camt(SECOND).replace(b"<BookgDt><Dt>2022-03-12", b"<BookgDt><Dt>2022-03-40", 1))
    run(book)
    decide_file(book, "b.x", verdict, Chosen(), **WHO)
    sound(book)
    drop(book, "3.x", camt(THIRD))
    run(book)
    for name in waiting(book):
        decide_file(book, name, Verdict.NEW, Chosen(), **WHO)
    assert waiting(book) == []
    assert sum(bank_cents(book)) == (4_450 if own else 0)
    sound(book)
