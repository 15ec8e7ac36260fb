"""What a dry run's findings are worth: a document that was only not written is not missing."""

from __future__ import annotations

from dataclasses import replace

from kkd_ledger.rules.vouchers import MISSING
from kkd_ledger.work.session import Outcome


def dry(outcome: Outcome) -> Outcome:
    """Return a dry run's outcome without the findings that a document is missing which only was not written."""
    kept = tuple(
        finding
        for finding in outcome.findings
        if finding.kind != MISSING or finding.subject not in outcome.files
    )
    return replace(outcome, findings=kept)
