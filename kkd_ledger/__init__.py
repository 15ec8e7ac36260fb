"""Ledger and invoicing library for cost shares between municipalities (interkommunale Zusammenarbeit).

The names below are the library; each is loaded when it is first used, so that `import kkd_ledger` stays fast.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "load": "kkd_ledger.agreement",
    "shares": "kkd_ledger.agreement",
    "explain": "kkd_ledger.agreement",
    "trueup": "kkd_ledger.agreement",
    "load_book": "kkd_ledger.book.config",
    "read": "kkd_ledger.book.reader",
    "standings": "kkd_ledger.book.standing",
    "Order": "kkd_ledger.book.entries",
    "check": "kkd_ledger.plugins.check",
    "open_month": "kkd_ledger.job.books",
    "adopt": "kkd_ledger.job.books",
    "appropriate": "kkd_ledger.job.books",
    "declare_year": "kkd_ledger.job.books",
    "dispose": "kkd_ledger.job.relief",
    "post": "kkd_ledger.job.post",
    "import_files": "kkd_ledger.job.importing",
    "run_month": "kkd_ledger.job.month",
    "month_text": "kkd_ledger.job.report",
    "BookingMonth": "kkd_ledger.periods",
    "KkdError": "kkd_ledger.errors",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
