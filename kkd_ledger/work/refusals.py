"""What a batch would add to a book that is wrong, as problems that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kkd_ledger.errors import Problem
from kkd_ledger.rules.engine.check import LEDGER
from kkd_ledger.rules.engine.rule import Finding

_NEW: Final = "neue Buchung"
_SOUND: Final = (
    "eine Buchung, die aufgeht, auf Konten, die an ihrem Tag schon eröffnet sind (book.toml: [accounts], und was "
    "früher galt, unter [[before]])"
)


def problems(root: Path, errors: Iterable[Finding]) -> Iterator[Problem]:
    """Yield what is wrong, first with what is new: that has no line yet which a person could look at.

    Nothing of it is written: so nothing has to be restored.
    """
    there: list[Problem] = []
    for found in errors:
        file, line = found.place
        path = root / file
        held = path.read_bytes().count(b"\n") if path.is_file() else 0
        if line <= held:
            there.append(Problem(file, f"Zeile {line}", found.text, found.kind.advice))
        else:
            advice = _SOUND if found.kind == LEDGER else found.kind.advice
            yield Problem(file, _NEW, found.text, advice)
    yield from there
