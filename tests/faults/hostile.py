"""Files as nobody should send them: every prefix of a valid one, and spoilt ones; all are refused in words, or read.

Whatever comes in, a reader returns or raises InputRefused, within two seconds; it opens no file and no connection.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import lxml

from kkd_ledger.agreement import load as load_agreement
from kkd_ledger.bank.files.reading import read as read_statement
from kkd_ledger.book.text import canonical
from kkd_ledger.einvoice.read import document_of
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.errors import InputRefused
from tests.samples import FILES

ROOT = Path(__file__).resolve().parents[2]
PARTS, INPUTS = 1_000, 1_000
BLOCK = 1_000
SECONDS_MAX = 2.0
PREFIX_BYTES_MAX = 20_000
NASTY = (
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b"\x1a",
        b"\x85",
        "\u202e".encode(),
        "\u0301".encode(),
    ),
    *(
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"&x;",
        b"]]>",
        b"<!--",
        b"<![CDATA[",
        b"<?xml version='1.1'?>",
        b"</Document>",
    ),
    *(
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'xmlns:x="http://127.0.0.1/"',
        b"<a>" * 500,
    ),
    *(
        b"-0.00",
        b"1e9",
        b"NaN",
        b"999999999999999999999",
        b"0.001",
        b"1.234.567,89",
        b",",
        b"2023-02-30",
        b"9999-12-31",
    ),
    *(
        b":86:",
        b":61:",
        b":62F:",
        b"\n-}",
        b"{1:",
        b"?20",
        b'"',
        b'";"',
        b"'",
        b"\\",
        b"= 1",
        b"[[",
        b"PK\x03\x04",
        b"%PDF",
    ),
)
Attempt = Callable[[], tuple[int, list[str]]]


class Valid(NamedTuple):
    """A file as it should be, and who reads it."""

    name: str
    content: bytes
    reader: Callable[[bytes, str], object]


def _month(content: bytes, name: str) -> object:
    try:
        return canonical.read(content.decode("utf-8"), name)
    except (canonical.NotCanonical, UnicodeDecodeError):
        return None


def _invoice(content: bytes, name: str) -> object:
    return document_of(open_source(content, name))


def _agreement(content: bytes, name: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        return load_agreement(Path(folder) / name)


@cache
def valid() -> tuple[Valid, ...]:
    """Return the files that are spoilt: bank samples, e-invoices, our own statements, months and agreements."""
    found = [
        *((path, read_statement) for path in FILES.glob("bank/*/*/*")),
        *((path, read_statement) for path in ROOT.glob("ledgers/*/inbox/*.xml")),
        *((path, _invoice) for path in FILES.glob("xrechnung/standard/*.xml")),
        *((path, _month) for path in ROOT.glob("ledgers/*/2*/*.beancount")),
        (ROOT / "tests/three/agreement.toml", _agreement),
    ]
    files = sorted((path, reader) for path, reader in found if path.is_file())
    assert len(files) > 60, "the samples are missing"
    return tuple(Valid(path.name, path.read_bytes(), reader) for path, reader in files)


def prefixes() -> Iterator[tuple[str, Attempt]]:
    """Yield the prefixes of every file that is not too long, a thousand at a time."""
    for file in valid():
        if file.reader is not _agreement and len(file.content) <= PREFIX_BYTES_MAX:
            for start in range(0, len(file.content), BLOCK):
                ends = range(start, min(start + BLOCK, len(file.content)))
                yield f"{file.name}:{start}", partial(_tried, file, (file.content[:end] for end in ends))


def part(number: int, inputs: int = INPUTS) -> tuple[int, list[str]]:
    """Try a thousand spoilt files, or so many."""
    chance = random.Random(f"hostile {number}")
    tried, wrong = 0, []
    for _ in range(inputs):
        file = chance.choice(valid())
        count, found = _tried(file, [spoilt(file.content, chance)])
        tried, wrong = tried + count, wrong + found
    return tried, wrong


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Change one to four places: drop, repeat, turn a bit, put in what hurts, cut off, or mix with another file."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(content))
        end = min(len(content), at + chance.choice((1, 1, 2, 8, 64, 512)))
        match chance.randrange(6):
            case 0:
                content = content[:at] + content[end:]
            case 1:
                content = content[:end] + content[at:end] * chance.randint(1, 3) + content[end:]
            case 2 if at < len(content):
                content = content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
            case 3:
                content = (
                    content[:at] + chance.choice(NASTY) + content[at if chance.random() < 0.5 else end :]
                )
            case 4:
                content = content[:at]
            case _:
                other = chance.choice(valid()).content
                content = content[:at] + other[chance.randint(0, len(other)) :][:2000] + content[end:]
    return content


def _tried(file: Valid, contents: Any) -> tuple[int, list[str]]:
    count, wrong = 0, []
    for content in contents:
        count += 1
        wrong += [f"{file.name}: {found}: {content[-60:]!r}" for found in _wrong(file, content)]
    return count, wrong


def _wrong(file: Valid, content: bytes) -> Iterator[str]:
    _watch()
    _TOUCHED.clear()
    begun = time.process_time()
    try:
        file.reader(content, file.name)
    except InputRefused as refusal:
        if not all(problem.actual and problem.allowed for problem in refusal.problems):
            yield f"refused without saying why: {refusal}"
    except Exception as error:  # noqa: BLE001 - whatever it is: it must not come through
        yield f"{type(error).__name__}: {error}"
    if time.process_time() - begun > SECONDS_MAX:
        yield f"{time.process_time() - begun:.1f} s"
    yield from (f"touched {touched}" for touched in _TOUCHED)


_TOUCHED: list[str] = []
_PACKAGES = str(
    Path(lxml.__file__).resolve().parents[1]
)  # a worktree's environment may be linked to another's
_OWN = (str(ROOT), sys.prefix, sys.base_prefix, _PACKAGES, tempfile.gettempdir())


@cache
def _watch() -> None:
    """Note from now on which files are opened and which connections are made; code and its data are our own."""

    def hook(event: str, words: tuple[Any, ...]) -> None:
        if event.startswith(("socket.", "subprocess.", "os.system", "os.exec")) or (
            event == "open" and isinstance(words[0], str) and not words[0].startswith(_OWN)
        ):
            _TOUCHED.append(f"{event} {words[0]!r}")

    sys.addaudithook(hook)
