"""Who gives a command: a typed name is proved where persons are set up, and who only looks on never writes.

The commands are those of the fault tests, which have a scenario for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.cli import main
from kkd_ledger.cli.shell.parsing import Commands
from kkd_ledger.cli.users import proofs
from kkd_ledger.cli.users.proofs import NAMING, proved, system_user
from kkd_ledger.persons.powers import MAY
from kkd_ledger.persons.register import Register
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.web.access.passwords import Passwords
from tests.audit.test_acts_of_commands import PERSONS, named
from tests.faults.every_command import SCENARIOS
from tests.samples import sample_books, tree

PASSWORD = "drei blaue Dächer"
ACTS = re.compile(r'custom "akt" "\d+" "[^"]+" "([^"]+)".*\n  akt-bekannt: "(\w+)"')


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.setenv("KKD_PERSONS", str(tmp_path / "anlage"))
    return Register(tmp_path / "anlage")


def set_up(register: Register, *names: str, own: str = "") -> None:
    """Set persons up with one password; the user of this process is `own`."""
    passwords = Passwords(register, PasswordHasher(1, 8, 1))
    for number, name in enumerate(dict.fromkeys(names)):
        register.add(f"p{number}", name, system_user() if name == own else "")
        passwords.put(f"p{number}", PASSWORD)


def typing(*passwords: str) -> Callable[[str], str]:
    left = list(passwords)
    return lambda prompt: left.pop(0)


def test_who_the_system_knows_needs_no_password(register: Register) -> None:
    set_up(register, "A. Amt", "B. Bau", own="A. Amt")
    assert proved(register, ["A. Amt"], system_user(), None) == {"A. Amt": v.KnownBy.SYSTEM_USER}


def test_a_second_person_types_their_own_password(register: Register) -> None:
    set_up(register, "A. Amt", "B. Bau", own="A. Amt")
    ways = proved(register, ["A. Amt", "B. Bau"], system_user(), typing("falsch", PASSWORD))
    assert ways == {"A. Amt": v.KnownBy.SYSTEM_USER, "B. Bau": v.KnownBy.PASSWORD}


@pytest.mark.parametrize(
    ("name", "passwords", "told"),
    [
        ("B. Bau", None, "ein Name, getippt; der Benutzer"),
        ("B. Bau", ("a", "b", "c"), "B. Bau als eigener Benutzer, mit dem eigenen Kennwort"),
        ("C. Chef", (), "C. Chef ist nicht eingerichtet"),
        ("D. Dorn", (PASSWORD,), "D. Dorn ist gesperrt"),
    ],
)
def test_a_typed_name_alone_is_refused(
    register: Register, name: str, passwords: tuple[str, ...] | None, told: str
) -> None:
    set_up(register, "A. Amt", "B. Bau", "D. Dorn", own="A. Amt")
    register.put("p2", disabled=True)
    with pytest.raises(PersonRefused, match=re.escape(told)):
        proved(register, [name], system_user(), None if passwords is None else typing(*passwords))


def test_a_disabled_person_is_nobody_to_the_system(register: Register) -> None:
    set_up(register, "A. Amt", own="A. Amt")
    register.put("p0", disabled=True)
    with pytest.raises(PersonRefused, match="gesperrt"):
        proved(register, ["A. Amt"], system_user(), None)


def test_the_environment_does_not_say_who_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = system_user()
    for name in ("USER", "LOGNAME", "SUDO_USER", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert system_user() == before


def test_a_command_names_what_to_do(
    register: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    set_up(register, "L. Beispiel")
    before = tree(book)
    assert main(["budget", str(book), "2025", "100,00", "--by", "L. Beispiel", "--today", "2024-03-01"]) == 3
    told = capsys.readouterr().err
    assert "gehört zu niemandem (`kkd user system` verbindet sie)" in told
    assert "oder im Arbeitsplatz (`kkd serve`)" in told
    assert tree(book) == before


def test_without_persons_typed_names_hold(register: Register, tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    assert main(["budget", str(book), "2025", "100,00", "--by", "L. Beispiel", "--today", "2024-03-01"]) == 0
    assert not register.folder.exists(), "nothing changes before somebody sets persons up"


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_command_with_persons_who_prove_themselves(
    name: str, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, folder = SCENARIOS[name], tmp_path / "books"
    folder.mkdir()
    scenario.build(folder)
    names = sorted(named(scenario.words)) or ["S. Muster"]
    set_up(register, *names)
    monkeypatch.setattr(proofs, "_terminal", lambda: lambda _: PASSWORD)
    monkeypatch.chdir(folder)
    before = {path: path.read_text("utf-8") for path in (folder / scenario.book).glob("2*/*.beancount")}
    assert main(list(scenario.words)) in ({0, 1, 3} if scenario.words[0] == "month" else {0, 1})
    for path in (folder / scenario.book).glob("2*/*.beancount"):
        new = path.read_text("utf-8").removeprefix(before.get(path, ""))
        assert {known for person, known in ACTS.findall(new) if person in named(scenario.words)} <= {
            "kennwort"
        }


@pytest.mark.parametrize("name", SCENARIOS)
def test_who_never_acts_gives_no_command_that_writes(
    name: str, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the user of the system, whether the command names them or nobody."""
    scenario, folder = SCENARIOS[name], tmp_path / "books"
    folder.mkdir()
    scenario.build(folder)
    settings = folder / scenario.book / "book.toml"
    text = re.sub(r"\n\[\[roles\]\]\n(?:[a-z]+ = .*\n)*", "", settings.read_text("utf-8"))
    set_up(register, "P. Prüfer", own="P. Prüfer")
    monkeypatch.chdir(folder)
    words = [
        "P. Prüfer" if before in PERSONS else word
        for before, word in zip(("", *scenario.words), scenario.words, strict=False)
    ]
    for role in [role for role in v.Role if not MAY[role]]:
        settings.write_text(
            f'{text}\n[[roles]]\nname = "P. Prüfer"\nrole = "{role}"\nfrom = 2020-01-01\n', "utf-8"
        )
        before = tree(folder)
        assert main(words) == 3, role
        assert tree(folder) == before


def test_the_arguments_that_name_persons_are_these() -> None:
    """Whatever argument says who does something is one of those that are proved."""
    from kkd_ledger.cli import _commands

    commands = _commands()
    assert isinstance(commands, Commands)
    who = {
        action.dest
        for parser in commands._commands.choices.values()
        for action in parser._actions
        if action.metavar == "NAME"
        and re.match(r"(?:mit --\w+ .*: )?(?:wer|die zweite Person)\b", action.help or "")
    }
    others = {
        (parser.prog, action.dest)
        for parser in commands._commands.choices.values()
        for action in parser._actions
        if action.dest in NAMING and action.metavar != "NAME"
    }
    assert others == set(), "such an argument names nothing else"
    beginning = {dest for dest in who if dest.startswith("answer_")}
    assert who - beginning == {*NAMING}


def test_the_roles_that_act_are_those_of_the_table() -> None:
    assert {role for role in MAY if MAY[role]} == v.ACTING_ROLES
    assert MAY.keys() == set(v.Role)
    assert set().union(*MAY.values()) == set(v.Deed), "every deed is somebody's"
