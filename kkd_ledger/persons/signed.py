"""Acts signed with a passkey (WebAuthn): the signature that stands with an act, and its verification without a server.

The challenge is the SHA-256 of the act. What the authenticator gave back stands in the act's metadata, the public key
as plain numbers in book.toml (`[[keys]]`), so whoever has the book can verify the signature years later
(docs/ledger-format.md, „Signed acts“).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.book.holders import SigningKey
from kkd_ledger.book.text import vocabulary as v

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PRESENT, _VERIFIED = 0x01, 0x04
_DATA_BYTES_MIN: Final = 37
PLAIN_KEY: Final = "Ed25519"
"""How the public key of a key for commands begins, in book.toml."""


_IN_LINKS: Final = ("schluessel", "authenticator", "client", "unterschrift")
_PERSON: Final = "person"


class Signature(NamedTuple):
    """What a passkey gave back over an act, each part as Base64 for addresses (RFC 4648, § 5) without padding."""

    credential: str
    authenticator: str
    client: str
    value: str

    @property
    def meta(self) -> dict[str, str]:
        """Return it as it stands in an act's metadata."""
        return {key: part for key, part in zip(v.SIGNATURE_KEYS, self, strict=True) if part}

    @classmethod
    def of(cls, meta: Mapping[str, object]) -> Signature | None:
        """Return the signature that an act's metadata hold; None for none, or for half of one."""
        parts = [str(meta.get(key, "")) for key in v.SIGNATURE_KEYS]
        signature = cls(*parts)
        return signature if signature.is_whole else None

    @property
    def is_whole(self) -> bool:
        """Whether no part is missing: that of a key for commands has none from a browser."""
        return bool(self.credential and self.value) and bool(self.authenticator) == bool(self.client)

    def in_link(self, person: str) -> dict[str, str]:
        """Return it as a link of the chain of closing proofs tells it, with whose it is."""
        return {_PERSON: person} | dict(zip(_IN_LINKS, self, strict=True))

    @classmethod
    def of_link(cls, said: object) -> tuple[str, Signature]:
        """Return whose signature a link tells, and the signature; raise ValueError where it tells none."""
        wanted = "eine Unterschrift nennt person, schluessel, authenticator, client, unterschrift"
        if not isinstance(said, dict) or said.keys() != {_PERSON, *_IN_LINKS}:
            raise ValueError(wanted)
        if not all(type(part) is str for part in said.values()):
            raise ValueError(wanted)
        signature = cls(*(said[key] for key in _IN_LINKS))
        if not signature.is_whole or not said[_PERSON]:
            raise ValueError(wanted)
        return said[_PERSON], signature


def flaw(signature: Signature, sha256: str, person: str, day: dt.date, keys: Sequence[SigningKey]) -> str:
    """Return in German why a signature does not prove that a person signed an act of a day; empty where it does."""
    own = [key for key in keys if key.person == person and key.id == signature.credential]
    key = next((key for key in own if key.begins <= day <= (key.ends or day)), None)
    if key is None:
        which = f"der Schlüssel {signature.credential[:12]}…"
        return f"{which} gehört am {german.day(day)} nicht {person} (book.toml, keys)"
    data, client, value = (decoded(part) for part in signature[1:])
    if key.is_for_commands:
        is_bare = not signature.authenticator and not signature.client
        fits = is_bare and _fits(key.key, value, signed_content(sha256))
        return "" if fits else "die Unterschrift passt nicht zu diesem Schlüssel, oder es war ein anderer Akt"
    if (wrong := _wrong_client(client, sha256, key)) or (wrong := _wrong_data(data, key)):
        return wrong
    if not _fits(key.key, value, data + hashlib.sha256(client).digest()):
        return "die Unterschrift passt nicht zu diesem Schlüssel"
    return ""


def signed_content(act_sha256: str) -> bytes:
    """Return what a key for commands signs of an act."""
    return f"kkd-akt-unterschrift/1\n{act_sha256}".encode()


def _wrong_client(client: bytes, sha256: str, key: SigningKey) -> str:
    try:
        said = json.loads(client)
    except ValueError:
        said = None
    if not isinstance(said, dict) or said.get("type") != "webauthn.get":
        return "was der Browser unterschreiben ließ, ist keine Anmeldung mit Passkey"
    if said.get("challenge") != encoded(bytes.fromhex(sha256)):
        return "unterschrieben wurde ein anderer Akt"
    if said.get("origin") != key.origin or said.get("crossOrigin", False) is not False:
        return f"unterschrieben wurde auf einer anderen Seite als {key.origin}"
    return ""


def _wrong_data(data: bytes, key: SigningKey) -> str:
    if len(data) < _DATA_BYTES_MIN or data[:32] != hashlib.sha256((key.rp_id or "").encode()).digest():
        return f"unterschrieben wurde für einen anderen Namen als {key.rp_id}"
    if not (data[32] & _PRESENT and data[32] & _VERIFIED):
        return "der Passkey hat nicht geprüft, wer ihn benutzt (PIN oder Fingerabdruck)"
    return ""


def _fits(key: str, value: bytes, content: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

    method, *numbers = key.split(":")
    try:
        if method == "ES256":
            _elliptic(numbers).verify(value, content, ec.ECDSA(hashes.SHA256()))
        elif method == "RS256":
            _rsa(numbers).verify(value, content, padding.PKCS1v15(), hashes.SHA256())
        else:
            ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(numbers[0])).verify(value, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _elliptic(numbers: Sequence[str]) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    x, y = (int(number, 16) for number in numbers)
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _rsa(numbers: Sequence[str]) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    modulus, exponent = (int(number, 16) for number in numbers)
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def encoded(content: bytes) -> str:
    """Return bytes as Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of such a text; none where it is not exactly one."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if encoded(content) == text else b""
