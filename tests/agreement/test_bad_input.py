"""What people type wrongly into an agreement: each slip is told in German, with its line, and what is meant."""

from __future__ import annotations

import pytest

from kkd_ledger.agreement import parse
from kkd_ledger.errors import AgreementRefused

HEAD = """
id = "probe"
title = "Probe"
operator = "kreis"
from = 2024-01-01
known_from = 2024-01-01
members = [
  { id = "kreis", name = "Kreis", kind = "county" },
  { id = "adorf", name = "Adorf", kind = "town" },
  { id = "bdorf", name = "Bdorf", kind = "town" },
]
due = { month = 3, day = 15 }
"""
FIXED = """
[[components]]
id = "beitrag"
title = "Beitrag"
clause = "§ 5"
key = "fixed"
from = 2024-01-01
amounts = [{ from = 2024-01-01, amount = "1.200,00" }]
"""
SPLIT = """
[[components]]
id = "umlage"
title = "Umlage"
clause = "§ 6"
key = "equal"
from = 2024-01-01
pot = "topf"
"""
FIGURES = """
[[figures]]
id = "kosten"
year = 2024
amount = "1.000,00"
source = "Haushalt"
"""
ADVANCES = 'kind = "advances"\nadvance = { on = "last-year" }\ndays = ["03-31", "11-30"]\n'


def pot(lines: str, name: str = "topf") -> str:
    return f'\n[[pots]]\nid = "{name}"\ntitle = "Topf"\n{lines}\n'


def dues(plan: str) -> str:
    return f'{FIXED}dues = "raten"\n\n[[dues]]\nid = "raten"\n{plan}\n'


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(AgreementRefused) as refusal:
        parse(HEAD + text)
    return [
        (one.place.partition(", ")[2] or one.place, one.actual, one.allowed) for one in refusal.value.problems
    ]


def test_every_slip_against_the_form_is_told_at_once():
    """The library stops at the first one; a treasurer who typed twenty amounts wants to hear of all."""
    text = FIXED.replace("from = 2024-01-01\n", "from = 30.06.2018\n").replace('"1.200,00"', "0,48")
    text += 'parts = 62 %\ntitle = """\nam 30.06.2018\n"""\n# 0,48\nclause = "0,48"\n'
    with pytest.raises(AgreementRefused) as refusal:
        parse(HEAD + text)
    assert [(one.place, one.actual, one.allowed) for one in refusal.value.problems] == [
        ("Zeile 19, Spalte 13", "30.06.2018 als Tag", "die Form JJJJ-MM-TT: 2018-06-30"),
        ("Zeile 20", "0,48 ohne Anführungszeichen", 'in Anführungszeichen: "0,48"'),
        ("Zeile 21", "62 % ohne Anführungszeichen", 'in Anführungszeichen: "62 %"'),
    ]


@pytest.mark.parametrize(
    ("text", "place", "actual", "allowed"),
    [
        (
            FIXED.replace("from = 2024-01-01\n", 'from = "30.06.2018"\n'),
            "components[1] (beitrag).from",
            "'30.06.2018'",
            "ein Tag ohne Anführungszeichen und Uhrzeit; gemeint ist wohl 2018-06-30",
        ),
        (
            FIXED.replace('"fixed"', '"fixd"'),
            "components[1] (beitrag)",
            "key = fixd",
            "key mit fixed (oder per-head, tiers, equal, proportional, mixture, percent, per-unit, growth, "
            "mean-of-lowest, charges)",
        ),
        (
            FIXED + 'once = "beitritt"',
            "components[1] (beitrag).once",
            "'beitritt'",
            '"joining" (im Jahr des Beitritts) oder ein Leistungsjahr ohne Anführungszeichen, etwa 2025',
        ),
        (
            FIXED + "once = 2020",
            "components[1] (beitrag).once",
            "2020, in dem es den Baustein nicht gibt",
            "ein Leistungsjahr ab 2024",
        ),
        (
            FIXED + "yearly_parts = 4\nto = 2026-12-31",
            "components[1] (beitrag).yearly_parts",
            "4 Jahresbeträge in 3 Jahren",
            "so viele, wie der Baustein Leistungsjahre hat",
        ),
        (
            FIXED + "members = []",
            "components[1] (beitrag).members",
            "eine leere Liste",
            "mindestens eine Kennung, oder ohne members: alle außer der Betreiberin",
        ),
        (
            SPLIT + pot('lines = ["kosten"]') + FIGURES.replace("2024", '"2024/25"'),
            "figures[1] (kosten).year",
            "'2024/25'",
            "eine ganze Zahl ohne Anführungszeichen; gemeint ist wohl 2024",
        ),
        (
            SPLIT + pot('lines = ["kosten"]') + FIGURES + 'state = "festgestellt"',
            "figures[1] (kosten).state",
            "'festgestellt'",
            "'reported', 'provisional', 'final' oder 'corrected'; gemeint ist wohl 'final'",
        ),
        (
            FIXED.replace("\n[[", '\nservice_year = [{ begins = "07-01" }, { begins = "08-01" }]\n[[', 1),
            "service_year",
            "eine Liste",
            "eine Tabelle",
        ),
        (
            SPLIT + pot('lines = ["kosten"]') + pot('lines = ["kosten"]') + FIGURES,
            "pots[2] (topf)",
            "derselbe Eintrag ein zweites Mal",
            "einmal, oder später mit eigenem known_from",
        ),
        (
            SPLIT + pot('excess_of = "rest"') + pot('lines = ["kosten"]', "rest") + FIGURES,
            "pots[1] (topf).excess_of",
            "rest hat keine Obergrenze",
            "ein Topf mit einem Schritt at_most",
        ),
        (
            SPLIT
            + pot(
                'lines = ["kosten"]\nsteps = [{ at_most = [{ from = 2024-01-01, amount = "30,00" }, '
                '{ from = 2026-01-01, amount = "10,00" }] }, { at_least = "20,00" }]'
            )
            + FIGURES,
            "pots[1] (topf).steps",
            "at_most unter at_least",
            "eine Obergrenze nicht unter der Untergrenze",
        ),
        (
            SPLIT + pot('lines = ["rest"]') + pot('lines = ["topf"]', "rest") + FIGURES,
            "pots[1] (topf)",
            "im Kreis: topf → rest → topf",
            "eine Reihenfolge ohne Kreis",
        ),
        (
            dues('days = ["03-31", "06-30"]\nparts = ["500,00", "500,00"]'),
            "dues[1] (raten).parts",
            "Beträge ohne Rest",
            '"Rest" als letzter Teil: was die Beträge übrig lassen',
        ),
        (
            dues('days = ["03-31", "06-30"]\nparts = ["0 %", "100 %"]'),
            "dues[1] (raten).parts[1]",
            "'0 %' ist kein Teil eines Betrags",
            '"25 %", "1/6", ein Betrag "5.000,00" oder als letzter Teil "Rest"',
        ),
        (
            dues("days = [2024-03-31]"),
            "dues[1] (raten).days[1]",
            "2024-03-31 ist kein Tag eines Jahres",
            '"03-31"; sonst MM-TT wie "06-30", Monatsende "06-last", im Jahr davor "-1:12-01", '
            'im Jahr danach "+1:02-15"',
        ),
        (
            dues(ADVANCES + 'settlement = { due = "03-31" }'),
            "dues[1] (raten).settlement.due",
            "fällig vor der letzten Vorauszahlung",
            'ein Tag nach der letzten Vorauszahlung, im Jahr danach etwa "+1:03-31"',
        ),
        (
            dues(ADVANCES + 'settlement = [{ due = "+1:03-31" }, { after_days = 30 }]'),
            "dues[1] (raten).settlement",
            "eine Liste",
            "eine Tabelle",
        ),
        (
            dues('days = ["03-31"]\nmembers = ["adorf"]')
            + '[[dues]]\nid = "raten"\ndays = ["06-30"]\nmembers = ["adorf", "bdorf"]\n',
            "dues[2] (raten).members",
            "adorf in zwei Plänen",
            "jede Beteiligte in einem Plan dieses Namens",
        ),
    ],
)
def test_a_slip_is_told_with_what_is_meant(text, place, actual, allowed):
    assert problems(text) == [(place, actual, allowed)]


