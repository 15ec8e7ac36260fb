"""A dedicated account: what a person wrongly took for new is taken back by commands, also where it paid an item."""

from __future__ import annotations

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.references import payment_reference
from tests.bank.writing import camt
from tests.samples import by_us
from tests.work.decisions.test_decide_files import bank_cents, drop, paid, run, told, waiting

WHO = ("--by", "S. Muster", "--reason", "Irrtum", "--today", "2022-04-30")


def kkd(book: Book, command: str, *words: str, status: int = 0) -> None:
    assert main([command, str(book.root), *words]) == status


def numbers(book: Book) -> dict[int, str]:
    """Return the entries of the certified lines, by what they move."""
    return {line.cents: line.number for line in Certificates(book.root).lines.values()}


def corrected(book: Book, before: str, after: str, cents: int) -> None:
    """The bank sends a statement twice, with one text and another, and a person takes the second one for new."""
    drop(book, "1.x", camt(told(1, 15, 0, paid(cents, 10, before))))
    run(book)
    drop(book, "2.x", camt(told(1, 15, 0, paid(cents + 1, 11, after), paid(-1, 12))))
    run(book)
    assert waiting(book) == ["2.x"]
    kkd(book, "decide", "--file", "2.x", "--new", *WHO)


def in_suspense(book: Book, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    kkd(book, "clear", "--list", "--today", "2022-04-30")
    return capsys.readouterr().out


def test_money_in_suspense_cancels_out(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    corrected(amt, "Irgendwas", "Irgendwas anderes", 5_000)
    wrong = numbers(amt)[5_001]
    kkd(amt, "reverse", wrong, *WHO, status=3)
    assert f"`kkd clear BUCH {wrong} NR --by NAME --reason GRUND` sie sich" in capsys.readouterr().err
    kkd(amt, "decide", _key(amt, 5_001), "--known", *WHO, status=3)
    assert f"`kkd clear BUCH {wrong} NR --by NAME --reason GRUND` sie sich" in capsys.readouterr().err
    back = numbers(amt)[-5_000]
    kkd(amt, "clear", wrong, back, "50,00", *WHO)
    kkd(amt, "clear", wrong, numbers(amt)[-1], *WHO)
    left = in_suspense(amt, capsys)
    assert "Ungeklärt: 1, zusammen Eingang 50,00 EUR" in left
    _is_right(amt, 5_000)


def test_a_wrong_line_is_named_beside_what_was_set_against_it(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    drop(amt, "1.x", camt(told(1, 15, 0, paid(5_000, 10))))
    run(amt)
    drop(amt, "2.x", camt(told(1, 15, 0, paid(5_000, 11, "anders"))))
    run(amt)
    kkd(amt, "decide", "--file", "2.x", "--new", *WHO)
    lines = [line for line in Certificates(amt.root).lines.values() if line.day.day == 11]
    (against,) = (line.number for line in lines if line.is_difference)
    (wrong,) = (line.number for line in lines if not line.is_difference)
    said = in_suspense(amt, capsys)
    clears = f"`kkd clear BUCH {against} {wrong} --by NAME --reason GRUND` lässt beide sich aufheben"
    assert f"{clears}): gleicher Betrag, eine Ent" in said
    kkd(amt, "clear", against, wrong, *WHO)
    _is_right(amt, 5_000)


def test_what_paid_an_item_is_reversed_first(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    reference = payment_reference("ARCHIV2021990010011")
    drop(amt, "1.x", camt(told(1, 15, 0, paid(110_000, 10, "Irgendwas"))))
    run(amt)
    drop(amt, "2.x", camt(told(1, 15, 0, paid(110_000, 11, f"Archiv 2021 {reference}"))))
    run(amt)
    kkd(amt, "decide", "--file", "2.x", "--new", *WHO)
    placed = next(line for line in Certificates(amt.root).lines.values() if line.fate == Fate.MATCHED)
    kkd(amt, "reverse", placed.number, *WHO)
    kkd(amt, "clear", placed.number, numbers(amt)[-110_000], *WHO)
    assert "Ungeklärt: 1, zusammen Eingang 1.100,00 EUR" in in_suspense(amt, capsys)
    _is_right(amt, 110_000)


def test_a_file_that_explains_a_gap_may_be_decided_about(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the decision sets against its line meets the gap; the gap is not taken out a second time."""
    drop(amt, "1.x", camt(told(1, 15, 0, paid(5_000, 10))))
    run(amt)
    drop(amt, "3.x", camt(told(21, 31, 9_000, paid(1_000, 25), number=3)))
    run(amt)
    kkd(amt, "decide", "--file", "3.x", "--new", *WHO)
    drop(amt, "2.x", camt(told(16, 20, 5_000, paid(4_000, 18, "kam doch"), number=2)))
    kkd(amt, "decide", "--file", "2.x", "--new", *WHO)
    left = in_suspense(amt, capsys)
    assert "Ungeklärt: 3, zusammen Eingang 100,00 EUR" in left
    assert "kam doch" in left
    _is_right(amt, 10_000)


def _key(book: Book, cents: int) -> str:
    return next(key for key, line in Certificates(book.root).lines.items() if line.cents == cents)


def _is_right(book: Book, balance: int) -> None:
    assert sum(bank_cents(book)) == balance
    assert compared(load_book(book.root), full=True) == ()
    assert not [text for text in by_us(book.root) if "(fehler)" in text]
