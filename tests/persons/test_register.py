"""Persons of an installation: what is refused in words, what is read back, and where they must not lie."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons import register as registers
from kkd_ledger.persons.powers import MAY, allowing, may, objection, role_for
from kkd_ledger.persons.register import Register, RegisterRefused, folder
from tests.samples import sample_books

DAY = dt.date(2024, 3, 1)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    register = Register(tmp_path / "anlage")
    register.add("muster", "S. Muster", "smuster")
    return register


@pytest.mark.parametrize(
    ("login", "name", "system_user", "told"),
    [
        ("Müller", "M. Müller", "", "ein Anmeldename aus kleinen Buchstaben"),
        ("", "M. Müller", "", "ein Anmeldename aus kleinen Buchstaben"),
        ("../x", "M. Müller", "", "ein Anmeldename aus kleinen Buchstaben"),
        ("mueller", " M. Müller", "", "ohne Leerzeichen am Rand"),
        ("mueller", "", "", "ein Name ohne Steuerzeichen"),
        ("mueller", "M.\nMüller", "", "ein Name ohne Steuerzeichen"),
        ("muster", "M. Müller", "", "muster gibt es schon (S. Muster)"),
        ("mueller", "S. Muster", "", "jede Person einmal"),
        ("mueller", "S. MUSTER", "", "jede Person einmal"),
        ("mueller", "M. Müller", "smuster", "jede Person einmal, nicht zweimal 'smuster'"),
    ],
)
def test_who_cannot_be_set_up_is_told_why(
    register: Register, login: str, name: str, system_user: str, told: str
) -> None:
    before = register.file.read_bytes()
    with pytest.raises(RegisterRefused) as refused:
        register.add(login, name, system_user)
    assert told in str(refused.value)
    assert register.file.read_bytes() == before


def test_who_is_not_there_is_not_changed(register: Register) -> None:
    with pytest.raises(RegisterRefused, match="gefunden: nobody; erlaubt: muster"):
        register.put("nobody", disabled=True)


def test_another_process_is_seen_at_the_next_question(register: Register) -> None:
    assert register.person("muster") is not None
    Register(register.folder).put("muster", disabled=True)
    assert register.person("muster") is None
    assert register.of_system_user("smuster") is None
    assert register.is_set_up, "a disabled person still locks the door"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": "kkd-personen/2", "persons": []}', '{"persons": [1]}']
)
def test_a_broken_file_lets_nobody_in_without_a_login(register: Register, content: str) -> None:
    register.file.write_text(content, "utf-8")
    with pytest.raises(RegisterRefused):
        _ = register.is_set_up


def test_a_file_that_may_not_be_read_is_no_file_without_persons(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "no")

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(RegisterRefused, match="die Rechte fehlen"):
        _ = Register(register.folder).is_set_up


@pytest.mark.parametrize("place", ["biedenkopf/anlage", "biedenkopf", "kkd/tief/unten"])
def test_persons_lie_in_no_book(tmp_path: Path, place: str) -> None:
    books = sample_books(tmp_path)
    with pytest.raises(RegisterRefused, match="geht in Sicherungen und an Prüfende"):
        Register(books / place).add("muster", "S. Muster")
    assert not (books / place / "personen.json").exists()


def test_several_at_once_lose_nobody(register: Register) -> None:
    names = [f"p{number}" for number in range(12)]
    threads = [
        threading.Thread(target=Register(register.folder).add, args=(name, f"Person {name}"))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {*names, "muster"} == register.persons.keys()


def test_where_persons_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KKD_PERSONS", str(tmp_path / "named"))
    assert folder() == tmp_path / "named"
    monkeypatch.delenv("KKD_PERSONS")
    monkeypatch.setattr(registers, "SYSTEM_FOLDER", tmp_path / "etc")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert folder() == tmp_path / "config" / "kkd"
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "personen.json").write_text(json.dumps({"persons": []}), "utf-8")
    assert folder() == tmp_path / "etc"


@pytest.mark.parametrize(
    ("roles", "deed", "role"),
    [
        ((v.Role.PREPARES, v.Role.ORDERS), v.Deed.ORDERS, v.Role.ORDERS),
        ((v.Role.PREPARES, v.Role.ORDERS), v.Deed.CAUSES, v.Role.PREPARES),
        ((v.Role.AUDITS, v.Role.PAYS), v.Deed.CLOSES, v.Role.PAYS),
        ((v.Role.PREPARES,), v.Deed.RELEASES, v.Role.PREPARES),
        ((v.Role.AUDITS, v.Role.READS), v.Deed.CLOSES, None),
        ((), v.Deed.CAUSES, None),
    ],
)
def test_the_role_in_which_somebody_acts(
    roles: tuple[v.Role, ...], deed: v.Deed, role: v.Role | None
) -> None:
    assert role_for(roles, deed) == role


def test_the_table_says_what_each_role_may(tmp_path: Path) -> None:
    assert may([v.Role.ORDERS], v.Deed.ORDERS)
    assert not may([v.Role.ORDERS], v.Deed.CERTIFIES)
    assert not may([v.Role.PAYS], v.Deed.ORDERS)
    assert not any(
        may([role], deed) for role in (v.Role.AUDITS, v.Role.ADMINISTERS, v.Role.READS) for deed in v.Deed
    )
    assert allowing(v.Deed.RELEASES) == (v.Role.PAYS,)
    assert MAY[v.Role.PREPARES] < MAY[v.Role.CERTIFIES]
    settings = load_book(sample_books(tmp_path) / "biedenkopf").settings
    assert objection(settings, "L. Beispiel", v.Deed.ORDERS, DAY) == ""
    assert "„anordnung“; das erlaubt „freigabe“ nicht" in objection(
        settings, "L. Beispiel", v.Deed.RELEASES, DAY
    )
    assert "keine Rolle" in objection(settings, "N. Niemand", v.Deed.CAUSES, DAY)
