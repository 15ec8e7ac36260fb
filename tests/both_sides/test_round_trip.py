"""Both sides together: the office posts and sends, the member imports and pays, and both books agree."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import parse, shares
from kkd_ledger.errors import AgreementRefused
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Level
from tests.agreement.made_up import FIRST, LAST, agreements, amounts
from tests.agreement.writing import toml

from .two_sides import Sides, complete, two_sides, vat

# subsidies are granted and reclaimed, stages corrected and members leave as the agreement goes on: each is a correction
DAYS = (dt.date(2023, 5, 15), dt.date(2023, 12, 4), dt.date(2024, 9, 2), dt.date(2025, 6, 2))


EVENTS = ("nothing", "dearer", "granted", "reclaimed", "leaves")


TREATMENTS = st.sampled_from(["taxable-19", "exempt-4-29"])


def _vat(year: int, treatment: str) -> list[dict[str, Any]]:
    """Not taxable at first, otherwise from a year on."""
    net = {"amounts": "net"} if treatment == "taxable-19" else {}
    before, begins = dt.date(year - 1, 12, 31), {"from": dt.date(year, 1, 1)}
    return [vat("not-taxable-2b", to=before), vat(treatment, **begins, **net)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """An agreement of any keys and stages, one of its members, and what becomes known between two rounds."""
    data = draw(agreements())
    member = draw(st.sampled_from([one["id"] for one in data["members"] if one["id"] != data["operator"]]))
    events = draw(st.lists(st.sampled_from(EVENTS), min_size=len(DAYS), max_size=len(DAYS)))
    sure, grant = draw(_sure(events)), draw(amounts(5_000, 1))
    life = [{"status": "applied", "on": dt.date(2023, 2, 1)}]
    for day, event in zip(DAYS, events, strict=True):
        if (event == "granted" and len(life) == 1) or (event == "reclaimed" and len(life) == 2):
            life.append({"status": event, "on": day})
    subsidy = {
        "id": "fx",
        "title": "Förderung",
        "clause": "§ 2",
        "amount": grant,
        "years": [{"year": 2023, "amount": grant}],
        "distribution": draw(st.sampled_from(["by-share", "equal"])),
        "components": ["kx"],
        "life": life,
    }
    data["vat"] = draw(st.just([]) | st.builds(_vat, st.sampled_from([2023, 2024]), TREATMENTS))
    data["components"].append(sure)
    data["subsidies"].append(subsidy)
    data["members"] += _leaves(draw, data, member, events)
    try:
        agreement = parse(toml(complete(data, member)))
        owed = [
            share.amount_cents for year in (2023, 2024, 2025) if (share := shares(agreement, year).of(member))
        ]
    except AgreementRefused:
        assume(False)
    assume(any(owed))
    return data, member


@st.composite
def _sure(draw: st.DrawFn, events: list[str]) -> dict[str, Any]:
    """A component that surely costs something, and is corrected where something became dearer (or cheaper)."""
    key = draw(st.sampled_from(["fixed", "per-head", "proportional"]))
    part = {"id": "kx", "title": "Sicher", "clause": "§ 1", "key": key, "from": FIRST}
    known = [{}, *({"known_from": day} for day, event in zip(DAYS, events, strict=True) if event == "dearer")]
    cost = amounts(900_000, 20_000)
    if key == "fixed":
        return part | {"amounts": [{"from": FIRST, "amount": draw(cost), **one} for one in known]}
    if key == "per-head":
        rate = st.integers(100_000, 3_000_000).map(lambda micros: f"{micros // 10**6}.{micros % 10**6:06}")
        return part | {"basis": "ew", "rates": [{"from": FIRST, "rate": draw(rate), **one} for one in known]}
    totals = [{"year": year, "amount": draw(cost), **one} for one in known for year in (2023, 2024, 2025)]
    return part | {"basis": "ew", "totals": totals}


def _leaves(draw: st.DrawFn, data: dict[str, Any], member: str, events: list[str]) -> list[dict[str, Any]]:
    """The member leaves, and that is known later: even a year that is booked may drop to nothing."""
    if "leaves" not in events:
        return []
    told = DAYS[events.index("leaves")]
    [held] = [one for one in data["members"] if one["id"] == member]
    left = draw(st.dates(max(held.get("joined", FIRST), FIRST), LAST))
    return [{**held, "left": min(left, held.get("left", LAST)), "known_from": told}]


SHARE, CHEAPER, DEARER = "probe-2023-dorf-1", "probe-2023-dorf-g230301", "probe-2023-dorf-n230402"


def changing(**more: Any) -> tuple[dict[str, Any], str]:
    """A share of 2023 that became 9,51 EUR cheaper in March and as dear as before in April: known before any round."""
    changes = [("200.00", {}), ("190.49", {"known_from": dt.date(2023, 3, 1)})]
    changes.append(("200.00", {"known_from": dt.date(2023, 4, 2)}))
    cost = {"id": "kx", "title": "Sicher", "clause": "§ 1", "key": "fixed", "from": FIRST}
    town = {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001"}
    data = {
        "id": "probe",
        "title": "Probe",
        "from": FIRST,
        "known_from": dt.date(2022, 6, 1),
        "operator": "kreis",
        "due": {"month": 3, "day": 15},
        "members": [{"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"}, town],
        "components": [
            cost | {"amounts": [{"from": FIRST, "amount": amount, **one} for amount, one in changes]}
        ],
        "subsidies": [],
    }
    return data | more, "dorf"


CHANGED_VAT = [vat("not-taxable-2b"), vat("taxable-19", amounts="net", known_from=dt.date(2023, 3, 15))]


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("more", [{}, {"vat": CHANGED_VAT}], ids=["", "vat"])
def test_each_of_several_changes_is_booked_from_its_own_document(
    more: dict[str, Any], first: bool, tmp_path: Path
) -> None:
    sides = two_sides(tmp_path, *changing(**more), DAYS[0])
    stage(sides, DAYS[0], 50, itself=first)
    taxed = ["probe-2023-dorf-u230315"] if more else []
    assert sorted(one.posten for one in sides.open_items(sides.member)) == sorted(
        [SHARE, CHEAPER, DEARER, *taxed]
    )
    stage(sides, DAYS[1], 100, itself=not first)
    assert not any(one.open_cents for one in sides.open_items(sides.member))


def test_an_agreement_that_begins_within_a_service_year_is_demanded_for_its_own_part(tmp_path: Path) -> None:
    sides = two_sides(tmp_path, *changing(service_year={"begins": "07-01"}), DAYS[0])
    sides.begin(DAYS[0])
    sides.post()
    assert {one.comparison.text() for one in sides.receive(sides.send())} == {"wie vereinbart"}
    assert sides.differences() == ()


def test_a_change_whose_document_comes_too_early_waits_for_the_one_before_it(tmp_path: Path) -> None:
    sides = two_sides(tmp_path, *changing(), DAYS[0])
    sides.begin(DAYS[0])
    sides.post()
    share, cheaper, dearer = sides.send()
    early = sides.receive([cheaper, dearer])
    said = [
        f"2023: gefordert {demanded}, wie vereinbart, aber davor fehlen {missing}, die noch nicht gebucht sind: erst "
        "deren Dokument annehmen (oder `kkd post`), dann dieses noch einmal"
        for demanded, missing in (("-9,51 EUR", "200,00 EUR"), ("9,51 EUR", "190,49 EUR"))
    ]
    assert [one.comparison.unacceptable for one in early] == [(text,) for text in said]
    waiting = [sides.member.book.root / one.kept for one in early]
    done = sides.receive([share, *waiting])
    assert [one.comparison.text() for one in done] == ["wie vereinbart"] * 3
    assert sides.differences() == ()


PERCENTS = st.lists(st.sampled_from([0, 30, 50, 99, 100, 100, 100]), min_size=4, max_size=4)
FIRST_ITSELF = st.lists(st.booleans(), min_size=4, max_size=4)


@settings(
    max_examples=5,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(world=worlds(), percents=PERCENTS, itself=FIRST_ITSELF)
def test_what_one_side_sends_the_other_books(
    world: tuple[dict[str, Any], str], percents: list[int], itself: list[bool]
) -> None:
    both_agree(world, percents, itself)


def both_agree(world: tuple[dict[str, Any], str], percents: list[int], itself: list[bool]) -> None:
    """Let both sides live through an agreement's days, each with its part of what is paid; they always agree.

    In some rounds the member books from the agreement itself before the documents come.
    """
    with tempfile.TemporaryDirectory() as name:
        sides = two_sides(Path(name), *world, DAYS[0])
        for day, percent, first in zip(DAYS, percents, itself, strict=True):
            stage(sides, day, percent, itself=first)


def stage(sides: Sides, day: dt.date, percent: int, *, itself: bool) -> None:
    """One round: post, send, receive, pay (a part, and what was short before by hand), statements; then compare."""
    sides.begin(day)
    sides.post()
    if itself:
        sides.post(sides.member)
    for one in sides.receive(sides.send()):
        assert one.comparison.text() == "wie vereinbart"
    assert sides.differences() == ()
    for side in sides.both:
        pain, short = sides.run(side)
        sides.execute(side, pain, lambda cents: cents * percent // 100)
        for item in sides.open_items(side):
            if item.posten in short:
                sides.by_hand(side, item.reference, abs(item.open_cents) * percent // 100)
    sides.statements()
    assert sides.differences() == ()
    ours, theirs = sides.open_items(sides.office), sides.open_items(sides.member)
    assert [(one.posten, one.reference, one.claimed_cents, one.paid_cents) for one in ours] == [
        (one.posten, one.reference, one.claimed_cents, one.paid_cents) for one in theirs
    ]
    for side in sides.both:
        assert [found for found in check(side.again()) if found.kind.level == Level.ERROR] == []
