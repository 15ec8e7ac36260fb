"""CII D16B on top of the D22B schema: what only the later version allows, in a document that D22B accepts.

EN 16931 and XRechnung name D16B, but no package carries its schema. Its differences are data
(`rules/cii-d16b-d22b.tsv`); the types of a document's elements are read from the D22B schema. What only D16B allows
(parts of work items, which EN 16931 does not use) is refused by D22B.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkd_ledger.einvoice.element_names import called
from kkd_ledger.einvoice.validate.official_rules import OWN
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity

if TYPE_CHECKING:
    from lxml import etree

_DIFFERENCES: Final = OWN / "cii-d16b-d22b.tsv"
_XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_ROOT_TYPE: Final = "CrossIndustryInvoiceType"
_OCCURS: Final = re.compile(r"D16B (\d)\.\.(\d|unbounded), D22B (\d)\.\.(\d|unbounded)")


@dataclass
class _TypeDifference:
    """What a complex type has in D22B only, has at most once in D16B, and must have in D16B."""

    new: set[str] = field(default_factory=set)
    once: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)


def _differences(file: Path) -> Mapping[str, _TypeDifference]:
    """Return the differences by complex type."""
    types: dict[str, _TypeDifference] = defaultdict(_TypeDifference)
    with file.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader((line for line in stream if not line.startswith("#")), delimiter="\t")
        for row in rows:
            difference, element, said = types[row["type"]], row["element"], row["difference"]
            if said == "new in D22B":
                difference.new.add(element)
            elif match := _OCCURS.fullmatch(said):
                if match[2] == "1" and match[4] != "1":
                    difference.once.add(element)
                if match[1] == "1" and match[3] == "0":
                    difference.required.add(element)
            else:
                assert said == "only in D16B", said
    return types


def _children_types(*schemas: Path) -> Mapping[str, Mapping[str, str]]:
    """Return for each complex type of the schemas which type each of its elements has."""
    from lxml import etree

    return {
        str(kind.get("name")): {
            str(element.get("name")): str(element.get("type")).rpartition(":")[2]
            for element in kind.iter(f"{_XSD}element")
            if element.get("name")
        }
        for schema in schemas
        for kind in etree.parse(schema).getroot().iterchildren(f"{_XSD}complexType")
    }


class EarlierVersion:
    """What a document in CII must not have because D16B does not know it."""

    def __init__(self, *schemas: Path) -> None:
        self._types = _children_types(*schemas)
        self._differences = _differences(_DIFFERENCES)

    def findings(self, root: etree._Element) -> list[InvoiceFinding]:
        """Return each element that only D22B allows, with its line; the document has passed the D22B schema."""
        return list(self._below(root, _ROOT_TYPE))

    def _below(self, element: etree._Element, kind: str) -> Iterator[InvoiceFinding]:
        types, difference = self._types.get(kind, {}), self._differences.get(kind)
        counted: Counter[str] = Counter()
        for child in element:
            name = str(child.tag).rpartition("}")[2]
            counted[name] += 1
            if difference and name in difference.new:
                yield _finding(child, f"„{called(name)}“ gibt es dort nicht")
            elif difference and name in difference.once and counted[name] == 2:
                yield _finding(child, f"„{called(name)}“ darf dort nur einmal stehen")
            yield from self._below(child, types.get(name, ""))
        for name in sorted(difference.required - counted.keys()) if difference else ():
            yield _finding(element, f"„{called(name)}“ muss dort stehen")


def _finding(element: etree._Element, said: str) -> InvoiceFinding:
    text = f"Aufbau des XML: EN 16931 und XRechnung nennen CII D16B, und {said} (erst in D22B)."
    return InvoiceFinding(Severity.ERROR, "XSD", f"Zeile {element.sourceline}", text)
