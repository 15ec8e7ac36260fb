"""An amendment is booked and then withdrawn: nothing is booked on top, and everything can be taken back."""

import json
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.reconciliation.balances import balances
from kkd_ledger.reconciliation.differences import reconcile
from tests.samples import ORDER, by_us, replace_once
from tests.work.corrections.correcting import ADORF_2022, kkd, of, pay, refused
from tests.work.corrections.test_crossing import CREDIT, correct, sides

DAY = ("--today", "2022-02-20")
POST = ("--certified-by", ORDER[0], "--ordered-by", ORDER[1], *DAY)
DOWN = 'from = 2022-01-01\nrate = "1.00"\nknown_from = 2022-02-17\n\n[[components.rates]]\n'
BACK = ("--reason", "Änderung zurückgenommen", "--by", ORDER[1], *DAY)


def withdraw(folder: Path) -> None:
    """Take out of the agreement what `cheaper` put in."""
    replace_once(folder / "agreement.toml", DOWN, "")


def number_of(book: Book, kind: str) -> str:
    """Return the number of the one entry of a kind that names Adorf's posten of 2022."""
    [found] = [
        record.text("nr")
        for record in read(book).records
        if isinstance(record, Transaction)
        and record.text("buchungsart") == kind
        and any(str(leg.meta.get("posten", "")).startswith("archiv-2022-adorf-") for leg in record.postings)
    ]
    return found


@pytest.mark.parametrize("name", ["amt", "adorf"])
@pytest.mark.parametrize("is_paid", [False, True])
def test_nothing_is_booked_on_top_and_the_way_back_leads_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, *, is_paid: bool
) -> None:
    book = dict(zip(("amt", "adorf"), sides(tmp_path), strict=True))[name]
    if is_paid:
        pay(book, 125_000 if name == "amt" else -125_000, ADORF_2022, 125_000)
    correct(book)
    number = number_of(book, "korrektur")
    withdraw(tmp_path)
    assert [line for line in by_us(book.root) if "(fehler)" in line]
    said = refused(capsys, load_book(book.root), "post", book.root, *POST)
    assert f"Buchung {number}" in said
    assert (
        f"erst stornieren, dann buchen: `kkd reverse {book.root} {number} --reason GRUND --by NAME`" in said
    )
    if not is_paid:
        said = refused(capsys, load_book(book.root), "reverse", book.root, number, *BACK)
        offset = number_of(book, "aufrechnung")
        assert f"stehen danach noch {offset} (aufrechnung)" in said
        assert kkd("reverse", book.root, offset, *BACK) == 0
    assert kkd("reverse", book.root, number, *BACK) == 0
    assert not [line for line in by_us(book.root) if "(fehler)" in line and "Adorf" in line]
    item = of(book).items[ADORF_2022]
    assert abs(item.open_cents) == (0 if is_paid else 125_000)


def test_both_sides_are_agreed_after_one_took_it_back_whole(tmp_path: Path) -> None:
    amt, adorf = sides(tmp_path)
    correct(adorf)
    withdraw(tmp_path)
    for kind in ("aufrechnung", "korrektur"):
        assert kkd("reverse", adorf.root, number_of(adorf, kind), *BACK) == 0
    assert kkd("post", adorf.root, "--year", "2022", *POST) == 0  # there is nothing left to do
    assert of(adorf).items[CREDIT].claimed_cents == 0
    assert reconcile(*(balances(book, read(book).records, "adorf") for book in (amt, adorf))) == ()
    assert kkd("reconcile", amt.root, adorf.root) == 0


def test_what_is_set_off_is_told_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, adorf = sides(tmp_path)
    run = ("post", adorf.root, "--year", "2022", *POST)
    capsys.readouterr()
    assert kkd(*run, "--dry-run") == 0
    dry = capsys.readouterr().out
    assert kkd(*run) == 0
    said = capsys.readouterr().out
    number = number_of(adorf, "aufrechnung")
    told = (
        f"{number} rechnet auf: 250,00 EUR von {CREDIT} gegen {ADORF_2022} (`kkd reverse BUCH {number} "
        "--reason GRUND --by NAME` nimmt"
    )
    assert told in said
    assert told in dry
    assert "2 Buchungen, davon 1 Aufrechnung (" in said


def test_what_is_set_off_is_told_to_programs_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    amt, _ = sides(tmp_path)
    capsys.readouterr()
    assert kkd("post", amt.root, "--year", "2022", *POST, "--json") == 0
    offsets = json.loads(capsys.readouterr().out)["offsets"]
    assert {
        "number": number_of(amt, "aufrechnung"),
        "claim": ADORF_2022,
        "credit": CREDIT,
        "amount": "250.00",
    } in offsets
    entries = [one for one in read(amt).records if isinstance(one, Transaction)]
    set_off = [one.text("nr") for one in entries if one.text("buchungsart") == "aufrechnung"]
    assert [one["number"] for one in offsets] == set_off


def test_a_wrong_entry_keeps_no_other_share_from_being_booked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amt, _ = sides(tmp_path)
    correct(amt)
    withdraw(tmp_path)
    assert kkd("post", amt.root, "--year", "2021", *POST) == 0
    said = refused(capsys, load_book(amt.root), "post", amt.root, "--year", "2022", *POST)
    assert said.count("erst stornieren") == len(said.splitlines())
    for line in reversed(said.splitlines()):
        assert "(KKD-A01)" in line


def test_what_was_booked_after_it_goes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Down and up again; the way down is withdrawn: what went up was reckoned from it, though the sum is right."""
    amt, adorf = sides(tmp_path)
    correct(amt)
    up = 'from = 2022-01-01\nrate = "1.25"\nknown_from = 2022-02-18\n\n[[components.rates]]\n'
    replace_once(tmp_path / "agreement.toml", DOWN, up + DOWN)
    correct(load_book(amt.root))
    replace_once(tmp_path / "agreement.toml", DOWN, "")
    for _ in range(20):
        capsys.readouterr()
        if kkd("post", amt.root, "--year", "2022", *POST) == 0:
            break
        number = capsys.readouterr().err.split("kkd reverse ")[1].split(" ")[1]
        if kkd("reverse", amt.root, number, *BACK):
            later = capsys.readouterr().err.split("danach noch ")[1].split(" ")[0]
            assert kkd("reverse", amt.root, later, *BACK) == 0
    assert {one.posten for one in of(amt).items.values() if one.open_cents and one.party == "adorf"} == {
        ADORF_2022
    }
    assert not [line for line in by_us(amt.root) if "(fehler)" in line]
    assert (
        reconcile(*(balances(book, read(book).records, "adorf") for book in (amt, load_book(adorf.root))))
        == ()
    )
