"""Signed acts without a browser: three kinds of keys, verified from the book alone; whatever is changed is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import EntryRefused
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.persons.signed import decoded, encoded
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import appropriate
from tests.samples import replace_once, sample_books

TODAY = dt.date(2024, 3, 1)
PERSON, ID, SITE, ORIGIN = (
    "L. Beispiel",
    encoded(b"credential-number-1"),
    "kkd.example.org",
    "https://kkd.example.org",
)
Signer = Callable[[bytes], bytes]


def elliptic() -> tuple[str, Signer]:
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    return f"ES256:{numbers.x:064x}:{numbers.y:064x}", lambda content: key.sign(
        content, ec.ECDSA(hashes.SHA256())
    )


def edwards() -> tuple[str, Signer]:
    key = ed25519.Ed25519PrivateKey.generate()
    return f"EdDSA:{key.public_key().public_bytes_raw().hex()}", key.sign


def rivest() -> tuple[str, Signer]:
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    public = f"RS256:{numbers.n:0512x}:{numbers.e:06x}"
    return public, lambda content: key.sign(content, padding.PKCS1v15(), hashes.SHA256())


class Passkey:
    """Answers like an authenticator; each part may be another one."""

    def __init__(self, kind: Callable[[], tuple[str, Signer]] = elliptic) -> None:
        self.key, self.sign = kind()
        self.site, self.flags, self.client = (
            SITE,
            0x05,
            {"type": "webauthn.get", "origin": ORIGIN, "crossOrigin": False},
        )

    def over(self, sha256: str) -> tuple[str, str, str, str]:
        client = json.dumps({"challenge": encoded(bytes.fromhex(sha256))} | self.client).encode()
        data = hashlib.sha256(self.site.encode()).digest() + bytes([self.flags]) + bytes(4)
        value = self.sign(data + hashlib.sha256(client).digest())
        return ID, encoded(data), encoded(client), encoded(value)

    def table(self, *, person: str = PERSON, begins: str = "2024-01-01", ends: str = "") -> str:
        end = f"to = {ends}\n" if ends else ""
        return (
            f'\n[[keys]]\nperson = "{person}"\nid = "{ID}"\nkey = "{self.key}"\nrp_id = "{SITE}"\n'
            f'origin = "{ORIGIN}"\nfrom = {begins}\n{end}'
        )


def opened(folder: Path, table: str) -> Book:
    book = sample_books(folder) / "biedenkopf"
    settings = book / "book.toml"
    settings.write_text(settings.read_text("utf-8") + table, "utf-8")
    return load_book(book)


def entered(book: Book, passkey: Passkey | None) -> Path:
    """Enter an appropriation as a browser does: a preview names the act's hash, then it is written, signed."""
    known = {PERSON: v.KnownBy.PASSKEY}

    def enter(opened_book: Book, *, dry_run: bool) -> tuple[Path, str]:
        outcome = appropriate(
            opened_book, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=TODAY, by=PERSON, dry_run=dry_run
        )
        [added] = outcome.added.items()
        return book.root / f"{added[0].stem}.beancount", added[1]

    _, preview = enter(book.acted_by(known), dry_run=True)
    [sha256] = re.findall(r'akt-sha256: "([0-9a-f]{64})"', preview)
    return enter(book.acted_by(known, {sha256: passkey.over(sha256)} if passkey else {}), dry_run=False)[0]


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
    with pytest.raises(PersonRefused, match="mit Passkey anmelden"):
        appropriate(book, 2025, 100_00, v.AppropriationKind.ORIGINAL, today=TODAY, by=PERSON)
    assert entered(book, passkey).read_text("utf-8").count("akt-unterschrift: ") == 1


@pytest.mark.parametrize("text", ["", "A", "AA==", "A+A", "ä", "AAB", "\n"])
def test_only_one_spelling_of_base64_is_read(text: str) -> None:
    assert decoded(text) == b""
    assert decoded(encoded(b"\xff\xfe")) == b"\xff\xfe"
