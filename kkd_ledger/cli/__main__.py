"""`python -m kkd_ledger.cli`: the command `kkd` without its script."""

from kkd_ledger.cli import run

run()
