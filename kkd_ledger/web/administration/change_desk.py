"""The way of a change about a person: asked → previewed → confirmed → done; bound to what was seen."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Flask, abort, g, render_template, request

from kkd_ledger.errors import KkdError, told_error
from kkd_ledger.persons.register import RegisteredPerson
from kkd_ledger.web.administration.office import AdminOffice
from kkd_ledger.web.administration.person_changes import CHANGES, PersonCall, PersonChange, PersonReport
from kkd_ledger.web.workplace.acting.form_fields import Typed, read_form

BASE: Final = "/kkd/verwaltung"
NEW: Final = "-"
"""What stands in an address in place of the login of somebody who is not there yet."""
_CHANGED: Final = (
    "Seit der Vorschau hat sich etwas geändert; nichts ist geschrieben. Bitte sehen Sie es noch einmal an."
)


@dataclass
class ChangeDesk:
    """The addresses of changes; `frame` gives what every page of the Verwaltung shows."""

    office: AdminOffice
    frame: Any
    _lock: Lock = field(default_factory=Lock)

    def install(self, app: Flask) -> None:
        """Add the address to the application."""
        app.add_url_rule(
            f"{BASE}/person/<login>/<key>", "admin-change", self._change, methods=["GET", "POST"]
        )

    def _change(self, login: str, key: str) -> Any:
        by = self.office.asking(to_write=True)
        change = next((change for change in CHANGES if change.key == key), None)
        whom = "" if login == NEW else login
        if (
            change is None
            or change.is_new != (not whom)
            or (whom and whom not in self.office.register.persons)
        ):
            abort(404)
        asked = change.fields(self.office, whom)
        if request.method != "POST":
            texts = {each.name: request.args.get(each.name, each.start) for each in asked}
            return self._form(change, whom, Typed(texts, {}, {}))
        typed = read_form(asked, request.form)
        step = request.form.get("schritt", "vorschau")
        if typed.wrong or step == "aendern":
            return self._form(change, whom, typed, status=422 if typed.wrong else 200)
        with self._lock:
            return self._decided(change, whom, typed, by, step)

    def _decided(self, change: PersonChange, whom: str, typed: Typed, by: RegisteredPerson, step: str) -> Any:
        call = PersonCall(self.office, whom, typed.values, by, dry_run=True)
        try:
            report = change.run(call)
            seen = self._seen(change, whom, typed, by, report)
            if step != "bestaetigen" or report.nothing:
                return self._preview(change, whom, typed, report, seen)
            if not hmac.compare_digest(seen, request.form.get("gesehen", "")):
                return self._preview(change, whom, typed, report, seen, trouble=_CHANGED, status=409)
            report = change.run(call._replace(dry_run=False))
        except (KkdError, OSError) as error:
            return self._refused(change, whom, typed, error)
        g.setdefault("deed", f"{change.title}: {whom or report.login}")
        return self._done(change, whom or report.login, report)

    def _seen(
        self, change: PersonChange, whom: str, typed: Typed, by: RegisteredPerson, report: PersonReport
    ) -> str:
        """Return the hash to which a confirmation is bound: what was typed, said, by whom, on which persons."""
        waits = self.office.codes.waits(whom) if whom else False
        parts = [change.key, whom, dict(typed.texts), by.login, list(report.said), self.office.stamp(), waits]
        return sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def _refused(self, change: PersonChange, whom: str, typed: Typed, error: KkdError | OSError) -> Any:
        sentence = told_error(error)
        asked = change.fields(self.office, whom)
        at = next((each for each in asked if any(word in sentence for word in each.blamed)), None)
        wrong = {at.name: sentence} if at else {}
        trouble = "" if at else sentence
        return self._form(change, whom, typed._replace(wrong=wrong), trouble=trouble, status=422)

    def _form(
        self, change: PersonChange, whom: str, typed: Typed, *, trouble: str = "", status: int = 200
    ) -> Any:
        shown = {"fields": change.fields(self.office, whom), "typed": typed, "trouble": trouble}
        return self._page("form", change, whom, shown, change.title), status

    def _preview(
        self,
        change: PersonChange,
        whom: str,
        typed: Typed,
        report: PersonReport,
        seen: str,
        *,
        trouble: str = "",
        status: int = 200,
    ) -> Any:
        shown = {
            "fields": change.fields(self.office, whom),
            "typed": typed,
            "report": report,
            "seen": seen,
            "trouble": trouble,
        }
        return self._page("preview", change, whom, shown, f"{change.title}: Vorschau"), status

    def _done(self, change: PersonChange, whom: str, report: PersonReport) -> Any:
        back = address(whom, report.back, report.back_start) if report.back else ""
        return self._page(
            "done", change, whom, {"report": report, "way_back": back}, f"{change.title}: erledigt"
        )

    def _page(
        self, name: str, change: PersonChange, whom: str, shown: Mapping[str, object], heading: str
    ) -> str:
        person = self.office.register.persons.get(whom)
        return render_template(
            f"workplace/admin_{name}.html",
            change=change,
            person=person,
            action=address(whom, change.key),
            onward=f"{BASE}/person/{quote(whom)}" if person else f"{BASE}/",
            heading=heading,
            **shown,
            **self.frame(),
        )


def address(login: str, key: str, start: Mapping[str, str] | None = None) -> str:
    """Return the address of a change of a person (empty: of a new one), with fields that are filled already."""
    query = f"?{urlencode(start)}" if start else ""
    return f"{BASE}/person/{quote(login) or NEW}/{key}{query}"
