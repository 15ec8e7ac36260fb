"""Suche: one box for members, references, amounts, texts and numbers of a book."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import format_eur, parse_typed_eur
from kkd_ledger.web.workplace.blocks import Asked, Content, Sentence, Sentences, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.pages.journal_page import entries_table

HITS_MAX: Final = 500


def _search(asked: Asked) -> Content:
    wanted = asked.query.get("q", "").strip()
    if not wanted:
        return Content("Suche", "Name, Nummer, Kassenzeichen, Betrag oder Text eingeben.", [])
    entries = [entry for entry, _ in zip(_hits(asked, wanted), range(HITS_MAX), strict=False)]
    parties = [
        Sentence(member.name, href=asked.party(member.id))
        for member in asked.snapshot.book.agreement.parties()
        if wanted.casefold() in member.name.casefold() or wanted == (member.ags or "")
    ]
    hits = [Sentences("Beteiligte", parties)] if parties else []
    lead = f"Gesucht: {wanted}" + (f" (die ersten {HITS_MAX} Buchungen)" if len(entries) == HITS_MAX else "")
    return Content("Suche", lead, [*hits, TableBlock(entries_table(asked, entries, "Buchungen"))])


def _hits(asked: Asked, wanted: str) -> Iterator[Transaction]:
    """Yield the entries that have all the words, the amount, or the reference with its blanks left out."""
    journal, cents, words = asked.snapshot.journal, _cents(wanted), wanted.casefold().split()
    joined, amount = "".join(words), f" {format_eur(cents).casefold()}" if cents else ""
    for entry in journal.entries:
        text = journal.texts.get(entry.text(v.NUMBER), "")
        if joined in text or all(word in text for word in words) or (amount and amount in text):
            yield entry


def _cents(wanted: str) -> int | None:
    """Return the amount that somebody looks for; None where it is no amount."""
    try:
        return abs(parse_typed_eur(wanted)) if "," in wanted else None
    except NotAllowed:
        return None


PAGES: Final = (WorkplacePage("suche", "", _search, is_kept=True),)
