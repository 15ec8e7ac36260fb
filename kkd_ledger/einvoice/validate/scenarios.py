"""Which official rules judge a document, by its syntax, kind and profile (BT-24), and how hard each of them counts.

The scenarios are those of KoSIT's validator configuration for XRechnung 3.0.2 (Apache-2.0; its table of levels is
written anew here): the profile is compared as it stands, blanks included. A profile that is in no scenario gets no
verdict there, and none here; Factur-X has rules of its own for some.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.validate.official_rules import (
    EN16931,
    XRECHNUNG_RULES,
    Bundle,
    RuleSheet,
    facturx_sheet,
)
from kkd_ledger.einvoice.validate.verdict import PEPPOL, XRECHNUNG, InvoiceFinding, Severity

SchemaName = Literal["CII D16B", "CII D22B", "UBL 2.1", "Factur-X BASIC", "Factur-X EXTENDED"]
Levels = Mapping[str, Severity]

NORM: Final = "urn:cen.eu:en16931:2017"
EXTENSION: Final = f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD: Final = f"{XRECHNUNG}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
BASIC: Final = f"{NORM}#compliant#urn:factur-x.eu:1p0:basic"
EXTENDED: Final = f"{NORM}#conformant#urn:factur-x.eu:1p0:extended"
_NO_INVOICES: Final = MappingProxyType(
    {
        "urn:factur-x.eu:1p0:minimum": "Factur-X MINIMUM",
        "urn:factur-x.eu:1p0:basicwl": "Factur-X BASIC WL",
        "urn:zugferd.de:2p0:minimum": "ZUGFeRD 2.0 MINIMUM",
        "urn:zugferd.de:2p0:basicwl": "ZUGFeRD 2.0 BASIC WL",
    }
)
_XRECHNUNG_OF: Final = re.compile(
    rf"{re.escape(NORM)}#compliant#urn:(?:xoev-de:kosit:standard|xeinkauf\.de:kosit):xrechnung_(\d+\.\d+)(#.*)?"
)
_ZUGFERD_2_0: Final = re.compile(r".*urn:zugferd\.de:2p0:(\w+)")


def _levels(error: str = "", warning: str = "", note: str = "") -> Levels:
    """Return how hard rules count that the configuration overrides."""
    return MappingProxyType(
        {
            **dict.fromkeys(error.split(), Severity.ERROR),
            **dict.fromkeys(warning.split(), Severity.WARNING),
            **dict.fromkeys(note.split(), Severity.NOTE),
        }
    )


_CII_ERRORS: Final = "CII-SR-452 CII-SR-453 CII-SR-454"
_LISTS: Final = "BR-CL-21 BR-CL-23"
_EXTENSION_LISTS: Final = "BR-CL-10 BR-CL-11 BR-CL-21 BR-CL-24 BR-CL-25 BR-CL-26"
_BY_KIND: Final[Mapping[tuple[str, str], Levels]] = MappingProxyType(
    {
        (XRECHNUNG, "Invoice"): _levels("UBL-CR-646", _LISTS),
        (XRECHNUNG, "CreditNote"): _levels("", _LISTS),
        (XRECHNUNG, "CII"): _levels(_CII_ERRORS, _LISTS),
        (EXTENSION, "Invoice"): _levels("", "BR-CL-23", f"{_EXTENSION_LISTS} BR-CO-16 UBL-CR-470 UBL-CR-646"),
        (EXTENSION, "CII"): _levels(_CII_ERRORS, "BR-CL-23", _EXTENSION_LISTS),
        (CVD, "Invoice"): _levels("UBL-CR-646", _LISTS, "BR-CL-13"),
        (CVD, "CreditNote"): _levels("UBL-CR-646", _LISTS, "BR-CL-13"),
        (CVD, "CII"): _levels(_CII_ERRORS, _LISTS, "BR-CL-13"),
    }
)
_XRECHNUNG_NAMES: Final = MappingProxyType(
    {XRECHNUNG: "XRechnung 3.0", EXTENSION: "XRechnung 3.0 Extension", CVD: "XRechnung 3.0 CVD"}
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The rules of a document: the schema, the rule files in order, and how hard rules count other than they say.

    `judges` tells whether these are the rules of its profile; `binds` whether a document of this profile has to keep
    to them at all (an extension of EN 16931 does not); `remark` is what people should know about that.
    """

    profile: str
    schema: SchemaName
    sheets: tuple[RuleSheet, ...]
    levels: Levels = field(default_factory=_levels)
    judges: bool = True
    binds: bool = True
    remark: InvoiceFinding | None = None

    @property
    def rules(self) -> str:
        """What is run, in words: the rules, then the schema."""
        return ", ".join([*(sheet.name for sheet in self.sheets), f"Schema {self.schema}"])


