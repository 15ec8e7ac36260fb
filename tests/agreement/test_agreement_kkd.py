"""The case that the project exists for: the sample agreement, its sums, its resolution, its words."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from pathlib import Path

import pytest

from kkd_ledger.agreement import (
    explain,
    load,
    parse,
    resolution,
    shares,
    trueup,
    vat_cents,
    vat_percent,
    vat_treatment,
)
from kkd_ledger.errors import UsageError
from kkd_ledger.references import is_iban
from tests.samples import FILES

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "ledgers/kkd/agreement.toml"
POPULATIONS = FILES / "populations-06534.csv"
TOWN = "biedenkopf"


@pytest.fixture(scope="module")
def kkd():
    return load(FILE)


@pytest.mark.parametrize(
    ("year", "cents"), [(2022, 886925), (2023, 1282630), (2024, 1555530), (2025, 1555530), (2040, 1555530)]
)
def test_the_sums_of_the_paper(kkd, year, cents):
    share = shares(kkd, year).of(TOWN)
    assert share.amount_cents == share.gross_cents == cents
    assert not share.conditional


def test_the_whole_county(kkd):
    assert [shares(kkd, year).total_cents for year in (2021, 2022, 2023, 2024)] == [
        0,
        10810150,
        15633140,
        18959340,
    ]
    found = shares(kkd, 2023)
    assert len(found.members) == 19
    assert found.of("landkreis") is None
    assert found.of("niemand") is None
    assert [one.member for one in found.members] == [one.id for one in kkd.members if one.id != "landkreis"]


def test_parties(kkd):
    county, *towns = kkd.parties()
    assert (county.id, county.kind, county.ags) == (kkd.operator, "county", "06534")
    assert len(towns) == 19
    assert len({one.ags for one in towns}) == 19
    for one in kkd.members:
        [iban] = one.ibans
        assert is_iban(iban)
        assert iban[4:12] == "99999999", "a bank code that does not exist"


def test_populations_are_the_official_ones_and_the_agreed_one(kkd):
    with POPULATIONS.open(encoding="utf-8", newline="") as file:
        rows = {row["ags"]: row for row in csv.DictReader(file, delimiter=";")}
    agreed, *official = kkd.populations
    assert agreed.inhabitants["06534004"] == 13645
    columns = [
        (dt.date(2020, 12, 31), "inhabitants_2020_12_31_census_2011"),
        (dt.date(2022, 12, 31), "inhabitants_2022_12_31_census_2011"),
        (dt.date(2025, 8, 31), "inhabitants_gv_2025_08_31_census_2022"),
    ]
    assert [one.reference for one in official] == [day for day, _ in columns]
    for series, (_, column) in zip(official, columns, strict=True):
        assert series.inhabitants == {ags: int(row[column]) for ags, row in rows.items()}


def test_every_assumption_says_so():
    """What the seed does not say is marked where it stands."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    assert data["assumed"]
    assert data["due"]["assumed"]
    for table in ("members", "components", "subsidies", "resolutions", "clauses", "vat", "bases"):
        assert all(one.get("assumed") for one in data[table]), table
    assert data["populations"][0]["assumed"]


def test_the_resolution_and_its_way(kkd):
    assert resolution(kkd, TOWN, dt.date(2023, 9, 27)) is None
    one = resolution(kkd, TOWN, dt.date(2023, 9, 28))
    assert (one.paper, one.adopted, one.annexes) == (
        "VL-100/2023",
        dt.date(2023, 9, 28),
        ("anlage-1", "anlage-2"),
    )
    assert [(sitting.body, sitting.date, sitting.number, sitting.decides) for sitting in one.sittings] == [
        ("Magistrat", dt.date(2023, 7, 31), 61, False),
        ("Haupt- und Finanzausschuss", dt.date(2023, 9, 26), 13, False),
        ("Stadtverordnetenversammlung", dt.date(2023, 9, 28), 15, True),
    ]
    assert resolution(kkd, "landkreis") is None
    assert all(
        resolution(kkd, party.id, dt.date(2023, 9, 30)) for party in kkd.parties() if party.id != "landkreis"
    )


SECOND = """
[[resolutions]]
member = "biedenkopf"
paper = "VL-7/2024"
title = "Nachtrag"
adopted = 2024-02-29
known_from = 2024-03-05
sittings = [{ body = "Stadtverordnetenversammlung", date = 2024-02-29, decides = true }]
amounts = [{ from = 2025, amount = "1,00" }]
"""


