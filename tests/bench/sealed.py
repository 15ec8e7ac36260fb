"""A book whose months are sealed but for the newest one, which was changed since: what `kkd check` meets every day."""

from pathlib import Path

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.seals import chain as seals
from kkd_ledger.book.text import canonical, topfile
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Custom, Euro
from kkd_ledger.rules.engine.check import check


def seal(folder: Path) -> Book:
    """Seal all months of a book but the newest, reach the state behind the last seal, and change the open month."""
    book = load_book(folder)
    months = read(book).months
    head = before = ""
    for place, month in enumerate(months[:-1], start=1):
        text = book.month_file(month).read_bytes()
        data = {
            "format": seals.FORMAT,
            "art": str(seals.LinkKind.SEAL),
            "glied": place,
            "vorgaenger": before,
            "buch": book.party,
            "monat": str(month),
            "dateien": {f"{month.stem}.beancount": seals.hash_of(text)},
            "eintraege": seals.marks(text),
            "feststellungen": [],
        }
        file, content = f"{month.stem}.seal.json", seals.as_bytes(data)
        (book.root / file).write_bytes(content)
        head, before = seals.head_of(place, file, content), seals.hash_of(content)
    book.top_file.write_text(topfile.write(book.settings.title, months, head), encoding="utf-8")
    assert check(book) == ()
    open_month = book.month_file(months[-1])
    values = (book.settings.budget.line, str(months[-1].year), Euro(1), "nachtrag")
    entry = canonical.write([Custom(months[-1].last_day, "haushaltsansatz", values, {})])
    open_month.write_text(open_month.read_text(encoding="utf-8") + entry, encoding="utf-8")
    return book
