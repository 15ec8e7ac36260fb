"""A claim that is due so many days after its demand: the document says the day, and both books come to it."""

from __future__ import annotations

import datetime as dt

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read

from .test_due_plans import POSTEN, agreement
from .two_sides import Side, Sides, two_sides


@pytest.fixture
def sides(tmp_path):
    plan = {"id": "viertel", "clause": "§ 2", "after": {"days": 20, "of": "demand"}}
    sides = two_sides(tmp_path, agreement(dues=[plan]), "dorf", dt.date(2023, 1, 3))
    sides.begin(dt.date(2023, 1, 3))
    sides.post()
    return sides


def due(side: Side) -> dt.date:
    return claims(side.again(), read(side.book).records).items[POSTEN].due_on


def sent(sides: Sides, day: dt.date) -> str:
    sides.begin(day)
    [received] = sides.receive(sides.send())
    assert received.document.due == day + dt.timedelta(days=20)
    return received.comparison.text()


def test_until_it_is_demanded_it_is_due_by_the_day_of_posting(sides):
    assert due(sides.office) == dt.date(2023, 1, 23)


@pytest.mark.parametrize("posts", [False, True])
def test_both_books_come_to_the_day_of_the_document(sides, posts):
    if posts:
        sides.post(sides.member)
    assert sent(sides, dt.date(2023, 2, 14)) == "wie vereinbart"
    assert due(sides.office) == due(sides.member) == dt.date(2023, 3, 6)
    assert sides.differences() == ()
    for side in sides.both:
        assert [
            found.text for found in compared(side.again(), full=True) if found.kind.level != "hinweis"
        ] == []


def test_a_document_made_again_says_the_same_day(sides):
    sent(sides, dt.date(2023, 2, 14))
    [path] = (sides.office.book.root / "documents").glob("*.xml")
    before = path.read_bytes()
    path.unlink()
    sides.begin(dt.date(2023, 3, 1))
    sides.send()
    assert path.read_bytes() == before


def test_another_day_than_the_clause_says_is_told(sides):
    sides.post(sides.member)
    sides.begin(dt.date(2023, 2, 14))
    sides.send()
    [xml] = (sides.office.book.root / "documents").glob("*.xml")
    changed = sides.folder / "anders.xml"
    changed.write_text(xml.read_text("utf-8").replace("20230306", "20230316"), "utf-8")
    [received] = sides.receive([changed])
    assert "fällig 16.03.2023, vereinbart 06.03.2023" in received.comparison.text()
