"""What makes an agreement sound beyond the form of its fields; all problems of a file at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from kkd_ledger.agreement.file.places import Loc

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.keys.components import Component


NEAR_FROM: Final = 3
"""Names this short (§ 9) are near to everything."""
_GROUND: Final = frozenset({"bases", "measures", "members", "operator", "pots"})
"""What every figure stands on."""


class AgreementFlaw(NamedTuple):
    """One thing wrong with an agreement: where, what was found, what is allowed; `unknown` is a name nobody bears."""

    loc: Loc
    actual: str
    allowed: str
    unknown: str = ""


def unknown(loc: Loc, name: str, names: Collection[str], what: str) -> Iterator[AgreementFlaw]:
    """Find a name that nobody bears, with the nearest one that somebody does."""
    if name not in (names if isinstance(names, Set) else set(names)):
        meant = get_close_matches(name, sorted(set(names)), 1) if len(name) > NEAR_FROM else []
        near = f", etwa {meant[0]}" if meant else ""
        yield AgreementFlaw(loc, f"{name!r} ist unbekannt", f"eine Kennung aus {what}{near}", name)


def flaws(agreement: Agreement, *, with_figures: bool = True) -> list[AgreementFlaw]:
    """Return every contradiction in an agreement; figures are tried out for components whose names and dates hold."""
    from kkd_ledger.agreement.file import (
        check_charges,
        check_dates,
        check_dues,
        check_figures,
        check_measures,
        check_names,
        check_pots,
        check_prices,
        check_ways,
    )

    all_flaws = [*check_names.flaws(agreement), *check_dates.flaws(agreement), *check_dues.flaws(agreement)]
    all_flaws += [
        *check_measures.flaws(agreement),
        *check_prices.flaws(agreement),
        *check_pots.flaws(agreement),
    ]
    all_flaws += [*check_ways.flaws(agreement), *check_charges.flaws(agreement)]
    blocked = {flaw.loc[:2] for flaw in all_flaws}
    if with_figures and not any(loc[0] in _GROUND for loc in blocked):
        all_flaws += check_figures.flaws(agreement, blocked)
    return list(dict.fromkeys(all_flaws))


def records(record: BaseModel, loc: Loc = ()) -> Iterator[tuple[Loc, BaseModel]]:
    """Yield every record inside a record, itself included, each with its place."""
    yield loc, record
    for name, said in _fields(type(record)):
        value, here = getattr(record, name), (*loc, said)
        if isinstance(value, BaseModel):
            yield from records(value, here)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from records(item, (*here, index))


@lru_cache(maxsize=100)
def _fields(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return the fields in which records may stand: their names, and what the file calls them."""
    fields = model.model_fields.items()
    return tuple((name, info.alias or name) for name, info in fields if _may_hold_records(info.annotation))


def _may_hold_records(annotation: Any) -> bool:
    """Tell whether a type names records; in doubt it may."""
    parts = get_args(annotation)
    if parts:
        return any(map(_may_hold_records, parts[:1] if get_origin(annotation) is Annotated else parts))
    bare = isinstance(annotation, type) and not issubclass(annotation, BaseModel)
    return not bare and annotation is not Ellipsis


def index_of(items: Iterable[Any], wanted: object) -> int:
    """Return where a record stands in its list (the very record, not an equal one)."""
    return next(index for index, item in enumerate(items) if item is wanted)


def component_index(agreement: Agreement, component: Component) -> int:
    """Return where a component stands in its file; in its terms it may bear the day of an event."""
    version = component.id, component.known_from
    return next(at for at, each in enumerate(agreement.components) if (each.id, each.known_from) == version)
