"""What a person with an editor can change in a book, one change each: `kkd check --full` names the file, and what.

The book is the county's sample with all months booked; each change is made on a copy of it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.certificate import Certificate, read, write
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_REFUSED
from kkd_ledger.strict_json import canonical
from tests.samples import sample_books

Change = Callable[[Path], object]
APRIL, MARCH = "2024/2024-04.beancount", "2024/2024-03.beancount"
CERTIFICATE, BEFORE = "2024/2024-04.bank.json", "2024/2024-03.bank.json"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both books of the sample with all that waits booked."""
    folder = sample_books(tmp_path_factory.mktemp("tampering"))
    for name in ("landkreis", "biedenkopf"):
        assert main(["month", str(folder / name), "--all", "--today", "2024-04-30"]) == 0
    return folder


def text(file: str, old: str, new: str, count: int = -1) -> Change:
    """Replace text in a file."""

    def change(book: Path) -> None:
        path = book / file
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new, count), encoding="utf-8")

    return change


def both(*changes: Change) -> Change:
    """Make several changes, as somebody does who knows the books."""
    return lambda book: [change(book) for change in changes]


def last_entry(file: str) -> Change:
    """Take the last entry out of a month."""

    def change(book: Path) -> None:
        entries = (book / file).read_bytes().rstrip(b"\n").split(b"\n\n")
        last = max(at for at, entry in enumerate(entries) if b"  nr: " in entry)
        (book / file).write_bytes(b"\n\n".join(entries[:last] + entries[last + 1 :]) + b"\n")

    return change


def last_twice(file: str) -> Change:
    """Write the last entry of a month again, under the next number."""

    def change(book: Path) -> None:
        content = (book / file).read_text(encoding="utf-8")
        entry = [one for one in content.rstrip("\n").split("\n\n") if "  nr: " in one][-1]
        number = int(re.findall(r'nr: "2024-(\d+)"', content)[-1])
        again = re.sub(r'nr: "[^"]+"', f'nr: "2024-{number + 1:06}"', entry)
        (book / file).write_text(f"{content}\n{again}\n", encoding="utf-8")

    return change


def in_certificate(change: Callable[[dict[str, Any]], object], file: str = CERTIFICATE) -> Change:
    """Change a certificate's data and write it in the form."""

    def made(book: Path) -> None:
        data = json.loads((book / file).read_bytes())
        change(data)
        (book / file).write_bytes(canonical(data))

    return made


def line(**facts: Any) -> Change:
    """Change facts of the last certified line, the counts of fates with it."""

    def change(data: dict[str, Any]) -> None:
        held = data["zeilen"][-1]
        statement = next(one for one in data["auszuege"] if one["schluessel"] == held["auszug"])
        statement[held["ergebnis"]] -= 1
        held |= facts
        statement[held["ergebnis"]] += 1

    return in_certificate(change)


def dropped_line(data: dict[str, Any]) -> None:
    held = data["zeilen"].pop()
    statement = next(one for one in data["auszuege"] if one["schluessel"] == held["auszug"])
    statement[held["ergebnis"]] -= 1
    statement["bekannt"] += 1


def archived(book: Path, file: str = CERTIFICATE) -> Path:
    """Return the bank's file that a certificate names first."""
    named: Certificate = read((book / file).read_bytes(), file)
    (path,) = (book / "archive").glob(f"{named.statements[0].sha256}.*")
    return path


def paper(change: Callable[[Path], object]) -> Change:
    """Do something with April's file in the archive."""
    return lambda book: change(archived(book))


def replaced_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "anderswo")


def linked_elsewhere(path: Path) -> None:
    other = path.parents[2] / "other.xml"
    shutil.move(path, other)
    path.symlink_to(other)


def renamed(path: Path) -> None:
    path.rename(path.with_name(f"{path.stem}.alt{path.suffix}"))


