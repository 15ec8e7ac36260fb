"""Derived measures and indexes: made in one way, of measures that are there, in no circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.file.check_names import measure_names, twice
from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.german import listing
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.measures import DerivedMeasure

_WAYS: Final = "genau eines von mean, sum, least, factor, shift, unless"


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield everything that keeps a derived measure from having a figure, whatever is reported."""
    counted = {basis.id for basis in agreement.bases}
    for index, measure in enumerate(agreement.measures):
        loc: Loc = ("measures", index)
        if measure.id in counted:
            yield AgreementFlaw(
                (*loc, "id"), f"{measure.id!r} steht auch in [[bases]]", "eine eigene Kennung"
            )
        if len(measure.ways) != 1:
            yield AgreementFlaw(loc, listing(measure.ways) or "keine Rechenart", _WAYS)
        yield from _references(agreement, measure, loc)
        yield from _parts(measure, loc)
    yield from twice(agreement, ("measures",), agreement.measures, lambda each: (each.id, each.begins))
    yield from _circles(agreement)


def _references(agreement: Agreement, measure: DerivedMeasure, loc: Loc) -> Iterator[AgreementFlaw]:
    names, tables = measure_names(agreement)
    for place, name in measure.parts():
        here = (*loc, *(int(part) if part.isdigit() else part for part in place.split(".")))
        yield from unknown(here, name, names, tables)
    parties = [member.id for member in agreement.members]
    if measure.factor is not None:
        kinds = {member.kind for member in agreement.members}
        for name in measure.factor.by:
            what = "[[members]], oder eine Art (kind)"
            yield from unknown((*loc, "factor", "by", name), name, [*parties, *kinds], what)
    for name in measure.shift.points if measure.shift else ():
        yield from unknown((*loc, "shift", "points", name), name, parties, "[[members]]")


def _parts(measure: DerivedMeasure, loc: Loc) -> Iterator[AgreementFlaw]:
    if measure.summands is not None and not measure.summands:
        yield AgreementFlaw((*loc, "sum"), "eine leere Liste", "mindestens ein Maß mit of")
    if measure.shift is not None and (total := sum(measure.shift.points.values())):
        actual = f"zusammen {format_quantity(total)} Prozentpunkte"
        yield AgreementFlaw(
            (*loc, "shift", "points"), actual, "zusammen 0: Was die einen mehr tragen, tragen andere weniger"
        )


def _circles(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Find measures that are made of themselves, by way of others or not; each circle is told once."""
    made_of: dict[str, list[str]] = {}
    for measure in agreement.measures:
        made_of.setdefault(measure.id, []).extend(name for _, name in measure.parts())
    named = set[str]()
    for index, measure in enumerate(agreement.measures):
        circle = circle_from(measure.id, made_of)
        if circle and not named & set(circle):
            named |= set(circle)
            path = " → ".join([*circle, circle[0]])
            yield AgreementFlaw(
                ("measures", index), f"im Kreis: {path}", "Maße, die am Ende auf [[bases]] beruhen"
            )


def circle_from(name: str, made_of: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names of a circle that leads from a name back to it; empty where none does."""
    waiting: list[tuple[str, ...]] = [(name,)]
    seen = set[str]()
    while waiting:
        path = waiting.pop()
        for part in made_of.get(path[-1], ()):
            if part == name:
                return path
            if part not in seen:
                seen.add(part)
                waiting.append((*path, part))
    return ()
