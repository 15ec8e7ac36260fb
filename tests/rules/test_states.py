"""States behind seals lie in a folder of the user's own; whatever was not made there is no state."""

import os
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealChain, SealLink
from kkd_ledger.rules.engine import states
from tests.rules import folding

FIRST = SealLink("2022/2022-02.seal.json", "ab" * 32, {"art": "abschluss", "monat": "2022-02"})
SECOND = SealLink("2022/2022-03.seal.json", "cd" * 32, {"art": "abschluss", "monat": "2022-03"})
CHAIN = SealChain((FIRST, SECOND))
TEXT = b'{"books":1}\n{"rules":2}\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that is not there yet."""
    cache = tmp_path / "cache" / "kkd"
    monkeypatch.setenv("KKD_CACHE", str(cache))
    return cache


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    return folding.book(tmp_path / "books")


def kept(home: Path) -> list[Path]:
    return sorted(home.glob("*.jsonl"))


# --- where


def test_the_folder_is_named_or_lies_where_the_desktop_keeps_caches(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert states.folder() == home
    monkeypatch.delenv("KKD_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert states.folder() == tmp_path / "xdg" / "kkd-ledger"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for relative in ("", "xdg"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert states.folder() == tmp_path / "home" / ".cache" / "kkd-ledger"
    monkeypatch.setenv("KKD_CACHE", "hier")
    monkeypatch.chdir(tmp_path)
    assert states.folder() == tmp_path / "hier"


def test_it_is_nobody_elses(home: Path, amt: Book) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    assert home.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in home.iterdir())
    home.chmod(0o755)
    assert states.load(amt, CHAIN, SECOND) == TEXT
    assert home.stat().st_mode & 0o777 == 0o700, "who could read in it can no more"


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o722])
def test_a_folder_that_others_may_write_into_is_not_used(home: Path, amt: Book, mode: int) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    home.chmod(mode)
    assert states.load(amt, CHAIN, SECOND) == b""
    states.keep(amt, CHAIN, FIRST, TEXT)
    assert len(kept(home)) == 1


def test_a_link_or_a_file_is_no_folder(home: Path, amt: Book, tmp_path: Path) -> None:
    home.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    home.symlink_to(tmp_path / "elsewhere")
    states.keep(amt, CHAIN, SECOND, TEXT)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    home.unlink()
    home.write_bytes(b"")
    states.keep(amt, CHAIN, SECOND, TEXT)
    assert states.load(amt, CHAIN, SECOND) == b""


def test_asking_makes_no_folder(home: Path, amt: Book) -> None:
    assert states.load(amt, CHAIN, SECOND) == b""
    assert not home.exists()


# --- what


def test_a_state_comes_back_for_its_seal_alone(home: Path, amt: Book) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    [path] = kept(home)
    assert path.name.startswith("ab" * 8 + "-"), "a book is known by its first closing proof"
    assert states.load(amt, CHAIN, SECOND) == TEXT
    assert states.load(amt, CHAIN, FIRST) == b""
    states.keep(amt, CHAIN, SECOND, b"neu")
    assert states.load(amt, CHAIN, SECOND) == b"neu"
    assert len(kept(home)) == 1


@pytest.mark.parametrize("file", ["book.toml", "../agreement.toml"])
def test_what_a_state_depends_on_is_in_its_name(home: Path, amt: Book, file: str) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    path = amt.root / file
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    assert states.load(amt, CHAIN, SECOND) == b""


def test_so_is_the_code_that_made_it(home: Path, amt: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    monkeypatch.setattr(states, "code_version", lambda: "neu")
    assert states.load(amt, CHAIN, SECOND) == b""


def test_the_code_is_that_of_the_rooms_that_rules_stand_on() -> None:
    house = Path(states.__file__).parents[2]
    assert house.name == "kkd_ledger"
    assert len(states.code_version()) == 64
    assert {"money.py", "errors.py"} <= {path.name for path in house.glob("*.py")}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text + b" ",
        lambda text: bytes([text[0] ^ 1]) + text[1:],
        lambda text: text.partition(b"\n")[2],
        lambda text: b"",
    ],
)
def test_a_state_that_was_not_made_here_is_thrown_away(home: Path, amt: Book, spoil: object) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    [path] = kept(home)
    path.write_bytes(spoil(path.read_bytes()))
    assert states.load(amt, CHAIN, SECOND) == b""
    assert kept(home) == []


def test_with_another_key_nothing_kept_before_is_taken(home: Path, amt: Book) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    key = home / "schluessel"
    assert len(key.read_bytes()) == 32
    key.unlink()
    assert states.load(amt, CHAIN, SECOND) == b""
    states.keep(amt, CHAIN, SECOND, TEXT)
    key.write_bytes(b"kurz")
    assert states.load(amt, CHAIN, SECOND) == b""
    assert len(key.read_bytes()) == 32, "a new one is made"


def test_a_state_of_one_seal_is_none_of_another(home: Path, amt: Book) -> None:
    states.keep(amt, CHAIN, SECOND, TEXT)
    [path] = kept(home)
    other = SealLink("x", "ef" * 32, {})
    states.keep(amt, CHAIN, other, b"anders")
    [second] = [each for each in kept(home) if each != path]
    second.write_bytes(path.read_bytes())
    assert states.load(amt, CHAIN, other) == b"", "the name is part of what is authenticated"


def test_the_newest_eight_of_a_book_are_kept(home: Path, amt: Book) -> None:
    for place in range(states.STATES_MAX + 2):
        link = SealLink("x", f"{place:064x}", {})
        states.keep(amt, CHAIN, link, TEXT)
        for age, path in enumerate(sorted(kept(home), key=lambda each: each.stat().st_mtime_ns)):
            os.utime(path, ns=(age, age))
    assert len(kept(home)) == states.STATES_MAX == 8
    links = [SealLink("x", f"{place:064x}", {}) for place in range(states.STATES_MAX + 2)]
    assert [bool(states.load(amt, CHAIN, link)) for link in links] == [False, False] + [True] * 8
    elsewhere = SealChain((SECOND,))
    states.keep(amt, elsewhere, SECOND, TEXT)
    assert len(kept(home)) == 9, "another book's states are its own"


def test_what_earlier_versions_kept_in_the_book_is_named(amt: Book) -> None:
    assert states.left_behind(amt) == ()
    (amt.root / ".kkd" / "state").mkdir(parents=True)
    assert states.left_behind(amt) == (".kkd/state",)
