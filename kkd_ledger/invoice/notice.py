"""Letters with one table: reminder (Zahlungserinnerung, Mahnung) and statement of balances (Saldenbestätigung)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kkd_ledger.invoice import giro
from kkd_ledger.invoice.balances import Balances
from kkd_ledger.invoice.contacts import Contact
from kkd_ledger.invoice.letter import TEMPLATES, grouped, sender_data
from kkd_ledger.money import format_eur
from kkd_ledger.paper import render

REMINDER: Final = "Zahlungserinnerung"
DUNNING: Final = "Mahnung"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a letter: its contact data, its name and its account."""

    contact: Contact
    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """One overdue item of a reminder; interest is zero where the agreement provides for none."""

    posten: str
    account: str
    document: str
    reference: str
    service_year: int
    due: dt.date
    claimed_cents: int
    open_cents: int
    interest_cents: int
    stage: str


def _bare(cents: int) -> str:
    return format_eur(cents).removesuffix(" EUR")


def _letter(
    sender: Side, recipient: Side, title: str, facts: Sequence[tuple[str, str]], table: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "title": title,
        "sender": sender_data(sender.contact, sender.name, sender.iban),
        "recipient": {
            "name": recipient.name,
            "street": recipient.contact.street,
            "postcode": recipient.contact.postcode,
            "city": recipient.contact.city,
        },
        "facts": [*facts, *_contact_facts(sender.contact)],
        "qr": "",
        "qr-words": "",
        "payment": [],
        **table,
    }


def _contact_facts(contact: Contact) -> list[tuple[str, str]]:
    facts = [("Ansprechperson", contact.person), ("Telefon", contact.phone), ("E-Mail", contact.email)]
    return [(name, value) for name, value in facts if value]


def _columns(*names: str) -> list[dict[str, Any]]:
    """Return columns; those with (EUR) are figures, the first takes the room that is left."""
    return [{"name": name, "right": "(EUR)" in name, "wide": place == 0} for place, name in enumerate(names)]


def reminder(
    sender: Side,
    recipient: Side,
    items: Sequence[Overdue],
    *,
    as_of: dt.date,
    clause: str = "",
    templates: Path | None = None,
) -> bytes:
    """Return the reminder of a party's overdue items as PDF; a QR code only where it is one item."""
    title = DUNNING if any(item.stage == DUNNING for item in items) else REMINDER
    total = sum(item.open_cents + item.interest_cents for item in items)
    again = (
        "Leider ist trotz unserer Erinnerung"
        if title == DUNNING
        else "Vermutlich ist es übersehen worden: Bisher ist"
    )
    names = ["Anforderung", "Kassenzeichen", "fällig am", "offen (EUR)"]
    charged = any(item.interest_cents for item in items)
    rows = [
        [
            f"{item.document} (Leistungsjahr {item.service_year})",
            item.reference,
            f"{item.due:%d.%m.%Y}",
            _bare(item.open_cents),
            *([_bare(item.interest_cents)] if charged else []),
        ]
        for item in items
    ]
    payment = [
        f"Bitte überweisen Sie {format_eur(total)} unter Angabe der Kassenzeichen.",
        f"Empfänger: {sender.name}",
        f"IBAN: {grouped(sender.iban)}",
    ]
    table: dict[str, Any] = {
        "opening": [
            "Sehr geehrte Damen und Herren,",
            f"{again} bis zum {as_of:%d.%m.%Y} nicht eingegangen, was in der Tabelle steht. "
            "Haben Sie inzwischen gezahlt, so betrachten Sie dieses Schreiben als erledigt.",
        ],
        "columns": _columns(*names, *(["Zinsen (EUR)"] if charged else [])),
        "rows": rows,
        "sums": [{"name": "zusammen", "amount": _bare(total)}],
        "payment": payment,
        "closing": [f"Zinsen nach {clause}." if charged else "Gebühren und Zuschläge werden nicht erhoben."],
    }
    if len(items) == 1:
        table["qr"] = giro.svg(giro.payload(sender.name, sender.iban, total, items[0].reference))
        table["qr-words"] = (
            f"GiroCode: {format_eur(total)} an {sender.name}, Kassenzeichen {items[0].reference}"
        )
    data = _letter(sender, recipient, title, [("Stand", f"{as_of:%d.%m.%Y}")], table)
    return render((templates or TEMPLATES) / "notice.typ", data, day=as_of)


def confirmation(
    sender: Side, recipient: Side, statement: Balances, *, templates: Path | None = None
) -> bytes:
    """Return a statement of balances as PDF, to be confirmed by the other side."""
    day = f"{statement.as_of:%d.%m.%Y}"
    rows = [
        [
            f"{item.posten} {item.document}".strip(),
            str(item.service_year),
            _bare(item.claimed_cents),
            _bare(item.paid_cents),
            _bare(item.open_cents),
        ]
        for item in statement.items
    ]
    table = {
        "opening": [
            "Sehr geehrte Damen und Herren,",
            f"in unseren Büchern stehen zum {day} die folgenden Posten. Bitte vergleichen Sie sie mit Ihren Büchern.",
        ],
        "columns": _columns("Posten", "Jahr", "gefordert (EUR)", "gezahlt (EUR)", "offen (EUR)"),
        "rows": rows,
        "sums": [{"name": "offen zusammen", "amount": _bare(statement.open_cents)}],
        "closing": ["Stimmen Ihre Bücher damit nicht überein, so teilen Sie uns bitte den Unterschied mit."],
    }
    data = _letter(sender, recipient, "Saldenbestätigung", [("Stand", day)], table)
    return render((templates or TEMPLATES) / "notice.typ", data, day=statement.as_of)
