"""The official rules: where they lie, that they are the ones we know, and how hard each counts.

The bundle that kkd-ledger brings is pinned by hash. A newer one can take its place: a folder with the same four file
names, named by an argument or by the environment variable KKD_EINVOICE_RULES; its hashes then stand in the report.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kkd_ledger.einvoice.source import Syntax
from kkd_ledger.einvoice.validate.verdict import XRECHNUNG, Severity
from kkd_ledger.errors import InvoiceRefused, Problem, cause_of

ENVIRONMENT: Final = "KKD_EINVOICE_RULES"
OWN: Final = Path(__file__).resolve().parents[1] / "rules"
OWN_NAME: Final = "EN 16931 1.3.16, XRechnung-Schematron 2.6.0"
SHA256: Final = MappingProxyType(
    {
        "EN16931-CII-validation.xsl": "0911e927f13f9ae2cdc7f973643f27bf0ad3c5da02483c04a5b8a47eb4822199",
        "EN16931-UBL-validation.xsl": "759f2d2e830c7fd1d5a6e8b4f61e5dbafc7a7805862c4ae1c749eeac6adde698",
        "XRechnung-CII-validation.xsl": "ec54f662803a87f527ec606d1320bc404f1657a848af6a76f37f32905e4aac40",
        "XRechnung-UBL-validation.xsl": "e32d831668facbbd5136cc0119bf1dd6f92ac20738aa3b3f021586f5a305c738",
    }
)


@dataclass(frozen=True)
class Bundle:
    """A folder of compiled rules and the name under which a report cites it."""

    folder: Path
    name: str

    def sheets(self, syntax: Syntax, profile: str) -> tuple[Path, ...]:
        """Return the rule files for a document: EN 16931 always, XRechnung's own where it claims to be one."""
        families = ("EN16931", "XRechnung") if profile.startswith(XRECHNUNG) else ("EN16931",)
        return tuple(self.folder / f"{family}-{syntax}-validation.xsl" for family in families)


def bundle(folder: Path | None = None) -> Bundle:
    """Return the rules to check with; raise InvoiceRefused where a file is missing or our own has been changed."""
    folder = folder or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else OWN)
    hashes, problems = {}, []
    for name, digest in SHA256.items():
        try:
            hashes[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            problems.append(Problem(str(folder / name), "", cause_of(error), "die Regeldatei"))
            continue
        if folder == OWN and hashes[name] != digest:
            problems.append(Problem(str(folder / name), "SHA-256", hashes[name], digest))
    if problems:
        raise InvoiceRefused(problems)
    if hashes == SHA256:
        return Bundle(folder, OWN_NAME)
    short = hashlib.sha256("".join(sorted(hashes.values())).encode()).hexdigest()[:12]
    return Bundle(folder, f"eigene Regeln {folder.name} ({short})")


_FLAGS: Final = MappingProxyType(
    {
        "fatal": Severity.ERROR,
        "error": Severity.ERROR,
        "warning": Severity.WARNING,
        "information": Severity.NOTE,
    }
)
# KoSIT's validator configuration changes how hard some rules count, by the kind of XRechnung (scenarios.xml)
_ALWAYS: Final = {
    **dict.fromkeys(("CII-SR-452", "CII-SR-453", "CII-SR-454", "UBL-CR-646"), Severity.ERROR),
    **dict.fromkeys(("BR-CL-21", "BR-CL-23"), Severity.WARNING),
}
_EXTENSION: Final = {
    **_ALWAYS,
    **dict.fromkeys(("BR-CL-10", "BR-CL-11", "BR-CL-21", "BR-CL-25", "BR-CL-26", "BR-CO-16"), Severity.NOTE),
    "BR-CL-24": Severity.WARNING,
}
_CVD: Final = {**_ALWAYS, "BR-CL-13": Severity.NOTE}


def severity(rule: str, flag: str, profile: str) -> Severity:
    """Return how hard a rule counts for a document of this profile (BT-24)."""
    if not profile.startswith(XRECHNUNG):
        return _FLAGS.get(flag, Severity.ERROR)
    extra = profile.removeprefix(XRECHNUNG)
    table = _EXTENSION if ":extension:" in extra else _CVD if "cvd" in extra.lower() else _ALWAYS
    return table.get(rule, _FLAGS.get(flag, Severity.ERROR))
