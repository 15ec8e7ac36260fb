"""The writer's parts, each by itself: rights, folders, links, names, what a lock says, what a reader sees meanwhile."""

import errno
import hashlib
import json
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kkd_ledger.book.store import durable, journal
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.store.journal import COMMIT, FORMAT, STAGING, writing
from kkd_ledger.book.store.lock import CACHE, LOCK_SECONDS_MAX, locked
from kkd_ledger.book.text.vocabulary import ORIGINALS, TOP_FILE
from kkd_ledger.errors import BookBusy, BookRefused, StorageFailed


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ------------------------------------------------------------------------------------------------------ durable


def test_a_file_keeps_the_rights_to_read_and_write_and_no_others(tmp_path: Path) -> None:
    assert durable.write(tmp_path / "a", b"eins", 0o4751) == b"eins"
    assert rights(tmp_path / "a") == 0o640
    durable.write(tmp_path / "b", b"", 0o666)
    assert rights(tmp_path / "b") == 0o666


def test_what_the_disk_gives_back_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"anders")
    with pytest.raises(OSError, match=r"a$|a'") as failed:
        durable.write(tmp_path / "a", b"eins")
    assert (failed.value.errno, failed.value.filename) == (errno.EIO, str(tmp_path / "a"))


def test_an_export_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.csv"
    durable.export(target, b"eins")
    durable.export(target, b"zwei")
    assert target.read_bytes() == b"zwei"

    drafts: list[str] = []

    def full(self: Path, other: Path) -> Path:
        drafts.append(self.name)
        raise OSError(errno.ENOSPC, "voll", str(other))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="voll"):
        durable.export(target, b"drei")
    assert drafts == [".a.csv.kkd"], "hidden until it is whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert target.read_bytes() == b"zwei"


def test_a_file_moves_to_another_file_system_as_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target, drafts = tmp_path / "a", tmp_path / "b", list[str]()
    source.write_bytes(b"eins")
    replace = Path.replace

    def elsewhere(self: Path, other: Path) -> Path:
        drafts.append(self.name)
        if self == source:
            raise OSError(errno.EXDEV, "anderes Dateisystem")
        return replace(self, other)

    monkeypatch.setattr(Path, "replace", elsewhere)
    durable.move(source, target)
    assert (source.read_bytes(), target.read_bytes()) == (b"eins", b"eins")
    assert drafts == ["a", ".b.kkd"], "hidden until it is whole"


def test_originals_are_the_kasses_alone_and_other_folders_as_the_process_makes_them(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        durable.make_folder(tmp_path / ORIGINALS / "a", tmp_path)
        durable.make_folder(tmp_path / "archive", tmp_path)
        durable.make_folder(tmp_path / "archive", tmp_path)
        durable.make_folder(tmp_path, tmp_path)
    finally:
        os.umask(mask)
    assert rights(tmp_path / ORIGINALS) == 0o700
    assert (rights(tmp_path / ORIGINALS / "a"), rights(tmp_path / "archive")) == (0o755, 0o755)


def test_a_folder_made_by_somebody_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    asked, is_dir = list[Path](), Path.is_dir

    def not_yet(self: Path) -> bool:
        asked.append(self)
        return len(asked) > 1 and is_dir(self)

    monkeypatch.setattr(Path, "is_dir", not_yet)
    durable.make_folder(folder, tmp_path)


def test_a_folder_without_rights_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, int]] = []

    def access(path: Path, mode: int) -> bool:
        asked.append((path, mode))
        return mode != os.W_OK | os.X_OK

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(PermissionError) as refused:
        durable.refuse_unwritable([tmp_path / "a" / "b"])
    assert (refused.value.errno, refused.value.filename) == (errno.EACCES, str(tmp_path))
    assert asked == [(tmp_path, os.W_OK | os.X_OK)], "the folder in which it would be made"


