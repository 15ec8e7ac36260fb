"""Hostile files in the inbox: each is set aside with its reason, and the good one beside them is booked."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest

from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Open, Transaction
from kkd_ledger.cli import main
from tests.bank.writing import PAYER, camt, line, mt940, statement
from tests.samples import by_us, posted_three

OWN = "DE09999999999900100000"
OTHER = "DE75999999990065340010"


def march(*cents: int, text: str = "Umlage", account: str = OWN, number: int = 1) -> Statement:
    day = dt.date(2022, 3, 15)
    lines = [line(each, booking_day=day, value_day=day, remittance=text, iban=PAYER) for each in cents]
    return statement(*lines, account=account, sequence=number)


GOOD = camt(march(886_925, -150)).decode()
STA = mt940(march(886_925, -150))


def zipped(*files: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files:
            container.writestr(name, content)
    return held.getvalue()


BAD: dict[str, tuple[str | bytes, str]] = {
    "doctype.xml": (
        GOOD.replace("<Document", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Document', 1),
        "<!DOCTYPE …> (Dokumenttyp)",
    ),
    "tief.xml": (
        GOOD.replace("<NtryDtls>", "<NtryDtls>" + "<a>" * 300 + "</a>" * 300, 1),
        "zu tief verschachteltes",
    ),
    "lang.xml": (GOOD.replace("<Ustrd>Umlage", "<Ustrd>" + "x" * 20_001, 1), "'20001 Zeichen'"),
    "zeichensatz.xml": (GOOD.replace('"UTF-8"', '"EBCDIC-CP-US"'), "Zeichensatz EBCDIC-CP-US"),
    "bytes.xml": (
        GOOD.replace("Umlage", "Anteil Münster").encode("latin-1"),
        "Bytes, die nicht zum angegebenen",
    ),
    "stellen.xml": (
        GOOD.replace("8869.25", "8869.25001"),
        "'8869.25001'; erlaubt: höchstens zwei Nachkommastellen",
    ),
    "vorzeichen.xml": (
        GOOD.replace("8869.25", "-8869.25"),
        "'-8869.25'; erlaubt: ein Betrag wie 1234.56 ohne Vorzeichen",
    ),
    "riesig.xml": (GOOD.replace("8869.25", "1000000000000.01"), "höchstens 1.000.000.000.000,00"),
    "dollar.xml": (
        GOOD.replace('Ccy="EUR"', 'Ccy="USD"').replace("<Ccy>EUR", "<Ccy>USD"),
        "Währung USD; erlaubt: EUR",
    ),
    "dollarzeile.xml": (
        GOOD.replace('<Ntry><Amt Ccy="EUR"', '<Ntry><Amt Ccy="USD"', 1),
        "Umsätze in USD; erlaubt: Umsätze in EUR",
    ),
    "konto.xml": (camt(march(100, account=OTHER)), f"Konto {OTHER}; erlaubt: Konto {OWN}"),
    "saldo.xml": (GOOD.replace("8867.75", "8867.76", 1), "Anfangssaldo + Umsätze = Endsaldo"),
    "cut.xml": (GOOD[: len(GOOD) // 2], "fehlerhaftes oder abgeschnittenes XML"),
    "leer.xml": (b"", "eine leere Datei"),
    "null.sta": (STA.replace("Umlage", "Um\0lage"), "eine Binärdatei"),
    "cut.sta": (STA[: STA.index(":62F:")], "Anfangs- oder Endsaldo fehlt"),
    "lang.sta": (STA.replace("SVWZ+Umlage", "SVWZ+" + "y" * 30_000), "'mehr als 20000 Zeichen'"),
    "stellen.sta": (STA.replace("8869,25", "8869,25001"), "höchstens zwei Nachkommastellen"),
    "bombe.zip": (zipped(("a.xml", b" " * 30_000_000)), "zu stark verdichtet oder zu groß"),
    "nest.zip": (zipped(("b.zip", zipped(("a.xml", GOOD.encode())))), "ein Archiv im Archiv"),
    "halb.zip": (zipped(("a.xml", GOOD.encode()))[:200], "ein beschädigtes ZIP-Archiv"),
    "liesmich.zip": (
        zipped(("a.xml", GOOD.encode()), ("lies.txt", b"Hallo")),
        "lies.txt: Zeile 1: gefunden: 'Hallo'",
    ),
    "seite.xml": ("<html><body>Anmelden</body></html>", "kein Kontoauszug (Wurzel html)"),
}


def test_every_hostile_file_is_set_aside_with_its_reason_and_the_good_one_is_booked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posted_three(tmp_path, "amt")
    book = load_book(tmp_path / "amt")
    inbox = book.root / "inbox"
    inbox.mkdir(exist_ok=True)
    for name, (content, _) in BAD.items():
        (inbox / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    hostile = 'X"\n2022-03-15 open Aktiva:Fremd EUR\n2022-03-15 custom "x" "\\'
    (inbox / "gut.xml").write_bytes(camt(march(886_925, -150, text=hostile)))
    assert main(["month", str(book.root), "2022-03", "--today", "2022-03-31"]) == 3
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    aside = inbox / "rejected"
    reasons = {
        path.name.removesuffix(".grund.txt"): path.read_text("utf-8") for path in aside.glob("*.grund.txt")
    }
    assert set(reasons) == set(BAD)
    for name, (content, reason) in BAD.items():
        assert reason in reasons[name], reasons[name]
        assert "; erlaubt: " in reasons[name]
        assert (aside / name).read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert [path.name for path in inbox.iterdir()] == ["rejected"]
    records = read(book).records
    account = book.settings.bank.account
    moved = [
        leg.cents
        for one in records
        if isinstance(one, Transaction)
        for leg in one.postings
        if leg.account == account
    ]
    assert sorted(moved) == [-150, 886_925]
    assert not [one for one in records if isinstance(one, Open) and "Fremd" in one.account]
    assert not [finding for finding in by_us(book.root) if "(fehler)" in finding]
