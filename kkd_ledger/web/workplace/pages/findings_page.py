"""Feststellungen: what the rules find, gravest first, and what to do about it."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.rules.engine.rule import Finding, Level
from kkd_ledger.web.workplace.blocks import Asked, Content, Sentence, Sentences, WorkplacePage

_MOODS: Final = {Level.ERROR: "danger", Level.OBJECTION: "warning", Level.OPEN: "info", Level.NOTE: "info"}


def _findings(asked: Asked) -> Content:
    findings = asked.snapshot.findings
    blocks = Sentences(
        "Feststellungen",
        [_sentence(finding) for finding in findings],
        "Keine: Die Bücher stimmen mit der Vereinbarung überein.",
    )
    return Content("Feststellungen", german.count(len(findings), "Feststellung", "Feststellungen"), [blocks])


def _sentence(finding: Finding) -> Sentence:
    place = f" ({finding.place.file}, Zeile {finding.place.line})" if finding.place.file else ""
    return Sentence(
        f"{finding.kind.code} {finding.kind.title}: {finding.sentence}{place}",
        finding.kind.remedy,
        mood=_MOODS.get(finding.kind.level, "info"),
        word=str(finding.kind.level),
    )


PAGES: Final = (WorkplacePage("feststellungen", "Feststellungen", _findings),)