def test_the_latest_resolution_counts_from_the_day_it_is_known():
    """Also where it stands first in the file; a year that it does not name is not covered."""
    text = FILE.read_text("utf-8")
    for both in (text + SECOND, text.replace("[[resolutions]]", SECOND + "\n[[resolutions]]", 1)):
        agreement = parse(both)
        assert resolution(agreement, TOWN, dt.date(2024, 3, 4)).paper == "VL-100/2023"
        assert resolution(agreement, TOWN, dt.date(2024, 3, 5)).paper == "VL-7/2024"
        share = shares(agreement, 2024).of(TOWN)
        assert (share.conditional, share.resolved_cents) == (True, 0)
        assert shares(agreement, 2025).of(TOWN).resolved_cents == 100


def test_shares_wait_for_the_resolution(kkd):
    assert shares(kkd, 2023, dt.date(2023, 9, 27)).of(TOWN).conditional
    assert not shares(kkd, 2023, dt.date(2023, 9, 28)).of(TOWN).conditional


def test_nothing_is_known_before_the_paper(kkd):
    assert shares(kkd, 2022, dt.date(2023, 7, 30)).members == ()
    assert shares(kkd, 2022, dt.date(2023, 7, 31)).of(TOWN).amount_cents == 886925


def test_due_days(kkd):
    assert [kkd.due(year).isoformat() for year in (2022, 2023, 2024, 2025)] == [
        "2023-11-15",
        "2023-11-15",
        "2024-03-15",
        "2025-03-15",
    ]


def test_vat_is_decided_until_2026_and_open_from_2027(kkd):
    assert vat_treatment(kkd, 2022).treatment == "not-taxable-old-law"
    assert vat_treatment(kkd, 2026).treatment == "not-taxable-old-law"
    assert vat_treatment(kkd, 2027) is None


NEW_VAT = """
[[vat]]
from = 2027-12-31
to = 2028-12-31
treatment = "taxable-19"
amounts = "net"
reason = "Entscheidung"
decided_by = "Kämmerei"
decided_on = 2026-10-01
known_from = 2026-10-01
"""


def test_vat_goes_by_the_last_day_of_the_service_year():
    agreement = parse(FILE.read_text("utf-8") + NEW_VAT)
    treatments = [vat_treatment(agreement, year) for year in (2026, 2027, 2028, 2029)]
    assert [one and one.treatment for one in treatments] == [
        "not-taxable-old-law",
        "taxable-19",
        "taxable-19",
        None,
    ]
    assert vat_treatment(agreement, 2027, dt.date(2026, 9, 30)) is None


def test_vat_comes_on_top_of_a_net_share():
    agreement = parse(FILE.read_text("utf-8") + NEW_VAT)
    taxed, free = vat_treatment(agreement, 2027), vat_treatment(agreement, 2026)
    assert [vat_percent(one) for one in (taxed, free, None)] == [19, 0, 0]
    assert [vat_cents(taxed, cents) for cents in (1555530, -5130, 50, -50, 2, 3, 0)] == [
        295551, -975, 10, -10, 0, 1, 0,
    ]  # fmt: skip
    assert vat_cents(free, 1555530) == vat_cents(None, 1555530) == 0
    told = "Umsatzsteuer: steuerpflichtig mit 19 % von 15.555,30 EUR = 2.955,51 EUR; zusammen 18.510,81 EUR."
    assert explain(agreement, TOWN, 2027).notes[2] == told


def test_explained_in_german(kkd):
    assert explain(kkd, TOWN, 2024).text() == (
        "1. Umsetzung des Onlinezugangsgesetzes (OZG) (§ 5 Abs. 1): 13.645 Einwohner × 0,65 EUR = 8.869,25 EUR\n"
        "   Quelle: Anlage (2): Kostentabelle, Stand 31.12.2021, Zensus 2011 (fest)\n"
        "2. Cybersicherheit (§ 5 Abs. 2): 13.645 Einwohner × 0,29 EUR = 3.957,05 EUR\n"
        "3. Geodateninfrastruktur (§ 5 Abs. 2): 13.645 Einwohner × 0,20 EUR = 2.729,00 EUR\n"
        "Kostenbeteiligung 2024: 15.555,30 EUR\n"
        "Beschluss: VL-100/2023 vom 28.09.2023.\n"
        "Fällig am 15.03.2024.\n"
        "Umsatzsteuer: nicht steuerbar (§ 2 Abs. 3 UStG a. F. mit § 27 Abs. 22 und 22a UStG).\n"
        "Cybersicherheit: seit die Kooperation „Cybersicherheit“ am 01.01.2023 eingegliedert wurde.\n"
        "Geodateninfrastruktur: seit die Kooperation „Geodateninfrastruktur“ am 01.01.2024 eingegliedert wurde."
    )


