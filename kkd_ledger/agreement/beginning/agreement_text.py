"""Answers → agreement.toml, zahlen/YEAR.toml and contacts.toml, in the order of the questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import AnsweredParty, AnsweredVat, Answers
from kkd_ledger.agreement.beginning.due_text import due_plans
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.agreement.beginning.share_text import ShareTexts
from kkd_ledger.agreement.beginning.subsidy_text import subsidies
from kkd_ledger.agreement.file.sources import FOLDER
from kkd_ledger.agreement.file.toml_text import pairs, table
from kkd_ledger.fields import as_id

OLD_LAW_ENDS: Final = dt.date(2026, 12, 31)
"""The last day on which shares may be untaxed by the old law (UStG § 27 Abs. 22 and 22a); then a person decides."""
REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not-taxable-old-law": "Nicht steuerbar nach § 2 Abs. 3 UStG a. F. in Verbindung mit § 27 Abs. 22 und 22a UStG",
        "not-taxable-2b": "Nicht steuerbar nach § 2b UStG",
        "taxable-19": "Steuerpflichtig zum allgemeinen Satz (§ 12 Abs. 1 UStG)",
        "exempt-4-21": "Steuerfrei nach § 4 Nr. 21 UStG",
        "exempt-4-22": "Steuerfrei nach § 4 Nr. 22 UStG",
        "exempt-4-29": "Steuerfrei nach § 4 Nr. 29 UStG",
    }
)
"""What is said of a treatment where nobody says more."""
AGREEMENT: Final = "agreement.toml"


def agreement_texts(answers: Answers) -> dict[str, str]:
    """Return the texts of agreement.toml and of the figures beside it, by their names."""
    shares = ShareTexts(answers)
    head = "# Zahlen des Jahres {}: keine gehört zum Vertrag; neue trägt `kkd figures` ein.\n\n"
    figures = {f"{FOLDER}/{year}.toml": head.format(year) + text for year, text in shares.figures().items()}
    return {AGREEMENT: _agreement_text(answers, shares), **figures}


def _agreement_text(answers: Answers, shares: ShareTexts) -> str:
    parties = Ids(party.name for party in answers.parties)
    month, day = (int(part) for part in answers.due.split("-"))
    service_year = {"begins": answers.service_year} if answers.service_year != "01-01" else None
    head = {
        "id": answers.short or as_id(answers.title),
        "title": answers.title,
        "operator": parties.of(answers.operator),
        "form": answers.form,
        "from": answers.begins,
        "to": answers.ends,
        "ending": answers.ending,
        "known_from": _known_from(answers),
        "rounding": answers.rounding,
        "proration": answers.proration,
        "service_year": service_year,
    }
    blocks = [
        "# Geschrieben von `kkd init`. Was die Felder bedeuten, steht in docs/vereinbarung.md;\n"
        "# `kkd agreement show DATEI` sagt es in Sätzen. Ein Nachtrag (`kkd agreement amend DATEI`) fügt Einträge\n"
        "# hinzu und ändert keinen.\n" + pairs(head),
        table("due", {"month": month, "day": day}, many=False),
        *(table("dues", plan) for plan in due_plans(answers)),
        *(table("members", _party(party, parties)) for party in answers.parties),
        *shares.contract(),
        *(table("subsidies", each) for each in subsidies(answers)),
        *(table("resolutions", each) for each in _resolutions(answers, parties)),
        *(table("steps_in", each) for each in _steps(answers, parties)),
        *_vat(answers),
    ]
    return "\n".join(blocks)


def _known_from(answers: Answers) -> dt.date:
    """Return the day since when it is known what was agreed: the first resolution or step, at the latest its begin."""
    days = [each.adopted for each in answers.resolutions] + [each.day for each in answers.steps]
    return min([answers.begins, *days])


def _party(party: AnsweredParty, parties: Ids) -> dict[str, Any]:
    return {
        "id": parties.of(party.name),
        "name": party.name,
        "kind": party.kind,
        "ags": party.ags,
        "joined": party.joined,
        "left": party.left,
        "ibans": [party.iban] if party.iban else [],
    }


def _resolutions(answers: Answers, parties: Ids) -> Iterator[dict[str, Any]]:
    for each in answers.resolutions:
        sitting = {"body": each.body, "date": each.adopted, "number": each.number, "decides": True}
        yield {
            "member": parties.of(each.party),
            "paper": each.paper,
            "title": each.title,
            "adopted": each.adopted,
            "sittings": [sitting],
        }


def _steps(answers: Answers, parties: Ids) -> Iterator[dict[str, Any]]:
    for each in answers.steps:
        yield {
            "member": parties.of(each.party),
            "kind": each.kind,
            "on": each.day,
            "document": each.document,
        }


def _vat(answers: Answers) -> Iterator[str]:
    treatments = answers.vat
    if not treatments and answers.begins <= OLD_LAW_ENDS:
        treatments = (AnsweredVat(treatment="not-taxable-old-law", reason=answers.vat_reason),)
    ends = []
    for each in treatments:
        old = each.treatment == "not-taxable-old-law"
        ends.append(each.ends or (OLD_LAW_ENDS if old else None))
        entry = {
            "from": each.begins or answers.begins,
            "to": ends[-1],
            "treatment": each.treatment,
            "amounts": "net" if each.treatment == "taxable-19" else None,
            "reason": each.reason or REASONS[each.treatment],
            "decided_by": each.decided_by,
            "decided_on": each.decided_on,
        }
        yield table("vat", entry)
    if None not in ends:
        yield (
            "# Danach gilt § 2b UStG: Hier fehlt ein Eintrag [[vat]], bis ein Mensch entschieden hat "
            "(docs/vereinbarung.md).\n"
        )


def contacts_text(answers: Answers) -> str:
    """Return the text of contacts.toml: what is known of each party's address."""
    parties = Ids(party.name for party in answers.parties)
    blocks = [
        "# Wohin Schreiben und E-Rechnungen gehen; was die Felder bedeuten, steht in docs/invoices.md.\n"
        "# `kkd demand` nennt, was für eine Anforderung noch fehlt.\nformat = 1\n"
    ]
    names = ("street", "postcode", "city", "email", "leitweg_id", "person", "phone", "vat_id", "tax_number")
    for party in answers.parties:
        entry = {"name": party.name} | {name: getattr(party, name) for name in names}
        blocks.append(table(f"parties.{parties.of(party.name)}", entry, many=False))
    return "\n".join(blocks)
