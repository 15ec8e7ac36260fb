"""The README shows what really comes out, and leads to nothing that is not there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kkd_ledger import __all__ as library
from tests.cli.test_messages import commands
from tests.samples import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^<!-- ci -->\n```sh\n(.*?)^```\n\n```\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("script", "shown"), SHOWN, ids=[script.split("\n")[0] for script, _ in SHOWN])
def test_an_example_says_what_is_shown(script: str, shown: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.splitlines()
    wanted = shown.splitlines()
    assert len(said) == len(wanted)
    for line, told in zip(wanted, said, strict=True):
        assert told.startswith(line.removesuffix("…").rstrip()) if line.endswith("…") else told == line


def test_there_are_examples() -> None:
    assert len(SHOWN) == 3
    assert "<!-- ci -->\n```python\n" in TEXT


def test_every_link_leads_somewhere() -> None:
    places = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(places) > 10
    assert [place for place in places if "://" not in place and not (ROOT / place).exists()] == []


def test_only_commands_calls_and_targets_that_exist_are_named() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"^(?:kkd|! kkd) ([a-z]+)|`kkd ([a-z]+)", TEXT, re.MULTILINE)) <= {
        pair for name in commands() for pair in ((name, ""), ("", name))
    }
    assert set(re.findall(r"kkd_ledger\.([A-Za-z_]+)\(", TEXT)) <= set(library)
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", TEXT, re.MULTILINE))
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
