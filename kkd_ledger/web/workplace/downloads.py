"""Files that are made of a book when somebody asks for them: letters of balances, the agreement, its cost table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, abort, render_template

from kkd_ledger.agreement import annex, readable
from kkd_ledger.errors import KkdError, told_error
from kkd_ledger.reconciliation.balance_file import as_file
from kkd_ledger.web.workplace.acting.action_step import OpenBook
from kkd_ledger.web.workplace.pages.planning_page import planned_years
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.claims.balance_statement import balance_letter, balance_statement

_KINDS: Final = {"pdf": "application/pdf", "json": "application/json"}


def add_downloads(app: Flask, base: str, open_book: Callable[[str], OpenBook]) -> None:
    """Add the addresses of these files to the application; who may read the book may take them."""

    def balance(book: str, party: str, ending: str) -> Any:
        def made(snapshot: Snapshot) -> bytes:
            return _balance(snapshot, party, ending)

        return _sent(open_book(book), f"saldenbestaetigung-{party}.{ending}", made)

    def agreement(book: str) -> Any:
        def made(snapshot: Snapshot) -> bytes:
            return readable(snapshot.book.agreement, snapshot.today).as_pdf()

        return _sent(open_book(book), "vereinbarung.pdf", made)

    def costs(book: str) -> Any:
        def made(snapshot: Snapshot) -> bytes:
            return annex(snapshot.book.agreement, planned_years(snapshot)).as_pdf()

        return _sent(open_book(book), "kostentabelle.pdf", made)

    app.add_url_rule(f"{base}/<book>/saldenbestaetigung/<party>.<ending>", "balance", balance)
    app.add_url_rule(f"{base}/<book>/vereinbarung.pdf", "agreement_file", agreement)
    app.add_url_rule(f"{base}/<book>/kostentabelle.pdf", "costs", costs)


def _balance(snapshot: Snapshot, party: str, ending: str) -> bytes:
    members = {member.id for member in snapshot.book.agreement.parties()} - {snapshot.book.agreement.operator}
    if party not in members or ending not in _KINDS:
        abort(404)
    own = balance_statement(snapshot.book, party)
    return as_file(own) if ending == "json" else balance_letter(snapshot.book, own)


def _sent(opened: OpenBook, name: str, make: Callable[[Snapshot], bytes]) -> Any:
    """Send a file; where it cannot be made, say why on a page."""
    try:
        content = make(opened.asked.snapshot)
    except KkdError as error:
        heading, sentence = "Das lässt sich nicht schreiben", told_error(error)
        page = render_template("workplace/refused.html", heading=heading, sentence=sentence, **opened.frame)
        return page, 422
    response = Response(content, mimetype=_KINDS[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
