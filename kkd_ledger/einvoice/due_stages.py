"""The due days and terms of payment of a document that is read: one day in EN 16931, several beyond it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from kkd_ledger.einvoice.model import DueStage, Invoice


def with_terms(document: Invoice, texts: Iterable[str], instalments: Iterable[DueStage]) -> Invoice:
    """Return a document with its terms of payment (BT-20) and its due day (BT-9), or its several ones."""
    stages = list(dict.fromkeys(instalments))
    with_amount = {stage.due for stage in stages if stage.cents is not None}
    stages = [stage for stage in stages if stage.cents is not None or stage.due not in with_amount]
    days = {stage.due for stage in stages if stage.due}
    terms = "\n".join(dict.fromkeys(texts))
    if len(days) > 1:
        ordered = sorted(stages, key=lambda stage: (stage.due or dt.date.max, stage.cents or 0))
        return replace(document, terms=terms, due=None, instalments=tuple(ordered))
    return replace(document, terms=terms, due=next(iter(days), None), instalments=())
