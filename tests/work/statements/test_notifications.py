"""A camt.054 gives a batch of a camt.053 its details, whenever it comes; neither it nor a preview books anything."""

import datetime as dt
import json
import shutil
import zipfile
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.line_keys import entry_key
from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.money import plain
from kkd_ledger.periods import BookingMonth
from kkd_ledger.references import payment_reference
from kkd_ledger.work.decisions.decide import decide
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.statements.importing import import_files
from tests.samples import by_us, tree

OWN = "DE09999999999900100000"
ADORF, BEHAUSEN = "DE75999999990065340010", "DE96999999990065340020"
TODAY, MARCH = dt.date(2022, 3, 31), BookingMonth(2022, 3)
DAY = "2022-03-10"

Part = tuple[int, str, str]  # cents, IBAN, text
PARTS: tuple[Part, ...] = (
    (110_000, ADORF, payment_reference("ARCHIV2021990010011")),
    (4_711, BEHAUSEN, "Rechnung 4711"),
)


def amount(cents: int) -> str:
    side = "CRDT" if cents >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{plain(abs(cents))}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def entry(parts: Sequence[Part], *, details: bool, reference: str = "SAMMLER-1") -> str:
    side = "Dbtr" if sum(cents for cents, _, _ in parts) > 0 else "Cdtr"
    told = "".join(
        f"<TxDtls>{amount(cents)}<RltdPties><{side}><Pty><Nm>Name</Nm></Pty></{side}>"
        f"<{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls>"
        for cents, iban, text in parts
    )
    batch = f"<Btch><NbOfTxs>{len(parts)}</NbOfTxs></Btch>"
    return (
        f"<Ntry>{amount(sum(cents for cents, _, _ in parts))}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{DAY}</Dt></BookgDt><ValDt><Dt>{DAY}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<NtryDtls>{batch}{told if details else ''}</NtryDtls></Ntry>"
    )


def balance(code: str, cents: int, day: str) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(cents)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def message(
    path: Path, kind: str, *entries: str, opening: int = 0, total: int = 0, account: str = OWN
) -> Path:
    """Write a message of March 2022: a camt.053 with its balances, a camt.054 or camt.052 without."""
    outer, inner = {"053": ("Stmt", "Stmt"), "054": ("DbtCdtNtfctn", "Ntfctn"), "052": ("AcctRpt", "Rpt")}[
        kind
    ]
    balances = balance("OPBD", opening, "2022-03-01") + balance("CLBD", opening + total, "2022-03-31")
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><BkToCstmr{outer}><GrpHdr/>'
        f"<{inner}><Id>{kind}-3</Id><ElctrncSeqNb>3</ElctrncSeqNb>"
        "<FrToDt><FrDtTm>2022-03-01T00:00:00</FrDtTm><ToDtTm>2022-03-31T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances if kind == '053' else ''}"
        f"{''.join(entries)}</{inner}></BkToCstmr{outer}></Document>\n",
        encoding="utf-8",
    )
    return path


def total(parts: Sequence[Part]) -> int:
    return sum(cents for cents, _, _ in parts)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "053": message(tmp_path / "053.xml", "053", entry(PARTS, details=False), total=total(PARTS)),
        "054": message(tmp_path / "054.xml", "054", entry(PARTS, details=True)),
    }


def moved(book: Book) -> dict[str, int]:
    """Return the accounts that bank lines and their placing have moved."""
    found: dict[str, int] = {}
    for record in read(book).records:
        if isinstance(record, Transaction) and record.text("bankref"):
            for leg in record.postings:
                found[leg.account] = found.get(leg.account, 0) + leg.cents
    return {account: cents for account, cents in found.items() if cents}


PLACED = {
    "Aktiva:2800-Bank": 114_711,
    "Aktiva:2600-Forderungen:Adorf": -110_000,
    "Passiva:4800-Ungeklärte-Zahlungseingänge": -4_711,
}


