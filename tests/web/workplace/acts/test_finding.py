"""Forms in which people type names and amounts: what is meant is found, several are offered to choose from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kkd_ledger.web.workplace.acting.finding import OFFERED_MAX, meant_value, to_choose
from tests.samples import sample_books
from tests.web.workplace.acts.office import TREASURER, Office, text_of

OFFERED = [
    (f"kkd-2024-ort{number}-1", f"Ort {number} · 2024 · offen {number},00 EUR") for number in range(1, 20)
]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(sample_books(tmp_path), "landkreis")
    office.do("monatslauf", monat="2024-03")
    return office


def radios(page: str, name: str) -> list[str]:
    return re.findall(rf'type="radio" id="wahl-{name}-\d+" name="{name}" value="([^"]+)"', page)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ORT7- offen", "kkd-2024-ort7-1"),
        ("kkd-2024-ort1-1", "kkd-2024-ort1-1"),
        (OFFERED[4][1], "kkd-2024-ort5-1"),
        ("12,00", "kkd-2024-ort12-1"),
        ("kkd-2019-anderswo-1", "kkd-2019-anderswo-1"),
        ("2023-000017", "2023-000017"),
    ],
)
def test_a_name_an_amount_and_a_number_are_found(text: str, value: str) -> None:
    assert meant_value(text, OFFERED) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Ort", "passt zu 19"),
        ("Musterdorf", "findet sich hier nichts"),
        ("kkd-2024-ort1-1\nOrt 2", "nur eines von beiden"),
    ],
)
def test_what_is_not_clear_is_told(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        meant_value(text, OFFERED)


def test_what_may_be_meant_is_offered() -> None:
    assert [value for value, _ in to_choose("ort 1", OFFERED, OFFERED[:1])][:2] == [
        "kkd-2024-ort1-1",
        "kkd-2024-ort2-1",
    ]
    assert len(to_choose("ort", OFFERED, ())) == OFFERED_MAX
    assert to_choose("ort3-", OFFERED, OFFERED[:3]) == [OFFERED[2], OFFERED[0], OFFERED[1]]
    assert to_choose("", OFFERED, ()) == []
    assert to_choose("", OFFERED[:3], ()) == OFFERED[:3]


def test_a_name_is_enough_and_stands_by_its_item_then(office: Office) -> None:
    seen = office.preview("zuordnen", nr="Unbekannt GmbH", posten="gladenbach", grund="Rückfrage")
    assert seen.status_code == 200
    assert 'name="posten" value="kkd-2024-gladenbach-1"' in seen.text
    assert "auf kkd-2024-gladenbach-1" in text_of(seen)


def test_of_several_one_is_chosen(office: Office) -> None:
    seen = office.preview("stunden", posten="2024", art="stundung", bis="30.06.2024", anordnung="x")
    assert seen.status_code == 422
    assert "passt zu" in text_of(seen)
    assert {"kkd-2024-gladenbach-1", "kkd-2024-lohra-1"} <= set(radios(seen.text, "posten"))
    assert 'value="2024"' in seen.text, "what was typed stays"


def test_the_form_shows_the_money_and_its_best_places_first(office: Office) -> None:
    [number] = re.findall(r"zuordnen\?nr=(2024-\d{6})", office.get("zahlungsabgleich").text)[1:]
    form = office.get(f"tun/zuordnen?nr={number}")
    page = text_of(form)
    assert "Eingang von Unbekannt GmbH" in page
    assert "Verwendungszweck Rechnung 4711" in page
    assert "Gladenbach, Stadt · 2024 · offen 7.132,41 EUR" in page
    office.do("stornieren", nr=_payment(office, "Cölbe"), grund="Probe")
    page = office.get("zahlungsabgleich").text
    number = re.findall(r"zuordnen\?nr=(2024-\d{6})", page)[0]
    assert radios(office.get(f"tun/zuordnen?nr={number}").text, "posten")[0] == "kkd-2024-coelbe-1"


def _payment(office: Office, name: str) -> str:
    journal = office.get(f"journal?filter=zahlung+{name}").text
    return re.findall(r"buchung/(2024-\d{6})", journal)[0]


def test_a_double_payment_says_when_it_was_paid_and_goes_back(office: Office) -> None:
    office.person = TREASURER
    page = office.get("zahlungsabgleich")
    assert "ist schon bezahlt am 12.03.2024 mit 18.766,68 EUR" in text_of(page)
    [address] = re.findall(r'href="/kkd/landkreis/(tun/zurueckzahlen\?[^"]*anordnung[^"]*)"', page.text)
    form = text_of(office.get(address.replace("&amp;", "&")))
    assert "Eingang von Kirchhain, Stadt" in form
