"""kkd status: a job that was silent, a statement that is missing, suspense that ages; each by status and words."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.store.journal import writing
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from tests.samples import replace_once, sample_books, three_parties

AGE = "35d"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "landkreis"


def told(book: Path, today: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Return the exit status and the troubles, without title, work within its time, advice and findings."""
    status, lines = said(book, today, capsys)
    return status, [line for line in lines if not line.startswith(("Offen: ", "Zu tun: "))]


def said(book: Path, today: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    capsys.readouterr()
    status = main(["status", str(book), "--max-age", AGE, "--today", today])
    lines = capsys.readouterr().out.partition("  Feststellungen: ")[0].splitlines()
    return status, [line.removeprefix("  ") for line in lines[1:]]


def test_a_job_that_was_silent(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(county / "inbox")
    assert told(county, "2024-04-04", capsys) == (0, [])
    assert told(county, "2024-04-05", capsys) == (
        1,
        ["Der letzte Kontoauszug endet am 29.02.2024, vor 36 Tagen (erlaubt: 35)."],
    )


def test_files_that_nobody_took_and_none_is_missing(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(county, "2024-04-02", capsys) == (
        1,
        ["Im Posteingang warten 2 Dateien: 2024-03.xml, 2024-04.xml."],
    )


def test_a_statement_that_is_missing(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (county / "inbox/2024-03.xml").unlink()
    main(["month", str(county), "2024-04", "--today", "2024-04-30"])
    assert told(county, "2024-04-02", capsys) == (
        1,
        [
            "Im Posteingang wartet eine Datei: 2024-04.xml.",
            "Vermutlich fehlt ein Auszug: 2024-04.xml beginnt am 01.04.2024 mit 459.529,99 EUR; "
            "kein vorliegender endet damit.",
        ],
    )


def test_unclear_money_ages_from_day_to_day(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(county / "book.toml", "unclear_days_max = 60", "unclear_days_max = 30")
    (county / "inbox/2024-04.xml").unlink()
    main(["month", str(county), "2024-03", "--today", "2024-03-31"])

    def aged(today: str, command: str = "status") -> tuple[int, list[str]]:
        capsys.readouterr()
        status = main([command, str(county), "--today", today, "--json"])
        found = json.loads(capsys.readouterr().out)["findings"]
        return status, [one["text"].partition(": ")[2] for one in found if one["code"] == "KKD-O04"]

    first, second = "18.766,68 EUR vom 12.03.2024", "250,00 EUR vom 20.03.2024"
    assert aged("2024-04-11")[1] == []
    assert aged("2024-04-12") == (1, [first])
    main(["open", str(county), "2024-04"])
    main(["open", str(county), "2024-05"])
    assert aged("2024-04-19", "check")[1] == [first, second], "no day before the newest month begins"
    replace_once(county / "book.toml", "unclear_days_max = 30", "unclear_days_max = 60")
    assert aged("2024-05-02")[1] == aged("2024-05-11")[1] == []
    assert aged("2024-05-11", "check") == (0, [])
    assert aged("2024-05-12", "check")[1] == aged("2024-05-12")[1] == [first]
    assert aged("2024-06-20", "check") == (1, [first, second])


def test_a_book_that_has_never_seen_a_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = three_parties(tmp_path) / "amt"
    open_month(load_book(book), BookingMonth(2022, 2))
    never = "Es wurde noch kein Kontoauszug gebucht."
    assert said(book, "2022-02-15", capsys) == (
        1,
        [never, "Zu tun: Prüfen Sie, ob die Bank liefert und der Monatslauf läuft."],
    )


def test_a_book_whose_newest_month_is_sealed(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(county / "inbox")
    for month in ("2023-10", "2023-11", "2023-12", "2024-01", "2024-02"):
        main(["close", str(county), month, "--by", "S. Muster", "--today", "2024-03-01"])
    assert (county / "2024/2024-02.seal.json").exists()
    assert told(county, "2024-04-04", capsys) == (0, [])


def test_several_troubles_at_once_each_with_what_to_do(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = county / "inbox"
    (inbox / "2024-03.xml").unlink()
    (inbox / "halb.xml").write_text("<Document>", encoding="utf-8")
    main(["month", str(county), "2024-03", "--today", "2024-03-31"])
    status, lines = said(county, "2024-05-01", capsys)
    assert (status, [line.partition(":")[0] for line in lines]) == (
        1,
        [
            "Der letzte Kontoauszug endet am 29.02.2024, vor 62 Tagen (erlaubt",
            "Im Posteingang wartet eine Datei",
            "Vermutlich fehlt ein Auszug",
            "Abgelehnt (inbox/rejected/halb.xml)",
            "Überfällig sind 16 Forderungen",
            "Offen",
            "Zu tun",
            "Zu tun",
            "Zu tun",
            "Zu tun",
            "Zu tun",
            "Zu tun",
        ],
    )
    assert lines[3].startswith("Abgelehnt (inbox/rejected/halb.xml): halb.xml: Zeile 1")
    assert lines[9] == (
        "Zu tun: Ist eine abgelehnte Datei ersetzt, so entfernen Sie sie samt Grund aus inbox/rejected/; ersetzt "
        "die Bank sie nicht, so entscheidet `kkd decide BUCH --file DATEI`."
    )


def test_what_no_run_takes_is_told_and_what_is_being_written_is_not(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(county / "inbox")
    inbox = county / "inbox"
    for folder in ("rejected", "klaerung", "neu\x1b[2J"):
        (inbox / folder).mkdir(parents=True)
    os.mkfifo(inbox / "rohr.xml")
    (inbox / "tot.xml").symlink_to("/gibt/es/nicht")
    today = 1_712_016_000  # 2 April 2024
    for name, age_days in ((".gitkeep", 90), ("a.part", 1), ("b.part", 2), ("c.tmp", 0)):
        (inbox / name).write_bytes(b"")
        os.utime(inbox / name, (today - age_days * 86_400,) * 2)
    assert told(county, "2024-04-02", capsys) == (
        1,
        ["Im Posteingang liegt, was kein Lauf nimmt: b.part, neu [2J, rohr.xml, tot.xml."],
    )


def test_an_inbox_that_is_no_folder(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(county / "inbox")
    (county / "inbox").symlink_to("/gibt/es/nicht")
    trouble = f"{county}/inbox ist eine Verknüpfung: Dort wird nichts gelesen und nichts weggenommen."
    assert told(county, "2024-04-02", capsys) == (1, [trouble])
    (county / "inbox").unlink()
    (county / "inbox").write_bytes(b"")
    trouble = f"{county}/inbox ist kein Ordner: Dort kommt nichts an."
    assert told(county, "2024-04-02", capsys) == (1, [trouble])


def test_many_files_are_counted_and_some_named(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(county / "inbox")
    (county / "inbox").mkdir(exist_ok=True)
    for number in range(12):
        (county / f"inbox/{number:02}.xml").write_bytes(b"x")
    _, lines = told(county, "2024-04-02", capsys)
    assert lines == [
        "Im Posteingang warten 12 Dateien: 00.xml, 01.xml, 02.xml, 03.xml, 04.xml und 7 weitere."
    ]


def test_reasons_are_told_on_one_line_also_where_somebody_has_added_to_them(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(county / "inbox")
    aside = county / "inbox/rejected"
    aside.mkdir(parents=True)
    (aside / "a.xml.grund.txt").write_bytes("a.xml: gefunden: 1\nnachgefragt, Müller\n".encode("latin-1"))
    assert told(county, "2024-04-02", capsys) == (
        1,
        ["Abgelehnt (inbox/rejected/a.xml): a.xml: gefunden: 1; nachgefragt, M\N{REPLACEMENT CHARACTER}ller"],
    )


def test_status_writes_nothing_and_does_not_wait_for_a_run(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with writing(county):
        before = [(path, path.lstat().st_mtime_ns) for path in sorted(county.rglob("*"))]
        assert main(["status", str(county), "--today", "2024-04-02", "--json"]) == 1
        assert [(path, path.lstat().st_mtime_ns) for path in sorted(county.rglob("*"))] == before
    data = json.loads(capsys.readouterr().out)
    assert data["troubles"] == ["Im Posteingang warten 2 Dateien: 2024-03.xml, 2024-04.xml."]
    assert len(data["advice"]) == 2


@pytest.mark.parametrize("age", ["", "d", "-1", "35t", "3.5d", "٣d", "3651d", "9" * 5000, "1e3"])
def test_an_age_that_is_none(county: Path, capsys: pytest.CaptureFixture[str], age: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["status", str(county), f"--max-age={age}"])
    assert ended.value.code == 2
    assert "ist kein Alter; erlaubt: Tage bis 3650d, zum Beispiel 35d" in capsys.readouterr().err


def test_a_booked_statement_that_is_not_in_the_archive(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, archive = county / "inbox", county / "archive"
    with zipfile.ZipFile(inbox / "alle.zip", "w") as container:
        for name in ("2024-03.xml", "2024-04.xml"):
            container.write(inbox / name, name)
            (inbox / name).unlink()
    main(["month", str(county), "2024-04", "--today", "2024-04-30"])
    assert told(county, "2024-05-01", capsys) == (0, [])
    (zipped,) = archive.glob("*.zip")
    zipped.rename(county / "beiseite.zip")
    assert told(county, "2024-05-01", capsys) == (
        1,
        ["In archive/ fehlen 2 Auszüge, der erste bis 31.03.2024, der letzte bis 30.04.2024."],
    )
    (county / "beiseite.zip").rename(zipped)
    min(archive.glob("*.xml")).unlink()
    assert said(county, "2024-05-01", capsys) == (
        1,
        [
            "In archive/ fehlt der Auszug bis 31.12.2023.",
            "Offen: Ungeklärt sind 2 Zahlungen: Eingang 19.016,68 EUR; die älteste vom 12.03.2024.",
            "Zu tun: Holen Sie die Datei aus der Sicherung zurück nach archive/.",
            "Zu tun: `kkd clear BUCH --list` zeigt ungeklärtes Geld, `kkd clear` ordnet es zu.",
        ],
    )
    shutil.rmtree(archive)
    assert "In archive/ fehlen 5 Auszüge" in told(county, "2024-05-01", capsys)[1][0]


def test_a_folder_for_refused_files_that_is_none(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(county / "inbox")
    (county / "inbox").mkdir(exist_ok=True)
    (county / "inbox/rejected").symlink_to(county.parent)
    (county / "inbox/klaerung").write_bytes(b"x")
    _, lines = told(county, "2024-04-02", capsys)
    assert lines[-1] == "Im Posteingang liegt, was kein Lauf nimmt: rejected."
    assert lines[0] == "Im Posteingang wartet eine Datei: klaerung."


def work(book: Path, today: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], list[str]]:
    capsys.readouterr()
    status = main(["status", str(book), "--today", today, "--json"])
    data = json.loads(capsys.readouterr().out)
    return status, data["troubles"], data["work"]


def test_what_waits_in_the_books_is_told_and_never_nothing_to_do(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (county / "inbox/2024-04.xml").unlink()
    main(["month", str(county), "2024-03", "--today", "2024-03-31"])
    suspense = "Ungeklärt sind 2 Zahlungen: Eingang 19.016,68 EUR; die älteste vom 12.03.2024."
    late = "Überfällig sind 2 Forderungen: 13.512,99 EUR, die älteste seit 15.03.2024 (Gladenbach, Stadt; Lohra)."
    assert work(county, "2024-03-31", capsys) == (0, [], [suspense, late])
    too_late = late.replace(" (Gladenbach", ", das sind 31 Tage (erlaubt: 30) (Gladenbach")
    assert work(county, "2024-04-15", capsys) == (1, [too_late], [suspense])
    _, lines = said(county, "2024-03-31", capsys)
    assert lines[:2] == [f"Offen: {suspense}", f"Offen: {late}"]
    assert not any("nichts zu tun" in line for line in lines)


def test_a_member_is_told_what_it_has_to_pay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = sample_books(tmp_path) / "biedenkopf"
    shutil.rmtree(town / "inbox")
    assert work(town, "2024-03-15", capsys) == (0, [], [])
    _, lines = said(town, "2024-03-15", capsys)
    assert "Alles in Ordnung: nichts zu tun." in "".join(lines) or lines == []
    owed = "Überfällig ist 1 Zahlung an die Betreiberin: 15.555,30 EUR, die älteste seit 15.03.2024."
    assert work(town, "2024-03-16", capsys) == (0, [], [owed])


def test_what_a_run_is_still_to_pay_is_not_to_be_paid_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = sample_books(tmp_path) / "biedenkopf"
    shutil.rmtree(town / "inbox")
    run = ("--on", "2024-03-18", "--prepared-by", "K. Kasse", "--released-by", "B. Buch")
    assert main(["pay", str(town), *run, "--today", "2024-03-14"]) == 0
    capsys.readouterr()
    _, lines = said(town, "2024-03-16", capsys)
    assert any(
        line.endswith("Das steht in einem Lauf (15.555,30 EUR), den noch kein Kontoauszug zeigt.")
        for line in lines
    )
    assert not any("schreibt die Zahldatei" in line for line in lines)
    assert any("zeigt ihn der nächste Kontoauszug" in line for line in lines)


def test_an_open_month_without_a_statement_is_told_before_its_close(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(county / "inbox")
    open_month(load_book(county), BookingMonth(2024, 3))
    lacking = "Offen: Kein Kontoauszug für 2024-03: der letzte endet am 29.02.2024 (KKD-T08)."
    assert lacking not in said(county, "2024-03-31", capsys)[1]  # the month is not over
    status, lines = said(county, "2024-04-01", capsys)
    assert (status, lacking in lines) == (0, True)
    assert any("--comment KKD-T08=GRUND" in line for line in lines)
