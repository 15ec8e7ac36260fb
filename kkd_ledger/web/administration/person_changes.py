"""What is changed about persons who log in: each change has its fields, its preview, what it does and its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from pydantic import ValidationError

from kkd_ledger.book.text.person_names import likeness
from kkd_ledger.errors import InputRefused, Problem, UsageError
from kkd_ledger.persons.register import RegisteredPerson
from kkd_ledger.web.administration.office import AdminOffice
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.form_fields import Field

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class PersonCall(NamedTuple):
    """A change that somebody asks for: of whom (empty for a new person), with which values, by whom."""

    office: AdminOffice
    login: str
    values: Mapping[str, object]
    by: RegisteredPerson
    dry_run: bool

    def text(self, name: str) -> str:
        """Return what was typed; empty for nothing."""
        return str(self.values.get(name) or "")

    @property
    def person(self) -> RegisteredPerson:
        """Whom it is about, also where they are disabled; raise UsageError where there is nobody."""
        person = self.office.register.persons.get(self.login)
        if person is None:
            raise UsageError(f"„{self.login}“ ist nicht eingerichtet.")
        return person

    def put(self, **changes: str | bool) -> None:
        """Change what is said of the person, unless it is a dry run."""
        if not self.dry_run:
            self.office.register.put(self.login, **changes)


class PersonReport(NamedTuple):
    """What a change does, in sentences; what it shows once (a code); the change that takes it back, and its start.

    `nothing` says why there is nothing to do.
    """

    said: Sequence[str]
    back: str = ""
    back_sentence: str = ""
    back_start: Mapping[str, str] = _NOTHING
    code: str = ""
    nothing: str = ""
    login: str = ""


class PersonChange(NamedTuple):
    """One change: its name in the address, its title, a lead, its fields, what it does, the word on its button."""

    key: str
    title: str
    lead: str
    fields: Callable[[AdminOffice, str], Sequence[Field]]
    run: Callable[[PersonCall], PersonReport]
    verb: str
    command: str
    is_new: bool = False


def _no_fields(_: AdminOffice, __: str) -> Sequence[Field]:
    return ()


def _new_fields(office: AdminOffice, _: str) -> Sequence[Field]:
    names_there = {person.name for person in office.register.persons.values()}
    names = tuple((name, "") for name in office.roles.names() if name not in names_there)
    name = "Wie er in den Büchern unter „Rollen“ steht, zum Beispiel S. Muster."
    return (
        Field("name", "Name", name, fields.words, suggestions=names, blamed=("name", "jede Person einmal")),
        Field(
            "anmeldename",
            "Anmeldename",
            "Kleinbuchstaben, Ziffern, Punkt und Striche.",
            fields.words,
            blamed=("login", "gibt es schon"),
        ),
    )


def _new(call: PersonCall) -> PersonReport:
    name, login, register = call.text("name"), call.text("anmeldename").lower(), call.office.register
    if login in register.persons:
        raise UsageError(f"{login} gibt es schon ({register.persons[login].name}).")
    try:
        RegisteredPerson(login=login, name=name)
    except ValidationError:
        actual = f"Anmeldename „{login}“, Name „{name}“"
        allowed = "als login 1 bis 32 Kleinbuchstaben, Ziffern, Punkt, Striche"
        raise InputRefused([Problem("", "", actual, allowed)]) from None
    if twin := next((p for p in register.persons.values() if likeness(p.name) == likeness(name)), None):
        raise UsageError(f"jede Person einmal: {name} sieht aus wie {twin.name} ({twin.login}).")
    code = ""
    if not call.dry_run:
        register.add(login, name)
        code = call.office.codes.give(login)
    said = [
        f"{name} meldet sich als „{login}“ an.",
        "Sie bekommen einen Code, mit dem sich die Person einmal, binnen eines Tages, ein Kennwort wählt.",
    ]
    return PersonReport(said, "sperren", f"{name} wieder sperren", code=code, login=login)


def _disable(call: PersonCall) -> PersonReport:
    person = call.person
    if person.disabled:
        return PersonReport([], nothing=f"{person.name} ist schon gesperrt.")
    left = [other for other in call.office.administrators() if other.login != person.login]
    if not left and person in call.office.administrators():
        raise UsageError(
            f"{person.name} verwaltet als Letzte: Geben Sie zuerst einer anderen Person, die sich anmelden kann, die "
            "Rolle „verwaltung“."
        )
    call.put(disabled=True)
    if not call.dry_run:
        call.office.sessions.end_all_of(person.login)
    said = [f"{person.name} kann sich nicht mehr anmelden; offene Sitzungen enden sofort."]
    return PersonReport(said, "oeffnen", f"{person.name} wieder hereinlassen")


def _enable(call: PersonCall) -> PersonReport:
    person = call.person
    if not person.disabled:
        return PersonReport([], nothing=f"{person.name} ist nicht gesperrt.")
    call.put(disabled=False)
    said = [f"{person.name} kann sich wieder anmelden, wie vorher."]
    return PersonReport(said, "sperren", f"{person.name} wieder sperren")


def _password(call: PersonCall) -> PersonReport:
    person = call.person
    if person.disabled:
        raise UsageError(f"{person.name} ist gesperrt; lassen Sie die Person zuerst wieder herein.")
    code = "" if call.dry_run else call.office.codes.give(person.login)
    said = [
        f"{person.name} bekommt einen Code, der einmal und einen Tag lang gilt; das bisherige Kennwort gilt, bis er "
        "eingelöst ist.",
        "Geben Sie ihn der Person selbst, nicht per E-Mail.",
    ]
    return PersonReport(said, "code-zurueck", "Den Code zurücknehmen", code=code)


def _no_code(call: PersonCall) -> PersonReport:
    person = call.person
    if not call.office.codes.waits(person.login):
        return PersonReport([], nothing=f"Für {person.name} wartet kein Code.")
    if not call.dry_run:
        call.office.codes.take(person.login)
    return PersonReport(
        [f"Der Code von {person.name} gilt nicht mehr."], "kennwort", "Einen neuen Code geben"
    )


def _ways_fields(office: AdminOffice, login: str) -> Sequence[Field]:
    person = office.register.persons.get(login)
    return (
        Field(
            "benutzer",
            "Benutzer am Betriebssystem",
            "Als der die Person Befehle gibt. Leer: keiner.",
            fields.words,
            is_required=False,
            start=person.system_user if person else "",
        ),
        Field(
            "dienst",
            "Kennung beim Anmeldedienst",
            "Wie der Anmeldedienst (OpenID Connect) die Person nennt. Leer: keine.",
            fields.words,
            is_required=False,
            start=person.subject if person else "",
        ),
    )


def _ways(call: PersonCall) -> PersonReport:
    person, user, subject = call.person, call.text("benutzer"), call.text("dienst")
    if (user, subject) == (person.system_user, person.subject):
        return PersonReport([], nothing="So ist es schon eingetragen.")
    for other in call.office.register.persons.values():
        if other.login != person.login and (
            (user and user == other.system_user) or (subject and subject == other.subject)
        ):
            raise UsageError(f"Das gehört schon {other.name} ({other.login}).")
    call.put(system_user=user, subject=subject)
    said = [
        f"Befehle: {f'als Benutzer „{user}“' if user else 'keine'}; vorher {person.system_user or 'keine'}.",
        f"Anmeldedienst: {subject or 'nein'}; vorher {person.subject or 'nein'}.",
    ]
    start = {"benutzer": person.system_user, "dienst": person.subject}
    return PersonReport(said, "wege", "Wieder eintragen, was vorher galt", start)


def _key_fields(office: AdminOffice, login: str) -> Sequence[Field]:
    person = office.register.persons.get(login)
    keys = person.passkeys if person else ()
    offered = tuple((key.id, f"{key.label} ({key.origin})") for key in keys)
    return (
        Field("passkey", "Passkey", "Welcher verloren oder unsicher ist.", fields.words, choices=offered),
    )


def _suspend(call: PersonCall) -> PersonReport:
    person, key_id = call.person, call.text("passkey")
    key = next((key for key in person.passkeys if key.id == key_id), None)
    if key is None:
        raise UsageError("Diesen Passkey gibt es nicht mehr.")
    if key.suspended_by == call.by.login:
        return PersonReport([], nothing="Er ruht schon; jetzt muss eine zweite Person entscheiden.")
    if key.suspended_by:
        said = [f"„{key.label}“ von {person.name} wird entfernt; {key.suspended_by} hatte ihn ruhen lassen."]
        _put_keys(call, key_id, None)
        return PersonReport([*said, "Im Buch bekommt sein Schlüssel unter „Rollen“ den letzten Tag."])
    _put_keys(call, key_id, call.by.login)
    if not call.dry_run:
        call.office.sessions.end_all_of(person.login)
    said = [
        f"„{key.label}“ von {person.name} ruht ab sofort und öffnet nichts; offene Sitzungen enden.",
        "Entfernt ist er, sobald eine zweite Person, die verwaltet, dasselbe bestätigt.",
    ]
    return PersonReport(said, "passkey-zurueck", "Den Passkey wieder gelten lassen", {"passkey": key_id})


def _resume(call: PersonCall) -> PersonReport:
    person, key_id = call.person, call.text("passkey")
    key = next((key for key in person.passkeys if key.id == key_id), None)
    if key is None or not key.suspended_by:
        return PersonReport([], nothing="Dieser Passkey ruht nicht.")
    _put_keys(call, key_id, "")
    return PersonReport(
        [f"„{key.label}“ von {person.name} gilt wieder."],
        "passkey-entziehen",
        "Wieder ruhen lassen",
        {"passkey": key_id},
    )


def _put_keys(call: PersonCall, key_id: str, suspended_by: str | None) -> None:
    """Let a key be suspended by somebody (empty: not), or remove it (None); a dry run does nothing."""
    if call.dry_run:
        return
    keys = (
        key if key.id != key_id else key.model_copy(update={"suspended_by": suspended_by})
        for key in call.person.passkeys
        if key.id != key_id or suspended_by is not None
    )
    call.office.register.put(call.login, passkeys=tuple(keys))


CHANGES: Final = (
    PersonChange(
        "neu",
        "Person einrichten",
        "Wer sich anmelden darf. Was die Person darf, steht in jedem Buch unter „Rollen“.",
        _new_fields,
        _new,
        "Jetzt einrichten",
        "user add",
        is_new=True,
    ),
    PersonChange(
        "kennwort",
        "Kennwort neu wählen lassen",
        "Die Person hat ihr Kennwort vergessen, oder es ist jemandem bekannt geworden.",
        _no_fields,
        _password,
        "Code geben",
        "user password",
    ),
    PersonChange(
        "code-zurueck",
        "Code zurücknehmen",
        "Ein Code, der noch nicht eingelöst ist, gilt dann nicht mehr.",
        _no_fields,
        _no_code,
        "Code zurücknehmen",
        "user password",
    ),
    PersonChange(
        "sperren",
        "Person sperren",
        "Sie meldet sich nirgends mehr an; was sie getan hat, bleibt in den Büchern.",
        _no_fields,
        _disable,
        "Jetzt sperren",
        "user disable",
    ),
    PersonChange(
        "oeffnen",
        "Person wieder hereinlassen",
        "Mit denselben Wegen wie vor der Sperre.",
        _no_fields,
        _enable,
        "Jetzt hereinlassen",
        "user enable",
    ),
    PersonChange(
        "wege",
        "Befehle und Anmeldedienst",
        "Wie die Person außer mit Kennwort und Passkey bekannt ist.",
        _ways_fields,
        _ways,
        "Jetzt eintragen",
        "user system",
    ),
    PersonChange(
        "passkey-entziehen",
        "Passkey entziehen",
        "Er ruht sofort; entfernt wird er zu zweit.",
        _key_fields,
        _suspend,
        "Ruhen lassen oder entfernen",
        "user list",
    ),
    PersonChange(
        "passkey-zurueck",
        "Passkey wieder gelten lassen",
        "Der Passkey ist wiedergefunden und war nie in fremder Hand.",
        _key_fields,
        _resume,
        "Wieder gelten lassen",
        "user list",
    ),
)
