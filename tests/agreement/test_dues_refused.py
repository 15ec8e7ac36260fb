"""A due plan that does not come out is refused with everything that is wrong with it, in German, at its place."""

from __future__ import annotations

import pytest

from kkd_ledger.agreement import parse
from kkd_ledger.errors import AgreementRefused

BASE = """
id = "probe"
title = "Probe"
operator = "kreis"
from = 2024-01-01
known_from = 2024-01-01
members = [{ id = "kreis", name = "Kreis", kind = "county" }, { id = "a", name = "A", kind = "town" }]
due = { month = 3, day = 15 }

[[components]]
id = "beitrag"
title = "Beitrag"
clause = "§ 5"
key = "fixed"
from = 2024-01-01
amounts = [{ from = 2024-01-01, amount = "1.200,00" }]
dues = "raten"

[[dues]]
id = "raten"
"""


def problems(plan: str, base: str = BASE) -> list[tuple[str, str, str]]:
    with pytest.raises(AgreementRefused) as refusal:
        parse(f"{base}{plan}\n")
    return [
        (one.place.rpartition("(raten)")[2].lstrip("."), one.actual, one.allowed)
        for one in refusal.value.problems
    ]


DAYS = 'days = ["03-31", "06-30"]\n'
SETTLED = 'kind = "advances"\nsettlement = { after_days = 30 }\nadvance = { on = "plan" }\n'


@pytest.mark.parametrize(
    ("plan", "place", "actual"),
    [
        (DAYS + 'parts = ["50 %", "40 %"]', "parts", "zusammen 90 %"),
        (DAYS + 'parts = ["1/3", "1/3"]', "parts", "zusammen 2/3"),
        (DAYS + 'parts = ["60 %", "50 %"]', "parts", "zusammen 110 %"),
        (SETTLED + DAYS + 'parts = ["60 %", "50 %"]', "parts", "zusammen 110 %"),
        (DAYS + 'parts = ["50 %"]', "parts", "1 Teil für 2 Tage"),
        (DAYS + 'parts = ["50 %", "600,00"]', "parts", "Anteile und Beträge gemischt"),
        (DAYS + 'parts = ["Rest", "600,00"]', "parts[1]", "Rest vor dem letzten Teil"),
        ('days = ["06-30", "03-31"]', "days[2]", "nicht nach dem Tag davor"),
        ("", "", "weder days noch after"),
        (DAYS + "after = { days = 30 }", "", "days und after"),
        (DAYS + 'advance = { on = "plan" }', "advance", 'advance bei kind = "rates"'),
        (DAYS + 'kind = "advances"\nadvance = { on = "plan" }', "", "Vorauszahlungen ohne Abrechnung"),
        (DAYS + 'kind = "advances"\nsettlement = { after_days = 30 }', "", "Vorauszahlungen ohne Grundlage"),
        (
            DAYS + SETTLED.replace("30 }", '30, due = "next" }'),
            "settlement",
            "zwei Fälligkeiten der Abrechnung",
        ),
        (DAYS + SETTLED.replace('"plan"', '"estimate"'), "advance", "on = estimate"),
        (
            DAYS + SETTLED.replace('"plan"', '"estimate", estimate = "z"'),
            "advance.estimate",
            "'z' ist unbekannt",
        ),
        (DAYS + 'members = ["b"]', "members[1]", "'b' ist unbekannt"),
        ('days = ["31.03.2024"]', "days[1]", "'31.03.2024' ist kein Tag eines Jahres"),
        (DAYS + 'parts = ["halb", "1/2"]', "parts[1]", "'halb' ist kein Teil eines Betrags"),
        (DAYS + 'parts = ["3/2", "1/2"]', "parts[1]", "'3/2' ist mehr als das Ganze"),
    ],
)
def test_what_does_not_come_out(plan, place, actual):
    [(found_place, found, allowed)] = problems(plan)
    assert (found_place, found) == (place, actual)
    assert allowed


def test_a_german_day_gets_its_form():
    [(_, _, allowed)] = problems('days = ["30.06."]')
    assert allowed.startswith('"06-30"')


def test_a_plan_that_nobody_names_and_one_that_is_not_there():
    [unnamed] = problems(DAYS, BASE.replace('dues = "raten"\n', ""))
    assert unnamed == ("", "'raten' nennt kein Baustein", 'dues = "raten" bei einem Baustein')
    both = [actual for _, actual, _ in problems(DAYS, BASE.replace('dues = "raten"', 'dues = "rate"'))]
    assert both == ["'rate' ist unbekannt", "'raten' nennt kein Baustein"]


def test_the_same_plan_twice():
    [(_, actual, _)] = problems(f'{DAYS}[[dues]]\nid = "raten"\n{DAYS}')
    assert actual == "'raten' ein zweites Mal"


def test_everything_at_once():
    found = problems(
        'days = ["06-30", "03-31"]\nparts = ["50 %", "40 %"]\nmembers = ["b"]\nadvance = { on = "plan" }'
    )
    assert [actual for _, actual, _ in found] == [
        "'b' ist unbekannt",
        "nicht nach dem Tag davor",
        "zusammen 90 %",
        'advance bei kind = "rates"',
    ]
