"""ZIP containers in which banks deliver statements: opened with limits, one level deep, nothing skipped."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from kkd_ledger.bank.characters import one_line
from kkd_ledger.bank.limits import Limits
from kkd_ledger.errors import Problem, StatementRefused

_ENCRYPTED: Final = 0x1
_RATIO_FROM_BYTES: Final = 1_000_000


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
            total_bytes = 0
            for info in infos:
                member = _member(container, info, name, limits)
                total_bytes += len(member)
                if total_bytes > limits.file_bytes:
                    raise _refused(
                        name, info.filename, "zu viele Bytes", f"höchstens {limits.file_bytes} Bytes"
                    )
                yield f"{name}/{one_line(info.filename)}", member
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise _refused(name, "", "ein beschädigtes ZIP-Archiv", "ein vollständiges ZIP-Archiv") from error


def _member(container: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits) -> bytes:
    if info.flag_bits & _ENCRYPTED:
        raise _refused(name, info.filename, "ein verschlüsseltes Archiv", "ein Archiv ohne Kennwort")
    most = limits.file_bytes
    if info.file_size > _RATIO_FROM_BYTES:
        most = min(most, max(info.compress_size, 1) * limits.zip_ratio)
    member = b""
    if info.file_size <= most:  # no more than that is unpacked
        with container.open(info) as stream:
            member = stream.read(most + 1)
    if info.file_size > most or len(member) > most:
        allowed = f"höchstens {limits.zip_ratio}-fache Verdichtung und {limits.file_bytes} Bytes"
        raise _refused(name, info.filename, "zu stark verdichtet oder zu groß", allowed)
    if looks_like_zip(member):
        raise _refused(name, info.filename, "ein Archiv im Archiv", "Kontoauszüge")
    return member


def _refused(name: str, place: str, found: str, allowed: str) -> StatementRefused:
    return StatementRefused([Problem(name, one_line(place), found, allowed)])