def test_a_file_is_no_folder_to_sync(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        durable.sync_folder(tmp_path / "a")
    durable.sync_folder(tmp_path)


# --------------------------------------------------------------------------------------------------------- lock


def test_who_holds_the_lock_is_said_as_well_as_it_can_be(tmp_path: Path) -> None:
    assert LOCK_SECONDS_MAX == 5
    with locked(tmp_path) as still_ours:
        still_ours()
        assert (tmp_path / CACHE / "holder").read_text() == str(os.getpid())
        assert (tmp_path / CACHE / "lock").exists(), "older programs wait for the same file"
        (tmp_path / CACHE / "holder").unlink()
        with pytest.raises(BookBusy, match=r"gelöscht; nichts wurde geschrieben\. Bitte"):
            still_ours()
        with ThreadPoolExecutor(1) as other:  # the thread that holds it may take it again
            busy = other.submit(lambda: locked(tmp_path, 0).__enter__()).exception()
        assert isinstance(busy, BookBusy)
        assert re.search(r"beschrieben: ein anderer Prozess\. Bitte", str(busy))
        with locked(tmp_path, 0) as once_more:
            once_more()


def test_a_folder_that_cannot_hold_a_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / CACHE).write_bytes(b"")
    with pytest.raises(StorageFailed, match=r"\.kkd: Schreiben fehlgeschlagen"), locked(tmp_path):
        pass
    (tmp_path / CACHE).unlink()
    (tmp_path / CACHE / "holder").mkdir(parents=True)
    with pytest.raises(StorageFailed, match=r"\.kkd"), locked(tmp_path):
        pass


# ------------------------------------------------------------------------------------------------------- journal


@pytest.mark.parametrize("file", ["/etc/passwd", "../a", "2022/../../a", ".kkd/lock", "2022/.a"])
def test_a_path_out_of_the_book_is_refused_in_words(tmp_path: Path, file: str) -> None:
    with writing(tmp_path) as writer, pytest.raises(BookRefused) as refused:
        writer.commit({file: b"x"}, lambda _: None)
    (problem,) = refused.value.problems
    assert (problem.file, problem.place, problem.actual, problem.allowed) == (
        file,
        "",
        "ein Pfad aus dem Buch hinaus",
        "Dateien im Ordner des Buchs",
    )


def test_a_linked_folder_of_the_book_is_refused_and_the_book_itself_may_be_linked(tmp_path: Path) -> None:
    elsewhere, root = tmp_path / "anderswo", tmp_path / "buch"
    elsewhere.mkdir()
    root.mkdir()
    (root / "2022").symlink_to(elsewhere)
    with writing(root) as writer, pytest.raises(BookRefused) as refused:
        writer.commit({"2022/a.csv": b"x"}, lambda _: None)
    (problem,) = refused.value.problems
    assert (problem.file, problem.place, problem.actual) == (str(root / "2022"), "", "eine Verknüpfung")
    assert (
        problem.allowed
        == "ein Ordner, der im Buch liegt; ersetzen Sie die Verknüpfung durch den Ordner selbst"
    )
    linked = tmp_path / "verknuepft"
    linked.symlink_to(root)
    with writing(linked) as writer:
        assert writer.commit({"a.csv": b"x"}, lambda _: None) == ("a.csv",)


def test_names_are_as_long_as_every_disk_takes(tmp_path: Path) -> None:
    fits, long = "x" * 240, "ä" * 120 + "x"
    with writing(tmp_path) as writer:
        assert writer.commit({fits: b"x"}, lambda _: None) == (fits,)
        with pytest.raises(BookRefused) as refused:
            writer.commit({long: b"x"}, lambda _: None)
    (problem,) = refused.value.problems
    assert (problem.file, problem.place, problem.actual, problem.allowed) == (
        long,
        "",
        "ein zu langer Name",
        "höchstens 240 Bytes",
    )


def test_the_decision_is_plain_and_written_aside_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed: list[tuple[str, str]] = []
    texts: list[str] = []
    rename = Path.rename

    def noting(self: Path, target: Path) -> Path:
        renamed.append((self.name, target.name))
        texts.append(self.read_text("ascii"))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", noting)
    with writing(tmp_path) as writer:
        writer.commit({"a.csv": b"x"}, lambda _: None)
        assert not writer._decided
    assert renamed == [("commit.json.new", COMMIT)]
    digest = hashlib.sha256(b"x").hexdigest()
    assert texts == [
        f'{{\n "format": "{FORMAT}",\n "write": {{\n  "a.csv": "{digest}"\n }},\n "gone": {{}}\n}}'
    ]


