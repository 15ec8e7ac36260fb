"""TOML to Agreement; a file is taken whole or refused with every problem it has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from kkd_ledger.agreement.facts.agreement import Agreement
from kkd_ledger.agreement.file.checks import AgreementFlaw, flaws
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.file.prune import Pruned
from kkd_ledger.agreement.file.sources import Sources, texts
from kkd_ledger.errors import AgreementRefused, Problem
from kkd_ledger.fields import UNKNOWN, wrongs

_KEPT: Final = 4
NO_FIGURES: Final[Mapping[str, str]] = MappingProxyType({})


def load(path: Path) -> Agreement:
    """Return the agreement in a TOML file, with its figures beside it; raise AgreementRefused with all its problems."""
    text, figures = texts(path)
    return _known(text, path.name, tuple(figures.items()))


def parse(text: str, file: str = "agreement.toml", figures: Mapping[str, str] = NO_FIGURES) -> Agreement:
    """Return the agreement in a TOML text, with texts of figures by their names; raise AgreementRefused otherwise."""
    return _checked(Sources.of(text, file, figures))


@lru_cache(maxsize=_KEPT)
def _known(text: str, file: str, figures: tuple[tuple[str, str], ...]) -> Agreement:
    """Return the agreement that texts say: whoever opens several books of one agreement reckons its checks once."""
    return _checked(Sources.of(text, file, dict(figures)))


def _checked(sources: Sources) -> Agreement:
    try:
        agreement = Agreement.model_validate(sources.data)
    except ValidationError as error:
        all_flaws = [
            AgreementFlaw(_without_tags(wrong.loc), wrong.actual, wrong.allowed)
            for wrong in wrongs(error, Agreement)
        ]
        all_flaws += _flaws_of_the_rest(sources.data, all_flaws)
        raise AgreementRefused(_problems(sources, all_flaws)) from error
    if (all_flaws := flaws(agreement)) or sources.problems:
        raise AgreementRefused(_problems(sources, all_flaws))
    return agreement


def _flaws_of_the_rest(data: dict[str, Any], wrong: list[AgreementFlaw]) -> list[AgreementFlaw]:
    """Return what else is wrong with a file, beside the entries whose form is wrong."""
    names = {flaw.loc for flaw in wrong if flaw.actual == UNKNOWN}
    pruned = Pruned(data, (flaw.loc for flaw in wrong if flaw.loc not in names), names)
    try:
        rest = Agreement.model_validate(pruned.data)
    except ValidationError:
        return []
    return pruned.own(flaws(rest, with_figures=pruned.has_figures))


def _problems(sources: Sources, all_flaws: list[AgreementFlaw]) -> list[Problem]:
    return [
        *(sources.problem(flaw.loc, flaw.actual, flaw.allowed) for flaw in all_flaws),
        *sources.problems,
    ]


def _without_tags(loc: Loc) -> Loc:
    """Drop the name of the key that pydantic puts behind a component's index, and its mark of a table's keys."""
    tagged = len(loc) > 2 and loc[0] == "components" and isinstance(loc[2], str)
    bare = loc[:2] + loc[3:] if tagged else loc
    return tuple(part for part in bare if part != "[key]")
