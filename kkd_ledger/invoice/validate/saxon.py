"""The official rules run by SaxonC: one processor, each rule file compiled once.

SaxonC aborts the whole process when several threads make processors, so a `Rules` belongs to the main thread of its
process; whoever serves threads asks `workers.Workers`.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kkd_ledger.invoice.source import Source
from kkd_ledger.invoice.validate.report import InvoiceFinding
from kkd_ledger.invoice.validate.rules import Bundle, severity
from kkd_ledger.invoice.validate.words import place, sentence

_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"


class Rules:
    """Compiled rules of a bundle; the first document of a syntax pays for compiling (0.3 s), the next ones do not."""

    def __init__(self, bundle: Bundle) -> None:
        assert threading.current_thread() is threading.main_thread(), "SaxonC lives in the main thread only"
        self.bundle = bundle
        self._compiled: dict[Path, Any] = {}

    @cached_property
    def _processor(self) -> Any:
        from saxonche import PySaxonProcessor  # type: ignore[import-not-found, unused-ignore]

        return PySaxonProcessor(license=False)

    @cached_property
    def _compiler(self) -> Any:
        return self._processor.new_xslt30_processor()

    def findings(self, source: Source, profile: str) -> list[InvoiceFinding]:
        """Return what the official rules say about a document of this profile, in their order."""
        from lxml import etree

        text = etree.tostring(source.root, encoding="unicode")
        document = self._processor.parse_xml(xml_text=text)
        found = []
        for sheet in self.bundle.sheets(source.syntax, profile):
            svrl = self._sheet(sheet).transform_to_string(xdm_node=document)
            found += [_finding(one, profile) for one in _failed(svrl)]
        return found

    def _sheet(self, path: Path) -> Any:
        if path not in self._compiled:
            self._compiled[path] = self._compiler.compile_stylesheet(stylesheet_file=str(path))
        return self._compiled[path]


def _failed(svrl: str) -> list[Any]:
    from lxml import etree

    root = etree.fromstring(svrl.encode())
    return [*root.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")]


def _finding(element: Any, profile: str) -> InvoiceFinding:
    rule = element.get("id", "")
    words = " ".join(" ".join(one.itertext()) for one in element.iter(f"{_SVRL}text"))
    text = " ".join(words.split())
    weight = severity(rule, element.get("flag", ""), profile)
    return InvoiceFinding(weight, rule, place(element.get("location", "")), sentence(rule, text))
