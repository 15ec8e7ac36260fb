"""The importer of bank statements in beangulp's own command line and in a real Fava."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from beancount import loader
from beancount.parser import parser
from beangulp.extract import DUPLICATE

from importers.bank import BankImporter
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import IBAN, PAYER, camt, line, mt940, statement

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "importers" / "ingest.py"
LINES = (
    line(
        886_925, counterparty="Stadt Musterstadt", iban=PAYER, remittance='Kosten "2022"', end_to_end="E2E-1"
    ),
    line(-150, booking_text="ENTGELT"),
    line(-150, booking_text="ENTGELT"),
)
ROOTS = 'option "name_assets" "Aktiva"\noption "name_liabilities" "Passiva"\n'
ACCOUNTS = re.compile(r"^  ((?:Aktiva|Passiva):\S+)", re.MULTILINE)
EXTRACTED = f"""\
2023-11-15 ! "Stadt Musterstadt" "Kosten \\"2022\\""
  bankref: "1:f-1c9bdc19d8bd38ee81606c68-1"
  wertstellung: "2023-11-15"
  gegenkonto: "{PAYER}"
  ende-zu-ende: "E2E-1"
  Aktiva:Bank                           8869.25 EUR
  Passiva:Ungeklärte-Zahlungseingänge  -8869.25 EUR
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir(exist_ok=True)
    (tmp_path / "inbox" / "auszug.xml").write_bytes(camt(statement(*LINES)))
    (tmp_path / "inbox" / "brief.txt").write_text("kein Auszug")
    return tmp_path


def ingest(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "importers.ingest", *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "KKD_BOOK"}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=variables | environment, check=False
    )


def zipped(*contents: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as container:
        for number, content in enumerate(contents):
            container.writestr(f"{number}.xml", content)
    return held.getvalue()


def importer(iban: str = IBAN) -> BankImporter:
    return BankImporter("Aktiva:Bank", "Passiva:Unklar", "Aktiva:Unklar", iban)


def test_identify(folder):
    run = ingest("identify", "-v", "inbox", folder=folder)
    assert run.returncode == 0
    told = [row.strip() for row in (run.stdout + run.stderr).splitlines()]
    assert "kkd.bank.alle" in told
    assert "Aktiva:Bank" in told
    assert f"* {folder}/inbox/brief.txt" in told


def test_extract(folder):
    run = ingest("extract", "inbox", folder=folder)
    assert run.returncode == 0
    assert EXTRACTED in run.stdout
    assert "auszug.xml: 3 Umsätze, davon 0 bekannt" in run.stderr
    entries, errors, _ = parser.parse_string(ROOTS + run.stdout)
    assert (len(entries), errors) == (3, [])


def test_what_is_in_the_ledger_is_marked_and_true_twins_are_counted(folder):
    first = ingest("extract", "inbox", folder=folder).stdout
    opens = "".join(
        f"2020-01-01 open {account}\n"
        for account in (
            "Aktiva:Bank",
            "Passiva:Ungeklärte-Zahlungseingänge",
            "Aktiva:Ungeklärte-Zahlungsausgänge",
        )
    )
    one_twin_less = first[: first.rindex("\n2023-11-15 !")]
    (folder / "buch.beancount").write_text(ROOTS + opens + one_twin_less)
    assert loader.load_file(str(folder / "buch.beancount"))[1] == []
    run = ingest("extract", "-e", "buch.beancount", "inbox", folder=folder)
    assert "auszug.xml: 3 Umsätze, davon 2 bekannt" in run.stderr
    assert run.stdout.count("\n2023-11-15 !") == 1
    assert run.stdout.count("; duplicate of") == 2


def test_overlapping_files_of_one_run_are_counted_once(folder):
    (folder / "inbox" / "zwei.xml").write_bytes(camt(statement(*LINES[:2], identity="2", sequence=2)))
    run = ingest("extract", "inbox", folder=folder)
    assert run.stdout.count("\n2023-11-15 !") == 3


def test_archive_files_by_the_statements_last_day(folder):
    (folder / "archiv").mkdir()
    run = ingest("archive", "-o", "archiv", "inbox", folder=folder)
    assert run.returncode == 0
    assert [file.name for file in (folder / "archiv").rglob("*.xml")] == ["2023-11-15.auszug.xml"]


def test_a_damaged_file_is_an_error_and_not_silence(folder):
    file = folder / "inbox" / "auszug.xml"
    file.write_bytes(file.read_bytes()[:-20])
    run = ingest("extract", "inbox", folder=folder)
    assert run.returncode == 1
    assert "Kontoauszug abgelehnt" in run.stderr
    assert importer().date(str(file)) is None


def test_accounts_come_from_the_book(folder):
    run = ingest("identify", "-v", "inbox", folder=folder, KKD_BOOK=str(ROOT / "ledgers" / "landkreis"))
    told = [row.strip() for row in (run.stdout + run.stderr).splitlines()]
    assert f"kkd.bank.{IBAN}" in told
    assert "Aktiva:2800-Bank" in told


def test_another_accounts_statement_is_not_ours(folder):
    file = str(folder / "inbox" / "auszug.xml")
    assert importer().identify(file) is True
    assert importer(PAYER).identify(file) is False


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"<a/>", b"PK\x03\x04", b"%PDF-1.7", b":20:X\n:25:Y\n"]
)
def test_identify_never_raises(folder, content):
    file = folder / "x"
    file.write_bytes(content)
    assert importer().identify(str(file)) is False
    assert importer().identify(str(folder / "fehlt")) is False
    assert importer().identify(str(folder)) is False


