"""Signed acts without a browser: three kinds of keys, verified from the book alone; whatever is changed is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import EntryRefused
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.persons.signed import decoded, encoded
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import appropriate
from tests.persons.keys_at_hand import PERSON, Passkey, Signer, edwards, elliptic, rivest, signer_of
from tests.samples import replace_once, sample_books

TODAY = dt.date(2024, 3, 1)


def opened(folder: Path, table: str) -> Book:
    book = sample_books(folder) / "biedenkopf"
    settings = book / "book.toml"
    settings.write_text(settings.read_text("utf-8") + table, "utf-8")
    return load_book(book)


def entered(book: Book, passkey: Passkey | None) -> Path:
    """Enter an appropriation as a browser does, signed where there is a key."""
    acted = book.acted_by({PERSON: v.KnownBy.PASSKEY}, signer_of({PERSON: passkey} if passkey else {}))
    outcome = appropriate(acted, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=TODAY, by=PERSON)
    [month] = outcome.added
    return book.root / f"{month.stem}.beancount"


def flaws(book: Book) -> list[str]:
    findings = check(load_book(book.root), full=True, today=TODAY)
    return [finding.text for finding in findings if finding.kind.code == "KKD-Z10"]


@pytest.mark.parametrize("kind", [elliptic, edwards, rivest])
def test_a_signed_act_is_verified_from_the_book_alone(
    kind: Callable[[], tuple[str, Signer]], tmp_path: Path
) -> None:
    passkey = Passkey(kind)
    book = opened(tmp_path, passkey.table())
    text = entered(book, passkey).read_text("utf-8")
    assert text.count("akt-unterschrift: ") == 1
    assert flaws(book) == []


WRONG: dict[str, tuple[Callable[[Passkey], object], str]] = {
    "another site": (lambda passkey: setattr(passkey, "site", "evil.example"), "für einen anderen Namen als"),
    "nobody was asked": (lambda passkey: setattr(passkey, "flags", 0x01), "nicht geprüft, wer ihn benutzt"),
    "nobody was there": (lambda passkey: setattr(passkey, "flags", 0x04), "nicht geprüft, wer ihn benutzt"),
    "another page": (
        lambda passkey: passkey.client.update(origin="https://evil.example"),
        "auf einer anderen Seite",
    ),
    "in a frame": (lambda passkey: passkey.client.update(crossOrigin=True), "auf einer anderen Seite"),
    "an enrolment": (
        lambda passkey: passkey.client.update(type="webauthn.create"),
        "keine Anmeldung mit Passkey",
    ),
    "another act": (lambda passkey: passkey.client.update(challenge=encoded(bytes(32))), "ein anderer Akt"),
    "another key": (
        lambda passkey: setattr(passkey, "sign", elliptic()[1]),
        "passt nicht zu diesem Schlüssel",
    ),
    "no signature": (
        lambda passkey: setattr(passkey, "sign", lambda _: b"x"),
        "passt nicht zu diesem Schlüssel",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_proves_nothing_is_not_written(name: str, tmp_path: Path) -> None:
    change, told = WRONG[name]
    passkey = Passkey()
    book = opened(tmp_path, passkey.table())
    change(passkey)
    before = {path: path.read_bytes() for path in book.root.rglob("*.beancount")}
    with pytest.raises(EntryRefused, match=re.escape(told)):
        entered(book, passkey)
    assert {path: path.read_bytes() for path in book.root.rglob("*.beancount")} == before


@pytest.mark.parametrize(
    "days", [{"begins": "2024-03-02"}, {"ends": "2024-02-29"}, {"person": "S. Muster"}], ids=str
)
def test_a_key_is_good_for_its_person_in_its_days(days: dict[str, str], tmp_path: Path) -> None:
    passkey = Passkey()
    with pytest.raises(EntryRefused, match=r"gehört am 01\.03\.2024 nicht L\. Beispiel"):
        entered(opened(tmp_path, passkey.table(**days)), passkey)


def test_a_key_that_ended_later_still_proves_what_it_signed(tmp_path: Path) -> None:
    passkey = Passkey()
    book = opened(tmp_path, passkey.table())
    entered(book, passkey)
    settings = book.root / "book.toml"
    settings.write_text(settings.read_text("utf-8") + "to = 2024-03-01\n", "utf-8")
    assert flaws(book) == []


@pytest.mark.parametrize("key", v.SIGNATURE_KEYS)
def test_each_part_of_a_signature_that_is_changed_or_gone_is_told(key: str, tmp_path: Path) -> None:
    passkey = Passkey()
    book = opened(tmp_path, passkey.table())
    file = entered(book, passkey)
    text = file.read_text("utf-8")
    [part] = re.findall(rf'  {key}: "([^"]+)"', text)
    other = "B" if part[5] == "A" else "A"
    file.write_text(text.replace(part, part[:5] + other + part[6:]), "utf-8")
    assert any("Unterschrift von L. Beispiel" in flaw for flaw in flaws(book))
    file.write_text(text.replace(f'  {key}: "{part}"\n', ""), "utf-8")
    assert any("sie ist unvollständig" in flaw for flaw in flaws(book))


def test_a_signature_cannot_be_moved_to_another_act(tmp_path: Path) -> None:
    passkey = Passkey()
    book = opened(tmp_path, passkey.table())
    file = entered(book, passkey)
    replace_once(file, "100.00 EUR", "900.00 EUR")
    assert any("nicht die, über die gehandelt wurde" in flaw for flaw in flaws(book))


def test_a_policy_may_ask_for_a_signature(tmp_path: Path) -> None:
    passkey = Passkey()
    book = opened(tmp_path, passkey.table())
    replace_once(book.config_file, "[policy]", '[policy]\nsigned = ["veranlassung"]')
    book = load_book(book.root)
    with pytest.raises(PersonRefused, match="„veranlassung“ ohne Unterschrift"):
        entered(book, None)
    with pytest.raises(PersonRefused, match="mit Passkey im Arbeitsplatz"):
        appropriate(book, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=TODAY, by=PERSON)
    assert entered(book, passkey).read_text("utf-8").count("akt-unterschrift: ") == 1


@pytest.mark.parametrize("text", ["", "A", "AA==", "A+A", "ä", "AAB", "\n"])
def test_only_one_spelling_of_base64_is_read(text: str) -> None:
    assert decoded(text) == b""
    assert decoded(encoded(b"\xff\xfe")) == b"\xff\xfe"
