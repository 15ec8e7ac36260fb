"""A slow, independent reckoning of shares: from plain data, day by day, with fractions, without a line of the library.

It follows docs/agreement.md, not the code. `shares_of(data, year, as_of)` returns cents by member.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

Data = dict[str, Any]
FOREVER = dt.date.max
GRANTED = ("granted", "paid", "proved", "closed")


def shares_of(data: Data, year: int, as_of: dt.date = FOREVER) -> dict[str, int]:
    return Year(data, year, as_of).shares()


def eur(text: str) -> Fraction:
    return Fraction(Decimal(text.replace(".", "").replace(",", ".") if "," in text else text))


def rounded(exact: Fraction, rule: str) -> int:
    """Round a number that is not negative."""
    below = exact.numerator // exact.denominator
    rest, half = exact - below, Fraction(1, 2)
    up = {
        "half-up": rest >= half,
        "half-down": rest > half,
        "half-even": rest > half or (rest == half and below % 2 == 1),
        "floor": False,
        "ceil": rest > 0,
    }[rule]
    return below + up


@lru_cache
def one_by_one(tiers: tuple, units: int) -> Fraction:
    """Price each unit on its own."""
    prices = (
        next(eur(rate) for top, rate in tiers if top is None or number <= top)
        for number in range(1, units + 1)
    )
    return sum(prices, start=Fraction(0))


def level(quotas: dict[str, Fraction], low: dict, high: dict, target: Fraction) -> dict[str, Fraction]:
    """Scale the quotas by one factor, held within bounds, to the target: try all factors at which a quota bends."""

    def at(factor: Fraction) -> dict[str, Fraction]:
        found = {member: max(Fraction(low[member]), factor * quota) for member, quota in quotas.items()}
        return {m: part if high[m] is None else min(part, Fraction(high[m])) for m, part in found.items()}

    bends = {Fraction(0)}
    for member, quota in quotas.items():
        if quota:
            bends |= {Fraction(bound) / quota for bound in (low[member], high[member]) if bound is not None}
    edges = sorted(bends)
    edges.append(edges[-1] + 1 + target / max(sum(quotas.values()), Fraction(1, 10**9)))
    for left, right in pairwise(edges):
        below, above = sum(at(left).values()), sum(at(right).values())
        if below <= target <= above:
            return at(left if below == above else left + (right - left) * (target - below) / (above - below))
    raise ArithmeticError("no factor reaches the target")


class Year:
    """One service year as known on a day."""

    def __init__(self, data: Data, year: int, as_of: dt.date) -> None:
        self.data, self.year, self.as_of = data, year, as_of
        self.members = {one["id"]: one for one in self.newest(data["members"], "id")}
        first = dt.date(year, 1, 1)
        self.days = [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]
        self.rule = data.get("proration", "day")
        self.parts = {"day": len(self.days), "month": 12, "none": 1}[self.rule]

    def shares(self) -> dict[str, int]:
        columns = {one["id"]: self.column(one) for one in self.newest(self.data["components"], "id")}
        lacking = {
            id_ for id_, column in columns.items() if column is None and self.presence(self.component(id_))
        }
        columns = {id_: column for id_, column in columns.items() if column is not None}
        left = self.summed(columns)
        nobody = {member for id_ in lacking for member in self.concerned(self.component(id_))}
        for subsidy in self.newest(self.data.get("subsidies", []), "id"):
            if lacking & set(subsidy.get("components", lacking)):
                if self.is_granted(subsidy):
                    scope = [one for id_, one in columns.items() if id_ in subsidy.get("components", columns)]
                    nobody |= {member for column in scope for member in column}
                continue
            for member, cents in self.cut(subsidy, columns, left).items():
                left[member] -= cents
        return {member: left[member] for member in self.members if member in left and member not in nobody}

    def component(self, id_: str) -> Data:
        return next(one for one in self.newest(self.data["components"], "id") if one["id"] == id_)

    def concerned(self, component: Data) -> set[str]:
        """Whose share nobody knows while the component lacks a figure."""
        rest = {self.data["operator"]} if component.get("remainder") == "operator" else set()
        return {*self.presence(component), *rest}

    def is_granted(self, subsidy: Data) -> bool:
        past = [
            one for one in subsidy["life"] if max(one["on"], one.get("known_from", one["on"])) <= self.as_of
        ]
        year = [one for one in subsidy["years"] if one["year"] == self.year and eur(one["amount"])]
        return bool(past) and past[-1]["status"] in GRANTED and bool(year)

    @staticmethod
    def summed(columns: dict[str, dict[str, int]]) -> dict[str, int]:
        sums: dict[str, int] = {}
        for column in columns.values():
            for member, cents in column.items():
                sums[member] = sums.get(member, 0) + cents
        return sums

    def rule_of(self, component: Data) -> str:
        return component.get("proration") or self.rule

    def parts_of(self, component: Data) -> int:
        return {"day": len(self.days), "month": 12, "none": 1}[self.rule_of(component)]

    # what is known

    def since(self, fact: Data) -> dt.date:
        return fact.get("known_from", self.data["known_from"])

    def newest(self, facts: list[Data], *names: str) -> list[Data]:
        def key(fact: Data) -> tuple:
            return tuple(str(fact.get(name)) for name in names)

        held = sorted((one for one in facts if self.since(one) <= self.as_of), key=self.since)
        found = {key(fact): fact for fact in held}
        return [found[one] for one in dict.fromkeys(map(key, facts)) if one in found]

    def stage(self, facts: list[Data], day: dt.date) -> Data | None:
        """The fact with the latest beginning up to the day, where it has not ended."""
        begun = [one for one in self.newest(facts, "from") if one["from"] <= day]
        last = max(begun, key=lambda one: one["from"], default=None)
        return last if last is not None and day <= last.get("to", FOREVER) else None

    # who takes part

    def takes_part(self, component: Data, member: Data, day: dt.date) -> bool:
        if not component["from"] <= day <= min(component.get("to", FOREVER), self.data.get("to", FOREVER)):
            return False
        if not member.get("joined", dt.date.min) <= day <= member.get("left", FOREVER):
            return False
        own = [one for one in component.get("memberships", []) if one["member"] == member["id"]]
        if self.newest(own, "from"):
            return self.stage(own, day) is not None
        return self.is_listed(component, member["id"])

    def is_listed(self, component: Data, member_id: str) -> bool:
        if "members" not in component:
            return member_id != self.data["operator"]
        own = {one["member"] for one in self.newest(component.get("memberships", []), "member", "from")}
        if member_id in own or member_id in component["members"]:
            return True
        return any(
            self.is_listed(component, before) for before in self.members[member_id].get("succeeds", [])
        )

    def presence(self, component: Data) -> dict[str, list[dt.date]]:
        """By member the days that count; whoever takes part on no day at all is missing."""
        found = {}
        for member in self.members.values():
            days = [day for day in self.days if self.takes_part(component, member, day)]
            if days:
                counting = {"day": days, "month": [day for day in days if day.day == 1], "none": days[:1]}
                found[member["id"]] = counting[self.rule_of(component)]
        return found

    # what is counted

    def figures(self, basis: str) -> dict[str, int]:
        stages = self.newest([one for one in self.data["bases"] if one["id"] == basis], "from")
        valid = next((stage for day in self.days if (stage := self.stage(stages, day))), None)
        if valid is None:
            return {}
        reference = valid.get("reference")
        if reference is None:
            month_day = valid.get("month_day", "12-31")
            reference = dt.date.fromisoformat(f"{self.year - valid['lag_years']}-{month_day}")
        rows = [one for one in self.data["populations"] if valid.get("census") in (None, one["census"])]
        rows = [one for one in rows if (one["source"], one["reference"]) == (valid["source"], reference)]
        numbers: dict[str, int] = {}
        for row in sorted(rows, key=self.since):
            numbers |= row["inhabitants"] if self.since(row) <= self.as_of else {}
        found = {member: self.figure(member, numbers) for member in self.members}
        return {member: count for member, count in found.items() if count is not None}

    def figure(self, member: str, numbers: dict[str, int]) -> int | None:
        if self.members[member].get("ags") in numbers:
            return numbers[self.members[member]["ags"]]
        before = [self.figure(one, numbers) for one in self.members[member].get("succeeds", [])]
        return sum(before) if before and None not in before else None

    # what it costs

    def column(self, component: Data) -> dict[str, int] | None:
        present, total = self.presence(component), self.total(component)
        if not present:
            return None
        if component["key"] in ("equal", "proportional", "mixture"):
            quotas = None if total is None else self.quotas(component, present, total)
            if quotas is None:
                return None
            nobody = component.get("remainder") == "nobody"
            return self.whole_cents(
                quotas, self.debts(component, quotas), self.tied(component, quotas), nobody=nobody
            )
        units = dict.fromkeys(present, 0) if component["key"] == "fixed" else self.figures(component["basis"])
        if not units or (component.get("remainder") and total is None):
            return None
        cents = {
            member: self.charged(component, member, units[member], days) for member, days in present.items()
        }
        if component.get("remainder"):
            operator = self.data["operator"]
            cents[operator] = int(total) - sum(
                amount for member, amount in cents.items() if member != operator
            )
        return cents

    def total(self, component: Data) -> Fraction | None:
        found = [one for one in self.newest(component.get("totals", []), "year") if one["year"] == self.year]
        return eur(found[0]["amount"]) * 100 if found else None

    def charged(self, component: Data, member: str, units: int, days: list[dt.date]) -> int:
        prices = (self.price(component, member, units, day) for day in days)
        exact = sum(prices, start=Fraction(0)) * 100 / self.parts_of(component)
        share = Fraction(len(days), self.parts_of(component))
        if "minimum" in component:
            exact = max(exact, eur(component["minimum"]) * 100 * share)
        if "maximum" in component:
            exact = min(exact, eur(component["maximum"]) * 100 * share)
        return rounded(exact, self.data.get("rounding", "half-up"))

    def price(self, component: Data, member: str, units: int, day: dt.date) -> Fraction:
        """EUR a year for a member by what holds on a day."""
        if component["key"] == "tiers":
            return self.tier_price(self.stage(component["scales"], day), units)
        by_head = component["key"] == "per-head"
        whole = eur(self.stage(component["rates"], day)["rate"]) * units if by_head else Fraction(0)
        amounts = component.get("fees", []) if by_head else component["amounts"]
        named = [one for one in amounts if member in one.get("members", [])]
        stage = self.stage(named or [one for one in amounts if not one.get("members")], day)
        return whole + (eur(stage["amount"]) if stage else 0)

    @staticmethod
    def tier_price(scale: Data, units: int) -> Fraction:
        if scale.get("mode") == "marginal":
            return one_by_one(tuple((one.get("up_to"), one["rate"]) for one in scale["tiers"]), units)
        tier = next(one for one in scale["tiers"] if units <= one.get("up_to", units))
        return eur(tier.get("amount", "0")) + eur(tier.get("rate", "0")) * units

    # how a total is split

    def slices(self, component: Data) -> list[tuple[Fraction, str | None]]:
        if component["key"] != "mixture":
            return [(Fraction(1), component.get("basis"))]
        return [
            (Fraction(one["percent"].replace(",", ".")) / 100, one.get("basis"))
            for one in component["slices"]
        ]

    def measure(self, basis: str | None, present: dict[str, list]) -> dict[str, int]:
        units = self.figures(basis) if basis else dict.fromkeys(present, 1)
        return {member: units[member] * len(days) for member, days in present.items()} if units else {}

    def quotas(
        self, component: Data, present: dict[str, list], total: Fraction
    ) -> dict[str, Fraction] | None:
        quotas, covered = dict.fromkeys(present, Fraction(0)), Fraction(0)
        for share, basis in self.slices(component):
            weights = self.measure(basis, present)
            if not weights:
                return None
            for member, weight in weights.items():
                quotas[member] += total * share * Fraction(weight, sum(weights.values()))
            covered += share
        if "minimum" in component or "maximum" in component:
            quotas = self.within_bounds(component, present, quotas, total * covered)
        if component.get("remainder") == "operator":
            operator = self.data["operator"]
            quotas[operator] = quotas.get(operator, Fraction(0)) + total - sum(quotas.values())
        return quotas

    def within_bounds(
        self, component: Data, present: dict, quotas: dict, target: Fraction
    ) -> dict[str, Fraction]:
        least, most = eur(component.get("minimum", "0")) * 100, component.get("maximum")
        low = {m: -(-least * len(days) / self.parts_of(component) // 1) for m, days in present.items()}
        high = {
            m: most and eur(most) * 100 * len(days) / self.parts_of(component) // 1
            for m, days in present.items()
        }
        if component["remainder"] == "others":
            return level(quotas, low, high, target)
        held = {member: max(quota, Fraction(low[member])) for member, quota in quotas.items()}
        return {m: part if high[m] is None else min(part, Fraction(high[m])) for m, part in held.items()}

    def tied(self, component: Data, quotas: dict[str, Fraction]) -> dict[str, Any]:
        """What the largest and the smallest are told by: plain weights where only one measure counts, else quotas."""
        if component["key"] == "mixture" and len(component["slices"]) > 1:
            return quotas
        if {"minimum", "maximum", "remainder"} & component.keys():
            return quotas
        return self.measure(self.slices(component)[0][1], self.presence(component))

    def debts(self, component: Data, quotas: dict[str, Fraction]) -> dict[str, Fraction]:
        debts = dict.fromkeys(quotas, Fraction(0))
        for year in range(component["from"].year, self.year) if self.data.get("rotation") else ():
            earlier = Year(self.data, year, self.as_of)
            present, total = earlier.presence(component), earlier.total(component)
            exact = earlier.quotas(component, present, total) if present and total is not None else None
            if exact is not None:
                cents = earlier.column(component)
                for member in debts.keys() & exact.keys():
                    debts[member] += exact[member] - cents[member]
        return debts

    def whole_cents(
        self, quotas: dict, debts: dict, weights: dict, *, nobody: bool = False
    ) -> dict[str, int]:
        """Give odd cents by largest remainder; what is missing to a whole cent may be nobody's, who comes last."""

        def rank(member: str) -> tuple:
            rule = self.data.get("ties", "id")
            if rule == "ags":
                return (self.members[member].get("ags", ""), member)
            return ({"largest": -weights[member], "smallest": weights[member], "id": 0}[rule], member)

        cents = {member: quota.numerator // quota.denominator for member, quota in quotas.items()}
        whole = -(-sum(quotas.values()) // 1)
        odd = whole - sum(cents.values())
        rests = {member: quotas[member] - cents[member] for member in quotas}
        line: list[str | None] = sorted(
            (m for m in quotas if rests[m]), key=lambda m: (-(rests[m] + debts[m]), rank(m))
        )
        if nobody:
            missing = whole - sum(quotas.values())
            before = sum(rests[m] + debts[m] >= missing for m in line)
            line.insert(before if missing else len(line), None)
        for member in line[:odd]:
            if member is not None:
                cents[member] += 1
        return cents

    # what a subsidy takes off

    def cut(self, subsidy: Data, columns: dict, left: dict[str, int]) -> dict[str, int]:
        past = [
            one for one in subsidy["life"] if max(one["on"], one.get("known_from", one["on"])) <= self.as_of
        ]
        amounts = (eur(one["amount"]) * 100 for one in subsidy["years"] if one["year"] == self.year)
        amount = sum(amounts, start=Fraction(0))
        scope = self.summed(
            {id_: one for id_, one in columns.items() if id_ in subsidy.get("components", columns)}
        )
        if not past or past[-1]["status"] not in GRANTED or not amount or not scope:
            return {}
        caps = {member: min(cents, left[member]) for member, cents in scope.items()}
        operator = self.data["operator"]
        if subsidy["distribution"] == "operator":
            return {operator: min(int(amount), caps[operator])} if caps.get(operator) else {}
        if subsidy["distribution"] == "by-population":
            measures = {member: self.figures(subsidy["basis"]).get(member, 0) for member in scope}
        else:
            measures = scope if subsidy["distribution"] == "by-share" else dict.fromkeys(scope, 1)
        ratios = {member: Fraction(measure) for member, measure in measures.items()}
        quotas = level(ratios, dict.fromkeys(scope, 0), caps, amount)
        return self.whole_cents(quotas, dict.fromkeys(scope, Fraction(0)), measures)