def test_explained_as_data(kkd):
    found = explain(kkd, TOWN, 2022, dt.date(2023, 8, 1)).as_json()
    [step] = found.pop("steps")
    assert step == {
        "kind": "component",
        "id": "ozg",
        "text": "Umsetzung des Onlinezugangsgesetzes (OZG) (§ 5 Abs. 1): 13.645 Einwohner × 0,65 EUR = 8.869,25 EUR",
        "amount": "8869.25",
        "lines": [
            {
                "line": 1,
                "op": "figure",
                "unit": "Einwohner",
                "source": "Anlage (2): Kostentabelle, Stand 31.12.2021, Zensus 2011 (fest)",
                "value": "13645",
            },
            {"line": 2, "op": "figure", "unit": "EUR", "value": "0.65"},
            {"line": 3, "op": "times", "of": [1, 2], "value": "8869.25"},
            {
                "line": 4,
                "op": "round",
                "of": [3],
                "rule": "half-up",
                "step": "0.01",
                "unit": "EUR",
                "value": "8869.25",
            },
        ],
        "source": "Anlage (2): Kostentabelle, Stand 31.12.2021, Zensus 2011 (fest)",
        "clause": "§ 5 Abs. 1",
    }
    assert found == {
        "agreement": "kkd",
        "member": TOWN,
        "year": 2022,
        "as_of": "2023-08-01",
        "amount": "8869.25",
        "notes": [
            "Vorbehaltlich: Die Beteiligung ist noch nicht wirksam, zuletzt vorgelegt am 31.07.2023 (mit den Anlagen "
            "(1) und (2)).",
            "Fällig am 15.11.2023.",
            "Umsatzsteuer: nicht steuerbar (§ 2 Abs. 3 UStG a. F. mit § 27 Abs. 22 und 22a UStG).",
        ],
        "clauses": {
            "§ 5 Abs. 1": "Die Beteiligten zahlen dem Landkreis je Leistungsjahr eine Kostenpauschale je Einwohner "
            "nach Anlage 2."
        },
    }


def test_explained_says_that_vat_is_open(kkd):
    assert explain(kkd, TOWN, 2027).notes[2] == "Umsatzsteuer: für 2027 ist noch nicht entschieden."


@pytest.mark.parametrize("member", ["landkreis", "niemand"])
def test_who_has_no_share_has_no_explanation(kkd, member):
    with pytest.raises(UsageError) as refusal:
        explain(kkd, member, 2022)
    assert str(refusal.value) == f"{member} hat 2022 keine Kostenbeteiligung an der Vereinbarung kkd."


def test_shares_as_data(kkd):
    found = shares(kkd, 2023, dt.date(2023, 9, 28)).as_json()
    assert (found["agreement"], found["year"], found["as_of"], found["total"]) == (
        "kkd",
        2023,
        "2023-09-28",
        "156331.40",
    )
    [town] = [one for one in found["members"] if one["id"] == TOWN]
    assert town == {
        "id": TOWN,
        "amount": "12826.30",
        "gross": "12826.30",
        "conditional": False,
        "due": "2023-11-15",
        "parts": [
            {"kind": "component", "id": "ozg", "amount": "8869.25"},
            {"kind": "component", "id": "cyber", "amount": "3957.05"},
        ],
    }
    assert shares(kkd, 2023).as_json()["as_of"] is None


def of_town(corrections):
    return [
        (
            one.service_year,
            one.entitled_cents,
            one.booked_cents,
            one.difference_cents,
            one.kind == "share",
            one.reason,
        )
        for one in corrections
        if one.member == TOWN
    ]


def test_true_up_books_both_years_once_resolved(kkd):
    assert of_town(trueup(kkd, dt.date(2023, 9, 27), {})) == []
    first = "Kostenbeteiligung {} nach der Vereinbarung kkd: {} EUR"
    assert of_town(trueup(kkd, dt.date(2023, 9, 28), {})) == [
        (2022, 886925, 0, 886925, True, first.format(2022, "8.869,25")),
        (2023, 1282630, 0, 1282630, True, first.format(2023, "12.826,30")),
    ]
    assert len(trueup(kkd, dt.date(2023, 9, 30), {})) == 38
    assert len(trueup(kkd, dt.date(2023, 12, 31), {})) == 38
    assert len(trueup(kkd, dt.date(2024, 1, 1), {})) == 57


