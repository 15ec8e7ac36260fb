"""Who may log in: the persons of one installation, in a folder of its own that belongs to no book.

`personen.json` says who there is and how they are known; it holds nothing secret. What must stay secret (hashes of
passwords, the log) lies beside it in `geheim/`, for the server's user alone. Which roles a person holds from when to
when stands in each book's book.toml, by the same name: a book is judged years later, without this folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Self

from filelock import FileLock
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from kkd_ledger.book.store import durable
from kkd_ledger.book.text.person_names import likeness
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import InputRefused, NotAllowed, Problem, UsageError, cause_of
from kkd_ledger.fields import LOGIN, wrongs

FOLDER_VARIABLE: Final = "KKD_PERSONS"
SYSTEM_FOLDER: Final = Path("/etc/kkd")
FILE: Final = "personen.json"
SECRETS: Final = "geheim"
_NOT_HERE: Final = ("book.toml", "agreement.toml")
_LOCK_S: Final = 5


class RegisterRefused(InputRefused):
    """The persons of this installation cannot be read, or must not lie where they should."""

    subject: ClassVar[str] = "Personen dieser Anlage abgelehnt"


def _name(text: str) -> str:
    if not text or text != clean(text):
        raise NotAllowed(repr(text), "ein Name ohne Steuerzeichen und ohne Leerzeichen am Rand")
    return text


class _Stored(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Passkey(_Stored):
    """A passkey of a person: what its authenticator told at the enrolment, and who confirmed it (nobody yet: empty).

    `public_key` is the COSE key, Base64 for addresses; `begins` the day of the confirmation.
    """

    id: str
    public_key: str
    sign_count: int
    rp_id: str
    origin: str
    label: str
    confirmed_by: str = ""
    begins: str = ""
    suspended_by: str = ""
    """Who let it rest because it may be in wrong hands (empty: nobody); a second person removes it."""


class RegisteredPerson(_Stored):
    """A person who may log in: their name as it stands in book.toml, and the ways in which they are known.

    `system_user` is their login at the operating system (for commands), `subject` what the login service calls them;
    each is empty for none.
    """

    login: Annotated[str, Field(pattern=LOGIN)]
    name: Annotated[str, AfterValidator(_name)]
    disabled: bool = False
    system_user: str = ""
    subject: str = ""
    passkeys: tuple[Passkey, ...] = ()


class _Persons(_Stored):
    format: Literal["kkd-personen/1"] = "kkd-personen/1"
    persons: tuple[RegisteredPerson, ...] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [likeness(person.name) for person in self.persons]
        for values in (
            [person.login for person in self.persons],
            names,
            [person.system_user for person in self.persons if person.system_user],
            [person.subject for person in self.persons if person.subject],
        ):
            if twice := sorted({value for value in values if values.count(value) > 1}):
                raise ValueError(f"jede Person einmal, nicht zweimal {twice[0]!r}")
        return self


Stamp = tuple[int, int, int] | None


class Register:
    """The persons of an installation as its file says now; each question looks whether the file has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: Stamp = None
        self._persons: Mapping[str, RegisteredPerson] = {}

    @property
    def file(self) -> Path:
        """Where the persons stand."""
        return self.folder / FILE

    @property
    def secrets(self) -> Path:
        """The folder of what only the server's user reads."""
        return self.folder / SECRETS

    @property
    def persons(self) -> Mapping[str, RegisteredPerson]:
        """The persons by login, the disabled ones too; none where none is set up. Raise RegisterRefused."""
        stamp = _stamp(self.file)
        if stamp != self._stamp:
            self._persons, self._stamp = _read(self.file), stamp
        return self._persons

    @property
    def is_set_up(self) -> bool:
        """Whether persons are set up: then nobody reads or acts without having proved who they are."""
        return bool(self.persons)

    def person(self, login: str) -> RegisteredPerson | None:
        """Return who may log in by a login; None for nobody, or for a person that is disabled."""
        person = self.persons.get(login)
        return None if person is None or person.disabled else person

    def of_system_user(self, name: str) -> RegisteredPerson | None:
        """Return the person whom the operating system knows by a login; None for nobody, or a disabled one."""
        persons = (person for person in self.persons.values() if person.system_user == name)
        return next((person for person in persons if not person.disabled), None)

    def change(
        self, changed: Callable[[Mapping[str, RegisteredPerson]], Mapping[str, RegisteredPerson]]
    ) -> None:
        """Write what `changed` makes of the persons, whole or not at all, while nobody else writes.

        Raise RegisterRefused where the result is none that could be read, or where the folder lies within a book.
        """
        self._make()
        with FileLock(self.folder / f".{FILE}.lock", timeout=_LOCK_S):
            persons = tuple(changed(_read(self.file)).values())
            try:
                stored = _Persons.model_validate({"persons": tuple(persons)})
            except ValidationError as error:
                raise RegisterRefused(_problems(self.file, error)) from None
            replace(self.file, (stored.model_dump_json(indent=1) + "\n").encode(), 0o644)

    def add(self, login: str, name: str, system_user: str = "") -> None:
        """Set a person up; raise RegisterRefused for a name or a login that cannot be, or is somebody else's."""
        try:
            person = RegisteredPerson(login=login, name=name, system_user=system_user)
        except ValidationError as error:
            raise RegisterRefused(_problems(self.file, error, RegisteredPerson)) from None
        self.change(lambda persons: _with_new(persons, person, self.file))

    def put(self, login: str, **changes: str | bool | tuple[Passkey, ...]) -> None:
        """Change what is said of a person; raise RegisterRefused where there is none with this login."""

        def changed(persons: Mapping[str, RegisteredPerson]) -> Mapping[str, RegisteredPerson]:
            if login not in persons:
                allowed = ", ".join(persons) or "noch niemand; `kkd user add` richtet Personen ein"
                raise RegisterRefused([Problem(str(self.file), "", login, allowed)])
            return {**persons, login: persons[login].model_copy(update=changes)}

        self.change(changed)

    def _make(self) -> None:
        place = self.folder.absolute()
        if any((folder / name).exists() for folder in (place, *place.parents) for name in _NOT_HERE):
            actual = "der Ordner eines Buchs oder einer Vereinbarung: er geht in Sicherungen und an Prüfende"
            raise RegisterRefused(
                [Problem(str(place), "", actual, f"ein eigener Ordner ({FOLDER_VARIABLE} nennt ihn)")]
            )
        try:
            self.folder.mkdir(0o755, parents=True, exist_ok=True)
            self.secrets.mkdir(0o700, exist_ok=True)
        except OSError as error:
            raise RegisterRefused(
                [
                    Problem(
                        str(place), "", cause_of(error), "ein Ordner, in den dieser Benutzer schreiben darf"
                    )
                ]
            ) from None


