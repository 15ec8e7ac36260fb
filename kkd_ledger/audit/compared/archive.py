"""The bank's files as they are kept: found by what a certificate names, read one at a time, compared with it."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.audit import originals
from kkd_ledger.audit.archived import ARCHIVE, plain_files, within
from kkd_ledger.audit.compared.archived_statements import (
    ArchivedStatement,
    Certified,
    EntryOf,
    KnownEntryCounts,
    Token,
    differences,
    named,
    paper_of,
    paper_of_extract,
)
from kkd_ledger.audit.compared.foreign_lines import ForeignRules, misfitting
from kkd_ledger.audit.compared.kinds import PAPER
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.audit.compared.match_reasons import unheard
from kkd_ledger.bank import extract
from kkd_ledger.bank.extract import ENDING, key_id, mark_of
from kkd_ledger.bank.line_keys import without_number
from kkd_ledger.bank.statements import BOOKING_KINDS
from kkd_ledger.book.certificate import CertifiedStatement
from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import CERTIFICATE
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text.records import Place
from kkd_ledger.errors import StatementRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAMES_MAX: Final = 3


class FilePapers:
    """The statements in a file of the archive, each with the SHA-256 of the file (within a container) that has it."""

    def __init__(self, papers: Iterable[tuple[str, ArchivedStatement]]) -> None:
        self.all = tuple(papers)
        self._by_key = defaultdict[tuple[str, str], list[ArchivedStatement]](list)
        for sha256, paper in self.all:
            for key in paper.keys:
                self._by_key[sha256, key].append(paper)

    def of(self, statement: CertifiedStatement) -> ArchivedStatement | None:
        """Return what a file says of a certified statement; None where none of its statements has the key.

        Of several to which the bank gave one number it is the one that agrees with the certificate, else the first.
        """
        papers = self._by_key.get((statement.sha256, statement.key), ())
        return next(
            (paper for paper in papers if paper.content == statement.content), next(iter(papers), None)
        )


class Archive:
    """The files in archive/, each by the hash in its name; those in containers where no other file has the hash.

    What the last file says is kept: several certificates may tell of the statements in one.
    """

    def __init__(self, book: Book, known_basis: KnownBasis, sealed: Collection[BookingMonth]) -> None:
        self._book, self._known_basis = book, known_basis
        self._sealed_files = {f"{month.stem}{CERTIFICATE}" for month in sealed}
        self._root, self._key = book.root, originals.book_key(book.root)
        self._present = BookFolder(book.root)
        self._files = {path.stem: path for path in plain_files(self._present)}
        self._in_containers: dict[str, Path] | None = None
        self._decisions = Decisions.of(book.root)
        self.papers = lru_cache(maxsize=1)(self._papers)
        self.flaws = lru_cache(maxsize=1)(self._flaws)

    def file_of(self, sha256: str) -> Path | None:
        """Return the file that holds what a certificate names: it, or the container in which it came."""
        if sha256 in self._files:
            return self._files[sha256]
        if self._in_containers is None:
            files = self._files.values()
            self._in_containers = {inner: path for path in files for inner in within(self._present, path)}
        return self._in_containers.get(sha256)

    def _papers(self, path: Path) -> FilePapers:
        """Return a file's statements, read as was decided; raise StatementRefused for no bank file."""
        content = self._present.read(path)
        if path.suffix == ENDING:
            extracted = extract.read(content, f"{ARCHIVE}/{path.name}")
            token = self._token(extracted.key_id)
            kept = (
                paper_of_extract(statement, token)
                for statement in extracted.statements
                if statement.kind in BOOKING_KINDS
            )
            names = (
                statement.sha256 for statement in extracted.statements if statement.kind in BOOKING_KINDS
            )
            return FilePapers(zip(names, kept, strict=True))
        taken = self._decisions.read(self._decisions.statements_in(content, path.name))
        booking = (statement for statement in taken if statement.kind in BOOKING_KINDS)
        return FilePapers((statement.sha256, paper_of(statement)) for statement in booking)

    def _token(self, made_under: str) -> Token:
        """Return what makes marks like an extract's; where the key is another or unknown, all marks are alike."""
        key = self._key
        if key is None or key_id(key) != made_under:
            return lambda _, __: ""
        return lambda line, day: mark_of(key, without_number(line), day)

    def _flaws(self, path: Path) -> Sequence[str]:
        """Return what is wrong with a file by itself: another content than its name tells, or than its original."""
        content = self._present.read(path)
        if path.suffix == ENDING:
            extracted = extract.read(content, f"{ARCHIVE}/{path.name}")
            form = tuple(self._form(path, extracted, content))
            return (*form, *originals.differences(self._root, path, extracted, self._key))
        if hashlib.sha256(content).hexdigest() != path.stem:
            return ("hat nicht den Inhalt, dessen Prüfsumme der Name nennt",)
        return ()

    def misfitting(self, path: Path, certified: Iterable[Certified]) -> Iterator[Finding]:
        """Yield the lines of open months that are foreign by a rule which they do not meet; `path` is their extract."""
        still_open = [each for each in certified if each.place.file not in self._sealed_files]
        if path.suffix == ENDING and still_open:
            yield from misfitting(self._book, path, still_open, self._rules)

    def unheard(self, certified: Certified, paper: ArchivedStatement, entry_of: EntryOf) -> Iterator[Finding]:
        """Yield a finding for each number that a reason names and the bank's line does not, in months not sealed."""
        if certified.place.file not in self._sealed_files:
            yield from unheard(self._book, certified, paper, entry_of)

    @cached_property
    def _rules(self) -> ForeignRules:
        return ForeignRules(self._known_basis)

    def _form(self, path: Path, extracted: extract.Extract, content: bytes) -> Iterator[str]:
        """Yield in what an extract is not as kkd writes it."""
        if not _HASH.fullmatch(path.stem):
            yield "heißt nicht nach einer Prüfsumme"
        if extract.write(extracted) != content:
            yield "steht nicht in der Form, in der kkd schreibt"
        if self._key and extracted.key_id != key_id(self._key):
            yield f"ist unter einem anderen Schlüssel gemacht als {originals.KEY_FILE}"

    def is_double(self, path: Path) -> bool:
        """Tell whether an extract holds only what other files hold by their names."""
        if path.suffix != ENDING:
            return False
        files = [self._files.get(sha256, path) for sha256 in within(self._present, path)]
        return bool(files) and path not in files

    def unnamed(self, names: Collection[str]) -> Iterator[Path]:
        """Yield the files that no certificate names: statements sent again, previews, documents that were known."""
        for sha256, path in sorted(self._files.items()):
            if sha256 not in names:
                yield path


