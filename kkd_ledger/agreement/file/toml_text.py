"""Plain data → TOML as people read it: a table an entry, short lists and tables in one line, days without quotes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

_LINE_MAX: Final = 110


def table(name: str, entry: Mapping[str, Any], *, many: bool = True) -> str:
    """Return one entry with its heading; what is None or empty is left out."""
    heading = f"[[{name}]]" if many else f"[{name}]"
    return f"{heading}\n{pairs(entry)}"


def pairs(entry: Mapping[str, Any]) -> str:
    """Return the fields of an entry, a line each; a long list takes a line for each of its items."""
    return "".join(f"{key} = {_field(value)}\n" for key, value in entry.items() if _is_said(value))


def _is_said(value: Any) -> bool:
    return value is not None and value not in ("", (), [], {})


def _field(value: Any) -> str:
    text = toml_value(value)
    if isinstance(value, list | tuple) and (
        len(text) > _LINE_MAX or any(isinstance(each, dict) for each in value)
    ):
        return "[\n" + "".join(f"    {toml_value(each)},\n" for each in value) + "]"
    return text


def toml_value(value: Any) -> str:
    """Return one value in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{_key(key)} = {toml_value(each)}" for key, each in value.items() if _is_said(each)
        )
        return "{ " + inner + " }" if inner else "{}"
    assert isinstance(value, Sequence), f"no TOML for {type(value)}"
    return "[" + ", ".join(toml_value(each) for each in value) + "]"


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=False)
