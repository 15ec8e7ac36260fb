"""Details of a batch that come in a camt.054 of their own: they enrich an entry of a statement, and never book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from kkd_ledger.bank.keys import detail_keys, entry_key
from kkd_ledger.bank.statements import Statement, StatementLine

_ADVICE: Final = "054"


def enriched(
    statement: Statement, keys: Sequence[str], advices: Iterable[Statement]
) -> tuple[tuple[str, StatementLine], ...]:
    """Return the statement's lines with their keys, batches that stayed whole replaced by their advised details.

    An advice fits if account, currency, booking day and amount are the entry's, and so is the bank's reference
    where both have one; if two fit, the batch stays whole. The details keep the entry's key in front, so an entry
    that was booked whole stays known.
    """
    advised = _advised(statement, advices)
    found: list[tuple[str, StatementLine]] = []
    for key, line in zip(keys, statement.lines, strict=True):
        details = _details_for(line, advised) if line.batch and line.batch[0] == 0 else ()
        if details:
            lines = [replace(detail, entry=line.entry, status=line.status) for detail in details]
            found += zip(detail_keys(entry_key(key), lines), lines, strict=True)
        else:
            found.append((key, line))
    return tuple(found)


_Advised = dict[tuple[str, int], list[tuple[StatementLine, ...]]]


def _advised(statement: Statement, advices: Iterable[Statement]) -> _Advised:
    """Return the split entries of fitting advices by booking day and total."""
    entries: defaultdict[tuple[str, int], list[StatementLine]] = defaultdict(list)
    for advice in advices:
        if advice.kind == _ADVICE and (advice.account, advice.currency) == (
            statement.account,
            statement.currency,
        ):
            for line in advice.lines:
                if line.batch and line.batch[0] > 0:
                    entries[advice.sha256 + advice.identity, line.entry].append(line)
    advised: defaultdict[tuple[str, int], list[tuple[StatementLine, ...]]] = defaultdict(list)
    for lines in entries.values():
        total_cents = sum(line.amount_cents for line in lines)
        advised[lines[0].booking_day.isoformat(), total_cents].append(tuple(lines))
    return dict(advised)


def _details_for(line: StatementLine, advised: _Advised) -> tuple[StatementLine, ...]:
    candidates = advised.get((line.booking_day.isoformat(), line.amount_cents), [])
    fitting = [
        details
        for details in candidates
        if not line.bank_reference
        or not details[0].bank_reference
        or line.bank_reference == details[0].bank_reference
    ]
    return fitting[0] if len(fitting) == 1 else ()