@pytest.mark.parametrize(
    "order", [*permutations(["053", "054"]), ("053", "054", "053", "054"), ("054", "054", "053")]
)
def test_the_details_place_the_money_whenever_they_come(
    order: tuple[str, ...], amt: Book, files: dict[str, Path]
) -> None:
    for kind in order:
        import_files(amt, [files[kind]], today=TODAY)
    assert moved(amt) == PLACED
    before = tree(amt.root)
    import_files(amt, [files[kind] for kind in order], today=TODAY)
    assert tree(amt.root) == before
    assert not [line for line in by_us(amt.root) if "(fehler)" in line]


def test_both_in_one_run_book_the_details_as_lines(amt: Book, files: dict[str, Path]) -> None:
    done = import_files(amt, [files["054"], files["053"]], today=TODAY)
    assert sorted((line.cents, str(line.fate)) for line in done.lines) == [
        (4_711, "ungeklärt"),
        (110_000, "zugeordnet"),
    ]
    assert moved(amt) == PLACED
    (held,) = Certificates(amt.root).statements
    assert (held.count, held.moved_cents, len(held.notifications)) == (2, 114_711, 1)
    (advice,) = Certificates(amt.root).notifications
    assert (advice.kind, advice.count, advice.moved_cents, advice.split) == ("054", 2, 114_711, ())
    assert len(list((amt.root / "archive").iterdir())) == 2


def test_an_advice_alone_books_nothing_and_is_counted(amt: Book, files: dict[str, Path]) -> None:
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    shutil.copy(files["054"], inbox)
    done = run_month(amt, MARCH, today=TODAY)
    assert moved(amt) == {}
    assert (done.rejected, list(inbox.iterdir()), len(Certificates(amt.root).notifications)) == ((), [], 1)
    assert "camt.054 (054.xml): 2 Einzelposten, noch ohne Sammelbuchung in einem Kontoauszug" in month_text(
        done
    )


def test_details_that_come_later_clear_what_they_explain_and_say_so(
    amt: Book, files: dict[str, Path]
) -> None:
    import_files(amt, [files["053"]], today=TODAY)
    assert moved(amt) == {"Aktiva:2800-Bank": 114_711, "Passiva:4800-Ungeklärte-Zahlungseingänge": -114_711}
    (line,) = Certificates(amt.root).lines.values()
    assert line.batch == (2, "SAMMLER-1")
    done = import_files(amt, [files["054"]], today=TODAY)
    assert [one.text for one in done.supplements] == ["2 Einzelposten, 1 Sammelbuchung aufgeteilt"]
    (advice,) = Certificates(amt.root).notifications
    (split,) = advice.split
    assert (split.line, split.count, len(split.numbers)) == (line.key, 2, 1)
    text = "".join(path.read_text(encoding="utf-8") for path in amt.root.glob("2022/*.beancount"))
    assert "Einzelposten einer Sammelbuchung (camt.054)" in text


def test_money_that_a_person_placed_is_left_alone(amt: Book, files: dict[str, Path]) -> None:
    import_files(amt, [files["053"]], today=TODAY)
    number = next(iter(Certificates(amt.root).lines.values())).number
    command = ["clear", str(amt.root), number, "archiv-2021-adorf-1", "500,00"]
    assert main([*command, "--reason", "Teil", "--by", "S. Muster", "--today", "2022-03-31"]) in {0, 1}
    before = moved(amt)
    done = import_files(amt, [files["054"]], today=TODAY)
    assert moved(amt) == before
    assert [one.split for one in done.supplements] == [0]


def test_two_equal_batches_are_not_guessed_between(amt: Book, tmp_path: Path) -> None:
    twins = [entry(PARTS, details=False, reference=f"R{number}") for number in (1, 2)]
    statement = message(tmp_path / "053.xml", "053", *twins, total=2 * total(PARTS))
    advice = message(tmp_path / "054.xml", "054", entry(PARTS, details=True, reference="NONREF"))
    import_files(amt, [statement, advice], today=TODAY)
    assert moved(amt)["Passiva:4800-Ungeklärte-Zahlungseingänge"] == -2 * 114_711
    named = message(tmp_path / "054-2.xml", "054", entry(PARTS, details=True, reference="R2"))
    import_files(amt, [named], today=TODAY)
    assert moved(amt)["Aktiva:2600-Forderungen:Adorf"] == -110_000


