"""Abstimmung: what this book says of a party, beside the other side's book or statement, with the way on."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.money import format_eur
from kkd_ledger.reconciliation.balances import Balances
from kkd_ledger.reconciliation.differences import BalanceDifference, DifferenceCause, reconcile
from kkd_ledger.web.workplace.blocks import (
    Asked,
    Block,
    Content,
    Sentence,
    Sentences,
    TableBlock,
    WorkplacePage,
)
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn
from kkd_ledger.work.claims.balance_statement import balance_statement

_WAYS_ON: Final = {
    DifferenceCause.RESOLUTION: ("Der Beschluss fehlt auf einer Seite: dort übernehmen.", "beschluesse"),
    DifferenceCause.DOCUMENT: (
        "Die Anforderung fehlt auf einer Seite: dort buchen oder schreiben.",
        "rechnung-buchen",
    ),
    DifferenceCause.ROUNDING: (
        "Beide Seiten runden anders; vergleichen Sie die Fassung der Vereinbarung.",
        "",
    ),
    DifferenceCause.TIMING: ("Das Geld ist unterwegs; der nächste Kontoauszug gleicht es aus.", "ablegen"),
    DifferenceCause.PAYMENT: ("Die andere Seite hat die Zahlung noch nicht gebucht.", "zuordnen"),
    DifferenceCause.RECEIPT: ("Der Eingang ist auf der anderen Seite noch nicht gebucht.", "zuordnen"),
    DifferenceCause.OTHERWISE: ("Aufrechnung oder Erlass ist dort noch nicht gebucht.", "aufrechnen"),
    DifferenceCause.WAY: ("Derselbe Stand auf anderem Weg; nichts ist zu tun.", ""),
}


def _balances(asked: Asked) -> Content | None:
    snapshot = asked.snapshot
    if not snapshot.book.is_operator:
        return _of(asked, snapshot.book.party)
    agreement = snapshot.book.agreement
    members = [member for member in agreement.parties() if member.id != agreement.operator]
    rows = [[Cell(member.name, asked.to("abstimmung", member.id))] for member in members]
    table = Table.of(
        "Mit wem", [TableColumn("beteiligte", "Beteiligte")], rows, empty="Noch niemand nimmt teil."
    )
    return Content("Abstimmung", "Was beide Seiten sich schulden, Posten für Posten", [TableBlock(table)])


def _one(asked: Asked) -> Content | None:
    party, book = str(asked.named["party"]), asked.snapshot.book
    return _of(asked, party) if has_balance(book, party) else None


def has_balance(book: Book, party: str) -> bool:
    """Tell whether a book has a balance under a party's name: a member's book under its own alone."""
    if not book.is_operator:
        return party == book.party
    return party != book.party and book.agreement.party(party) is not None


def _of(asked: Asked, party: str) -> Content:
    """Return the balances with one party; beside them the other side's, where its book is on show here too."""
    snapshot = asked.snapshot
    own = balance_statement(snapshot.book, party)
    files = (
        Offer("Saldenbestätigung (PDF)", asked.to("saldenbestaetigung", f"{party}.pdf")),
        Offer("Saldenbestätigung (Datei)", asked.to("saldenbestaetigung", f"{party}.json")),
        *asked.offers(("abstimmen", "Mit der Datei der anderen Seite vergleichen", {})),
    )
    blocks: list[Block] = [TableBlock(balance_table(own))]
    if other := _other_side(asked, party):
        theirs = balance_statement(other.book, party, own.as_of)
        blocks = [difference_block(asked, own, theirs), *blocks, TableBlock(balance_table(theirs))]
    sums = f"offen {format_eur(own.open_cents)}, zu erstatten {format_eur(own.refund_cents)}"
    lead = f"Stand {german.day(own.as_of)}; {sums}"
    return Content(f"Abstimmung mit {snapshot.name(snapshot.book.counterparty(party))}", lead, blocks, files)


def _other_side(asked: Asked, party: str) -> Snapshot | None:
    """Return the other side's book, where it is on show here and the visitor may read it."""
    book = asked.snapshot.book
    wanted = party if book.is_operator else book.agreement.operator
    return next(
        (
            other
            for other in asked.siblings()
            if other.book.agreement.id == book.agreement.id and other.book.party == wanted
        ),
        None,
    )


def balance_table(balances: Balances) -> Table:
    """Return a statement of balances as a table: a refund bears its own word."""
    rows = [
        [
            Cell(item.posten, note="Erstattung" if item.refund else ""),
            Cell(balances.year_name(item.service_year)),
            Cell(item.document),
            Cell(abs(item.claimed_cents)),
            Cell(abs(item.paid_cents)),
            Cell(abs(item.settled_cents - item.paid_cents) or None),
            Cell(abs(item.open_cents)),
        ]
        for item in balances.items
    ]
    columns = (
        TableColumn("posten", "Posten"),
        TableColumn("jahr", "Leistungsjahr"),
        TableColumn("dokument", "Dokument"),
        TableColumn("gefordert", "gefordert", ColumnKind.AMOUNT),
        TableColumn("gezahlt", "gezahlt", ColumnKind.AMOUNT),
        TableColumn("anders", "aufgerechnet, erlassen", ColumnKind.AMOUNT),
        TableColumn("offen", "offen", ColumnKind.AMOUNT),
    )
    return Table.of(
        f"{balances.title}, Stand {german.day(balances.as_of)}", columns, rows, empty="Kein Posten."
    )


def difference_block(asked: Asked, own: Balances, theirs: Balances) -> Sentences:
    """Return how the two sides differ, each difference with what is to be done about it."""
    sentences = []
    for difference in reconcile(own, theirs):
        act = _WAYS_ON[difference.cause][1]
        mood = "warning" if difference.cents else "info"
        text = f"{difference.posten}: {difference.words}; {difference.text}"
        href = asked.act(act) if act in asked.may else asked.to("posten", difference.posten)
        sentences.append(Sentence(text, way_words(difference), href, mood, str(difference.cause)))
    return Sentences("Unterschiede", sentences, "Abgestimmt: keine Unterschiede.")


def way_words(difference: BalanceDifference) -> str:
    """Return in German what is to be done about a difference."""
    return _WAYS_ON[difference.cause][0]


PAGES: Final = (
    WorkplacePage("abstimmung", "", _balances),
    WorkplacePage("abstimmung/<party>", "", _one),
)
