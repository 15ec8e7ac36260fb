"""Files whose entries the books refuse: they wait with the reason, and the others are booked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from kkd_ledger.bank.files.reading import told_name
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.rules.fiscal_years import BALANCES, CLOSED
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.received import Refused, StatementFile

_T = TypeVar("_T")
_Take = Callable[[Sequence[StatementFile]], _T]
_OF_YEARS: Final = frozenset({CLOSED.remedy, BALANCES.remedy})
_CLOSE_YEAR: Final = (
    "ein Jahr, dessen Abschluss nicht aufgestellt ist. Schließen Sie die Monate des aufgestellten Jahres ab "
    "(`kkd close BUCH JAHR --by NAME`); danach bucht der Lauf auf den ersten offenen Tag."
)


def without_quarantined(
    work: Session, files: Sequence[StatementFile], take: _Take[_T], trial: _Take[object]
) -> tuple[_T, list[Refused]]:
    """Take files within a session; return what that gives, and the files that were left out, as the books refuse them.

    `take` and `trial` raise EntryRefused where they do; a trial writes nothing. What the books refuse without any of
    the files is raised.
    """
    before = work.remembered()
    try:
        return take(files), []
    except EntryRefused:
        work.go_back(before)

    def refusal(part: Sequence[StatementFile]) -> EntryRefused | None:
        try:
            trial(part)
        except EntryRefused as error:
            return error
        finally:
            work.go_back(before)
        return None

    refusals = [Refused(file, _about(file, error)) for file, error in quarantined(files, refusal)]
    left_out = {id(refusal.file) for refusal in refusals}
    return take([file for file in files if id(file) not in left_out]), refusals


def quarantined(
    files: Sequence[StatementFile], refusal: Callable[[Sequence[StatementFile]], EntryRefused | None]
) -> list[tuple[StatementFile, EntryRefused]]:
    """Return the files that have to be left out so that `refusal` has nothing against the rest, each with its reason.

    Of files that contradict each other the earlier ones are kept, by their days. Few files among many are found in few
    steps: what fits is taken together, what does not is halved.
    """
    kept: list[StatementFile] = []
    quarantine: list[tuple[StatementFile, EntryRefused]] = []
    parts = [sorted(files, key=_days)]
    while parts:
        part = parts.pop()
        refused = refusal([*kept, *part]) if part else None
        if not refused:
            kept += part
        elif len(part) == 1:
            quarantine.append((part[0], refused))
        else:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]
    return quarantine


def _days(file: StatementFile) -> tuple[str, str, str]:
    days = [
        (str(statement.from_day), str(statement.to_day), statement.sha256)
        for statement in file.booking or file.statements
    ]
    return min(days, default=("", "", ""))


def _about(file: StatementFile, refused: EntryRefused) -> EntryRefused:
    """Return a refusal in words that begin with the file: that is what a person has in hand."""
    return EntryRefused(
        Problem(
            told_name(file.path.name),
            "",
            f"eine Buchung, die das Buch nicht annimmt ({problem.file}, {problem.place}: {problem.actual})",
            _CLOSE_YEAR if problem.allowed in _OF_YEARS else problem.allowed,
        )
        for problem in refused.problems
    )
