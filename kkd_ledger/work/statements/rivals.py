"""Two statements of one run that contradict each other: neither wins because it was asked first, both wait."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from kkd_ledger.bank.continuity.misfits import contradict
from kkd_ledger.bank.continuity.reasons import contradicted
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.continuity.waiting import StatementWaits
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.work.statements.received import Refused, StatementFile
from kkd_ledger.work.statements.statement_chain import Fresh


def rivals(
    misfits: Sequence[Refused],
    fresh: Sequence[Fresh],
    files: Sequence[StatementFile],
    misfits_of: Callable[[Sequence[StatementFile]], Sequence[Refused]],
) -> list[Refused]:
    """Return the files of this run that a misfit contradicts, where it would fit in their place.

    `fresh` is what is new in the other files; `misfits_of` says which of some files would not fit if there were no
    others. What a person has decided about, or an earlier run has booked, stands.
    """
    new = {statement_key(each.statement) for each in fresh}
    left_out = {id(misfit.file) for misfit in misfits}
    waiting: dict[int, Refused] = {}
    for misfit in misfits:
        keys = _contradicted(misfit) & new - misfit.file.decided
        standing = [
            file
            for file in files
            if id(file) not in left_out
            and any(_is_rival(statement, misfit, keys - file.decided) for statement in file.booking)
        ]
        if not standing or not _fits(misfit.file, standing, files, misfits_of):
            continue
        says_otherwise = tuple(map(StatementPiece.of, misfit.file.booking))
        for file in standing:
            reasons = (
                contradicted(statement, says_otherwise)
                for statement in file.booking
                if _is_rival(statement, misfit, keys)
            )
            waiting.setdefault(id(file), Refused(file, StatementWaits(reasons)))
    return list(waiting.values())


def _contradicted(misfit: Refused) -> frozenset[str]:
    """Return the keys of the known statements that a file contradicts."""
    return misfit.error.contradicted if isinstance(misfit.error, StatementWaits) else frozenset()


def _is_rival(statement: Statement, misfit: Refused, keys: Collection[str]) -> bool:
    """Whether a statement that a file names as one against it cannot be right if that file is."""
    return statement_key(statement) in keys and any(contradict(statement, own) for own in misfit.file.booking)


def _fits(
    file: StatementFile,
    standing: Sequence[StatementFile],
    files: Sequence[StatementFile],
    misfits_of: Callable[[Sequence[StatementFile]], Sequence[Refused]],
) -> bool:
    """Whether a file would fit if those that it contradicts had not come."""
    without = {id(other) for other in standing}
    left = misfits_of([other for other in files if id(other) not in without])
    return all(misfit.file is not file for misfit in left)