def statements_of(
    archive: Archive, certified: Iterable[Certified], known_entries: KnownEntryCounts, entry_of: EntryOf
) -> Iterator[Finding]:
    """Yield what certified statements and the bank's files say differently, one file in memory at a time."""
    files = defaultdict[Path | None, list[Certified]](list)
    for listed in certified:
        files[archive.file_of(listed.statement.sha256)].append(listed)
    for path, statements in files.items():
        if path is None:
            yield from _missing(statements)
        else:
            yield from _of_file(archive, path, statements, known_entries, entry_of)


def gone_in(findings: Iterable[Finding]) -> frozenset[str]:
    """Return the SHA-256 of each file that findings report as gone (only these findings have a subject)."""
    return frozenset(finding.subject for finding in findings if finding.kind == PAPER and finding.subject)


def _missing(statements: Iterable[Certified]) -> Iterator[Finding]:
    """Yield each file that is gone once, with the statements that stood in it."""
    files = defaultdict[str, list[Certified]](list)
    for certified in statements:
        files[certified.statement.sha256].append(certified)
    for sha256, in_file in files.items():
        names = ", ".join(named(certified.statement) for certified in in_file[:_NAMES_MAX])
        more = f" und {len(in_file) - _NAMES_MAX} weitere" if len(in_file) > _NAMES_MAX else ""
        text = f"{names}{more}: die Datei {ARCHIVE}/{sha256} fehlt"
        yield Finding(PAPER, in_file[0].place, text, subject=sha256)


def _of_file(
    archive: Archive,
    path: Path,
    statements: Sequence[Certified],
    known_entries: KnownEntryCounts,
    entry_of: EntryOf,
) -> Iterator[Finding]:
    file = Place(f"{ARCHIVE}/{path.name}", 1)
    yield from (Finding(PAPER, file, flaw) for flaw in archive.flaws(path))
    try:
        papers = archive.papers(path)
    except StatementRefused as refused:
        yield Finding(PAPER, file, f"ist kein Kontoauszug: {refused.problems[0]}")
        return
    yield from archive.misfitting(path, statements)
    for certified in statements:
        paper = papers.of(certified.statement)
        if paper is None:
            yield Finding(PAPER, certified.place, f"{named(certified.statement)}: steht nicht in {file.file}")
        else:
            yield from differences(certified, paper, known_entries, entry_of)
            yield from archive.unheard(certified, paper, entry_of)


def unnamed_in(archive: Archive, names: Collection[str], contents: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the statements in archive/ that no certificate knows; `contents` are those known, by key."""
    for path in archive.unnamed(names):
        if archive.is_double(path):
            yield Finding(
                PAPER,
                Place(f"{ARCHIVE}/{path.name}", 1),
                "seine Auszüge liegen dort schon in einer anderen Datei",
            )
            continue
        try:
            papers = archive.papers(path)
        except StatementRefused:
            continue  # an e-invoice that was known already, a note
        for sha256, paper in papers.all:
            if sha256 not in names and not any(contents.get(key) == paper.content for key in paper.keys):
                ends = german.day(paper.to_day)
                text = f"der Auszug bis {ends} darin steht auf keinem Nachweis"
                yield Finding(PAPER, Place(f"{ARCHIVE}/{path.name}", 1), text)
