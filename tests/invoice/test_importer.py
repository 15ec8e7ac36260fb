"""The beangulp importer: the entry that `kkd receive` would book, or a marked one with what differs."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from beangulp.extract import DUPLICATE

from importers.einvoice import EInvoiceImporter
from kkd_ledger.book.config import load_book
from kkd_ledger.invoice.letter import Press
from kkd_ledger.invoice.validate import Checker
from kkd_ledger.job.demand import write_demands

LEDGERS = Path(__file__).resolve().parents[2] / "ledgers"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, checker: Checker) -> Path:
    folder = tmp_path_factory.mktemp("importer")
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, folder / name)
    (folder / "town").mkdir()
    shutil.copy(LEDGERS / "biedenkopf/book.toml", folder / "town/book.toml")
    shutil.copy(LEDGERS / "biedenkopf/main.beancount", folder / "town/main.beancount")
    (folder / "town/main.beancount").write_text(
        "".join(
            line + "\n"
            for line in (LEDGERS / "biedenkopf/main.beancount").read_text(encoding="utf-8").splitlines()
            if not line.startswith("include")
        ),
        encoding="utf-8",
    )
    book = load_book(folder / "landkreis")
    write_demands(
        book, 2022, today=dt.date(2024, 2, 29), members=["biedenkopf"], press=Press(checker=checker)
    )
    return folder


def test_extracts_the_agreed_entry(folder: Path) -> None:
    importer = EInvoiceImporter(folder / "town")
    file = str(folder / "landkreis/documents/KKD-2023-00004-biedenkopf.pdf")
    assert importer.identify(file)
    assert not importer.identify(str(folder / "kkd/agreement.toml"))
    assert importer.date(file) == dt.date(2023, 10, 2)
    assert importer.account(file) == "Passiva:4500-Verbindlichkeiten-KKD:Landkreis"
    (entry,) = importer.extract(file, [])
    assert (entry.flag, entry.meta["urteil"], entry.tags) == (
        "*",
        "wie vereinbart",
        frozenset({"periodenfremd"}),
    )
    assert [(leg.account.split(":")[-1], leg.units.number) for leg in entry.postings] == [
        ("KKD", Decimal("8869.25")),
        ("Landkreis", Decimal("-8869.25")),
    ]
    assert entry.meta["anforderung"] == "KKD-2023-00004"
    again = importer.extract(file, [])
    importer.deduplicate(again, [entry])
    assert again[0].meta[DUPLICATE] is entry


def test_marks_what_differs(folder: Path, tmp_path: Path) -> None:
    xml = (folder / "landkreis/documents/KKD-2023-00004-biedenkopf.xml").read_text(encoding="utf-8")
    file = tmp_path / "rechnung.xml"
    file.write_text(xml.replace(">13645<", ">13703<").replace("8869.25", "8906.95"), encoding="utf-8")
    (entry,) = EInvoiceImporter(folder / "town").extract(str(file), [])
    assert entry.flag == "!"
    assert entry.meta["urteil"] == (
        "zu klären: 2022: gefordert 0,65 × 13.703, vereinbart 0,65 × 13.645: +37,70 EUR"
    )
