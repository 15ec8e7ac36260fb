"""Run the examples of Markdown files: every fenced block that follows a line `<!-- ci -->`.

`sh` blocks run in bash from the root of the clone with this Python's folder first on the PATH, `python`
blocks in this Python. The first block that fails ends the run; no marked block in any of the files is a failure too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(sys.executable).parent
MARKED = re.compile(r"^<!-- ci -->\n+```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
RUNNERS = {
    "sh": ("bash", "-euo", "pipefail", "-c"),
    "python": (sys.executable, "-c"),
}


def main(paths: list[str]) -> int:
    """Run the marked blocks of these files; return 0, or 1 after the first that fails."""
    examples = [
        (path, match) for path in paths for match in MARKED.finditer(Path(path).read_text(encoding="utf-8"))
    ]
    if not examples:
        print("Kein Beispiel ist mit <!-- ci --> bezeichnet.", file=sys.stderr)
        return 1
    return next((1 for path, match in examples if not _passes(path, match)), 0)


def _passes(path: str, match: re.Match[str]) -> bool:
    line = match.string.count("\n", 0, match.start("code")) + 1
    print(f"-- {path}:{line}\n{match['code'].rstrip()}\n--", flush=True)
    environment = os.environ | {"PATH": f"{VENV}{os.pathsep}{os.environ['PATH']}"}
    status = subprocess.run(
        [*RUNNERS[match["language"]], match["code"]], cwd=ROOT, env=environment, check=False
    ).returncode
    if status:
        print(f"{path}:{line}: das Beispiel endet mit Status {status}", file=sys.stderr)
    return status == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
