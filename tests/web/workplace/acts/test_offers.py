"""What pages offer: every link leads on for whoever sees it, to a form whose fields are filled; nobody sees more."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from kkd_ledger.web.workplace.acts import ACTS
from kkd_ledger.web.workplace.pages import PAGES
from tests.samples import sample_books
from tests.web.workplace.acts.office import CERTIFIER, TREASURER, Office, case_in, text_of
from tests.web.workplace.acts.scenarios import money_in_suspense

FORM = re.compile(r'href="(/kkd/[a-z]+/tun/[^"]+)"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample_books(tmp_path_factory.mktemp("offers"))
    money_in_suspense(folder)
    return folder


def forms(office: Office) -> set[str]:
    """The addresses of forms to which the pages of a book lead."""
    pages = [page.rule for page in PAGES if "<" not in page.rule]
    pages += ["posten/kkd-2024-coelbe-1", "buchung/2024-000001", "beteiligte/coelbe", "abstimmung/coelbe"]
    return {unescape(form) for page in pages for form in FORM.findall(office.get(page).text)}


@pytest.mark.parametrize(("book", "person"), [("landkreis", CERTIFIER), ("biedenkopf", TREASURER)])
def test_every_offer_leads_to_a_form(folder: Path, book: str, person: str) -> None:
    office = Office(folder, book, person=person)
    offered = forms(office)
    assert len(offered) > 10
    for address in offered:
        answer = office.client.get(address)
        assert answer.status_code == 200, address
        for name, value in re.findall(r"[?&]([a-z]+)=([^&]+)", address):
            assert f'name="{name}"' in answer.text, (address, value)


def test_each_act_is_offered_somewhere(folder: Path) -> None:
    offered = {
        re.split(r"[/?]", address)[4]
        for book in ("landkreis", "biedenkopf")
        for person in (CERTIFIER, TREASURER)
        for address in forms(Office(folder, book, person=person))
    }
    only_from_others = {
        "oeffnen",
        "einziehen",
    }  # there is no closed month; the operator's treasury is not asked here
    assert {act.key for act in ACTS} - offered <= only_from_others


def test_nobody_and_a_foreigner_see_no_offers(folder: Path) -> None:
    assert forms(Office(folder, "landkreis", person="")) == set()


def test_what_waits_for_whom_stands_on_their_first_page(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "landkreis")
    case = case_in(office.do("erlassen", posten="kkd-2024-coelbe-1", betrag="1,00", anordnung="Verfügung 7"))
    assert "wartet auf andere" in text_of(office.get(""))
    office.person = "L. Beispiel"
    first = office.get("")
    assert "wartet auf Sie" in text_of(first)
    assert case in first.text
    office.person = TREASURER
    assert "wartet auf andere" in text_of(office.get(""))
