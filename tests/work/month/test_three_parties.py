"""Nothing in the code knows the sample: an agreement of three invented parties goes the same road, end to end."""

import datetime as dt
import json
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.cli import main
from kkd_ledger.references import payment_reference
from kkd_ledger.work.claims.post import post
from ledgers.statements import Entry, camt
from tests.samples import by_beancount, by_us, posted_three, three_parties

AMT_IBAN = "DE09999999999900100000"
ADORF, BEHAUSEN, ZETT = "DE75999999990065340010", "DE96999999990065340020", "DE20999999990065340030"


ORDER = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def statement(folder: Path) -> Path:
    """Write March's statement: one good payment, one combined with both references, one in two parts."""
    day = dt.date(2022, 3, 3)
    behausen = [payment_reference(f"ARCHIV{year}990010021") for year in (2021, 2022)]
    zett = payment_reference("ARCHIV2022990010031")
    entries = [
        Entry(day, 110_000, "Adorf", ADORF, reference=payment_reference("ARCHIV2021990010011")),
        Entry(day, 275_000 + 312_500, "Behausen", BEHAUSEN, text=" ".join(behausen)),
        Entry(day, 20_000, "Zett am See", ZETT, reference=zett),
        Entry(dt.date(2022, 3, 4), 21_625, "Zett am See", ZETT, reference=zett),
    ]
    path = folder / "maerz.xml"
    text = camt(AMT_IBAN, "Amt Nirgendwo", entries, first=dt.date(2022, 3, 1), number=1, opening=0)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def amt(tmp_path: Path) -> Path:
    """The operator's books with the shares of 2021 and 2022 posted."""
    book = three_parties(tmp_path) / "amt"
    assert kkd("open", book, "2022-02") == 0
    assert kkd("adopt", book, "--today", "2022-02-15") == 0
    assert kkd("post", book, "--today", "2022-02-15", *ORDER) == 0
    return book


def test_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    three_parties(tmp_path)
    assert kkd("shares", tmp_path / "agreement.toml", "--year", 2022, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["amount"]) for one in told["members"]] == [
        ("adorf", "1250.00"),
        ("behausen", "3125.00"),
        ("zett", "416.25"),
    ]
    assert (told["agreement"], told["year"], told["total"]) == ("archiv", 2022, "4791.25")


def test_from_the_agreement_to_the_settled_demand(
    amt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("open", amt, "2022-03") == 0
    capsys.readouterr()
    assert kkd("import", amt, statement(tmp_path), "--today", "2022-03-31", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [line["ergebnis"] for line in told["lines"]] == ["zugeordnet"] * 4
    assert by_us(amt) == by_beancount(amt) == []
    assert kkd("month", amt, "2022-03", "--today", "2022-03-31") == 0
    summary = capsys.readouterr().out
    assert (
        "2021: vereinbart 4.216,30 EUR, angefordert 4.216,30 EUR, offen 366,30 EUR; 2 von 3 bezahlt"
        in summary
    )
    assert (
        "2022: vereinbart 4.791,25 EUR, angefordert 4.791,25 EUR, offen 1.250,00 EUR; 2 von 3 bezahlt"
        in summary
    )


def test_a_members_books_mirror_the_operators(tmp_path: Path) -> None:
    book = three_parties(tmp_path) / "adorf"
    assert kkd("open", book, "2022-02") == 0
    assert kkd("post", book, "--today", "2022-02-15", *ORDER) == 0
    text = (book / "2022/2022-02.beancount").read_text(encoding="utf-8")
    assert text.count('buchungsart: "kostenbeteiligung"') == 2
    assert "1100.00 EUR" in text
    assert "-1250.00 EUR" in text
    assert by_us(book) == by_beancount(book) == []


def test_a_deferred_item_is_not_overdue(amt: Path) -> None:
    assert kkd("open", amt, "2022-08") == 0
    overdue = [line for line in by_us(amt) if "KKD-O06" in line]
    assert len(overdue) == 6
    words = ("2022-12-31", "--order", "Antrag", "--by", "L", "--certified-by", "S", "--today", "2022-08-01")
    assert kkd("defer", amt, "archiv-2022-zett-1", *words) == 0
    left = [line for line in by_us(amt) if "KKD-O06" in line]
    assert [line for line in overdue if line not in left] == [
        "2022/2022-02.beancount:162: KKD-O06 (hinweis) posten archiv-2022-zett-1: 416,25 EUR offen, "
        "fällig seit 01.06.2022"
    ]
    assert kkd("check", amt) == 0, "a hint alone is no finding to act upon"


def test_a_year_that_drops_to_nothing_is_corrected(tmp_path: Path) -> None:
    """That a member had left is known only when its year is booked already: the correction has no share behind it."""
    book = posted_three(tmp_path, "amt")
    left = 'left = 2021-12-31\nknown_from = 2022-02-16\nname = "Adorf"\nkind = "municipality"\nags = "99001001"\n'
    with book.agreement_file.open("a", encoding="utf-8") as file:
        file.write(f'\n[[members]]\nid = "adorf"\n{left}ibans = ["DE75999999990065340010"]\n')
    book = load_book(book.root)
    nothing = "jetzt vereinbart 0,00 EUR (die Vereinbarung sieht hier nichts mehr vor)"
    told = [line for line in by_us(book.root) if "KKD-A05" in line]
    assert told == by_beancount(book.root)
    assert [
        line.endswith(f"Adorf, Leistungsjahr 2022: gebucht 1.250,00 EUR, {nothing}") for line in told
    ] == [True]
    [correction] = post(book, Authorisation(dt.date(2022, 2, 20), "S. Muster", "L. Beispiel")).corrections
    assert (correction.member, correction.service_year, correction.difference_cents) == (
        "adorf",
        2022,
        -125_000,
    )
    assert by_us(book.root) == by_beancount(book.root) == []
