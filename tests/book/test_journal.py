"""The writer: all or nothing over several files, whatever happens in between; tests/faults kills it for real."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.store.journal import STAGING, settled
from kkd_ledger.book.store.lock import CACHE
from kkd_ledger.errors import BookRefused, EntryRefused, StorageFailed
from tests.book.writer import (
    BATCH,
    BEFORE,
    DeathError,
    Files,
    accept,
    after,
    decided_batch,
    files_of,
    lay,
    refuse,
    writer_of,
)
from tests.samples import tree

FILES = (
    "main.beancount",
    "2023/2023-12.beancount",
    "2024/2024-01.beancount",
    "2024/2024-01.bank.json",
    "archive/a.xml",
)
INBOX = ("inbox/x.xml", "inbox/ä \udcff~.xml")
contents = st.binary(max_size=40)
books = st.dictionaries(st.sampled_from(FILES + INBOX), contents)
batches = st.dictionaries(st.sampled_from(FILES), contents)
removals = st.dictionaries(st.sampled_from(INBOX), contents)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "buch"
    root.mkdir()
    lay(root, BEFORE)
    return root


@settings(max_examples=60)
@given(books, st.lists(st.tuples(batches, removals, st.booleans()), max_size=4))
def test_accepted_batches_are_whole_and_refused_ones_are_not_there(
    before: Files, steps: list[tuple[Files, Files, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root, before)
        now = dict(before)
        for batch, gone, accepted in steps:
            wanted = after(now, batch, gone)
            if accepted or wanted == now:
                changed = writer_of(root).commit(batch, accept if accepted else refuse, gone)
                assert set(changed) == {file for file in batch if now.get(file) != batch[file]}
                now = wanted
            else:
                with pytest.raises(EntryRefused):
                    writer_of(root).commit(batch, refuse, gone)
            assert files_of(root) == now


def test_the_check_gets_what_the_disk_gives_back_vouchers_first_and_the_top_file_last(book: Path) -> None:
    seen: list[Files] = []
    writer_of(book).commit({**BATCH, "zuerst/z.xml": b""}, lambda batch: seen.append(dict(batch)))
    assert [list(batch) for batch in seen] == [
        ["zuerst/z.xml", "2024/2024-01.beancount", "2024/2024-02.beancount", "main.beancount"]
    ]
    assert seen[0]["main.beancount"] == b"neu"


def test_what_holds_its_content_already_is_not_checked_and_not_touched(book: Path) -> None:
    before = (book / "main.beancount").stat().st_ino
    assert writer_of(book).commit({"main.beancount": b"alt"}, refuse, {"inbox/fehlt.xml": b""}) == ()
    assert (book / "main.beancount").stat().st_ino == before


def test_a_file_is_taken_away_only_with_the_content_that_was_kept(book: Path) -> None:
    lay(book, {"inbox/a.xml": b"A", "inbox/b.xml": b"anders"})
    gone = {"inbox/a.xml": b"A", "inbox/b.xml": b"B"}
    assert writer_of(book).commit({"archive/1.xml": b"A", "archive/2.xml": b"B"}, accept, gone) != ()
    assert not (book / "inbox/a.xml").exists()
    assert (book / "inbox/b.xml").read_bytes() == b"anders"


@pytest.mark.parametrize("file", ["/etc/x", "../x", "2024/../../x", ".kkd/x", ".wal/0", "", "2024/.x"])
def test_nothing_is_written_outside_the_book(book: Path, file: str) -> None:
    before = tree(book.parent, ())
    with pytest.raises((BookRefused, StorageFailed)):
        writer_of(book).commit({file: b"x"}, accept)
    assert tree(book.parent, ()) == before


CALLS = ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync")


@contextmanager
def dying(at: int, torn: int) -> Iterator[None]:
    """Let the process die at the `at`th of its calls; a file that is being synced keeps `torn` quarters."""
    left = [at]

    def deadly(name: str) -> Callable[..., object]:
        call = getattr(os, name)

        def instead(*words: object, **more: object) -> object:
            if left[0] == 0:
                if name == "fsync":
                    _tear(int(str(words[0])), torn)
                left[0] = -1
            if left[0] < 0:
                raise DeathError
            left[0] -= 1
            return call(*words, **more)

        return instead

    with mock.patch.multiple(os, **{name: deadly(name) for name in CALLS}):
        yield


def _tear(handle: int, quarters: int) -> None:
    """Cut a file that is open; a folder stays."""
    if stat.S_ISREG(os.fstat(handle).st_mode):
        os.ftruncate(handle, os.fstat(handle).st_size * quarters // 4)


def left_by_death(root: Path, at: int, torn: int, batch: Files, gone: Files) -> bool:
    """Commit and die at a call; tell whether the commit came to its end before."""
    try:
        with dying(at, torn):
            writer_of(root).commit(batch, accept, gone)
    except DeathError:
        return False
    return True


@settings(max_examples=12)
@given(books, batches, removals, st.integers(0, 4))
def test_dead_at_any_call_the_next_start_has_all_or_nothing(
    before: Files, batch: Files, gone: Files, torn: int
) -> None:
    wanted = after(before, batch, gone)
    decided = finished = False
    at = 0
    while not finished:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            lay(root, before)
            finished = left_by_death(root, at, torn, batch, gone)
            read_through = {**files_of_places(root), **settled(root)}
            writer_of(root).recover()
            now = files_of(root)
            assert now in (dict(before), wanted)
            assert {file: now[file] for file in batch if file in now} == {
                file: read_through[file] for file in batch if file in read_through
            }
            assert now == wanted or not decided, "decided once, decided at every later point"
            assert now == wanted or not finished
            decided = decided or now == wanted != dict(before)
        at += 1


def files_of_places(root: Path) -> dict[str, bytes]:
    """Return the files in their places, without what is staged."""
    return {file: content for file, content in tree(root, (CACHE, STAGING)).items() if content is not None}


@given(st.lists(st.integers(0, 12), max_size=4))
@settings(max_examples=25)
def test_dead_again_during_the_recovery(deaths: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root, {"main.beancount": b"alt", "inbox/x.xml": b"A"})
        decided_batch(root, {"inbox/x.xml": b"A"})
        for at in deaths:
            with suppress(DeathError), dying(at, 0):
                writer_of(root).recover()
        writer_of(root).recover()
        assert files_of(root) == BATCH
