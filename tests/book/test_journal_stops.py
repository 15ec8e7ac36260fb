"""The writer where it must stop: something was altered after an abort, the disk refuses, the lock is not its own."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import pytest

from kkd_ledger.book.store import durable
from kkd_ledger.book.store.journal import COMMIT, STAGING, settled, writing
from kkd_ledger.book.store.lock import CACHE
from kkd_ledger.errors import BookBusy, BookRefused, EntryRefused, StorageFailed
from tests.book.writer import BATCH, BEFORE, Files, accept, decided_batch, files_of, lay, refuse, writer_of
from tests.samples import tree


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "buch"
    root.mkdir()
    lay(root, BEFORE)
    return root


def test_readers_read_through_a_decided_batch(book: Path) -> None:
    assert settled(book) == {}
    decided_batch(book)
    assert settled(book) == BATCH
    (book / STAGING / "0").replace(book / "2024/2024-01.beancount")
    assert settled(book).keys() == BATCH.keys() - {"2024/2024-01.beancount"}
    with writing(book):
        assert settled(book) == {}
    assert files_of(book) == BATCH


def test_who_finishes_a_dead_batch_can_tell_of_it(book: Path) -> None:
    decided_batch(book)
    with writing(book) as writer:
        assert writer.finished == (*sorted(BATCH.keys() - {"main.beancount"}), "main.beancount")
    with writing(book) as writer:
        assert writer.finished == ()


def test_a_name_that_the_disk_would_refuse_is_refused_before_anything_is_decided(book: Path) -> None:
    before = tree(book)
    with writing(book) as writer, pytest.raises(BookRefused, match="ein zu langer Name"):
        writer.commit({**BATCH, f"inbox/{'ü' * 121}": b"x"}, accept)
    assert tree(book) == before
    with writing(book) as writer:
        writer.commit({f"inbox/{'ü' * 120}": b"x"}, accept)
    assert (book / "inbox" / ("ü" * 120)).read_bytes() == b"x"


def test_a_new_file_of_a_name_that_was_taken_stays(book: Path) -> None:
    lay(book, {"inbox/x.xml": b"A"})
    decided_batch(book, {"inbox/x.xml": b"A"})
    (book / "inbox/x.xml").write_bytes(b"neu")
    writer_of(book).recover()
    assert files_of(book) == {**BATCH, "inbox/x.xml": b"neu"}


def test_a_writer_finishes_what_is_decided_before_it_writes(book: Path) -> None:
    decided_batch(book)
    writer_of(book).commit({"archive/a.xml": b"a"}, accept)
    assert files_of(book) == {**BATCH, "archive/a.xml": b"a"}


@pytest.mark.parametrize("file", [f"{STAGING}/1", "2024/2024-01.beancount"])
def test_what_was_altered_after_an_abort_is_refused_not_spread(book: Path, file: str) -> None:
    decided_batch(book)
    if not file.startswith(STAGING):
        (book / STAGING / "0").unlink()
    (book / file).write_bytes(b"von Hand")
    with pytest.raises(BookRefused) as refused, writing(book):
        pass
    assert re.fullmatch(
        rf"Buch abgelehnt:\n  {re.escape(str(book / file))}: gefunden: SHA-256 [0-9a-f]{{64}}; erlaubt: SHA-256 "
        r"[0-9a-f]{64}, wie beschlossen; die Datei wurde nach einem Abbruch verändert\. "
        r"Stellen Sie das Buch aus der Sicherung wieder her und entfernen Sie \.wal/",
        str(refused.value),
    )
    assert (book / "main.beancount").read_bytes() == b"alt"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"format": "kkd-wal/2", "write": {}, "gone": {}}',
        '{"format": "kkd-wal/1", "write": 3}',
    ],
)
def test_a_list_that_is_none_is_refused(book: Path, text: str) -> None:
    (book / STAGING).mkdir()
    (book / STAGING / COMMIT).write_text(text)
    before = tree(book)
    with pytest.raises(BookRefused) as refused:
        writer_of(book).recover()
    assert str(refused.value).endswith(
        "gefunden: keine Schreibliste; erlaubt: eine Schreibliste im Format kkd-wal/1"
    )
    with pytest.raises(BookRefused):
        settled(book)
    assert tree(book) == before


def test_a_list_cannot_lead_out_of_the_book(book: Path) -> None:
    (book / STAGING).mkdir()
    (book / STAGING / "0").write_bytes(b"x")
    (book.parent / "fremd").write_bytes(b"x")
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    for data in ({"write": {"../fremd2": sha256}, "gone": {}}, {"write": {}, "gone": {"../fremd": sha256}}):
        (book / STAGING / COMMIT).write_text(json.dumps({"format": "kkd-wal/1", **data}))
        with pytest.raises(BookRefused, match="ein Pfad aus dem Buch hinaus"):
            writer_of(book).recover()
    assert sorted(path.name for path in book.parent.iterdir()) == ["buch", "fremd"]


def test_what_cannot_be_read_is_not_thrown_away(book: Path) -> None:
    decided_batch(book)
    error = OSError(errno.EIO, os.strerror(errno.EIO))
    with mock.patch.object(Path, "read_bytes", side_effect=error), pytest.raises(StorageFailed) as failed:
        writer_of(book).recover()
    assert "der nächste schreibende Aufruf von kkd vollendet sie" in str(failed.value)
    writer_of(book).recover()
    assert files_of(book) == BATCH


def test_a_disk_that_gives_back_something_else_is_refused(book: Path) -> None:
    before = tree(book)
    forgets = mock.patch.object(
        os, "fsync", lambda handle: os.truncate(handle, 1) if is_file(handle) else None
    )
    with forgets, pytest.raises(StorageFailed) as failed:
        writer_of(book).commit(BATCH, accept)
    assert str(failed.value) == (
        f"{book / STAGING / '0'}: Schreiben fehlgeschlagen: der Datenträger meldet einen Fehler. "
        "Die Bücher sind unversehrt; von dieser Buchung steht nichts darin. "
        "Bitte prüfen Sie den freien Speicherplatz und die Rechte und wiederholen Sie den Befehl."
    )
    assert tree(book) == before


def is_file(handle: int) -> bool:
    return stat.S_ISREG(os.fstat(handle).st_mode)


def test_after_the_point_of_no_return_the_message_says_so(book: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with mock.patch.object(os, "replace", side_effect=full), pytest.raises(StorageFailed) as failed:
        writer_of(book).commit(BATCH, accept)
    assert str(failed.value) == (
        f"{book}: Schreiben fehlgeschlagen: auf dem Datenträger ist kein Platz mehr. "
        "Die Buchung war schon beschlossen; der nächste schreibende Aufruf von kkd vollendet sie. "
        "Bitte prüfen Sie den freien Speicherplatz und die Rechte und wiederholen Sie den Befehl."
    )
    assert settled(book) == BATCH


def test_a_folder_without_rights_refuses_before_anything_is_decided(book: Path) -> None:
    def access(path: Path, mode: int) -> bool:
        return Path(path).name != "inbox"

    lay(book, {"inbox/a.xml": b"A"})
    before = tree(book)
    with mock.patch.object(os, "access", access), pytest.raises(StorageFailed) as failed:
        writer_of(book).commit({"archive/a.xml": b"A"}, accept, {"inbox/a.xml": b"A"})
    assert str(failed.value).startswith(f"{book / 'inbox'}: Schreiben fehlgeschlagen: die Rechte fehlen. ")
    assert tree(book) == before


def test_a_folder_in_the_place_of_a_file_refuses(book: Path) -> None:
    (book / "archive/a.xml").mkdir(parents=True)
    before = tree(book)
    with pytest.raises(StorageFailed):
        writer_of(book).commit({"archive/a.xml": b"A"}, accept)
    assert tree(book) == before


def test_an_unknown_error_keeps_the_systems_words() -> None:
    failed = StorageFailed(Path("x"), OSError(errno.ESTALE, "Stale file handle"))
    assert str(failed).startswith("x: Schreiben fehlgeschlagen: Stale file handle. ")


def test_the_lock_is_free_after_success_and_after_a_failure(book: Path) -> None:
    for check in (accept, refuse, accept):
        try:
            with writing(book, lock_seconds_max=0) as writer:
                writer.commit({"main.beancount": b"1" if check is accept else b"2"}, check)
        except EntryRefused:
            assert check is refuse


def test_who_holds_the_lock_is_named(book: Path) -> None:
    with writing(book), ThreadPoolExecutor(1) as other:  # the thread that holds it may take it again
        busy = other.submit(lambda: writing(book, lock_seconds_max=0.1).__enter__()).exception()
    assert isinstance(busy, BookBusy)
    since = r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d"
    assert re.fullmatch(
        rf"Das Buch buch wird gerade beschrieben: Prozess {os.getpid()} seit {since}\. "
        r"Bitte warten Sie und wiederholen Sie den Befehl\.",
        str(busy),
    )


@pytest.mark.parametrize("other", [False, True])
def test_a_lock_that_was_deleted_stops_the_writer(book: Path, other: bool) -> None:
    before = files_of(book)
    with writing(book) as writer:

        def check(batch: Files) -> None:
            shutil.rmtree(book / CACHE)
            if other:
                (book / CACHE).mkdir()
                (book / CACHE / "holder").write_text("1")

        with pytest.raises(BookBusy) as busy:
            writer.commit(BATCH, check)
    assert "die Sperre in .kkd/ wurde inzwischen gelöscht; nichts wurde geschrieben" in str(busy.value)
    with writing(book):
        assert files_of(book) == before


def test_a_lock_that_was_deleted_before_the_check_leaves_the_staging_to_its_new_owner(book: Path) -> None:
    def deleting(folder: Path) -> None:
        shutil.rmtree(book / CACHE, ignore_errors=True)

    with (
        writing(book) as writer,
        mock.patch.object(durable, "sync_folder", deleting),
        pytest.raises(BookBusy),
    ):
        writer.commit(BATCH, refuse)
    assert (book / STAGING / "0").exists()
    with writing(book):
        assert files_of(book) == dict(BEFORE)


def test_a_disk_that_refuses_the_lock_is_a_storage_failure(book: Path) -> None:
    (book / CACHE).write_text("keine Ordner hier")
    with pytest.raises(StorageFailed), writing(book):
        pass


def test_folders_are_made_down_to_the_file_and_synced(book: Path) -> None:
    synced: list[str] = []
    with mock.patch.object(durable, "sync_folder", lambda folder: synced.append(folder.name)):
        durable.make_folder(book / "a" / "b", book)
    assert (book / "a/b").is_dir()
    assert synced == ["buch", "a"]


def far_inbox(*, full: bool) -> AbstractContextManager[object]:
    """Let `inbox/` be a mount of its own, as the bank's client may need it: no rename goes there."""
    replace = os.replace

    def far(source: Path, target: Path) -> None:
        if Path(target).parent.name == "inbox" != Path(source).parent.name:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        if Path(target).parent.name == "inbox" and full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    return mock.patch.object(os, "replace", far)


def test_a_folder_on_another_file_system_gets_a_copy_in_one_step(book: Path) -> None:
    lay(book, {"inbox/x.xml": b"A"})
    with far_inbox(full=True), pytest.raises(StorageFailed, match="schon beschlossen"):
        writer_of(book).commit({"inbox/y.xml": b"A"}, accept, {"inbox/x.xml": b"A"})
    assert not (book / "inbox/y.xml").exists()
    assert (book / "inbox/x.xml").exists()
    with far_inbox(full=False):
        writer_of(book).recover()
    assert files_of(book) == {**BEFORE, "inbox/y.xml": b"A"}


@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_file_system_that_cannot_sync_folders_is_no_failure(book: Path, number: int, fails: bool) -> None:
    fsync = os.fsync

    def sync(handle: int) -> None:
        if not is_file(handle):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    with mock.patch.object(os, "fsync", sync):
        if fails:
            with pytest.raises(StorageFailed):
                writer_of(book).commit(BATCH, accept)
        else:
            writer_of(book).commit(BATCH, accept)
    assert files_of(book) == dict(BEFORE if fails else BATCH)
