"""What a person may and should do next, how a run and a close lead on, and words that people use."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from kkd_ledger.web.workplace.acting.form_fields import Field, blamed_field, words
from kkd_ledger.web.workplace.page_words import deed_words, state_words
from tests.samples import sample_books
from tests.web.workplace.acts.office import ORDERER, TREASURER, Office, text_of
from tests.web.workplace.acts.scenarios import call


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(sample_books(tmp_path), "landkreis", "biedenkopf")


def steps(page: str, title: str = "Ihre nächsten Schritte") -> str:
    """Return what stands under a title of the page „Heute“."""
    [section] = re.findall(rf"{title}</h2>(.*?)</section>", page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", section)).strip()


def test_the_steps_come_in_the_order_of_a_month_with_amounts_and_days(office: Office) -> None:
    said = steps(office.get("").text)
    order = (
        "Kontoauszüge im Posteingang",
        "Anfordern: 16 Forderungen",
        "Erinnern: 16 Posten",
        "Abschließen: 5",
    )
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    assert "zusammen 170.964,66 EUR, der älteste seit 15.03.2024" in said
    office.do("monatslauf", monat="2024-03")
    said = steps(office.get("").text)
    assert said.startswith("Zuordnen: 2 ungeklärte Zahlungen, zusammen 19.016,68 EUR, seit 12.03.2024")
    assert "Abschließen: 6 Monate ab Oktober 2023" in said


def test_each_person_reads_their_own_steps(office: Office) -> None:
    office.name, office.person = "biedenkopf", TREASURER
    page = office.get("").text
    assert "Zahlen: 1 Posten ist fällig, zusammen 15.555,30 EUR" in steps(page)
    assert "Abschließen" in steps(page, "Das dürfen Sie auch")
    office.person = ORDERER
    page = office.get("").text
    assert steps(page).startswith("Abschließen")
    assert "Zahlen: 1 Posten" in steps(page, "Wartet auf andere")
    office.person = ""
    assert "nächsten Schritte" not in office.get("").text


def test_a_run_leads_to_the_money_that_it_left(office: Office) -> None:
    done = office.do("monatslauf", monat="2024-03")
    assert "2 ungeklärte Zahlungen klären (19.016,68 EUR)" in text_of(done)
    assert re.search(
        r'href="/kkd/landkreis/zahlungsabgleich"><span class="kern-label">2 ungeklärte', done.text
    )


def test_several_months_are_closed_in_one_go_as_by_the_command(office: Office) -> None:
    other = Office(sample_books(office.folder / "other"), "biedenkopf")
    office.name = "biedenkopf"
    seen = office.preview("abschliessen", monat="2023-10", bis="Dezember 2023")
    assert "Danach, soweit nichts hindert: November 2023 und Dezember 2023." in text_of(seen)
    done = text_of(office.do("abschliessen", monat="2023-10", bis="2023-12"))
    assert "Dezember 2023 ist abgeschlossen: Nachweis Glied 3" in done
    assert "Weiter: Januar 2024 abschließen" in done
    assert call("close", other.book.root, "2023-10", "--until", "2023-12", "--by", office.person) == 0
    seals = [sorted((root / "2023").glob("*.seal.json")) for root in (office.book.root, other.book.root)]
    assert [seal.read_bytes() for seal in seals[0]] == [seal.read_bytes() for seal in seals[1]]
    assert len(seals[0]) == 3
    wrong = office.preview("abschliessen", monat="2023-10", bis="2023-11")
    assert wrong.status_code == 422
    assert "kein Monat offen" in text_of(wrong)


def test_all_letters_of_a_preview_and_of_what_was_written_are_one_download(office: Office) -> None:
    seen = office.preview("anforderungen", jahr="2024", beteiligte="coelbe\nlohra")
    assert "Alle 2 herunterladen (ZIP)" in text_of(seen)
    asked = {"jahr": "2024", "beteiligte": "coelbe\nlohra", "papier": "alle.zip"}
    answer = office.post("tun/anforderungen", **asked)
    assert ZipFile(BytesIO(answer.data)).namelist() == ["KKD-2024-00006.pdf", "KKD-2024-00013.pdf"]
    done = office.do("anforderungen", jahr="2024", beteiligte="coelbe\nlohra")
    [address] = re.findall(r'href="/kkd/landkreis/(dokumente\.zip\?[^"]*)"', done.text)
    archive = ZipFile(BytesIO(office.get(address.replace("&amp;", "&")).data))
    assert len(archive.namelist()) == 2
    assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist())
    assert office.get("dokumente.zip?name=book.toml").status_code == 404


def test_a_done_page_says_that_it_is_done(office: Office) -> None:
    [number] = re.findall(r"buchung/(2024-\d{6})", office.get("journal?filter=zahlung+Cölbe").text)[:1] or [
        ""
    ]
    number = number or re.findall(r"buchung/(202\d-\d{6})", office.get("journal?filter=zahlung").text)[0]
    seen = text_of(office.preview("stornieren", nr=number, grund="Probe"))
    assert "wird durch eine Gegenbuchung aufgehoben" in seen
    done = text_of(office.do("stornieren", nr=number, grund="Probe"))
    assert "ist durch eine Gegenbuchung aufgehoben" in done
    assert "wird durch" not in done


@pytest.mark.parametrize(
    ("act", "typed", "field"),
    [
        (
            "aufrechnen",
            {"erster": "kkd-2024-coelbe-1", "zweiter": "kkd-2099-coelbe-1", "anordnung": "x"},
            "zweiter",
        ),
        (
            "aufrechnen",
            {"erster": "kkd-2099-coelbe-1", "zweiter": "kkd-2024-coelbe-1", "anordnung": "x"},
            "erster",
        ),
        ("erlassen", {"posten": "kkd-2024-coelbe-1", "betrag": "99.999,00", "anordnung": "x"}, "betrag"),
        ("stornieren", {"nr": "2024-999999", "grund": "x"}, "nr"),
    ],
)
def test_an_error_stands_at_its_field(office: Office, act: str, typed: dict[str, str], field: str) -> None:
    wrong = office.preview(act, **typed)
    assert wrong.status_code == 422
    assert re.findall(r'id="fehler-(\w+)"', wrong.text) == [field]


def test_of_two_fields_the_one_that_is_named_is_blamed() -> None:
    first, second = (
        Field(name, "", "", words, blamed=blamed) for name, blamed in (("a", ("Posten",)), ("b", ("Posten",)))
    )
    third = Field("c", "", "", words, blamed=("höchstens",))
    texts = {"a": "kkd-1", "b": "kkd-2", "c": ""}
    assert blamed_field((first, second), texts, "Posten kkd-2: nicht gebucht") == second
    assert blamed_field((first, third), texts, "Posten kkd-1: 5,00 EUR. Erlaubt: höchstens 4,00 EUR") == third
    assert blamed_field((first, third), texts, "etwas anderes") is None


def test_years_begin_with_the_year_in_question(office: Office) -> None:
    assert (
        'name="jahr" aria-describedby="hilfe-jahr" aria-required="true" value="2023"'
        in office.get("tun/jahresstand").text
    )
    assert 'value="2024"' in office.get("tun/anforderungen").text
    assert "vorläufig abgeschlossen" in text_of(office.get("tun/jahresstand"))


def test_who_may_not_is_told_who_may(office: Office) -> None:
    refused = office.get("tun/zahlen")
    assert refused.status_code == 403
    assert "Das darf in diesem Buch K. Kasse oder B. Buch." in text_of(refused)
    assert "book.toml" not in text_of(refused)


def test_words_of_the_ledger() -> None:
    assert deed_words("wiedereroeffnung") == "wieder geöffnet"
    assert deed_words("etwas anderes") == "etwas anderes"
    assert state_words("ueberplanmaessig") == "überplanmäßig"
