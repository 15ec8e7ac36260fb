"""kkd year-end: proposes, and books only what is certified and ordered; on the books of Adorf and of the office."""

import datetime as dt
import json
import re
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import ClaimKind, Correction
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, CorrectionCause, share_entry
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.store.journal import Writer
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Posting, Transaction
from kkd_ledger.book.text.vocabulary import AppropriationKind
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_REFUSED, EXIT_USAGE
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.work.books.books import adopt, appropriate, declare_year, open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.corrections.reverse import reverse
from kkd_ledger.work.session import session
from tests.book.writer import DeathError
from tests.samples import ORDER, SAID, by_beancount, by_us, replace_once, three_parties, tree

RAP = 'rap_active = "Aktiva:2900-RAP"\nrap_passive = "Passiva:4900-RAP"\n'
PROVISIONS = (
    'provisions = "Passiva:3900-Rückstellungen"\n'
    'provision_release = "Erträge:020501-Archiv:538001-Auflösung-von-Rückstellungen"\n'
)
SHARE = "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis"
PRIOR = "Aufwendungen:020501-Archiv:799001-Periodenfremde-Aufwendungen"
EARNED = "Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden"
PEOPLE = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def with_roles(folder: Path, name: str, roles: str = RAP + PROVISIONS) -> None:
    three_parties(folder)
    replace_once(folder / name / "book.toml", "\n[policy]", f"{roles}\n[policy]")


def balance(book: Book, account: str) -> int:
    return balances(read(book).records).get(account, 0)


def clean(book: Book) -> list[str]:
    """What both readers find, but for the note on overdue items."""
    assert by_us(book.root) == by_beancount(book.root)
    return [line for line in by_us(book.root) if "KKD-O06" not in line]


def text_of(book: Book, month: str) -> str:
    return (book.root / f"{month}.beancount").read_text(encoding="utf-8")


SHARES_2023 = {"adorf": 125_000, "behausen": 312_500, "zett": 41_625}


def paid_ahead(
    folder: Path, name: str, parties: Collection[str] = ("adorf",), reversed_: Collection[str] = ()
) -> Book:
    """A book in January 2023 in which shares of 2023 were booked in December 2022 already, and some reversed."""
    book, posted = load_book(folder / name), dt.date(2022, 2, 15)
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=posted)
    post(book, Authorisation(posted, *ORDER))
    open_month(book, BookingMonth(2022, 12))
    day = dt.date(2022, 12, 20)
    order = Authorisation(day, *ORDER)
    for party in parties:
        with session(book) as work:
            cents = SHARES_2023[party]
            correction = Correction(party, 2023, cents, 0, cents, "im Voraus", ClaimKind.SHARE, day, day, day)
            numbers = work.add(
                [share_entry(book, work.claims, correction, date=day, demanded=day, order=order)]
            )
            work.commit()
        if party in reversed_:
            reverse(book, numbers[0], CorrectionCause("doch nicht", "", order))
    open_month(book, BookingMonth(2023, 1))
    declare_year(book, 2022, YearState.PROVISIONALLY_CLOSED, SAID, today=dt.date(2023, 1, 5))
    return book


@pytest.fixture
def adorf(tmp_path: Path) -> Book:
    with_roles(tmp_path, "adorf")
    return paid_ahead(tmp_path, "adorf")


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    with_roles(tmp_path, "amt")
    return paid_ahead(tmp_path, "amt")


def propose(book: Book, year: int, today: str, *more: object) -> tuple[int, Path]:
    status = kkd("year-end", book.root, year, "--today", today, *more)
    return status, book.root / f"pending/{year}-jahresabschluss.json"


def apply(book: Book, year: int, pending: Path, today: str) -> int:
    return kkd("year-end", book.root, year, "--apply", pending, *PEOPLE, "--today", today)


# ------------------------------------------------------------------------------------------------- accruals


