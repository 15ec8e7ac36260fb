"""kkd format: bring text that only Beancount can read into the canonical form, without changing what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import canonical
from kkd_ledger.book.text.reader import BookReading
from kkd_ledger.book.text.records import Dated, TextFlaw, Top
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.work.session import Outcome, session

_ALLOWED: Final = "was eine kanonische Form hat"


def format_book(book: Book, *, dry_run: bool = False) -> Outcome:
    """Rewrite the open months' files that are not in canonical form; no entry changes, but comments are lost.

    Raise BookRefused with every place that has no canonical form: what Beancount itself objects to, and what these
    books do not know.
    """
    with session(book) as work:
        for file, text in _texts(work.reading).items():
            work.put(file, text.encode())
        return work.commit(dry_run=dry_run)


def _texts(reading: BookReading) -> dict[str, str]:
    """Return the canonical text of the months' files; none where the strict reader takes them all."""
    if not reading.by_beancount:
        return {}
    records = [record for record in reading.records if not isinstance(record, Top | TextFlaw)]
    flaws = [record for record in reading.records if isinstance(record, TextFlaw)]
    misfits = [
        *((complaint.place, complaint.text) for complaint in reading.complaints),
        *((flaw.place, flaw.text) for flaw in flaws),
    ]
    problems = [Problem(place.file, f"Zeile {place.line}", text, _ALLOWED) for place, text in misfits]
    sealed = {f"{month.stem}.beancount" for month in reading.chain.months}
    texts = {}
    for month in reading.months:
        file = f"{month.stem}.beancount"
        own = [record for record in records if record.place.file == file]
        texts[file] = canonical.HEAD + canonical.write(own)
        problems += _unproved(texts[file], file, own)
    if problems:
        raise BookRefused(problems)
    return {file: text for file, text in texts.items() if file not in sealed}


def _unproved(text: str, file: str, records: Sequence[Dated]) -> Iterator[Problem]:
    """Yield what would be read otherwise than it was: a tag, a key or a text that the canonical form does not have."""
    try:
        again = canonical.read(text, file)
    except canonical.NotCanonical as error:
        yield Problem(file, "", error.line, _ALLOWED)
        return
    for before, after in zip(records, again, strict=True):
        if before != after._replace(place=before.place):
            yield Problem(
                file, f"Zeile {before.place.line}", "ein Eintrag, der anders gelesen würde", _ALLOWED
            )
