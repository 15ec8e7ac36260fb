"""What a check of an e-invoice says: the verdict, what was run for it, and findings with their rule, all at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: an error makes the document invalid, a warning should be looked at."""

    ERROR = "fehler"
    WARNING = "warnung"
    NOTE = "hinweis"


class Validity(StrEnum):
    """What the rules of its own profile say of a document; `NOT_JUDGED` where those are not here."""

    VALID = "gültig"
    INVALID = "nicht gültig"
    NOT_JUDGED = "nicht geprüft"


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
    """What was found in one document.

    `profile_name` is its profile (BT-24) in words, `rules` what was run on it (schema and rules with their version),
    `judged` whether these are the rules of that profile.
    """

    file: str
    sha256: str
    syntax: str
    profile: str
    profile_name: str
    number: str
    container: str
    rules: str
    findings: tuple[InvoiceFinding, ...]
    judged: bool = True

    @property
    def validity(self) -> Validity:
        """The verdict: invalid with any error; else valid where the rules of the profile were run."""
        if any(finding.severity == Severity.ERROR for finding in self.findings):
            return Validity.INVALID
        return Validity.VALID if self.judged else Validity.NOT_JUDGED

    @property
    def good(self) -> bool:
        """Whether the rules of its profile were run and found no error."""
        return self.validity == Validity.VALID

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
        head = f"{self.file}: {self.validity} ({self.syntax}{inside}; {self.profile_name}; {self.rules})"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON data; `good` is null where nothing could be judged."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "good": None if self.validity == Validity.NOT_JUDGED else self.good,
            "verdict": str(self.validity),
            "syntax": self.syntax,
            "profile": self.profile,
            "number": self.number,
            "container": self.container,
            "rules": self.rules,
            "findings": [finding.as_json() for finding in self.findings],
        }


XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
