"""Rollen: who may do what in a book from when to when, keys that sign, and local rules; all of it stands in book.toml.

Each form changes one place of book.toml; two persons confirm it afterwards, like any change of what a book stands on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import UsageError
from kkd_ledger.money import format_amount
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import SETTING_UP, Action, ActionCall, ActionReport
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts.terms_acts import rewritten
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.terms import settings_text as text_of
from kkd_ledger.work.terms.basis_text import new_settings, settings_text

_YES_NO: Final = (("ja", "ja"), ("nein", "nein"))
_SIGNED: Final = tuple((str(deed), str(deed)) for deed in v.Deed if deed != v.Deed.PREPARES)


def _role_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    names = tuple(
        (name, "") for name in dict.fromkeys(holder.name for holder in snapshot.book.settings.roles)
    )
    roles = tuple((str(role), str(role)) for role in v.Role)
    return (
        Field(
            "name",
            "Name",
            "Wie die Person beim Anmelden heißt, zum Beispiel S. Muster.",
            fields.words,
            suggestions=names,
        ),
        Field(
            "rolle",
            "Rolle",
            "Was sie darf; wer prüft, verwaltet oder liest, handelt nie.",
            fields.words,
            choices=roles,
        ),
        Field(
            "ab", "Erster Tag", "Ab wann die Verfügung gilt.", fields.day, start=german.day(snapshot.today)
        ),
        Field(
            "bis",
            "Letzter Tag",
            "Leer: bis auf Weiteres. Eine Vertretung braucht ihn.",
            fields.day,
            is_required=False,
        ),
        Field(
            "grenze",
            "Wertgrenze in EUR",
            "Was sie an einem Tag für dieselbe Beteiligte bewegen darf, alle Teile zusammen. Leer: ohne Grenze.",
            fields.cents,
            is_required=False,
            blamed=("limit",),
        ),
        Field(
            "vertritt",
            "Vertritt",
            "Für wen sie die Rolle in diesen Tagen hat. Leer: Es ist ihre eigene.",
            fields.words,
            is_required=False,
            suggestions=names,
            blamed=("deputy_of", "vertritt", "Vertretung"),
        ),
    )


def _give_role(call: ActionCall) -> ActionReport:
    begins, ends, limit_cents = call.day("ab"), call.day("bis"), call.cents("grenze")
    assert begins is not None, "the form asks for it"
    values: dict[str, text_of.TomlValue] = {
        "name": call.text("name"),
        "role": call.text("rolle"),
        "from": begins,
    }
    if ends:
        values["to"] = ends
    if limit_cents is not None:
        values["limit"] = format_amount(limit_cents)
    if principal := call.text("vertritt"):
        values["deputy_of"] = principal
    if not call.book.settings.roles and call.text("rolle") not in set(map(str, v.ACTING_ROLES)):
        raise UsageError(
            "Rolle: Die erste in diesem Buch muss eine sein, die handelt; sonst handelt danach niemand."
        )
    return _changed(
        call, lambda text: text_of.with_role(text, values), "rolle-beenden", "Die Rolle wieder beenden"
    )


def _end_role_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    holders = enumerate(snapshot.book.settings.roles)
    offered = tuple(
        (str(place), f"{holder.name}: {holder.role} seit {german.day(holder.begins)}")
        for place, holder in holders
        if holder.ends is None or holder.ends >= snapshot.today
    )
    return (
        Field("welche", "Rolle", "Welche Rolle endet.", fields.words, choices=offered),
        Field(
            "bis", "Letzter Tag", "An diesem Tag gilt sie noch.", fields.day, start=german.day(snapshot.today)
        ),
    )


def _end_role(call: ActionCall) -> ActionReport:
    place, last = int(call.text("welche")), call.day("bis")
    assert last is not None, "the form asks for it"
    return _changed(
        call, lambda text: text_of.with_role_ended(text, place, last), "rolle-geben", "Die Rolle neu geben"
    )


def _key_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    names = tuple(
        (name, "") for name in dict.fromkeys(holder.name for holder in snapshot.book.settings.roles)
    )
    where = "Wie es die Seite „Passkeys“ oder `kkd user key` nennt."
    return (
        Field("person", "Person", "Wem der Schlüssel gehört.", fields.words, suggestions=names),
        Field("kennung", "Kennung", where, fields.words, blamed=(".id",)),
        Field("schluessel", "Öffentlicher Schlüssel", where, fields.words, blamed=(".key",)),
        Field(
            "rechner",
            "Rechnername",
            f"{where} Leer bei einem Schlüssel für Befehle.",
            fields.words,
            is_required=False,
        ),
        Field(
            "adresse",
            "Adresse",
            f"{where} Leer bei einem Schlüssel für Befehle.",
            fields.words,
            is_required=False,
        ),
        Field("ab", "Erster Tag", "Ab wann er zählt.", fields.day, start=german.day(snapshot.today)),
    )


def _add_key(call: ActionCall) -> ActionReport:
    begins = call.day("ab")
    assert begins is not None, "the form asks for it"
    values: dict[str, text_of.TomlValue] = {
        "person": call.text("person"),
        "id": call.text("kennung"),
        "key": call.text("schluessel"),
    }
    values |= {
        key: text for key, name in (("rp_id", "rechner"), ("origin", "adresse")) if (text := call.text(name))
    }
    values["from"] = begins
    return _changed(
        call,
        lambda text: text_of.with_key(text, values),
        "schluessel-beenden",
        "Den Schlüssel wieder beenden",
    )


def _end_key_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    offered = tuple(
        (str(place), f"{key.person}: {key.id[:12]}… seit {german.day(key.begins)}")
        for place, key in enumerate(snapshot.book.settings.keys)
        if key.ends is None
    )
    help_ = "Verloren, ersetzt oder ausgeschieden; was er vorher unterschrieb, gilt weiter."
    return (
        Field("welcher", "Schlüssel", help_, fields.words, choices=offered),
        Field(
            "bis", "Letzter Tag", "An diesem Tag gilt er noch.", fields.day, start=german.day(snapshot.today)
        ),
    )


def _end_key(call: ActionCall) -> ActionReport:
    place, last = int(call.text("welcher")), call.day("bis")
    assert last is not None, "the form asks for it"
    return _changed(
        call,
        lambda text: text_of.with_key_ended(text, place, last),
        "schluessel-hinterlegen",
        "Einen neuen hinterlegen",
    )


def _policy_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    policy = snapshot.book.settings.policy
    same, typed = ("ja" if policy.same_person else "nein"), ("ja" if policy.typed_names else "nein")
    return (
        Field(
            "unterschrieben",
            "Nur mit Unterschrift",
            "Welche Akte nur mit Passkey oder Schlüssel gelten; mehrere mit der Strg-Taste.",
            fields.several,
            is_required=False,
            choices=_SIGNED,
            several=True,
            start="\n".join(map(str, policy.signed)),
        ),
        Field(
            "getippt",
            "Getippte Namen genügen",
            "nein: In diesem Buch handelt nur, wer sich ausgewiesen hat, auch mit Befehlen.",
            fields.words,
            choices=_YES_NO,
            start=typed,
        ),
        Field(
            "dieselbe",
            "Dieselbe Person darf feststellen und anordnen",
            "Nur wo es örtlich erlaubt ist.",
            fields.words,
            choices=_YES_NO,
            start=same,
        ),
        Field(
            "ungeklaert",
            "Ungeklärtes Geld höchstens, Tage",
            "Danach mahnt die Prüfung an, es zuzuordnen.",
            _days,
            start=str(policy.suspense_days_max),
        ),
        Field(
            "ueberfaellig",
            "Überfällig höchstens, Tage",
            "Danach gilt ein Posten als zu lange offen.",
            _days,
            start=str(policy.overdue_days_max),
        ),
        Field(
            "zahlungsziel",
            "Zahlungsziel, Tage",
            "Wo die Vereinbarung keines nennt.",
            _days,
            start=str(policy.payment_days),
        ),
    )


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > len("3650"):
        raise ValueError(f"„{text}“ ist keine Zahl von Tagen; erlaubt: 0 bis 3650")
    return int(text)


def _set_policy(call: ActionCall) -> ActionReport:
    policy = call.book.settings.policy
    wanted: dict[str, text_of.TomlValue] = {
        "signed": call.chosen("unterschrieben"),
        "typed_names": call.text("getippt") == "ja",
        "same_person": call.text("dieselbe") == "ja",
        "unclear_days_max": call.number("ungeklaert"),
        "overdue_days_max": call.number("ueberfaellig"),
        "payment_days": call.number("zahlungsziel"),
    }
    before = policy.model_dump(by_alias=True) | {"signed": tuple(map(str, policy.signed))}
    changed = {key: value for key, value in wanted.items() if before[key] != value}
    if not changed:
        return ActionReport([], None, nothing="So steht es schon in book.toml.")
    return _changed(
        call, lambda text: text_of.with_policy(text, changed), "regeln", "Die Regeln wieder ändern"
    )


def _changed(call: ActionCall, change: Callable[[str], str], back: str, sentence: str) -> ActionReport:
    new = new_settings(call.book, change(settings_text(call.book)), dry_run=call.dry_run)
    return rewritten(call, new, back, sentence)


ACTS: Final = (
    Action(
        "rolle-geben",
        "Rolle geben, Vertretung, Wertgrenze",
        "changes",
        "Eine Verfügung: wer in diesem Buch von wann bis wann was darf. Es zählt, sobald zwei Personen es bestätigen.",
        _role_fields,
        _give_role,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="rollen",
    ),
    Action(
        "rolle-beenden",
        "Rolle beenden",
        "changes",
        "Die Rolle bekommt ihren letzten Tag; was bis dahin getan wurde, bleibt richtig.",
        _end_role_fields,
        _end_role,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="rollen",
    ),
    Action(
        "schluessel-hinterlegen",
        "Schlüssel hinterlegen",
        "changes",
        "Ein öffentlicher Schlüssel kommt ins Buch: So lassen sich Unterschriften ohne diese Anlage prüfen.",
        _key_fields,
        _add_key,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="rollen",
    ),
    Action(
        "schluessel-beenden",
        "Schlüssel beenden",
        "changes",
        "Ein verlorener oder ersetzter Schlüssel bleibt im Buch stehen und bekommt seinen letzten Tag.",
        _end_key_fields,
        _end_key,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="rollen",
    ),
    Action(
        "regeln",
        "Örtliche Regeln ändern",
        "changes",
        "Was nur mit Unterschrift gilt, wer was zugleich darf, und die Fristen dieses Buchs.",
        _policy_fields,
        _set_policy,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="rollen",
    ),
)
