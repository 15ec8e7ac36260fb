"""References with check digits: RF creditor reference, IBAN, Leitweg-ID; one face over python-stdnum."""

from __future__ import annotations

import re
from typing import Final

from stdnum import iban as _iban
from stdnum import iso11649 as _iso11649
from stdnum.de import leitweg as _leitweg
from stdnum.exceptions import ValidationError

RF_BODY_MAX: Final = 21
_ALPHANUMERIC = re.compile(r"[0-9A-Z]+", re.ASCII)


def payment_reference(body: str) -> str:
    """Return the RF creditor reference (ISO 11649) that carries `body` behind its two check digits.

    `body` is 1 to 21 characters of 0-9 and A-Z; anything else raises ValueError.

    >>> payment_reference("KKD2023065340041")
    'RF10KKD2023065340041'
    """
    if not _ALPHANUMERIC.fullmatch(body) or len(body) > RF_BODY_MAX:
        raise ValueError(
            f"{body!r} taugt nicht als Zahlungsreferenz; erlaubt: 1 bis {RF_BODY_MAX} Zeichen 0-9, A-Z"
        )
    number = int("".join(str(int(sign, 36)) for sign in body + "RF00"))
    reference = f"RF{98 - number % 97:02}{body}"
    assert is_payment_reference(reference)
    return reference


def is_payment_reference(text: str) -> bool:
    """Tell whether a text is a valid RF creditor reference (ISO 11649, check digits included)."""
    return text.isascii() and bool(_iso11649.is_valid(text))


def check_payment_reference(text: str) -> str:
    """Return the RF reference without blanks, in capitals; raise ValueError where it is none."""
    try:
        return str(_iso11649.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} ist keine gültige RF-Zahlungsreferenz (ISO 11649)") from error


def check_iban(text: str) -> str:
    """Return the IBAN without blanks, in capitals; raise ValueError where length or check digits are wrong."""
    try:
        return str(_iban.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} ist keine gültige IBAN") from error


def is_iban(text: str) -> bool:
    """Tell whether a text is a valid IBAN."""
    return text.isascii() and bool(_iban.is_valid(text))


def check_leitweg_id(text: str) -> str:
    """Return the Leitweg-ID in its canonical form; raise ValueError where form or check digits are wrong.

    >>> check_leitweg_id("992-90009-96")
    '992-90009-96'
    """
    try:
        return str(_leitweg.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text!r} ist keine gültige Leitweg-ID") from error
