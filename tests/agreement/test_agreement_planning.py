"""Looking ahead and back: compare, whatif, solve, savings, plan, annex; as library and as commands."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from kkd_ledger.agreement import (
    StepFate,
    annex,
    changes,
    compare,
    if_census,
    if_granted,
    if_leaves,
    json_schema,
    load,
    parse,
    plan,
    savings,
    shares,
    solve,
)
from kkd_ledger.cli import main
from kkd_ledger.errors import AgreementRefused, UsageError

ROOT = Path(__file__).resolve().parents[2]
KKD = ROOT / "ledgers/kkd/agreement.toml"
CASES = Path(__file__).with_name("cases")
TOWN = "biedenkopf"


@pytest.fixture(scope="module")
def kkd():
    return load(KKD)


def test_compare_two_states_of_knowledge():
    agreement = load(CASES / "amendment-known-later.toml")
    before, after = (agreement, dt.date(2023, 9, 30)), (agreement, dt.date(2023, 10, 1))
    found = compare(before, after, [2023])
    assert [
        (one.member, one.year, one.left_cents, one.right_cents, one.difference_cents) for one in found
    ] == [
        ("ahaus", 2023, 100000, 110000, 10000),
        ("bdorf", 2023, 200000, 110904, -89096),
    ]
    assert found[0].reasons == ("Satz (§ 1): Satz 1,00 → 1,10 (+100,00 EUR)",)
    assert found[1].reasons == ("Satz (§ 1): Satz 1,00 → 1,10, Teil des Jahres ganz → 184/365 (-890,96 EUR)",)
    assert compare(before, before, [2022, 2023]) == ()


def test_compare_says_who_comes_and_goes():
    one, other = load(CASES / "per-head.toml"), load(CASES / "leaver-by-day.toml")
    found = compare((one, None), (other, None), [2024])
    assert [row.as_json() for row in found] == [
        {
            "member": "ahaus",
            "name": "Ahaus",
            "year": 2024,
            "left": "1500.00",
            "right": "3000.00",
            "difference": "1500.00",
            "reasons": [
                "IT (§ 3) entfällt (-1.500,00 EUR)",
                "Satz (§ 1) kommt hinzu (+2.000,00 EUR)",
                "Umlage (§ 2) kommt hinzu (+1.000,00 EUR)",
            ],
        },
        {
            "member": "bdorf",
            "name": "Bdorf",
            "year": 2024,
            "left": "499.50",
            "right": None,
            "difference": "-499.50",
            "reasons": ["IT (§ 3) entfällt (-499,50 EUR)"],
        },
    ]


def test_compare_names_a_changed_split():
    agreement = load(CASES / "proportional-renewed-weights.toml")
    changed = parse(
        (CASES / "proportional-renewed-weights.toml").read_text("utf-8").replace("cstadt = 40", "cstadt = 70")
    )
    [row, *_] = compare((agreement, None), (changed, None), [2023])
    assert row.reasons == ("Lizenzen (§ 5): Anteil 10/70 → 10/100 (-42,86 EUR)",)


def test_compare_names_the_odd_cent():
    text = (CASES / "equal-ties-by-id.toml").read_text("utf-8")
    found = compare((parse(text), None), (parse(text.replace('"id"\n', '"largest"\n')), None), [2023])
    assert found == ()
    renamed = parse(text.replace("ahaus", "zhaus"))
    assert {row.member: row.right_cents for row in compare((parse(text), None), (renamed, None), [2023])} == {
        "ahaus": None,
        "bdorf": 3334,
        "zhaus": 3333,
    }
    [bdorf] = [row for row in compare((parse(text), None), (renamed, None), [2023]) if row.member == "bdorf"]
    assert bdorf.reasons == ("Gemeinsame Stelle (§ 4): Ausgleich der Centbeträge (+0,01 EUR)",)


def test_if_a_member_leaves(kkd):
    """Half a year: 13,645 × (0.65 + 0.29 + 0.20) × 181/365, each component rounded by itself."""
    supposed = if_leaves(kkd, TOWN, dt.date(2026, 6, 30))
    assert shares(supposed, 2026).of(TOWN).amount_cents == 439818 + 196226 + 135328
    assert shares(supposed, 2027).of(TOWN) is None
    assert shares(kkd, 2027).of(TOWN).amount_cents == 1555530, "the agreement itself stays as it is"


def test_if_a_subsidy_is_granted_or_fails(kkd):
    granted = if_granted(kkd, "ikz", granted=True)
    assert shares(granted, 2024).total_cents == 18959340 - 2000000
    assert shares(granted, 2024).of(TOWN).amount_cents == 1555530 - 164091
    assert shares(if_granted(granted, "ikz", granted=False), 2024).total_cents == 18959340
    assert shares(if_granted(kkd, "ikz", granted=False), 2024).total_cents == 18959340
    assert if_granted(granted, "ikz", granted=True).subsidies == granted.subsidies
    failed = if_granted(kkd, "ikz", granted=False)
    assert failed.subsidies[0].life[-1].status == "rejected"
    assert if_granted(granted, "ikz", granted=False).subsidies[0].life[-1].status == "reclaimed"
    assert if_granted(failed, "ikz", granted=False).subsidies == failed.subsidies
    assert plan(failed, TOWN, [2024])[0].pending_cents == 0


def test_if_a_new_census_counts(kkd):
    supposed = if_census(kkd, 2022, 2026)
    assert shares(supposed, 2025).of(TOWN).amount_cents == 1555530
    assert shares(supposed, 2026).of(TOWN).amount_cents == 1478466  # 12,969 × 1.14
    assert shares(supposed, 2026).of("neustadt").amount_cents == 1062024  # 9,316 × 1.14


@pytest.mark.parametrize(
    ("suppose", "words"),
    [
        (
            lambda kkd: if_leaves(kkd, "niemand", dt.date(2026, 1, 1)),
            "Beteiligte 'niemand' gibt es in der Vereinbarung nicht",
        ),
        (
            lambda kkd: if_granted(kkd, "eu", granted=True),
            "Förderung 'eu' gibt es in der Vereinbarung nicht; vorhanden: ikz.",
        ),
        (lambda kkd: if_census(kkd, 1987, 2026), "keine Zahlen des Zensus 1987; vorhanden: 2011, 2022."),
    ],
)
def test_a_supposition_about_nothing(kkd, suppose, words):
    with pytest.raises(UsageError) as refusal:
        suppose(kkd)
    assert words in str(refusal.value)


def test_a_supposition_about_nobody_names_everybody():
    with pytest.raises(UsageError) as refusal:
        if_leaves(load(CASES / "per-head.toml"), "niemand", dt.date(2026, 1, 1))
    assert str(refusal.value) == (
        "Beteiligte 'niemand' gibt es in der Vereinbarung nicht; vorhanden: kreis, ahaus, bdorf."
    )
    with pytest.raises(UsageError, match="vorhanden: keine"):
        if_granted(load(CASES / "per-head.toml"), "ikz", granted=True)


def test_a_supposition_that_makes_the_agreement_unsound(kkd):
    with pytest.raises(AgreementRefused) as refusal:
        if_leaves(kkd, TOWN, dt.date(2021, 12, 31))
    [problem] = refusal.value.problems
    assert (problem.file, problem.place) == ("Annahme", "members[5].left")


def test_solve_finds_the_key_of_the_seed():
    first, second = solve([886925, 1282630, 1555530])
    assert (first.key, first.population, first.rates_micros) == ("per-head", 13645, (650000, 940000, 1140000))
    assert first.text == (
        "8.869,25 EUR = 13.645 × 0,65 EUR; 12.826,30 EUR = 13.645 × 0,94 EUR; 15.555,30 EUR = 13.645 × 1,14 EUR"
    )
    assert (second.population, second.rates_micros) == (2729, (3250000, 4700000, 5700000))


def test_solve_with_an_agreement_finds_shares_and_sums_of_years(kkd):
    first, second, *_ = solve([2169555, 1555530], kkd)
    assert first.key == "share"
    assert (
        first.text
        == "Biedenkopf, Stadt: 21.695,55 EUR = Leistungsjahre 2022 bis 2023; 15.555,30 EUR = Leistungsjahr 2024"
    )
    assert (second.population, second.rates_micros) == (13645, (1590000, 1140000))
    assert second.source == "Biedenkopf, Stadt, anlage-2, Stand 31.12.2021, Zensus 2011"


def test_solve_tries_known_figures_with_rates_of_four_decimals(kkd):
    """13,645 × 0.002 = 27.29, and nothing else that is known."""
    first, *others = solve([2729], kkd)
    assert (first.population, first.rates_micros) == (13645, (2000,))
    assert all(not one.source for one in others)


def test_solve_other_keys():
    assert solve([120000, 120000])[0].text == "fester Betrag von 1.200,00 EUR in jedem Jahr"
    assert [one.population for one in solve([10007])] == [10007]
    assert solve([99]) == ()
    assert [one.population for one in solve([10000 * 200])] == [
        2000000,
        1000000,
        500000,
        400000,
        250000,
        200000,
        125000,
        100000,
        80000,
        62500,
    ]
    assert [one.population for one in solve([200], limit=5)] == [200, 100]


@pytest.mark.parametrize("amounts", [[], [0], [-5], [100, 0]])
def test_solve_needs_amounts(amounts):
    with pytest.raises(UsageError) as refusal:
        solve(amounts)
    assert str(refusal.value) == "Es braucht mindestens einen Betrag, und jeder muss größer als null sein."


SAVING = """
[[predecessor_costs]]
member = "ahaus"
year = 2020
amount = "9.999"
title = "Alt"

