"""What is wrong with the fields of a file that people write, in German: where, what was found, what is allowed there.

Pydantic says it in English, with regular expressions, and never which field was meant.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from kkd_ledger.errors import NotAllowed

_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_YEAR: Final = re.compile(r"(\d{4})(?:/(?:\d{2}|\d{4}))?", re.ASCII)
_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gemeldet": "'reported'",
        "vorläufig": "'provisional'",
        "festgestellt": "'final'",
        "endgültig": "'final'",
        "berichtigt": "'corrected'",
        "ist": "'actual'",
        "jahr": "'year'",
        "quartal": "'quarter'",
        "monat": "'month'",
        "raten": "'rates'",
        "vorauszahlungen": "'advances'",
        "anforderung": "'demand'",
        "vorjahr": "'last-year'",
        "schätzung": "'estimate'",
        "gefordert": "'demanded'",
        "gezahlt": "'paid'",
        "träger": "'operator'",
        "niemand": "'nobody'",
        "andere": "'others'",
        "tag": "'day'",
        "tage": "'day'",
        "monate": "'month'",
        "keine": "'none'",
        "kreis": "'county'",
        "stadt": "'town'",
        "gemeinde": "'municipality'",
        "verband": "'association'",
        "zweckverband": "'association'",
        "unterzeichnet": "'signed'",
        "unterschrieben": "'signed'",
        "beschlossen": "'resolved'",
        "genehmigt": "'approved'",
        "angezeigt": "'notified'",
        "wirksam": "'effective'",
        "beantragt": "'applied'",
        "bewilligt": "'granted'",
        "abgelehnt": "'rejected'",
        "ausgezahlt": "'paid'",
    }
)
"""What people type in German where a file has an English word."""
FOUND_MAX: Final = 80
NEAREST_MAX: Final = 200
NAMES_MAX: Final = 40
UNKNOWN: Final = "ein unbekanntes Feld"
ID: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
AGS: Final = r"^[0-9]{2}([0-9]{3}|[0-9]{6})$"
AGS_OR_ID: Final = r"^([0-9]{2}([0-9]{3}|[0-9]{6})|[a-z][a-z0-9]*(-[a-z0-9]+)*)$"
MONTH_DAY: Final = r"^((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$"
MONTH: Final = r"^([0-9]{4})-(0[1-9]|1[0-2])$"
SHA256: Final = r"^[0-9a-f]{64}$"
BUDGET_ID: Final = r"^[0-9A-Za-z-]+$"
FINDING: Final = r"^KKD-[A-Z]\d\d$"
LOGIN: Final = r"^[a-z][a-z0-9._-]{0,31}$"
CREDENTIAL: Final = r"^[A-Za-z0-9_-]{16,400}$"
PUBLIC_KEY: Final = (
    r"^(ES256:[0-9a-f]{64}:[0-9a-f]{64}|EdDSA:[0-9a-f]{64}|RS256:[0-9a-f]{512,1024}:[0-9a-f]{2,8}"
    r"|Ed25519:[0-9a-f]{64})$"
)
SITE_NAME: Final = r"^[a-z0-9.-]{1,253}$"
SITE_ORIGIN: Final = r"^https?://[a-z0-9.:-]{1,260}$"
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ID: "eine Kennung aus kleinen Buchstaben (ohne Umlaute), Ziffern und Bindestrichen, zum Beispiel {example}",
        AGS: 'der amtliche Gemeindeschlüssel aus 8 Ziffern, zum Beispiel "06999001"; bei einem Kreis aus 5, "06999"',
        AGS_OR_ID: 'der amtliche Gemeindeschlüssel, zum Beispiel "06999001"; ohne ihn die Kennung der Beteiligten',
        MONTH_DAY: 'ein Tag jedes Jahres in der Form MM-TT, zum Beispiel "10-01" für den 1. Oktober',
        MONTH: 'ein Monat in der Form JJJJ-MM in Anführungszeichen, zum Beispiel "2024-03"',
        SHA256: "die Prüfsumme SHA-256 aus 64 Ziffern und Buchstaben von a bis f, wie `kkd documents` sie nennt",
        BUDGET_ID: "Buchstaben, Ziffern und Bindestriche, zum Beispiel 010102",
        FINDING: "die Nummer einer Feststellung, zum Beispiel KKD-O04",
        LOGIN: "ein Anmeldename aus kleinen Buchstaben (ohne Umlaute), Ziffern, Punkten und Strichen, bis 32 Zeichen",
        CREDENTIAL: "die Kennung eines Passkeys, wie `kkd user key` sie nennt",
        PUBLIC_KEY: "ein öffentlicher Schlüssel, wie `kkd user key` ihn nennt (ES256:, EdDSA:, RS256:, Ed25519:)",
        SITE_NAME: "ein Rechnername, zum Beispiel kkd.example.org",
        SITE_ORIGIN: "eine Adresse ohne Pfad, zum Beispiel https://kkd.example.org",
    }
)
_ALLOWED: Final[Mapping[str, tuple[str | None, str]]] = MappingProxyType(
    {
        "missing": ("nichts", "ein Wert; das Feld ist Pflicht"),
        "string_type": (None, "ein Text in Anführungszeichen"),
        "int_type": (None, "eine ganze Zahl ohne Anführungszeichen"),
        "int_parsing": (None, "eine ganze Zahl ohne Anführungszeichen"),
        "int_from_float": (None, "eine ganze Zahl ohne Anführungszeichen"),
        "int_parsing_size": (None, "eine kleinere Zahl"),
        "bool_type": (None, "true oder false"),
        "bool_parsing": (None, "true oder false"),
        "date_type": (None, "ein Tag ohne Anführungszeichen und Uhrzeit, zum Beispiel 2023-09-28"),
        "date_parsing": (None, "ein Tag ohne Anführungszeichen und Uhrzeit, zum Beispiel 2023-09-28"),
        "date_from_datetime_parsing": (
            None,
            "ein Tag ohne Anführungszeichen und Uhrzeit, zum Beispiel 2023-09-28",
        ),
        "date_from_datetime_inexact": (
            None,
            "ein Tag ohne Anführungszeichen und Uhrzeit, zum Beispiel 2023-09-28",
        ),
        "dict_type": (None, "eine Tabelle"),
        "mapping_type": (None, "eine Tabelle"),
        "model_type": (None, "eine Tabelle"),
        "model_attributes_type": (None, "eine Tabelle"),
        "tuple_type": (None, "eine Liste in eckigen Klammern"),
        "list_type": (None, "eine Liste in eckigen Klammern"),
    }
)
_ASCII: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

Loc = tuple[int | str, ...]


class Wrong(NamedTuple):
    """One field that is wrong: its place as pydantic says it, what was found, what is allowed."""

    loc: Loc
    actual: str
    allowed: str


def wrongs(error: ValidationError, model: type[BaseModel]) -> list[Wrong]:
    """Return in German everything that pydantic found wrong with a file of this model."""
    details = error.errors(include_url=False)
    return [_wrong(detail, model, nearest=number < NEAREST_MAX) for number, detail in enumerate(details)]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return in German which names are allowed, the one that was probably meant first; of very many only that one.

    >>> nearest("titel", ["clause", "title"])
    'title (oder clause)'
    """
    allowed = list(names)
    meant = get_close_matches(name, allowed, 1)
    others = ", ".join(name for name in allowed if name not in meant) if len(allowed) <= NAMES_MAX else ""
    return f"{meant[0]} (oder {others})" if meant and others else meant[0] if meant else others


