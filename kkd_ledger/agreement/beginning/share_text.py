"""Answers about what is shared → components, pots of costs, and the figures of each year beside the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import Answers
from kkd_ledger.agreement.beginning.due_text import plan_id
from kkd_ledger.agreement.beginning.measure_text import MeasureTexts, in_file
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.agreement.beginning.share_answers import (
    AnsweredAmount,
    AnsweredCost,
    AnsweredPrice,
    AnsweredShare,
    AnsweredSlice,
    AnsweredTier,
)
from kkd_ledger.agreement.file.toml_text import table
from kkd_ledger.money import format_amount, format_rate

_SOURCES: Final = {"plan": "Haushaltsplan", "actual": "Jahresrechnung"}


class ShareTexts:
    """What answers about shares and measures say, as entries of the contract and of its figures."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._parties = Ids(party.name for party in answers.parties)
        self._measures = MeasureTexts(answers)
        self._indexes = Ids(index.title for index in answers.indexes)
        self._shares = Ids(share.title for share in answers.shares)
        self._money = Ids(money.title for share in answers.shares for money in share.money)

    def contract(self) -> Iterator[str]:
        """Yield the entries of the contract: measures, pots, components."""
        yield from self._measures.contract()
        yield from (table("indexes", self._index(number)) for number in range(len(self._answers.indexes)))
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
        for year, text in (*self._measures.figures(), *self._index_values()):
            texts.setdefault(year, []).append(text)
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

    def _index(self, number: int) -> dict[str, Any]:
        index = self._answers.indexes[number]
        return {"id": self._indexes.of(index.title), "title": index.title, "decimals": index.decimals}

    def _index_values(self) -> Iterator[tuple[int, str]]:
        for index in self._answers.indexes:
            for each in index.values:
                entry: dict[str, Any] = {"index": self._indexes.of(index.title), "at": each.at}
                entry |= {"value": in_file(each.value), "source": index.source}
                yield int(each.at[:4]), table("index_values", entry)

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
        bounds = {"minimum": share.minimum, "maximum": share.maximum}
        return {
            "id": self._shares.of(share.title),
            "title": share.title,
            "clause": share.clause,
            "key": _key(share),
            "basis": self._measures.basis_of(share.measure) if share.measure else None,
            "from": self._answers.begins,
            "members": [self._parties.of(name) for name in share.parties],
            **{name: None if cents is None else format_amount(cents) for name, cents in bounds.items()},
            "remainder": share.bearer,
            "once": share.once,
            "dues": plan_id(self._answers, share.title),
            **_rounding(share),
            **({"pot": self._pot_id(share)} if share.is_cost else self._prices(share)),
            "parts": self._percents(share),
            "slices": [self._slice(part) for part in share.slices],
        }

    def _percents(self, share: AnsweredShare) -> list[dict[str, Any]]:
        parts = {self._parties.of(name): percent for name, percent in share.percents.items()}
        return [{"from": self._answers.begins, "parts": parts}] if parts else []

    def _slice(self, part: AnsweredSlice) -> dict[str, Any]:
        by = (
            {"by": "proportional", "basis": self._measures.basis_of(part.measure)}
            if part.measure
            else {"by": "equal"}
        )
        return {"percent": part.percent, **by, "members": [self._parties.of(name) for name in part.parties]}

    def _stage(self, each: AnsweredPrice | AnsweredAmount, field: str, value: str | None) -> dict[str, Any]:
        """Return a stage of a price: stated, raised, or following an index."""
        index = each.index and {
            "of": self._indexes.of(each.index),
            "base": each.base,
            "year": -each.index_years_before,
            "threshold": each.threshold,
        }
        return {
            "from": each.begins,
            field: value,
            "raised_percent": each.raised_percent,
            "index": index or None,
        }

    def _services(self, share: AnsweredShare) -> Mapping[str, Any]:
        ids = Ids(service.title for service in share.services)
        grades = [
            {"id": ids.of(service.title), "title": service.title, "unit": service.unit}
            for service in share.services
        ]
        prices = [
            self._stage(each, "price", _rate(each.price))
            | {"grade": ids.of(service.title)}
            | {name: in_file(getattr(each, name)) for name in ("free", "least", "step")}
            for service in share.services
            for each in service.prices
        ]
        return {"billed": share.billed, "grades": grades, "prices": prices}

    def _prices(self, share: AnsweredShare) -> Mapping[str, Any]:
        if share.services:
            return self._services(share)
        if share.tiers:
            tiers = [_tier(tier) for tier in share.tiers]
            return {"scales": [{"from": self._answers.begins, "mode": share.tier_mode, "tiers": tiers}]}
        amounts = [
            self._stage(each, "amount", None if each.amount is None else format_amount(each.amount))
            | {"members": [self._parties.of(name) for name in each.parties]}
            for each in share.amounts
        ]
        rates = [self._stage(each, "rate", _rate(each.price)) for each in share.prices]
        return {"rates": rates, "fees" if share.prices else "amounts": amounts}


def _key(share: AnsweredShare) -> str:
    kinds = (
        ("charges", share.services),
        ("tiers", share.tiers),
        ("per-head", share.prices),
        ("fixed", share.amounts),
        ("percent", share.percents),
        ("mixture", share.slices),
        ("per-unit", share.unit_decimals is not None),
        ("proportional", share.measure),
    )
    return next((key for key, said in kinds if said), "equal")


def _rounding(share: AnsweredShare) -> dict[str, Any]:
    """Return how amounts are rounded: in whole euros each for itself, so that the sum may miss the cost."""
    rounding = {"rounding": share.rounding if share.rounding != "cent" else None}
    splits = share.is_cost and not share.percents and share.unit_decimals is None
    misses = {"meets_total": False} if splits and share.rounding != "cent" else {}
    return {**rounding, **misses, "rate_decimals": share.unit_decimals if share.is_cost else None}


def _tier(tier: AnsweredTier) -> dict[str, Any]:
    amount = None if tier.amount is None else format_amount(tier.amount)
    return {"up_to": in_file(tier.up_to), "amount": amount, "rate": _rate(tier.price)}


def _rate(price: int | None) -> str | None:
    return None if price is None else format_rate(price)
