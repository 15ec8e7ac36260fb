"""The pages of the Verwaltung: who may log in and how, one person, the access log; whoever audits reads them too."""

from __future__ import annotations

import datetime as dt
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask, Response, abort, render_template, request

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.register import Passkey, RegisteredPerson
from kkd_ledger.web.access.access_log import lines, verified
from kkd_ledger.web.access.door import Door
from kkd_ledger.web.access.passkeys import plain
from kkd_ledger.web.administration.backup import backup_of
from kkd_ledger.web.administration.change_desk import BASE, ChangeDesk, address
from kkd_ledger.web.administration.office import AdminOffice
from kkd_ledger.web.administration.roles_on_show import RolesOnShow
from kkd_ledger.web.workplace.app import Workplace
from kkd_ledger.web.workplace.blocks import (
    Block,
    Content,
    FactList,
    Sentence,
    Sentences,
    TableBlock,
    WorkplacePage,
)
from kkd_ledger.web.workplace.tables import Cell, Offer, Table, TableColumn
from kkd_ledger.web.workplace.visitor import visitor

LOG_LINES_MAX: Final = 10_000
_MENU: Final = (
    ("Personen", f"{BASE}/"),
    ("Zugriffsprotokoll", f"{BASE}/protokoll"),
    ("Sicherung", f"{BASE}/sicherung"),
)
_PERSONS: Final = (
    TableColumn("name", "Name"),
    TableColumn("login", "Anmeldename"),
    TableColumn("stand", "Stand"),
    TableColumn("wege", "Bekannt durch"),
    TableColumn("rollen", "Rollen heute"),
)
_LINES: Final = (
    TableColumn("zeit", "Zeit"),
    TableColumn("wer", "Wer"),
    TableColumn("bekannt", "bekannt durch"),
    TableColumn("was", "Was"),
    TableColumn("status", "Ergebnis"),
    TableColumn("von", "von"),
)


class AdminAsked(NamedTuple):
    """What a page of the Verwaltung is asked for: what its address says."""

    query: Mapping[str, str]


