"""Statement files into the book in one batch: those that fit are booked, the others are left out with their reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.progress import Progress
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.fills import pieces
from kkd_ledger.work.statements.imported import Imported
from kkd_ledger.work.statements.intake import Intake
from kkd_ledger.work.statements.kept_files import close_to_others, keep
from kkd_ledger.work.statements.quarantine import without_quarantined
from kkd_ledger.work.statements.received import Refused, StatementFile, in_order, too_far
from kkd_ledger.work.statements.rivals import rivals
from kkd_ledger.work.statements.told_apart import told_apart

Also = Callable[[Sequence[StatementFile], Sequence[Refused]], None]


def take(
    work: Session,
    received: Sequence[StatementFile],
    *,
    today: dt.date,
    dry_run: bool = False,
    patient: bool = False,
    also: Also | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Book what is new in received files within a session, and commit it.

    With `patient`, a file that does not fit, or whose entries the books refuse, is left out and told of in `refused`;
    otherwise it is raised. `also` may add to the same batch once it is known which files are taken.
    """
    received = told_apart(work, received)
    if not patient:
        return _take(work, received, today=today, dry_run=dry_run, also=also)
    done, held_back = without_quarantined(
        work,
        received,
        partial(_take, work, today=today, dry_run=dry_run, patient=True, also=also, progress=progress),
        partial(_take, work, today=today, dry_run=True, patient=True),
    )
    return replace(done, refused=(*held_back, *done.refused))


def _take(
    work: Session,
    received: Sequence[StatementFile],
    *,
    today: dt.date,
    dry_run: bool,
    patient: bool = False,
    also: Also | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Book and commit; raise EntryRefused where the books refuse an entry, whichever file it comes from."""
    intake, taken, refused = _fitting(work, received, today, patient=patient, progress=progress)
    last_days = [file.last_day for file in taken]
    for month in sorted({BookingMonth.of(day) for day in last_days if day}):
        if work.months and month > max(work.months):
            work.open_month(month)
    intake.book()
    keep(work, taken, intake.line_of())
    if also:
        also(taken, refused)
    outcome = work.commit(dry_run=dry_run)
    if taken and not (dry_run or work.book.settings.bank.dedicated):
        close_to_others(work.book.root)
    statements = tuple(fresh.statement for fresh in intake.new)
    supplements = tuple(intake.supplements(taken))
    return Imported(
        statements,
        tuple(intake.lines),
        intake.known_count,
        tuple(refused),
        outcome,
        supplements,
        intake.words,
    )


def _fitting(
    work: Session,
    received: Sequence[StatementFile],
    today: dt.date,
    *,
    patient: bool,
    progress: Progress | None,
) -> tuple[Intake, list[StatementFile], list[Refused]]:
    """Return what is new in the files that fit, those files, and the others (unless patient, raised)."""
    taken, refused = list(received), list[Refused]()
    while True:
        intake = Intake(work, today, taken)
        misfits = intake.know_all(in_order(taken), progress)
        misfits += rivals(misfits, intake.new, taken, partial(_misfits, work, today))
        misfits = misfits or too_far(taken, work.months, work.book)
        misfits = misfits or pieces(work, intake.certificates, intake.new, taken)
        if not misfits:
            return intake, taken, refused
        if not patient:
            raise misfits[0].error
        refused += misfits
        left_out = {id(misfit.file) for misfit in misfits}
        taken = [file for file in taken if id(file) not in left_out]


def _misfits(work: Session, today: dt.date, files: Sequence[StatementFile]) -> list[Refused]:
    """Return which of some files would not fit if there were no others."""
    return Intake(work, today, files).know_all(in_order(files))
