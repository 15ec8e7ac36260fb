"""A file → the document in it, whatever its syntax."""

from __future__ import annotations

from pathlib import Path

from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice.model import Invoice, UnreadText
from kkd_ledger.einvoice.source import InvoiceSource, open_source


def read(file: Path | bytes, name: str = "") -> Invoice:
    """Return the e-invoice in a file or in bytes, XML or PDF; raise InvoiceRefused with everything unreadable."""
    return document_of(open_source(file, name))


def document_of(source: InvoiceSource) -> Invoice:
    """Return the e-invoice of a source that has been opened."""
    return cii.read(source) if source.syntax == "CII" else ubl.read(source)


def unread_of(source: InvoiceSource) -> tuple[UnreadText, ...]:
    """Return what a source says beyond the document that is read from it; raise InvoiceRefused as that does."""
    return cii.unread(source) if source.syntax == "CII" else ubl.unread(source)
