"""A table binds the model's fields to places in an XML syntax; one table reads and writes.

A path is steps of `prefix:name`, in the order of the schema. `+` before a step: always a new element, never shared with
the field before. `[a/b=x]` or `[@a=x]` behind a step chooses among elements when reading (`x|y`: either of them); a
chosen attribute is also written. `{currency}` and `{tax_currency}` stand for those of the document. A field that is an
attribute stands on the element which the field before it has written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.einvoice.codecs import Codec, Context, OutOfBounds
from kkd_ledger.einvoice.element_names import called as element_called
from kkd_ledger.einvoice.required import REQUIRED, called
from kkd_ledger.einvoice.shown import shown
from kkd_ledger.errors import Problem

if TYPE_CHECKING:
    from lxml import etree

_VALUE_LETTERS: Final = 80
_STEP: Final = re.compile(r"(\+?)([a-z]+):(\w+)(?:\[(@?)([^=!\]]+)(!?=)([^\]]*)\])?")
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field that is one element; `many` makes a tuple of all of them."""

    path: str
    field: str
    codec: Codec
    many: bool = False
    read_only: bool = False
    write_only: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A field that is a record of its own, or many of them; `when` chooses among values that are written."""

    path: str
    field: str
    record: type[Any]
    parts: tuple[Part, ...]
    many: bool = False
    read_only: bool = False
    write_only: bool = False
    when: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """An element that always says the same where its surroundings are written; nothing is read from it."""

    path: str
    value: str
    unless_missing: str = ""


Part = Leaf | Group | Constant


@dataclass(frozen=True, slots=True)
class _Step:
    fresh: bool
    tag: str
    attribute: bool
    key: str
    negated: bool
    value: str

    def takes(self, element: etree._Element, names: Names) -> bool:
        if not self.key:
            return True
        *path, last = self.key.split("/")
        if self.attribute:
            values = [element.get(last, "")]
        elif last.startswith("@"):
            values = [element.get(last[1:], "") for element in _children(element, path, names)]
        else:
            values = [str(element.text or "").strip() for element in _children(element, [*path, last], names)]
        return bool(set(self.value.split("|")).intersection(values)) != self.negated


def _children(element: etree._Element, steps: list[str], names: Names) -> Iterator[etree._Element]:
    prefix, _, name = steps[0].partition(":")
    for child in element.iterchildren(f"{{{names[prefix]}}}{name}"):
        if len(steps) == 1:
            yield child
        else:
            yield from _children(child, steps[1:], names)


@cache
def _split(path: str) -> tuple[re.Match[str], ...]:
    return tuple(_STEP.finditer(path))


def _steps(path: str, names: Names, context: Context) -> list[_Step]:
    return [
        _Step(
            fresh=bool(match[1]),
            tag=f"{{{names[match[2]]}}}{match[3]}",
            attribute=bool(match[4]),
            key=match[5] or "",
            negated=match[6] == "!=",
            value=(match[7] or "").format_map(context),
        )
        for match in _split(path)
    ]


# reading


class WrongValue(Problem):
    """A value is not what its field is of: no number, no day; the other problems are what EN 16931 may allow."""


class XmlReader:
    """Reads records by their tables and collects what cannot be read."""

    def __init__(self, names: Names, context: Context, file: str) -> None:
        self.problems: list[Problem] = []
        self._taken: set[etree._Element] = set()
        self._names, self._context, self._file = names, context, file
        self._known: dict[str, list[_Step]] = {}

    def document(self, root: etree._Element, record: type[Any], parts: tuple[Part, ...]) -> Any:
        """Return the record of a whole file; there, nothing at all is a problem too."""
        read = self.record(root, record, parts)
        if read is None and not self.problems:
            empty = "keine Angabe im Namensraum der E-Rechnung"
            self.problems.append(Problem(self._file, f"Zeile {root.sourceline}", empty, "eine E-Rechnung"))
        return read

    def record(self, element: etree._Element, record: type[Any], parts: tuple[Part, ...]) -> Any:
        """Return the record below an element; None where nothing of it is there or something of it is broken.

        A record that says nothing without its value (an identifier, a note) is not there without it.
        """
        values: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, Constant):
                self._taken.update(self._found([element], part.path))
            elif not part.write_only:
                read = self._read(element, part)
                value = self._chosen(part, read)
                if part.many:
                    values[part.field] = (*values.get(part.field, ()), *value)
                elif value is not None:
                    value = values.setdefault(part.field, value)
                self._taken.update(inner for inner, there in read if part.many or there == value)
        values = {name: value for name, value in values.items() if value != ()}
        missing = [
            field.name for field in fields(record) if field.default is MISSING and field.name not in values
        ]
        if not values or any((record, name) not in REQUIRED for name in missing):
            return None
        if missing:
            where = f"Zeile {element.sourceline}"
            self.problems += [
                Problem(self._file, where, f"es fehlt: {called(record, name)}", "eine Angabe")
                for name in missing
            ]
            return None
        return record(**values)

    def value(self, element: etree._Element, part: Leaf | Group) -> Any:
        """Return the value of one field below an element, None or an empty tuple where there is none."""
        read = self._read(element, part)
        self._taken.update(inner for inner, _ in read)
        return self._chosen(part, read)

    def _read(self, element: etree._Element, part: Leaf | Group) -> list[tuple[etree._Element, Any]]:
        read: list[tuple[etree._Element, Any]] = []
        for inner in self._found([element], part.path):
            value = (
                self._leaf(inner, part)
                if isinstance(part, Leaf)
                else self.record(inner, part.record, part.parts)
            )
            if value is not None and value != "":
                read.append((inner, value))
        return read

    def _chosen(self, part: Leaf | Group, read: list[tuple[etree._Element, Any]]) -> Any:
        values = tuple(value for _, value in read)
        if part.many:
            return values
        if not part.read_only:
            self._once(read)
        return values[0] if values else None

    def unread(self, root: etree._Element) -> Iterator[tuple[str, str]]:
        """Yield place and text of every element that no table has taken anything from; no attribute counts."""
        for element in root.iter():
            text = str(element.text or "").strip()
            if text and not len(element) and element not in self._taken:
                path = [element, *element.iterancestors()][-2::-1]
                yield "/".join(str(step.tag).rpartition("}")[2] for step in path), text

    def _once(self, read: Sequence[tuple[etree._Element, Any]]) -> None:
        """Refuse a field that stands there again with another value: nobody can say which of the two is meant."""
        for element, value in read[1:]:
            if value != read[0][1]:
                actual = f"{element_called(str(element.tag))} steht noch einmal mit anderem Wert"
                said = f"{actual} ({str(element.text or '').strip()})" if not len(element) else actual
                self.problems.append(
                    Problem(self._file, f"Zeile {element.sourceline}", said, "eine einzige Angabe")
                )

    def _leaf(self, element: etree._Element, part: Leaf) -> Any:
        if foreign := self._other_currency(element):
            place, actual = (
                f"Zeile {element.sourceline}",
                f"{shown(element.text or '', _VALUE_LETTERS)} in {shown(foreign)}",
            )
            self.problems.append(
                Problem(self._file, place, actual, f"Beträge in {self._context['currency']}")
            )
            return None
        try:
            return part.codec.read(element)
        except ValueError as error:
            kind = Problem if isinstance(error, OutOfBounds) else WrongValue
            actual = f"{element_called(str(element.tag))} „{shown(element.text or '', _VALUE_LETTERS)}“"
            self.problems.append(kind(self._file, f"Zeile {element.sourceline}", actual, str(error)))
            return None

    def _other_currency(self, element: etree._Element) -> str:
        """Return the currency of an amount where it is not the document's (nor, for VAT, that of VAT); else nothing."""
        currency = element.get("currencyID", "")
        allowed = {"", self._context["currency"]}
        if "Tax" in str(element.tag).rpartition("}")[2]:
            allowed.add(self._context["tax_currency"])
        return "" if currency in allowed else currency

    def _found(self, elements: list[etree._Element], path: str) -> list[etree._Element]:
        if path not in self._known:
            self._known[path] = _steps(path, self._names, self._context)
        for step in self._known[path]:
            elements = [
                child
                for element in elements
                for child in element.iterchildren(step.tag)
                if step.takes(child, self._names)
            ]
        return elements


