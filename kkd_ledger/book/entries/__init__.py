"""Everything that is booked, as entries ("Soll an Haben", docs/ledger-format.md): one module a subject."""

from kkd_ledger.book.entries.order import Order, numbered
from kkd_ledger.book.entries.payments import Payment, payment_entry
from kkd_ledger.book.entries.shares import is_prior, share_entry

__all__ = ["Order", "Payment", "is_prior", "numbered", "payment_entry", "share_entry"]
