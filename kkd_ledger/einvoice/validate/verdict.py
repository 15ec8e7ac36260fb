"""What a check of an e-invoice says: findings with their rule, all at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: an error makes the document invalid, a warning should be looked at."""

    ERROR = "fehler"
    WARNING = "warnung"
    NOTE = "hinweis"


@dataclass(frozen=True, slots=True)
class InvoiceFinding:
    """One thing that a rule says about a document; `rule` is the official id, or begins with KKD-E for our own."""

    severity: Severity
    rule: str
    place: str
    text: str

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"{self.severity} {self.rule}{where}: {self.text}"

    def as_json(self) -> dict[str, str]:
        """Return the finding as plain JSON data."""
        return {"severity": str(self.severity), "rule": self.rule, "place": self.place, "text": self.text}


@dataclass(frozen=True)
class Report:
    """What was found in one document; `rules` names the bundle that it was checked with."""

    file: str
    sha256: str
    syntax: str
    profile: str
    number: str
    container: str
    rules: str
    findings: tuple[InvoiceFinding, ...]

    @property
    def good(self) -> bool:
        """Whether no error was found."""
        return not any(finding.severity == Severity.ERROR for finding in self.findings)

    def strict(self) -> Report:
        """Return the report as it counts for a document of our own: warnings of our own checks are errors."""
        return replace(
            self,
            findings=tuple(
                replace(finding, severity=Severity.ERROR)
                if finding.rule.startswith("KKD-") and finding.severity == Severity.WARNING
                else finding
                for finding in self.findings
            ),
        )

    def text(self) -> str:
        """Return the report as German text: the verdict, then one finding a line."""
        inside = f", aus der Anlage {self.container}" if self.container else ""
        verdict = "gültig" if self.good else "nicht gültig"
        head = f"{self.file}: {verdict} ({self.syntax}{inside}; {self.profile_name}; {self.rules})"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])

    @property
    def profile_name(self) -> str:
        """The profile (BT-24) in words, or as it stands."""
        return PROFILES.get(self.profile, self.profile or "ohne Profil")

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "good": self.good,
            "syntax": self.syntax,
            "profile": self.profile,
            "number": self.number,
            "container": self.container,
            "rules": self.rules,
            "findings": [finding.as_json() for finding in self.findings],
        }


XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILES = {
    PEPPOL: "Peppol BIS Billing 3.0",
    XRECHNUNG: "XRechnung 3.0",
    f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0": "XRechnung 3.0 Extension",
    "urn:cen.eu:en16931:2017": "EN 16931",
    "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic": "Factur-X BASIC",
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": "Factur-X EXTENDED",
    "urn:factur-x.eu:1p0:basicwl": "Factur-X BASIC WL",
    "urn:factur-x.eu:1p0:minimum": "Factur-X MINIMUM",
}
