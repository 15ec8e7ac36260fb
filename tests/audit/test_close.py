"""Closing: what hinders it, what the seal says, what a sealed month still takes (nothing), and reopening."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from unittest import mock

import pytest

from kkd_ledger.audit.close import Closing, close, close_year
from kkd_ledger.audit.compared import RECORD
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.certificate import Certificate, Fate, write
from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.claims import balances
from kkd_ledger.book.store.journal import Writer
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.book.text.vocabulary import AppropriationKind
from kkd_ledger.cli import main
from kkd_ledger.errors import BookRefused, EntryRefused, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import needs_action
from kkd_ledger.work.books.books import appropriate, open_month
from kkd_ledger.work.session import session
from ledgers.statements import camt
from tests.audit.books import (
    ACCOUNT,
    APRIL,
    BY,
    FEBRUARY,
    MARCH,
    MAY,
    OWNER,
    chain_of,
    paid,
    same_both_ways,
    seal,
    sealed_copy,
    sealed_office,
    statement,
    take,
)
from tests.book.writer import DeathError
from tests.certified import line
from tests.rules.test_findings import broken_book
from tests.samples import by_beancount, by_us, posted_three, replace_once, tree

FIRST_OF_MARCH = dt.date(2022, 3, 1)


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def test_the_seal_says_what_was_closed(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    done = seal(book, FEBRUARY)
    assert done.seal
    assert done.seal.file == "2022/2022-02.seal.json"
    content = (book.root / done.seal.file).read_bytes()
    data = json.loads(content)
    assert content == (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    said = {key: value for key, value in data.items() if key not in {"akte", "unterschriften"}}
    acts = data.pop("akte")
    hashes = {name: data.pop(name) for name in ("dateien", "grundlagen", "eintraege", "regelwerk", "stand")}
    assert data == {
        "am": "2022-03-01",
        "art": "abschluss",
        "buch": "adorf",
        "feststellungen": [],
        "format": "kkd-abschluss/2",
        "glied": 1,
        "monat": "2022-02",
        "vereinbarung": "archiv",
        "von": BY,
        "vorgaenger": "",
        "unterschriften": [],
    }
    [act] = acts
    assert (
        act.pop("sha256")
        == hashlib.sha256(
            (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        ).hexdigest()
    )
    assert act == {"was": "abschluss", "person": BY, "rolle": "", "am": "2022-03-01", "bekannt": "angabe"}
    for name, found in hashes["grundlagen"].items():
        source = {"book.toml": book.config_file, "vereinbarung": book.agreement_file}[name]
        assert (book.root / "grundlagen" / found).read_bytes() == source.read_bytes()
    assert list(hashes["dateien"]) == ["2022/2022-02.beancount"]
    assert list(hashes["grundlagen"]) == ["book.toml", "vereinbarung"]
    entries = (book.root / "2022/2022-02.beancount").read_text(encoding="utf-8").count("\n\n") + 1
    assert len(hashes["eintraege"]) == 8 * entries
    assert [len(hashes[name]) for name in ("regelwerk", "stand")] == [64, 64]


def test_the_same_books_give_the_same_seals(tmp_path: Path) -> None:
    one, other = (sealed_office(tmp_path / name) for name in ("one", "other"))
    assert tree(one.root) == tree(other.root)


def test_closing_again_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = sealed_copy(tmp_path)
    before = tree(book.root)
    capsys.readouterr()
    for period in ("2022-02", "2022-03", "2022-04"):
        assert kkd("close", book.root, period, "--by", BY, "--today", "2022-05-01") == 0
        assert (
            capsys.readouterr().out
            == f"Archiv – Bücher des Amtes\nNichts zu tun: Monat {period} ist schon abgeschlossen.\n"
        )
    assert tree(book.root) == before


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    before = tree(book.root)
    assert close(book, FEBRUARY, by=BY, today=FIRST_OF_MARCH, dry_run=True).seal
    assert tree(book.root) == before


@pytest.mark.parametrize(
    ("month", "by", "today", "words"),
    [
        (MARCH, BY, MARCH.last_day, "Vor 2022-03 ist 2022-02 abzuschließen."),
        (APRIL, BY, APRIL.last_day, "Der Monat 2022-04 ist nicht eröffnet."),
        (FEBRUARY, BY, dt.date(2022, 2, 27), "Der Monat 2022-02 endet erst am 28.02.2022."),
        (FEBRUARY, " \n", FIRST_OF_MARCH, "Es fehlt, wer abschließt."),
        (BookingMonth(2022, 13), BY, dt.date(2023, 1, 1), "Der Monat 2022-13 ist nicht eröffnet."),
    ],
)
def test_what_is_not_its_turn_is_refused(
    month: BookingMonth, by: str, today: dt.date, words: str, tmp_path: Path
) -> None:
    book = posted_three(tmp_path)
    open_month(book, MARCH)
    with pytest.raises(UsageError, match=words.replace(".", r"\.")):
        close(book, month, by=by, today=today)


def closing(code: str, folder: Path, **remarks: str) -> tuple[set[str], Closing]:
    """Close the sample book of a finding, whose one month holds it; return the codes that hinder."""
    book = load_book(broken_book(code, folder))
    [month] = read(book).months
    done = close(book, month, by=BY, today=month.last_day, remarks=remarks)
    return {one.kind.code for one in done.hindrances}, done


def test_an_error_hinders_whatever_is_said_about_it(tmp_path: Path) -> None:
    assert closing("KKD-A01", tmp_path, **{"KKD-A01": "egal"})[0] == {"KKD-A01"}


def test_an_objection_hinders_until_somebody_remarks_on_it(tmp_path: Path) -> None:
    assert closing("KKD-B01", tmp_path / "silent")[0] == {"KKD-B01"}
    hindered, done = closing(
        "KKD-B01", tmp_path / "said", **{"KKD-B01": " bewilligt  am 12.12. ", "KKD-D01": "-"}
    )
    assert (hindered, done.remarked) == (set(), {"KKD-B01"})
    assert done.seal
    assert done.seal.data["feststellungen"] == [
        {
            "bemerkung": "bewilligt am 12.12.",
            "code": "KKD-B01",
            "datei": "2022/2022-02.beancount",
            "stufe": "beanstandung",
            "text": "Budget 020501, 2022: angeordnet 2.350,00 EUR, verfügbar waren 2.300,00 EUR (ansatz 2.000,00 EUR + "
            "nachtrag 300,00 EUR); überschritten um 50,00 EUR",
            "zeile": 27,
        }
    ]


def test_a_remark_holds_for_the_months_after_it(tmp_path: Path) -> None:
    _, first = closing("KKD-B01", tmp_path, **{"KKD-B01": "bewilligt"})
    book = load_book(next(tmp_path.glob("*/main.beancount")).parent)
    open_month(book, MARCH)
    second = seal(book, MARCH)
    for done in (first, second):
        assert done.seal
        assert [one["bemerkung"] for one in done.seal.data["feststellungen"]] == ["bewilligt"]


def test_what_is_open_hinders_unless_the_policy_allows_it(tmp_path: Path) -> None:
    root = broken_book("KKD-D03", tmp_path)
    for allowed, hindered in ((["KKD-O04"], {"KKD-D03"}), (["KKD-O04", "KKD-D03"], set())):
        text = (root / "book.toml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("close_with_open")]
        policy = f"[policy]\nclose_with_open = {json.dumps(allowed)}"
        (root / "book.toml").write_text("\n".join(lines).replace("[policy]", policy), encoding="utf-8")
        done = close(load_book(root), FEBRUARY, by=BY, today=FIRST_OF_MARCH)
        assert {one.kind.code for one in done.hindrances} == hindered
    assert done.seal
    assert [one["stufe"] for one in done.seal.data["feststellungen"]] == ["offen"]


def test_a_bank_line_that_waits_hinders(tmp_path: Path) -> None:
    book = sealed_copy(tmp_path)
    certificate = book.root / "2022/2022-05.bank.json"
    waits = line("1:x-1", day=dt.date(2022, 5, 12), cents=1_700)
    foreign = line("1:x-2", day=dt.date(2022, 5, 12), cents=1_700, fate=Fate.NOT_OURS, rule="strom")
    certificate.write_bytes(write(Certificate(MAY, (), (waits, foreign))))
    done = close(book, MAY, by=BY, today=MAY.last_day)
    assert [str(one) for one in done.hindrances if one.kind != RECORD] == [
        "2022/2022-05.bank.json:1: KKD-S05 (offen) 12.05.2022, 17,00 EUR, 1:x-1"
    ]
    asked = {(one.kind.code, one.text) for one in done.hindrances if one.kind != RECORD}
    assert asked <= {(one.kind.code, one.text) for one in check(book)}, "check says what close will ask"
    certificate.write_text("[]", encoding="utf-8")
    with pytest.raises(BookRefused, match=r"gefunden: \[\]; erlaubt: ein Objekt"):
        close(book, MAY, by=BY, today=MAY.last_day)


def test_a_month_closes_whose_statement_is_read_after_a_booking_in_the_next_one(tmp_path: Path) -> None:
    """Its numbers are not in the order of its days: those of April lie in between, and are not missing."""
    book = posted_three(tmp_path, "amt")
    for month in (MARCH, APRIL):
        open_month(book, month)
    assert (
        main(["reverse", str(book.root), "2022-000004", "--reason", "Irrtum", "--today", "2022-04-02"]) == 0
    )
    names = ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel"]
    assert main(["post", str(book.root), "--today", "2022-04-02", *names]) == 0
    take(book, statement(tmp_path, MARCH, [paid(MARCH)]), APRIL.last_day)
    assert not needs_action(check(book))
    for month in (FEBRUARY, MARCH, APRIL):
        assert close(book, month, by=BY, today=MAY.first_day).seal, month
    assert {code for code, *_ in same_both_ways(book)} == {"KKD-O06"}


def test_what_was_missing_at_the_end_of_a_month_and_is_booked_since_hinders_nobody(tmp_path: Path) -> None:
    """The rate falls on 10 March, the corrections are booked in April: check is content, and so is close."""
    book = posted_three(tmp_path, "amt")
    for month in (MARCH, APRIL):
        open_month(book, month)
    old = 'from = 2022-01-01\nrate = "1.25"'
    later = 'from = 2022-01-01\nrate = "1.00"\nknown_from = 2022-03-10\n\n[[components.rates]]\n'
    replace_once(book.agreement_file, old, later + old)
    book = load_book(book.root)
    assert close(book, FEBRUARY, by=BY, today=MAY.first_day).seal
    missing = close(book, MARCH, by=BY, today=MAY.first_day)
    assert {one.kind.code for one in missing.hindrances} == {"KKD-A05"}
    assert {one.kind.code for one in check(book)} == {"KKD-A05", "KKD-O06"}
    names = ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel"]
    assert main(["post", str(book.root), "--today", "2022-04-12", *names]) == 0
    assert close(book, MARCH, by=BY, today=MAY.first_day).seal
    assert {code for code, *_ in same_both_ways(book)} == {"KKD-O06"}


def test_an_error_that_a_later_entry_has_cured_hinders_nobody(tmp_path: Path) -> None:
    root = broken_book("KKD-A01", tmp_path)
    open_month(load_book(root), MARCH)
    wrong = close(load_book(root), FEBRUARY, by=BY, today=APRIL.first_day)
    assert "KKD-A01" in {one.kind.code for one in wrong.hindrances}
    number = next(
        one.text("nr")
        for one in read(load_book(root)).records
        for found in wrong.hindrances
        if found.kind.code == "KKD-A01" and one.place == found.place and isinstance(one, Transaction)
    )
    assert main(["reverse", str(root), number, "--reason", "falscher Betrag", "--today", "2022-03-02"]) == 0
    done = close(load_book(root), FEBRUARY, by=BY, today=APRIL.first_day)
    assert "KKD-A01" not in {one.kind.code for one in done.hindrances}


def test_a_broken_chain_hinders_every_further_link(tmp_path: Path) -> None:
    book = sealed_copy(tmp_path)
    replace_once(book.root / "2022/2022-03.beancount", "Archiv 2021", "Archiv 2020")
    done = close(book, MAY, by=BY, today=MAY.last_day)
    assert [one.kind.code for one in done.hindrances] == ["KKD-S01"]
    with pytest.raises(BookRefused, match="1 Eintrag ab dieser Zeile verändert"):
        reopen(book, APRIL, reason="x", by=("A", "B"), today=MAY.last_day)


def test_text_that_kkd_did_not_write_is_not_sealed(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    path = book.root / "2022/2022-02.beancount"
    path.write_text(
        path.read_text(encoding="utf-8").replace("open Aktiva", "open  Aktiva", 1), encoding="utf-8"
    )
    with pytest.raises(BookRefused, match="erlaubt: die kanonische Form"):
        close(book, FEBRUARY, by=BY, today=FIRST_OF_MARCH)


def test_a_year_is_all_its_months_the_thirteenth_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = posted_three(tmp_path)
    open_month(book, BookingMonth(2023, 1))
    open_month(book, BookingMonth(2022, 13))
    assert close_year(book, 2022, by=BY, today=dt.date(2022, 4, 15), dry_run=True)[0].month == FEBRUARY
    with pytest.raises(UsageError, match=r"endet erst am 30\.04\.2022"):
        close_year(book, 2022, by=BY, today=dt.date(2022, 4, 15))
    assert chain_of(book).months == (FEBRUARY, MARCH)
    capsys.readouterr()
    assert kkd("close", book.root, "2022", "--by", BY, "--today", "2023-02-01", "--json") == 0
    told = json.loads(capsys.readouterr().out)["months"]
    months = [f"2022-{month:02}" for month in range(4, 14)]
    assert [(one["month"], one["file"], one["hindrances"]) for one in told] == [
        (month, f"2022/{month}.seal.json", []) for month in months
    ]
    assert [link.sha256 for link in chain_of(book).links[2:]] == [one["sha256"] for one in told]
    assert kkd("close", book.root, "2022", "--by", BY) == 0
    assert "Nichts zu tun: alle Monate sind abgeschlossen.\n" in capsys.readouterr().out
    with pytest.raises(UsageError, match="keinen Monat dieses Jahres"):
        close_year(book, 2021, by=BY, today=dt.date(2023, 2, 1))


def test_a_year_whose_last_seal_a_dead_process_had_decided_is_finished(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    with mock.patch.object(Writer, "_finish", side_effect=DeathError), pytest.raises(DeathError):
        close_year(book, 2022, by=BY, today=FIRST_OF_MARCH)
    assert (book.root / ".wal").exists()
    assert close_year(book, 2022, by=BY, today=FIRST_OF_MARCH) == ()
    assert not (book.root / ".wal").exists()
    assert (book.root / "2022/2022-02.seal.json").exists()


def test_the_thirteenth_month_comes_after_those_sealed_before_it(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    january = BookingMonth(2023, 1)
    open_month(book, january)
    seal(book, *(BookingMonth(2022, month) for month in range(2, 13)), january)
    thirteenth = BookingMonth(2022, 13)
    open_month(book, BookingMonth(2023, 2))
    open_month(book, thirteenth)
    assert read(book).months[-3:] == (january, thirteenth, BookingMonth(2023, 2))
    same_both_ways(book)
    seal(book, thirteenth)
    assert chain_of(book).months[-2:] == (january, thirteenth)
    same_both_ways(book)
    assert by_us(book.root) == by_beancount(book.root)


def test_the_top_file_follows_the_order_of_sealing(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    january, thirteenth = BookingMonth(2023, 1), BookingMonth(2022, 13)
    open_month(book, january)
    open_month(book, thirteenth)
    assert read(book).months[-2:] == (thirteenth, january)
    seal(book, *(BookingMonth(2022, month) for month in range(2, 13)), january)
    assert read(book).months[-2:] == (january, thirteenth)
    same_both_ways(book)


def test_a_month_that_builds_on_the_thirteenth_comes_after_it(tmp_path: Path) -> None:
    """A correction is booked in the thirteenth month and paid in January: sealed first, January would pay nothing."""
    book = posted_three(tmp_path, "amt")
    for month in (*(BookingMonth(2022, month) for month in range(3, 13)), BookingMonth(2023, 1)):
        open_month(book, month)
    old = 'from = 2022-01-01\nrate = "1.25"'
    later = 'from = 2022-01-01\nrate = "1.50"\nknown_from = 2023-01-05\n\n[[components.rates]]\n'
    replace_once(book.agreement_file, old, later + old)
    thirteenth, january = BookingMonth(2022, 13), BookingMonth(2023, 1)
    root, names = str(book.root), ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel"]
    assert main(["year", root, "2022", "offen", "--by", BY, "--today", "2023-01-10"]) == 0
    assert main(["post", root, "--today", "2023-01-10", *names]) == 0
    book = load_book(book.root)
    assert read(book).months[-2:] == (thirteenth, january)
    take(
        book,
        statement(tmp_path, january, [paid(january, 250_00, text="ARCHIV-2022-00007")]),
        january.last_day,
    )
    assert not needs_action(check(book))
    seal(book, *(BookingMonth(2022, month) for month in range(2, 13)))
    with pytest.raises(
        UsageError, match=r"^Vor 2023-01 ist 2022-13 abzuschließen: 2023-01 baut auf Buchungen auf"
    ):
        close(book, january, by=BY, today=MARCH.first_day.replace(year=2023))
    seal(book, thirteenth, january)
    assert {code for code, *_ in same_both_ways(book)} == {"KKD-O06"}


def test_a_month_closes_whose_statement_begins_in_a_sealed_one(tmp_path: Path) -> None:
    """Its line of February is booked in March, the first open month; its certificate stands in May."""
    book = posted_three(tmp_path, "amt")
    for month in (MARCH, APRIL, MAY):
        open_month(book, month)
    seal(book, FEBRUARY)
    lines = [paid(FEBRUARY), paid(MAY, 125_000, text="Archiv 2022")]
    text = camt(ACCOUNT, OWNER, lines, first=FEBRUARY.first_day, last=MAY.last_day, number=1, opening=0)
    path = tmp_path / "spanne.xml"
    path.write_text(text, encoding="utf-8")
    take(book, path, MAY.last_day)
    assert {
        one.date for one in read(book).records if isinstance(one, Transaction) and one.text("bankref")
    } == {
        MARCH.first_day,
        dt.date(2022, 5, 15),
    }
    for month in (MARCH, APRIL, MAY):
        done = close(book, month, by=BY, today=dt.date(2022, 6, 1))
        assert done.seal, done.hindrances


# ------------------------------------------------------------------------------------------ what is sealed stays


def test_a_sealed_month_takes_nothing(tmp_path: Path) -> None:
    book = sealed_copy(tmp_path)
    before = tree(book.root)
    entry = next(record for record in read(book).records if isinstance(record, Transaction))
    with session(book) as work, pytest.raises(EntryRefused, match="gefunden: Monat ist abgeschlossen"):
        work.add([entry])
    with session(book) as work, pytest.raises(EntryRefused, match="erlaubt: ein offener Monat"):
        work.add([entry._replace(date=dt.date(2022, 5, 2))], FEBRUARY)
    for month in (BookingMonth(2022, 1), BookingMonth(2021, 12)):
        with pytest.raises(EntryRefused, match="gefunden: Monat ist abgeschlossen"):
            open_month(book, month)
    assert tree(book.root) == before


def test_without_an_open_month_the_message_says_how_to_open_one(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    seal(book, FEBRUARY)
    with pytest.raises(
        BookRefused, match=r"gefunden: kein offener Monat; erlaubt: .* 2022-03` öffnet den nächsten"
    ):
        appropriate(book, 2022, 100, AppropriationKind.SUPPLEMENTARY, today=FIRST_OF_MARCH)


def test_a_late_statement_line_stands_on_the_first_open_day(tmp_path: Path) -> None:
    book = posted_three(tmp_path, "amt")
    open_month(book, MARCH)
    seal(book, FEBRUARY, MARCH)
    late = statement(tmp_path, MARCH, [paid(MARCH)])
    before = tree(book.root)
    with pytest.raises(EntryRefused, match="2022-04` öffnet den nächsten"):
        take(book, late, dt.date(2022, 4, 4))
    assert tree(book.root) == before
    open_month(book, APRIL)
    take(book, late, dt.date(2022, 4, 4))
    text = (book.root / "2022/2022-04.beancount").read_text(encoding="utf-8")
    assert (text.count("2022-04-01 *"), text.count("  buchungstag: 2022-03-15\n")) == (1, 1)
    assert json.loads((book.root / "2022/2022-04.bank.json").read_bytes())["zeilen"][0]["tag"] == "2022-03-15"
    assert not (book.root / "2022/2022-03.bank.json").exists()
    sealed = tree(book.root)
    take(book, late, dt.date(2022, 4, 5))
    assert tree(book.root) == sealed
    second = statement(tmp_path, APRIL, [paid(APRIL, 125_000, text="Archiv 2022")], opening=110_000)
    take(book, second, APRIL.last_day)
    open_month(book, MAY)
    take(book, statement(tmp_path, MAY, [], opening=235_000), MAY.last_day)
    assert "balance Aktiva:2800-Bank" in (book.root / "2022/2022-05.beancount").read_text(encoding="utf-8")
    assert balances(read(book).records)["Aktiva:2800-Bank"] == 235_000
    assert [one for one in same_both_ways(book) if one[0] != "KKD-O06"] == []
    assert by_us(book.root) == by_beancount(book.root)
    seal(book, APRIL)


# ---------------------------------------------------------------------------------------------------- reopening


def test_reopening_is_a_link_with_a_reason_and_two_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = sealed_copy(tmp_path)
    before = tree(book.root)
    capsys.readouterr()
    words = (
        "reopen",
        book.root,
        "2022-03",
        "--reason",
        "Beleg fehlte",
        "--by",
        "A. Leitung",
        "--and",
        "B. Prüfung",
    )
    assert kkd(*words, "--today", "2022-05-03", "--dry-run") == 0
    assert tree(book.root) == before
    assert kkd(*words, "--today", "2022-05-03") == 0
    link = chain_of(book).links[-1]
    assert capsys.readouterr().out == (
        "Probelauf: offen wären wieder 2022-03, 2022-04; nichts wurde geschrieben.\n"
        "Wieder offen: 2022-03, 2022-04 (Glied 6, 2022/2022-03.reopen-2.json).\n"
        f"  SHA-256 des Nachweises: {link.sha256}\n"
    )
    assert {key: link.data[key] for key in ("art", "betrifft", "grund", "von", "am", "glied")} == {
        "art": "wiedereroeffnung",
        "betrifft": ["2022-03", "2022-04"],
        "grund": "Beleg fehlte",
        "von": ["A. Leitung", "B. Prüfung"],
        "am": "2022-05-03",
        "glied": 6,
    }
    after = tree(book.root)
    assert {name for name in before if after[name] != before[name]} == {"main.beancount"}
    assert chain_of(book).months == (FEBRUARY,)
    same_both_ways(book)
    with session(book) as work:
        assert work.open_day(dt.date(2022, 3, 4)) == dt.date(2022, 3, 4)
    seal(book, MARCH, APRIL)
    assert [link.file for link in chain_of(book).links[-2:]] == [
        "2022/2022-03.seal-3.json",
        "2022/2022-04.seal-2.json",
    ]


@pytest.mark.parametrize(
    ("month", "reason", "by", "words"),
    [
        (MARCH, "x", ("A. Leitung", " a.  LEITUNG"), "Zwei verschiedene Personen müssen öffnen"),
        (MARCH, "x", ("A. Leitung", " "), "Es fehlt, wer öffnet"),
        (MARCH, "\t", ("A", "B"), "Es fehlt, warum der Monat wieder geöffnet wird"),
        (MARCH, "x" * 2001, ("A", "B"), "Der Text ist zu lang"),
        (MAY, "x", ("A", "B"), "Der Monat 2022-05 ist nicht abgeschlossen"),
    ],
)
def test_reopening_lightly_is_refused(
    month: BookingMonth, reason: str, by: tuple[str, str], words: str, tmp_path: Path
) -> None:
    book = sealed_copy(tmp_path)
    before = tree(book.root)
    with pytest.raises(UsageError, match=words):
        reopen(book, month, reason=reason, by=by, today=MAY.last_day)
    assert tree(book.root) == before


# ------------------------------------------------------------------------------------------------- command line


def test_the_command_says_what_to_keep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = posted_three(tmp_path)
    remarks = tmp_path / "bemerkungen.txt"
    remarks.write_text("KKD-B01=bewilligt\n\n", encoding="utf-8")
    words = ("close", book.root, "2022-02", "--by", BY, "--today", "2022-03-01")
    assert kkd(*words, "--comments", remarks) == 0
    [link] = chain_of(book).links
    assert capsys.readouterr().out == (
        "Archiv – Bücher von Adorf\n"
        "Monat 2022-02 ist abgeschlossen (Glied 1, 2022/2022-02.seal.json).\n"
        f"  SHA-256 des Nachweises: {link.sha256}\n"
        "  Bewahren Sie diese Zahl außerhalb des Buchs auf: `kkd check BUCH --seal ZAHL` prüft dagegen.\n"
        "Nicht gebraucht: Bemerkung zu KKD-B01\n"
    )
    assert kkd("check", book.root, "--seal", f"{link.sha256[:32].upper()} {link.sha256[32:]}") == 0
    anchored = "Die aufbewahrte Prüfsumme ist die von Glied 1, 2022/2022-02.seal.json; es ist das letzte"
    assert anchored in capsys.readouterr().out
    assert kkd("check", book.root, "--seal", "0" * 64, "--full") == 1
    assert "KKD-S03" in capsys.readouterr().out


def test_the_command_lists_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = broken_book("KKD-B01", tmp_path)
    assert kkd("close", root, "2022-02", "--by", BY, "--today", "2022-03-01") == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1] == "Monat 2022-02 kann noch nicht abgeschlossen werden:"
    assert out[3].startswith("    KKD-B01 (beanstandung) Ansatz überschritten. Lassen Sie ")
    assert out[-1] == (
        "  Muss es so bleiben, genügt nach einer Prüfung eine Bemerkung: --comment KKD-B01=GRUND"
    )
    for words in (("--comment", "KKD-B01"), ("--comments", tmp_path / "nichts"), ("--comment", "=x")):
        assert kkd("close", root, "2022-02", "--by", BY, *words) == 2
    assert kkd("close", root, "2022-14", "--by", BY) == 2


def test_an_act_that_says_something_else_hinders_the_close(tmp_path: Path) -> None:
    book = posted_three(tmp_path, "amt")
    path = book.month_file(FEBRUARY)
    replace_once(path, '"L. Beispiel" "" 2022-02-15', '"L. Beispiel" "" 2022-02-14')
    open_month(book, MARCH)
    done = close(book, FEBRUARY, by=BY, today=MARCH.first_day)
    assert done.seal is None
    assert "KKD-Z10" in {one.kind.code for one in done.hindrances}
