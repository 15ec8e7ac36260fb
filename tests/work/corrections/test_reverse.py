"""kkd reverse on the books of the invented office: an exact opposite, never an edit."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.state.claims import balances
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import EXIT_REFUSED, EXIT_USAGE
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import declare_year, open_month
from kkd_ledger.work.claims.post import post
from tests.rules.test_findings import broken_book
from tests.samples import ORDER, SAID, by_beancount, by_us, posted_three, replace_once, tree
from tests.work.corrections.correcting import (
    ADORF_2022,
    BANK,
    FEBRUARY,
    RECEIVABLE,
    TODAY,
    UNCLEAR_IN,
    balance,
    kkd,
    last_entry,
    of,
    pay,
    refused,
)

EARNED = "Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden"


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    """The office's books: entries 1 to 3 are the shares of 2021, 4 to 6 those of 2022, by party."""
    return posted_three(tmp_path, "amt")


def test_a_reversal_is_the_exact_opposite(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "reverse",
        amt.root,
        "2022-000004",
        "--reason",
        "Einwohnerzahl falsch",
        "--by",
        "S. Muster",
        *TODAY,
    )
    assert kkd(*words) == 0
    assert capsys.readouterr().out.startswith(
        "Buchung 2022-000004 storniert (2022/2022-02.beancount, main.beancount)\n"
    )
    assert last_entry(amt) == (
        '2022-02-20 * "Adorf" "Storno von 2022-000004: Kostenbeteiligung 2022" ^archiv-2022-adorf\n'
        '  nr: "2022-000007"\n'
        '  buchungsart: "storno"\n'
        "  erfasst-am: 2022-02-20\n"
        '  vereinbarung: "archiv"\n'
        '  beteiligte: "adorf"\n'
        '  leistungsjahr: "2022"\n'
        "  berechnungsstand: 2022-02-15\n"
        '  storniert: "2022-000004"\n'
        '  grund: "Einwohnerzahl falsch"\n'
        '  veranlasst-von: "S. Muster"\n'
        '  anordnung: "AAO-1"\n'
        "  Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden                       1250.00 EUR\n"
        "  Aktiva:2600-Forderungen:Adorf                                                -1250.00 EUR\n"
        '    posten: "archiv-2022-adorf-1"\n'
    )
    held = of(amt)
    assert held.booked["adorf", 2022] == 0
    assert (held.items[ADORF_2022].claimed_cents, held.items[ADORF_2022].open_cents) == (0, 0)
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_after_a_reversal_the_share_is_posted_anew(amt: Book) -> None:
    before = balances(read(amt).records)
    assert kkd("reverse", amt.root, "2022-000004", "--reason", "x", *TODAY) == 0
    assert kkd("post", amt.root, *TODAY, "--certified-by", "S", "--ordered-by", "L") == 0
    assert {account: cents for account, cents in balances(read(amt).records).items() if cents} == before
    again = of(amt).items[ADORF_2022]
    assert (again.open_cents, again.reference, again.document) == (
        125_000, "RF45ARCHIV2022990010011", "ARCHIV-2022-00007",
    )  # fmt: skip
    assert kkd("post", amt.root, *TODAY) == 0
    assert len(of(amt).items) == 6
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_a_dry_run_shows_the_reversal_and_writes_nothing(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(amt.root)
    assert kkd("reverse", amt.root, "2022-000001", "--reason", "x", "--dry-run", "--json", *TODAY) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [FEBRUARY, "main.beancount"]
    assert 'storniert: "2022-000001"' in told["added"]["2022-02"]
    assert tree(amt.root) == before


REFUSALS = [
    (
        "2022-000099",
        "Buchung 2022-000099: gefunden: keine solche Buchung; erlaubt: eine gebuchte Nummer; "
        "die letzte ist 2022-000008",
    ),
    (
        "2022-000001",
        "Buchung 2022-000001: gefunden: schon storniert durch 2022-000007; erlaubt: eine Buchung, die noch gilt",
    ),
    (
        "2022-000007",
        "Buchung 2022-000007: gefunden: selbst ein Storno (von 2022-000001); erlaubt: die Buchung selbst; "
        "was zu Unrecht storniert wurde, wird neu gebucht (`kkd post`, `kkd clear`)",
    ),
    (
        "2022-000008",
        "Buchung 2022-000008: gefunden: eine Bankzeile ohne Zuordnung zu einem Posten; erlaubt: "
        "`kkd clear BUCH 2022-000008 POSTEN`; eine Bankzeile ist eine Tatsache und wird zugeordnet, nicht storniert; "
        "gab es die Zeile nicht, so lässt `kkd clear BUCH 2022-000008 NR --by NAME --reason GRUND` sie sich mit dem "
        "Unterschied aufheben, den die Entscheidung gegen sie stellte (`kkd clear BUCH --list` nennt ihn)",
    ),
]


@pytest.mark.parametrize(("number", "expected"), REFUSALS)
def test_what_cannot_be_reversed(
    number: str, expected: str, amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("reverse", amt.root, "2022-000001", "--reason", "x", *TODAY) == 0
    pay(amt, 5_000)
    assert refused(capsys, amt, "reverse", amt.root, number, "--reason", "y", *TODAY) == expected


def test_a_reason_is_needed(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("reverse", amt.root, "2022-000001", "--reason", " ", *TODAY) == EXIT_USAGE
    assert "braucht einen Grund" in capsys.readouterr().err


def test_what_later_entries_build_on_goes_only_after_them(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(amt, 50_000, ADORF_2022, 50_000)
    assert refused(capsys, amt, "reverse", amt.root, "2022-000004", "--reason", "x", *TODAY) == (
        "Buchung 2022-000004: gefunden: auf Posten archiv-2022-adorf-1 (offen 750,00 EUR) stehen danach noch "
        "2022-000007 (zahlung); erlaubt: diese zuerst stornieren, die jüngste zuerst"
    )
    for number in ("2022-000007", "2022-000004"):
        assert kkd("reverse", amt.root, number, "--reason", "x", *TODAY) == 0
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_what_settled_a_part_that_came_back_needs_the_money_before_it(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """All was paid, a part went back and was paid again; the first placing is reversed, so nothing stands behind."""
    first, back, again = (
        pay(amt, cents, key=f"1:t-{place}") for place, cents in enumerate((125_000, -40_000, 40_000))
    )
    said = ("--reason", "gefragt", "--by", ORDER[0], *TODAY)
    for number in (first, back, again):
        assert kkd("clear", amt.root, number, ADORF_2022, *said) == 0
    placings = ("2022-000010", "2022-000012")
    assert kkd("reverse", amt.root, placings[0], "--reason", "x", *TODAY) == 0
    assert refused(capsys, amt, "reverse", amt.root, placings[1], "--reason", "x", *TODAY) == (
        f"Buchung 2022-000012: gefunden: auf Posten {ADORF_2022} (offen 1.250,00 EUR) ist die Zuordnung, die sie "
        "voraussetzt, selbst storniert; erlaubt: erst dieses Geld wieder zuordnen (`kkd clear BUCH --list`), dann "
        "stornieren"
    )
    assert kkd("clear", amt.root, first, ADORF_2022, *said) == 0
    assert kkd("reverse", amt.root, placings[1], "--reason", "x", *TODAY) == 0


def test_a_reversed_payment_stays_a_fact_and_becomes_unclear(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    number = pay(amt, 125_000, ADORF_2022, 125_000)
    assert kkd("reverse", amt.root, number, "--reason", "gehört zu 2021", *TODAY) == 0
    assert "die Bankzeile bleibt, ihr Geld ist jetzt ungeklärt" in capsys.readouterr().out
    assert (balance(amt, BANK), balance(amt, RECEIVABLE), balance(amt, UNCLEAR_IN)) == (
        125_000,
        235_000,
        -125_000,
    )
    assert last_entry(amt) == (
        '2022-02-20 * "Adorf" "Storno von 2022-000007: Überweisung" ^archiv-2022-adorf\n'
        '  nr: "2022-000008"\n'
        '  buchungsart: "storno"\n'
        "  erfasst-am: 2022-02-20\n"
        '  bankref: "1:t-1"\n'
        '  storniert: "2022-000007"\n'
        '  grund: "gehört zu 2021"\n'
        '  anordnung: "AAO-1"\n'
        "  Aktiva:2600-Forderungen:Adorf                                                 1250.00 EUR\n"
        '    posten: "archiv-2022-adorf-1"\n'
        "  Passiva:4800-Ungeklärte-Zahlungseingänge                                     -1250.00 EUR\n"
        "    buchungstag: 2022-02-18\n"
        '    bankref: "1:t-1"\n'
        '    bankbuchung: "2022-000007"\n'
        '    banktext: "Überweisung"\n'
    )
    held = of(amt)
    assert (held.items[ADORF_2022].claimed_cents, held.items[ADORF_2022].paid) == (125_000, [])
    assert {key: line.number for key, line in held.bank_lines.items()} == {"1:t-1": number}
    assert held.suspense["1:t-1"].cents == 125_000
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_what_counted_in_a_closed_year_is_taken_back_in_the_extraordinary_result(amt: Book) -> None:
    march = BookingMonth(2023, 3)
    open_month(amt, march)
    declare_year(amt, 2022, YearState.DRAWN_UP, SAID, today=march.first_day)
    words = ("--reason", "Einwohnerzahl falsch", "--by", "S. Muster", "--today", "2023-03-07")
    assert kkd("reverse", amt.root, "2022-000004", *words) == 0
    text = (amt.root / "2023/2023-03.beancount").read_text(encoding="utf-8")
    assert "#periodenfremd" in text
    assert (
        '  periodenentscheidung: "Das Jahr 2022 ist abgeschlossen; Buchung 2022-000004 wird storniert"\n'
        '  periodenentscheidung-von: "S. Muster"\n'
    ) in text
    assert (
        "  Aufwendungen:020501-Archiv:799001-Periodenfremde-Aufwendungen                 1250.00 EUR\n"
        in text
    )
    assert of(amt).booked["adorf", 2022] == 0
    assert by_us(amt.root) == by_beancount(amt.root)
    assert not [line for line in by_us(amt.root) if "(fehler)" in line]


def test_what_counts_in_an_earlier_year_that_is_open_is_taken_back_there(amt: Book) -> None:
    open_month(amt, BookingMonth(2023, 3))
    declare_year(amt, 2022, YearState.PROVISIONALLY_CLOSED, SAID, today=dt.date(2023, 3, 1))
    assert kkd("reverse", amt.root, "2022-000004", "--reason", "x", "--today", "2023-03-07") == 0
    text = (amt.root / "2022/2022-13.beancount").read_text(encoding="utf-8")
    assert '2022-12-31 * "Adorf" "Storno von 2022-000004: Kostenbeteiligung 2022"' in text
    top = (amt.root / "main.beancount").read_text(encoding="utf-8")
    assert re.findall(r"include \"\d{4}/(.{7})", top)[-5:] == [
        "2022-12",
        "2022-13",
        "2023-01",
        "2023-02",
        "2023-03",
    ]
    assert by_us(amt.root) == by_beancount(amt.root)
    assert not [line for line in by_us(amt.root) if "(fehler)" in line]


def closed(book: Book, *months: str) -> None:
    for month in months:
        assert kkd("close", book.root, month, "--by", "L. Beispiel", "--today", "2023-02-03") == 0


def test_a_sealed_month_stays_as_it_is(amt: Book) -> None:
    open_month(amt, BookingMonth(2022, 3))
    closed(amt, "2022-02")
    sealed = (amt.root / FEBRUARY).read_bytes()
    assert kkd("reverse", amt.root, "2022-000004", "--reason", "x", "--today", "2022-03-05") == 0
    assert kkd("post", amt.root, "--today", "2022-03-05", "--certified-by", "S", "--ordered-by", "L") == 0
    assert (amt.root / FEBRUARY).read_bytes() == sealed
    assert balance(amt, RECEIVABLE) == 235_000
    assert check(amt) == check(amt, full=True) == ()


def test_the_thirteenth_month_comes_after_the_months_that_were_sealed_before_it(amt: Book) -> None:
    open_month(amt, BookingMonth(2023, 2))
    declare_year(amt, 2022, YearState.PROVISIONALLY_CLOSED, SAID, today=dt.date(2023, 2, 1))
    closed(amt, *(f"2022-{month:02}" for month in range(2, 13)), "2023-01")
    assert kkd("reverse", amt.root, "2022-000004", "--reason", "x", "--today", "2023-02-05") == 0
    assert kkd("post", amt.root, "--today", "2023-02-06", "--certified-by", "S", "--ordered-by", "L") == 0
    top = (amt.root / "main.beancount").read_text(encoding="utf-8")
    assert re.findall(r"include \"\d{4}/(.{7})", top)[-3:] == ["2023-01", "2022-13", "2023-02"]
    text = (amt.root / "2022/2022-13.beancount").read_text(encoding="utf-8")
    assert re.findall(r'buchungsart: "(.*)"', text) == ["storno", "kostenbeteiligung"]
    assert check(amt) == check(amt, full=True)
    assert not [line for line in by_us(amt.root) if "(fehler)" in line]
    assert by_us(amt.root) == by_beancount(amt.root)


def twice_corrected(amt: Book) -> Book:
    """The share of 2022 is lowered on 18 February, and raised on the 20th."""
    for rate, day in (("1.00", 18), ("1.50", 20)):
        old = 'from = 2022-01-01\nrate = "1.25"'
        new = f'from = 2022-01-01\nrate = "{rate}"\nknown_from = 2022-02-{day}\n\n[[components.rates]]\n'
        replace_once(amt.agreement_file, old, new + old)
        amt = load_book(amt.root)
        post(amt, Authorisation(dt.date(2022, 2, day), *ORDER), service_year=2022)
    return amt


def test_every_correction_has_a_posten_of_its_own_by_the_day_it_is_known(amt: Book) -> None:
    """Found by a random sequence when they were counted: the next one took the same payment reference."""
    amt = twice_corrected(amt)
    adorf = [item for item in of(amt).items.values() if (item.party, item.service_year) == ("adorf", 2022)]
    assert [(item.posten, item.claimed_cents, item.open_cents) for item in adorf] == [
        (ADORF_2022, 125_000, 100_000),
        ("archiv-2022-adorf-g220218", -25_000, 0),
        ("archiv-2022-adorf-n220220", 50_000, 50_000),
    ]
    assert len({item.reference for item in adorf}) == 3
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_a_correction_is_reversed_after_those_that_build_on_it(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found by the simulation: posted again without it, the difference bore the later one's name, on this side only."""
    amt = twice_corrected(amt)
    there = {posten: item.claimed_cents for posten, item in of(amt).items.items()}
    numbers = {
        leg.meta["posten"]: record.text("nr")
        for record in read(amt).records
        if isinstance(record, Transaction) and record.text("buchungsart") == "korrektur"
        for leg in record.postings
        if "posten" in leg.meta
    }
    lowered, raised = (numbers[f"archiv-2022-adorf-{end}"] for end in ("g220218", "n220220"))
    why = ("--reason", "verwechselt", *TODAY)
    assert kkd("reverse", amt.root, lowered, *why) == EXIT_REFUSED
    assert f"danach noch berichtigt: {raised} (korrektur)" in capsys.readouterr().err

    assert kkd("reverse", amt.root, raised, *why) == 0
    (offset,) = [
        record.text("nr")
        for record in read(amt).records
        if isinstance(record, Transaction)
        and record.text("buchungsart") == "aufrechnung"
        and any(leg.meta.get("posten") == "archiv-2022-adorf-g220218" for leg in record.postings)
    ]
    assert kkd("reverse", amt.root, offset, *why) == 0
    assert kkd("reverse", amt.root, lowered, *why) == 0
    post(amt, Authorisation(dt.date(2022, 2, 20), *ORDER), service_year=2022)
    assert {posten: item.claimed_cents for posten, item in of(amt).items.items()} == there
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_a_wrong_share_is_cured_by_its_reversal(tmp_path: Path) -> None:
    """Every finding about the share alone goes away with it; what is missing then is said as missing."""
    book = broken(tmp_path, "KKD-A03")
    assert any("KKD-A03" in line for line in by_us(book.root))
    assert kkd("reverse", book.root, "2022-000002", "--reason", "falsches Leistungsjahr", *TODAY) == 0
    assert not [line for line in by_us(book.root) if "(fehler)" in line]
    assert by_us(book.root) == by_beancount(book.root)


@pytest.mark.parametrize(
    "code", ["KKD-A01", "KKD-A04", "KKD-A06", "KKD-O01", "KKD-O02", "KKD-P01", "KKD-P02"]
)
def test_what_the_advice_says_helps(code: str, tmp_path: Path) -> None:
    """ "Stornieren" is the advice of many findings: it leaves no error behind."""
    book = broken(tmp_path, code)
    wrong = [one.place.line for one in check(book) if one.kind.level == "fehler"]
    number = next(
        one.text("nr")
        for one in read(book).records
        if isinstance(one, Transaction) and one.place.line in wrong
    )
    assert wrong
    assert kkd("reverse", book.root, number, "--reason", "falsch", *TODAY) == 0
    assert not [line for line in by_us(book.root) if "(fehler)" in line]
    assert by_us(book.root) == by_beancount(book.root)


def broken(folder: Path, code: str) -> Book:
    return load_book(broken_book(code, folder))


def resolved(book: Book) -> None:
    """The council has resolved the accounts of 2022; it is March 2023."""
    open_month(book, BookingMonth(2023, 3))
    declare_year(book, 2022, YearState.RESOLVED, SAID, today=dt.date(2023, 3, 1))


def test_the_claims_of_a_resolved_year_stay(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    resolved(amt)
    said = refused(capsys, amt, "reverse", amt.root, "2022-000004", "--reason", "x", "--today", "2023-03-07")
    assert said == (
        "Buchung 2022-000004: gefunden: das Jahr 2022 ist beschlossen, seine Posten bleiben; "
        "erlaubt: eine neue Buchung im offenen Jahr: `kkd post` bucht den Unterschied zur Vereinbarung"
    )


def test_a_reversal_of_a_resolved_claim_by_hand_is_named(amt: Book) -> None:
    resolved(amt)
    entry = (
        '\n2023-03-07 * "Adorf" "Storno von 2022-000004"\n  nr: "2023-000001"\n  buchungsart: "storno"\n'
        '  erfasst-am: 2023-03-07\n  storniert: "2022-000004"\n  grund: "x"\n'
        f"  {EARNED}  1250.00 EUR\n  {RECEIVABLE}  -1250.00 EUR\n"
        f'    posten: "{ADORF_2022}"\n'
    )
    march = amt.root / "2023/2023-03.beancount"
    march.write_text(march.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert by_us(amt.root) == by_beancount(amt.root)
    assert [line.partition("KKD-K02 ")[2] for line in by_us(amt.root) if "KKD-K02" in line] == [
        "(fehler) storniert 2022-000004: das Jahr 2022 ist beschlossen, seine Posten bleiben"
    ]


def test_a_payment_of_a_resolved_year_can_still_be_placed_anew(amt: Book) -> None:
    """A misplaced payment shows years later; it moves no result."""
    number = pay(amt, 125_000, ADORF_2022, 125_000)
    resolved(amt)
    assert kkd("reverse", amt.root, number, "--reason", "falsch", "--today", "2023-03-07") == 0
    assert kkd("clear", amt.root, number, "archiv-2021-adorf-1", "--today", "2023-03-07") == 0
    assert of(amt).items[ADORF_2022].open_cents == 125_000
    open_month(amt, BookingMonth(2023, 4))
    assert by_us(amt.root) == by_beancount(amt.root)
    reopened = next(line for line in by_us(amt.root) if ADORF_2022 in line and "KKD-O06" in line)
    assert reopened.endswith("1.250,00 EUR offen, wieder offen seit 07.03.2023")
