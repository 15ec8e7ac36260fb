"""Whatever a sheet is made of, the second evaluator reckons the same: other members, factors, signs, ties."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.sheet.lines import Ranks, Sheet, SheetLine
from kkd_ledger.agreement.sheet.written import written
from tests.agreement.sheet_again import evaluated

MEMBERS = ("a", "b", "c", "d")
FACTORS = [Fraction(1), Fraction(1, 100), Fraction(-1), Fraction(7, 3), Fraction(1, 8)]
RULES = ("half-up", "half-even", "half-down", "floor", "ceil")
FIGURES = st.integers(-9, 9) | st.sampled_from([0, 50, 150, -250, 10**12])
some = st.permutations(MEMBERS).flatmap(lambda row: st.integers(1, 4).map(lambda count: tuple(row[:count])))
singles = st.builds(Fraction, FIGURES, st.sampled_from([1, 2, 3, 200]))


@st.composite
def columns(draw: Any, sign: int = 0) -> ByMember:
    members = draw(some)
    figures = draw(st.lists(FIGURES, min_size=len(members), max_size=len(members)))
    if sign:
        figures = [sign * abs(figure) for figure in figures]
    return ByMember(
        members, figures, abs(draw(st.sampled_from(FACTORS))) if sign else draw(st.sampled_from(FACTORS))
    )


@given(st.data())
def test_any_sheet_is_reckoned_again(data: st.DataObject) -> None:
    ties = data.draw(st.sampled_from(["id", "largest", "smallest"]))
    ranks = {member: place for place, member in enumerate(data.draw(st.permutations(MEMBERS)))}
    page = Sheet(Ranks(ranks), ties)
    lines = [
        page.figure(data.draw(columns())),
        page.figure(data.draw(columns(data.draw(st.sampled_from([1, -1]))))),
    ]
    lines += [page.figure(data.draw(singles))]
    for _ in range(data.draw(st.integers(1, 6))):
        try:
            lines.append(_next(page, lines, data))
        except ValueError:  # a division by zero, parts of both signs: there is no such line
            continue
    results = {str(place): line for place, line in enumerate(lines)}
    again = evaluated(json.loads(json.dumps(written(page, results))))
    for name, line in results.items():
        value = line.value
        ours = {m: Fraction(v) for m, v in value.items()} if isinstance(value, ByMember) else value
        assert ours == again[name], (line.op, line.settings)


def _next(page: Sheet, lines: list[SheetLine], data: st.DataObject) -> SheetLine:
    """Return one more line, on lines that are there."""
    several = data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=3))
    by_member = [line for line in lines if isinstance(line.value, ByMember)]
    one, other = data.draw(st.sampled_from(by_member)), data.draw(st.sampled_from(by_member))
    single = data.draw(st.sampled_from([line for line in lines if line not in by_member]))
    step = data.draw(st.sampled_from([Fraction(1, 100), Fraction(1, 10), Fraction(1)]))
    count = data.draw(st.none() | st.integers(1, 3))
    bounded = data.draw(st.sampled_from([(one, other), (one, single), (single, single)]))
    tops = data.draw(st.lists(st.integers(-5, 60), unique=True, max_size=3).map(sorted))
    classes = data.draw(st.lists(st.none() | singles, min_size=4, max_size=4))
    extra = {
        "weights": data.draw(st.sampled_from([None, one])),
        "debts": data.draw(st.sampled_from([None, page.divide(other, page.figure(700))])),
    }
    ways: list[Callable[[], SheetLine]] = [
        lambda: page.add(*several),
        lambda: page.take_off(*several),
        lambda: page.times(*several),
        lambda: page.divide(several[0], several[-1]),
        lambda: page.least(*bounded),
        lambda: page.greatest(*bounded),
        lambda: page.mean(one, other, one, lowest=count),
        lambda: page.mean(single, page.figure(1), single, lowest=count),
        lambda: page.total(one),
        lambda: page.round(several[0], data.draw(st.sampled_from(RULES)), step),
        lambda: page.pick(one, [*zip(tops, classes, strict=False), (None, classes[-1])]),
        lambda: page.apportion(one, step, **extra),
    ]
    return data.draw(st.sampled_from(ways))()
