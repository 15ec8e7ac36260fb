"""What the county sends, the town books without typing: same cents, years and references, or it says what differs."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Document, Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice.comparison import DocumentVerdict
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.letters.settled import Settlements
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.incoming import Taken, receive
from tests.both_sides.two_sides import CAMT
from tests.samples import LEDGERS

TODAY = dt.date(2024, 2, 29)
ORDER = Authorisation(TODAY, "S. Muster", "L. Beispiel")


class Unpaid(Settlements):
    """Documents are written while nothing is paid yet, unlike in the sample."""

    def _known(self, claim: Transaction, posten: str, sign: int) -> Iterator[Transaction]:
        yield claim


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, checker: Checker) -> Path:
    """Return the folder with the county's documents for Biedenkopf."""
    folder = tmp_path_factory.mktemp("county")
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, folder / name)
    maker = DocumentMaker(checker=checker)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kkd_ledger.letters.posted.Settlements", Unpaid)
        for year in (2022, 2023, 2024):
            write_demands(
                load_book(folder / "landkreis"), year, today=TODAY, members=["biedenkopf"], maker=maker
            )
    return folder / "landkreis/documents"


@pytest.fixture
def town(tmp_path: Path) -> Book:
    """Return Biedenkopf's books of the sample: everything is posted from the agreement."""
    for name in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return load_book(tmp_path / "biedenkopf")


@pytest.fixture
def empty(tmp_path: Path) -> Book:
    """Return books of Biedenkopf in which nothing is posted yet."""
    shutil.copytree(LEDGERS / "kkd", tmp_path / "kkd")
    (tmp_path / "biedenkopf").mkdir()
    shutil.copy(LEDGERS / "biedenkopf/book.toml", tmp_path / "biedenkopf/book.toml")
    book = tmp_path / "biedenkopf"
    for words in (
        ("open", book, "2024-02"),
        ("adopt", book, "--today", TODAY),
        ("budget", book, "2024", "40.000,00", "--today", TODAY),
        ("year", book, "2022", "aufgestellt", "--by", "L. Beispiel", "--today", TODAY),
        ("year", book, "2023", "vorläufig-abgeschlossen", "--by", "L. Beispiel", "--today", TODAY),
    ):
        assert main([str(word) for word in words]) == 0
    return load_book(book)


def taken(book: Book, checker: Checker, *files: Path) -> Taken:
    return receive(book, files, ORDER, checker=checker)


def verdicts(done: Taken) -> list[tuple[DocumentVerdict, tuple[str, ...]]]:
    return [(one.comparison.verdict, one.comparison.reasons) for one in done.received]


def test_a_demand_is_booked_as_agreed(empty: Book, sent: Path, checker: Checker) -> None:
    files = [
        sent / "KKD-2023-00004-biedenkopf.pdf",
        sent / "KKD-2023-00023-biedenkopf.xml",
        sent / "KKD-2024-00004-biedenkopf.pdf",
    ]
    done = taken(empty, checker, *files)
    assert verdicts(done) == [(DocumentVerdict.AS_AGREED, ())] * 3
    entries = [one for one in read_book(empty).records if isinstance(one, Transaction)]
    assert [
        (one.text(v.SERVICE_YEAR), one.text(v.REFERENCE), f"{one.day(v.DUE)}", one.tags) for one in entries
    ] == [
        ("2022", "RF55KKD2022065340041", "2023-11-15", ("periodenfremd",)),
        ("2023", "RF10KKD2023065340041", "2023-11-15", ()),
        ("2024", "RF62KKD2024065340041", "2024-03-15", ()),
    ]
    assert [[leg.cents for leg in one.postings] for one in entries] == [
        [886925, -886925],
        [1282630, -1282630],
        [1555530, -1555530],
    ]
    assert [one.postings[0].account.split(":")[2] for one in entries] == [
        "799001-Periodenfremde-Aufwendungen",
        "717201-Kostenerstattung-Landkreis",
        "717201-Kostenerstattung-Landkreis",
    ]
    vouchers = [one for one in read_book(empty).records if isinstance(one, Document)]
    assert [(one.meta[v.DEMAND], one.meta[v.ITEM]) for one in vouchers] == [
        ("KKD-2023-00004", "kkd-2022-biedenkopf-1"),
        ("KKD-2023-00023", "kkd-2023-biedenkopf-1"),
        ("KKD-2024-00004", "kkd-2024-biedenkopf-1"),
    ]
    assert entries[0].text(v.VOUCHER) == "documents/KKD-2023-00004.pdf"
    assert (empty.root / "documents/KKD-2023-00004.pdf").read_bytes() == files[0].read_bytes()
    assert [one.kind.code for one in check(empty) if one.kind.code.startswith("KKD-D")] == []


def test_what_is_posted_already_is_compared_and_filed(town: Book, sent: Path, checker: Checker) -> None:
    before = sum(isinstance(one, Transaction) for one in read_book(town).records)
    done = taken(town, checker, sent / "KKD-2024-00004-biedenkopf.pdf")
    assert verdicts(done) == [(DocumentVerdict.AS_AGREED, ())]
    records = read_book(town).records
    assert sum(isinstance(one, Transaction) for one in records) == before
    voucher = next(one for one in records if isinstance(one, Document))
    assert (voucher.path, voucher.meta[v.ITEM]) == ("documents/KKD-2024-00004.pdf", "kkd-2024-biedenkopf-1")


