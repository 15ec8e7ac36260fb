"""The official rules for whoever is in another thread than the main one (a server): a warm process of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from kkd_ledger.einvoice.source import InvoiceSource, open_source
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding
from kkd_ledger.einvoice.validate.workers import WorkerDied, Workers


class _Task(NamedTuple):
    xml: bytes
    name: str
    rules: Path | None


class RulesElsewhere:
    """Asks a process that stays warm, one thread after the other; one that died is replaced for the next who asks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._workers: Workers[_Task, Sequence[InvoiceFinding]] | None = None

    def findings(self, source: InvoiceSource, rules: Path | None) -> list[InvoiceFinding]:
        """Return what `Checker.official` does; raise WorkerDied where the process ended without an answer."""
        with self._lock:
            if self._workers is None:
                self._workers = Workers(_ready, 1)
            try:
                [answer] = self._workers.map([_Task(source.xml, source.name, rules)])
            except WorkerDied:
                self._workers = None
                raise
            return list(answer)


def _ready() -> Callable[[_Task], Sequence[InvoiceFinding]]:
    from kkd_ledger.einvoice.validate.check_document import Checker

    checkers: dict[Path | None, Checker] = {}

    def official(task: _Task) -> Sequence[InvoiceFinding]:
        checker = checkers.setdefault(task.rules, Checker(task.rules))
        return checker.official(open_source(task.xml, task.name))

    return official


@cache
def rules_elsewhere() -> RulesElsewhere:
    """Return the one such process of this process."""
    return RulesElsewhere()
