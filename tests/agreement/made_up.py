"""Hypothesis strategies: agreements of every key and life event, as plain data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
FIRST, LAST = dt.date(2023, 1, 1), dt.date(2025, 12, 31)
YEARS = (2023, 2024, 2025)
KNOWN = dt.date(2022, 6, 1)

days = st.dates(FIRST, LAST)
known_days = st.none() | st.dates(KNOWN, LAST)


def amounts(top: int = 500_000, least: int = 0) -> st.SearchStrategy[str]:
    return st.integers(least, top).map(lambda cents: f"{cents // 100}.{cents % 100:02}")


def rates() -> st.SearchStrategy[str]:
    return st.integers(0, 3_000_000).map(lambda micros: f"{micros // 10**6}.{micros % 10**6:06}")


def _some(value: Any, **more: Any) -> Data:
    return value | {key: one for key, one in more.items() if one is not None}


@st.composite
def stages(draw: st.DrawFn, begins: dt.date, make: Any) -> list[Data]:
    """One to three stages without gaps from a day on, sometimes with a later correction of the first one."""
    starts = sorted({begins, *draw(st.lists(st.dates(begins, LAST), max_size=2))})
    found = []
    for index, start in enumerate(starts):
        closed = index + 1 < len(starts) and draw(st.booleans())
        end = {"to": starts[index + 1] - dt.timedelta(days=1)} if closed else {}
        found.append({"from": start, **end, **draw(make)})
    if draw(st.integers(0, 3)) == 0:
        found.append({**found[0], **draw(make), "known_from": draw(days)})
    return found


@st.composite
def members(draw: st.DrawFn) -> list[Data]:
    names = draw(
        st.permutations(["amt", "burg", "dorf", "feld"]).map(lambda row: row[: draw(st.integers(1, 4))])
    )
    found = [{"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"}]
    for number, name in enumerate(names):
        joined = draw(st.none() | days)
        left = draw(st.none() | st.dates(joined or FIRST, LAST)) if draw(st.booleans()) else None
        found.append(
            _some(
                {"id": name, "name": name, "kind": "town", "ags": f"0699900{number}"},
                joined=joined,
                left=left,
            )
        )
    if len(names) >= 2 and draw(st.integers(0, 2)) == 0:
        day = draw(st.dates(FIRST + dt.timedelta(days=1), LAST))
        for one in found[1:3]:
            one.pop("joined", None)
            one["left"] = day - dt.timedelta(days=1)
        heir = {"id": "zusammen", "name": "zusammen", "kind": "town", "joined": day, "succeeds": names[:2]}
        found.append(heir | ({"ags": "06999009"} if draw(st.booleans()) else {}))
    return found


@st.composite
def bases(draw: st.DrawFn, keys: list[str]) -> tuple[list[Data], list[Data], list[Data]]:
    """Population series and weights for everybody, and two measures: `ew` by AGS, `mass` by member."""
    counts = st.integers(0, 3000)
    series = [
        {
            "source": "amt",
            "reference": dt.date(year, 12, 31),
            "census": census,
            "inhabitants": {key: draw(counts) for key in keys},
        }
        for year, census in ((2022, 2011), (2023, 2011), (2023, 2022))
    ]
    rule = {"rule": "frozen", "census": 2011, "reference": dt.date(2022, 12, 31)}
    if draw(st.booleans()):
        rule = {"rule": "renewed", "lag_years": 1} | ({"census": 2011} if draw(st.booleans()) else {})
    ew = [{"id": "ew", "source": "amt", "from": FIRST, **rule}]
    if draw(st.booleans()):
        frozen = {"rule": "frozen", "census": 2022, "reference": dt.date(2023, 12, 31)}
        ew.append(
            {
                "id": "ew",
                "source": "amt",
                "from": dt.date(draw(st.sampled_from([2024, 2025])), 1, 1),
                **frozen,
            }
        )
    return series, ew, []


@st.composite
def components(draw: st.DrawFn, number: int, ids: list[str], proration: str) -> Data:  # noqa: C901 - one draw each
    begins = draw(st.just(FIRST) | st.dates(FIRST, dt.date(2024, 12, 31)))
    ends = draw(st.none() | st.dates(begins, LAST)) if draw(st.booleans()) else None
    plain = ["per-head", "fixed", "tiers", "equal", "proportional", "mixture"]
    key = draw(st.sampled_from([*plain, "percent", "per-unit", "growth"]))
    found = _some(
        {"id": f"k{number}", "title": "Baustein", "clause": "§ 1", "key": key, "from": begins}, to=ends
    )
    if draw(st.booleans()):
        found["members"] = draw(st.lists(st.sampled_from(ids), unique=True, min_size=1, max_size=4))
    if draw(st.integers(0, 3)) == 0:
        first, last = sorted(draw(st.lists(days, min_size=2, max_size=2)))
        found["memberships"] = [{"member": draw(st.sampled_from(ids[1:])), "from": first, "to": last}]
    found |= draw(_billed(key, ends))
    if not {"once", "yearly_parts"} & found.keys() and draw(st.integers(0, 2)) == 0:
        found["proration"] = draw(st.sampled_from(["day", "month", "none"]))
    bounded = key not in {"percent", "per-unit", "growth"}
    if bounded and draw(st.integers(0, 2)) == 0:
        found["minimum"] = draw(amounts(2_000))
    if bounded and draw(st.integers(0, 2)) == 0:
        found["maximum"] = draw(amounts(900_000, 2_000))
    found |= draw(_parts(key, begins, ids))
    if key in {"percent", "per-unit", "growth"}:
        return found | draw(_made(key, begins, ids))
    if draw(st.integers(0, 4)) == 0:
        found["rounding"] = draw(st.sampled_from(["cent", "ten-cents", "euro"]))
        if key in {"equal", "proportional", "mixture"}:
            found["meets_total"] = False
    if draw(st.integers(0, 5)) == 0 and not {"minimum", "maximum", "remainder"} & found.keys():
        found["direction"] = "to-members"
    totals = [{"year": year, "amount": draw(amounts())} for year in YEARS if draw(st.integers(0, 3))]
    if key in {"equal", "proportional", "mixture"} and {"minimum", "maximum"} & found.keys():
        whole = sum(Decimal(one["percent"].replace(",", ".")) for one in found.get("slices", [])) in {0, 100}
        bearers = ["operator", "nobody", *(["others"] if whole else [])]
        found["remainder"] = draw(st.sampled_from(bearers))
    splits = key in {"equal", "proportional", "mixture"}
    if splits and draw(st.integers(0, 2)) == 0 and not {"minimum", "maximum", "remainder"} & found.keys():
        found["pot"] = draw(st.sampled_from(["rest", "darueber"]))
    elif splits or "remainder" in found:
        found["totals"] = totals or [{"year": 2023, "amount": "100.01"}]
    return found


@st.composite
def _billed(draw: st.DrawFn, key: str, ends: dt.date | None) -> Data:
    """Mostly each year; or once, or in yearly parts."""
    if draw(st.integers(0, 5)) == 0:
        return {"once": draw(st.sampled_from([2023, 2024, "joining"]))}
    parted = key == "fixed" and ends is None and draw(st.integers(0, 3)) == 0
    return {"yearly_parts": draw(st.integers(2, 4))} if parted else {}


@st.composite
def _parts(draw: st.DrawFn, key: str, begins: dt.date, ids: list[str]) -> Data:  # noqa: PLR0911 - one a key
    remainder = {"remainder": "operator"} if draw(st.integers(0, 3)) == 0 else {}
    amount = st.fixed_dictionaries({"amount": amounts()})
    if key == "per-head":
        fees = {"fees": draw(stages(begins, amount))} if draw(st.booleans()) else {}
        return {
            "basis": "ew",
            "rates": draw(stages(begins, st.fixed_dictionaries({"rate": rates()}))),
            **fees,
        }
    if key == "fixed":
        found = draw(stages(begins, amount))
        if draw(st.booleans()):
            found.append(
                {"from": begins, "amount": draw(amounts()), "members": [draw(st.sampled_from(ids[1:]))]}
            )
        return {"amounts": found}
    if key == "tiers":
        return {"basis": "ew", "scales": draw(stages(begins, _scales()))}
    if key == "proportional":
        return {"basis": "ew", **remainder}
    if key in {"percent", "per-unit", "growth"}:
        return {}
    if key == "mixture":
        percent = draw(st.integers(0, 100))
        by_head, even = {"by": "proportional", "basis": "ew"}, {"by": "equal"}
        slices = [{"percent": str(percent), **by_head}, {"percent": f"{100 - percent}", **even}]
        if remainder:
            slices[1]["percent"] = f"{(100 - percent) // 2},5" if percent < 99 else "0"
            slices[0]["percent"] = str(percent or 1)
        return {"slices": slices, **remainder}
    return remainder


@st.composite
def _made(draw: st.DrawFn, key: str, begins: dt.date, ids: list[str]) -> Data:
    """What keys need that make a price of a cost; bounds are not theirs."""
    if key == "growth":
        most = draw(st.sampled_from(["0", "4,5", "3"]))
        return {
            "start": draw(amounts()),
            "growth": "wachstum",
            "at_most": most,
            "unused": draw(st.sampled_from(["banked", "lost"])),
        }
    cost = {"pot": draw(st.sampled_from(["rest", "darueber"]))}
    if key == "per-unit":
        return cost | {"basis": "ew", "rate_decimals": draw(st.integers(0, 6))}
    parts = st.fixed_dictionaries({"parts": st.just({ids[1]: "33,3", ids[-1]: "41"})})
    return cost | {"parts": draw(stages(begins, parts))}


@st.composite
def figures_of_years(draw: st.DrawFn) -> list[Data]:
    """Money of each year, planned and as it was in the end; sometimes unknown, sometimes known late."""
    rows = []
    for year in YEARS:
        for id_ in ("ausgaben", "einnahmen"):
            for kind in ("plan", "actual"):
                if draw(st.integers(0, 3)):
                    since = draw(known_days)
                    row = {"id": id_, "year": year, "amount": draw(amounts()), "kind": kind, "source": "Plan"}
                    rows.append(_some(row, known_from=since))
        rows.append({"id": "wachstum", "year": year, "amount": draw(amounts(900)), "source": "Amt"})
    return rows


@st.composite
def pots(draw: st.DrawFn, taken: list[str], *, measured: bool) -> list[Data]:
    """A pot and what its limit cuts off; `taken` are components that rest on no pot."""
    steps = [{"less": "einnahmen"}] if draw(st.booleans()) else []
    if draw(st.booleans()):
        steps.append({"plus_percent": draw(st.sampled_from(["10", "7,5"]))})
    if measured and draw(st.integers(0, 2)) == 0:
        steps.append({"of_measure": "ew", "percent": draw(st.sampled_from(["0,5", "62 %"]))})
    if measured and draw(st.integers(0, 2)) == 0:
        steps.append({"in_ratio": ["ew", "fremde"]})
    if taken and draw(st.integers(0, 2)) == 0:
        steps.append({"less_component": draw(st.sampled_from(taken))})
    steps.append({"at_most": draw(amounts(400_000, 1_000))})
    if draw(st.booleans()):
        steps.append({"part": draw(st.sampled_from(["62 %", "33,3 %"]))})
    below = draw(st.sampled_from(["credit", "carry", "zero"]))
    made = {"id": "rest", "title": "Rest", "lines": ["ausgaben"], "steps": steps, "below_zero": below}
    return [made, {"id": "darueber", "title": "Was darüber liegt", "excess_of": "rest"}]


@st.composite
def _scales(draw: st.DrawFn) -> Data:
    tops = sorted(draw(st.sets(st.integers(0, 2500), max_size=2)))
    if draw(st.booleans()):
        tiers = [{"up_to": top, "rate": draw(rates())} for top in tops] + [{"rate": draw(rates())}]
        return {"mode": "marginal", "tiers": tiers}
    tiers = [{"up_to": top, "amount": draw(amounts())} for top in tops]
    return {"mode": "whole", "tiers": [*tiers, {"amount": draw(amounts()), "rate": draw(rates())}]}


@st.composite
def subsidies(draw: st.DrawFn, number: int, components_: list[Data]) -> Data:
    share = draw(amounts(2_000, 1))
    distribution = draw(st.sampled_from(["by-share", "by-population", "equal", "operator"]))
    life = [{"status": "applied", "on": dt.date(2023, 2, 1)}]
    for status, on in (
        ("granted", dt.date(2023, 8, 1)),
        ("paid", dt.date(2024, 2, 1)),
        ("reclaimed", dt.date(2025, 3, 1)),
    ):
        if draw(st.integers(0, 3)):
            life.append({"status": status, "on": on})
        else:
            break
    found = {
        "id": f"f{number}",
        "title": "Förderung",
        "clause": "§ 2",
        "amount": share,
        "years": [{"year": draw(st.sampled_from(YEARS)), "amount": share}],
        "distribution": distribution,
        "life": life,
    }
    if distribution == "by-population":
        found["basis"] = "ew"
    if draw(st.booleans()):
        found["components"] = [draw(st.sampled_from(components_))["id"]]
    return found


@st.composite
def agreements(draw: st.DrawFn) -> Data:
    """An agreement as plain data; most are sound, some are refused (weights all zero, bounds beyond the cost)."""
    proration = draw(st.sampled_from(["day", "month", "none"]))
    parties = draw(members())
    ids = [one["id"] for one in parties]
    series, ew, _ = draw(bases([one["ags"] for one in parties if "ags" in one]))
    parts = [draw(components(number, ids, proration)) for number in range(draw(st.integers(1, 3)))]
    if draw(st.integers(0, 2)) == 0:
        of = [one["id"] for one in parts]
        parts.append(
            {"id": "niedrig", "title": "Niedrigste", "clause": "§ 1", "key": "mean-of-lowest", "from": FIRST}
            | {"of": of, "lowest": draw(st.integers(1, len(of)))}
        )
    free = [one["id"] for one in parts if "pot" not in one and one["key"] != "mean-of-lowest"]
    taken = free if draw(st.booleans()) else []
    measured = draw(st.booleans())
    foreign = {"id": "fremde", "source": "heim", "from": FIRST, "rule": "frozen", "census": 2011}
    ew.append(foreign | {"reference": dt.date(2022, 12, 31)})
    counted = draw(st.integers(1, 3000))
    series.append(
        {
            "source": "heim",
            "reference": dt.date(2022, 12, 31),
            "census": 2011,
            "inhabitants": {"06999": counted},
        }
    )
    grants = [draw(subsidies(number, parts)) for number in range(draw(st.integers(0, 2)))]
    return {
        "id": "probe",
        "title": "Probe",
        "operator": "kreis",
        "from": FIRST,
        "known_from": KNOWN,
        "proration": proration,
        "rounding": draw(st.sampled_from(["half-up", "half-even", "half-down", "floor", "ceil"])),
        "ties": draw(st.sampled_from(["id", "ags", "largest", "smallest"])),
        "rotation": draw(st.booleans()),
        "service_year": {"begins": draw(st.sampled_from(["01-01", "01-01", "07-01", "08-15"]))},
        "due": {"month": 3, "day": 15},
        "members": parties,
        "populations": series,
        "bases": ew,
        "figures": draw(figures_of_years()),
        "pots": draw(pots(taken, measured=measured)),
        "components": parts,
        "subsidies": grants,
    }
