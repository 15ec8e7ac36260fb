"""Is this e-invoice valid? Schema, EN 16931, XRechnung, and what those rules do not catch."""

from kkd_ledger.einvoice.validate.check_document import Checker, validate
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Report, Severity

__all__ = ["Checker", "InvoiceFinding", "Report", "Severity", "validate"]
