"""The CAMT importer in beangulp's own command line and in a real Fava."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from beancount import loader
from beancount.parser import parser

from importers.camt import CamtImporter
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import IBAN, PAYER, camt, line, statement

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
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "auszug.xml").write_bytes(camt(statement(*LINES)))
    (tmp_path / "inbox" / "brief.txt").write_text("kein Auszug")
    return tmp_path


def ingest(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "importers.ingest", *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "KKD_BOOK"}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=variables | environment, check=False
    )


def importer(iban: str = IBAN) -> CamtImporter:
    return CamtImporter("Aktiva:Bank", "Passiva:Unklar", "Aktiva:Unklar", iban)


def test_identify(folder):
    run = ingest("identify", "-v", "inbox", folder=folder)
    assert run.returncode == 0
    told = [row.strip() for row in (run.stdout + run.stderr).splitlines()]
    assert "kkd.camt053.alle" in told
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
    assert f"kkd.camt053.{IBAN}" in told
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
    assert [found.importer_name for found in auszug.importers] == ["kkd.camt053.alle"]
    assert str(auszug.importers[0].date) == "2023-11-15"
    assert brief.importers == []
    entries = ledger.ingest.extract(str(folder / "inbox" / "auszug.xml"), "kkd.camt053.alle")
    assert [str(entry.postings[0].units.number) for entry in entries] == ["8869.25", "-1.50", "-1.50"]
