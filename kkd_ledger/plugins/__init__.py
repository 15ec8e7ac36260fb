"""What must hold. Each module is a rule: a fold over records, and a Beancount plugin of its own.

`plugin "kkd_ledger.plugins"` runs every rule in one pass; a rule that is also named alone leaves the bundle.
"""

from __future__ import annotations

from kkd_ledger.rules.engine.adapter import beancount_plugin

__plugins__ = (beancount_plugin(),)
