"""References with check digits: RF, IBAN, creditor identifier, Leitweg-ID; one face over python-stdnum.

It is loaded where it is asked (it loads TLS, a tenth of the time in which a check begins): German IBANs and our own
references in canonical form are reckoned here, as it would.
"""

from __future__ import annotations

import re
from string import ascii_uppercase
from types import MappingProxyType
from typing import Final

from kkd_ledger.errors import NotAllowed

RF_BODY_MAX: Final = 21
GLN_DIGITS: Final = 13
_ENDPOINT: Final = re.compile(r"(?:[0-9]{4}|EM):[!-~]{1,60}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_CREDITOR = re.compile(r"([A-Z]{2})([0-9]{2})[A-Z0-9]{3}([A-Z0-9]{1,28})", re.ASCII)
_CANONICAL_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_CANONICAL_DE = re.compile(r"DE[0-9]{20}")
_AS_NUMBERS: Final = MappingProxyType({ord(sign): str(int(sign, 36)) for sign in ascii_uppercase})
_ALPHANUMERIC = re.compile(r"[0-9A-Z]+", re.ASCII)


def payment_reference(body: str) -> str:
    """Return the RF creditor reference (ISO 11649) that carries `body` behind its two check digits.

    `body` is 1 to 21 characters of 0-9 and A-Z; anything else raises ValueError.

    >>> payment_reference("KKD2023065340041")
    'RF10KKD2023065340041'
    """
    if not _ALPHANUMERIC.fullmatch(body) or len(body) > RF_BODY_MAX:
        raise NotAllowed(
            f"{body!r} taugt nicht als Zahlungsreferenz", f"1 bis {RF_BODY_MAX} Zeichen 0-9, A-Z"
        )
    number = int("".join(str(int(sign, 36)) for sign in body + "RF00"))
    reference = f"RF{98 - number % 97:02}{body}"
    assert is_payment_reference(reference)
    return reference


def is_payment_reference(text: str) -> bool:
    """Tell whether a text is a valid RF creditor reference (ISO 11649, check digits included)."""
    if _is_sound(_CANONICAL_RF, text):
        return True
    from stdnum import iso11649

    return text.isascii() and bool(iso11649.is_valid(text))


def canonical_reference(text: str) -> str:
    """Return an RF reference without blanks, in capitals; any other text as it is.

    >>> canonical_reference("rf10 kkd2 0230 6534 0041"), canonical_reference("Rechnung 17")
    ('RF10KKD2023065340041', 'Rechnung 17')
    """
    return check_payment_reference(text) if is_payment_reference(text) else text


def _is_sound(form: re.Pattern[str], text: str) -> bool:
    """Tell whether a text has the form and check digits by ISO 7064, MOD 97-10."""
    return form.fullmatch(text) is not None and int((text[4:] + text[:4]).translate(_AS_NUMBERS)) % 97 == 1


def check_payment_reference(text: str) -> str:
    """Return the RF reference without blanks, in capitals; raise ValueError where it is none."""
    from stdnum import iso11649
    from stdnum.exceptions import ValidationError

    try:
        return str(iso11649.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} ist keine gültige RF-Zahlungsreferenz (ISO 11649)") from error


def in_fours(reference: str) -> str:
    """Return an IBAN or RF reference as people read it, in groups of four.

    >>> in_fours("DE19999999996534000000")
    'DE19 9999 9999 6534 0000 00'
    """
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def check_iban(text: str) -> str:
    """Return the IBAN without blanks, in capitals; raise ValueError where length or check digits are wrong."""
    if _is_sound(_CANONICAL_DE, text):
        return text
    from stdnum import iban
    from stdnum.exceptions import ValidationError

    try:
        return str(iban.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} ist keine gültige IBAN") from error


def is_iban(text: str) -> bool:
    """Tell whether a text is a valid IBAN."""
    if _is_sound(_CANONICAL_DE, text):
        return True
    from stdnum import iban

    return text.isascii() and bool(iban.is_valid(text))


_IBAN_IN_TEXT = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[0-9]{2}(?:[ .\u00a0/_-]?[0-9A-Z]){11,30}", re.ASCII)
_GERMAN_LENGTH: Final = 22
_SHORTEST_IBAN: Final = 15


def ibans_in(text: str) -> list[str]:
    """Return the account numbers that stand in a text, grouped or not, in capitals or not.

    What has the form of a German IBAN counts also where its check digits are wrong.

    >>> ibans_in("bitte auf DE19 9999 9999 9653 4000 00 zahlen")
    ['DE19999999996534000000']
    """
    ibans = []
    for match in _IBAN_IN_TEXT.finditer(text.upper()):
        bare = re.sub(r"[^0-9A-Z]", "", match[0])
        ends = range(len(bare), _SHORTEST_IBAN - 1, -1)
        german = bare[:_GERMAN_LENGTH] if bare.startswith("DE") else ""
        if german[2:].isdigit() and len(german) == _GERMAN_LENGTH:
            ibans.append(german)
        elif iban := next((bare[:end] for end in ends if is_iban(bare[:end])), ""):
            ibans.append(iban)
    return ibans


def is_creditor_id(text: str) -> bool:
    """Tell whether a text is a SEPA creditor identifier."""
    try:
        check_creditor_id(text)
    except ValueError:
        return False
    return True


def check_creditor_id(text: str) -> str:
    """Return the SEPA creditor identifier without blanks; raise ValueError where form or check digits are wrong.

    Behind country and check digits stand three signs of the creditor's own choice; the check leaves them out
    (EPC262-08).

    >>> check_creditor_id("DE98 ZZZ 09999999999")
    'DE98ZZZ09999999999'
    """
    from stdnum.iso7064 import mod_97_10

    bare = text.replace(" ", "")
    match = _CREDITOR.fullmatch(bare)
    if not match or not mod_97_10.is_valid(match[3] + match[1] + match[2]):
        raise ValueError(f"{text!r} ist keine gültige Gläubiger-Identifikationsnummer")
    return bare


def check_endpoint(text: str) -> tuple[str, str]:
    """Return scheme (EAS code) and value of an electronic address; raise ValueError where one of them is wrong.

    Of the codes a Leitweg-ID (0204) and a GLN (0088) have check digits; `EM` is an e-mail address.

    >>> check_endpoint("0088:4012345000009")
    ('0088', '4012345000009')
    """
    from stdnum import ean

    scheme, _, value = text.partition(":")
    if not _ENDPOINT.fullmatch(text):
        raise ValueError(f"{text!r} ist keine elektronische Adresse (SCHEMA:WERT)")
    if scheme == "0204":
        return scheme, check_leitweg_id(value)
    if scheme == "0088" and not (len(value) == GLN_DIGITS and ean.is_valid(value)):
        raise ValueError(f"{value!r} ist keine gültige GLN")
    if scheme == "EM" and not is_email(value):
        raise ValueError(f"{value!r} ist keine E-Mail-Adresse")
    return scheme, value


def is_email(text: str) -> bool:
    """Tell whether a text has the form of an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def check_leitweg_id(text: str) -> str:
    """Return the Leitweg-ID in its canonical form; raise ValueError where form or check digits are wrong.

    >>> check_leitweg_id("992-90009-96")
    '992-90009-96'
    """
    from stdnum.de import leitweg
    from stdnum.exceptions import ValidationError

    try:
        return str(leitweg.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} ist keine gültige Leitweg-ID") from error
