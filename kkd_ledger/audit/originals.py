"""The bank's files of a pooled account, kept apart from its extracts, and the key under which these are marked.

They lie in originale/ with the rights of the Kasse alone and are in no kit and no export. The key lies with them: who
may read the originals learns nothing from it, who may not must not have it, and it is saved with them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.bank import extract
from kkd_ledger.bank.extract import ENDING, Extract, ExtractedStatement, LineMark, extract_of, key_id
from kkd_ledger.bank.line_keys import key_by_content, statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text.vocabulary import ORIGINALS
from kkd_ledger.errors import BookRefused, Problem, StatementRefused

KEY_FILE: Final = f"{ORIGINALS}/hmac.key"
MODE: Final = 0o600
_KEY: Final = re.compile(rb"[0-9a-f]{64}\n")


def book_key(root: Path) -> bytes | None:
    """Return the book's key; None where there is none, or none that this user may read.

    Raise BookRefused for another text.
    """
    present = BookFolder(root)
    try:
        content = present.read(root / KEY_FILE)
    except OSError:
        return None
    if not _KEY.fullmatch(content):
        raise BookRefused([Problem(KEY_FILE, "", "kein Schlüssel", "64 Ziffern 0-9a-f und ein Zeilenende")])
    return bytes.fromhex(content.decode().strip())


def extract_holding(root: Path, sha256: str) -> Path | None:
    """Return the extract of the bank's file that a certificate names, or of the container in which that came."""
    plain = root / ARCHIVE / f"{sha256}{ENDING}"
    if plain.is_file():
        return plain
    for path in sorted((root / ARCHIVE).glob(f"*{ENDING}")):
        with suppress(BookRefused):
            if any(
                statement.sha256 == sha256
                for statement in extract.read(path.read_bytes(), path.name).statements
            ):
                return path
    return None


def differences(root: Path, path: Path, extracted: Extract, key: bytes | None) -> Iterator[str]:
    """Yield what an extract says otherwise than its original, where that still lies there and may be read."""
    present = BookFolder(root)
    for original in present.listed(ORIGINALS):
        if original.stem != path.stem or original.name.count(".") > 1:
            continue
        try:
            content = present.read(original)
        except OSError:
            return
        if hashlib.sha256(content).hexdigest() != path.stem:
            yield f"{ORIGINALS}/{original.name} hat nicht den Inhalt, dessen Prüfsumme der Name nennt"
            return
        if not (root / KEY_FILE).exists():
            yield f"{KEY_FILE} fehlt, also lässt sich kein Kennzeichen einer fremden Zeile nachrechnen"
        yield from _again(content, original.name, extracted, key, Decisions.of(root))


def _again(
    content: bytes, name: str, extracted: Extract, key: bytes | None, decisions: Decisions
) -> Iterator[str]:
    if decisions.about_file(hashlib.sha256(content).hexdigest()):
        return
    try:
        statements = decisions.read(decisions.statements_in(content, name))
    except StatementRefused as refused:
        yield f"{ORIGINALS}/{name} ist kein Kontoauszug: {refused.problems[0]}"
        return
    by_key = {(statement.sha256, statement.key): statement for statement in extracted.statements}

    def said(statement: Statement, place: int, _: str) -> LineMark:
        key_of = (statement.sha256, statement_key(statement))
        lines = by_key[key_of].lines if key_of in by_key else ()
        line = lines[place] if place < len(lines) else None
        return LineMark(line.key, line.rule) if line else LineMark("", "")

    statements = tuple(_as_extracted(statement, by_key) for statement in statements)
    again = extract_of(statements, said, key or b"")
    ours = key is not None and extracted.key_id == key_id(key)
    for mine, theirs in zip(_unmarked(again, ours=ours), _unmarked(extracted, ours=ours), strict=False):
        if mine != theirs:
            yield f"{ORIGINALS}/{name} sagt über den Auszug bis {german.day(theirs.to_day)} etwas anderes"
    if len(again.statements) != len(extracted.statements):
        yield f"{ORIGINALS}/{name} hat {len(again.statements)} Auszüge, der Extrakt {len(extracted.statements)}"


def _as_extracted(statement: Statement, by_key: Mapping[tuple[str, str], ExtractedStatement]) -> Statement:
    """Return a statement under the key by which an extract tells of it: another one may have its number."""
    shares_number = (statement.sha256, key_by_content(statement)) in by_key
    return replace(statement, shares_number=True) if shares_number else statement


def _unmarked(made: Extract, *, ours: bool) -> Iterator[ExtractedStatement]:
    """Yield the statements of an extract; without their marks where these were made under another key."""
    for statement in made.statements:
        yield (
            statement
            if ours
            else replace(statement, lines=tuple(line._replace(mark="") for line in statement.lines))
        )
