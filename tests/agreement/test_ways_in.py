"""Ways into a cooperation, older ones that are folded in, and the council paper's financial section."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.agreement import explain, load, parse, plan, savings, shares
from kkd_ledger.agreement.planning.proposal import first_fiscal_year, proposal
from kkd_ledger.agreement.reckoning.awaiting import uncovered
from kkd_ledger.agreement.reckoning.causes import causes
from kkd_ledger.agreement.reckoning.way_words import standing
from kkd_ledger.cli import main
from kkd_ledger.errors import AgreementRefused
from tests.agreement.one_town import ONE_TOWN
from tests.samples import ROOT

BASE = """
id = "karten"
title = "Kartendienst"
operator = "kreis"
from = 2024-01-01
known_from = 2023-01-10
due = { month = 3, day = 15 }

"""
BASE += (
    ONE_TOWN
    + """
[[components]]
id = "dienst"
title = "Dienst"
clause = "§ 1"
key = "per-head"
basis = "koepfe"
from = 2024-01-01
rates = [{ from = 2024-01-01, rate = "1,00" }, { with = "geo", rate = "1,50" }]

[[cooperations]]
id = "geo"
title = "Geodaten"
folded_in = 2025-01-01
costs = [{ member = "ahaus", year = 2023, amount = "1.800,00" }]

[[resolutions]]
member = "ahaus"
paper = "VL-7"
title = "Beitritt"
sittings = [{ body = "Rat", date = 2023-06-20, decides = true }]
adopted = 2023-06-20
"""
)
WAY = """
[[steps_in]]
member = "ahaus"
kind = "asked"
on = 2023-02-01
document = "Schreiben des Kreises"

[[steps_in]]
member = "ahaus"
kind = "signalled"
on = 2023-03-01
words = "vorbehaltlich des Beschlusses"