def test_a_statement_that_does_not_add_up_is_refused(folder):
    file = folder / "x.xml"
    file.write_bytes(camt(statement(line(100), closing_cents=1)))
    with pytest.raises(StatementRefused):
        importer().extract(str(file), [])


def test_metadata_are_strings_and_every_leg_is_written(folder):
    for entry in importer().extract(str(folder / "inbox" / "auszug.xml"), []):
        told = {key: value for key, value in entry.meta.items() if key not in {"filename", "lineno"}}
        assert all(isinstance(value, str) for value in told.values())
        assert sum(posting.units.number for posting in entry.postings) == 0
        assert all(posting.units.number.as_tuple().exponent == -2 for posting in entry.postings)


def test_a_pending_line_is_not_imported(folder):
    file = folder / "x.xml"
    file.write_bytes(camt(statement(line(100), line(200, status="PDNG"))))
    assert len(importer().extract(str(file), [])) == 1


def test_a_plain_fava_loads_the_config_and_imports(folder, monkeypatch):
    from fava.core import FavaLedger

    monkeypatch.delenv("KKD_BOOK", raising=False)
    monkeypatch.chdir(folder)
    book = folder / "buch.beancount"
    book.write_text(
        'option "operating_currency" "EUR"\n'
        f'2020-01-01 custom "fava-option" "import-config" "{CONFIG}"\n'
        '2020-01-01 custom "fava-option" "import-dirs" "inbox"\n'
    )
    ledger = FavaLedger(str(book))
    assert (ledger.errors, ledger.ingest.errors) == ([], ())
    [auszug, brief] = ledger.ingest.import_data()
    assert [found.importer_name for found in auszug.importers] == ["kkd.bank.alle"]
    assert str(auszug.importers[0].date) == "2023-11-15"
    assert brief.importers == []
    entries = ledger.ingest.extract(str(folder / "inbox" / "auszug.xml"), "kkd.bank.alle")
    assert [str(entry.postings[0].units.number) for entry in entries] == ["8869.25", "-1.50", "-1.50"]


SAME_DAYS = statement(*LINES[:2], line(-700, booking_text="ENTGELT"), account=IBAN)
OTHER_FORMAT = statement(*LINES[:2], line(-700, booking_text="GEBUEHR"), account="99999999/6534000000")


