"""Names → ids, each once."""

from __future__ import annotations

from collections.abc import Iterable

from kkd_ledger.fields import as_id


class Ids:
    """Ids made of names, each once: `Bad Müsterau` is `bad-muesterau`, a second one `bad-muesterau-2`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._ids: dict[str, str] = {}
        for name in names:
            if name in self._ids:
                continue
            id_, number = as_id(name), 2
            while id_ in self._ids.values():
                id_, number = f"{as_id(name)[:36].rstrip('-')}-{number}", number + 1
            self._ids[name] = id_

    def of(self, name: str) -> str:
        """Return the id of a name."""
        return self._ids[name]
