"""Every bank line is booked exactly once, however, in whatever file and in whatever order it comes."""

import datetime as dt
import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.certificate import Certificates, CertifiedStatement, Fate
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import EntryRefused, StatementGap, StatementRefused, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.references import payment_reference
from kkd_ledger.work.decisions.decide import decide
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.month.status import status
from kkd_ledger.work.statements.importing import import_files
from kkd_ledger.work.statements.statement_numbers import missing_numbers
from ledgers.statements import Entry, camt
from tests.certified import statement as certified
from tests.samples import by_us, tree

OWN = "DE09999999999900100000"
ADORF, BEHAUSEN, STRANGER = "DE75999999990065340010", "DE96999999990065340020", "DE94999999990099999999"
TODAY = dt.date(2022, 3, 31)
MARCH = BookingMonth(2022, 3)


def day(number: int) -> dt.date:
    return dt.date(2022, 3, number)


def statement(
    path: Path,
    entries: Sequence[Entry],
    *,
    first: int,
    last: int,
    opening: int,
    number: int,
    account: str = OWN,
) -> Path:
    """Write a statement from one day of March to another; what does not fall into them is left out."""
    within = [entry for entry in entries if first <= entry.day.day <= last]
    text = camt(account, "Amt", within, first=day(1), number=number, opening=opening)
    text = text.replace("<FrDtTm>2022-03-01T", f"<FrDtTm>2022-03-{first:02}T")
    text = text.replace("<ToDtTm>2022-03-31T", f"<ToDtTm>2022-03-{last:02}T")
    text = text.replace("<Dt>2022-03-01</Dt></Dt></Bal>", f"<Dt>2022-03-{first:02}</Dt></Dt></Bal>")
    path.write_text(text, encoding="utf-8")
    return path


def pays(
    number: int, cents: int = 110_000, iban: str = ADORF, reference: str = "ARCHIV2021990010011"
) -> Entry:
    return Entry(day(number), cents, "Adorf", iban, reference=payment_reference(reference))


def bank_lines(book: Book) -> list[tuple[str, int]]:
    """Return what is booked on the bank account: day and cents, sorted."""
    account = book.settings.bank.account
    return sorted(
        (record.date.isoformat(), leg.cents)
        for record in read(book).records
        if isinstance(record, Transaction)
        for leg in record.postings
        if leg.account == account
    )


entries_of_march = st.lists(
    st.builds(
        Entry,
        st.integers(1, 28).map(day),
        st.sampled_from([100, 25_000, 110_000, 125_000, 36_630, -5_000]),
        st.sampled_from(["Adorf", "Behausen", "Irgendwer"]),
        st.sampled_from([ADORF, BEHAUSEN, STRANGER]),
        text=st.sampled_from(["", "Rechnung 4711", "Umlage"]),
        reference=st.sampled_from(["", payment_reference("ARCHIV2021990010011")]),
    ),
    max_size=8,
)


