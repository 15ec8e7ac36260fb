"""A second evaluator of a sheet: plain data in, fractions out, a dozen operations, without a line of the library."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

Value = Fraction | dict[str, Fraction]


def evaluated(data: dict[str, Any]) -> dict[str, Value | None]:
    """Reckon a written sheet line by line; what lacks a figure has no value."""
    values: list[Value | None] = []
    for line in data["lines"]:
        if line["op"] == "figure":
            values.append(figure(line, data["members"]))
            continue
        given = [values[number] for number in line["of"]]
        values.append(
            None if None in given else OPERATIONS[line["op"]](given, line | {"order": data["order"]})
        )
    return {name: values[number] for name, number in data["results"].items()}


def figure(line: dict[str, Any], members: list[list[str]]) -> Value | None:
    if "column" in line:
        column = line["column"]
        pairs = zip(members[column["members"]], column["figures"], strict=True)
        return {member: number * Fraction(column["factor"]) for member, number in pairs}
    return None if "missing" in line else Fraction(line["value"])


def at(value: Value, member: str, otherwise: Any = Fraction(0)) -> Any:
    return value.get(member, otherwise) if isinstance(value, dict) else value


def names(values: list[Value]) -> list[str]:
    return list(dict.fromkeys(name for value in values if isinstance(value, dict) for name in value))


def each(values: list[Value], reckon: Any, members: list[str]) -> Value:
    if any(isinstance(value, dict) for value in values):
        return {member: reckon([at(value, member) for value in values]) for member in members}
    return reckon(values)


def add(values: list[Value], _: Any) -> Value:
    return each(values, sum, names(values))


def take_off(values: list[Value], _: Any) -> Value:
    return each(values, lambda row: row[0] - sum(row[1:]), names(values))


def times(values: list[Value], _: Any) -> Value:
    columns = [value for value in values if isinstance(value, dict)]
    return each(
        values, math.prod, [name for name in names(values) if all(name in column for column in columns)]
    )


def divide(values: list[Value], _: Any) -> Value:
    return each(values, lambda row: row[0] / row[1], names(values[1:]) or names(values))


def bounded(choose: Any) -> Any:
    def operation(values: list[Value], _: Any) -> Value:
        if not isinstance(values[0], dict):
            return choose(values)
        return {m: choose([own, at(values[1], m, own)]) for m, own in values[0].items()}

    return operation


def mean(values: list[Value], line: Any) -> Value:
    count = min(int(line.get("lowest", len(values))), len(values))
    return each(values, lambda row: sum(sorted(row)[:count]) / Fraction(count), names(values))


def total(values: list[Value], _: Any) -> Value:
    return sum(values[0].values(), start=Fraction(0))


def by_rule(exact: Fraction, rule: str) -> int:
    if exact < 0:
        return -by_rule(-exact, rule)
    whole, rest = exact.numerator // exact.denominator, exact % 1
    if rest == Fraction(1, 2):
        return whole + {"half-up": exact > 0, "half-down": exact < 0, "half-even": whole % 2}.get(
            rule, rule == "ceil"
        )
    return whole + {"floor": False, "ceil": rest > 0}.get(rule, rest > Fraction(1, 2))


def rounded(values: list[Value], line: Any) -> Value:
    step = Fraction(line["step"])
    return each(values, lambda row: by_rule(row[0] / step, line["rule"]) * step, names(values))


def pick(values: list[Value], line: Any) -> Value:
    def price(size: Fraction) -> Fraction | None:
        return next(
            None if value is None else Fraction(value)
            for top, value in line["classes"]
            if top is None or size <= Fraction(top)
        )

    found = {member: price(size) for member, size in values[0].items()}
    return {member: value for member, value in found.items() if value is not None}


def apportion(values: list[Value], line: Any) -> Value:
    """Whole steps for all, then one more for each in line: by the rest (and the debts), by ties, by the order."""
    exact, step = values[0], Fraction(line["step"])
    extra = dict(zip(line["extra"], values[1:], strict=True))
    sign = -1 if sum(exact.values()) < 0 else 1
    steps = {member: sign * part / step for member, part in exact.items()}
    parts = {member: math.floor(part) for member, part in steps.items()}
    missing = -sum(steps.values()) % 1
    weights = extra.get("weights", exact)

    def claim(member: str | None) -> tuple:
        if member is None:
            return (-missing, 1)
        size = {"largest": -abs(at(weights, member)), "smallest": abs(at(weights, member))}.get(
            line["ties"], 0
        )
        debt = sign * at(extra.get("debts", Fraction(0)), member) / step
        return (-(steps[member] - parts[member] + debt), 0, size, line["order"].index(member))

    waiting: list[str | None] = [member for member in exact if steps[member] != parts[member]]
    waiting += [None] if missing else []
    for member in sorted(waiting, key=claim)[: math.ceil(sum(steps.values())) - sum(parts.values())]:
        if member is not None:
            parts[member] += 1
    return {member: sign * part * step for member, part in parts.items()}


def fill(values: list[Value], line: Any) -> Value:
    """Find the factor by trying every one at which somebody reaches a bound."""
    parts, bounds = values[0], dict(zip(line["extra"], values[1:], strict=True))

    def held(factor: Fraction) -> dict[str, Fraction]:
        row = {}
        for member, part in parts.items():
            low, high = (
                at(bounds[name], member, None) if name in bounds else None for name in ("low", "high")
            )
            value = factor * part if low is None else max(low, factor * part)
            row[member] = value if high is None else min(high, value)
        return row

    whole = sum(parts.values())
    bends = {Fraction(1)}
    for bound in bounds.values():
        bends |= {at(bound, member, part) / part for member, part in parts.items() if part}
    edges = [Fraction(0), *sorted(bends), max(bends) + 1 + max(bends) * len(parts)]
    for left, right in pairwise(edges):
        below, above = sum(held(left).values()), sum(held(right).values())
        if below <= whole <= above:
            return held(left if below == above else left + (right - left) * (whole - below) / (above - below))
    raise ArithmeticError("no factor reaches the sum")


OPERATIONS = {
    "add": add,
    "take_off": take_off,
    "times": times,
    "divide": divide,
    "least": bounded(min),
    "greatest": bounded(max),
    "mean": mean,
    "total": total,
    "round": rounded,
    "pick": pick,
    "apportion": apportion,
    "fill": fill,
}
