"""What books are called in addresses: each by a name of its own, as Fava forms it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import normalize

TAKEN: Final = frozenset({"kkd", "static", "jump", "anmelden", "abmelden", "passkeys", "verwaltung"})
"""First parts of addresses that lead elsewhere, with or without /kkd before them; no book is called so."""


def slug(text: str) -> str:
    """Return a text as an address has it: small letters, digits and hyphens; empty where nothing is left of it."""
    bare = re.sub(r"[^\s\w-]", "", normalize("NFKC", text)).strip().lower()
    return re.sub(r"[-\s]+", "-", bare)


def apart(texts: Iterable[str]) -> tuple[str, ...]:
    """Return for each text a slug that no other one has: the second of two equal ones ends with -2."""
    names: list[str] = []
    for text in texts:
        first = slug(text) or "buch"
        name, count = first, 1
        while name in names or name in TAKEN:
            count += 1
            name = f"{first}-{count}"
        names.append(name)
    return tuple(names)
