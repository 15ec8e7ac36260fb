"""A missing statement comes after all: the gap that a person had decided about is explained, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kkd_ledger import german
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.bank.statements import GAP, Statement
from kkd_ledger.book.certificate import (
    BY_STATEMENT,
    DIFFERENCE,
    Certificates,
    CertifiedLine,
    CertifiedStatement,
    Fate,
)
from kkd_ledger.book.entries import (
    EXPLAINED,
    Authorisation,
    CorrectionCause,
    refund_entry,
    withdrawal_entry,
)
from kkd_ledger.book.state.claims import Claims, bank_day
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import Problem, StatementGap
from kkd_ledger.money import format_eur
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.received import Refused, StatementFile
from kkd_ledger.work.statements.statement_chain import Fresh
from kkd_ledger.work.transfers.account_gaps import is_open


class Fill(NamedTuple):
    """A gap for whose days statements have come: the line that stands for it, those statements, and their lines' sum.

    `untouched` says that nothing of it is placed or explained yet and that its certificate may still change.
    """

    gap: CertifiedStatement
    line: CertifiedLine
    fresh: tuple[Fresh, ...]
    told_cents: int
    untouched: bool

    @property
    def whole(self) -> bool:
        """Whether the statements explain all of it, and nothing else does: a decision sets its own sum against it."""
        decided = any(line.note == DIFFERENCE for fresh in self.fresh for _, line in fresh.lines)
        return self.untouched and self.told_cents == self.line.cents and not decided


def fills(work: Session, certificates: Certificates, fresh: Sequence[Fresh]) -> Iterator[Fill]:
    """Yield the gaps that no statement has explained and on whose days fresh statements tell lines."""
    statements = {statement.key: statement for statement in certificates.statements}
    coming = [fresh for fresh in fresh if fresh.statement.kind != GAP]
    for gap in statements.values():
        if gap.kind != GAP or not (
            inside := [fresh for fresh in coming if _cents_in(fresh, gap) is not None]
        ):
            continue
        lines = [line for line in certificates.lines.values() if line.statement == gap.key]
        if any(line.rule == BY_STATEMENT for line in lines):
            continue
        sealed = work.chain.is_sealed(certificates.month_of(lines[0].key))
        untouched = len(lines) == 1 and not sealed and _is_untouched(lines[0], work.claims)
        told_cents = _known_cents(gap, certificates, statements) + sum(
            _cents_in(fresh, gap) or 0 for fresh in inside
        )
        yield Fill(gap, lines[0], tuple(inside), told_cents, untouched)


def _known_cents(
    gap: CertifiedStatement, certificates: Certificates, statements: Mapping[str, CertifiedStatement]
) -> int:
    """Return the sum, in cents, of the lines that statements around a gap already tell of its days."""
    around = {key for key, statement in statements.items() if statement.kind != GAP and _meet(statement, gap)}
    return sum(
        line.cents
        for line in certificates.lines.values()
        if line.statement in around and gap.from_day <= line.day <= gap.to_day and not line.is_difference
    )


def _is_untouched(line: CertifiedLine, claims: Claims) -> bool:
    money = claims.suspense.get(line.key)
    return is_open(line, claims) and (money is None or money.cents == line.cents)


def _meet(statement: CertifiedStatement | Statement, gap: CertifiedStatement) -> bool:
    return statement.from_day <= gap.to_day and statement.to_day >= gap.from_day


def _cents_in(fresh: Fresh, gap: CertifiedStatement) -> int | None:
    """Return what a statement tells of the days of a gap, None where it tells no line of them."""
    if not _meet(fresh.statement, gap):
        return None
    cents = [
        line.amount_cents
        for _, line in fresh.lines
        if gap.from_day <= line.booking_day <= gap.to_day and line.note != DIFFERENCE
    ]
    return sum(cents) if cents else None


def pieces(
    work: Session, certificates: Certificates, fresh: Sequence[Fresh], files: Sequence[StatementFile]
) -> list[Refused]:
    """Return the files that explain a part of a gap of an own account; what a person has decided about is taken."""
    refused: dict[int, Refused] = {}
    for fill in fills(work, certificates, fresh) if work.book.settings.bank.dedicated else ():
        coming = {statement_key(fresh.statement) for fresh in fill.fresh}
        for file in files if not fill.whole else ():
            for statement in file.booking:
                if (key := statement_key(statement)) in coming and key not in file.decided:
                    refused.setdefault(id(file), Refused(file, _only_partly(fill, statement)))
    return list(refused.values())


def _only_partly(fill: Fill, statement: Statement) -> StatementGap:
    """Return why a statement waits that explains a part of a gap: the books would hold both, and no balance fit."""
    gap = fill.gap
    days = f"vom {german.day(gap.from_day)} bis {german.day(gap.to_day)}"
    actual = (
        f"{format_eur(fill.told_cents)} von {format_eur(fill.line.cents)}, die {days} nicht erklärt sind "
        f"({fill.line.reasons[0] if fill.line.reasons else DIFFERENCE})"
    )
    allowed = (
        f"dazu die übrigen Auszüge {days}: zusammen schließen sie die Lücke. Kommen sie nicht, so nimmt "
        "`kkd decide BUCH --file DATEI --new` diesen Teil"
    )
    if (
        fill.told_cents == fill.line.cents
    ):  # all of it, but its certificate is sealed, or a part of it is placed
        actual = (
            f"die Lücke {days} über {format_eur(fill.line.cents)}: Der Auszug erklärt sie ganz, ihr Monat ist aber "
            "abgeschlossen, oder von ihr ist schon etwas zugeordnet"
        )
        allowed = (
            "eine Entscheidung: `kkd decide BUCH --file DATEI --new` bucht den Auszug und rechnet ihn gegen die Lücke, "
            "`--known` legt ihn ab, wenn seine Zeilen schon zugeordnet sind"
        )
    place = f"Auszug {statement.sequence or statement.identity}"
    return StatementGap([Problem(statement.source, place, actual, allowed)])


def explained(work: Session, fill: Fill, today: dt.date) -> CertifiedLine:
    """Take what stood for a gap out of the book again; return its line as the certificate tells it from now on.

    On a pooled account nothing is booked of it. The entry bears the day of the one it takes back, so that every balance
    behind it stays the bank's.
    """
    last = max(fresh.statement.to_day for fresh in fill.fresh)
    reason = f"der Kontoauszug bis {german.day(last)} erklärt die Lücke"
    if money := work.claims.suspense.get(fill.line.key):
        cause = CorrectionCause(reason, "", Authorisation(today))
        day = work.open_day(money.day)
        work.add([withdrawal_entry(work.book, money, day=day, cause=cause, why=EXPLAINED)])
    return fill.line._replace(fate=Fate.NOT_OURS, number="", rule=BY_STATEMENT, reasons=(reason,))


def met(work: Session, entry: Transaction, number: str, certificates: Certificates, today: dt.date) -> None:
    """Place a part of a gap (`entry`, just booked) on what is still in suspense of the gap."""
    bank = work.book.settings.bank_accounts
    (leg,) = (leg for leg in entry.postings if leg.account not in bank)
    key, met_on = entry.text(v.BANK_REFERENCE), bank_day(entry)
    money = SuspenseItem(key, number, met_on, leg.account, "", entry.narration, -leg.cents)
    holes = (statement for statement in certificates.statements if statement.kind == GAP)
    gap = next(
        (statement for statement in holes if statement.from_day <= money.day <= statement.to_day), None
    )
    for waiting in work.claims.suspense.values():
        line = certificates.lines.get(waiting.key)
        stands = line is not None and waiting.text.startswith(DIFFERENCE)
        if gap is None or line is None or not stands or waiting.cents * money.cents >= 0:
            continue
        if not gap.from_day <= line.day <= gap.to_day:
            continue
        receipt, refund = sorted((waiting, money), key=lambda each: -each.cents)
        cents = min(receipt.cents, -refund.cents)
        day = max(work.posting_day(today), receipt.day, refund.day)
        cause = CorrectionCause("der Kontoauszug erklärt einen Teil der Lücke", "", Authorisation(today))
        work.add([refund_entry(work.book, receipt, refund, cents, day=day, cause=cause)], work.newest)
        return
