"""The face that ledgers name: `plugin "kkd_ledger.plugins"` runs every rule in one pass.

A rule may also be named alone (`kkd_ledger.plugins.staged_allocation`); it then leaves the bundle. The rules live in
`kkd_ledger.rules`; here they keep the names that books of every age say, each by
an entry of `sys.modules`, where there would be a file for each otherwise.
"""

from __future__ import annotations

import sys

from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.fold import RULES, rule_name

__plugins__ = (beancount_plugin(),)

sys.modules.update({f"{__name__}.{rule_name(rule)}": rule for rule in RULES})
