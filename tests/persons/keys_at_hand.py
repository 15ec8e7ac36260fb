"""Keys that answer as authenticators do, without a browser: three kinds, each part of an answer may be another one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from kkd_ledger.persons.signed import encoded

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


def signer_of(passkeys: Mapping[str, Passkey]) -> Callable[[str, str], tuple[str, ...]]:
    """Return what signs for persons, each with their own key; nobody else signs."""
    return lambda person, sha256: passkeys[person].over(sha256) if person in passkeys else ()