def test_details_that_do_not_add_up_split_nothing(amt: Book, tmp_path: Path, files: dict[str, Path]) -> None:
    short = entry(PARTS, details=True).replace(
        "1100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties>",
        "1099.99</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties>",
    )
    import_files(amt, [files["053"], message(tmp_path / "x.xml", "054", short)], today=TODAY)
    assert moved(amt) == {"Aktiva:2800-Bank": 114_711, "Passiva:4800-Ungeklärte-Zahlungseingänge": -114_711}


def test_a_batch_that_waits_on_a_common_account_is_decided_part_by_part(posted: Path, tmp_path: Path) -> None:
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "adorf")
    parts = ((-110_000, OWN, payment_reference("ARCHIV2021990010011")), (-4_711, BEHAUSEN, "Strom"))
    whole, split = (entry(parts, details=details) for details in (False, True))
    options = {"opening": 1_000_000, "account": ADORF}
    import_files(
        book, [message(tmp_path / "a.xml", "053", whole, total=total(parts), **options)], today=TODAY
    )
    assert [line.fate for line in Certificates(book.root).lines.values()] == [Fate.WAITS]
    import_files(book, [message(tmp_path / "b.xml", "054", split, account=ADORF)], today=TODAY)
    lines = Certificates(book.root).lines
    assert sorted((line.cents, line.fate) for line in lines.values()) == [
        (-110_000, Fate.MATCHED),
        (-4_711, Fate.WAITS),
    ]
    assert moved(book) == {
        "Aktiva:2890-Verrechnung-Gemeindekasse": -110_000,
        "Passiva:4500-Verbindlichkeiten:Amt": 110_000,
    }
    (held,) = Certificates(book.root).statements
    assert [held.count, held.fates[Fate.MATCHED], held.fates[Fate.WAITS]] == [2, 1, 1]
    key = next(key for key, line in lines.items() if line.fate == Fate.WAITS)
    decide(book, key, by="S. Muster", reason="Strom", today=TODAY)
    before = tree(book.root)
    import_files(book, [tmp_path / "a.xml", tmp_path / "b.xml"], today=TODAY)
    assert tree(book.root) == before


