"""Figures beside the agreement are part of what a book stands on: two persons confirm a change of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kkd_ledger.book.config import load_book
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.changes import changes, confirm
from tests.samples import replace_once, sample_books

PERSONS = ("S. Muster", "L. Beispiel")
TODAY = dt.date(2024, 2, 29)
FIGURE = """[[figures]]
id = "kosten"
year = 2024
amount = "1.000,00"
source = "Haushaltsplan"
known_from = 2024-02-01
"""


def test_a_figure_is_confirmed_like_the_agreement_and_its_change_is_told(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    alone = load_book(folder / "biedenkopf").agreement_sha256
    (folder / "kkd/zahlen").mkdir()
    file = folder / "kkd/zahlen/2024.toml"
    file.write_text(FIGURE, "utf-8")
    book = load_book(folder / "biedenkopf")
    assert book.agreement_sha256 != alone
    assert confirm(book, PERSONS, today=TODAY).complete
    assert changes(load_book(book.root)).changes == ()
    replace_once(file, "1.000,00", "2.000,00")
    [change] = changes(load_book(book.root)).changes
    assert (change.name, change.file, change.only_added) == (
        "zahlen/2024.toml",
        "../kkd/zahlen/2024.toml",
        False,
    )
    assert list(change.lines()) == [("-", 4, 'amount = "1.000,00"'), ("+", 4, 'amount = "2.000,00"')]
    told = [str(finding) for finding in check(load_book(book.root), full=True, today=TODAY)]
    assert any("zahlen/2024.toml: 1 Zeile geändert seit der Bestätigung" in sentence for sentence in told)
