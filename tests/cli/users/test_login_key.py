"""A user of the operating system signs their commands with a key of their own; the book alone verifies it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.cli.users.proofs import system_user
from kkd_ledger.persons.register import Register
from kkd_ledger.rules.engine.check import check
from kkd_ledger.web.access.passwords import Passwords
from tests.samples import replace_once, sample_books, tree

ENTER = ("2025", "100,00", "--by", "L. Beispiel", "--today", "2024-03-01")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town's book; this process's user is L. Beispiel, and has no key yet."""
    monkeypatch.setenv("KKD_PERSONS", str(tmp_path / "anlage"))
    monkeypatch.setenv("KKD_LOGIN_KEY", str(tmp_path / "eigenes" / "anmeldung.key"))
    register = Register(tmp_path / "anlage")
    register.add("beispiel", "L. Beispiel", system_user())
    register.add("muster", "S. Muster")
    Passwords(register, PasswordHasher(1, 8, 1)).put("muster", "drei blaue Dächer")
    return sample_books(tmp_path / "books") / "biedenkopf"


def made(capsys: pytest.CaptureFixture[str]) -> str:
    """Make a key, and return its table for book.toml, good since the year's begin."""
    capsys.readouterr()
    assert main(["user", "key", "beispiel", "--new"]) == 0
    return re.sub(r"from = .*", "from = 2024-01-01", capsys.readouterr().out)


def deposited(book: Path, table: str) -> None:
    settings = book / "book.toml"
    settings.write_text(f"{settings.read_text('utf-8')}\n{table}", "utf-8")


def text_of(book: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(book.glob("2*/*.beancount")))


def flaws(book: Path) -> list[str]:
    findings = check(load_book(book), full=True)
    return [finding.text for finding in findings if finding.kind.code == "KKD-Z10"]


def test_a_command_is_signed_and_the_book_alone_verifies_it(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deposited(office, made(capsys))
    assert (tmp_path / "eigenes" / "anmeldung.key").stat().st_mode & 0o777 == 0o600
    assert main(["budget", str(office), *ENTER]) == 0
    text = text_of(office)
    assert text.count("akt-unterschrift: ") == 1
    assert "akt-client" not in text
    assert 'akt-bekannt: "betriebssystem"' in text
    (tmp_path / "eigenes" / "anmeldung.key").unlink()
    assert flaws(office) == []


def test_without_a_key_the_act_says_only_how_the_person_was_known(office: Path) -> None:
    assert main(["budget", str(office), *ENTER]) == 0
    assert "akt-unterschrift" not in text_of(office)


def test_a_policy_asks_for_the_signature_of_a_command(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_once(office / "book.toml", "[policy]", '[policy]\nsigned = ["veranlassung"]')
    before = tree(office)
    assert main(["budget", str(office), *ENTER]) == 3
    assert "`kkd user key NAME --new`" in capsys.readouterr().err
    assert tree(office) == before
    deposited(office, made(capsys))
    assert main(["budget", str(office), *ENTER]) == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r'(akt-unterschrift: ")(.{3}).', r"\g<1>\g<2>_"),
        (r'  akt-unterschrift: "[^"]+"\n', ""),
        (r'(akt-unterschrift: "[^"]+")', r'\g<1>\n  akt-client: "AAAA"\n  akt-authenticator: "AAAA"'),
        (r"100\.00 EUR", "900.00 EUR"),
    ],
)
def test_whatever_is_changed_is_told(
    office: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    deposited(office, made(capsys))
    assert main(["budget", str(office), *ENTER]) == 0
    [month] = [
        path for path in office.glob("2*/*.beancount") if "akt-unterschrift" in path.read_text("utf-8")
    ]
    text, count = re.subn(old, new, month.read_text("utf-8"))
    assert count
    month.write_text(text, "utf-8")
    assert flaws(office)


def test_a_key_of_somebody_else_signs_nothing(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deposited(office, made(capsys))
    (tmp_path / "eigenes" / "anmeldung.key").unlink()
    made(capsys)
    assert main(["budget", str(office), *ENTER]) == 0
    assert "akt-unterschrift" not in text_of(office)


def test_a_key_is_made_by_its_own_user_and_never_over_another(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "key", "muster", "--new"]) == 2
    assert "macht sich jede Person selbst" in capsys.readouterr().err
    made(capsys)
    assert main(["user", "key", "beispiel", "--new"]) == 3


def test_a_locked_key_wants_its_passphrase(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KKD_KEY_PASSPHRASE", "ein Satz")
    deposited(office, made(capsys))
    before = tree(office)
    monkeypatch.setenv("KKD_KEY_PASSPHRASE", "ein anderer")
    assert main(["budget", str(office), *ENTER]) == 3
    assert tree(office) == before
    monkeypatch.setenv("KKD_KEY_PASSPHRASE", "ein Satz")
    assert main(["budget", str(office), *ENTER]) == 0
    assert "akt-unterschrift" in text_of(office)


@pytest.mark.parametrize(
    "site", ['rp_id = "localhost"\n', 'rp_id = "localhost"\norigin = "http://localhost"\n']
)
def test_a_key_for_commands_is_of_no_site(
    office: Path, capsys: pytest.CaptureFixture[str], site: str
) -> None:
    deposited(office, made(capsys).replace("from =", f"{site}from ="))
    assert main(["check", str(office)]) == 3
    assert "nicht bei Ed25519" in capsys.readouterr().err
