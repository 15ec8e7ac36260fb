"""Pots and the keys that rest on them: names, circles, limits that contradict each other, what a key needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kkd_ledger.agreement.file.check_measures import circle_from
from kkd_ledger.agreement.file.check_names import measure_names, twice
from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.keys.components import (
    Fixed,
    FixedPercent,
    Growth,
    MeanOfLowest,
    PerUnit,
    Split,
)
from kkd_ledger.agreement.pots.pot import STEP_KINDS, DatedAmount
from kkd_ledger.german import count, listing

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.file.places import Loc
    from kkd_ledger.agreement.keys.components import Component
    from kkd_ledger.agreement.pots.pot import Pot, PotStep


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield every contradiction in pots and in what components say of them."""
    yield from twice(agreement, ("pots",), agreement.pots, lambda pot: pot.id)
    for index, pot in enumerate(agreement.pots):
        yield from _pot(agreement, pot, ("pots", index))
    yield from _circles(agreement)
    for index, component in enumerate(agreement.components):
        yield from _component(agreement, component, ("components", index))


def _pot(agreement: Agreement, pot: Pot, loc: Loc) -> Iterator[AgreementFlaw]:
    pots = [each.id for each in agreement.pots]
    figures = {figure.id for figure in agreement.figures}
    if pot.id in figures:
        yield AgreementFlaw(
            (*loc, "id"), f"{pot.id!r} heißt auch eine Zahl", "ein Name, den keine Zahl trägt"
        )
    if pot.excess_of is not None:
        yield from unknown((*loc, "excess_of"), pot.excess_of, pots, "[[pots]]")
        capped = [other for other in agreement.pots if other.id == pot.excess_of]
        if capped and not any(step.at_most is not None for other in capped for step in other.steps):
            actual = f"{pot.excess_of} hat keine Obergrenze"
            yield AgreementFlaw((*loc, "excess_of"), actual, "ein Topf mit einem Schritt at_most")
        if pot.lines:
            yield AgreementFlaw((*loc, "lines"), "lines neben excess_of", "eines von beiden")
    elif not pot.lines and not any(step.of_measure or step.plus for step in pot.steps):
        yield AgreementFlaw(
            (*loc, "lines"), "ein Topf ohne Zahlen", "lines, excess_of oder ein Schritt plus oder of_measure"
        )
    named = [((*loc, "lines", place), name) for place, name in enumerate(pot.lines)]
    for place, step in enumerate(pot.steps):
        here = (*loc, "steps", place)
        yield from _step(agreement, step, here)
        named += [(here, name) for name in step.names]
    for where, name in named:
        yield from _misspelt(where, name, {*figures, *pots}, "[[figures]] oder [[pots]]")
    yield from _limits(pot, loc)


def _misspelt(loc: Loc, name: str, names: set[str], what: str) -> Iterator[AgreementFlaw]:
    """Find a name that is nearly one that is there; any other is a figure that is yet to be reported."""
    if name not in names and get_close_matches(name, sorted(names), 1, 4 / 5):
        yield from unknown(loc, name, names, what)


def _step(agreement: Agreement, step: PotStep, loc: Loc) -> Iterator[AgreementFlaw]:
    if len(step.kinds) != 1:
        said = " und ".join(step.kinds) or "nichts"
        yield AgreementFlaw(loc, f"ein Schritt mit {said}", f"genau eines von {', '.join(STEP_KINDS)}")
    if (step.of_measure is None) != (step.percent is None):
        yield AgreementFlaw(loc, "of_measure und percent", "beide oder keines")
    if step.of_measure is not None:
        yield from unknown((*loc, "of_measure"), step.of_measure, *measure_names(agreement))
    if step.in_ratio is not None:
        for place, name in enumerate(step.in_ratio):
            yield from unknown((*loc, "in_ratio", place), name, *measure_names(agreement))
        if len({*step.in_ratio}) < 2 or len({*step.in_ratio}) < len(step.in_ratio):
            yield AgreementFlaw(
                (*loc, "in_ratio"), listing(step.in_ratio) or "nichts", "mindestens zwei verschiedene Maße"
            )
    if step.less_component is not None:
        names = [component.id for component in agreement.components]
        yield from unknown((*loc, "less_component"), step.less_component, names, "[[components]]")


def _limits(pot: Pot, loc: Loc) -> Iterator[AgreementFlaw]:
    limits = [limit for step in pot.steps for limit in (*(step.at_most or ()), *(step.at_least or ()))]
    days = {limit.begins for limit in limits if isinstance(limit, DatedAmount)} or {dt.date.min}
    if any(_crossed(pot, day) for day in days):
        yield AgreementFlaw(
            (*loc, "steps"), "at_most unter at_least", "eine Obergrenze nicht unter der Untergrenze"
        )


def _crossed(pot: Pot, day: dt.date) -> bool:
    """Tell whether an upper limit of a pot lies below a lower one on a day."""
    tops = [limit for step in pot.steps if (limit := _limit_on(step.at_most, day)) is not None]
    floors = [limit for step in pot.steps if (limit := _limit_on(step.at_least, day)) is not None]
    return bool(tops and floors) and min(tops) < max(floors)


def _limit_on(limits: Sequence[DatedAmount | int] | None, day: dt.date) -> int | None:
    dated = [limit for limit in limits or () if isinstance(limit, DatedAmount) and limit.begins <= day]
    plain = [limit for limit in limits or () if isinstance(limit, int)]
    last = max(dated, key=lambda limit: limit.begins, default=None)
    return last.amount if last else plain[0] if plain else None


