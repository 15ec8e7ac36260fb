"""The tools around the house: the benchmark runner and the runner of the documented examples."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import conftest
from tests.bench import run

ROOT = Path(__file__).resolve().parents[1]
GOOD = {"id": "P0", "value": 0.1, "budget": 0.15, "unit": "s", "peer": "python -c pass: 0.010 s", "n": 9}
OVER = GOOD | {"value": 0.2}
DOCUMENT = """
```sh
exit 9
```
<!-- ci -->
```sh
echo first; python -c 'import kkd_ledger, sys; print(sys.prefix)'
```

<!-- ci -->

```python
import kkd_ledger
print("second", kkd_ledger.__version__)
```
"""


def test_the_benchmarks_write_what_they_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "OUTPUT", tmp_path / "build" / "bench.json")
    monkeypatch.setattr(run, "measured", lambda name: [GOOD, OVER])
    assert run.main(["startup"]) == 0
    assert run.main(["startup", "--strict"]) == 1
    assert json.loads(run.OUTPUT.read_text(encoding="utf-8")) == [GOOD, OVER]
    assert "2 Messungen, 1 über dem Ziel; build/bench.json" in capsys.readouterr().out


def test_a_value_up_to_its_budget_is_good() -> None:
    assert run.within(GOOD | {"value": 0.15})
    assert not run.within(OVER)


def test_a_measurement_without_its_peer_is_refused() -> None:
    row = {key: value for key, value in GOOD.items() if key != "peer"}
    with pytest.raises(ValueError, match=r"tests/bench/bank\.py: a row has"):
        run.checked("bank", row)


def test_every_benchmark_is_found() -> None:
    assert "startup" in run.modules()
    assert "run" not in run.modules()


def examples(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "examples.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_marked_examples_of_a_document_run(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(DOCUMENT, encoding="utf-8")
    outcome = examples(str(document))
    assert outcome.returncode == 0, outcome.stderr
    assert "\nfirst\n" in outcome.stdout
    assert "\nsecond " in outcome.stdout


def test_an_example_that_fails_is_named(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(DOCUMENT.replace("echo first", "false | cat"), encoding="utf-8")
    outcome = examples(str(document))
    assert outcome.returncode == 1
    assert f"{document}:7: das Beispiel endet mit Status 1" in outcome.stderr
    assert "\nsecond " not in outcome.stdout


def test_documents_without_a_marked_example_fail(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("```sh\ntrue\n```\n", encoding="utf-8")
    assert examples(str(document)).returncode == 1


def test_the_place_of_a_file_gives_its_markers() -> None:
    tests = ROOT / "tests"
    assert conftest.markers_of(tests / "browser" / "test_pages.py") == ["browser", "slow"]
    assert conftest.markers_of(tests / "faults" / "test_kill.py") == ["faults", "slow"]
    assert conftest.markers_of(tests / "test_house.py") == ["slow"]
    assert conftest.markers_of(tests / "test_toml.py") == []
    assert conftest.markers_of(ROOT / "docs" / "generate.py") == []


def test_every_file_named_as_slow_is_there() -> None:
    tests = ROOT / "tests"
    assert [name for name in sorted(conftest.SLOW) if not (tests / name).is_file()] == []
    assert [marker for marker in conftest.OWN_MARKERS if not (tests / marker).is_dir()] == []
