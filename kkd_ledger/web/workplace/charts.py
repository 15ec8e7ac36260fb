"""Small pictures of figures as SVG, without script and without a style of their own: colours are classes of `kkd.css`.

Each picture stands beside the table whose figures it shows; its title says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 640
_ROW: Final = 34
_LABEL: Final = 150
_GAP: Final = 8


class Bar(NamedTuple):
    """One row of a picture: its label, its parts (cents and the class that colours them), and what stands behind."""

    label: str
    parts: Sequence[tuple[int, str]]
    text: str


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Return rows of bars, one below the other, all on one scale; empty where there is nothing to show.

    Negative cents are drawn as long as positive ones: what they are says the text behind the bar.
    """
    longest = max((sum(abs(cents) for cents, _ in row.parts) for row in rows), default=0)
    if not longest:
        return ""
    room = WIDTH - _LABEL - 170
    height = len(rows) * _ROW
    lines = [
        f'<svg class="kkd-chart" role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<title>{escape(title)}</title>",
    ]
    for place, row in enumerate(rows):
        top, left = place * _ROW + 5, _LABEL
        lines.append(f'<text class="kkd-label" x="{_LABEL - _GAP}" y="{top + 16}">{escape(row.label)}</text>')
        for cents, kind in row.parts:
            width = abs(cents) * room // longest
            lines.append(f'<rect class="{kind}" x="{left}" y="{top}" width="{width}" height="{_ROW - 12}"/>')
            left += width
        lines.append(f'<text class="kkd-value" x="{left + _GAP}" y="{top + 16}">{escape(row.text)}</text>')
    return "\n".join([*lines, "</svg>"])
