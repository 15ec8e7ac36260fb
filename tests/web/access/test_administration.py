"""The Verwaltung: who sees it, who changes what about persons, bound to what was seen, with its way back."""

from __future__ import annotations

import io
import json
import re
import tarfile
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.register import Passkey
from kkd_ledger.rules.engine.check import check
from kkd_ledger.web.access.attempts import LOGIN_MAX
from kkd_ledger.web.access.reset_codes import GOOD_S
from kkd_ledger.web.administration.person_changes import CHANGES
from kkd_ledger.work.books.changes import confirm
from tests.samples import sample_books
from tests.web.access.conftest import ORIGIN, PASSWORD, TODAY, House, log_in, token_of

NEW_PASSWORD = "fünf gelbe Türen"
ADMIN, SECOND, CLERK, AUDITOR = "walter", "wanda", "muster", "pruefer"
ROLES = {"V. Walter": "verwaltung", "V. Wanda": "verwaltung", "P. Prüfer": "pruefung"}
PAGES = ("", "protokoll", "person/muster")


@pytest.fixture
def house(tmp_path: Path) -> House:
    folder = sample_books(tmp_path)
    settings = folder / "biedenkopf" / "book.toml"
    text = settings.read_text("utf-8")
    for name, role in ROLES.items():
        text += f'\n[[roles]]\nname = "{name}"\nrole = "{role}"\nfrom = 2020-01-01\n'
    settings.write_text(text, "utf-8")
    house = House(folder, tmp_path / "persons", "biedenkopf", "landkreis")
    persons = {ADMIN: "V. Walter", SECOND: "V. Wanda", AUDITOR: "P. Prüfer", CLERK: "S. Muster"}
    for login, name in persons.items():
        house.person(login, name)
    return house


def browser_of(house: House, login: str, password: str = PASSWORD) -> Client:
    browser = house.browser()
    assert log_in(browser, login, password).status_code == 303
    return browser


def get(browser: Client, place: str = "") -> TestResponse:
    return browser.get(f"/kkd/verwaltung/{place}")


def send(browser: Client, place: str, **typed: str) -> TestResponse:
    token = token_of(browser.get("/kkd/passkeys"))
    form = {"csrf_token": token, **typed}
    return browser.post(f"/kkd/verwaltung/{place}", data=form, headers={"Origin": ORIGIN})


def text_of(answer: TestResponse) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def seen_in(answer: TestResponse) -> str:
    [seen] = re.findall(r'name="gesehen" value="([0-9a-f]{64})"', answer.text)
    return str(seen)


def do(browser: Client, place: str, **typed: str) -> TestResponse:
    seen = send(browser, place, **typed, schritt="vorschau")
    assert seen.status_code == 200, text_of(seen)
    done = send(browser, place, **typed, schritt="bestaetigen", gesehen=seen_in(seen))
    assert done.status_code == 200, text_of(done)
    return done


def code_in(answer: TestResponse) -> str:
    [code] = re.findall(r"<code>((?:[A-Z2-9]{5}-){3}[A-Z2-9]{5})</code>", answer.text)
    return str(code)


def redeem(house: House, login: str, code: str, password: str = NEW_PASSWORD) -> TestResponse:
    browser = house.browser()
    token = token_of(browser.get("/kkd/anmelden/code"))
    form = {"csrf_token": token, "name": login, "code": code, "kennwort": password, "nochmal": password}
    return browser.post("/kkd/anmelden/code", data=form, headers={"Origin": ORIGIN})


def test_a_new_person_chooses_a_password_by_a_code_that_is_good_once(house: House) -> None:
    admin = browser_of(house, ADMIN)
    place, typed = "person/-/neu", {"name": "L. Beispiel", "anmeldename": "beispiel"}
    send(admin, place, **typed, schritt="vorschau")
    assert "beispiel" not in house.register.persons, "a preview writes nothing"
    done = do(admin, place, **typed)
    code = code_in(done)
    assert "/kkd/verwaltung/person/beispiel/sperren" in done.text, "the way back"
    assert code not in (house.register.secrets / "codes.json").read_text("utf-8")
    assert redeem(house, "beispiel", "AAAAA-AAAAA-AAAAA-AAAAA").status_code == 401
    assert redeem(house, "beispiel", code, "kurz").status_code == 422
    assert redeem(house, "beispiel", code).status_code == 303
    assert redeem(house, "beispiel", code).status_code == 401, "good once"
    assert log_in(house.browser(), "beispiel", NEW_PASSWORD).status_code == 303


