"""A sheet as plain data: what an auditor carries, and checks with nothing but the dozen operations and fractions.

Amounts are euros. A number is a text (`1252.05`, `124/3`); a column gives whole numbers for a list of members, times a
factor. Nothing but lines that lead to the amounts asked for is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.quantities import plain_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.sheet.lines import Sheet, SheetLine


def written(sheet: Sheet, results: Mapping[str, SheetLine]) -> dict[str, Any]:
    """Return the lines that lead to some results as plain JSON data; `results` names them.

    `members` are lists that columns refer to by number, `order` says who comes first among equal remainders.
    """
    members: dict[tuple[str, ...], int] = {}
    numbers: dict[int, int] = {}
    rows = []
    for line in _needed(results.values()):
        numbers[id(line)] = len(numbers)
        rows.append(_row(line, numbers, members))
    order = sorted(sheet.ranks.of_member, key=sheet.ranks.of_member.__getitem__)
    return {
        "order": order,
        "members": [list(group) for group in members],
        "lines": rows,
        "results": {name: numbers[id(line)] for name, line in results.items()},
    }


def _needed(results: Iterable[SheetLine]) -> Iterable[SheetLine]:
    lines: dict[int, SheetLine] = {}
    for result in results:
        lines |= {id(line): line for line in result.lines()}
    return lines.values()


def _row(line: SheetLine, numbers: Mapping[int, int], members: dict[tuple[str, ...], int]) -> dict[str, Any]:
    label = line.label
    texts = {"title": label.title, "unit": label.unit, "source": label.source, "clause": label.clause}
    row: dict[str, Any] = {"op": line.op} | {name: text for name, text in texts.items() if text}
    if line.op != "figure":
        return row | {"of": [numbers[id(below)] for below in line.of]} | _plain(line.settings)
    value = line.value
    if isinstance(value, ByMember):
        group = members.setdefault(value.members, len(members))
        column = {
            "members": group,
            "figures": list(value.figures),
            "factor": str(plain_quantity(value.factor)),
        }
        return row | {"column": column}
    return row | ({"missing": line.missing} if value is None else {"value": str(plain_quantity(value))})


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _setting(value) for name, value in settings.items() if value is not None}


def _setting(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_setting(part) for part in value]
    return str(plain_quantity(value)) if isinstance(value, int | Fraction) else value