def scenario_of(source: InvoiceSource, profile: str, bundle: Bundle) -> Scenario:
    """Return the scenario of a document; `profile` is its BT-24 as it stands, empty where it has none."""
    schema: SchemaName = "CII D16B" if source.syntax == "CII" else "UBL 2.1"
    norm = (bundle.sheet(EN16931, source.syntax),)
    kind = "CII" if source.syntax == "CII" else "CreditNote" if source.is_credit_note else "Invoice"
    if levels := _BY_KIND.get((profile, kind)):
        sheets = (*norm, bundle.sheet(XRECHNUNG_RULES, source.syntax))
        return Scenario(_XRECHNUNG_NAMES[profile], schema, sheets, levels)
    if profile in {NORM, ""}:  # without a profile EN 16931 itself says that it is missing
        return Scenario("EN 16931" if profile else "ohne Profil", schema, norm)
    if profile == PEPPOL:
        text = "Geprüft ist, was EN 16931 verlangt; Peppols eigene Regeln liegen nicht bei."
        return Scenario("Peppol BIS Billing 3.0", schema, norm, remark=_remark(Severity.NOTE, text))
    own = _factur_x(profile, schema) if source.syntax == "CII" else None
    return own or _without_rules(profile, schema, norm)


def _factur_x(profile: str, schema: SchemaName) -> Scenario | None:
    """Return the scenario of a Factur-X profile with rules of its own, or that is no invoice; None for any other."""
    if profile == BASIC:
        return Scenario("Factur-X BASIC", "Factur-X BASIC", (facturx_sheet("basic"),))
    if profile == EXTENDED:
        return Scenario("Factur-X EXTENDED", "Factur-X EXTENDED", (facturx_sheet("extended"),))
    if profile in _NO_INVOICES:
        text = "Dieses Profil ist keine Rechnung nach EN 16931, also auch keine E-Rechnung."
        remark = InvoiceFinding(Severity.ERROR, "KKD-E01", "", text)
        return Scenario(_NO_INVOICES[profile], schema, (), remark=remark)
    return None


def _remark(severity: Severity, text: str) -> InvoiceFinding:
    return InvoiceFinding(severity, "KKD-E02", "", text)


def _without_rules(profile: str, schema: SchemaName, norm: tuple[RuleSheet, ...]) -> Scenario:
    """Return what can be said of a document whose profile has no rules here: it is measured by EN 16931, not judged.

    Whoever narrows EN 16931 („compliant“) keeps to it; to an extension of it („conformant“) and to a profile that
    nobody knows its rules are no measure, and what they say is a note.
    """
    name, said = _called(profile)
    binds = profile.startswith(f"{NORM}#compliant#") and "#conformant#" not in profile
    loose: SchemaName = "CII D22B" if schema == "CII D16B" else schema
    measured = "Gemessen ist das Dokument an EN 16931" + (
        "." if binds else ", an die sich das Profil nicht bindet."
    )
    return Scenario(
        name,
        schema if binds else loose,
        norm,
        judges=False,
        binds=binds,
        remark=_remark(Severity.WARNING, f"{said} {measured}"),
    )


def _called(profile: str) -> tuple[str, str]:
    """Return what a profile without rules here is called, and why it has none."""
    if match := _XRECHNUNG_OF.fullmatch(profile):
        name = f"XRechnung {match[1]}"
        if match[1] == "3.0":
            return (
                name,
                f"Diese Spielart von XRechnung 3.0 kennt die amtliche Konfiguration nicht: {profile}.",
            )
        older = tuple(map(int, match[1].split("."))) < (3, 0)
        word = "ist veraltet" if older else "ist neuer als die Regeln hier"
        return name, f"{name} {word} (hier: 3.0)."
    if match := _ZUGFERD_2_0.fullmatch(profile):
        name = f"ZUGFeRD 2.0 {match[1].upper()}"
        return name, f"{name} ist veraltet; seine Regeln liegen nicht bei."
    blanks = " Es stehen Leerzeichen um die Kennung." if profile != profile.strip() else ""
    return profile.strip(), f"Für das Profil „{profile.strip()}“ (BT-24) liegen keine Regeln bei.{blanks}"
