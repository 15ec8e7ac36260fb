"""Whoever acts through a book opened for them acts as they are known, and nobody else acts through it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import appropriate
from tests.samples import replace_once, sample_books

TODAY = dt.date(2024, 3, 1)
KNOWN = [v.KnownBy.PASSWORD, v.KnownBy.PASSKEY, v.KnownBy.OIDC, v.KnownBy.SYSTEM_USER]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return load_book(sample_books(tmp_path) / "biedenkopf")


def entered(book: Book, by: str) -> Path:
    """Enter an appropriation, and return the month's file."""
    outcome = appropriate(book, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=TODAY, by=by)
    [file] = [name for name in outcome.files if re.fullmatch(r"\d{4}/\d{4}-\d\d\.beancount", name)]
    return book.root / file


def codes(book: Book) -> set[str]:
    return {finding.kind.code for finding in check(load_book(book.root), today=TODAY)}


def test_a_typed_name_is_told_as_one(book: Book) -> None:
    assert entered(book, "L. Beispiel").read_text("utf-8").rstrip().count('akt-bekannt: "angabe"') >= 1


@pytest.mark.parametrize("known_by", KNOWN)
def test_the_act_says_how_the_person_was_known(book: Book, known_by: v.KnownBy) -> None:
    before = codes(book)
    text = entered(book.acted_by({"L. Beispiel": known_by}), "L. Beispiel").read_text("utf-8")
    assert f'  akt-bekannt: "{known_by}"' in text
    assert codes(book) == before


def test_nobody_else_acts_through_it(book: Book) -> None:
    before = {path: path.read_bytes() for path in book.root.rglob("*.beancount")}
    with pytest.raises(PersonRefused, match=r"S\. Muster hat sich nicht angemeldet.*L\. Beispiel"):
        entered(book.acted_by({"L. Beispiel": v.KnownBy.PASSWORD}), "S. Muster")
    assert {path: path.read_bytes() for path in book.root.rglob("*.beancount")} == before


def test_where_nobody_has_proved_anything_nobody_acts(book: Book) -> None:
    with pytest.raises(PersonRefused, match="wer angemeldet ist: niemand"):
        entered(book.acted_by({}), "L. Beispiel")


def test_the_book_itself_stays_as_it_was(book: Book) -> None:
    book.acted_by({"L. Beispiel": v.KnownBy.PASSKEY})
    assert book.proved is None


@pytest.mark.parametrize(
    ("before", "after"), [("kennwort", "passkey"), ("kennwort", "angabe"), ("angabe", "passkey")]
)
def test_how_a_person_was_known_belongs_to_the_act(book: Book, before: str, after: str) -> None:
    """An act over a typed name keeps the hash of before there were logins; any other one covers how they were known."""
    proved = book if before == "angabe" else book.acted_by({"L. Beispiel": v.KnownBy(before)})
    replace_once(entered(proved, "L. Beispiel"), f'akt-bekannt: "{before}"', f'akt-bekannt: "{after}"')
    assert "KKD-Z10" in codes(book)
