"""What is left of a file when the entries with a wrong form are set aside: so that the rest can be checked as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from types import MappingProxyType
from typing import Any

from kkd_ledger.agreement.file.checks import AgreementFlaw
from kkd_ledger.agreement.file.places import Loc

_BASE_OF_FIGURES = frozenset(
    {"members", "populations", "weights", "bases", "operator", "from", "to", "known_from"}
)
_INSTEAD = MappingProxyType({"id": "x", "title": "-", "due": {"month": 1, "day": 1}})


class Pruned:
    """A file's data without the entries at some places; remembers where the others stood.

    Of an entry with a name that no field has (`unknown`) only that is set aside.
    """

    def __init__(self, data: dict[str, Any], wrong: Iterable[Loc], unknown: Set[Loc] = frozenset()) -> None:
        self._unknown = unknown
        self._removed = {_entry(loc) for loc in wrong}
        self._stood: dict[Loc, list[int]] = {}
        self._ids = set(_texts(data))
        instead = {key: value for key, value in _INSTEAD.items() if (key,) in self._removed}
        self.data = self._without(data, ()) | instead

    @property
    def has_figures(self) -> bool:
        """Whether everything that figures rest on is still there."""
        return all(loc[0] not in _BASE_OF_FIGURES or loc[2:3] == ("ibans",) for loc in self._removed)

    def own(self, all_flaws: Iterable[AgreementFlaw]) -> list[AgreementFlaw]:
        """Return the flaws that are the file's own and not made by setting entries aside, at their true places."""
        placed = [flaw._replace(loc=self._true(flaw.loc)) for flaw in all_flaws]
        parents = {loc[:-1] for loc in self._removed if len(loc) > 1} | {
            loc[:-2] for loc in self._removed if len(loc) > 3
        }
        misspelt = {loc[:-1] for loc in self._unknown}
        return [
            flaw
            for flaw in placed
            if not any(parent and flaw.loc[: len(parent)] == parent and len(parent) > 1 for parent in parents)
            and not (flaw.unknown and flaw.unknown in self._ids)
            and flaw.loc not in misspelt
        ]

    def _without(self, value: Any, here: Loc) -> Any:
        if isinstance(value, dict):
            return {
                key: self._without(part, (*here, key))
                for key, part in value.items()
                if (*here, key) not in self._removed and (*here, key) not in self._unknown
            }
        if isinstance(value, list):
            kept = [index for index in range(len(value)) if (*here, index) not in self._removed]
            self._stood[here] = kept
            return [self._without(value[index], (*here, index)) for index in kept]
        return value

    def _true(self, loc: Loc) -> Loc:
        true: Loc = ()
        for part in loc:
            stood = self._stood.get(true)
            true = (
                *true,
                stood[part] if isinstance(part, int) and stood is not None and part < len(stood) else part,
            )
        return true


def _entry(loc: Loc) -> Loc:
    """Return the entry of a list that a place lies in, or the field itself."""
    indices = [place for place, part in enumerate(loc) if isinstance(part, int)]
    return loc[: indices[-1] + 1] if indices else loc[:1]


def _texts(value: Any) -> Iterator[str]:
    """Yield every id that a file gives, in entries set aside too."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)
    if isinstance(value, dict):
        yield from (value[key] for key in ("id", "name") if isinstance(value.get(key), str))
