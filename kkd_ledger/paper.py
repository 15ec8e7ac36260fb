"""Typst: the one way from data to an accessible PDF (PDF/UA-1), the same bytes for the same data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF that a Typst template makes of plain data.

    The template reads the data with `json(bytes(sys.inputs.data))` and sets title and language of the document
    itself. No clock, no network and no system font goes into it, so the bytes depend on template and data alone.
    """
    import typst

    pdf: bytes = typst.compile(
        template.encode(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return pdf