def test_limits_that_never_meet_on_one_day_are_no_contradiction():
    steps = 'steps = [{ at_most = [{ from = 2025-01-01, amount = "10,00" }] }, { at_least = [{ from = 2024-01-01, '
    steps += 'amount = "5,00" }, { from = 2025-01-01, amount = "8,00" }] }]'
    assert parse(HEAD + SPLIT + pot(f'lines = ["kosten"]\n{steps}') + FIGURES).id == "probe"


def test_a_name_that_no_field_has_hides_nothing_else_of_its_entry():
    """And what lacks only because its name was misspelt is not told as a second fault."""
    text = SPLIT + pot('lines = ["kosten", "topf"]\nsteps = [{ les = "kosten" }]') + FIGURES
    assert [(place, actual) for place, actual, _ in problems(text)] == [
        ("pots[1] (topf).steps[1].les", "ein unbekanntes Feld"),
        ("pots[1] (topf)", "im Kreis: topf → topf"),
    ]


def test_a_growth_nearly_named_like_a_figure_is_a_slip_and_any_other_one_is_yet_to_be_reported():
    growth = SPLIT.replace('"equal"', '"growth"').replace('pot = "topf"', 'start = "10,00"\nat_most = "4"')
    growth += 'unused = "lost"\n'
    figures = FIGURES.replace("kosten", "tarif").replace("1.000,00", "2,00")
    assert parse(f'{HEAD}{growth}growth = "vpi"\n{figures}').id == "probe"
    assert problems(f'{growth}growth = "tarfi"\n{figures}') == [
        ("components[1] (umlage).growth", "'tarfi' ist unbekannt", "eine Kennung aus [[figures]], etwa tarif")
    ]


MEASURED = """
weights = [{ name = "z", source = "q", reference = 2023-12-31, values = { adorf = 5, bdorf = 6 } }]
[[bases]]
id = "z"
rule = "frozen"
reference = 2023-12-31
source = "q"
weight = "z"
from = 2024-01-01
[[measures]]
id = "m"
title = "M"
from = 2024-01-01
sum = [{ of = "z" }]
"""


@pytest.mark.parametrize(
    ("text", "actual", "allowed"),
    [
        (
            SPLIT.replace("equal", "proportional")
            + 'basis = { component = "beitrag" }\n'
            + FIGURES
            + pot('lines = ["kosten"]'),
            "eine Tabelle",
            "nach dem Ergebnis eines Bausteins teilt keiner",
        ),
        (FIXED + FIGURES.replace("1.000,00", "6 %"), "'6 %'", '"6" ohne Zeichen'),
        (
            MEASURED
            + dues('days = ["03-01"]\nkind = "advances"\nadvance = { on = "estimate", estimate = "m" }'),
            "'m' ist ein gerechnetes Maß",
            "in EUR je Beteiligter gemeldet, nicht gerechnet",
        ),
    ],
)
def test_what_no_field_can_be_is_refused_with_what_to_write(text: str, actual: str, allowed: str) -> None:
    assert [(said, allowed in meant) for _, said, meant in problems(text) if said == actual] == [
        (actual, True)
    ]
