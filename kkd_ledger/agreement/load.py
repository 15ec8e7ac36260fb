"""TOML to Agreement; a file is taken whole or refused with every problem it has."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kkd_ledger.agreement.checks import problems_of
from kkd_ledger.agreement.model import Agreement
from kkd_ledger.errors import AgreementRefused, Problem

SIZE_MAX = 20_000_000


def load(path: Path) -> Agreement:
    """Return the agreement in a TOML file; raise AgreementRefused with all its problems otherwise."""
    return parse(_text(path), path.name)


def parse(text: str, file: str = "agreement.toml") -> Agreement:
    """Return the agreement in a TOML text; raise AgreementRefused with all its problems otherwise."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise AgreementRefused(
            [Problem(file, "", f"kein gültiges TOML ({error})", "eine TOML-Datei (UTF-8)")]
        ) from error
    try:
        agreement = Agreement.model_validate(data)
    except ValidationError as error:
        raise AgreementRefused(_problem(file, data, one) for one in error.errors()) from error
    if problems := problems_of(agreement, file):
        raise AgreementRefused(problems)
    return agreement


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise AgreementRefused(
            [Problem(path.name, "", error.strerror or str(error), "eine lesbare Datei")]
        ) from error
    if len(raw) > SIZE_MAX:
        raise AgreementRefused([Problem(path.name, "", f"{len(raw)} Bytes", f"höchstens {SIZE_MAX} Bytes")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"Byte 0x{raw[error.start]:02x} an Stelle {error.start}"
        raise AgreementRefused([Problem(path.name, "", found, "Zeichensatz UTF-8")]) from error


def _problem(file: str, data: dict[str, Any], error: Any) -> Problem:
    return Problem(file, _place(data, error["loc"]), str(error.get("input")), error["msg"])


def _place(data: Any, loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)
