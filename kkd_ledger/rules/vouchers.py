"""Vouchers: what an entry names lies under documents/ with that hash, and nothing lies there unnamed."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Place, Record, Transaction
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State

__plugins__ = (beancount_plugin("vouchers"),)

MISSING: Final = FindingKind(
    "KKD-D01",
    Level.OBJECTION,
    "Beleg fehlt",
    "Legen Sie die genannte Datei wieder unter documents/ ab.",
)
CHANGED: Final = FindingKind(
    "KKD-D02",
    Level.OBJECTION,
    "Beleg wurde verändert",
    "Die Datei hat nicht den gebuchten Inhalt. Stellen Sie sie aus der Sicherung wieder her.",
)
ORPHAN: Final = FindingKind(
    "KKD-D03",
    Level.OPEN,
    "Beleg ohne Buchung",
    "Ordnen Sie die Datei einer Buchung zu oder legen Sie sie an anderer Stelle ab.",
)
KINDS: Final = (MISSING, CHANGED, ORPHAN)
TAKES: Final = (Transaction, Document)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: every voucher named so far, with its hash and where it is named."""
    return {"named": {}}


def step(context: Context, state: State, record: Record) -> None:  # noqa: ARG001
    """Take one record."""
    if isinstance(record, Transaction):
        if v.VOUCHER in record.meta:
            _name(state, record.text(v.VOUCHER), record.text(v.VOUCHER_HASH), record.place)
    elif isinstance(record, Document):
        _name(state, record.path, str(record.meta.get(v.VOUCHER_HASH, "")), record.place)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Compare what is named with what lies in the folder."""
    lying = context.documents
    findings = []
    for path, (sha256, file, line) in sorted(state["named"].items()):
        place = Place(file, line)
        if path not in lying:
            findings.append(Finding(MISSING, place, f"{path} liegt nicht im Buchordner", subject=path))
        elif sha256 and lying[path] != sha256:
            text = f"{path}: gebucht SHA-256 {sha256[:12]}…, gefunden {lying[path][:12]}…"
            findings.append(Finding(CHANGED, place, text, subject=path))
    orphans = sorted(lying.keys() - state["named"].keys())
    return findings + [
        Finding(ORPHAN, Place(path, 1), f"{path} gehört zu keiner Buchung") for path in orphans
    ]


def _name(state: State, path: str, sha256: str, place: Place) -> None:
    before = state["named"].get(path)
    if before is None or (sha256 and not before[0]):
        state["named"][path] = [sha256, *place]
