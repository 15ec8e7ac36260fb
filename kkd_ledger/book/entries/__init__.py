"""Everything that is booked, as entries ("Soll an Haben", docs/ledger-format.md): one module a subject."""

from kkd_ledger.book.entries.authorisation import Authorisation, numbered
from kkd_ledger.book.entries.closing_entries import (
    ClosedShare,
    certified,
    closing_entry,
    reclassification_entry,
    unordered,
)
from kkd_ledger.book.entries.correction_entries import (
    EXPLAINED,
    PASSED_ON,
    CorrectionCause,
    clearing_entry,
    internal_entry,
    move_entry,
    moves_bank,
    offset_entry,
    passed_on_entry,
    refund_entry,
    reversal_entry,
    taken_back,
    withdrawal_entry,
)
from kkd_ledger.book.entries.payment_entries import Payment, payment_entry
from kkd_ledger.book.entries.provision_entries import provided, used_provision
from kkd_ledger.book.entries.settled_advances import TakenOver, taken_over
from kkd_ledger.book.entries.share_entries import (
    days_after_demand,
    due_days,
    is_prior,
    posten_end,
    rate_entries,
    share_entry,
)

__all__ = [
    "EXPLAINED",
    "PASSED_ON",
    "Authorisation",
    "ClosedShare",
    "CorrectionCause",
    "Payment",
    "TakenOver",
    "certified",
    "clearing_entry",
    "closing_entry",
    "days_after_demand",
    "due_days",
    "internal_entry",
    "is_prior",
    "move_entry",
    "moves_bank",
    "numbered",
    "offset_entry",
    "passed_on_entry",
    "payment_entry",
    "posten_end",
    "provided",
    "rate_entries",
    "reclassification_entry",
    "refund_entry",
    "reversal_entry",
    "share_entry",
    "taken_back",
    "taken_over",
    "unordered",
    "used_provision",
    "withdrawal_entry",
]
