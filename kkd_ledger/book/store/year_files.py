"""The names of a book's files in the folders of its years: asked at every reading, so without making a path of each."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def in_years(root: Path, *endings: str) -> list[str]:
    """Return the files YYYY/NAME (of any folder that begins with a digit) with one of the endings, in no order.

    Hidden ones are left out; a folder that cannot be read has none.
    """
    names: list[str] = []
    with suppress(OSError), os.scandir(root) as there:
        for folder in there:
            if folder.name[0] in "0123456789":
                with suppress(OSError):
                    inside = os.listdir(folder.path)  # noqa: PTH208 - names are wanted, no paths
                    names += [
                        f"{folder.name}/{name}"
                        for name in inside
                        if name.endswith(endings) and name[0] != "."
                    ]
    return names
