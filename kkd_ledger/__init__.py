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
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
