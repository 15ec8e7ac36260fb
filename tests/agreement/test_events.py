"""What happened, as it is told: who joined or leaves when, in the tense of the day on which somebody reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kkd_ledger.agreement import causes, explain, parse
from tests.agreement.writing import toml

FIRST, KNOWN = dt.date(2024, 1, 1), dt.date(2024, 3, 1)


def archive(**change: dt.date) -> Any:
    """An agreement whose town `gruenau` joins or leaves by what became known on 1 March."""
    gruenau = {"id": "gruenau", "name": "Grünau", "kind": "town"}
    before = {"joined": dt.date(2025, 1, 1)} if "joined" in change else {}
    members = [
        {"id": "kreis", "name": "Kreis", "kind": "county"},
        {"id": "alt", "name": "Alt", "kind": "town"},
    ]
    members += [gruenau | before, gruenau | change | {"known_from": KNOWN}]
    cost = {"id": "umlage", "title": "Umlage", "clause": "§ 1", "key": "equal", "from": FIRST}
    cost["totals"] = [{"year": 2024, "amount": "366,00"}]
    head = {"id": "archiv", "title": "Archiv", "operator": "kreis", "from": FIRST, "known_from": FIRST}
    return parse(toml(head | {"due": {"month": 3, "day": 15}, "members": members, "components": [cost]}))


@pytest.mark.parametrize(
    ("change", "read", "told"),
    [
        ({"joined": dt.date(2024, 7, 1)}, dt.date(2024, 7, 1), "Grünau ist am 01.07.2024 beigetreten"),
        ({"joined": dt.date(2024, 7, 1)}, dt.date(2024, 6, 30), "Grünau tritt am 01.07.2024 bei"),
        ({"left": dt.date(2024, 9, 30)}, dt.date(2024, 9, 30), "Grünau ist am 30.09.2024 ausgeschieden"),
        ({"left": dt.date(2024, 9, 30)}, dt.date(2024, 9, 29), "Grünau scheidet am 30.09.2024 aus"),
        (
            {"joined": dt.date(2024, 7, 1), "left": dt.date(2024, 9, 30)},
            dt.date(2024, 12, 1),
            "Grünau ist ab 01.07.2024 bis 30.09.2024 beteiligt",
        ),
    ],
)
def test_who_joined_or_left_is_told_as_it_happened(change: Any, read: dt.date, told: str) -> None:
    assert causes(archive(**change), 2024, FIRST, read) == (told,)


def test_a_source_is_told_where_it_is_another_one() -> None:
    """Two components by one measure say once where its figures come from."""
    figures = {"name": "koepfe", "source": "Amt", "reference": dt.date(2023, 12, 31), "values": {"alt": 10}}
    basis = {
        "id": "koepfe",
        "title": "Köpfe",
        "rule": "frozen",
        "source": "Amt",
        "weight": "koepfe",
        "from": FIRST,
    }
    part = {"title": "Beitrag", "clause": "§ 1", "key": "per-head", "basis": "koepfe", "from": FIRST}
    part["rates"] = [{"from": FIRST, "rate": "1,00"}]
    members = [
        {"id": "kreis", "name": "Kreis", "kind": "county"},
        {"id": "alt", "name": "Alt", "kind": "town"},
    ]
    data = {"id": "archiv", "title": "Archiv", "operator": "kreis", "from": FIRST, "known_from": FIRST}
    data |= {"due": {"month": 3, "day": 15}, "members": members, "weights": [figures]}
    data |= {"bases": [basis | {"reference": dt.date(2023, 12, 31)}]}
    text = explain(
        parse(toml(data | {"components": [part | {"id": "a"}, part | {"id": "b"}]})), "alt", 2024
    ).text()
    assert text.splitlines()[:4] == [
        "1. Beitrag (§ 1): 10 Köpfe × 1,00 EUR = 10,00 EUR",
        "   Quelle: Amt, Stand 31.12.2023 (fest)",
        "2. Beitrag (§ 1): 10 Köpfe × 1,00 EUR = 10,00 EUR",
        "Kostenbeteiligung 2024: 20,00 EUR",
    ]
