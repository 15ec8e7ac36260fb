"""Passkeys (WebAuthn): enrolled by one person, confirmed by another, then good for logging in and for signing acts."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import decode_credential_public_key
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import (
    DecodedEC2PublicKey,
    DecodedOKPPublicKey,
    DecodedRSAPublicKey,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kkd_ledger.errors import NotAllowed
from kkd_ledger.persons.register import Passkey, Register, RegisteredPerson
from kkd_ledger.persons.signed import decoded, encoded

NAME: Final = "Kostenbeteiligungen"
CHALLENGE_S_MAX: Final = 5 * 60
KEYS_MAX: Final = 10
_BYTES: Final = 32
_METHODS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_CURVE_P256: Final = 1


class KeySite(NamedTuple):
    """Where keys are used: the name (rpId) and the origin, as the browser knows them."""

    rp_id: str
    origin: str

    @property
    def takes_keys(self) -> bool:
        """Whether passkeys work under this name: they know names, no IP addresses."""
        return not self.rp_id.replace(".", "").isdigit() and ":" not in self.rp_id


@dataclass
class Passkeys:
    """The passkeys of an installation's persons. `seconds` is a clock that never jumps, `today` the day."""

    register: Register
    seconds: Callable[[], int]
    today: Callable[[], dt.date]
    _challenges: dict[bytes, tuple[str, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def offer_to_enrol(self, person: RegisteredPerson, site: KeySite) -> str:
        """Return what a browser needs to make a key (JSON)."""
        options = generate_registration_options(
            rp_id=site.rp_id,
            rp_name=NAME,
            user_name=person.login,
            user_id=person.login.encode(),
            user_display_name=person.name,
            challenge=self._challenge(person.login),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(decoded(key.id)) for key in person.passkeys],
            supported_pub_key_algs=_METHODS,
        )
        return options_to_json(options)

    def enrol(
        self, person: RegisteredPerson, site: KeySite, credential: Mapping[str, object], label: str
    ) -> None:
        """Keep a new key, for another person to confirm; raise NotAllowed for what is none."""
        try:
            made = verify_registration_response(
                credential=dict(credential),
                expected_challenge=self._taken(credential, person.login),
                expected_rp_id=site.rp_id,
                expected_origin=site.origin,
                require_user_verification=True,
                supported_pub_key_algs=_METHODS,
            )
        except WebAuthnException as error:
            raise _refused(error) from None
        key = Passkey(
            id=encoded(made.credential_id),
            public_key=encoded(made.credential_public_key),
            sign_count=made.sign_count,
            rp_id=site.rp_id,
            origin=site.origin,
            label=label[:60] or "Passkey",
        )
        if any(key.id == own.id for each in self.register.persons.values() for own in each.passkeys):
            raise NotAllowed("ein Passkey, den es hier schon gibt", "ein neuer")
        if len(person.passkeys) >= KEYS_MAX:
            raise NotAllowed(f"{len(person.passkeys)} Passkeys", f"höchstens {KEYS_MAX}; entfernen Sie einen")
        self.register.put(person.login, passkeys=(*person.passkeys, key))

    def confirm(self, login: str, key_id: str, by: RegisteredPerson) -> None:
        """Let a second person confirm that a key is that of the person who enrolled it; raise NotAllowed."""
        person = self.register.person(login)
        if person is None or by.login == login:
            raise NotAllowed("wer bestätigt", "eine andere Person als die, der der Passkey gehört")
        if not any(key.id == key_id and not key.confirmed_by for key in person.passkeys):
            raise NotAllowed("ein Passkey, der nicht (mehr) wartet", "einer, der auf Bestätigung wartet")
        changes = {"confirmed_by": by.login, "begins": self.today().isoformat()}
        keys = (key.model_copy(update=changes) if key.id == key_id else key for key in person.passkeys)
        self.register.put(login, passkeys=tuple(keys))

    def remove(self, person: RegisteredPerson, key_id: str) -> None:
        """Take a key away from its person; it lets nobody in any more."""
        self.register.put(person.login, passkeys=tuple(key for key in person.passkeys if key.id != key_id))

    def offer_to_log_in(self, site: KeySite) -> str:
        """Return what a browser needs to let somebody choose a key (JSON)."""
        options = generate_authentication_options(
            rp_id=site.rp_id,
            challenge=self._challenge(""),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def who_logs_in(self, site: KeySite, credential: Mapping[str, object]) -> str:
        """Return the login of whoever proved to have a confirmed key; raise NotAllowed."""
        key_id = str(credential.get("id", ""))
        owners = [
            (person, key)
            for person in self.register.persons.values()
            for key in person.passkeys
            if key.id == key_id and key.confirmed_by and not key.suspended_by and not person.disabled
        ]
        challenge = self._taken(credential, "")
        if not owners:
            raise NotAllowed(
                "ein Passkey, den hier niemand hat", "einer, den eine zweite Person bestätigt hat"
            )
        person, key = owners[0]
        try:
            answer = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=site.rp_id,
                expected_origin=site.origin,
                credential_public_key=decoded(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except WebAuthnException as error:
            raise _refused(error) from None
        keys = (
            each.model_copy(update={"sign_count": answer.new_sign_count}) if each.id == key.id else each
            for each in person.passkeys
        )
        self.register.put(person.login, passkeys=tuple(keys))
        return person.login

    def _challenge(self, purpose: str) -> bytes:
        """Return a challenge that is good once, for a login's enrolment or (empty) for logging in."""
        challenge, now = secrets.token_bytes(_BYTES), self.seconds()
        with self._lock:
            self._challenges = {
                key: kept for key, kept in self._challenges.items() if now - kept[1] <= CHALLENGE_S_MAX
            }
            self._challenges[challenge] = purpose, now
        return challenge

    def _taken(self, credential: Mapping[str, object], purpose: str) -> bytes:
        """Take the challenge that a browser answered to; raise NotAllowed where it is none of ours, or used up."""
        challenge = _challenge_in(credential)
        with self._lock:
            kept = self._challenges.pop(challenge, None)
        if kept is None or kept[0] != purpose or self.seconds() - kept[1] > CHALLENGE_S_MAX:
            raise NotAllowed("eine Antwort auf keine offene Frage", "ein neuer Versuch binnen fünf Minuten")
        return challenge


def _challenge_in(credential: Mapping[str, object]) -> bytes:
    from webauthn.helpers import parse_client_data_json

    response = credential.get("response")
    text = response.get("clientDataJSON") if isinstance(response, Mapping) else None
    try:
        return bytes(parse_client_data_json(decoded(str(text))).challenge)
    except (WebAuthnException, ValueError):
        raise NotAllowed("eine unlesbare Antwort des Browsers", "ein neuer Versuch") from None


def plain(public_key: str) -> str:
    """Return a COSE key as plain numbers, as `[[keys]]` in book.toml names it; raise NotAllowed for another kind."""
    key = decode_credential_public_key(decoded(public_key))
    match key:
        case DecodedEC2PublicKey() if key.crv == _CURVE_P256:
            return f"ES256:{key.x.hex()}:{key.y.hex()}"
        case DecodedOKPPublicKey():
            return f"EdDSA:{key.x.hex()}"
        case DecodedRSAPublicKey():
            return f"RS256:{key.n.hex()}:{key.e.hex()}"
        case _:
            raise NotAllowed("ein Schlüssel anderer Art", "ES256 auf P-256, EdDSA oder RS256")


def _refused(error: WebAuthnException) -> NotAllowed:
    return NotAllowed(f"der Passkey wurde nicht angenommen ({error})", "ein neuer Versuch auf dieser Seite")
