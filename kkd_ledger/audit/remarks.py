"""What a person says at a close about what was found, and how the seal keeps both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from kkd_ledger.audit.next_seal_link import said
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.rules.engine.rule import Finding, Level

Remarks: TypeAlias = Mapping[str, str]
"""A person's remarks by the code of the findings that they are about."""
FindingKey: TypeAlias = tuple[str, str, int, str]


def key_of(finding: Finding) -> FindingKey:
    """Return the code, file, line and sentence by which a finding is the same at a later close."""
    return (finding.kind.code, *finding.place, finding.sentence)


def remarked_findings(
    findings: Sequence[Finding], chain: SealChain, remarks: Remarks
) -> dict[FindingKey, str]:
    """Return what a person says about each finding: now, or at an earlier close.

    Raise UsageError for a text that is too long.
    """
    earlier = {key: text for link in chain.links for key, text in link.remarks().items()}
    remarked = {key: remarks.get(key[0]) or earlier.get(key, "") for key in map(key_of, findings)}
    return {key: said(text, f"eine Bemerkung zu {key[0]}") for key, text in remarked.items() if text}


def as_sealed(findings: Iterable[Finding], remarked: Mapping[FindingKey, str]) -> list[dict[str, Any]]:
    """Return findings with their remarks as a seal lists them; what is only a note (`hinweis`) stays out."""
    return [
        {
            "code": finding.kind.code,
            "stufe": str(finding.kind.level),
            "datei": finding.place.file,
            "zeile": finding.place.line,
            "text": finding.sentence,
            "bemerkung": remarked.get(key_of(finding), ""),
        }
        for finding in findings
        if finding.kind.level != Level.NOTE
    ]
