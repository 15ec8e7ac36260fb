"""Years that a command names as `2024/25`: refused where the agreement's are calendar years, for every command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.shell.parsing import Arguments
from kkd_ledger.errors import NotAllowed, UsageError
from kkd_ledger.periods import TypedYear

if TYPE_CHECKING:
    from kkd_ledger.agreement import Agreement


def refuse_other_years(arguments: Arguments) -> None:
    """Raise UsageError for a year over two calendar years where the agreement or book that is named knows none."""
    # all of them, whatever a command calls its years: a new command need not think of it
    named = [year for year in _years(list(vars(arguments).values())) if year.name]
    for agreement in _agreements(arguments) if named else ():
        for year in named:
            try:
                agreement.service_year.meant(year)
            except NotAllowed as refused:
                raise UsageError(f"Leistungsjahr {refused}.") from None


def _years(values: Any) -> Iterator[TypedYear]:
    for value in values:
        if isinstance(value, TypedYear):
            yield value
        elif isinstance(value, list | tuple):
            yield from _years(value)


def _agreements(arguments: Arguments) -> Iterator[Agreement]:
    from kkd_ledger.agreement import load
    from kkd_ledger.book.config import load_book

    for path in (getattr(arguments, name, None) for name in ("agreement", "book")):
        if isinstance(path, Path):
            yield load_book(path).agreement if path.is_dir() else load(path)