def test_a_proposal_books_nothing(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(adorf.root)
    status, pending = propose(adorf, 2022, "2023-01-10")
    said = capsys.readouterr().out
    assert status == 0
    assert "Vorschläge: 2, in pending/2022-jahresabschluss.json; gebucht ist davon nichts." in said
    after = tree(adorf.root)
    assert {name for name in after if after[name] != before.get(name)} <= {
        "pending",
        "pending/2022-jahresabschluss.json",
    }
    held = json.loads(pending.read_text(encoding="utf-8"))
    assert (held["format"], held["jahr"], held["hinweise"]) == ("kkd-vorschlag/1", "2022", [])
    assert held["buchungen"][0] == {
        "monat": "2022-13",
        "text": [
            '2022-12-31 * "Amt Nirgendwo" "Rechnungsabgrenzung 2022: Kostenbeteiligung 2023 (adorf)" '
            "^archiv-2023-adorf",
            '  buchungsart: "abgrenzung"',
            '  vereinbarung: "archiv"',
            '  beteiligte: "adorf"',
            '  leistungsjahr: "2023"',
            '  grund: "2022 gebucht, gehört wirtschaftlich in das Jahr 2023"',
            "  Aktiva:2900-RAP                                                               1250.00 EUR",
            "  Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis                 -1250.00 EUR",
        ],
    }
    assert propose(adorf, 2022, "2023-01-10")[0] == 0
    assert tree(adorf.root) == after


def test_a_town_defers_what_it_booked_for_the_next_year(adorf: Book) -> None:
    _, pending = propose(adorf, 2022, "2023-01-10")
    content = pending.read_bytes()
    assert apply(adorf, 2022, pending, "2023-01-12") == 0
    assert balance(adorf, "Aktiva:2900-RAP") == 0
    closing, january = text_of(adorf, "2022/2022-13"), text_of(adorf, "2023/2023-01")
    assert "2022-12-31 open Aktiva:2900-RAP EUR\n" in closing
    assert '  nr: "2022-000004"\n  buchungsart: "abgrenzung"\n  erfasst-am: 2023-01-12\n' in closing
    assert '  angeordnet-von: "L. Beispiel"\n  angeordnet-von-am: 2023-01-12\n' in closing
    assert (
        '2023-01-10 * "Amt Nirgendwo" "Auflösung der Rechnungsabgrenzung: Kostenbeteiligung 2023 (adorf)"'
        in january
    )
    voucher = re.findall(r'beleg: "(documents/2022-jahresabschluss-[0-9a-f]{12}\.json)"', closing)
    assert (adorf.root / voucher[0]).read_bytes() == content
    assert not pending.exists()
    records = read(adorf).records
    by_year = {
        year: sum(
            leg.cents
            for one in records
            if isinstance(one, Transaction) and one.date.year == year
            for leg in one.postings
            if leg.account == SHARE
        )
        for year in (2022, 2023)
    }
    assert by_year == {2022: 125_000, 2023: 125_000}
    assert clean(adorf) == []


def test_the_county_defers_on_the_other_side(amt: Book) -> None:
    _, pending = propose(amt, 2022, "2023-01-10")
    assert apply(amt, 2022, pending, "2023-01-12") == 0
    closing = text_of(amt, "2022/2022-13")
    assert (
        "  Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden                       1250.00 EUR\n"
        "  Passiva:4900-RAP                                                             -1250.00 EUR\n"
    ) in closing
    assert balance(amt, "Passiva:4900-RAP") == 0
    assert clean(amt) == []


def test_applied_once_and_for_all(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    _, pending = propose(adorf, 2022, "2023-01-10")
    content = pending.read_bytes()
    assert apply(adorf, 2022, pending, "2023-01-12") == 0
    pending.write_bytes(content)
    before = tree(adorf.root)
    assert apply(adorf, 2022, pending, "2023-01-12") == EXIT_REFUSED
    assert "Buchung 1: gefunden: folgt nicht (mehr) aus dem Buch" in capsys.readouterr().err
    assert tree(adorf.root) == before
    pending.unlink()
    assert propose(adorf, 2022, "2023-01-15")[0] == 0
    assert capsys.readouterr().out == "Jahr 2022: keine Abschlussbuchung nötig.\n"


def test_lines_may_be_struck_but_not_changed(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    _, pending = propose(adorf, 2022, "2023-01-10")
    text = pending.read_text(encoding="utf-8")
    pending.write_text(text.replace("1250.00", "1250.01"), encoding="utf-8")
    assert apply(adorf, 2022, pending, "2023-01-12") == EXIT_REFUSED
    capsys.readouterr()
    data = json.loads(text)
    del data["buchungen"][1]
    pending.write_text(json.dumps(data), encoding="utf-8")
    assert apply(adorf, 2022, pending, "2023-01-12") == 0
    assert balance(adorf, "Aktiva:2900-RAP") == 125_000
    assert clean(adorf) == [
        "2022/2022-13.beancount:10: KKD-K06 (offen) Adorf, Leistungsjahr 2023: 1.250,00 EUR sind noch abgegrenzt"
    ]


@given(
    parties=st.sets(st.sampled_from(sorted(SHARES_2023))),
    reversed_=st.sets(st.sampled_from(sorted(SHARES_2023))),
)
@settings(max_examples=6)
def test_every_year_bears_its_own_and_nothing_stays_deferred(parties: set[str], reversed_: set[str]) -> None:
    with TemporaryDirectory() as folder:
        with_roles(Path(folder), "amt")
        book = paid_ahead(Path(folder), "amt", sorted(parties), reversed_)
        _, pending = propose(book, 2022, "2023-01-10")
        ahead = sum(SHARES_2023[party] for party in parties - reversed_)
        assert pending.exists() == bool(ahead)
        if ahead:
            assert apply(book, 2022, pending, "2023-01-12") == 0
        entries = [one for one in read(book).records if isinstance(one, Transaction)]
        earned = {
            year: -sum(
                leg.cents
                for one in entries
                if one.date.year == year
                for leg in one.postings
                if leg.account == EARNED
            )
            for year in (2022, 2023)
        }
        assert earned == {2022: 125_000 + 312_500 + 41_625, 2023: ahead}
        assert balance(book, "Passiva:4900-RAP") == 0
        assert propose(book, 2022, "2023-01-15")[0] == 0
        assert not pending.exists()
        assert not [line for line in clean(book) if "(fehler)" in line or "KKD-K" in line]


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"format": "kkd-vorschlag/1"}', "\xff"])
def test_what_is_no_proposal_is_refused(text: str, adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    pending = adorf.root.parent / "vorschlag.json"
    pending.write_bytes(text.encode("latin-1"))
    before = tree(adorf.root)
    capsys.readouterr()
    assert apply(adorf, 2022, pending, "2023-01-12") == EXIT_REFUSED
    assert capsys.readouterr().err == (
        f"kkd: Buchung abgelehnt:\n  {pending}: gefunden: kein solcher Vorschlag; "
        "erlaubt: ein Vorschlag im Format kkd-vorschlag/1 zum Jahresabschluss 2022\n"
    )
    assert tree(adorf.root) == before


def test_nothing_is_booked_without_both_persons(adorf: Book) -> None:
    _, pending = propose(adorf, 2022, "2023-01-10")
    before = tree(adorf.root)
    words = ("year-end", adorf.root, 2022, "--apply", pending, "--today", "2023-01-12")
    assert kkd(*words, "--certified-by", "S. Muster") == EXIT_USAGE
    assert kkd(*words, "--ordered-by", "L. Beispiel") == EXIT_USAGE
    assert kkd(*words, *PEOPLE, "--dry-run") == 0
    assert tree(adorf.root) == before


def test_it_says_which_account_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = paid_ahead(three_parties(tmp_path), "adorf")
    capsys.readouterr()
    assert propose(book, 2022, "2023-01-10")[0] == EXIT_FINDINGS
    assert capsys.readouterr().out == (
        "Noch zu erledigen: Rechnungsabgrenzung über 1.250,00 EUR, Kostenbeteiligung 2023 (adorf): "
        "in book.toml fehlt das Konto rap_active unter [accounts]\n"
        "Jahr 2022: keine Abschlussbuchung nötig.\n"
    )
    assert not (book.root / "pending").exists()


REFUSED = [
    (
        2022,
        YearState.DRAWN_UP,
        "Haushaltsjahr 2022: gefunden: aufgestellt; erlaubt: offen oder vorläufig-abgeschlossen",
    ),
    (
        2021,
        YearState.DRAWN_UP,
        "Haushaltsjahr 2021: gefunden: kein Monat; erlaubt: ein Jahr des Buchs: 2022 bis 2023",
    ),
]


@pytest.mark.parametrize(("year", "state", "expected"), REFUSED)
def test_a_year_that_takes_nothing_any_more(
    year: int, state: YearState, expected: str, adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    declare_year(adorf, year, state, SAID, today=dt.date(2023, 1, 8))
    assert propose(adorf, year, "2023-01-10")[0] == EXIT_REFUSED
    assert expected in capsys.readouterr().err


# ----------------------------------------------------------------------------------------------- provisions


def uncertain(folder: Path) -> Book:
    """Adorf in February 2022: the share of 2021 waits for its resolution, which comes on 10 March."""
    with_roles(folder, "adorf")
    agreement = folder / "agreement.toml"
    old = 'paper = "A 1/2020"\ntitle = "Beitritt"\nadopted = 2020-12-01'
    replace_once(agreement, old, old.replace("2020-12-01", "2022-03-10"))
    replace_once(agreement, "date = 2020-12-01, number = 4", "date = 2022-03-10, number = 4")
    book = load_book(folder / "adorf")
    open_month(book, BookingMonth(2021, 12))
    open_month(book, BookingMonth(2022, 2))
    declare_year(book, 2021, YearState.PROVISIONALLY_CLOSED, SAID, today=dt.date(2022, 2, 1))
    return book


def test_an_uncertain_share_becomes_a_provision_and_is_used_when_it_is_certain(tmp_path: Path) -> None:
    book = uncertain(tmp_path)
    status, pending = propose(book, 2021, "2022-02-20")
    assert (status, apply(book, 2021, pending, "2022-02-25")) == (0, 0)
    assert (
        f"  {SHARE}                  1100.00 EUR\n"
        "  Passiva:3900-Rückstellungen                                                  -1100.00 EUR\n"
    ) in text_of(book, "2021/2021-13")
    assert propose(book, 2021, "2022-02-26")[0] == 0, "nothing more to provide for"
    assert not pending.exists()
    open_month(book, BookingMonth(2022, 3))
    adopt(book, today=dt.date(2022, 3, 15))
    declare_year(book, 2021, YearState.DRAWN_UP, SAID, today=dt.date(2022, 3, 15))
    post(book, Authorisation(dt.date(2022, 3, 15), *ORDER))
    assert (balance(book, PRIOR), balance(book, "Passiva:3900-Rückstellungen")) == (0, 0), "used up at once"
    status, pending = propose(book, 2022, "2022-03-20")
    assert (status, pending.exists()) == (0, False)
    assert not [line for line in clean(book) if "(fehler)" in line]


def test_a_provision_has_the_vat_that_will_come_on_top(tmp_path: Path) -> None:
    book = uncertain(tmp_path)
    with book.agreement_file.open("a", encoding="utf-8") as file:
        file.write(
            '\n[[vat]]\nfrom = 2021-01-01\ntreatment = "taxable-19"\namounts = "net"\nreason = "Wettbewerb"\n'
            'decided_by = "Kämmerei"\ndecided_on = 2020-12-01\nknown_from = 2020-12-01\n'
        )
    book = load_book(book.root)
    _, pending = propose(book, 2021, "2022-02-20")
    assert apply(book, 2021, pending, "2022-02-25") == 0
    assert balance(book, "Passiva:3900-Rückstellungen") == -130_900
    open_month(book, BookingMonth(2022, 3))
    adopt(book, today=dt.date(2022, 3, 15))
    declare_year(book, 2021, YearState.DRAWN_UP, SAID, today=dt.date(2022, 3, 15))
    post(book, Authorisation(dt.date(2022, 3, 15), *ORDER))
    assert (balance(book, PRIOR), balance(book, "Passiva:3900-Rückstellungen")) == (0, 0)


def test_what_was_provided_too_much_is_released_as_income(tmp_path: Path) -> None:
    book = uncertain(tmp_path)
    _, pending = propose(book, 2021, "2022-02-20")
    assert apply(book, 2021, pending, "2022-02-25") == 0
    replace_once(tmp_path / "agreement.toml", 'rate = "1.10"', 'rate = "1.00"')
    book = load_book(book.root)
    open_month(book, BookingMonth(2022, 3))
    adopt(book, today=dt.date(2022, 3, 15))
    post(book, Authorisation(dt.date(2022, 3, 15), *ORDER))
    _, pending = propose(book, 2021, "2022-03-20")
    assert apply(book, 2021, pending, "2022-03-25") == 0
    assert balance(book, "Passiva:3900-Rückstellungen") == 0
    assert balance(book, "Erträge:020501-Archiv:538001-Auflösung-von-Rückstellungen") == -10_000
    assert not [line for line in clean(book) if "(fehler)" in line]


# ---------------------------------------------------------------------------- reclassification, carry-over


def test_a_receivable_in_credit_is_shown_as_a_liability_and_taken_back(amt: Book) -> None:
    paid = Posting("Aktiva:2800-Bank", 400_000, {}), Posting("Aktiva:2600-Forderungen:Adorf", -400_000, {})
    meta = {"buchungsart": "zahlung", "erfasst-am": dt.date(2022, 12, 28), "bankref": "1:t-9"}
    with session(amt) as work:
        work.add([Transaction(dt.date(2022, 12, 28), "Adorf", "zu viel, ohne Posten", (), (), meta, paid)])
        work.commit()
    _, pending = propose(amt, 2022, "2023-01-10")
    assert apply(amt, 2022, pending, "2023-01-12") == 0
    assert '2022-12-31 * "Adorf" "Kreditorischer Debitor 2022: adorf"\n' in text_of(amt, "2022/2022-13")
    assert balance(amt, "Passiva:4810-Erstattungen:Adorf") == -40_000, (
        "4,000.00 less 1,100 and two times 1,250"
    )
    _, pending = propose(amt, 2022, "2023-01-15")
    assert apply(amt, 2022, pending, "2023-01-16") == 0
    assert 'grund: "Rückgliederung nach dem Jahreswechsel"' in text_of(amt, "2023/2023-01")
    assert (
        balance(amt, "Passiva:4810-Erstattungen:Adorf"),
        balance(amt, "Aktiva:2600-Forderungen:Adorf"),
    ) == (0, -40_000)
    assert clean(amt) == []


def test_what_is_left_of_the_appropriation_is_carried_over(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    appropriate(adorf, 2022, 400_000, AppropriationKind.ORIGINAL, today=dt.date(2023, 1, 8))
    assert propose(adorf, 2022, "2023-01-10", "--carry-over", "400,01")[0] == EXIT_REFUSED
    assert "erlaubt: höchstens 400,00 EUR, was vom Ansatz 2022 übrig ist" in capsys.readouterr().err
    _, pending = propose(adorf, 2022, "2023-01-10", "--carry-over", "300,00")
    assert apply(adorf, 2022, pending, "2023-01-12") == 0
    assert '2023-01-10 custom "haushaltsansatz" "020501" "2023" 300.00 EUR "uebertragen"' in text_of(
        adorf, "2023/2023-01"
    )
    assert propose(adorf, 2022, "2023-01-15", "--carry-over", "1.350,01")[0] == EXIT_REFUSED
    assert "erlaubt: höchstens 1.350,00 EUR" in capsys.readouterr().err, "1,250.00 were deferred"


def test_what_was_carried_over_since_is_not_left_any_more(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proposal waits for days; what it took for left is asked again when it is booked."""
    appropriate(adorf, 2022, 400_000, AppropriationKind.ORIGINAL, today=dt.date(2023, 1, 8))
    _, pending = propose(adorf, 2022, "2023-01-10", "--carry-over", "300,00")
    appropriate(adorf, 2023, 15_000, AppropriationKind.CARRIED_OVER, today=dt.date(2023, 1, 11))
    assert apply(adorf, 2022, pending, "2023-01-12") == EXIT_REFUSED
    assert "gefunden: 300,00 EUR; erlaubt: höchstens 250,00 EUR" in capsys.readouterr().err
    assert pending.exists()


def test_a_carry_over_alone_has_its_voucher(adorf: Book) -> None:
    appropriate(adorf, 2022, 400_000, AppropriationKind.ORIGINAL, today=dt.date(2023, 1, 8))
    _, pending = propose(adorf, 2022, "2023-01-10", "--carry-over", "300,00")
    data = json.loads(pending.read_text(encoding="utf-8"))
    data["buchungen"] = data["buchungen"][2:]
    pending.write_text(json.dumps(data), encoding="utf-8")
    assert apply(adorf, 2022, pending, "2023-01-12") == 0
    assert re.search(
        r'2023-01-10 document \S+ "../documents/2022-jahresabschluss-', text_of(adorf, "2023/2023-01")
    )
    assert clean(adorf) == []


def test_a_carry_over_is_booked_once_however_often_and_even_after_a_kill(
    adorf: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    appropriate(adorf, 2022, 400_000, AppropriationKind.ORIGINAL, today=dt.date(2023, 1, 8))
    _, pending = propose(adorf, 2022, "2023-01-10", "--carry-over", "30,00")
    data = json.loads(pending.read_text(encoding="utf-8"))
    data["buchungen"] = data["buchungen"][2:]
    copy = tmp_path / "kopie.json"
    for path in (pending, copy):
        path.write_text(json.dumps(data), encoding="utf-8")
    with mock.patch.object(Writer, "_finish", side_effect=DeathError), pytest.raises(DeathError):
        apply(adorf, 2022, pending, "2023-01-12")
    assert apply(adorf, 2022, pending, "2023-01-12") == EXIT_REFUSED
    assert not pending.exists(), "the second call has finished what the first had decided"
    capsys.readouterr()
    assert apply(adorf, 2022, copy, "2023-01-12") == EXIT_REFUSED
    assert "kopie.json: gefunden: schon gebucht (documents/2022-jahresabschluss-" in capsys.readouterr().err
    assert text_of(adorf, "2023/2023-01").count('30.00 EUR "uebertragen"') == 1


def test_it_names_what_has_to_be_done_first(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    legs = (
        Posting("Aktiva:2800-Bank", 7_700, {}),
        Posting("Passiva:4800-Ungeklärte-Zahlungseingänge", -7_700, {}),
    )
    meta = {"buchungsart": "ungeklaert", "erfasst-am": dt.date(2022, 12, 28), "bankref": "1:t-9"}
    with session(amt) as work:
        work.add([Transaction(dt.date(2022, 12, 28), "?", "?", (), (), meta, legs)])
        work.commit()
    assert kkd("reverse", amt.root, "2022-000006", "--reason", "falsch", "--today", "2023-01-08") == 0
    capsys.readouterr()
    assert propose(amt, 2022, "2023-01-10")[0] == EXIT_FINDINGS
    said = capsys.readouterr().out
    assert (
        "Noch zu erledigen: Kostenbeteiligung 2022: 416,25 EUR statt der gebuchten 0,00 EUR: erst `kkd post`\n"
        in said
    )
    assert "Noch zu erledigen: 77,00 EUR sind noch ungeklärt: erst `kkd clear`\n" in said
    assert claims(amt, read(amt).records).booked["zett", 2022] == 0
