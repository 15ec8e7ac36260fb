"""Ledger and invoicing library for cost shares between municipalities (interkommunale Zusammenarbeit).

The names below are the library; each is loaded when it is first used, so that `import kkd_ledger` stays fast. Their
types stand in `__init__.pyi`, for editors and mypy.
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
    "read": "kkd_ledger.book.text.reader",
    "standings": "kkd_ledger.book.state.share_standings",
    "Authorisation": "kkd_ledger.book.entries",
    "check": "kkd_ledger.rules.engine.check",
    "open_month": "kkd_ledger.work.books.books",
    "adopt": "kkd_ledger.work.books.books",
    "appropriate": "kkd_ledger.work.books.books",
    "declare_year": "kkd_ledger.work.books.books",
    "dispose": "kkd_ledger.work.claims.relief",
    "post": "kkd_ledger.work.claims.post",
    "import_files": "kkd_ledger.work.statements.importing",
    "run_month": "kkd_ledger.work.month.month",
    "month_text": "kkd_ledger.work.month.report",
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
