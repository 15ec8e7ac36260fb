"""Banks that give all statements one number or identification: what they say and their balances tell them apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from tests.bank import writing
from tests.bank.continuity.worlds import day, world
from tests.samples import by_us, tree
from tests.work.statements.test_once import A, B, C, book, certified, holds, posted, run, told

__all__ = ("book", "posted")  # fixtures

ONE = {"sequence": 1, "identity": "STARTUMS"}
ALIKE = pytest.mark.parametrize("number", [1, None])


@ALIKE
@pytest.mark.parametrize("kind", ["053", "MT940"])
def test_the_pieces_of_a_day_are_booked(book: Book, number: int | None, kind: str) -> None:
    facts = ONE | {"sequence": number}
    pieces = told(book, [A], 3, 3, **facts), told(book, [B], 3, 3, 100, **facts)
    for piece in (*pieces, told(book, [C], 4, 4, 300, **facts)):
        assert run(book, replace(piece, kind=kind)) == []
    holds(book, [A, B, C])


@ALIKE
def test_a_day_up_to_now_grows(book: Book, number: int | None) -> None:
    facts = ONE | {"sequence": number}
    assert run(book, told(book, [A], 3, 3, **facts)) == []
    assert run(book, told(book, [A, B], 3, 3, **facts), told(book, [A, B, C], 3, 4, **facts)) == []
    holds(book, [A, B, C])


def test_they_may_come_in_one_run_and_again(book: Book) -> None:
    grown = told(book, [A, B], 3, 3, **ONE)
    assert run(book, told(book, [A], 3, 3, **ONE), grown) == []
    before = certified(book)
    assert run(book, replace(grown, sha256="noch einmal"), told(book, [C], 4, 4, 300, **ONE)) == []
    assert certified(book) - before == Counter({("2022-03-04", 300): 1})
    holds(book, [A, B, C])


def test_they_may_lie_in_one_file(book: Book, tmp_path: Path) -> None:
    pieces = told(book, [A], 3, 3, **ONE), told(book, [B], 3, 3, 100, **ONE)
    file = tmp_path / "zwei.xml"
    file.write_bytes(_in_one_file(pieces))
    assert run(book, file) == []
    holds(book, [A, B])


def _in_one_file(statements: tuple[Statement, Statement]) -> bytes:
    first, second = (writing.camt(one).decode() for one in statements)
    inner = second[second.index("<Stmt>") : second.index("</Stmt>") + len("</Stmt>")]
    return first.replace("</Stmt>", f"</Stmt>{inner}").encode()


def test_what_adds_up_to_nothing_known_waits_and_names_the_known_one(book: Book) -> None:
    """The day as it is known comes with another line: neither of the two is believed."""
    before = told(book, [(2, 10, "zehn")], 2, 2, **ONE), told(book, [A, B], 3, 3, 10, **ONE)
    assert run(book, *before, told(book, [C], 4, 4, 310, **ONE)) == []
    (said,) = run(book, told(book, [A, (3, 7, "sieben")], 3, 3, 10, **ONE))
    assert "keiner von beiden gilt von selbst" in said
    assert certified(book).total() == 4


CORRECTED = (3, 40, "vierzig"), (3, 60, "sechzig")


@pytest.mark.parametrize("verdict", ["--new", "--known", "--foreign"])
def test_a_bank_that_corrects_itself_is_decided_about(book: Book, verdict: str) -> None:
    """The same number, days and balances with other lines wait; each decision leads on, and a further copy is known."""
    assert run(book, told(book, [A], 3, 3, **ONE)) == []
    (said,) = run(book, told(book, CORRECTED, 3, 3, **ONE))
    assert "mit anderem Inhalt als der bekannte" in said
    (file,) = (book.root / "inbox").glob("*.*")
    content = file.read_bytes()
    order = ["decide", str(book.root), "--file", file.name, verdict, "--by", "K. Kasse", "--reason", "Bank"]
    assert main([*order, "--today", "2022-04-30"]) == 0
    assert not list((book.root / "inbox").glob("*.*"))
    brought = (
        3 if book.settings.bank.dedicated else 2
    )  # where the books hold the balance, they are set against it
    assert certified(book).total() == 1 + (brought if verdict == "--new" else 0)
    assert compared(load_book(book.root), full=True) == ()
    assert not [text for text in by_us(book.root) if "(fehler)" in text]
    file.write_bytes(content)
    before = certified(book)
    assert run(book) == []
    assert certified(book) == before
    assert run(book, told(book, [C], 4, 4, 100, **ONE)) == []


@pytest.mark.slow
@pytest.mark.parametrize("book", ["adorf"], indirect=True)
@pytest.mark.parametrize("kind", ["day so far", "day so far, shuffled", "pieces, shuffled"])
@pytest.mark.parametrize("seed", range(4))
def test_made_up_accounts_of_one_number(book: Book, kind: str, seed: int) -> None:
    """Days in the order of the bank never wait; out of it only what is in doubt does, and nothing comes twice."""
    made = world(kind, seed)
    said: list[str] = []
    for statements in made.runs:
        alike = (replace(one, account=book.settings.bank.iban, **ONE) for one in statements)
        said = run(book, *alike)
    true = Counter((str(day(one.dated)), one.cents) for one in made.entries)
    assert not certified(book) - true
    assert not [text for text in said if "mit anderem Inhalt" in text]
    if kind == "day so far":
        assert said == []
    if not said:
        assert certified(book) == true
        assert compared(book, full=True) == ()
        before = tree(book.root)
        run(book)
        assert tree(book.root) == before