def test_the_same_document_again_changes_nothing(town: Book, sent: Path, checker: Checker) -> None:
    taken(town, checker, sent / "KKD-2024-00004-biedenkopf.pdf")
    kept = {file: file.read_bytes() for file in town.root.rglob("*") if file.is_file()}
    for ending in ("pdf", "xml"):
        done = taken(town, checker, sent / f"KKD-2024-00004-biedenkopf.{ending}")
        assert [verdict for verdict, _ in verdicts(done)] == [DocumentVerdict.KNOWN]
    assert {file: file.read_bytes() for file in town.root.rglob("*") if file.is_file()} == kept


def changed(sent: Path, folder: Path, *pairs: tuple[str, str]) -> Path:
    xml = (sent / "KKD-2024-00004-biedenkopf.xml").read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in xml, old
        xml = xml.replace(old, new)
    file = folder / "rechnung.xml"
    file.write_text(xml, encoding="utf-8")
    return file


MORE = (
    (">13645<", ">13703<"),
    ("8869.25", "8906.95"),
    ("3957.05", "3973.87"),
    ("2729.00", "2740.60"),
    ("15555.30", "15621.42"),
)


@pytest.mark.parametrize("posted", [True, False], ids=["posted", "new"])
def test_a_difference_is_named_to_the_cent_and_not_booked(
    town: Book, sent: Path, checker: Checker, tmp_path: Path, posted: bool
) -> None:
    pairs = MORE if posted else (*MORE, ("RF62KKD2024065340041", "freier Text"))
    ledger = {file: file.read_bytes() for file in town.root.rglob("*.beancount")}
    done = taken(town, checker, changed(sent, tmp_path, *pairs))
    said = {
        True: "2024: gefordert 1,14 × 13.703, vereinbart 1,14 × 13.645: +66,12 EUR",
        False: "2024: gefordert 15.621,42 EUR, schon gebucht sind 15.555,30 EUR",
    }
    assert verdicts(done) == [(DocumentVerdict.CLARIFY, (said[posted],))]
    waiting = town.root / done.received[0].kept
    assert waiting.parent == town.root / "inbox/klaerung"
    assert waiting.with_name(f"{waiting.name}.grund.txt").read_text(encoding="utf-8").splitlines() == [
        said[posted],
        "das kann niemand annehmen, nur zurückweisen (--reject)",
    ]
    assert {file: file.read_bytes() for file in town.root.rglob("*.beancount")} == ledger


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (
            (("DE19999999996534000000", "DE41999999990065340040"),),
            "zu zahlen auf DE41999999990065340040; vereinbart ist DE19999999996534000000",
        ),
        (
            (("<ram:ID>06534</ram:ID>", "<ram:ID>1</ram:ID>"), ("Kreisausschuss des Landkreises", "Kreis")),
            "Verkäufer ist Kreis Marburg-Biedenkopf, nicht Kreisausschuss des Landkreises Marburg-Biedenkopf",
        ),
        (
            (
                ("<ram:ID>06534004</ram:ID>", ""),
                ("Magistrat der Stadt Biedenkopf", "Magistrat der Stadt Wetter"),
                ("99-KKD06534004-32", "99-KKD06534-38"),
            ),
            "Käufer ist Magistrat der Stadt Wetter, nicht Magistrat der Stadt Biedenkopf",
        ),
        ((("DE19999999996534000000", "DE19999999996534000001"),), "KKD-E11: Prüfziffern des Kontos"),
        ((("<ram:TypeCode>380</", "<ram:TypeCode>384</"),), "KKD-E16: Eine Korrektur muss"),
    ],
)
def test_what_is_foreign_waits(
    town: Book, sent: Path, checker: Checker, *, tmp_path: Path, pairs: tuple[tuple[str, str], ...], said: str
) -> None:
    done = taken(town, checker, changed(sent, tmp_path, *pairs))
    assert done.received[0].comparison.verdict == DocumentVerdict.CLARIFY
    assert said in done.received[0].comparison.text()
    assert not (town.root / "documents").exists()


def test_the_same_number_with_other_content_waits(
    town: Book, sent: Path, checker: Checker, tmp_path: Path
) -> None:
    taken(town, checker, sent / "KKD-2024-00004-biedenkopf.xml")
    done = taken(town, checker, changed(sent, tmp_path, *MORE))
    assert done.received[0].comparison.reasons == (
        "KKD-2024-00004 ist schon mit anderem Inhalt eingegangen (documents/KKD-2024-00004.xml)",
        "2024: gefordert 1,14 × 13.703, vereinbart 1,14 × 13.645: +66,12 EUR",
    )


