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
    for finding in errors:
        file, line = finding.place
        path = root / file
        last_line = path.read_bytes().count(b"\n") if path.is_file() else 0
        if line <= last_line:
            there.append(Problem(file, f"Zeile {line}", finding.text, finding.kind.remedy))
        else:
            remedy = _SOUND if finding.kind == LEDGER else finding.kind.remedy
            yield Problem(file, _NEW, finding.text, remedy)
    yield from there
