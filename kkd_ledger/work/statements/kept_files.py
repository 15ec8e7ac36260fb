"""How a bank's file is kept: an own account's whole, a pooled account's as an extract, its original apart."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.audit.originals import KEY_FILE, MODE, book_key, extract_holding
from kkd_ledger.bank import extract
from kkd_ledger.bank.extract import ENDING, KEY_BYTES, LineMark, extract_of
from kkd_ledger.bank.line_keys import entry_key, line_keys, without_number
from kkd_ledger.bank.statements import BOOKING_KINDS, Statement
from kkd_ledger.book.certificate import CertifiedLine, Fate, Words
from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.certificate.line_words import words
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text.vocabulary import ORIGINALS
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.received import StatementFile

KNOWN: Final = "bekannt"
DETAILS: Final = "Einzelposten (camt.054)"
_FOREIGN: Final = frozenset({Fate.NOT_OURS})
LineOf = Callable[[Statement, int, str], CertifiedLine | None]


def key_for(work: Session) -> bytes:
    """Return the key of a book's extracts; where it has none yet, it gets one in this batch."""
    if key := book_key(work.book.root):
        return key
    key = secrets.token_bytes(KEY_BYTES)
    work.put(KEY_FILE, f"{key.hex()}\n".encode(), MODE)
    return key


def keep(work: Session, files: Iterable[StatementFile], line_of: LineOf) -> None:
    """Keep received files in the batch that books them; `line_of` says what the certificates say of a line.

    A file that is kept already is left as it is.
    """
    kept: set[bytes] = set()
    own = work.book.settings.bank.dedicated
    key = b"" if own else key_for(work)
    for file in files:
        if file.content in kept:
            continue
        kept.add(file.content)
        place = file.archived(work.book.root)
        if own:
            work.put(place, file.content, file.mode)
        else:
            renewed = bool(file.decided)
            reduce(
                work,
                place,
                file.content,
                statements=file.statements,
                line_of=line_of,
                key=key,
                renewed=renewed,
            )


def close_to_others(root: Path) -> None:
    """Take from group and others what a copy or a checkout gave them on the originals."""
    for path in BookFolder(root).listed(ORIGINALS):
        if path.is_file() and not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & ~MODE:
            with suppress(OSError):
                path.chmod(MODE)


def reduce(
    work: Session,
    place: str,
    content: bytes,
    *,
    statements: Iterable[Statement],
    line_of: LineOf,
    key: bytes,
    renewed: bool = False,
) -> None:
    """Put a file's extract into archive/ and the file itself into originale/, whose rights are the Kasse's alone.

    An extract that is there already stays, but for one that is `renewed` by a person's decision.
    """
    name = place.removeprefix(f"{ARCHIVE}/")
    stem = name.partition(".")[0]
    target = f"{ARCHIVE}/{stem}{ENDING}"
    there = sorted((work.book.root / ORIGINALS).glob(f"{stem}.*"))
    work.put(f"{ORIGINALS}/{there[0].name if there else name}", content, MODE)
    if (work.book.root / target).exists() and not renewed:
        return
    made = extract_of(statements, lambda *line: told_of(line_of(*line), line[0]), key)
    work.put(target, extract.write(made))


def told_of(line: CertifiedLine | None, statement: Statement) -> LineMark:
    """Return how an extract tells a line: whole where it is ours or waits, else only who calls it foreign."""
    if statement.kind not in BOOKING_KINDS:
        return LineMark("", statement.kind)
    if line is None:
        return LineMark("", KNOWN)
    return LineMark("", line.rule) if line.fate in _FOREIGN else LineMark(line.key, "")


def by_lines(
    new: Mapping[int, str],
    known_lines: Mapping[str, CertifiedLine],
    split: Mapping[tuple[str, int], CertifiedLine],
) -> LineOf:
    """Return what finds a line's certified line: by itself where it is new (`id` → key), else by its key.

    `split` are batches for which details stand, by the statement's key and the entry's place.
    """

    def line_of(statement: Statement, place: int, key: str) -> CertifiedLine | None:
        line = statement.lines[place]
        if (mine := new.get(id(line))) is not None:
            return known_lines.get(mine)
        return known_lines.get(key) or split.get((statement.sha256, line.entry))

    return line_of


def by_certificates(lines: Mapping[str, CertifiedLine]) -> LineOf:
    """Return what finds the certified line of a line in a file that was kept before there were extracts."""
    alike = {(without_number(key), line.day, line.cents): line for key, line in lines.items()}
    entries = {entry_key(key): line for key, line in lines.items()}

    def line_of(statement: Statement, place: int, key: str) -> CertifiedLine | None:
        line = statement.lines[place]
        known_line = lines.get(key) or alike.get((without_number(key), line.booking_day, line.amount_cents))
        return known_line or entries.get(entry_key(key))

    return line_of


def reduce_decided(work: Session, sha256: str, key: str, rule: str) -> None:
    """Make a line foreign in the extract that holds it whole, because a person has decided so."""
    book = work.book
    if book.settings.bank.dedicated or not (secret := book_key(book.root)):
        return
    path = extract_holding(book.root, sha256)
    if path is None:
        return
    name = path.relative_to(book.root).as_posix()
    before = extract.read(work.planned(name) or path.read_bytes(), str(path))
    work.put(name, extract.write(before.reduced(key, rule, secret)))


def words_kept(work: Session, sha256: str, key: str) -> Words | None:
    """Return who is on the other side of a line and what it says, by the original of its file, while that is kept."""
    root = work.book.root
    path = extract_holding(root, sha256)
    decisions = Decisions.of(root)
    for original in sorted((root / ORIGINALS).glob(f"{path.stem}.*")) if path else ():
        for statement in decisions.read(decisions.statements_in(original.read_bytes(), original.name)):
            for mine, line in zip(line_keys(statement), statement.lines, strict=True):
                if mine == key:
                    return words(line)
    return None


def tell_again(work: Session, sha256: str, lines: Mapping[str, CertifiedLine]) -> None:
    """Make a file's extract again from its original: a line that was foreign is told whole again.

    Where the original is gone, the extract stays as it is.
    """
    root = work.book.root
    secret, path = book_key(root), extract_holding(root, sha256)
    if secret is None or path is None:
        return
    for original in sorted((root / ORIGINALS).glob(f"{path.stem}.*")):
        content = original.read_bytes()
        decisions = Decisions.of(root)
        statements = decisions.read(decisions.statements_in(content, original.name))
        place, line_of = f"{ARCHIVE}/{original.name}", by_certificates(lines)
        reduce(work, place, content, statements=statements, line_of=line_of, key=secret, renewed=True)
