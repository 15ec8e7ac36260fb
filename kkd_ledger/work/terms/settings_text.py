"""book.toml changed in one place by a form: a table added, a value set; the rest stays as it is, to the letter.

The text is written as people wrote it, comments and all, so no parser writes it anew. What came of it is read back:
where the settings are not just those that were meant, the file is written in a way that only a person changes.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from kkd_ledger.book.config import settings_of
from kkd_ledger.book.holders import Holder, SigningKey
from kkd_ledger.book.settings import Policy, Settings
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookRefused, Problem, UsageError

TomlValue = str | int | bool | dt.date | Sequence[str]
_HEADER: Final = re.compile(r"^\[", re.MULTILINE)


def with_role(text: str, holder: Mapping[str, TomlValue]) -> str:
    """Return book.toml with one more `[[roles]]`; raise BookRefused where it can be none."""
    new = _with_table(text, "roles", holder)
    return _meant(
        new, roles=(*settings_of(text.encode()).roles, settings_of(new.encode()).roles[-1]), of=text
    )


def with_role_ended(text: str, place: int, last: dt.date) -> str:
    """Return book.toml in which a holder (its place among `[[roles]]`, from 0) has a last day."""
    roles = settings_of(text.encode()).roles
    ended = Holder.model_validate(_data(roles[place]) | {"to": last})
    new = _with_value(text, "[[roles]]", place, "to", last)
    return _meant(new, roles=(*roles[:place], ended, *roles[place + 1 :]), of=text)


def with_key(text: str, key: Mapping[str, TomlValue]) -> str:
    """Return book.toml with one more `[[keys]]`; raise BookRefused where it can be none."""
    new = _with_table(text, "keys", key)
    return _meant(new, keys=(*settings_of(text.encode()).keys, settings_of(new.encode()).keys[-1]), of=text)


def with_key_ended(text: str, place: int, last: dt.date) -> str:
    """Return book.toml in which a key (its place among `[[keys]]`, from 0) has a last day."""
    keys = settings_of(text.encode()).keys
    ended = SigningKey.model_validate(_data(keys[place]) | {"to": last})
    new = _with_value(text, "[[keys]]", place, "to", last)
    return _meant(new, keys=(*keys[:place], ended, *keys[place + 1 :]), of=text)


def with_policy(text: str, values: Mapping[str, TomlValue]) -> str:
    """Return book.toml with other values in `[policy]`; raise BookRefused for what is none."""
    new = text if re.search(r"^\[policy\]", text, re.MULTILINE) else f"{text.rstrip()}\n\n[policy]\n"
    for key, value in values.items():
        new = _with_value(new, "[policy]", 0, key, value)
    before = settings_of(text.encode())
    policy = Policy.model_validate_json(json.dumps(_data(before.policy) | dict(values), default=str))
    return _meant(new, policy=policy, of=text)


def _meant(new: str, *, of: str, **changed: object) -> str:
    """Return a text whose settings are the former ones with something changed; raise UsageError for others."""
    before, after = settings_of(of.encode()), settings_of(new.encode())
    if after != before.model_copy(update=changed):
        raise UsageError(
            "book.toml ist anders geschrieben, als dieses Formular es kennt; ändern Sie es unter „book.toml ändern“."
        )
    return new


def _data(table: Holder | SigningKey | Policy) -> dict[str, object]:
    return table.model_dump(by_alias=True)


def _with_table(text: str, name: str, values: Mapping[str, TomlValue]) -> str:
    rows = "".join(f"{key} = {_written(value)}\n" for key, value in values.items())
    new = f"{text.rstrip()}\n\n[[{name}]]\n{rows}"
    if len(_tables(settings_of(new.encode()), name)) != len(_tables(settings_of(text.encode()), name)) + 1:
        raise BookRefused(
            [Problem(v.BOOK_FILE, name, "keine Tabelle mehr als vorher", f"[[{name}]] am Ende")]
        )
    return new


def _tables(settings: Settings, name: str) -> Sequence[object]:
    return settings.roles if name == "roles" else settings.keys


def _with_value(text: str, header: str, place: int, key: str, value: TomlValue) -> str:
    """Return the text with a value set in the table at a place among those of a header, else behind its last line."""
    starts = [match.end() for match in re.finditer(rf"^{re.escape(header)}[^\n]*\n", text, re.MULTILINE)]
    if place >= len(starts):
        raise UsageError(
            f"book.toml schreibt {header} in einer anderen Form; ändern Sie es unter „book.toml ändern“."
        )
    start = starts[place]
    following = _HEADER.search(text, start)
    end = following.start() if following else len(text)
    block, line = text[start:end], f"{key} = {_written(value)}"
    stated = re.compile(rf"^{re.escape(key)}[ \t]*=[^\n]*", re.MULTILINE)
    if stated.search(block):
        block = stated.sub(lambda _: line, block, count=1)
    else:
        kept = block.rstrip()
        block = f"{kept}\n{line}\n{block[len(kept) + 1 :]}" if kept else f"{line}\n{block}"
    return text[:start] + block + text[end:]


def _written(value: TomlValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value if isinstance(value, str | int) else list(value), ensure_ascii=False)
