"""kkd pay --cancel and kkd collect --cancel: a run that the bank will not carry out frees its items again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import Problem, UsageError
from kkd_ledger.payments.sepa import Run, RunRefused
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.transfers.bank_runs import CANCELLED, FOLDER, ToldRun, as_json, last_seen, standing
from kkd_ledger.work.transfers.moved_on import moved_on
from kkd_ledger.work.transfers.payrun import RunRelease, keep, may_pay


@dataclass(frozen=True)
class Cancelled:
    """A run that the bank will not carry out (or a part of it): its items may go into a run again.

    `others` are the items that stay in it; `executed` is the day on which the bank carried it out, as statements that
    reach that far tell: then what was freed came back, or was never moved. None while it may still be stopped.
    """

    run: str
    items: tuple[str, ...]
    file: str
    outcome: Outcome
    others: tuple[str, ...] = ()
    executed: dt.date | None = None

    @property
    def remedy(self) -> str:
        """What whoever cancelled the run should know or do next, in German."""
        if self.executed:
            when = f"Der Lauf war am {german.day(self.executed)} auszuführen, und so weit liegen Kontoauszüge vor"
            return f"{when}: Was wieder zahlbar ist, kam zurück oder ging nie hinaus. Der nächste Lauf nimmt es wieder."
        if self.others:
            stay = ", ".join(self.others)
            return f"Bitte lassen Sie es von der Bank zurückrufen; im Lauf bleibt: {stay}."
        return "Bitte vergewissern Sie sich bei der Bank: Die Datei darf nicht ausgeführt werden."


def cancel(
    book: Book,
    run: str,
    release: RunRelease,
    reason: str,
    *,
    items: Sequence[str] = (),
    dry_run: bool = False,
) -> Cancelled:
    """Take a run back that the bank has not carried out and will not, or some items whose payment came back.

    `run` is its name, or its file in the book as `pay` tells it (zahlungen/NAME.xml).
    The file stays as it is; a note beside it frees the items for the next run. Raise UsageError for a run or an item
    that does not stand, RunRefused where one person alone does it, where a payment of it is booked, or where the
    day of execution has come and no statement of it is booked: the money may have moved.
    """
    names = (clean(release.prepared_by), clean(release.released_by))
    release = replace(release, prepared_by=names[0], released_by=names[1])
    may_pay(book, names, release.day)
    run = run.removeprefix(f"{FOLDER}/").removesuffix(".xml")
    with session(book, today=release.day, states=False) as work:
        runs = {
            run.id: run
            for run in moved_on(
                standing(book), work.claims.items, last_seen(book), lambda: work.reading.records
            )
        }
        postens = [item.posten for item in runs[run].items] if run in runs else []
        unknown = sorted(set(items) - set(postens))
        if not postens or unknown:
            what = (
                f"{', '.join(unknown)} steht nicht im Lauf {run}"
                if postens
                else f"Der Lauf {run} steht nicht"
            )
            raise UsageError(
                f"{what}; es stehen: {', '.join(run.id for run in runs.values() if run.items) or 'keine'}."
            )
        freed = tuple(posten for posten in postens if not items or posten in items)
        count = 1 + sum(1 for _ in (book.root / FOLDER).glob(f"{CANCELLED}-{run}-*.json"))
        name = f"{CANCELLED}-{run}-{count}"
        if problems := [
            *_two(name, release),
            *_moved(work, runs[run], freed),
            *_unseen(book, release, runs[run].execution),
        ]:
            raise RunRefused(problems)
        file = f"{FOLDER}/{name}.json"
        keep(work, release, file, _note(run, release, reason, freed))
        execution, others = runs[run].execution, tuple(posten for posten in postens if posten not in freed)
        executed = execution if execution <= last_seen(book) else None
        return Cancelled(run, freed, file, work.commit(dry_run=dry_run), others, executed)


def _two(name: str, release: RunRelease) -> list[Problem]:
    run = Run(name, release.day, release.day, "", "", release.prepared_by, release.released_by, ())
    return run.problems()[:1] if not run.by_two else []


def _moved(work: Session, run: ToldRun, freed: Sequence[str]) -> Iterator[Problem]:
    """Yield the items that a statement has settled: their payment was carried out.

    Before the statements tell of the day of execution something else has settled them. A refund names the entry whose
    money it sends back; while that is unclear nothing was moved.
    """
    in_suspense = {money.number for money in work.claims.suspense.values()}
    for named in run.items if run.execution <= last_seen(work.book) else ():
        item = work.claims.items.get(named.bearer)
        if named.posten in freed and named.posten not in in_suspense and (item is None or item.settled):
            yield Problem(named.words, "", "die Zahlung ist gebucht", "ein Posten, der noch offen ist")


def _unseen(book: Book, release: RunRelease, execution: dt.date) -> Iterator[Problem]:
    if release.day >= execution > last_seen(book):
        actual = f"der Ausführungstag {german.day(execution)} ist da, sein Kontoauszug nicht gebucht"
        yield Problem(FOLDER, "", actual, "erst den Kontoauszug buchen: die Zahlung kann ausgeführt sein")


def _note(run: str, release: RunRelease, reason: str, items: Sequence[str]) -> bytes:
    return as_json(
        {
            CANCELLED: run,
            "tag": release.day.isoformat(),
            "vorbereitet-von": release.prepared_by,
            "freigegeben-von": release.released_by,
            "grund": reason,
            "posten": list(items),
        }
    )
