"""The key by which a user of the operating system signs the acts of their commands (Ed25519, in a file of their own).

Its public part stands in book.toml like a passkey's (`[[keys]]`, `Ed25519:…`), so `kkd check` verifies what it signed
from the book alone. It signs the words `kkd-akt-unterschrift/1`, a line feed and the SHA-256 of the act in hexadecimal.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from kkd_ledger.errors import UsageError
from kkd_ledger.persons.signature import Key
from kkd_ledger.persons.signed import PLAIN_KEY, encoded, signed_content

FILE_VARIABLE: Final = "KKD_LOGIN_KEY"
_FILE: Final = "anmeldung.key"


def login_key_file() -> Path:
    """Return where this user's key lies: KKD_LOGIN_KEY, else `kkd/anmeldung.key` under XDG_CONFIG_HOME or ~/.config.

    Raise UsageError where there is no home.
    """
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named).absolute()
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the specification says to ignore a relative one
        return Path(base, "kkd", _FILE)
    with suppress(RuntimeError):  # a service without a home
        return Path.home() / ".config" / "kkd" / _FILE
    raise UsageError(f"Wo der Schlüssel dieses Benutzers liegt, sagt {FILE_VARIABLE}: eine Datei.")


def public_of(key: Key) -> str:
    """Return the public part as `[[keys]]` in book.toml names it."""
    return f"{PLAIN_KEY}:{base64.b64decode(key.public.partition(':')[2]).hex()}"


def id_of(public: str) -> str:
    """Return the id of a key in `[[keys]]`: the SHA-256 of its public part, as Base64 for addresses."""
    return encoded(sha256(public.encode()).digest())


def signed_with(key: Key, act_sha256: str) -> Sequence[str]:
    """Return the parts of a signature over an act (persons/signed.py); those that only a browser gives are empty."""
    value = base64.b64decode(key.sign(signed_content(act_sha256))["wert"])
    return id_of(public_of(key)), "", "", encoded(value)
