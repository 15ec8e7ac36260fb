"""The month files and the top file as a session leaves them: what it adds, each batch ended by its line.

One place ends a batch (here), one verifies it (`audit/compared/as_written.py`). A certificate that a batch leaves is
named in it by its hash. In a book made before there were such lines the first writing takes every open month over: what
stands there so far is its first batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import CERTIFICATE, SealChain
from kkd_ledger.book.store.journal import LEDGER
from kkd_ledger.book.text import batches, canonical, topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons import acts


def certificates(
    book: Book, files: Mapping[str, bytes], added: Mapping[BookingMonth, Sequence[Dated]]
) -> Iterator[tuple[BookingMonth, Custom]]:
    """Yield the month and the directive that names its certificate, for each certificate that will be written anew."""
    for name, content in files.items():
        there = book.root / name
        if name.endswith(CERTIFICATE) and not (there.is_file() and there.read_bytes() == content):
            month = BookingMonth.parse(there.name.removesuffix(CERTIFICATE))
            records = added.get(month, ())
            yield month, acts.recorded(name, content, records[-1].date if records else month.first_day)


def files_of(
    book: Book,
    chain: SealChain,
    months: tuple[BookingMonth, ...],
    texts: Mapping[BookingMonth, str],
    numbers: Mapping[int, int],
) -> dict[str, bytes]:
    """Return the files with what is added to some months (`texts`); `numbers` are the last ones given, by year.

    `months` are those of the book then, in journal order.
    """
    if not texts:
        return {}
    top = _top(book)
    counts = dict(top.batches or {})
    old = () if top.batches is not None else (month for month in top.months if not chain.is_sealed(month))
    files: dict[str, bytes] = {}
    for month in dict.fromkeys([*texts, *old]):
        there = month in top.months
        content = book.month_file(month).read_bytes() if there else canonical.HEAD.encode()
        text = texts.get(month, "").encode()
        done = max(counts.get(month, 0), batches.count(content))
        begins = not done and (not there or top.batches is None)
        if begins and there:
            _refuse_later(content, month)
            text = _certificate_of(book, month) + text
        counts[month] = done
        if batch := content + text if begins else text:
            counts[month] += 1
            end = batches.closing(batch, book.party, month, counts[month])
            files[f"{month.stem}{LEDGER}"] = content + text + end
    last = topfile.last_of(numbers) if set(months) - set(top.months) else top.last
    title, counts = book.settings.title, {month: counts[month] for month in months if month in counts}
    return files | {v.TOP_FILE: topfile.write(title, months, chain.head, last, counts).encode()}


def _refuse_later(content: bytes, month: BookingMonth) -> None:
    """Raise BookRefused for text without ends of batches that was written when each had one: somebody took them out."""
    if batches.is_later(content, month):
        actual = f"kein Buchungsstapel, obwohl nach dem {german.day(batches.SINCE)} geschrieben"
        allowed = "der Text, wie kkd ihn schrieb: die Stelle, die die Bücher sichert, hat ihn"
        raise BookRefused([Problem(f"{month.stem}{LEDGER}", "", actual, allowed)])


def _top(book: Book) -> TopFile:
    """Return what the top file says; of a book that is to be made nothing."""
    if not book.top_file.exists():
        return TopFile({}, (), (), batches={})
    return topfile.read(book.top_file.read_text(encoding="utf-8"), v.TOP_FILE)


def _certificate_of(book: Book, month: BookingMonth) -> bytes:
    """Return what names the certificate that a month has already, as the first of what is taken over."""
    name = f"{month.stem}{CERTIFICATE}"
    if not (book.root / name).is_file():
        return b""
    content = (book.root / name).read_bytes()
    return canonical.write([acts.recorded(name, content, month.first_day)]).encode()
