"""One bank line stands in three places, which are compared: the ledger, the certificate, the bank's file in archive/.

And what persons answer for in the ledger (payment runs, decisions), and what lies in a book's folder without being part
of the book. A finding names file and line of what was changed.
"""

from kkd_ledger.audit.compared.acted_agreements import NAMED
from kkd_ledger.audit.compared.answered import all_unanswered
from kkd_ledger.audit.compared.archive import gone_in
from kkd_ledger.audit.compared.kinds import (
    CERTIFIED,
    FOREIGN_TEXT,
    KINDS,
    LAST,
    PAPER,
    READABLE,
    RECORD,
    STRAY,
    UNANSWERED,
    WRITTEN,
)
from kkd_ledger.audit.compared.whole_book import compared

__all__ = [
    "CERTIFIED",
    "FOREIGN_TEXT",
    "KINDS",
    "LAST",
    "NAMED",
    "PAPER",
    "READABLE",
    "RECORD",
    "STRAY",
    "UNANSWERED",
    "WRITTEN",
    "all_unanswered",
    "compared",
    "gone_in",
]
