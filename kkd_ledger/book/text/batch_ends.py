"""What ends a batch stands behind a line `;` in place of an empty one: it belongs to the text above it."""

from __future__ import annotations

import re
from typing import Final

from kkd_ledger.book.text import vocabulary as v

_MARK: Final = ";"
_CERTIFICATE: Final = rf'{v.CustomType.RECORD}" "[0-9]{{4}}/[0-9-]{{7}}\.bank\.json" '
_END: Final = rf'\d{{4}}-\d\d-\d\d custom "(?:{v.CustomType.BATCH}" "|{_CERTIFICATE})'
_ENDS: Final = re.compile(_END, re.ASCII)
_BELOW: Final = re.compile(rf"\n{_MARK}\n(?={_END})", re.ASCII)
_ALONE: Final = re.compile(rf"\n\n(?={_END})", re.ASCII)


def parted(lines: str) -> str:
    """Return a directive's lines behind what parts it from the text above."""
    return f"{_MARK}\n{lines}" if _ENDS.match(lines) else f"\n{lines}"


def flocks_of(text: str) -> list[str]:
    """Return what empty lines and the lines before the ends of batches part."""
    return _BELOW.sub("\n\n", text).split("\n\n")


def end_alone(text: str) -> int:
    """Return the line of the first end of a batch behind an empty line; 0 where there is none."""
    match = _ALONE.search(text)
    return text.count("\n", 0, match.end()) + 1 if match else 0
