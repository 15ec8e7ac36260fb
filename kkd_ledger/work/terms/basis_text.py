"""book.toml and the words of letters, written anew as a whole: checked first, by the one writer, never half."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from kkd_ledger.agreement import load
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.letters.stationery import FOLDER, OURS, TEXTS, Stationery

WORDS: Final = f"{FOLDER}/{TEXTS}"


class NewText(NamedTuple):
    """A file's new text, and the lines that differ from what stands there."""

    file: str
    text: str
    lines: tuple[str, ...]


def settings_text(book: Book) -> str:
    """Return book.toml as it stands."""
    return book.config_file.read_text(encoding="utf-8")


def words_text(book: Book) -> str:
    """Return the words of letters that a book has of its own, else ours."""
    own = book.root / WORDS
    return (own if own.is_file() else OURS / TEXTS).read_text(encoding="utf-8")


def new_settings(book: Book, text: str, *, dry_run: bool = False) -> NewText:
    """Write book.toml anew; raise BookRefused with everything that is wrong with it, also where it names another party.

    What the books were begun with stays: party, agreement and format are not changed here.
    """
    new = NewText(v.BOOK_FILE, text, difference(settings_text(book), text))
    with tempfile.TemporaryDirectory(dir=book.root.parent) as folder:
        Path(folder, v.BOOK_FILE).write_text(text, encoding="utf-8")
        try:
            tried = load_book(Path(folder))
        except BookRefused as error:
            raise BookRefused(replace(problem, file=v.BOOK_FILE) for problem in error.problems) from None
        if (tried.party, tried.settings.agreement) != (book.party, book.settings.agreement):
            allowed = f"party = {book.party!r} und agreement = {book.settings.agreement!r}, mit denen das Buch begann"
            raise BookRefused([Problem(v.BOOK_FILE, "party, agreement", "geändert", allowed)])
        load(tried.agreement_file)
    return _written(book, new, dry_run=dry_run)


def new_words(book: Book, text: str, *, dry_run: bool = False) -> NewText:
    """Write a book's own words of letters; raise InvoiceRefused for what cannot be put in."""
    new = NewText(WORDS, text, difference(words_text(book), text))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, TEXTS).write_text(text, encoding="utf-8")
        Stationery(Path(folder)).knows("")
    return _written(book, new, dry_run=dry_run)


def _written(book: Book, new: NewText, *, dry_run: bool) -> NewText:
    if new.lines and not dry_run:
        with journal.writing(book.root) as writer:
            writer.commit({new.file: new.text.encode()}, lambda _: None)
    return new


def difference(old: str, new: str) -> tuple[str, ...]:
    """Return the lines in which two texts differ."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "vorher", "nachher", lineterm="", n=0)
    return tuple(lines)
