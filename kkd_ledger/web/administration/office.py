"""What the Verwaltung works on: the persons of this installation, their codes and sessions, the books on show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from flask import abort

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.register import Register, RegisteredPerson
from kkd_ledger.web.access.access_log import AccessLog
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.access.reset_codes import ResetCodes
from kkd_ledger.web.access.sessions import Sessions
from kkd_ledger.web.administration.roles_on_show import RolesOnShow
from kkd_ledger.web.workplace.visitor import visitor


@dataclass(frozen=True)
class AdminOffice:
    """One installation. `passwords` are those of the door, `today` gives the day."""

    register: Register
    roles: RolesOnShow
    passwords: Callable[[], Passwords]
    codes: ResetCodes
    sessions: Sessions
    log: AccessLog
    today: Callable[[], dt.date]

    def asking(self, *, to_write: bool = False) -> RegisteredPerson:
        """Return who asks; end the request for who may not see this, or may not change it.

        Who administers sees and changes, who audits sees.
        """
        asking = visitor()
        person = self.register.person(asking.login) if asking else None
        if person is None:
            abort(401)
        if not (self.may_change() if to_write else self.sees()):
            abort(403)
        return person

    def may_change(self) -> bool:
        """Tell whether who asks may change something."""
        asking = visitor()
        return asking is not None and self.roles.administers(asking.name)

    def sees(self) -> bool:
        """Tell whether who asks may look at it."""
        asking = visitor()
        return asking is not None and (
            v.Role.AUDITS in self.roles.anywhere(asking.name) or self.roles.administers(asking.name)
        )

    def administrators(self) -> tuple[RegisteredPerson, ...]:
        """Return who administers and can log in: not disabled."""
        persons = self.register.persons.values()
        return tuple(
            person for person in persons if not person.disabled and self.roles.administers(person.name)
        )

    def stamp(self) -> str:
        """Return the SHA-256 of the persons as they stand now: a confirmation is bound to it."""
        try:
            return sha256(self.register.file.read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""
