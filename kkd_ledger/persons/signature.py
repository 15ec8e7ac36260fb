"""Who sent it: signatures between parties that share no system (Ed25519, RFC 8032).

A party makes a key once and keeps it to itself; the other side gets the public part on a way that it trusts, compares
the fingerprint by telephone, and enters it in contacts.toml. This proves the sender among parties who know each other;
it is no qualified signature (eIDAS, Art. 25).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from kkd_ledger.errors import InputRefused, Problem, cause_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

METHOD: Final = "ed25519"
_KEY_BYTES: Final = 32
_NOT_HERE: Final = ("book.toml", "agreement.toml")


class KeyRefused(InputRefused):
    """A key for signing cannot be used, or not be laid where it should lie."""

    subject: ClassVar[str] = "Signaturschlüssel abgelehnt"


@dataclass(frozen=True)
class Key:
    """A party's own key: it signs, and its public part is what the other side enters."""

    _private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public part as it stands in contacts.toml: `ed25519:` and 32 bytes in Base64."""
        raw = self._private.public_key().public_bytes_raw()
        return f"{METHOD}:{base64.b64encode(raw).decode()}"

    def sign(self, content: bytes) -> dict[str, str]:
        """Return the signature over a content, with the public key that checks it."""
        return {"schluessel": self.public, "wert": base64.b64encode(self._private.sign(content)).decode()}


def is_public_key(text: object) -> bool:
    """Whether a text is a public key as `Key.public` writes it."""
    method, _, encoded = text.partition(":") if isinstance(text, str) else ("", "", "")
    return method == METHOD and len(_decoded(encoded)) == _KEY_BYTES


def _decoded(text: object) -> bytes:
    """Return the bytes of a Base64 text; none where it is not exactly one (another spelling is another text)."""
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def fingerprint(public: str) -> str:
    """Return a public key's fingerprint for comparing by telephone: 64 bits of its SHA-256, in groups of four.

    >>> fingerprint("ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    '6668-7aad-f862-bd77'
    """
    digest = hashlib.sha256(_decoded(public.partition(":")[2])).hexdigest()[:16]
    return "-".join(digest[place : place + 4] for place in range(0, 16, 4))


def new_key(file: Path, passphrase: str = "") -> Key:
    """Make a key and lay it in a file that only its owner may read; raise KeyRefused where it must not lie there."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    refused_places = [folder / name for folder in file.resolve().parents for name in _NOT_HERE]
    if any(path.exists() for path in refused_places):
        actual = "der Ordner eines Buchs oder einer Vereinbarung: er geht in Sicherungen und an Prüfende"
        raise _refused(file, actual, "ein Ordner, den nur die unterschreibende Stelle liest")
    private = Ed25519PrivateKey.generate()
    lock = form.BestAvailableEncryption(passphrase.encode()) if passphrase else form.NoEncryption()
    content = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
    except FileExistsError:
        raise _refused(file, "die Datei besteht schon", "ein neuer Name") from None
    except OSError as error:
        raise _refused(file, cause_of(error), "eine Datei in einem Ordner, den es gibt") from None
    return Key(private)


def load_key(file: Path, passphrase: str = "") -> Key:
    """Read a party's own key; raise KeyRefused where it is none, or the passphrase does not open it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    allowed = "ein Schlüssel von `kkd key`"
    try:
        content = file.read_bytes()
        locked = b"ENCRYPTED" in content.partition(b"\n")[0]
        if locked and not passphrase:
            raise _refused(file, "ein Schlüssel mit Kennwort", "das Kennwort dazu (KKD_KEY_PASSPHRASE)")
        private = load_pem_private_key(content, passphrase.encode() if locked else None)
    except OSError as error:
        raise _refused(file, cause_of(error), allowed) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        actual = "kein lesbarer Schlüssel, oder das Kennwort stimmt nicht"
        raise _refused(file, actual, allowed) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise _refused(file, "ein Schlüssel anderer Art", f"{allowed} (Ed25519)")
    return Key(private)


def _refused(file: Path, actual: str, allowed: str) -> KeyRefused:
    return KeyRefused([Problem(str(file), "", actual, allowed)])


def signed_by(content: bytes, signature: Any, public_keys: Sequence[str]) -> str:
    """Return the public key, one of those known, that signed a content; raise ValueError with the reason else."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    stated = signature if isinstance(signature, dict) else {}
    public = str(stated.get("schluessel"))
    if not is_public_key(public):
        raise ValueError("die Angaben zur Signatur sind nicht lesbar")
    if public not in public_keys:
        fingerprints = ", ".join(map(fingerprint, public_keys))
        raise ValueError(f"signiert mit dem Schlüssel {fingerprint(public)}, hinterlegt ist {fingerprints}")
    try:
        raw = _decoded(public.partition(":")[2])
        Ed25519PublicKey.from_public_bytes(raw).verify(_decoded(stated.get("wert")), content)
    except (InvalidSignature, ValueError):
        text = "die Signatur passt nicht: der Inhalt wurde nach dem Unterschreiben verändert"
        raise ValueError(text) from None
    return public
