"""A part of a year is a matter of each component, what is paid once is not cut silently, and days are the party's."""

from __future__ import annotations

import datetime as dt

import pytest

from kkd_ledger.agreement import Days, explain, parse, shares
from kkd_ledger.errors import AgreementRefused

BASE = """
id = "bad"
title = "Hallenbad"
operator = "kreis"
from = 2025-01-01
known_from = 2025-01-01

[due]
month = 3
day = 15

[[members]]
id = "kreis"
name = "Kreis"
kind = "county"

[[members]]
id = "alt"
name = "Alt"
kind = "town"

[[members]]
id = "neu"
name = "Neu"
kind = "town"
joined = 2025-07-01

[[components]]
id = "umlage"
title = "Umlage"
clause = "§ 5"
key = "equal"
from = 2025-01-01
totals = [{ year = 2025, amount = "100.000,00" }, { year = 2026, amount = "100.000,00" }]

[[components]]
id = "beitritt"
title = "Einmaliger Beitrag"
clause = "§ 6"
key = "fixed"
from = 2025-01-01
to = 2025-12-31
members = ["neu"]
amounts = [{ from = 2025-01-01, amount = "50.000" }]
"""


def with_proration(word: str) -> str:
    return BASE.replace('key = "fixed"\n', f'key = "fixed"\nproration = "{word}"\n')


def test_an_amount_that_would_be_cut_without_a_word_is_refused():
    with pytest.raises(AgreementRefused) as refused:
        parse(BASE)
    [problem] = refused.value.problems
    assert problem.place.endswith("components[2] (beitritt).amounts")
    assert problem.actual == "2025: der Betrag für neu würde auf 184/365 gekürzt"
    assert problem.allowed.startswith('proration = "none" (einmalig, ungekürzt) oder proration = "day"')


@pytest.mark.parametrize(
    ("word", "cents", "words"),
    [
        ("none", 5000000, "Festbetrag 50.000,00 EUR = 50.000,00 EUR"),
        ("day", 2520548, "× 184/365 Tage"),
        ("month", 2500000, "× 6/12 Monate"),
    ],
)
def test_each_component_has_its_own_rule(word, cents, words):
    agreement = parse(with_proration(word))
    share = shares(agreement, 2025).of("neu")
    assert {part.id: part.amount_cents for part in share.parts} == {"umlage": 3351548, "beitritt": cents}
    assert words in explain(agreement, "neu", 2025).steps[1].text
    assert dict(shares(agreement, 2026).amounts) == {"alt": 5000000, "neu": 5000000}


def test_the_rule_of_the_agreement_holds_where_a_component_has_none():
    monthly = parse(
        with_proration("none").replace("known_from = 2025", 'proration = "month"\nknown_from = 2025', 1)
    )
    assert dict(shares(monthly, 2025).components["umlage"]) == {"alt": 6666667, "neu": 3333333}
    assert dict(shares(monthly, 2025).components["beitritt"]) == {"neu": 5000000}


def test_a_share_has_the_days_of_its_party():
    agreement = parse(with_proration("none"))
    joiner, old = explain(agreement, "neu", 2025), explain(agreement, "alt", 2025)
    assert joiner.period == Days(dt.date(2025, 7, 1), dt.date(2025, 12, 31))
    assert {step.period for step in joiner.steps} == {joiner.period}
    assert old.period == explain(agreement, "neu", 2026).period._replace(
        first=dt.date(2025, 1, 1), last=dt.date(2025, 12, 31)
    )
    left = agreement.members[1].model_copy(update={"left": dt.date(2025, 3, 31)})
    gone = agreement.changed(members=(agreement.members[0], left, agreement.members[2]))
    assert explain(gone, "alt", 2025).period == Days(dt.date(2025, 1, 1), dt.date(2025, 3, 31))
    assert shares(gone, 2025).of("alt").due == dt.date(2025, 3, 15)
    assert shares(gone, 2025).of("neu").due == dt.date(2025, 7, 1)


def test_a_party_without_a_municipal_key_has_inhabitants_by_its_id():
    text = with_proration("none").replace('key = "equal"', 'key = "proportional"\nbasis = "ew"')
    text += """
[[populations]]
source = "Amt"
reference = 2024-12-31
census = 2022
inhabitants = { alt = 3000, neu = 1000 }

[[bases]]
id = "ew"
rule = "frozen"
source = "Amt"
reference = 2024-12-31
from = 2025-01-01
"""
    assert dict(shares(parse(text), 2026).amounts) == {"alt": 7500000, "neu": 2500000}
    with pytest.raises(
        AgreementRefused, match=r"'altt' ist unbekannt; erlaubt: eine Kennung aus .*, etwa alt"
    ):
        parse(text.replace("alt = 3000", "altt = 3000"))


@pytest.mark.parametrize("turned", [False, True])
def test_a_party_takes_part_from_the_first_to_the_last_day_of_any_component(turned: bool):
    spans = [("2025-02-01", "2025-06-30"), ("2025-04-01", "2025-10-31")]
    head = BASE.partition("[[components]]")[0]
    parts = [
        f'[[components]]\nid = "k{first[5:7]}"\ntitle = "Teil"\nclause = "§ 5"\nkey = "fixed"\nfrom = {first}\n'
        f'to = {last}\nproration = "day"\namounts = [{{ from = {first}, amount = "10,00" }}]\n'
        for first, last in (reversed(spans) if turned else spans)
    ]
    period = parse(head + "".join(parts)).terms().period(2025, "alt")
    assert period == Days(dt.date(2025, 2, 1), dt.date(2025, 10, 31))
