"""Roles, deputies, limits, keys and local rules by a form: one place of book.toml changes, two persons confirm it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import settings_of
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import UsageError
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.work.books.books import appropriate
from kkd_ledger.work.terms.basis_text import settings_text
from kkd_ledger.work.terms.settings_text import with_policy, with_role_ended
from tests.persons.keys_at_hand import ID, ORIGIN, SITE, Passkey
from tests.samples import sample_books, tree
from tests.web.workplace.acts.office import Office, offers_to_confirm, text_of
from tests.web.workplace.acts.scenarios import a_closed_month

DEPUTY = {
    "name": "V. Vertretung",
    "rolle": "anordnung",
    "ab": "01.04.2024",
    "bis": "14.04.2024",
    "grenze": "1.000,00",
    "vertritt": "L. Beispiel",
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    folder = sample_books(tmp_path)
    a_closed_month(folder)
    return Office(folder, "biedenkopf")


def added_lines(before: str, after: str) -> list[str]:
    assert after.startswith(before.rstrip())
    return after.removeprefix(before.rstrip()).split("\n")


def test_a_deputy_with_a_limit_is_given_and_waits_for_two(office: Office) -> None:
    before = settings_text(office.book)
    seen = office.preview("rolle-geben", **DEPUTY)
    assert '+deputy_of = "L. Beispiel"' in text_of(seen)
    assert settings_text(office.book) == before, "a preview writes nothing"
    done = office.do("rolle-geben", **DEPUTY)
    assert "/tun/rolle-beenden" in done.text, "the way back"
    assert added_lines(before, settings_text(office.book)) == [
        "", "", "[[roles]]", 'name = "V. Vertretung"', 'role = "anordnung"', "from = 2024-04-01", "to = 2024-04-14",
        'limit = "1.000,00"', 'deputy_of = "L. Beispiel"', "",
    ]  # fmt: skip
    assert office.book.settings.limit_of("V. Vertretung", v.Role.ORDERS, dt.date(2024, 4, 14)) == 1000_00
    assert "V. Vertretung" in text_of(office.get("rollen"))
    assert "book.toml" in text_of(office.preview("bestaetigen"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"bis": ""}, "mit erstem und letztem Tag"),
        ({"vertritt": "N. Niemand"}, "N. Niemand"),
        ({"name": "L  Beispiel"}, "sieht aus wie"),
        ({"rolle": "bürgermeister"}, "steht nicht zur Wahl"),
        ({"grenze": "viel"}, "viel"),
        ({"ab": "31.02.2024"}, "ist kein Tag"),
        ({"bis": "01.03.2024"}, "der letzte Tag"),
    ],
)
def test_what_is_no_role_is_told_and_kept_as_typed(
    office: Office, typed: dict[str, str], sentence: str
) -> None:
    before = tree(office.folder)
    answer = office.preview("rolle-geben", **(DEPUTY | typed))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "V. Vertretung" in answer.text or typed.get("name")
    assert tree(office.folder) == before


def test_a_role_ends_and_whatever_else_stands_there_stays(office: Office) -> None:
    before = settings_text(office.book)
    office.do("rolle-beenden", welche="1", bis="31.03.2024")
    after = settings_text(office.book)
    assert after == before.replace(
        'role = "anordnung"\nfrom = 2023-10-01\n', 'role = "anordnung"\nfrom = 2023-10-01\nto = 2024-03-31\n'
    )
    assert office.book.settings.roles[1].ends == dt.date(2024, 3, 31)


def test_a_key_is_deposited_and_ends(office: Office) -> None:
    office.do(
        "schluessel-hinterlegen",
        person="L. Beispiel",
        kennung=ID,
        schluessel=Passkey().key,
        rechner=SITE,
        adresse=ORIGIN,
        ab="01.03.2024",
    )
    [key] = office.book.settings.keys
    assert (key.person, key.id, key.origin, key.ends) == ("L. Beispiel", ID, ORIGIN, None)
    office.do("schluessel-beenden", welcher="0", bis="31.03.2024")
    assert office.book.settings.keys[0].ends == dt.date(2024, 3, 31)
    assert ID[:16] in text_of(office.get("rollen"))


def test_a_key_that_is_none_is_refused_at_its_field(office: Office) -> None:
    answer = office.preview(
        "schluessel-hinterlegen", person="L. Beispiel", kennung=ID, schluessel="kein", ab="01.03.2024"
    )
    assert answer.status_code == 422
    assert "öffentlicher Schlüssel" in text_of(answer)


RULES = {"getippt": "ja", "dieselbe": "nein", "ungeklaert": "60", "ueberfaellig": "30", "zahlungsziel": "30"}


def test_local_rules_change_only_where_they_were_changed(office: Office) -> None:
    before = settings_text(office.book)
    assert not offers_to_confirm(office.preview("regeln", **RULES)), "all of it stands there already"
    office.do("regeln", **(RULES | {"unterschrieben": "anordnung\nabschluss", "ungeklaert": "45"}))
    after = settings_text(office.book)
    changed = before.replace("unclear_days_max = 60", "unclear_days_max = 45")
    assert after.replace('signed = ["anordnung", "abschluss"]\n', "") == changed
    assert office.book.settings.policy.signed == (v.Deed.ORDERS, v.Deed.CLOSES)


def test_a_book_that_takes_no_typed_names_asks_always(office: Office) -> None:
    office.do("regeln", **(RULES | {"getippt": "nein"}))
    book = office.book
    today = dt.date(2024, 3, 31)
    with pytest.raises(PersonRefused, match="ein Name, getippt"):
        appropriate(book, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=today, by="L. Beispiel")
    known = book.acted_by({"L. Beispiel": v.KnownBy.PASSWORD})
    assert appropriate(known, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=today, by="L. Beispiel").files


def test_an_administrator_sets_up_and_never_acts(office: Office) -> None:
    office.do("rolle-geben", name="V. Walter", rolle="verwaltung", ab="01.01.2024")
    office = Office(office.folder, "biedenkopf", person="V. Walter")
    assert office.get("tun/rolle-geben").status_code == 200
    for act in ("bestaetigen", "abschliessen", "stornieren", "ansatz"):
        assert office.get(f"tun/{act}").status_code == 403
        assert office.post(f"tun/{act}", schritt="vorschau").status_code == 403
    office.do("rolle-geben", **DEPUTY)


def test_a_file_written_in_another_form_is_left_to_a_person() -> None:
    text = Path("ledgers/biedenkopf/book.toml").read_text("utf-8")
    start, end = text.index("[[roles]]"), text.index("[[standing_orders]]")
    inline = 'roles = [{ name = "S. Muster", role = "anordnung", from = 2023-10-01 }]\n'
    other = text.replace(text[start:end], "").replace("[budget]", f"{inline}\n[budget]", 1)
    assert settings_of(other.encode()).roles
    with pytest.raises(UsageError, match="in einer anderen Form"):
        with_role_ended(other, 0, dt.date(2024, 1, 1))


def test_a_policy_is_added_where_there_is_none() -> None:
    text = Path("ledgers/biedenkopf/book.toml").read_text("utf-8")
    start = text.index("[policy]")
    end = text.index("[[roles]]")
    bare = text[:start] + text[end:]
    assert settings_of(with_policy(bare, {"same_person": True}).encode()).policy.same_person
