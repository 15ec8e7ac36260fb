"""Money in suspense that a payment run sends back: until the run is taken back, nobody may place it elsewhere."""

from __future__ import annotations

from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.work.session import Session
from kkd_ledger.work.transfers.bank_runs import naming, standing


def refuse_on_its_way(work: Session, money: SuspenseItem) -> None:
    """Raise EntryRefused where a run that stands sends this money back; RunRefused where a run cannot be read.

    What went out meets it by `kkd clear NR NR` when the statement shows it.
    """
    if runs := naming(standing(work.book), money.number):
        allowed = (
            "Geld, das in keinem Lauf steht; zeigt der Kontoauszug den Ausgang, so heben sich beide auf, und geht "
            "er nicht hinaus, so nimmt `kkd pay BUCH --cancel LAUF --reason GRUND --prepared-by NAME "
            "--released-by NAME` den Lauf zurück"
        )
        raise EntryRefused(
            [
                Problem(
                    str(work.book.root),
                    f"Buchung {money.number}",
                    f"wird im Lauf {runs} zurückgezahlt",
                    allowed,
                )
            ]
        )
