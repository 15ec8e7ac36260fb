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


def named(pot: Data) -> set[str]:
    return {
        *pot["lines"],
        *(step[name] for step in pot["steps"] for name in ("less", "plus") if name in step),
    }


def first_day(data: Data, year: int) -> dt.date:
    """The first day of a service year."""
    return dt.date.fromisoformat(f"{year}-{data.get('service_year', {}).get('begins', '01-01')}")


def year_of(data: Data, day: dt.date) -> int:
    """The service year in which a day lies."""
    return day.year if first_day(data, day.year) <= day else day.year - 1


class Year:
    """One service year as known on a day."""

    def __init__(self, data: Data, year: int, as_of: dt.date) -> None:
        self.data, self.year, self.as_of = data, year, as_of
        self.members = {one["id"]: one for one in self.newest(data["members"], "id")}
        first = first_day(data, year)
        self.days = [first + dt.timedelta(days=n) for n in range((first_day(data, year + 1) - first).days)]
        self.rule = data.get("proration", "day")
        self.parts = {"day": len(self.days), "month": 12, "none": 1}[self.rule]

    def shares(self) -> dict[str, int]:
        billed = [one for one in self.newest(self.data["components"], "id") if one.get("charged", True)]
        columns = {one["id"]: self.column(one) for one in billed}
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
        return (
            "none" if {"once", "yearly_parts"} & component.keys() else component.get("proration") or self.rule
        )

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
        if not self.is_billed(component, member):
            return False
        if not component["from"] <= day <= min(component.get("to", FOREVER), self.data.get("to", FOREVER)):
            return False
        if not member.get("joined", dt.date.min) <= day <= member.get("left", FOREVER):
            return False
        own = [one for one in component.get("memberships", []) if one["member"] == member["id"]]
        if self.newest(own, "from"):
            return self.stage(own, day) is not None
        return self.is_listed(component, member["id"])

    def is_billed(self, component: Data, member: Data) -> bool:
        """Once, in the year in which a member joins, or in the first of so many years; else always."""
        once, begin = component.get("once"), component["from"]
        if once == "joining":
            own = [one for one in component.get("memberships", []) if one["member"] == member["id"]]
            days = [one["from"] for one in self.newest(own, "from")]
            joined = max(member.get("joined", dt.date.min), min(days, default=dt.date.min))
            return joined >= begin and joined > dt.date.min and year_of(self.data, joined) == self.year
        if once is not None and once != self.year:
            return False
        return self.year < year_of(self.data, begin) + component.get("yearly_parts", 10_000)

    def is_listed(self, component: Data, member_id: str) -> bool:
        if "members" not in component and component["key"] == "percent":
            return any(member_id in stage["parts"] for stage in component["parts"]) or any(
                self.is_listed(component, before) for before in self.members[member_id].get("succeeds", [])
            )
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
        """By member the signed cents: negative where the operator pays."""
        cents = self.unsigned(component)
        if cents is not None and "yearly_parts" in component:
            count = component["yearly_parts"]
            is_last = self.year == year_of(self.data, component["from"]) + count - 1
            parts = {member: amount // count for member, amount in cents.items()}
            rest = {member: cents[member] - part * (count - 1) for member, part in parts.items()}
            cents = rest if is_last else parts
        if cents is None or component.get("direction") != "to-members":
            return cents
        return {member: -amount for member, amount in cents.items()}

    def stepped(self, component: Data, exact: Fraction) -> int:
        """Round cents to the component's step, by its rule or the agreement's; a credit is the mirror of a charge."""
        step = {"cent": 1, "ten-cents": 10, "euro": 100}[component.get("rounding", "cent")]
        rule = component.get("rounding_mode", self.data.get("rounding", "half-up"))
        return -step * rounded(-exact / step, rule) if exact < 0 else step * rounded(exact / step, rule)

    def per_unit(self, component: Data, present: dict, total: Fraction | None) -> dict[str, int] | None:
        """The cost over the units that take part, each for its part of the year, rounded; times each one's units."""
        units = self.figures(component["basis"])
        if total is None or not units:
            return None
        parts = {m: units[m] * Fraction(len(days), self.parts_of(component)) for m, days in present.items()}
        scale = 10 ** component["rate_decimals"]
        rate = total / 100 / sum(parts.values())
        sign = -1 if rate < 0 else 1
        rate = sign * Fraction(rounded(abs(rate) * scale, component.get("rate_rounding", "half-up")), scale)
        return {member: self.stepped(component, part * rate * 100) for member, part in parts.items()}

    def grown(self, component: Data, present: dict) -> dict[str, int] | None:
        """Last year's amount and its growth, at most so much; what is above is kept, or lost."""
        amount, kept = eur(component["start"]) * 100, Fraction(0)
        for year in range(year_of(self.data, component["from"]) + 1, self.year + 1):
            growth = Year(self.data, year, self.as_of).money(component["growth"])
            if growth is None:
                return None
            wanted = growth / 100 + kept
            used = min(wanted, eur(component["at_most"]))
            kept = wanted - used if component["unused"] == "banked" else Fraction(0)
            amount = Fraction(rounded(amount * (1 + used / 100), "half-up"))
        return {
            member: self.stepped(component, amount * Fraction(len(days), self.parts_of(component)))
            for member, days in present.items()
        }

    def lowest(self, component: Data, present: dict) -> dict[str, int] | None:
        rows = [self.column(self.component(name)) for name in component["of"]]
        living = [
            row
            for row, name in zip(rows, component["of"], strict=True)
            if self.presence(self.component(name))
        ]
        if None in living:
            return None
        if not living:
            return dict.fromkeys(present, 0)
        count = min(component["lowest"], len(living))
        charged = [m for m in present if any(m in row for row in living)]
        means = {m: sum(sorted(row.get(m, 0) for row in living)[:count]) for m in charged}
        return {m: self.stepped(component, Fraction(mean, count)) for m, mean in means.items()}

    # pots

    def money(self, name: str) -> Fraction | None:
        """A figure of the year in cents: the actual one, or what was planned."""
        rows = [one for one in self.data.get("figures", []) if one["id"] == name and one["year"] == self.year]
        by_kind = {
            one.get("kind", "actual"): one for one in sorted(self.newest(rows, "kind"), key=self.since)
        }
        row = by_kind.get("actual", by_kind.get("plan"))
        return (
            eur(row["amount"].replace("-", "")) * (-100 if row["amount"][0] == "-" else 100) if row else None
        )

    def pot(self, name: str) -> Fraction | None:
        """What a pot comes to, after what its clause says of less than nothing."""
        pots = {one["id"]: one for one in self.newest(self.data.get("pots", []), "id")}
        if name not in pots:
            return self.money(name)
        exact = self.stepwise(pots, pots[name])
        if exact is None or exact >= 0 or pots[name].get("below_zero") == "credit":
            return exact
        if pots[name].get("below_zero") is None:
            raise ArithmeticError("below zero, and nothing says what then holds")
        return Fraction(0)

    def stepwise(self, pots: dict[str, Data], pot: Data) -> Fraction | None:
        cut = Fraction(0)
        source = pots[pot["excess_of"]] if "excess_of" in pot else pot
        amounts = [self.pot(name) for name in source["lines"]]
        if source.get("below_zero") == "carry":
            earlier = [
                one for one in self.data["figures"] if one["year"] < self.year and one["id"] in named(source)
            ]
            if earlier:
                before = Year(self.data, self.year - 1, self.as_of).stepwise(pots, source)
                amounts.append(None if before is None else min(before, Fraction(0)))
        for step in [{}, *source["steps"]]:
            after = sum(amounts) if None not in amounts else None
            if after is None:
                return None
            amounts = [self.after(step, after)]
            if "at_most" in step and amounts[0] is not None:
                cut += after - amounts[0]
        return cut if "excess_of" in pot else amounts[0]

    def after(self, step: Data, amount: Fraction) -> Fraction | None:
        percent = step.get("percent")
        [(kind, said)] = [item for item in step.items() if item[0] != "percent"] or [("", "")]
        if kind == "of_measure":
            whole = self.measured(said)
            return None if whole is None else amount + whole * eur(percent.removesuffix(" %"))
        if kind == "in_ratio":
            wholes = [self.measured(name) for name in said]
            return None if None in wholes else amount * wholes[0] / sum(wholes)
        if kind in ("less", "plus"):
            other = self.pot(said)
            return None if other is None else amount - other if kind == "less" else amount + other
        if kind == "less_component":
            column = self.column(self.component(said))
            alive = self.presence(self.component(said))
            return (None if alive else amount) if column is None else amount - sum(column.values())
        plain = {
            "at_most": lambda: min(amount, eur(said) * 100),
            "at_least": lambda: max(amount, eur(said) * 100),
            "plus_percent": lambda: amount * (1 + eur(said) / 100),
            "part": lambda: amount * eur(said.removesuffix(" %")) / 100,
            "": lambda: amount,
        }
        return plain[kind]()

    def measured(self, basis: str) -> Fraction | None:
        """The sum of a measure over all who have a figure; None until each who has one in any year reported it."""
        figures = self.figures(basis)
        parties = [self.presence(one) for one in self.newest(self.data["components"], "id")]
        sources = {one["source"] for one in self.data["bases"] if one["id"] == basis}
        known = [one for one in self.data["populations"] if self.since(one) <= self.as_of]
        ever = {ags for one in known if one["source"] in sources for ags in one["inhabitants"]}
        wanted = {m for party in parties for m in party if self.members[m].get("ags") in ever}
        using = [
            party
            for one, party in zip(self.newest(self.data["components"], "id"), parties, strict=True)
            if basis in (one.get("basis"), *(part.get("basis") for part in one.get("slices", [])))
        ]
        wanted |= {member for party in using for member in party}
        return Fraction(sum(figures.values())) if figures and wanted <= figures.keys() else None

    def unsigned(self, component: Data) -> dict[str, int] | None:  # noqa: PLR0911 - one answer for each family
        present, total = self.presence(component), self.total(component)
        if not present:
            return None
        made = {
            "per-unit": lambda: self.per_unit(component, present, total),
            "growth": lambda: self.grown(component, present),
            "mean-of-lowest": lambda: self.lowest(component, present),
        }
        if component["key"] in made:
            return made[component["key"]]()
        if component["key"] in ("equal", "proportional", "mixture", "percent"):
            quotas = None if total is None else self.quotas(component, present, total)
            if quotas is None:
                return None
            if component.get("meets_total") is False:
                return {member: self.stepped(component, quota) for member, quota in quotas.items()}
            return self.whole_cents(quotas, self.debts(component, quotas), self.tied(component, quotas))
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
        if "pot" in component:
            return self.pot(component["pot"])
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
        return self.stepped(component, exact)

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
        if component["key"] == "percent":
            return self.fixed_parts(component, present, total)
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

    def fixed_parts(self, component: Data, present: dict[str, list], total: Fraction) -> dict[str, Fraction]:
        """By member its per cents of the days; who has none in any stage of the year has no part."""
        rows = {
            day: self.stage(component["parts"], day)["parts"] for days in present.values() for day in days
        }
        named = {member for row in rows.values() for member in row} if rows else set(present)
        return {
            member: sum((total * eur(rows[day].get(member, "0")) / 100 for day in days), start=Fraction(0))
            / self.parts_of(component)
            for member, days in present.items()
            if member in named
        }

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
        for year in (
            range(year_of(self.data, component["from"]), self.year) if self.data.get("rotation") else ()
        ):
            earlier = Year(self.data, year, self.as_of)
            present, total = earlier.presence(component), earlier.total(component)
            exact = earlier.quotas(component, present, total) if present and total is not None else None
            if exact is not None:
                cents = earlier.unsigned(component)
                for member in debts.keys() & exact.keys():
                    debts[member] += exact[member] - cents[member]
        return debts

    def whole_cents(self, quotas: dict, debts: dict, weights: dict) -> dict[str, int]:
        """Give odd cents by largest remainder; what is missing to a whole cent is nobody's, who comes last."""

        def rank(member: str) -> tuple:
            rule = self.data.get("ties", "id")
            if rule == "ags":
                return (self.members[member].get("ags", ""), member)
            return ({"largest": -weights[member], "smallest": weights[member], "id": 0}[rule], member)

        if sum(quotas.values()) < 0:
            sides = [{m: -value for m, value in side.items()} for side in (quotas, debts)]
            return {
                m: -c for m, c in self.whole_cents(*sides, {m: abs(w) for m, w in weights.items()}).items()
            }
        cents = {member: quota.numerator // quota.denominator for member, quota in quotas.items()}
        whole = -(-sum(quotas.values()) // 1)
        odd = whole - sum(cents.values())
        rests = {member: quotas[member] - cents[member] for member in quotas}
        line: list[str | None] = sorted(
            (m for m in quotas if rests[m]), key=lambda m: (-(rests[m] + debts[m]), rank(m))
        )
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


# things billed one by one


def billed(prices: list[Data], rows: list[Data], how: str, as_of: dt.date) -> dict[str, int]:
    """Return by party the cents of what is done by a day and known by it, of one component in a calendar year."""
    last: dict[tuple, Data] = {}
    for charge in sorted(
        (one for one in rows if one["known_from"] <= as_of), key=lambda one: one["known_from"]
    ):
        last[charge["party"], charge["on"], charge["ref"], charge["grade"]] = charge
    jobs: dict[tuple, list[Data]] = {}
    for charge in last.values():
        jobs.setdefault((charge["party"], *bill(charge, how)), []).append(charge)
    sums: dict[str, int] = {}
    for (party, *_), charges in jobs.items():
        counting = [one for one in charges if eur(str(one["quantity"]))] or charges
        over = [over_on(one["on"], how) for one in counting]
        if max(over) <= as_of:
            sums[party] = sums.get(party, 0) + sum(cents_of(prices, one) for one in charges)
    return {party: cents for party, cents in sums.items() if cents}


def bill(charge: Data, how: str) -> tuple:
    return (charge["ref"],) if how == "each" else (over_on(charge["on"], how),)


def over_on(day: dt.date, how: str) -> dt.date:
    """The first day on which a bill may be written."""
    if how == "each":
        return day
    month = day.month if how == "monthly" else (day.month + 2) // 3 * 3
    return dt.date(day.year + month // 12, month % 12 + 1, 1)


def cents_of(prices: list[Data], charge: Data) -> int:
    held = [one for one in prices if one["grade"] == charge["grade"] and one["from"] <= charge["on"]]
    price = max(held, key=lambda one: one["from"])["price"]
    return rounded(eur(price) * eur(str(charge["quantity"])) * 100, "half-up")
