"""What somebody who never saw a shell stumbled over: pages name pages, and say what came of what was done."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.samples import sample_books
from tests.web.workplace.acts.office import TREASURER, Office, text_of
from tests.web.workplace.acts.scenarios import money_in_suspense


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(sample_books(tmp_path), "landkreis")


def test_who_has_logged_in_reads_pages_and_not_commands(office: Office) -> None:
    page = office.get("")
    assert "Was in inbox/ wartet, nimmt „ Monatslauf “" in text_of(page)
    assert "kkd month" not in text_of(page)
    assert 'tun/monatslauf" title="kkd month BUCH --all"' in page.text


def test_what_one_may_not_do_is_named_and_leads_nowhere(office: Office) -> None:
    page = office.get("")  # a share is received by those who owe it, not by the operator
    assert "„E-Rechnungen buchen“" in text_of(page)
    assert "tun/rechnung-buchen" not in page.text
    member = Office(office.folder, "biedenkopf").get("")
    assert "tun/rechnung-buchen" in member.text


def test_who_only_looks_reads_the_command(office: Office) -> None:
    office.person = ""
    assert "kkd month BUCH --all" in text_of(office.get(""))


def test_what_only_shows_leads_to_the_page_that_shows_it(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    money_in_suspense(folder)
    page = Office(folder, "landkreis").get("")
    assert re.search(r'href="/kkd/landkreis/zahlungsabgleich" title="kkd clear BUCH --list"', page.text)


def test_what_a_later_month_would_bring_is_not_called_booked(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "landkreis", today=dt.date(2025, 1, 15))
    page = text_of(office.preview("sollstellung", jahr="2025"))
    assert "es steht schon alles im Buch" not in page
    assert (
        "dem letzten Tag des neuesten Monats; was seither zu buchen ist, kommt mit dem nächsten Monat" in page
    )


def test_the_run_keeps_its_columns(office: Office) -> None:
    page = office.preview("monatslauf", monat="2024-03")
    assert "kkd-report" in page.text
    assert re.search(r"<li> +16 +163\.832,25 EUR  Anforderungen zugeordnet", page.text)


def test_of_many_entries_the_rest_is_told_too(office: Office) -> None:
    page = text_of(office.do("monatslauf", monat="2024-03"))
    assert page.count("stornieren (eine Gegenbuchung") == 5
    assert "Ebenso jede der übrigen 14 Buchungen" in page


def cleared(office: Office) -> str:
    """Put unclear money on an item that it does not pay; return the entry."""
    office.do("monatslauf", monat="2024-03")
    doubled = re.findall(r"zuordnen\?nr=(2024-\d{6})", office.get("zahlungsabgleich").text)[0]
    done = office.do("zuordnen", nr=doubled, posten="kkd-2024-gladenbach-1", grund="falscher Posten")
    return str(re.findall(r"stornieren\?nr=(2024-\d{6})", done.text)[0])


def test_a_wrong_item_is_taken_back_and_chosen_anew(office: Office) -> None:
    number = cleared(office)
    entry = office.get(f"buchung/{number}")
    assert f"tun/stornieren?nr={number}" in entry.text
    assert "Art Klärung Erfasst am 31.03.2024" in text_of(entry)
    assert "Veranlasst von S. Muster" in text_of(entry)
    done = office.do("stornieren", nr=number, grund="falscher Posten")
    assert 'tun/zuordnen"' in done.text
    assert "tun/sollstellung" not in done.text
    entry = office.get(f"buchung/{number}")
    assert re.search(r"storniert durch Buchung 2024-\d{6}", text_of(entry))
    assert f"tun/stornieren?nr={number}" not in entry.text


def test_a_written_demand_opens_from_its_item(office: Office) -> None:
    item = "posten/kkd-2024-coelbe-1"
    assert "/dokument/" not in office.get(item).text
    seen = office.preview("anforderungen", jahr="2024")
    assert seen.text.count("KKD-2024-00006.pdf ansehen") == 1
    assert text_of(seen).count("38 Belege, jeder mit seiner Prüfsumme") == 1, (
        "a PDF and an XML of each letter"
    )
    office.do("anforderungen", jahr="2024")
    [address] = re.findall(r'href="([^"]+/dokument/[^"]+)"', office.get(item).text)
    assert office.client.get(address).mimetype == "application/pdf"
    assert "ist alles Gebuchte angefordert" in text_of(office.preview("anforderungen", jahr="2024"))


def test_a_reminder_begins_with_a_day_that_the_book_knows(office: Office) -> None:
    office.today = dt.date(2024, 4, 2)
    form = office.get("tun/erinnern").text
    assert 'value="29.02.2024"' in form
    late = text_of(office.preview("erinnern", stichtag="02.04.2024"))
    assert "Bitte sehen Sie noch einmal hin" in late
    assert "Das Buch kennt Zahlungen nur bis 29.02.2024" in late


def test_a_run_says_that_statements_are_not_read(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "biedenkopf", person=TREASURER)
    page = text_of(office.preview("zahlen", am="02.04.2024"))
    assert "Im Posteingang liegen 2 Dateien, die nicht gelesen sind" in page
    for file in (office.book.root / "inbox").iterdir():
        file.unlink()
    assert "nicht gelesen" not in text_of(office.preview("zahlen", am="02.04.2024"))


def test_who_has_no_role_is_told_so(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "landkreis", "biedenkopf", person="R. Revision")
    assert "in keinem Buch eine Rolle" in text_of(office.client.get("/kkd/"))
    office.person = TREASURER
    assert "in keinem Buch eine Rolle" not in text_of(office.client.get("/kkd/"))


def test_money_of_another_than_whose_item_it_is_is_told(office: Office) -> None:
    office.do("monatslauf", monat="2024-03")
    doubled, unknown = re.findall(r"zuordnen\?nr=(2024-\d{6})", office.get("zahlungsabgleich").text)
    wrong = text_of(office.preview("zuordnen", nr=doubled, posten="kkd-2024-lohra-1", grund="x"))
    assert "Gezahlt hat Kirchhain, Stadt, der Posten ist von Lohra." in wrong
    assert "Gezahlt hat" not in text_of(
        office.preview("zuordnen", nr=unknown, posten="kkd-2024-lohra-1", grund="x")
    )