def retold(old: bytes, new: bytes) -> Change:
    """Change the bank's file, put it under its new hash, and let the certificate name that."""

    def change(book: Path) -> None:
        from hashlib import sha256

        path = archived(book)
        content = path.read_bytes()
        assert old in content
        after = content.replace(old, new)
        name = sha256(after).hexdigest()
        path.with_name(f"{name}{path.suffix}").write_bytes(after)
        text(CERTIFICATE, path.stem, name)(book)
        path.unlink()

    return change


def another_statement(book: Path) -> None:
    old, new = archived(book), archived(book, BEFORE)
    text(CERTIFICATE, old.stem, new.stem)(book)
    old.unlink()


def gone_with_its_file(book: Path) -> None:
    """The month before: its certificate, its file, its entries stay."""
    archived(book, BEFORE).unlink()
    (book / BEFORE).unlink()


def added(file: str, content: str) -> Change:
    """Write a new file."""

    def change(book: Path) -> None:
        (book / file).parent.mkdir(exist_ok=True)
        (book / file).write_text(content, encoding="utf-8")

    return change


def appended(file: str, content: str) -> Change:
    """Write something behind a file's end."""
    return lambda book: (book / file).write_bytes((book / file).read_bytes() + content.encode())


def own_as_foreign(book: Path) -> None:
    """A receipt on the own account is none of ours, and its entry is gone."""
    last_entry(APRIL)(book)
    line(ergebnis="nicht-kkd", nr="", regel="steuern", gruende=["Regel steuern"])(book)


def swapped_numbers(data: dict[str, Any]) -> None:
    first, second = data["zeilen"][-2:]
    first["nr"], second["nr"] = second["nr"], first["nr"]


def moved_statement(data: dict[str, Any]) -> None:
    data["auszuege"][0]["von"] = "2024-04-02"


def less_in_all(data: dict[str, Any]) -> None:
    for key, value in (("umsatz", "12512.99"), ("ende", "472042.98")):
        data["auszuege"][0][key] = value
    next(one for one in data["zeilen"] if one["betrag"] == "7132.41")["betrag"] = "6132.41"


