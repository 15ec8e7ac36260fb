"""States behind seals, kept in the cache folder of whoever runs the program: never in a book's folder, never the truth.

A state is keyed by the seal, the agreement, book.toml and the code that made it, and bears a code of authentication
under a key of this folder alone. Whatever is missing, stale, damaged or not made here is thrown away and made anew from
the text; who has no such folder does without. `check --full`, `pay` and `close` ask for none.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealChain, SealLink
from kkd_ledger.book.store.lock import CACHE as LOCK_FOLDER

FOLDER_VARIABLE: Final = "KKD_CACHE"
STATES_MAX: Final = 8
"""How many states of one book are kept: a check needs the last one, and one before a thirteenth month."""
_NAME: Final = "kkd-ledger"
_OLD: Final = "state"
_KEY_FILE: Final = "schluessel"
_KEY_BYTES: Final = 32
ROOMS: Final = ("agreement", "bank", "book", "persons", "rules")
"""What rules know, and they themselves: a state is made by the code of these rooms, and of the ground below them."""


def folder() -> Path | None:
    """Return the cache folder of this user; None where there can be none.

    KKD_CACHE names it, else it lies under XDG_CACHE_HOME, else under ~/.cache.
    """
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named).absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the specification says to ignore a relative one
        return Path(base) / _NAME
    with suppress(RuntimeError):  # a service without a home
        return Path.home() / ".cache" / _NAME
    return None


def load(book: Book, chain: SealChain, seal: SealLink) -> bytes:
    """Return the state that was kept behind a seal; nothing where there is none that was made here."""
    with suppress(OSError):
        if home := _private():
            path = home / _name(book, chain, seal)
            digest, _, text = path.read_bytes().partition(b"\n")
            if hmac.compare_digest(digest, _authentication(home, path.name, text)):
                return text
            path.unlink(missing_ok=True)
    return b""


def keep(book: Book, chain: SealChain, seal: SealLink, text: bytes) -> None:
    """Keep the state that belongs to a seal where that is possible."""
    with suppress(OSError):
        if home := _private(make=True):
            path = home / _name(book, chain, seal)
            _replace(path, _authentication(home, path.name, text) + b"\n" + text)
            _forget(home, path.name.partition("-")[0])


def left_behind(book: Book) -> tuple[str, ...]:
    """Return what earlier versions kept in the book's folder and nobody reads any more."""
    return (f"{LOCK_FOLDER}/{_OLD}",) if (book.root / LOCK_FOLDER / _OLD).exists() else ()


def _private(*, make: bool = False) -> Path | None:
    """Return the cache folder where it is ours and nobody else may write into it or read in it."""
    home = folder()
    if home is None:
        return None
    if make:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = home.lstat()
    if not stat.S_ISDIR(status.st_mode) or _is_foreign(status) or status.st_mode & 0o022:
        return None
    if status.st_mode & 0o077:
        home.chmod(0o700)
    return home


def _is_foreign(status: os.stat_result) -> bool:
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()


def _authentication(home: Path, name: str, text: bytes) -> bytes:
    return hmac.new(_key(home), f"{name}\n".encode() + text, sha256).hexdigest().encode()


def _key(home: Path) -> bytes:
    """Return the key of this folder; a new one where there is none, with which no state kept before is taken."""
    path = home / _KEY_FILE
    with suppress(FileNotFoundError):
        key = path.read_bytes()
        if len(key) == _KEY_BYTES:
            return key
    _replace(path, secrets.token_bytes(_KEY_BYTES))
    return path.read_bytes()


def _replace(path: Path, content: bytes) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def _forget(home: Path, book: str) -> None:
    """Remove the oldest states of a book."""
    kept = sorted(home.glob(f"{book}-*"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    for path in kept[:-STATES_MAX]:
        path.unlink(missing_ok=True)


def _name(book: Book, chain: SealChain, seal: SealLink) -> str:
    """Return the file's name: the book by its first closing proof, then everything that the state depends on."""
    parts = [seal.sha256, book.agreement_sha256, _hash(book.config_file), code_version()]
    key = sha256("\n".join(parts).encode()).hexdigest()
    return f"{chain.links[0].sha256[:16]}-{key}.jsonl"


def _hash(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def code_version() -> str:
    """Return the hash of the code that makes a state: a new release trusts none of an old one."""
    house = Path(__file__).parents[2]
    patterns = ("*.py", *(f"{room}/**/*.py" for room in ROOMS))
    digest = sha256()
    for file in sorted({path for pattern in patterns for path in house.glob(pattern)}):
        digest.update(file.read_bytes())
    return digest.hexdigest()
