"""The addresses of acts: `/kkd/BOOK/tun/ACT` with form and steps, `/kkd/BOOK/vorgang/NAME` for a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, Response, abort, render_template, request, send_file

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.vocabulary import Role
from kkd_ledger.web.workplace.acting import cases, desk
from kkd_ledger.web.workplace.acting.action import Action
from kkd_ledger.web.workplace.acting.action_step import OpenBook, may_decide
from kkd_ledger.web.workplace.acting.cases import Seal
from kkd_ledger.web.workplace.acting.papers import zipped
from kkd_ledger.web.workplace.acting.persons import may_begin, not_yours
from kkd_ledger.web.workplace.acts import ACTS
from kkd_ledger.web.workplace.blocks import WaitingCase
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.visitor import Visitor, visitor
from kkd_ledger.work.transfers.bank_runs import FOLDER, standing

TYPED_CHARS_MAX: Final = 4_000
DOCUMENTS_MAX: Final = 500
"""How many documents go into one download."""
_STEPS: Final = frozenset({"schritt", "gesehen", "csrf_token", "kennwort"})
_BY_KEY: Final = {act.key: act for act in ACTS}
_BY_COMMAND: Final = {act.command.partition(" ")[0]: act for act in reversed(ACTS)}
_BY_SWITCH: Final = {
    (act.command.partition(" ")[0], switch): act
    for act in reversed(ACTS)
    for switch in act.command.split()
    if switch.startswith("--")
}
_LOGGED_OUT: Final = (
    "Sie sind nicht angemeldet, oder die Sitzung ist abgelaufen. Es wurde nichts geschrieben. Melden Sie sich an; was "
    "Sie getippt hatten, steht danach wieder im Formular."
)
_STALE_FORM: Final = (
    "Dieses Formular gehört nicht zu Ihrer Sitzung (vielleicht haben Sie sich neu angemeldet). Es wurde nichts "
    "geschrieben. Öffnen Sie es noch einmal; was Sie getippt hatten, steht wieder darin."
)
BookOpener = Callable[..., OpenBook]


def allowed(snapshot: Snapshot, asking: Visitor | None) -> frozenset[str]:
    """Return the acts that a visitor may begin in a book; nobody may where nobody has logged in."""
    if asking is None:
        return frozenset()
    book, today = snapshot.book, snapshot.today
    return frozenset(act.key for act in ACTS if may_begin(book, act, asking.name, today))


def form_of(command: str) -> Action | None:
    """Return the act that does what a command with its switches does, as messages name it; None for other commands."""
    program, *words = command.split()
    if program != "kkd" or not words:
        return None
    switched = (_BY_SWITCH.get((words[0], switch)) for switch in words[1:])
    return next(filter(None, switched), _BY_COMMAND.get(words[0]))


def cases_of(
    snapshot: Snapshot, asking: Visitor | None, seal: Seal, today: dt.date
) -> tuple[WaitingCase, ...]:
    """Return what waits for a second person in a book, the visitor's own first; nothing for nobody."""
    if asking is None:
        return ()
    book = snapshot.book
    waiting = [
        WaitingCase(
            case.name,
            _BY_KEY[case.act].title,
            case.said,
            case.first,
            case.first_on,
            may_decide(_BY_KEY[case.act], case, asking, book, today),
        )
        for case in cases.waiting(book.root, seal())
        if case.act in _BY_KEY
    ]
    return tuple(sorted(waiting, key=lambda case: (not case.is_mine, case.first_on, case.name)))


def add_acts(app: Flask, base: str, open_book: BookOpener) -> None:
    """Add the addresses of acts and cases to the application."""

    def act(book: str, key: str) -> Any:
        chosen = _BY_KEY.get(key)
        opened = open_book(book)
        if chosen is None or not chosen.is_for(opened.asked.snapshot.book):
            abort(404)
        return _act(chosen, opened)

    def case(book: str, name: str) -> Any:
        return _case(open_book(book), name)

    def payment_file(book: str, name: str) -> Any:
        return _payment_file(open_book(book), name)

    def documents(book: str) -> Any:
        return _documents(open_book(book))

    methods = ["GET", "POST"]
    app.add_url_rule(f"{base}/<book>/dokumente.zip", "documents", documents)
    app.add_url_rule(f"{base}/<book>/zahldatei/<name>", "payment_file", payment_file)
    app.add_url_rule(f"{base}/<book>/tun/<key>", "act", act, methods=methods)
    app.add_url_rule(f"{base}/<book>/vorgang/<name>", "case", case, methods=methods)


