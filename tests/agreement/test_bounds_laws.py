"""Bounds in a split: whom they move, who bears the difference, and that nothing is lost."""

from __future__ import annotations

import datetime as dt

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import parse, shares
from kkd_ledger.errors import AgreementRefused
from tests.agreement.writing import toml

eur_texts = st.integers(0, 30_000).map(lambda cents: f"{cents // 100},{cents % 100:02}")


@settings(max_examples=80, deadline=None)
@given(
    weights=st.lists(st.integers(0, 900), min_size=2, max_size=6).filter(any),
    total=st.integers(0, 200_000),
    low=st.none() | eur_texts,
    high=st.none() | eur_texts,
    remainder=st.sampled_from(["operator", "nobody", "others"]),
)
def test_a_bound_moves_only_who_stands_on_it_unless_the_others_bear_the_difference(
    weights, total, low, high, remainder
):
    """A cap never raises and a floor never lowers anybody else's share; the operator takes the exact difference."""
    plain = bounded(weights, total)
    bounds = {name: one for name, one in (("minimum", low), ("maximum", high)) if one is not None}
    assume(bounds)
    try:
        agreement = bounded(weights, total, bounds | {"remainder": remainder})
    except AgreementRefused:
        return
    before, after = (dict(shares(one, 2023).amounts) for one in (plain, agreement))
    least = int((low or "0,00").replace(",", ""))
    most = int((high or "999999,00").replace(",", ""))
    again = bounded(weights[::-1], total, bounds | {"remainder": remainder})
    operator = after.pop("kreis", 0)
    assert operator >= 0
    if remainder == "others":
        assert sum(after.values()) == total
        assert all(least <= cents <= most for cents in after.values())
    else:
        for member, cents in before.items():
            assert abs(after[member] - min(max(cents, least), most)) <= 1
            assert least <= after[member] <= most
        assert remainder == "nobody" or operator + sum(after.values()) == total
        mixed = dict(shares(again, 2023).amounts)
        assert sorted(mixed.values()) == sorted([*after.values(), *([operator] if "kreis" in mixed else [])])


def bounded(weights, total, more=None):
    """A split by weights whose members may come in any order."""
    ids = [f"m{weight}-{number}" for number, weight in enumerate(weights)]
    values = dict(zip(ids, weights, strict=True))
    reference = dt.date(2022, 12, 31)
    return parse(
        toml(
            {
                "id": "probe",
                "title": "Probe",
                "operator": "kreis",
                "from": dt.date(2023, 1, 1),
                "known_from": dt.date(2023, 1, 1),
                "ties": "largest",
                "due": {"month": 3, "day": 15},
                "members": [
                    {"id": id_, "name": id_, "kind": "town"}
                    for id_ in sorted(["kreis", *ids], reverse=len(ids) % 2 == 0)
                ],
                "weights": [{"name": "mass", "source": "amt", "reference": reference, "values": values}],
                "bases": [
                    {
                        "id": "mass",
                        "rule": "frozen",
                        "source": "amt",
                        "weight": "mass",
                        "reference": reference,
                    }
                    | {"from": dt.date(2023, 1, 1)}
                ],
                "components": [
                    {
                        "id": "umlage",
                        "title": "Umlage",
                        "clause": "§ 1",
                        "key": "proportional",
                        "basis": "mass",
                        "from": dt.date(2023, 1, 1),
                        "totals": [{"year": 2023, "amount": f"{total // 100}.{total % 100:02}"}],
                    }
                    | (more or {})
                ],
            }
        )
    )
