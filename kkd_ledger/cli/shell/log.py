"""The log of the monthly job: a JSON line for each month that was run, and for a run that failed."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kkd_ledger.cli.shell.parsing import Arguments
from kkd_ledger.errors import EXIT_GOOD, EXIT_STORAGE, EXIT_UNEXPECTED, InputRefused, KkdError, cause_of
from kkd_ledger.periods import BookingMonth

EXIT_INTERRUPTED: Final = 130


class Log:
    """A JSON line for each month that was run, and one for a run that failed or found nothing; a dry run has none.

    The run does not depend on it: where the log refuses, that is told, and `status` is the one for storage.
    """

    def __init__(self, arguments: Arguments) -> None:
        self._file: Path | None = None if arguments.dry_run else arguments.log
        self._day = arguments.today
        self._book = arguments.book.resolve().name
        self.month: BookingMonth | None = arguments.month
        self.status = EXIT_GOOD

    @property
    def about(self) -> dict[str, Any]:
        """What the run is about."""
        return {"book": self._book, "month": str(self.month) if self.month else None}

    def add(self, status: int, facts: Mapping[str, Any]) -> None:
        """Append a line, whole and on a line of its own, also behind half a line that a killed run has left."""
        if self._file is None:
            return
        now = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        line = {"at": now, "day": self._day.isoformat(), "status": status} | self.about | dict(facts)
        text = json.dumps(line, ensure_ascii=False).encode(
            "utf-8",
            "backslashreplace",  # which is how JSON escapes, too
        )
        try:
            end_before = b"\n" if _half_line(self._file) else b""
            with self._file.open("ab") as file:
                file.write(end_before + text + b"\n")
        except OSError as error:
            self.status = EXIT_STORAGE
            said = f"{self._file}: Das Protokoll hat die Zeile nicht angenommen: {cause_of(error)}."
            print(f"kkd: {said} Der Lauf selbst ist davon nicht betroffen.", file=sys.stderr)


@contextmanager
def logged(arguments: Arguments) -> Iterator[Log]:
    """Yield the log of a run; where the run fails, it gets its line before the error goes on its way."""
    log = Log(arguments)
    try:
        yield log
    except BaseException as error:
        problems = error.problems if isinstance(error, InputRefused) else ()
        is_ours = isinstance(error, KkdError)
        said = str(error) if is_ours else f"{type(error).__name__}: {error}".removesuffix(": ")
        log.add(exit_status(error), {"error": said, "problems": [problem.as_json() for problem in problems]})
        raise


def _half_line(path: Path) -> bool:
    """Tell whether a file ends in the middle of a line."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def exit_status(error: BaseException) -> int:
    """Return what the command line answers to an error."""
    if isinstance(error, KkdError):
        return error.exit_status
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    return EXIT_STORAGE if isinstance(error, OSError) else EXIT_UNEXPECTED
