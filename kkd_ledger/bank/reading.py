"""One way into the room: a bank file of any format becomes statements, or is refused whole.

The format is recognised by what is in the file, never by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kkd_ledger.bank.limits import DEFAULT_LIMITS, Limits, Source
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.errors import Problem, StatementRefused

_ALLOWED = "ein Kontoauszug camt.052/.053/.054 (XML)"


def read(
    path_or_bytes: Path | bytes, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> tuple[Statement, ...]:
    """Return the statements of a bank file.

    `name` is what messages call the file. Raises StatementRefused with all problems found; then nothing of the
    file may be used. Balances are not judged here: see `statements.proved`.
    """
    with _opened(path_or_bytes, name, limits) as source:
        return tuple(_statements(source, limits))


def iter_lines(
    path_or_bytes: Path | bytes, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[StatementLine]:
    """Yield the lines of all statements of a camt file in constant memory.

    A broken file raises StatementRefused only where it breaks: use the lines only once the iterator has ended.
    """
    with _opened(path_or_bytes, name, limits) as source:
        for event in _events(source, limits):
            if isinstance(event, StatementLine):
                yield event


def _opened(path_or_bytes: Path | bytes, name: str | None, limits: Limits) -> Source:
    if name is None:
        name = path_or_bytes.name if isinstance(path_or_bytes, Path) else "Kontoauszug"
    return Source(path_or_bytes, name, limits)


def _statements(source: Source, limits: Limits) -> Iterator[Statement]:
    lines: list[StatementLine] = []
    finished: list[Statement] = []
    for event in _events(source, limits):
        if isinstance(event, StatementLine):
            lines.append(event)
        else:
            finished.append(replace(event, lines=tuple(lines)))
            lines.clear()
    return (replace(statement, sha256=source.sha256) for statement in finished)


def _events(source: Source, limits: Limits) -> Iterator[StatementLine | Statement]:
    head = source.head(65536)
    if not looks_like_xml(head):
        found = "eine leere Datei" if not head.strip() else "ein unbekanntes Format"
        raise StatementRefused([Problem(source.name, "", found, _ALLOWED)])
    from kkd_ledger.bank import camt

    return camt.events(source, head, limits)


def looks_like_xml(head: bytes) -> bool:
    """Tell whether the first bytes of a file are those of an XML document, in UTF-8, UTF-16 or one byte a sign."""
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    return text.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()[:1] == b"<"
