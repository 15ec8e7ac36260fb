"""What a command says is whole: what it left to do, why it ends as it does, and what to type next."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.rules.prior_periods import LATE
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.transfers.taken_back import Cancelled
from ledgers.statements import Entry
from tests.samples import by_us, posted_three, replace_once, three_parties
from tests.work.statements.test_intake import ADORF, MARCH, STRANGER, TODAY, day, statement

ORDER = ("--order", "Antrag", "--by", "L. Beispiel", "--certified-by", "S. Muster")
WHO = ("--by", "S. Muster", "--reason", "Rückfrage")
POSTED = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
ZETT = "archiv-2022-zett-1"
Output = pytest.CaptureFixture[str]


def said(capsys: Output, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main([str(word) for word in words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    return posted_three(tmp_path, "amt")


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("status", "--today", "2022-02-20"),
        ("post", "--today", "2022-02-20", *POSTED),
        ("budget", "2022", "1,00", "--today", "2022-02-20"),
        ("clear", "--list", "--today", "2022-02-20"),
        ("defer", ZETT, "2022-12-31", *ORDER, "--today", "2022-02-20"),
        ("decide",),
        ("changes",),
    ],
)
def test_a_book_that_was_never_opened_says_how(
    tmp_path: Path, capsys: Output, words: tuple[str, ...]
) -> None:
    book = three_parties(tmp_path) / "amt"
    status, _, err = said(capsys, words[0], book, *words[1:])
    assert status == 3
    assert f"das Buch ist noch nicht angelegt; erlaubt: erst `kkd open {book} JJJJ-MM`" in err
    assert main(["open", str(book), "2022-02"]) == 0


def test_a_top_file_that_is_gone_is_no_new_book(amt: Book, capsys: Output) -> None:
    (amt.root / "main.beancount").unlink()
    assert "main.beancount: gefunden: keine Datei" in said(capsys, "check", amt.root)[2]


def test_a_file_that_is_not_there_is_refused_once(tmp_path: Path, capsys: Output) -> None:
    town = posted_three(tmp_path, "adorf").root
    status, out, err = said(capsys, "receive", town, tmp_path / "fehlt.xml", "--today", "2022-02-20")
    assert (status, out) == (3, "fehlt.xml: abgelehnt\n")
    assert err.count("nicht vorhanden") == 1
    (tmp_path / "text.xml").write_text("kein XML", encoding="utf-8")
    status, out, err = said(capsys, "receive", town, tmp_path / "text.xml", "--today", "2022-02-20")
    assert out.startswith("text.xml: abgelehnt\n`kkd receive BUCH DATEI --reject GRUND --by NAME`")
    assert "--accept" not in out
    assert err.count("kein XML") == 1


def test_a_budget_without_a_year_says_so_in_its_line(tmp_path: Path, capsys: Output) -> None:
    book = three_parties(tmp_path) / "adorf"
    status, out, _ = said(capsys, "month", book, "2022-02", "--today", "2022-02-20")
    if status == 2:  # it has to be opened first
        assert main(["open", str(book), "2022-02"]) == 0
        out = said(capsys, "month", book, "2022-02", "--today", "2022-02-20")[1]
    [line] = [one for one in out.splitlines() if one.startswith("  Budget")]
    assert line.endswith(
        "Aufwendungen: noch kein Ansatz (`kkd budget BUCH JAHR BETRAG`) und nichts angeordnet"
    )


def test_an_order_that_is_taken_back_is_called_so(amt: Book, capsys: Output) -> None:
    def deferred(until: str, today: str) -> str:
        return said(capsys, "defer", amt.root, ZETT, until, *ORDER, "--today", today)[1]

    assert deferred("2022-12-31", "2022-02-20").startswith("Stundung bis 31.12.2022 eingetragen")
    back = f"Verfügung zurückgenommen: {ZETT} ist wieder am 01.06.2022 fällig"
    assert deferred("2022-06-01", "2022-02-21").startswith(back)
    assert deferred("2022-12-31", "2022-02-22").startswith("Stundung")
    assert main(["open", str(amt.root), "2022-07"]) == 0
    assert deferred("2022-07-04", "2022-07-04").startswith(f"Verfügung beendet: {ZETT} ist ab heute fällig")


def test_status_says_from_which_age_on_it_ends_with_1(amt: Book, capsys: Output) -> None:
    assert main(["open", str(amt.root), "2022-06"]) == 0
    words = ("status", amt.root, "--max-age", "3650d")
    told = [said(capsys, *words, "--today", on)[1] for on in ("2022-06-30", "2022-07-02")]
    assert "die älteste seit 17.03.2022, das sind 105 Tage (erlaubt: 30)" in told[0]
    replace_once(amt.config_file, "[policy]\n", "[policy]\noverdue_days_max = 120\n")
    assert "das sind" not in said(capsys, *words, "--today", "2022-06-30")[1]
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["status", "--help"])
    help_text = " ".join(capsys.readouterr().out.split())
    assert "Endet mit 1, wenn jemand nachsehen muss" in help_text
    assert "overdue_days_max" in help_text


def test_a_decision_says_what_it_leaves_unclear(tmp_path: Path, capsys: Output) -> None:
    posted_three(tmp_path, "adorf")
    book = load_book(tmp_path / "adorf")
    (book.root / "inbox").mkdir(exist_ok=True)
    entries = [Entry(day(29), -130_000, "Muster", STRANGER, text="Archiv")]
    file = book.root / "inbox/a.xml"
    statement(file, entries, first=1, last=31, opening=1_000_000, number=1, account=ADORF)
    [key] = [one.key for one in run_month(book, MARCH, today=TODAY).imported.lines]
    words = ("decide", book.root, key, "--posten", "archiv-2022-adorf-1", *WHO, "--today", "2022-03-31")
    _, out, _ = said(capsys, *words, "--dry-run", "--json")
    assert [one["amount"] for one in json.loads(out)["unclear"]] == ["-50.00"]
    _, out, _ = said(capsys, *words)
    [number] = re.findall(r"50,00 EUR davon sind als ungeklärt gebucht \((2022-\d{6})\)", out)
    assert f"`kkd clear BUCH {number} POSTEN`" in out
    assert number in said(capsys, "clear", book.root, "--list", "--today", "2022-03-31")[1]


@pytest.mark.parametrize(
    ("others", "executed", "words"),
    [
        ((), None, "Die Datei darf nicht ausgeführt werden."),
        (("p-2",), None, "zurückrufen; im Lauf bleibt: p-2."),
        ((), dt.date(2024, 3, 15), "war am 15.03.2024 auszuführen, und so weit liegen Kontoauszüge vor: "),
    ],
)
def test_what_is_said_of_a_run_depends_on_whether_it_was_carried_out(
    others: tuple[str, ...], executed: dt.date | None, words: str
) -> None:
    advice = Cancelled("r", ("p-1",), "f", None, others, executed).remedy  # type: ignore[arg-type]
    assert words in advice
    assert ("darf nicht ausgeführt" in advice) == (not others and not executed)


def test_a_share_of_an_open_year_before_the_book_is_said_to_stand_in_the_next(
    tmp_path: Path, capsys: Output
) -> None:
    book = three_parties(tmp_path) / "adorf"
    for words in (
        ("open", book, "2022-02"),
        ("adopt", book),
        ("year", book, "2021", "offen", "--by", "L. Beispiel"),
    ):
        more = () if words[0] == "open" else ("--today", "2022-02-20")
        assert main([*map(str, words), *more]) == 0
    _, out, _ = said(capsys, "post", book, *POSTED, "--today", "2022-02-20")
    assert "2021 ist noch offen, das Buch hat aber keinen Monat davon" in out
    assert "`kkd open BUCH 2021-12`" in out
    assert any(LATE.code in line and "das Buch beginnt erst danach" in line for line in by_us(book))


def test_in_a_book_that_began_in_time_it_stands_in_month_13(tmp_path: Path, capsys: Output) -> None:
    book = three_parties(tmp_path) / "adorf"
    for words in (
        ("open", book, "2021-12"),
        ("open", book, "2022-02"),
        ("adopt", book, "--today", "2022-02-20"),
        ("year", book, "2021", "offen", "--by", "L. Beispiel", "--today", "2022-02-20"),
    ):
        assert main([*map(str, words)]) == 0
    _, out, _ = said(capsys, "post", book, *POSTED, "--today", "2022-02-20")
    assert "ist noch offen" not in out
    assert "Kostenbeteiligung 2021" in (book / "2021/2021-13.beancount").read_text(encoding="utf-8")
    assert not any(LATE.code in line for line in by_us(book))


def test_the_advice_about_an_account_that_is_gone_holds_when_it_is_typed(amt: Book, capsys: Output) -> None:
    """The entry under [[before]] stands in the message as book.toml takes it, for one party as for all."""
    replace_once(amt.config_file, '"Aktiva:2600-Forderungen:{party}"', '"Aktiva:2611-Neu:{party}"')
    _, _, err = said(capsys, "check", amt.root)
    [entry] = set(re.findall(r"accounts = \{ [^}]*\{party\}\" \}", err))
    assert "bank_account" not in err
    replace_once(amt.config_file, "\n[policy]", f"\n[[before]]\nuntil = 2022-02-28\n{entry}\n\n[policy]")
    assert said(capsys, "check", amt.root)[0] == 0
    assert main(["defer", str(amt.root), ZETT, "2022-12-31", *ORDER, "--today", "2022-02-20"]) == 0
