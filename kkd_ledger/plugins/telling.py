"""Findings in lines for people, grouped by what to do about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kkd_ledger.plugins.rule import Finding


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the findings, grouped by what to do about them."""
    findings = tuple(findings)
    if not findings:
        yield "  Feststellungen: keine"
        return
    yield f"  Feststellungen: {len(findings)}"
    for kind in dict.fromkeys(finding.kind for finding in findings):
        yield f"    {kind.code} ({kind.level}) {kind.title}. {kind.advice}"
        for finding in findings:
            if finding.kind == kind:
                where = f"{finding.place.file}:{finding.place.line}: " if finding.place.file else ""
                yield f"      {where}{finding.text}"
