"""kkd reopen: a sealed month, and all sealed after it, are open again, by a new link with a reason and two names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from kkd_ledger.audit.next_seal_link import NextSealLink, commit, said
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealLink, SealLinkKind
from kkd_ledger.book.store import journal
from kkd_ledger.book.store.journal import LEDGER
from kkd_ledger.book.text import batches, reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.errors import BookRefused, Problem, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.roles import refuse_unknown


class Reopening(NamedTuple):
    """The new link, and the months that are open again, in the order in which they were sealed."""

    link: SealLink
    months: tuple[BookingMonth, ...]


def reopen(
    book: Book,
    month: BookingMonth,
    *,
    reason: str,
    by: tuple[str, str],
    today: dt.date,
    dry_run: bool = False,
) -> Reopening:
    """Open a sealed month again, and all that were sealed after it; their seals stay in the chain.

    Raise UsageError without a reason or two different names or where the month is not sealed, BookRefused where the
    chain is broken.
    """
    names = [said(name, "wer öffnet (zwei Personen)") for name in by]
    if not are_different(names):
        raise UsageError(f"Zwei verschiedene Personen müssen öffnen; genannt ist zweimal {names[0]}.")
    refuse_unknown(book.settings, names, today)
    text = said(reason, "warum der Monat wieder geöffnet wird")
    with journal.writing(book.root) as writer:
        top, chain = reader.consistently(book, lambda texts: reader.outline(book, texts))
        if chain.breaks:
            raise BookRefused(
                Problem(flaw.place.file, f"Zeile {flaw.place.line}", flaw.text, "eine unversehrte Kette")
                for flaw in chain.breaks
            )
        if month not in chain.seals:
            raise UsageError(f"Der Monat {month} ist nicht abgeschlossen.")
        months = chain.months[chain.months.index(month) :]
        data = {
            "betrifft": [str(opened) for opened in months],
            "grund": text,
            "von": names,
            "am": today.isoformat(),
        }
        doers = tuple(Doer(v.Deed.REOPENS, name, today) for name in names)
        files, opened = _taken_over(book, months) if top.batches is not None else ({}, {})
        step = NextSealLink(chain, top.months, month, SealLinkKind.REOPENING, data, doers, files, opened)
        return Reopening(commit(book, writer, step, dry_run=dry_run), months)


def _taken_over(
    book: Book, months: Sequence[BookingMonth]
) -> tuple[dict[str, bytes], dict[BookingMonth, int]]:
    """Return how many batches each month has, and the files of those closed before there were any, as one batch."""
    files, counts = {}, {}
    for month in months:
        content = book.month_file(month).read_bytes()
        counts[month] = batches.count(content) or 1
        if not batches.count(content):
            files[f"{month.stem}{LEDGER}"] = content + batches.closing(content, book.party, month, 1)
    return files, counts