# writing


class XmlWriter:
    """Writes records by their tables below an element, in the order of the table."""

    def __init__(self, names: Names, context: Context) -> None:
        self._names, self._context = names, context
        self._known: dict[str, list[_Step]] = {}

    def record(self, element: etree._Element, record: Any, parts: tuple[Part, ...]) -> None:
        """Write a record's fields; what is empty is left out."""
        for part in parts:
            if isinstance(part, Constant):
                if not part.unless_missing or getattr(record, part.unless_missing) not in {None, "", ()}:
                    self._element(element, part.path).text = part.value.format_map(self._context)
                continue
            if part.read_only:
                continue
            value = getattr(record, part.field)
            for entry in value if part.many else (value,):
                if (
                    entry is not None
                    and entry != ""
                    and (isinstance(part, Leaf) or not part.when or part.when(entry))
                ):
                    self._part(element, part, entry)

    def _part(self, element: etree._Element, part: Leaf | Group, value: Any) -> None:
        if isinstance(part, Leaf):
            target = self._element(element, part.path, shared=part.codec.is_attribute)
            part.codec.write(target, value, self._context)
        else:
            self.record(self._element(element, part.path), value, part.parts)

    def _element(self, element: etree._Element, path: str, *, shared: bool = False) -> etree._Element:
        """Return the element at a path: the last step is a new one, unless it is `shared` with the field before."""
        from lxml import etree

        if path not in self._known:
            self._known[path] = _steps(path, self._names, self._context)
        steps = self._known[path]
        for step in steps:
            last = element[-1] if len(element) else None
            may_share = not step.fresh and (shared or step is not steps[-1])
            if last is not None and last.tag == step.tag and may_share:
                element = last
                continue
            element = etree.SubElement(element, step.tag)
            if step.attribute and not step.negated:
                element.set(step.key, step.value)
        return element