[[predecessor_costs]]
member = "ahaus"
year = 2022
amount = "2.400,00"
title = "Alt"

[[predecessor_costs]]
member = "ahaus"
year = 2022
amount = "600,00"
title = "Noch etwas"

[[predecessor_costs]]
member = "bdorf"
year = 2022
amount = "1.000,00"
title = "Alt"
known_from = 2024-01-01

[[subsidies]]
id = "ikz"
title = "IKZ"
clause = "§ 9"
amount = "100"
years = [{ year = 2024, amount = "100" }]
distribution = "equal"
life = [{ status = "granted", on = 2023-01-01 }]
conditions = { saving_percent = "50" }
"""


def test_savings_against_what_it_cost_before():
    """2024: ahaus 1,500 instead of 3,000; bdorf 499.50 instead of 1,000; together 1,999.50 of 4,000 are 50.0125 %."""
    agreement = parse((CASES / "per-head.toml").read_text("utf-8") + SAVING.replace('"9.999"', '"9.999,00"'))
    found = savings(agreement, 2024)
    assert found.as_json() == {
        "year": 2024,
        "members": [
            {
                "member": "ahaus",
                "before": "3000.00",
                "now": "1500.00",
                "saved": "1500.00",
                "percent": "50.00",
            },
            {"member": "bdorf", "before": "1000.00", "now": "499.50", "saved": "500.50", "percent": "50.05"},
        ],
        "total": {
            "member": "",
            "before": "4000.00",
            "now": "1999.50",
            "saved": "2000.50",
            "percent": "50.01",
        },
        "costs_before": [
            {"member": member, "title": title, "year": 2022, "amount": amount, "source": ""}
            for member, title, amount in (
                ("ahaus", "Alt", "2400.00"),
                ("ahaus", "Noch etwas", "600.00"),
                ("bdorf", "Alt", "1000.00"),
            )
        ],
        "clauses": ["§ 3"],
        "required_percent": "50",
        "fulfilled": True,
        "without_before": [],
    }
    early = savings(agreement, 2024, dt.date(2023, 12, 31))
    assert early.without_before == ("bdorf",)
    assert early.total.saved_cents == 150000
    assert early.fulfilled is True
    stricter = parse(
        (CASES / "per-head.toml").read_text("utf-8")
        + SAVING.replace("9.999", "9.999,00").replace('"50"', '"50,02"')
    )
    assert savings(stricter, 2024).fulfilled is False


def test_savings_without_costs_before(kkd):
    found = savings(kkd, 2024)
    assert (found.members, found.total.percent, found.fulfilled, len(found.without_before)) == (
        (),
        None,
        None,
        19,
    )


def test_plan_year_by_year(kkd):
    found = plan(kkd, TOWN, range(2026, 2029))
    assert [one.as_json() for one in found] == [
        {
            "year": year,
            "amount": "15555.30",
            "pending_subsidies": pending,
            "conditional": False,
            "due": f"{year}-03-15",
            "dues": [],
            "vat": vat,
            "vat_amount": "0.00",
            "missing": [],
        }
        for year, pending, vat in (
            (2026, "1640.91", "not-taxable-old-law"),
            (2027, "1640.91", None),
            (2028, "0.00", None),
        )
    ]
    assert plan(if_granted(kkd, "ikz", granted=True), TOWN, [2026])[0].pending_cents == 0
    [unpriced] = plan(load(CASES / "operator-bears-remainder.toml"), "ahaus", [2025])
    assert (unpriced.amount_cents, unpriced.pending_cents, unpriced.conditional) == (None, 0, False)
    assert unpriced.as_json()["amount"] is None
    [gap] = unpriced.as_json()["missing"]
    assert "es fehlt der Betrag der Kosten 2025 (totals; vorhanden: " in gap["text"]


def test_annex_as_table():
    found = annex(load(CASES / "merger-with-succession.toml"), [2023, 2024])
    assert found.as_csv() == (
        "\ufeffBeteiligte;2023;2024\r\n"
        "Ahaus;495,89;\r\n"
        "Bdorf;247,95;\r\n"
        "Cstadt;2000,00;2010,00\r\n"
        "Neustadt;756,16;1480,00\r\n"
        "Summe;3500,00;3490,00\r\n"
    )
    assert found.as_data() == {
        "title": "Zusammenschluss",
        "years": ["2023", "2024"],
        "rows": [
            ["Ahaus", "495,89", "–"],
            ["Bdorf", "247,95", "–"],
            ["Cstadt", "2.000,00", "2.010,00"],
            ["Neustadt", "756,16", "1.480,00"],
        ],
        "sums": ["3.500,00", "3.490,00"],
        "notes": [
            "Satz (§ 1), ab 01.01.2023.",
            "Beträge in EUR je Leistungsjahr. Kenntnisstand: 01.01.2023.",
        ],
    }


def test_annex_as_pdf_is_always_the_same_bytes(kkd):
    table = annex(kkd, range(2022, 2027), dt.date(2023, 9, 28))
    assert table.as_pdf().startswith(b"%PDF-1.7")
    assert table.as_pdf() == table.as_pdf()


def test_the_schema_asks_for_what_an_agreement_needs():
    schema = json.loads(json_schema())
    assert schema["$defs"]["RateStage"]["properties"]["rate"]["anyOf"][0]["type"] == "string"
    assert {"id", "title", "operator", "from", "known_from", "due", "members", "components"} <= set(
        schema["required"]
    )


class TestCommands:
    def run(self, capsys, *words):
        status = main([str(word) for word in words])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    def data(self, capsys, *words):
        status, out, err = self.run(capsys, *words, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    def test_shares(self, capsys):
        found = self.data(capsys, "shares", KKD, "--year", "2023")
        assert found["total"] == "156331.40"
        assert self.data(capsys, "shares", KKD, "--as-of", "2024-02-01")["year"] == 2024
        assert self.data(capsys, "shares", KKD, "--as-of", "2021-02-01")["year"] == 2022
        status, out, _ = self.run(capsys, "shares", KKD, "--as-of", "2023-09-10")
        assert status == 0
        assert "Biedenkopf, Stadt           8.869,25 *   12.826,30 *" in out.splitlines()
        assert "Amöneburg, Stadt            3.225,95 *    4.665,22 *" in out.splitlines()
        assert "Summe                     108.101,50    156.331,40" in out.splitlines()
        assert out.endswith(
            "* vorbehaltlich: Der Beschluss der Beteiligten steht noch aus oder deckt den Betrag nicht.\n"
        )

    def test_shares_csv(self, capsys):
        _, out, _ = self.run(capsys, "shares", KKD, "--year", "2022", "--csv", "--as-of", "2023-09-28")
        lines = out.splitlines()
        assert lines[0] == "beteiligte;name;leistungsjahr;betrag;ohne_foerderung;vorbehaltlich;faellig"
        assert lines[4] == "biedenkopf;Biedenkopf, Stadt;2022;8869.25;8869.25;nein;2023-11-15"
        assert len(lines) == 20

    def test_explain(self, capsys):
        status, out, _ = self.run(capsys, "explain", KKD, TOWN, "2022")
        assert status == 0
        assert out.startswith(
            "1. Umsetzung des Onlinezugangsgesetzes (OZG) (§ 5 Abs. 1): 13.645 Einwohner × 0,65 EUR"
        )
        assert self.data(capsys, "explain", KKD, TOWN, "2022")["amount"] == "8869.25"
        assert self.run(capsys, "explain", KKD, "niemand", "2022")[0] == 2

    def test_compare(self, capsys):
        found = self.data(
            capsys, "compare", KKD, "--as-of", "2023-07-30", "--as-of", "2023-12-31", "--year", "2022"
        )
        assert found["total"] == "108101.50"
        assert len(found["differences"]) == 19
        _, out, _ = self.run(
            capsys, "compare", CASES / "per-head.toml", CASES / "leaver-by-day.toml", "--year", "2024"
        )
        assert out == (
            "2024 Ahaus: 1.500,00 EUR → 3.000,00 EUR (+1.500,00 EUR)\n"
            "    IT (§ 3) entfällt (-1.500,00 EUR)\n"
            "    Satz (§ 1) kommt hinzu (+2.000,00 EUR)\n"
            "    Umlage (§ 2) kommt hinzu (+1.000,00 EUR)\n"
            "2024 Bdorf: 499,50 EUR → nichts (-499,50 EUR)\n"
            "    IT (§ 3) entfällt (-499,50 EUR)\n"
            "Zusammen: 1.000,50 EUR\n"
        )
        assert self.run(capsys, "compare", KKD, KKD, "--as-of", "2023-12-31")[1] == "Kein Unterschied.\n"
        assert self.run(capsys, "compare", KKD)[0] == 2
        assert self.run(capsys, "compare", KKD, "--as-of", "2023-12-31")[0] == 2

    def test_whatif(self, capsys):
        found = self.data(capsys, "whatif", KKD, "--leave", f"{TOWN}=2025-12-31", "--today", "2026-05-01")
        assert [one["difference"] for one in found["differences"]] == ["-15555.30"] * 5
        found = self.data(capsys, "whatif", KKD, "--granted", "ikz", "--year", "2024")
        assert found["total"] == "-20000.00"
        found = self.data(capsys, "whatif", KKD, "--census", "2022=2026", "--year", "2026")
        assert found["total"] == "-2774.76"
        assert self.data(capsys, "whatif", KKD, "--fails", "ikz", "--year", "2024")["total"] == "0.00"
        assert self.run(capsys, "whatif", KKD)[0] == 2
        assert self.run(capsys, "whatif", KKD, "--leave", f"{TOWN}=2020-01-01")[0] == 3

    @pytest.mark.parametrize("words", [["--leave", "x"], ["--leave", "x=gestern"], ["--census", "2022=nie"]])
    def test_whatif_unreadable(self, capsys, words):
        with pytest.raises(SystemExit) as end:
            main(["whatif", str(KKD), *words])
        assert end.value.code == 2
        assert "erlaubt" in capsys.readouterr().err

    def test_solve(self, capsys):
        found = self.data(capsys, "solve", "8869.25", "12.826,30", "15.555,30 €")
        assert found["amounts"] == ["8869.25", "12826.30", "15555.30"]
        assert found["solutions"][0]["population"] == 13645
        assert found["solutions"][0]["rates"] == ["0.65", "0.94", "1.14"]
        assert self.run(capsys, "solve", "0,99")[0] == 1
        assert self.run(capsys, "solve", "1,234")[0] == 2
        assert "Leistungsjahr 2022" in self.run(capsys, "solve", "8869,25", "--agreement", KKD)[1]

    def test_savings_without_costs_before(self, capsys):
        title = "Förderung der interkommunalen Zusammenarbeit (IKZ) (§ 6)"
        assert self.run(capsys, "savings", KKD)[1].splitlines() == [
            "Die Vereinbarung enthält keine Kosten der früheren Kooperationen (predecessor_costs).",
            f"{title}: verlangte Ersparnis von 15 %: nicht nachweisbar.",
            f"{title}: 5 Jahre gebunden ab der Bewilligung; die Förderung ist beantragt.",
        ]

    def test_plan(self, capsys):
        status, out, _ = self.run(capsys, "plan", KKD, "--member", TOWN, "--from", "2026", "--years", "2")
        assert (status, out.splitlines()) == (
            0,
            [
                "Leistungsjahr   Ansatz EUR  offene Förderung EUR      fällig                   Umsatzsteuer",
                "2026           15.555,30              1.640,91    15.03.2026  nicht steuerbar (altes Recht)",
                "2027           15.555,30              1.640,91    15.03.2027         noch nicht entschieden",
            ],
        )
        _, out, _ = self.run(
            capsys, "plan", KKD, "--member", TOWN, "--today", "2027-05-01", "--years", "1", "--csv"
        )
        assert out.splitlines()[1] == "2027;15555.30;1640.91;nein;2027-03-15;offen;0.00"
        assert self.data(capsys, "plan", KKD, "--member", TOWN, "--years", "1", "--as-of", "2023-08-01")[
            "years"
        ][0]["conditional"]
        assert self.run(capsys, "plan", KKD)[0] == 2
        assert self.run(capsys, "plan", KKD, "--member", "niemand")[0] == 2

    @pytest.mark.parametrize("place", ["ledgers/biedenkopf", "ledgers/biedenkopf/book.toml"])
    def test_plan_of_a_book(self, capsys, place):
        found = self.data(capsys, "plan", ROOT / place, "--from", "2024", "--years", "1")
        assert (found["member"], found["years"][0]["amount"]) == (TOWN, "15555.30")

    def test_annex(self, capsys, tmp_path):
        _, out, _ = self.run(capsys, "annex", KKD, "--to", "2023")
        assert out.splitlines()[0] == "\ufeffBeteiligte;2022;2023"
        assert out.splitlines()[-1] == "Summe;108101,50;156331,40"
        status, out, _ = self.run(capsys, "annex", KKD, "--pdf", tmp_path / "anlage-2.pdf")
        assert (status, out) == (0, f"Geschrieben: {tmp_path / 'anlage-2.pdf'}\n")
        assert (tmp_path / "anlage-2.pdf").read_bytes().startswith(b"%PDF")
        assert self.data(capsys, "annex", KKD, "--from", "2024")["years"] == [
            "2024",
            "2025",
            "2026",
            "2027",
            "2028",
        ]
        assert self.run(capsys, "annex", KKD, "--to", "2021")[0] == 2
        assert self.run(capsys, "annex", KKD, "--pdf", tmp_path / "no" / "such.pdf")[0] == 5

    def test_a_broken_agreement_is_refused(self, capsys, tmp_path):
        (tmp_path / "a.toml").write_text("kaputt", "utf-8")
        status, out, err = self.run(capsys, "shares", tmp_path / "a.toml", "--json")
        assert status == 3
        assert json.loads(out)["problems"][0]["file"] == "a.toml"
        assert "Vereinbarung abgelehnt" in err


def test_a_change_knows_whether_its_reason_holds_products():
    """Letters leave fractions and products out; that is a fact of the change and not read from its words."""
    agreements = [load(path) for path in sorted(CASES.glob("*.toml"))[:40]]
    seen = set()
    for left in agreements:
        for right in agreements:
            for change in changes((left, None), (right, None), "ahaus", 2023):
                assert change.has_products == any(
                    word in change.reason for word in ("Anteil ", "Staffel ")
                ), change.titled_reason()
                seen.add((change.fate, change.has_products))
    assert seen == {
        *((fate, False) for fate in StepFate),
        (StepFate.RECKONED_ANEW, True),
    }
