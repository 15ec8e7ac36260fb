"""What can go wrong, one class per cause; each knows its exit status and words its own sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

EXIT_GOOD = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_BUSY = 4
EXIT_STORAGE = 5
EXIT_UNEXPECTED = 70


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where it stands, what was found there and what is allowed."""

    file: str
    place: str
    actual: str
    allowed: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}" if self.place else self.file
        return f"{where}: gefunden: {self.actual}; erlaubt: {self.allowed}"

    def as_json(self) -> dict[str, str]:
        """Return the problem as plain JSON data."""
        return {"file": self.file, "place": self.place, "found": self.actual, "allowed": self.allowed}


class NotAllowed(ValueError):
    """A value is not what it must be; whoever knows where it stands makes a `Problem` of its parts."""

    def __init__(self, actual: str, allowed: str) -> None:
        super().__init__(actual, allowed)
        self.actual, self.allowed = actual, allowed

    def __str__(self) -> str:
        return f"{self.actual}; erlaubt: {self.allowed}"


_CAUSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.ENOSPC: "auf dem Datenträger ist kein Platz mehr",
        errno.EDQUOT: "das Speicherkontingent ist erschöpft",
        errno.EFBIG: "die Datei würde größer, als hier erlaubt ist",
        errno.EIO: "der Datenträger meldet einen Fehler",
        errno.EROFS: "der Datenträger ist nur lesbar",
        errno.EACCES: "die Rechte fehlen",
        errno.EPERM: "das ist hier nicht erlaubt",
        errno.ENOENT: "nicht vorhanden",
        errno.EISDIR: "ein Ordner",
        errno.ENOTDIR: "der Weg dorthin ist kein Ordner",
    }
)


def cause_of(error: OSError) -> str:
    """Return in German why the system refused a file."""
    return _CAUSES.get(error.errno or 0) or error.strerror or str(error)


def told_error(error: KkdError | OSError) -> str:
    """Return in German what went wrong: our own errors know their sentence, the system's names a file."""
    if isinstance(error, OSError):
        return f"{error.filename or 'Datei'}: {cause_of(error)}."
    return str(error)


class KkdError(Exception):
    """Base of every error that a person can act on; `exit_status` is the command line's answer."""

    exit_status: ClassVar[int] = EXIT_UNEXPECTED


class UsageError(KkdError):
    """The command or the call asks for something that does not exist."""

    exit_status = EXIT_USAGE


class InputRefused(KkdError):
    """An input from outside was refused whole; `problems` names everything that is wrong with it."""

    exit_status = EXIT_REFUSED
    subject: ClassVar[str] = "Eingabe abgelehnt"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))  # the same of many entries is told once
        assert self.problems, "a refusal names at least one problem"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{self.subject}:\n{lines}")


class AgreementRefused(InputRefused):
    """The agreement file is not a valid agreement."""

    subject = "Vereinbarung abgelehnt"


class BookRefused(InputRefused):
    """The books cannot be taken: `book.toml`, the top file or a month file is not what it must be."""

    subject = "Buch abgelehnt"


class InvoiceRefused(InputRefused):
    """An e-invoice cannot be taken: it is broken, dangerous, or none."""

    subject: ClassVar[str] = "E-Rechnung abgelehnt"


class StatementRefused(InputRefused):
    """A bank statement file cannot be taken whole, so nothing of it is taken."""

    subject = "Kontoauszug abgelehnt"


class StatementGap(StatementRefused):
    """A bank statement does not join its neighbours: it waits until the missing one is there."""


class EntryRefused(InputRefused):
    """A batch of entries would add an error to the books, so nothing of it is written."""

    subject = "Buchung abgelehnt"


class BookBusy(KkdError):
    """Another process writes to the same books."""

    exit_status = EXIT_BUSY

    def __init__(self, book: Path, holder: str) -> None:
        super().__init__(
            f"Das Buch {book.name} wird gerade beschrieben: {holder}. Bitte warten Sie und wiederholen Sie den Befehl."
        )


class StorageFailed(KkdError):
    """The disk refused; the books are as they were, or hold a decided batch that the next start completes."""

    exit_status = EXIT_STORAGE

    def __init__(self, path: Path, cause: OSError, *, decided: bool = False) -> None:
        said = cause_of(cause)
        books = (
            "Die Buchung war schon beschlossen; der nächste schreibende Aufruf von kkd vollendet sie."
            if decided
            else "Die Bücher sind unversehrt; von dieser Buchung steht nichts darin."
        )
        super().__init__(
            f"{cause.filename or path}: Schreiben fehlgeschlagen: {said}. {books} "
            "Bitte prüfen Sie den freien Speicherplatz und die Rechte und wiederholen Sie den Befehl."
        )
