"""Plain data to TOML text, for agreements that tests make up."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any


def toml(data: dict[str, Any]) -> str:
    """Return a TOML text with one line for each top-level key (tables and lists inline)."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in data.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
