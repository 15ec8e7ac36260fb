"""`python -m kkd_ledger.cli`: the command `kkd` without its script."""

import sys

from kkd_ledger.cli import main

sys.exit(main())