def test_a_code_is_of_one_person_and_of_one_day(house: House) -> None:
    admin = browser_of(house, ADMIN)
    code = code_in(do(admin, f"person/{CLERK}/kennwort"))
    assert redeem(house, AUDITOR, code).status_code == 401
    house.clock.now_s += GOOD_S
    assert redeem(house, CLERK, code).status_code == 401
    assert log_in(house.browser(), CLERK).status_code == 303, "the former password still stands"


def test_a_code_that_was_taken_back_or_replaced_is_good_for_nothing(house: House) -> None:
    admin = browser_of(house, ADMIN)
    first = code_in(do(admin, f"person/{CLERK}/kennwort"))
    second = code_in(do(admin, f"person/{CLERK}/kennwort"))
    assert redeem(house, CLERK, first).status_code == 401
    do(admin, f"person/{CLERK}/code-zurueck")
    assert redeem(house, CLERK, second).status_code == 401


def test_codes_are_not_guessed_for_ever(house: House) -> None:
    answers = [
        redeem(house, CLERK, f"AAAAA-AAAAA-AAAAA-AAAA{number}").status_code for number in range(LOGIN_MAX + 1)
    ]
    assert answers == [*[401] * LOGIN_MAX, 429]


def test_a_redeemed_code_ends_the_sessions_of_before(house: House) -> None:
    clerk, admin = browser_of(house, CLERK), browser_of(house, ADMIN)
    assert redeem(house, CLERK, code_in(do(admin, f"person/{CLERK}/kennwort"))).status_code == 303
    assert clerk.get("/kkd/biedenkopf/").status_code == 303, "has to log in again"
    assert log_in(house.browser(), CLERK).status_code == 401, "the former password is gone"


def test_a_disabled_person_is_out_at_once_and_comes_back(house: House) -> None:
    clerk, admin = browser_of(house, CLERK), browser_of(house, ADMIN)
    assert clerk.get("/kkd/biedenkopf/").status_code == 200
    done = do(admin, f"person/{CLERK}/sperren")
    assert f"/kkd/verwaltung/person/{CLERK}/oeffnen" in done.text
    assert clerk.get("/kkd/biedenkopf/").status_code == 303
    assert log_in(house.browser(), CLERK).status_code == 401
    do(admin, f"person/{CLERK}/oeffnen")
    assert log_in(house.browser(), CLERK).status_code == 303
    assert clerk.get("/kkd/biedenkopf/").status_code == 303, "its session is gone for good"


def test_the_last_administrator_cannot_be_locked_out(house: House) -> None:
    admin = browser_of(house, ADMIN)
    do(admin, f"person/{SECOND}/sperren")
    answer = send(admin, f"person/{ADMIN}/sperren", schritt="vorschau")
    assert answer.status_code == 422
    assert "verwaltet als Letzte" in text_of(answer)
    assert not house.register.persons[ADMIN].disabled


def test_two_tabs_and_a_replayed_confirmation(house: House) -> None:
    admin = browser_of(house, ADMIN)
    place = f"person/{CLERK}/wege"
    one = send(admin, place, benutzer="smuster", schritt="vorschau")
    other = send(admin, place, benutzer="muster2", schritt="vorschau")
    confirmed = {"benutzer": "smuster", "schritt": "bestaetigen", "gesehen": seen_in(one)}
    assert send(admin, place, **confirmed).status_code == 200
    again = send(admin, place, benutzer="muster2", schritt="bestaetigen", gesehen=seen_in(other))
    assert again.status_code == 409
    assert house.register.persons[CLERK].system_user == "smuster"
    assert "schon eingetragen" in text_of(send(admin, place, **confirmed)), "a replay does nothing"
    assert send(admin, place, benutzer="x", schritt="bestaetigen", gesehen="0" * 64).status_code == 409


