"""At the border: what is just allowed loads, what is just too much is refused at its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger import toml
from kkd_ledger.agreement import annex, compare, if_census, load, parse, resolution, shares, solve
from kkd_ledger.agreement.reckoning import words
from kkd_ledger.agreement.sheet import printing
from kkd_ledger.errors import AgreementRefused

HERE = Path(__file__).parent
BASE = (HERE / "probe.toml").read_text("utf-8")
MEMBER = '[[members]]\nid = "cstadt"\nname = "Cstadt"\nkind = "town"\nags = "06999003"\n'
FIXED = '[[components]]\nid = "fest"\ntitle = "Fest"\nclause = "§ 1"\nkey = "fixed"\nfrom = 2023-01-01\n'
HEADS = FIXED.replace('"fixed"', '"per-head"\nbasis = "ew"')
TIERS = FIXED.replace('"fixed"', '"tiers"\nbasis = "ew"')
RATE = 'rates = [{ from = 2023-01-01, rate = "0,10" }]\n'


def found(text: str) -> list[tuple[str, str, str]]:
    """Return the problems of a text without the lines they stand on."""
    try:
        parse(text)
    except AgreementRefused as refusal:
        return [
            (one.place.partition(", ")[2] or one.place, one.actual, one.allowed) for one in refusal.problems
        ]
    return []


class TestDates:
    def test_a_member_may_leave_on_the_day_it_joins(self):
        counted = BASE.replace("06999002 = 500", "06999002 = 500\n06999003 = 700")
        one_day = "joined = 2023-03-01\nleft = 2023-03-01\n"
        assert found(counted + MEMBER + one_day) == []
        assert (
            shares(parse(counted + MEMBER + one_day), 2023).components["satz"]["cstadt"] == 192
        )  # 700 EUR / 365
        day_before = one_day.replace("left = 2023-03-01", "left = 2023-02-28")
        place = ("members[4] (cstadt).left", "2023-02-28 vor 2023-03-01", "nicht vor dem Beitritt")
        assert found(counted + MEMBER + day_before) == [place]
        first_day = "left = 2023-01-01\n"
        assert found(counted + MEMBER + first_day) == []
        assert found(counted + MEMBER + "left = 2022-12-31\n") == [
            ("members[4] (cstadt).left", "2022-12-31 vor 2023-01-01", "nicht vor dem Beitritt")
        ]

    def test_measures_of_one_name_may_not_overlap_those_of_two_may(self):
        basis = '[[bases]]\nid = "{}"\nrule = "frozen"\nsource = "amt"\nreference = 2022-12-31\nfrom = 2024-01-01\n'
        closed = BASE.replace(
            "reference = 2022-12-31\nfrom = 2023-01-01",
            "reference = 2022-12-31\nfrom = 2023-01-01\nto = 2024-06-30",
        )
        assert found(closed + basis.format("andere")) == [
            (place, "2025: für 'ew' gilt keine Zahl", "Einträge in [[bases]] ohne Lücke")
            for place in ("components[1] (satz)", "components[2] (umlage)")
        ]
        assert found(closed + basis.format("ew")) == [
            ("bases[2] (ew).from", "überschneidet sich mit der Stufe bis 2024-06-30", "ab 2024-07-01")
        ]
        assert found(BASE + basis.format("andere")) == []

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            (
                f"{TIERS}scales = [{{<1>tiers = [{{ amount = '1' }}] }}, {{<2>tiers = [{{ amount = '2' }}] }}]\n",
                "scales",
            ),
            (f"{HEADS}{RATE}fees = [{{<1>amount = '1,00' }}, {{<2>amount = '2,00' }}]\n", "fees"),
            (f"{FIXED}amounts = [{{<1>amount = '1,00' }}, {{<2>amount = '2,00' }}]\n", "amounts"),
        ],
    )
    def test_stages_of_every_key_end_before_the_next(self, text, place):
        def until(day: str) -> str:
            first = text.replace("<1>", f"from = 2023-01-01, to = {day}, ")
            return BASE + first.replace("<2>", "from = 2024-01-01, ")

        assert found(until("2023-12-31")) == []
        assert found(until("2024-01-01")) == [
            (
                f"components[3] (fest).{place}[2].from",
                "überschneidet sich mit der Stufe bis 2024-01-01",
                "ab 2024-01-02",
            )
        ]
        assert found(until("2023-12-30")) == [
            (
                f"components[3] (fest).{place}[2]",
                "Lücke von 2023-12-31 bis 2023-12-31",
                "lückenlose Stufen",
            )
        ]

    def test_a_stage_may_be_corrected_again_and_again_but_not_twice_at_once(self):
        rate = '[[components.rates]]\nfrom = 2024-01-01\nrate = "{}"\nknown_from = {}\n'
        before = '[[components]]\nid = "umlage"'
        twice = rate.format("2,10", "2023-06-01") + rate.format("2,20", "2023-09-01")
        agreement = parse(BASE.replace(before, twice + before))
        days = (None, dt.date(2023, 8, 31), dt.date(2023, 5, 31))
        assert [shares(agreement, 2024, day).components["satz"]["ahaus"] for day in days] == [
            220000,
            210000,
            200000,
        ]
        at_once = rate.format("2,10", "2023-01-01")
        place = "components[1] (satz).rates[3]"
        assert found(BASE.replace(before, at_once + before)) == [
            (place, "zwei Stufen ab 2024-01-01", "eine Stufe je Tag")
        ]

    def test_the_last_stage_may_end_with_its_component(self):
        text = FIXED + "to = 2024-12-31\namounts = [{{ from = 2023-01-01, to = {}, amount = '1,00' }}]\n"
        assert found(BASE + text.format("2024-12-31")) == []
        assert found(BASE + text.format("2025-12-31")) == []
        assert found(BASE + text.format("2024-12-30")) == [
            (
                "components[3] (fest).amounts[1].to",
                "nichts nach 2024-12-30",
                "lückenlose Stufen bis zum Ende des Bausteins",
            )
        ]

    def test_a_resolution_allows_each_year_once(self):
        amounts = '{{ from = 2023, to = {}, amount = "1" }}, {{ from = 2024, amount = "2" }}'
        amounts = f'annexes = ["anlage"]\namounts = [{amounts}]'
        assert found(BASE.replace('annexes = ["anlage"]', amounts.format(2023))) == []
        [(place, words, _)] = found(BASE.replace('annexes = ["anlage"]', amounts.format(2024)))
        assert (place, words) == ("resolutions[1] (ahaus).amounts[1]", "überschneidet sich ab 2024")


class TestNames:
    @pytest.mark.parametrize(
        ("percent", "sound"), [("39", True), ("40", True), ("40,5", False), ("41", False)]
    )
    def test_percentages_beside_a_remainder(self, percent, sound):
        text = BASE.replace('{ percent = "40", by', f'{{ percent = "{percent}", by')
        text = text.replace('key = "mixture"', 'key = "mixture"\nremainder = "operator"')
        words = f"zusammen {str(60 + int(percent[:2])) + percent[2:]} Prozent"
        place = "components[2] (umlage).slices"
        assert found(text) == ([] if sound else [(place, words, "zusammen mehr als 0 und höchstens 100")])

    def test_nothing_at_all_to_split(self):
        text = BASE.replace('percent = "60"', 'percent = "0"').replace('percent = "40"', 'percent = "0"')
        text = text.replace('key = "mixture"', 'key = "mixture"\nremainder = "operator"')
        [(_, words, allowed)] = found(text)
        assert (words, allowed) == ("zusammen 0 Prozent", "zusammen mehr als 0 und höchstens 100")

    @pytest.mark.parametrize(
        ("tiers", "sound"),
        [
            ("{ amount = '1' }", True),
            ("{ up_to = 5, amount = '1' }, { amount = '2' }", True),
            ("{ up_to = 5, amount = '1' }, { amount = '2' }, { amount = '3' }", False),
            ("{ amount = '2' }, { up_to = 5, amount = '1' }, { amount = '3' }", False),
            ("{ up_to = 5, amount = '1' }", False),
        ],
    )
    def test_only_the_last_size_class_is_open(self, tiers, sound):
        text = f"{BASE}{TIERS}scales = [{{ from = 2023-01-01, tiers = [{tiers}] }}]\n"
        place = "components[3] (fest).scales[1].tiers"
        refusal = (place, "keine offene letzte Klasse", "up_to in allen Klassen außer der letzten")
        assert found(text) == ([] if sound else [refusal])

    def test_size_classes_rise(self):
        text = f"{BASE}{TIERS}scales = [{{ from = 2023-01-01, tiers = [{{ up_to = 5, rate = '1' }}, "
        assert found(text + "{ up_to = 6, rate = '1' }, { rate = '2' }] }]\n") == []
        [(_, words, _)] = found(text + "{ up_to = 5, rate = '1' }, { rate = '2' }] }]\n")
        assert words == "Klassen nicht aufsteigend"

    def test_a_year_of_a_subsidy_twice(self):
        years = "years = [{ year = 2023, amount = '20,00' }, { year = 2023, amount = '30,00' }]"
        text = BASE.replace('years = [{ year = 2023, amount = "50,00" }]', years)
        assert found(text) == [
            (
                "subsidies[1] (ikz).years[2] (2023)",
                "derselbe Eintrag ein zweites Mal",
                "einmal, oder später mit eigenem known_from",
            )
        ]

    def test_components_subsidies_and_weights_twice(self):
        weights = '[[weights]]\nname = "w"\nsource = "s"\nreference = 2022-12-31\nvalues = { ahaus = 1 }\n'
        text = BASE + weights + weights
        for start, end in (("[[components]]", "[[components.rates]]"), ("[[subsidies]]", "[[resolutions]]")):
            block = (
                BASE[BASE.index(start) : BASE.index(end)]
                .replace("per-head", "equal")
                .replace('basis = "ew"\n', "")
            )
            text += block + ("totals = [{ year = 2023, amount = '1' }]\n" if "components" in start else "")
        assert {place for place, words, _ in found(text) if "zweites Mal" in words} == {
            "components[3] (satz)",
            "subsidies[2] (ikz)",
            "weights[2] (w)",
        }

    def test_a_clause_that_there_is_not(self):
        text = BASE.replace('title = "IKZ"\nclause = "§ 1"', 'title = "IKZ"\nclause = "§ 9"')
        assert found(text) == [
            ("subsidies[1] (ikz).clause", "'§ 9' ist unbekannt", "eine Kennung aus [[clauses]]")
        ]

    def test_a_document_twice(self):
        twice = BASE.replace(
            "[[documents]]", '[[documents]]\nid = "anlage"\ntitle = "Andere"\n\n[[documents]]'
        )
        assert [place for place, _, _ in found(twice)] == ["documents[2] (anlage)"]

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            (
                FIXED
                + "amounts = [{ from = 2023-01-01, amount = '1' }, { from = 2023-01-01, amount = '2', <> }]\n",
                "amounts",
            ),
            (f"{HEADS}{RATE}fees = [{{ from = 2023-01-01, amount = '1', <> }}]\n", "fees"),
        ],
    )
    def test_amounts_for_somebody_unknown(self, text, name):
        problems = found(BASE + text.replace("<>", "members = ['ahaus', 'fehlt']"))
        [(place, words, _)] = [one for one in problems if "unbekannt" in one[1]]
        assert (place, words) == (
            f"components[3] (fest).{name}[{2 if name == 'amounts' else 1}].members[2]",
            "'fehlt' ist unbekannt",
        )

    def test_a_total_may_be_corrected_again_and_again(self):
        year = 'totals = [{ year = 2023, amount = "100,00" }'
        later = ', {{ year = 2023, amount = "{}", known_from = 2023-{}-01 }}'
        twice = year + later.format("90,00", "06") + later.format("80,00", "09")
        agreement = parse(BASE.replace(year, twice))
        days = (None, dt.date(2023, 8, 31), dt.date(2023, 5, 31))
        assert [sum(shares(agreement, 2023, day).components["umlage"].figures) for day in days] == [
            8000,
            9000,
            10000,
        ]
        assert len(found(BASE.replace(year, year + later.format("90,00", "01")))) == 1

    def test_a_cost_before_twice(self):
        cost = "[[predecessor_costs]]\nmember = 'ahaus'\nyear = 2022\namount = '1,00'\ntitle = '{}'\n"
        assert found(BASE + cost.format("Alt") + cost.format("Anders")) == []
        assert found(BASE + cost.format("Alt") + cost.format("Alt") + "known_from = 2024-01-01\n") == []
        assert [place for place, _, _ in found(BASE + cost.format("Alt") * 2)] == [
            "predecessor_costs[2] (ahaus)"
        ]

    def test_minimum_and_maximum_may_be_one(self):
        text = (
            FIXED + "minimum = '{}'\nmaximum = '2,00'\namounts = [{{ from = 2023-01-01, amount = '1,00' }}]\n"
        )
        assert found(BASE + text.format("2,00")) == []
        [(place, words, _)] = found(BASE + text.format("2,01"))
        assert (place, words) == ("components[3] (fest).minimum", "minimum über maximum")


class TestFigures:
    def test_a_lacking_figure_with_rotating_cents_is_a_refusal(self):
        """2023 cannot be reckoned, and with rotation no later year either: it is told once, at its place."""
        gone = BASE.replace("06999002 = 500\n", "").replace(
            'ags = "06999002"', 'ags = "06999002"\nleft = 2023-12-31'
        )
        year = '{ year = 2023, amount = "100,00" }'
        text = gone.replace(year, f"{year}, {year.replace('2023', '2024')}")
        lacking = "2023: bdorf ohne Zahl für 'ew'"
        assert [words for _, words, _ in found(text)] == [lacking, lacking]
        rotating = text.replace('operator = "kreis"', 'operator = "kreis"\nrotation = true')
        assert [words for _, words, _ in found(rotating)] == [lacking, lacking]


def test_shares_come_in_the_order_of_the_agreement():
    """Whoever is in all year is reckoned first; the one that joins late stands before it all the same."""
    late = BASE.replace('ags = "06999001"', 'ags = "06999001"\njoined = 2023-07-01')
    for text in (BASE, late):
        found = shares(parse(text), 2023)
        assert (
            [one.member for one in found.members]
            == list(found.amounts)
            == list(found.gross)
            == ["ahaus", "bdorf"]
        )


def test_a_share_has_its_parts():
    """Ahaus in 2023: 1,000.00 and 60.00, less 50.00 × 1,060/1,600 (bdorf: 500.00 and 40.00) = 33.125, rounded up."""
    text = BASE.replace("on = 2023-02-01 }]", 'on = 2023-02-01 }, { status = "granted", on = 2023-03-01 }]')
    share = shares(parse(text), 2023).of("ahaus")
    assert share.as_json() == {
        "id": "ahaus",
        "amount": "1026.87",
        "gross": "1060.00",
        "conditional": False,
        "due": "2023-03-15",
        "parts": [
            {"kind": "component", "id": "satz", "amount": "1000.00"},
            {"kind": "component", "id": "umlage", "amount": "60.00"},
            {"kind": "subsidy", "id": "ikz", "amount": "-33.13"},
        ],
    }


def test_an_operator_without_a_remainder_has_a_share_of_nothing():
    split = (
        FIXED.replace('"fixed"', '"equal"\nremainder = "operator"')
        + "totals = [{ year = 2023, amount = '9,00' }]\n"
    )
    assert dict(shares(parse(BASE + split), 2023).components["fest"]) == {
        "ahaus": 450,
        "bdorf": 450,
        "kreis": 0,
    }


def test_without_a_minimum_nobody_pays_for_nothing():
    split = FIXED.replace('"fixed"', '"proportional"\nbasis = "ew"\nmaximum = "9,00"\nremainder = "others"')
    text = (
        BASE.replace("06999002 = 500", "06999002 = 0")
        + split
        + "totals = [{ year = 2023, amount = '9,00' }]\n"
    )
    assert dict(shares(parse(text), 2023).components["fest"]) == {"ahaus": 900, "bdorf": 0}


def test_a_column_is_as_long_as_it_has_members():
    amounts = shares(parse(BASE), 2023).amounts
    assert len(amounts) == len(list(amounts)) == 2


def test_the_annex_cites_the_clauses():
    assert "§ 1: Die Beteiligten zahlen je Einwohner." in annex(parse(BASE), [2023]).notes


class TestReasons:
    """What `compare` names as the reason, for every figure that may change."""

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ('rate = "1,00"', 'rate = "1,10"', "Satz 1,00 → 1,10"),
            ("06999001 = 1000", "06999001 = 1100", "Zahl 1.000 → 1.100"),
            ("to = 2023-12-31\nrate", "to = 2023-06-30\nrate", None),
            ('key = "per-head"', 'key = "per-head"\nminimum = "2.000,00"', "Mindestbetrag nichts → 2.000,00"),
            ('key = "per-head"', 'key = "per-head"\nmaximum = "900,00"', "Höchstbetrag nichts → 900,00"),
        ],
    )
    def test_priced(self, before, after, reason):
        text = BASE.replace("2024-01-01\nrate", "2023-07-01\nrate") if reason is None else BASE
        changed = text.replace(before, after)
        if reason is None:
            assert found(changed) == []
            left = BASE
            reason = "Satz 1,00 → 1,00 + 2,00"
        else:
            left = text
        [row, *_] = compare((parse(left), None), (parse(changed), None), [2023])
        assert row.member == "ahaus"
        assert any(one.startswith(f"Satz (§ 1): {reason}") for one in row.reasons), row.reasons

    def test_size_classes(self):
        scale = "scales = [{{ from = 2023-01-01, {} }}]\n"
        whole = BASE + TIERS + scale.format("tiers = [{ up_to = 999, amount = '5,00' }, { amount = '9,00' }]")
        marginal = (
            BASE
            + TIERS
            + scale.format("mode = 'marginal', tiers = [{ up_to = 999, rate = '1,00' }, { rate = '2' }]")
        )
        dearer = whole.replace("9,00", "8,00")
        [row, *_] = compare((parse(whole), None), (parse(marginal), None), [2023])
        assert row.reasons == (
            "Fest (§ 1): Größenklasse 9,00 → 1,00 + 2,00, Staffel nichts → 999 + 1 (+992,00 EUR)",
        )
        [row] = compare((parse(whole), None), (parse(dearer), None), [2023])
        assert row.reasons == ("Fest (§ 1): Größenklasse 9,00 → 8,00 (-1,00 EUR)",)
        both = parse(whole.replace("amount = '9,00'", "amount = '9,00', rate = '0,10'"))
        [row] = compare((parse(whole), None), (both, None), [2023])
        assert row.reasons == ("Fest (§ 1): Größenklasse 9,00 → 9,00 + 0,10 (+100,00 EUR)",)
        free = parse(whole.replace("amount = '9,00'", "amount = '0,00'"))
        [row] = compare((parse(whole), None), (free, None), [2023])
        assert row.reasons == ("Fest (§ 1): Größenklasse 9,00 → 0,00 (-9,00 EUR)",)

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ("amount = '5,00'", "amount = '6,00'", "Fest (§ 1): Betrag 5,00 → 6,00 (+1,00 EUR)"),
            ('amount = "100,00"', 'amount = "200,00"', "Umlage (§ 1): Kosten 100,00 → 200,00 (+60,00 EUR)"),
            (
                'operator = "kreis"',
                'operator = "kreis"\nrounding = "floor"',
                "Fest (§ 1): Rundung kaufmännisch gerundet → abgerundet (-0,01 EUR)",
            ),
            (
                'distribution = "by-share"',
                'distribution = "equal"',
                "IKZ (§ 1), bewilligt am 01.03.2023: Anteil 1.065,01 EUR / 1.610,01 EUR → 1/2, "
                "Förderung 50,00 EUR nach den Anteilen → 50,00 EUR zu gleichen Teilen "
                "(+8,07 EUR)",  # 50,00 × 1.065,01/1.610,01 = 33,07; zu gleichen Teilen 25,00
            ),
        ],
    )
    def test_fixed_and_split(self, before, after, reason):
        half = HEADS.replace('"fest"', '"halb"') + 'rates = [{ from = 2023-01-01, rate = "0,000005" }]\n'
        text = BASE.replace(
            "on = 2023-02-01 }]", 'on = 2023-02-01 }, { status = "granted", on = 2023-03-01 }]'
        )
        text += FIXED + "amounts = [{ from = 2023-01-01, amount = '5,00' }]\n" + half
        [row, *_] = compare((parse(text), None), (parse(text.replace(before, after)), None), [2023])
        assert row.member == "ahaus"
        assert reason in row.reasons

    def test_what_the_others_pay(self):
        rest = HEADS.replace('"per-head"', '"per-head"\nremainder = "operator"\nmembers = ["kreis", "ahaus"]')
        text = BASE.replace('kind = "county"', 'kind = "county"\nags = "06999"') + rest
        text += (
            'totals = [{ year = 2023, amount = "500,00" }]\nrates = [{ from = 2023-01-01, rate = "0,10" }]\n'
        )
        text = text.replace("06999001 = 1000", "06999001 = 1000\n06999 = 9")
        dearer = parse(text.replace('rate = "0,10"', 'rate = "0,20"'))
        found = {row.member: row.reasons for row in compare((parse(text), None), (dearer, None), [2023])}
        assert found["kreis"] == ("Fest (§ 1): Anteile der anderen 100,00 → 200,00 (-100,00 EUR)",)

    def test_a_component_that_costs_nothing_comes_without_a_sign(self):
        text = FIXED + "amounts = [{ from = 2023-01-01, amount = '0,00' }]\n"
        dearer = BASE.replace('rate = "1,00"', 'rate = "1,10"') + text
        [row, *_] = compare((parse(BASE), None), (parse(dearer), None), [2023])
        assert row.reasons[-1] == "Fest (§ 1) kommt hinzu (0,00 EUR)"


def test_the_fixed_amount_of_a_case_is_known_on_its_own_day():
    early = load(HERE / "cases/amendment-known-later.toml")
    assert annex(early, [2023], dt.date(2023, 9, 30)).rows != annex(early, [2023]).rows


class TestLimits:
    """Of every limit what is just allowed and what is just too much."""

    LIMITS = (
        ('id = "probe"', 'id = "{}"', "a" * 40, "a" * 41),
        ('title = "Probe"', 'title = "{}"', "x" * 2000, "x" * 2001),
        ('title = "Probe"', 'title = "Probe"\nassumed = "{}"', "x" * 2000, "x" * 2001),
        ('kind = "county"', 'kind = "county"\nags = "{}"', "06999", "069990"),
        ('title = "Anlage"', 'title = "Anlage"\nsha256 = "{}"', "0f" * 32, "0f" * 31 + "0"),
        ('title = "Anlage"', 'title = "Anlage"\nsha256 = "{}"', "0f" * 32, "0F" * 32),
        ("census = 2011\n\n[pop", "census = {}\n\n[pop", "2199", "2200"),
        ("census = 2011\n\n[pop", "census = {}\n\n[pop", "1990", "1989"),
        ("06999002 = 500", "06999002 = {}", "1000000000000000", "1000000000000001"),
        ("month = 3", "month = {}", "12", "13"),
        ("month = 3", "month = {}", "1", "0"),
        ("day = 15", "day = {}", "31", "32"),
        ("day = 15", "day = {}", "1", "0"),
        ("decides = true", "decides = true, number = {}", "100000", "100001"),
        ("decides = true", "decides = true, number = {}", "1", "0"),
        (
            'clause = "§ 1"\namount',
            'clause = "§ 1"\nconditions = {{ binding_years = {} }}\namount',
            "50",
            "51",
        ),
        (
            'clause = "§ 1"\namount',
            'clause = "§ 1"\nconditions = {{ binding_years = {} }}\namount',
            "0",
            "-1",
        ),
        (
            'clause = "§ 1"\namount',
            'clause = "§ 1"\nconditions = {{ saving_percent = "{}" }}\namount',
            "100",
            "100,000001",
        ),
    )

    @pytest.mark.parametrize(("before", "form", "most", "more"), LIMITS)
    def test_limits(self, before, form, most, more):
        base = BASE
        if "census" in form:  # the measure takes whatever census there is
            base = base.replace("census = 2011\nreference = 2022-12-31\nfrom", "reference = 2022-12-31\nfrom")
        assert before in base
        assert found(base.replace(before, form.format(most), 1)) == []
        assert len(found(base.replace(before, form.format(more), 1))) == 1

    def renewed(self, **fields: str) -> str:
        lines = "".join(f"{key} = {value}\n" for key, value in fields.items())
        text = BASE.replace('rule = "frozen"', f'rule = "renewed"\n{lines}')
        return text.replace("reference = 2022-12-31\nfrom", "from")

    @pytest.mark.parametrize(("lag", "sound"), [("0", True), ("20", True), ("-1", False), ("21", False)])
    def test_lag(self, lag, sound):
        text = self.renewed(lag_years=lag).replace(
            "reference = 2022-12-31", f"reference = {2023 - int(lag)}-12-31", 1
        )
        assert (found(text) == []) is sound

    @pytest.mark.parametrize("day", ["01-01", "02-28", "04-30", "06-29", "10-31", "12-31"])
    def test_a_reference_day_of_every_year(self, day):
        text = self.renewed(lag_years="1", month_day=f'"{day}"')
        agreement = parse(text.replace("reference = 2022-12-31", f"reference = 2022-{day}", 1))
        assert shares(agreement, 2023).components["satz"]["ahaus"] == 100000

    @pytest.mark.parametrize(
        "day", ["02-29", "02-30", "04-31", "06-31", "13-01", "00-10", "12-32", "12-00", "1-1"]
    )
    def test_a_reference_day_that_not_every_year_has(self, day):
        [(place, words, _)] = found(self.renewed(lag_years="1", month_day=f'"{day}"'))
        assert (place, words) == ("bases[1] (ew).month_day", f"'{day}'")


class TestForms:
    def test_no_toml_says_where(self):
        [(place, words, _)] = found("kein TOML")
        assert (place, words) == ("Spalte 6", "kein gültiges TOML: nach einem Schlüssel fehlt „=“")

    def test_a_file_that_is_none_has_no_place(self, tmp_path):
        with pytest.raises(AgreementRefused) as refusal:
            load(tmp_path)
        assert [(one.file, one.place) for one in refusal.value.problems] == [(str(tmp_path), "")]

    def test_a_file_may_be_as_large_as_the_limit(self, tmp_path, monkeypatch):
        file = tmp_path / "probe.toml"
        file.write_text(BASE, "utf-8")
        size = file.stat().st_size
        monkeypatch.setattr(toml, "SIZE_MAX", size)
        assert load(file).id == "probe"
        monkeypatch.setattr(toml, "SIZE_MAX", size - 1)
        with pytest.raises(AgreementRefused, match=f"höchstens {size - 1} Bytes"):
            load(file)

    def test_the_old_law_of_vat_without_an_end(self):
        [(place, words, allowed)] = found(BASE.replace("to = 2026-12-31\ntreatment", "treatment"))
        assert (place, words, allowed) == ("vat[1].to", "kein Ende", "altes Recht bis 2026-12-31")

    def test_a_number_instead_of_the_inhabitants(self):
        head, _, rest = BASE.partition("[populations.inhabitants]")
        text = head + "inhabitants = 5\n" + rest.partition("06999002 = 500\n")[2]
        assert found(text)[0] == ("populations[1].inhabitants", "5", "eine Tabelle")

    def test_a_text_without_a_file_is_an_agreement_toml(self):
        with pytest.raises(AgreementRefused) as refusal:
            parse("")
        assert {one.file for one in refusal.value.problems} == {"agreement.toml"}


class TestAllAtOnce:
    """A field at the top whose form is wrong hides nothing else."""

    @pytest.mark.parametrize(
        ("before", "after", "place"),
        [
            ('title = "Probe"', "title = 5", "title"),
            ('title = "Probe"\n', "", "title"),
            ('id = "probe"', 'id = "PROBE"', "id"),
            ("month = 3", "month = 13", "due.month"),
            ("day = 15", "day = 15\nclause = 5", "due.clause"),
            ('operator = "kreis"', 'operator = "kreis"\nrotation = 1', "rotation"),
        ],
    )
    def test_a_wrong_field_at_the_top(self, before, after, place):
        text = BASE.replace(before, after, 1).replace('annexes = ["anlage"]', 'annexes = ["fehlt"]')
        text = text.replace("06999002 = 500\n", "")
        assert [one for one, _, _ in found(text)] == [
            place,
            "resolutions[1] (ahaus).annexes[1]",
            "components[1] (satz)",
            "components[2] (umlage)",
        ]


class TestDueDays:
    @pytest.mark.parametrize(
        ("month", "day", "due_2023", "due_2024"),
        [
            (3, 31, "2023-03-31", "2024-03-31"),
            (6, 31, "2023-06-30", "2024-06-30"),
            (2, 29, "2023-02-28", "2024-02-29"),
            (2, 31, "2023-02-28", "2024-02-29"),
            (12, 31, "2023-12-31", "2024-12-31"),
        ],
    )
    def test_every_day_and_the_last_of_a_shorter_month(self, month, day, due_2023, due_2024):
        agreement = parse(BASE.replace("month = 3", f"month = {month}").replace("day = 15", f"day = {day}"))
        assert [agreement.due(year).isoformat() for year in (2023, 2024)] == [due_2023, due_2024]

    def test_an_exception_twice(self):
        twice = "[[due.exceptions]]\nyear = 2024\ndate = 2024-06-01\n"
        text = BASE.replace("[[clauses]]", twice + "[[clauses]]", 1)
        assert parse(text).due(2024) == dt.date(2024, 6, 1)
        assert [
            place for place, _, _ in found(BASE.replace("[[clauses]]", twice * 2 + "[[clauses]]", 1))
        ] == ["due.exceptions[2] (2024)"]


def test_what_is_supposed_about_resolutions_counts():
    agreement = parse(BASE)
    assert resolution(agreement, "ahaus").paper == "VL-1"
    assert resolution(agreement.changed(resolutions=()), "ahaus") is None


def test_the_smallest_weight_takes_the_odd_cent_where_ties_say_so():
    """0.02 EUR by 1,000 : 3,000 are 0.5 and 1.5 cents: equal remainders, one odd cent."""
    text = BASE.replace("06999002 = 500", "06999002 = 3000").replace('amount = "100,00"', 'amount = "0,02"')
    text = text.replace(
        '{ percent = "60", by = "proportional", basis = "ew" }',
        '{ percent = "100", by = "proportional", basis = "ew" }',
    )
    text = text.replace(', { percent = "40", by = "equal" }', "").replace(
        'amount = "50,00"', 'amount = "0,01"'
    )
    parts = {
        ties: dict(
            shares(
                parse(text.replace('operator = "kreis"', f'operator = "kreis"\nties = "{ties}"')), 2023
            ).components["umlage"]
        )
        for ties in ("largest", "smallest")
    }
    assert parts == {"largest": {"ahaus": 0, "bdorf": 2}, "smallest": {"ahaus": 1, "bdorf": 1}}


def test_a_subsidy_for_the_operator_without_a_share_lowers_nothing():
    text = BASE.replace('distribution = "by-share"', 'distribution = "operator"')
    granted = parse(
        text.replace("on = 2023-02-01 }]", 'on = 2023-02-01 }, { status = "granted", on = 2023-03-01 }]')
    )
    assert dict(shares(granted, 2023).subsidies) == {}


def test_a_member_without_a_figure_takes_nothing_of_a_subsidy_by_population():
    """The operator bears 500.00 − 100.00 − 50.00 of a component and has no inhabitants: 15.00 go 2:1 to the others."""
    text = BASE + HEADS.replace('"per-head"', '"per-head"\nremainder = "operator"') + RATE
    text += 'totals = [{ year = 2023, amount = "500,00" }]\n'
    text = text.replace('distribution = "by-share"', 'distribution = "by-population"\nbasis = "ew"')
    text = text.replace('"50,00"', '"15,00"').replace(
        "on = 2023-02-01 }]", 'on = 2023-02-01 }, { status = "granted", on = 2023-03-01 }]'
    )
    found = shares(parse(text), 2023)
    assert found.components["fest"]["kreis"] == 35000
    assert dict(found.subsidies["ikz"]) == {"ahaus": 1000, "bdorf": 500, "kreis": 0}


class TestSuppositions:
    def test_a_census_counts_from_the_day_its_last_series_is_known(self):
        series = '[[populations]]\nsource = "neu"\nreference = 2023-12-31\ncensus = 2022\nknown_from = 2024-{}-01\n'
        figures = "[populations.inhabitants]\n06999001 = {}\n06999002 = {}\n"
        early = series.format("03") + figures.format(900, 400)
        late = series.format("09").replace("2023-12-31", "2024-06-30") + figures.format(800, 300)
        supposed = if_census(parse(BASE + early + late), 2022, 2025)
        assert dict(shares(supposed, 2025).components["satz"]) == {"ahaus": 160000, "bdorf": 60000}
        assert dict(shares(supposed, 2025, dt.date(2024, 8, 31)).components["satz"]) == {
            "ahaus": 200000,
            "bdorf": 100000,
        }


FREE_YEARS = "".join(f'{{ year = {year}, amount = "0" }}, ' for year in range(2023, 2027))
NOTHING_SHARED = BASE.replace(
    "totals = [{ year = 2023, amount", f"totals = [{FREE_YEARS}{{ year = 2099, amount"
)


class TestSolve:
    def test_every_amount_must_fit_the_figure(self):
        """1,000 inhabitants at 1.00 EUR give 1,000.00; 1,000.01 is nobody's rate of four decimals."""
        texts = [one.text for one in solve([100000, 100001], parse(BASE))]
        assert not any("Ahaus, amt" in one for one in texts)

    def test_sums_of_years_go_up_to_the_year_after_the_last_day(self):
        """bdorf: 500.00 for 2023, 1,000.00 for 2024 and 2025; the file speaks last of 2023."""
        [first, *_] = solve(
            [150000],
            parse(NOTHING_SHARED),
        )
        assert first.text == "Bdorf: 1.500,00 EUR = Leistungsjahre 2023 bis 2024"

    def test_as_data(self):
        [one] = [one for one in solve([10**9], parse(BASE)) if one.population == 1000]
        assert one.as_json() == {
            "key": "per-head",
            "text": "10.000.000,00 EUR = 1.000 × 10.000,00 EUR (Ahaus, amt, Stand 31.12.2022, Zensus 2011)",
            "population": 1000,
            "rates": ["10000.00"],
            "source": "Ahaus, amt, Stand 31.12.2022, Zensus 2011",
        }
        assert solve([120000, 120000])[0].as_json() == {
            "key": "fixed",
            "text": "fester Betrag von 1.200,00 EUR in jedem Jahr",
        }
        assert solve([10007])[0].as_json() == {
            "key": "per-head",
            "text": "100,07 EUR = 10.007 × 0,01 EUR",
            "population": 10007,
            "rates": ["0.01"],
        }

    def test_a_single_cent_has_no_key(self):
        assert solve([1]) == ()

    def test_the_square_of_a_prime(self):
        assert [one.population for one in solve([101 * 101])] == [10201, 101]

    def test_units_and_rates_have_limits(self):
        """At most 100,000,000 units (100,000,001 is 17 × 5,882,353), and at most 100 EUR each (101 × 100.01 EUR)."""
        assert solve([10**8])[0].population == 10**8
        assert solve([10**8 + 1])[0].population == 5882353
        units = [{one.population for one in solve([cents], limit=99)} for cents in (101 * 10000, 101 * 10001)]
        assert [101 in one for one in units] == [True, False]
        assert [one.population for one in solve([99 * 7])] == [693, 231]

    def test_no_year_after_that_is_tried(self):
        """2,500.00 would be bdorf's 2023 to 2025."""
        text = NOTHING_SHARED
        assert all(one.key != "share" for one in solve([250000], parse(text)))
        assert solve([250000], parse(text), dt.date(2025, 1, 1))[0].text == (
            "Bdorf: 2.500,00 EUR = Leistungsjahre 2023 bis 2025"
        )

    def test_an_end_ends_the_search(self):
        ended = BASE.replace("known_from = 2023-01-01", "to = 2023-12-31\nknown_from = 2023-01-01", 1)
        ended = ended.replace('from = 2024-01-01\nrate = "2,00"', 'from = 2023-07-01\nrate = "2,00"')
        assert all(
            one.key != "share"
            for one in solve(
                [100000 * 2], parse(ended.replace("to = 2023-12-31\nrate", "to = 2023-06-30\nrate"))
            )
        )


