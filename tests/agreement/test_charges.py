"""Charges: priced by their day, billed by job, month or quarter, corrected from the day on which that is known."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import Agreement, Claim, annex, claims, explain, load, parse, plan, shares, solve
from kkd_ledger.agreement.planning.proposal import proposal
from kkd_ledger.cli import main
from kkd_ledger.errors import AgreementRefused
from tests.agreement.oracle import billed
from tests.agreement.writing import toml

BASE: dict[str, Any] = {
    "id": "pruef",
    "title": "Prüfung",
    "operator": "op",
    "from": dt.date(2023, 1, 1),
    "known_from": dt.date(2023, 1, 1),
    "due": {"month": 3, "day": 15},
    "members": [
        {"id": "op", "name": "Verband", "kind": "association"},
        {"id": "a", "name": "Adorf", "kind": "municipality"},
        {"id": "b", "name": "Bdorf", "kind": "municipality"},
    ],
}
PRICES = [
    {"from": dt.date(2023, 1, 1), "grade": "stunde", "price": "47,90"},
    {"from": dt.date(2024, 7, 1), "grade": "stunde", "price": "50,00"},
    {"from": dt.date(2023, 1, 1), "grade": "kopie", "price": "0,25"},
]


def charged(*rows: dict[str, Any], dues: dict[str, Any] | None = None, **more: Any) -> Agreement:
    component = {
        "id": "pruefung",
        "title": "Prüfungen",
        "clause": "§ 5",
        "key": "charges",
        "from": dt.date(2023, 1, 1),
        "prices": PRICES,
        **({"dues": dues["id"]} if dues else {}),
    }
    whole = BASE | {"components": [component | more], "charges": list(rows)}
    return parse(toml(whole | ({"dues": [dues]} if dues else {})))


def row(on: str, quantity: Any, party: str = "a", grade: str = "stunde", **more: Any) -> dict[str, Any]:
    """Return a charge of a day (`2024-03-05`) or a month (`2024-03`), known from its day or month end."""
    when: dict[str, Any] = {"month": on} if len(on) == 7 else {"on": dt.date.fromisoformat(on)}
    default = when.get("on") or dt.date.fromisoformat(f"{on}-28")
    said = {
        "component": "pruefung",
        "party": party,
        "grade": grade,
        "quantity": quantity,
        "known_from": default,
    }
    return said | when | more


def told(agreement: Agreement, year: int = 2024, as_of: dt.date | None = None) -> list[tuple[Any, ...]]:
    return [
        (
            claim.member,
            str(claim.kind),
            f"{claim.named:%m%d}",
            claim.place,
            f"{claim.since:%m%d}",
            claim.cents,
        )
        for claim in claims(agreement, year, as_of)
    ]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_a_job_is_one_bill_on_its_last_day_however_many_lines_it_has():
    agreement = charged(
        row("2024-03-05", "8", ref="A 1", known_from=day("2024-03-10")),
        row("2024-03-08", "2,5", ref="A 1", known_from=day("2024-03-10")),
        row("2024-03-08", 20, grade="kopie", ref="A 1", known_from=day("2024-03-10")),
        row("2024-03-08", 1, ref="A 2", known_from=day("2024-03-12")),
    )
    assert told(agreement) == [
        ("a", "charge", "0308", 0, "0310", 47900 // 10 * 8 + 11975 + 500),
        ("a", "charge", "0308", 1, "0312", 4790),
    ]


def test_a_bill_is_written_when_its_job_is_done_though_it_is_known_before():
    known = day("2024-01-05")
    agreement = charged(
        row("2024-03-05", 1, ref="A", known_from=known), row("2024-03-07", 1, ref="A", known_from=known)
    )
    assert told(agreement) == [("a", "charge", "0307", 0, "0307", 9580)]
    assert told(agreement, as_of=day("2024-03-06")) == []


@pytest.mark.parametrize(
    ("billed", "named", "since"), [("monthly", "0331", "0401"), ("quarterly", "0331", "0401")]
)
def test_a_month_is_billed_when_it_is_over_or_when_it_is_known(billed: str, named: str, since: str):
    rows = [row("2024-03-05", 1), row("2024-03-20", 2), row("2024-03", 3, party="b")]
    late = row("2024-03-06", 4, party="b", known_from=day("2024-04-20"))
    assert told(charged(*rows, late, billed=billed)) == [
        ("a", "charge", named, 0, since, 3 * 4790),
        ("b", "charge", named, 0, since, 3 * 4790),
        ("b", "correction", "0420", 1, "0420", 4 * 4790),
    ]


def test_a_quarter_is_one_bill():
    rows = [row("2024-01-05", 1), row("2024-03-20", 2), row("2024-04-01", 1)]
    assert told(charged(*rows, billed="quarterly")) == [
        ("a", "charge", "0331", 0, "0401", 3 * 4790),
        ("a", "charge", "0630", 0, "0701", 4790),
    ]


def test_a_quarter_that_two_service_years_share_is_a_bill_of_each():
    component_year = {"service_year": {"begins": "08-01"}}
    whole = BASE | component_year
    component = {
        "id": "pruefung",
        "title": "Prüfungen",
        "clause": "§ 5",
        "key": "charges",
        "billed": "quarterly",
        "from": dt.date(2023, 1, 1),
        "prices": PRICES,
    }
    rows = [row("2024-07-05", 1), row("2024-08-05", 1)]
    agreement = parse(toml(whole | {"components": [component], "charges": rows}))
    assert told(agreement, 2023) == [("a", "charge", "0731", 0, "0801", 5000)]
    assert told(agreement, 2024) == [("a", "charge", "0930", 0, "1001", 5000)]


def test_the_price_is_that_of_the_day():
    agreement = charged(row("2024-06-30", 1), row("2024-07-01", 1))
    assert shares(agreement, 2024).of("a").amount_cents == 4790 + 5000


def test_each_line_is_rounded_for_itself():
    agreement = charged(
        row("2024-03-05", "0,1", grade="kopie", ref="A"), row("2024-03-05", "0,1", grade="kopie", ref="B")
    )
    assert shares(agreement, 2024).of("a").amount_cents == 3 + 3
    rounded_down = charged(row("2024-03-05", "0,1", grade="kopie"), rounding_mode="floor")
    assert shares(rounded_down, 2024).of("a").amount_cents == 2
    to_ten_cents = charged(row("2024-03-05", "1,5", grade="kopie"), rounding="ten-cents")
    assert shares(to_ten_cents, 2024).of("a").amount_cents == 40


@pytest.mark.parametrize(("quantity", "cents"), [("7", 25 * 2), ("5", 0), ("3", 0), ("5,2", 25), ("6,1", 50)])
def test_what_is_free_costs_nothing_and_what_is_begun_counts_whole(quantity: str, cents: int):
    price = {"from": dt.date(2023, 1, 1), "grade": "kopie", "price": "0,25", "free": 5, "step": 1}
    agreement = charged(row("2024-03-05", quantity, grade="kopie"), prices=[price])
    assert [claim.cents for claim in claims(agreement, 2024)] == ([cents] if cents else [])


@pytest.mark.parametrize(("quantity", "cents"), [("0,1", 5000), ("0,5", 5000), ("0,6", 5000), ("1,1", 7500)])
def test_the_least_quantity_is_billed_at_any_rate(quantity: str, cents: int):
    price = {"from": dt.date(2023, 1, 1), "grade": "stunde", "price": "50", "least": 1, "step": "0,5"}
    agreement = charged(row("2024-03-05", quantity), prices=[price])
    assert shares(agreement, 2024).of("a").amount_cents == cents


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("0,5", "auf Vielfache von 0,5 1.240"),
        ("10", "auf Vielfache von 10 1.240"),
        ("0,1", "auf 1 Nachkommastelle"),
    ],
)
def test_a_derivation_says_what_is_counted_whole(step: str, said: str):
    price = {"from": dt.date(2023, 1, 1), "grade": "stunde", "price": "50", "step": step}
    agreement = charged(row("2024-03-05", "1.239,51"), prices=[price])
    [told_step] = explain(agreement, "a", 2024).steps
    assert said in told_step.lines[0]


def test_a_correction_is_a_claim_of_its_own_and_a_credit_mirrors_a_charge():
    rows = [row("2024-03-05", 10, ref="A"), row("2024-03-05", 5, ref="B")]
    again = [
        row("2024-03-05", 8, ref="A", known_from=day("2024-04-01"), state="corrected"),
        row("2024-03-05", 7, ref="B", known_from=day("2024-04-01"), state="corrected"),
        row("2024-03-05", 0, ref="A", known_from=day("2024-05-01"), state="corrected"),
    ]
    before, after = told(charged(*rows)), told(charged(*rows, *again))
    assert (
        after[:2]
        == before
        == [("a", "charge", "0305", 0, "0305", 47900), ("a", "charge", "0305", 1, "0305", 23950)]
    )
    assert after[2:] == [
        ("a", "credit", "0401", 1, "0401", -2 * 4790),
        ("a", "correction", "0401", 1, "0401", 2 * 4790),
        ("a", "credit", "0501", 1, "0501", -8 * 4790),
    ]
    assert shares(charged(*rows, *again), 2024).of("a").amount_cents == 7 * 4790


def test_of_two_corrections_of_one_day_the_last_one_counts():
    rows = [
        row("2024-03-05", 10, ref="A"),
        row("2024-03-05", 8, ref="A", known_from=day("2024-04-01"), state="corrected"),
        row("2024-03-05", 9, ref="A", known_from=day("2024-04-01"), state="corrected"),
    ]
    assert [claim.cents for claim in claims(charged(*rows), 2024)] == [47900, -4790]


def test_a_charge_that_is_cancelled_before_it_is_billed_never_is():
    rows = [row("2024-03-05", 10), row("2024-03-05", 0, known_from=day("2024-03-20"), state="corrected")]
    assert told(charged(*rows, billed="monthly")) == []


def test_a_new_price_list_known_later_corrects_what_was_billed():
    component = {
        "id": "pruefung",
        "title": "Prüfungen",
        "clause": "§ 5",
        "key": "charges",
        "from": dt.date(2023, 1, 1),
    }
    old = component | {"prices": [{"from": dt.date(2023, 1, 1), "grade": "stunde", "price": "40"}]}
    new = component | {
        "known_from": day("2024-06-01"),
        "prices": [{"from": dt.date(2023, 1, 1), "grade": "stunde", "price": "42"}],
    }
    agreement = parse(toml(BASE | {"components": [old, new], "charges": [row("2024-03-05", 10)]}))
    assert told(agreement) == [
        ("a", "charge", "0305", 0, "0305", 40000),
        ("a", "correction", "0601", 1, "0601", 2000),
    ]


@pytest.mark.parametrize(
    ("plan", "due"),
    [
        (None, "2024-04-04"),
        ({"id": "frist", "after": {"days": 14}}, "2024-03-19"),
        ({"id": "tage", "days": ["03-31", "06-30", "09-30", "12-31"]}, "2024-03-31"),
        ({"id": "jahr", "days": ["01-31"]}, "2025-01-31"),
    ],
)
def test_a_bill_is_due_as_the_plan_says(plan: dict[str, Any] | None, due: str):
    [claim] = claims(charged(row("2024-03-05", 1), dues=plan), 2024)
    assert [(each.day.isoformat(), each.cents) for each in claim.dues] == [(due, 4790)]


def test_the_operator_may_owe_what_is_charged():
    agreement = charged(row("2024-03-05", 1), direction="to-members")
    [claim] = claims(agreement, 2024)
    assert (claim.kind, claim.cents) == ("charge", -4790)
    assert claim.dues == ((day("2024-03-05"), -4790),)


def test_who_is_charged_nothing_has_no_share_and_a_price_beside_stays_what_it_is():
    flat = {
        "id": "pauschale",
        "title": "Pauschale",
        "clause": "§ 1",
        "key": "fixed",
        "from": dt.date(2023, 1, 1),
        "amounts": [{"from": dt.date(2023, 1, 1), "amount": "100,00"}],
    }
    alone = charged(row("2024-03-05", 1))
    assert dict(shares(alone, 2024).amounts) == {"a": 4790}
    assert dict(shares(alone, 2025).amounts) == {}
    component = alone.components[0].model_dump(by_alias=True, exclude_unset=True)
    both = BASE | {"components": [component | {"prices": PRICES}, flat], "charges": [row("2024-03-05", 1)]}
    agreement = parse(toml(both))
    assert dict(shares(agreement, 2024).amounts) == {"a": 14790, "b": 10000}
    assert told(agreement) == [
        ("a", "share", "0101", 0, "0101", 10000),
        ("a", "charge", "0305", 0, "0305", 4790),
        ("b", "share", "0101", 0, "0101", 10000),
    ]


def test_a_derivation_lists_each_charge_with_its_day_and_job():
    agreement = charged(
        row("2024-03-05", "61,25", ref="A 1", source="Liste"),
        row("2024-03-05", 20, grade="kopie", ref="A 1"),
        row("2024-04", 1, title="Beratung"),
        grades=[{"id": "stunde", "title": "Prüferstunde", "unit": "Stunde"}],
    )
    [step] = explain(agreement, "a", 2024).steps
    assert step.lines == (
        "05.03.2024, A 1, Prüferstunde: 61,25 × 47,90 EUR = 2.933,875 EUR, kaufmännisch gerundet 2.933,88 EUR",
        "05.03.2024, A 1, Kopie: 20 × 0,25 EUR = 5,00 EUR",
        "A 1: 2.933,88 EUR + 5,00 EUR = 2.938,88 EUR",
        "April 2024, Beratung: 1 × 47,90 EUR = 47,90 EUR",
        "A 1 2.938,88 EUR + 47,90 EUR = 2.986,78 EUR",
    )
    assert step.source == "Liste"


# laws, against a reckoning of its own

QUANTITIES = st.integers(0, 999).map(lambda number: f"{number // 100},{number % 100:02}")
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@st.composite
def reports(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(1, 8))):
        on = draw(DAYS)
        first = row(
            on.isoformat(),
            draw(QUANTITIES),
            draw(st.sampled_from("ab")),
            draw(st.sampled_from(["stunde", "kopie"])),
            ref=f"A {draw(st.integers(1, 3))}",
            known_from=on + dt.timedelta(days=draw(st.integers(0, 90))),
            title=f"{number}",
        )
        if any(same(first, other) for other in rows):
            continue
        rows.append(first)
        known = first["known_from"]
        for _ in range(draw(st.integers(0, 2))):
            known += dt.timedelta(days=draw(st.integers(1, 90)))
            rows.append(first | {"quantity": draw(QUANTITIES), "known_from": known, "state": "corrected"})
    return rows


def same(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return all(left.get(name) == right.get(name) for name in ("party", "on", "ref", "grade"))


BILLED = st.sampled_from(["each", "monthly", "quarterly"])


@given(reports(), BILLED, st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_the_claims_of_a_day_are_what_is_done_and_known(rows: list, how: str, as_of: dt.date):
    agreement = charged(*rows, billed=how)
    expected = billed(PRICES, rows, how, as_of)
    owed: dict[str, int] = {}
    for claim in claims(agreement, 2024, as_of):
        owed[claim.member] = owed.get(claim.member, 0) + claim.cents
        assert sum(due.cents for due in claim.dues) == claim.cents
        assert all(due.day >= claim.since for due in claim.dues)
    assert {member: cents for member, cents in owed.items() if cents} == expected


@given(reports(), BILLED, st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_what_becomes_known_later_changes_nothing_earlier(rows: list, how: str, as_of: dt.date):
    heard = [each for each in rows if each["known_from"] <= as_of]
    whole = told(charged(*rows, billed=how), as_of=as_of)
    assert whole == told(charged(*heard, billed=how), as_of=as_of)
    assert names(charged(*rows, billed=how)) >= set(whole)


def names(agreement: Agreement) -> set[tuple[Any, ...]]:
    return set(told(agreement))


@given(reports(), BILLED, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_lines_is_irrelevant_for_what_is_owed_when(rows: list, how: str, random: Any):
    shuffled = random.sample(rows, len(rows))
    assert sums(charged(*rows, billed=how)) == sums(charged(*shuffled, billed=how))


def sums(agreement: Agreement) -> list[tuple[Any, ...]]:
    return sorted(parts(claims(agreement, 2024)))


def parts(of: tuple[Claim, ...]) -> Iterator[tuple[Any, ...]]:
    for claim in of:
        yield claim.member, str(claim.kind), claim.named, claim.since, claim.cents


@given(reports(), BILLED)
@settings(max_examples=40, deadline=None)
def test_cancelling_everything_gives_everything_back(rows: list, how: str):
    end = dt.date(2026, 1, 1)
    last = {(each["party"], each["on"], each["ref"], each["grade"]): each for each in rows}
    cancelled = [each | {"quantity": 0, "known_from": end, "state": "corrected"} for each in last.values()]
    whole = claims(charged(*rows, *cancelled, billed=how), 2024)
    assert sum(claim.cents for claim in whole) == 0
    before = claims(charged(*rows, billed=how), 2024)
    given_back = [claim for claim in whole if claim.since == end]
    assert sum(claim.cents for claim in before) == -sum(claim.cents for claim in given_back)
    assert all(claim.kind == "credit" for claim in given_back)


@given(reports(), BILLED)
@settings(max_examples=40, deadline=None)
def test_a_year_s_share_is_the_sum_of_its_claims(rows: list, how: str):
    agreement = charged(*rows, billed=how)
    owed: dict[str, int] = {}
    for claim in claims(agreement, 2024):
        owed[claim.member] = owed.get(claim.member, 0) + claim.cents
    agreed = shares(agreement, 2024)
    assert {m: cents for m, cents in agreed.amounts.items() if cents} == {m: c for m, c in owed.items() if c}
    for member in agreed.amounts:
        assert explain(agreement, member, 2024).amount_cents == agreed.amounts[member]


# what is refused


def refused(*rows: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(AgreementRefused) as refusal:
        charged(*rows, **more)
    return [
        f"{problem.place.partition(', ')[2]}: {problem.actual}; {problem.allowed}"
        for problem in refusal.value.problems
    ]


def test_all_problems_of_charges_are_told_at_once_with_the_nearest_name():
    said = refused(
        row("2024-03-05", 1, grade="stunden"),
        row("2024-03-05", 1, party="aa", ref="x"),
        row("2024-03-05", 1, party="op"),
        row("2022-12-31", 1, known_from=day("2023-01-01")),
        row("2024-03-05", 1) | {"month": "2024-03"},
        row("2024-04-05", 1) | {"component": "pruefungen"},
    )
    assert said == [
        'charges[5]: on und month; entweder ein Tag (on = 2024-03-05) oder ein Monat (month = "2024-03")',
        "charges[1].grade: 'stunden' ist unbekannt; eine Kennung aus prices, etwa stunde",
        "charges[2].party: 'aa' ist unbekannt; eine Kennung aus [[members]]",
        "charges[3].party: op nimmt am 05.03.2024 nicht teil; ein Tag, an dem die Beteiligte am Baustein teilnimmt",
        "charges[4].on: 'stunde' hat am 31.12.2022 keinen Preis; ein Preis ab 2023-01-01",
        "charges[4].party: a nimmt am 31.12.2022 nicht teil; ein Tag, an dem die Beteiligte am Baustein teilnimmt",
        "charges[6].component: 'pruefungen' ist unbekannt; eine Kennung aus [[components]] mit key = charges, "
        "etwa pruefung",
    ]


def test_a_month_in_which_the_price_changes_needs_days():
    prices = [
        {"from": dt.date(2023, 1, 1), "grade": "stunde", "price": "40"},
        {"from": dt.date(2024, 3, 15), "grade": "stunde", "price": "42"},
    ]
    [said] = refused(row("2024-03", 1), prices=prices)
    assert said == (
        "charges[1].month: der Preis für 'stunde' ändert sich im März 2024; "
        "ein Tag (on) statt des Monats: vor oder nach der Änderung"
    )


def test_the_same_line_twice_known_from_one_day_is_refused():
    [said] = refused(row("2024-03-05", 1, ref="A"), row("2024-03-05", 2, ref="A"))
    assert said.startswith("charges[2]: derselbe Eintrag ein zweites Mal")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"minimum": "5,00"}, "minimum bei key = charges"),
        ({"remainder": "operator"}, "remainder bei key = charges"),
        ({"proration": "none"}, "proration bei key = charges"),
        ({"once": 2024}, "once bei key = charges"),
        ({"charged": False}, "charged = false"),
        ({"prices": []}, "eine leere Preisliste"),
        ({"grades": [{"id": "stund", "title": "Stunde"}]}, "'stund' ist unbekannt"),
    ],
)
def test_what_charges_do_not_know_is_refused(more: dict[str, Any], said: str):
    assert any(said in problem for problem in refused(**more))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (
            {
                "kind": "advances",
                "days": ["03-15"],
                "advance": {"on": "plan"},
                "settlement": {"after_days": 30},
            },
            "Vorauszahlungen ('plan') bei key = charges",
        ),
        ({"days": ["03-15", "09-15"], "parts": ["50 %", "50 %"]}, "parts ('plan') bei key = charges"),
        ({"days": ["03-15"], "until_known": "last-year"}, "until_known ('plan') bei key = charges"),
    ],
)
def test_a_plan_that_parts_a_sum_is_none_for_charges(plan: dict[str, Any], said: str):
    assert any(said in problem for problem in refused(dues={"id": "plan"} | plan))


@pytest.mark.parametrize("month", ["2024-13", "03/2024", "2024"])
def test_a_month_is_written_in_one_way(month: str):
    with pytest.raises(AgreementRefused, match="ist kein Monat"):
        charged(row("2024-03", 1) | {"month": month})


# years that are not known yet


def told_by(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    status = main([*map(str, words)])
    shown = capsys.readouterr()
    return status, shown.out + shown.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    flat = {
        "id": "pauschale",
        "title": "Pauschale",
        "clause": "§ 1",
        "key": "fixed",
        "from": dt.date(2023, 1, 1),
        "members": ["b"],
        "amounts": [{"from": dt.date(2023, 1, 1), "amount": "100,00"}],
    }
    component = {
        "id": "pruefung",
        "title": "Prüfungen",
        "clause": "§ 5",
        "key": "charges",
        "from": dt.date(2023, 1, 1),
        "prices": PRICES,
    }
    path = tmp_path / "agreement.toml"
    charges = [row("2023-03-05", 2), row("2024-03-05", 1)]
    path.write_text(toml(BASE | {"components": [component, flat], "charges": charges}), encoding="utf-8")
    return path


NOTHING_YET = (
    "2025: Prüfungen (§ 5) wird nach Anfall abgerechnet; gemeldet ist noch nichts, der Betrag ist noch nicht bekannt "
    "und nicht enthalten."
)
SO_FAR = (
    "2024: Prüfungen (§ 5) wird nach Anfall abgerechnet; enthalten ist, was bis zum 05.03.2024 gemeldet ist, mehr kann "
    "folgen."
)


def test_what_nobody_has_reported_is_open_and_never_zero(file: Path):
    agreement = load(file)
    assert [each.sentence for each in shares(agreement, 2025).open_charges] == [NOTHING_YET]
    assert [each.sentence for each in shares(agreement, 2024).open_charges] == [SO_FAR]
    assert shares(agreement, 2023).open_charges == ()
    assert [year.amount_cents for year in plan(agreement, "a", [2023, 2024, 2025])] == [9580, 4790, None]
    assert [year.amount_cents for year in plan(agreement, "b", [2024, 2025])] == [10000, 10000]
    assert all(year.open_charges for year in plan(agreement, "b", [2024, 2025]))
    table = annex(agreement, [2023, 2024, 2025])
    assert table.rows == (("Adorf", (9580, 4790, "offen")), ("Bdorf", (10000, 10000, 10000)))
    assert table.sums == (19580, 14790, 10000)
    assert table.notes[:2] == (SO_FAR, NOTHING_YET)
    paper = proposal(agreement, "a", "", 2024)
    assert paper.text().splitlines()[2:4] == [
        "Im Haushaltsjahr 2024: 47,90 EUR",
        "2025: noch kein Betrag; was nach Anfall abgerechnet wird",
    ]
    assert NOTHING_YET in paper.notes


def test_a_year_of_charges_alone_has_no_sum_while_nothing_is_reported():
    table = annex(charged(row("2024-03-05", 1)), [2024, 2025])
    assert (table.rows, table.sums) == (
        (("Adorf", (4790, "offen")), ("Bdorf", ("offen", "offen"))),
        (4790, "offen"),
    )


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--member", "a", "--from", "2025", "--years", "1"),
        ("shares", "--year", "2025"),
        ("annex", "--from", "2025", "--to", "2025"),
        ("savings", "--year", "2025"),
        ("whatif", "--leave", "b=2025-06-30", "--year", "2025"),
        ("compare", "--as-of", "2024-01-01", "--as-of", "2025-02-01", "--year", "2025"),
    ],
    ids=lambda words: words[0],
)
def test_every_planning_command_says_what_is_not_known_yet(capsys, file: Path, words: tuple[str, ...]):
    command, *more = words
    _, said = told_by(capsys, command, file, *more)
    assert "2025: Prüfungen (§ 5) wird nach Anfall abgerechnet; gemeldet ist noch nichts" in said
    assert " 0,00" not in said or command in {"plan", "savings", "compare"}


def test_a_plan_shows_what_is_open_as_such(capsys, file: Path):
    status, said = told_by(capsys, "plan", file, "--member", "a", "--from", "2025", "--years", "1")
    assert (status, said.splitlines()[1].split()[:2]) == (0, ["2025", "offen"])
    _, said = told_by(capsys, "plan", file, "--member", "a", "--from", "2025", "--years", "1", "--json")
    [year] = json.loads(said)["years"]
    assert (year["amount"], year["open"][0]["reported"]) == (None, False)


def test_solve_finds_the_bills_that_somebody_received() -> None:
    agreement = charged(row("2024-03-05", 10, ref="P 1"), row("2024-04-05", "2,5", ref="P 2"))
    bills = {claim.bill.after.title: claim.cents for claim in claims(agreement, 2024) if claim.bill}
    found = solve([*bills.values()], agreement)[0]
    assert found.key == "charges"
    assert all(title in found.text for title in bills)
    assert all(other.key != "charges" for other in solve([*bills.values(), 1], agreement))