@dataclass
class AdminPages:
    """The addresses of the Verwaltung."""

    office: AdminOffice

    def install(self, app: Flask) -> None:
        """Add the addresses to the application."""
        app.add_url_rule(f"{BASE}/", "admin-persons", self._persons)
        app.add_url_rule(f"{BASE}/person/<login>", "admin-person", self._person)
        app.add_url_rule(f"{BASE}/protokoll", "admin-log", self._log)
        app.add_url_rule(f"{BASE}/sicherung", "admin-backup", self._backups)
        app.add_url_rule(f"{BASE}/sicherung/<name>", "admin-backup-file", self._backup, methods=["POST"])
        ChangeDesk(self.office, self._frame).install(app)
        app.jinja_env.globals.update(admin_page=self._offered, deposits=self._deposits)

    def _offered(self) -> str:
        """Return the address of the Verwaltung for who sees it; empty for others."""
        asking = visitor()
        roles = self.office.roles.anywhere(asking.name) if asking else frozenset()
        return f"{BASE}/" if roles & {v.Role.ADMINISTERS, v.Role.AUDITS} else ""

    def _deposits(self, key: Passkey) -> Sequence[tuple[str, str]]:
        """Return the books in which who asks may deposit a passkey of theirs: title, and the form, filled."""
        asking = visitor()
        fields = {
            "person": asking.name if asking else "",
            "kennung": key.id,
            "schluessel": plain(key.public_key),
            "rechner": key.rp_id,
            "adresse": key.origin,
            "ab": german.day(dt.date.fromisoformat(key.begins)),
        }
        return [
            (title, f"/kkd/{quote(name)}/tun/schluessel-hinterlegen?{urlencode(fields)}")
            for name, title in self.office.roles.setting_up(asking.name if asking else "")
        ]

    def _frame(self) -> dict[str, Any]:
        page = next((name for name, href in _MENU if href == request.path), "Personen")
        shown = WorkplacePage("", page, lambda _: None)
        return {"menu": _MENU, "page": shown, "book": "", "asked": AdminAsked(request.args)}

    def _shown(self, content: Content) -> str:
        return render_template(
            "workplace/admin_page.html", content=content, heading=content.heading, **self._frame()
        )

    def _persons(self) -> str:
        self.office.asking()
        rows = [self._row(person) for person in self.office.register.persons.values()]
        waiting = [
            Sentence(
                f"„{key.label}“ von {person.name} ruht; eine zweite Person entscheidet.",
                href=f"{BASE}/person/{quote(person.login)}",
                mood="warning",
                word="zu zweit",
            )
            for person in self.office.register.persons.values()
            for key in person.passkeys
            if key.suspended_by
        ]
        offers = [Offer("Person einrichten", address("", "neu"))] if self.office.may_change() else []
        blocks: list[Block] = [Sentences("Was wartet", waiting, "Nichts.")]
        blocks.append(TableBlock(Table.of("Wer sich anmelden darf", _PERSONS, rows)))
        lead = "Was jemand darf, steht in jedem Buch unter „Rollen“; hier steht, wer sich anmeldet und wie."
        return self._shown(Content("Verwaltung: Personen", lead, blocks, offers))

    def _row(self, person: RegisteredPerson) -> Sequence[Cell]:
        ways = _ways(person, has_password=self.office.passwords().has(person.login))
        code = "ein Code wartet" if self.office.codes.waits(person.login) else ""
        roles = self.office.roles.anywhere(person.name)
        state = (
            Cell("gesperrt", mood="danger")
            if person.disabled
            else Cell("darf herein", note=code, mood="success")
        )
        return [
            Cell(person.name, f"{BASE}/person/{quote(person.login)}"),
            Cell(person.login),
            state,
            Cell(", ".join(ways) or "noch nichts"),
            Cell(", ".join(sorted(map(str, roles))) or "keine"),
        ]

    def _person(self, login: str) -> str:
        self.office.asking()
        person = self.office.register.persons.get(login)
        if person is None:
            abort(404)
        ways = _ways(person, has_password=self.office.passwords().has(login))
        facts = FactList(
            person.name,
            [
                ("Anmeldename", Cell(login)),
                ("Stand", Cell("gesperrt" if person.disabled else "darf herein")),
                ("Bekannt durch", Cell(", ".join(ways) or "noch nichts")),
                ("Code zum Einlösen", Cell("ist ausgegeben" if self.office.codes.waits(login) else "keiner")),
            ],
        )
        keys = [Sentence(_key(self.office, key)) for key in person.passkeys]
        roles = [
            Sentence(f"{title}: {', '.join(map(str, roles_of_book))}")
            for title, roles_of_book in self.office.roles.by_book(person.name)
        ]
        blocks: list[Block] = [
            facts,
            Sentences(
                "Passkeys", keys, "Keiner. Passkeys richtet jede Person selbst ein, hinter ihrem Namen oben."
            ),
            Sentences("Rollen heute", roles, "Keine: Die Person sieht kein Buch, das Rollen nennt."),
        ]
        offers = self._offers(person) if self.office.may_change() else []
        return self._shown(Content(f"Verwaltung: {person.name}", "", blocks, offers))

    def _offers(self, person: RegisteredPerson) -> list[Offer]:
        code = self.office.codes.waits(person.login)
        wanted = [
            ("oeffnen", "Wieder hereinlassen", person.disabled),
            ("kennwort", "Kennwort neu wählen lassen", not person.disabled),
            ("code-zurueck", "Code zurücknehmen", code),
            ("wege", "Befehle und Anmeldedienst", True),
            ("passkey-entziehen", "Passkey entziehen", bool(person.passkeys)),
            (
                "passkey-zurueck",
                "Passkey wieder gelten lassen",
                any(key.suspended_by for key in person.passkeys),
            ),
            ("sperren", "Sperren", not person.disabled),
        ]
        return [Offer(word, address(person.login, key)) for key, word, is_offered in wanted if is_offered]

    def _log(self) -> str:
        self.office.asking()
        chain = verified(self.office.log.file)
        broken = ", ".join(map(str, chain.broken[:20]))
        state = f"unterbrochen bei Zeile {broken}" if chain.broken else "ununterbrochen"
        facts = FactList(
            "Kette der Zeilen",
            [
                ("Zeilen", Cell(german.grouped(chain.line_count))),
                ("Kette", Cell(state, mood="danger" if chain.broken else "success")),
                (
                    "SHA-256 der letzten",
                    Cell(chain.last_sha256, note="Woanders aufbewahren; `kkd user log --verify --head ZAHL`"),
                ),
            ],
        )
        rows = [_line(line) for line in reversed(deque(lines(self.office.log.file), LOG_LINES_MAX))]
        table = Table.of("Wer sich angemeldet und gehandelt hat", _LINES, rows, empty="Noch niemand.")
        return self._shown(Content("Verwaltung: Zugriffsprotokoll", "", [facts, TableBlock(table)]))

    def _backups(self) -> str:
        person = self.office.asking(to_write=True)
        return render_template(
            "workplace/admin_backup.html",
            heading="Verwaltung: Sicherung",
            books=self.office.roles.titles(person.name),
            base_backup=f"{BASE}/sicherung",
            **self._frame(),
        )

    def _backup(self, name: str) -> Response:
        person, root = self.office.asking(to_write=True), self.office.roles.root(name)
        if root is None:
            abort(404)
        if not self.office.roles.administers(person.name, name):
            abort(403)
        file = f"{root.name}-{self.office.today().isoformat()}.tar.gz"
        response = Response(backup_of(root), mimetype="application/gzip")
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file)}"
        return response


def add_administration(workplace: Workplace, door: Door, today: Callable[[], dt.date]) -> None:
    """Add the Verwaltung to a workplace behind its door."""
    office = AdminOffice(
        door.register,
        RolesOnShow(workplace.books),
        lambda: door.passwords,
        door.codes,
        door.sessions,
        door.log,
        today,
    )
    AdminPages(office).install(workplace.app)


def _ways(person: RegisteredPerson, *, has_password: bool) -> list[str]:
    ways = ["Kennwort"] * has_password
    if keys := [key for key in person.passkeys if key.confirmed_by and not key.suspended_by]:
        ways.append(german.count(len(keys), "Passkey", "Passkeys"))
    ways += [f"Anmeldedienst ({person.subject})"] if person.subject else []
    ways += [f"Betriebssystem ({person.system_user})"] if person.system_user else []
    return ways


def _key(office: AdminOffice, key: Passkey) -> str:
    def name(login: str) -> str:
        person = office.register.persons.get(login)
        return person.name if person else login

    if key.suspended_by:
        return f"{key.label} für {key.origin}: ruht, durch {name(key.suspended_by)}"
    if not key.confirmed_by:
        return f"{key.label} für {key.origin}: wartet auf die Bestätigung einer zweiten Person"
    begun = german.day(dt.date.fromisoformat(key.begins)) if key.begins else "?"
    return f"{key.label} für {key.origin}: bestätigt von {name(key.confirmed_by)} am {begun}"


def _line(line: bytes) -> Sequence[Cell]:
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return [Cell(line.decode("utf-8", "replace")[:200]), *[Cell("")] * 5]
    parts = (str(data.get(key, "")) for key in ("zeit", "wer", "bekannt", "was", "status", "von"))
    return [Cell(part) for part in parts]