def test_what_one_administrator_saw_is_not_the_other_ones_confirmation(house: House) -> None:
    first, second = browser_of(house, ADMIN), browser_of(house, SECOND)
    seen = send(first, f"person/{CLERK}/sperren", schritt="vorschau")
    answer = send(second, f"person/{CLERK}/sperren", schritt="bestaetigen", gesehen=seen_in(seen))
    assert answer.status_code == 409
    assert not house.register.persons[CLERK].disabled


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "anmeldename": "neu"}, "Bitte ausfüllen"),
        ({"name": "S. Muster", "anmeldename": "neu"}, "sieht aus wie"),
        ({"name": "N. Neu", "anmeldename": CLERK}, "gibt es schon"),
        ({"name": "N. Neu", "anmeldename": "mit leer"}, "Erlaubt"),
        ({"name": "N. Neu", "anmeldename": "../../etc"}, "Erlaubt"),
    ],
)
def test_who_cannot_be_set_up_is_told_and_kept_as_typed(
    house: House, typed: dict[str, str], sentence: str
) -> None:
    before = house.register.file.read_bytes()
    answer = send(browser_of(house, ADMIN), "person/-/neu", **typed, schritt="vorschau")
    assert answer.status_code == 422
    assert sentence.casefold() in text_of(answer).casefold()
    assert f'value="{typed["anmeldename"]}"' in answer.text
    assert house.register.file.read_bytes() == before


def with_passkey(house: House) -> None:
    key = Passkey(
        id="k" * 20, public_key=COSE, sign_count=0, rp_id="localhost", origin=ORIGIN, label="Blau",
        confirmed_by=SECOND, begins="2024-02-01",
    )  # fmt: skip
    house.register.put(CLERK, passkeys=(key,))


COSE = (
    "pQECAyYgASFYIGtbGKZ4j1bWd9D4pVEa3pFnGPzQpEPe2oLjjCfZJ0r6IlggY2H0eFhw7ylTSFqnQ1mVZ3PgVUFhMFSjbpIv3pK9Yp0"
)


def test_a_passkey_is_taken_by_two_and_rests_at_once(house: House) -> None:
    with_passkey(house)
    clerk, place = browser_of(house, CLERK), f"person/{CLERK}/passkey-entziehen"
    typed = {"passkey": "k" * 20}
    first = browser_of(house, ADMIN)
    done = do(first, place, **typed)
    assert "passkey-zurueck" in done.text, "the way back"
    assert house.register.persons[CLERK].passkeys[0].suspended_by == ADMIN
    assert clerk.get("/kkd/biedenkopf/").status_code == 303
    assert "zweite Person" in text_of(send(first, place, **typed, schritt="vorschau")), "not by one alone"
    do(first, f"person/{CLERK}/passkey-zurueck", **typed)
    assert not house.register.persons[CLERK].passkeys[0].suspended_by
    do(first, place, **typed)
    do(browser_of(house, SECOND), place, **typed)
    assert house.register.persons[CLERK].passkeys == ()


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize(("login", "status"), [(ADMIN, 200), (AUDITOR, 200), (CLERK, 403), ("", 303)])
def test_who_sees_the_verwaltung(house: House, place: str, login: str, status: int) -> None:
    browser = browser_of(house, login) if login else house.browser()
    assert get(browser, place).status_code == status


@pytest.mark.parametrize("change", [change.key for change in CHANGES])
@pytest.mark.parametrize("login", [AUDITOR, CLERK])
def test_who_does_not_administer_changes_nobody(house: House, change: str, login: str) -> None:
    browser = browser_of(house, login)
    before = house.register.file.read_bytes()
    place = f"person/{'-' if change == 'neu' else SECOND}/{change}"
    assert get(browser, place).status_code == 403
    for step in ("vorschau", "bestaetigen"):
        assert send(browser, place, schritt=step, gesehen="0" * 64).status_code == 403
    assert send(browser, "sicherung/biedenkopf").status_code == 403
    assert house.register.file.read_bytes() == before