def shown(value: Any) -> str:
    """Return a value as it was found, never more of it than fits a line."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple) and any(
        isinstance(part, dict | list | tuple) for part in value
    ):
        return "eine Liste"
    if isinstance(value, dict) and value:
        return "eine Tabelle"
    text = str(value) if isinstance(value, int | Decimal) else repr(value)
    return text if len(text) <= FOUND_MAX else text[:FOUND_MAX] + " …"


def as_id(text: str) -> str:
    """Return a name as an id: `Bad Müsterau` is `bad-muesterau`; an example where nothing of it can be one."""
    plain = unicodedata.normalize("NFC", text).lower().translate(_ASCII)
    name = "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-")
    return name if re.match(ID, name) else "bad-muesterau"


def _wrong(detail: Any, model: type[BaseModel], *, nearest: bool) -> Wrong:
    loc, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    actual = shown(detail["input"])
    if kind == "value_error":
        error = context["error"]
        if isinstance(error, NotAllowed):
            return Wrong(loc, error.actual, error.allowed)
        return Wrong(loc, actual, str(error))
    if kind == "extra_forbidden":
        return Wrong(loc, UNKNOWN, _fields(loc, model) if nearest else "ein Feld aus der Dokumentation")
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        tag = str(context.get("tag", ""))
        return Wrong(loc, f"key = {tag}" if tag else "nichts", f"key mit {_keys(loc, model, tag)}")
    instead, allowed = _ALLOWED.get(kind) or (None, _allowed(kind, context, detail["input"]))
    if meant := _meant(kind, context, detail["input"]):
        allowed = f"{allowed.partition(', zum Beispiel')[0]}; gemeint ist wohl {meant}"
    return Wrong(loc, instead or actual, allowed)


def _allowed(kind: str, context: Mapping[str, Any], value: Any) -> str:
    if kind in {"literal_error", "enum"}:
        return str(context["expected"]).replace(" or ", " oder ")
    if kind == "string_pattern_mismatch":
        return FORMS[context["pattern"]].format(example=as_id(str(value)))
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        return f"{'mindestens' if 'ge' in context else 'höchstens'} {limit}"
    sizes = {"min_length": "mindestens", "max_length": "höchstens"}
    what = "Zeichen" if kind.startswith("string") else "Einträge"
    if context.get("min_length") == 1 and what == "Einträge":
        return "mindestens ein Eintrag"
    return next(
        (f"{words} {context[key]} {what}" for key, words in sizes.items() if key in context),
        "ein anderer Wert",
    )


def _fields(loc: Loc, model: type[BaseModel]) -> str:
    """Return which fields a table may have: the one that was probably meant, then the others."""
    owner = _held(model, loc[:-1])
    names = [info.alias or name for name, info in owner.model_fields.items()] if owner else []
    return nearest(str(loc[-1]), names) or "ein Feld aus der Dokumentation"


def _keys(loc: Loc, model: type[BaseModel], tag: str) -> str:
    """Return which kinds of a table there are: the one that was probably meant, then the others."""
    kinds = [model]
    for part in loc:
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
    keyed = (kind.model_fields["key"] for kind in kinds if _is_record(kind) and "key" in kind.model_fields)
    return nearest(tag, [name for info in keyed for name in get_args(info.annotation)])


def _meant(kind: str, context: Mapping[str, Any], value: Any) -> str:
    """Return what was probably meant by a text: a day, a year, or the word for what somebody typed in German."""
    if not isinstance(value, str):
        return ""
    if kind.startswith("date"):
        return _typed_day(value)
    if kind.startswith("int") and (year := _YEAR.fullmatch(value.strip())):
        return year[1]
    code = _CODES.get(value.strip().lower(), "")
    return code if code and code in str(context.get("expected", "")) else ""


def _typed_day(value: str) -> str:
    """Return as TOML the day that somebody typed as a text; empty where it is none."""
    match = _DAY.fullmatch(value.strip())
    if match is None:
        return ""
    day, month, year = (match[1], match[2], match[3]) if match[3] else (match[6], match[5], match[4])
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _held(annotation: Any, loc: Loc) -> type[BaseModel] | None:
    """Return the record that stands at a place; a discriminated union names its part in the place."""
    kinds = list(_flat(annotation))
    for part in loc:
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
    return next((kind for kind in kinds if _is_record(kind)), None)


def _inside(kind: Any, part: int | str) -> Iterator[Any]:
    if _is_record(kind):
        for name, info in kind.model_fields.items():
            if part == (info.alias or name):
                yield from _flat(info.annotation)
        if "key" in kind.model_fields and part in get_args(kind.model_fields["key"].annotation):
            yield kind
    elif isinstance(part, int) and get_origin(kind) is tuple:
        yield from _flat(get_args(kind)[0])


def _flat(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation allows, without what is written around them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _flat(get_args(annotation)[0])
    elif origin in {Union, types.UnionType}:
        for argument in get_args(annotation):
            yield from _flat(argument)
    else:
        yield annotation


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
