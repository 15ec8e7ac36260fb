"""What makes an agreement sound beyond the form of its fields; all problems of a file at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkd_ledger.errors import Problem

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement


def problems_of(agreement: Agreement, file: str) -> list[Problem]:
    """Return every contradiction in an agreement."""
    members = {one.id for one in agreement.members}
    problems = []
    if agreement.operator not in members:
        problems.append(Problem(file, "operator", agreement.operator, "die Kennung (id) aus [[members]]"))
    return problems
