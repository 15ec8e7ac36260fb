"""The completeness certificate (Vollständigkeitsnachweis): every bank line of a month, and what became of it.

One file a month beside the books. It is part of the books, not a cache: it says which lines are known, also those
that were not booked. Nothing in it depends on a file's name, the clock or the machine.
"""

from kkd_ledger.book.certificate.certified import (
    BOOKED,
    BY_STATEMENT,
    DIFFERENCE,
    Batch,
    Certificate,
    CertifiedLine,
    CertifiedNotification,
    CertifiedStatement,
    DecidedTerms,
    Decision,
    Fate,
    Hole,
    Split,
    StatementPage,
    Verdict,
    WaitingStatement,
    Words,
    count_fates,
    decided_line,
)
from kkd_ledger.book.certificate.form import FORMAT, decision_data, decision_text, line_data, read, write
from kkd_ledger.book.certificate.kept import ENDING, Certificates

__all__ = [
    "BOOKED",
    "BY_STATEMENT",
    "DIFFERENCE",
    "ENDING",
    "FORMAT",
    "Batch",
    "Certificate",
    "Certificates",
    "CertifiedLine",
    "CertifiedNotification",
    "CertifiedStatement",
    "DecidedTerms",
    "Decision",
    "Fate",
    "Hole",
    "Split",
    "StatementPage",
    "Verdict",
    "WaitingStatement",
    "Words",
    "count_fates",
    "decided_line",
    "decision_data",
    "decision_text",
    "line_data",
    "read",
    "write",
]
