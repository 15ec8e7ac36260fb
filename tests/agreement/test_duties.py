"""Duties of approval and notice: asked where the table has a row, silent where it has none."""

import datetime as dt

import pytest

from kkd_ledger.agreement import load, parse
from kkd_ledger.agreement.reckoning.duties import duties, missing_duties
from tests.samples import ROOT

DAY = dt.date(2025, 1, 1)
TEXT = """
id = "archiv"
title = "Archiv"
operator = "kreis"
form = "mandate"
from = 2024-01-01
known_from = 2024-01-01
ending = "§ 9"
due = { month = 3, day = 15 }

[[members]]
id = "kreis"
name = "Kreis"
kind = "county"
ags = "06999"

[[members]]
id = "ahaus"
name = "Ahaus"
kind = "town"

[[components]]
id = "raum"
title = "Raum"
clause = "§ 1"
key = "fixed"
from = 2024-01-01
amounts = [{ from = 2024-01-01, amount = "10,00" }]
"""
NOTICE = '\n[[steps_in]]\nmember = "kreis"\nkind = "notified"\non = 2024-02-01\n'
JOINER = '\n[[members]]\nid = "bdorf"\nname = "Bdorf"\nkind = "town"\njoined = 2024-07-01\n'


def missing(text: str, day: dt.date = DAY) -> list[str]:
    return [f"{duty.duty.fact}: {duty.text()}" for duty in missing_duties(parse(text), day)]


def test_a_mandate_is_notified() -> None:
    assert missing(TEXT) == [
        "notified: Archiv, ab 01.01.2024: eine Mandatierung ist der Aufsichtsbehörde anzuzeigen (KGG (Hessen) §§ 26, "
        "27); die Anzeige mit ihrem Tag fehlt"
    ]
    assert missing(TEXT + NOTICE) == []
    assert missing(TEXT + NOTICE, dt.date(2024, 1, 31)) == missing(TEXT), (
        "the fact counts from its own day on"
    )
    assert missing(TEXT, dt.date(2023, 12, 31)) == []


def test_a_delegation_is_approved_and_no_notice_is_enough() -> None:
    text = TEXT.replace('"mandate"', '"delegation"')
    assert [line.partition(":")[0] for line in missing(text + NOTICE)] == ["approved"]
    assert missing(text + NOTICE.replace("notified", "approved")) == []


def test_who_joins_or_leaves_is_told_apart() -> None:
    told = missing(TEXT + NOTICE + JOINER)
    assert told[0].startswith("notified: Bdorf tritt bei (01.07.2024): jede Änderung einer Mandatierung")
    assert missing(TEXT + NOTICE + JOINER, dt.date(2024, 6, 30)) == []
    assert missing(TEXT + NOTICE + JOINER + NOTICE.replace("kreis", "bdorf")) == []
    leaver = TEXT.replace('kind = "town"\n', 'kind = "town"\nleft = 2024-08-31\n')
    assert missing(leaver + NOTICE)[0].startswith("notified: Ahaus scheidet aus (31.08.2024)")


@pytest.mark.parametrize(("to", "told"), [("", 1), ("2033-12-31", 0), ("2034-01-01", 1)])
def test_a_long_agreement_says_how_it_ends(to: str, told: int) -> None:
    text = TEXT.replace('ending = "§ 9"\n', f"to = {to}\n" if to else "") + NOTICE
    lines = missing(text)
    assert len(lines) == told
    assert all("§ 24 Abs. 3" in line and "keine Fundstelle nennt das" in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace('"06999"', '"05999"'),
        TEXT.replace('ags = "06999"\n', ""),
        TEXT.replace('form = "mandate"\n', ""),
    ],
)
def test_where_the_table_says_nothing_there_is_no_finding(text: str) -> None:
    assert missing(text) == []


def test_every_row_has_a_source_and_asks_for_what_the_file_can_say() -> None:
    for row in duties():
        assert row.source
        assert row.words[:1].islower()
        assert row.fact in {"approved", "notified", "ending"}
        assert row.form in {"mandate", "delegation"}


def test_the_sample_names_all_that_is_asked() -> None:
    assert missing_duties(load(ROOT / "ledgers" / "kkd" / "agreement.toml"), DAY) == ()
