"""Both sides beside each other in the browser, what the agreement will cost, and how to write to a party."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.persons.contacts import ContactsRefused, load
from kkd_ledger.work.terms.contact_text import new_contact
from tests.samples import sample_books
from tests.web.workplace.acts.office import Office, text_of
from tests.web.workplace.acts.scenarios import call


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(sample_books(tmp_path), "landkreis", "biedenkopf")


def test_two_books_that_agree_and_two_that_do_not(office: Office) -> None:
    page = text_of(office.get("abstimmung/biedenkopf"))
    assert "Abgestimmt: keine Unterschiede." in page
    assert "KKD – Bücher der Stadt Biedenkopf, Stand 29.02.2024" in page
    assert call("remit", office.folder / "landkreis", "kkd-2024-biedenkopf-1", "55,30", "--order", "Verfügung 7",
                "--by", "L. Beispiel", "--certified-by", "S. Muster") == 0  # fmt: skip
    page = text_of(office.get("abstimmung/biedenkopf"))
    assert "kkd-2024-biedenkopf-1: 55,30 EUR weniger bei der Betreiberin" in page
    assert "ohne Zahlung ausgeglichen, dort nicht gebucht" in page
    assert "Aufrechnung oder Erlass ist dort noch nicht gebucht." in page
    office.name = "biedenkopf"
    assert "55,30 EUR weniger bei der Betreiberin" in text_of(office.get("abstimmung"))


def test_whose_book_one_may_not_read_stays_unseen(office: Office) -> None:
    alone = Office(office.folder, "landkreis")
    page = text_of(alone.get("abstimmung/biedenkopf"))
    assert "Bücher der Stadt" not in page
    assert "kkd-2024-biedenkopf-1" in page
    assert alone.get("abstimmung/landkreis").status_code == 404


def test_the_other_sides_file(office: Office) -> None:
    file = office.get("saldenbestaetigung/biedenkopf.json").data
    address = "/kkd/biedenkopf/tun/abstimmen"
    before = {path: path.read_bytes() for path in (office.folder / "biedenkopf").rglob("*.beancount")}
    sent = {"unsigniert": "ja", "dateien": (io.BytesIO(file), "salden.json")}
    answer = office.client.post(address, data=sent)
    assert "Verglichen Abgestimmt: keine Unterschiede." in text_of(answer)
    assert "wer sie geschickt hat, ist nicht bewiesen" in text_of(answer)
    refused = office.client.post(address, data={"dateien": (io.BytesIO(file), "salden.json")})
    assert refused.status_code == 422
    refused = office.client.post(address, data={"dateien": (io.BytesIO(b"kein JSON"), "../x.json")})
    assert "keine Saldenbestätigung" in text_of(refused)
    assert before == {path: path.read_bytes() for path in (office.folder / "biedenkopf").rglob("*.beancount")}


@pytest.mark.parametrize(
    ("address", "status", "start"),
    [
        ("saldenbestaetigung/biedenkopf.pdf", 200, b"%PDF"),
        ("saldenbestaetigung/biedenkopf.xml", 404, b""),
        ("saldenbestaetigung/landkreis.pdf", 404, b""),
        ("saldenbestaetigung/niemand.json", 404, b""),
        ("vereinbarung.pdf", 200, b"%PDF"),
        ("kostentabelle.pdf", 200, b"%PDF"),
    ],
)
def test_files_that_are_made_when_asked(office: Office, address: str, status: int, start: bytes) -> None:
    answer = office.get(address)
    assert answer.status_code == status
    assert answer.data.startswith(start)


def test_the_plan_of_the_next_years(office: Office) -> None:
    page = text_of(office.get("planung"))
    assert "Biedenkopf, Stadt 15.555,30 15.555,30" in page
    assert "189.593,40" in page


def test_contacts_of_one_party_change_and_nothing_else(office: Office) -> None:
    book = office.book
    file = book.agreement_file.parent / "contacts.toml"
    before = file.read_text("utf-8")
    form = office.get("tun/kontakt?beteiligte=coelbe").text
    known = load(book.agreement_file, book.agreement).of("coelbe")
    assert f'value="{known.street}"' in form
    _, *names = form.split('name="coelbe-')
    typed = {f"coelbe-{part.partition(chr(34))[0]}": "" for part in names}
    typed |= {
        f"coelbe-{key}": getattr(known, key) for key in ("name", "street", "city", "email", "leitweg_id")
    }
    typed |= {"beteiligte": "coelbe", "coelbe-postcode": "35091", "coelbe-phone": "06421 1234"}
    office.do("kontakt", **typed)
    after = load(book.agreement_file, book.agreement).of("coelbe")
    assert (after.postcode, after.phone, after.street) == ("35091", "06421 1234", known.street)
    changed = set(file.read_text("utf-8").splitlines()) ^ set(before.splitlines())
    assert changed == {f'postcode = "{known.postcode}"', 'postcode = "35091"', 'phone = "06421 1234"'}
    other = office.preview("kontakt", **{**typed, "beteiligte": "lohra"})
    assert 'name="lohra-street"' in other.text
    assert "Prüfsumme des Gesehenen" not in text_of(other), "another party is asked anew"
    wrong = office.preview("kontakt", **{**typed, "coelbe-email": "keine Adresse"})
    assert wrong.status_code == 422
    assert 'id="fehler-coelbe-email"' in wrong.text


def test_a_party_without_a_table_gets_one(tmp_path: Path) -> None:
    book = load_book(sample_books(tmp_path) / "landkreis")
    file = book.agreement_file.parent / "contacts.toml"
    file.unlink()
    assert new_contact(book, "lohra", {"city": "Lohra", "phone": ""}, dry_run=True).text == (
        'format = 1\n\n[parties.lohra]\ncity = "Lohra"\n'
    )
    assert not file.exists()
    new_contact(book, "lohra", {"city": "Lohra"})
    assert new_contact(book, "lohra", {"city": "Lohra"}).lines == ()
    with pytest.raises(ContactsRefused):
        new_contact(book, "lohra", {"email": "keine Adresse"})
