"""Annexes and notices by hash: what lies beside the agreement is what it names."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger.errors import Problem

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import AnnexedDocument


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document of the agreement and what became of its file; `sha256` is that of the file, empty without one."""

    document: AnnexedDocument
    sha256: str
    problem: Problem | None

    @property
    def status(self) -> str:
        """In one German word or two how the document stands."""
        if self.problem is not None:
            return "nicht in Ordnung"
        if not self.document.file:
            return "liegt nicht bei"
        return "geprüft" if self.document.sha256 else "ohne Prüfsumme"

    def text(self) -> str:
        """Return the document in one line, with what was found and what is allowed where they differ."""
        document = self.document
        line = (
            f"{document.id}: {document.title}{f' ({document.file})' if document.file else ''}: {self.status}"
        )
        if self.problem is not None:
            return f"{line}; gefunden: {self.problem.actual}; erlaubt: {self.problem.allowed}"
        return line if self.status != "ohne Prüfsumme" else f'{line}; zu ergänzen: sha256 = "{self.sha256}"'

    def as_json(self) -> dict[str, Any]:
        """Return the document as plain JSON data."""
        return {
            "id": self.document.id,
            "title": self.document.title,
            "file": self.document.file,
            "status": self.status,
            "sha256": self.sha256,
            "problem": self.problem.as_json() if self.problem else None,
        }


def documents(
    agreement: Agreement, folder: Path, as_of: dt.date | None = None
) -> tuple[ComparedDocument, ...]:
    """Return the documents of an agreement in their newest version known on a day, each compared with its file.

    A document without `file` is held elsewhere and is not looked for; `load` itself reads no other file.
    """
    documents = agreement.terms(as_of).newest(agreement.documents, lambda document: document.id)
    return tuple(_held(document, folder) for document in documents)


def _held(document: AnnexedDocument, folder: Path) -> ComparedDocument:
    if not document.file:
        return ComparedDocument(document, "", None)
    path = (folder / document.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        actual, allowed = "eine Datei außerhalb des Ordners", "eine Datei neben der Vereinbarung"
        return ComparedDocument(document, "", Problem(document.file, document.id, actual, allowed))
    if not path.is_file():
        return ComparedDocument(
            document, "", Problem(document.file, document.id, "keine Datei", "die Datei der Anlage")
        )
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if document.sha256 in {None, sha256}:
        return ComparedDocument(document, sha256, None)
    return ComparedDocument(
        document,
        sha256,
        Problem(document.file, document.id, f"SHA-256 {sha256}", f"SHA-256 {document.sha256}"),
    )
