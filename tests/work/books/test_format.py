"""kkd format: what Beancount reads becomes what the strict reader takes, and means the same; or nothing is written."""

from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import BookRefused
from kkd_ledger.work.books.format import format_book
from tests.samples import replace_once, sample_books, tree

OCTOBER = "2023/2023-10.beancount"
LATER = "2023/2023-11.beancount"


def test_a_book_comes_back_byte_for_byte(tmp_path: Path) -> None:
    """Indentation, amounts without column, empty lines and comments are gone; every entry is as it was."""
    folder = sample_books(tmp_path) / "biedenkopf"
    before = tree(folder)
    for file in (OCTOBER, LATER):
        text = (folder / file).read_text(encoding="utf-8")
        loose = text.replace("\n  nr:", "\n\t nr:").replace("  Aktiva", "      Aktiva")
        (folder / file).write_text(f"{loose}\n\n; von Hand\n", encoding="utf-8")
    book = load_book(folder)
    records = read(book).records
    assert read(book).by_beancount
    outcome = format_book(book)
    assert sorted(outcome.files) == [OCTOBER, LATER]
    assert outcome.findings == ()
    assert tree(folder) == before
    assert [record._replace(place=("", 0)) for record in read(book).records] == [
        record._replace(place=("", 0)) for record in records
    ]
    assert format_book(book).files == ()


@pytest.mark.parametrize(
    ("old", "new", "below", "problem"),
    [
        (
            'nr: "2023-000002"',
            "nr: 5",
            -1,
            "gefunden: Metadatum nr ist weder Text noch Tag; erlaubt: was eine kanonische Form hat",
        ),
        (
            'nr: "2023-000002"',
            'nr: "2023-000002',
            1,
            "gefunden: Beancount: Invalid token: 'kostenbeteiligung\"'; "
            "erlaubt: was eine kanonische Form hat",
        ),
    ],
)
def test_what_has_no_canonical_form_is_named_and_nothing_is_written(
    old: str, new: str, below: int, problem: str, tmp_path: Path
) -> None:
    """`below`: how many lines below the changed one the reader says that it stumbles."""
    folder = sample_books(tmp_path) / "biedenkopf"
    replace_once(folder / OCTOBER, old, new)
    before = tree(folder)
    changed = (folder / OCTOBER).read_text(encoding="utf-8").splitlines().index(f"  {new}") + 1
    with pytest.raises(BookRefused) as refused:
        format_book(load_book(folder))
    assert [str(one) for one in refused.value.problems] == [f"{OCTOBER}: Zeile {changed + below}: {problem}"]
    assert tree(folder) == before
