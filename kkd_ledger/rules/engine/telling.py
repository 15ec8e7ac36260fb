"""Findings in lines for people, grouped by what to do about them and by their cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kkd_ledger.rules.engine.rule import Finding


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the findings, grouped by what to do about them."""
    findings = tuple(findings)
    if not findings:
        yield "  Feststellungen: keine"
        return
    yield f"  Feststellungen: {len(findings)}"
    for kind in dict.fromkeys(finding.kind for finding in findings):
        yield f"    {kind.code} ({kind.level}) {kind.title}. {kind.remedy}"
        yield from _lines([finding for finding in findings if finding.kind == kind])


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield one line a finding; a cause that several of them share stands once, above them."""
    for cause in dict.fromkeys(finding.cause for finding in findings):
        alike = [finding for finding in findings if finding.cause == cause]
        if not cause or len(alike) == 1:
            yield from (f"      {finding.where}{finding.sentence}" for finding in alike)
        else:
            yield f"      {cause}:"
            yield from (f"        {finding.where}{finding.text}" for finding in alike)