def left(root: Path, text: str, *staged: bytes) -> None:
    """Leave what a dead process might have."""
    (root / STAGING).mkdir()
    (root / STAGING / COMMIT).write_text(text, "ascii")
    for place, content in enumerate(staged):
        (root / STAGING / str(place)).write_bytes(content)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "kkd-wal/2", "write": {}, "gone": {}}'])
def test_a_decision_that_nobody_can_read_is_left_and_named(tmp_path: Path, text: str) -> None:
    left(tmp_path, text)
    with pytest.raises(BookRefused) as refused, writing(tmp_path):
        pass
    (problem,) = refused.value.problems
    assert (problem.file, problem.place) == (str(tmp_path / STAGING / COMMIT), "")
    assert (problem.actual, problem.allowed) == (
        "keine Schreibliste",
        f"eine Schreibliste im Format {FORMAT}",
    )
    assert (tmp_path / STAGING / COMMIT).read_text("ascii") == text


def test_a_staged_file_that_is_gone_is_named(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    left(tmp_path, json.dumps({"format": FORMAT, "write": {"a.csv": digest}, "gone": {}}))
    with pytest.raises(BookRefused) as refused, writing(tmp_path):
        pass
    (problem,) = refused.value.problems
    assert (problem.file, problem.place, problem.actual) == (str(tmp_path / "a.csv"), "", "keine Datei")
    assert problem.allowed.startswith(f"SHA-256 {digest}, wie beschlossen; ")


def test_what_is_there_already_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    with writing(tmp_path) as writer:
        assert writer._holds("a.csv", b"x") is True
        assert writer._holds("b.csv", b"x") is False
        assert writer.commit({"a.csv": b"x"}, lambda _: pytest.fail("nothing is to check")) == ()


def test_vouchers_come_before_months_and_the_top_file_last() -> None:
    batch = dict.fromkeys([TOP_FILE, "2022/2022-03.beancount", "z.csv", "2022/2022-02.beancount"], b"")
    order = ["z.csv", "2022/2022-02.beancount", "2022/2022-03.beancount", TOP_FILE]
    assert journal._in_order(batch) == order


# ------------------------------------------------------------------------------------------------------- present


def test_a_reader_sees_a_decided_batch_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022/a.csv").write_bytes(b"alt und lang")
    (tmp_path / "2022/weg.csv").write_bytes(b"weg")
    (tmp_path / "2022/link.csv").symlink_to(tmp_path / "2022/a.csv")
    write = {"2022/b.csv": hashlib.sha256(b"neu").hexdigest()}
    gone = {
        "2022/weg.csv": hashlib.sha256(b"weg").hexdigest(),
        "2022/a.csv": hashlib.sha256(b"?").hexdigest(),
    }
    left(tmp_path, json.dumps({"format": FORMAT, "write": write, "gone": gone}), b"neu")
    present = BookFolder(tmp_path)
    assert [path.name for path in present.listed("2022")] == ["a.csv", "b.csv", "link.csv"]
    assert list(present.listed("2023")) == []
    assert present.of_years(".csv") == ["2022/a.csv", "2022/b.csv", "2022/link.csv", "2022/weg.csv"]
    a, b = tmp_path / "2022/a.csv", tmp_path / "2022/b.csv"
    assert (present.read(a), present.read(b)) == (b"alt und lang", b"neu")
    assert (present.read(a, 3), present.read(b, 2), present.read(b, 0)) == (b"alt", b"ne", b"")
    assert present.sha256(a) == hashlib.sha256(b"alt und lang").hexdigest()
    assert present.sha256(b) == write["2022/b.csv"]
    assert [
        present.is_file(tmp_path / "2022" / name) for name in ("a.csv", "b.csv", "c.csv", "link.csv")
    ] == [
        *(True, True),
        *(False, False),
    ]
    with pytest.raises(FileNotFoundError):
        present.read(tmp_path / "2022/c.csv")