def test_a_preview_is_told_of_and_kept_but_not_booked(
    amt: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    message(inbox / "052.xml", "052", entry(PARTS, details=True))
    (inbox / "vorschau.sta").write_text(
        f":20:X\r\n:25:{OWN}\r\n:28C:1/1\r\n:34F:EUR0,\r\n:13D:2204051200+0100\r\n"
        ":61:2204050405C1100,00NTRFNONREF\r\n:86:166?00GUTSCHRIFT\r\n-\r\n"
    )
    status = main(["month", str(amt.root), "2022-03", "--today", "2022-03-31", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["lines"]) for one in told["beside"]] == [("052", 2), ("MT942", 1)]
    assert (status in {0, 1}, told["rejected"], told["lines"], moved(amt)) == (True, [], [], {})
    assert (list(inbox.iterdir()), len(list((amt.root / "archive").iterdir()))) == ([], 2)
    assert Certificates(amt.root).notifications == ()


def test_an_advice_of_another_account_is_refused(amt: Book, tmp_path: Path) -> None:
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    message(inbox / "054.xml", "054", entry(PARTS, details=True), account=ADORF)
    done = run_month(amt, MARCH, today=TODAY)
    [refused] = [str(one.problems[0]) for one in done.rejected]
    assert refused.startswith(f"054.xml: Auszug 054-3: gefunden: Konto {ADORF}; erlaubt: Konto {OWN}; ")


def test_what_is_no_statement_is_told_of_by_a_run_over_all_months(
    amt: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    message(inbox / "052.xml", "052", entry(PARTS, details=True))
    (inbox / "kaputt.xml").write_text("<Document>")
    assert main(["month", str(amt.root), "--all", "--today", "2022-04-30"]) == 3
    told = capsys.readouterr().out
    assert "camt.052 (052.xml): Vorschau mit 2 Umsätzen, wird nicht gebucht" in told
    assert "ABGELEHNT kaputt.xml: " in told
    assert sorted(path.name for path in inbox.rglob("*")) == [
        "kaputt.xml",
        "kaputt.xml.grund.txt",
        "rejected",
    ]


amounts = st.sampled_from([110_000, 4_711, 25_000, 36_630])
parts_of_a_batch = st.lists(
    st.tuples(amounts, st.sampled_from([ADORF, BEHAUSEN]), st.sampled_from([PARTS[0][2], "Umlage", ""])),
    min_size=2,
    max_size=4,
)


@given(
    batches=st.lists(parts_of_a_batch, min_size=1, max_size=3),
    order=st.permutations(range(4)),
    together=st.booleans(),
)
@settings(max_examples=20)
def test_the_order_of_statement_and_advices_changes_no_bank_line_and_loses_no_money(
    posted: Path,
    batches: list[list[Part]],
    order: list[int],
    together: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("advices")
    book = load_book(shutil.copytree(posted, folder / "books") / "amt")
    whole = [entry(parts, details=False, reference=f"R{number}") for number, parts in enumerate(batches)]
    files = [message(folder / "053.xml", "053", *whole, total=sum(map(total, batches)))]
    for number, parts in enumerate(batches):
        split = entry(parts, details=True, reference=f"R{number}")
        files.append(message(folder / f"054-{number}.xml", "054", split))
    run = [files[place] for place in order if place < len(files)]
    for arrival in [run] if together else [[file] for file in run]:
        import_files(book, arrival, today=TODAY)
    found = moved(book)
    assert found.pop("Aktiva:2800-Bank") == sum(map(total, batches))
    assert sum(found.values()) == -sum(map(total, batches))
    lines = Certificates(book.root).lines
    assert len({entry_key(key) for key in lines}) == len(batches)
    assert sum(line.cents for line in lines.values()) == sum(map(total, batches))
    before = tree(book.root)
    import_files(book, files, today=TODAY)
    assert tree(book.root) == before
    assert not [line for line in by_us(book.root) if "(fehler)" in line]


def test_an_advice_in_a_container_is_found_again_in_the_archive(
    amt: Book, tmp_path: Path, files: dict[str, Path]
) -> None:
    container = tmp_path / "054.zip"
    with zipfile.ZipFile(container, "w") as held:
        held.write(files["054"], "054.xml")
        held.write(message(tmp_path / "052.xml", "052"), "052.xml")
    done = import_files(amt, [container], today=TODAY)
    assert [one.statement.kind for one in done.supplements] == ["054", "052"]
    import_files(amt, [files["053"]], today=TODAY)
    assert moved(amt) == PLACED


def test_a_spoilt_advice_in_the_archive_takes_no_statement_with_it(
    amt: Book, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """It advises nothing any more, as if it were gone; that it was changed is for `kkd check --full` to say."""
    import_files(amt, [files["054"]], today=TODAY)
    (kept,) = (amt.root / "archive").iterdir()
    kept.write_bytes(kept.read_bytes()[:200])
    (amt.root / "inbox").mkdir(exist_ok=True)
    shutil.copy(files["053"], amt.root / "inbox")
    done = run_month(amt, MARCH, today=TODAY)
    assert (done.rejected, [line.fate for line in done.imported.lines]) == ((), [Fate.SUSPENSE])
    assert main(["check", str(amt.root), "--full"]) == 1
    assert f"dessen Prüfsumme der Name nennt: {kept.name}." in capsys.readouterr().out
