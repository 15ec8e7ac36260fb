"""What people see on a PDF's pages, as text (pypdf: pure Python, BSD; with a limit on what a hostile page may ask)."""

from __future__ import annotations

import io
import logging
from typing import Any, Final

logging.getLogger("pypdf").addHandler(
    logging.NullHandler()
)  # for a log where there is one, not for the terminal
_LOG: Final = logging.getLogger(__name__)
_STUMBLES: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError),
    *(NotImplementedError, OSError, RecursionError, TypeError, ValueError),
)
"""What pypdf raises besides its own errors on a spoilt page; nothing of ours runs where they are caught."""
_PAGES_MAX: Final = 20
_OPERATIONS_MAX: Final = 60_000
_LETTERS_MIN: Final = 40


class _TooMuch(Exception):
    """A page asks for more than a letter needs."""


def visible_text(content: bytes) -> str | None:
    """Return the text on the first pages of a PDF; None where there is none to speak of, or it cannot be read."""
    import pypdf
    from pypdf.errors import PyPdfError

    left = [_OPERATIONS_MAX]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise _TooMuch

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        pages = (reader.pages[number] for number in range(min(len(reader.pages), _PAGES_MAX)))
        text = "\n".join(page.extract_text(visitor_operand_before=count) for page in pages)
    except (PyPdfError, _TooMuch, *_STUMBLES) as error:
        _LOG.info("%s: %s", type(error).__name__, error)
        return None
    return text if sum(letter.isalnum() for letter in text) >= _LETTERS_MIN else None
