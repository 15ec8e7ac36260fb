"""Pots and the keys that rest on them: names, circles, limits that contradict each other, what a key needs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.keys.components import (
    Fixed,
    FixedPercent,
    MeanOfLowest,
    PerUnit,
    Split,
)
from kkd_ledger.agreement.pots.pot import STEP_KINDS
from kkd_ledger.german import listing

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.file.places import Loc
    from kkd_ledger.agreement.keys.components import Component
    from kkd_ledger.agreement.pots.pot import Pot, PotStep


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield every contradiction in pots and in what components say of them."""
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
        if pot.lines:
            yield AgreementFlaw((*loc, "lines"), "lines neben excess_of", "eines von beiden")
    elif not pot.lines and not any(step.of_measure or step.plus for step in pot.steps):
        yield AgreementFlaw(
            (*loc, "lines"), "ein Topf ohne Zahlen", "lines, excess_of oder ein Schritt of_measure"
        )
    named = [((*loc, "lines", place), name) for place, name in enumerate(pot.lines)]
    for place, step in enumerate(pot.steps):
        here = (*loc, "steps", place)
        yield from _step(agreement, step, here)
        named += [(here, name) for name in step.names]
    for where, name in named:
        near = get_close_matches(name, [*figures, *pots], 1, 4 / 5)
        if near and name != near[0] and name not in {*figures, *pots}:  # else it is yet to be reported
            yield from unknown(where, name, [*figures, *pots], "[[figures]] oder [[pots]]")
    yield from _limits(pot, loc)


def _step(agreement: Agreement, step: PotStep, loc: Loc) -> Iterator[AgreementFlaw]:
    if len(step.kinds) != 1:
        said = " und ".join(step.kinds) or "nichts"
        yield AgreementFlaw(loc, f"ein Schritt mit {said}", f"genau eines von {', '.join(STEP_KINDS)}")
    if (step.of_measure is None) != (step.percent is None):
        yield AgreementFlaw(loc, "of_measure und percent", "beide oder keines")
    if step.of_measure is not None:
        measures = [basis.id for basis in agreement.bases] + [measure.id for measure in agreement.measures]
        yield from unknown((*loc, "of_measure"), step.of_measure, measures, "[[bases]] oder [[measures]]")
    if step.in_ratio is not None:
        measures = [basis.id for basis in agreement.bases] + [measure.id for measure in agreement.measures]
        for place, name in enumerate(step.in_ratio):
            yield from unknown((*loc, "in_ratio", place), name, measures, "[[bases]] oder [[measures]]")
        if len({*step.in_ratio}) < 2 or len({*step.in_ratio}) < len(step.in_ratio):
            yield AgreementFlaw(
                (*loc, "in_ratio"), listing(step.in_ratio) or "nichts", "mindestens zwei verschiedene Maße"
            )
    if step.less_component is not None:
        names = [component.id for component in agreement.components]
        yield from unknown((*loc, "less_component"), step.less_component, names, "[[components]]")


def _limits(pot: Pot, loc: Loc) -> Iterator[AgreementFlaw]:
    tops = [limit for step in pot.steps for limit in step.at_most or () if isinstance(limit, int)]
    floors = [limit for step in pot.steps for limit in step.at_least or () if isinstance(limit, int)]
    if tops and floors and min(tops) < max(floors):
        yield AgreementFlaw(
            (*loc, "steps"), "at_most unter at_least", "eine Obergrenze nicht unter der Untergrenze"
        )


def _circles(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Find pots that rest on themselves, by way of other pots or of what a component takes."""
    below: dict[str, set[str]] = {}
    for pot in agreement.pots:
        taken = {f"§{step.less_component}" for step in pot.steps if step.less_component}
        below.setdefault(pot.id, set()).update(pot.names, taken)
    for component in agreement.components:
        of = {f"§{name}" for name in component.of} if isinstance(component, MeanOfLowest) else set()
        below.setdefault(f"§{component.id}", set()).update({component.pot} if component.pot else (), of)
    for table, facts, mark in (("pots", agreement.pots, ""), ("components", agreement.components, "§")):
        for index, fact in enumerate(facts):
            if _reaches(below, f"{mark}{fact.id}"):
                yield AgreementFlaw(
                    (table, index), f"{fact.id} beruht auf sich selbst", "eine Reihenfolge ohne Kreis"
                )


def _reaches(below: dict[str, set[str]], start: str) -> bool:
    seen, waiting = set[str](), set(below.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        seen.add(name)
        waiting |= below.get(name, set()) - seen
    return False


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
    if component.yearly_parts is not None and not isinstance(component, Fixed):
        yield AgreementFlaw(
            (*loc, "yearly_parts"), f"yearly_parts bei key = {component.key}", 'key = "fixed"'
        )
    yield from _parts(agreement, component, loc)


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
    if isinstance(component, MeanOfLowest):
        names = [other.id for other in agreement.components]
        for place, name in enumerate(component.of):
            yield from unknown((*loc, "of", place), name, names, "[[components]]")
        if component.lowest > len(component.of):
            yield AgreementFlaw((*loc, "lowest"), str(component.lowest), f"höchstens {len(component.of)}")
