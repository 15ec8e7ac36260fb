"""One document through all checks: XML, schema, official rules, our own; all problems at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from kkd_ledger.einvoice.read import document_of
from kkd_ledger.einvoice.source import InvoiceSource, open_source
from kkd_ledger.einvoice.validate import carried
from kkd_ledger.einvoice.validate.official_rules import bundle
from kkd_ledger.einvoice.validate.ours import findings
from kkd_ledger.einvoice.validate.saxon import CompiledRules
from kkd_ledger.einvoice.validate.scenarios import Scenario, scenario_of
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Report, Severity
from kkd_ledger.einvoice.validate.xml_schemas import Schemas
from kkd_ledger.einvoice.xml_binding import WrongValue
from kkd_ledger.errors import InvoiceRefused

_CONTEXT = "/*/*[local-name()='ExchangedDocumentContext']"
_HEAD = "/*/*[local-name()='ExchangedDocument']"
_PROFILE = {
    "CII": f"string({_CONTEXT}/*[local-name()='GuidelineSpecifiedDocumentContextParameter']/*[local-name()='ID'])",
    "UBL": "string(/*/*[local-name()='CustomizationID'])",
}
_NUMBER = {"CII": f"string({_HEAD}/*[local-name()='ID'])", "UBL": "string(/*/*[local-name()='ID'])"}
_ISSUED = {
    "CII": f"string({_HEAD}/*[local-name()='IssueDateTime'])",
    "UBL": "string(/*/*[local-name()='IssueDate'])",
}


class Checker:
    """Checks documents one after the other and stays warm: schemas and rules are loaded once."""

    def __init__(self, rules: Path | None = None) -> None:
        self._bundle = bundle(rules)
        self._schemas = Schemas()

    @cached_property
    def _rules(self) -> CompiledRules:
        return CompiledRules()

    def check(self, file: Path | bytes, name: str = "") -> Report:
        """Return what is wrong with a document; raise InvoiceRefused where it cannot be read at all."""
        return self.check_source(open_source(file, name))

    def check_source(self, source: InvoiceSource) -> Report:
        """Return what is wrong with a document that has been opened."""
        profile = _text(source, _PROFILE)
        scenario = scenario_of(source, profile, self._bundle)
        structure = self._schemas.findings(source, scenario.schema)
        runs_rules = bool(scenario.sheets) and not structure
        return Report(
            source.name,
            source.sha256,
            source.syntax,
            profile,
            scenario.profile,
            _text(source, _NUMBER).strip(),
            source.container,
            scenario.rules if runs_rules else f"nur Schema {scenario.schema}",
            (
                *([scenario.remark] if scenario.remark else []),
                *structure,
                *(self._rules_findings(source, scenario) if runs_rules else []),
                *carried.findings(source),
            ),
            scenario.judges,
        )

    def _rules_findings(self, source: InvoiceSource, scenario: Scenario) -> Iterator[InvoiceFinding]:
        """Yield what the rules say; they are made for documents that the schema accepts, as ours are."""
        yield from self._bundle.age(_issued(source))
        yield from self._rules.findings(source, scenario)
        yield from _ours(source)


def _text(source: InvoiceSource, path: dict[str, str]) -> str:
    return str(source.root.xpath(path[source.syntax]))


def _issued(source: InvoiceSource) -> dt.date | None:
    """Return the day of a document, None where it is none."""
    try:
        return dt.date.fromisoformat(_text(source, _ISSUED).strip()[:10])
    except ValueError:
        return None


def _ours(source: InvoiceSource) -> Iterator[InvoiceFinding]:
    """Yield what our own checks say.

    A value that is none (a day in words) is an error, though no official rule looks at it; what EN 16931 allows and we
    cannot read is a warning: the document is valid, but a person has to book it.
    """
    try:
        yield from findings(document_of(source))
    except InvoiceRefused as refused:
        for problem in refused.problems:
            severity = Severity.ERROR if isinstance(problem, WrongValue) else Severity.WARNING
            text = f"Gefunden: {problem.actual}; erlaubt: {problem.allowed}."
            yield InvoiceFinding(severity, "KKD-E03", problem.place, text)


def validate(file: Path | bytes, *, rules: Path | None = None, name: str = "") -> Report:
    """Return what is wrong with one e-invoice, XML or PDF; raise InvoiceRefused where it cannot be read.

    For many documents make one `Checker` and keep it.
    """
    return Checker(rules).check(file, name)
