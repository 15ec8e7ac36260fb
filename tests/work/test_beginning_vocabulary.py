"""What `kkd init` can say: size classes, several measures, indexes, derived measures, grants, plans of some parties."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import claims, shares
from kkd_ledger.agreement.beginning.answers import AnsweredShare, AnswersRefused, answers_of
from kkd_ledger.agreement.beginning.asking import slips_of
from kkd_ledger.agreement.beginning.questions import Interview
from kkd_ledger.errors import InputRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.beginning.begin import Beginning, begin, beginning
from tests.work.test_beginning import IBAN, interview

MONTH = BookingMonth(2024, 1)
HEADS = {
    "title": "Einwohner",
    "fixed_day": "31.12.2022",
    "figures": [{"day": "31.12.2022", "figures": {"Adorf": 6000, "Bach": 4000}}],
}


def answered(share: dict[str, Any], **more: Any) -> Beginning:
    """Return what is made of a share of Adorf and Bach that an association runs from 2024 on."""
    parties = [
        {"name": "Verband", "kind": "Verband", "iban": IBAN},
        {"name": "Adorf", "kind": "Gemeinde"},
        {"name": "Bach", "kind": "Stadt"},
    ]
    data = {
        "title": "Probe",
        "operator": "Verband",
        "from": "01.01.2024",
        "due": "15.03.",
        "parties": parties,
    }
    whole = {"title": "Kosten", "clause": "§ 3"} | share
    return beginning(answers_of(data | {"shares": [whole], "measures": [HEADS]} | more), MONTH)


def amounts(made: Beginning, year: int = 2024) -> tuple[int, ...]:
    agreed = shares(made.agreement, year).amounts
    return tuple(agreed[name] for name in ("adorf", "bach"))


COST = {"costs": [{"year": 2024, "amount": "10.000,00"}]}


@pytest.mark.parametrize(
    ("mode", "lowest", "expected"),
    [
        (
            "ganz",
            {"amount": "2.500,00"},
            (600_000, 250_000),
        ),  # 6,000 heads × 1.00; 4,000 are in the lower class
        (
            "abschnittsweise",
            {"price": "0,50"},
            (350_000, 200_000),
        ),  # 5,000 × 0.50 + 1,000 × 1.00; 4,000 × 0.50
    ],
)
def test_size_classes(mode: str, lowest: dict[str, Any], expected: tuple[int, int]) -> None:
    tiers = [{"up_to": 5000} | lowest, {"price": "1,00"}]
    assert amounts(answered({"measure": "Einwohner", "tier_mode": mode, "tiers": tiers})) == expected


def test_several_measures_side_by_side() -> None:
    """60 % by heads 6 : 4 is 3,600 and 2,400; 30 % in equal parts 1,500 each; 10 % Bach alone."""
    slices = [
        {"percent": "60 %", "measure": "Einwohner"},
        {"percent": "30"},
        {"percent": "10", "parties": ["Bach"]},
    ]
    assert amounts(answered({**COST, "slices": slices})) == (510_000, 490_000)


def test_a_part_of_which_nobody_pays_is_refused() -> None:
    slices = [{"percent": "90", "measure": "Einwohner"}, {"percent": "10", "parties": ["Verband"]}]
    with pytest.raises(AnswersRefused, match="an einem Teil von 10 Prozent ist niemand beteiligt"):
        answered({**COST, "slices": slices})


def test_a_price_follows_an_index() -> None:
    """0.50 × 108 ÷ 100 is 0.54 a head in 2025."""
    index = {"title": "Verbraucherpreisindex", "source": "Destatis"}
    index["values"] = [{"at": "2023", "value": "100"}, {"at": "2024", "value": "108,0"}]
    price = {"from": "01.01.2024", "price": "0,50", "index": "Verbraucherpreisindex", "base": "2023"}
    made = answered({"measure": "Einwohner", "prices": [price]}, indexes=[index])
    assert [amounts(made, year) for year in (2024, 2025)] == [(300_000, 200_000), (324_000, 216_000)]


PUPILS = {
    "title": "Schüler",
    "day": "01.10.",
    "years_before": 1,
    "figures": [
        {"day": "01.10.2022", "figures": {"Adorf": 30, "Bach": 10}},
        {"day": "01.10.2023", "figures": {"Adorf": 50, "Bach": 10}},
    ],
}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"mean_years": 2}, (800_000, 200_000)),  # 40 : 10
        ({"mean_years": 2, "least": 40}, (500_000, 500_000)),  # 40 : 40
        ({"factors": {"Bach": "2,5"}}, (666_667, 333_333)),  # 50 : 25
        ({"points": {"Adorf": "-3", "Bach": "3"}}, (803_333, 196_667)),
        ({"least_measure": "Einwohner"}, (600_000, 400_000)),  # always more than the pupils
        ({"mean_years": 2, "factors": {"Bach": 3}, "decimals": 0}, (571_429, 428_571)),  # 40 : 30
    ],
)
def test_measures_made_of_what_is_counted(more: dict[str, Any], expected: tuple[int, int]) -> None:
    made = answered({**COST, "measure": "Schüler"}, measures=[HEADS, PUPILS | more])
    assert amounts(made) == expected


def test_a_sum_whose_parts_are_rounded_by_themselves() -> None:
    """6,000 ÷ 7,000 is 0.9 and 4,000 ÷ 7,000 0.6; with 50 and 10 pupils 50.9 : 10.6."""
    parts = [{"measure": "Einwohner", "per": "7.000,0", "decimals": 1}, {"measure": "Schüler", "decimals": 0}]
    measures = [{"title": "Schlüssel", "sum_of": parts}, HEADS, PUPILS]
    assert amounts(answered({**COST, "measure": "Schlüssel"}, measures=measures)) == (827_642, 172_358)


def test_a_grant_lowers_shares_once_it_is_granted() -> None:
    grant = {"title": "IKZ", "clause": "§ 6", "years": [{"year": 2024, "amount": "1.000,00"}]}
    share = {**COST, "measure": "Einwohner"}
    applied = answered(share, subsidies=[grant | {"applied_on": "01.02.2024"}])
    assert amounts(applied) == (600_000, 400_000)
    life = {"granted_on": "01.06.2024", "notice": "Bescheid 1"}
    granted = answered(share, subsidies=[grant | life])
    assert amounts(granted) == (540_000, 360_000)
    for_one = answered(share, subsidies=[grant | life | {"distribution": "gleich", "shares": ["Kosten"]}])
    assert amounts(for_one) == (550_000, 350_000)
    with pytest.raises(AnswersRefused, match="subsidies, shares: gefunden: 'Koste'"):
        answered(share, subsidies=[grant | {"shares": ["Koste"]}])


def test_some_pay_on_days_of_their_own() -> None:
    plans = [
        {"days": ["15.03."]},
        {"days": ["30.06.", "31.12."], "parts": ["40 %", "60 %"], "parties": ["Bach"]},
    ]
    made = answered({**COST, "measure": "Einwohner"}, dues=plans)
    dues = {
        claim.member: [(f"{due.day:%d.%m.}", due.cents) for due in claim.dues]
        for claim in claims(made.agreement, 2024)
    }
    assert dues == {"adorf": [("15.03.", 600_000)], "bach": [("30.06.", 160_000), ("31.12.", 240_000)]}


def test_services_say_their_whole_price_list() -> None:
    hour = {"from": "01.01.2024", "price": "40,00", "free": "1", "least": "2", "step": "0,5"}
    service = {
        "title": "Beratung",
        "unit": "Stunde",
        "prices": [hour, {"from": "01.01.2025", "raised_percent": "-5 %"}],
    }
    made = answered(
        {"services": [service], "billed": "vierteljährlich"}, dues={"after_days": 14, "shares": ["Kosten"]}
    )
    [key] = made.agreement.components
    assert [(price.free, price.least, price.step) for price in key.prices] == [
        (1, 2, pytest.approx(0.5)),
        (None,) * 3,
    ]
    assert (key.billed, made.agreement.dues[0].after.days) == ("quarterly", 14)


SCHOOL = {
    "Wie heißt die Vereinbarung": "Schulverband",
    ". Name": ["Verband", "Adorf", "Bach"],
    "Was ist V": "Verband",
    "Wer betreibt": "Verband",
    "Ab welchem Tag gilt": "01.01.2024",
    "Was wird geteilt": "Schulkosten",
    "einen festen Betrag": "Kosten",
    "Betrag welchen Jahres": ["2024", ""],
    "Schulkosten 2024": "10.000,00",
    "Geteilt nach": "mehrere",
    "1. Teil:": ["120", "60"],
    "Nach welcher Zahl": ["Schlüssel", "Einwohner"],
    "der 1. Teil der Summe": "Schüler",
    "der 2. Teil der Summe": "Einwohner",
    "Zählt sie, wie": ["Summe", "Mi", "Mittel", "ja"],
    "Mittel von wie vielen": "2",
    "Einwohner geteilt durch": "7.000,0",
    "gerundet auf wie viele": "1",
    "derselbe Stichtag": ["", "31.12.2022"],
    "Welcher Tag des Jahres": "01.10.",
    "Schüler: Zahlen": ["01.10.2022", "01.10.2023", ""],
    "      Adorf": ["30", "50", "6000"],
    "      Bach": ["10", "10", "4000"],
    "Wie wird gezahlt": "Raten",
    "jedes Jahres ist es fällig": "15.03., 15.09.",
    "in Höhe des Vorjahres": "ja",
    "an anderen Tagen": ["Bach", ""],
    "An welchen Tagen zahlt Bach": "30.06.",
    "Welches Konto": IBAN,
}


def test_a_school_association_is_asked_for() -> None:
    """60 % by 40 + 0.9 : 10 + 0.6, that is 40.9 : 10.6; 40 % by heads 6 : 4."""
    told: list[str] = []
    made = beginning(answers_of(interview(SCHOOL, told)), MONTH)
    assert amounts(made) == (476_505 + 240_000, 123_495 + 160_000)
    dues = {
        claim.member: [f"{due.day:%d.%m.}" for due in claim.dues] for claim in claims(made.agreement, 2024)
    }
    assert dues == {"adorf": ["15.03.", "15.09."], "bach": ["30.06."]}
    assert any("'120' Prozent sind zu viel" in line for line in told)
    assert any("erlaubt: ja, Mittel, Mindestmenge" in line for line in told)


def test_the_way_back_leads_to_the_question_before() -> None:
    said = SCHOOL | {
        "In welcher Form": ["Delegation", "Mandatierung"],
        "Ab welchem Tag gilt": ["zurück", "01.01.2024"],
        "Wie heißt die Vereinbarung": ["zurück", "Schulverband"],
    }
    given = interview(said)
    assert (given["form"], given["from"]) == ("Mandatierung", "01.01.2024")
    assert beginning(answers_of(given), MONTH).agreement.form == "mandate"


@pytest.mark.parametrize(
    ("name", "typed", "taken"),
    [
        ("Aus welchem Haushaltsposten", ["01.01.02", "010102"], "010102-Kultur-Sport-u-a"),
        ("Wie heißt die Vereinbarung", ["a\tb", "Schulverband"], "000000-Kultur-Sport-u-a"),
    ],
)
def test_what_a_book_cannot_hold_is_asked_again(tmp_path, name: str, typed: list[str], taken: str) -> None:
    said = SCHOOL | {name: typed, "Wie heißt er": "Kultur, Sport u. a."}
    made = beginning(answers_of(interview(said)), MONTH)
    begin(made, tmp_path / "neu")
    assert f"Erträge:{taken}:548201" in made.texts["verband/book.toml"]


def test_what_does_not_hold_is_told_where_it_was_answered() -> None:
    said = SCHOOL | {
        "Was wird geteilt": ["Schulkosten", "Schulkosten"],
        "Betrag welchen Jahres": ["2024", "", "2024", ""],
        "Mindestbetrag": ["8.000,00", ""],
        "Wer trägt den Unterschied": "andere",
        "Geteilt nach": "gleich",
    }
    told: list[str] = []
    left = {words: answer for words, answer in said.items() if words not in _OF_MEASURES}
    made = beginning(answers_of(interview(left, told)), MONTH)
    assert amounts(made) == (500_000, 500_000)
    assert len([line for line in told if "; erlaubt: " in line]) == 1, told


_OF_MEASURES = [
    *("1. Teil:", "Nach welcher Zahl", "der 1. Teil der Summe", "der 2. Teil der Summe", "Zählt sie, wie"),
    *("derselbe Stichtag", "Schüler: Zahlen", "      Adorf", "      Bach"),
]

TYPED = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                "0",
                "-1",
                "1.234",
                "1.234,56",
                "1,5",
                "12,345",
                "0,001",
                "100",
                "100,01 %",
                "33,333 %",
                "1/3",
            ),
            *(
                "99999999999999999999",
                "1e5",
                "³",
                "½",
                "٣",
                "NaN",
                "inf",
                "30.06.",
                "31.02.2024",
                "29.02.2023",
            ),
            *("2024", "2024-13", "1.1.24", "01.01.1800", "ja", "nein", "JA", "Zürück", "zurück", "Verband"),
            *(
                "Bad Müsterau",
                "Ä" * 300,
                "a\tb",
                "\x00",
                "„“",
                "'",
                '"',
                "\\",
                "]]",
                "# x",
                "Straße 1, 2. OG",
            ),
            *(
                "Preis",
                "Betrag",
                "Staffel",
                "Kosten",
                "einzeln",
                "mehrere",
                "gleich",
                "Prozent",
                "Raten",
                "voraus",
            ),
            *(
                "Mittel",
                "Summe",
                "Punkte",
                "Faktor",
                "Mindestmenge",
                "15.03., 15.09.",
                "40 %, 60 %",
                "Adorf",
                IBAN,
            ),
        ]
    ),
    st.text(max_size=12),
    st.integers(-5, 10**7).map(str),
    st.dates(dt.date(2019, 1, 1), dt.date(2030, 12, 31)).map(lambda day: f"{day:%d.%m.%Y}"),
)


class TooMany(Exception):
    """So many questions that the sample ends."""


@settings(max_examples=60, deadline=None)
@given(st.lists(TYPED, max_size=60), st.integers(0, 40))
def test_whatever_is_typed_is_taken_or_told_and_what_is_written_loads(typed: list[str], after: int) -> None:
    """The first questions are answered well, then anything is typed; an interview that ends gives what loads."""
    well = {words: list(answer) if isinstance(answer, list) else answer for words, answer in SCHOOL.items()}
    left, asked = list(reversed(typed)), 0

    def ask(question: str) -> str:
        nonlocal asked
        asked += 1
        if asked > 400:
            raise TooMany
        if asked > after and left:
            return left.pop()
        for words, answer in well.items():
            if words in question:
                return (answer.pop(0) if answer else "") if isinstance(answer, list) else answer
        return ""

    try:
        given_answers = Interview(ask, lambda _: None, {}).run()
        beginning(answers_of(given_answers), MONTH)
    except TooMany:
        return
    except InputRefused:
        return  # told with every problem, and the answers are kept


@given(st.sampled_from(sorted(AnsweredShare.model_fields)), TYPED)
def test_every_field_of_a_share_takes_or_tells(name: str, typed: str) -> None:
    assert all("; erlaubt: " in slip for slip in slips_of(AnsweredShare, name, typed))
