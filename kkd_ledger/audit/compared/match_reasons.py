"""Ledger ↔ certificate ↔ archive: what speaks for a placement is named on the bank's line, or by the item it pays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kkd_ledger.audit.compared.archived_statements import (
    ArchivedStatement,
    Certified,
    EntryOf,
    archived_lines,
)
from kkd_ledger.audit.compared.kinds import REASONED
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book.certificate import Fate
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.posten import is_tail, reference
from kkd_ledger.rules.engine.rule import Finding

_NAMED: Final = re.compile(
    r"(?:Kassenzeichen|Kassenzeichen mit Schreibfehler:|statt|IBAN|Posten) (\S*\d\S*)", re.ASCII
)
_BARE: Final = re.compile(r"[^0-9A-Z]")


def unheard(
    book: Book, certified: Certified, paper: ArchivedStatement, entry_of: EntryOf
) -> Iterator[Finding]:
    """Yield a finding for each number that a reason names and that neither the bank's line nor the paid item bears.

    A line that a person decided has that person's reason; the reasons of money in suspense say why it is there.
    """
    for line, entry, lines in archived_lines(certified, paper, entry_of):
        if line.decided_by is not None or line.fate != Fate.MATCHED:
            continue
        heard = _bare("".join(map(_said, lines)))  # a reference may go over two fields
        for number in (number for reason in line.reasons for number in _NAMED.findall(reason)):
            digits = _bare(number)
            if digits not in heard and digits not in _bare("".join(_of_items(book, entry.items))):
                text = f"Buchung {entry.number}: die Begründung nennt {number}, der Kontoauszug nicht"
                yield Finding(REASONED, entry.place, text)


def _of_items(book: Book, items: Iterable[str]) -> Iterator[str]:
    """Yield the names and references of items that an entry moves."""
    named = re.compile(rf"{re.escape(book.agreement.id)}-(\d{{4}})-(.+)-([^-]+)", re.ASCII)
    for item in items:
        yield item
        if (match := named.fullmatch(item)) and is_tail(match[3]):
            yield reference(book, *match.groups())


def _said(line: StatementLine) -> str:
    """Return everything that the bank says of a line, as one text."""
    texts = (*line.structured, line.remittance, line.end_to_end, line.iban, line.mandate, *line.original)
    return "".join((*texts, line.booking_text, line.bank_reference, line.counterparty, line.ultimate))


def _bare(text: str) -> str:
    return _BARE.sub("", text.upper())
