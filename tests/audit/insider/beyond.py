"""What a full check cannot tell, with the reason: nobody reads it, or only a signature or a witness would show it.

Whoever has all rights and the program can make again whatever it makes; the other side's last file, signatures of
persons and the hash of a closing proof that is kept outside show that, not the book itself.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

from kkd_ledger.book.text import batches
from kkd_ledger.periods import BookingMonth
from tests.audit.insider.in_files import BANK, RUN_XML
from tests.audit.insider.in_months import JOB, ORDERED, Kinds
from tests.audit.insider.world import TOWN, Edit, added, all_of, first, pattern, removed, text

_ENDS: Final = re.compile(rb';\n\S+ custom "buchungsstapel" .*\n')


def _ended_again(file: str) -> Edit:
    """Make the end of each batch of a month again, as whoever has the program can."""

    def edit(book: Path) -> None:
        path = book / file
        month, made = BookingMonth.parse(path.stem), b""
        for number, batch in enumerate(_ENDS.split(path.read_bytes())[:-1], start=1):
            made += batch + batches.closing(batch, TOWN, month, number)
        path.write_bytes(made)

    return edit


def _named_again(book: Path) -> None:
    """Name March's certificate by the hash that it has now."""
    found = sha256((book / BANK).read_bytes()).hexdigest()
    pattern(JOB, r'(bank\.json" ")[0-9a-f]{64}', rf"\g<1>{found}")(book)


HARMLESS: Final[Kinds] = {
    "an old state in the book: nobody reads it": added(".kkd/state/2024-03.json", "{}"),
    "a file beside the lock: nobody reads it": added(".kkd/notiz"),
    "the time of a file: nobody asks it": lambda book: os.utime(book / JOB, (0, 0)),
    "a payment file gone: the bank has it, its record stays": removed(RUN_XML),
    "an original gone: the Kasse may delete it, the extract stays": first("originale", "*.xml", Path.unlink),
}
SIGNED: Final[Kinds] = {
    "a batch changed, and its end made again": all_of(
        text(ORDERED, '"2023" 22000.00 EUR "ansatz"', '"2023" 32000.00 EUR "ansatz"'), _ended_again(ORDERED)
    ),
    "why a payment was matched, in both files, with every hash": all_of(
        text(JOB, "Fälligkeit liegt nahe", "von Hand"),
        text(BANK, "Fälligkeit liegt nahe", "von Hand"),
        _named_again,
        _ended_again(JOB),
    ),
}
