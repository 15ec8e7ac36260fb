"""Annexes and notices by hash: what lies beside the agreement is what it names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from kkd_ledger.errors import Problem

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts import Document
    from kkd_ledger.agreement.model import Agreement


def document_problems(agreement: Agreement, folder: Path) -> tuple[Problem, ...]:
    """Return every document of an agreement that is missing in its folder, lies outside it or has another hash.

    A document without `file` is held elsewhere and is not looked for; `load` itself reads no other file.
    """
    checked = [_problem(one, folder) for one in agreement.documents if one.file]
    return tuple(one for one in checked if one is not None)


def _problem(one: Document, folder: Path) -> Problem | None:
    path = (folder / one.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        return Problem(
            one.file, one.id, "eine Datei außerhalb des Ordners", "eine Datei neben der Vereinbarung"
        )
    if not path.is_file():
        return Problem(one.file, one.id, "keine Datei", "die Datei der Anlage")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if one.sha256 is None or found == one.sha256:
        return None
    return Problem(one.file, one.id, f"SHA-256 {found}", f"SHA-256 {one.sha256}")
