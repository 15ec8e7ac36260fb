"""Letters as one download: a ZIP whose bytes follow from its files alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)
"""The day that a ZIP says of files that have none (the first one it can say)."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files by name as a ZIP; the same files give the same bytes."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name, _BEGINNING), data, ZIP_DEFLATED)
    return content.getvalue()
