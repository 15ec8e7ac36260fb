"""One document through all checks: XML, schema, official rules, our own; all problems at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.einvoice.read import document_of
from kkd_ledger.einvoice.shown import shown
from kkd_ledger.einvoice.source import InvoiceSource, open_source
from kkd_ledger.einvoice.validate import carried
from kkd_ledger.einvoice.validate.elsewhere import rules_elsewhere
from kkd_ledger.einvoice.validate.official_rules import bundle
from kkd_ledger.einvoice.validate.ours import findings
from kkd_ledger.einvoice.validate.saxon import CompiledRules
from kkd_ledger.einvoice.validate.scenarios import Scenario, scenario_of
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Report, Severity
from kkd_ledger.einvoice.validate.xml_schemas import Schemas
from kkd_ledger.einvoice.xml_binding import WrongValue
from kkd_ledger.errors import InvoiceRefused

_NAME_LETTERS: Final = 160
_ALIKE_MAX: Final = 200
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
        self._folder = rules
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
            shown(scenario.profile, _NAME_LETTERS),
            shown(_text(source, _NUMBER)),
            shown(source.container, _NAME_LETTERS),
            scenario.rules if runs_rules else f"nur Schema {scenario.schema}",
            tuple(
                _told(
                    [
                        *([scenario.remark] if scenario.remark else []),
                        *structure,
                        *(self._rules_findings(source, scenario) if runs_rules else []),
                        *carried.findings(source),
                    ]
                )
            ),
            scenario.judges,
        )

    def _rules_findings(self, source: InvoiceSource, scenario: Scenario) -> Iterator[InvoiceFinding]:
        """Yield what the rules say; they are made for documents that the schema accepts, as ours are."""
        yield from self._bundle.age(_issued(source))
        if threading.current_thread() is threading.main_thread():
            yield from self._rules.findings(source, scenario)
        else:
            yield from rules_elsewhere().findings(source, self._folder)
        yield from _ours(source)

    def official(self, source: InvoiceSource) -> list[InvoiceFinding]:
        """Return what the official rules alone say of a document that the schema accepts; in the main thread only."""
        return self._rules.findings(source, scenario_of(source, _text(source, _PROFILE), self._bundle))


def _told(findings: Sequence[InvoiceFinding]) -> Iterator[InvoiceFinding]:
    """Yield findings fit for a message; of one rule no more than a person reads, then how many more there are."""
    counts: Counter[tuple[Severity, str]] = Counter()
    for finding in findings:
        kind = (finding.severity, finding.rule)
        counts[kind] += 1
        if counts[kind] <= _ALIKE_MAX:
            yield replace(finding, text=shown(finding.text))
    for (severity, rule), count in counts.items():
        if count > _ALIKE_MAX:
            more = f"Dasselbe steht noch an {german.count(count - _ALIKE_MAX, 'Stelle', 'Stellen')}."
            yield InvoiceFinding(severity, rule, "", more)


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