def test_the_same_demand_under_another_number_waits(
    town: Book, sent: Path, checker: Checker, tmp_path: Path
) -> None:
    taken(town, checker, sent / "KKD-2024-00004-biedenkopf.pdf")
    done = taken(town, checker, changed(sent, tmp_path, ("KKD-2024-00004", "KKD-2024-00099")))
    said = "RF62KKD2024065340041 ist schon mit KKD-2024-00004 gefordert (documents/KKD-2024-00004.pdf)"
    assert verdicts(done) == [(DocumentVerdict.CLARIFY, (said,))]


def test_what_is_no_invoice_is_refused_and_the_rest_is_taken(
    town: Book, sent: Path, checker: Checker, tmp_path: Path
) -> None:
    bomb = tmp_path / "bombe.xml"
    bomb.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', encoding="utf-8")
    good = [sent / f"KKD-2023-000{number}-biedenkopf.xml" for number in ("04", "23")]
    done = taken(town, checker, good[0], bomb, tmp_path / "fehlt.xml", good[1])
    assert [verdict for verdict, _ in verdicts(done)] == [
        DocumentVerdict.AS_AGREED,
        DocumentVerdict.REFUSED,
        DocumentVerdict.REFUSED,
        DocumentVerdict.AS_AGREED,
    ]
    assert "DOCTYPE" in done.received[1].comparison.text()
    assert bomb.exists(), "what is refused stays where it is"
    assert len(list((town.root / "documents").iterdir())) == 2


def test_the_command(town: Book, sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "receive",
        str(town.root),
        str(sent / "KKD-2024-00004-biedenkopf.pdf"),
        "--today",
        f"{TODAY}",
        "--json",
    ]
    assert main([*words, "--dry-run"]) == 0
    assert not (town.root / "documents").exists()
    capsys.readouterr()
    assert main(words) == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in data["received"]] == ["wie vereinbart"]
    assert claims(town, read_book(town).records).items["kkd-2024-biedenkopf-1"].claimed_cents == -1555530


UBL = Path(__file__).parent / "demand_ubl.xml"


def test_one_document_for_two_years_is_split_and_paid_with_its_own_reference(
    empty: Book, checker: Checker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = taken(empty, checker, UBL)
    assert verdicts(done) == [(DocumentVerdict.AS_AGREED, ())]
    entries = [one for one in read_book(empty).records if isinstance(one, Transaction)]
    assert [
        (one.text(v.SERVICE_YEAR), one.text(v.REFERENCE), one.tags, one.postings[0].account.split(":")[2])
        for one in entries
    ] == [
        ("2022", "RF55KKD2022065340041", ("periodenfremd",), "799001-Periodenfremde-Aufwendungen"),
        ("2023", "RF10KKD2023065340041", (), "717201-Kostenerstattung-Landkreis"),
    ]
    assert [one.postings[0].cents for one in entries] == [886925, 1282630]
    vouchers = [one for one in read_book(empty).records if isinstance(one, Document)]
    assert [(one.path, one.meta[v.DEMAND], one.meta[v.ITEM]) for one in vouchers] == [
        ("documents/LK-2023-17.xml", "LK 2023/17", "kkd-2022-biedenkopf-1"),
        ("documents/LK-2023-17.xml", "LK 2023/17", "kkd-2023-biedenkopf-1"),
    ]
    people = ["--prepared-by", "K. Kasse", "--released-by", "B. Buch", "--today", "2024-02-29"]
    assert main(["pay", str(empty.root), "--on", "2024-02-29", *people]) == 0
    pain = (empty.root / "zahlungen/pain001-2024-02-29-001.xml").read_text(encoding="utf-8")
    assert pain.count("<Ustrd>LK-2023-17</Ustrd>") == 2, "the creditor knows its own reference only"
    assert "<EndToEndId>RF55KKD2022065340041</EndToEndId>" in pain
    lines = [
        CAMT.Entry(
            dt.date(2024, 2, 29),
            -cents,
            "Landkreis",
            "DE19999999996534000000",
            text="LK-2023-17",
            end_to_end=reference,
        )
        for reference, cents in (("RF55KKD2022065340041", 886925), ("RF10KKD2023065340041", 1282630))
    ]
    iban = empty.settings.bank.iban
    file = tmp_path / "auszug.xml"
    first = dt.date(2024, 2, 1)
    file.write_text(CAMT.camt(iban, "Stadt", lines, first=first, number=1, opening=0), encoding="utf-8")
    assert (
        main(["import", str(empty.root), str(file), "--today", "2024-02-29"]) == 1
    )  # KKD-P05: begun after 2023
    assert {one.open_cents for one in claims(empty, read_book(empty).records).items.values()} == {0}


@pytest.mark.parametrize("reference", ["RF18539007547034", "LK-2023-17"])
def test_two_years_under_one_reference(empty: Book, checker: Checker, tmp_path: Path, reference: str) -> None:
    file = tmp_path / "rechnung.xml"
    file.write_text(UBL.read_text(encoding="utf-8").replace("LK-2023-17", reference), encoding="utf-8")
    assert verdicts(taken(empty, checker, file)) == [(DocumentVerdict.AS_AGREED, ())]
    assert [one.kind.code for one in check(empty) if one.kind.level == "fehler"] == []
