"""Writes what is generated in docs/, and all pages as HTML to build/docs/: `make docs`.

Generated are rules.md, the catalogue of findings, from the rules and their samples; and agreement.schema.json, the
schema of agreement.toml for editors, from its records; and the tables of fields in invoices.md, from the rules of
comparison.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kkd_ledger.agreement import json_schema
from kkd_ledger.audit.compared.kinds import KINDS as COMPARED
from kkd_ledger.einvoice.comparison.field_rules import RULES, FieldRule
from kkd_ledger.rules.engine.check import CATALOGUE
from kkd_ledger.rules.engine.rule import FindingKind, Level

DOCS = Path(__file__).resolve().parent
SAMPLES = DOCS.parent / "tests" / "findings"
RENDERED = DOCS.parent / "build" / "docs"

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


def catalogue() -> str:
    """Return the catalogue of findings as Markdown."""
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
    yield from ("", f"### {kind.code} {kind.title}", "", f"*{Level(kind.level)}*. {kind.remedy}")
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


_FIELDS: Final = re.compile(r"(<!-- Erzeugt: Felder .*?-->\n).*?(<!-- Ende der Felder -->)", re.DOTALL)


def invoices() -> str:
    """Return docs/invoices.md with what happens to every field of a received document, from the rules of comparison."""
    page = (DOCS / "invoices.md").read_text(encoding="utf-8")
    return _FIELDS.sub(lambda found: f"{found[1]}{field_tables()}{found[2]}", page)


def field_tables() -> str:
    """Return the table of what is compared, and that of what is not, as Markdown."""
    compared = [
        f"| {rule.name}{_terms(rule)} | {rule.agreed} | {rule.noted} | {rule.cleared} |"
        for rule in RULES
        if not rule.reason
    ]
    left = [f"| {rule.name}{_terms(rule)} | {rule.reason} |" for rule in RULES if rule.reason]
    return "\n".join(
        (
            "",
            "| Feld | wie vereinbart | zu beachten | zu klären |",
            "|---|---|---|---|",
            *compared,
            "",
            "Gelesen, aber mit nichts verglichen:",
            "",
            "| Feld | warum |",
            "|---|---|",
            *left,
            "",
            "",
        )
    )


def _terms(rule: FieldRule) -> str:
    return f" ({', '.join(rule.terms)})" if rule.terms else ""


GENERATED: Final[dict[str, Callable[[], str]]] = {
    "rules.md": catalogue,
    "agreement.schema.json": json_schema,
    "invoices.md": invoices,
}


def write() -> None:
    """Write each generated file; say whether it was current."""
    for name, make in GENERATED.items():
        path, fresh = DOCS / name, make()
        current = path.exists() and path.read_text(encoding="utf-8") == fresh
        path.write_text(fresh, encoding="utf-8")
        print(f"docs/{name}: {'unverändert' if current else 'neu geschrieben'}")


_PAGE: Final = """\
<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif }}
pre, code {{ font-family: monospace; background: #f4f4f4 }} pre {{ padding: .75rem; overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ border: 1px solid #999; padding: .3rem .6rem; text-align: left; vertical-align: top }}
img {{ max-width: 100% }}
</style></head>
<body>
{body}</body></html>
"""
_GERMAN: Final = frozenset({"handbuch.md", "vereinbarung.md", "rules.md", "how-to"})


def render(page: Path, root: Path, target: Path) -> None:
    """Write a Markdown page of the project as HTML at the same place below `target`; links lead to its neighbours."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(page.read_text(encoding="utf-8"))
    title = page.stem
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = tokens[at + 1].content
            token.attrSet("id", anchor(words))
            title = words if token.tag == "h1" else title
        for child in token.children or ():
            _lead_to_html(child)
    place = target / page.relative_to(root).with_suffix(".html")
    place.parent.mkdir(parents=True, exist_ok=True)
    body = markdown.renderer.render(tokens, markdown.options, {})
    language = "en" if _GERMAN.isdisjoint(page.parts) else "de"
    place.write_text(_PAGE.format(language=language, title=escape(title), body=body), encoding="utf-8")


def anchor(heading: str) -> str:
    """Return the name by which links lead to a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _lead_to_html(token: Token) -> None:
    link = token.attrGet("href")
    if isinstance(link, str) and "://" not in link:
        token.attrSet("href", re.sub(r"\.md(?=#|$)", ".html", link))


def render_all() -> None:
    """Write README, CONTRIBUTING and every page of docs/ as HTML to build/docs/, with the pictures."""
    root = DOCS.parent
    pages = [*sorted(root.glob("[A-Z]*.md")), *sorted(DOCS.rglob("*.md"))]
    for page in pages:
        render(page, root, RENDERED)
    shutil.copytree(DOCS / "pictures", RENDERED / "docs" / "pictures", dirs_exist_ok=True)
    print(f"build/docs/README.html: {len(pages)} Seiten")


if __name__ == "__main__":
    write()
    render_all()