@pytest.mark.parametrize("content", [camt(SAME_DAYS), mt940(OTHER_FORMAT).encode(), zipped(camt(SAME_DAYS))])
def test_every_format_is_read(folder, content):
    file = folder / "auszug"
    file.write_bytes(content)
    assert importer().identify(str(file)) is True
    assert str(importer().date(str(file))) == "2023-11-15"
    amounts = [entry.postings[0].units.number for entry in importer().extract(str(file), [])]
    assert [str(one) for one in amounts] == ["8869.25", "-1.50", "-7.00"]


def test_details_and_previews_beside_a_statement_do_not_hide_it(folder):
    preview = camt(SAME_DAYS).replace(b"camt.053", b"camt.052")
    preview = preview.replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt").replace(b"Stmt>", b"Rpt>")
    file = folder / "beides.zip"
    file.write_bytes(zipped(camt(SAME_DAYS), preview))
    assert len(importer().extract(str(file), [])) == 3
    file.write_bytes(preview)
    assert importer().identify(str(file)) is False
    assert importer().date(str(file)) is None


def test_a_day_that_another_format_told_is_known_as_a_whole(folder):
    first, second, third = folder / "a.xml", folder / "b.sta", folder / "c.sta"
    first.write_bytes(camt(SAME_DAYS))
    second.write_text(mt940(OTHER_FORMAT))
    third.write_text(mt940(statement(*LINES[:2], line(-800), account="99999999/6534000000")))
    known = importer().extract(str(first), [])
    again = importer().extract(str(second), known)
    importer().deduplicate(again, known)
    amounts = [(one.postings[0].units.number, one.meta[DUPLICATE].postings[0].units.number) for one in again]
    assert [mine == theirs for mine, theirs in amounts] == [True, True, True]
    other = importer().extract(str(third), known)
    importer().deduplicate(other, known)
    assert [one for one in other if DUPLICATE in one.meta] == []


def test_a_damaged_mt940_is_an_error_and_not_silence(folder):
    file = folder / "x.sta"
    file.write_text(mt940(OTHER_FORMAT).replace(":61:", ":61:X"))
    assert importer().identify(str(file)) is True
    with pytest.raises(StatementRefused):
        importer().extract(str(file), [])


def test_favas_import_page_offers_every_format_and_marks_what_it_has(folder, monkeypatch):
    from fava.core import FavaLedger

    monkeypatch.delenv("KKD_BOOK", raising=False)
    monkeypatch.chdir(folder)
    other = statement(*LINES, account=IBAN)
    (folder / "inbox" / "auszug.xml").write_bytes(camt(other))
    (folder / "inbox" / "auszug.sta").write_text(mt940(other))
    (folder / "inbox" / "auszug.zip").write_bytes(zipped(camt(other)))
    run = ingest("extract", "inbox/auszug.xml", folder=folder)
    opens = "".join(f"2020-01-01 open {account}\n" for account in sorted(set(ACCOUNTS.findall(run.stdout))))
    book = folder / "buch.beancount"
    book.write_text(
        f'{ROOTS}option "operating_currency" "EUR"\n{opens}2020-01-01 custom "fava-option" "import-config" "{CONFIG}"\n'
        f'2020-01-01 custom "fava-option" "import-dirs" "inbox"\n{run.stdout}'
    )
    ledger = FavaLedger(str(book))
    assert (ledger.errors, ledger.ingest.errors) == ([], ())
    found = {Path(file.name).name: len(file.importers) for file in ledger.ingest.import_data()}
    assert found == {"auszug.sta": 1, "auszug.xml": 1, "auszug.zip": 1, "brief.txt": 0}
    for name in ("auszug.sta", "auszug.xml", "auszug.zip"):
        entries = ledger.ingest.extract(str(folder / "inbox" / name), "kkd.bank.alle")
        assert [DUPLICATE in entry.meta for entry in entries] == [True, True, True], name
