"""Each kind of edit by somebody who may write in a book's folder and has no key is told by a full check.

The kinds are the tables beside this file; what cannot be told stands in `beyond`, each with its reason.
"""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.seals import basis
from kkd_ledger.book.text import vocabulary as v
from tests.audit.insider import beyond, in_basis, in_determined, in_files, in_hashes, in_months, in_operator
from tests.audit.insider.in_months import Kinds
from tests.audit.insider.world import COUNTY, TOWN, Edit, all_of, old_books, told, told_of_basis, young_books
from tests.samples import tree

_TABLES: Final[dict[str, Kinds]] = {
    "payment": in_months.PAYMENT,
    "share": in_months.SHARE,
    "nobody's": in_months.NOBODY,
    "act": in_months.ACTS,
    "form": in_months.FORM,
    "batch": in_files.BATCHES,
    "top file": in_files.TOP_FILE,
    "certificate": in_files.CERTIFICATE,
    "archive": in_files.ARCHIVE,
    "run": in_files.RUNS,
    "folder": in_files.FOLDERS,
}
IN_TOWN: Final = {
    f"{table}: {kind}": edit for table, kinds in _TABLES.items() for kind, edit in kinds.items()
}
HASHED: Final = {
    f"{table}: {kind}": edit
    for table, kinds in {
        "run": in_hashes.RUNS,
        "act": in_hashes.ACTS,
        "resolution": in_hashes.RESOLUTIONS,
    }.items()
    for kind, edit in kinds.items()
}
_DETERMINED: Final[dict[str, tuple[Kinds, str]]] = {
    "share": (in_determined.SHARE, "KKD-T17|KKD-V01"),
    "order": (in_determined.ORDER, "KKD-N05|KKD-T18"),
    "reason": (in_determined.REASON, "KKD-T19"),
    "foreign line": (in_determined.FOREIGN, "KKD-T20"),
    "act": (in_determined.ACTS, "KKD-T22"),
    "certificate": (in_determined.CERTIFICATES, "KKD-T23"),
    "inbox": (in_determined.INBOX, "KKD-T14"),
}
DETERMINED: Final = {
    f"{table}: {kind}": (edit, codes)
    for table, (kinds, codes) in _DETERMINED.items()
    for kind, edit in kinds.items()
}
FILES: Final = {
    v.BOOK_FILE: in_basis.BOOK,
    basis.AGREEMENT: in_basis.AGREEMENT,
    basis.CONTACTS: in_basis.CONTACTS,
}
UNTOLD: Final = beyond.HARMLESS | beyond.SIGNED


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return young_books(tmp_path_factory.mktemp("young"))


