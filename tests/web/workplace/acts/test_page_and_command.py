"""docs/arbeitsplatz.md says which page does what which command does: no act and no writing command is missing."""

from __future__ import annotations

import re

import pytest

from kkd_ledger.web.workplace.acting.routes import form_of
from kkd_ledger.web.workplace.acts import ACTS
from tests.cli.test_messages import writing_commands
from tests.samples import ROOT

PAGE = (ROOT / "docs" / "arbeitsplatz.md").read_text("utf-8")
DONE, _, LEFT = PAGE.partition("## Was nur der Befehl kann")
ROWS = re.findall(r"^\| ([^|]+) \| `([a-z-]+)` \| `kkd ([^`]+)` \| ([^|]+) \|$", DONE, re.MULTILINE)
REASONS = dict(re.findall(r"^\| `kkd ([a-z-]+)` \| ([^|]+) \|$", LEFT, re.MULTILINE))
NOT_IN_BOOKS = {"user", "who", "serve"}  # persons of the installation, by whoever keeps it


def test_every_act_stands_in_the_table_as_it_is() -> None:
    listed = {(key, title, command) for title, key, command, _ in ROWS}
    assert listed == {(act.key, act.title, act.command.replace("|", "/")) for act in ACTS}


def test_every_writing_command_has_its_page_or_its_reason() -> None:
    paged = {act.command.partition(" ")[0] for act in ACTS}
    writing = writing_commands() - NOT_IN_BOOKS
    assert writing - paged == set(REASONS)
    assert set(REASONS) & paged == set()
    assert all(len(reason) > 20 for reason in REASONS.values())


@pytest.mark.parametrize(
    ("command", "key"),
    [
        ("kkd clear BUCH --list", "zuordnen"),
        ("kkd clear BUCH NR --foreign", "weitergeben"),
        ("kkd decide BUCH", "bankzeile"),
        ("kkd decide BUCH --file DATEI --new", "bankdatei"),
        ("kkd pay BUCH --cancel LAUF", "lauf-zurueck"),
        ("kkd check BUCH", ""),
        ("clear", ""),
        ("kkd", ""),
    ],
)
def test_a_message_that_names_a_command_leads_to_its_form(command: str, key: str) -> None:
    act = form_of(command)
    assert (act.key if act else "") == key


def test_the_table_names_who() -> None:
    for title, key, _, who in ROWS:
        act = next(act for act in ACTS if act.key == key)
        assert bool(act.seconds) == (", dann " in who), title
