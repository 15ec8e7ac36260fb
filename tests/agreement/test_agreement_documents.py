"""The documents of an agreement are the files that it names, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.agreement import documents, parse

PROBE = Path(__file__).with_name("probe.toml").read_text("utf-8")
HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("", None),
        ('file = "anlage.pdf"', None),
        (f'file = "anlage.pdf"\nsha256 = "{HASH}"', None),
        ('file = "fehlt.pdf"', ("fehlt.pdf", "anlage", "keine Datei", "die Datei der Anlage")),
        (
            f'file = "anlage.pdf"\nsha256 = "{"0" * 64}"',
            ("anlage.pdf", "anlage", f"SHA-256 {HASH}", f"SHA-256 {'0' * 64}"),
        ),
        (
            'file = "../anlage.pdf"',
            (
                "../anlage.pdf",
                "anlage",
                "eine Datei außerhalb des Ordners",
                "eine Datei neben der Vereinbarung",
            ),
        ),
    ],
)
def test_documents(tmp_path: Path, fields, problem):
    folder = tmp_path / "kkd"
    folder.mkdir()
    for place in (folder, tmp_path):
        (place / "anlage.pdf").write_bytes(b"hello")
    agreement = parse(PROBE.replace('title = "Anlage"', f'title = "Anlage"\n{fields}'))
    problems = [one.problem for one in documents(agreement, folder) if one.problem]
    found = [(one.file, one.place, one.actual, one.allowed) for one in problems]
    assert found == ([problem] if problem else [])