def test_each_change_has_its_form_and_its_page_offers_it(house: House) -> None:
    with_passkey(house)
    admin = browser_of(house, ADMIN)
    do(admin, f"person/{CLERK}/kennwort")
    offered = get(admin).text + get(admin, f"person/{CLERK}").text
    for change in CHANGES:
        place = f"person/{'-' if change.is_new else CLERK}/{change.key}"
        assert get(admin, place).status_code == 200
        if change.key not in {"oeffnen", "passkey-zurueck"}:
            assert f"/kkd/verwaltung/{place}" in offered, change.key
    assert get(admin, "person/niemand").status_code == 404
    assert get(admin, "person/niemand/sperren").status_code == 404


def test_a_change_that_nobody_confirmed_makes_no_administrator(house: House) -> None:
    book = load_book(house.folder / "biedenkopf")
    confirm(book, ["S. Muster", "L. Beispiel"], today=TODAY)
    house.workplace.books["biedenkopf"].look_again()
    assert get(browser_of(house, ADMIN)).status_code == 200
    text = book.config_file.read_text("utf-8")
    more = text + '\n[[roles]]\nname = "S. Muster"\nrole = "verwaltung"\nfrom = 2020-01-01\n'
    book.config_file.write_text(more, "utf-8")
    anew = House(house.folder, house.register.folder, "biedenkopf")
    assert get(browser_of(anew, CLERK)).status_code == 403
    assert get(browser_of(anew, ADMIN)).status_code == 200
    confirm(load_book(book.root), ["S. Muster", "L. Beispiel"], today=TODAY)
    anew = House(house.folder, house.register.folder, "biedenkopf")
    assert get(browser_of(anew, CLERK)).status_code == 200


def test_the_log_says_what_was_done_and_where_it_is_broken(house: House) -> None:
    admin = browser_of(house, ADMIN)
    do(admin, f"person/{CLERK}/sperren")
    shown = text_of(get(browser_of(house, AUDITOR), "protokoll"))
    assert f"Person sperren: {CLERK}" in shown
    assert "ununterbrochen" in shown
    log = house.door.log.file
    lines = log.read_bytes().splitlines()
    entry = json.loads(lines[1]) | {"wer": "niemand"}
    log.write_bytes(b"\n".join([lines[0], json.dumps(entry).encode(), *lines[2:]]) + b"\n")
    assert "unterbrochen bei Zeile 3" in text_of(get(admin, "protokoll"))


def test_a_backup_comes_back_as_a_book(house: House, tmp_path: Path) -> None:
    answer = send(browser_of(house, ADMIN), "sicherung/biedenkopf")
    assert answer.status_code == 200
    assert "biedenkopf-2024-03-01.tar.gz" in answer.headers["Content-Disposition"]
    with tarfile.open(fileobj=io.BytesIO(answer.data)) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "back", filter="data")
    assert not [
        name for name in names if name.startswith(("/", "..")) or "geheim" in name or "originale" in name
    ]
    back = load_book(tmp_path / "back" / "biedenkopf")
    assert check(back, today=TODAY) == check(load_book(house.folder / "biedenkopf"), today=TODAY)
    assert send(browser_of(house, ADMIN), "sicherung/landkreis").status_code == 403, (
        "not that one's administrator"
    )
    assert send(browser_of(house, ADMIN), "sicherung/nirgends").status_code == 404


def test_nobody_acts_as_administrator(house: House) -> None:
    assert v.Role.ADMINISTERS not in v.ACTING_ROLES
    admin = browser_of(house, ADMIN)
    assert admin.get("/kkd/biedenkopf/tun/abschliessen").status_code == 403
    assert admin.get("/kkd/biedenkopf/tun/rolle-geben").status_code == 200


def test_a_session_that_somebody_planted_is_not_the_one_after_the_login(house: House) -> None:
    browser = house.browser()
    browser.get("/kkd/anmelden")
    planted = browser.get_cookie("kkd")
    assert planted is not None
    log_in(browser, CLERK)
    victim = browser.get_cookie("kkd")
    assert victim is not None
    assert victim.value != planted.value
    attacker = house.browser()
    attacker.set_cookie("kkd", planted.value)
    assert attacker.get("/kkd/biedenkopf/").status_code == 303
