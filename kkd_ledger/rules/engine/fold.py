"""Every rule in one pass: the fold of folds, its state as canonical JSON, and the law that prefix + suffix = whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, Final, Self, TypeAlias

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Record, Transaction, Value
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules import (
    acts,
    approvals,
    authority,
    basis,
    budget,
    corrections,
    fiscal_years,
    form,
    internal_settlements,
    numbers,
    open_items,
    orders,
    persons,
    prior_periods,
    recorded,
    staged_allocation,
    vouchers,
)
from kkd_ledger.rules.engine.rule import LEVELS, Context, Finding, Rule, State, as_rule

RULES: Final[tuple[ModuleType, ...]] = (
    form,
    numbers,
    staged_allocation,
    prior_periods,
    authority,
    orders,
    persons,
    open_items,
    corrections,
    internal_settlements,
    budget,
    fiscal_years,
    vouchers,
    recorded,
    acts,
    basis,
    approvals,
)

Steps: TypeAlias = list[tuple[Callable[[Context, State, Record], None], State]]


def takes_of(rule: Rule | ModuleType) -> frozenset[type[Record] | v.Kind]:
    """Return what a rule's TAKES names: types of records, and kinds of transactions; nothing means everything."""
    return frozenset(getattr(rule, "TAKES", ()))


def ages(rule: Rule | ModuleType) -> bool:
    """Tell whether a rule measures how old something is, so that the day of a check counts and not the month's end."""
    return bool(getattr(rule, "AGES", False))


def rule_name(rule: Rule | ModuleType) -> str:
    """Return a rule's name: that of its module."""
    return str(rule.__name__).rpartition(".")[2]  # type: ignore[union-attr]


def as_data(kept: Any) -> Any:
    """Return a part of a state that is no JSON by itself as plain data: a fold that a rule builds on."""
    return kept.to_data()


class Fold:
    """Rules folding over records; `as_of` is the last day of the newest booking month that the books declare."""

    def __init__(
        self, context: Context, rules: Iterable[ModuleType] = RULES, states: Mapping[str, State] | None = None
    ) -> None:
        self._context = context
        self._rules = [(rule_name(module), as_rule(module)) for module in rules]
        self._states = dict(states) if states else {name: rule.start(context) for name, rule in self._rules}
        self._as_of: dt.date | None = None

    def take(self, records: Iterable[Record]) -> Self:
        """Take records in journal order and return self."""
        context = self._context
        steps_of: dict[
            tuple[type[Record], Value | None], Steps
        ] = {}  # only what occurs: a month has few kinds
        for record in records:
            kind = None
            if isinstance(record, Transaction):
                kind = record.meta.get(v.KIND)
            elif isinstance(record, Custom) and record.kind == v.CustomType.MONTH:
                self._declare(record)
            taken = type(record), kind
            if (steps := steps_of.get(taken)) is None:
                steps = steps_of[taken] = self._steps(*taken)
            for step, state in steps:
                step(context, state, record)
        return self

    def _steps(self, *taken: type[Record] | Value | None) -> Steps:
        """Return the steps of the rules that take a type of records or a kind of transactions, with their states."""
        return [
            (rule.step, self._states[name])
            for name, rule in self._rules
            if not (takes := takes_of(rule)) or not takes.isdisjoint(taken)
        ]

    def _declare(self, record: Custom) -> None:
        try:
            day = BookingMonth.parse(str(record.values[0])).last_day
        except (ValueError, IndexError):
            return
        self._as_of = max(self._as_of or day, day)

    @property
    def as_of(self) -> dt.date | None:
        """Last day of the newest booking month so far; None while there is none."""
        return self._as_of

    def state(self, rule: ModuleType) -> State:
        """Return what a rule knows."""
        return self._states[rule_name(rule)]

    def findings(self, today: dt.date | None = None, aged: dt.date | None = None) -> list[Finding]:
        """Return all findings as of the newest month, gravest first, then by place.

        With the day of the check (`today`) also those that only who knows it can make. Ages are measured on the day
        `aged`; without one on the newest month's last day, at the latest today, so that a book says the same tomorrow.
        """
        as_of = self._as_of or dt.date.min  # without a month nothing is due, but what is wrong stays wrong
        day = self._aged_on(today, aged)
        findings = [
            self._context.judged(finding)
            for name, rule in self._rules
            for finding in rule.finish(self._context, self._states[name], day if ages(rule) else as_of)
        ]
        if today and (state := self._states.get(rule_name(recorded))):
            findings += [self._context.judged(finding) for finding in recorded.on_day(state, today)]
        return sorted(
            findings, key=lambda finding: (LEVELS.index(finding.kind.level), finding.place, finding)
        )

    def _aged_on(self, today: dt.date | None, aged: dt.date | None) -> dt.date:
        """Return on which day ages are measured: on none before the newest month begins."""
        if self._as_of is None:
            return dt.date.min
        return max(aged or min(today or self._as_of, self._as_of), self._as_of.replace(day=1))

    def to_json(self) -> str:
        """Return the state as canonical JSON."""
        data = {"as_of": self._as_of.isoformat() if self._as_of else None, "rules": self._states}
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=as_data)

    @classmethod
    def from_json(cls, context: Context, text: str | bytes, rules: Iterable[ModuleType] = RULES) -> Self:
        """Return the fold whose state `to_json` wrote."""
        data = json.loads(text)
        states = data["rules"]
        for rule in rules:
            if revive := getattr(rule, "revive", None):
                states[rule_name(rule)] = revive(context, states[rule_name(rule)])
        fold = cls(context, rules, states)
        fold._as_of = dt.date.fromisoformat(data["as_of"]) if data["as_of"] else None
        return fold
