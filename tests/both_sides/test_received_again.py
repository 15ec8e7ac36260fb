"""A received document is read again with the books: one exchanged with its hash still has to demand what was booked."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.config import Book

from .test_due_plans import agreement
from .two_sides import Sides, two_sides


@pytest.fixture
def member(tmp_path: Path) -> Book:
    """A town's book that has booked a share by the office's document."""
    sides: Sides = two_sides(tmp_path, agreement(), "dorf", dt.date(2023, 1, 3))
    sides.begin(dt.date(2023, 1, 3))
    sides.post(sides.office)
    (received,) = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    return sides.member.book


def told(book: Book) -> list[str]:
    return [found.text for found in compared(book, full=True) if found.kind.code == "KKD-T21"]


def exchanged(book: Book, old: str, new: str) -> Path:
    """Put other bytes into the document's place, and their hash wherever the months name it."""
    (path,) = (book.root / "documents").glob("*.xml")
    before = path.read_bytes()
    after = before.replace(old.encode(), new.encode())
    assert before != after
    path.write_bytes(after)
    hashes = [hashlib.sha256(content).hexdigest() for content in (before, after)]
    for month in book.root.glob("2*/*.beancount"):
        month.write_text(month.read_text("utf-8").replace(*hashes), "utf-8")
    return path


def test_what_came_is_as_it_was_booked(member: Book) -> None:
    assert told(member) == []


def test_another_sum_is_told_though_the_hash_was_made_again(member: Book) -> None:
    (path,) = (member.root / "documents").glob("*.xml")
    text = path.read_text("utf-8")
    cents = text.partition("<ram:DuePayableAmount>")[2].partition("<")[0]
    more = f"9{cents}"
    exchanged(member, f">{cents}<", f">{more}<")
    (flaw,) = told(member)
    number = flaw.partition("sagt ")[2].partition(" ")[0]
    assert flaw.endswith(f"sagt {number} über 91.000,02 EUR, gebucht {number} über 1.000,02 EUR")


def test_another_number_is_told(member: Book) -> None:
    (path,) = (member.root / "documents").glob("*.xml")
    number = (
        path.read_text("utf-8")
        .partition("<rsm:ExchangedDocument>")[2]
        .partition("<ram:ID>")[2]
        .partition("<")[0]
    )
    exchanged(member, f"<ram:ID>{number}</ram:ID>", f"<ram:ID>{number}9</ram:ID>")
    (flaw,) = told(member)
    assert f"sagt {number}9" in flaw


def test_what_is_no_e_invoice_any_more_is_told(member: Book) -> None:
    exchanged(member, "CrossIndustryInvoice>", "Invoice>")
    (flaw,) = told(member)
    assert "ist keine E-Rechnung" in flaw