@given(entries=entries_of_march, cuts=st.sets(st.integers(2, 28), max_size=3), seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_cut_overlapping_repeated_and_shuffled_files_book_the_same_lines(
    posted: Path, entries: list[Entry], cuts: set[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("intake")
    shutil.copytree(posted, folder / "books")
    book = load_book(folder / "books" / "amt")
    entries = sorted(entries, key=lambda entry: entry.day)
    for place, entry in enumerate(entries):  # a bank repeats its own reference, or has none at all
        entries[place] = replace(entry, bank_reference=f"REF{place}" if seed % 2 else "NONREF")
    bounds = [1, *sorted(cuts), 32]
    opening, files = 0, []
    for number, (first, after) in enumerate(pairwise(bounds), start=1):
        last = min(after - 1, 31)
        options = {"first": first, "last": last, "opening": opening, "number": number}
        files.append(statement(folder / f"{number}.xml", entries, **options))
        opening += sum(entry.cents for entry in entries if first <= entry.day.day <= last)
    chance = random.Random(seed)
    again = [shutil.copy(file, folder / f"nochmal-{file.name}") for file in files]
    whole = statement(folder / "alles.xml", entries, first=1, last=31, opening=0, number=99)
    run = [*files, *again, whole]
    chance.shuffle(run)
    import_files(book, run, today=TODAY)
    expected = sorted((entry.day.isoformat(), entry.cents) for entry in entries)
    assert bank_lines(book) == expected
    before = tree(book.root)
    import_files(book, chance.sample(run, len(run)), today=TODAY)
    assert tree(book.root) == before
    assert not [line for line in by_us(book.root) if "(fehler)" in line]
    assert sum(balances(read(book).records).values()) == 0


def test_true_twins_are_two_payments(amt: Book, tmp_path: Path) -> None:
    twins = [pays(3), pays(3)]
    file = statement(tmp_path / "a.xml", twins, first=1, last=31, opening=0, number=1)
    done = import_files(amt, [file], today=TODAY)
    assert sorted(line.fate for line in done.lines) == [Fate.SUSPENSE, Fate.MATCHED]
    assert bank_lines(amt) == [("2022-03-03", 110_000)] * 2


def test_what_comes_back_of_two_equal_payments_in_a_later_run_is_for_a_person(
    amt: Book, tmp_path: Path
) -> None:
    """One of them pays the demand, the other is unclear: nobody can know which one was returned."""
    twins = [pays(3), replace(pays(4), end_to_end="E2E-2")]
    import_files(
        amt, [statement(tmp_path / "a.xml", twins, first=1, last=9, opening=0, number=1)], today=TODAY
    )
    back = replace(pays(12, -110_000), returned="AM05")
    file = statement(tmp_path / "b.xml", [back], first=10, last=31, opening=220_000, number=2)
    done = import_files(amt, [file], today=TODAY)
    assert [line.fate for line in done.lines] == [Fate.SUSPENSE]
    assert claims(amt, read(amt).records).items["archiv-2021-adorf-1"].open_cents == 0


def test_a_statement_that_goes_on_within_a_day_books_its_equal_payment(amt: Book, tmp_path: Path) -> None:
    morning = statement(tmp_path / "a.xml", [pays(3)], first=3, last=3, opening=0, number=1)
    import_files(amt, [morning], today=TODAY)
    evening = statement(tmp_path / "b.xml", [pays(3)], first=3, last=3, opening=110_000, number=2)
    evening.write_text(evening.read_text().replace("20220300001", "20220300002"))
    for _ in range(2):
        import_files(amt, [evening, morning], today=TODAY)
        assert bank_lines(amt) == [("2022-03-03", 110_000)] * 2


def test_a_gap_waits_in_the_monthly_run_and_is_refused_by_hand(amt: Book, tmp_path: Path) -> None:
    entries = [pays(3), pays(12, 5_000), pays(25, 7_000)]
    first = statement(tmp_path / "1.xml", entries, first=1, last=10, opening=0, number=1)
    second = statement(tmp_path / "2.xml", entries, first=11, last=20, opening=110_000, number=2)
    third = statement(tmp_path / "3.xml", entries, first=21, last=31, opening=115_000, number=3)
    import_files(amt, [first], today=TODAY)
    with pytest.raises(StatementGap) as refused:
        import_files(amt, [third], today=TODAY)
    assert str(refused.value.problems[0]) == (
        "3.xml: Auszug 3: gefunden: Anfangssaldo 1.150,00 EUR; "
        "erlaubt: 1.100,00 EUR, der Endsaldo vom 10.03.2022; vermutlich fehlt ein Auszug dazwischen"
    )
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    shutil.copy(third, inbox)
    waits = run_month(amt, MARCH, today=TODAY)
    assert (waits.waiting, waits.rejected, [path.name for path in waits.later]) == (True, (), ["3.xml"])
    assert (inbox / "3.xml").exists()
    shutil.copy(second, inbox)
    goes = run_month(amt, MARCH, today=TODAY)
    assert (goes.waiting, list(inbox.iterdir())) == (False, [])
    assert [cents for _, cents in bank_lines(amt)] == [110_000, 5_000, 7_000]


def test_the_same_statement_with_other_content_stops(amt: Book, tmp_path: Path) -> None:
    file = statement(tmp_path / "a.xml", [pays(3)], first=1, last=31, opening=0, number=1)
    import_files(amt, [file], today=TODAY)
    before = tree(amt.root)
    other = statement(tmp_path / "b.xml", [pays(3, 1)], first=1, last=31, opening=0, number=1)
    with pytest.raises(StatementRefused, match="keiner von beiden gilt von selbst"):
        import_files(amt, [other], today=TODAY)
    assert tree(amt.root) == before


@pytest.fixture
def adorf(posted: Path, tmp_path: Path) -> tuple[Book, str]:
    """A member's book whose pooled account has one line that waits, and the line's key."""
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "adorf")
    vague = Entry(day(3), -110_000, "Amt Nirgendwo", OWN, text="Umlage")
    other = Entry(day(4), -4_711, "Stadtwerke", STRANGER, text="Strom")
    file = tmp_path / "a.xml"
    statement(file, [vague, other], first=1, last=31, opening=10_000_000, number=1, account=ADORF)
    done = import_files(book, [file], today=TODAY)
    return book, next(line.key for line in done.lines if line.cents == -4_711)


def test_what_nobody_named_waits_for_a_person(adorf: tuple[Book, str]) -> None:
    book, key = adorf
    found = status(book, today=dt.date(2022, 4, 2))
    assert found.troubles == (
        f"Eine Zeile vom 04.03.2022 über -47,11 EUR (Stadtwerke | Strom) wartet auf eine Entscheidung: {key}",
    )
    decide(book, key, by="S. Muster", reason="Strom des Rathauses", today=TODAY)
    line = Certificates(book.root).lines[key]
    assert (line.fate, line.rule, line.reasons) == (
        Fate.NOT_OURS,
        "Person: S. Muster",
        ("Strom des Rathauses",),
    )
    assert status(book, today=dt.date(2022, 4, 2)).well
    with pytest.raises(EntryRefused, match="keine wartende Zeile"):
        decide(book, key, by="S. Muster", reason="noch einmal", today=TODAY)


def test_a_person_can_say_what_a_waiting_line_pays(adorf: tuple[Book, str]) -> None:
    book, key = adorf
    before = tree(book.root)
    with pytest.raises(
        EntryRefused, match=r"auf 'archiv-2021-adorf-1'.*-47,11 EUR; auf dem Posten ist nichts"
    ):
        decide(book, key, by="S. Muster", reason="gut", today=TODAY, posten="archiv-2021-adorf-1")
    with pytest.raises(EntryRefused, match="diesen Posten gibt es nicht"):
        decide(book, key, by="S. Muster", reason="gut", today=TODAY, posten="archiv-2099-adorf-1")
    for by, reason in ((" ", "gut"), ("S. Muster", " ")):
        with pytest.raises(UsageError, match=r"^Es fehlt, "):
            decide(book, key, by=by, reason=reason, today=TODAY)
    assert tree(book.root) == before
    decide(book, key, by="S. Muster", reason="Teilzahlung", today=TODAY, posten="archiv-2022-adorf-1")
    assert ("2022-03-04", -4_711) in bank_lines(book)
    assert Certificates(book.root).lines[key].number == "2022-000004"
    assert not [line for line in by_us(book.root) if "(fehler)" in line]


def test_what_a_person_places_beyond_what_is_open_is_unclear(posted: Path, tmp_path: Path) -> None:
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "adorf")
    file, posten = tmp_path / "a.xml", "archiv-2022-adorf-1"
    line = Entry(day(3), -130_000, "Amt Nirgendwo", STRANGER, text="Umlage")
    statement(file, [line], first=1, last=31, opening=10_000_000, number=1, account=ADORF)
    [key] = [one.key for one in import_files(book, [file], today=TODAY).lines]
    decide(book, key, by="S. Muster", reason="überzahlt", today=TODAY, posten=posten)
    held = claims(book, read(book).records)
    assert held.items[posten].open_cents == 0
    assert [(one.key, one.cents) for one in held.suspense.values()] == [(key, -5_000)]
    with pytest.raises(
        EntryRefused,
        match=r"zuerst `kkd reverse BUCH 2022-000003 --reason GRUND --by NAME`, dann noch einmal",
    ):
        decide(book, key, by="S. Muster", reason="doch nicht von uns", today=TODAY)
    assert not [line for line in by_us(book.root) if "(fehler)" in line]


def test_status_fails_when_the_job_was_silent(
    adorf: tuple[Book, str], capsys: pytest.CaptureFixture[str]
) -> None:
    book, key = adorf
    decide(book, key, by="S. Muster", reason="Strom", today=TODAY)
    assert main(["status", str(book.root), "--today", "2022-04-30"]) == 0
    capsys.readouterr()
    assert main(["status", str(book.root), "--today", "2022-06-30", "--max-age", "35d"]) == 1
    assert (
        "Der letzte Kontoauszug endet am 31.03.2022, vor 91 Tagen (erlaubt: 35)." in capsys.readouterr().out
    )


def test_all_waiting_months_and_a_log_line_for_each(amt: Book, tmp_path: Path) -> None:
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    statement(inbox / "3.xml", [pays(3)], first=1, last=31, opening=0, number=1)
    april = camt(OWN, "Amt", [], first=dt.date(2022, 4, 1), number=2, opening=110_000)
    (inbox / "4.xml").write_text(april, encoding="utf-8")
    log = tmp_path / "log.jsonl"
    assert main(["month", str(amt.root), "--all", "--today", "2022-04-30", "--log", str(log)]) == 0
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["month"], line["status"], len(line["lines"])) for line in lines] == [
        ("2022-03", 0, 1),
        ("2022-04", 0, 0),
    ]
    assert list(inbox.iterdir()) == []
    assert main(["month", str(amt.root), "--today", "2022-04-30"]) == 2


