"""Answers → book.toml: the accounts by the Hessian chart (KVKR) as a proposal, roles, budget line."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import Answers
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.agreement.file.toml_text import pairs, table
from kkd_ledger.money import format_amount

_HEAD: Final = (
    "# Geschrieben von `kkd init`. Die Konten sind ein VORSCHLAG nach dem KVKR: Bitte lassen Sie sie von der\n"
    "# Hauptbuchhaltung prüfen, bevor der erste Betrag gebucht wird.\n"
)
LINE: Final = "000000"
"""The budget line while nobody has named one."""


def book_text(answers: Answers, agreement: str, since: dt.date) -> str:
    """Return the text of book.toml for the party whose book is begun; `since` is from when on its roles hold."""
    party = next(each for each in answers.parties if each.name == answers.book_party)
    runs = answers.book_party == answers.operator
    line, name = answers.budget_line or LINE, answers.budget_name or "Zusammenarbeit"
    head = {
        "format": 1,
        "title": f"{answers.title} – Bücher von {party.name}",
        "agreement": agreement,
        "party": Ids(each.name for each in answers.parties).of(party.name),
    }
    own = runs if answers.dedicated_account is None else answers.dedicated_account
    account = "Aktiva:2800-Bank" if own else "Aktiva:2890-Verrechnung-Gemeindekasse"
    order = answers.general_order
    return "\n".join(
        [
            _HEAD + pairs(head),
            table("budget", {"line": line, "name": name}, many=False),
            table("bank", {"account": account, "iban": party.iban, "own": own}, many=False),
            table("accounts", _accounts(answers, f"{line}-{_segment(name)}", runs=runs), many=False),
            *([table("policy", {"standing_order": order.id}, many=False)] if order else []),
            *(table("roles", role | {"from": since}) for role in _roles(answers)),
            *([table("standing_orders", _general_order(answers, since))] if order else []),
        ]
    )


def _segment(name: str) -> str:
    """Return a name as a part of an account: what no account may hold becomes a hyphen."""
    return re.sub(r"[^0-9A-Za-zÄÖÜäöüß]+", "-", name).strip("-") or "Zusammenarbeit"


def _accounts(answers: Answers, budget: str, *, runs: bool) -> dict[str, Any]:
    share = (
        f"Erträge:{budget}:548201-Kostenerstattung-Gemeinden"
        if runs
        else f"Aufwendungen:{budget}:717201-Kostenerstattung-Betreiberin"
    )
    return {
        "receivable": "Aktiva:2600-Forderungen:{party}",
        "payable": f"Passiva:{'4810-Erstattungen' if runs else '4500-Verbindlichkeiten'}:{{party}}",
        "share": share,
        "prior_period_expense": f"Aufwendungen:{budget}:799001-Periodenfremde-Aufwendungen",
        "prior_period_income": f"Erträge:{budget}:599001-Periodenfremde-Erträge",
        "unclear_in": "Passiva:4800-Ungeklärte-Zahlungseingänge",
        "unclear_out": "Aktiva:2690-Ungeklärte-Zahlungsausgänge",
        "bank_charges": f"Aufwendungen:{budget}:675001-Nebenkosten-des-Geldverkehrs",
        "rap_active": "Aktiva:2900-RAP",
        "rap_passive": "Passiva:4900-RAP",
        "provisions": "Passiva:3900-Rückstellungen",
        "provision_release": f"Erträge:{budget}:538001-Auflösung-von-Rückstellungen",
        "remission_expense": f"Aufwendungen:{budget}:699901-Erlass-von-Forderungen" if runs else None,
        "remission_income": None if runs else f"Erträge:{budget}:539901-Erlassene-Verbindlichkeiten",
        "vat": "Passiva:4770-Umsatzsteuer" if runs and _is_taxed(answers) else None,
    }


def _is_taxed(answers: Answers) -> bool:
    return any(each.treatment == "taxable-19" for each in answers.vat)


def _general_order(answers: Answers, since: dt.date) -> dict[str, Any]:
    order = answers.general_order
    assert order is not None
    return {
        "id": order.id,
        "signed_by": answers.orders,
        "from": since,
        "limit": format_amount(order.limit),
    }


def _roles(answers: Answers) -> list[dict[str, Any]]:
    holders = [(answers.certifies, "feststellung"), (answers.orders, "anordnung")]
    holders += [(name, "kasse") for name in answers.treasury]
    return [{"name": name, "role": role} for name, role in holders if name]
