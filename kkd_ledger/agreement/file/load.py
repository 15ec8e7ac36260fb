"""TOML to Agreement; a file is taken whole or refused with every problem it has."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kkd_ledger import toml
from kkd_ledger.agreement.facts.agreement import Agreement
from kkd_ledger.agreement.file.checks import AgreementFlaw, flaws
from kkd_ledger.agreement.file.places import Loc, Places
from kkd_ledger.agreement.file.prune import Pruned
from kkd_ledger.errors import AgreementRefused, Problem, cause_of
from kkd_ledger.fields import wrongs


def load(path: Path) -> Agreement:
    """Return the agreement in a TOML file; raise AgreementRefused with all its problems otherwise."""
    return parse(_text(path), path.name)


def parse(text: str, file: str = "agreement.toml") -> Agreement:
    """Return the agreement in a TOML text; raise AgreementRefused with all its problems otherwise."""
    data = toml.loads(text, file, AgreementRefused, parse_float=Decimal)
    try:
        agreement = Agreement.model_validate(data)
    except ValidationError as error:
        all_flaws = [
            AgreementFlaw(_without_tags(wrong.loc), wrong.actual, wrong.allowed)
            for wrong in wrongs(error, Agreement)
        ]
        all_flaws += _flaws_of_the_rest(data, all_flaws)
        raise AgreementRefused(_problems(file, Places(text, data), all_flaws)) from error
    if all_flaws := flaws(agreement):
        raise AgreementRefused(_problems(file, Places(text, data), all_flaws))
    return agreement


def _flaws_of_the_rest(data: dict[str, Any], wrong: list[AgreementFlaw]) -> list[AgreementFlaw]:
    """Return what else is wrong with a file, beside the entries whose form is wrong."""
    pruned = Pruned(data, (flaw.loc for flaw in wrong))
    try:
        rest = Agreement.model_validate(pruned.data)
    except ValidationError:
        return []
    return pruned.own(flaws(rest, with_figures=pruned.has_figures))


def _text(path: Path) -> str:
    try:
        raw = toml.read(path, AgreementRefused)
    except OSError as error:
        raise AgreementRefused([Problem(str(path), "", cause_of(error), "eine lesbare Datei")]) from error
    return toml.decoded(raw, path.name, AgreementRefused)


def _problems(file: str, places: Places, all_flaws: list[AgreementFlaw]) -> list[Problem]:
    return [Problem(file, places.place(flaw.loc), flaw.actual, flaw.allowed) for flaw in all_flaws]


def _without_tags(loc: Loc) -> Loc:
    """Drop the name of the key that pydantic puts behind a component's index, and its mark of a table's keys."""
    tagged = len(loc) > 2 and loc[0] == "components" and isinstance(loc[2], str)
    bare = loc[:2] + loc[3:] if tagged else loc
    return tuple(part for part in bare if part != "[key]")
