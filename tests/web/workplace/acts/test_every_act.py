"""Every act: its preview writes nothing, its confirmation what the command writes, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kkd_ledger.web.workplace.acts import ACTS
from tests.samples import sample_books, tree
from tests.web.workplace.acts.office import Office, case_in, offers_to_confirm, text_of
from tests.web.workplace.acts.scenarios import SCENARIOS, Scenario, call

ROLES = {"rolle-geben", "rolle-beenden", "schluessel-hinterlegen", "schluessel-beenden", "regeln"}
ELSEWHERE = {
    "ablegen",
    "einstellungen",
    "vorlagen",
    "neue-vereinbarung",
    "abstimmen",
    "kontakt",
    *ROLES,
}  # test_inbox.py, test_basis_text.py, test_role_acts.py, test_growing_forms.py, test_balances.py
NOTHING_TO_DO = {  # acts for which the sample has no matter; each is asked for what it says then
    "mitteilen": ("landkreis", {"jahr": "2024"}, "hat sich nichts geändert"),
    "einziehen": ("landkreis", {"am": "02.04.2024"}, "ist nichts fällig"),
    "beschluesse": ("biedenkopf", {}, "stehen schon im Buch"),
}


def files_of(folder: Path) -> dict[str, bytes | None]:
    """The files of all books and of the agreement; a case that waits is none of them."""
    files = tree(folder)
    return {
        name: content
        for name, content in files.items()
        if content is not None and "pending/vorgang-" not in name
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
def test_the_form_writes_what_the_command_writes(tmp_path: Path, scenario: Scenario) -> None:
    mine = sample_books(tmp_path / "mine")
    values = scenario.prepare(mine)
    other = tmp_path / "other"
    shutil.copytree(mine, other)
    office = Office(mine, scenario.book, person=scenario.persons[0])
    asked = {field: values.get(field, "") for field in ("nr", "zeile", "lauf") if field in values}
    typed = {**scenario.typed, **asked}
    before = files_of(mine)
    seen = office.preview(scenario.act, **typed)
    assert seen.status_code == 200, text_of(seen)
    assert offers_to_confirm(seen), text_of(seen)
    assert files_of(mine) == before, "a preview writes nothing"
    done = office.confirm(seen, f"tun/{scenario.act}", **typed)
    assert done.status_code == 200, text_of(done)
    if len(scenario.persons) > 1:
        assert files_of(mine) == before, "one of two persons writes nothing into the book"
        case = case_in(done)
        office.person = scenario.persons[1]
        done = office.confirm(office.get(case), case)
    assert "Geschrieben" in text_of(done), text_of(done)
    name, *words = scenario.command
    root, agreement = other / scenario.book, other / "kkd" / "agreement.toml"
    words = [word.format(root=root, agreement=agreement, **values) for word in words]
    call(name, *([] if str(agreement) in words else [root]), *words)
    assert files_of(mine) == files_of(other)
    assert files_of(mine) != before
    assert "/tun/" in done.text, "what was written has its way back"


@pytest.mark.parametrize("act", NOTHING_TO_DO)
def test_an_act_without_matter_says_so(tmp_path: Path, act: str) -> None:
    book, typed, sentence = NOTHING_TO_DO[act]
    chosen = next(each for each in ACTS if each.key == act)
    person = "K. Kasse" if "kasse" in chosen.roles else "S. Muster"
    office = Office(sample_books(tmp_path), book, person=person)
    seen = office.preview(act, **typed)
    assert sentence in text_of(seen)
    assert not offers_to_confirm(seen)


def test_every_act_is_tried() -> None:
    tried = {scenario.act for scenario in SCENARIOS} | set(NOTHING_TO_DO) | ELSEWHERE
    assert tried == {act.key for act in ACTS}