def test_true_up_of_an_agreement_with_an_end():
    text = FILE.read_text("utf-8").replace(
        "known_from = 2023-07-31", "to = 2024-12-31\nknown_from = 2023-07-31", 1
    )
    for year in (2025, 2026, 2027):
        text = text.replace(f'{{ year = {year}, amount = "20.000,00" }},', "")
    ending = parse(text.replace('"100.000,00"', '"40.000,00"'))
    counts = [len(trueup(ending, dt.date(year, 12, 31), {})) for year in (2023, 2024, 2025, 2026)]
    assert counts == [38, 57, 57, 57]
    assert shares(ending, 2025).members == ()


def test_true_up_words_each_reason(kkd):
    booked = {(TOWN, 2022): 886924, ("niemand", 2022): 500, (TOWN, 2021): 1, (TOWN, 2023): 1282630}
    assert of_town(trueup(kkd, dt.date(2023, 9, 30), booked)) == [
        (2021, 0, 1, -1, False, "Kostenbeteiligung 2021: 0,00 EUR statt der gebuchten 0,01 EUR"),
        (
            2022,
            886925,
            886924,
            1,
            False,
            "Kostenbeteiligung 2022: 8.869,25 EUR statt der gebuchten 8.869,24 EUR",
        ),
    ]
    [stranger] = [one for one in trueup(kkd, dt.date(2023, 9, 30), booked) if one.member == "niemand"]
    assert (stranger.service_year, stranger.entitled_cents, stranger.difference_cents) == (2022, 0, -500)
    assert stranger.reason == "niemand ist keine Beteiligte der Vereinbarung kkd; gebucht sind 5,00 EUR"
    assert stranger.kind == "credit"


def test_true_up_takes_back_what_was_booked_too_early(kkd):
    [one] = [one for one in trueup(kkd, dt.date(2023, 9, 27), {(TOWN, 2022): 886925}) if one.member == TOWN]
    assert (one.entitled_cents, one.difference_cents) == (0, -886925)
    assert one.reason == "Die Kostenbeteiligung 2022 ist noch nicht beschlossen; gebucht sind 8.869,25 EUR"


@pytest.fixture(scope="module")
def dearer():
    """The agreement with a higher rate from 2024 on, which the town's resolution does not cover: 13,645 × 1.15."""
    return parse(FILE.read_text("utf-8").replace('rate = "0.20"', 'rate = "0.21"'))


def test_a_resolution_covers_a_share_up_to_its_amount(dearer):
    share = shares(dearer, 2024).of(TOWN)
    assert (share.amount_cents, share.resolved_cents, share.conditional) == (1569175, 1555530, True)
    assert not shares(dearer, 2023).of(TOWN).conditional
    assert shares(dearer, 2024).of("lohra").resolved_cents == shares(dearer, 2024).of("lohra").amount_cents
    assert explain(dearer, TOWN, 2024).notes[0] == (
        "Vorbehaltlich: Der Beschluss zu VL-100/2023 vom 28.09.2023 deckt den Betrag nicht."
    )


def test_true_up_keeps_what_is_resolved_of_a_dearer_share(dearer):
    day = dt.date(2024, 2, 1)
    settled = {(one.member, one.service_year): one.entitled_cents for one in trueup(dearer, day, {})}
    assert (TOWN, 2024) not in settled, "a conditional share is not booked"
    assert trueup(dearer, day, settled | {(TOWN, 2024): 1555530}) == ()
    assert trueup(dearer, day, settled | {(TOWN, 2024): 5}) == ()
    [one] = trueup(dearer, day, settled | {(TOWN, 2024): 1569175})
    assert (one.entitled_cents, one.difference_cents) == (1555530, -13645)
    assert one.reason == (
        "Die Kostenbeteiligung 2024 ist nur bis 15.555,30 EUR beschlossen; gebucht sind 15.691,75 EUR"
    )
    [one] = trueup(dearer, day, settled | {(TOWN, 2024): -7})
    assert (one.entitled_cents, one.difference_cents) == (0, 7)


def test_true_up_leaves_alone_what_was_booked_for_a_later_year(kkd):
    """A share paid in December for the next year is right as it is; nobody else is asked for it yet."""
    settled = {
        (one.member, one.service_year): one.entitled_cents for one in trueup(kkd, dt.date(2023, 12, 1), {})
    }
    early = settled | {(TOWN, 2024): 1555530, ("lohra", 2024): 1}
    [one] = trueup(kkd, dt.date(2023, 12, 1), early)
    assert (one.member, one.service_year, one.entitled_cents, one.difference_cents) == (
        "lohra",
        2024,
        638058,
        638057,
    )


def test_true_up_goes_by_year_then_member(kkd):
    keys = [(one.service_year, one.member) for one in trueup(kkd, dt.date(2024, 6, 1), {})]
    assert keys == sorted(keys)
