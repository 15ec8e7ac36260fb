"""The sample's books as an insider finds them, what a full check says of them, and the ways to edit them by hand."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kkd_ledger.audit import archived
from kkd_ledger.audit.close import close_year
from kkd_ledger.audit.compared import compared
from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import InputRefused
from kkd_ledger.rules.engine.check import check
from kkd_ledger.strict_json import canonical
from kkd_ledger.work.books.changes import confirm
from kkd_ledger.work.statements import account_of_book, completeness
from tests.samples import sample_books

TOWN, COUNTY = "biedenkopf", "landkreis"
TODAY = dt.date(2024, 4, 30)
PERSONS = ("S. Muster", "L. Beispiel")
Edit = Callable[[Path], object]
"""What somebody does to one book's folder."""


def young_books(folder: Path) -> Path:
    """Both books with everything that waits booked, a payment run and a demand; no month is closed."""
    books = sample_books(folder)
    town, county = books / TOWN, books / COUNTY
    run = ("--on", "2024-03-15", "--prepared-by", "K. Kasse", "--released-by", "B. Buch")
    for words in (
        ("pay", str(town), *run, "--today", "2024-02-29"),
        ("demand", str(county), "2024", "--member", TOWN, "--today", "2024-02-29"),
        ("month", str(town), "--all", "--today", str(TODAY)),
        ("month", str(county), "--all", "--today", str(TODAY)),
    ):
        assert main(list(words)) == 0, words
    return books


def old_books(young: Path, folder: Path) -> Path:
    """The same books with the year 2023 closed, and what the town's stands on confirmed once more since."""
    shutil.copytree(young, folder, symlinks=True)
    for name in (TOWN, COUNTY):
        close_year(load_book(folder / name), 2023, by=PERSONS[0], today=TODAY)
    config = folder / TOWN / "book.toml"
    config.write_bytes(config.read_bytes().replace(b"unclear_days_max = 60", b"unclear_days_max = 62"))
    confirm(load_book(folder / TOWN), PERSONS, today=TODAY)
    return folder


def told(book: Path) -> frozenset[str]:
    """Return everything that `kkd check --full` says of a book; a refusal is one thing said."""
    try:
        held = load_book(book)
        found = (*check(held, full=True, today=TODAY, aged=TODAY), *compared(held, full=True))
        beside = (
            *archived.missing(held, ()),
            *archived.changed(held),
            *account_of_book.another(held),
            *completeness.wrong_sums(held),
        )
    except InputRefused as refused:
        return frozenset({str(refused)})
    return frozenset({*map(str, found), *beside})


def told_of_basis(book: Path) -> frozenset[str]:
    """Return what the rules say of a book that changed in nothing but what it stands on, or a link."""
    try:
        held = load_book(book)
        return frozenset(map(str, (*check(held, today=TODAY, aged=TODAY), *compared(held))))
    except InputRefused as refused:
        return frozenset({str(refused)})


# ---------------------------------------------------------------------------------------------------------- edits


def text(file: str, old: str, new: str, count: int = 1) -> Edit:
    """Replace a text that is there."""

    def edit(book: Path) -> None:
        path = book / file
        found = path.read_bytes()
        assert old.encode() in found, f"{old!r} is not in {file}"
        path.write_bytes(found.replace(old.encode(), new.encode(), count))

    return edit


def pattern(file: str, wanted: str, new: str, count: int = 1) -> Edit:
    """Replace what a pattern finds."""

    def edit(book: Path) -> None:
        path = book / file
        after, done = re.subn(wanted, new, path.read_text(encoding="utf-8"), count=count, flags=re.MULTILINE)
        assert done, f"{wanted!r} is not in {file}"
        path.write_text(after, encoding="utf-8")

    return edit


def flocks(file: str, change: Callable[[list[str]], list[str]]) -> Edit:
    """Change the directives of a month's file, which empty lines part."""

    def edit(book: Path) -> None:
        path = book / file
        before = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
        after = change(list(before))
        assert after != before, f"nothing changes in {file}"
        path.write_text("\n\n".join(after) + "\n", encoding="utf-8")

    return edit


def appended(file: str, more: str | bytes) -> Edit:
    """Write something behind a file's end."""
    content = more.encode() if isinstance(more, str) else more
    return lambda book: (book / file).write_bytes((book / file).read_bytes() + content)


def before(file: str, more: bytes) -> Edit:
    """Write something before a file's beginning."""
    return lambda book: (book / file).write_bytes(more + (book / file).read_bytes())


def content(file: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change a file's bytes."""

    def edit(book: Path) -> None:
        path = book / file
        found = path.read_bytes()
        assert change(found) != found
        path.write_bytes(change(found))

    return edit


def data(file: str, change: Callable[[dict[str, Any]], object]) -> Edit:
    """Change a certificate's data and write it in its form."""

    def edit(book: Path) -> None:
        path = book / file
        found = json.loads(path.read_bytes())
        change(found)
        assert canonical(found) != path.read_bytes()
        path.write_bytes(canonical(found))

    return edit


def removed(*files: str) -> Edit:
    """Take files away."""

    def edit(book: Path) -> None:
        for file in files:
            (book / file).unlink()

    return edit


def added(file: str, more: str = "x\n") -> Edit:
    """Write a new file."""

    def edit(book: Path) -> None:
        path = book / file
        assert not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(more, encoding="utf-8")

    return edit


def copied(file: str, name: str) -> Edit:
    """Lay a copy of a file beside it."""
    return lambda book: shutil.copy(book / file, book / name)


def renamed(file: str, name: str) -> Edit:
    """Give a file another name."""
    return lambda book: (book / file).rename(book / name)


def linked(file: str) -> Edit:
    """Put a link to the same content, laid elsewhere, in a file's place."""

    def edit(book: Path) -> None:
        path, elsewhere = book / file, book.parent / f"anderswo-{Path(file).name}"
        path.rename(elsewhere)
        path.symlink_to(elsewhere)

    return edit


def all_of(*edits: Edit) -> Edit:
    """Make several edits, as somebody does who knows the books."""
    return lambda book: [edit(book) for edit in edits]


def first(folder: str, glob: str, edit: Callable[[Path], object]) -> Edit:
    """Do something with the first file of a folder that has such a name."""
    return lambda book: edit(min((book / folder).glob(glob)))


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Return what changes the bytes of a file that is named later."""

    def edit(path: Path) -> None:
        found = path.read_bytes()
        assert change(found) != found
        path.write_bytes(change(found))

    return edit
