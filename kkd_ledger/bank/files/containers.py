"""ZIP containers in which banks deliver statements: opened with limits, one level deep, nothing skipped."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from kkd_ledger.bank.files.characters import one_line
from kkd_ledger.bank.files.limits import Limits
from kkd_ledger.errors import Problem, StatementRefused

_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_RATIO_FROM_BYTES: Final = 1_000_000
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def looks_like_zip(head: bytes) -> bool:
    """Tell whether the first bytes of a file are those of a ZIP container."""
    return head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def members(content: bytes, name: str, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file in the container, in the container's order.

    Raises StatementRefused where it is broken, encrypted, nested, empty, or larger than the limits allow.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            infos = [info for info in container.infolist() if not info.is_dir()]
            if not 0 < len(infos) <= limits.zip_members:
                raise _refused(name, "", f"{len(infos)} Dateien", f"1 bis {limits.zip_members} Dateien")
            _refuse_by_directory(infos, name, limits)
            for info in infos:  # no member can be longer than the directory says
                yield f"{name}/{one_line(info.filename)}", _member(container, info, name)
    except _BROKEN as error:
        raise _refused(name, "", "ein beschädigtes ZIP-Archiv", "ein vollständiges ZIP-Archiv") from error


def _refuse_by_directory(infos: Sequence[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """Refuse what the container's own directory says is too much, before anything of it is unpacked."""
    for info in infos:
        if info.flag_bits & _ENCRYPTED:
            raise _refused(name, info.filename, "ein verschlüsseltes Archiv", "ein Archiv ohne Kennwort")
        if info.compress_type not in _METHODS:
            raise _refused(name, info.filename, "ein ungewöhnliches Packverfahren", "Deflate oder ungepackt")
        most = limits.file_bytes
        if info.file_size > _RATIO_FROM_BYTES:
            most = min(most, max(info.compress_size, 1) * limits.zip_ratio)
        if info.file_size > most:
            allowed = f"höchstens {limits.zip_ratio}-fache Verdichtung und {limits.file_bytes} Bytes"
            raise _refused(name, info.filename, "zu stark verdichtet oder zu groß", allowed)
    total_bytes = sum(info.file_size for info in infos)
    if total_bytes > limits.file_bytes:
        raise _refused(name, "", f"{total_bytes} Bytes", f"höchstens {limits.file_bytes} Bytes")


def _member(container: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    with container.open(info) as stream:
        member = stream.read(info.file_size + 1)
    if len(member) != info.file_size:
        raise _refused(name, info.filename, "ein beschädigtes ZIP-Archiv", "ein vollständiges ZIP-Archiv")
    if looks_like_zip(member):
        raise _refused(name, info.filename, "ein Archiv im Archiv", "Kontoauszüge")
    return member


def _refused(name: str, place: str, actual: str, allowed: str) -> StatementRefused:
    return StatementRefused([Problem(name, one_line(place), actual, allowed)])
