"""A disk that refuses: each write-related call of a monthly run fails once, or from there on."""

import errno
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.faults.every_command import SCENARIOS
from tests.faults.harness import Forker, Point, forking
from tests.faults.verdict import Case

ERRORS = {
    "ENOSPC": "auf dem Datenträger ist kein Platz mehr",
    "EIO": "der Datenträger meldet einen Fehler",
    "EDQUOT": "das Speicherkontingent ist erschöpft",
    "EACCES": "die Rechte fehlen",
}


def failed(case: Case, point: Point, error: str, when: str = "") -> Iterator[str]:
    """Let a call fail and yield what was wrong with the answer or with the books."""
    run = case.injected(point, f"error={error}", when)
    wrong = [*case.wrong_word(run), *case.wrong()]
    if run.status == 5 and ERRORS[error] not in run.said:
        wrong.append(f"does not say why: {run.said}")
    yield from (f"{point}{when} {error} {point.text}: {one}" for one in wrong)


def test_each_call_refused_once(case: Callable[[str], Case]) -> None:
    built = case("month")
    pairs = list(zip(built.clean.points, cycle(ERRORS), strict=False))
    assert len(pairs) >= 60
    assert [wrong for point, error in pairs for wrong in failed(built, point, error)] == []


def test_each_kind_of_call_refused_from_some_point_on(case: Callable[[str], Case]) -> None:
    built = case("month")
    kinds = {
        name: [point for point in built.clean.points if point.name == name]
        for name in ("fsync", "rename", "unlink")
    }
    some = [point for points in kinds.values() for point in (points[0], points[len(points) // 2], points[-1])]
    pairs = zip(some, cycle(ERRORS), strict=False)
    assert [wrong for point, error in pairs for wrong in failed(built, point, error, "+")] == []


def test_a_disk_that_lies_about_what_it_wrote_is_found_out(case: Callable[[str], Case]) -> None:
    built = case("month")
    writes = [point for point in built.clean.points if point.name == "write" and "/.wal/" in point.text]
    assert len(writes) >= 8
    for point in writes:
        run = built.injected(point, "retval=1")
        assert run.status == 5, f"{point.text}: {run.said}"
        assert [*built.wrong_word(run), *built.wrong()] == [], point.text


@pytest.mark.parametrize("bytes_max", [1, 64, 128, 512, 1024, 1500, 2000, 1_000_000])
def test_files_that_may_not_grow(case: Callable[[str], Case], bytes_max: int) -> None:
    """The kernel itself writes short up to the limit and refuses the rest."""
    built = case("month")
    run = built.limited(bytes_max)
    assert run.status == (3 if bytes_max == 1_000_000 else 5)
    assert bytes_max == 1_000_000 or "die Datei würde größer, als hier erlaubt ist" in run.said
    assert [*built.wrong_word(run), *built.wrong()] == []


def test_a_planted_writer_that_misjudges_its_failure_is_found(forker: Forker, tmp_path: Path) -> None:
    with forking(tmp_path, "sloppy") as bad:
        case = Case(SCENARIOS["post"], tmp_path, bad)
        found = (wrong for point in case.clean.points for wrong in failed(case, point, "EIO"))
        assert any("not as before" in wrong for wrong in found)


def test_every_error_has_its_german_cause() -> None:
    from kkd_ledger.errors import _CAUSES

    for error, words in ERRORS.items():
        assert _CAUSES[getattr(errno, error)] == words
    assert not [words for words in _CAUSES.values() if re.search(r"\b(?:the|no|file|device)\b", words)]
