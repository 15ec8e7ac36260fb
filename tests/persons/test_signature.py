"""Who sent a statement of balances: wrong, missing and changed signatures are refused, each with its reason."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kkd_ledger.cli import main
from kkd_ledger.persons.signature import KeyRefused, fingerprint, is_public_key, load_key, new_key, signed_by
from tests.samples import LEDGERS


@pytest.fixture
def sides(tmp_path: Path) -> Path:
    """Return a folder with both sides' books, each side's key, and the keys entered in contacts.toml."""
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    (tmp_path / "keys").mkdir()
    for party in ("landkreis", "biedenkopf"):
        enter(tmp_path, party, new_key(tmp_path / f"keys/{party}.pem").public)
    return tmp_path


def enter(sides: Path, party: str, public: str) -> None:
    contacts = sides / "kkd/contacts.toml"
    head = f"[parties.{party}]\n"
    text = contacts.read_text(encoding="utf-8")
    contacts.write_text(text.replace(head, f'{head}public_keys = ["{public}"]\n'), encoding="utf-8")


def export(sides: Path, party: str, *more: str) -> Path:
    file = sides / f"{party}.json"
    assert main(["reconcile", str(sides / party), "--export", str(file), *more]) == 0
    return file


def signed(sides: Path, party: str = "biedenkopf") -> Path:
    return export(sides, party, "--key", str(sides / f"keys/{party}.pem"))


def test_a_signed_statement_is_taken(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = signed(sides)
    print_ = fingerprint(load_key(sides / "keys/biedenkopf.pem").public)
    assert f"→ {file}, unterschrieben mit {print_}" in capsys.readouterr().out
    assert main(["reconcile", str(sides / "landkreis"), str(file)]) == 0
    assert f"Signatur geprüft: biedenkopf, Schlüssel {print_}" in capsys.readouterr().out
    assert main(["reconcile", str(sides / "landkreis"), str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["signed_with"] == print_
    county = export(sides, "landkreis", "--member", "biedenkopf", "--key", str(sides / "keys/landkreis.pem"))
    assert main(["reconcile", str(sides / "biedenkopf"), str(county)]) == 0


def test_another_line_break_is_no_change(sides: Path) -> None:
    file = signed(sides)
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))), encoding="utf-8")
    assert main(["reconcile", str(sides / "landkreis"), str(file)]) == 0


def refusal(sides: Path, file: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert main(["reconcile", str(sides / "landkreis"), str(file), *more]) == 3
    told = capsys.readouterr()
    assert not told.out
    return told.err


def test_without_signature_only_by_the_option_and_told(
    sides: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = export(sides, "biedenkopf")
    assert f"→ {file}, ohne Signatur (--key unterschreibt sie)" in capsys.readouterr().out
    assert refusal(sides, file, capsys) == (
        "kkd: Saldenbestätigung abgelehnt:\n"
        "  biedenkopf.json: signatur: gefunden: ohne Signatur: wer die Datei geschickt hat, ist nicht bewiesen; "
        "erlaubt: eine signierte Saldenbestätigung, oder --unsigned\n"
    )
    assert main(["reconcile", str(sides / "landkreis"), str(file), "--unsigned"]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == (
        "ACHTUNG: ohne geprüfte Signatur genommen (--unsigned); "
        "wer die Datei geschickt hat, ist nicht bewiesen."
    )
    assert main(["reconcile", str(sides / "landkreis"), str(file), "--unsigned", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["signed_with"] == ""


def test_a_key_that_nobody_entered(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = signed(sides)
    shutil.copy(LEDGERS / "kkd/contacts.toml", sides / "kkd/contacts.toml")
    assert (
        "signiert, aber für biedenkopf ist kein Schlüssel hinterlegt; erlaubt: public_keys unter "
        in refusal(sides, file, capsys)
    )
    assert main(["reconcile", str(sides / "landkreis"), str(file), "--unsigned"]) == 0


@pytest.mark.parametrize("more", [(), ("--unsigned",)])
def test_a_foreign_key_and_a_changed_content_are_always_refused(
    sides: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    file = signed(sides)
    content = json.loads(file.read_text(encoding="utf-8"))
    foreign = new_key(sides / "keys/fremd.pem")
    told = load_key(sides / "keys/biedenkopf.pem").public
    unsigned = {key: value for key, value in content.items() if key != "signatur"}
    canonical = json.dumps(unsigned, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    file.write_text(json.dumps(unsigned | {"signatur": foreign.sign(canonical)}), encoding="utf-8")
    assert (
        f"signiert mit dem Schlüssel {fingerprint(foreign.public)}, hinterlegt ist {fingerprint(told)}"
        in refusal(sides, file, capsys, *more)
    )
    county = export(sides, "landkreis", "--member", "biedenkopf")
    other = json.loads(county.read_text(encoding="utf-8")) | {"seite": "biedenkopf"}
    other["sha256"] = content["sha256"]
    county.write_text(json.dumps(other | {"signatur": content["signatur"]}), encoding="utf-8")
    assert "Prüfsumme passt nicht" in refusal(sides, county, capsys, *more)
    forged = json.loads(export(sides, "biedenkopf", "--as-of", "2023-12-31").read_text(encoding="utf-8"))
    signed(sides)
    (sides / "forged.json").write_text(
        json.dumps(forged | {"signatur": content["signatur"]}), encoding="utf-8"
    )
    assert "nach dem Unterschreiben verändert" in refusal(sides, sides / "forged.json", capsys, *more)
    content["signatur"]["wert"] = foreign.sign(b"x")["wert"]
    file.write_text(json.dumps(content), encoding="utf-8")
    assert "die Signatur passt nicht: der Inhalt wurde nach dem Unterschreiben verändert" in refusal(
        sides, file, capsys, *more
    )
    for broken in ("x", {}, {"schluessel": told}, {"schluessel": told, "wert": "?"}, 1):
        file.write_text(json.dumps(content | {"signatur": broken}), encoding="utf-8")
        assert "signatur: gefunden: die " in refusal(sides, file, capsys, *more)


def test_a_side_does_not_sign_with_anothers_key(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--export", str(sides / "x.json"), "--key", str(sides / "keys/landkreis.pem")]
    assert main(["reconcile", str(sides / "biedenkopf"), *words]) == 2
    assert "keiner der Schlüssel von biedenkopf in contacts.toml" in capsys.readouterr().err
    assert not (sides / "x.json").exists()
    assert main(["reconcile", str(sides / "biedenkopf"), "--key", "x"]) == 2
    assert "die fehlt" in capsys.readouterr().err


def test_a_key_is_made_once_and_only_its_owner_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "schluessel.pem"
    assert main(["key", str(file), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert file.stat().st_mode & 0o777 == 0o600
    content = file.read_bytes()
    assert main(["key", str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (made["made"], again["made"]) == (True, False)
    assert made["public_key"] == again["public_key"]
    assert is_public_key(made["public_key"])
    assert file.read_bytes() == content
    assert main(["key", str(file)]) == 0
    assert f'public_keys = ["{made["public_key"]}"]' in capsys.readouterr().out


def test_a_passphrase_locks_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "schluessel.pem"
    monkeypatch.setenv("KKD_KEY_PASSPHRASE", "Zauberwort")
    assert main(["key", str(file)]) == 0
    assert main(["key", str(file)]) == 0
    assert b"ENCRYPTED" in file.read_bytes()
    monkeypatch.setenv("KKD_KEY_PASSPHRASE", "falsch")
    assert main(["key", str(file)]) == 3
    monkeypatch.delenv("KKD_KEY_PASSPHRASE")
    assert main(["key", str(file)]) == 3
    said = capsys.readouterr().err
    assert "das Kennwort stimmt nicht" in said
    assert "ein Schlüssel mit Kennwort; erlaubt: das Kennwort dazu (KKD_KEY_PASSPHRASE)" in said


def test_where_a_key_must_not_lie_and_what_is_none(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("landkreis", "kkd", "landkreis/inbox"):
        assert main(["key", str(sides / folder / "schluessel.pem")]) == 3
        assert not (sides / folder / "schluessel.pem").exists()
    assert "der Ordner eines Buchs oder einer Vereinbarung" in capsys.readouterr().err
    assert main(["key", str(sides / "gibt/es/nicht.pem")]) == 3
    assert "nicht vorhanden" in capsys.readouterr().err
    with pytest.raises(KeyRefused, match="die Datei besteht schon"):
        new_key(sides / "keys/landkreis.pem")
    for content in (b"", b"x", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        (sides / "x.pem").write_bytes(content)
        assert main(["key", str(sides / "x.pem")]) == 3
        assert "kein lesbarer Schlüssel" in capsys.readouterr().err


@pytest.mark.parametrize("key", ['"x"', "[1]", '["ed25519:AAAA"]', '["rsa:AAAA"]', "true"])
def test_contacts_name_real_keys(sides: Path, capsys: pytest.CaptureFixture[str], key: str) -> None:
    contacts = sides / "kkd/contacts.toml"
    shutil.copy(LEDGERS / "kkd/contacts.toml", contacts)
    text = contacts.read_text(encoding="utf-8")
    contacts.write_text(
        text.replace("[parties.wetter]\n", f"[parties.wetter]\npublic_keys = {key}\n"), encoding="utf-8"
    )
    assert main(["reconcile", str(sides / "landkreis"), str(contacts)]) == 3
    assert "parties.wetter.public_keys" in capsys.readouterr().err


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), place=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_no_changed_byte_keeps_its_signature(tmp_path: Path, content: bytes, place: int, flip: int) -> None:
    file = tmp_path / "schluessel.pem"
    key = load_key(file) if file.exists() else new_key(file)
    signature = key.sign(content)
    assert signed_by(content, signature, [key.public]) == key.public
    with pytest.raises(ValueError, match="verändert"):
        signed_by(content + b"!", signature, [key.public])
    if content:
        changed = bytearray(content)
        changed[place % len(content)] ^= flip
        with pytest.raises(ValueError, match="verändert"):
            signed_by(bytes(changed), signature, [key.public])
