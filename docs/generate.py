"""Writes docs/rules.md, the catalogue of findings, from the rules and their samples: `python docs/generate.py`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kkd_ledger.audit.compared.kinds import KINDS as COMPARED
from kkd_ledger.rules.engine.check import CATALOGUE
from kkd_ledger.rules.engine.rule import FindingKind, Level

DOCS = Path(__file__).resolve().parent
SAMPLES = DOCS.parent / "tests" / "findings"
TARGET = DOCS / "rules.md"

_HEAD: Final = """\
# Katalog der Feststellungen

<!-- Erzeugt von docs/generate.py aus den Regeln und ihren Beispielen; Änderungen von Hand gehen verloren. -->

Jede Feststellung hat ein Kennzeichen, eine Stufe, einen Ort (Datei und Zeile) und einen Satz, der sagt, was gefunden
wurde und was erwartet war.
`kkd check BUCH`, `kkd month`, `bean-check` und Fava melden dieselben Feststellungen mit denselben Worten.

| Stufe | Was sie bedeutet | Was sie aufhält |
|---|---|---|
| `fehler` | eine Buchung ist falsch | `kkd` schreibt nichts, was einen Fehler hinzufügt |
| `beanstandung` | etwas ist so, sollte aber nicht so sein | nichts; beim Abschluss gehört eine Begründung dazu |
| `offen` | etwas fehlt oder wartet | nichts; vor dem Abschluss ist es zu erledigen |
| `hinweis` | gut zu wissen | nichts, auch nicht den Rückgabewert |

Die Beispiele stammen aus einer Vereinbarung dreier erfundener Beteiligter (`tests/three/`). Zu jeder Feststellung liegt
das ganze Beispiel unter `tests/findings/`; ein Test vergleicht jeden Satz Buchstabe für Buchstabe.
"""
_SUBJECTS: Final = {  # by the letter of the code
    "A": "Beträge nach der Vereinbarung",
    "V": "Beschlüsse",
    "Z": "Feststellung und Anordnung",
    "P": "Periodenfremdes",
    "J": "Haushaltsjahre",
    "B": "Haushalt",
    "O": "Posten und Zahlungen",
    "D": "Belege",
    "N": "Buchungsnummern",
    "S": "Abgeschlossene Monate",
    "F": "Form der Bücher",
    "K": "Berichtigungen",
    "L": "Was Beancount selbst nicht annimmt",
    "T": "Vergleich von Buch, Nachweis und Archiv",
}
_INVOICES: Final = """\
## E-Rechnungen

Was `kkd validate`, `kkd receive` und `kkd demand` über ein Dokument sagen, ist keine Feststellung über das Buch und hat
deshalb keine Stufe, sondern eine Schwere. Wann es eine Warnung und wann es ein Fehler ist, steht in
[invoices.md](invoices.md).
"""
_PLACE: Final = re.compile(r"(\S+):(\d+): ")


def text() -> str:
    """Return the catalogue as Markdown."""
    subjects: dict[str, str] = dict.fromkeys([*_SUBJECTS.values(), "Weitere"], "")
    for kind in (*CATALOGUE, *COMPARED):
        subject = _SUBJECTS.get(kind.code.removeprefix("KKD-")[0], "Weitere")
        subjects[subject] += "".join(f"{line}\n" for line in _finding(kind))
    parts = [f"## {subject}\n{found}" for subject, found in subjects.items() if found]
    return "\n".join([_HEAD, *parts, _INVOICES, *_invoice_rules(), ""])


def _invoice_rules() -> Iterator[str]:
    """Yield the table of our own checks of e-invoices, as docs/invoices.md has it."""
    lines = (DOCS / "invoices.md").read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("| KKD-E"))
    yield from lines[first - 2 : first]
    yield from (line for line in lines[first:] if line.startswith("| KKD-E"))


def _finding(kind: FindingKind) -> Iterator[str]:
    yield from ("", f"### {kind.code} {kind.title}", "", f"*{Level(kind.level)}*. {kind.advice}")
    folder = SAMPLES / kind.code
    lines = (folder / "findings.txt").read_text(encoding="utf-8").splitlines() if folder.is_dir() else []
    found = next((line for line in lines if f" {kind.code} " in line), "")
    if not found:
        return
    place, _, told = found.partition(f" {kind.code} ({kind.level}) ")
    yield from ("", f"> {told}  ", f"> `{place.rstrip(':')}`")
    if entry := _entry(folder, found):
        yield from (
            "",
            "<details><summary>Der Eintrag</summary>",
            "",
            "```beancount",
            *entry,
            "```",
            "",
            "</details>",
        )


def _entry(folder: Path, found: str) -> list[str]:
    """Return the entry at the place of a finding, from its line to the next blank one, where the sample holds it."""
    place = _PLACE.match(found)
    files = sorted(folder.glob(f"*/{place[1]}")) if place else []
    if not place or not files or not place[1].endswith(".beancount"):
        return []
    lines = files[0].read_text(encoding="utf-8", errors="replace").splitlines()
    first = int(place[2]) - 1
    blank = next((number for number in range(first, len(lines)) if not lines[number]), len(lines))
    return lines[first:blank] if lines[first:blank] and lines[first][:1].isdigit() else []


def main() -> int:
    """Write the catalogue; say whether it was current."""
    fresh = text()
    current = TARGET.exists() and TARGET.read_text(encoding="utf-8") == fresh
    TARGET.write_text(fresh, encoding="utf-8")
    count = len(CATALOGUE) + len(COMPARED)
    print(f"docs/rules.md: {count} Feststellungen, {'unverändert' if current else 'neu geschrieben'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
