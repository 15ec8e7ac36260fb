"""One way into the room: a bank file of any format becomes statements, or is refused whole.

The format is recognised by what is in the file, never by its name.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkd_ledger.bank.files.characters import one_line
from kkd_ledger.bank.files.containers import looks_like_zip, members
from kkd_ledger.bank.files.limits import DEFAULT_LIMITS, BankFile, Limits, too_many_statements
from kkd_ledger.bank.files.mt940.swift_fields import looks_like_mt940
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.errors import Problem, StatementRefused, cause_of

if TYPE_CHECKING:
    from kkd_ledger.bank.files.csv.column_maps import CsvMap

_HEAD_BYTES: Final = 65536
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ALLOWED: Final = "camt.052/.053/.054 (XML), MT940/942, CSV einer bekannten Bank oder ein ZIP damit"


def read(
    path_or_bytes: Path | bytes,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    csv_maps: Sequence[CsvMap] = (),
    *,
    partly: bool = False,
) -> tuple[Statement, ...]:
    """Return the statements of a bank file.

    `name` is what messages call the file; `csv_maps` are column maps beside those that come with the library.
    Raises StatementRefused with all problems found; then nothing of the file may be used. Balances are not judged
    here: see `statements.proved`. With `partly`, which is for a person's decision, one unreadable line does not refuse
    the others: it has no day (`days.NO_DAY`) or is left out, and the statement's contradictions say so.
    """
    with _opened(path_or_bytes, name, limits) as source:
        head = source.head(_HEAD_BYTES)
        if looks_like_zip(head):
            return _in_container(source, limits, csv_maps, partly=partly)
        if looks_like_xml(head):
            return tuple(_camt(source, head, limits, partly=partly))
        return tuple(_plain_text(source, head, limits, csv_maps, partly=partly))


def as_far_as_readable(content: bytes, name: str) -> tuple[Statement, ...]:
    """Return the statements of a file, its unreadable lines without a day or left out.

    Raise StatementRefused where it is none that anybody can read.
    """
    try:
        return read(content, name)
    except StatementRefused:
        return read(content, name, partly=True)


def iter_lines(
    path_or_bytes: Path | bytes, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[StatementLine]:
    """Yield the lines of all statements of a camt file in constant memory.

    A broken file raises StatementRefused only where it breaks: use the lines only once the iterator has ended.
    """
    from kkd_ledger.bank.files.camt import camt

    with _opened(path_or_bytes, name, limits, hashed=False) as source:
        for event in camt.events(source, source.head(_HEAD_BYTES), limits):
            if isinstance(event, StatementLine):
                yield event


def _opened(
    path_or_bytes: Path | bytes, name: str | None, limits: Limits, *, hashed: bool = True
) -> BankFile:
    if name is None:
        name = path_or_bytes.name if isinstance(path_or_bytes, Path) else "Kontoauszug"
    name = told_name(name)
    try:
        return BankFile(path_or_bytes, name, limits, hashed=hashed)
    except OSError as error:
        actual = f"nicht lesbar ({cause_of(error)})"
        raise StatementRefused([Problem(name, "", actual, "eine vorhandene, lesbare Datei")]) from error


def told_name(name: str) -> str:
    """Return a file's name as messages and JSON may carry it: on one line, bytes that are no text written out."""
    written = name.encode("utf-8", "backslashreplace").decode()
    return written if written.isprintable() else one_line(written)


def _in_container(
    source: BankFile, limits: Limits, csv_maps: Sequence[CsvMap], *, partly: bool
) -> tuple[Statement, ...]:
    """Return the statements of all members; the problems of all of them make one refusal."""
    statements: list[Statement] = []
    problems: list[Problem] = []
    for name, content in members(source.read(), source.name, limits):
        try:
            statements += read(content, name, limits, csv_maps, partly=partly)
        except StatementRefused as refusal:
            problems += refusal.problems
        if sum(len(statement.lines) for statement in statements) > limits.lines:
            raise StatementRefused(
                [Problem(source.name, "", "mehr Umsätze", f"höchstens {limits.lines} Umsätze")]
            )
        if len(statements) > limits.statements:
            raise too_many_statements(source.name, limits)
    if problems:
        raise StatementRefused(problems[: limits.problems])
    return tuple(statements)


def _camt(source: BankFile, head: bytes, limits: Limits, *, partly: bool) -> Iterator[Statement]:
    from kkd_ledger.bank.files.camt import camt

    lines: list[StatementLine] = []
    finished: list[Statement] = []
    for event in camt.events(source, head, limits, partly=partly):
        if isinstance(event, StatementLine):
            lines.append(event)
        else:
            finished.append(replace(event, lines=tuple(lines)))
            lines.clear()
    return (replace(statement, sha256=source.sha256) for statement in finished)


def _plain_text(
    source: BankFile, head: bytes, limits: Limits, csv_maps: Sequence[CsvMap], *, partly: bool
) -> list[Statement]:
    from kkd_ledger.bank.files.csv.column_maps import known_maps
    from kkd_ledger.bank.files.csv.exports import read_csv
    from kkd_ledger.bank.files.mt940.mt940 import read_mt940

    if not head.strip(b"\0 \t\r\n"):
        raise StatementRefused([Problem(source.name, "", "eine leere Datei", _ALLOWED)])
    content = source.read()
    if head.startswith(_UTF_16):
        content = _in_utf_8(content, source.name)
        head = content[:_HEAD_BYTES]
    if b"\0" in head:
        raise StatementRefused([Problem(source.name, "", "eine Binärdatei", _ALLOWED)])
    if looks_like_mt940(head):
        return read_mt940(content, source.name, source.sha256, limits, partly=partly)
    maps = (*csv_maps, *known_maps())
    return read_csv(content, source.name, source.sha256, limits, maps, partly=partly)


def _in_utf_8(content: bytes, name: str) -> bytes:
    """Return a text file in UTF-16 (as spreadsheets save "Unicode text") in UTF-8."""
    try:
        return content.decode("utf-16").encode()
    except UnicodeError as error:
        problem = Problem(
            name, "", "Bytes, die kein UTF-16 sind, hinter dessen Kennung", "vollständiges UTF-16"
        )
        raise StatementRefused([problem]) from error


def looks_like_xml(head: bytes) -> bool:
    """Tell whether the first bytes of a file are those of an XML document, in UTF-8, UTF-16 or one byte a sign."""
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    return text.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()[:1] == b"<"
