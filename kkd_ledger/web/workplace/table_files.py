"""Tables of pages as files: all rows that an address shows, as CSV or as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from flask import Response

from kkd_ledger.web.book_addresses import slug
from kkd_ledger.web.workplace.blocks import Content, TableBlock
from kkd_ledger.web.workplace.tables import Table
from kkd_ledger.web.workplace.workbooks import MIMETYPE, workbook_of

_PLACE_DIGITS_MAX: Final = 3


def exported(content: Content, query: Mapping[str, str]) -> Response | None:
    """Return the file that an address asks for (`csv` or `xlsx`, the table's place); None where it asks for the page.

    An empty answer of status 404 says that the page has no such table.
    """
    for ending in ("csv", "xlsx"):
        wanted = query.get(ending, "")
        if wanted.isdecimal():
            tables = [block.table for block in content.blocks if isinstance(block, TableBlock)]
            place = int(wanted[:_PLACE_DIGITS_MAX])
            return _file(tables[place], query, ending) if place < len(tables) else Response(status=404)
    return None


def _file(table: Table, query: Mapping[str, str], ending: str) -> Response:
    if ending == "csv":
        response = Response(("\ufeff" + table.csv(query)).encode(), mimetype="text/csv")
    else:
        response = Response(workbook_of(table, query), mimetype=MIMETYPE)
    name = slug(table.caption) or "tabelle"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{ending}"
    return response