WORDS = {
    "rounding": {
        "half-up": "kaufmännisch gerundet",
        "half-even": "zur geraden Ziffer gerundet",
        "half-down": "gerundet, die Hälfte abwärts",
        "floor": "abgerundet",
        "ceil": "aufgerundet",
    },
    "status": {
        "planned": "geplant",
        "applied": "beantragt",
        "granted": "bewilligt",
        "rejected": "abgelehnt",
        "paid": "ausgezahlt",
        "proved": "nachgewiesen",
        "closed": "abgeschlossen",
        "reclaimed": "zurückgefordert",
    },
    "distribution": {
        "by-share": "nach den Anteilen",
        "by-population": "nach Einwohnern",
        "equal": "zu gleichen Teilen",
        "operator": "beim Träger",
    },
    "vat": {
        "not-taxable-old-law": "nicht steuerbar (§ 2 Abs. 3 UStG a. F. mit § 27 Abs. 22 und 22a UStG)",
        "not-taxable-2b": "nicht steuerbar (§ 2b UStG)",
        "taxable-19": "steuerpflichtig mit 19 %",
        "exempt-4-21": "steuerfrei (§ 4 Nr. 21 UStG)",
        "exempt-4-22": "steuerfrei (§ 4 Nr. 22 UStG)",
        "exempt-4-29": "steuerfrei (§ 4 Nr. 29 UStG)",
    },
    "vat, short": {
        "not-taxable-old-law": "nicht steuerbar (altes Recht)",
        "not-taxable-2b": "nicht steuerbar (§ 2b)",
        "taxable-19": "19 %",
        "exempt-4-21": "steuerfrei",
        "exempt-4-22": "steuerfrei",
        "exempt-4-29": "steuerfrei",
    },
}


def test_every_choice_has_its_words():
    """What a treasurer reads for each choice of the file, on papers and in the plan."""
    tables = (
        printing.ROUNDING_WORDS,
        words.STATUS_WORDS,
        words.DISTRIBUTION_WORDS,
        words.VAT_WORDS,
        words.VAT_SHORT,
    )
    assert [dict(one) for one in tables] == list(WORDS.values())
