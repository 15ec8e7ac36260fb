"""What an act writes, as people look at it: its entries with both sides, who acts, what is found then; and its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from kkd_ledger.book.text import canonical
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated, Document, Open, Transaction, Value
from kkd_ledger.rules.engine.rule import Finding, Level
from kkd_ledger.web.workplace.acting.action import Action, ActionReport
from kkd_ledger.web.workplace.blocks import Asked, Block, Sentence, Sentences, TableBlock
from kkd_ledger.web.workplace.page_words import directive_words
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn
from kkd_ledger.work.session import Outcome

_COLUMNS: Final = (
    TableColumn("nr", "Buchung"),
    TableColumn("tag", "Tag", ColumnKind.DAY),
    TableColumn("text", "Text"),
    TableColumn("konto", "Konto"),
    TableColumn("soll", "Soll", ColumnKind.AMOUNT),
    TableColumn("haben", "Haben", ColumnKind.AMOUNT),
)
_BY_PERSON: Final = frozenset(
    {v.NUMBER, v.DEMAND, v.RECORDED, v.CAUSED, v.CERTIFIED_FACT, v.CERTIFIED_SUM, v.ORDERED}
    | {key + v.ON for key in (v.CERTIFIED_FACT, v.CERTIFIED_SUM, v.ORDERED)}
)
_MOODS: Final = {Level.ERROR: "danger", Level.OBJECTION: "warning", Level.OPEN: "warning", Level.NOTE: "info"}
_ENTRIES_MAX: Final = 200
_VOUCHER: Final = "Beleg "
VOUCHERS_MAX: Final = 6
"""How many vouchers are named one by one."""


def records_of(outcome: Outcome | None) -> list[Dated]:
    """Return the records that were added, in the order of the months."""
    added = outcome.added if outcome else {}
    return [
        record
        for month, text in added.items()
        for record in canonical.read(canonical.HEAD + text, str(month))
    ]


def entries_of(outcome: Outcome | None) -> list[Transaction]:
    """Return the entries that were added."""
    return [record for record in records_of(outcome) if isinstance(record, Transaction)]


def blocks_of(asked: Asked, report: ActionReport, *, is_done: bool) -> Sequence[Block]:
    """Return what was or would be written: entries, other directives, who acts, files, and what is found by it."""
    outcome = report.outcome
    if outcome is None:
        return report.blocks
    blocks = list(report.blocks)
    entries = entries_of(outcome)
    if entries:
        caption = "Gebucht" if is_done else "Gebucht würde"
        rows = [row for entry in entries[:_ENTRIES_MAX] for row in _rows(asked, entry, is_done=is_done)]
        blocks.append(TableBlock(Table.of(caption, _COLUMNS, rows)))
    others = [sentence for record in records_of(outcome) for sentence in _told(record)]
    if (count := sum(1 for sentence in others if sentence.startswith(_VOUCHER))) > VOUCHERS_MAX:
        others = [sentence for sentence in others if not sentence.startswith(_VOUCHER)]
        others.append(f"{count} Belege, jeder mit seiner Prüfsumme")
    if others:
        blocks.append(
            Sentences("Eingetragen" if is_done else "Eingetragen würde", [Sentence(text) for text in others])
        )
    if files := _files(outcome):
        blocks.append(Sentences("Dateien", [Sentence(text) for text in files]))
    blocks.append(_findings(asked, outcome, is_done=is_done))
    return blocks


def _rows(asked: Asked, entry: Transaction, *, is_done: bool) -> Iterator[Sequence[Cell]]:
    number = entry.text(v.NUMBER)
    for place, leg in enumerate(entry.postings):
        said = (Cell(entry.date), Cell(entry.narration)) if not place else (Cell(None), Cell(""))
        head = (Cell(number, asked.entry(number) if is_done else ""), *said)
        item = str(leg.meta.get(v.ITEM, ""))
        debit, credit = (leg.cents, None) if leg.cents > 0 else (None, -leg.cents)
        yield (*head, Cell(leg.account, note=item), Cell(debit), Cell(credit))


def _told(record: Dated) -> Iterator[str]:
    """Yield in German what is written beside entries; what only the program needs is left out."""
    if isinstance(record, Document):
        yield f"{_VOUCHER}{record.path}"
    elif isinstance(record, Open):
        yield f"Neues Konto {record.account}"
    elif isinstance(record, Custom) and (words := directive_words(record)):
        yield words


def documents_of(outcome: Outcome | None) -> list[str]:
    """Return the files of the letters and vouchers that were written, PDFs alone, in the order of the ledger."""
    paths = [record.path for record in records_of(outcome) if isinstance(record, Document)]
    return [path for path in dict.fromkeys(paths) if path.endswith(".pdf")]


def _files(outcome: Outcome) -> list[str]:
    others_allowed = (f"{v.DOCUMENTS}/", "zahlungen/", "inbox/", "archive/", "pending/")
    vouchers = {record.path for record in records_of(outcome) if isinstance(record, Document)}
    return [file for file in outcome.files if file.startswith(others_allowed) and file not in vouchers]


def _findings(asked: Asked, outcome: Outcome, *, is_done: bool) -> Sentences:
    """Return what is found by it and was not found before; what goes away is not said."""
    before = {(finding.kind.code, finding.about) for finding in asked.snapshot.findings}
    new = [finding for finding in outcome.findings if (finding.kind.code, finding.about) not in before]
    title = "Was dann neu auffällt" if not is_done else "Was neu auffällt"
    return Sentences(title, [finding_sentence(finding) for finding in new], "Keine neue Feststellung.")


def finding_sentence(finding: Finding) -> Sentence:
    """Return a finding as a line of a list."""
    mood = _MOODS.get(finding.kind.level, "info")
    text = f"{finding.kind.code} {finding.kind.title}: {finding.sentence}"
    return Sentence(text, finding.kind.remedy, mood=mood, word=str(finding.kind.level))


# --------------------------------------------------------------------------------------------------------- hashes


def seen_hash(act: Action, texts: Mapping[str, str], report: ActionReport, persons: Sequence[str]) -> str:
    """Return the SHA-256 of what a person saw: what was typed, and everything that would be written by whom."""
    outcome = report.outcome
    added = {str(month): text for month, text in outcome.added.items()} if outcome else {}
    files = list(outcome.files) if outcome else []
    seen = [
        act.key,
        dict(texts),
        list(persons),
        list(report.said),
        added,
        files,
        report.essence,
        report.bound,
    ]
    return sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def essence_of(report: ActionReport) -> str:
    """Return the SHA-256 of what two persons decide upon at two times: without numbers, days of recording and names."""
    records = (
        record
        for record in records_of(report.outcome)
        if not (isinstance(record, Custom) and record.kind in {v.CustomType.ACT, v.CustomType.RECORD})
    )
    text = canonical.write([_undated(record) for record in records])
    undated = "\n".join(line.partition(" ")[2] if line[:1].isdigit() else line for line in text.splitlines())
    return sha256(f"{undated}\n{report.essence}".encode()).hexdigest()


def _undated(record: Dated) -> Dated:
    meta: dict[str, Value] = {key: value for key, value in record.meta.items() if key not in _BY_PERSON}
    return record._replace(meta=meta)