[[steps_in]]
member = "ahaus"
kind = "effective"
on = 2024-01-01
known_from = 2023-09-01
"""
LATER = """
[[cooperations]]
id = "geo"
title = "Geodaten"
folded_in = 2026-01-01
known_from = 2024-11-04
"""


def test_nothing_is_owed_before_a_party_is_in() -> None:
    agreement = parse(BASE + WAY)
    for day, conditional in (("2023-06-30", True), ("2023-12-31", True), ("2024-01-01", False)):
        share = shares(agreement, 2024, dt.date.fromisoformat(day)).of("ahaus")
        assert (share.conditional, share.resolved_cents) == (conditional, 0 if conditional else 100_000)
    assert [year.conditional for year in plan(agreement, "ahaus", [2024], dt.date(2023, 12, 31))] == [True]
    assert not shares(agreement, 2024).of("ahaus").conditional


def test_how_far_a_party_has_come_is_said_everywhere() -> None:
    agreement, day = parse(BASE + WAY), dt.date(2023, 6, 30)
    words = (
        "die Beteiligung ist noch nicht wirksam, zuletzt unter Vorbehalt des Beschlusses signalisiert am "
        "01.03.2023 (vorbehaltlich des Beschlusses)"
    )
    assert standing(agreement, "ahaus", day) == uncovered(agreement, "ahaus", 2024, day) == words
    assert f"Vorbehaltlich: D{words[1:]}." in explain(agreement, "ahaus", 2024, day).notes
    assert (
        standing(agreement, "ahaus", dt.date(2023, 1, 20)) == "über die Beteiligung ist noch nichts bekannt"
    )
    assert standing(agreement, "ahaus", dt.date(2024, 1, 1)) == ""
    assert standing(parse(BASE), "ahaus", day) == ""


def test_a_stage_moves_with_its_event_everywhere_and_says_why() -> None:
    agreement = parse(BASE + LATER)
    before, after = dt.date(2024, 11, 3), dt.date(2024, 11, 4)
    amounts = {
        year: [shares(agreement, year, day).amounts["ahaus"] for day in (before, after)]
        for year in (2024, 2025, 2026)
    }
    assert amounts == {2024: [100_000, 100_000], 2025: [150_000, 100_000], 2026: [150_000, 150_000]}
    assert causes(agreement, 2025, before, after) == (
        "„Geodaten“ wird am 01.01.2026 statt am 01.01.2025 eingegliedert",
    )
    assert causes(agreement, 2024, before, after) == ()
    note = "Dienst: seit die Kooperation „Geodaten“ am 01.01.2026 eingegliedert wurde."
    assert note in explain(agreement, "ahaus", 2026).notes
    assert note not in explain(agreement, "ahaus", 2025).notes


def test_what_is_not_folded_in_never_begins() -> None:
    agreement = parse(BASE.replace("folded_in = 2025-01-01\n", ""))
    assert {shares(agreement, year).amounts["ahaus"] for year in (2024, 2030, 2090)} == {100_000}


def test_savings_compare_with_what_the_older_cooperation_cost() -> None:
    saved = savings(parse(BASE), 2025)
    assert [(cost.title, cost.cents) for cost in saved.before] == [("Geodaten", 180_000)]
    assert saved.total.saved_cents == 180_000 - 150_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE.replace('with = "geo"', 'with = "goe1"'), "'goe1' ist unbekannt"),
        (BASE.replace('with = "geo"', 'from = 2025-01-01, with = "geo"'), "gefunden: from und with"),
        (BASE.replace('with = "geo", rate', "rate"), "entweder from, ein Tag, oder with"),
        (BASE.replace('member = "ahaus", year', 'member = "bhaus", year'), "'bhaus' ist unbekannt"),
        (BASE + WAY.replace('member = "ahaus"', 'member = "chaus"', 1), "'chaus' ist unbekannt"),
        (BASE + LATER.replace("2026-01-01", "2024-01-01"), "zwei Stufen ab 2024-01-01"),
    ],
)
def test_what_an_event_cannot_mean_is_refused(text, said) -> None:
    with pytest.raises(AgreementRefused, match=said):
        parse(text)


def test_the_council_paper_of_the_sample_says_what_the_real_one_says(capsys) -> None:
    agreement = ROOT / "ledgers" / "kkd" / "agreement.toml"
    assert main(["annex", str(agreement), "--proposal", str(ROOT / "ledgers" / "biedenkopf")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[2] == "Haushaltsposten: 010102 Zentrale Dienste"
    assert said[3] == (
        "Im Haushaltsjahr 2023: 21.695,55 EUR = 8.869,25 EUR (periodenfremd, Leistungsjahr 2022) + 12.826,30 EUR "
        "(Leistungsjahr 2023)"
    )
    assert said[4] == "ab 2024: 15.555,30 EUR im Jahr"


def test_the_council_paper_as_data_and_paper(tmp_path, capsys) -> None:
    agreement = ROOT / "ledgers" / "kkd" / "agreement.toml"
    call = ["annex", str(agreement), "--proposal", str(ROOT / "ledgers" / "biedenkopf")]
    assert main([*call, "--json", "--from", "2024"]) == 0
    assert '"fiscal_year": 2024,\n      "amount": "15555.30"' in capsys.readouterr().out
    assert main([*call, "--pdf", str(tmp_path / "vorlage.pdf")]) == 0
    assert (tmp_path / "vorlage.pdf").read_bytes().startswith(b"%PDF-")


def test_a_stage_in_the_paper_is_said_from_its_year_on() -> None:
    agreement = parse(BASE + WAY)
    section = proposal(agreement, "ahaus", "", first_fiscal_year(agreement, "ahaus"), dt.date(2023, 6, 30))
    assert section.text().splitlines()[2:] == [
        "Im Haushaltsjahr 2024: 1.000,00 EUR",
        "ab 2025: 1.500,00 EUR im Jahr",
        "Vorbehaltlich: die Beteiligung ist noch nicht wirksam, zuletzt unter Vorbehalt des Beschlusses "
        "signalisiert am 01.03.2023 (vorbehaltlich des Beschlusses).",
        "Kooperation „Geodaten“: am 01.01.2025 eingegliedert.",
        "Ersparnis 2024: 800,00 EUR (davor 1.800,00 EUR, gebündelt 1.000,00 EUR, ohne Förderung).",
    ]


def test_a_year_without_its_figure_has_no_amount_in_the_paper() -> None:
    text = BASE.replace('rule = "frozen"', 'rule = "renewed"\nlag_years = 1').replace(
        'weight = "koepfe"\nreference = 2023-12-31\n', 'weight = "koepfe"\n'
    )
    section = proposal(parse(text), "ahaus", "", 2024)
    assert section.loads[0].cents == 100_000
    assert "2025 bis 2028: noch kein Betrag" in section.text()
    assert section.loads[1].as_json()["amount"] is None


def test_the_sample_stages_by_events_to_the_same_cent() -> None:
    agreement = load(Path(ROOT / "ledgers" / "kkd" / "agreement.toml"))
    amounts = [shares(agreement, year).amounts["biedenkopf"] for year in (2022, 2023, 2024)]
    assert amounts == [886925, 1282630, 1555530]
    assert [component.event for component in agreement.components] == [None, "cyber", "geodaten"]
