"""Is this e-invoice valid? Schema, EN 16931, XRechnung, and what those rules do not catch."""

from kkd_ledger.invoice.validate.check import Checker, validate
from kkd_ledger.invoice.validate.report import InvoiceFinding, Report, Severity

__all__ = ["Checker", "InvoiceFinding", "Report", "Severity", "validate"]
