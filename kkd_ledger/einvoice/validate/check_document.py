"""One document through all checks: XML, schema, official rules, our own; all problems at once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from kkd_ledger.einvoice.read import document_of
from kkd_ledger.einvoice.source import InvoiceSource, open_source
from kkd_ledger.einvoice.validate.official_rules import bundle
from kkd_ledger.einvoice.validate.ours import findings
from kkd_ledger.einvoice.validate.saxon import CompiledRules
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Report, Severity
from kkd_ledger.einvoice.validate.xml_schemas import Schemas
from kkd_ledger.errors import InvoiceRefused

_PROFILE = {
    "CII": "string(//*[local-name()='GuidelineSpecifiedDocumentContextParameter']/*[local-name()='ID'])",
    "UBL": "string(/*/*[local-name()='CustomizationID'])",
}
_NUMBER = {
    "CII": "string(/*/*[local-name()='ExchangedDocument']/*[local-name()='ID'])",
    "UBL": "string(/*/*[local-name()='ID'])",
}


class Checker:
    """Checks documents one after the other and stays warm: schemas and rules are loaded once."""

    def __init__(self, rules: Path | None = None) -> None:
        self._bundle = bundle(rules)
        self._schemas = Schemas()

    @cached_property
    def _rules(self) -> CompiledRules:
        return CompiledRules(self._bundle)

    def check(self, file: Path | bytes, name: str = "") -> Report:
        """Return what is wrong with a document; raise InvoiceRefused where it cannot be read at all."""
        return self.check_source(open_source(file, name))

    def check_source(self, source: InvoiceSource) -> Report:
        """Return what is wrong with a document that has been opened."""
        profile, number = self._heading(source)
        return Report(
            source.name,
            source.sha256,
            source.syntax,
            profile,
            number,
            source.container,
            self._bundle.name,
            tuple(self._findings(source, profile)),
        )

    def _findings(self, source: InvoiceSource, profile: str) -> list[InvoiceFinding]:
        scope, findings = _scope(profile), self._schemas.findings(source)
        if any(finding.severity == Severity.ERROR for finding in scope):
            return [*scope, *findings]  # rules made for invoices only repeat that it is none
        findings += self._rules.findings(source, profile)
        return [*scope, *findings, *_ours(source)]

    @staticmethod
    def _heading(source: InvoiceSource) -> tuple[str, str]:
        profile, number = (
            str(source.root.xpath(path[source.syntax])).strip() for path in (_PROFILE, _NUMBER)
        )
        return profile, number


def _scope(profile: str) -> list[InvoiceFinding]:
    """Say where the official rules at hand are not those of the profile."""
    if ":minimum" in profile or ":basicwl" in profile:
        text = "Dieses Profil ist keine Rechnung nach EN 16931, also auch keine E-Rechnung."
        return [InvoiceFinding(Severity.ERROR, "KKD-E01", "", text)]
    if ":factur-x.eu:1p0:extended" in profile:
        text = "Das Profil EXTENDED geht über EN 16931 hinaus; geprüft ist nur, was EN 16931 regelt."
        return [InvoiceFinding(Severity.NOTE, "KKD-E02", "", text)]
    return []


def _ours(source: InvoiceSource) -> list[InvoiceFinding]:
    """Return what our own checks say; what makes the document unreadable for us is an error of its own."""
    try:
        return findings(document_of(source))
    except InvoiceRefused as refused:
        return [
            InvoiceFinding(
                Severity.ERROR,
                "KKD-E03",
                problem.place,
                f"Gefunden: {problem.actual}; erlaubt: {problem.allowed}.",
            )
            for problem in refused.problems
        ]


def validate(file: Path | bytes, *, rules: Path | None = None, name: str = "") -> Report:
    """Return what is wrong with one e-invoice, XML or PDF; raise InvoiceRefused where it cannot be read.

    For many documents make one `Checker` and keep it.
    """
    return Checker(rules).check(file, name)