KINDS: dict[str, tuple[Change, str]] = {
    # the ledger alone
    "amount of a payment": (text(APRIL, "7132.41", "6132.41"), "ist 6.132,41 EUR, im Nachweis 7.132,41 EUR"),
    "a payment taken out": (last_entry(APRIL), "die Bücher haben keine Buchung dieser Zeile"),
    "a payment booked twice": (last_twice(APRIL), "dieselbe Bankzeile bucht schon"),
    "number of a payment": (text(APRIL, '"2024-000043"', '"2024-000044"'), "Nummer in"),
    "bank line of a payment": (
        text(APRIL, 'bankref: "1:r-', 'bankref: "1:r-f', 1),
        "steht auf keinem Nachweis",
    ),
    "a payment without its bank line": (
        lambda book: (book / APRIL).write_text(
            re.sub(r'  bankref: "[^"]*"\n', "", (book / APRIL).read_text(encoding="utf-8")), encoding="utf-8"
        ),
        "nennt keine Bankzeile",
    ),
    "kind of a payment": (
        text(APRIL, 'buchungsart: "zahlung"', 'buchungsart: "ungeklaert"', 1),
        "buchungsart",
    ),
    "money in suspense": (
        both(
            text(MARCH, " 250.00 EUR", " 150.00 EUR"),
            text(MARCH, " -250.00 EUR", " -150.00 EUR"),
            text(APRIL, "459529.99", "459429.99"),
        ),
        "Betrag in",
    ),
    "the last entry that is no payment": (
        both(
            text("main.beancount", "2024-000043", "2024-000099"),
        ),
        "KKD-T05",
    ),
    # the certificate alone
    "a certificate gone": (lambda book: (book / CERTIFICATE).unlink(), "steht auf keinem Nachweis"),
    "number on the certificate": (line(nr="2024-000042"), "Nummer in"),
    "no number on the certificate": (line(nr=""), "im Nachweis "),
    "amount on the certificate": (line(betrag="7132.42"), "Betrag in"),
    "day on the certificate": (line(tag="2024-04-01"), "Buchungstag der Bank in"),
    "fate on the certificate": (line(ergebnis="ungeklärt"), "„ungeklärt“"),
    "foreign on the certificate": (line(ergebnis="nicht-kkd"), "„nicht-kkd“, gebucht ist sie"),
    "waiting on the certificate": (line(ergebnis="wartet"), "„wartet“, gebucht ist sie"),
    "numbers swapped": (in_certificate(swapped_numbers), "Nummer in"),
    "a line dropped": (in_certificate(dropped_line), "steht auf keinem Nachweis"),
    "a statement's day": (
        in_certificate(moved_statement),
        "erster Tag im Nachweis 02.04.2024, im Archiv 01.04.2024",
    ),
    "a statement's account": (
        in_certificate(lambda data: data["auszuege"][0].update(konto="DE00")),
        "Konto im Nachweis DE00",
    ),
    "a statement's number": (
        in_certificate(lambda data: data["auszuege"][0].update(nummer=99)),
        "Nummer im Nachweis 99",
    ),
    "a statement's format": (
        in_certificate(lambda data: data["auszuege"][0].update(art="MT940")),
        "Format im Nachweis",
    ),
    "a statement's content": (
        in_certificate(lambda data: data["auszuege"][0].update(inhalt="1:i-0")),
        "Schlüssel des Inhalts",
    ),
    "a statement's key": (text(CERTIFICATE, '"1:a-', '"1:a-f'), "steht nicht in archive/"),
    "an unknown fact": (in_certificate(lambda data: data.update(bemerkung="x")), "'bemerkung'"),
    "another month": (in_certificate(lambda data: data.update(monat="2024-03")), "2024-04, der Monat"),
    "not a certificate": (lambda book: (book / CERTIFICATE).write_bytes(b"{}"), CERTIFICATE),
    # both of them
    "a receipt made less in both": (
        both(text(APRIL, "7132.41", "6132.41"), in_certificate(less_in_all)),
        "Umsätze im Nachweis 12.512,99 EUR, im Archiv 13.512,99 EUR",
    ),
    "an own receipt called foreign": (own_as_foreign, "auf einem eigenen Konto"),
    "a payment and its line gone": (
        both(last_entry(APRIL), in_certificate(dropped_line)),
        "7.132,41 EUR vom",
    ),
    # the archive
    "a statement gone": (paper(Path.unlink), "fehlt"),
    "a statement emptied": (paper(lambda path: path.write_bytes(b"")), "hat nicht den Inhalt"),
    "a statement's byte": (
        paper(lambda path: path.write_bytes(path.read_bytes() + b" ")),
        "hat nicht den Inhalt",
    ),
    "a folder in its place": (paper(replaced_by_folder), "fehlt"),
    "a link to nowhere": (paper(replaced_by_link), "fehlt"),
    "a link to another place": (paper(linked_elsewhere), "fehlt"),
    "a name of more parts": (paper(renamed), "fehlt"),
    "another statement named": (another_statement, "steht nicht in archive/"),
    "another amount by the bank": (retold(b"7132.41", b"7132.40"), "im Archiv"),
    "another day by the bank": (retold(b"2024-04-30", b"2024-04-29"), "Archiv"),
    "a statement that no certificate knows": (gone_with_its_file, "steht auf keinem Nachweis"),
    # the months
    "a month not included": (
        text("main.beancount", 'include "2024/2024-04.beancount"\n', ""),
        "nennt diesen Monat nicht",
    ),
    "a month laid beside": (
        lambda book: shutil.copy(book / APRIL, book / "2024/2024-05.beancount"),
        "2024/2024-05.beancount:1: main.beancount nennt diesen Monat nicht",
    ),
    "a certificate laid beside": (
        lambda book: (book / "2024/2024-05.bank.json").write_bytes(
            write(read((book / CERTIFICATE).read_bytes(), ""))
        ),
        "2024/2024-05.bank.json",
    ),
    "a file in a year": (added("2024/notiz.txt", "x"), "2024/notiz.txt"),
    "a folder in a year": (lambda book: (book / "2024/x").mkdir(), "2024/x"),
    "a copy of a month": (
        lambda book: shutil.copy(book / APRIL, book / "2024/2024-04.beancount.bak"),
        ".bak",
    ),
    "a comment": (appended(APRIL, "\n; Absprache\n"), "; Absprache"),
    "a heading": (appended(APRIL, "\n* Kapitel\n"), "* Kapitel"),
    "a plugin": (appended(APRIL, '\nplugin "beancount.plugins.auto"\n'), "plugin"),
    "an option": (
        lambda book: (book / APRIL).write_bytes(
            b'option "insert_pythonpath" "true"\n' + (book / APRIL).read_bytes()
        ),
        "insert_pythonpath",
    ),
    "an include": (appended(APRIL, '\ninclude "x.beancount"\n'), "include"),
    "carriage returns": (
        lambda book: (book / APRIL).write_bytes((book / APRIL).read_bytes().replace(b"\n", b"\r\n")),
        APRIL,
    ),
    "no line feed at the end": (
        lambda book: (book / APRIL).write_bytes((book / APRIL).read_bytes()[:-1]),
        APRIL,
    ),
    "a byte order mark": (
        lambda book: (book / APRIL).write_bytes(b"\xef\xbb\xbf" + (book / APRIL).read_bytes()),
        APRIL,
    ),
    "an option in the top file": (
        appended("main.beancount", 'option "insert_pythonpath" "true"\n'),
        "insert_pythonpath",
    ),
    # code
    "a module beside the book": (added("sitecustomize.py", "x"), "Programmtext"),
    "a package in the book": (added("kkd_ledger/__init__.py", "x"), "Programmtext"),
    "a module in a year": (added("2024/kkd_ledger.py", "x"), "2024/kkd_ledger.py"),
}


