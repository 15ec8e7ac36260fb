"""Answers about what is shared → components, pots of costs, and the figures of each year beside the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import AnsweredCost, AnsweredMeasure, AnsweredShare, Answers
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.agreement.file.toml_text import table
from kkd_ledger.money import format_amount, format_rate
from kkd_ledger.quantities import Quantity, format_quantity

PLAN: Final = "zahlplan"
"""The id of the due plan where is paid in parts."""
_SOURCES: Final = {"plan": "Haushaltsplan", "actual": "Jahresrechnung"}


class ShareTexts:
    """What answers about shares and measures say, as entries of the contract and of its figures."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._parties = Ids(party.name for party in answers.parties)
        self._measures = Ids(measure.title for measure in answers.measures)
        self._shares = Ids(share.title for share in answers.shares)
        self._money = Ids(money.title for share in answers.shares for money in share.money)

    def contract(self) -> Iterator[str]:
        """Yield the entries of the contract: measures, pots, components."""
        yield from (table("bases", self._basis(measure)) for measure in self._answers.measures)
        costs = [share for share in self._answers.shares if share.is_cost]
        yield from (table("pots", self._pot(share)) for share in costs)
        yield from (table("components", self._component(share)) for share in self._answers.shares)

    def figures(self) -> dict[int, str]:
        """Return by year the entries of its figures: money, and what was counted in it."""
        texts: dict[int, list[str]] = {}
        for share in self._answers.shares:
            for money in share.money:
                for figure in money.figures:
                    entry = self._figure(money.title, figure)
                    texts.setdefault(figure.year, []).append(table("figures", entry))
        for measure in self._answers.measures:
            for series in (each for each in measure.figures if each.figures):
                values = {self._parties.of(name): _number(figure) for name, figure in series.figures.items()}
                name = self._measures.of(measure.title)
                entry = {"name": name, "source": measure.reported_by, "reference": series.day}
                texts.setdefault(series.day.year, []).append(table("weights", entry | {"values": values}))
        return {year: "\n".join(dict.fromkeys(parts)) for year, parts in sorted(texts.items())}

    def _figure(self, title: str, figure: AnsweredCost) -> dict[str, Any]:
        return {
            "id": self._money.of(title),
            "title": title,
            "year": figure.year,
            "amount": format_amount(figure.amount),
            "kind": figure.kind if figure.kind == "plan" else None,
            "source": figure.source or f"{_SOURCES[figure.kind]} {figure.year}",
        }

    def _basis(self, measure: AnsweredMeasure) -> dict[str, Any]:
        id_ = self._measures.of(measure.title)
        basis: dict[str, Any] = {"id": id_, "title": measure.title, "source": measure.reported_by}
        basis |= {"weight": id_, "from": dt.date(1990, 1, 1)}
        if measure.fixed_day:
            return basis | {"rule": "frozen", "reference": measure.fixed_day}
        return basis | {
            "rule": "renewed",
            "month_day": measure.day or "12-31",
            "lag_years": measure.years_before,
        }

    def _pot(self, share: AnsweredShare) -> dict[str, Any]:
        steps: list[dict[str, Any]] = [{"plus": self._money.of(money.title)} for money in share.plus]
        steps += [{"less": self._money.of(money.title)} for money in share.less]
        steps += [{"plus_percent": share.plus_percent}] if share.plus_percent else []
        steps += [] if share.at_most is None else [{"at_most": format_amount(share.at_most)}]
        steps += [{"part": share.part}] if share.part else []
        below_zero = share.below_zero or ("credit" if share.less else None)
        return {
            "id": self._pot_id(share),
            "title": share.title,
            "clause": share.clause,
            "lines": [self._money.of(share.named_costs)],
            "steps": steps,
            "below_zero": below_zero,
        }

    def _pot_id(self, share: AnsweredShare) -> str:
        return f"topf-{self._shares.of(share.title)}"[:40].rstrip("-")

    def _component(self, share: AnsweredShare) -> dict[str, Any]:
        plan = self._answers.plan
        planned = plan is not None and (not plan.shares or share.title in plan.shares)
        bounds = {"minimum": share.minimum, "maximum": share.maximum}
        return {
            "id": self._shares.of(share.title),
            "title": share.title,
            "clause": share.clause,
            "key": _key(share),
            "basis": self._measures.of(share.measure) if share.measure else None,
            "from": self._answers.begins,
            "members": [self._parties.of(name) for name in share.parties],
            **{name: None if cents is None else format_amount(cents) for name, cents in bounds.items()},
            "remainder": share.bearer,
            "once": share.once,
            "dues": PLAN if planned else None,
            **_rounding(share),
            **({"pot": self._pot_id(share)} if share.is_cost else self._prices(share)),
            "parts": self._percents(share),
        }

    def _percents(self, share: AnsweredShare) -> list[dict[str, Any]]:
        parts = {self._parties.of(name): percent for name, percent in share.percents.items()}
        return [{"from": self._answers.begins, "parts": parts}] if parts else []

    def _services(self, share: AnsweredShare) -> Mapping[str, Any]:
        ids = Ids(service.title for service in share.services)
        grades = [
            {"id": ids.of(service.title), "title": service.title, "unit": service.unit}
            for service in share.services
        ]
        prices = [
            {
                "from": each.begins,
                "grade": ids.of(service.title),
                "price": None if each.price is None else format_rate(each.price),
                "raised_percent": _percent(each.raised_percent),
            }
            for service in share.services
            for each in service.prices
        ]
        return {"billed": share.billed, "grades": grades, "prices": prices}

    def _prices(self, share: AnsweredShare) -> Mapping[str, Any]:
        if share.services:
            return self._services(share)
        amounts = [
            {
                "from": each.begins,
                "amount": None if each.amount is None else format_amount(each.amount),
                "raised_percent": _percent(each.raised_percent),
                "members": [self._parties.of(name) for name in each.parties],
            }
            for each in share.amounts
        ]
        rates = [
            {
                "from": each.begins,
                "rate": None if each.price is None else format_rate(each.price),
                "raised_percent": _percent(each.raised_percent),
            }
            for each in share.prices
        ]
        return {"rates": rates, "fees" if share.prices else "amounts": amounts}


def _key(share: AnsweredShare) -> str:
    if share.services:
        return "charges"
    if not share.is_cost:
        return "per-head" if share.prices else "fixed"
    if share.percents:
        return "percent"
    if share.unit_decimals is not None:
        return "per-unit"
    return "proportional" if share.measure else "equal"


def _rounding(share: AnsweredShare) -> dict[str, Any]:
    """Return how amounts are rounded: in whole euros each for itself, so that the sum may miss the cost."""
    rounding = {"rounding": share.rounding if share.rounding != "cent" else None}
    splits = share.is_cost and not share.percents and share.unit_decimals is None
    misses = {"meets_total": False} if splits and share.rounding != "cent" else {}
    return {**rounding, **misses, "rate_decimals": share.unit_decimals if share.is_cost else None}


def _number(figure: Quantity) -> int | str:
    return figure if isinstance(figure, int) else format_quantity(figure)


def _percent(text: str) -> str:
    return text.strip().removesuffix("%").rstrip()
