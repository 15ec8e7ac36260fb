"""A statement of balances as a file for the other side, which shares no system: JSON with checksum and signature.

Signed is the whole content in one canonical form (keys sorted, no blanks, UTF-8), so that no editor's line break
breaks it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from kkd_ledger.agreement.facts.spans import CALENDAR, ServiceYear
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.money import parse_eur, plain
from kkd_ledger.persons.contacts import Contacts
from kkd_ledger.persons.signature import Key, fingerprint, signed_by
from kkd_ledger.reconciliation.balances import Balances, ItemBalance, Moves

FORMAT: Final = "kkd-saldenbestaetigung-2"
READABLE: Final = ("kkd-saldenbestaetigung-1", FORMAT)
"""The first one told what was offset or remitted among the payments, and its sum over refunds and demands alike."""
_CHECKSUM: Final = "sha256"
_SIGNATURE: Final = "signatur"


class BalancesRefused(InputRefused):
    """The other side's statement cannot be taken: it is none, was changed, or nobody has proved who sent it."""

    subject: ClassVar[str] = "Saldenbestätigung abgelehnt"


@dataclass(frozen=True)
class FromFile:
    """The other side's statement; `signed_with` is the key's fingerprint, empty where nobody has proved who sent it."""

    statement: Balances
    signed_with: str


def as_json(statement: Balances) -> dict[str, Any]:
    """Return a statement as plain JSON data, without checksum and signature.

    Where service years are not the calendar's it says on which day they begin.
    """
    years = statement.service_year
    begin = {} if years.is_calendar else {"leistungsjahr-beginn": years.begins}
    return begin | {
        "format": FORMAT,
        "vereinbarung": statement.agreement,
        "seite": statement.side,
        "beteiligte": statement.member,
        "buch": statement.title,
        "stichtag": statement.as_of.isoformat(),
        "beschlossen": statement.resolved,
        "offen": plain(statement.open_cents),
        "erstattung-offen": plain(statement.refund_cents),
        "posten": [
            {
                "posten": balance.posten,
                "art": "erstattung" if balance.refund else "forderung",
                "leistungsjahr": balance.service_year,
                "kassenzeichen": balance.reference,
                "anforderung": balance.document,
                "forderungen": _moves_json(balance.claims),
                "zahlungen": _moves_json(balance.payments),
                "sonstiges": _moves_json(balance.others),
                "offen": plain(balance.open_cents),
            }
            for balance in statement.items
        ],
    }


def _moves_json(moves: Moves) -> list[list[str]]:
    return [[day.isoformat(), plain(cents)] for day, cents in moves]


def as_file(statement: Balances, key: Key | None = None) -> bytes:
    """Return a statement as a file; with a key it is signed, without one its checksum shows changes, not the sender."""
    data = as_json(statement)
    data |= {_CHECKSUM: hashlib.sha256(_canonical(data)).hexdigest()}
    if key:
        data |= {_SIGNATURE: key.sign(_canonical(data))}
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _canonical(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def from_file(file: Path, contacts: Contacts, *, unsigned: bool = False) -> FromFile:
    """Read the other side's statement and check who signed it, by the keys that contacts.toml holds for that side.

    Raise BalancesRefused where it is none, was changed, or its signature is wrong or missing. `unsigned` takes a file
    whose signature is missing or cannot be checked for want of a key; a wrong signature is refused all the same.
    """
    try:
        data = json.loads(file.read_bytes())
        signature = data.pop(_SIGNATURE, None)
        signed = _canonical(data)
        statement = _statement(file, data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        actual = f"keine Saldenbestätigung ({type(error).__name__}: {error})"
        raise BalancesRefused([Problem(file.name, "", actual, f"eine Datei im Format {FORMAT}")]) from None
    public_keys = contacts.of(statement.side).public_keys
    if unsigned and (signature is None or not public_keys):
        return FromFile(statement, "")
    return FromFile(
        statement, _signed_with(file, statement, signature, public_keys, signed=signed, contacts=contacts)
    )


def _signed_with(
    file: Path,
    statement: Balances,
    signature: Any,
    public_keys: tuple[str, ...],
    *,
    signed: bytes,
    contacts: Contacts,
) -> str:
    """Return the fingerprint of the key that signed; raise BalancesRefused with what is wrong, and what to do."""
    if signature is None:
        actual = "ohne Signatur: wer die Datei geschickt hat, ist nicht bewiesen"
        raise _refused(file, actual, "eine signierte Saldenbestätigung, oder --unsigned")
    if not public_keys:
        actual = f"signiert, aber für {statement.side} ist kein Schlüssel hinterlegt"
        allowed = f"public_keys unter [parties.{statement.side}] in {contacts.file.name}, oder --unsigned"
        raise _refused(file, actual, allowed)
    try:
        return fingerprint(signed_by(signed, signature, public_keys))
    except ValueError as error:
        allowed = f"eine unveränderte Datei, signiert von {statement.side}"
        raise _refused(file, str(error), allowed) from None


def _refused(file: Path, actual: str, allowed: str) -> BalancesRefused:
    return BalancesRefused([Problem(file.name, _SIGNATURE, actual, allowed)])


def _statement(file: Path, data: dict[str, Any]) -> Balances:
    checksum = data.pop(_CHECKSUM)
    if data["format"] not in READABLE or checksum != hashlib.sha256(_canonical(data)).hexdigest():
        actual = "die Prüfsumme passt nicht: der Inhalt wurde verändert"
        raise BalancesRefused([Problem(file.name, _CHECKSUM, actual, "eine unveränderte Saldenbestätigung")])
    agreement, side, member, title = (
        str(data[key]) for key in ("vereinbarung", "seite", "beteiligte", "buch")
    )
    items = tuple(_item(row) for row in data["posten"])
    day = dt.date.fromisoformat(data["stichtag"])
    years = ServiceYear.beginning(data.get("leistungsjahr-beginn", CALENDAR.begins))
    return Balances(agreement, side, member, title, day, bool(data["beschlossen"]), items, years)


def _item(row: dict[str, Any]) -> ItemBalance:
    return ItemBalance(
        str(row["posten"]),
        int(row["leistungsjahr"]),
        str(row["kassenzeichen"]),
        str(row["anforderung"]),
        _moves(row["forderungen"]),
        _moves(row["zahlungen"]),
        parse_eur(row["offen"]),
        _moves(row.get("sonstiges", ())),
    )


def _moves(rows: Any) -> Moves:
    return tuple((dt.date.fromisoformat(day), parse_eur(cents)) for day, cents in rows)
