"""A command's process loads what is ours and what we name, nothing that happens to be installed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.samples import LEDGERS

ENTRY_POINTS = "[pydantic]\nforeign = foreign_plugin:plugin\n"


def test_a_plugin_that_happens_to_be_installed_is_not_loaded(tmp_path: Path) -> None:
    info = tmp_path / "foreign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    trace = tmp_path / "loaded"
    (tmp_path / "foreign_plugin.py").write_text(f"open({str(trace)!r}, 'w')\nplugin = object()\n")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-m", "kkd_ledger.cli", "shares", str(LEDGERS / "kkd" / "agreement.toml")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert not trace.exists()
