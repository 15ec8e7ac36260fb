"""Answers about grants → subsidies with their years and their life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kkd_ledger.agreement.beginning.answers import AnsweredSubsidy, Answers
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.money import format_amount


def subsidies(answers: Answers) -> Iterator[dict[str, Any]]:
    """Yield the subsidies; the whole is the sum of its years."""
    ids, shares = Ids(each.title for each in answers.subsidies), Ids(share.title for share in answers.shares)
    for each in answers.subsidies:
        years = [{"year": part.year, "amount": format_amount(part.amount)} for part in each.years]
        yield {
            "id": ids.of(each.title),
            "title": each.title,
            "program": each.program,
            "clause": each.clause,
            "amount": format_amount(sum(part.amount for part in each.years)),
            "years": years,
            "components": [shares.of(name) for name in each.shares],
            "distribution": each.distribution,
            "life": _life(each),
        }


def _life(subsidy: AnsweredSubsidy) -> list[dict[str, Any]]:
    steps = [("applied", subsidy.applied_on, ""), ("granted", subsidy.granted_on, subsidy.notice)]
    return [{"status": status, "on": day, "document": document} for status, day, document in steps if day]