def folder() -> Path:
    """Return the folder of this installation's persons.

    KKD_PERSONS names it; else it is /etc/kkd where persons are set up there, else `kkd` under XDG_CONFIG_HOME, else
    ~/.config/kkd. Raise UsageError where there is no home.
    """
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named).absolute()
    if (SYSTEM_FOLDER / FILE).exists():
        return SYSTEM_FOLDER
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the specification says to ignore a relative one
        return Path(base) / "kkd"
    with suppress(RuntimeError):  # a service without a home
        return Path.home() / ".config" / "kkd"
    raise UsageError(f"Wo die Personen dieser Anlage stehen, sagt {FOLDER_VARIABLE}: ein Ordner.")


def replace(file: Path, content: bytes, mode: int) -> None:
    """Put a file in place of another in one step, synced, with these rights from its first byte on."""
    draft = file.with_name(f".{file.name}.kkd")
    try:
        durable.write(draft, content, mode)
        draft.replace(file)
        durable.sync_folder(file.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _stamp(file: Path) -> Stamp:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RegisterRefused([Problem(str(file), "", cause_of(error), "eine lesbare Datei")]) from None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(file: Path) -> Mapping[str, RegisteredPerson]:
    try:
        stored = _Persons.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RegisterRefused([Problem(str(file), "", cause_of(error), "eine lesbare Datei")]) from None
    except ValidationError as error:
        raise RegisterRefused(_problems(file, error)) from None
    return {person.login: person for person in stored.persons}


def _with_new(
    persons: Mapping[str, RegisteredPerson], person: RegisteredPerson, file: Path
) -> Mapping[str, RegisteredPerson]:
    if person.login in persons:
        actual = f"{person.login} gibt es schon ({persons[person.login].name})"
        raise RegisterRefused([Problem(str(file), "", actual, "ein Anmeldename, den noch niemand hat")])
    return {**persons, person.login: person}


def _problems(file: Path, error: ValidationError, model: type[BaseModel] | None = None) -> list[Problem]:
    return [
        Problem(str(file), ".".join(map(str, wrong.loc)), wrong.actual, wrong.allowed)
        for wrong in wrongs(error, model or _Persons)
    ]
