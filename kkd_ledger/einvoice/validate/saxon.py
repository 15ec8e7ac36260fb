"""The official rules run by SaxonC: one processor, each rule file compiled once.

SaxonC aborts the whole process when several threads make processors, so a `Rules` belongs to the main thread of its
process; whoever serves threads asks `elsewhere.rules_elsewhere`.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.einvoice.element_names import called
from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.validate.official_rules import RuleSheet
from kkd_ledger.einvoice.validate.plain_words import place, sentence
from kkd_ledger.einvoice.validate.scenarios import Scenario
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity

_LOG: Final = logging.getLogger(__name__)
_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
_ERRORS_FD: Final = 2
_AMOUNTS: Final = ("Amount", "Percent", "Quantity")
_UNNAMED: Final = "Factur-X"  # its reports of what a profile does not use bear no number
_MAY_REPEAT: Final = frozenset({"TaxTotalAmount"})  # once in each currency
_FLAGS: Final = MappingProxyType(
    {
        "fatal": Severity.ERROR,
        "error": Severity.ERROR,
        "warning": Severity.WARNING,
        "information": Severity.NOTE,
    }
)


class RulesBrokeOff(Exception):
    """A rule sheet cannot be carried through: a value in the document is not of the kind that its rules reckon with."""

    def __init__(self, sheet: str) -> None:
        super().__init__(
            f"Die amtlichen Regeln ({sheet}) brechen an diesem Dokument ab, weil eine Angabe darin nicht ist, was die "
            "Norm verlangt."
        )


@contextmanager
def _quiet_library() -> Iterator[None]:
    """Keep the library's own stack from the terminal: it writes past Python, straight to the process's errors."""
    sys.stderr.flush()
    kept = os.dup(_ERRORS_FD)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _ERRORS_FD)
            yield
    finally:
        os.dup2(kept, _ERRORS_FD)
        os.close(kept)


class CompiledRules:
    """Compiled rules; the first document of a scenario pays for compiling (0.3 to 1.2 s), the next ones do not."""

    def __init__(self) -> None:
        assert threading.current_thread() is threading.main_thread(), "SaxonC lives in the main thread only"
        self._compiled: dict[Path, Any] = {}

    @cached_property
    def _processor(self) -> Any:
        from saxonche import PySaxonProcessor  # type: ignore[import-not-found, unused-ignore]

        return PySaxonProcessor(license=False)

    @cached_property
    def _compiler(self) -> Any:
        return self._processor.new_xslt30_processor()

    def findings(self, source: InvoiceSource, scenario: Scenario) -> list[InvoiceFinding]:
        """Return what the official rules of a scenario say about a document, in their order."""
        from lxml import etree

        text = etree.tostring(source.root, encoding="unicode")
        findings = []
        for sheet in scenario.sheets:
            try:
                svrl = self._transformed(sheet, text)
            except RulesBrokeOff as broke:
                findings.append(_broken_off(broke, source.root))
                continue
            findings += [_finding(failed, scenario) for failed in _failed(svrl)]
        return findings

    def _transformed(self, sheet: RuleSheet, text: str) -> str:
        """Return what a sheet says of a document; raise RulesBrokeOff where a value in it is none for the sheet."""
        from saxonche import PySaxonApiError  # type: ignore[import-not-found, unused-ignore]

        compiled = self._sheet(sheet.path)
        try:
            with _quiet_library():
                document = self._processor.parse_xml(xml_text=text)
                return str(compiled.transform_to_string(xdm_node=document))
        except PySaxonApiError as error:
            _LOG.info("%s: %s", sheet.path, error)
            raise RulesBrokeOff(sheet.name) from None

    def _sheet(self, path: Path) -> Any:
        if path not in self._compiled:
            self._compiled[path] = self._compiler.compile_stylesheet(stylesheet_file=str(path))
        return self._compiled[path]


def _broken_off(broke: RulesBrokeOff, root: Any) -> InvoiceFinding:
    """Return a finding with its place where that can be told: rules stop at an amount that stands there twice."""
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        before = element.getprevious()
        if (
            name.endswith(_AMOUNTS)
            and name not in _MAY_REPEAT
            and before is not None
            and before.tag == element.tag
        ):
            text = f"{broke} „{called(name)}“ steht noch einmal."
            return InvoiceFinding(Severity.ERROR, "KKD-E04", f"Zeile {element.sourceline}", text)
    return InvoiceFinding(Severity.ERROR, "KKD-E04", "", str(broke))


def _failed(svrl: str) -> list[Any]:
    from lxml import etree

    root = etree.fromstring(svrl.encode())
    return [*root.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")]


def _finding(element: Any, scenario: Scenario) -> InvoiceFinding:
    rule = element.get("id") or _UNNAMED
    words = " ".join(" ".join(text.itertext()) for text in element.iter(f"{_SVRL}text"))
    text = " ".join(words.split())
    flag = _FLAGS.get(element.get("flag", ""), Severity.ERROR)
    severity = scenario.levels.get(rule, flag) if scenario.binds else Severity.NOTE
    return InvoiceFinding(severity, rule, place(element.get("location", "")), sentence(rule, text))
