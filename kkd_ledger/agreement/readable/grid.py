"""What people read across: parties with their accounts, figures by reference day, resolutions of one wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

GAP = "  "


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of text under their heads; `amounts` are the places of columns that are set flush right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    amounts: frozenset[int] = frozenset()
    caption: str = ""

    @classmethod
    def of(
        cls,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        amounts: Sequence[int] = (),
        caption: str = "",
    ) -> Grid:
        """Return the rows without columns in which nothing stands; the first column always stays."""
        kept = [place for place in range(len(heads)) if not place or any(row[place] for row in rows)]
        return cls(
            tuple(heads[place] for place in kept),
            tuple(tuple(row[place] for place in kept) for row in rows),
            frozenset(at for at, place in enumerate(kept) if place in amounts),
            caption,
        )

    def lines(self) -> list[str]:
        """Return the rows as text in columns, the heads above them."""
        table = [self.heads, *self.rows]
        widths = [max(len(row[place]) for row in table) for place in range(len(self.heads))]
        lines = [self._line(row, widths) for row in table]
        return [*([self.caption] if self.caption else []), lines[0], "-" * len(lines[0]), *lines[1:]]

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = [
            text.rjust(width) if place in self.amounts else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        return GAP.join(cells).rstrip()

    def as_json(self) -> dict[str, Any]:
        """Return the grid as plain JSON data."""
        return {
            "caption": self.caption,
            "heads": list(self.heads),
            "rows": [list(row) for row in self.rows],
            "amounts": sorted(self.amounts),
        }
