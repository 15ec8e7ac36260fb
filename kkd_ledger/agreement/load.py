"""TOML to Agreement; a file is taken whole or refused with every problem it has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from kkd_ledger import toml
from kkd_ledger.agreement.checks import Flaw, flaws
from kkd_ledger.agreement.model import Agreement
from kkd_ledger.agreement.places import Loc, Places
from kkd_ledger.agreement.prune import Pruned
from kkd_ledger.errors import AgreementRefused, Problem, cause_of

SIZE_MAX: Final = 20_000_000
FOUND_MAX: Final = 80

_ALLOWED: Final = {
    "missing": ("nichts", "ein Wert; das Feld ist Pflicht"),
    "extra_forbidden": ("ein unbekanntes Feld", "die Felder aus docs/vereinbarung.md"),
    "string_type": (None, "ein Text in Anführungszeichen"),
    "int_type": (None, "eine ganze Zahl ohne Anführungszeichen"),
    "bool_type": (None, "true oder false"),
    "date_type": (None, "ein Tag ohne Anführungszeichen und Uhrzeit, zum Beispiel 2023-09-28"),
    "dict_type": (None, "eine Tabelle"),
    "model_type": (None, "eine Tabelle"),
    "tuple_type": (None, "eine Liste in eckigen Klammern"),
    "union_tag_not_found": ("nichts", "key mit per-head, fixed, tiers, equal, proportional oder mixture"),
    "union_tag_invalid": (None, "key mit per-head, fixed, tiers, equal, proportional oder mixture"),
}


def load(path: Path) -> Agreement:
    """Return the agreement in a TOML file; raise AgreementRefused with all its problems otherwise."""
    return parse(_text(path), path.name)


def parse(text: str, file: str = "agreement.toml") -> Agreement:
    """Return the agreement in a TOML text; raise AgreementRefused with all its problems otherwise."""
    data = toml.loads(text, file, AgreementRefused, parse_float=Decimal)
    try:
        agreement = Agreement.model_validate(data)
    except ValidationError as error:
        found = [_flaw(one) for one in error.errors(include_url=False)]
        found += _flaws_of_the_rest(data, found)
        raise AgreementRefused(_problems(file, Places(text, data), found)) from error
    if found := flaws(agreement):
        raise AgreementRefused(_problems(file, Places(text, data), found))
    return agreement


def _flaws_of_the_rest(data: dict[str, Any], wrong: list[Flaw]) -> list[Flaw]:
    """Return what else is wrong with a file, beside the entries whose form is wrong."""
    pruned = Pruned(data, (one.loc for one in wrong))
    try:
        rest = Agreement.model_validate(pruned.data)
    except ValidationError:
        return []
    return pruned.own(flaws(rest, with_figures=pruned.has_figures))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        found = cause_of(error)
        name = path.name or str(path)
        raise AgreementRefused([Problem(name, "", found, "eine lesbare Datei")]) from error
    if len(raw) > SIZE_MAX:
        raise AgreementRefused([Problem(path.name, "", f"{len(raw)} Bytes", f"höchstens {SIZE_MAX} Bytes")])
    return toml.decoded(raw, path.name, AgreementRefused)


def _problems(file: str, places: Places, found: list[Flaw]) -> list[Problem]:
    return [Problem(file, places.place(one.loc), one.found, one.allowed) for one in found]


def _flaw(error: Any) -> Flaw:
    """Put pydantic's finding into our words."""
    loc, kind, context = _without_tags(error["loc"]), error["type"], error.get("ctx", {})
    found = _shown(error["input"])
    if kind == "value_error":
        found, _, allowed = str(context["error"]).partition("; erlaubt: ")
        return Flaw(loc, found, allowed or "ein gültiger Wert")
    if kind == "union_tag_invalid":
        found = f"key = {context['tag']}"
    if kind in _ALLOWED:
        instead, allowed = _ALLOWED[kind]
        return Flaw(loc, instead or found, allowed)
    return Flaw(loc, found, _allowed(kind, context, error["msg"]))


def _allowed(kind: str, context: dict[str, Any], message: str) -> str:
    if kind == "literal_error":
        return str(context["expected"]).replace(" or ", " oder ")
    if kind == "string_pattern_mismatch":
        return f"ein Text nach dem Muster {context['pattern']}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        return f"{'mindestens' if 'ge' in context else 'höchstens'} {limit}"
    if kind in {"string_too_short", "string_too_long"}:
        return (
            f"mindestens {context['min_length']} Zeichen"
            if "min_length" in context
            else (f"höchstens {context['max_length']} Zeichen")
        )
    return message


def _shown(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else repr(value)
    return text if len(text) <= FOUND_MAX else text[:FOUND_MAX] + " …"


def _without_tags(loc: Loc) -> Loc:
    """Drop the name of the key that pydantic puts behind a component's index, and its mark of a table's keys."""
    tagged = len(loc) > 2 and loc[0] == "components" and isinstance(loc[2], str)
    bare = loc[:2] + loc[3:] if tagged else loc
    return tuple(part for part in bare if part != "[key]")
