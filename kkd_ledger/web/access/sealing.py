"""The secret by which what waits for a second person is sealed; it outlives the server, so that cases do too."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Final

from kkd_ledger.persons.register import Register, replace

FILE: Final = "vorgaenge.key"
_BYTES: Final = 32


def secret_of(register: Register) -> str:
    """Return the secret of an installation; the first one who asks makes it. Raise what the system raises."""
    file = register.secrets / FILE
    with suppress(FileNotFoundError):
        return file.read_text("ascii").strip()
    replace(file, f"{secrets.token_hex(_BYTES)}\n".encode(), 0o600)
    return file.read_text("ascii").strip()
