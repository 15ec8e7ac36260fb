"""Zahlungsabgleich: money that nobody could place goes on its item or out of the book; setting off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import (
    CERTIFIERS,
    ORDERERS,
    Action,
    ActionCall,
    ActionReport,
    FormSupplement,
)
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acting.outcome_blocks import entries_of
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.acts.money_in_suspense import (
    fitting_places,
    money_blocks,
    money_of,
    money_supplement,
)
from kkd_ledger.web.workplace.blocks import Asked
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.corrections.clearing import clear, give_back, offset
from kkd_ledger.work.corrections.internal import settle_internally
from kkd_ledger.work.corrections.passing_on import pass_on
from kkd_ledger.work.session import Outcome

_NUMBER: Final = re.compile(r"\d{4}-\d{6}", re.ASCII)
_PART: Final = "Leer: so viel wie möglich. Mit einem Betrag wird geteilt; der Rest bleibt ungeklärt."


def _money(snapshot: Snapshot) -> Field:
    sentence = "Die Buchung, die das ungeklärte Geld hält."
    suggestions = choices.suspense_money(snapshot)
    return Field(
        "nr", "Ungeklärtes Geld", sentence, fields.words, suggestions=suggestions, finds=True,
        start=suggestions[0][0] if len(suggestions) == 1 else "", blamed=("Buchung",),
    )  # fmt: skip


def _clear_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    which = "Der Posten, den es zahlt; oder anderes ungeklärtes Geld, das es zurückgibt."
    offered = [*choices.open_items(snapshot), *choices.suspense_money(snapshot)]
    return (
        _money(snapshot),
        choices.posten("Wohin", which, offered),
        choices.amount(_PART),
        choices.reason("Woran haben Sie die Zahlung erkannt?", start="Zuordnung nach Klärung"),
    )


def _clear_supplement(asked: Asked, texts: Mapping[str, str]) -> FormSupplement:
    """Return the money that is about to be placed, and where it fits best."""
    snapshot = asked.snapshot
    money = money_of(snapshot, texts.get("nr", ""))
    if money is None:
        return FormSupplement()
    return FormSupplement(money_blocks(asked, money), {"posten": fitting_places(snapshot, money)})


def _clear(call: ActionCall) -> ActionReport:
    number, posten, cents = call.text("nr"), call.text("posten"), call.cents("betrag")
    cause = call.cause(call.text("grund"))
    if _NUMBER.fullmatch(posten):
        back = give_back(call.book, number, posten, cents, cause, dry_run=call.dry_run)
        said = f"{format_eur(back.cents)} aus {number} und {posten} heben sich auf; noch ungeklärt "
        said += f"{format_eur(back.left_cents)} Eingang, {format_eur(-back.open_cents)} Ausgang."
        return ActionReport([said], back.outcome)
    done = clear(call.book, number, posten, cents, cause, dry_run=call.dry_run)
    left = "noch im Anfangsbestand" if done.is_opening else "noch ungeklärt"
    went = call.tense(f"gehen auf {posten}", f"sind auf {posten} gegangen")
    said = f"{format_eur(done.cents)} aus {number} {went}; {left} {format_eur(done.left_cents)}, "
    said += f"auf dem Posten offen {format_eur(done.open_cents)}."
    return ActionReport([said, *_foreign_payer(call, posten, done.outcome)], done.outcome)


def _foreign_payer(call: ActionCall, posten: str, outcome: Outcome) -> Iterator[str]:
    """Yield that another party paid than the one whose item it is; only the operator is paid by several."""
    members = call.book.agreement.parties() if call.book.is_operator else ()
    owners = [member for member in members if f"-{member.id}-" in posten]
    if not owners:
        return
    owner = max(owners, key=lambda member: len(member.id)).name
    for payer in {entry.payee for entry in entries_of(outcome)} & {member.name for member in members} - {
        owner
    }:
        yield f"Achtung: Gezahlt hat {payer}, der Posten ist von {owner}. Stimmt der Posten?"


def _pass_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    where = (
        ("bank_charges", "Nebenkosten des Geldverkehrs (Bankentgelt)"),
        ("handed_over", "gehört nicht hierher: die Hauptbuchhaltung bucht es"),
    )
    return (
        _money(snapshot),
        Field(
            "wohin", "Wohin", "Was das Geld ist, das zu keinem Posten gehört.", fields.words, choices=where
        ),
        choices.amount(_PART),
        choices.reason("Warum gehört das Geld zu keinem Posten?"),
    )


def _pass(call: ActionCall) -> ActionReport:
    number, role = call.text("nr"), call.text("wohin")
    cause = call.cause(call.text("grund"))
    done = pass_on(call.book, number, role, call.cents("betrag"), cause, dry_run=call.dry_run)
    where = (
        "als Nebenkosten des Geldverkehrs gebucht"
        if role == "bank_charges"
        else "an die Hauptbuchhaltung übergeben"
    )
    goes = call.tense("werden", "sind")
    said = (
        f"{format_eur(done.cents)} aus {number} {goes} {where}; noch ungeklärt {format_eur(done.left_cents)}."
    )
    return ActionReport([said], done.outcome)


def _offset_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    items = choices.all_items(snapshot)
    return (
        choices.posten(
            "Posten", "Der eine Posten; bei einer Umbuchung der, auf dem das Geld liegt.", items, "erster"
        ),
        choices.posten(
            "Gegenposten",
            "Der andere Posten; bei einer Umbuchung der richtige. Leer beim eigenen Anteil der Betreiberin: Er wird im "
            "Haus verrechnet.",
            items,
            "zweiter",
        )._replace(is_required=False),
        choices.amount("Leer: so viel wie möglich."),
        choices.order_text(),
    )


def _offset(call: ActionCall) -> ActionReport:
    first, second = call.text("erster"), call.text("zweiter")
    cause = call.ordered_cause(call.text("anordnung"))
    if not second:
        inside = settle_internally(call.book, first, call.cents("betrag"), cause, dry_run=call.dry_run)
        said = f"{format_eur(inside.cents)} von {first} intern verrechnet; noch offen {format_eur(inside.open_cents)}."
        return ActionReport([said], inside.outcome)
    done = offset(call.book, first, second, call.cents("betrag"), cause, dry_run=call.dry_run)
    left, still = format_eur(done.left_cents), format_eur(done.open_cents)
    said = f"{format_eur(done.cents)} aufgerechnet; noch offen: Forderung {left}, Verbindlichkeit {still}."
    if done.is_move:
        said = f"{format_eur(done.cents)} umgebucht; noch offen: {first} {left}, {second} {still}."
    return ActionReport([said], done.outcome)


ACTS: Final = (
    Action(
        "zuordnen",
        "Geld zuordnen",
        "clear",
        "Ungeklärtes Geld kommt auf den Posten, den es zahlt, oder hebt sich mit anderem ungeklärten Geld auf.",
        _clear_fields,
        _clear,
        back="zahlungsabgleich",
        supplement=_clear_supplement,
    ),
    Action(
        "weitergeben",
        "Geld aus dem Buch geben",
        "clear --charges | --foreign",
        "Ungeklärtes Geld, das zu keinem Posten gehört: ein Bankentgelt, oder Geld der Hauptbuchhaltung.",
        _pass_fields,
        _pass,
        back="zahlungsabgleich",
        supplement=money_supplement,
    ),
    Action(
        "aufrechnen",
        "Aufrechnen oder umbuchen",
        "offset",
        "Eine Forderung wird gegen eine Verbindlichkeit derselben Beteiligten aufgerechnet; zwischen zwei Posten "
        "derselben Richtung wird umgebucht, was auf den falschen gezahlt wurde. Ohne Gegenposten wird der eigene "
        "Anteil der Betreiberin im Haus verrechnet.",
        _offset_fields,
        _offset,
        roles=CERTIFIERS,
        seconds=ORDERERS,
        back="posten",
    ),
)
