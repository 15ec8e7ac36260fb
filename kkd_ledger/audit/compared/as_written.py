"""Month files ↔ how they were written: every line belongs to a batch that still has its hash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.compared.kinds import TITLE, UNKNOWN, UNPROVED, VOUCHED, WRITTEN
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import KEPT, SealChain
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.store.journal import LEDGER
from kkd_ledger.book.text import batches, topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules import sealed
from kkd_ledger.rules.engine.rule import Finding

LATER: Final = f"seit dem {german.day(batches.SINCE)} hat jeder Text einen"
_CONFIRMED: Final = re.compile(
    rf'^\S+ custom "{v.CustomType.BASIS}" "([^"\\]*)" "([0-9a-f]{{64}})"$'.encode(), re.MULTILINE
)


class EditedBatch(NamedTuple):
    """Text of a month that is not as it was written: how it is vouched for, as it is now, and what is wrong with it."""

    subject: str
    content: bytes
    month: BookingMonth
    text: str


def changed_batches(
    book: Book, texts: BookTexts, top: TopFile, chain: SealChain, months: Iterable[BookingMonth]
) -> Iterator[Finding]:
    """Yield where the text of a month is not as kkd wrote it; a month that is sealed is proved by its seal as well.

    Books made before there were batches have none, and stay valid until the first writing takes them over: that nothing
    proves their open months is told once. Text of later days is never such a book's.
    """
    is_unproved = False
    for month in months:
        file = f"{month.stem}{LEDGER}"
        content = texts.find(file) or b""
        batch_count = batches.count(content)
        if chain.is_sealed(month):
            stated = batch_count
            if not batch_count:
                continue
            if top.batches is None:
                yield _unstated("die Zeile fehlt ganz, abgeschlossene Monate haben Buchungsstapel")
                return
        elif top.batches is None:
            if batch_count:
                yield _unstated(f"{month} hat {batch_count}, genannt ist keiner")
            elif batches.is_later(content, month):
                yield Finding(WRITTEN, Place(file, 1), f"kein Buchungsstapel belegt den Text; {LATER}")
            elif not is_unproved:
                is_unproved = True
                yield Finding(UNPROVED, Place(v.TOP_FILE, 1), f"genannt ist keiner, auch nicht für {month}")
            continue
        else:
            stated = top.batches.get(month, 0)
        for misfit in batches.misfits(content, book.party, month, stated):
            yield Finding(VOUCHED if misfit.vouched else WRITTEN, Place(file, misfit.line), misfit.text)


def edited_batches(book: Book, texts: BookTexts, top: TopFile, chain: SealChain) -> Iterator[EditedBatch]:
    """Yield what was changed by hand in open months, and nobody has vouched for yet."""
    for month, stated in (top.batches or {}).items():
        if chain.is_sealed(month):
            continue
        content = texts.find(f"{month.stem}{LEDGER}") or b""
        for misfit in batches.misfits(content, book.party, month, stated):
            if misfit.subject and not misfit.vouched:
                yield EditedBatch(misfit.subject, misfit.content, month, misfit.text)


def changed_kept(texts: BookTexts, months: Iterable[BookingMonth]) -> Iterator[Finding]:
    """Yield what persons confirmed in some months and is no more kept as it was; what a seal keeps the chain proves."""
    seen: set[str] = set()
    for month in months:
        file = f"{month.stem}{LEDGER}"
        content = texts.find(file) or b""
        for confirmation in _CONFIRMED.finditer(content):
            name, sha256 = (part.decode("utf-8", "replace") for part in confirmation.groups())
            if sha256 not in seen and texts.sha256(f"{KEPT}/{sha256}") != sha256:
                line = content.count(b"\n", 0, confirmation.start()) + 1
                yield Finding(
                    sealed.KEPT, Place(file, line), f"{name}: {KEPT}/{sha256} fehlt oder ist verändert"
                )
            seen.add(sha256)


def kept_of_nobody(book: Book, texts: BookTexts, top: TopFile, chain: SealChain) -> Iterator[Finding]:
    """Yield what is kept though no closing proof and no confirmation names it: of all months, and so at a full check.

    Whoever cuts a proof off leaves what it kept.
    """
    named = {sha256 for link in chain.links for sha256 in link.basis.values()}
    for month in top.months:
        content = texts.find(f"{month.stem}{LEDGER}") or b""
        named |= {confirmation[2].decode() for confirmation in _CONFIRMED.finditer(content)}
    for path in BookFolder(book.root).listed(KEPT):
        if path.name not in named and not path.is_symlink():
            yield Finding(
                UNKNOWN, Place(f"{KEPT}/{path.name}", 1), "kein Abschluss und keine Bestätigung nennt es"
            )


def changed_top(book: Book, texts: BookTexts, top: TopFile, chain: SealChain) -> Iterator[Finding]:
    """Yield where the top file is not what kkd writes of what it says; one without batches is of before."""
    if top.batches is None:
        return
    title = top.options.get("title", "")
    wanted = (
        topfile.write(title, top.months, top.head, top.last, top.batches).encode().splitlines(keepends=True)
    )
    written = (texts.find(v.TOP_FILE) or b"").splitlines(keepends=True)
    if written != wanted:
        pairs = zip_longest(written, wanted)
        line = next(number for number, (line_text, other) in enumerate(pairs, start=1) if line_text != other)
        yield Finding(WRITTEN, Place(v.TOP_FILE, line), "so schreibt kkd die Hauptdatei nicht")
    months = [month for month in top.months if not chain.is_sealed(month)]
    if list(top.batches) != months:
        named, there = (" ".join(map(str, some)) or "keinen" for some in (top.batches, months))
        yield _unstated(f"genannt sind {named}, offen {there}")
    if title != book.settings.title:
        yield Finding(TITLE, Place(v.TOP_FILE, 1), f"{title!r}, in {v.BOOK_FILE} {book.settings.title!r}")


def _unstated(text: str) -> Finding:
    return Finding(WRITTEN, Place(v.TOP_FILE, 1), f"Buchungsstapel der offenen Monate: {text}")