@pytest.fixture(scope="module")
def old(young: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return old_books(young, tmp_path_factory.mktemp("old") / "books")


@pytest.fixture(scope="module")
def untouched(young: Path, old: Path) -> frozenset[str]:
    """What is said of books that nobody edited: nothing."""
    return frozenset().union(*(told(books / name) for books in (young, old) for name in (TOWN, COUNTY)))


def edited(books: Path, name: str, folder: Path, edit: Edit) -> Path:
    """Return a copy of a book and of what it stands on, after an edit."""
    for one in (name, "kkd"):
        shutil.copytree(books / one, folder / "books" / one, symlinks=True)
    edit(folder / "books" / name)
    return folder / "books" / name


def test_books_that_nobody_edited_are_in_order(untouched: frozenset[str]) -> None:
    assert untouched == frozenset()


@pytest.mark.parametrize("kind", IN_TOWN)
def test_an_edit_is_told(kind: str, young: Path, tmp_path: Path) -> None:
    assert told(edited(young, TOWN, tmp_path, IN_TOWN[kind]))


@pytest.mark.parametrize("kind", HASHED)
def test_an_edit_with_every_hash_made_again_is_told(kind: str, young: Path, tmp_path: Path) -> None:
    assert told(edited(young, TOWN, tmp_path, all_of(HASHED[kind], in_hashes.hashed_again)))


@pytest.mark.parametrize("kind", DETERMINED)
def test_an_edit_of_what_something_determines_is_told(kind: str, young: Path, tmp_path: Path) -> None:
    edit, codes = DETERMINED[kind]
    found = told(edited(young, TOWN, tmp_path, all_of(edit, in_hashes.hashed_again)))
    assert [finding for finding in found if re.search(codes, finding)]


@pytest.mark.parametrize("kind", in_determined.DOCUMENTS)
def test_a_document_exchanged_with_its_hash_is_told(kind: str, young: Path, tmp_path: Path) -> None:
    edit = in_determined.DOCUMENTS[kind]
    found = told(edited(young, COUNTY, tmp_path, all_of(edit, in_hashes.hashed_again)))
    assert [finding for finding in found if "KKD-T21" in finding]


@pytest.mark.parametrize("kind", in_determined.SEALS)
def test_a_closing_proof_that_says_otherwise_what_it_is_made_of_is_told(
    kind: str, old: Path, tmp_path: Path
) -> None:
    found = told(edited(old, TOWN, tmp_path, in_determined.SEALS[kind]))
    assert [finding for finding in found if "KKD-S02" in finding]


@pytest.mark.parametrize("kind", in_hashes.SEALS)
def test_a_closing_proof_made_again_is_told(kind: str, old: Path, tmp_path: Path) -> None:
    assert told(edited(old, TOWN, tmp_path, in_hashes.SEALS[kind]))


@pytest.mark.parametrize("kind", in_hashes.AGAIN)
def test_a_closing_proof_that_its_text_does_not_bring_about_is_told(
    kind: str, old: Path, tmp_path: Path
) -> None:
    found = told(edited(old, TOWN, tmp_path, in_hashes.AGAIN[kind]))
    assert [finding for finding in found if "KKD-S" in finding]


@pytest.mark.parametrize("kind", in_hashes.UNTOLD)
def test_what_needs_a_witness_is_named(kind: str, old: Path, tmp_path: Path) -> None:
    found = told(edited(old, TOWN, tmp_path, in_hashes.UNTOLD[kind]))
    assert not any("KKD-S" in finding for finding in found)


@pytest.mark.parametrize("name", [TOWN, COUNTY])
def test_hashes_made_again_of_what_nobody_edited_are_the_same(name: str, young: Path, tmp_path: Path) -> None:
    book = edited(young, name, tmp_path, in_hashes.hashed_again)
    assert tree(book) == tree(young / name)


@pytest.mark.parametrize("kind", in_operator.OPERATOR)
def test_an_edit_in_the_operators_book_is_told(kind: str, young: Path, tmp_path: Path) -> None:
    assert told(edited(young, COUNTY, tmp_path, in_operator.OPERATOR[kind]))


@pytest.mark.parametrize("kind", in_basis.BESIDE)
def test_an_edit_of_what_the_book_stands_on_is_told(kind: str, old: Path, tmp_path: Path) -> None:
    assert told_of_basis(edited(old, TOWN, tmp_path, in_basis.BESIDE[kind]))


def test_another_value_of_each_key_is_told(old: Path, tmp_path: Path) -> None:
    """Of every key what the finding is made of; of every fifth one what a check says."""
    book = load_book(old / TOWN)
    confirmed = basis.Confirmed(basis.hashes_of(basis.contents(book)), "", whole=True)
    held, count = basis.contents(book), 0
    for name, file in FILES.items():
        for key, content in in_basis.each_key(book.root / file):
            assert [one.title for one in basis.changes(book, confirmed, held | {name: content})], (
                f"{name}: {key}"
            )
            if not count % 5:
                folder = tmp_path / str(count)
                assert told_of_basis(edited(old, TOWN, folder, partial(_written, file, content))), (
                    f"{name}: {key}"
                )
            count += 1
    assert count >= 150


def _written(file: str, content: bytes, book: Path) -> None:
    (book / file).write_bytes(content)


@pytest.mark.parametrize("kind", UNTOLD)
def test_what_needs_more_than_the_book_is_named(kind: str, young: Path, tmp_path: Path) -> None:
    """Once one of these is told, it belongs into a table above."""
    assert told(edited(young, TOWN, tmp_path, UNTOLD[kind])) == frozenset()


def test_there_are_as_many_kinds_as_were_tried_before() -> None:
    assert len(DETERMINED) + len(in_determined.DOCUMENTS) + len(in_determined.SEALS) >= 34
    assert len(IN_TOWN) + len(in_operator.OPERATOR) + len(in_basis.BESIDE) >= 400
    assert len(beyond.SIGNED) <= 2, "the list of what waits for signatures does not grow unseen"
