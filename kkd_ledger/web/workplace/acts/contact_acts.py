"""Kontaktdaten: where letters and e-invoices of a party go, and its mandate; two persons confirm it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kkd_ledger.persons.contacts import PROFILES, SCHEMES, SYNTAXES, Contact, load
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import SETTING_UP, Action, ActionCall, ActionReport, GrowingForm
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts.terms_acts import rewritten
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.terms.contact_text import new_contact

_PARTS: Final = (
    ("Anschrift", "name", "Name im Anschriftfeld", "Zum Beispiel Magistrat der Stadt Musterstadt."),
    ("Anschrift", "street", "Straße und Hausnummer", ""),
    ("Anschrift", "postcode", "Postleitzahl", ""),
    ("Anschrift", "city", "Ort", ""),
    ("Wer zuständig ist", "person", "Ansprechperson", ""),
    ("Wer zuständig ist", "phone", "Telefon", ""),
    ("Wer zuständig ist", "email", "E-Mail-Adresse", ""),
    ("E-Rechnung", "leitweg_id", "Leitweg-ID", "Mit richtiger Prüfziffer."),
    ("E-Rechnung", "endpoint", "Elektronische Adresse", "SCHEMA:WERT, zum Beispiel 0204 und die Leitweg-ID."),
    ("E-Rechnung", "syntax", "Syntax", "Leer: cii."),
    ("E-Rechnung", "profile", "Profil", "Leer: xrechnung."),
    ("E-Rechnung", "vat_id", "USt-IdNr.", ""),
    ("E-Rechnung", "tax_number", "Steuernummer", ""),
    ("Lastschrift", "creditor_id", "Gläubiger-Identifikationsnummer", "Nur, wer selbst einzieht."),
    ("Lastschrift", "mandate", "Mandatsreferenz", "Nur, wo ein Mandat unterschrieben ist."),
    ("Lastschrift", "mandate_signed", "Mandat unterschrieben am", ""),
    ("Lastschrift", "mandate_ends", "Letzter Tag des Mandats", ""),
    ("Lastschrift", "mandate_scheme", "Verfahren", "Leer: CORE."),
)
_CHOICES: Final = {"syntax": SYNTAXES, "profile": PROFILES, "mandate_scheme": SCHEMES}
_DAYS: Final = frozenset({"mandate_signed", "mandate_ends"})
_EMPTY: Final = Contact()


def _party(snapshot: Snapshot) -> tuple[Field, ...]:
    parties = [(member.id, member.name) for member in snapshot.book.agreement.parties()]
    return (Field("beteiligte", "Beteiligte", "Wessen Kontaktdaten.", fields.words, choices=parties),)


def _day(text: str) -> str:
    return fields.day(text).isoformat()


def _growing(snapshot: Snapshot, texts: Mapping[str, str]) -> GrowingForm:
    """Return the choice of a party, then everything about it as it stands; of another party it is asked anew."""
    [choice] = _party(snapshot)
    party = texts.get("beteiligte", "")
    if party not in {id_ for id_, _ in choice.choices}:
        return GrowingForm([choice], is_whole=False)
    contact = load(snapshot.book.agreement_file, snapshot.book.agreement).of(party)
    shown = [
        Field(
            f"{party}-{name}", label, help_, _day if name in _DAYS else fields.words, is_required=False,
            choices=[(word, word) for word in _CHOICES.get(name, ())],
            start="" if getattr(contact, name) == getattr(_EMPTY, name) else getattr(contact, name), section=section,
            blamed=(f".{name}:",),
        )
        for section, name, label, help_ in _PARTS
    ]  # fmt: skip
    return GrowingForm([choice, *shown], all(field.name in texts for field in shown))


def _write(call: ActionCall) -> ActionReport:
    party = call.text("beteiligte")
    values = {name: call.text(f"{party}-{name}") for _, name, _, _ in _PARTS}
    new = new_contact(call.book, party, values, dry_run=call.dry_run)
    return rewritten(call, new, "kontakt")


ACTS: Final = (
    Action(
        "kontakt",
        "Kontaktdaten ändern",
        "changes",
        "Wohin Schreiben und E-Rechnungen einer Beteiligten gehen, und ihr Mandat. Konten stehen in der Vereinbarung.",
        _party,
        _write,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="beteiligte",
        growing=_growing,
    ),
)
