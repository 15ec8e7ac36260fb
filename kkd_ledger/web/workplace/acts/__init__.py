"""What can be done in a book, in the order of a clerk's month: one module a subject, and this registry."""

from __future__ import annotations

from typing import Final

from kkd_ledger.web.workplace.acting.action import Action
from kkd_ledger.web.workplace.acts import (
    amendment_acts,
    bank_acts,
    beginning_acts,
    claims_acts,
    clearing_acts,
    contact_acts,
    document_acts,
    inbox_acts,
    month_acts,
    payment_acts,
    reconcile_acts,
    relief_acts,
    reversal_acts,
    role_acts,
    terms_acts,
    year_acts,
)

ACTS: Final[tuple[Action, ...]] = (
    *inbox_acts.ACTS,
    *bank_acts.ACTS,
    *document_acts.ACTS,
    *clearing_acts.ACTS,
    *claims_acts.ACTS,
    *relief_acts.ACTS,
    *payment_acts.ACTS,
    *reversal_acts.ACTS,
    *year_acts.ACTS,
    *month_acts.ACTS,
    *reconcile_acts.ACTS,
    *terms_acts.ACTS,
    *contact_acts.ACTS,
    *amendment_acts.ACTS,
    *beginning_acts.ACTS,
    *role_acts.ACTS,
)
