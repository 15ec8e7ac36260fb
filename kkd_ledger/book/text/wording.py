"""Text from outside, made fit for the books."""

from __future__ import annotations

import unicodedata


def clean(text: str) -> str:
    r"""Return text from outside as it may stand in the books: NFC, one line, no control characters, no edges.

    >>> clean(" Umlage\t2023\n")
    'Umlage 2023'
    """
    normal = unicodedata.normalize("NFC", text)
    if not normal.isprintable():
        normal = "".join(sign if sign.isprintable() else " " for sign in normal)
    return " ".join(normal.split())
