"""What a document from outside says, fit for a message: one line, printable signs, no longer than a person reads."""

from __future__ import annotations

from typing import Final

from kkd_ledger.book.text.wording import clean

LETTERS_MAX: Final = 600


def shown(text: str, letters_max: int = LETTERS_MAX) -> str:
    r"""Return a foreign text on one line without control characters, a long one shortened in its middle.

    >>> shown("a\n\x1b[31mb")
    'a [31mb'
    >>> shown("0" * 9 + "15.30", 9)
    '0000 … 5.30'
    """
    line = clean(text)
    if len(line) <= letters_max:
        return line
    half = letters_max // 2
    return f"{line[:half]} … {line[-half:]}"
