"""Approvals and notices: what the law asks of the agreement itself, as a dated fact, is named by it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger.agreement.reckoning.duties import missing_duties
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State

__plugins__ = (beancount_plugin("approvals"),)

MISSING: Final = FindingKind(
    "KKD-V06",
    Level.NOTE,
    "Der Vereinbarung fehlt eine Genehmigung, eine Anzeige oder die Regelung ihrer Beendigung",
    "Tragen Sie Genehmigung oder Anzeige mit ihrem Tag ein (`kkd agreement amend VEREINBARUNG --step "
    "NAME=angezeigt=TAG`), die Fundstelle zur Beendigung unter ending. Fehlt sie wirklich, so holen Sie sie ein; im "
    "Zweifel fragen Sie die Aufsichtsbehörde.",
)
KINDS: Final = (MISSING,)
TAKES: Final = (Transaction,)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: this rule asks the agreement alone."""
    return {}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record: no entry bears on it."""


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what the table of duties asks for and the agreement does not name, as of the day."""
    missing = missing_duties(context.agreement, as_of)
    return [Finding(MISSING, Place(v.TOP_FILE, 1), duty.text(), subject=duty.occasion) for duty in missing]
