"""Certificate ↔ rules: a line that a rule calls foreign meets it, where the bank's own file still lies in originale/.

Whoever deletes the originals cannot ask any more. The rules are those of today's book.toml and of every version of it
that was kept. Only months that are not sealed are asked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from kkd_ledger.audit.compared.archived_statements import Certified
from kkd_ledger.audit.compared.entries import line_title
from kkd_ledger.audit.compared.kinds import FOREIGN
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import CertifiedLine, Fate
from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.config import Book
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text.vocabulary import ORIGINALS
from kkd_ledger.errors import BookRefused, StatementRefused
from kkd_ledger.matching.foreign_rules import ForeignRule, rules_from
from kkd_ledger.rules.engine.rule import Finding


class ForeignRules:
    """Every version of the rules for foreign lines that is known, by name."""

    def __init__(self, known_basis: KnownBasis) -> None:
        self._by_name: dict[str, list[ForeignRule]] = {}
        for settings in known_basis.settings:
            try:
                rules = rules_from(settings.bank.rules)
            except BookRefused:
                continue  # of today's book.toml every run says it
            for rule in rules:
                self._by_name.setdefault(rule.name, []).append(rule)

    def misfits(self, certified: Certified, statement: Statement) -> Iterator[str]:
        """Yield the lines that are certified as foreign by a rule that too few of the bank's lines of that day meet."""
        foreign = defaultdict[tuple[dt.date, int, str], list[CertifiedLine]](list)
        for line in certified.lines:
            if line.fate == Fate.NOT_OURS and line.decided_by is None and not line.is_difference:
                foreign[line.day, line.cents, line.rule].append(line)
        for (day, cents, rule), lines in foreign.items():
            versions = self._by_name.get(rule, [])
            alike = (
                line for line in statement.lines if (line.booking_day, line.amount_cents) == (day, cents)
            )
            met = sum(1 for line in alike if any(version.holds(line) for version in versions))
            why = "trifft auf sie nicht zu" if versions else "gibt es nicht"
            yield from (f"{line_title(line)}: die Regel {rule!r} {why}" for line in lines[met:])


def misfitting(
    book: Book, file: Path, certified: Iterable[Certified], rules: ForeignRules
) -> Iterator[Finding]:
    """Yield the foreign lines of a file's statements that do not meet their rule; `file` is its extract."""
    by_key = {each.statement.key: each for each in certified if _tells_its_lines(each)}
    for statement in _statements(book, file) if by_key else ():
        if each := by_key.get(statement_key(statement)):
            yield from (Finding(FOREIGN, each.place, text) for text in rules.misfits(each, statement))


def _tells_its_lines(certified: Certified) -> bool:
    """Whether a certificate tells the lines of the bank's file, and none that a camt.054 put in their place."""
    return not (certified.statement.notifications or any(line.key.count(":") > 1 for line in certified.lines))


def _statements(book: Book, file: Path) -> list[Statement]:
    """Return the statements in a file's original, read as was decided; none where it is gone or changed."""
    present, decisions = BookFolder(book.root), Decisions.of(book.root)
    for original in present.listed(ORIGINALS):
        if original.stem == file.stem and original.name.count(".") == 1:
            try:
                content = present.read(original)
                if hashlib.sha256(content).hexdigest() == file.stem:
                    return list(decisions.read(decisions.statements_in(content, original.name)))
            except (OSError, StatementRefused):
                return []  # told beside
    return []
