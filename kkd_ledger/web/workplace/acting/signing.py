"""Acts signed in the browser: which ones a person is asked to sign, and what their passkey gave back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from flask import request

from kkd_ledger.book.config import Book, Signer
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom
from kkd_ledger.web.workplace.acting.action import ActionReport
from kkd_ledger.web.workplace.acting.outcome_blocks import records_of
from kkd_ledger.web.workplace.visitor import Visitor

FIELD: Final = "unterschrift"
_OTHERWISE: Final = (
    "Unterschrieben wurde etwas anderes, als jetzt geschrieben würde. Es wurde nichts geschrieben; sehen Sie es noch "
    "einmal an und unterschreiben Sie neu."
)
Signatures = Mapping[str, Sequence[str]]


def to_sign(book: Book, report: ActionReport, visitor: Visitor) -> tuple[str, ...]:
    """Return the SHA-256 of each act of a visitor that they can sign here: with a passkey that book.toml names.

    None where they have logged in otherwise, or their key is another page's.
    """
    origin = request.host_url.rstrip("/")
    keys = [key for key in book.settings.keys if key.person == visitor.name and key.origin == origin]
    if visitor.known_by != v.KnownBy.PASSKEY or not keys:
        return ()
    acts = (
        str(record.meta[v.ACT_HASH])
        for record in records_of(report.outcome)
        if isinstance(record, Custom) and record.kind == v.CustomType.ACT and record.values[2] == visitor.name
    )
    own_link = report.link is not None and visitor.name in report.link.persons
    return (*acts, *([report.link.said] if report.link and own_link else []))


def signed_otherwise(wanted: Sequence[str]) -> str:
    """Return in German that a form signs something else than what is written now; empty for that, or for nothing."""
    signed = given()
    return _OTHERWISE if signed and signed.keys() != {*wanted} else ""


def signer_of(visitor: Visitor) -> Signer:
    """Return what gives the signatures that the form brings; they are the visitor's own."""
    signatures = given()
    return lambda person, sha256: signatures.get(sha256, ()) if person == visitor.name else ()


def given() -> Signatures:
    """Return the signatures that the form brings, by the SHA-256 of the act; none for anything else."""
    try:
        data = json.loads(request.form.get(FIELD) or "{}")
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    return {
        sha256: tuple(parts)
        for sha256, parts in data.items()
        if isinstance(parts, list)
        and len(parts) == len(v.SIGNATURE_KEYS)
        and all(type(part) is str for part in parts)
    }
