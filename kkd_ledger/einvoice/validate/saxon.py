"""The official rules run by SaxonC: one processor, each rule file compiled once.

SaxonC aborts the whole process when several threads make processors, so a `Rules` belongs to the main thread of its
process; whoever serves threads asks `workers.Workers`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.validate.official_rules import Bundle, severity
from kkd_ledger.einvoice.validate.plain_words import place, sentence
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity

_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
_ERRORS_FD: Final = 2


class RulesBrokeOff(Exception):
    """A rule sheet cannot be carried through: a value in the document is not of the kind that its rules reckon with."""

    def __init__(self, sheet: str, cause: str) -> None:
        super().__init__(
            f"Die amtlichen Regeln ({sheet}) brechen an diesem Dokument ab, weil eine Angabe darin nicht ist, was die "
            f"Norm verlangt ({cause})."
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

    def findings(self, source: InvoiceSource, profile: str) -> list[InvoiceFinding]:
        """Return what the official rules say about a document of this profile, in their order."""
        from lxml import etree

        text = etree.tostring(source.root, encoding="unicode")
        document = self._processor.parse_xml(xml_text=text)
        findings = []
        for sheet in self.bundle.sheets(source.syntax, profile):
            try:
                svrl = self._transformed(sheet, document)
            except RulesBrokeOff as broke:
                findings.append(InvoiceFinding(Severity.ERROR, "KKD-E04", "", str(broke)))
                continue
            findings += [_finding(failed, profile) for failed in _failed(svrl)]
        return findings

    def _transformed(self, sheet: Path, document: Any) -> str:
        """Return what a sheet says of a document; raise RulesBrokeOff where a value in it is none for the sheet."""
        from saxonche import PySaxonApiError  # type: ignore[import-not-found, unused-ignore]

        compiled = self._sheet(sheet)
        try:
            with _quiet_library():
                return str(compiled.transform_to_string(xdm_node=document))
        except PySaxonApiError as error:
            raise RulesBrokeOff(sheet.name, str(error).strip()) from None

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
    words = " ".join(" ".join(text.itertext()) for text in element.iter(f"{_SVRL}text"))
    text = " ".join(words.split())
    weight = severity(rule, element.get("flag", ""), profile)
    return InvoiceFinding(weight, rule, place(element.get("location", "")), sentence(rule, text))
