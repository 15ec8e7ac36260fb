"""Why an XML cannot be read, in German: libxml2's reasons by their code; an unknown one in its own words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml import etree

_BY_CODE: Final = MappingProxyType(
    {
        5: "nach dem Ende steht noch etwas",
        9: "ein Steuerzeichen, das XML nicht erlaubt",
        26: "ein Kürzel (&…;), das XML nicht kennt",
        32: "eine Zeichenkodierung, die hier niemand liest",
        39: "ein Attribut ohne Anführungszeichen",
        42: "ein Attribut steht zweimal",
        64: "vor der ersten Zeile (<?xml …) steht etwas, und sei es eine Leerzeile",
        68: "ein einzelnes < oder & im Text",
        73: "ein Element ist nicht zu Ende geschrieben",
        76: "Anfang und Ende eines Elements passen nicht zusammen",
        77: "die Datei bricht ab",
        81: "Zeichen, die nicht zur angegebenen Kodierung gehören",
        89: "Kürzel, die einander nennen",
        114: "zu tief verschachtelt, oder ein Text ist zu lang",
        116: "Kürzel, die beim Einsetzen zu groß würden",
        201: "ein Namensraum ist nicht erklärt",
    }
)
"""By the codes of libxml2's `xmlParserErrors`, which stay as they are from version to version."""


def xml_fault(error: etree.XMLSyntaxError) -> str:
    """Return what is wrong with an XML and in which line."""
    own_words = str(error.msg).rpartition(", line ")[0] or str(error.msg)
    return f"Zeile {error.lineno}: {_BY_CODE.get(error.code, own_words)}"  # type: ignore[attr-defined, unused-ignore]