def test_a_dry_run_changes_nothing(amt: Book, tmp_path: Path) -> None:
    (amt.root / "inbox").mkdir(exist_ok=True)
    statement(amt.root / "inbox" / "3.xml", [pays(3)], first=1, last=31, opening=0, number=1)
    before = tree(amt.root)
    done = run_month(load_book(amt.root), MARCH, today=TODAY, dry_run=True)
    assert tree(amt.root) == before
    assert "1100.00 EUR" in done.imported.outcome.added[MARCH]


E_INVOICE = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'


def test_an_e_invoice_in_the_inbox_waits_for_a_person(amt: Book) -> None:
    town = load_book(amt.root.parent / "adorf")
    (town.root / "inbox").mkdir(exist_ok=True)
    (town.root / "inbox" / "rechnung.xml").write_bytes(E_INVOICE)
    done = run_month(town, MARCH, today=TODAY)
    assert (done.rejected, done.imported.statements, done.waiting) == ((), (), True)
    assert "rechnung.xml ist eine E-Rechnung und wartet: `kkd receive` bucht sie" in month_text(done)
    assert (town.root / "inbox" / "rechnung.xml").exists()


def test_a_letter_in_the_inbox_is_not_called_an_e_invoice(amt: Book) -> None:
    town = load_book(amt.root.parent / "adorf")
    (town.root / "inbox").mkdir(exist_ok=True)
    (town.root / "inbox" / "mahnung.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    told = month_text(run_month(town, MARCH, today=TODAY))
    assert "mahnung.pdf ist ein PDF ohne lesbare E-Rechnung, etwa eine Erinnerung oder Mahnung" in told
    assert "`kkd receive BUCH DATEI --reject GRUND --by NAME` legt es mit Grund und Name ab" in told


def test_an_e_invoice_is_nothing_for_the_inbox_of_who_demands(amt: Book) -> None:
    (amt.root / "inbox").mkdir(exist_ok=True)
    (amt.root / "inbox" / "rechnung.xml").write_bytes(E_INVOICE)
    (one,) = run_month(amt, MARCH, today=TODAY).rejected
    assert str(one.problems[0]).startswith("rechnung.xml: gefunden: eine E-Rechnung; erlaubt: Kontoauszüge")


def test_a_line_from_before_the_book_stands_on_its_first_day_and_keeps_the_banks(
    amt: Book, tmp_path: Path
) -> None:
    text = camt(
        OWN,
        "Amt",
        [replace(pays(3), day=dt.date(2022, 1, 20))],
        first=dt.date(2022, 1, 1),
        number=1,
        opening=0,
    )
    file = tmp_path / "januar.xml"
    file.write_text(text, encoding="utf-8")
    import_files(amt, [file], today=TODAY)
    assert bank_lines(amt) == [("2022-02-01", 110_000)]
    assert "  buchungstag: 2022-01-20\n" in amt.month_file(BookingMonth(2022, 2)).read_text(encoding="utf-8")
    (aged,) = by_us(amt.root)
    assert "KKD-O04" in aged
    assert "1.100,00 EUR vom 20.01.2022" in aged


def test_a_missing_number_is_told_even_where_the_balances_join(
    amt: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [pays(3), pays(25, 7_000)]
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    statement(inbox / "1.xml", entries, first=1, last=10, opening=0, number=7)
    statement(inbox / "3.xml", entries, first=11, last=31, opening=110_000, number=9)
    told = month_text(run_month(amt, MARCH, today=TODAY))
    sentence = (
        "Zwischen Auszug 7 (bis 10.03.2022) und 9 (ab 11.03.2022) fehlt Auszug 8 (053); "
        "die Salden schließen aneinander an. Fragen Sie die Bank, ob sie die Nummer vergeben hat."
    )
    assert f"  HINWEIS {sentence}" in told.splitlines()
    assert status(amt, today=dt.date(2022, 4, 2)).troubles == (sentence,)
    assert sentence not in status(amt, today=dt.date(2022, 6, 2)).troubles


def ended(kind: str, day: str, number: int | None) -> CertifiedStatement:
    on = dt.date.fromisoformat(day)
    return certified(kind=kind, from_day=on, to_day=on, number=number)


@pytest.mark.parametrize(
    "numbers",
    [
        (("053", "2022-03-10", 7), ("053", "2022-03-31", 8)),
        (("053", "2022-12-31", 12), ("053", "2023-01-31", 1)),
        (("053", "2022-12-31", 12), ("053", "2023-01-31", 3)),
        (("MT940", "2022-03-10", 7), ("053", "2022-03-31", 90)),
        (("053", "2022-03-10", None), ("053", "2022-03-31", 90)),
        (("053", "2022-03-10", 7), ("053", "2022-03-31", 3)),
        (
            ("053", "2022-03-05", 9),
            ("053", "2022-03-05", 8),
            ("053", "2022-03-10", 7),
            ("053", "2022-03-31", 10),
        ),
    ],
)
def test_numbers_that_are_whole_or_start_again_are_not_told(
    numbers: tuple[tuple[str, str, int | None], ...],
) -> None:
    held = [ended(kind, day, number) for kind, day, number in numbers]
    assert list(missing_numbers(held)) == []


def test_a_jump_is_told_once_however_many_statements_show_it() -> None:
    numbers = (("2022-03-03", 3), ("2022-03-10", 77), ("2022-03-10", 77))
    held = [ended("053", day, number) for day, number in numbers]
    assert len(list(missing_numbers(held))) == 1


def test_a_month_is_not_ready_before_its_last_page(amt: Book, tmp_path: Path) -> None:
    assert main(["close", str(amt.root), "2022-02", "--by", "S. Muster", "--today", "2022-03-31"]) == 0
    book = load_book(amt.root)
    (book.root / "inbox").mkdir(exist_ok=True)
    late = dt.date(2022, 4, 2)
    for page, (first, opening, last) in enumerate(
        [(pays(3), 0, "false"), (pays(31, 7_000), 110_000, "true")], start=1
    ):
        file = statement(
            book.root / "inbox" / f"{page}.xml", [first], first=1, last=31, opening=opening, number=3
        )
        paged = f"<StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn><ElctrncSeqNb>"
        file.write_text(
            file.read_text().replace("<ElctrncSeqNb>", paged).replace("0001</Acct", f"000{page}</Acct")
        )
        done = run_month(book, MARCH, today=late)
        missing = "Von Auszug 3 (bis 31.03.2022, 053) fehlt Blatt 2."
        assert (done.ready == (), missing in status(book, today=late).troubles) == (page == 1, page == 1)
    assert bank_lines(book) == [("2022-03-03", 110_000), ("2022-03-31", 7_000)]
