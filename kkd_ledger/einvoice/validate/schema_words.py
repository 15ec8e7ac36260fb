"""What libxml2 says of a document that breaks its schema, in the words of the clerk."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

from kkd_ledger.einvoice.element_names import called

_EXPECTED_MAX: Final = 3
_KINDS: Final = MappingProxyType(
    {
        "xs:decimal": "eine Dezimalzahl mit Punkt, ohne Währung und ohne Tausenderzeichen",
        "xs:date": "ein Tag JJJJ-MM-TT",
        "xs:time": "eine Uhrzeit",
        "xs:boolean": "true oder false",
        "xs:base64Binary": "eine Datei als Base64",
    }
)


def _expected(listed: str) -> str:
    names = [called(name) for name in re.findall(r"\{[^}]*\}\w+|\w+", listed)]
    shown = list(dict.fromkeys(names))
    more = " und andere" if len(shown) > _EXPECTED_MAX else ""
    return ", ".join(f"„{name}“" for name in shown[:_EXPECTED_MAX]) + more


def _not_expected(parts: Sequence[str]) -> str:
    name, listed = called(parts[0]), parts[1]
    if not listed:
        return f"„{name}“ ist dort zu viel."
    wrong_space = parts[0].rpartition("}")[2] in re.findall(r"\{[^}]*\}(\w+)", listed)
    if wrong_space:
        return f"„{name}“ steht im falschen Namensraum."
    return f"„{name}“ gehört nicht dorthin; erwartet ist {_expected(listed)}."


_NOT_EXPECTED: Final = re.compile(
    r"Element '([^']*)': This element is not expected\.(?: Expected is (?:one of )?\( (.*) \)\.)?"
)
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[Sequence[str]], str]], ...]] = (
    (
        _NOT_EXPECTED,
        _not_expected,
    ),
    (
        re.compile(r"Element '([^']*)': Missing child element\(s\)\. Expected is (?:one of )?\( (.*) \)\."),
        lambda parts: f"In „{called(parts[0])}“ fehlt etwas; erwartet ist {_expected(parts[1])}.",
    ),
    (
        re.compile(
            r"Element '([^']*)'(?:, attribute '[^']*')?: '(.*)' is not a valid value of the "
            r"(?:atomic|local atomic|union) type '([^']*)'\.",
            re.DOTALL,
        ),
        lambda parts: (
            f"{called(parts[0])}: {f'„{parts[1]}“' if parts[1] else 'leer'}; erlaubt ist "
            f"{_KINDS.get(parts[2], 'ein Wert der amtlichen Liste')}."
        ),
    ),
    (
        re.compile(r"Element '([^']*)'(?:, attribute '[^']*')?: The attribute '([^']*)' is not allowed\."),
        lambda parts: f"{called(parts[0])}: Das Attribut {parts[1]} gibt es dort nicht.",
    ),
    (
        re.compile(r"Element '([^']*)': The attribute '([^']*)' is required but missing\."),
        lambda parts: f"{called(parts[0])}: Das Attribut {parts[1]} fehlt.",
    ),
    (
        re.compile(r"Element '([^']*)': Character content .*", re.DOTALL),
        lambda parts: f"In „{called(parts[0])}“ steht Text, wo nur weitere Angaben stehen dürfen.",
    ),
    (
        re.compile(r"Element '([^']*)': Element content is not allowed.*", re.DOTALL),
        lambda parts: f"In „{called(parts[0])}“ stehen weitere Angaben, wo nur ein Wert stehen darf.",
    ),
    (
        re.compile(
            r"Element '([^']*)'(?:, attribute '[^']*')?: \[facet '\w+'\] The value '(.*?)' .*", re.DOTALL
        ),
        lambda parts: f"{called(parts[0])}: „{parts[1]}“ ist dort nicht erlaubt.",
    ),
)


def schema_sentence(message: str, *, repeated: bool = False) -> str:
    """Return what a schema's message says in German; a message that nobody has translated follows as it is.

    `repeated`: the element that is not expected stands behind another of its name.

    >>> schema_sentence("Element '{urn:x}IssueDate': 'April' is not a valid value of the atomic type 'xs:date'.")
    'Aufbau des XML: Rechnungsdatum (BT-2): „April“; erlaubt ist ein Tag JJJJ-MM-TT.'
    """
    if repeated and (match := _NOT_EXPECTED.fullmatch(message)):
        return f"Aufbau des XML: „{called(match[1])}“ steht noch einmal, und darf dort nur einmal stehen."
    for pattern, said in _PATTERNS:
        if match := pattern.fullmatch(message):
            return f"Aufbau des XML: {said(match.groups())}"
    return f"Aufbau des XML verletzt: {message}"
