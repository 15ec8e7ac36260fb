"""GiroCode: the QR code that a banking app reads (EPC069-12, version 002), as text and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from kkd_ledger.money import plain
from kkd_ledger.references import check_iban, check_payment_reference

NAME_MAX: Final = 70
AMOUNT_MAX_CENTS: Final = 99_999_999_999
_QUIET: Final = 4
_MASK: Final = 2


def payload(name: str, iban: str, cents: int, reference: str) -> str:
    """Return the code's text: a credit transfer in UTF-8 with an RF reference and no free text.

    Raise ValueError for an amount outside 0.01 to 999,999,999.99 EUR and for a wrong IBAN or reference.
    """
    if not 1 <= cents <= AMOUNT_MAX_CENTS:
        raise ValueError(f"{plain(cents)} EUR passt in keinen GiroCode; erlaubt: 0,01 bis 999.999.999,99 EUR")
    lines = ("BCD", "002", "1", "SCT", "", name[:NAME_MAX], check_iban(iban), f"EUR{plain(cents)}", "")
    return "\n".join((*lines, check_payment_reference(reference)))


def svg(text: str) -> str:
    """Return the QR code of a text (error correction M) as one SVG path with its quiet zone."""
    import segno

    # any of the eight masks is legal (ISO/IEC 18004); weighing them all would be a third of a whole document's time
    code = segno.make(text, error="m", boost_error=False, encoding="utf-8", micro=False, mask=_MASK)
    assert isinstance(code.version, int), "no micro code"
    assert code.version <= 13, "EPC069-12 allows up to version 13"
    size = len(code.matrix) + 2 * _QUIET
    path = "".join(
        f"M{start + _QUIET} {y + _QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(code.matrix)
        for start, length in _runs(row)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def _runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield where dark modules begin in a row and how many follow: one rectangle each keeps the picture small."""
    at = 0
    for dark, same in groupby(row):
        length = sum(1 for _ in same)
        if dark:
            yield at, length
        at += length