@pytest.mark.parametrize("how", KINDS)
def test_a_change_is_told_with_its_place(
    how: str, books: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, words = KINDS[how]
    book = Path(shutil.copytree(books, tmp_path / "books", symlinks=True)) / "landkreis"
    change(book)
    capsys.readouterr()
    status = main(["check", str(book), "--full", "--today", "2024-04-30"])
    told = "".join(capsys.readouterr())
    assert status in {EXIT_FINDINGS, EXIT_REFUSED}, told
    assert words in told


def test_an_untouched_book_says_nothing(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for name in ("landkreis", "biedenkopf"):
        for words in ((), ("--full",)):
            assert main(["check", str(books / name), *words, "--today", "2024-04-30"]) == 0
    assert "KKD-T" not in capsys.readouterr().out


def test_bean_check_is_run_only_behind_a_check_that_found_no_foreign_text(
    books: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beancount runs a package beside a month's file that asks for it; `kkd check` names it and runs nothing."""
    book = Path(shutil.copytree(books, tmp_path / "books")) / "landkreis"
    trace = tmp_path / "was-run"
    package = book / "2024" / "kkd_ledger"
    (package / "plugins").mkdir(parents=True)
    for folder in (package, package / "plugins"):
        (folder / "__init__.py").write_text(
            f"open({str(trace)!r}, 'w')\n__plugins__ = ()\n", encoding="utf-8"
        )
    content = (book / APRIL).read_bytes()
    (book / APRIL).write_bytes(b'option "insert_pythonpath" "true"\n' + content)
    kkd, bean_check = (Path(sys.executable).parent / name for name in ("kkd", "bean-check"))
    told = subprocess.run([kkd, "check", book], cwd=book, capture_output=True, text=True, check=False)
    assert told.returncode == EXIT_FINDINGS
    assert "KKD-T03" in told.stdout
    assert "KKD-T04" in told.stdout
    assert not trace.exists()
    subprocess.run([bean_check, book / "main.beancount"], cwd=book, capture_output=True, check=False)
    assert trace.exists(), "otherwise the docs need not say to run kkd check first"
    trace.unlink()
    (book / APRIL).write_bytes(content)
    subprocess.run([bean_check, book / "main.beancount"], cwd=book, capture_output=True, check=True)
    assert not trace.exists()