def _circles(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Find pots that rest on themselves, by way of other pots or of what a component takes."""
    below: dict[str, list[str]] = {}
    for pot in agreement.pots:
        taken = [f"§{step.less_component}" for step in pot.steps if step.less_component]
        below.setdefault(pot.id, []).extend([*pot.names, *taken])
    for component in agreement.components:
        of = [f"§{name}" for name in component.of] if isinstance(component, MeanOfLowest) else []
        below.setdefault(f"§{component.id}", []).extend([component.pot, *of] if component.pot else of)
    named = set[str]()
    for table, facts, mark in (("pots", agreement.pots, ""), ("components", agreement.components, "§")):
        for index, fact in enumerate(facts):
            circle = circle_from(f"{mark}{fact.id}", below)
            if circle and not named & set(circle):
                named |= set(circle)
                path = " → ".join(name.removeprefix("§") for name in [*circle, circle[0]])
                yield AgreementFlaw((table, index), f"im Kreis: {path}", "eine Reihenfolge ohne Kreis")


def _component(agreement: Agreement, component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    if component.pot is not None:
        yield from unknown((*loc, "pot"), component.pot, [pot.id for pot in agreement.pots], "[[pots]]")
        if component.totals:
            yield AgreementFlaw((*loc, "totals"), "totals neben pot", "eines von beiden")
    shares = isinstance(component, Split | PerUnit)
    if isinstance(component, PerUnit) and component.pot is None and not component.totals:
        yield AgreementFlaw((*loc, "totals"), "key = per-unit ohne Kosten", "pot oder totals")
    if component.meets_total is not None and not isinstance(component, Split):
        yield AgreementFlaw(
            (*loc, "meets_total"), f"meets_total bei key = {component.key}", "nur, wo Kosten geteilt werden"
        )
    if component.rounding != "cent" and isinstance(component, Split) and component.meets_total is None:
        allowed = "meets_total = true (die Beträge ergeben die Kosten) oder false (die Summe darf abweichen)"
        yield AgreementFlaw((*loc, "rounding"), f"rounding = {component.rounding} ohne meets_total", allowed)
    if component.pot is not None and not shares and component.remainder is None:
        yield AgreementFlaw(
            (*loc, "pot"), f"pot bei key = {component.key}", "ein Schlüssel, der Kosten teilt"
        )
    yield from _billed(agreement, component, loc)
    if component.yearly_parts is not None and not isinstance(component, Fixed):
        yield AgreementFlaw(
            (*loc, "yearly_parts"), f"yearly_parts bei key = {component.key}", 'key = "fixed"'
        )
    yield from _parts(agreement, component, loc)


def _billed(agreement: Agreement, component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find what is never billed: a year outside the component's life, parts that come after its end."""
    year_of, ends = agreement.service_year.of, component.ends or agreement.ends
    first, last = year_of(component.begins), year_of(ends) if ends else agreement.last_year
    if isinstance(component.once, int) and not first <= component.once <= last:
        years = f"ab {agreement.year_name(first)}" + (f" bis {agreement.year_name(last)}" if ends else "")
        actual = f"{agreement.year_name(component.once)}, in dem es den Baustein nicht gibt"
        yield AgreementFlaw((*loc, "once"), actual, f"ein Leistungsjahr {years}")
    uncut = component.once is not None or component.yearly_parts is not None
    if uncut and component.proration not in {None, "none"}:
        actual = f"proration = {component.proration} neben once oder yearly_parts"
        yield AgreementFlaw(
            (*loc, "proration"), actual, "ohne proration: was so gezahlt wird, wird nie gekürzt"
        )
    if component.yearly_parts is not None and first + component.yearly_parts - 1 > last:
        actual = f"{component.yearly_parts} Jahresbeträge in {count(last - first + 1, 'Jahr', 'Jahren')}"
        yield AgreementFlaw((*loc, "yearly_parts"), actual, "so viele, wie der Baustein Leistungsjahre hat")


def _parts(agreement: Agreement, component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    members = [member.id for member in agreement.members]
    if isinstance(component, FixedPercent):
        for place, stage in enumerate(component.parts):
            for member in stage.parts:
                yield from unknown((*loc, "parts", place, "parts", member), member, members, "[[members]]")
            if (whole := sum(stage.parts.values())) > 100:
                said = f"zusammen {whole.normalize():f} Prozent".replace(".", ",")  # type: ignore[union-attr]
                yield AgreementFlaw((*loc, "parts", place), said, "zusammen höchstens 100")
    if isinstance(component, PerUnit):
        for place, member in enumerate(component.rate_of or ()):
            yield from unknown((*loc, "rate_of", place), member, members, "[[members]]")
    if isinstance(component, Growth):
        figures = {figure.id for figure in agreement.figures}
        yield from _misspelt((*loc, "growth"), component.growth, figures, "[[figures]]")
    yield from _lowest(agreement, component, loc)


def _lowest(agreement: Agreement, component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    if isinstance(component, MeanOfLowest):
        names = [other.id for other in agreement.components]
        for place, name in enumerate(component.of):
            yield from unknown((*loc, "of", place), name, names, "[[components]]")
        if component.lowest > len(component.of):
            yield AgreementFlaw((*loc, "lowest"), str(component.lowest), f"höchstens {len(component.of)}")
