"""CSV that an office opens in a spreadsheet: the one function that writes it, wherever a table leaves the program.

A cell that begins with = + - @ or a control character is a formula there (OWASP, CSV Injection). A text like that
gets an apostrophe in front, by which spreadsheets know a text, and control characters become blanks; a number stays
the number that it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠−]")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def csv_text(rows: Iterable[Iterable[object]], *, ends: str = "\n") -> str:
    """Return rows as CSV with semicolons; no cell of it is a formula, and negative numbers stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator=ends)
    writer.writerows([cell(str(value)) for value in row] for row in rows)
    return text.getvalue()


def cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet computes.

    >>> cell("=1+1"), cell("-1234.56"), cell("-1+1"), cell("Ahaus, Stadt")
    ("'=1+1", '-1234.56', "'-1+1", 'Ahaus, Stadt')
    """
    bare = _CONTROL.sub(" ", text)
    return f"'{bare}" if _FORMULA.match(bare) and not _NUMBER.fullmatch(bare) else bare