def _act(act: Action, opened: OpenBook) -> Any:
    asking = visitor()
    if asking is None:
        abort(401)
    if act.key not in opened.asked.may:
        return _refuse(opened, act.title, not_yours(opened.asked.snapshot.book, act, opened.today), 403)
    if request.method != "POST":
        return desk.form(act, opened)
    if wanted := request.form.get("papier"):
        return _paper(desk.paper(act, opened, asking, wanted), wanted)
    return desk.posted(act, opened, asking)


def _case(opened: OpenBook, name: str) -> Any:
    asking, root = visitor(), opened.asked.snapshot.book.root
    case = next((case for case in cases.waiting(root, opened.seal()) if case.name == name), None)
    act = _BY_KEY.get(case.act) if case else None
    if case is None or act is None:
        sentence = "Diesen Vorgang gibt es nicht (mehr): Er ist erledigt oder zurückgezogen."
        return _refuse(opened, "Vorgang", sentence, 404)
    if asking is None:
        abort(401)
    if request.method == "POST":
        return desk.decided_case(act, opened, asking, case)
    return desk.opened_case(act, opened, asking, case)


def _payment_file(opened: OpenBook, name: str) -> Any:
    """Send the file of a payment run that stands, to whoever may pay."""
    asking, book = visitor(), opened.asked.snapshot.book
    if asking is None:
        abort(401)
    if Role.PAYS not in asking.roles(book, opened.today):
        return _refuse(opened, "Zahldatei", not_yours(book, _BY_KEY["zahlen"], opened.today), 403)
    run = next((run for run in standing(book) if f"{run.id}.xml" == name), None)
    file = book.root / FOLDER / name
    if run is None or not file.is_file():
        abort(404)
    return send_file(file, mimetype="text/xml", as_attachment=True, download_name=name)


def _paper(content: bytes | None, name: str) -> Response:
    if content is None:
        abort(404)
    if name == desk.ALL_PAPERS:
        return _zip(content, "schreiben.zip")
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": "inline"})


def _zip(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/zip", headers=headers)


def _documents(opened: OpenBook) -> Any:
    """Send some of the vouchers that the ledger names (`?name=…`, more than once) in one ZIP."""
    snapshot, wanted = opened.asked.snapshot, set(request.args.getlist("name")[:DOCUMENTS_MAX])
    folder = (snapshot.book.root / v.DOCUMENTS).resolve()
    files = {}
    for path in dict.fromkeys(record.path for record in snapshot.documents if record.path in wanted):
        file = (snapshot.book.root / path).resolve()
        if file.is_relative_to(folder) and file.is_file():
            files[file.name] = file.read_bytes()
    if not files:
        abort(404)
    return _zip(zipped(files), "schreiben.zip")


def logged_out(base: str) -> Callable[[Any], Any]:
    """Return what answers somebody who has to log in (again): the way there, and back to what was typed."""
    return lambda _: (_turned_away("Bitte anmelden", _LOGGED_OUT, base, "anmelden"), 401)


def stale_form(base: str) -> Callable[[Any], Any]:
    """Return what answers a form of another session: the way to the same form, with what was typed."""
    return lambda _: (_turned_away("Das Formular ist veraltet", _STALE_FORM, base, ""), 400)


def _turned_away(heading: str, sentence: str, base: str, login: str) -> str:
    onward = _address_of_form()
    href = f"{base}/{login}?{urlencode({'weiter': onward})}" if login else onward
    return render_template(
        "workplace/turned_away.html", heading=heading, sentence=sentence, href=href, menu=(), book=""
    )


def _address_of_form() -> str:
    """Return the address of the form that was sent, with what was typed; of very long texts without."""
    typed = {name: text for name, text in request.form.items() if name not in _STEPS}
    query = urlencode(typed)
    return f"{request.path}?{query}" if 0 < len(query) < TYPED_CHARS_MAX else request.path


def _refuse(opened: OpenBook, heading: str, sentence: str, status: int) -> Any:
    page = render_template("workplace/refused.html", heading=heading, sentence=sentence, **opened.frame)
    return page, status
