"""One forking process a test file, and the scenarios as cases."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.every_command import SCENARIOS
from tests.faults.harness import STRACE, Forker, forking
from tests.faults.verdict import Case


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def forker(scratch: Path) -> Iterator[Forker]:
    if STRACE is None:
        reason = "kein strace im PATH: das Paket strace installieren"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with forking(scratch) as process:
        yield process


@pytest.fixture
def case(forker: Forker, tmp_path: Path) -> Callable[[str], Case]:
    """Build a scenario by its name."""
    return lambda name: Case(SCENARIOS[name], tmp_path, forker)
