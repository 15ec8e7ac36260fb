"""Three tellings of one bank line are compared: the ledger, the certificate, the bank's file in archive/.

And what lies in a book's folder without being part of the book. Whoever changes one telling is told with file and line.
"""

from kkd_ledger.audit.compared.compare import compared
from kkd_ledger.audit.compared.kinds import CERTIFIED, FOREIGN_TEXT, KINDS, LAST, PAPER, STRAY

__all__ = ["CERTIFIED", "FOREIGN_TEXT", "KINDS", "LAST", "PAPER", "STRAY", "compared"]
